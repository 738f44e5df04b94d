"""Baclofen by mouth or feeding tube: since when, how much, which orders hold now (FND-01, FND-03).

An exposure is bridged over gaps: chart orders, fills and doses given are laid over each other, and pauses of up to
30 days count as covered. Doses are never added across the home list, the ward's orders and outside records: they are
the same tablets told three times.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act, Reason, Route
from cards.record.facts import Administration, DailyDose, Dispense, MedicationOrder
from cards.record.record import Record
from cards.record.when import When, later, latest
from cards.timeline.stay import Stay, past_stays
from cards.timeline.supply import Supply, supply_of

BY_MOUTH = frozenset({Route.ORAL, Route.UNKNOWN, Route.OTHER})
_TAKEN = frozenset({"active", "unknown", "on-hold", "stopped", "completed", "cancelled", ""})
_GIVEN = frozenset({"completed", "in-progress"})
NOT_GIVEN = frozenset({"not-done", "on-hold", "stopped"})


class OralExposure(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of baclofen by mouth. Times are as of `now`; `dose` is the usual daily dose before any interruption.

    `since` is the earliest time known, `is_start_certain` False when use may have begun earlier than the chart says.
    """

    orders: tuple[MedicationOrder, ...]  # chart orders and statements, newest first, drafts left out
    current: tuple[MedicationOrder, ...]  # those that hold now, in the setting the patient is in
    home: tuple[MedicationOrder, ...]  # home medicines that are not ended
    home_fill: Dispense | None  # a fill of the last 90 days that says so where no order or statement does
    given: tuple[Administration, ...]  # doses given, oldest first
    not_given: tuple[Administration, ...]
    fills: tuple[Dispense, ...]
    supply: Supply | None
    since: When | None
    is_start_certain: bool
    days: int  # calendar days covered, from `since` to the last exposure
    last_covered: datetime | None
    dose: DailyDose | None
    interval_hours: float | None
    is_prn_only: bool
    is_never_taken: bool
    is_screening_only: bool = False

    @property
    def last_given(self) -> Administration | None:
        return self.given[-1] if self.given else None

    @property
    def is_in_use(self) -> bool:
        """Whether it is meant to be taken now: ordered here, a home medicine, or filled lately."""
        return bool(self.current or self.home or self.home_fill)


def chart_orders(record: Record) -> list[MedicationOrder]:
    """Orders as the chart has them: drafts of this hook taken out, the copies that they replace put back.

    A draft that stops an order of which the chart gave no copy tells that the order was there.
    """
    replaced = {o.reference for o in record.replaced}
    implied = [
        o for o in record.medication_orders
        if o.is_draft and o.reference not in replaced and o.status in ("stopped", "on-hold", "completed", "cancelled")
    ]  # fmt: skip
    was_active = [msgspec.structs.replace(o, status="active", is_draft=False, status_changed=None) for o in implied]
    return [*(o for o in record.medication_orders if not o.is_draft), *record.replaced, *was_active]


