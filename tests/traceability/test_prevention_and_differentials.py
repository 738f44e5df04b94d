"""S34 to S66: how not to get there, what else it may be, who else is at risk, and what the cards are.

`test_s10_...` proves S10. `table.py` collects them into docs/traceability.md and fails when one has no proof.
"""

import pytest

from cards.hooks import ENCOUNTER_DISCHARGE, ORDER_SELECT, ORDER_SIGN
from tests.chart import Chart, Resource, instant
from tests.traceability.patients import WITHDRAWAL, draft, failing_pump, keys, omitted, withdrawal


def test_s34_never_stop_abruptly() -> None:
    """Long-term baclofen stopped at signing."""
    chart = Chart()
    order = chart.baclofen()
    assert (
        chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).urgency("abrupt-discontinuation") == "critical"
    )


def test_s35_continue_through_surgery() -> None:
    """Nil by mouth before an operation."""
    chart = Chart()
    chart.baclofen()
    decided = chart.decide(ORDER_SIGN, [draft("ServiceRequest", "NPO after midnight for surgery")])
    assert "give with sips or by tube" in decided.card("perioperative-interruption").summary


def test_s36_specialist_advice_for_a_pump_around_surgery() -> None:
    """Another operation in somebody with a pump."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    decided = chart.decide(
        ORDER_SIGN, [draft("ServiceRequest", "Total hip arthroplasty", occurrenceDateTime=instant("+3d"))]
    )
    card = decided.card("perioperative-interruption")
    assert "PER-03" in card.rules
    assert "consult" in keys(card)


def test_s37_reduce_gradually() -> None:
    """A taper is offered, and a cut of a third is told."""
    chart = Chart()
    order = chart.baclofen()
    lower = Chart().baclofen(13, 3)["dosageInstruction"]
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=lower)]).card(
        "abrupt-discontinuation"
    )
    assert "faster than a safe taper" in card.summary
    assert "taper" in keys(card)


def test_s38_the_label_warns_of_hallucinations_and_seizures() -> None:
    """Quoted with its source."""
    chart = Chart()
    order = chart.baclofen()
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card("abrupt-discontinuation")
    assert "hallucinations and seizures (C-LORAL)" in card.detail


def test_s39_teach_patients_and_carers() -> None:
    """At discharge with a pump."""
    chart = Chart(taught=False)
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    assert chart.decide(ENCOUNTER_DISCHARGE).card("patient-education")


def test_s40_with_an_emergency_contact() -> None:
    """Named in the teaching."""
    chart = Chart(taught=False)
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    assert "emergency" in chart.decide(ENCOUNTER_DISCHARGE).card("patient-education").detail


def test_s41_with_a_backup_supply() -> None:
    """A refill gap offers a bridging supply."""
    chart = Chart()
    chart.baclofen()
    chart.fill("36d", 30)
    card = chart.decide().card("abrupt-discontinuation")
    assert "ABR-05" in card.rules
    assert "bridge-supply" in keys(card)


def test_s42_with_regular_pump_checks() -> None:
    """Nothing checked for seven months."""
    chart = Chart()
    chart.pump()
    chart.alarm_date("+30d", told="210d")
    chart.procedure("Intrathecal pump interrogation, no reprogramming", "210d")
    assert "PMP-05" in chart.decide().card("pump-failure-risk").rules


def test_s43_withdrawal_is_not_toxicity() -> None:
    """Limp and drowsy after a refill."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20h")
    chart.sign("Flaccid")
    chart.sign("Somnolent")
    decided = chart.decide()
    assert decided.card("toxicity-not-withdrawal")
    assert not decided.urgency(WITHDRAWAL)


def test_s44_the_features_overlap() -> None:
    """Where tone was not examined one card asks for it."""
    chart = omitted("Confusion", "Somnolent", mg=10)
    chart.vital("9279-1", 8, "/min")
    assert "Examine tone" in chart.decide().card("toxicity-not-withdrawal").summary


def test_s45_signs_of_withdrawal() -> None:
    """Hypertension, spasticity, hyperthermia, tachycardia."""
    chart = failing_pump("Increased spasticity")
    chart.temperature(39.1)
    chart.heart_rate(118)
    chart.systolic(172)
    assert {i.code for i in chart.case().pump_findings.items} >= {"N1", "A1", "A2", "A3"}


def test_s46_signs_of_toxicity() -> None:
    """Hypotension, flaccidity, respiratory depression, bradycardia."""
    chart = Chart()
    chart.sign("Flaccid")
    chart.systolic(84)
    chart.heart_rate(44)
    chart.vital("9279-1", 8, "/min")
    assert {i.code for i in chart.case().toxicity.items} >= {"X1", "X3", "X4", "X5"}


def test_s47_do_not_treat_intrathecal_withdrawal_with_tablets() -> None:
    """Said on the withdrawal card itself."""
    assert "Oral baclofen alone is not effective" in withdrawal(failing_pump("Rigidity")).detail


def test_s48_it_delays_the_right_treatment() -> None:
    """And why."""
    assert "must not delay" in withdrawal(failing_pump("Rigidity")).detail


@pytest.mark.parametrize(
    ("problem", "mimic"),
    [("Spinal cord injury at T4", "autonomic dysreflexia"), ("Autonomic dysreflexia", "autonomic dysreflexia")],
)
def test_s49_autonomic_dysreflexia_is_considered(problem: str, mimic: str) -> None:
    """Cord injury at T6 or above."""
    chart = failing_pump("Rigidity")
    chart.condition(problem, "900d")
    assert mimic in withdrawal(chart).detail


