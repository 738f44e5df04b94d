"""How long fills last, and which encounter is a stay."""

from datetime import UTC, timedelta

import pytest

from cards.record.facts import DailyDose
from cards.timeline.supply import supply_of
from tests.chart import Chart, Resource, instant, moment

SIXTY = DailyDose(low=60, high=60, unit="mg/day")


def fill(**changes: object) -> Chart:
    """90 tablets of 20 mg, handed over 50 days ago; no days' supply."""
    chart = Chart()
    told = chart.fill("50d", 30)
    del told["daysSupply"]
    told["quantity"] = {"value": 90, "unit": "tablet"}
    told |= changes
    return chart


@pytest.mark.parametrize(
    ("changes", "dose", "days"),
    [
        ({}, SIXTY, 30),
        ({}, DailyDose(low=30, high=60, unit="mg/day"), 60),
        ({}, DailyDose(low=1, high=1, unit="mg/day"), 1800),
        ({}, None, None),
        ({}, DailyDose(low=0, high=0, unit="mg/day"), None),
        ({}, DailyDose(low=60, high=60, unit="mcg/day"), None),
        ({"quantity": None}, SIXTY, None),
        ({"daysSupply": {"value": 20, "unit": "d"}}, SIXTY, 20),
        ({"status": "cancelled"}, SIXTY, None),
    ],
)
def test_how_long_a_fill_lasts(changes: Resource, dose: DailyDose | None, days: float | None) -> None:
    """As it says, else quantity / usual dose; unknown where one of them is."""
    chart = fill(**{key: value for key, value in changes.items() if value is not None})
    if "quantity" in changes:
        del chart.resources[-1]["quantity"]
    found = supply_of(chart.case().record.dispenses, [], dose)
    assert (found is None) is (days is None)
    if found and days:
        assert found.ends.latest == moment("50d").astimezone(UTC) + timedelta(days=days)


@pytest.mark.parametrize(
    ("admitted", "discharged", "saved"),
    [("40d", "30d", 10), ("60d", "45d", 5), ("60d", "50d", 0), ("60d", "55d", 0), ("21d", "11d", 10), ("19d", "9d", 0)],
)
def test_hospital_time_does_not_use_up_the_supply_at_home(admitted: str, discharged: str, saved: float) -> None:
    """Only what lies within the thirty days of the fill."""
    stays = [(moment(admitted), moment(discharged))]
    found = supply_of(fill().case().record.dispenses, stays, SIXTY)
    assert found is not None
    assert found.ends.latest == moment("50d").astimezone(UTC) + timedelta(days=30 + saved)


@pytest.mark.parametrize(
    ("status", "kind", "start", "end", "counts"),
    [
        ("in-progress", "IMP", "2d", None, True),
        ("in-progress", "IMP", "2d", "1d", False),
        ("in-progress", "IMP", "2d", "+1d", True),
        ("in-progress", "IMP", "+1d", None, False),
        ("finished", "IMP", "2d", None, False),
        ("planned", "IMP", "2d", None, False),
        ("in-progress", "AMB", "2d", None, False),
        ("in-progress", "EMER", "2h", None, True),
        ("onleave", "IMP", "2d", None, True),
        ("in-progress", "IMP", None, None, True),
    ],
)
def test_which_encounter_is_a_stay(status: str, kind: str, start: str | None, end: str | None, counts: bool) -> None:
    """In a bed, begun, and not over."""
    chart = Chart()
    period = {key: instant(when) for key, when in (("start", start), ("end", end)) if when}
    chart.add("Encounter", status=status, **{"class": {"code": kind}}, **({"period": period} if period else {}))
    stay = chart.case().stay
    assert (stay is not None) is counts
    if stay:
        assert stay.is_emergency is (kind == "EMER")
        assert (stay.hours(chart.moment().now) is None) is (start is None)


@pytest.mark.parametrize("order", [("5d", "2d"), ("2d", "5d")])
def test_of_two_stays_the_latest(order: tuple[str, str]) -> None:
    """One of them was never closed."""
    chart = Chart()
    ids = {since: chart.stay(since)["id"] for since in order}
    stay = chart.case().stay
    assert stay is not None
    assert stay.reference == f"Encounter/{ids['2d']}"
