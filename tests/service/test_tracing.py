"""Spans of a call, as a collector gets them over real HTTP: the right tree, the right marks, and nothing of a chart."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any, NoReturn

import msgspec
import pytest
import responses
import structlog
from flask import Flask
from structlog.testing import capture_logs

from cards.hooks import PATIENT_VIEW
from cards.ledger import State
from cards.needs import MEDICATION_REQUESTS
from cards.rule import needs_of
from service import build_app, choose_parts, search_span, tracing
from service.agreed import WAITED
from service.config import Config
from service.errors import StoreUnavailable
from service.fhir import Answer, FhirClient
from service.parts import Parts
from service.request_span import trace
from service.span_export import SpanExport
from tests.moment import NOW
from tests.service.collector import Collector, Seen, collecting, refuses
from tests.service.fhir_faults import says_nothing, server_that
from tests.service.gathering import BASE, ORDER, OTHER, bundle, call, gathered, told_by
from tests.service.kit import hook_request, parts_with, post
from tests.service.processes import until

ROOT = "POST /cds-services/<service_id>"
STORY = "hallucinations-31-h-after-last-tablet"
CANARY = "canaryzq"
WITH_A_CARD = 6  # spans of a call that searches nothing
WITHOUT = 5  # where there is no card, nobody asks when it was last answered
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
NEEDS = {need.key for need in needs_of(PATIENT_VIEW.name)}


class Traced:
    """An app whose spans go to a collector."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.complaints: list[int] = []
        self.export = SpanExport(["otlp"], lambda: self.complaints.append(1))

    def app(self, parts: Parts) -> Flask:
        app = build_app(parts)
        trace(app, self.export.begin)
        return app

    def asked(self, parts: Parts, body: dict[str, Any] | None = None, **more: Any) -> Any:
        """The answer to one patient-view."""
        body = hook_request(PATIENT_VIEW) if body is None else body
        return post(self.app(parts).test_client(), PATIENT_VIEW, body, **more)

    def spans(self, count: int) -> list[Seen]:
        """So many, once they have come; and no more than these."""
        until(lambda: len(self.collector.spans()) >= count, 30)
        self.export.close()
        found = self.collector.spans()
        assert len(found) == count
        for span in found:
            assert (span.said, span.more) == ("", 0)  # a message, events and links might quote anything
            assert set(span.attributes) <= set(tracing.KEYS.values())
        return found


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Traced]:
    with collecting() as collector:
        for name, value in collector.variables.items():
            monkeypatch.setenv(name, value)
        traced = Traced(collector)
        yield traced
        traced.export.close()
    structlog.reset_defaults()


def one(spans: list[Seen], name: str) -> Seen:
    """The only one of that name."""
    (found,) = [span for span in spans if span.name == name]
    return found


def searches(spans: list[Seen]) -> list[Seen]:
    return [span for span in spans if span.name.startswith("FHIR ")]


def test_a_call_is_a_tree_of_spans(traced: Traced, store_with_stories: str) -> None:
    """Nothing is prefetched: every need is a search, done by a thread that knows of no call."""
    body = hook_request(PATIENT_VIEW, prefetch={}, fhirServer=store_with_stories)
    body["context"]["patientId"] = STORY
    answer = traced.asked(choose_parts(Config.demo(deadline=30.0), clock=lambda: NOW), body)
    assert answer.json["cards"]

    spans = traced.spans(len(NEEDS) + WITH_A_CARD)
    root, gather = one(spans, ROOT), one(spans, "gather")
    assert (root.parent, root.kind) == ("", "server")
    assert root.attributes == {
        "http.request.method": "POST",
        "http.route": "/cds-services/<service_id>",
        "http.response.status_code": 200,
        "baclofen_cds.site": "demo",
        "baclofen_cds.hook": "patient-view",
    }
    below = {span.name for span in spans if span.parent == root.identity}
    assert below == {"trust", "gather", "decide", "acknowledgements", "store"}
    assert {span.parent for span in searches(spans)} == {gather.identity}
    assert {span.trace for span in spans} == {root.trace}
    assert {span.attributes["baclofen_cds.need"] for span in searches(spans)} == NEEDS
    assert not any(span.is_error for span in spans)
    orders = one(spans, "FHIR MedicationRequest")
    assert orders.kind == "client"
    assert orders.attributes.pop("baclofen_cds.state") in ("present", "none")
    assert orders.attributes == {
        "baclofen_cds.need": "MedicationRequest",
        "baclofen_cds.resource_type": "MedicationRequest",
        "baclofen_cds.site": "demo",
        "baclofen_cds.fhir_server": store_with_stories.removesuffix("/fhir"),
        "http.response.status_code": 200,
        "baclofen_cds.pages": 1,
    }
    assert STORY not in traced.collector.text()


