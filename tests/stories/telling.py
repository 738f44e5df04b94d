"""Running a story's requests through every door, and comparing what comes out with what is due."""

import json
import re
from typing import Any

import msgspec

from cards.decide import Decision, decide
from cards.hooks import BY_NAME
from cards.ledger import Entry, Ledger, State
from cards.moment import Moment, Supplied
from cards.needs import Need
from cards.record.valuesets import ValueSets
from cards.rule import all_rules, needs_of
from service.stories import Story, StoryRequest, matching
from tests.moment import NOW

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


def cards_by_decide(story: Story, request: StoryRequest, valuesets: ValueSets) -> list[Shown]:
    """Through the pure room alone."""
    decision = decision_of(story, request, valuesets)
    merged = [*decision.cards, *([decision.could_not_check] if decision.could_not_check else [])]
    return [Shown(c.kind, c.urgency.indicator, c.rules, f"{c.summary}\n{c.detail}") for c in merged]


def decision_of(story: Story, request: StoryRequest, valuesets: ValueSets) -> Decision:
    """What the pure room decides about a request."""
    resources = story.resources(NOW)
    supplied: list[Supplied] = []
    entries: list[Entry] = []
    for need in needs_for(request):
        if need.key in request.withhold:
            entries.append(Entry(need.key, State.NOT_PROVIDED))
            continue
        found = matching(need, resources)
        supplied += [Supplied(need.key, raw(resource)) for resource in found]
        entries.append(Entry(need.key, State.PRESENT if found else State.NONE, "prefetch"))
    supplied += [Supplied("", raw(resource)) for resource in resources if resource["resourceType"] == "Medication"]
    context = story.hook_request(request, NOW)["context"]
    moment = Moment(
        now=NOW,
        patient_id=context["patientId"],
        hook=BY_NAME[request.hook],
        zone=NOW.tzinfo,  # type: ignore[arg-type]
        user=context["userId"],
        encounter_id=context.get("encounterId", ""),
        drafts=tuple(raw(one) for one in drafts_of(request, context)),
        selections=tuple(context.get("selections", ())),
        dispatched=tuple(context.get("dispatchedOrders", ())),
    )
    return decide(all_rules(), supplied, Ledger(entries), moment, valuesets=valuesets)


def drafts_of(request: StoryRequest, context: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of the hook's own Bundle, whatever it is called."""
    held_in = BY_NAME[request.hook].drafts_in
    return [entry["resource"] for entry in context.get(held_in, {}).get("entry", [])] if held_in else []


def raw(resource: Any) -> msgspec.Raw:
    """A resource as it comes over the wire."""
    return msgspec.Raw(json.dumps(resource).encode())


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
