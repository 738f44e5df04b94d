"""Lower doses at once or step by step."""

from typing import Any

from cards.hooks import (
    ORDER_SELECT,
    ORDER_SIGN,
)
from tests.chart import Chart, Decided, instant
from tests.rules.test_taper_too_fast import taper
from tests.situations.drafting import home, lowered
from tests.situations.telling import situation

# -- ABR-02 -----------------------------------------------------------------------------------------------------------


@situation("ABR-02")
def cut_to_a_third() -> Decided:
    """60 to 15 mg/day in one step."""
    chart, order = home()
    return lowered(chart, order, 5)


@situation("ABR-02")
def cut_by_a_third() -> Decided:
    """60 to 42 mg/day: too fast, and less than half."""
    chart, order = home()
    return lowered(chart, order, 14)


@situation("ABR-02")
def cut_by_a_third_at_low_dependence() -> Decided:
    """30 to 18 mg/day after seven weeks: a reminder."""
    chart, order = home(mg=10, since="50d")
    return lowered(chart, order, 6)


@situation("ABR-02")
def cut_by_a_third_at_middle_dependence() -> Decided:
    """30 to 18 mg/day after two years: a warning."""
    chart, order = home(mg=10)
    return lowered(chart, order, 6)


@situation("ABR-02")
def cut_for_an_adverse_reaction() -> Decided:
    """60 to 15 mg/day for an adverse reaction."""
    chart, order = home()
    return lowered(chart, order, 5, "Adverse drug reaction")


@situation("ABR-02")
def cut_with_poor_kidneys() -> Decided:
    """60 to 15 mg/day with an eGFR of 24."""
    chart, order = home()
    chart.vital("33914-3", 24, "mL/min/{1.73_m2}")
    return lowered(chart, order, 5)


@situation("ABR-02")
def small_cut() -> Decided:
    """60 to 45 mg/day: a quarter."""
    chart, order = home()
    return lowered(chart, order, 15)


@situation("ABR-02")
def cut_after_short_use() -> Decided:
    """30 to 9 mg/day after ten days."""
    chart, order = home(mg=10, since="10d")
    return lowered(chart, order, 3)


@situation("ABR-02")
def cut_within_a_plan() -> Decided:
    """60 to 15 mg/day, and the chart holds a taper plan."""
    chart, order = home()
    chart.add("CarePlan", status="active", intent="plan", title="Baclofen taper plan")
    return lowered(chart, order, 5)


@situation("ABR-02")
def cut_of_an_unknown_dose() -> Decided:
    """The dose until now is not recorded."""
    chart, order = home(mg=None)
    return lowered(chart, order, 5)


@situation("ABR-02")
def cut_of_what_is_no_longer_taken() -> Decided:
    """A small dose for somebody who stopped two months ago."""
    chart, order = home(status="completed", until="60d")
    return lowered(chart, chart.draft(order, id="new"), 5)


@situation("ABR-02")
def a_draft_without_a_dose() -> Decided:
    """The new order has no dose."""
    chart, order = home()
    draft = chart.draft(order, status="active")
    del draft["dosageInstruction"][0]["doseAndRate"]
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-02")
def cut_in_micrograms() -> Decided:
    """The new order says 20 mcg."""
    chart, order = home()
    draft = chart.draft(order, status="active")
    draft["dosageInstruction"][0]["doseAndRate"] = [{"doseQuantity": {"value": 20, "unit": "mcg", "code": "ug"}}]
    return chart.decide(ORDER_SIGN, [draft])


def pump_cut(rate: float, hook: Any = ORDER_SIGN, *, monitored: bool = False) -> Decided:
    """350 mcg/day by pump is lowered."""
    chart = Chart()
    chart.pump()
    draft = chart.draft(chart.resources[-1], status="active", authoredOn=instant("0h"))
    draft["dosageInstruction"][0]["doseAndRate"] = [
        {"rateQuantity": {"value": rate, "unit": "mcg/day", "code": "ug/d"}}
    ]
    if monitored:
        chart.stay("10h")
        chart.order("Intrathecal baclofen wean via externalised pump")
    return chart.decide(hook, [draft], selections=(f"MedicationRequest/{draft['id']}",))


@situation("ABR-02")
def pump_cut_by_half() -> Decided:
    """By pump 350 to 175 mcg/day."""
    return pump_cut(175)


