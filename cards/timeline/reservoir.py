"""When does the pump's reservoir run low, when was it last filled, is a refill booked? (PMP-01)"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from cards.moment import Moment
from cards.record.concepts import Act, Measure, Route
from cards.record.facts import DailyDose, Observation, Order, Procedure
from cards.record.record import Record
from cards.record.when import When

_BOOKED = frozenset({"booked", "arrived", "checked-in", "pending", "proposed", "active", "draft"})
_FILLS = frozenset({Act.PUMP_REFILL, Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT})
_SAME_VISIT = timedelta(days=1)  # a fill and the alarm date programmed at it


class Reservoir(msgspec.Struct, frozen=True, kw_only=True):
    """Dates of the reservoir. `empty` is calculated from what was filled, or left, and the daily dose."""

    alarm: When | None = None
    alarm_reference: str = ""
    empty: When | None = None
    empty_reference: str = ""
    last_fill: When | None = None
    last_fill_reference: str = ""
    booked: When | None = None


def reservoir_of(
    record: Record,
    procedures: Iterable[Procedure],
    dose: DailyDose | None,
    concentration_mg_per_ml: float | None,
    moment: Moment,
) -> Reservoir:
    """What is known of the reservoir; a date older than the last fill no longer counts.

    `dose` and concentration are those of the intrathecal order; what was read at the pump comes first.
    """
    fills = [(p.when, p.reference) for p in procedures if p.acts & _FILLS and p.when and p.when.may_be_past(moment.now)]
    fills += [
        (o.date, o.reference) for o in record.observations
        if o.concept == Measure.PUMP_LAST_REFILL and o.date and o.date.may_be_past(moment.now)
    ]  # fmt: skip
    fills += [
        (a.when, a.reference) for a in record.administrations
        if a.route is Route.INTRATHECAL and a.product.is_baclofen and a.status == "completed"
        and a.when and a.when.may_be_past(moment.now)
    ]  # fmt: skip
    last_fill, fill_reference = max(fills, key=lambda f: f[0].latest, default=(None, ""))
    alarm = _latest_date(record.observations, Measure.PUMP_ALARM_DATE, last_fill)
    empty, empty_reference = _empty(record.observations, dose, concentration_mg_per_ml, last_fill)
    visits = [o for o in record.orders if Act.PUMP_REFILL in o.acts and o.status in _BOOKED and o.start
              and not o.do_not_perform and days_to(o.start, moment.now, moment) >= 0]  # fmt: skip
    visit: Order | None = min(visits, key=lambda o: o.start.earliest if o.start else moment.now, default=None)
    return Reservoir(
        alarm=alarm.date if alarm else None,
        alarm_reference=alarm.reference if alarm else "",
        empty=empty,
        empty_reference=empty_reference,
        last_fill=last_fill,
        last_fill_reference=fill_reference,
        booked=visit.start if visit else None,
    )


def _latest_date(observations: Iterable[Observation], concept: Measure, last_fill: When | None) -> Observation | None:
    """The newest date of this kind that was written at or after the last fill."""
    told = [o for o in observations if o.concept == concept and o.date]
    valid = [o for o in told if last_fill is None or not _is_superseded(o, last_fill)]
    return max(valid, key=lambda o: o.when.latest.timestamp() if o.when else float("-inf"), default=None)


def _is_superseded(told: Observation, last_fill: When) -> bool:
    """Written before a later fill; an undated one only if the fill comes after the date that it names."""
    written = told.when or told.date
    return written is not None and last_fill.earliest - written.latest >= _SAME_VISIT


def _empty(
    observations: Iterable[Observation],
    dose: DailyDose | None,
    concentration_mg_per_ml: float | None,
    last_fill: When | None,
) -> tuple[When | None, str]:
    """Refill date + volume x concentration / daily dose; or from a residual volume, whichever was measured last."""
    seen = list(observations)
    told = _latest_date(seen, Measure.PUMP_EMPTY_DATE, last_fill)
    if told:
        return told.date, told.reference
    daily = _newest_value(seen, Measure.PUMP_DAILY_DOSE)
    mcg_a_day = dose.high if dose and dose.unit == "mcg/day" else daily.value if daily else None
    told_strength = _newest_value(seen, Measure.PUMP_CONCENTRATION)
    ordered = concentration_mg_per_ml * 1000 if concentration_mg_per_ml else None
    mcg_per_ml = told_strength.value if told_strength else ordered
    if not mcg_a_day or not mcg_per_ml:
        return None, ""
    measures = (Measure.PUMP_RESERVOIR_VOLUME, Measure.PUMP_FILL_VOLUME)
    volumes = [o for o in seen if o.concept in measures and o.value is not None and (o.when or last_fill)]
    volumes = [o for o in volumes if not (last_fill and _is_superseded(o, last_fill))]
    if not volumes:
        return None, ""
    volume = max(volumes, key=lambda o: _instant(o.when or last_fill))
    measured = volume.when or last_fill
    assert measured is not None
    assert volume.value is not None
    ends = measured.shifted(volume.value * mcg_per_ml / mcg_a_day)
    return (When(ends.earliest, ends.latest, "day"), volume.reference) if ends else (None, "")


def _newest_value(observations: Iterable[Observation], concept: Measure) -> Observation | None:
    told = [o for o in observations if o.concept == concept and o.value is not None]
    return max(told, key=lambda o: _instant(o.when), default=None)


def _instant(time: When | None) -> float:
    return time.latest.timestamp() if time else float("-inf")


def days_to(date: When, now: datetime, moment: Moment) -> int:
    """Whole local calendar days from today to the day of `date`: 0 today, negative when it has passed.

    Of an interval over several days the last one counts, the least alarming reading.
    """
    last = date.latest - timedelta(microseconds=1) if date.latest > date.earliest else date.latest
    return (last.astimezone(moment.zone).date() - now.astimezone(moment.zone).date()).days
