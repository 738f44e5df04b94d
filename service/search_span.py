"""The span of one FHIR search or read: for which need, and how it ended. Never its address: that names the patient.

Searches are done by threads of a lane, which know of no call: the span is begun by who asks, and ended by who is done.
"""

import time
from concurrent.futures import Future

from cards.ledger import WHOLE, State
from service import tracing
from service.fhir import DEADLINE, Answer
from service.fhir_urls import origin_and_path
from service.tracing import Span

_LATE = "timeout"  # OpenTelemetry's word, in error.type


def begin(resource_type: str, *, need: str, site: str, base: str) -> Span:
    """A span below the one under way. `base` is one that the site lists: its origin may be told."""
    if not tracing.current().is_live:
        return tracing.OFF
    origin, _ = origin_and_path(base) or ("", "")
    span = tracing.span(f"FHIR {resource_type}", outward=True)
    span.set(resource_type=resource_type, need=need or None, site=site, fhir_server=origin)
    return span


def end_with(span: Span, future: Future[Answer], until: float) -> None:
    """End it when the search ends. After `until`, a moment of time.monotonic(), nobody waits for it any more."""
    if span.is_live:
        future.add_done_callback(lambda done: _end(span, done, is_late=time.monotonic() > until))


def _end(span: Span, done: Future[Answer], *, is_late: bool) -> None:
    if done.cancelled():  # it waited for a thread until nobody wanted it any more
        span.set(state=State.FAILED.value)
        span.failed(_LATE)
    elif broke := done.exception():
        span.set(state=State.FAILED.value)
        span.failed(type(broke).__name__)
    else:
        _tell(span, done.result(), is_late=is_late)
    span.end()


def _tell(span: Span, answer: Answer, *, is_late: bool) -> None:
    span.set(state=answer.state.value, status=answer.status or None, pages=answer.pages or None)
    if is_late or answer.because == DEADLINE:
        span.failed(_LATE)
    elif answer.state not in WHOLE:
        span.failed(answer.state.value)
