"""What was done, is planned or is being ordered: pumps, surgery, NPO, consults, plans; visits and stays."""

from typing import Any

import pytest

from cards.ledger import State
from cards.record.concepts import Act, Drug
from cards.record.facts import Order, Procedure
from tests.record.shapes import CPT, SNOMED, chart

P1 = {"subject": {"reference": "Patient/p1"}}


def cpt(code: str, text: str = "") -> dict[str, Any]:
    """A CPT-coded concept."""
    return {"coding": [{"system": CPT, "code": code}]} | ({"text": text} if text else {})


def done(code: Any, **elements: Any) -> Procedure:
    """The fact of one Procedure."""
    code = {"text": code} if isinstance(code, str) else code
    base = {
        "resourceType": "Procedure",
        "id": "x",
        "status": "completed",
        "code": code,
        "performedDateTime": "2026-11-20",
        **P1,
    }
    return chart({**base, **elements}).procedures[0]


def ordered(code: Any, **elements: Any) -> Order | None:
    """The fact of one ServiceRequest, or None if it is about nothing of ours."""
    code = {"text": code} if isinstance(code, str) else code
    base = {"resourceType": "ServiceRequest", "id": "x", "status": "active", "intent": "order", "code": code, **P1}
    return next(iter(chart({**base, **elements}).orders), None)


@pytest.mark.parametrize(
    ("code", "acts"),
    [
        ("62365", {Act.PUMP_REMOVAL}),
        ("62355", {Act.PUMP_REMOVAL}),
        ("62350", {Act.PUMP_IMPLANT, Act.PUMP_REVISION}),
        ("62362", {Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT}),
        ("62367", {Act.PUMP_INTERROGATION}),
        ("62369", {Act.PUMP_INTERROGATION, Act.PUMP_REFILL}),
        ("95990", {Act.PUMP_REFILL}),
        ("95991", {Act.PUMP_REFILL}),
    ],
)
def test_pump_procedures_by_cpt(code: str, acts: set[Act]) -> None:
    """CPT codes of pumps and catheters."""
    assert done(cpt(code)).acts == acts


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (cpt("62362"), "pump implant or replacement (CPT 62362)"),
        (cpt("62355"), "catheter removal (CPT 62355)"),
        (cpt("62370"), "pump refill (CPT 62370)"),
        (cpt("62362", "New ITB pump"), "New ITB pump"),
        ({"coding": [{"system": CPT, "code": "62362", "display": "IMPLANT"}]}, "IMPLANT"),
    ],
)
def test_a_code_without_words_says_what_it_is(code: Any, text: str) -> None:
    """In our words and with the code; the chart's own words come first."""
    assert done(code).text == text


def test_an_order_that_is_only_a_code_says_what_it_is() -> None:
    """The same in an order."""
    found = ordered(cpt("62365"))

    assert found is not None
    assert found.text == "pump removal (CPT 62365)"


def test_words_decide_between_implant_and_replacement() -> None:
    """One CPT code stands for both; the words say which."""
    assert Act.PUMP_REPLACEMENT not in done(cpt("62362", "Implantation of baclofen pump")).acts
    assert Act.PUMP_IMPLANT not in done(cpt("62362", "Replacement of intrathecal pump")).acts


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("REFILL/MAINT PUMP SPINAL", Act.PUMP_REFILL),
        ("Baclofen pump refill", Act.PUMP_REFILL),
        ("ITB pump interrogation", Act.PUMP_INTERROGATION),
        ("REMOVAL INTRATHECAL PUMP", Act.PUMP_REMOVAL),
        ("Explant of SynchroMed pump", Act.PUMP_REMOVAL),
        ("Intrathecal catheter revision", Act.PUMP_REVISION),
        ("Intrathecal pump exchange", Act.PUMP_REPLACEMENT),
        ("Implantation of intrathecal baclofen pump", Act.PUMP_IMPLANT),
        ("Pump catheter dye study", Act.CATHETER_STUDY),
        ("Baclofen screening test dose by lumbar puncture", Act.SCREENING_BOLUS),
        ("Externalized intrathecal baclofen infusion", Act.INTRATHECAL_BRIDGE),
        ("Placement of lumbar catheter", Act.INTRATHECAL_BRIDGE),
        ("Posterior spinal fusion T3-L5", Act.SPINE_SURGERY),
        ("Exploratory laparotomy", Act.ABDOMINAL_SURGERY),
        ("Total hip arthroplasty", Act.SURGERY),
        ("MRI brain without contrast", Act.MRI),
        ("Hyperbaric oxygen therapy", Act.HYPERBARIC),
        ("Patient education: pump alarms", Act.EDUCATION),
        ("Excision of mole under local anesthesia", Act.LOCAL_ANAESTHESIA),
        ("Colonoscopy", Act.ANAESTHESIA),
    ],
)
def test_procedures_in_words(text: str, act: Act) -> None:
    """Finalised surgical cases come back as free text."""
    assert act in done(text).acts


