"""Is baclofen being given back? What is in these drafts counts, and what the last day brought.

One judgement for every rule on incomplete treatment: by pump only work on the pump (or its team) restores, never
baclofen by mouth; by mouth an order that is newer than the interruption does.
"""

import msgspec

from cards import sources
from cards.limits import JUDGEMENT, limit
from cards.moment import Moment
from cards.record.concepts import BENZODIAZEPINES, Act, Route
from cards.record.facts import MedicationOrder
from cards.record.record import Record
from cards.record.when import When, latest
from cards.timeline.oral import OralExposure, is_open
from cards.timeline.regimen import Change

RECENT = limit("restoration_recent", 24, "h", JUDGEMENT, sources.SAU16)
_PUMP_ACTS = frozenset(
    {Act.PUMP_INTERROGATION, Act.PUMP_REFILL, Act.PUMP_REVISION, Act.PUMP_REPLACEMENT, Act.PUMP_IMPLANT,
     Act.INTRATHECAL_BRIDGE, Act.CATHETER_STUDY, Act.SPECIALIST_CONSULT}
)  # fmt: skip
_GOING_ON = frozenset({"active", "draft", "in-progress", "completed", "booked", "unknown", ""})
_GIVEN = frozenset({"completed", "in-progress"})


class Restoration(msgspec.Struct, frozen=True, kw_only=True):
    """References of what restores baclofen, by route; and of benzodiazepines, which bridge."""

    by_mouth: tuple[str, ...]
    intrathecal: tuple[str, ...]
    benzodiazepine: tuple[str, ...]


def restoration_of(
    change: Change, exposure: OralExposure | None, since: When | None, record: Record, moment: Moment
) -> Restoration:
    """What restores baclofen. `change`: what the drafts do by mouth; `since`: when the interruption by mouth began."""
    by_mouth = [o.reference for o in change.orders]
    if exposure is not None and since is not None:
        by_mouth += [
            o.reference for o in exposure.current if _is_new(o, moment) and _begun(o) > since.latest.timestamp()
        ]
    return Restoration(
        by_mouth=tuple(by_mouth),
        intrathecal=tuple(_on_the_pump(record, moment)),
        benzodiazepine=tuple(_benzodiazepines(record, moment)),
    )


def _on_the_pump(record: Record, moment: Moment) -> list[str]:
    found = [o.reference for o in record.orders
             if o.acts & _PUMP_ACTS and o.status in _GOING_ON and not o.do_not_perform
             and (o.is_draft or _is_recent(o.authored or o.start, moment))]  # fmt: skip
    found += [p.reference for p in record.procedures
              if p.acts & _PUMP_ACTS and p.status in _GOING_ON and _is_recent(p.when, moment)]  # fmt: skip
    found += [o.reference for o in record.medication_orders
              if o.product.is_baclofen and o.route is Route.INTRATHECAL and not o.do_not_perform and o.is_draft
              and o.status in ("draft", "active")]  # fmt: skip
    return found


def _benzodiazepines(record: Record, moment: Moment) -> list[str]:
    orders = [o for o in record.medication_orders if o.product.drugs & BENZODIAZEPINES and not o.do_not_perform]
    found = [o.reference for o in orders if _is_in_force(o, moment)]
    found += [a.reference for a in record.administrations
              if a.product.drugs & BENZODIAZEPINES and a.status in _GIVEN and _is_recent(a.when, moment)]  # fmt: skip
    return found


def _is_in_force(order: MedicationOrder, moment: Moment) -> bool:
    """A draft to be signed, or an order that holds."""
    return (order.is_draft and order.status == "draft") or (is_open(order, moment.now) and order.status != "on-hold")


def _is_new(order: MedicationOrder, moment: Moment) -> bool:
    return not order.is_statement and _is_recent(order.start or order.authored, moment)


def _is_recent(when: When | None, moment: Moment) -> bool:
    return when is not None and when.may_be_past(moment.now) and when.hours_until(moment.now) <= moment.limit(RECENT)


def _begun(order: MedicationOrder) -> float:
    return latest(order.start or order.authored)
