"""Which other drugs were begun, raised or stopped lately, as far as orders, statements and doses tell?

Of a class that a mimic of withdrawal needs. One drug's order after another is one use; the same dose ordered anew in
hospital is neither a start nor a rise.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from cards import limits, sources
from cards.limits import JUDGEMENT, limit
from cards.moment import Moment
from cards.record.concepts import Drug
from cards.record.ingredients import ingredients
from cards.record.record import Record
from cards.record.when import When, later
from cards.timeline.oral import chart_orders, is_open
from cards.verdict import Evidence
from cards.words import safe

GIVEN_ON = limit("other_drug_given_on", 24, "h", JUDGEMENT, sources.SEED, "a dose since is no stop: a ward's own list")
_NEVER = frozenset({"cancelled", "entered-in-error", "draft", "not-taken"})
_GIVEN = frozenset({"completed", "in-progress", "stopped"})


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One order, statement or dose of a drug."""

    reference: str
    name: str
    agents: frozenset[str]  # the drug itself, by whatever name
    begun: When | None
    ended: When | None = None
    goes_on: bool = False
    is_regular: bool = True  # neither once nor in hospital alone
    is_kept_up: bool = False  # an order that goes on, neither once nor at need: wherever it was written
    is_dose: bool = False
    dose: float | None = None


class Change(msgspec.Struct, frozen=True):
    """A drug on the list, and what was lately done to it: "started", "raised", "stopped", "given" or nothing."""

    use: Use
    how: str
    when: When | None

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.use.reference, f"{self.use.name} {self.how}".strip(), self.when)


def on_the_list(record: Record, moment: Moment, drugs: frozenset[Drug], days: float) -> tuple[Change, ...]:
    """A drug of these classes that goes on, or was given within so many days; with a start or a rise within them."""
    found = []
    for uses in _by_agent(_uses(record, moment, drugs)):
        newest = uses[0]
        recent = newest.begun is not None and newest.begun.hours_until(moment.now) <= days * 24
        if recent or any(use.goes_on for use in uses):
            found.append(_change(uses, moment, days) if recent else Change(newest, "", newest.begun))
    return tuple(found)


def stopped(record: Record, moment: Moment, drugs: frozenset[Drug], days: float) -> Change | None:
    """The last regular use of these classes to end within so many days, where none of them goes on.

    A home medicine that is closed at admission is not stopped where the ward orders or gives the same drug.
    """
    uses = _uses(record, moment, drugs)
    if any(use.goes_on and use.is_regular for use in uses):
        return None
    kept_up = frozenset[str]().union(*(use.agents for use in uses if use.is_kept_up))
    given = _last_given(uses, moment)
    ended = [
        (use, use.ended) for use in uses
        if use.is_regular and use.ended is not None and not use.agents & kept_up
        and not any(given[agent] > use.ended.earliest for agent in use.agents & given.keys())
    ]  # fmt: skip
    if not ended:
        return None
    use, when = max(ended, key=lambda told: told[1].latest)
    return Change(use, "stopped", when) if when.hours_until(moment.now) <= days * 24 else None


def _last_given(uses: list[Use], moment: Moment) -> dict[str, datetime]:
    """Of each drug, the last dose of the last day."""
    within = moment.limit(GIVEN_ON)
    last: dict[str, datetime] = {}
    for use in reversed(uses):  # the newest come first
        if use.is_dose and use.begun is not None and use.begun.hours_until(moment.now) <= within:
            last |= dict.fromkeys(use.agents, use.begun.latest)
    return last


def had_lately(record: Record, moment: Moment, drugs: frozenset[Drug], hours: float) -> Change | None:
    """The newest dose or dated order of these classes within so many hours."""
    uses = _uses(record, moment, drugs)
    recent = [use for use in uses if use.begun and use.begun.hours_until(moment.now) <= hours]
    return Change(recent[0], "given" if recent[0].is_dose else "ordered",
                  recent[0].begun) if recent else None  # fmt: skip


def _uses(record: Record, moment: Moment, drugs: frozenset[Drug]) -> list[Use]:
    """The newest first, those without a time last; what is yet to begin is none."""
    told = [u for u in (*_orders(record, moment, drugs), *_doses(record, drugs))
            if u.begun is None or u.begun.may_be_past(moment.now)]  # fmt: skip
    return sorted(told, key=_begun, reverse=True)


def _orders(record: Record, moment: Moment, drugs: frozenset[Drug]) -> Iterable[Use]:
    for order in chart_orders(record):
        if not order.product.drugs & drugs or order.do_not_perform or order.status in _NEVER:
            continue
        goes_on = is_open(order, moment.now)
        ended = order.ended_at
        yield Use(
            reference=order.reference,
            name=safe(order.product.name) or _class_of(order.product.drugs & drugs),
            agents=ingredients(order.product.name, drugs),
            begun=order.start or order.authored,
            ended=ended if not goes_on and ended and ended.may_be_past(moment.now) else None,
            goes_on=goes_on,
            is_regular=not order.is_once and order.category != "inpatient",
            is_kept_up=goes_on and order.status != "on-hold" and not (order.is_once or order.dosage.is_prn),
            dose=order.dosage.daily.low if order.dosage.daily else None,
        )


def _doses(record: Record, drugs: frozenset[Drug]) -> Iterable[Use]:
    for dose in record.administrations:
        if dose.product.drugs & drugs and dose.status in _GIVEN:
            yield Use(
                reference=dose.reference,
                name=safe(dose.product.name) or _class_of(dose.product.drugs & drugs),
                agents=ingredients(dose.product.name, drugs),
                begun=dose.when,
                ended=dose.when,
                is_regular=False,
                is_dose=True,
            )


def _class_of(drugs: frozenset[Drug]) -> str:
    """Where a code without words names the drug."""
    return f"{min(drugs).value.replace('-', ' ')} drug"


def _by_agent(uses: list[Use]) -> list[list[Use]]:
    groups: dict[frozenset[str], list[Use]] = {}
    for use in uses:
        groups.setdefault(use.agents, []).append(use)
    return list(groups.values())


def _change(uses: list[Use], moment: Moment, days: float) -> Change:
    """Whether the chain of uses that leads to the newest began within so many days, or rose then."""
    newest, *older = uses
    first, before = newest.begun, None
    for use in older:
        if first is None or not _leads_to(use, first, moment):
            continue
        before = before or (use if _begun(use) < _begun(newest) else None)
        if use.begun is None:
            first = None
        elif use.begun.earliest < first.earliest:
            first = use.begun
    if first is not None and first.hours_until(moment.now) <= days * 24:
        return Change(newest, "started", first)
    doses = (before.dose, newest.dose) if before else (None, None)
    rose = doses[0] is not None and doses[1] is not None and doses[1] > doses[0]
    return Change(newest, "raised" if rose else "", newest.begun)


def _leads_to(use: Use, begun: When, moment: Moment) -> bool:
    """Without a gap of more than a month; an end that nobody recorded is taken for none."""
    if use.goes_on or use.ended is None:
        return True
    bridged = later(use.ended.latest, moment.limit(limits.BRIDGED_GAP))
    return bridged >= begun.earliest


def _begun(use: Use) -> float:
    return use.begun.earliest.timestamp() if use.begun else float("-inf")
