"""Planned reductions: slow enough, too fast, told in words."""

from itertools import pairwise
from typing import Any

import pytest

from cards.hooks import ORDER_SIGN
from cards.record.facts import DailyDose, DoseStep
from cards.record.when import When
from cards.taper_builder import split_in_three, taper_steps
from cards.timeline.taper import ending, entered_taper, too_large_step
from tests.chart import Chart, instant, moment


def steps(*doses: tuple[float, int], start: str = "0d") -> list[dict[str, Any]]:
    """A dosage schedule: (mg three times a day, for days)."""
    return [
        {
            "sequence": number,
            "timing": {
                "repeat": {
                    "frequency": 3,
                    "period": 1,
                    "periodUnit": "d",
                    "boundsDuration": {"value": days, "unit": "d", "code": "d"},
                }
            },
            "doseAndRate": [{"doseQuantity": {"value": mg, "unit": "mg", "code": "mg"}}],
        }
        for number, (mg, days) in enumerate(doses, 1)
    ]


@pytest.mark.parametrize(
    ("schedule", "slow_enough"),
    [
        (steps((20, 7), (15, 7), (12, 7), (10, 7)), True),
        (steps((20, 7), (10, 7)), False),
        (steps((20, 6), (16, 7)), False),
        (steps((10, 14), (7, 14), (4, 14), (2, 14)), True),
    ],
)
def test_steps_are_checked(schedule: list[dict[str, Any]], slow_enough: bool) -> None:
    """At most 10 mg/day or 25 % within a week."""
    chart = Chart()
    chart.baclofen()
    chart.resources[-1]["dosageInstruction"] = schedule
    taper = chart.case().taper
    assert taper is not None
    assert taper.is_within_limits is slow_enough
    assert taper.excuses is slow_enough


def test_the_same_dose_is_no_taper() -> None:
    """Two steps that do not fall."""
    chart = Chart()
    chart.baclofen()
    chart.resources[-1]["dosageInstruction"] = steps((20, 7), (20, 7))
    assert chart.case().taper is None


@pytest.mark.parametrize("status", ["active", "completed"])
def test_a_plan_in_words(status: str) -> None:
    """A care plan that says so; its steps cannot be checked."""
    chart = Chart()
    chart.baclofen()
    chart.add(
        "CarePlan", status=status, intent="plan", title="Baclofen taper over 8 weeks", period={"start": instant("20d")}
    )
    taper = chart.case().taper
    assert taper is not None
    assert taper.is_within_limits is None
    assert taper.excuses


@pytest.mark.parametrize("title", ["Dexamethasone taper", "Wean oxycodone", "Wean BiPAP", "Weaning from the bottle"])
def test_somebody_elses_taper_excuses_nothing(title: str) -> None:
    """The plan must be about baclofen."""
    chart = Chart()
    order = chart.baclofen()
    chart.add("CarePlan", status="active", intent="plan", title=title)
    chart.order(title)
    stop = chart.draft(order, status="stopped")
    assert chart.decide(ORDER_SIGN, [stop]).urgency("abrupt-discontinuation") == "critical"


def test_a_drafted_taper_that_starts_too_low_is_a_cut() -> None:
    """60 to 30 mg/day as the first of two steps is half in one step."""
    chart = Chart()
    order = chart.baclofen()
    draft = chart.draft(order, status="draft", dosageInstruction=steps((10, 7), (8, 7)))
    assert chart.decide(ORDER_SIGN, [draft]).urgency("abrupt-discontinuation") == "critical"


def test_a_taper_of_two_years_ago_explains_nothing() -> None:
    """It was completed, and baclofen was taken up again."""
    chart = Chart()
    chart.baclofen(20, 3, "800d", status="completed", until="780d")
    chart.resources[-1]["dosageInstruction"] = steps((20, 7), (15, 7), (10, 7))
    order = chart.baclofen()
    stop = chart.draft(order, status="stopped")
    assert chart.decide(ORDER_SIGN, [stop]).urgency("abrupt-discontinuation") == "critical"


