"""Spans: which part of a call took how long, and how it ended. Nothing at all unless `serve` has switched tracing on.

A span says names of the configuration and of the code, states and numbers: nothing of a chart, no token, nobody's id,
no address of a patient and nothing that a caller sent, but for the link to the caller's own trace. An error is its type
alone: its message may quote a chart. Which work is under way is known here, not to OpenTelemetry: instrumentation from
outside finds no span of ours whose headers it could send on to a FHIR server.
"""

from contextvars import ContextVar
from importlib import import_module
from types import TracebackType

from service.errors import ConfigError

Value = str | int | tuple[str, ...] | None

# What a span may say: our word, and the attribute's name. Whoever adds one answers for what its values may hold.
KEYS = {
    "method": "http.request.method", "route": "http.route", "status": "http.response.status_code",
    "error": "error.type",  # class of an exception, HTTP status, or a state of the ledger
    "site": "baclofen_cds.site", "fhir_server": "baclofen_cds.fhir_server",  # names and origins of the sites file
    "hook": "baclofen_cds.hook", "need": "baclofen_cds.need", "resource_type": "baclofen_cds.resource_type",
    "state": "baclofen_cds.state", "pages": "baclofen_cds.pages", "raised": "baclofen_cds.rules_raised",
}  # fmt: skip


class Span:
    """One piece of work. This class itself is what there is while tracing is off: it tells nobody anything."""

    is_live = False
    trace_id = ""

    def child(self, name: str, *, outward: bool = False) -> "Span":  # noqa: ARG002 - what is live uses them
        """A span below this one, begun now. `name` is ours, never a client's. `outward`: it waits for a server."""
        return self

    def set(self, **attributes: Value) -> None:
        """Say something of it; what is not in `KEYS` is dropped."""

    def failed(self, error: str) -> None:
        """Mark it: the class of an exception, or a fixed word; the first one stays."""

    def end(self) -> None:
        """It is over; what comes later is not heard."""

    def __enter__(self) -> "Span":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


OFF = Span()
CURRENT: ContextVar[Span] = ContextVar("span", default=OFF)


def span(name: str, *, outward: bool = False) -> Span:
    """A span below the one under way, for `with`; or for whoever has work done by another thread, and calls `end`."""
    return CURRENT.get().child(name, outward=outward)


def current() -> Span:
    """What is under way in this thread."""
    return CURRENT.get()


def look_for_packages() -> None:
    """Before anything is started: the packages of the extra are not there by themselves."""
    try:
        import_module("service.span_export")
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "service":
            raise  # a bug of ours: nothing to install
        raise ConfigError(
            f"tracing is switched on by an OTEL_ variable, and {error.name or 'a package of it'} is not installed: "
            "pip install 'baclofen-cds[tracing]', or set OTEL_SDK_DISABLED=true"
        ) from None


def allowed(attributes: dict[str, Value]) -> dict[str, str | int | tuple[str, ...]]:
    """What of it may go out, by the attributes' names."""
    return {KEYS[key]: value for key, value in attributes.items() if key in KEYS and value is not None}
