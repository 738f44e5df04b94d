"""Stops of baclofen by mouth and by pump."""

from cards.hooks import (
    ORDER_DISPATCH,
    ORDER_SELECT,
    ORDER_SIGN,
)
from tests.chart import SUBJECT, Chart, Decided, instant
from tests.situations.drafting import home, pumped, stopped
from tests.situations.telling import situation

# -- ABR-01 -----------------------------------------------------------------------------------------------------------


@situation("ABR-01")
def stop_of_a_year_s_baclofen() -> Decided:
    """A stop of 60 mg/day after more than a year is signed."""
    return stopped(*home())


@situation("ABR-01")
def stop_with_poor_kidneys() -> Decided:
    """A stop is signed while the eGFR is 24: at most a warning."""
    chart, order = home()
    chart.vital("33914-3", 24, "mL/min/{1.73_m2}")
    return stopped(chart, order)


@situation("ABR-01")
def stop_for_the_kidneys() -> Decided:
    """A stop is signed because of renal failure, as its reason says."""
    return stopped(*home(), "Renal failure")


@situation("ABR-01")
def stop_of_a_limp_patient() -> Decided:
    """A stop is signed for somebody hypotonic and stuporous."""
    chart, order = home()
    chart.sign("Hypotonia")
    chart.sign("Stupor")
    return stopped(chart, order)


@situation("ABR-01")
def stop_after_an_adverse_reaction() -> Decided:
    """A stop is signed for a serious adverse reaction."""
    return stopped(*home(), "Serious adverse reaction")


@situation("ABR-01")
def stop_after_a_planned_taper() -> Decided:
    """A stop is signed at the end of a planned taper."""
    return stopped(*home(), "Planned taper completed")


@situation("ABR-01")
def stop_of_what_was_never_taken() -> Decided:
    """A stop of baclofen that was never taken."""
    return stopped(*home(), "Patient never took it")


@situation("ABR-01")
def stop_of_a_duplicate() -> Decided:
    """One of two orders is stopped as a duplicate."""
    chart, order = home()
    chart.baclofen()
    return stopped(chart, order, "Duplicate order")


@situation("ABR-01")
def stop_of_what_was_ordered_today() -> Decided:
    """An order of today is taken back before any dose."""
    return stopped(*home(mg=25, since="0h"))


@situation("ABR-01")
def stop_after_short_use() -> Decided:
    """A stop after ten days at 15 mg/day."""
    return stopped(*home(mg=5, since="10d"))


@situation("ABR-01")
def stop_of_somebody_else_s_past() -> Decided:
    """A stop of an order whose patient took baclofen two months ago."""
    chart, order = home(status="completed", until="60d")
    return stopped(chart, order)


@situation("ABR-01")
def hold_for_an_operation() -> Decided:
    """The order is put on hold because of surgery: another rule's question."""
    chart, order = home()
    return chart.decide(ORDER_SIGN, [chart.draft(order, status="on-hold", statusReason={"text": "NPO for surgery"})])


@situation("ABR-01")
def nothing_of_baclofen_in_the_drafts() -> Decided:
    """A draft for an antibiotic beside chronic baclofen."""
    chart, _ = home()
    return chart.decide(ORDER_SIGN, [Chart().medicine("amoxicillin", "0h", status="draft")])


@situation("ABR-01")
def stop_in_words_alone() -> Decided:
    """A service order says to stop baclofen."""
    chart, _ = home()
    draft = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
             "code": {"text": "Stop baclofen"}, "authoredOn": instant("0h")}  # fmt: skip
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-01")
def replaced_by_tizanidine() -> Decided:
    """Tizanidine replaces baclofen."""
    chart, order = home()
    instead = Chart().medicine("tizanidine 4 mg tablet", "0h", status="draft")
    return chart.decide(
        ORDER_SIGN,
        [chart.draft(order, status="stopped"),
         {**instead, "id": "t", "priorPrescription": {"reference": f"MedicationRequest/{order['id']}"}}],
    )  # fmt: skip


