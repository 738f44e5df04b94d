"""The battery of an implanted pump: replacement indicator, when it stops, how old it is (PMP-02)."""

from datetime import date, datetime, timedelta

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act, Measure
from cards.record.facts import Observation
from cards.record.record import Record
from cards.record.when import When, days_of
from cards.timeline.operations import Operation, planned
from cards.timeline.reservoir import days_to

_NEW_PUMP = frozenset({Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT})
_DONE = frozenset({"completed", "unknown", "in-progress", ""})


class Battery(msgspec.Struct, frozen=True, kw_only=True):
    """What the chart tells of it. `stops`: by when the pump stops, 90 days after the replacement indicator."""

    eri: When | None = None
    eri_reference: str = ""
    stops: When | None = None
    implanted: When | None = None
    implanted_reference: str = ""
    months: int | None = None  # whole calendar months since it was implanted
    replacement: Operation | None = None  # booked for a day at or before `stops`


def battery_of(record: Record, moment: Moment) -> Battery:
    """What is known of the battery; an indicator told before a newer pump was implanted no longer counts."""
    implanted, reference = _implanted(record, moment)
    told = [o for o in record.observations if o.concept == Measure.PUMP_ERI_DATE and o.date]
    valid = [o for o in told if implanted is None or not _is_of_an_earlier_pump(o, implanted)]
    newest = max(valid, key=lambda o: o.when.latest.timestamp() if o.when else 0.0, default=None)
    eri = newest.date if newest else None
    stops = _later(eri, round(moment.limit(limits.ERI_TO_STOP)), moment) if eri else None
    return Battery(
        eri=eri,
        eri_reference=newest.reference if newest else "",
        stops=stops,
        implanted=implanted,
        implanted_reference=reference,
        months=_months(implanted, moment) if implanted else None,
        replacement=_booked(record, moment, stops),
    )


def _later(told: When, days: int, moment: Moment) -> When | None:
    """The facility's calendar day, or days, so many days later."""
    first, last = _day(told.earliest, moment), _day(_last_instant(told), moment)
    return days_of(first + timedelta(days=days), last + timedelta(days=days), moment.zone, "day", "")


def _day(instant: datetime, moment: Moment) -> date:
    return instant.astimezone(moment.zone).date()


def _last_instant(time: When) -> datetime:
    return time.latest - timedelta(microseconds=1) if time.latest > time.earliest else time.latest


def _implanted(record: Record, moment: Moment) -> tuple[When | None, str]:
    dated = [(d.start, d.reference) for d in record.devices if d.start]
    dated += [(p.when, p.reference) for p in record.procedures if p.acts & _NEW_PUMP and p.status in _DONE and p.when]
    past = [entry for entry in dated if entry[0].may_be_past(moment.now)]
    return max(past, key=lambda entry: entry[0].latest, default=(None, ""))


def _is_of_an_earlier_pump(told: Observation, implanted: When) -> bool:
    written = told.when or told.date
    return written is not None and implanted.earliest - written.latest >= timedelta(days=1)


def _months(since: When, moment: Moment) -> int:
    """Whole months by the facility's calendar, by the least alarming reading."""
    begun, today = _day(_last_instant(since), moment), _day(moment.now, moment)
    return max(0, (today.year - begun.year) * 12 + today.month - begun.month - (today.day < begun.day))


def _booked(record: Record, moment: Moment, stops: When | None) -> Operation | None:
    """A replacement with a day to it; before the pump stops, where that day is known."""
    for plan in planned(record, moment, {Act.PUMP_REPLACEMENT}):
        if plan.when is None:
            continue
        if stops is None or days_to(plan.when, moment.now, moment) < days_to(stops, moment.now, moment):
            return plan
    return None
