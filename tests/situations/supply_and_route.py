"""The end of the supply, and tablets beside a new pump."""

from typing import Any

from cards.hooks import (
    MEDICATION_REFILL,
    ORDER_SIGN,
)
from tests.chart import SUBJECT, Chart, Decided, Resource, instant
from tests.situations.drafting import home, lowered, stopped, ward
from tests.situations.telling import situation

# -- ABR-05 -----------------------------------------------------------------------------------------------------------


@situation("ABR-05")
def ran_out_ten_days_ago() -> Decided:
    """The supply ran out ten days ago."""
    chart, _ = home()
    chart.fill("40d", 30)
    return chart.decide()


@situation("ABR-05")
def ran_out_forty_days_ago() -> Decided:
    """The supply ran out 40 days ago."""
    chart, _ = home()
    chart.fill("70d", 30)
    return chart.decide()


@situation("ABR-05")
def ran_out_and_still_listed() -> Decided:
    """The supply ran out 100 days ago, and the list still has it."""
    chart, _ = home()
    chart.fill("130d", 30)
    chart.baclofen(statement=True)
    return chart.decide()


@situation("ABR-05")
def ran_out_ninety_days_ago() -> Decided:
    """The supply ran out 90 days ago, and the list still has it."""
    chart, _ = home()
    chart.fill("120d", 30)
    chart.baclofen(statement=True)
    return chart.decide()


@situation("ABR-05")
def ran_out_long_ago() -> Decided:
    """The supply ran out 100 days ago, and nothing says that it is taken."""
    chart, _ = home()
    chart.fill("130d", 30)
    return chart.decide()


@situation("ABR-05")
def prescribed_since() -> Decided:
    """The supply ran out ten days ago, prescribed again two days ago."""
    chart, _ = home()
    chart.fill("40d", 30)
    chart.baclofen(since="2d")
    return chart.decide()


@situation("ABR-05")
def supply_lasts() -> Decided:
    """The supply lasts 20 more days."""
    chart, _ = home()
    chart.fill("10d", 30)
    return chart.decide()


@situation("ABR-05")
def ran_out_within_a_taper() -> Decided:
    """The supply ran out within a planned taper."""
    chart, _ = home()
    chart.fill("40d", 30)
    chart.add("CarePlan", status="active", intent="plan", title="Baclofen taper plan")
    return chart.decide()


@situation("ABR-05")
def ran_out_on_the_ward() -> Decided:
    """The supply ran out, and the ward gives baclofen."""
    chart = ward("200h")
    chart.fill("40d", 30)
    chart.given("4h")
    return chart.decide()


@situation("ABR-05")
def ran_out_after_short_use() -> Decided:
    """The supply of a first week ran out."""
    chart, _ = home(mg=5, since="12d")
    chart.fill("12d", 7)
    return chart.decide()


def refill_request(status: str, filled: str = "28d", mg: float = 20, **more: Any) -> Decided:
    """A request for more baclofen; tablets for 30 days were handed over so long ago."""
    chart, order = home(mg=mg)
    if filled:
        chart.fill(filled, 30)
    return chart.decide(MEDICATION_REFILL, [chart.draft(order, id="new", status=status, **more)])


@situation("ABR-05")
def request_denied() -> Decided:
    """A request is denied, the supply ends in two days."""
    return refill_request("cancelled")


@situation("ABR-05")
def request_denied_at_low_dependence() -> Decided:
    """A request is denied at 9 mg/day: a reminder."""
    return refill_request("cancelled", mg=3)


@situation("ABR-05")
def request_denied_supply_unknown() -> Decided:
    """A request is denied, the supply is not known."""
    return refill_request("cancelled", "")


@situation("ABR-05")
def request_forbidden() -> Decided:
    """A request comes back as "do not perform"."""
    return refill_request("active", doNotPerform=True)


@situation("ABR-05")
def last_refill() -> Decided:
    """The last request: no refills are left."""
    return refill_request("draft", dispenseRequest={"numberOfRepeatsAllowed": 0})


@situation("ABR-05")
def refills_left() -> Decided:
    """A request with refills left."""
    return refill_request("draft", dispenseRequest={"numberOfRepeatsAllowed": 2})


# -- ABR-06 -----------------------------------------------------------------------------------------------------------


def new_pump(when: str = "3d", mg: float | None = 20, **more: Any) -> tuple[Chart, Resource]:
    """Baclofen by mouth, and a pump implanted."""
    chart, order = home(mg=mg, **more)
    chart.procedure("Implantation of intrathecal baclofen pump", when)
    return chart, order


