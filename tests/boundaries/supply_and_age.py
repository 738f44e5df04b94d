"""Edges of supply and restart, operations, kidneys, dose and age."""

from typing import Any

from cards.hooks import ENCOUNTER_DISCHARGE, MEDICATION_REFILL, ORDER_SIGN
from tests.boundaries.by_mouth import on_the_ward
from tests.boundaries.edge import Patient, edge
from tests.chart import Chart, Resource, instant
from tests.rules.test_discharge_and_supply import filled
from tests.rules.test_neonatal_risk import newborn, pregnant

# -- supply ------------------------------------------------------------------------------------------------------------


@edge("supply_overdue", 4)
def out_of_tablets_for_three_days() -> Chart:
    return filled("33.5d")


@edge("supply_long_out", 32)
def out_of_tablets_for_a_month() -> Chart:
    return filled("61.5d")


@edge("supply_too_long_out", 89)
def out_of_tablets_for_three_months() -> Chart:
    return filled("120.5d")


@edge("supply_out_probable", 4)
def out_of_tablets_for_three_days_and_seeing_things() -> Chart:
    chart = filled("33.5d")
    for sign in ("Visual hallucinations", "Tremor"):
        chart.sign(sign)
    chart.heart_rate(80)
    return chart


@edge("supply_ends_soon", 2, MEDICATION_REFILL)
def a_renewal_denied_three_days_before_the_end() -> Patient:
    chart = filled("27.5d")
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    return chart, [chart.draft(order, status="cancelled")]


@edge("bridge_supply", 13)
def a_bridging_supply() -> Chart:
    return filled("35d")


@edge("restart_full_dose", 71)
def three_days_without() -> Chart:
    return on_the_ward(71.5)


@edge("restart_with_confirmation", 6)
def a_week_without() -> Chart:
    return on_the_ward(6.5 * 24)


@edge("restart_max_oral", 79)
def eighty_milligrams_a_day_left_out() -> Chart:
    return on_the_ward(14, 20, 4)


@edge("inpatient_use_counts", 15, ENCOUNTER_DISCHARGE)
def begun_two_weeks_ago_in_hospital() -> Chart:
    chart = Chart()
    chart.stay("720h")
    chart.condition("Spinal cord injury", "30d")
    chart.baclofen(20, 3, "340h", category="inpatient")
    chart.given("4h")
    return chart


@edge("bridge_supply_least", 8, reads=True)
def a_bridging_supply_of_a_week_at_least() -> Chart:
    return filled("35d")


# -- operations --------------------------------------------------------------------------------------------------------


@edge("surgery_ahead", 13)
def an_operation_in_two_weeks() -> Chart:
    chart = Chart()
    chart.baclofen()
    chart.appointment("Knee arthroplasty", "+13.5d")
    return chart


@edge("after_surgery", 71)
def operated_three_days_ago() -> Chart:
    chart = on_the_ward(30)
    chart.procedure("Knee arthroplasty", "71.5h")
    return chart


@edge("npo_long_enough", 9, ORDER_SIGN)
def eight_hours_without_food() -> Patient:
    chart = Chart()
    chart.baclofen()
    diet = chart.diet("NPO")
    chart.resources.remove(diet)
    return chart, [{**diet, "status": "draft", "dateTime": instant("0h"),
                    "extension": [], "oralDiet": _for_hours(diet, 8.5)}]  # fmt: skip


def _for_hours(diet: Resource, hours: float) -> dict[str, Any]:
    period = {"start": instant("0h"), "end": instant(f"+{hours}h")}
    return {**diet["oralDiet"], "schedule": [{"repeat": {"boundsPeriod": period}}]}


# -- kidneys, dose, age ------------------------------------------------------------------------------------------------


def _start(mg: float, times: int = 3, age: float = 54) -> tuple[Chart, list[Resource]]:
    chart = Chart(age=age)
    order = chart.baclofen(mg, times, "0h", category="")
    chart.resources.remove(order)
    return chart, [{**order, "status": "draft"}]


def _with_egfr(value: float, mg: float, when: str = "20d") -> Patient:
    chart, drafts = _start(mg)
    chart.vital("98979-8", value, "mL/min/{1.73_m2}", when)
    return chart, drafts


@edge("egfr_reduced", 59, ORDER_SIGN)
def kidneys_a_little_weak() -> Patient:
    return _with_egfr(59.5, 10)


@edge("egfr_poor", 29, ORDER_SIGN)
def kidneys_weak() -> Patient:
    return _with_egfr(29.5, 10)


@edge("egfr_valid", 364, ORDER_SIGN)
def kidneys_of_a_year_ago() -> Patient:
    return _with_egfr(25, 10, "364.5d")


@edge("renal_dose_reduced", 16, ORDER_SIGN)
def fifteen_milligrams_for_weak_kidneys() -> Patient:
    return _with_egfr(45, 5)


@edge("renal_dose_poor", 19, ORDER_SIGN)
def twenty_milligrams_for_very_weak_kidneys() -> Patient:
    return _with_egfr(25, 6.5)


@edge("dialysis_recent", 13, ORDER_SIGN)
def dialysed_two_weeks_ago() -> Patient:
    chart, drafts = _start(10)
    chart.procedure("Hemodialysis", "13.5d")
    return chart, drafts


@edge("aki_valid", 6, ORDER_SIGN)
def kidney_injury_a_week_ago() -> Patient:
    chart, drafts = _start(10)
    chart.vital("98979-8", 75, "mL/min/{1.73_m2}", "20d")
    chart.condition("Acute kidney injury", "156h")
    return chart, drafts


def _creatinine(now: float, before: float, when: str) -> Chart:
    chart = Chart()
    chart.baclofen()
    chart.vital("2160-0", before, "mg/dL", when)
    chart.vital("2160-0", now, "mg/dL", "1h")
    return chart


@edge("aki_stage_2_ratio", 2.1)
def creatinine_doubled() -> Chart:
    return _creatinine(2.05, 1.0, "100h")


@edge("aki_rise_hours", 47, ORDER_SIGN)
def creatinine_up_in_two_days() -> Patient:
    chart, drafts = _start(10)
    chart.vital("2160-0", 1.0, "mg/dL", "48.5h")
    chart.vital("2160-0", 1.35, "mg/dL", "1h")
    return chart, drafts


@edge("oral_dose_check", 310)
def three_hundred_milligrams_a_day() -> Chart:
    chart = Chart()
    chart.baclofen(101, 3)
    return chart


@edge("child_dose_check", 2.6)
def much_by_weight() -> Chart:
    chart = Chart(age=8)
    chart.baclofen(17, 3)
    chart.vital("29463-7", 20, "kg", "20d")
    return chart


@edge("newborn", 27)
def four_weeks_old() -> Chart:
    return newborn(28)


@edge("newborn_observation", 8, reads=True)
def to_be_watched_for_a_week() -> Chart:
    return newborn()


@edge("pregnancy_weeks_warning", 29)
def twenty_eight_weeks() -> Chart:
    return pregnant("+84d")