@situation("ABR-01")
def selecting_a_stop() -> Decided:
    """While selecting the stop it is at most a warning."""
    chart, order = home()
    stop = chart.draft(order, status="stopped")
    return chart.decide(ORDER_SELECT, [stop], selections=(f"MedicationRequest/{order['id']}",))


@situation("ABR-01")
def stop_of_the_pump() -> Decided:
    """An order to stop the pump."""
    return pumped("Stop intrathecal baclofen pump")


@situation("ABR-01")
def stop_of_the_pump_while_selecting() -> Decided:
    """An order to stop the pump, while selecting."""
    chart = Chart()
    chart.pump()
    stop = chart.draft(chart.resources[-1], status="stopped")
    return chart.decide(ORDER_SELECT, [stop], selections=(f"MedicationRequest/{stop['id']}",))


@situation("ABR-01")
def stop_of_a_pump_with_morphine() -> Decided:
    """The order of a pump with morphine is stopped."""
    chart = Chart()
    chart.pump(drug="morphine")
    return chart.decide(ORDER_SIGN, [chart.draft(chart.resources[-1], status="stopped")])


@situation("ABR-01")
def stop_of_a_pump_that_was_taken_out() -> Decided:
    """The intrathecal order is stopped after the pump was taken out."""
    chart = Chart()
    chart.pump()
    order = chart.resources[-1]
    chart.procedure("Removal of intrathecal baclofen pump", "2d")
    return chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")])


@situation("ABR-01")
def pump_held_with_a_plan() -> Decided:
    """The intrathecal order is put on hold within a planned taper."""
    chart = Chart()
    chart.pump()
    hold = chart.draft(chart.resources[-1], status="on-hold", statusReason={"text": "Planned taper"})
    return chart.decide(ORDER_SIGN, [hold])


@situation("ABR-01")
def pump_stopped_within_a_planned_taper() -> Decided:
    """The intrathecal order is stopped within a planned taper: a stop all the same."""
    chart = Chart()
    chart.pump()
    stop = chart.draft(chart.resources[-1], status="stopped", statusReason={"text": "Planned taper"})
    return chart.decide(ORDER_SIGN, [stop])


@situation("ABR-01")
def an_unread_order_is_sent_out() -> Decided:
    """An order that cannot be read is sent out, for somebody on baclofen."""
    chart, _ = home()
    return chart.decide(ORDER_DISPATCH, dispatched=("MedicationRequest/none",))


@situation("ABR-01")
def an_unread_service_order_is_sent_out_for_a_pump() -> Decided:
    """A service order that cannot be read is sent out, for somebody with a pump."""
    chart = Chart()
    chart.pump()
    return chart.decide(ORDER_DISPATCH, dispatched=("ServiceRequest/none",))


@situation("ABR-01")
def an_unread_service_order_without_a_pump() -> Decided:
    """A service order that cannot be read is sent out, without a pump."""
    chart, _ = home()
    return chart.decide(ORDER_DISPATCH, dispatched=("ServiceRequest/none",))


@situation("ABR-01")
def an_unread_order_after_short_use() -> Decided:
    """An order that cannot be read is sent out after ten days of baclofen."""
    chart, _ = home(mg=5, since="10d")
    return chart.decide(ORDER_DISPATCH, dispatched=("MedicationRequest/none",))


@situation("ABR-01")
def stopped_yesterday() -> Decided:
    """Stopped 20 hours ago, seen on opening the chart."""
    return home(status="stopped", until="20h")[0].decide()


@situation("ABR-01")
def stopped_yesterday_and_trembling() -> Decided:
    """Stopped 20 hours ago, and there is a tremor."""
    chart, _ = home(status="stopped", until="20h")
    chart.sign("Tremor")
    return chart.decide()


@situation("ABR-01")
def stopped_yesterday_and_limp() -> Decided:
    """Stopped 20 hours ago, hypotonic and stuporous."""
    chart, _ = home(status="stopped", until="20h")
    chart.sign("Hypotonia", "1h")
    chart.sign("Stupor", "1h")
    return chart.decide()