@situation("ABR-06")
def tablets_stopped_beside_a_new_pump() -> Decided:
    """Tablets are stopped three days after the implant."""
    return stopped(*new_pump())


@situation("ABR-06")
def tablets_stopped_in_words_beside_a_new_pump() -> Decided:
    """A service order stops the tablets after the implant."""
    chart, _ = new_pump()
    draft = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
             "code": {"text": "Stop oral baclofen"}, "authoredOn": instant("0h")}  # fmt: skip
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-06")
def tablets_halved_beside_a_new_pump() -> Decided:
    """Tablets are cut from 60 to 30 mg/day three days after the implant."""
    chart, order = new_pump()
    return lowered(chart, order, 10)


@situation("ABR-06")
def tablets_lowered_beside_a_new_pump() -> Decided:
    """Tablets are lowered from 60 to 33 mg/day three days after the implant."""
    chart, order = new_pump()
    return lowered(chart, order, 11)


@situation("ABR-06")
def tablets_stopped_for_a_reaction_beside_a_new_pump() -> Decided:
    """Tablets are stopped for an adverse reaction after the implant."""
    return stopped(*new_pump(), "Adverse drug reaction")


@situation("ABR-06")
def tablets_tapered_beside_a_new_pump() -> Decided:
    """Tablets are stopped at the end of a planned taper after the implant."""
    return stopped(*new_pump(), "Planned taper completed")


@situation("ABR-06")
def tablets_stopped_before_a_planned_pump() -> Decided:
    """Tablets are stopped, the implant is booked."""
    chart, order = home()
    chart.appointment("Implantation of intrathecal baclofen pump", "+3d")
    return stopped(chart, order)


@situation("ABR-06")
def tablets_were_stopped_after_the_implant() -> Decided:
    """Tablets were stopped two days ago, the pump was implanted three days ago."""
    return new_pump(status="stopped", until="2d")[0].decide()


@situation("ABR-06")
def tablets_were_held_after_the_implant() -> Decided:
    """Tablets have been on hold since two days, the pump was implanted three days ago."""
    return new_pump(status="on-hold", until="2d")[0].decide()


@situation("ABR-06")
def tablets_ran_out_after_the_implant() -> Decided:
    """The patient says that tablets were stopped two days ago."""
    return new_pump(statement=True, status="stopped", until="2d")[0].decide()


@situation("ABR-06")
def tablets_were_cut_after_the_implant() -> Decided:
    """Tablets were cut from 60 to 15 mg/day two days ago, the pump was implanted three days ago."""
    chart, _ = new_pump(status="stopped", until="2d")
    chart.baclofen(5, since="2d")
    return chart.decide()


@situation("ABR-06")
def tablets_were_lowered_after_the_implant() -> Decided:
    """Tablets were lowered from 60 to 36 mg/day two days ago, the pump was implanted three days ago."""
    chart, _ = new_pump(status="stopped", until="2d")
    chart.baclofen(12, since="2d")
    return chart.decide()


@situation("ABR-06")
def device_with_an_implant_date() -> Decided:
    """The implant is known from the device alone; tablets are stopped."""
    chart, order = home()
    chart.pump()["manufactureDate"] = instant("400d")
    chart.add("DeviceUseStatement", status="active", device={"reference": "Device/r2"}, timingPeriod={
        "start": instant("5d")})  # fmt: skip
    return stopped(chart, order)


@situation("ABR-06")
def no_new_pump() -> Decided:
    """Tablets are stopped, the pump is older than a month."""
    return stopped(*new_pump("40d"))


@situation("ABR-06")
def new_pump_and_low_dependence() -> Decided:
    """Tablets of ten days are stopped beside a new pump."""
    return stopped(*new_pump(mg=5, since="10d"))


@situation("ABR-06")
def new_pump_and_tablets_go_on() -> Decided:
    """Tablets go on beside a new pump."""
    return new_pump()[0].decide()


@situation("ABR-05")
def another_medicine_requested() -> Decided:
    """A request for another medicine is denied, the supply of baclofen ends in two days."""
    chart, _ = home()
    chart.fill("28d", 30)
    return chart.decide(MEDICATION_REFILL, [Chart().medicine("amoxicillin", "0h", status="cancelled")])


@situation("ABR-05")
def intrathecal_requested() -> Decided:
    """A request for baclofen by pump is denied, the tablets end in two days."""
    chart, _ = home()
    chart.fill("28d", 30)
    by_pump = Chart()
    by_pump.pump()
    return chart.decide(MEDICATION_REFILL, [by_pump.resources[-1] | {"status": "cancelled"}])


