"""A card that its reader has acknowledged: said again as information, as long as nothing is new (contract, "Repeats").

A card is repeated until feedback acknowledges it. Within 24 h of that, for the same clinician, patient and kind of
card, it is `info` and says so, unless anything is new. It is never left out.

New is measured by facts: short texts of what a card rests on, in words that stay the same while only time passes.
Graded facts count from below ("urgency 1", "urgency 2"), so that less of it is nothing new and more of it is. Then one
question decides: is every fact of now among those of then? What could not be worked out is new.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from cards.case import Case
from cards.kinds import COULD_NOT_CHECK
from cards.moment import Moment
from cards.record.when import When
from cards.verdict import Addendum, Card, Evidence, MergedCard, Urgency
from cards.words import clock, number, summary

LASTS = timedelta(hours=24)  # FND-07 and the contract; not a site's to change, for critical cards are lowered by it

# What changes in a sentence while nobody does anything: amounts of time, clock times, dates, counts.
# A dose is none of them: it changes when somebody changes it.
_PASSING = re.compile(
    r"less than|\b\d[\d.,]*(?:-\d[\d.,]*)?\s*(?:h|hours?|min|minutes?|days?|weeks?|months?|years?)\b"
    r"|(?<![\d.,:])(?>\d[\d.,:]*)(?!\s*(?:mg|mcg)\b)",
    re.I,
)
_PIECES = re.compile(r"[.;:,()\n]")
_ACKNOWLEDGED = "Acknowledged {when}: {summary}"
_BECAUSE = (
    "- You acknowledged this card {when} ({outcome}). Nothing is new since, so it is shown as information, not as "
    "{before}. In full again with any new finding, and from {until}.\n{whole}"
)
_WHOLE = "- In full: {summary}\n"


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """The same clinician accepted a card about the same patient, or overrode it with a reason.

    `facts`: what that card rested on, hashed. Only a card that was shown in full can be acknowledged.
    """

    kind: str
    at: datetime  # aware
    facts: frozenset[str]
    outcome: str  # accepted | overridden


def told_again(
    cards: Sequence[MergedCard],
    acknowledged: Iterable[Acknowledgement],
    hashed: Callable[[Iterable[str]], frozenset[str]],
    moment: Moment,
) -> tuple[MergedCard, ...]:
    """As many cards as came in: those acknowledged, and with nothing new, as information. `merge.first` orders them."""
    known = list(acknowledged)
    return tuple(_lowered(card, known, hashed, moment) for card in cards)


def _lowered(
    card: MergedCard,
    acknowledged: Sequence[Acknowledgement],
    hashed: Callable[[Iterable[str]], frozenset[str]],
    moment: Moment,
) -> MergedCard:
    """A card that says what could not be looked at has no facts: whether anything is new, nobody knows."""
    recent = [a for a in acknowledged if a.kind == card.kind and timedelta(0) <= moment.now - a.at < LASTS]
    if not recent or not card.facts or card.kind == COULD_NOT_CHECK:
        return card
    now = hashed(card.facts)
    same = [a for a in recent if now <= a.facts]
    if not same:
        return card
    last = max(same, key=lambda a: a.at)
    when, until = (clock(at, moment.zone, moment.now) for at in (last.at, last.at + LASTS))
    short = summary(_ACKNOWLEDGED.format(when=when, summary=card.summary))
    because = _BECAUSE.format(
        when=when,
        outcome=last.outcome,
        before=card.urgency.indicator,
        until=until,
        whole=_WHOLE.format(summary=card.summary) if not short.endswith(card.summary) else "",
    )
    return msgspec.structs.replace(
        card, urgency=Urgency.INFO, summary=short, detail=because + card.detail, acknowledged=last.at
    )


def facts_of(
    fired: Sequence[Card | Addendum],
    case: Case,
    *,
    urgency: Urgency,
    rules: Iterable[str],
    not_available: Iterable[str],
    failed: Iterable[str],
) -> tuple[str, ...]:
    """What a card rests on; () where that cannot be worked out, and such a card is never taken for a repetition."""
    try:
        found = [
            *(f"urgency {step}" for step in range(urgency + 1)),
            *(f"rule {rule}" for rule in rules),
            *(f"not available {need}" for need in not_available),
            *(f"failed {what}" for what in failed),
            *(f"unread draft {draft}" for draft in case.record.unread_drafts),
            *(fact for verdict in fired for evidence in verdict.evidence for fact in _evidence_facts(evidence)),
            *(f"said {piece}" for verdict in fired for text in _texts(verdict) for piece in _pieces(text)),
            *_facts_of_the_patient(case),
            *_orders(case),
        ]
    except Exception:  # noqa: BLE001 - what a rule crashed on may crash here again; the card goes out, in full
        return ()
    return tuple(dict.fromkeys(found))


def _facts_of_the_patient(case: Case) -> Iterable[str]:
    """Red flags, tiers and signs, though this card may not name them: any that is new shows every card in full."""
    for score in (case.oral_findings, case.pump_findings):
        yield from (f"red flag {flag.text}" for flag in score.red_flags)
        yield from (f"sign {item.code} {number(item.points)} {item.finding.reference}" for item in score.items)
    yield from (f"toxicity {item.code} {item.finding.reference}" for item in case.toxicity.items)
    yield from (f"dependence {step}" for step in range(case.oral_dependence.tier + 1))
    level = max((gap.level for gap in case.oral_interruptions), default=0)
    yield from (f"interruption {step}" for step in range(level + 1))
    yield from (f"delivery {step}" for step in range(case.delivery.level + 1 if case.delivery else 0))


def _orders(case: Case) -> Iterable[str]:
    """Every order for baclofen with its dose, drafts too: none of them changes by itself."""
    for order in case.record.medication_orders:
        if order.product.is_baclofen:
            yield f"order {order.reference} {order.status} {order.route} {order.dosage!r}"


def _evidence_facts(evidence: Evidence) -> Iterable[str]:
    return (f"evidence {evidence.reference} {_dated(evidence.when)} {piece}" for piece in evidence.text.split("; "))


def _dated(when: When | None) -> str:
    return f"{when.earliest.isoformat()}/{when.latest.isoformat()}" if when else "undated"


def _texts(verdict: Card | Addendum) -> Iterable[str]:
    return (verdict.summary, *verdict.detail) if isinstance(verdict, Card) else verdict.detail


def _pieces(text: str) -> Iterable[str]:
    """The parts of a sentence, without what passing time changes: of a list that loses an item, no part is new."""
    pieces = (" ".join(piece.split()).casefold() for piece in _PIECES.split(_PASSING.sub(" ", text)))
    return (piece for piece in pieces if piece)
