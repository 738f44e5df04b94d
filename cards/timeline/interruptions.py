"""Did baclofen by mouth stop, since when, and how surely? (FND-04)

The gap clock starts at the last known exposure: the last dose given, else the end of the supply, else the end of the
order. In a hospital stay without any dose given it starts at the last possible one: admission, where baclofen was still
taken at home.
"""

from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from cards import limits, needs
from cards.moment import Moment
from cards.record.concepts import Reason
from cards.record.facts import Administration, DailyDose, Dispense, MedicationOrder
from cards.record.record import Record
from cards.record.when import When, latest
from cards.timeline.oral import OralExposure, dose_at, is_home, is_open
from cards.timeline.regimen import begins_late
from cards.timeline.stay import Stay
from cards.timeline.taper import Taper, allowed_step
from cards.verdict import Evidence

ENDED_SOMETIME = "order ended at an unknown time"


class Level(IntEnum):
    """How sure the interruption is: IE0 to IE3 of FND-04."""

    NONE = 0
    POSSIBLE = 1
    PROBABLE = 2
    CONFIRMED = 3

    @property
    def word(self) -> str:
        return ("none", "possible", "probable", "confirmed")[self]


class Kind(StrEnum):
    """What happened to the exposure."""

    NOT_GIVEN = "doses not given"
    STOPPED = "order stopped"
    LAPSED = "order ended"  # its planned time or quantity was used up, and nothing follows
    HELD = "order on hold"
    OMITTED = "home medicine not ordered"
    REPORTED = "reported as stopped"
    SUPPLY_OUT = "supply ran out"
    CUT = "dose cut"
    LOWERED = "dose lowered"  # by an order, within the limits of a taper; nobody wrote a plan
    TAPER = "taper under way"


class Interruption(msgspec.Struct, frozen=True, kw_only=True):
    """An exposure that stopped or was cut. `since` is the last known (or last possible) exposure."""

    kind: Kind
    level: Level
    since: When | None
    basis: str  # "last dose given", "admission (last possible dose)", ...
    evidence: tuple[Evidence, ...] = ()
    missed: int = 0  # scheduled doses in a row recorded as not given
    order: MedicationOrder | None = None  # the order that ended, was held or was cut
    cut_to: DailyDose | None = None
    cut_from: MedicationOrder | None = None  # what was taken before the cut

    def hours(self, now: datetime) -> float:
        """Hours since the last exposure, by the least alarming reading."""
        return self.since.hours_until(now) if self.since else 0.0

    @property
    def is_timed(self) -> bool:
        """Whether the chart says since when; an order that ended nobody knows when has bounds, not a time."""
        return self.since is not None and self.basis != ENDED_SOMETIME


def missed_dose_threshold(interval_hours: float | None, moment: Moment) -> float:
    """After how many hours without a dose one counts as missed (FND-04)."""
    if interval_hours is None:
        return moment.limit(limits.ORAL_MISSED)
    if interval_hours <= moment.limit(limits.SHORT_INTERVAL):
        return moment.limit(limits.ORAL_MISSED_SHORT_INTERVAL)
    if interval_hours <= moment.limit(limits.ORAL_MISSED):
        return moment.limit(limits.ORAL_MISSED)
    return interval_hours * moment.limit(limits.LATE_OF_LONG_INTERVAL)


def oral_interruptions(
    exposure: OralExposure, stay: Stay | None, taper: Taper | None, record: Record, moment: Moment, *, is_child: bool
) -> tuple[Interruption, ...]:
    """What interrupts this exposure, the surest first; empty where it goes on, as far as was read."""
    found = [
        i for i in (
            _reported(exposure, moment),
            _not_given(exposure, stay, record, moment),
            _ended(exposure, stay, moment),
            _omitted(exposure, stay, record, moment),
            _supply_out(exposure, moment),
            _lowered(exposure, moment, is_child=is_child),
        ) if i is not None
    ]  # fmt: skip
    if taper and taper.excuses and all(i.level <= Level.POSSIBLE for i in found):
        found.append(Interruption(kind=Kind.TAPER, level=Level.POSSIBLE, since=None, basis="taper",
                                  evidence=(Evidence(taper.reference, "taper under way"),)))  # fmt: skip
    faded = [msgspec.structs.replace(i, level=_faded(i, moment)) for i in found]
    # Of equally sure ones a taper leads: it began first, and what was found since counts.
    return tuple(sorted(faded, key=lambda i: (i.level, i.kind is Kind.TAPER, i.hours(moment.now)), reverse=True))


