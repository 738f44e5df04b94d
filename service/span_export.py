"""Where spans go: OpenTelemetry's SDK and its exporter, set up by the standard OTEL_ variables.

Imported only where tracing is on, for these packages are an extra (`requirements-tracing.in`). A span is put into a
queue with an end and sent by a thread of its own: a collector that is away, slow or refuses costs spans, never a call.
No provider or context is global: instrumentation from outside neither sees these spans nor adds to them. The SDK's own
loggers are, and their words end here.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import Span as SdkSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, format_trace_id, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.errors import ConfigError
from service.tracing import CURRENT, Span, Value, allowed
from service.version import VERSION

_LAST_SPANS = 5.0  # seconds that a process which ends gives to sending them
_PROPAGATOR = TraceContextTextMapPropagator()

_log = structlog.get_logger()


class SpanExport:
    """Begins spans, and sends those that ended. Made in the process that uses it: its thread survives no fork."""

    def __init__(self, exporters: Sequence[str], lost: Callable[[], None]) -> None:
        """`exporters`: "otlp", "console". `lost` is called when spans could not be sent, or may not be.

        Of a full queue the SDK tells once in 20 s at most.
        """
        _hear(lost)
        ours = {"service.name": "baclofen-cds", "service.version": VERSION}
        told = OTELResourceDetector().detect().attributes  # OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
        self._provider = TracerProvider(resource=Resource.create({**ours, **told}), shutdown_on_exit=False)
        try:
            for name in exporters:
                self._provider.add_span_processor(BatchSpanProcessor(_exporter(name)))
        except (ValueError, RuntimeError, ImportError) as error:
            raise ConfigError(f"tracing cannot be set up, look at the OTEL_ variables: {error}") from None
        self._tracer = self._provider.get_tracer("baclofen-cds", VERSION)

    def begin(self, name: str, *, traceparent: str, waited: float) -> Span:
        """The span of a call, as `request_span.Begin`. Of the caller's headers only the link is taken: what tracestate
        and baggage hold would be sent on with every span."""
        parent = _PROPAGATOR.extract({"traceparent": traceparent}, Context())
        began = time.time_ns() - round(waited * 1e9)
        return _LiveSpan(self._tracer, self._tracer.start_span(name, parent, SpanKind.SERVER, start_time=began))

    def close(self) -> None:
        """Send what is left, for some seconds. OpenTelemetry itself would wait for half a minute."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True, name="last-spans")
        ending.start()
        ending.join(_LAST_SPANS)


class _LiveSpan(Span):
    is_live = True

    def __init__(self, tracer: Tracer, span: SdkSpan) -> None:
        self._tracer, self._span = tracer, span
        self._has_failed = self._has_ended = False
        self.trace_id = format_trace_id(span.get_span_context().trace_id)

    def child(self, name: str, *, outward: bool = False) -> Span:
        kind = SpanKind.CLIENT if outward else SpanKind.INTERNAL
        return _LiveSpan(self._tracer, self._tracer.start_span(name, set_span_in_context(self._span, Context()), kind))

    def set(self, **attributes: Value) -> None:
        self._span.set_attributes(allowed(attributes))

    def failed(self, error: str) -> None:
        if not self._has_failed:
            self._has_failed = True
            self._span.set_status(Status(StatusCode.ERROR))  # without the SDK's record_exception: it keeps the message
            self.set(error=error)

    def end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._span.end()

    def __enter__(self) -> Span:
        self._before = CURRENT.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        CURRENT.reset(self._before)
        if kind is not None:
            self.failed(kind.__name__)
        self.end()


def _exporter(name: str) -> SpanExporter:
    if name == "console":
        return ConsoleSpanExporter(formatter=lambda span: f"{span.to_json(indent=None)}\n")
    return OTLPSpanExporter()


def _hear(lost: Callable[[], None]) -> None:
    """The SDK's own warnings, counted: its words are no line of our log, and one line is enough."""
    everything = logging.getLogger("opentelemetry")
    everything.propagate = False
    everything.handlers = [logging.NullHandler()]
    for name in ("opentelemetry.sdk", "opentelemetry.exporter"):  # the others speak of what a caller sent
        logging.getLogger(name).handlers = [_Counted(lost)]


class _Counted(logging.Handler):
    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost
        self._has_said = False

    def emit(self, record: logging.LogRecord) -> None:
        self._lost()
        if not self._has_said:
            self._has_said = True
            _log.warning("spans are lost or late, calls are not; from now on only the metrics tell", at=record.name)