def test_the_pages_of_a_search_are_counted(traced: Traced, client: FhirClient, web: responses.RequestsMock) -> None:
    web.add_passthru(traced.collector.url)
    link = [{"relation": "next", "url": f"{BASE}/MedicationRequest?page=2"}]
    query = responses.matchers.query_param_matcher
    web.get(f"{BASE}/MedicationRequest", json=bundle(OTHER), match=[query({"page": "2"})])
    web.get(f"{BASE}/MedicationRequest", json=bundle(ORDER, link=link))
    with traced.export.begin("call", traceparent="", waited=0.0):
        gathered(client, call(server=BASE), MEDICATION_REQUESTS)

    assert one(traced.spans(2), "FHIR MedicationRequest").attributes["baclofen_cds.pages"] == 2


def test_the_caller_s_trace_goes_on(traced: Traced) -> None:
    with capture_logs() as lines:
        traced.asked(parts_with(), headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})

    spans = traced.spans(WITH_A_CARD)
    assert {span.trace for span in spans} == {TRACE}
    assert one(spans, ROOT).parent == PARENT
    assert [line["trace"] for line in lines if line["event"] == "request"] == [TRACE]


@pytest.mark.parametrize(
    "header",
    [
        "",
        CANARY,
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-{CANARY}",
        f"00-{TRACE}-{PARENT}-01, 00-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01{'x' * 5000}",
    ],
)
def test_a_link_that_is_none_is_ignored(traced: Traced, header: str) -> None:
    """The call has a trace of its own; what a caller sends neither breaks it nor counts as a failure of ours."""
    assert traced.asked(parts_with(), headers={"traceparent": header}).status_code == 200

    root = one(traced.spans(WITH_A_CARD), ROOT)
    assert root.parent == ""
    assert root.trace != TRACE
    assert traced.complaints == []


def test_nothing_but_the_link_is_taken_from_the_caller(traced: Traced) -> None:
    headers = {
        "traceparent": f"00-{TRACE}-{PARENT}-01",
        "tracestate": f"ehr={CANARY}",
        "baggage": f"patient={CANARY}",
        "X-Request-Id": CANARY,
        "User-Agent": CANARY,
    }
    traced.asked(parts_with(), headers=headers)

    assert one(traced.spans(WITH_A_CARD), ROOT).trace == TRACE
    assert CANARY not in traced.collector.text()


def test_a_caller_that_does_not_record_is_not_recorded(traced: Traced) -> None:
    """OpenTelemetry's standard sampler follows the caller; the log still says which trace it was."""
    with capture_logs() as lines:
        traced.asked(parts_with(), headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})

    assert traced.spans(0) == []
    assert lines[-1]["trace"] == TRACE


def test_no_trace_is_sent_on_to_the_fhir_server(traced: Traced) -> None:
    heads: list[bytes] = []

    def keeps_the_request(connection: socket.socket, request: bytes) -> None:
        heads.append(request.lower())
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": f"ehr={CANARY}", "baggage": f"patient={CANARY}"}
    with told_by(keeps_the_request) as base:
        traced.asked(parts_with(), hook_request(PATIENT_VIEW, prefetch={}, fhirServer=base), headers=headers)

    assert heads
    for head in heads:
        assert not any(word in head for word in (b"traceparent", b"tracestate", b"baggage", TRACE.encode()))