def oral_exposure(record: Record, stay: Stay | None, moment: Moment) -> OralExposure | None:
    """The exposure by mouth; None where nothing read shows any."""
    mine = [o for o in chart_orders(record) if o.product.is_baclofen and o.route in BY_MOUTH]
    not_taken = [o for o in mine if o.status == "not-taken" or Reason.NEVER_TAKEN in o.reasons]
    never = [o for o in not_taken if not _was_taken_before(o)]
    orders = [
        o for o in mine
        if o.status in _TAKEN and not o.do_not_perform and Reason.NEVER_TAKEN not in o.reasons
        and not _cancelled_before_active(o)
    ]  # fmt: skip
    orders += [o for o in not_taken if _was_taken_before(o)]
    doses = [a for a in record.administrations if a.product.is_baclofen and a.route in BY_MOUTH and a.when]
    fills = [d for d in record.dispenses if d.product.is_baclofen and d.route in BY_MOUTH]
    if not (orders or doses or fills):
        return None
    given = sorted((a for a in doses if a.status in _GIVEN), key=_time_of)
    not_given = sorted((a for a in doses if a.status in NOT_GIVEN), key=_time_of)
    orders.sort(key=_began, reverse=True)
    continued = _continued(orders, given, stay)
    current = tuple(o for o in orders if holds_now(o, stay, continued, moment))
    dose, interval = usual_dose(orders, current, moment)
    if dose is None:
        dose, interval = _dose_of_fills(fills)
    stays = past_stays(record.encounters)
    if stay and stay.start:
        stays.append((stay.start.earliest, moment.now))
    supply = supply_of(fills, stays, dose)
    since, last, certain = _coverage(orders, given, fills, supply, moment)
    # Days of use are the facility's calendar days: a night when the clock is put forward is no shorter than another.
    covered = (
        (last.astimezone(moment.zone).date() - since.earliest.astimezone(moment.zone).date()).days
        if since and last
        else 0
    )
    regular = [o for o in orders if not o.dosage.is_prn]
    return OralExposure(
        orders=tuple(orders),
        current=current,
        home=tuple(o for o in orders if is_home(o, stay) and (is_open(o, moment.now) or is_in_hand(o, moment.now))),
        home_fill=_home_fill(fills, orders, moment),
        given=tuple(given),
        not_given=tuple(not_given),
        fills=tuple(fills),
        supply=supply,
        since=since,
        is_start_certain=certain,
        days=max(0, covered),
        last_covered=last,
        dose=dose,
        interval_hours=interval,
        is_prn_only=bool(orders) and not regular and not _is_used_often(given, moment) and not fills,
        is_never_taken=bool(never) and not given and not fills,
        is_screening_only=bool(orders) and all(Act.SCREENING_BOLUS in o.acts for o in orders),
    )


def is_open(order: MedicationOrder, now: datetime) -> bool:
    """Neither ended nor lapsed. On hold counts as open: it is held, not gone."""
    lapsed = order.end is not None and order.end.is_past(now)
    return order.status in ("active", "unknown", "on-hold", "") and not lapsed


def is_in_hand(order: MedicationOrder, now: datetime) -> bool:
    """Completed on paper, with tablets left: systems that complete each issue of a repeat prescription do this."""
    begun = order.start or order.authored
    if order.status != "completed" or order.days_supply is None or begun is None or order.category == "inpatient":
        return False
    return later(begun.latest, order.days_supply * (1 + (order.refills or 0))) > now


def _home_fill(fills: Sequence[Dispense], orders: Sequence[MedicationOrder], moment: Moment) -> Dispense | None:
    """The newest fill of the last 90 days, unless a home order or statement ended after it."""
    days = moment.limit(limits.HOME_MEDICINE_RECENT)
    recent = [f for f in fills if f.when and f.when.hours_until(moment.now) <= days * 24]
    newest = max(recent, key=lambda f: f.when.latest if f.when else moment.now, default=None)
    if newest is None or newest.when is None:
        return None
    at_home = [o for o in orders if o.category != "inpatient" and not is_open(o, moment.now)]
    over = [o for o in at_home if (end := o.ended_at) and end.latest > newest.when.latest]
    return None if over else newest


def is_home(order: MedicationOrder, stay: Stay | None) -> bool:
    """Home medicine: by category; without one, a statement or what began before this stay.

    What an earlier stay prescribed for home is taken at home.
    """
    began = order.start or order.authored
    if order.category == "discharge":
        return stay is None or (began is not None and not stay.contains(began))
    if order.category == "inpatient":
        return False
    if order.category in ("community", "outpatient", "patientspecified") or order.is_statement or order.is_reported:
        return True
    return stay is None or not stay.contains(began)


