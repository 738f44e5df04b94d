"""Tracing of `serve` as a process: on by a variable, off without. No collector stops a call, a missing package does."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from cards.hooks import PATIENT_VIEW
from cards.rule import needs_of
from tests.service.collector import Collector, collecting, refuses
from tests.service.fhir_faults import says_nothing, server_that
from tests.service.kit import hook_request
from tests.service.metrics_page import total
from tests.service.processes import ROOT, Running, environment, free_port, run, running, until
from tests.service.test_serve import BODY, HOOK, settings

JSON = {"Content-Type": "application/json"}
CALL = {"POST /cds-services/<service_id>", "trust", "gather", "decide", "store"}
SOON = 25.0  # seconds for a stop: more than a slow machine needs, less than OpenTelemetry would wait by itself
BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
"""


def called(server: Running) -> requests.Response:
    """The answer to one hook request."""
    return requests.post(server.url + HOOK, data=BODY, headers=JSON, timeout=20)


def lines_of(server: Running) -> list[dict[str, Any]]:
    """The log; every line is JSON."""
    return [json.loads(line) for line in server.log.read_text().splitlines()]


@pytest.fixture
def without_packages(tmp_path: Path) -> dict[str, str]:
    """An installation without the extra, as far as Python can tell."""
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "sitecustomize.py").write_text(BLOCKED, "utf-8")
    return {"PYTHONPATH": str(tmp_path / "blocked")}


def test_each_worker_sends_whole_trees(tmp_path: Path) -> None:
    """Two workers: both are asked, and no span of one has its parent in the other."""
    with collecting() as collector:
        more = settings(tmp_path) | collector.variables | {"OTEL_BSP_SCHEDULE_DELAY": "50"}
        with running(tmp_path, "serve", "--port", "0", "--workers", "2", **more) as server:
            calls = 0
            with ThreadPoolExecutor(4) as callers:
                while len({span.instance for span in collector.spans()}) < 2:
                    assert {answer.status_code for answer in callers.map(called, [server] * 8)} == {412}
                    calls += 8
                    assert calls < 2000
            until(lambda: len(collector.spans()) >= calls * len(CALL), 60)
        spans = collector.spans()

    assert len(spans) == calls * len(CALL)
    by_trace = {trace: [span for span in spans if span.trace == trace] for trace in {span.trace for span in spans}}
    assert len(by_trace) == calls
    for tree in by_trace.values():
        (root,) = [span for span in tree if not span.parent]
        assert {span.name for span in tree} == CALL
        assert {span.parent for span in tree} == {"", root.identity}
        assert len({span.instance for span in tree}) == 1


def test_the_last_spans_are_sent_at_the_stop(tmp_path: Path) -> None:
    with collecting() as collector:
        more = settings(tmp_path) | collector.variables | {"OTEL_BSP_SCHEDULE_DELAY": "600000"}
        with running(tmp_path, "serve", "--port", "0", **more) as server:
            assert called(server).status_code == 412
            assert collector.spans() == []

        assert {span.name for span in collector.spans()} == CALL
    traced = [line for line in lines_of(server) if "trace" in line]
    assert [line["route"] for line in traced] == ["/cds-services/<service_id>"]


