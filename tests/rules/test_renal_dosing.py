"""Baclofen and the kidney: a start, an increase, a chronic user whose kidneys fail, and stopping for that reason."""

from typing import Any

import pytest

from cards.hooks import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.scales.kidney import Grade
from cards.verdict import CannotTell, Quiet
from tests.chart import Chart, instant

KIND = "renal-dosing"
EGFR, CREATININE = "98979-8", "2160-0"


def start(mg: float | None = 5, times: int = 3, **more: Any) -> dict[str, Any]:
    """A draft that orders baclofen by mouth."""
    return Chart().baclofen(mg, times, "0h", status="draft", **more) | {"id": "new"}


def egfr(chart: Chart, value: float, when: str = "20d") -> None:
    """An eGFR."""
    chart.vital(EGFR, value, "mL/min/{1.73_m2}", when)


@pytest.mark.parametrize(
    ("value", "mg", "urgency"),
    [
        (60, 20, ""),
        (59, 5, "warning"),
        (59, 4.9, "info"),
        (30, 20, "warning"),
        (29, 6.6, "warning"),
        (29, 20 / 3 + 0.01, "critical"),
    ],
)
def test_a_start_is_judged_by_egfr_and_dose(value: float, mg: float, urgency: str) -> None:
    """Both sides of 60, 30, 15 mg/day and 20 mg/day."""
    chart = Chart()
    egfr(chart, value)
    assert chart.decide(ORDER_SIGN, [start(mg)]).urgency(KIND) == urgency


def test_dialysis_is_critical_at_any_dose() -> None:
    """Toxicity after 5-10 mg is reported."""
    chart = Chart()
    chart.condition("End stage renal disease on hemodialysis", "900d")
    card = chart.decide(ORDER_SIGN, [start(5, 1)]).card(KIND)
    assert card.urgency.indicator == "critical"
    assert "5-10 mg" in card.detail


@pytest.mark.parametrize(
    ("sex", "age", "urgency", "summary"),
    [
        ("female", 54, "critical", "Baclofen 20 mg/day with eGFR about 10: encephalopathy risk; avoid or reduce"),
        (
            "unknown",
            70,
            "info",
            "Baclofen: no eGFR within a year, creatinine 5 mg/dL of 8 Mar 18:00. Work out the eGFR",
        ),
        ("unknown", 54, "", ""),
        ("female", 17, "", ""),
    ],
)
def test_a_creatinine_without_an_egfr(sex: str, age: float, urgency: str, summary: str) -> None:
    """Worked out where it can be; else named, and nobody is told to check what is there."""
    chart = Chart(age=age)
    chart.resources[-1]["gender"] = sex
    chart.vital(CREATININE, 5.0, "mg/dL", "2d")
    decided = chart.decide(ORDER_SIGN, [start(20, 1)])
    assert decided.urgency(KIND) == urgency
    if urgency:
        assert decided.card(KIND).summary.startswith(summary)
        assert "Check creatinine" not in decided.card(KIND).detail
        assert "creatinine 5 mg/dL of 8 Mar" in decided.card(KIND).detail.replace("Creatinine", "creatinine")


def test_dialysis_by_a_session_or_an_order() -> None:
    """As critical as by a problem; and a chronic user is warned."""
    for told in ("procedure", "order"):
        chart = Chart()
        if told == "procedure":
            chart.procedure("Hemodialysis", "2d")
        else:
            chart.order("Hemodialysis three times a week", authoredOn=instant("60d"))
        assert chart.decide(ORDER_SIGN, [start(5, 1)]).urgency(KIND) == "critical"
        chart.baclofen(10, 3)
        assert chart.decide(PATIENT_VIEW).urgency(KIND) == "warning"


def test_an_order_for_dialysis_that_nobody_closed_for_two_years_is_none() -> None:
    """As an eGFR of then would be none."""
    chart = Chart()
    chart.order("Hemodialysis three times a week", authoredOn=instant("730d"))
    assert chart.case().kidney.grade is Grade.UNKNOWN


@pytest.mark.parametrize("lost", ["Procedure", "ServiceRequest"])
def test_dialysis_that_was_not_read_leaves_it_open(lost: str) -> None:
    """Sessions and standing orders decide as problems do."""
    assert isinstance(Chart().decide(ORDER_SIGN, [start()], lost=[lost]).verdict("REN-01"), CannotTell)