def _continued(orders: Sequence[MedicationOrder], given: Sequence[Administration], stay: Stay | None) -> frozenset[str]:
    """References of the orders from which doses were given in this stay.

    A dose that names none of them continues every home medicine, unless the ward has an order of its own.
    """
    if stay is None:
        return frozenset()
    named = {a.order for a in given if stay.contains(a.when)}
    known = {o.reference for o in orders}
    ward = [o for o in orders if not is_home(o, stay) and stay.contains(o.start or o.authored)]
    return frozenset(named & known if named <= known or ward else named | {o.reference for o in orders})


def holds_now(order: MedicationOrder, stay: Stay | None, continued: frozenset[str], moment: Moment) -> bool:
    """Whether this order makes the patient take baclofen where the patient now is.

    In a stay a home medicine holds only if it is `continued` there: doses were given from it (clinical.md section 0).
    """
    if stay is None and is_in_hand(order, moment.now):
        return True
    if order.status not in ("active", "unknown", "") or not is_open(order, moment.now):
        return False
    begins = order.start or (None if order.is_statement else order.authored)
    if begins is not None and not begins.may_be_past(moment.now):
        return False
    if stay is None:
        return order.category != "inpatient"
    if not is_home(order, stay):
        return order.category != "discharge"
    return order.reference in continued


def usual_dose(
    orders: Sequence[MedicationOrder], current: Sequence[MedicationOrder], moment: Moment
) -> tuple[DailyDose | None, float | None]:
    """The usual daily dose and the hours between doses: of what holds now, else of the newest order with a dose.

    Orders once a day each (10 in the morning, 20 at night) are parts of one regimen and are added; anything else is
    the same tablets told twice. A single dose is nobody's usual one while another order tells it.
    """
    regular = [o for o in orders if not o.is_once]
    in_force = [o for o in current if not o.is_once]
    for group in (in_force, [o for o in regular if is_open(o, moment.now)], regular, orders):
        readable = [o for o in group if o.dosage.daily and not o.dosage.doubtful_unit]
        if not readable:
            continue
        parts = _parts_of_one_regimen(readable)
        doses = [dose_at(o, moment.now) for o in parts]
        known = [d for d in doses if d]
        if known:
            low, high = sum(d.low for d in known), sum(d.high for d in known)
            times = sum(o.dosage.times_per_day or 0 for o in parts)
            interval = 24 / times if times else parts[0].dosage.interval_hours
            return DailyDose(low=low, high=high, unit=known[0].unit), interval
    return None, None


def _dose_of_fills(fills: Sequence[Dispense]) -> tuple[DailyDose | None, float | None]:
    """Where no order has a dose: as the newest fill is labelled, else its quantity by the days that it is to last."""
    dated = [f for f in fills if f.when]
    for fill in sorted(dated, key=lambda f: latest(f.when), reverse=True):
        if fill.dosage.daily and not fill.dosage.doubtful_unit:
            return fill.dosage.daily, fill.dosage.interval_hours
        if fill.quantity_mg and fill.days_supply:
            daily = fill.quantity_mg / fill.days_supply
            return DailyDose(low=daily, high=daily, unit="mg/day"), None
    return None, None


def dose_at(order: MedicationOrder, now: datetime) -> DailyDose | None:
    """The daily dose of the step in force at `now`."""
    for step in order.dosage.steps:
        begun = step.start is None or step.start.may_be_past(now)
        over = step.end is not None and step.end.is_past(now)
        if step.dose and begun and not over and (step.start or step.end):
            return step.dose
    return order.dosage.daily


def _parts_of_one_regimen(orders: Sequence[MedicationOrder]) -> list[MedicationOrder]:
    newest = orders[0]
    single = [
        o for o in orders
        if o.dosage.times_per_day == 1 and o.is_statement == newest.is_statement and o.category == newest.category
    ]  # fmt: skip
    distinct = {(o.dosage.text, o.dosage.timing_code, o.dosage.single) for o in single}
    return single if newest in single and len(single) > 1 and len(distinct) == len(single) else [newest]


