"""When is an order over, when was it meant to be, and are there tablets left?"""

from typing import Any

import pytest

from cards.record.facts import MedicationOrder
from cards.timeline.interruptions import Kind, Level, has_ordinary_end
from cards.timeline.oral import is_in_hand
from tests.chart import NOW, Chart, Resource, instant


def order(**more: Any) -> MedicationOrder:
    """Baclofen, as it is read."""
    chart = Chart()
    chart.baclofen(**more)
    return chart.case().record.medication_orders[0]


def supply(days: float, repeats: int | None = None) -> Resource:
    """For so many days, and so many repeats."""
    told: Resource = {"expectedSupplyDuration": {"value": days, "unit": "d", "code": "d"}}
    if repeats is not None:
        told["numberOfRepeatsAllowed"] = repeats
    return {"dispenseRequest": told}


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ({"status": "completed"}, True),
        ({"status": "stopped", "statusReason": {"text": "Course completed"}}, True),
        ({"status": "stopped", "statusReason": {"text": "Duplicate order"}}, True),
        ({"status": "stopped"}, False),
        ({"status": "active", "until": "1d"}, True),
        ({"status": "unknown", "until": "1d"}, True),
        ({"status": "active", "until": "+1d"}, False),
        ({"status": "active"}, False),
        ({"status": "on-hold", "until": "1d"}, False),
    ],
)
def test_an_end_that_was_meant(told: Resource, meant: bool) -> None:
    """Completed, a duplicate, lapsed at its planned end; not a stop or a hold."""
    assert has_ordinary_end(order(**told), NOW) is meant


@pytest.mark.parametrize(
    ("days", "repeats", "until", "used_up"),
    [(30, None, "10d", True), (30, None, "10.1d", False), (30, 1, "10d", False), (15, 1, "10d", True),
     (14, 1, "11d", True), (30, None, None, False)],
)  # fmt: skip
def test_stopped_when_the_quantity_was_used_up(
    days: float, repeats: int | None, until: str | None, used_up: bool
) -> None:
    """Written 40 days ago; repeats count."""
    told = order(status="stopped", since="40d", until=until, **supply(days, repeats))
    assert has_ordinary_end(told, NOW) is used_up


@pytest.mark.parametrize(
    ("status", "category", "days", "repeats", "left"),
    [("completed", "community", 41, None, True), ("completed", "community", 40, None, False),
     ("completed", "community", 39, None, False), ("completed", "community", 21, 1, True),
     ("completed", "community", 19, 1, False), ("completed", "inpatient", 41, None, False),
     ("stopped", "community", 41, None, False), ("active", "community", 41, None, False),
     ("completed", "community", None, None, False)],
)  # fmt: skip
def test_completed_on_paper_with_tablets_left(
    status: str, category: str, days: float | None, repeats: int | None, left: bool
) -> None:
    """Written 40 days ago for so many days."""
    more = supply(days, repeats) if days else {}
    assert is_in_hand(order(status=status, category=category, since="40d", **more), NOW) is left


@pytest.mark.parametrize("changes", [{"authoredOn": None}, {"start": "40d"}])
def test_tablets_left_are_counted_from_the_start(changes: Resource) -> None:
    """From the start where there is one; where there is neither nothing is counted."""
    chart = Chart()
    told = chart.baclofen(status="completed", since="80d", **supply(50))
    if "start" in changes:
        told["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] = {"start": instant("40d")}
    else:
        del told["authoredOn"]
    assert is_in_hand(chart.case().record.medication_orders[0], NOW) is ("start" in changes)


@pytest.mark.parametrize(
    ("reason", "until", "taken"),
    [("Never started", None, False), ("Never started", "2d", False), ("Ran out", None, True),
     ("Patient stopped it", None, True), ("", "2d", True), ("", None, False)],
)  # fmt: skip
def test_not_taken_and_taken_before(reason: str, until: str | None, taken: bool) -> None:
    """ "Not taken" with an end, or because it ran out or the patient stopped, was taken once."""
    chart = Chart()
    more = {"statusReason": [{"text": reason}]} if reason else {}
    chart.baclofen(statement=True, status="not-taken", until=until, **more)
    oral = chart.case().oral
    assert (oral is not None and not oral.is_never_taken) is taken


@pytest.mark.parametrize(
    ("given", "often"),
    [(("1d", "3d", "5d"), True), (("1d", "3d"), False), (("1d", "3d", "6.9d"), True), (("1d", "3d", "7.1d"), False),
     (("1d", "3d", "9d"), False), (("2h", "3h", "4h"), False)],
)  # fmt: skip
def test_as_needed_on_three_days_of_a_week(given: tuple[str, ...], often: bool) -> None:
    """Then it is regular use."""
    chart = Chart()
    chart.baclofen()["dosageInstruction"][0]["asNeededBoolean"] = True
    chart.given(*given)
    oral = chart.case().oral
    assert oral is not None
    assert oral.is_prn_only is not often


@pytest.mark.parametrize(
    ("until", "level"),
    [("11.9h", Level.POSSIBLE), ("12h", Level.PROBABLE), ("23.9h", Level.PROBABLE), ("24h", Level.CONFIRMED),
     ("7d", Level.CONFIRMED), ("7.1d", Level.PROBABLE), ("14d", Level.PROBABLE), ("14.1d", Level.NONE)],
)  # fmt: skip
def test_an_interruption_grows_and_fades(until: str, level: Level) -> None:
    """Missed at 12 h, confirmed at 24 h; less after a week, nothing after two."""
    chart = Chart()
    chart.baclofen(status="stopped", until=until)
    gap = chart.case().oral_interruption
    assert gap is not None
    assert gap.level is level


def test_a_possible_interruption_fades_to_none() -> None:
    """Not to less than nothing, and not to something."""
    chart = Chart()
    chart.baclofen()
    chart.fill("38d", 30)
    supply_out = chart.case().interrupted_by(Kind.SUPPLY_OUT)
    assert supply_out is not None
    assert supply_out.level is Level.POSSIBLE
    chart = Chart()
    chart.stay("8d")
    chart.baclofen()
    omitted = chart.case().interrupted_by(Kind.OMITTED)
    assert omitted is not None
    assert omitted.level is Level.PROBABLE


def test_a_statement_that_was_stopped_ended_when_it_was_told() -> None:
    """Asserted two days ago as stopped, without an end."""
    chart = Chart()
    chart.baclofen(statement=True, status="stopped", dateAsserted=instant("2d"))
    gap = chart.case().oral_interruption
    assert gap is not None
    assert gap.hours(NOW) == pytest.approx(48, abs=0.1)