@situation("ABR-02")
def pump_cut_by_half_while_selecting() -> Decided:
    """By pump 350 to 175 mcg/day, while selecting."""
    return pump_cut(175, ORDER_SELECT)


@situation("ABR-02")
def pump_cut_by_a_fifth() -> Decided:
    """By pump 350 to 280 mcg/day: a fifth."""
    return pump_cut(280)


@situation("ABR-02")
def pump_cut_by_more_than_a_fifth() -> Decided:
    """By pump 350 to 270 mcg/day."""
    return pump_cut(270)


@situation("ABR-02")
def pump_cut_in_a_monitored_wean() -> Decided:
    """By pump 350 to 175 mcg/day in hospital, with a written wean."""
    return pump_cut(175, monitored=True)


# -- ABR-07 -----------------------------------------------------------------------------------------------------------


def tapered(chart: Chart, *steps: tuple[float, float | None], **more: Any) -> Decided:
    """What signing that taper brings."""
    return chart.decide(ORDER_SIGN, [taper(*steps, **more)])


@situation("ABR-07")
def taper_with_a_large_step() -> Decided:
    """A taper from 60 mg/day by more than a quarter a step."""
    return tapered(home()[0], (15, 14), (11, 14), (8, 14))


@situation("ABR-07")
def taper_with_hasty_steps() -> Decided:
    """A taper from 60 mg/day with steps of six days."""
    return tapered(home()[0], (16, 14), (12, 6), (9, 14))


@situation("ABR-07")
def taper_of_ten_days() -> Decided:
    """A taper from 15 mg/day to zero within ten days."""
    return tapered(home(mg=5)[0], (3, 7), (2, 4))


@situation("ABR-07")
def taper_that_ends_high() -> Decided:
    """A taper from 60 mg/day that ends at 18 mg/day."""
    return tapered(home()[0], (16, 7), (12, 7), (9, 7), (6, 7))


@situation("ABR-07")
def taper_whose_last_step_is_short() -> Decided:
    """A taper whose last step before zero lasts three days."""
    return tapered(home()[0], (16, 14), (12, 14), (9, 14), (6, 14), (3, 3))


@situation("ABR-07")
def taper_for_a_reaction() -> Decided:
    """A fast taper for an adverse reaction: a reminder."""
    return tapered(home()[0], (15, 14), (11, 14), (8, 14), statusReason={"text": "Adverse drug reaction"})


@situation("ABR-07")
def taper_at_low_dependence() -> Decided:
    """A fast taper after seven weeks: a reminder."""
    return tapered(home(mg=10, since="50d")[0], (10, 7), (5, 7))


@situation("ABR-07")
def taper_of_a_child() -> Decided:
    """A fast taper of a child's 30 mg/day."""
    return tapered(home(9, 10)[0], (10, 7), (5, 7), (3, 7))


@situation("ABR-07")
def slow_taper() -> Decided:
    """A slow taper."""
    return tapered(home()[0], (15, 14), (12, 14), (9, 14), (6.5, 14), (3.3, 14))


@situation("ABR-07")
def taper_after_short_use() -> Decided:
    """A fast taper after ten days."""
    return tapered(home(mg=5, since="10d")[0], (5, 2), (2, 2))


@situation("ABR-07")
def taper_of_nothing() -> Decided:
    """A taper for somebody without baclofen by mouth."""
    chart = Chart()
    chart.pump()
    return tapered(chart, (15, 14), (11, 14))


@situation("ABR-07")
def taper_of_an_implausible_dose() -> Decided:
    """A taper from 600 mg/day."""
    return tapered(home()[0], (200, 14), (100, 14))


def taken(mg: float, **more: Any) -> Chart:
    """Baclofen three times a day at home."""
    return home(mg=mg, **more)[0]


@situation("ABR-07")
def childs_step_of_a_third() -> Decided:
    """A child's 24 mg/day lowered to 16: allowed in an adult, not in a child."""
    return tapered(home(9, 8)[0], (8, 7), (16 / 3, 7), (4, 7))


@situation("ABR-07")
def adults_step_of_a_third() -> Decided:
    """An adult's 24 mg/day lowered to 16."""
    return tapered(taken(8), (8, 7), (16 / 3, 7), (4, 7))


@situation("ABR-07")
def taper_from_a_range() -> Decided:
    """A taper of somebody who took 10 to 20 mg three times a day."""
    chart, order = home()
    order["dosageInstruction"][0]["doseAndRate"] = [
        {"doseRange": {"low": {"value": 10, "unit": "mg"}, "high": {"value": 20, "unit": "mg"}}}
    ]
    return tapered(chart, (10, 14), (8, 14), (6, 14))


