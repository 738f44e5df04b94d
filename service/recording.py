"""What is written down of a call that reached a decision: its audit row and its cards, in one transaction.

Written before the answer leaves, so that feedback finds its card. A database that is down does not take the cards from
the clinician: they go out, the log says so, and feedback on them is about cards unknown here.
"""

import time
from collections.abc import Sequence
from typing import Any

from flask import g

from cards.decide import Outcome
from cards.verdict import Addendum, Card, MergedCard, Quiet
from service.consult import Consultation
from service.errors import StoreUnavailable
from service.parts import Parts
from service.sites import Site
from service.store import CallAnswered, CardShown
from service.tracing import span
from service.version import VERSION
from service.wire import Call


class Recording:
    """Of one call. Until something else is said, it failed: 500. `until`: its deadline, of time.monotonic()."""

    def __init__(self, parts: Parts, site: Site, call: Call, consultation: Consultation, *, until: float) -> None:
        self._parts, self._site, self._call, self._consultation = parts, site, call, consultation
        self._until = until
        self._status = 500
        self._cards: list[CardShown] = []

    def answered(self, cards: Sequence[MergedCard], written: Sequence[dict[str, Any]]) -> None:
        """200, with these cards; each beside what of it goes over the wire."""
        self._status = 200
        self._cards = [self._shown(card, wire) for card, wire in zip(cards, written, strict=True)]

    def refused(self, status: int) -> None:
        """Answered with this HTTP status instead of cards."""
        self._status = status

    def write(self) -> None:
        """Into the database, or a warning into the log. `g.store_failed` tells the metrics."""
        if self._consultation.forgotten:
            _alarm(self._consultation.forgotten)
        with span("store") as storing:
            try:
                self._parts.store.record_call(self._row(), self._cards, within=self._until - time.monotonic())
            except StoreUnavailable as error:
                storing.failed(type(error).__name__)
                _alarm(error.message)

    def _row(self) -> CallAnswered:
        decision = self._consultation.decision
        return CallAnswered(
            at=self._consultation.moment.now,
            site=self._site.name,
            caller=g.get("caller", ""),
            user=self._call.user,
            patient=self._call.patient_id,
            hook=self._call.hook.name,
            hook_instance=self._call.hook_instance,
            status=self._status,
            needs={entry.need: str(entry.state) for entry in decision.record.ledger},
            verdicts={outcome.rule: verdict_word(outcome) for outcome in decision.outcomes},
            cards=tuple(card.uuid for card in self._cards),
            knowledge_version=self._parts.knowledge_version,
            service_version=VERSION,
            silent=self._site.mode == "silent",
            ms=round((time.perf_counter() - g.started) * 1000),
        )

    def _shown(self, card: MergedCard, written: dict[str, Any]) -> CardShown:
        return CardShown(
            uuid=written["uuid"],
            at=self._consultation.moment.now,
            site=self._site.name,
            hook=self._call.hook.name,
            patient=self._call.patient_id,
            user=self._call.user,
            kind=card.kind,
            indicator=card.urgency.indicator,
            rules=card.rules,
            suggestions={
                suggestion["uuid"]: key.key
                for suggestion, key in zip(written.get("suggestions", ()), card.suggestions, strict=True)
            },
            silent=self._site.mode == "silent",
            facts=card.facts,
            acknowledged=card.acknowledged,
        )


def _alarm(message: str) -> None:
    told = g.get("warning", "")
    g.warning, g.store_failed = "; ".join(dict.fromkeys(part for part in (told, message) if part)), True


def verdict_word(outcome: Outcome) -> str:
    """The verdict in a word. Why it was so may quote the chart, and is not kept."""
    if outcome.raised:
        return "raised"
    match outcome.verdict:
        case Card():
            return "card"
        case Addendum():
            return "addendum"
        case Quiet():
            return "quiet"
    return "cannot tell"
