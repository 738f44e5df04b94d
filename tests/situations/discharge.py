"""What the patient is sent home on."""

from cards.hooks import (
    ENCOUNTER_DISCHARGE,
)
from tests.chart import Chart, Decided
from tests.situations.drafting import FOR_HOME, leaving, ward
from tests.situations.telling import situation

# -- ABR-04 -----------------------------------------------------------------------------------------------------------


@situation("ABR-04")
def missing_for_home() -> Decided:
    """Home baclofen is missing from the discharge medicines."""
    return leaving().decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def missing_for_home_and_fills_unread() -> Decided:
    """Home baclofen is missing, and the supply at home could not be read."""
    return leaving().decide(ENCOUNTER_DISCHARGE, lost=["MedicationDispense"])


@situation("ABR-04")
def nothing_written_for_home() -> Decided:
    """No discharge medicines are written."""
    chart = ward("120h")
    chart.given("4h")
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def begun_in_hospital_and_missing() -> Decided:
    """Begun in this stay four weeks ago, and missing."""
    chart = Chart()
    chart.stay("720h")
    chart.baclofen(since="670h", category="inpatient")
    chart.given("4h")
    chart.medicine("amoxicillin", "1h", category=[{"coding": [{"code": "discharge"}]}])
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def begun_in_hospital_last_week() -> Decided:
    """Begun in this stay ten days ago at a high dose: less than 14 days."""
    chart = Chart()
    chart.stay("720h")
    chart.condition("Spinal cord injury", "300d")
    chart.baclofen(since="240h", category="inpatient")
    chart.given("4h")
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def cut_at_discharge() -> Decided:
    """60 mg/day until now, 30 mg/day for home."""
    chart = leaving()
    chart.baclofen(10, **FOR_HOME)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def too_short_for_the_next_visit() -> Decided:
    """Tablets for 14 days, the next visit in 20."""
    chart = leaving()
    chart.baclofen(dispenseRequest={"expectedSupplyDuration": {"value": 14, "unit": "d"}}, **FOR_HOME)
    chart.appointment("Neurology clinic follow-up", "+20d")
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def as_before_at_discharge() -> Decided:
    """Prescribed for home as before."""
    chart = leaving()
    chart.baclofen(**FOR_HOME)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def supply_at_home() -> Decided:
    """Nothing prescribed, tablets for 20 more days at home."""
    chart = leaving()
    chart.fill("10d", 30)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def plan_to_go_on() -> Decided:
    """Nothing prescribed, a plan says to go on with it."""
    chart = leaving()
    chart.add("CarePlan", status="active", intent="plan", title="Continue baclofen at home")
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def stopped_for_a_reaction() -> Decided:
    """Stopped in this stay for an adverse reaction."""
    chart = leaving()
    chart.baclofen(status="stopped", category="inpatient", statusReason={"text": "Adverse drug reaction"})
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def tapered_at_discharge() -> Decided:
    """A taper plan names baclofen."""
    chart = leaving()
    chart.add("CarePlan", status="active", intent="plan", title="Baclofen taper plan")
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def tapered_at_discharge_in_words() -> Decided:
    """The ward's order was stopped for a planned taper."""
    chart = leaving()
    chart.baclofen(status="stopped", category="inpatient", since="100h", statusReason={"text": "Planned taper"})
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def short_use_at_discharge() -> Decided:
    """Ten days of baclofen at home."""
    chart = Chart()
    chart.stay("120h")
    chart.baclofen(5, since="10d")
    return chart.decide(ENCOUNTER_DISCHARGE)


def leaving_with_a_pump(alarm: str = "", booked: str = "") -> Decided:
    """Five days in hospital with a baclofen pump."""
    chart = leaving(taken=False)
    chart.pump()
    if alarm:
        chart.alarm_date(alarm)
    if booked:
        chart.appointment("Baclofen pump refill", booked)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def pump_refill_not_planned() -> Decided:
    """A pump whose refill date nobody wrote down."""
    return leaving_with_a_pump()