def last_exposure(exposure: OralExposure, stay: Stay | None, moment: Moment) -> tuple[When | None, str]:
    """The gap clock's start and what it is."""
    given = exposure.last_given
    given_at = given.when if given else None
    home_end = _home_end(exposure, moment)
    if stay is not None:
        if given_at and (stay.contains(given_at) or stay.start is None):
            return given_at, "last dose given"
        if not exposure.is_in_use:
            return _before(stay, exposure, given_at, home_end)
        possible = [w for w in (stay.start, home_end) if w is not None]
        if possible:
            last = min(possible, key=lambda w: w.latest)
            if given_at and given_at.latest > last.latest:
                return given_at, "last dose given"
            return last, "admission (last possible dose)" if last is stay.start else "supply or order at home ended"
        return given_at, "last dose given"
    if home_end and (given_at is None or home_end.latest > given_at.latest):
        return home_end, "supply or order ended"
    return given_at, "last dose given"


def _before(
    stay: Stay, exposure: OralExposure, given_at: When | None, home_end: When | None
) -> tuple[When | None, str]:
    """The last exposure of whom nothing says that baclofen was still taken when the stay began."""
    last = max((w for w in (given_at, home_end) if w), key=lambda w: w.latest, default=None)
    if last is None:
        last = max((w for o in exposure.orders if (w := _end_of(o))), key=lambda w: w.latest, default=None)
    if last is None or (stay.start and last.latest >= stay.start.earliest):
        return stay.start, "admission (last possible dose)"
    return last, "last dose given" if last is given_at else "supply or order at home ended"


def _home_end(exposure: OralExposure, moment: Moment) -> When | None:
    """When the home supply or the home order ended, if it did; the earlier of the two, for one needs both."""
    ends: list[When] = []
    if exposure.supply and exposure.supply.ends.is_past(moment.now):
        ends.append(exposure.supply.ends)
    home_orders = [o for o in exposure.orders if o.category != "inpatient"]
    if home_orders and not any(is_open(o, moment.now) and o.status != "on-hold" for o in home_orders):
        told = [w for o in home_orders if (w := _end_of(o))]
        if told:
            ends.append(max(told, key=lambda w: w.latest))
    return min(ends, key=lambda w: w.latest, default=None)


def _end_of(order: MedicationOrder) -> When | None:
    return order.ended_at or (order.authored if order.is_statement else None)


def _level_by_hours(hours: float, threshold: float, moment: Moment, *, confirmed: bool) -> Level:
    if confirmed and hours >= moment.limit(limits.ORAL_CONFIRMED):
        return Level.CONFIRMED
    return Level.PROBABLE if hours >= threshold else Level.POSSIBLE


def _reported(exposure: OralExposure, moment: Moment) -> Interruption | None:
    """The patient or a carer says that it stopped or ran out, with a date, and nothing newer says otherwise."""
    told = [
        o for o in exposure.orders
        if (o.is_statement or o.is_reported) and o.status in ("stopped", "not-taken") and _end_of(o)
    ]  # fmt: skip
    if not told:
        return None
    order = max(told, key=lambda o: latest(_end_of(o)))
    since = _end_of(order)
    assert since is not None
    given_after = exposure.last_given and exposure.last_given.when and exposure.last_given.when.latest > since.latest
    filled_after = any(f.when and f.when.earliest > since.latest for f in exposure.fills)
    if given_after or filled_after or any(_goes_on(o, since, moment) for o in exposure.orders if o is not order):
        return None
    evidence = Evidence(order.reference, f"reported as {order.status}: {order.product.name}", since)
    return Interruption(kind=Kind.REPORTED, level=Level.CONFIRMED, since=since, basis="reported end", order=order,
                        evidence=(evidence,))  # fmt: skip


def _goes_on(other: MedicationOrder, since: When, moment: Moment) -> bool:
    """Whether baclofen is taken from another order or statement after this one was reported as stopped.

    An order from before the report is what the patient did not follow, a statement last asserted before it an old line
    of the list. A statement that does not say when it was asserted goes on.
    """
    if other.status != "active" or not is_open(other, moment.now) or begins_late(other, moment):
        return False
    began = other.start or other.authored
    if not (other.is_statement or other.is_reported):
        return latest(began) > since.latest.timestamp()
    asserted = other.authored or (None if other.is_statement else began)
    return asserted is None or max(latest(began), latest(asserted)) >= since.earliest.timestamp()