def test_a_refused_search_says_so(traced: Traced, client: FhirClient, web: responses.RequestsMock) -> None:
    web.add_passthru(traced.collector.url)
    web.get(f"{BASE}/MedicationRequest", status=403)
    with traced.export.begin("call", traceparent="", waited=0.0):
        gathered(client, call(server=BASE), MEDICATION_REQUESTS)

    search = one(traced.spans(2), "FHIR MedicationRequest")
    assert search.is_error
    assert search.attributes["http.response.status_code"] == 403
    assert (search.attributes["baclofen_cds.state"], search.attributes["error.type"]) == ("forbidden", "forbidden")


def test_searches_that_nobody_waited_for_are_marked(traced: Traced) -> None:
    """Two threads hang on a silent server; the third search never gets one."""
    with server_that(says_nothing) as base:
        parts = msgspec.structs.replace(parts_with(deadline=1.0), fhir=FhirClient(threads=2))
        answer = traced.asked(parts, hook_request(PATIENT_VIEW, prefetch={}, fhirServer=base))
        spans = traced.spans(3 + WITHOUT)

    assert answer.status_code == 200  # it says that it could not check
    assert [span.attributes["error.type"] for span in searches(spans)] == ["timeout"] * 3
    assert [span.attributes["baclofen_cds.state"] for span in searches(spans)] == ["failed"] * 3
    assert {span.name for span in spans if span.is_error} == {span.name for span in searches(spans)}


@pytest.mark.parametrize(
    ("ends", "seconds", "state", "error"),
    [
        (lambda search: search.set_result(Answer(state=State.PRESENT, status=200)), 60, "present", None),
        (lambda search: search.set_result(Answer(state=State.PRESENT, status=200)), -1, "present", "timeout"),
        (lambda search: search.cancel(), 60, "failed", "timeout"),
    ],
    ids=["in time", "whole, but nobody waited any more", "never got a thread"],
)
def test_how_a_search_ends(
    traced: Traced, ends: Callable[[Future[Answer]], object], seconds: float, state: str, error: str | None
) -> None:
    search: Future[Answer] = Future()
    with traced.export.begin("call", traceparent="", waited=0.0):
        span = search_span.begin("Device", need="Device", site="riverside", base=BASE)
        search_span.end_with(span, search, time.monotonic() + seconds)
        ends(search)

    told = one(traced.spans(2), "FHIR Device")
    assert told.attributes["baclofen_cds.state"] == state
    assert told.attributes.get("error.type") == error
    assert told.is_error == (error is not None)


def test_a_search_that_breaks_here_is_marked(
    traced: Traced, client: FhirClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **_more: object) -> NoReturn:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(client, "search", breaks)
    with traced.export.begin("call", traceparent="", waited=0.0):
        gathered(client, call(server=BASE), MEDICATION_REQUESTS)

    search = one(traced.spans(2), "FHIR MedicationRequest")
    assert (search.is_error, search.attributes["error.type"]) == (True, "ZeroDivisionError")
    assert CANARY not in traced.collector.text()


def test_a_rule_that_fails_marks_the_decision(traced: Traced) -> None:
    """With the exception's class: its message quotes the chart."""

    def raises(_case: object) -> NoReturn:
        raise LookupError(f"no dose in {CANARY}")

    parts = choose_parts(Config.demo(log_level="CRITICAL"))
    rules = [msgspec.structs.replace(r, ask=raises) if r.implements == "ABR-08" else r for r in parts.rules]
    answer = traced.asked(msgspec.structs.replace(parts, rules=tuple(rules)))

    spans = traced.spans(WITHOUT)
    decision = one(spans, "decide")
    assert answer.status_code == 200
    assert decision.is_error
    assert decision.attributes == {"error.type": "LookupError", "baclofen_cds.rules_raised": ["ABR-08"]}
    assert CANARY not in traced.collector.text()


def test_a_bug_marks_its_span_and_the_call(traced: Traced) -> None:
    def breaks(*_: object) -> NoReturn:
        raise ZeroDivisionError(CANARY)

    assert traced.asked(parts_with(breaks, log_level="CRITICAL")).status_code == 500

    spans = traced.spans(4)  # nothing was stored
    failed = {span.name: span.attributes["error.type"] for span in spans if span.is_error}
    assert failed == {"decide": "ZeroDivisionError", ROOT: "ZeroDivisionError"}
    assert CANARY not in traced.collector.text()


