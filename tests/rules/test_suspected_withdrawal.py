"""Fever, rigidity, hallucinations after an interruption; and what looks like it."""

from collections.abc import Callable

import pytest

from cards.verdict import CannotTell, Card, Quiet
from tests.chart import Chart, instant

KIND = "suspected-withdrawal"


def omitted(hours: str = "31h", mg: float = 20, **more: float) -> Chart:
    """Home baclofen three times a day, admitted, not ordered."""
    chart = Chart(**more)
    chart.baclofen(mg)
    chart.stay(hours)
    return chart


def overdue_pump(**more: float) -> Chart:
    """A baclofen pump whose alarm date passed six days ago."""
    chart = Chart(**more)
    chart.pump()
    chart.alarm_date("6d")
    return chart


def alarm_yesterday(**more: float) -> Chart:
    """A baclofen pump whose alarm date was yesterday: the supply card is a warning only."""
    chart = Chart(**more)
    chart.pump()
    chart.alarm_date("1d")
    return chart


def test_hallucinations_alone_31_h_after_the_last_dose() -> None:
    """A published case (C-DAL07): a confirmed interruption needs two points."""
    chart = omitted("31h", mg=10)
    chart.sign("Visual hallucinations")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "warning"
    assert card.rules[0] == "WDR-01"


def test_the_same_at_20_hours_needs_three_points() -> None:
    """Probable, not confirmed."""
    chart = omitted("20h", mg=10)
    chart.sign("Visual hallucinations")
    assert chart.decide().urgency(KIND) == ""
    chart.heart_rate(118)
    assert chart.decide().urgency(KIND) == "warning"


def test_it_absorbs_the_omission() -> None:
    """One clear card: the discontinuation is part of it."""
    chart = omitted()
    chart.sign("Visual hallucinations")
    decided = chart.decide()
    assert decided.kinds == [KIND]
    assert decided.card(KIND).rules == ("WDR-01", "ABR-03")


def test_absorbing_keeps_the_higher_urgency() -> None:
    """The omission of 31 h at high dependence was critical, and stays so."""
    chart = omitted()
    chart.sign("Visual hallucinations")
    assert chart.decide().card(KIND).urgency.indicator == "critical"


@pytest.mark.parametrize("finding", ["Seizure", "Generalized tonic-clonic seizure"])
def test_a_seizure_is_a_red_flag(finding: str) -> None:
    """Critical with two points."""
    chart = omitted()
    chart.sign(finding)
    assert chart.decide().urgency(KIND) == "critical"


def test_fever_without_interruption_is_no_withdrawal() -> None:
    """Pneumonia on regular baclofen: the key differentiator is missing."""
    chart = Chart()
    chart.baclofen()
    chart.temperature(39.5)
    chart.heart_rate(130)
    chart.sign("Confusion")
    chart.condition("Pneumonia", "1d")
    assert chart.decide().is_silent


@pytest.mark.parametrize(
    ("celsius", "sign", "urgency"),
    [
        (37.9, "Tremor", ""),
        (38.0, "Tremor", "warning"),
        (38.9, "Rigidity", "warning"),
        (39.0, "Rigidity", "critical"),
        (39.9, "Tremor", "warning"),
        (41.0, "Tremor", "critical"),
    ],
)
def test_fever_after_a_missed_refill(celsius: float, sign: str, urgency: str) -> None:
    """Two points suffice by pump; 39 with rigidity is a red flag, four points are critical."""
    chart = alarm_yesterday()
    chart.temperature(celsius)
    chart.sign(sign)
    assert chart.decide().urgency(KIND) == urgency


def test_itching_after_the_alarm_date() -> None:
    """Itching without rash is the commonest first sign by pump."""
    chart = overdue_pump()
    chart.sign("Itching")
    assert chart.decide().card(KIND).rules[0] == "WDR-02"


def test_pump_of_unknown_state_needs_five_points() -> None:
    """Possible interruption: five points in two domains."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.temperature(39.2)
    chart.sign("Confusion")
    assert chart.decide().urgency(KIND) == ""
    chart.heart_rate(120)
    assert chart.decide().urgency(KIND) == "warning"


def test_possible_interruption_is_critical_only_with_red_flag_and_rigidity() -> None:
    """39.2 °C with rigidity."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.temperature(39.2)
    chart.sign("Rigidity")
    chart.heart_rate(120)
    assert chart.decide().urgency(KIND) == "critical"