def with_creatinine(sex: str = "female", value: float = 4.2, until: str | None = None) -> Chart:
    """A chronic user with a creatinine and no eGFR."""
    chart = Chart()
    chart.resources[-1]["gender"] = sex
    chart.baclofen(until=until)
    chart.vital(CREATININE, value, "mg/dL", "2d")
    return chart


def test_a_creatinine_without_sex_and_age_leaves_it_open() -> None:
    """They make the eGFR: a silence without them rests on the patient's details, and not where an eGFR is recorded."""
    chart = with_creatinine()
    assert chart.decide().urgency(KIND) == "warning"
    decided = chart.decide(lost=["Patient"])
    assert decided.verdict("REN-02") == CannotTell(("Patient",), decided.verdict("REN-02").because)
    assert decided.decision.could_not_check is not None
    again = chart.decide(ORDER_SIGN, [start(21)], lost=["Patient"])
    assert isinstance(again.verdict("REN-01"), CannotTell)

    egfr(chart, 78, "1d")
    assert isinstance(chart.decide(lost=["Patient"]).verdict("REN-02"), Quiet)
    assert isinstance(with_creatinine("unknown").decide().verdict("REN-02"), Quiet)


def test_sex_and_age_can_make_the_bullet_of_failing_kidneys() -> None:
    """REN-03, as REN-02."""
    chart = with_creatinine(until="30h")
    chart.temperature(39.8)
    chart.sign("Rigidity")
    chart.sign("Hallucinations")
    assert "REN-03" in chart.decide().card("suspected-withdrawal").rules
    assert isinstance(chart.decide(lost=["Patient"]).verdict("REN-03"), CannotTell)


@pytest.mark.parametrize(("recorded", "urgency"), [(95, ""), (29, "warning")])
def test_a_chronic_user_with_an_old_egfr_and_a_newer_creatinine(recorded: float, urgency: str) -> None:
    """What the creatinine gives counts; where it gives nothing, it is named and nothing is called normal."""
    told = {sex: with_creatinine(sex) for sex in ("female", "unknown")}
    for chart in told.values():
        egfr(chart, recorded, "330d")
    assert told["female"].decide().card(KIND).detail.startswith("- Kidney: eGFR about 12 ")
    decided = told["unknown"].decide()
    assert decided.urgency(KIND) == urgency
    if urgency:
        assert "since then creatinine 4.2 mg/dL" in decided.card(KIND).detail
    else:
        assert "since then creatinine 4.2 mg/dL" in decided.verdict("REN-02").because


def test_a_start_with_an_old_egfr_and_a_newer_creatinine() -> None:
    """At an age at which it is asked for: neither quiet nor "no eGFR within a year"."""
    chart = Chart(age=70)
    chart.vital(CREATININE, 4.2, "mg/dL", "2d")
    egfr(chart, 95, "330d")
    card = chart.decide(ORDER_SIGN, [start()]).card(KIND)
    assert card.urgency.indicator == "info"
    assert card.summary == (
        "Baclofen: the eGFR is older than creatinine 4.2 mg/dL of 8 Mar 18:00. Work out the eGFR before the dose is set"
    )
    assert "The newest eGFR (95 mL/min/1.73 m2 of 14 Apr 2025 18:00) is older, and age 65 or over." in card.detail


@pytest.mark.parametrize(("when", "grade"), [("365d", Grade.POOR), ("367d", Grade.UNKNOWN)])
def test_an_egfr_is_good_for_a_year(when: str, grade: Grade) -> None:
    """Both sides of 365 days."""
    chart = Chart()
    egfr(chart, 25, when)
    assert chart.case().kidney.grade is grade


def test_the_newest_egfr_counts() -> None:
    """An older, worse one is past."""
    chart = Chart()
    egfr(chart, 25, "200d")
    egfr(chart, 75, "10d")
    assert chart.case().kidney.grade is Grade.NORMAL


@pytest.mark.parametrize(("when", "grade"), [("160h", Grade.POOR), ("170h", Grade.NORMAL)])
def test_acute_kidney_injury_overrides_the_egfr_for_seven_days(when: str, grade: Grade) -> None:
    """Both sides of 168 h."""
    chart = Chart()
    egfr(chart, 75)
    chart.condition("Acute kidney injury", when)
    assert chart.case().kidney.grade is grade


