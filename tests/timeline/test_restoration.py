"""Is baclofen being given back, and is there a benzodiazepine meanwhile?"""

from typing import Any

import pytest

from cards.hooks import ORDER_SIGN
from cards.timeline.restoration import Restoration
from tests.chart import SUBJECT, Chart, Resource, instant


def restored(chart: Chart, drafts: list[Resource] | None = None) -> Restoration:
    """What these drafts or the last day did."""
    return chart.case(ORDER_SIGN, drafts or []).restoration


def stopped(hours: str = "30h") -> Chart:
    """Tablets stopped so long ago."""
    chart = Chart()
    chart.baclofen(status="stopped", until=hours)
    return chart


def draft(name: str, **more: Any) -> Resource:
    """A medicine in hand."""
    return {"resourceType": "MedicationRequest", "id": "d", "status": "draft", "intent": "order", "subject": SUBJECT,
            "medicationCodeableConcept": {"text": name}, "authoredOn": instant("0h"), **more}  # fmt: skip


@pytest.mark.parametrize(
    ("since", "counts"), [("2h", True), ("24h", True), ("24.1h", False), ("29h", False), ("31h", False)]
)
def test_a_new_order_by_mouth_restores(since: str, counts: bool) -> None:
    """Written in the last 24 h and after the interruption began."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.given("30h")
    chart.baclofen(since=since, category="inpatient")
    assert bool(restored(chart).by_mouth) is counts


def test_a_statement_restores_nothing() -> None:
    """That somebody says so is no order."""
    chart = stopped()
    chart.baclofen(statement=True, since="2h")
    assert not restored(chart).by_mouth


@pytest.mark.parametrize(
    ("when", "status", "counts"),
    [("2h", "completed", True), ("24h", "in-progress", True), ("25h", "completed", False), ("2h", "not-done", False),
     ("+2h", "completed", False)],
)  # fmt: skip
def test_work_on_the_pump_of_the_last_day(when: str, status: str, counts: bool) -> None:
    """Done or under way, not what was left undone or is still to come."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", when, status)
    assert bool(restored(chart).intrathecal) is counts


def test_an_operation_on_something_else_is_no_work_on_the_pump() -> None:
    """A knee."""
    chart = Chart()
    chart.pump()
    chart.procedure("Knee arthroplasty", "2h")
    assert not restored(chart).intrathecal


@pytest.mark.parametrize(
    ("changes", "counts"),
    [({}, True), ({"status": "active"}, True), ({"status": "stopped"}, False), ({"doNotPerform": True}, False)],
)
def test_an_intrathecal_order_in_hand(changes: Resource, counts: bool) -> None:
    """Ordered, not stopped and not forbidden."""
    chart = Chart()
    chart.pump()
    order = chart.draft(chart.resources[-1], **{"status": "draft"} | changes)
    assert bool(restored(chart, [order]).intrathecal) is counts


@pytest.mark.parametrize(
    ("status", "since", "counts"),
    [("active", "2h", True), ("on-hold", "2h", False), ("stopped", "2h", False), ("active", "50h", True)],
)
def test_a_benzodiazepine_in_the_chart(status: str, since: str, counts: bool) -> None:
    """An order that holds, whenever it was written."""
    chart = stopped()
    chart.medicine("Diazepam 5 mg tablet", since, status=status)
    assert bool(restored(chart).benzodiazepine) is counts


@pytest.mark.parametrize(("status", "counts"), [("draft", True), ("stopped", False), ("on-hold", False)])
def test_a_benzodiazepine_in_hand(status: str, counts: bool) -> None:
    """Being ordered, not being stopped."""
    assert bool(restored(stopped(), [draft("Lorazepam 2 mg IV", status=status)]).benzodiazepine) is counts


@pytest.mark.parametrize(
    ("when", "status", "counts"), [("2h", "completed", True), ("25h", "completed", False), ("2h", "not-done", False)]
)
def test_a_benzodiazepine_given(when: str, status: str, counts: bool) -> None:
    """In the last 24 h."""
    chart = stopped()
    chart.given(when, drug="Lorazepam 2 mg", status=status)
    assert bool(restored(chart).benzodiazepine) is counts