def test_what_an_operator_says_of_the_service_goes_along(tmp_path: Path) -> None:
    with collecting() as collector:
        more = settings(tmp_path) | collector.variables
        names = {"OTEL_SERVICE_NAME": "baclofen-north", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=ward"}
        with running(tmp_path, "serve", "--port", "0", **more, **names) as server:
            called(server)
            until(collector.spans, 30)

        assert "baclofen-north" in collector.text()
        assert "deployment.environment.name" in collector.text()


@contextmanager
def refusing() -> Iterator[Collector]:
    with collecting() as collector:
        collector.answer = refuses
        yield collector


@contextmanager
def hanging() -> Iterator[Collector]:
    """It takes connections, and never answers one."""
    over = threading.Event()
    with collecting() as collector:
        collector.answer = lambda _request: over.wait(300)
        try:
            yield collector
        finally:
            over.set()


@contextmanager
def gone() -> Iterator[Collector]:
    """Nobody listens at its address."""
    with collecting() as collector:
        collector.url = f"http://127.0.0.1:{free_port()}"
        yield collector


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("broken", [gone, refusing, hanging])
def test_a_broken_collector_costs_spans_and_nothing_else(
    tmp_path: Path, broken: Callable[[], Any], workers: str
) -> None:
    """Every call is answered, and a stop ends with 0, soon, though the exporter would wait for ten minutes."""
    with broken() as collector:
        more = settings(tmp_path) | collector.variables | {"OTEL_EXPORTER_OTLP_TIMEOUT": "600"}
        with running(tmp_path, "serve", "--port", "0", "--workers", workers, **more) as server:
            assert [called(server).status_code for _ in range(20)] == [412] * 20
            if broken is not hanging:
                until(lambda: total(metrics(server), "failures_total", what="tracing") > 0, 30)
            server.process.terminate()
            assert server.process.wait(SOON) == 0

    told = [line for line in lines_of(server) if line["event"].startswith("spans are lost")]
    assert len(told) <= int(workers)
    assert {line["level"] for line in told} <= {"warning"}


def metrics(server: Running) -> str:
    """What Prometheus would read."""
    return requests.get(f"{server.url}/metrics", timeout=20).text


def test_a_call_that_is_under_way_at_the_stop_is_traced_to_its_end(tmp_path: Path) -> None:
    """Its FHIR server is silent, and the stop comes in between: the answer arrives, and so do its spans."""
    asked = threading.Event()

    def is_silent(connection: socket.socket) -> None:
        asked.set()
        says_nothing(connection)

    said: list[int] = []
    with server_that(is_silent) as base, collecting() as collector:
        more = settings(tmp_path, f'fhir_servers = ["{base}"]', "deadline = 2.0") | collector.variables
        body = json.dumps(hook_request(PATIENT_VIEW, prefetch={}, fhirServer=base))
        with running(tmp_path, "serve", "--port", "0", **more) as server:

            def call() -> None:
                said.append(requests.post(server.url + HOOK, data=body, headers=JSON, timeout=20).status_code)

            caller = threading.Thread(target=call)
            caller.start()
            assert asked.wait(30)
            server.process.terminate()
            assert server.process.wait(SOON) == 0
            caller.join()
        spans = collector.spans()

    assert said == [412]
    assert {span.name for span in spans} >= CALL
    searches = [span for span in spans if span.name.startswith("FHIR ")]
    assert {span.attributes["baclofen_cds.need"] for span in searches} == {n.key for n in needs_of("patient-view")}
    assert {span.attributes["error.type"] for span in searches} == {"timeout"}


def test_off_by_default_and_then_not_even_imported(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", **settings(tmp_path)) as server:
        assert called(server).status_code == 412
    assert not any("trace" in line for line in lines_of(server))

    code = """
import json, sys
import service.cli, service.doctor.run, service.serve
from service import create_app
from service.config import Config
client = create_app(Config.demo(log_level="CRITICAL")).test_client()
answer = client.post(sys.argv[1], data=sys.argv[2], content_type="application/json")
print(answer.status_code, [name for name in sys.modules if name.startswith(("opentelemetry", "google.protobuf"))])
"""
    ended = subprocess.run(
        [sys.executable, "-c", code, HOOK, BODY],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "200 []"


def test_switched_on_without_its_packages_serve_refuses_in_one_line(
    tmp_path: Path, without_packages: dict[str, str]
) -> None:
    more = settings(tmp_path) | without_packages | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    ended = run("serve", "--port", "0", **more)

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: tracing is switched on")
    assert "pip install 'baclofen-cds[tracing]'" in line


def test_without_its_packages_and_switched_off_everything_works(
    tmp_path: Path, without_packages: dict[str, str]
) -> None:
    off = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}
    with running(tmp_path, "serve", "--port", "0", **(settings(tmp_path) | without_packages | off)) as server:
        assert called(server).status_code == 412


def test_doctor_says_whether_spans_could_be_sent(tmp_path: Path, without_packages: dict[str, str]) -> None:
    more = settings(tmp_path) | {"OTEL_TRACES_EXPORTER": "otlp"}
    there, missing = run("doctor", **more), run("doctor", **(more | without_packages))

    assert "tracing: on, by OTEL_ variables (otlp)" in there.stdout
    (line,) = [line for line in missing.stdout.splitlines() if "tracing" in line]
    assert line.startswith("wrong")
    assert missing.returncode == 1


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_queue_that_cannot_be_is_one_line(tmp_path: Path, workers: str) -> None:
    more = settings(tmp_path) | {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_BSP_MAX_QUEUE_SIZE": "0"}
    ended = run("serve", "--port", "0", "--workers", workers, **more)

    assert ended.returncode == (2 if workers == "1" else 1)
    assert "Traceback" not in ended.stderr
    assert any("max_queue_size" in line for line in ended.stderr.splitlines())


def test_spans_on_standard_output(tmp_path: Path) -> None:
    """For a look without a collector: one JSON line a span."""
    more = settings(tmp_path) | {"OTEL_TRACES_EXPORTER": "console", "OTEL_BSP_SCHEDULE_DELAY": "50"}
    with running(tmp_path, "serve", "--port", "0", **more) as server:
        called(server)
        server.process.terminate()
        said, _ = server.process.communicate(timeout=SOON)  # to its end: one that is missing must not be waited for
        spans = [json.loads(line) for line in said.splitlines()]

    assert {span["name"] for span in spans} == CALL
