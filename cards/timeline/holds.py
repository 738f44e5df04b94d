"""Nil by mouth and holds: which of them keep baclofen from being taken by mouth?"""

import re

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act
from cards.record.facts import Order
from cards.record.record import Record
from cards.record.when import When
from cards.timeline.oral import OralExposure
from cards.timeline.regimen import is_selected

_HOLDS = frozenset({Act.NPO, Act.HOLD_ORAL, Act.HOLD_BACLOFEN})
_FOR_HOURS = re.compile(
    r"\b(?:npo|nbm|nil by mouth|nothing by mouth)(?: (?:strict|status|order))?:? ?(?:for |x ?|\u00d7 ?)?"
    r"(?:\d{1,2} ?(?:-|to) ?)?(\d{1,2}) ?h(?:rs?|ours?)?\b"
)
_GOES_ON = re.compile(r"\b(?:then|until|till|unless|and|further|after|midnight)\b")
_LIVE = frozenset({"active", "draft", "unknown", "on-hold", ""})


def holds(record: Record, exposure: OralExposure, moment: Moment) -> list[Order]:
    """Nil-by-mouth and hold orders that bite: just drafted, or standing with no dose given since."""
    return [order for order in record.orders if _bites(order, record, exposure, moment)]


def _bites(order: Order, record: Record, exposure: OralExposure, moment: Moment) -> bool:
    if not order.acts & _HOLDS or order.status not in _LIVE or order.do_not_perform:
        return False
    if Act.NPO_EXCEPT_MEDICATIONS in order.acts or _hours_planned(order) < moment.limit(limits.NPO_LONG_ENOUGH):
        return False
    if order.is_draft:
        return is_selected(order.reference, moment)
    begun = order.start or order.authored
    if begun is None or not begun.may_be_past(moment.now) or (order.end and order.end.is_past(moment.now)):
        return False
    if order.resource_type == "NutritionOrder" and _eats_since(begun, record, moment):
        return False
    given = exposure.last_given
    return not (given and given.when and given.when.latest > begun.latest)


def _eats_since(fasting: When, record: Record, moment: Moment) -> bool:
    """A later diet order that is not nil by mouth."""
    diets = [o for o in record.orders if Act.DIET in o.acts and not o.acts & _HOLDS and o.status in _LIVE]
    begun = [o.start or o.authored for o in diets]
    return any(w is not None and w.earliest > fasting.latest and w.may_be_past(moment.now) for w in begun)


def _hours_planned(order: Order) -> float:
    """Planned duration, by its times or in words; an open one is long."""
    if order.start is not None and order.end is not None:
        return (order.end.latest - order.start.earliest).total_seconds() / 3600
    said = order.text.lower()
    told = None if order.acts & {Act.HOLD_ORAL, Act.HOLD_BACLOFEN} else _FOR_HOURS.search(said)
    return float(told[1]) if told and not _GOES_ON.search(said) else float("inf")
