"""An OpenTelemetry collector as far as the tests need one: OTLP over real HTTP, every byte and every span kept."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from tests.service.listening import HOST


class Seen(NamedTuple):
    """A span as it came."""

    name: str
    trace: str
    identity: str
    parent: str  # "" for the first of its trace
    kind: str
    attributes: dict[str, Any]
    is_error: bool
    said: str  # of its status
    more: int  # events and links
    instance: str  # the process that it comes from
    seconds: float


class Collector:
    """Takes spans; `answer` may be replaced by something less friendly."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.heads: list[str] = []
        self.answer: Callable[[http.server.BaseHTTPRequestHandler], None] = self.take
        ours = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                ours.answer(self)

            def log_message(self, *_arguments: Any) -> None:
                return

        self._server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def variables(self) -> dict[str, str]:
        """What an operator sets; spans come soon after they ended."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}

    def take(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """Keep what came."""
        assert request.path == "/v1/traces"
        self.heads.append(str(request.headers))
        self.bodies.append(request.rfile.read(int(request.headers["Content-Length"])))
        request.send_response(200)
        request.send_header("Content-Type", "application/x-protobuf")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def spans(self) -> list[Seen]:
        """All that came until now."""
        found = []
        for message in self._messages():
            for of_process in message.resource_spans:
                about = _plain(of_process.resource.attributes)
                for scope in of_process.scope_spans:
                    found += [_seen(span, about["service.instance.id"]) for span in scope.spans]
        return found

    def text(self) -> str:
        """Everything that came, raw and decoded, in one text."""
        decoded = [MessageToJson(message, ensure_ascii=False) for message in self._messages()]
        return "\n".join([*self.heads, *(body.decode("latin-1") for body in list(self.bodies)), *decoded])

    def close(self) -> None:
        """Nobody answers at its address afterwards."""
        self._server.shutdown()
        self._server.server_close()

    def _messages(self) -> Iterator[ExportTraceServiceRequest]:
        for body in list(self.bodies):
            message = ExportTraceServiceRequest()
            message.ParseFromString(body)
            yield message


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector, gone at the end of the block."""
    collector = Collector()
    try:
        yield collector
    finally:
        collector.close()


def refuses(request: http.server.BaseHTTPRequestHandler) -> None:
    """In place of `Collector.take`: 400, which is not tried again."""
    request.send_response(400)
    request.send_header("Content-Length", "0")
    request.end_headers()


def _seen(span: trace_pb2.Span, instance: str) -> Seen:
    return Seen(
        name=span.name,
        trace=span.trace_id.hex(),
        identity=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        attributes=_plain(span.attributes),
        is_error=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        said=span.status.message + span.trace_state,
        more=len(span.events) + len(span.links),
        instance=instance,
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {one.key: _value(one.value) for one in attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind)