def test_interrogated_normal_asks_for_six_points_and_rigidity() -> None:
    """A normal interrogation does not exclude the catheter."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.pump_note("Intrathecal pump interrogation", "normal, running as programmed, no alarms")
    chart.temperature(39.2)
    chart.sign("Confusion")
    chart.heart_rate(120)
    assert chart.decide().urgency(KIND) == ""
    chart.sign("Rigidity")
    assert chart.decide().urgency(KIND) == "critical"


def test_motor_stall_is_a_confirmed_failure() -> None:
    """Two points suffice for a warning; the stall that the card takes in is critical by itself."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.pump_note("Intrathecal pump interrogation", "motor stall", "5h")
    chart.sign("Increased spasticity", "1h")
    decided = chart.decide()
    verdict = decided.verdict("WDR-02")
    assert isinstance(verdict, Card)
    assert verdict.urgency.indicator == "warning"
    assert decided.card(KIND).urgency.indicator == "critical"
    assert "PMP-03" in decided.card(KIND).rules


def test_low_tone_is_toxicity_not_withdrawal() -> None:
    """Tone decides: no withdrawal card, no restart."""
    chart = overdue_pump()
    chart.temperature(39.2)
    chart.sign("Flaccid, low muscle tone")
    chart.sign("Confusion")
    decided = chart.decide()
    assert decided.urgency(KIND) == ""
    assert isinstance(decided.verdict("WDR-02"), Quiet)


def test_rigidity_with_low_pressure_stays_withdrawal() -> None:
    """The late, multi-organ phase."""
    chart = overdue_pump()
    chart.sign("Severe rigidity")
    chart.systolic(78)
    chart.heart_rate(45)
    assert chart.decide().urgency(KIND) == "critical"


def test_spasticity_on_the_problem_list_is_no_finding() -> None:
    """It is why baclofen is given."""
    chart = omitted()
    chart.condition("Spasticity", None)
    chart.condition("Spastic paraparesis", "900d")
    assert chart.decide().urgency(KIND) == ""


def test_a_finding_from_before_the_interruption_is_baseline() -> None:
    """Confused since last week."""
    chart = omitted("31h")
    chart.sign("Confusion", "40h")
    assert chart.decide().urgency(KIND) == ""


def test_what_is_denied_is_not_found() -> None:
    """No fever, denies hallucinations."""
    chart = omitted()
    chart.sign("No fever")
    chart.sign("Denies hallucinations")
    for resource in chart.resources[-2:]:
        del resource["valueString"]
    assert chart.decide().urgency(KIND) == ""


def test_children_have_their_own_limits() -> None:
    """A pulse of 130 at four years is a point; at four months it is not."""
    for age, counted in ((4, True), (0.4, False)):
        chart = alarm_yesterday(age=age)
        chart.sign("Tremor")
        chart.heart_rate(130)
        assert (chart.decide().urgency(KIND) == "warning") is counted


@pytest.mark.parametrize(("age", "offered"), [(54, True), (12, False)])
def test_no_midazolam_and_no_dose_for_a_child(age: float, offered: bool) -> None:
    """Never an adult dose on a child's card."""
    chart = overdue_pump(age=age)
    chart.sign("Seizure")
    card = chart.decide().card(KIND)
    assert ("midazolam" in [s.key for s in card.suggestions]) is offered
    assert offered or "mg" not in card.detail.replace("mmHg", "").replace("mg/d", "").split("Rules WDR")[0]


def test_ten_days_after_the_last_tablet_counts_less() -> None:
    """Symptoms fade in meaning: full to 7 days, one level less to 14, then not at all."""
    for until, urgency in (("6d", "warning"), ("13d", ""), ("15d", "")):
        chart = Chart()
        chart.baclofen(10, 3, status="stopped", until=until)
        chart.sign("Visual hallucinations")
        assert chart.decide().urgency(KIND) == urgency


def test_symptoms_without_vital_signs_reach_warning() -> None:
    """FND-08: no vitals, no seizure, not confirmed."""
    chart = overdue_pump()
    chart.sign("Visual hallucinations")
    chart.sign("Increased spasticity")
    chart.sign("Itching")
    assert chart.decide().card(KIND).rules[0] == "WDR-02"


