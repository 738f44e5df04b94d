"""FHIR times as intervals, and all arithmetic on them.

A FHIR date can be a year; comparing such dates as points is the classic bug. Conventions of clinical.md section 0:
for "happened on" a gap is counted from the *end* of the interval (the least alarming reading); for "must happen by"
a date is due from its start and overdue only after its end. A time without zone is the facility's, never UTC.

Ends are kept in UTC: Python subtracts two times of the same zone by the wall clock, which is an hour off across a
change of summer time.
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

import msgspec

from cards.record.coding import plain

# Years outside are placeholders ("0001", "9999-12-31"), not dates.
FIRST_YEAR, LAST_YEAR = 1850, 2200
_END = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)


class When(msgspec.Struct, frozen=True, gc=False):
    """The half-open interval [earliest, latest) in which something happened; both aware; equal for an instant."""

    earliest: datetime
    latest: datetime
    precision: str = "instant"  # instant | day | month | year | ambiguous
    text: str = ""  # the chart's words

    @property
    def is_exact(self) -> bool:
        return self.precision == "instant"

    def hours_until(self, now: datetime) -> float:
        """Hours from this to `now`, by the least alarming reading; 0 if it may still be going on."""
        return max(0.0, (now - self.latest).total_seconds() / 3600)

    def hours_until_at_most(self, now: datetime) -> float:
        """Hours from this to `now`, by the most alarming reading."""
        return max(0.0, (now - self.earliest).total_seconds() / 3600)

    def is_past(self, now: datetime) -> bool:
        """Surely over by `now` (instants count as over at once)."""
        return self.latest <= now

    def may_be_past(self, now: datetime) -> bool:
        """Begun by `now`."""
        return self.earliest <= now

    def shifted(self, days: float) -> "When | None":
        """The same interval so many days later (24-hour days); None if that leaves the calendar."""
        try:
            return When(self.earliest + timedelta(days=days), self.latest + timedelta(days=days), self.precision, "")
        except (OverflowError, ValueError):
            return None


def later(start: datetime, days: float) -> datetime:
    """So many days later (24-hour days), and never past the end of the calendar."""
    try:
        return min(start + timedelta(days=days), _END)
    except OverflowError:
        return _END


def read_when(value: Any, zone: tzinfo) -> When | None:
    """A FHIR date, dateTime or instant of any precision; None for anything else. Never raises."""
    return _fhir(value, zone) if isinstance(value, str) else None


def read_period(value: Any, zone: tzinfo) -> tuple[When | None, When | None]:
    """Start and end of a Period; each None where absent or unreadable. A date-only end is that whole day."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        return None, None
    return read_when(value.get("start"), zone), read_when(value.get("end"), zone)


def instant(moment: datetime, text: str = "") -> When:
    """The interval of one aware datetime."""
    moment = moment.astimezone(UTC)
    return When(moment, moment, "instant", text)


def days_of(first: date, last: date, zone: tzinfo, precision: str, text: str) -> When | None:
    """From the local midnight that begins `first` to the one that ends `last`."""
    if not (first.year >= FIRST_YEAR and last.year <= LAST_YEAR):
        return None
    after = last + timedelta(days=1)
    start = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
    end = datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
    return When(start, end, precision, text)


@lru_cache(maxsize=8192)
def _fhir(value: str, zone: tzinfo) -> When | None:
    text = value.strip()
    try:
        if len(text) >= 16 and text[10] in "Tt ":
            return _date_time(text, zone)
        if len(text) == 10 and text[4] == text[7] == "-":
            day = date.fromisoformat(text)
            return days_of(day, day, zone, "day", text)
        if len(text) == 7 and text[4] == "-" and text.replace("-", "").isdecimal():
            year, month = int(text[:4]), int(text[5:])
            return days_of(date(year, month, 1), _month_end(year, month), zone, "month", text)
        if len(text) == 4 and text.isdecimal():
            return days_of(date(int(text), 1, 1), date(int(text), 12, 31), zone, "year", text)
    except ValueError:
        return None  # "2026-02-31", "T25:00": the caller notes the defect
    return None