def test_a_database_that_is_gone_marks_the_store(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = parts_with(log_level="CRITICAL")

    def gone(*_: object, **_within: object) -> NoReturn:
        raise StoreUnavailable(CANARY)

    monkeypatch.setattr(parts.store, "record_call", gone)
    assert traced.asked(parts).status_code == 200

    spans = traced.spans(WITH_A_CARD)
    failed = {span.name: span.attributes["error.type"] for span in spans if span.is_error}
    assert failed == {"store": "StoreUnavailable"}
    assert CANARY not in traced.collector.text()


def test_the_wait_for_a_thread_is_part_of_the_call(traced: Traced) -> None:
    parts = parts_with(deadline=30.0)
    traced.asked(parts, environ_overrides={WAITED: 7.5})

    spans = traced.spans(WITH_A_CARD)
    assert one(spans, ROOT).seconds >= 7.5
    assert one(spans, "gather").seconds < one(spans, ROOT).seconds - 7


def test_what_is_no_call_has_no_span(traced: Traced) -> None:
    client = traced.app(parts_with()).test_client()
    with capture_logs() as lines:
        assert post(client, PATIENT_VIEW, hook_request(PATIENT_VIEW)).status_code == 200
        for path in ("/healthz", "/readyz", "/metrics", "/rules/ABR-08", f"/{CANARY}"):
            client.get(path)

    traced.spans(WITH_A_CARD)
    assert ["trace" in line for line in lines if line["event"] == "request"] == [True, *[False] * 5]


def test_a_refused_call_names_no_route_of_the_client_s_making(traced: Traced) -> None:
    client = traced.app(parts_with()).test_client()
    client.post(f"/cds-services/{CANARY}", data=b"{}", content_type="application/json")
    client.open(f"/cds-services/{CANARY}", method=CANARY.upper())

    assert {span.name for span in traced.spans(2)} == {ROOT, "trust"}
    assert CANARY not in traced.collector.text().lower()


def test_a_key_that_is_not_on_the_list_is_dropped(traced: Traced) -> None:
    with traced.export.begin("call", traceparent="", waited=0.0) as span:
        span.set(patient=CANARY, url=f"https://{CANARY}.example", status=200)

    assert one(traced.spans(1), "call").attributes == {"http.response.status_code": 200}


def test_without_tracing_a_span_is_nothing() -> None:
    with tracing.span("gather") as span:
        span.set(status=200)
        span.failed("ValueError")

    assert span is tracing.OFF
    assert tracing.current().trace_id == ""


def test_a_collector_that_refuses_is_counted_and_said_once(traced: Traced, capsys: pytest.CaptureFixture[str]) -> None:
    traced.collector.answer = refuses

    def complained(times: int) -> bool:
        return len(traced.complaints) >= times

    app = traced.app(parts_with())
    with capture_logs() as lines:
        for count in range(1, 4):
            assert post(app.test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW)).status_code == 200
            until(partial(complained, count), 30)

    assert [line["log_level"] for line in lines if line["event"].startswith("spans are lost")] == ["warning"]
    assert capsys.readouterr().err == ""  # the SDK's own words go nowhere


def test_more_spans_than_the_queue_takes_are_dropped_and_counted(
    traced: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The collector holds the first batch for as long as it likes: the queue has an end, and nobody waits for it."""
    for name, value in {"MAX_QUEUE_SIZE": "4", "MAX_EXPORT_BATCH_SIZE": "2"}.items():
        monkeypatch.setenv(f"OTEL_BSP_{name}", value)
    over = threading.Event()
    traced.collector.answer = lambda _request: over.wait(60)
    small = Traced(traced.collector)
    try:
        for _ in range(3):
            assert small.asked(parts_with()).status_code == 200
        assert small.complaints  # none of them the exporter's: it still waits
        small.export.close()  # comes back, whatever the collector does
    finally:
        over.set()