def test_s50_malignant_hyperthermia_is_considered() -> None:
    """After a volatile anaesthetic."""
    chart = failing_pump("Rigidity")
    chart.medicine("sevoflurane", "3h")
    assert "malignant hyperthermia" in withdrawal(chart).detail


def test_s51_neuroleptic_malignant_syndrome_is_considered() -> None:
    """With a dopamine antagonist on the list."""
    chart = failing_pump("Rigidity")
    chart.medicine("haloperidol 5 mg", "30h")
    assert "neuroleptic malignant syndrome" in withdrawal(chart).detail


def test_s52_serotonin_syndrome_is_considered() -> None:
    """With a serotonergic drug on the list."""
    chart = failing_pump("Rigidity")
    chart.medicine("sertraline 100 mg", "300d")
    assert "serotonin syndrome" in withdrawal(chart).detail


def test_s53_the_overlap_is_told() -> None:
    """Even with nothing in the chart that points to a mimic."""
    assert "Overlaps with sepsis" in withdrawal(failing_pump("Rigidity")).detail


def test_s54_interruption_is_the_key_differentiator() -> None:
    """The same fever and rigidity: with regular doses no card, with an interruption one that says so."""
    steady = Chart()
    steady.baclofen()
    steady.sign("Severe rigidity")
    steady.temperature(39.5)
    assert not steady.decide().urgency(WITHDRAWAL)
    assert "Key differentiator: baclofen interruption" in withdrawal(omitted("Severe rigidity")).detail


def pregnant() -> Chart:
    """32 weeks, on 60 mg/day."""
    chart = Chart(age=30)
    chart.baclofen()
    chart.condition("Pregnancy, 32 weeks", "220d")
    return chart


def newborn(*signs: str) -> Chart:
    """Two days old, mother on baclofen."""
    chart = Chart(age=2 / 365.25)
    chart.condition("Newborn affected by maternal baclofen use", "2d")
    for sign in signs:
        chart.sign(sign)
    return chart


def test_s55_newborns_of_mothers_on_baclofen_may_withdraw() -> None:
    """Watch, even without signs."""
    assert newborn().decide().urgency("neonatal-risk") == "warning"


def test_s56_onset_is_hours_to_days_after_delivery() -> None:
    """Told as days."""
    assert "for days" in newborn().decide().card("neonatal-risk").summary


@pytest.mark.parametrize(
    ("sign", "urgency"),
    [("Increased tone", "warning"), ("Tremor", "warning"), ("Jitteriness", "warning"), ("Seizure", "critical")],
)
def test_s57_signs_in_the_newborn(sign: str, urgency: str) -> None:
    """Tone, tremor, jitteriness; a seizure is critical."""
    assert newborn(sign).decide().urgency("neonatal-risk") == urgency


def test_s58_reduce_before_delivery_where_possible() -> None:
    """In late pregnancy, never abruptly."""
    card = pregnant().decide().card("neonatal-risk")
    assert card.urgency.indicator == "warning"
    assert "Never stop abruptly" in card.detail


def kidney(egfr: float) -> Chart:
    """Kidney function, no baclofen yet."""
    chart = Chart(age=70)
    chart.vital("98979-8", egfr, "mL/min/1.73m2", "20d")
    return chart


def new_baclofen() -> Resource:
    """10 mg three times a day, new."""
    return {**Chart().baclofen(10, 3, since="0d", status="draft"), "id": "new"}


def test_s59_caution_with_reduced_kidney_function() -> None:
    """A new order with an eGFR of 40."""
    assert kidney(40).decide(ORDER_SIGN, [new_baclofen()]).urgency("renal-dosing") == "warning"


def test_s60_lower_doses_because_the_kidney_excretes_it() -> None:
    """Below 30 it is avoided; said why."""
    card = kidney(22).decide(ORDER_SIGN, [new_baclofen()]).card("renal-dosing")
    assert card.urgency.indicator == "critical"
    assert "kidney" in card.detail


def test_s61_names_its_sources() -> None:
    """Keys on the card, citations on the knowledge page."""
    assert "Sources: SEED" in withdrawal(omitted("Seizure")).detail


def test_s62_is_for_professionals_who_check() -> None:
    """The footer."""
    assert "check against local guidance and primary sources" in withdrawal(omitted("Seizure")).detail


def test_s63_does_not_replace_discretion() -> None:
    """Override reasons are offered, nothing is recommended by force."""
    card = withdrawal(omitted("Seizure"))
    assert card.override_reasons
    assert not any(s.is_recommended for s in card.suggestions)
    assert "does not replace clinical judgement" in card.detail


def test_s64_tells_published_from_judged() -> None:
    """Each threshold."""
    assert "(local judgement)" in withdrawal(omitted("Seizure")).detail


def test_s65_leaves_the_decision_to_the_clinician() -> None:
    """Offered as drafts and proposals, never signed."""
    for suggestion in withdrawal(omitted("Seizure")).suggestions:
        for action in suggestion.actions:
            assert (action.resource or {}).get("status", "draft") == "draft"


def test_s66_leads_to_more() -> None:
    """The knowledge page of the leading rule is the card's source."""
    decided = omitted("Seizure").decide(ORDER_SELECT)
    assert decided.card(WITHDRAWAL).leader == "WDR-01"