def _date_time(text: str, zone: tzinfo) -> When | None:
    if not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return None
    if text[17:19] == "60":  # a leap second is allowed in FHIR, not in Python
        text = text[:17] + "59" + text[19:]
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
        return When(moment, moment, "instant", text)
    # Wall-clock time: in the hour that summer time repeats or skips there are two readings.
    first = moment.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = moment.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return When(first, first, "instant", text)
    return When(min(first, second), max(first, second), "ambiguous", text)


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_TEXT_ISO = re.compile(r"\b([0-9]{4}-[0-9]{2}-[0-9]{2}(?:t[0-9:.]+(?:z|[+-][0-9]{2}:?[0-9]{2})?)?)")
_TEXT_NUMBERS = re.compile(r"(?<![0-9./-])([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9/-])")
_TEXT_YEAR_FIRST = re.compile(r"\b([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})\b")
_TEXT_DAY_MONTH = re.compile(rf"\b([0-9]{{1,2}})(?:st|nd|rd|th)?[ -]+(?:of )?{_MONTH}[ ,-]+([0-9]{{4}}|[0-9]{{2}})\b")
_TEXT_MONTH_DAY = re.compile(rf"\b{_MONTH}[ -]+([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,| |, )+([0-9]{{4}})\b")
_TEXT_MONTH = re.compile(rf"\b{_MONTH},? +([0-9]{{4}})\b")
_TEXT_SHORT_MONTH = re.compile(r"\b([0-9]{4})-([0-9]{2})\b")


@lru_cache(maxsize=2048)
def latest(time: When | None) -> float:
    """When this time ends at the latest, in seconds, to compare by; what nobody dated comes before all."""
    return time.latest.timestamp() if time else float("-inf")


def date_in_text(text: str, zone: tzinfo, date_order: str = "") -> When | None:
    """The first date in free text; None if there is none.

    Reads ISO, "25 Nov 2026", "Nov 25, 2026", "25/11/26" and "11/25/2026". Numbers that may be day or month are read
    by `date_order` ("mdy" | "dmy"); without it both readings are kept, as precision "ambiguous" from the start of the
    earlier to the end of the later. Dots ("3.4.2026") are day first. A bare year is no date.
    """
    if not any("0" <= c <= "9" for c in text):
        return None
    said = plain(text)
    try:
        if found := _TEXT_ISO.search(said):
            return _fhir(found[1].upper(), zone) or _fhir(found[1][:10], zone)
        if found := _TEXT_YEAR_FIRST.search(said):
            day = date(int(found[1]), int(found[2]), int(found[3]))
            return days_of(day, day, zone, "day", text)
        if found := _TEXT_NUMBERS.search(said):
            return _numbers(found, zone, date_order, found[0])
        if found := _TEXT_DAY_MONTH.search(said):
            day = date(_year(found[3]), _MONTHS[found[2]], int(found[1]))
            return days_of(day, day, zone, "day", text)
        if found := _TEXT_MONTH_DAY.search(said):
            day = date(_year(found[3]), _MONTHS[found[1]], int(found[2]))
            return days_of(day, day, zone, "day", text)
        if found := _TEXT_MONTH.search(said):
            year, month = int(found[2]), _MONTHS[found[1]]
            return days_of(date(year, month, 1), _month_end(year, month), zone, "month", text)
        if found := _TEXT_SHORT_MONTH.search(said):
            return _fhir(found[0], zone)
    except ValueError:
        return None  # 31/02/2026
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _numbers(found: re.Match[str], zone: tzinfo, date_order: str, text: str) -> When | None:
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    day_first = _valid(year, second, first)
    month_first = _valid(year, first, second)
    if found[2] == "." or date_order == "dmy":
        month_first = month_first if day_first is None else None
    elif date_order == "mdy":
        day_first = day_first if month_first is None else None
    readings = sorted({reading for reading in (day_first, month_first) if reading is not None})
    if not readings:
        return None
    precision = "day" if len(readings) == 1 else "ambiguous"
    return days_of(readings[0], readings[-1], zone, precision, text)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