def _coverage(
    orders: Sequence[MedicationOrder],
    given: Sequence[Administration],
    fills: Sequence[Dispense],
    supply: Supply | None,
    moment: Moment,
) -> tuple[When | None, datetime | None, bool]:
    """Start of the unbroken stretch, its end, and whether that start is certain."""
    spans: list[tuple[When, datetime, bool]] = []
    begun = [start for order in orders if (start := order.start or order.authored) and start.may_be_past(moment.now)]
    begins = sorted(start.earliest for start in begun)
    unknown_start = any((order.start or order.authored) is None for order in orders)
    for order in orders:
        told = order.is_statement or order.is_reported
        start = order.start or order.authored
        if start is not None and start.may_be_past(moment.now):
            # On hold, nobody knows since when: taken until lately, for an order is held for days.
            held = moment.now if order.status == "on-hold" else None
            end = ended(order, moment.now) or held or _replaced(start, begins, moment)
            spans.append((start, end, bool(order.start) or not told))
    spans += [(a.when, a.when.latest, True) for a in given if a.when]
    for fill in fills:
        if fill.when and fill.when.may_be_past(moment.now):
            spans.append((fill.when, later(fill.when.latest, fill.days_supply or 0), True))
    if supply and spans:
        spans.append((supply.last_fill.when or supply.ends, min(supply.ends.latest, moment.now), True))
    if not spans:
        return None, None, False
    spans.sort(key=lambda span: span[1], reverse=True)
    gap = timedelta(days=moment.limit(limits.BRIDGED_GAP))
    since, last, certain = spans[0]
    for start, end, sure in spans[1:]:
        if since.earliest - end > gap:
            break
        if start.earliest < since.earliest:
            since, certain = start, sure
    return since, min(last, moment.now), certain and not unknown_start


def _replaced(start: When, begins: Sequence[datetime], moment: Moment) -> datetime:
    """An order that ended nobody knows when ran until the next one began: so a change of dose looks in most charts.

    `begins`: when orders began at the earliest, in order of time.
    """
    following = bisect_right(begins, start.latest)
    latest = start.latest + timedelta(days=moment.limit(limits.REPLACED_WITHIN))
    return begins[following] if following < len(begins) and begins[following] <= latest else start.latest


def ended(order: MedicationOrder, now: datetime) -> datetime | None:
    """When this order stopped being taken, by the least alarming reading; now while it holds; None if unknown."""
    if is_open(order, now) and order.status != "on-hold":
        return now
    end = order.ended_at
    if end is not None:
        return min(end.latest, now)
    start = order.start or order.authored
    if order.days_supply and start:
        return min(later(start.latest, order.days_supply * (1 + (order.refills or 0))), now)
    return None


def _cancelled_before_active(order: MedicationOrder) -> bool:
    return order.status == "cancelled" and order.end is None and order.status_changed is None


def _was_taken_before(order: MedicationOrder) -> bool:
    """A statement "not taken" with an end in the past, or a patient who stopped, was taken once."""
    return Reason.NEVER_TAKEN not in order.reasons and (
        order.end is not None or bool(order.reasons & {Reason.RAN_OUT, Reason.STOPPED_BY_PATIENT})
    )


def _is_used_often(given: Sequence[Administration], moment: Moment) -> bool:
    """As-needed baclofen taken on three days a week or more (FND-03, tier T0)."""
    week = moment.now - timedelta(days=7)
    days = {a.when.latest.date() for a in given if a.when and a.when.latest >= week}
    return len(days) >= moment.limit(limits.AS_NEEDED_DAYS)


def _time_of(administration: Administration) -> datetime:
    assert administration.when is not None
    return administration.when.latest


def _began(order: MedicationOrder) -> float:
    start = order.start or order.authored
    return start.earliest.timestamp() if start else 0.0