@pytest.mark.parametrize(
    ("loinc", "value", "unit", "when", "urgency"),
    [
        ("59408-5", 85, "%", "1h", "critical"),
        ("2708-6", 85, "%", "1h", "critical"),
        ("2708-6", 89, "%", "1h", "critical"),
        ("2708-6", 90, "%", "1h", "warning"),
        ("2708-6", 85, "%", "30h", "warning"),
        ("2157-6", 12000, "U/L", "1h", "critical"),
        ("2157-6", 12000, "U/L", "47h", "critical"),
        ("2157-6", 12000, "U/L", "50h", "warning"),
    ],
)
def test_what_was_measured_is_more_than_a_symptom(loinc: str, value: float, unit: str, when: str, urgency: str) -> None:
    """A red flag of oxygen or muscle beside spasticity, the interruption being probable (FND-08)."""
    chart = overdue_pump()
    chart.sign("Increased spasticity")
    chart.vital(loinc, value, unit, when)
    verdict = chart.decide().verdict("WDR-02")
    assert isinstance(verdict, Card)
    assert verdict.urgency.indicator == urgency


@pytest.mark.parametrize(
    ("loinc", "value", "unit", "urgency"),
    [
        ("8462-4", 80, "mm[Hg]", "critical"),
        ("8478-0", 90, "mm[Hg]", "critical"),
        ("59408-5", 97, "%", "critical"),
        ("2823-3", 4.1, "mmol/L", "critical"),
        ("9269-2", 15, "{score}", "warning"),
        ("29463-7", 70, "kg", "warning"),
    ],
)
def test_any_value_measured_counts_but_no_score_and_no_weight(
    loinc: str, value: float, unit: str, urgency: str
) -> None:
    """Six points by words alone; a score of nursing rates a symptom, a weight says nothing of the state."""
    chart = omitted("20h")
    for sign in ("Visual hallucinations", "Rigidity", "Confusion"):
        chart.sign(sign)
    chart.vital(loinc, value, unit)
    verdict = chart.decide().verdict("WDR-01")
    assert isinstance(verdict, Card)
    assert verdict.urgency.indicator == urgency


def test_every_card_says_what_counted_and_what_it_rests_on() -> None:
    """Evidence with references, thresholds told published from judged, disclaimer, version."""
    chart = overdue_pump()
    chart.temperature(39.4)
    chart.sign("Increased spasticity")
    card = chart.decide().card(KIND)
    assert "Counted 4 points" in card.detail
    assert {e.reference.split("/")[0] for e in card.evidence} >= {"Observation", "Device"}
    for words in (
        "local judgement",
        "does not replace clinical judgement",
        "Knowledge 2026",
        "pending clinical review",
    ):
        assert words in card.detail


@pytest.mark.parametrize(
    ("event", "fix", "urgency"),
    [
        ("motor stall", None, "critical"),
        ("motor stall", "Intrathecal pump refill", ""),
        ("catheter leak", "Intrathecal pump refill", "critical"),
        ("catheter leak", "Intrathecal catheter revision", "warning"),
    ],
)
def test_what_was_set_right_no_longer_counts(event: str, fix: str | None, urgency: str) -> None:
    """A refill mends a stalled or empty pump, not a catheter; loss of effect after a revision is news again."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "60d")
    chart.pump_note("Intrathecal pump interrogation", event, "20h")
    if fix:
        chart.procedure(fix, "10h")
    chart.sign("Increased spasticity", "1h")
    assert chart.decide().urgency(KIND) == urgency


def test_a_screening_bolus_is_no_exposure() -> None:
    """A single trial dose by lumbar puncture."""
    chart = Chart()
    chart.add(
        "MedicationRequest", status="completed", intent="order", authoredOn=instant("20h"),
        medicationCodeableConcept={"text": "baclofen intrathecal 50 mcg screening bolus"},
        dosageInstruction=[{"text": "50 mcg intrathecal test dose once", "route": {"text": "Intrathecal"}}],
    )  # fmt: skip
    chart.sign("Visual hallucinations")
    chart.temperature(39.5)
    assert not chart.decide().kinds


def test_a_young_infant_always_gets_a_sepsis_work_up() -> None:
    """Fever under six months (FND-11)."""
    chart = alarm_yesterday(age=0.3)
    chart.temperature(38.4)
    chart.sign("Tremor")
    assert "sepsis work-up regardless" in chart.decide().card(KIND).detail


def test_no_taper_is_offered_in_withdrawal() -> None:
    """The absorbed stop offered one."""
    chart = Chart()
    chart.baclofen(status="stopped", until="30h")
    chart.sign("Seizure")
    card = chart.decide().card(KIND)
    assert "ABR-01" in card.rules
    assert "taper" not in [s.key for s in card.suggestions]


def test_without_an_age_a_fast_pulse_cannot_be_judged() -> None:
    """One point short, a pulse of 130, and nobody knows how old: not an all-clear."""
    chart = Chart(age=None)
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.sign("Increased spasticity")
    chart.sign("Agitation")
    chart.temperature(38.4)
    chart.heart_rate(130)
    assert chart.decide(lost=["Patient"]).decision.could_not_check is not None


def test_ten_days_without_tablets_is_told_in_days_and_confirmed() -> None:
    """The dose needs a prescriber's word."""
    chart = Chart()
    chart.baclofen(status="stopped", until="6d")
    chart.sign("Seizure")
    card = chart.decide().card(KIND)
    assert "6 days" in card.summary
    assert "prescriber to confirm" in card.detail


