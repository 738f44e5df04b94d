"""What each hook's own context means for the chart: dispatched orders, visits being moved, a stay that begins."""

from typing import Any

import pytest

from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_START, ORDER_DISPATCH, PATIENT_VIEW
from tests.chart import Chart, instant

STOPPED = "abrupt-discontinuation"


@pytest.mark.parametrize("status", ["stopped", "on-hold", "cancelled", "completed"])
def test_an_order_being_carried_out_is_judged_as_a_draft(status: str) -> None:
    """The chart says stopped: carried out, it stops the baclofen that the list still has."""
    chart = Chart()
    order = chart.baclofen(status=status, statusReason={"text": "Provider choice"})
    chart.baclofen(statement=True)
    reference = f"MedicationRequest/{order['id']}"
    assert chart.decide(ORDER_DISPATCH, dispatched=(reference,)).urgency(STOPPED) == "critical"
    assert chart.decide(ORDER_DISPATCH, dispatched=("MedicationRequest/other",)).urgency(STOPPED) == "info"


def test_sending_out_an_order_that_goes_on_is_no_stop() -> None:
    chart = Chart()
    order = chart.baclofen()
    decided = chart.decide(ORDER_DISPATCH, dispatched=(f"MedicationRequest/{order['id']}",))
    assert decided.is_silent
    assert not decided.decision.exposure_excluded


def test_a_service_order_that_stops_the_pump() -> None:
    chart = Chart()
    chart.pump()
    order = chart.order("Stop intrathecal baclofen pump")
    assert chart.decide(ORDER_DISPATCH, dispatched=(f"ServiceRequest/{order['id']}",)).urgency(STOPPED) == "critical"


def test_a_dispatched_order_that_was_not_read_is_said() -> None:
    """Never silence about an order that nobody could look at."""
    chart = Chart()
    chart.baclofen()
    card = chart.decide(ORDER_DISPATCH, dispatched=("MedicationRequest/elsewhere",)).card(STOPPED)
    assert card.urgency.indicator == "info"
    assert "could not be read" in card.summary
    assert chart.decide(ORDER_DISPATCH, dispatched=("ServiceRequest/elsewhere",)).is_silent
    chart.pump()
    assert chart.decide(ORDER_DISPATCH, dispatched=("ServiceRequest/elsewhere",)).urgency(STOPPED) == "info"


def test_orders_that_could_not_be_read_leave_it_open() -> None:
    chart = Chart()
    chart.baclofen(statement=True)
    decided = chart.decide(ORDER_DISPATCH, dispatched=("MedicationRequest/r1",), lost=["MedicationRequest"])
    assert decided.kinds == [STOPPED] or decided.decision.could_not_check is not None


@pytest.mark.parametrize(("status", "hook", "fires"), [
    ("planned", ENCOUNTER_START, True), ("arrived", ENCOUNTER_START, True), ("cancelled", ENCOUNTER_START, False),
    ("planned", PATIENT_VIEW, False),
])  # fmt: skip
def test_the_stay_that_encounter_start_names_has_begun(status: str, hook: Any, fires: bool) -> None:
    chart = Chart()
    chart.baclofen(statement=True)
    stay = chart.stay("1h")
    stay |= {"status": status, "period": {"start": instant("+2h")}}
    assert (chart.decide(hook, encounter_id=stay["id"]).urgency(STOPPED) != "") is fires


@pytest.mark.parametrize(("changes", "urgency"), [
    ({}, ""), ({"status": "cancelled"}, "warning"), ({"start": "+11d"}, "warning"), ({"start": "+6d"}, ""),
])  # fmt: skip
def test_a_visit_being_moved_replaces_the_chart_s_copy(changes: dict[str, str], urgency: str) -> None:
    """Alarm date in ten days, refill booked for five days from now."""
    chart = Chart()
    chart.pump()
    chart.alarm_date("+10d")
    visit = chart.appointment("Baclofen pump refill", "+5d")
    moved = {key: instant(value) if key == "start" else value for key, value in changes.items()}
    decided = chart.decide(APPOINTMENT_BOOK, [chart.draft(visit, **moved)])
    assert decided.urgency("pump-failure-risk") == urgency