@situation("ABR-05")
def last_refill_supply_unknown() -> Decided:
    """The last request, the supply is not known."""
    return refill_request("draft", "", dispenseRequest={"numberOfRepeatsAllowed": 0})


@situation("ABR-05")
def last_refill_half_a_day_left() -> Decided:
    """The last request, tablets for half a day."""
    return refill_request("draft", "29.5d", dispenseRequest={"numberOfRepeatsAllowed": 0})


@situation("ABR-05")
def last_refill_after_the_end() -> Decided:
    """The last request, tablets ended two days ago."""
    return refill_request("draft", "32d", dispenseRequest={"numberOfRepeatsAllowed": 0})


@situation("ABR-06")
def one_of_two_orders_goes_on() -> Decided:
    """Tablets were cut two days ago beside a new pump, and the draft orders more."""
    chart, _ = new_pump(status="stopped", until="2d")
    chart.baclofen(5, since="2d")
    return chart.decide(ORDER_SIGN, [Chart().baclofen(20, since="0h", status="draft") | {"id": "new"}])


@situation("ABR-06")
def tablets_were_stopped_for_a_reaction_after_the_implant() -> Decided:
    """Tablets were stopped two days ago for an adverse reaction, the pump was implanted three days ago."""
    return new_pump(status="stopped", until="2d", statusReason={"text": "Adverse reaction"})[0].decide()


@situation("ABR-06")
def tablets_were_halved_after_the_implant() -> Decided:
    """Tablets were cut from 60 to exactly 30 mg/day two days ago, the pump was implanted three days ago."""
    chart, _ = new_pump(status="stopped", until="2d")
    chart.baclofen(10, since="2d")
    return chart.decide()


@situation("ABR-06")
def tablets_were_cut_in_a_unit_in_doubt() -> Decided:
    """Tablets were cut from 600 to 15 mg/day two days ago: the first dose is in doubt."""
    chart, _ = new_pump(mg=20, status="stopped", until="2d")
    chart.baclofen(5, since="2d")
    chart.baclofen(200, since="1d")
    return chart.decide()


@situation("ABR-06")
def dose_beside_a_new_pump_not_entered() -> Decided:
    """The new dose of the tablets is not entered beside a new pump."""
    chart, order = new_pump()
    draft = chart.draft(order, status="active")
    del draft["dosageInstruction"][0]["doseAndRate"]
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-06")
def dose_before_a_new_pump_not_entered() -> Decided:
    """The dose of the tablets until now is not entered beside a new pump."""
    chart, order = new_pump(mg=None)
    return lowered(chart, order, 5)


@situation("ABR-06")
def doubtful_dose_beside_a_new_pump() -> Decided:
    """The tablets are cut beside a new pump, and another order of theirs can hardly be meant."""
    chart, order = new_pump()
    chart.baclofen(500, 3, since="300d")
    return lowered(chart, order, 5)


@situation("ABR-06")
def stopped_at_a_planned_taper_s_end_beside_a_new_pump() -> Decided:
    """Tablets are stopped for a planned taper beside a new pump."""
    return stopped(*new_pump(), "Planned taper completed")


@situation("ABR-06")
def implant_without_a_day() -> Decided:
    """A pump is to be implanted, the day is open, and the tablets are stopped."""
    chart, order = home()
    chart.order("Implantation of intrathecal baclofen pump", authoredOn=instant("2d"))
    return stopped(chart, order)


@situation("ABR-05")
def last_repeat_when_the_supply_ended() -> Decided:
    """No repeats are left on the day on which the supply ends."""
    chart, order = home()
    chart.fill("30d", 30)
    more = {"dispenseRequest": {"numberOfRepeatsAllowed": 0}}
    return chart.decide(MEDICATION_REFILL, [chart.draft(order, status="draft", **more)])


@situation("ABR-05")
def last_repeat_without_a_supply_on_record() -> Decided:
    """No repeats are left, and no fill is on record."""
    chart, order = home()
    more = {"dispenseRequest": {"numberOfRepeatsAllowed": 0}}
    return chart.decide(MEDICATION_REFILL, [chart.draft(order, status="draft", **more)])


@situation("ABR-05")
def opened_a_day_before_the_supply_ends() -> Decided:
    """The chart is opened, the supply is to end tomorrow."""
    chart, _ = home()
    chart.fill("29d", 30)
    return chart.decide()
