"""Running a story's requests through every door, and comparing what comes out with what is due."""

import re
from typing import Any

import msgspec

from cards.decide import Decision
from cards.needs import Need
from cards.rule import needs_of
from service.stories import Story, StoryRequest
from tests.moment import NOW
from tests.stories.calls import call_of

KIND_SYSTEM = "https://baclofen-cds.example.org/CodeSystem/card-kind"
EXTENSION = "org.example.baclofen-cds"


class Shown(msgspec.Struct, frozen=True):
    """A card, whichever door it came through."""

    kind: str
    indicator: str
    rules: tuple[str, ...]
    text: str


def needs_for(request: StoryRequest) -> tuple[Need, ...]:
    """What the rules of the request's hook ask for."""
    return needs_of(request.hook)


def cards_by_decide(story: Story, request: StoryRequest) -> list[Shown]:
    """Through the pure room alone."""
    return cards_of(call_of(story, request, NOW).decision())


def cards_of(decision: Decision) -> list[Shown]:
    """All cards of a decision, the one about what could not be checked included."""
    merged = [*decision.cards, *([decision.could_not_check] if decision.could_not_check else [])]
    return [Shown(c.kind, c.urgency.indicator, c.rules, f"{c.summary}\n{c.detail}") for c in merged]


def shown(card: dict[str, Any]) -> Shown:
    """A card of an HTTP answer."""
    own = card["extension"][EXTENSION]
    topic = card["source"]["topic"]
    assert topic["system"] == KIND_SYSTEM
    text = f"{card['summary']}\n{card.get('detail', '')}"
    return Shown(topic["code"], card["indicator"], tuple(own.get("rules", ())), text)


def plain(text: str) -> str:
    """Without Markdown's signs and escapes, so that words can be found."""
    return re.sub(r"\s+", " ", re.sub(r"\\(.)", r"\1", text).replace("*", ""))


def differences(request: StoryRequest, cards: list[Shown]) -> list[str]:
    """What is not as the story says, in words; empty if all is."""
    wrong: list[str] = []
    by_kind = {card.kind: card for card in cards}
    for due in request.cards:
        card = by_kind.get(due.kind)
        if card is None:
            wrong.append(f"no {due.kind} card")
            continue
        if card.indicator != due.indicator:
            wrong.append(f"{due.kind} is {card.indicator}, due is {due.indicator}")
        if missing := set(due.rules) - set(card.rules):
            wrong.append(f"{due.kind} is without {', '.join(sorted(missing))}: it has {', '.join(card.rules)}")
        text = plain(card.text)
        wrong += [f"{due.kind} does not say {words!r}: {text[:300]}" for words in due.contains if words not in text]
        wrong += [f"{due.kind} says {words!r}" for words in due.not_contains if words in text]
    wrong += [f"{kind} appears: {plain(by_kind[kind].text)[:300]}" for kind in request.forbidden if kind in by_kind]
    if request.exactly:
        more = set(by_kind) - {due.kind for due in request.cards} - set(request.forbidden)
        wrong += [
            f"{kind} {by_kind[kind].indicator} is one too many: {plain(by_kind[kind].text)[:300]}" for kind in more
        ]
    if len(by_kind) != len(cards):
        wrong.append("two cards of one kind")
    return wrong