@situation("ABR-07")
def taper_of_fourteen_days() -> Decided:
    """A taper from 15 mg/day to zero within exactly 14 days."""
    return tapered(taken(5), (3, 7), (2, 7))


@situation("ABR-07")
def last_step_of_six_days() -> Decided:
    """A taper whose last step before zero lasts six days."""
    return tapered(taken(5), (3, 14), (2, 6))


@situation("ABR-07")
def short_taper_at_low_dependence() -> Decided:
    """A taper of ten days at low dependence."""
    return tapered(taken(3), (2, 7), (1, 4))


@situation("ABR-02")
def cut_for_a_reason_of_the_order_stopped() -> Decided:
    """One of two orders is stopped for an adverse reaction: 60 to 15 mg/day."""
    chart, order = home(mg=15)
    chart.baclofen(5)
    return chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped", statusReason={"text": "Adverse reaction"})])


@situation("ABR-02")
def cut_by_mouth_and_by_pump() -> Decided:
    """60 to 15 mg/day by mouth and 350 to 175 mcg/day by pump in one signing."""
    chart, order = home()
    chart.pump()
    by_mouth = chart.draft(order, status="active", authoredOn=instant("0h"))
    by_mouth["dosageInstruction"][0]["doseAndRate"] = [{"doseQuantity": {"value": 5, "unit": "mg", "code": "mg"}}]
    by_pump = chart.draft(chart.resources[-1], status="active", authoredOn=instant("0h"))
    by_pump["dosageInstruction"][0]["doseAndRate"] = [
        {"rateQuantity": {"value": 175, "unit": "mcg/day", "code": "ug/d"}}
    ]
    return chart.decide(ORDER_SIGN, [by_mouth, by_pump])


@situation("ABR-02")
def childs_cut_by_a_third() -> Decided:
    """A child's 24 mg/day becomes 16."""
    chart, order = home(9, 8)
    return lowered(chart, order, 16 / 3)


@situation("ABR-02")
def childs_cut_to_a_third() -> Decided:
    """A child's 30 mg/day becomes 9."""
    chart, order = home(9, 10)
    return lowered(chart, order, 3)


def pump_cut_planned(plan: str, *, stay: bool) -> Decided:
    """350 to 175 mcg/day with something written about it."""
    chart = Chart()
    chart.pump()
    draft = chart.draft(chart.resources[-1], status="active", authoredOn=instant("0h"))
    draft["dosageInstruction"][0]["doseAndRate"] = [{"rateQuantity": {"value": 175, "unit": "mcg/day", "code": "ug/d"}}]
    if stay:
        chart.stay("10h")
    if plan:
        chart.add("CarePlan", status="active", intent="plan", title=plan)
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-02")
def pump_cut_in_hospital_without_a_plan() -> Decided:
    """By pump 350 to 175 mcg/day in hospital, nothing written."""
    return pump_cut_planned("", stay=True)


@situation("ABR-02")
def pump_cut_in_hospital_within_a_taper() -> Decided:
    """By pump 350 to 175 mcg/day in hospital, within a written taper."""
    return pump_cut_planned("Baclofen taper plan", stay=True)


@situation("ABR-02")
def pump_cut_at_home_within_a_taper() -> Decided:
    """By pump 350 to 175 mcg/day at home, within a written taper."""
    return pump_cut_planned("Baclofen taper plan", stay=False)


