"""Edges of pump, battery, scan, pump surgery and the teaching about them."""

from datetime import timedelta

from cards.hooks import ENCOUNTER_DISCHARGE, ORDER_SIGN
from tests.boundaries.edge import Patient, edge
from tests.chart import NOW, Chart, instant
from tests.rules.test_around_surgery import service, with_pump
from tests.rules.test_pump_device import implanted, reading, told_date


def alarm(day: str, booked: str = "") -> Chart:
    chart = Chart()
    chart.pump()
    chart.alarm_date(day)
    if booked:
        chart.appointment("Baclofen pump refill", booked)
    return chart


def last_filled(when: str) -> Chart:
    """No alarm date: only the last refill is known."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal baclofen pump refill", when)
    return chart


@edge("refill_due_soon", 13)
def alarm_date_in_two_weeks() -> Chart:
    return alarm("+14d")


@edge("refill_due_now", 2)
def alarm_date_in_three_days() -> Chart:
    return alarm("+3d")


@edge("refill_overdue", 3)
def alarm_date_two_days_ago() -> Chart:
    return alarm("2d")


@edge("refill_long_ago", 91)
def refilled_three_months_ago() -> Chart:
    return last_filled("91d")


@edge("refill_very_long_ago", 151)
def refilled_five_months_ago() -> Chart:
    return last_filled("151d")


@edge("max_refill_interval", 181)
def refilled_half_a_year_ago() -> Chart:
    return last_filled("181d")


@edge("refill_dates_differ", 8)
def calculated_empty_eight_days_before_the_alarm_date() -> Chart:
    """20 mL of 2,000 mcg/mL at 350 mcg/day last 114 days, to 13 from now; the alarm date is said to be in 21."""
    chart = last_filled("102d")
    reading(chart, "IT pump fill volume", 20, "mL", "102d")
    reading(chart, "IT pump concentration", 2000, "mcg/mL", "102d")
    chart.alarm_date("+21d", "100d")
    return chart


@edge("pump_check_interval", 181)
def not_checked_for_half_a_year() -> Chart:
    chart = last_filled("181d")
    chart.alarm_date("+60d", "181d")
    return chart


@edge("eri_to_stop", 80)
def indicator_two_months_ago() -> Chart:
    """Stops in 35 days; were it 80 days from indicator to stop, in 25."""
    chart = with_pump()
    told_date(chart, "Pump ERI date", "55d", when="1h")
    return chart


@edge("battery_last_days", 29)
def thirty_days_of_battery() -> Chart:
    chart = with_pump()
    told_date(chart, "Pump ERI date", "60d", when="1h")
    return chart


@edge("synchromed_old", 79)
def a_pump_of_six_years_and_a_half() -> Chart:
    return implanted("SynchroMed II", 78)


@edge("synchromed_at_its_end", 85)
def a_pump_of_seven_years() -> Chart:
    return implanted("SynchroMed II", 84)


@edge("prometra_old", 121)
def a_prometra_of_ten_years() -> Chart:
    return implanted("Prometra II", 120)


@edge("programming_mismatch", 0.22)
def programmed_a_fifth_too_high() -> Chart:
    """350 mcg/day ordered, 423.5 programmed: 21 %."""
    chart = with_pump()
    reading(chart, "Pump daily dose", 423.5, "mcg/day")
    return chart


@edge("recent_pump_event", 13)
def taken_out_two_weeks_ago() -> Chart:
    chart = with_pump()
    chart.procedure("Removal of intrathecal baclofen pump", "13.5d")
    return chart


@edge("recent_scan", 71)
def scanned_three_days_ago() -> Chart:
    chart = with_pump()
    chart.procedure("MRI lumbar spine", "71.5h")
    return chart


@edge("rotor_restarts_within", 23, ORDER_SIGN)
def interrogation_a_day_after_the_scan() -> Patient:
    chart = with_pump()
    chart.appointment("Intrathecal pump interrogation", "+95.5h")
    return chart, [service("MRI brain")]


@edge("watch_after_pump_change", 71)
def pump_changed_three_days_ago() -> Chart:
    chart = with_pump()
    chart.procedure("Replacement of intrathecal baclofen pump", "71.5h")
    return chart


@edge("pump_consult_valid", 29, ORDER_SIGN)
def pump_team_asked_a_month_ago() -> Patient:
    return _specialist_asked("29.5d", "+40d")


@edge("alarm_date_after_surgery", 16, ORDER_SIGN)
def supply_two_weeks_beyond_the_operation() -> Patient:
    return _specialist_asked("5d", "+18d")


def _specialist_asked(when: str, alarm_date: str) -> Patient:
    chart = with_pump()
    chart.alarm_date(alarm_date, told="20d")
    chart.order("Consult pain service", "completed", authoredOn=instant(when))
    return chart, [service("Hip replacement")]


@edge("new_pump", 29, ORDER_SIGN)
def tablets_stopped_a_month_after_the_implant() -> Patient:
    chart = Chart()
    order = chart.baclofen()
    chart.pump()
    chart.procedure("Implantation of intrathecal baclofen pump", "29.5d")
    return chart, [chart.draft(order, status="stopped")]


@edge("oral_step_beside_new_pump", 0.45, ORDER_SIGN)
def tablets_nearly_halved_after_the_implant() -> Patient:
    """60 to 32 mg/day: 47 %."""
    chart = Chart()
    order = chart.baclofen()
    chart.pump()
    chart.procedure("Implantation of intrathecal baclofen pump", "10d")
    halved = chart.draft(order, status="draft")
    halved["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] = 32 / 3
    return chart, [halved]


@edge("refill_due_after_discharge", 13, ENCOUNTER_DISCHARGE)
def next_refill_two_weeks_after_discharge() -> Chart:
    chart = alarm("+14d", "+12d")
    chart.stay("120h")
    return chart


@edge("refill_booked_before", 4, ENCOUNTER_DISCHARGE)
def refill_booked_three_days_before_the_alarm_date() -> Chart:
    chart = alarm("+10d", "+7d")
    chart.stay("120h")
    return chart


@edge("itb_dose_check", 2600)
def a_high_dose_by_pump() -> Chart:
    return _by_pump(2550)


@edge("itb_dose_check_critical", 10500)
def a_dose_in_the_wrong_unit() -> Chart:
    return _by_pump(10200)


@edge("itb_dose_check_low", 9)
def a_very_low_dose_by_pump() -> Chart:
    return _by_pump(9.5)


def _by_pump(mcg: float) -> Chart:
    chart = with_pump()
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    order["dosageInstruction"][0]["doseAndRate"][0]["rateQuantity"]["value"] = mcg
    return chart


@edge("itb_step_share", 0.22, ORDER_SIGN)
def a_pump_turned_down_by_a_fifth() -> Patient:
    """350 to 276.5 mcg/day: 21 %."""
    chart = with_pump()
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    lower = chart.draft(order, status="draft")
    lower["dosageInstruction"][0]["doseAndRate"][0]["rateQuantity"]["value"] = 276.5
    return chart, [lower]


@edge("restoration_recent", 23, ORDER_SIGN)
def pump_refilled_a_day_ago_and_still_stiff() -> Patient:
    """Work on the pump of yesterday counts as restoration; what is being signed are tablets."""
    chart = Chart()
    chart.pump()
    chart.alarm_date("6d")
    chart.order("Interrogate intrathecal baclofen pump", authoredOn=instant("23.5h"))
    for sign in ("Increased spasticity", "Itching", "Fever"):
        chart.sign(sign)
    tablets = chart.draft(Chart().baclofen(20, 4, "0h", category="inpatient"), id="new", status="draft")
    return chart, [tablets]


def _untaught() -> Chart:
    chart = Chart(taught=False)
    chart.baclofen()
    return chart


@edge("teaching_valid", 364)
def taught_a_year_ago() -> Chart:
    chart = _untaught()
    said = "Baclofen teaching; emergency supply of baclofen by mouth given"
    chart.add("Communication", status="completed", sent=instant("364.5d"), payload=[{"contentString": said}])
    return chart


@edge("refill_before_running_out", 8, reads=True)
def never_taught() -> Chart:
    return _untaught()


@edge("teaching_asked_again", 181, taught=NOW - timedelta(days=180))
def answered_half_a_year_ago() -> Chart:
    return _untaught()