def test_a_plan_that_is_over_excuses_nothing() -> None:
    """Last year's plan."""
    chart = Chart()
    chart.baclofen()
    chart.add("CarePlan", status="active", intent="plan", title="Baclofen taper", period={"end": instant("200d")})
    assert chart.case().taper is None


def test_a_taper_excuses_the_stop_but_never_suspected_withdrawal() -> None:
    """A 13-year-old was reduced gradually and reached 41.7 °C (C-MAN93)."""
    chart = Chart()
    order = chart.baclofen()
    chart.add("CarePlan", status="active", intent="plan", title="Baclofen taper over 8 weeks")
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).urgency("abrupt-discontinuation") == ""
    chart.sign("Severe rigidity")
    chart.temperature(41.2)
    chart.heart_rate(150)
    assert chart.decide().urgency("suspected-withdrawal") == "critical"


@pytest.mark.parametrize("daily", [10, 15, 20, 30, 40, 45, 60, 80, 100])
def test_the_taper_we_offer_keeps_its_own_rules(daily: float) -> None:
    """Down to zero, each step within the limits, single doses in whole or half tablets that add up."""
    doses = taper_steps(daily, Chart().moment())
    assert doses[-1] == 0
    for before, after in pairwise(doses):
        assert 0 < before - after <= max(10, 0.25 * before)
        assert sum(split_in_three(after)) == after


@pytest.mark.parametrize(("age", "slow_enough"), [(54, True), (9, False)])
def test_a_child_s_step_is_a_quarter(age: float, slow_enough: bool) -> None:
    """24 to 16 mg/day is within 10 mg; for a child it is a third."""
    chart = Chart(age=age)
    chart.baclofen()
    chart.resources[-1]["dosageInstruction"] = steps((8, 7), (16 / 3, 7), (4, 7))
    taper = chart.case().taper
    assert taper is not None
    assert taper.is_within_limits is slow_enough
    assert taper.reference == f"MedicationRequest/{chart.resources[-1]['id']}"


@pytest.mark.parametrize(("first", "slow_enough"), [(20, True), (15, True), (14, False)])
def test_a_drafted_taper_begins_at_the_dose_until_now(first: float, slow_enough: bool) -> None:
    """60 mg/day until now: its first step is the first cut."""
    chart = Chart()
    order = chart.baclofen()
    draft = chart.draft(order, status="draft", id="taper", dosageInstruction=steps((first, 7), (first * 0.8, 7)))
    taper = chart.case(ORDER_SIGN, [draft]).taper
    assert taper is not None
    assert taper.is_within_limits is slow_enough


def told(*doses: tuple[float, float | None]) -> tuple[DoseStep, ...]:
    """Steps as they are read: mg/day, for days."""
    return tuple(DoseStep(dose=DailyDose(low=mg, high=mg, unit="mg/day"), days=days) for mg, days in doses)


@pytest.mark.parametrize(
    ("schedule", "before", "end"),
    [
        (told((30, 7), (20, 7), (10, 7)), 40, (10, 7, 21)),
        (told((30, 7), (20, 7), (10, 7)), None, (10, 7, 14)),
        (told((40, 7), (20, 7), (10, 7)), 40, (10, 7, 14)),
        (told((30, 7), (20, None), (10, 7)), 40, (10, 7, None)),
        (told((30, 7), (20, 7), (10, None)), 40, None),
        (told((30, 7), (10, None), (0, None)), 40, (10, None, None)),
        (told((30, 7), (10, 7), (0, None)), 40, (10, 7, 14)),
        (told((0, 7)), 40, None),
        (told((1, 7), (0.5, 7)), 2, (0.5, 7, 14)),
        ((), 40, None),
    ],
)
def test_how_a_taper_ends(schedule: tuple[DoseStep, ...], before: float | None, end: object) -> None:
    """The last dose, its days, and the days from the first step to zero; open where it goes on."""
    assert ending(schedule, before) == end