@situation("ABR-04")
def pump_refill_booked_without_an_alarm_date() -> Decided:
    """A pump whose refill is booked, alarm date not recorded."""
    return leaving_with_a_pump(booked="+20d")


@situation("ABR-04")
def pump_refill_due_soon() -> Decided:
    """A pump whose refill is due in ten days, not booked."""
    return leaving_with_a_pump("+10d")


@situation("ABR-04")
def pump_refill_booked_too_late() -> Decided:
    """A pump whose refill is due in ten days, booked for the day before."""
    return leaving_with_a_pump("+10d", "+9d")


@situation("ABR-04")
def pump_refill_booked_in_time() -> Decided:
    """A pump whose refill is due in ten days, booked three days before."""
    return leaving_with_a_pump("+10d", "+7d")


@situation("ABR-04")
def pump_refill_ordered() -> Decided:
    """A pump whose refill is due in 30 days and ordered."""
    chart = leaving(taken=False)
    chart.pump()
    chart.alarm_date("+30d")
    chart.order("Intrathecal baclofen pump refill")
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def childs_cut_at_discharge() -> Decided:
    """A child's 24 mg/day becomes 16: a third is too fast for a child."""
    chart = Chart(age=9)
    chart.stay("120h")
    chart.baclofen(8, statement=True)
    chart.baclofen(8, since="119h", category="inpatient")
    chart.given("4h")
    chart.baclofen(16 / 3, **FOR_HOME)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def adults_cut_at_discharge() -> Decided:
    """An adult's 24 mg/day becomes 16: less than 10 mg."""
    chart = Chart()
    chart.stay("120h")
    chart.baclofen(8, statement=True)
    chart.baclofen(8, since="119h", category="inpatient")
    chart.given("4h")
    chart.baclofen(16 / 3, **FOR_HOME)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def dose_for_home_not_entered() -> Decided:
    """The dose for home is not entered."""
    chart = leaving()
    chart.baclofen(None, **FOR_HOME)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def dose_until_now_not_entered() -> Decided:
    """The dose until now is not entered."""
    chart = Chart()
    chart.stay("120h")
    chart.baclofen(None, statement=True)
    chart.baclofen(5, **FOR_HOME)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def no_next_visit() -> Decided:
    """Tablets for 14 days and no next visit."""
    chart = leaving()
    chart.baclofen(dispenseRequest={"expectedSupplyDuration": {"value": 14, "unit": "d"}}, **FOR_HOME)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def supply_unknown_before_the_next_visit() -> Decided:
    """A next visit, and nobody wrote for how long the tablets last."""
    chart = leaving()
    chart.baclofen(**FOR_HOME)
    chart.appointment("Neurology clinic follow-up", "+20d")
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def lasts_to_the_hour_of_the_next_visit() -> Decided:
    """Tablets that last exactly until the next visit."""
    chart = leaving()
    chart.baclofen(dispenseRequest={"expectedSupplyDuration": {"value": 20, "unit": "d"}}, **FOR_HOME)
    chart.appointment("Neurology clinic follow-up", "+479h")
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def cut_told_without_words() -> Decided:
    """The prescription for home has a dose and no words."""
    chart = leaving()
    del chart.baclofen(10, **FOR_HOME)["dosageInstruction"][0]["text"]
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def leaving_with_morphine_in_the_pump() -> Decided:
    """A pump with morphine, and tablets prescribed as before."""
    chart = leaving()
    chart.pump(drug="morphine")
    chart.baclofen(**FOR_HOME)
    return chart.decide(ENCOUNTER_DISCHARGE)


@situation("ABR-04")
def late_evening_of_the_day() -> Decided:
    """The supply ends, and the visit is, on days that in UTC are already the next."""
    chart = leaving()
    chart.baclofen(dispenseRequest={"expectedSupplyDuration": {"value": 14.1, "unit": "d"}}, **FOR_HOME)
    chart.appointment("Neurology clinic follow-up", "+483h")
    return chart.decide(ENCOUNTER_DISCHARGE)
