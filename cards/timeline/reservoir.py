"""When does the pump's reservoir run low, when was it last filled, is a refill booked? (PMP-01)"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act, Measure, Route
from cards.record.facts import DailyDose, Observation, Order, Procedure
from cards.record.record import Record
from cards.record.when import When, latest

_BOOKED = frozenset({"booked", "arrived", "checked-in", "pending", "proposed", "active", "draft"})
_NEW_PUMP = frozenset({Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT})  # filled when it is put in
_SAME_VISIT = timedelta(days=1)  # a fill and the alarm date programmed at it


class Reservoir(msgspec.Struct, frozen=True, kw_only=True):
    """Dates of the reservoir. `empty` is calculated from what was filled, or left, and the daily dose.

    `is_from_implant`: no refill is recorded since the pump was put in, and that is the last fill known.
    """

    alarm: When | None = None
    alarm_reference: str = ""
    empty: When | None = None
    empty_reference: str = ""
    last_fill: When | None = None
    last_fill_reference: str = ""
    is_from_implant: bool = False
    booked: When | None = None


def reservoir_of(
    record: Record,
    procedures: Iterable[Procedure],
    dose: DailyDose | None,
    concentration_mg_per_ml: float | None,
    moment: Moment,
) -> Reservoir:
    """What is known of the reservoir; a date older than the last fill no longer counts.

    `dose` and concentration are those of the intrathecal order; what was read at the pump comes first. A new pump is
    filled when it is put in. Longer ago than a fill may last that was not the last one: refills were done that the
    chart does not show, and nothing is known of them. Dates and volumes of before it are of an older fill all the same.
    """
    done = [p for p in procedures if p.when and p.when.may_be_past(moment.now)]
    fills = [(p.when, p.reference) for p in done if Act.PUMP_REFILL in p.acts and p.when]
    fills += [
        (o.date, o.reference) for o in record.observations
        if o.concept == Measure.PUMP_LAST_REFILL and o.date and o.date.may_be_past(moment.now)
    ]  # fmt: skip
    fills += [
        (a.when, a.reference) for a in record.administrations
        if a.route is Route.INTRATHECAL and a.product.is_baclofen and a.status == "completed"
        and a.when and a.when.may_be_past(moment.now)
    ]  # fmt: skip
    implants = [(p.when, p.reference) for p in done if p.acts & _NEW_PUMP and Act.PUMP_REFILL not in p.acts and p.when]
    since, reference = _newest([*fills, *implants])
    is_from_implant = (since, reference) in implants
    longest = moment.limit(limits.MAX_REFILL_INTERVAL)
    is_too_old = is_from_implant and since is not None and days_to(since, moment.now, moment) < -longest
    last_fill = None if is_too_old else since
    alarm = _latest_date(record.observations, Measure.PUMP_ALARM_DATE, since)
    empty, empty_reference = _empty(record.observations, dose, concentration_mg_per_ml, since, last_fill)
    visits = [o for o in record.orders if Act.PUMP_REFILL in o.acts and o.status in _BOOKED and o.start
              and not o.do_not_perform and days_to(o.start, moment.now, moment) >= 0]  # fmt: skip
    visit: Order | None = min(visits, key=lambda o: o.start.earliest if o.start else moment.now, default=None)
    return Reservoir(
        alarm=alarm.date if alarm else None,
        alarm_reference=alarm.reference if alarm else "",
        empty=empty,
        empty_reference=empty_reference,
        last_fill=last_fill,
        last_fill_reference=reference if last_fill else "",
        is_from_implant=is_from_implant and last_fill is not None,
        booked=visit.start if visit else None,
    )


def _newest(fills: Iterable[tuple[When, str]]) -> tuple[When | None, str]:
    return max(fills, key=lambda f: f[0].latest, default=(None, ""))


def _latest_date(observations: Iterable[Observation], concept: Measure, last_fill: When | None) -> Observation | None:
    """The newest date of this kind that was written at or after the last fill."""
    told = [o for o in observations if o.concept == concept and o.date]
    valid = [o for o in told if last_fill is None or not _is_superseded(o, last_fill)]
    return max(valid, key=lambda o: latest(o.when), default=None)


def _is_superseded(told: Observation, last_fill: When) -> bool:
    """Written before a later fill; an undated one only if the fill comes after the date that it names."""
    written = told.when or told.date
    return written is not None and last_fill.earliest - written.latest >= _SAME_VISIT


def _empty(
    observations: Iterable[Observation],
    dose: DailyDose | None,
    concentration_mg_per_ml: float | None,
    since: When | None,
    last_fill: When | None,
) -> tuple[When | None, str]:
    """Refill date + volume x concentration / daily dose; or from a residual volume, whichever was measured last.

    What was measured before `since` is of an older fill; what nobody dated is of `last_fill`, where that is known.
    """
    seen = list(observations)
    told = _latest_date(seen, Measure.PUMP_EMPTY_DATE, since)
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
    volumes = [o for o in volumes if not (since and _is_superseded(o, since))]
    if not volumes:
        return None, ""
    volume = max(volumes, key=lambda o: latest(o.when or last_fill))
    measured = volume.when or last_fill
    assert measured is not None
    assert volume.value is not None
    ends = measured.shifted(volume.value * mcg_per_ml / mcg_a_day)
    return (When(ends.earliest, ends.latest, "day"), volume.reference) if ends else (None, "")


def _newest_value(observations: Iterable[Observation], concept: Measure) -> Observation | None:
    told = [o for o in observations if o.concept == concept and o.value is not None]
    return max(told, key=lambda o: latest(o.when), default=None)


def days_until_due(date: When, now: datetime, moment: Moment) -> int:
    """The same to the first day of the interval: what must happen by a date is due from its start (section 0)."""
    return (date.earliest.astimezone(moment.zone).date() - now.astimezone(moment.zone).date()).days


def days_to(date: When, now: datetime, moment: Moment) -> int:
    """Whole local calendar days from today to the day of `date`: 0 today, negative when it has passed.

    Of an interval over several days the last one counts, the least alarming reading.
    """
    last = date.latest - timedelta(microseconds=1) if date.latest > date.earliest else date.latest
    return (last.astimezone(moment.zone).date() - now.astimezone(moment.zone).date()).days
