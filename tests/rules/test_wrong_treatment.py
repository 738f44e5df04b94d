"""Wrong or incomplete treatment: what is ordered while withdrawal is suspected, and what is missing beside it."""

from typing import Any

import pytest

from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.verdict import CannotTell, Card, Quiet
from tests.chart import Chart, instant

KIND = "wrong-treatment"


def draft(name: str, **more: Any) -> dict[str, Any]:
    """A medication order in hand."""
    return {
        "resourceType": "MedicationRequest", "id": name.partition(' ')[0].lower(), "status": "draft", "intent": "order",
        "authoredOn": instant("0h"), "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": name}, **more,
    }  # fmt: skip


def service(text: str) -> dict[str, Any]:
    """A service order in hand."""
    name = "s" + text.partition(" ")[0].lower()
    return {
        "resourceType": "ServiceRequest", "id": name, "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "code": {"text": text}, "authoredOn": instant("0h"),
    }  # fmt: skip


def tablets(mg: float = 20, times: int = 3) -> dict[str, Any]:
    """A draft of baclofen by mouth."""
    return Chart().baclofen(mg, times, "0h", status="draft", category="inpatient") | {"id": "tablets"}


def pump_overdue(age: float = 54, *, grave: bool = True) -> Chart:
    """The alarm date passed a week ago; rigid, feverish, hallucinating (or only itching)."""
    chart = Chart(age=age)
    chart.pump()
    chart.alarm_date("7d")
    if grave:
        chart.temperature(39.6)
        chart.heart_rate(128)
        chart.sign("Rigidity")
        chart.sign("Hallucinations")
    else:
        chart.sign("Generalized itching")
        chart.temperature(37.0)
    return chart


def tablets_stopped(*signs: str, heat: float = 39.4) -> Chart:
    """An inpatient whose baclofen was stopped; last dose 31 h ago."""
    chart = Chart()
    chart.baclofen(category="inpatient", status="stopped")
    chart.stay("5d")
    chart.given("55h", "47h", "39h", "31h")
    chart.temperature(heat)
    for sign in signs or ("Rigidity", "Hallucinations", "Tremor"):
        chart.sign(sign)
    return chart


# -- TXE-01: by mouth for the pump ---------------------------------------------------------------------------------


def test_tablets_for_a_failed_pump_are_the_wrong_treatment() -> None:
    """As urgent as the withdrawal is."""
    decided = pump_overdue().decide(ORDER_SIGN, [tablets()])
    card = decided.card(KIND)
    assert decided.urgency("suspected-withdrawal") == "critical"
    assert card.urgency.indicator == "critical"
    assert card.leader == "TXE-01"
    assert card.summary == "Oral baclofen alone will not treat intrathecal withdrawal: restore IT delivery"
    mild = pump_overdue(grave=False).decide(ORDER_SIGN, [tablets()])
    judged = mild.verdict("WDR-02")
    assert isinstance(judged, Card)
    assert judged.urgency.indicator == "warning"
    assert mild.urgency(KIND) == "warning"


def test_without_findings_it_does_not_matter_what_is_not_known_of_the_pump() -> None:
    """No finding, no withdrawal: an unread list of devices leaves nothing open here."""
    said = Chart().decide(ORDER_SIGN, [tablets()], lost=["Device", "DeviceUseStatement"]).verdict("TXE-01")
    assert isinstance(said, Quiet)
    assert "too few findings" in said.because


@pytest.mark.parametrize(
    "order",
    ["Interrogate intrathecal pump", "Intrathecal pump refill with baclofen", "Consult pump team",
     "Lumbar catheter for intrathecal baclofen infusion"],
)  # fmt: skip
def test_work_on_the_pump_in_the_same_signing_makes_them_an_adjunct(order: str) -> None:
    """Nothing wrong then."""
    assert KIND not in pump_overdue().decide(ORDER_SIGN, [tablets(), service(order)]).kinds


