"""Operations, scans and sessions: what is planned, what the user has in hand, what was just done (PER)."""

from collections.abc import Set as AbstractSet

import msgspec

from cards.moment import Moment
from cards.record.concepts import Act
from cards.record.record import Record
from cards.record.when import When, latest
from cards.timeline.regimen import is_selected
from cards.timeline.reservoir import days_to
from cards.verdict import Evidence

PUMP_OPERATIONS = frozenset({Act.PUMP_IMPLANT, Act.PUMP_REMOVAL, Act.PUMP_REVISION, Act.PUMP_REPLACEMENT})
PUMP_VISITS = frozenset({Act.PUMP_REFILL, Act.PUMP_INTERROGATION, Act.CATHETER_STUDY})
UNDER_ANAESTHESIA = PUMP_OPERATIONS | {Act.SURGERY, Act.ANAESTHESIA, Act.SPINE_SURGERY, Act.ABDOMINAL_SURGERY}

_PLANNED = frozenset({"active", "draft", "booked", "pending", "proposed", "on-hold", "unknown", ""})
_DONE_ORDER = frozenset({"completed", "fulfilled"})
_DONE = frozenset({"completed", "unknown", "in-progress", ""})
_BOOKABLE = frozenset({"ServiceRequest", "Appointment"})


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation, scan or session. `when` None: planned, for a day that the chart does not name."""

    acts: frozenset[Act]
    reference: str
    text: str
    when: When | None
    told: When | None = None  # when it was ordered
    is_draft: bool = False

    @property
    def is_pump_visit(self) -> bool:
        """A refill or check, even where its order stands under "surgery"."""
        return bool(self.acts & PUMP_VISITS) and not self.acts & PUMP_OPERATIONS

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.reference, self.text, self.when or self.told)


def planned(
    record: Record, moment: Moment, acts: AbstractSet[Act], *, care_plans: bool = False
) -> tuple[Operation, ...]:
    """What is to come: live orders and visits not yet past, drafts of the user, procedures being prepared."""
    found: list[Operation] = []
    for order in record.orders:
        kind = order.resource_type in _BOOKABLE or (care_plans and order.resource_type == "CarePlan")
        over = order.start is not None and order.start.is_past(moment.now) and not order.is_draft
        if kind and order.acts & acts and order.status in _PLANNED and not order.do_not_perform and not over:
            found.append(
                Operation(acts=order.acts, reference=order.reference, text=order.text, when=order.start,
                          told=order.authored, is_draft=order.is_draft)
            )  # fmt: skip
    for procedure in record.procedures:
        if procedure.acts & acts and procedure.status == "preparation":
            found.append(
                Operation(acts=procedure.acts, reference=procedure.reference, text=procedure.text,
                          when=procedure.start or procedure.when)
            )  # fmt: skip
    return tuple(found)


def in_hand(record: Record, moment: Moment, acts: AbstractSet[Act]) -> tuple[Operation, ...]:
    """What the user is ordering or booking now; in order-select only what was just chosen."""
    return tuple(o for o in planned(record, moment, acts) if o.is_draft and is_selected(o.reference, moment))


def ahead(record: Record, moment: Moment, acts: AbstractSet[Act], days: float) -> tuple[Operation, ...]:
    """On a hook with drafts what is in hand; else what is planned for the next `days`, the nearest first.

    A plan without a date counts while its order is no older than that.
    """
    if moment.hook.drafts_in:
        return in_hand(record, moment, acts)
    near = [o for o in planned(record, moment, acts) if _is_near(o, moment, days)]
    return tuple(sorted(near, key=lambda o: o.when.earliest.timestamp() if o.when else float("inf")))


def _is_near(operation: Operation, moment: Moment, days: float) -> bool:
    if operation.when is not None:
        return days_to(operation.when, moment.now, moment) <= days
    return operation.told is None or operation.told.hours_until(moment.now) <= days * 24


def just_done(record: Record, moment: Moment, acts: AbstractSet[Act], hours: float) -> Operation | None:
    """The newest of these that was done within the last hours; an undated one does not count."""
    found = [
        Operation(acts=p.acts, reference=p.reference, text=p.text, when=p.when)
        for p in record.procedures
        if p.acts & acts and p.status in _DONE
    ]
    found += [
        Operation(acts=o.acts, reference=o.reference, text=o.text, when=o.end or o.start)
        for o in record.orders
        if o.acts & acts and o.status in _DONE_ORDER and o.resource_type in _BOOKABLE and not o.do_not_perform
    ]
    recent = [
        o for o in found
        if o.when is not None and o.when.may_be_past(moment.now) and o.when.hours_until(moment.now) <= hours
    ]  # fmt: skip
    return max(recent, key=lambda o: latest(o.when), default=None)