@pytest.mark.parametrize(
    ("before", "now", "is_acute", "first"),
    [(1.0, 1.49, False, False), (1.0, 1.5, True, True), (1.0, 1.99, True, True), (1.0, 2.0, True, False)],
)
def test_acute_kidney_injury_by_creatinine(before: float, now: float, is_acute: bool, first: bool) -> None:
    """1.5 x baseline; stage 2 from 2 x on."""
    chart = Chart()
    chart.vital(CREATININE, before, "mg/dL", "5d")
    chart.vital(CREATININE, now, "mg/dL", "4h")
    kidney = chart.case().kidney
    assert (kidney.is_acute, kidney.is_first_stage) == (is_acute, first)


@pytest.mark.parametrize(("rise", "hours", "is_acute"), [(0.3, "47h", True), (0.29, "47h", False), (0.3, "53h", False)])
def test_a_small_rise_counts_within_two_days(rise: float, hours: str, is_acute: bool) -> None:
    """0.3 mg/dL in 48 h."""
    chart = Chart()
    chart.vital(CREATININE, 1.0, "mg/dL", hours)
    chart.vital(CREATININE, 1.0 + rise, "mg/dL", "1h")
    assert chart.case().kidney.is_acute is is_acute


@pytest.mark.parametrize(
    ("age", "problem", "urgency"),
    [
        (64, "", ""),
        (66, "", "info"),
        (40, "Chronic kidney disease stage 3", "info"),
        (40, "Neurogenic bladder", "info"),
    ],
)
def test_no_egfr_is_asked_for_where_it_matters(age: float, problem: str, urgency: str) -> None:
    """From 65 on, with kidney disease or a neurogenic bladder."""
    chart = Chart(age=age)
    if problem:
        chart.condition(problem, "900d")
    assert chart.decide(ORDER_SIGN, [start()]).urgency(KIND) == urgency


def test_an_unread_laboratory_is_no_missing_egfr() -> None:
    """Laboratory results lost: cannot tell, neither quiet nor "not recorded"."""
    verdict = Chart().decide(ORDER_SIGN, [start()], lost=["ObservationLaboratory"]).verdict("REN-01")
    assert isinstance(verdict, CannotTell)


@pytest.mark.parametrize(("mg", "urgency"), [(20, ""), (19, ""), (21, "critical")])
def test_only_an_increase_of_what_is_taken_is_judged(mg: float, urgency: str) -> None:
    """A re-order at the same or a lower dose goes on; the chronic user's card is another."""
    chart = Chart()
    order = chart.baclofen()
    egfr(chart, 25)
    draft = start(mg, priorPrescription={"reference": f"MedicationRequest/{order['id']}"})
    decided = chart.decide(ORDER_SIGN, [draft])
    assert ("REN-01" in (decided.card(KIND).rules if KIND in decided.kinds else ())) is bool(urgency)
    if urgency:
        assert decided.urgency(KIND) == urgency


def test_a_dose_after_a_long_pause_is_a_new_start() -> None:
    """Stopped 40 days ago, ordered anew."""
    chart = Chart()
    chart.baclofen(since="300d", until="40d")
    egfr(chart, 25)
    assert "REN-01" in chart.decide(ORDER_SIGN, [start(20)]).card(KIND).rules


def test_by_pump_it_is_only_told() -> None:
    """Systemic exposure is small."""
    chart = Chart()
    egfr(chart, 25)
    draft = {
        "resourceType": "MedicationRequest", "id": "it", "status": "draft", "intent": "order",
        "authoredOn": instant("0h"), "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "baclofen intrathecal 2,000 mcg/mL"},
        "dosageInstruction": [{"route": {"text": "Intrathecal"}, "text": "90 mcg/day",
                               "doseAndRate": [{"rateQuantity": {"value": 90, "unit": "mcg/day"}}]}],
    }  # fmt: skip
    assert chart.decide(ORDER_SIGN, [draft]).urgency(KIND) == "info"


def test_no_dose_is_named_for_a_child() -> None:
    """The reported low dose is an adult's."""
    chart = Chart(age=12)
    egfr(chart, 25)
    assert "7.5 mg" not in chart.decide(ORDER_SIGN, [start(5)]).card(KIND).detail


def test_what_was_not_selected_is_background() -> None:
    """Order-select is about the selections."""
    chart = Chart()
    egfr(chart, 25)
    assert chart.decide(ORDER_SELECT, [start(20)], selections=("MedicationRequest/x",)).urgency(KIND) == ""
    assert chart.decide(ORDER_SELECT, [start(20)], selections=("MedicationRequest/new",)).urgency(KIND) == "critical"