@pytest.mark.parametrize(("when", "fires"), [("23h", False), ("25h", True)])
def test_work_on_the_pump_counts_for_a_day(when: str, fires: bool) -> None:
    """Both sides of 24 h, with an interrogation that was ordered."""
    chart = pump_overdue()
    chart.order("Interrogate intrathecal pump", authoredOn=instant(when))
    assert (KIND in chart.decide(ORDER_SIGN, [tablets()]).kinds) is fires


@pytest.mark.parametrize(("mg", "fires"), [(20, False), (21, True)])
def test_only_new_or_more_tablets_are_treatment(mg: float, fires: bool) -> None:
    """Somebody on both routes whose tablets are re-ordered."""
    chart = pump_overdue()
    order = chart.baclofen(20, 3)
    again = tablets(mg) | {"priorPrescription": {"reference": f"MedicationRequest/{order['id']}"}}
    assert (KIND in chart.decide(ORDER_SIGN, [again]).kinds) is fires


def test_a_treatment_nobody_could_read_leaves_a_warning() -> None:
    """Procedures hold the pump's refills: not read, so not sure."""
    decided = pump_overdue().decide(ORDER_SIGN, [tablets()], lost=["ServiceRequest"])
    assert decided.urgency(KIND) == "warning"


def test_without_the_findings_nobody_can_tell() -> None:
    """Vital signs and observations lost."""
    lost = ["Observation", "ObservationVitalSigns", "ObservationLaboratory"]
    asked = {
        "TXE-01": tablets(),
        "TXE-02": draft("dantrolene"),
        "TXE-03": draft("physostigmine"),
        "TXE-04": draft("cyproheptadine"),
        "TXE-05": service("CT head"),
        "TXE-06": draft("haloperidol"),
    }
    for rule, order in asked.items():
        verdict = pump_overdue().decide(ORDER_SIGN, [order], lost=lost).verdict(rule)
        assert isinstance(verdict, CannotTell), rule


def test_tablets_for_lost_tablets_are_right() -> None:
    """Withdrawal by mouth is treated by mouth."""
    assert KIND not in tablets_stopped().decide(ORDER_SIGN, [tablets()]).kinds


def test_a_pump_with_another_drug_is_no_reason() -> None:
    """Morphine pump."""
    chart = Chart()
    chart.pump(drug="morphine")
    chart.alarm_date("7d")
    chart.temperature(39.6)
    chart.sign("Rigidity")
    assert KIND not in chart.decide(ORDER_SIGN, [tablets()]).kinds


# -- TXE-02: dantrolene --------------------------------------------------------------------------------------------


def test_dantrolene_alone_is_not_enough() -> None:
    """By mouth and by pump."""
    for chart in (tablets_stopped(), pump_overdue()):
        card = chart.decide(ORDER_SIGN, [draft("Dantrolene 2.5 mg/kg IV")]).card(KIND)
        assert (card.leader, card.urgency.indicator) == ("TXE-02", "warning")


@pytest.mark.parametrize("beside", ["tablets", "midazolam 2 mg IV"])
def test_dantrolene_beside_treatment_is_fine(beside: str) -> None:
    """With baclofen, or a benzodiazepine."""
    other = tablets() if beside == "tablets" else draft(beside)
    assert KIND not in tablets_stopped().decide(ORDER_SIGN, [draft("Dantrolene"), other]).kinds


def test_tablets_do_not_restore_a_pump() -> None:
    """Dantrolene and tablets for a failed pump: both are told."""
    rules = pump_overdue().decide(ORDER_SIGN, [draft("Dantrolene"), tablets()]).card(KIND).rules
    assert set(rules) == {"TXE-01", "TXE-02"}


def test_dantrolene_without_withdrawal_is_nobody_s_business() -> None:
    """On regular baclofen, well."""
    chart = Chart()
    chart.baclofen()
    verdict = chart.decide(ORDER_SIGN, [draft("Dantrolene")]).verdict("TXE-02")
    assert isinstance(verdict, Quiet)