@situation("ABR-01")
def stopped_yesterday_as_never_taken() -> Decided:
    """Stopped 20 hours ago: it had never been taken."""
    return home(status="stopped", until="20h", statusReason={"text": "Patient never took it"})[0].decide()


@situation("ABR-01")
def stopped_eight_days_ago() -> Decided:
    """Stopped eight days ago."""
    return home(status="stopped", until="8d")[0].decide()


@situation("ABR-01")
def stopped_ten_hours_ago() -> Decided:
    """Stopped ten hours ago: the next dose is hardly due."""
    return home(status="stopped", until="10h")[0].decide()


@situation("ABR-01")
def stopped_nobody_knows_when() -> Decided:
    """Stopped, the chart does not say when."""
    return home(status="stopped", since="60d")[0].decide()


@situation("ABR-01")
def stopped_nobody_knows_when_for_a_reason() -> Decided:
    """Stopped, the chart does not say when, but why: a planned taper."""
    return home(status="stopped", since="60d", statusReason={"text": "Planned taper completed"})[0].decide()


@situation("ABR-01")
def written_ten_days_ago_and_stopped_since() -> Decided:
    """Written ten days ago and stopped since, nobody knows when."""
    return home(status="stopped", since="10d")[0].decide()


@situation("ABR-01")
def written_two_years_ago_and_stopped() -> Decided:
    """Written two years ago and stopped, nobody knows when."""
    return home(status="stopped", since="730d")[0].decide()


@situation("ABR-01")
def still_taken_on_opening_the_chart() -> Decided:
    """Taken as ordered, on opening the chart."""
    return home()[0].decide()


@situation("ABR-01")
def without_baclofen_by_mouth() -> Decided:
    """A pump alone, on opening the chart."""
    chart = Chart()
    chart.pump()
    return chart.decide()


@situation("ABR-01")
def only_order_stopped_as_a_duplicate() -> Decided:
    """The only order is stopped as a duplicate: of what?"""
    return stopped(*home(), "Duplicate order")


@situation("ABR-01")
def order_stopped_as_a_duplicate_of_the_home_list() -> Decided:
    """An order is stopped as a duplicate, the home list has baclofen too."""
    chart, order = home()
    chart.baclofen(statement=True)
    return stopped(chart, order, "Duplicate order")


@situation("ABR-01")
def pump_held_without_a_plan() -> Decided:
    """The intrathecal order is put on hold without a plan."""
    chart = Chart()
    chart.pump()
    return chart.decide(ORDER_SIGN, [chart.draft(chart.resources[-1], status="on-hold")])


@situation("ABR-01")
def forbidden() -> Decided:
    """Baclofen is forbidden by an order "do not perform"."""
    chart, order = home()
    return chart.decide(ORDER_SIGN, [chart.draft(order, id="x", doNotPerform=True)])


@situation("ABR-01")
def forbidden_by_pump() -> Decided:
    """The intrathecal order is stopped for somebody whose chart shows no pump."""
    chart = Chart()
    chart.pump()
    order = chart.resources.pop()
    chart.resources.pop()
    return chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")])


@situation("ABR-01")
def stop_of_a_pump_with_baclofen_and_morphine() -> Decided:
    """The order of a pump with baclofen and morphine is stopped."""
    chart = Chart()
    chart.pump(drug="baclofen 40 mg + morphine 20 mg")
    return chart.decide(ORDER_SIGN, [chart.draft(chart.resources[-1], status="stopped")])


