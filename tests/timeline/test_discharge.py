"""What is written for home, how long it lasts, and when the patient is seen next."""

from typing import Any

import pytest

from cards.timeline.discharge import Discharge, days_in_hospital, discharge_of
from tests.chart import Chart, Resource, instant

FOR_HOME: dict[str, Any] = {"category": "discharge", "since": "1h"}


def inpatient() -> Chart:
    """In hospital for five days."""
    chart = Chart()
    chart.stay("120h")
    return chart


def written(chart: Chart) -> Discharge:
    """The discharge as of now."""
    case = chart.case()
    assert case.stay is not None
    return discharge_of(case.record, case.stay, case.moment)


def lasting(days: float, repeats: int | None = None) -> Resource:
    """For so many days, and so many repeats."""
    told: Resource = {"expectedSupplyDuration": {"value": days, "unit": "d"}}
    if repeats is not None:
        told["numberOfRepeatsAllowed"] = repeats
    return told


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, True),
        ({"category": "community"}, True),
        ({"category": "outpatient"}, True),
        ({"category": "inpatient"}, False),
        ({"category": "community", "since": "121h"}, False),
        ({"category": "discharge", "since": "121h"}, False),
        ({"status": "stopped"}, False),
        ({"doNotPerform": True}, False),
        ({"reportedBoolean": True}, False),
        ({"statement": True}, False),
    ],
)
def test_what_is_a_prescription_for_home(changes: Resource, counted: bool) -> None:
    """Written in this stay, for outside; no list of what somebody takes, no prohibition."""
    chart = inpatient()
    chart.baclofen(**FOR_HOME | changes)
    assert bool(written(chart).baclofen) is counted


def test_the_newest_prescription_comes_first() -> None:
    """Whichever way they stand in the chart."""
    for times in (("3h", "1h", "2h"), ("1h", "2h", "3h"), ("2h", "3h", "1h")):
        chart = inpatient()
        ids = {when: chart.baclofen(**FOR_HOME | {"since": when})["id"] for when in times}
        references = [order.reference for order in written(chart).baclofen]
        assert references == [f"MedicationRequest/{ids[when]}" for when in ("1h", "2h", "3h")]


@pytest.mark.parametrize(
    ("supplies", "days"),
    [([lasting(14)], 14), ([lasting(14, 2)], 42), ([lasting(14), lasting(20)], 20), ([lasting(20), lasting(14)], 20)],
)
def test_how_long_the_tablets_last(supplies: list[Resource], days: float) -> None:
    """The longest prescription, with its repeats."""
    chart = inpatient()
    for supply in supplies:
        chart.baclofen(dispenseRequest=supply, **FOR_HOME)
    ends = written(chart).lasts_until
    assert ends is not None
    assert (ends.latest - chart.moment().now).total_seconds() / 3600 == pytest.approx(days * 24 - 1, abs=0.01)


def test_a_prescription_without_an_end_leaves_the_end_open() -> None:
    """One of two does not say for how long."""
    chart = inpatient()
    chart.baclofen(dispenseRequest=lasting(14), **FOR_HOME)
    chart.baclofen(**FOR_HOME)
    assert written(chart).lasts_until is None
    assert written(inpatient()).lasts_until is None


def test_the_next_visit_is_the_nearest() -> None:
    """Not an operation, not a past or cancelled visit, not an order that is no visit."""
    chart = inpatient()
    chart.appointment("Neurology clinic follow-up", "+20d")
    nearest = chart.appointment("Physiatry clinic follow-up", "+10d")
    chart.appointment("Neurology clinic follow-up", "+30d")
    chart.appointment("Knee arthroplasty", "+2d")
    chart.appointment("Neurology clinic follow-up", "2d")
    chart.appointment("Neurology clinic follow-up", "+3d", "cancelled")
    chart.order("Physiotherapy", occurrenceDateTime=instant("+1d"))
    visit = written(chart).follow_up
    assert visit is not None
    assert visit.reference == f"Appointment/{nearest['id']}"


@pytest.mark.parametrize(
    ("ordered", "given", "days"),
    [("72h", (), 3), (None, ("48h", "24h"), 2), ("72h", ("48h",), 3), (None, ("130h",), 0), ("130h", (), 0),
     (None, (), 0)],
)  # fmt: skip
def test_days_of_baclofen_in_this_stay(ordered: str | None, given: tuple[str, ...], days: float) -> None:
    """From the first dose or order of the stay; what was before admission does not count."""
    chart = inpatient()
    chart.baclofen(statement=True)
    if ordered:
        chart.baclofen(since=ordered, category="inpatient")
    chart.given(*given)
    case = chart.case()
    assert case.oral is not None
    assert case.stay is not None
    assert days_in_hospital(case.oral, case.stay, case.moment) == pytest.approx(days, abs=0.01)
