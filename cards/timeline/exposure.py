"""Is baclofen excluded? Then nothing else matters (contract, "When data are missing")."""

from datetime import timedelta

from cards import limits, needs
from cards.moment import Moment
from cards.record.concepts import Act, Drug, Problem
from cards.record.record import Record

_PUMP_ACTS = frozenset(act for act in Act if act.value.startswith("pump-")) | {Act.INTRATHECAL_BRIDGE}
_TELLING = frozenset(
    {Problem.PUMP_PRESENT, Problem.BACLOFEN_WITHDRAWAL, Problem.BACLOFEN_TOXICITY, Problem.PUMP_COMPLICATION,
     Problem.PUMP_INFECTION}
)  # fmt: skip


def exposure_excluded(record: Record, moment: Moment) -> bool:
    """Every need that could reveal baclofen was read whole, nothing in it is unreadable, and none shows baclofen.

    What a site declares unsupported does not count, but one of orders and statements must have been read. Of a
    newborn, or somebody whose age could not be read, what the mother took counts as well.
    """
    ledger = record.ledger
    if record.unread_drafts:
        return False
    is_child = may_be_newborn(record, moment)
    revealing = needs.EXPOSURE_OF_NEWBORN if is_child else needs.EXPOSURE
    if ledger.lost(need.key for need in revealing) or (is_child and record.maternal):
        return False
    if not any(ledger.is_whole(need.key) for need in (needs.MEDICATION_REQUESTS, needs.MEDICATION_STATEMENTS)):
        return False
    if record.unreadable and any(u.need in {n.key for n in needs.EXPOSURE} for u in record.unreadable):
        return False
    return not (_shows_drug(record) or _shows_pump(record))


def may_be_newborn(record: Record, moment: Moment) -> bool:
    """Not certain to be older than a newborn."""
    birth = record.patient.birth if record.patient else None
    if birth is None:
        return record.patient is None
    return birth.latest <= moment.now + timedelta(days=1) and birth.hours_until(moment.now) <= (
        moment.limit(limits.NEWBORN) * 24
    )


def _shows_drug(record: Record) -> bool:
    for group in (record.medication_orders, record.replaced, record.administrations, record.dispenses):
        if any(fact.product.is_baclofen or not fact.product.is_known for fact in group):
            return True
    named = (*(order.drugs for order in record.orders), *(procedure.drugs for procedure in record.procedures))
    return any(Drug.BACLOFEN in drugs for drugs in named)


def _shows_pump(record: Record) -> bool:
    return (
        bool(record.devices)
        or any(p.acts & _PUMP_ACTS for p in record.procedures)
        or any(o.acts & _PUMP_ACTS for o in record.orders)
        or any(c.concepts & _TELLING for c in record.conditions)
        or any(o.concept.startswith("pump-") for o in record.observations)
    )
