"""What would the patient take once these drafts are signed? (clinical.md section 0, order hooks)

The result of signing = what holds now - what the drafts stop or replace + what the drafts order. Substitution by
another muscle relaxant is not continuation. A statement ("takes baclofen") never keeps a stopped order alive.
"""

from datetime import timedelta

import msgspec

from cards import sources
from cards.hooks import ORDER_SELECT
from cards.limits import JUDGEMENT, limit
from cards.moment import Moment
from cards.record.concepts import Act, Drug, Reason, Route
from cards.record.facts import DailyDose, MedicationOrder, Order
from cards.record.record import Record
from cards.timeline.oral import BY_MOUTH, is_open

RESUMED_WITHIN = limit("resumed_within", 12, "h", JUDGEMENT, sources.SEED, "a new order that continues the old one")
_STOPPING = frozenset({"stopped", "cancelled", "completed", "on-hold", "ended"})
_ORDERING = frozenset({"draft", "active", "unknown", ""})
_STOP_ACTS = {True: frozenset({Act.STOP_BACLOFEN, Act.PUMP_STOP}), False: frozenset({Act.STOP_BACLOFEN})}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What the drafts do to baclofen by one route. `after` None: not known (a dose is not entered yet)."""

    route: Route
    stops: tuple[MedicationOrder, ...]  # drafts that stop, cancel, hold or forbid; or replace by another drug
    stop_orders: tuple[Order, ...]  # "stop the pump", "stop baclofen" as service orders
    orders: tuple[MedicationOrder, ...]  # baclofen that the drafts order (selected or not), to be taken from now on
    later: tuple[MedicationOrder, ...]  # regular baclofen that they order from a later day on: steps of a taper
    continuing: tuple[MedicationOrder, ...]  # chart orders that stay
    after: DailyDose | None
    is_after_known: bool

    @property
    def touches(self) -> bool:
        """Whether the user's drafts are about this exposure at all."""
        return bool(self.stops or self.stop_orders or self.orders)

    @property
    def leaves_none(self) -> bool:
        """Nothing continues and nothing is ordered."""
        return not self.continuing and not self.orders

    @property
    def is_hold(self) -> bool:
        """A hold, not a stop."""
        return bool(self.stops) and all(o.status == "on-hold" for o in self.stops) and not self.stop_orders

    @property
    def substitutes(self) -> tuple[Drug, ...]:
        """Drugs put in place of baclofen."""
        return tuple(sorted({d for o in self.stops for d in o.product.drugs if d is not Drug.BACLOFEN}))

    @property
    def reasons(self) -> frozenset[Reason]:
        """Why, as far as the drafts say."""
        return frozenset[Reason]().union(*(o.reasons for o in self.stops))


def is_selected(reference: str, moment: Moment) -> bool:
    """Whether advice may be about this draft: in order-select only about what the user just selected."""
    if moment.hook is not ORDER_SELECT or not moment.selections:
        return True
    return reference in moment.selections or reference.rpartition("/")[2] in moment.selections


def ordered_baclofen(record: Record, moment: Moment) -> list[MedicationOrder]:
    """Baclofen orders in force or in hand: what the drafts stop or replace is left out, and drafts not selected."""
    mine = [o for o in record.medication_orders if o.product.is_baclofen and not o.do_not_perform]
    replaced = {o.replaces for o in record.medication_orders if o.is_draft and o.replaces}
    drafts = [o for o in mine if o.is_draft and o.status in _ORDERING and is_selected(o.reference, moment)]
    held = [o for o in mine if not o.is_draft and o.reference not in replaced and is_open(o, moment.now)]
    return [*drafts, *held]


def selected_drafts(drugs: frozenset[Drug], record: Record, moment: Moment) -> tuple[MedicationOrder, ...]:
    """Drafts of any of these drugs that the user's act is about."""
    return tuple(
        o for o in record.medication_orders
        if o.is_draft and o.product.drugs & drugs and o.status in _ORDERING and not o.do_not_perform
        and is_selected(o.reference, moment)
    )  # fmt: skip


def change_by(route: Route, current: tuple[MedicationOrder, ...], record: Record, moment: Moment) -> Change:
    """The change to baclofen by mouth (`Route.ORAL`) or by pump, given the orders that hold now."""
    routes = BY_MOUTH if route is Route.ORAL else frozenset({Route.INTRATHECAL})
    drafts = [o for o in record.medication_orders if o.is_draft]
    known = {o.reference: o for o in (*current, *record.replaced, *record.medication_orders) if o.product.is_baclofen}
    mine = [o for o in drafts if _is_mine(o, routes, known)]
    stopping = [o for o in mine if o.status in _STOPPING or o.do_not_perform]
    replacing = [
        o for o in drafts if not o.product.is_baclofen and o.replaces in known and known[o.replaces].route in routes
    ]
    ordering = [o for o in mine if o.status in _ORDERING and not o.do_not_perform and continues(o, moment)]
    stop_orders = [o for o in record.orders if o.is_draft and o.acts & _STOP_ACTS[route is Route.INTRATHECAL]]
    gone = {o.reference for o in stopping} | {o.replaces for o in (*stopping, *replacing, *ordering)}
    gone |= {o.reference for o in mine}  # a draft stands in for the chart's copy
    forbids_all = any(o.do_not_perform for o in stopping) or bool(stop_orders)
    continuing = () if forbids_all else tuple(o for o in current if o.reference not in gone and not o.is_statement)
    after, is_known = _sum([*continuing, *ordering])
    selected = [o for o in (*stopping, *replacing) if is_selected(o.reference, moment)]
    return Change(
        route=route,
        stops=tuple(selected),
        stop_orders=tuple(o for o in stop_orders if is_selected(o.reference, moment)),
        orders=tuple(ordering),
        later=tuple(o for o in mine if o.status in _ORDERING and _is_regular(o) and o not in ordering),
        continuing=continuing,
        after=after,
        is_after_known=is_known,
    )


def continues(order: MedicationOrder, moment: Moment) -> bool:
    """Whether this order keeps somebody on baclofen: regular, more than one dose, and from within 12 h on."""
    return _is_regular(order) and not begins_late(order, moment)


def begins_late(order: MedicationOrder, moment: Moment) -> bool:
    """Whether this order begins more than 12 h from now: until then nobody takes anything by it."""
    return order.start is not None and order.start.earliest - moment.now > timedelta(hours=moment.limit(RESUMED_WITHIN))


def _is_regular(order: MedicationOrder) -> bool:
    return not (order.do_not_perform or order.dosage.is_prn or order.is_once)


def _is_mine(order: MedicationOrder, routes: frozenset[Route], known: dict[str, MedicationOrder]) -> bool:
    """By the draft's own route; a draft that names none is about the order that it changes."""
    if not order.product.is_baclofen:
        return False
    if order.route is Route.UNKNOWN and (before := known.get(order.replaces)):
        return before.route in routes
    return order.route in routes


def _sum(orders: list[MedicationOrder]) -> tuple[DailyDose | None, bool]:
    """The daily dose of all of these; not known as soon as one is not."""
    doses = [o.dosage.daily for o in orders]
    if any(d is None for d in doses) or any(o.dosage.doubtful_unit for o in orders):
        return None, False
    known = [d for d in doses if d is not None]
    if not known:
        return None, True
    return DailyDose(low=sum(d.low for d in known), high=sum(d.high for d in known), unit=known[0].unit), True