def test_an_early_sign_is_mentioned_on_the_discontinuation_card() -> None:
    """Below the gate there is no card of its own."""
    chart = omitted("20h", mg=10)
    chart.sign("Tremor")
    card = chart.decide().card("abrupt-discontinuation")
    assert "Early sign that may be withdrawal: Tremor" in card.detail


def test_a_stop_at_an_unknown_time_is_not_told_as_an_hour_ago() -> None:
    """Most charts do not say when an order was stopped: then no hours are told."""
    chart = Chart()
    chart.baclofen(status="stopped", since="60d")
    for sign in ("Rigidity", "Hallucinations", "Tremor", "Seizure"):
        chart.sign(sign)
    card = chart.decide().card(KIND)
    assert card.summary == "Suspected baclofen withdrawal (oral, last dose unknown): restart now"
    assert "order ended at an unknown time." in card.detail
    assert "less than 1 h" not in card.detail


def test_a_dose_changed_by_a_new_order_bridges_the_use_before() -> None:
    """60 mg/day for half a year, stopped nobody wrote when; for three days 15 mg/day, and hallucinating."""
    chart = Chart()
    chart.baclofen(20, 3, "200d", status="stopped")
    chart.baclofen(5, 3, "3d")
    for sign in ("Visual hallucinations", "Increased spasticity"):
        chart.sign(sign)
    card = chart.decide().card(KIND)
    assert "dose cut (probable) 72 h ago" in card.detail
    assert "for at least 200 days" in card.detail


@pytest.mark.parametrize(
    ("held_up", "flag"),
    [
        (
            lambda chart: chart.medicine("norepinephrine infusion", "4h"),
            "vasopressor (norepinephrine infusion ordered)",
        ),
        (lambda chart: chart.procedure("Mechanical ventilation", "4h", "in-progress"), "ventilated: Mechanical"),
        (lambda chart: chart.pump_note("Ventilator mode", "SIMV"), "Ventilator mode: SIMV"),
        (lambda chart: chart.systolic(82), "low blood pressure (SBP 82 mmHg)"),
    ],
)
def test_support_of_circulation_or_breathing_is_critical(held_up: Callable[[Chart], object], flag: str) -> None:
    """The red flag names what it is, and its resource is evidence."""
    chart = alarm_yesterday()
    chart.heart_rate(96)
    chart.condition("Spasticity", "4h", category=[{"coding": [{"code": "encounter-diagnosis"}]}])
    assert chart.decide().urgency(KIND) == "warning"
    told = held_up(chart)
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "critical"
    assert f"Red flags: {flag}" in card.detail
    assert isinstance(told, dict)
    assert f"{told['resourceType']}/{told['id']}" in {e.reference for e in card.evidence}


def drowsy_on_dialysis(ordered: bool) -> Chart:
    """Hallucinations a day after the last dose, drowsy with a low pressure; dialysis stands ordered, or not."""
    chart = Chart()
    chart.baclofen(status="stopped", since="400d", until="30h")
    chart.sign("Hallucinations", "3h")
    chart.sign("Agitation", "3h")
    chart.sign("stupor", "2h")
    chart.systolic(80)
    if ordered:
        chart.order("Hemodialysis three times a week", authoredOn=instant("300d"))
    return chart


def test_dialysis_that_was_not_read_is_named() -> None:
    """It would make the signs enough for toxicity: the card names service orders, TOX-01 cannot tell."""
    assert drowsy_on_dialysis(True).decide().card("toxicity-not-withdrawal").summary.startswith("Withdrawal or tox")
    whole = drowsy_on_dialysis(False).decide()
    assert whole.card("suspected-withdrawal").urgency.indicator == "critical"
    assert isinstance(whole.verdict("TOX-01"), Quiet)
    decided = drowsy_on_dialysis(True).decide(lost=["ServiceRequest"])
    assert "ServiceRequest" in decided.card("suspected-withdrawal").not_available
    assert isinstance(decided.verdict("TOX-01"), CannotTell)