def test_findings_and_drug_of_a_pump_procedure() -> None:
    """Outcome words become signs; the refilled drug is named."""
    checked = done("ITB pump interrogation", outcome={"text": "running as programmed"})
    leak = done("Pump catheter dye study", note=[{"text": "catheter leak at the connector"}])
    filled = done("Pump refill", note=[{"text": "refilled with baclofen 2,000 mcg/mL 40 mL"}])
    other = done("Pump refill", note=[{"text": "morphine, no baclofen"}])

    assert "pump-running" in checked.signs
    assert "catheter-fault" in leak.signs
    assert Drug.BACLOFEN in filled.drugs
    assert other.drugs == {Drug.MORPHINE}


def test_procedure_is_timed_by_its_end() -> None:
    """performedPeriod: the end, and its start beside it."""
    found = done(
        "Spinal fusion",
        performedDateTime=None,
        performedPeriod={"start": "2026-11-20T08:00:00-05:00", "end": "2026-11-20T14:00:00-05:00"},
    )

    assert found.when is not None
    assert found.when.text.startswith("2026-11-20T14")
    assert found.start is not None


@pytest.mark.parametrize("text", ["Dressing change", "Blood transfusion", "Insulin pump refill teaching declined"])
def test_procedures_that_are_about_something_else(text: str) -> None:
    """Dropped, and nothing is lost by it."""
    record = chart({"resourceType": "Procedure", "id": "x", "status": "completed", "code": {"text": text}, **P1})

    assert not any(Act.PUMP_REFILL in fact.acts or Act.SURGERY in fact.acts for fact in record.procedures)
    assert record.ledger.is_whole("Procedure")


@pytest.mark.parametrize(
    ("text", "act", "absent"),
    [
        ("Diet NPO Effective Now", Act.NPO, Act.NPO_EXCEPT_MEDICATIONS),
        ("Nil by mouth", Act.NPO, Act.NPO_EXCEPT_MEDICATIONS),
        ("NPO except meds", Act.NPO_EXCEPT_MEDICATIONS, Act.NPO),
        ("NPO after midnight, may take meds with sips", Act.NPO_EXCEPT_MEDICATIONS, Act.NPO),
        ("NBM but medications allowed", Act.NPO_EXCEPT_MEDICATIONS, Act.NPO),
        ("NPO except ice chips", Act.NPO, Act.NPO_EXCEPT_MEDICATIONS),
        ("NPO strict, no meds", Act.NPO, Act.NPO_EXCEPT_MEDICATIONS),
        ("Hold all oral medications", Act.HOLD_ORAL, Act.HOLD_BACLOFEN),
        ("Hold baclofen", Act.HOLD_BACLOFEN, Act.CONTINUE_BACLOFEN),
        ("Do not hold baclofen", Act.CONTINUE_BACLOFEN, Act.HOLD_BACLOFEN),
        ("Continue baclofen on day of surgery", Act.CONTINUE_BACLOFEN, Act.STOP_BACLOFEN),
        ("Stop baclofen pump", Act.PUMP_STOP, Act.PUMP_REMOVAL),
        ("Set pump to minimum rate", Act.PUMP_STOP, Act.PUMP_REFILL),
        ("Interrogate baclofen pump now", Act.PUMP_INTERROGATION, Act.PUMP_STOP),
        ("Removal intrathecal pump", Act.PUMP_REMOVAL, Act.PUMP_IMPLANT),
        ("Consult to Physical Medicine & Rehab", Act.SPECIALIST_CONSULT, Act.SURGERY),
        ("Inpatient consult to Neurosurgery", Act.SPECIALIST_CONSULT, Act.SURGERY),
        ("Page pump team", Act.SPECIALIST_CONSULT, Act.PUMP_STOP),
        ("Transfer to ICU", Act.ICU, Act.SURGERY),
        ("Comfort measures only", Act.COMFORT_CARE, Act.ICU),
        ("CT head without contrast", Act.DIAGNOSTICS, Act.MRI),
        ("Blood cultures x2", Act.DIAGNOSTICS, Act.MRI),
        ("Creatine kinase", Act.DIAGNOSTICS, Act.MRI),
    ],
)
def test_service_orders_in_words(text: str, act: Act, absent: Act) -> None:
    """What an order is about, and what it is not about."""
    found = ordered(text)

    assert found is not None
    assert act in found.acts
    assert absent not in found.acts


def test_surgery_by_category() -> None:
    """The category says surgery where the code is local; SNOMED or words."""
    coded = ordered("Case request 1234", category=[{"coding": [{"system": SNOMED, "code": "387713003"}]}])
    local = ordered(
        "Case request 1234",
        category={"coding": [{"system": "https://fhir.cerner.com/T/codeSet/6000"}], "text": "Surgery"},
    )

    assert coded is not None
    assert Act.SURGERY in coded.acts
    assert local is not None
    assert Act.SURGERY in local.acts


def test_consult_by_category_and_performer() -> None:
    """ "Referral" in the category and the specialty in the performer make a consult."""
    found = ordered("Referral", performerType={"text": "Physical medicine and rehabilitation"})

    assert found is not None
    assert Act.SPECIALIST_CONSULT in found.acts


