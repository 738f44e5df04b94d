"""Does a rule fire as it used to? One that falls silent, or fires three times as often, is an operator's alarm.

The last day is compared with the four weeks before it, call for call. A rule that fell silent may mean a value set
emptied, a code renamed, a need that an EHR no longer answers: no error shows that. Numbers here are operational
judgement; they keep the chance of a false alarm below about one in a thousand a rule and day (Poisson).
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec
import structlog

from service.errors import StoreUnavailable
from service.store import Fired

if TYPE_CHECKING:
    from service.metrics import Metrics  # not before `config.share_metrics`

WINDOW = timedelta(days=1)
BASELINE = timedelta(days=28)
LEAST_EXPECTED = 8.0  # firings; with fewer due, none at all happens by chance (e^-8 is 0.0003)
LEAST_SEEN = 10  # firings; below, three times as many is little
TRIPLED = 3.0
EVERY = 300.0  # seconds between two looks
ALARMS: tuple[Literal["silent", "tripled"], ...] = ("silent", "tripled")

_log = structlog.get_logger()


class Alarm(msgspec.Struct, frozen=True):
    """One rule off its baseline. `expected`: firings in the window, had it gone on as before."""

    rule: str
    kind: Literal["silent", "tripled"]
    seen: int
    expected: float


class Counts(Protocol):
    """What the store tells."""

    def fired(self, *, since: datetime, until: datetime) -> Fired:
        """Calls and rules between two moments; the monitor's own calls are left out."""
        ...


def alarms(window: Fired, baseline: Fired) -> tuple[Alarm, ...]:
    """The rules that are off their baseline, by id."""
    if not baseline.calls:
        return ()
    found = []
    for rule in sorted({*window.by_rule, *baseline.by_rule}):
        expected = baseline.by_rule.get(rule, 0) * window.calls / baseline.calls
        seen = window.by_rule.get(rule, 0)
        if not seen and expected >= LEAST_EXPECTED:
            found.append(Alarm(rule, "silent", seen, expected))
        elif seen >= LEAST_SEEN and seen >= TRIPLED * expected and baseline.by_rule.get(rule):
            found.append(Alarm(rule, "tripled", seen, expected))
    return tuple(found)


class FiringWatch:
    """Looks every few minutes; a gauge holds each alarm while it stands, and its beginning and end are logged."""

    def __init__(self, store: Counts, metrics: "Metrics", rules: Iterable[str]) -> None:
        self._store = store
        self._metrics = metrics
        self._rules = tuple(rules)
        self._standing: set[tuple[str, str]] = set()

    def look(self, now: datetime) -> tuple[Alarm, ...]:
        """Compare, and tell. A database that is away changes no alarm, and is said."""
        try:
            window = self._store.fired(since=now - WINDOW, until=now)
            baseline = self._store.fired(since=now - WINDOW - BASELINE, until=now - WINDOW)
        except StoreUnavailable as error:
            _log.warning("firing rates are not known", error=error.message)
            return ()
        found = alarms(window, baseline)
        standing: set[tuple[str, str]] = {(alarm.rule, alarm.kind) for alarm in found}
        for alarm in found:
            if (alarm.rule, alarm.kind) not in self._standing:
                _log.error("firing rate", rule=alarm.rule, alarm=alarm.kind, seen=alarm.seen,
                           expected=round(alarm.expected, 1))  # fmt: skip
        for rule, kind in sorted(self._standing - standing):
            _log.info("firing rate is as before", rule=rule, alarm=kind)
        self._standing = standing
        self._metrics.firing_looked.set(now.timestamp())
        for rule in self._rules:
            for kind in ALARMS:
                self._metrics.firing.labels(rule, kind).set((rule, kind) in standing)
        return found

    def start(self, clock: Callable[[], datetime], is_mine: Callable[[], bool]) -> threading.Thread:
        """Look for ever, in a thread of its own; `is_mine`: whether this process is the one of several that looks."""

        def watch() -> None:
            while True:
                time.sleep(EVERY)
                if is_mine():
                    self.look(clock())

        thread = threading.Thread(target=watch, name="firing", daemon=True)
        thread.start()
        return thread
