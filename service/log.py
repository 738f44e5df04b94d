"""One line a request, JSON on standard error. Only the keys listed here; no value of a chart, token or patient id."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Whoever adds a key here answers for what its values may hold.
KEYS = frozenset(
    {
        "event", "level", "timestamp",
        "trust", "claimed_site", "keys", "key_set",  # fixed words, and names and addresses of the sites file
        "method", "route", "status", "ms", "site", "hook", "hook_instance",
        "cards", "rules", "needs", "incidents", "other_patients", "not_reached", "silent", "raised", "missing",
        "error", "exception", "at", "address", "workers", "threads", "warning", "unknown_cards", "items", "knowledge",
        "worker", "exit", "rule", "alarm", "seen", "expected",
        "trace",  # the id of the call's trace, where there is one: 32 hexadecimal digits
    }
)  # fmt: skip


def configure(level: str) -> None:
    """Set up structlog; called once a process, by the commands."""
    logging.getLogger("waitress").setLevel(logging.ERROR)  # a queue of one is no news
    structlog.configure(
        processors=[
            only_allowed_keys,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def only_allowed_keys(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what is not on the list, rather than trust every caller to remember the rule."""
    return {key: value for key, value in event.items() if key in KEYS}