@pytest.mark.parametrize(
    "elements", [{"status": "draft"}, {"intent": "proposal"}, {"intent": "plan"}, {"intent": "option"}]
)
def test_chart_orders_that_are_none(elements: dict[str, Any]) -> None:
    """Drafts and proposals in the chart are nobody's orders yet."""
    assert ordered("MRI brain", **elements) is None


def test_draft_service_order_from_the_hook() -> None:
    """What the user is ordering counts, in place of the chart's copy."""
    base = {
        "resourceType": "ServiceRequest",
        "id": "x",
        "status": "active",
        "intent": "order",
        "code": {"text": "MRI spine"},
        **P1,
    }
    record = chart(base, drafts=({**base, "status": "draft", "occurrenceDateTime": "2026-11-26"},))

    assert [(o.status, o.is_draft) for o in record.orders] == [("draft", True)]
    assert record.orders[0].start is not None


def test_diet_orders() -> None:
    """NutritionOrder: nil by mouth, with medicines, or a tube."""

    def diet(**elements: Any) -> frozenset[Act]:
        base = {
            "resourceType": "NutritionOrder",
            "id": "n",
            "status": "active",
            "intent": "order",
            "patient": {"reference": "Patient/p1"},
        }
        return chart({**base, **elements}).orders[0].acts

    assert Act.NPO in diet(oralDiet={"type": [{"text": "NPO"}]}, dateTime="2026-11-24")
    mixed = diet(oralDiet={"type": [{"text": "NPO"}], "instruction": "NPO except meds"})
    assert Act.NPO_EXCEPT_MEDICATIONS in mixed
    assert Act.NPO not in mixed
    assert Act.TUBE_ROUTE in diet(enteralFormula={"baseFormulaType": {"text": "Jevity"}})


def test_refill_appointment() -> None:
    """A booked refill with its time; another patient's visit is dropped."""
    visit = {
        "resourceType": "Appointment",
        "id": "v",
        "status": "booked",
        "start": "2026-12-03T14:00:00Z",
        "description": "Baclofen pump refill",
        "participant": [{"actor": {"reference": "Practitioner/9"}}, {"actor": {"reference": "Patient/p1"}}],
    }
    record = chart(visit)
    other = chart({**visit, "participant": [{"actor": {"reference": "Patient/p2"}}]})

    assert Act.PUMP_REFILL in record.orders[0].acts
    assert record.orders[0].start is not None
    assert (other.orders, other.foreign) == ((), 1)


@pytest.mark.parametrize(
    ("elements", "act"),
    [
        ({"title": "Baclofen taper over 4 weeks"}, Act.TAPER_PLAN),
        ({"description": "Bridging plan: externalised intrathecal infusion"}, Act.BRIDGING_PLAN),
        (
            {"activity": [{"detail": {"status": "scheduled", "description": "Interrogate ITB pump after MRI"}}]},
            Act.PUMP_INTERROGATION,
        ),
        ({"activity": [{"detail": {"code": {"text": "Continue baclofen with sips"}}}]}, Act.CONTINUE_BACLOFEN),
        ({"note": [{"text": "Comfort care, hospice referral"}]}, Act.COMFORT_CARE),
    ],
)
def test_care_plans(elements: dict[str, Any], act: Act) -> None:
    """Plans in the title, the description, an activity or a note."""
    plan = {"resourceType": "CarePlan", "id": "k", "status": "active", "intent": "plan", **P1, **elements}

    assert act in chart(plan).orders[0].acts


def test_stay() -> None:
    """Class and period; words say intensive care or hospice."""
    stay = {
        "resourceType": "Encounter",
        "id": "e",
        "status": "in-progress",
        "class": {"code": "IMP"},
        "period": {"start": "2026-11-23T20:00:00-05:00"},
        "location": [{"location": {"display": "Neuro ICU"}}],
        **P1,
    }
    found = chart(stay).encounters[0]
    home = chart(
        {**stay, "class": [{"text": "Outpatient"}], "type": [{"text": "Hospice visit"}], "location": None}
    ).encounters[0]

    assert (found.kind, found.acts) == ("IMP", {Act.ICU})
    assert found.start is not None
    assert found.end is None
    assert (home.kind, home.acts) == ("AMB", {Act.COMFORT_CARE})


@pytest.mark.parametrize(
    ("text", "sent", "state"),
    [
        ("Baclofen teaching", "2026-99-99", State.PARTIAL),
        ("Baclofen teaching", "2026-03-01", State.PRESENT),
        ("Bed has been made", "2026-99-99", State.PRESENT),
    ],
)
def test_teaching_whose_date_cannot_be_read_is_told(text: str, sent: str, state: State) -> None:
    """Taught lately or years ago: nobody knows. What teaches nothing takes nothing away."""
    said = {"status": "completed", "sent": sent, "payload": [{"contentString": text}]}
    record = chart({"resourceType": "Communication", "id": "c", **P1, **said})

    assert record.ledger["Communication"].state is state
