"""Stops asking a server that is down, and one that asked to be left alone: a dead server then costs no time.

Closed: everything goes out. After `FAILURES` failures in a row (no connection, no answer in time, 5xx) it opens:
nothing goes out for `PAUSE` seconds. Then one request goes out to see (half-open), the others wait for it a moment; its
success closes the circuit, its failure opens it again. What a server refuses (401, 403, 404, 429) shows that it is
there.

Written here because pybreaker holds its lock while the call that it guards is under way: the searches of a call, which
go out all at once, would go out one after the other.
"""

import threading
import time
from enum import StrEnum

import msgspec

FAILURES = 10  # in a row; a call asks up to twenty things at once, so that one odd resource type opens nothing
PAUSE = 5.0  # seconds; short, for while it lasts every call says that it could not check
TRIAL_WAIT = 1.0  # seconds that others wait for the one request that goes out to see
LONGEST_PAUSE = 60.0  # seconds of Retry-After that are kept beyond the call that met it


class CircuitState(StrEnum):
    """Whether requests go out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker(msgspec.Struct, frozen=True, kw_only=True):
    """How a circuit stands, for metrics and for `doctor`."""

    site: str
    origin: str  # "https://fhir.example.org:443"
    state: CircuitState
    failures: int  # in a row, until now
    opened: int  # how often it opened since the process began
    paused: float  # seconds that the server asked to be left alone for, still to go


class Circuit:
    """One origin's, safe to share between threads. All times are of time.monotonic()."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._failures = 0
        self._opened = 0
        self._opened_at: float | None = None
        self._trial_until: float | None = None  # a request is out to see, and ends by then
        self._paused_until = 0.0

    def admit(self, until: float) -> str:
        """ "" if a request may go out now, else a clause that says why not. Waits for a pause that fits, or a trial.

        Whoever is admitted tells with `succeeded` or `failed` how it ended.
        """
        with self._changed:
            while True:
                now = time.monotonic()
                if self._paused_until > now:
                    if self._paused_until >= until:
                        return self._told_pause(now)
                    self._changed.wait(self._paused_until - now)
                elif self._opened_at is None:
                    return ""
                elif now < self._opened_at + PAUSE:
                    return self._told_open(now)
                elif self._trial_until is None or self._trial_until <= now:
                    self._trial_until = until
                    return ""
                elif not self._changed.wait(min(TRIAL_WAIT, until - now)):
                    return self._told_open(time.monotonic())

    def succeeded(self) -> None:
        """The server answered, be it with a refusal."""
        with self._changed:
            self._failures = 0
            self._opened_at = self._trial_until = None
            self._changed.notify_all()

    def failed(self) -> None:
        """The server cannot be reached, does not answer or does not work."""
        with self._changed:
            self._failures += 1
            is_trial, self._trial_until = self._trial_until is not None, None
            if is_trial or (self._opened_at is None and self._failures >= FAILURES):
                self._opened_at = time.monotonic()
                self._opened += 1
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """The server asks to be left alone (429 or 503 with Retry-After)."""
        with self._changed:
            self._paused_until = max(self._paused_until, time.monotonic() + min(seconds, LONGEST_PAUSE))

    def breaker(self, site: str, origin: str) -> Breaker:
        """How it stands at this moment."""
        with self._changed:
            now = time.monotonic()
            state = CircuitState.CLOSED
            if self._opened_at is not None:
                state = CircuitState.OPEN if now < self._opened_at + PAUSE else CircuitState.HALF_OPEN
            return Breaker(
                site=site,
                origin=origin,
                state=state,
                failures=self._failures,
                opened=self._opened,
                paused=max(0.0, self._paused_until - now),
            )

    def _told_open(self, now: float) -> str:
        left = max(0.0, (self._opened_at or now) + PAUSE - now)
        return (
            f"not asked: the FHIR server failed {self._failures} times in a row and is tried again in {left:.0f} s: "
            "the site must look at the server"
        )

    def _told_pause(self, now: float) -> str:
        return (
            f"not asked: the FHIR server wants to be left alone for another {self._paused_until - now:.0f} s "
            "(Retry-After): the site must give this service more room"
        )