# -- TXE-03: physostigmine, flumazenil -----------------------------------------------------------------------------


def limp() -> Chart:
    """Toxicity: flaccid, comatose, just refilled."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill, baclofen", "20h")
    chart.sign("Flaccid tone")
    chart.vital("9269-2", 7, "{score}")
    return chart


def test_physostigmine() -> None:
    """Critical in withdrawal, a warning in toxicity, nothing where the patient is well."""
    critical = tablets_stopped().decide(ORDER_SIGN, [draft("Physostigmine 1 mg IV")]).card(KIND)
    assert critical.urgency.indicator == "critical"
    assert critical.summary == ("Physostigmine: seizure/bradycardia risk in baclofen withdrawal; ask toxicology first")
    toxic = limp().decide(ORDER_SIGN, [draft("Physostigmine 1 mg IV")]).card(KIND)
    assert (toxic.urgency.indicator, "toxicity" in toxic.summary) == ("warning", True)
    well = Chart()
    well.baclofen()
    assert KIND not in well.decide(ORDER_SIGN, [draft("Physostigmine 1 mg IV")]).kinds


def test_flumazenil() -> None:
    """Critical in withdrawal or after a seizure; a warning with a benzodiazepine; else nothing."""
    order = draft("Flumazenil 0.2 mg IV")
    assert tablets_stopped().decide(ORDER_SIGN, [order]).urgency(KIND) == "critical"
    for change, urgency in ((None, ""), ("seizure", "critical"), ("clonazepam", "warning")):
        chart = Chart()
        chart.baclofen()
        if change == "seizure":
            chart.sign("Seizure")
        elif change:
            chart.medicine("Clonazepam 0.5 mg tablet", "300d")
        assert chart.decide(ORDER_SIGN, [order]).urgency(KIND) == urgency, change


def test_an_antidote_without_baclofen_is_not_our_question() -> None:
    """On clonazepam alone."""
    chart = Chart()
    chart.medicine("Clonazepam 0.5 mg tablet", "300d")
    assert chart.decide(ORDER_SIGN, [draft("Flumazenil 0.2 mg IV")]).is_silent


# -- TXE-04: adjuncts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Cyproheptadine 4 mg tablet", "Propofol infusion", "Dexmedetomidine infusion", "Tizanidine 4 mg tablet",
             "Morphine 2 mg IV", "Oxycodone 5 mg tablet"],
)  # fmt: skip
def test_an_adjunct_alone_and_beside_baclofen(name: str) -> None:
    """Alone a warning, beside baclofen a reminder."""
    alone = tablets_stopped().decide(ORDER_SIGN, [draft(name)]).card(KIND)
    assert (alone.leader, alone.urgency.indicator) == ("TXE-04", "warning")
    assert "is only an adjunct" in alone.summary
    beside = tablets_stopped().decide(ORDER_SIGN, [draft(name), tablets()]).card(KIND)
    assert beside.urgency.indicator == "info"


def test_an_adjunct_without_withdrawal_is_not_judged() -> None:
    """Tizanidine for somebody well on baclofen."""
    chart = Chart()
    chart.baclofen()
    assert KIND not in chart.decide(ORDER_SIGN, [draft("Tizanidine 4 mg tablet")]).kinds


def test_no_dose_for_a_child() -> None:
    """The series' dose is an adult's."""
    detail = pump_overdue(age=11).decide(ORDER_SIGN, [draft("Cyproheptadine syrup")]).card(KIND).detail
    assert "C-MEY03" in detail
    assert "4-8 mg" not in detail


# -- TXE-05: waiting -----------------------------------------------------------------------------------------------

TESTS = ["CT head without contrast", "Lumbar puncture", "Blood cultures", "Creatine kinase"]


def test_tests_only_is_waiting() -> None:
    """Withdrawal is critical, and nothing in the drafts treats it."""
    drafts = [service(text) for text in TESTS]
    card = tablets_stopped().decide(ORDER_SIGN, drafts).card(KIND)
    assert (card.leader, card.urgency.indicator) == ("TXE-05", "warning")


@pytest.mark.parametrize("beside", [tablets(), draft("midazolam 2 mg IV"), service("Interrogate intrathecal pump")])
def test_tests_beside_a_treatment_are_no_waiting(beside: dict[str, Any]) -> None:
    """Something is done."""
    chart = pump_overdue() if beside["resourceType"] == "ServiceRequest" else tablets_stopped()
    verdict = chart.decide(ORDER_SIGN, [service(TESTS[0]), beside]).verdict("TXE-05")
    assert isinstance(verdict, Quiet)


def test_tests_before_it_is_critical_are_right() -> None:
    """Three points: a warning, tests may come first."""
    chart = tablets_stopped("Hallucinations", heat=38.2)
    decided = chart.decide(ORDER_SIGN, [service(TESTS[0])])
    assert decided.urgency("suspected-withdrawal") == "warning"
    assert KIND not in decided.kinds


def test_baclofen_ordered_an_hour_ago_is_no_waiting() -> None:
    """An order newer than the last dose."""
    chart = tablets_stopped()
    chart.baclofen(since="1h", category="inpatient")
    assert KIND not in chart.decide(ORDER_SIGN, [service(TESTS[0])]).kinds


# -- TXE-06: antipsychotics ----------------------------------------------------------------------------------------


def test_an_antipsychotic_after_the_loss_of_baclofen() -> None:
    """A warning where findings amount to withdrawal, a reminder where they do not or baclofen is restored."""
    order = draft("Haloperidol 5 mg IM")
    card = tablets_stopped().decide(ORDER_SIGN, [order]).card(KIND)
    assert (card.leader, card.urgency.indicator) == ("TXE-06", "warning")
    assert card.summary == "Agitation/hallucinations after baclofen loss: restore baclofen, not haloperidol"
    few = tablets_stopped("Agitation", heat=37.0).decide(ORDER_SIGN, [order])
    assert few.urgency(KIND) == "info"
    assert tablets_stopped().decide(ORDER_SIGN, [order, tablets()]).urgency(KIND) == "info"


@pytest.mark.parametrize("name", ["Metoclopramide 10 mg IV", "Prochlorperazine 10 mg IV"])
def test_a_drug_against_nausea_is_no_antipsychotic(name: str) -> None:
    """It blocks dopamine, too; it is not given for hallucinations."""
    assert KIND not in tablets_stopped().decide(ORDER_SIGN, [draft(name)]).kinds


def test_without_loss_or_without_mental_signs_it_is_not_judged() -> None:
    """On regular baclofen and agitated; baclofen lost and only rigid."""
    order = draft("Haloperidol 5 mg IM")
    taken = Chart()
    taken.baclofen(category="inpatient")
    taken.stay("5d")
    taken.given("18h", "10h", "2h")
    taken.sign("Hallucinations")
    assert KIND not in taken.decide(ORDER_SIGN, [order]).kinds
    assert KIND not in tablets_stopped("Rigidity").decide(ORDER_SIGN, [order]).kinds


@pytest.mark.parametrize(
    "order", [tablets(), draft("Dantrolene"), draft("Physostigmine"), draft("Cyproheptadine"), draft("Haloperidol")]
)
def test_while_selecting_only_the_selected_draft_is_judged(order: dict[str, Any]) -> None:
    """Another draft is background; here a test."""
    chart = pump_overdue()
    mine, other = f"MedicationRequest/{order['id']}", "ServiceRequest/x"
    assert KIND in chart.decide(ORDER_SELECT, [order], selections=(mine,)).kinds
    assert KIND not in chart.decide(ORDER_SELECT, [order], selections=(other,)).kinds