def _not_given(exposure: OralExposure, stay: Stay | None, record: Record, moment: Moment) -> Interruption | None:
    """In a stay, doses are charted as not given, or an order holds and none is charted for too long."""
    if stay is None:
        return None
    since, basis = last_exposure(exposure, stay, moment)
    after = [a for a in exposure.not_given if _is_after(a, since) and a.when and a.when.may_be_past(moment.now)]
    in_use = any(stay.contains(a.when) for a in record.administrations)
    if since is None or not (after or (in_use and exposure.current)):
        return None  # no administration record is kept here: nothing given cannot be read from it
    order = next(iter((*exposure.current, *exposure.orders)), None)
    began = order.start or order.authored if order and exposure.current else None
    if not after and basis != "last dose given" and began and began.latest > since.latest:
        since, basis = began, "order began (no dose recorded)"
    hours = since.hours_until(moment.now)
    threshold = missed_dose_threshold(exposure.interval_hours, moment)
    missed = len(after)
    if missed < moment.limit(limits.MISSED_DOSES) and (hours < threshold or not exposure.current):
        return None
    evidence = [Evidence(a.reference, f"dose not given ({a.status})", a.when) for a in after]
    if exposure.last_given and exposure.last_given.when is since:
        evidence.append(Evidence(exposure.last_given.reference, "last dose given", since))
    level = _level_by_hours(hours, 0, moment, confirmed=True)
    return Interruption(kind=Kind.NOT_GIVEN, level=level, since=since, basis=basis, evidence=tuple(evidence),
                        missed=missed, order=order)  # fmt: skip


def _ended(exposure: OralExposure, stay: Stay | None, moment: Moment) -> Interruption | None:
    """The order was stopped, held or has lapsed, and no other holds."""
    if exposure.current:
        return None
    over = [o for o in exposure.orders if o.status == "on-hold" or not is_open(o, moment.now)]
    at_home = [o for o in over if stay is None or is_home(o, stay) or _ended_before(o, stay)]
    # What was ordered here ends the exposure here. A home medicine left out is told as that; one that ended is told so.
    here = [o for o in over if o not in at_home]
    if stay is not None:
        goes_on = bool(exposure.home or exposure.home_fill)
    else:
        goes_on = bool(exposure.home_fill) or any(
            is_open(o, moment.now) and o.status != "on-hold" and not begins_late(o, moment) for o in exposure.orders
        )
    in_setting = [*here, *([] if goes_on else at_home)]
    if not in_setting:
        return None
    order = max(
        in_setting, key=lambda o: (not has_ordinary_end(o, moment.now), latest(_end_of(o) or o.authored or o.start))
    )
    since, basis = last_exposure(exposure, stay, moment)
    if since is None or (order in here and basis != "last dose given"):
        stopped = _end_of(order)
        if stopped and (since is None or stopped.latest > since.latest):
            since, basis = stopped, "order ended"
    if since is None:
        begun = order.start or order.authored
        if begun is None:
            return None
        since, basis = When(begun.earliest, moment.now, "ambiguous", ""), ENDED_SOMETIME
    hours = since.hours_until(moment.now)
    kind = (
        Kind.LAPSED if has_ordinary_end(order, moment.now) else Kind.HELD if order.status == "on-hold" else Kind.STOPPED
    )
    threshold = missed_dose_threshold(exposure.interval_hours, moment)
    level = _level_by_hours(hours, threshold, moment, confirmed=True)
    evidence = [Evidence(order.reference, f"order {order.status}: {order.product.name}", _end_of(order))]
    if exposure.last_given and exposure.last_given.when is since:
        evidence.append(Evidence(exposure.last_given.reference, "last dose given", since))
    return Interruption(kind=kind, level=level, since=since, basis=basis, order=order, evidence=tuple(evidence))


def _ended_before(order: MedicationOrder, stay: Stay) -> bool:
    """Whether an order of the ward was one of an earlier stay; nobody knows where the admission is not dated."""
    end = _end_of(order)
    return end is not None and stay.start is not None and not stay.contains(end)


def has_ordinary_end(order: MedicationOrder, now: datetime) -> bool:
    """A course that ended as it was meant to: completed, lapsed at its planned end, or its quantity used up."""
    if order.status == "completed" or order.reasons & {Reason.COURSE_ENDED, Reason.DUPLICATE}:
        return True
    if order.status in ("active", "unknown", ""):
        return order.end is not None and order.end.is_past(now)
    start = order.start or order.authored
    if order.status != "stopped" or order.days_supply is None or start is None:
        return False
    stopped = order.status_changed or order.end
    used_up = order.days_supply * (1 + (order.refills or 0))
    return stopped is not None and (stopped.latest - start.earliest).total_seconds() / 86400 >= used_up


