"""What the service hands in to be remembered. People are ids here; the store hashes them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec


class CardShown(msgspec.Struct, frozen=True, kw_only=True):
    """A card that went out. `facts`: what it rested on, in words that the store hashes (`cards.repeats`)."""

    uuid: str
    at: datetime
    site: str
    hook: str
    patient: str
    user: str
    kind: str
    indicator: str
    rules: tuple[str, ...]
    suggestions: dict[str, str]  # uuid -> key
    silent: bool = False
    facts: tuple[str, ...] = ()
    acknowledged: datetime | None = None  # shown as information, because acknowledged then


class CallAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """A hook request that reached a decision, and what became of it: the audit row. No clinical value is in it."""

    at: datetime
    site: str
    caller: str  # issuer of the JWT, "" under trust none
    user: str
    patient: str
    hook: str
    hook_instance: str
    status: int  # HTTP
    needs: Mapping[str, str]  # need -> state
    verdicts: Mapping[str, str]  # rule -> card | addendum | quiet | cannot tell | raised
    cards: tuple[str, ...]  # uuids
    knowledge_version: str
    service_version: str
    silent: bool
    ms: int  # until the answer was ready


class Fired(msgspec.Struct, frozen=True):
    """How many calls were decided in a stretch of time, and in how many cards each rule had a part."""

    calls: int
    by_rule: Mapping[str, int]


def rules_of(rows: Iterable[tuple[Iterable[str], int]]) -> Counter[str]:
    """Cards by their rules, with how many of them: how often each rule fired."""
    counted: Counter[str] = Counter()
    for rules, cards in rows:
        for rule in rules:
            counted[rule] += cards
    return counted