@situation("ABR-01")
def stop_of_a_pump_of_unknown_drug() -> Decided:
    """A pump of unknown drug is ordered to be stopped."""
    chart = Chart()
    chart.pump(drug=None)
    draft = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
             "code": {"text": "Stop intrathecal pump"}, "authoredOn": instant("0h")}  # fmt: skip
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-01")
def stop_of_a_pump_with_morphine_in_words() -> Decided:
    """A pump with morphine is ordered to be stopped."""
    chart = Chart()
    chart.pump(drug="morphine")
    draft = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
             "code": {"text": "Stop intrathecal pump"}, "authoredOn": instant("0h")}  # fmt: skip
    return chart.decide(ORDER_SIGN, [draft])


@situation("ABR-01")
def six_hourly_stopped_eleven_hours_ago() -> Decided:
    """Taken every six hours, stopped eleven hours ago."""
    chart = Chart()
    chart.baclofen(15, 4, status="stopped", until="11h")
    return chart.decide()


@situation("ABR-01")
def stopped_exactly_twelve_hours_ago() -> Decided:
    """Stopped exactly twelve hours ago."""
    return home(status="stopped", until="12h")[0].decide()


@situation("ABR-01")
def stopped_exactly_seven_days_ago() -> Decided:
    """Stopped exactly seven days ago."""
    return home(status="stopped", until="7d")[0].decide()


@situation("ABR-01")
def stopped_in_some_month() -> Decided:
    """A statement: stopped in March."""
    chart = Chart()
    told = chart.baclofen(statement=True, status="stopped")
    told["effectivePeriod"] = {"start": "2025-01", "end": "2026-03"}
    return chart.decide()


@situation("ABR-01")
def stopped_in_some_year() -> Decided:
    """A statement: stopped in 2026."""
    chart = Chart()
    told = chart.baclofen(statement=True, status="stopped")
    told["effectivePeriod"] = {"start": "2025", "end": "2026"}
    return chart.decide()


@situation("ABR-01")
def not_taken_since_it_ran_out() -> Decided:
    """A statement: not taken, it ran out two days ago."""
    chart = Chart()
    chart.baclofen(statement=True, status="not-taken", until="2d", statusReason=[{"text": "Ran out"}])
    return chart.decide()


@situation("ABR-01")
def seven_unread_orders_are_sent_out() -> Decided:
    """Seven orders that cannot be read are sent out, for somebody on baclofen."""
    chart, _ = home()
    return chart.decide(ORDER_DISPATCH, dispatched=tuple(f"MedicationRequest/none{i}" for i in range(7)))


@situation("ABR-01")
def unread_orders_of_two_kinds_are_sent_out() -> Decided:
    """Orders of two kinds that cannot be read are sent out, for somebody without a pump."""
    chart, _ = home()
    sent = ("MedicationRequest/b", "ServiceRequest/c")
    return chart.decide(ORDER_DISPATCH, dispatched=sent)


@situation("ABR-01")
def stopped_at_an_unknown_time_a_year_ago() -> Decided:
    """Stopped nobody knows when, written 365 days ago."""
    chart, _ = home(status="stopped", since="365d")
    return chart.decide()


@situation("ABR-01")
def stopped_at_an_unknown_time_for_a_taper() -> Decided:
    """Stopped nobody knows when, after a planned taper."""
    chart, _ = home(status="stopped", since="60d", statusReason={"text": "Planned taper completed"})
    return chart.decide()


@situation("ABR-01")
def stopped_at_an_unknown_time_after_two_weeks() -> Decided:
    """Stopped nobody knows when, written 14 days ago."""
    chart, _ = home(status="stopped", since="14d")
    return chart.decide()


@situation("ABR-01")
def stopped_at_an_unknown_time_after_thirteen_days() -> Decided:
    """Stopped nobody knows when, written 13 days ago."""
    chart, _ = home(status="stopped", since="13d")
    return chart.decide()


@situation("ABR-01")
def pump_stopped_in_words_without_a_pump() -> Decided:
    """Stop the baclofen pump, in words, where no pump was found."""
    chart, _ = home()
    draft = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
             "code": {"text": "Stop intrathecal baclofen pump"}, "authoredOn": instant("0h")}  # fmt: skip
    return chart.decide(ORDER_SIGN, [draft], lost=["Device"])