@situation("ABR-02")
def pump_rate_not_entered() -> Decided:
    """By pump, the new rate is not entered."""
    chart = Chart()
    chart.pump()
    draft = chart.draft(chart.resources[-1], status="active", authoredOn=instant("0h"))
    del draft["dosageInstruction"][0]["doseAndRate"]
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-02")
def cut_in_millilitres() -> Decided:
    """From 60 mg/day to a dose in millilitres, of no known strength."""
    chart, order = home()
    draft = chart.draft(order, status="active", authoredOn=instant("0h"))
    draft["dosageInstruction"][0]["doseAndRate"] = [{"doseQuantity": {"value": 20, "unit": "mL", "code": "mL"}}]
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-02")
def pump_cut_while_weaned() -> Decided:
    """By pump, 350 to 200 mcg/day during a planned wean in hospital."""
    chart = Chart()
    chart.pump()
    chart.stay("30h")
    draft = chart.draft(chart.resources[-2], status="active", authoredOn=instant("0h"))
    chart.order("Intrathecal baclofen wean protocol")
    draft["dosageInstruction"][0]["doseAndRate"][0]["rateQuantity"]["value"] = 200
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-02")
def cut_after_a_reaction_to_another_draft() -> Decided:
    """One of two orders is stopped for an adverse reaction, the other lowered."""
    chart, first = home()
    second = chart.baclofen(20, 3, since="300d")
    lower = chart.draft(second, status="active", authoredOn=instant("0h"))
    lower["dosageInstruction"][0]["doseAndRate"] = [{"doseQuantity": {"value": 5, "unit": "mg", "code": "mg"}}]
    gone = chart.draft(first, status="stopped", statusReason={"text": "Serious adverse reaction"})
    return chart.decide(ORDER_SIGN, [lower, gone])


@situation("ABR-07")
def taper_after_a_range() -> Decided:
    """A taper after a dose of 10 to 20 mg three times a day."""
    chart, order = home()
    quantity = {key: {"value": value, "unit": "mg", "code": "mg"} for key, value in (("low", 10), ("high", 20))}
    order["dosageInstruction"][0]["doseAndRate"] = [{"doseRange": quantity}]
    return chart.decide(ORDER_SIGN, [taper((15, 14), (12, 14), (9, 14), (6.5, 14), (3, 14))])


@situation("ABR-07")
def taper_of_exactly_a_fortnight() -> Decided:
    """From 27 mg/day to zero in exactly 14 days."""
    chart, _ = home(mg=9)
    return chart.decide(ORDER_SIGN, [taper((6, 7), (3, 7))])


@situation("ABR-07")
def taper_with_a_last_step_of_a_week() -> Decided:
    """The last step is held for exactly a week."""
    chart, _ = home(mg=10)
    return chart.decide(ORDER_SIGN, [taper((7.5, 14), (5, 14), (3.3, 7))])


@situation("ABR-07")
def taper_with_a_last_step_of_twelve() -> Decided:
    """The last step before zero is 12.6 mg/day, held a week."""
    chart, _ = home(mg=10)
    return chart.decide(ORDER_SIGN, [taper((7.5, 14), (4.2, 7))])


@situation("ABR-07")
def taper_that_ends_nobody_knows_when() -> Decided:
    """The last step before zero has no length, and is above the limit."""
    chart, _ = home(mg=10)
    return chart.decide(ORDER_SIGN, [taper((7.5, 14), (4.2, None), (0, 7))])


@situation("ABR-07")
def slow_taper_after_a_high_range() -> Decided:
    """A slow taper from 45 mg/day after a dose of 25 to 30 mg three times a day: the dose until now is not compared."""
    chart, order = home()
    quantity = {key: {"value": value, "unit": "mg", "code": "mg"} for key, value in (("low", 25), ("high", 30))}
    order["dosageInstruction"][0]["doseAndRate"] = [{"doseRange": quantity}]
    return chart.decide(ORDER_SIGN, [taper((15, 14), (12, 14), (9, 14), (6.5, 14), (3.3, 14))])


@situation("ABR-07")
def taper_of_an_unknown_dose() -> Decided:
    """A taper from 45 mg/day; the dose until now is not recorded."""
    chart, _ = home(mg=None)
    return chart.decide(ORDER_SIGN, [taper((15, 14), (12, 14), (9, 14), (6.5, 14), (3.3, 14))])


@situation("ABR-02")
def pump_cut_to_a_quarter() -> Decided:
    """By pump, 350 to 100 mcg/day."""
    chart = Chart()
    chart.pump()
    draft = chart.draft(chart.resources[-1], status="active", authoredOn=instant("0h"))
    draft["dosageInstruction"][0]["doseAndRate"][0]["rateQuantity"]["value"] = 100
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-02")
def pump_cut_with_an_order_to_titrate_down() -> Decided:
    """By pump, 350 to 200 mcg/day in hospital, and an order says to titrate the pump down."""
    chart = Chart()
    chart.pump()
    draft = chart.draft(chart.resources[-1], status="active", authoredOn=instant("0h"))
    chart.stay("30h")
    chart.order("Titrate down intrathecal pump")
    draft["dosageInstruction"][0]["doseAndRate"][0]["rateQuantity"]["value"] = 200
    return chart.decide(ORDER_SIGN, [draft])