def _omitted(exposure: OralExposure, stay: Stay | None, record: Record, moment: Moment) -> Interruption | None:
    """A home medicine that nobody ordered in this stay."""
    home: MedicationOrder | Dispense | None = next(iter(exposure.home), None) or exposure.home_fill
    if stay is None or exposure.current or home is None:
        return None
    if any(stay.contains(a.when) for a in exposure.given):
        return None
    since, basis = last_exposure(exposure, stay, moment)
    hours = since.hours_until(moment.now) if since else 0.0  # no admission time: omitted, nobody knows how long
    confirmed = record.ledger.is_whole(needs.ADMINISTRATIONS.key)
    level = _level_by_hours(hours, moment.limit(limits.ORAL_MISSED), moment, confirmed=confirmed)
    told_at = home.when if isinstance(home, Dispense) else home.start or home.authored
    evidence = [Evidence(home.reference, f"home medicine: {home.product.name}", told_at),
                Evidence(stay.reference, "admitted", stay.start)]  # fmt: skip
    order = None if isinstance(home, Dispense) else home
    return Interruption(kind=Kind.OMITTED, level=level, since=since, basis=basis, order=order,
                        evidence=tuple(evidence))  # fmt: skip


def _supply_out(exposure: OralExposure, moment: Moment) -> Interruption | None:
    """The fills are used up and nothing newer says that tablets are taken."""
    if exposure.supply is None or not exposure.supply.ends.is_past(moment.now):
        return None
    ends = exposure.supply.ends
    given = exposure.last_given
    if given and given.when and given.when.latest > ends.latest:
        return None
    says_taking = [o for o in exposure.orders if o.is_statement and o.status == "active"
                   and latest(o.authored) > ends.latest.timestamp()]  # fmt: skip
    if says_taking:
        return None
    days = ends.hours_until(moment.now) / 24
    level = Level.PROBABLE if days > moment.limit(limits.SUPPLY_OUT_PROBABLE) else Level.POSSIBLE
    fill = exposure.supply.last_fill
    evidence = Evidence(fill.reference, "last fill; dispensing data may be incomplete", fill.when)
    return Interruption(kind=Kind.SUPPLY_OUT, level=level, since=ends, basis="supply ended", evidence=(evidence,))


def _lowered(exposure: OralExposure, moment: Moment, *, is_child: bool) -> Interruption | None:
    """The dose was lowered by another order within the last seven days: beyond the limits a cut (IE2), within them what
    a taper is (IE1). It excuses nothing.
    """
    if not exposure.current:
        return None
    order = exposure.current[0]
    began = order.start or order.authored
    now_dose = dose_at(order, moment.now)
    if began is None or now_dose is None or order.dosage.doubtful_unit:
        return None
    if began.hours_until(moment.now) > moment.limit(limits.CUT_LOOKBACK) * 24:
        return None
    most = moment.limit(limits.ORAL_CHECK)  # above, the dose was hardly meant: not compared (FND-02)
    earlier = [o for o in exposure.orders if o is not order and o.dosage.daily and not o.dosage.doubtful_unit
               and o.dosage.daily.high <= most
               and latest(o.start or o.authored) < began.earliest.timestamp()]  # fmt: skip
    if not earlier:
        return None
    before = earlier[0].dosage.daily
    assert before is not None
    if before.unit != now_dose.unit or before.low <= now_dose.high:
        return None
    is_cut = before.low - now_dose.low > allowed_step(before.low, moment, is_child=is_child)
    kind, level = (Kind.CUT, Level.PROBABLE) if is_cut else (Kind.LOWERED, Level.POSSIBLE)
    evidence = (Evidence(earlier[0].reference, f"before: {before.low:g} {before.unit}", earlier[0].start),
                Evidence(order.reference, f"now: {now_dose.low:g} {now_dose.unit}", began))  # fmt: skip
    return Interruption(kind=kind, level=level, since=began, basis=kind, order=order,
                        cut_to=now_dose, cut_from=earlier[0], evidence=evidence)  # fmt: skip


def _faded(interruption: Interruption, moment: Moment) -> Level:
    """Symptoms count in full for 7 days after the last exposure, one level less to 14 days, then not at all."""
    days = interruption.hours(moment.now) / 24
    if interruption.kind is Kind.TAPER or days <= moment.limit(limits.SYMPTOMS_COUNT_FULLY):
        return interruption.level
    if days <= moment.limit(limits.SYMPTOMS_COUNT_AT_ALL):
        return Level(max(0, interruption.level - 1))
    return Level.NONE


def _is_after(administration: Administration, since: When | None) -> bool:
    return administration.when is not None and (since is None or administration.when.latest > since.latest)
