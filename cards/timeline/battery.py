"""The battery of an implanted pump: replacement indicator, end of service, how old it is (PMP-02)."""

from datetime import date, datetime, timedelta

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act, Measure
from cards.record.facts import Observation
from cards.record.record import Record
from cards.record.when import When, days_of, latest
from cards.timeline.operations import Operation, planned
from cards.timeline.reservoir import days_to

_NEW_PUMP = frozenset({Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT})
_DONE = frozenset({"completed", "unknown", "in-progress", ""})


class Battery(msgspec.Struct, frozen=True, kw_only=True):
    """What the chart tells of it.

    `stops`: by when the pump stops, told as its end of service (then `is_told`) or 90 days after the replacement
    indicator, whichever was written last; of two written at once the earlier.
    """

    eri: When | None = None
    eri_reference: str = ""
    stops: When | None = None
    stops_reference: str = ""
    is_told: bool = False
    implanted: When | None = None
    implanted_reference: str = ""
    months: int | None = None  # whole calendar months since it was implanted
    replacement: Operation | None = None  # booked for a day at or before `stops`


def battery_of(record: Record, moment: Moment) -> Battery:
    """What is known of the battery; what was told before a newer pump was implanted no longer counts."""
    implanted, reference = _implanted(record, moment)
    eri = _newest(record, Measure.PUMP_ERI_DATE, implanted)
    after = _later(eri.date, round(moment.limit(limits.ERI_TO_STOP)), moment) if eri and eri.date else None
    eos = _newest(record, Measure.PUMP_EOS_DATE, implanted)
    ends = [(told, stops) for told, stops in ((eri, after), (eos, eos.date if eos else None)) if told and stops]
    told, stops = max(ends, key=lambda end: (_written(end[0]), -end[1].latest.timestamp()), default=(None, None))
    return Battery(
        eri=eri.date if eri else None,
        eri_reference=eri.reference if eri else "",
        stops=stops,
        stops_reference=told.reference if told else "",
        is_told=told is not None and told is eos,
        implanted=implanted,
        implanted_reference=reference,
        months=_months(implanted, moment) if implanted else None,
        replacement=_booked(record, moment, stops),
    )


def _newest(record: Record, concept: Measure, implanted: When | None) -> Observation | None:
    """The date of this kind that was written last, of the pump that is in place."""
    told = [o for o in record.observations if o.concept == concept and o.date]
    valid = [o for o in told if implanted is None or not _is_of_an_earlier_pump(o, implanted)]
    return max(valid, key=_written, default=None)


def _written(told: Observation) -> float:
    return latest(told.when)


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