@pytest.mark.parametrize(
    ("schedule", "fault"),
    [
        (told((60, 7), (45, 7), (34, 7)), None),
        (told((60, 7), (45, 6), (34, 7)), (45, 34)),
        (told((60, 7), (45, 6.9), (34, 7)), None),
        (told((60, 7), (60, 3), (45, 7)), (60, 45)),
        (told((60, 3), (60, 7), (45, 7)), None),
        (told((60, None), (44, None)), (60, 44)),
    ],
)
def test_the_first_step_at_fault(schedule: tuple[DoseStep, ...], fault: object) -> None:
    """Too large, or within seven days of the one before; the same dose again is no step."""
    assert too_large_step(schedule, None, Chart().moment(), is_child=False) == fault


def test_days_of_a_step_from_its_dates() -> None:
    """Where nobody wrote for how long."""
    week = DoseStep(dose=DailyDose(low=30, high=30, unit="mg/day"), start=When(moment("30d"), moment("30d")),
                    end=When(moment("23d"), moment("23d")))  # fmt: skip
    open_end = DoseStep(dose=DailyDose(low=20, high=20, unit="mg/day"), start=When(moment("23d"), moment("23d")))
    assert ending((week, open_end, *told((0, None))), 40) == (20, None, None)
    assert ending((week, *told((0, None))), 40) == (30, 7, 7)


@pytest.mark.parametrize(("ended", "explains"), [("29d", True), ("30d", True), ("31d", False), (None, False)])
def test_a_plan_completed_within_a_month_explains_a_stop(ended: str | None, explains: bool) -> None:
    """A completed plan without any date explains nothing."""
    chart = Chart()
    chart.baclofen()
    more = {"period": {"start": instant("90d"), "end": instant(ended)}} if ended else {}
    chart.add("CarePlan", status="completed", intent="plan", title="Baclofen taper plan", **more)
    assert (chart.case().taper is not None) is explains


def entered(*parts: tuple[float, str | None, str | None]) -> list[tuple[float, float | None]]:
    """Orders of mg three times a day, from and until: the steps that they describe together, mg/day and days."""
    chart = Chart()
    for mg, start, end in parts:
        order = chart.baclofen(mg, since="1d")
        bounds = {key: instant(when) for key, when in (("start", start), ("end", end)) if when}
        if bounds:
            order["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] = bounds
    steps_found = entered_taper(chart.case().record.medication_orders)
    lengths = [(s.end.latest - s.start.earliest).days if s.start and s.end else None for s in steps_found]
    return [(s.dose.low, length) for s, length in zip(steps_found, lengths, strict=True) if s.dose]


@pytest.mark.parametrize(
    ("parts", "steps_found"),
    [
        ([(20, "0d", "+7d"), (15, "+7d", "+14d"), (10, "+14d", None)], [(60, 7), (45, 7), (30, None)]),
        ([(10, "+14d", None), (20, "0d", "+7d"), (15, "+7d", "+14d")], [(60, 7), (45, 7), (30, None)]),
        ([(20, "0d", "+9d"), (15, "+7d", "+14d")], []),
        ([(20, "0d", None), (15, "+7d", "+14d")], []),
        ([(20, "0d", "+7d"), (20, "+7d", "+14d")], []),
        ([(15, "0d", "+7d"), (20, "+7d", "+14d")], []),
        ([(20, "0d", "+7d")], []),
        ([(20, "0d", "+7d"), (15, None, None)], []),
        ([], []),
    ],
)
def test_orders_that_follow_each_other_are_a_taper(
    parts: list[tuple[float, str | None, str | None]], steps_found: list[tuple[float, float | None]]
) -> None:
    """Each begins when the one before has ended, and the doses fall; in whatever order they stand."""
    assert entered(*parts) == steps_found
