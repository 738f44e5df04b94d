"""Times as intervals, in a zone that is not UTC."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.record.when import When, date_in_text, instant, read_period, read_when
from tests.record.shapes import NOW, ZONE


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2026", "2026-01-01T05:00", "2027-01-01T05:00", "year"),
        ("2026-03", "2026-03-01T05:00", "2026-04-01T04:00", "month"),
        ("2026-11-24", "2026-11-24T05:00", "2026-11-25T05:00", "day"),
        ("2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00", "day"),  # 25 hours
        ("2026-11-24T03:10:00Z", "2026-11-24T03:10", "2026-11-24T03:10", "instant"),
        ("2026-11-24T03:10:00+05:30", "2026-11-23T21:40", "2026-11-23T21:40", "instant"),
        ("2026-11-24T03:10:00", "2026-11-24T08:10", "2026-11-24T08:10", "instant"),
        ("2026-07-24T03:10", "2026-07-24T07:10", "2026-07-24T07:10", "instant"),
        ("2026-11-24T03:10:00.123456789Z", "2026-11-24T03:10:00.123456", "2026-11-24T03:10:00.123456", "instant"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59", "2016-12-31T23:59:59", "instant"),
        ("2026-11-01T01:30:00", "2026-11-01T05:30", "2026-11-01T06:30", "ambiguous"),  # the repeated hour
    ],
)
def test_every_precision(text: str, earliest: str, latest: str, precision: str) -> None:
    """A year, a month, a day or an instant; without a zone, the facility's."""
    when = read_when(text, ZONE)

    assert when is not None
    assert when.earliest == datetime.fromisoformat(earliest).replace(tzinfo=UTC)
    assert when.latest == datetime.fromisoformat(latest).replace(tzinfo=UTC)
    assert when.precision == precision


@pytest.mark.parametrize(
    "value",
    [
        "",
        "tomorrow",
        "2026-13",
        "2026-02-31",
        "2026-11-24T25:00:00Z",
        "0000",
        "0001-01-01",
        "9999-12-31",
        "26-11-24",
        "2026-1-1",
        20261124,
        None,
        ["2026"],
        {"a": 1},
        True,
        "²026",
        "2026-11-24T03:10:00+99:00",
    ],
)
def test_what_is_no_date(value: Any) -> None:
    """None, never an exception; far years are placeholders."""
    assert read_when(value, ZONE) is None


def test_date_only_end_is_the_whole_day() -> None:
    """A period that ends on the 23rd ends at the midnight after it."""
    start, end = read_period({"start": "2026-11-01", "end": "2026-11-23"}, ZONE)

    assert start is not None
    assert end is not None
    assert not end.is_past(datetime(2026, 11, 24, 4, 59, tzinfo=UTC))
    assert end.is_past(datetime(2026, 11, 24, 5, 0, tzinfo=UTC))


def test_hours_across_the_end_of_summer_time() -> None:
    """From 31 October noon to 1 November noon are 25 hours in New York."""
    before = read_when("2026-10-31T12:00:00", ZONE)

    assert before is not None
    assert before.hours_until(datetime(2026, 11, 1, 12, tzinfo=ZONE)) == 25


def test_both_readings_of_a_gap() -> None:
    """From the end of the interval, and from its start."""
    day = read_when("2026-11-23", ZONE)

    assert day is not None
    assert day.hours_until(NOW) == 12
    assert day.hours_until_at_most(NOW) == 36
    assert day.may_be_past(NOW)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("by 25/11/26", "", "2026-11-25"),
        ("11/25/2026", "", "2026-11-25"),
        ("25 Nov 2026", "", "2026-11-25"),
        ("Nov 25, 2026", "", "2026-11-25"),
        ("November 25th 2026", "", "2026-11-25"),
        ("25-Nov-26", "", "2026-11-25"),
        ("due 2026-11-25 at clinic", "", "2026-11-25"),
        ("2026/11/25", "", "2026-11-25"),
        ("3/4/2026", "mdy", "2026-03-04"),
        ("3/4/2026", "dmy", "2026-04-03"),
        ("3.4.2026", "", "2026-04-03"),
        ("25/11/2026", "mdy", "2026-11-25"),
    ],
)
def test_dates_in_words(text: str, order: str, expected: str) -> None:
    """The spellings of flowsheets and letters."""
    when = date_in_text(text, ZONE, order)

    assert when is not None
    assert when.precision == "day"
    assert when.earliest.astimezone(ZONE).date().isoformat() == expected


def test_two_readings_are_kept() -> None:
    """3/4/2026 without an order: from 4 March to the end of 3 April."""
    when = date_in_text("3/4/2026", ZONE)

    assert when is not None
    assert when.precision == "ambiguous"
    assert when.earliest.astimezone(ZONE).date().isoformat() == "2026-03-04"
    assert when.latest.astimezone(ZONE).date().isoformat() == "2026-04-04"


@pytest.mark.parametrize("text", ["", "soon", "E4V4M6=14", "186/110", "2026", "31/02/2026", "1/2 tablet", "3-4 times"])
def test_numbers_that_are_no_dates(text: str) -> None:
    """Scores, pressures, fractions and impossible days."""
    assert date_in_text(text, ZONE) is None


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    """Whatever stands there."""
    assert isinstance(read_when(text, ZONE), When | None)
    assert isinstance(date_in_text(text, ZONE), When | None)


# Wall-clock times: the zone is what the test adds.
FIRST, LAST = (datetime.fromisoformat(f"{year}-01-01T00:00:00") for year in (1900, 2100))


@given(
    st.datetimes(FIRST, LAST),
    st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe"]),
)
def test_interval_holds_the_local_time_that_was_written(moment: datetime, zone: str) -> None:
    """A zone-less time lies within the day of the same date, in any zone."""
    place = ZoneInfo(zone)
    exact, day = read_when(moment.isoformat(), place), read_when(moment.date().isoformat(), place)

    assert exact is not None
    assert day is not None
    assert exact.earliest <= exact.latest
    assert day.earliest <= exact.latest
    assert exact.earliest <= day.latest


def test_shifting_never_leaves_the_calendar() -> None:
    """A battery that lasts 10 million years is no date."""
    when = instant(datetime(2026, 11, 24, tzinfo=timezone(timedelta(hours=-5))))

    assert when.shifted(1e12) is None
    later = when.shifted(90)
    assert later is not None
    assert later.earliest == when.earliest + timedelta(days=90)
