"""Edges of baclofen by mouth: interruption, dependence, reductions."""

from typing import Any

from cards.hooks import ORDER_SIGN
from tests.boundaries.edge import Patient, edge
from tests.chart import Chart, Resource, instant
from tests.rules.test_taper_too_fast import taper

# -- interruption ------------------------------------------------------------------------------------------------------


def on_the_ward(hours: float, mg: float = 20, times: int = 3, since: str = "400d") -> Chart:
    """Ordered in the stay, and the last dose given so many hours ago."""
    chart = Chart()
    chart.stay("400h")
    chart.baclofen(mg, times, since, statement=True)
    chart.baclofen(mg, times, "399h", category="inpatient")
    chart.given(*(f"{hours + back}h" for back in range(0, 72, 24 // times)))
    return chart


@edge("oral_missed_dose", 13)
def last_dose_half_a_day_ago() -> Chart:
    return on_the_ward(12.5)


@edge("oral_missed_dose_short_interval", 11)
def every_six_hours_and_ten_hours_ago() -> Chart:
    return on_the_ward(10.5, 15, 4)


@edge("short_dosing_interval", 5.5)
def six_hours_are_a_short_interval() -> Chart:
    return on_the_ward(10.5, 15, 4)


@edge("late_of_long_interval", 1.4)
def once_a_day_and_a_day_and_a_half_ago() -> Chart:
    return on_the_ward(35, 60, 1)


@edge("oral_interruption_confirmed", 25)
def last_dose_a_day_ago() -> Chart:
    return on_the_ward(24.5)


@edge("missed_doses", 3)
def two_doses_not_given() -> Chart:
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(statement=True)
    chart.baclofen(since="59h", category="inpatient")
    chart.given("11h", "19h", "27h")
    chart.not_given("1h", "6h")
    return chart


@edge("omission_is_early", 7)
def six_hours_in_hospital_without_baclofen() -> Chart:
    chart = Chart()
    chart.baclofen(10, 3)
    chart.stay("6.5h")
    chart.medicine("ceftriaxone 1 g IV", "1h")
    return chart


def _stopped(days: float, sign: str = "") -> Chart:
    """An order stopped so many days ago."""
    chart = Chart()
    chart.baclofen(status="stopped", until=f"{days * 24}h")
    if sign:
        chart.sign(sign)
        chart.heart_rate(80)
    return chart


@edge("recent_stop", 6)
def stopped_a_week_ago() -> Chart:
    return _stopped(6.5)


@edge("symptoms_count_fully", 6)
def rigid_a_week_after_the_stop() -> Chart:
    return _stopped(6.5, "Increased spasticity")


@edge("symptoms_count_at_all", 13)
def rigid_two_weeks_after_the_stop() -> Chart:
    chart = _stopped(13.5, "Increased spasticity")
    chart.sign("Visual hallucinations")
    return chart


@edge("stop_without_a_time_written_within", 363)
def stopped_nobody_knows_when() -> Chart:
    chart = Chart()
    chart.baclofen(since="364d", status="stopped")
    return chart


@edge("resumed_within", 11, ORDER_SIGN)
def the_new_order_begins_tonight() -> Patient:
    chart = Chart()
    order = chart.baclofen()
    new = chart.draft(order, id="new", status="draft", authoredOn=instant("0h"))
    new["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] = {"start": instant("+11.5h")}
    return chart, [chart.draft(order, status="stopped"), new]


@edge("charted_stay", 13)
def doses_charted_for_two_weeks() -> Chart:
    """No encounter was to be had: the stay is known from doses, the first two weeks ago; none was of baclofen."""
    chart = Chart()
    chart.baclofen(since="330h", category="")
    chart.given("324h", "300h", "40h", drug="paracetamol 500 mg tablet")
    return chart


@edge("charting_goes_on", 1.5)
def the_last_dose_charted_two_days_ago() -> Chart:
    chart = Chart()
    chart.baclofen(statement=True)
    chart.baclofen(since="200h", category="inpatient")
    chart.given("90h", "66h", "42h")
    return chart


# -- dependence --------------------------------------------------------------------------------------------------------


def _stopping(mg: float, since: str, times: int = 3, age: float = 54, **more: Any) -> tuple[Chart, list[Resource]]:
    chart = Chart(age=age)
    order = chart.baclofen(mg, times, since, **more)
    return chart, [chart.draft(order, status="stopped")]


@edge("short_use", 15, ORDER_SIGN)
def two_weeks_of_use() -> Patient:
    return _stopping(10, "14d")


@edge("long_use", 61, ORDER_SIGN)
def two_months_of_use() -> Patient:
    return _stopping(10, "60d")


@edge("low_oral_dose", 16, ORDER_SIGN)
def fifteen_milligrams_a_day() -> Patient:
    return _stopping(5, "400d")


@edge("high_oral_dose", 61, ORDER_SIGN)
def sixty_milligrams_a_day() -> Patient:
    return _stopping(20, "400d")


def _child(mg_a_kg: float, weighed: str = "20d", age: float = 8) -> Patient:
    chart, drafts = _stopping(mg_a_kg * 20 / 3, "400d", age=age)
    chart.vital("29463-7", 20, "kg", weighed)
    return chart, drafts


@edge("low_oral_dose_child", 0.26, ORDER_SIGN)
def a_quarter_of_a_milligram_by_weight() -> Patient:
    return _child(0.255)


@edge("high_oral_dose_child", 1.05, ORDER_SIGN)
def a_milligram_by_weight() -> Patient:
    return _child(1.02)


@edge("child_weight_valid", 364, ORDER_SIGN)
def weighed_a_year_ago() -> Patient:
    """1.05 mg/kg/day is much by weight; without the weight 21 mg/day is not."""
    return _child(1.05, "364.5d")


@edge("tier_adult_age", 12, ORDER_SIGN)
def twelve_and_a_half_years_old() -> Patient:
    return _child(1.05, age=12.5)


@edge("dose_adult_age", 19, ORDER_SIGN)
def eighteen_years_old() -> Patient:
    return _stopping(10, "400d", age=18.5)


@edge("bridged_gap", 28, ORDER_SIGN)
def a_month_between_two_orders() -> Patient:
    chart = Chart()
    chart.baclofen(20, 3, "200d", status="completed", until="59d")
    order = chart.baclofen(20, 3, "30d")
    return chart, [chart.draft(order, status="stopped")]


@edge("replaced_within", 729, ORDER_SIGN)
def the_new_order_began_two_years_after_the_old_one() -> Patient:
    """Nobody wrote when the old order ended."""
    chart = Chart()
    chart.baclofen(20, 3, "739.5d", status="stopped")
    order = chart.baclofen(20, 3, "10d")
    return chart, [chart.draft(order, status="stopped")]


@edge("as_needed_days_a_week", 4, ORDER_SIGN)
def as_needed_on_three_days_a_week() -> Patient:
    chart = Chart()
    chart.stay("400h")
    order = chart.baclofen(category="inpatient", since="400h")
    order["dosageInstruction"][0]["asNeededBoolean"] = True
    chart.given("10h", "34h", "58h", "180h", "204h", "228h", "350h")
    return chart, [chart.draft(order, status="stopped")]


@edge("home_medicine_recent", 89)
def a_fill_of_three_months_ago() -> Chart:
    chart = Chart()
    chart.fill("89.5d", 90)
    chart.fill("180d", 90)
    chart.stay("14h")
    return chart


# -- reductions --------------------------------------------------------------------------------------------------------


def _cut(before: float, after: float) -> Patient:
    """Of three doses a day."""
    chart = Chart()
    order = chart.baclofen(before / 3)
    lower = chart.draft(order, status="draft")
    lower["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] = after / 3
    return chart, [lower]


@edge("oral_step", 9, ORDER_SIGN)
def ten_milligrams_less() -> Patient:
    """30 to 20.5 mg/day: 9.5 mg, 32 %."""
    return _cut(30, 20.5)


@edge("oral_step_share", 0.24, ORDER_SIGN)
def a_quarter_less() -> Patient:
    """60 to 45.3 mg/day: 24.5 %."""
    return _cut(60, 45.3)


@edge("abrupt_cut_share", 0.52, ORDER_SIGN)
def half_as_much() -> Patient:
    """60 to 29.4 mg/day: 51 %."""
    return _cut(60, 29.4)


@edge("cut_lookback", 6)
def halved_a_week_ago() -> Chart:
    chart = Chart()
    chart.baclofen(20, 3, "400d", status="completed", until="156h")
    chart.baclofen(8, 3, "156h")
    for sign in ("Visual hallucinations", "Tremor"):
        chart.sign(sign)
    chart.heart_rate(80)
    return chart


def _taper(*steps: tuple[float, float | None], mg: float = 20, **more: Any) -> Patient:
    chart = Chart(**more)
    chart.baclofen(mg)
    return chart, [taper(*steps)]


@edge("taper_total", 15, ORDER_SIGN)
def two_weeks_of_taper() -> Patient:
    return _taper((10 / 3, 7), (5 / 3, 7), mg=5)


@edge("taper_last_step", 9, ORDER_SIGN)
def ten_milligrams_before_zero() -> Patient:
    return _taper((15, 14), (12, 14), (9, 14), (6.5, 14), (9.9 / 3, 14))


@edge("taper_step_days", 8, ORDER_SIGN)
def a_week_a_step() -> Patient:
    return _taper((16, 7), (12, 7), (9, None))


@edge("taper_interval", 8, ORDER_SIGN)
def a_taper_offered_by_the_week() -> Patient:
    return _stopping(10, "400d")


@edge("taper_interval_slow", 15, ORDER_SIGN)
def a_taper_offered_by_two_weeks() -> Patient:
    return _stopping(20, "400d")


@edge("taper_built_from", 6, ORDER_SIGN)
def a_taper_from_five() -> Patient:
    return _stopping(5.5, "400d", times=1)


@edge("elderly", 66, ORDER_SIGN)
def sixty_five_years_old() -> Patient:
    return _stopping(10, "400d", age=65.5)


def _plan(status: str, **more: Any) -> Chart:
    chart = _stopped(2)
    chart.add("CarePlan", status=status, intent="plan", title="Baclofen taper plan, stepwise reduction", **more)
    return chart


@edge("completed_plan_counts", 29)
def a_taper_plan_completed_a_month_ago() -> Chart:
    return _plan("completed", period={"start": instant("90d"), "end": instant("29.5d")})
