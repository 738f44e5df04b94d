"""An entered taper: each step, the whole, and the last step before zero; and the taper that is suggested keeps them."""

from typing import Any

import pytest

from cards.hooks import ORDER_SIGN
from cards.verdict import CannotTell, Quiet
from tests.chart import Chart, instant

KIND = "abrupt-discontinuation"


def taper(*steps: tuple[float, float | None], **more: Any) -> dict[str, Any]:
    """A draft whose instructions follow each other: (mg three times a day, for days)."""
    instructions = []
    for number, (mg, days) in enumerate(steps, 1):
        repeat: dict[str, Any] = {"frequency": 3, "period": 1, "periodUnit": "d"}
        if days is not None:
            repeat["boundsDuration"] = {"value": days, "unit": "d", "code": "d"}
        instructions.append(
            {
                "sequence": number,
                "timing": {"repeat": repeat},
                "route": {"text": "Oral"},
                "doseAndRate": [{"doseQuantity": {"value": mg, "unit": "mg", "code": "mg"}}],
            }
        )
    return {
        "resourceType": "MedicationRequest", "id": "taper", "status": "draft", "intent": "order",
        "authoredOn": instant("0h"), "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "baclofen tablet"}, "dosageInstruction": instructions,
        "priorPrescription": {"reference": "MedicationRequest/r1"}, **more,
    }  # fmt: skip


def decided(chart: Chart, *steps: tuple[float, float | None]) -> Any:
    """What signing that taper brings."""
    return chart.decide(ORDER_SIGN, [taper(*steps)])


SLOW = ((15, 14), (12, 14), (9, 14), (6.5, 14), (3.3, 14))


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (SLOW, ""),
        (((15, 14), (11.5, 14), (8, 14)), "10 mg/day or 25 % a week"),
        (((16, 14), (12, 6), (9, 14)), "10 mg/day or 25 % a week"),
        (((16, 14), (12, 7), (9, None)), ""),
        (((16, 7), (12, 7), (9, 7), (6, 7)), "10 mg/day for 7 days before zero"),
    ],
)
def test_each_step_is_checked(steps: Any, says: str) -> None:
    """60 mg/day for a year: over 25 %, six days, and an end from 18 mg/day."""
    chart = Chart()
    chart.baclofen()
    answer = decided(chart, *steps)
    assert answer.urgency(KIND) == ("warning" if says else "")
    if says:
        card = answer.card(KIND)
        assert "ABR-07" in card.rules
        assert says in card.summary


def test_the_first_step_is_counted_from_the_dose_until_now() -> None:
    """60 to 40 mg/day, then slowly: both the cut and the taper say so."""
    chart = Chart()
    chart.baclofen()
    card = decided(chart, (13.3, 14), (10, 14), (7, 14), (4, 14), (2, 14)).card(KIND)
    assert "ABR-07" in card.rules
    assert "Step from 60 to" in card.detail


@pytest.mark.parametrize(("days", "says"), [(7, ""), (6, "10 mg/day or 25 % a week")])
def test_a_low_dose_takes_two_weeks_at_least(days: float, says: str) -> None:
    """15 mg/day: 10, 5, zero."""
    chart = Chart()
    chart.baclofen(5, 3)
    card = decided(chart, (10 / 3, days), (5 / 3, days))
    assert card.urgency(KIND) == ("warning" if says else "")


@pytest.mark.parametrize(("days", "says"), [(13, "14 days overall"), (14, "")])
def test_the_whole_is_long_enough(days: float, says: str) -> None:
    """20 to 10 mg/day, then zero: one step, two weeks."""
    chart = Chart()
    chart.baclofen(20 / 3, 3)
    answer = decided(chart, (20 / 3, 7), (10 / 3, days))
    assert answer.urgency(KIND) == ("warning" if says else "")
    if says:
        assert says in answer.card(KIND).summary


def test_low_dependence_is_a_reminder_and_short_use_nothing() -> None:
    """T1 info, T0 quiet."""
    steps = ((10, 7), (5, 7), (2.5, 7))
    low = Chart()
    low.baclofen(10, 3, "30d")
    assert decided(low, *steps).urgency(KIND) == "info"
    short = Chart()
    short.baclofen(10, 3, "5d")
    assert isinstance(decided(short, *steps).verdict("ABR-07"), Quiet)


def test_several_orders_that_follow_in_time_are_one_taper() -> None:
    """60 to 50, then 30: entered as two orders."""
    chart = Chart()
    chart.baclofen()
    orders = []
    for number, (mg, begin, end) in enumerate(((50 / 3, "0h", "+14d"), (10, "+14d", "+28d")), 1):
        order = Chart().baclofen(mg, 3, "0h", status="draft") | {"id": f"t{number}"}
        order["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] = {"start": instant(begin),
                                                                            "end": instant(end)}  # fmt: skip
        orders.append(order)
    orders[0]["priorPrescription"] = {"reference": "MedicationRequest/r1"}
    assert "ABR-07" in chart.decide(ORDER_SIGN, orders).card(KIND).rules


def test_a_dose_in_doubt_is_not_compared() -> None:
    """Steps in micrograms are a unit question."""
    chart = Chart()
    chart.baclofen()
    draft = taper((20, 14), (10, 14))
    for step in draft["dosageInstruction"]:
        step["doseAndRate"][0]["doseQuantity"].update(unit="mcg", code="ug")
    answer = chart.decide(ORDER_SIGN, [draft])
    assert KIND not in answer.kinds
    assert "dose-unit-check" in answer.kinds


def test_what_was_taken_before_nobody_could_read() -> None:
    """Fills and doses are lost, orders show nothing: cannot tell."""
    chart = Chart()
    lost = ["MedicationDispense", "MedicationAdministration"]
    answer = chart.decide(ORDER_SIGN, [taper((15, 14), (5, 14))], lost=lost)
    assert isinstance(answer.verdict("ABR-07"), CannotTell)


@pytest.mark.parametrize("mg", [20, 25, 30, 62.5, 80])
def test_the_taper_that_is_suggested_is_slow_enough(mg: float) -> None:
    """Signing the suggestion brings no card of its own kind."""
    chart = Chart()
    order = chart.baclofen(mg, 1)
    stop = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card(KIND)
    suggested = next(s for s in stop.suggestions if s.key == "taper").actions[0].resource
    assert suggested is not None
    draft = {**suggested, "id": "taper"}
    draft.pop("intent")
    answer = chart.decide(ORDER_SIGN, [{**draft, "intent": "order"}])
    assert answer.verdict("ABR-07") == Quiet("slow enough", rests_on=())
    assert answer.urgency(KIND) == ""


@pytest.mark.parametrize(
    ("age", "problem", "value", "days"),
    [
        (54, "", 60, 7), (54, "", 59, 14), (64.9, "", None, 7), (65.1, "", None, 14), (54, "Epilepsy", None, 14),
        (54, "Baclofen withdrawal", None, 14),
    ],
)  # fmt: skip
def test_the_interval_of_the_suggested_taper(age: float, problem: str, value: float | None, days: int) -> None:
    """Two weeks at 65, with epilepsy, an earlier withdrawal, or an eGFR under 60."""
    chart = Chart(age=age)
    order = chart.baclofen(10, 3, "100d")
    if problem:
        chart.condition(problem, "900d", active=problem == "Epilepsy")
    if value:
        chart.vital("98979-8", value, "mL/min/{1.73_m2}", "20d")
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card(KIND)
    assert any(f"in steps of {days} days" in s.label for s in card.suggestions)
