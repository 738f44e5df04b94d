"""Calls, cards and feedback as the store gets them."""

from datetime import UTC, datetime
from typing import Any

from service.feedback import FeedbackItem
from service.store import CallAnswered, CardShown

NOW = datetime(2026, 3, 10, 13, tzinfo=UTC)


def card(number: int, **more: Any) -> CardShown:
    """A critical card of patient p1, shown to Practitioner/1 of the site "here"."""
    values: dict[str, Any] = {
        "uuid": f"00000000-0000-4000-8000-{number:012d}", "at": NOW, "site": "here", "hook": "patient-view",
        "patient": "p1", "user": "Practitioner/1", "kind": "suspected-withdrawal", "indicator": "critical",
        "rules": ("WDR-01",), "suggestions": {}, "facts": ("urgency 0", "rule WDR-01"),
    }  # fmt: skip
    return CardShown(**values | more)


def answered(**more: Any) -> CallAnswered:
    """A call about patient p1 by Practitioner/1."""
    values: dict[str, Any] = {
        "at": NOW, "site": "here", "caller": "", "user": "Practitioner/1", "patient": "p1", "hook": "patient-view",
        "hook_instance": "00000000-0000-4000-8000-00000000000a", "status": 200, "needs": {"Patient": "present"},
        "verdicts": {"WDR-01": "card", "ABR-08": "cannot tell"}, "cards": (), "knowledge_version": "2026.1",
        "service_version": "0.1.0", "silent": False, "ms": 12,
    }  # fmt: skip
    return CallAnswered(**values | more)


def item(number: int, **more: Any) -> FeedbackItem:
    """An override of the card of that number."""
    return FeedbackItem(**{"card": card(number).uuid, "outcome": "overridden", "at": NOW, **more})