@pytest.mark.parametrize(("value", "urgency"), [(29, "warning"), (30, "")])
@pytest.mark.parametrize("hook", [PATIENT_VIEW, ORDER_SIGN])
def test_a_chronic_user_s_kidneys_failed(value: float, urgency: str, hook: Any) -> None:
    """Both sides of 30; never critical, with both risks told."""
    chart = Chart()
    chart.baclofen()
    egfr(chart, value)
    decided = chart.decide(hook)
    assert decided.urgency(KIND) == urgency
    if urgency:
        card = decided.card(KIND)
        assert "stepwise" in card.summary
        assert "Stopping at once" in card.detail
        assert any("nephrology" in s.label for s in card.suggestions)
        assert any(s.label.startswith("Taper") and "14 days" in s.label for s in card.suggestions)


@pytest.mark.parametrize(("now", "urgency"), [(1.9, ""), (2.0, "warning")])
def test_acute_injury_counts_from_stage_two_on(now: float, urgency: str) -> None:
    """Stage 1 is common and passes."""
    chart = Chart()
    chart.baclofen()
    chart.vital(CREATININE, 1.0, "mg/dL", "4d")
    chart.vital(CREATININE, now, "mg/dL", "4h")
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Acute kidney injury", "warning"),
        ("Acute kidney injury, stage 1", ""),
        ("Acute kidney injury, stage 2", "warning"),
        ("Acute kidney injury on CKD stage 1", "warning"),
    ],
)
def test_acute_injury_told_in_words(text: str, urgency: str) -> None:
    """A stage that nobody recorded may be the second; the stages of chronic disease are others."""
    chart = Chart()
    chart.baclofen()
    chart.condition(text, "20h")
    assert chart.decide().urgency(KIND) == urgency


def test_a_first_stage_hides_no_low_egfr() -> None:
    """An eGFR of 25 and a small rise on top: worse, never quieter."""
    chart = Chart()
    chart.baclofen()
    egfr(chart, 25)
    chart.vital(CREATININE, 2.0, "mg/dL", "40h")
    chart.vital(CREATININE, 2.4, "mg/dL", "4h")
    assert chart.decide().urgency(KIND) == "warning"


def test_short_use_is_no_chronic_use() -> None:
    """A few days at a low dose."""
    chart = Chart()
    chart.baclofen(5, 3, "5d")
    egfr(chart, 25)
    assert isinstance(chart.decide().verdict("REN-02"), Quiet)


def test_without_the_laboratory_nobody_can_tell() -> None:
    """Laboratory results lost."""
    chart = Chart()
    chart.baclofen()
    assert isinstance(chart.decide(lost=["ObservationLaboratory"]).verdict("REN-02"), CannotTell)


def test_signs_of_toxicity_come_first() -> None:
    """Section 9 has its own card."""
    chart = Chart()
    chart.baclofen()
    egfr(chart, 25, "5h")
    chart.sign("Flaccid tone")
    chart.sign("Somnolent, stuporous")
    decided = chart.decide()
    assert "toxicity-not-withdrawal" in decided.kinds
    assert KIND not in decided.kinds


def test_stopping_for_the_kidneys_is_told_with_the_stop_and_capped() -> None:
    """The abrupt-discontinuation card says why, and is a warning at most."""
    chart = Chart()
    order = chart.baclofen()
    stop = chart.draft(order, status="stopped")
    assert chart.decide(ORDER_SIGN, [stop]).urgency("abrupt-discontinuation") == "critical"
    egfr(chart, 25)
    decided = chart.decide(ORDER_SIGN, [stop])
    card = decided.card("abrupt-discontinuation")
    assert card.urgency.indicator == "warning"
    assert "Kidney function is poor (eGFR 25" in card.detail
    assert KIND not in decided.kinds


@pytest.mark.parametrize(("value", "told"), [(29, True), (30, False)])
def test_in_withdrawal_restart_comes_first(value: float, told: bool) -> None:
    """REN-03 is a bullet of the withdrawal card, by the same grading."""
    chart = Chart()
    order = chart.baclofen(category="inpatient", status="stopped")
    order["statusReason"] = {"text": "stopped"}
    chart.stay("5d")
    chart.given("30h")
    chart.temperature(39.8)
    chart.sign("Rigidity")
    chart.sign("Hallucinations")
    egfr(chart, value, "60d")
    card = chart.decide().card("suspected-withdrawal")
    assert ("REN-03" in card.rules) is told
