"""`serve` as a process: others are answered while clients hang, a stop finishes what was begun."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from cards.hooks import PATIENT_VIEW
from tests.service.kit import hook_request
from tests.service.processes import Running, running

HOOK = "/cds-services/baclofen-patient-view"
BODY = json.dumps(hook_request(PATIENT_VIEW, prefetch={})).encode()


def settings(directory: Path, *lines: str) -> dict[str, str]:
    """A one-site file and a database of its own."""
    sites = directory / "sites.toml"
    sites.write_text("\n".join(["[sites.here]", 'trust = "none"', *lines]), "utf-8")
    return {"SITES": str(sites), "DATABASE_URL": f"sqlite:///{directory}/cds.sqlite", "MAX_BODY": "100000"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory = tmp_path_factory.mktemp("serve")
    with running(directory, "serve", "--port", "0", "--threads", "4", **settings(directory)) as server:
        yield server


def begun(port: int, sent: bytes, length: int) -> socket.socket:
    """A client that has sent the head and a piece of its body."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=20)
    head = f"POST {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    sock.sendall(head.encode() + sent)
    return sock


def answered(sock: socket.socket) -> bytes:
    """All that the server says until it closes, or until the body is whole."""
    said = b""
    while b"\r\n\r\n" not in said or (b'"issue"' not in said and b'"cards"' not in said):
        piece = sock.recv(65536)
        if not piece:
            break
        said += piece
    return said


def test_it_answers_hook_requests(served: Running) -> None:
    answer = requests.post(served.url + HOOK, data=BODY, headers={"Content-Type": "application/json"}, timeout=20)

    assert answer.status_code == 412
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "Server" not in answer.headers


def test_20_clients_stuck_in_their_body_do_not_keep_others_waiting(served: Running) -> None:
    stuck = [begun(served.port, BODY[:20], len(BODY)) for _ in range(20)]
    try:
        time.sleep(0.2)
        began = time.monotonic()
        for _ in range(5):
            assert requests.get(f"{served.url}/healthz", timeout=5).ok
            assert requests.post(
                served.url + HOOK, data=BODY, headers={"Content-Type": "application/json"}, timeout=5
            ).status_code == 412  # fmt: skip
        assert time.monotonic() - began < 4
        for sock in stuck:  # and they are served as soon as they go on
            sock.sendall(BODY[20:])
        assert all(answered(sock).startswith(b"HTTP/1.1 412") for sock in stuck)
    finally:
        for sock in stuck:
            sock.close()


@pytest.mark.parametrize("size", [150_000, 5_000_000])
def test_too_large_is_413_in_json_however_large(served: Running, size: int) -> None:
    with begun(served.port, b" " * 1000, size) as sock:
        if size == 150_000:  # read whole, and refused by the app; what is absurd is refused at once
            sock.sendall(b" " * (size - 1000))
        said = answered(sock)

    assert said.startswith(b"HTTP/1.1 413")
    assert b"OperationOutcome" in said


def test_too_large_in_chunks_is_413(served: Running) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(15):
            yield b" " * 10_000

    answer = requests.post(served.url + HOOK, data=pieces(), headers={"Content-Type": "application/json"}, timeout=20)

    assert answer.status_code == 413
    assert "100000" in answer.json()["issue"][0]["diagnostics"]


def test_broken_http_is_refused_in_json(served: Running) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as sock:
        sock.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: nonsense\r\n\r\n")
        said = answered(sock)

    assert said.startswith(b"HTTP/1.1 400")
    assert b"OperationOutcome" in said


def test_sigterm_finishes_the_request_under_way(tmp_path: Path) -> None:
    """A call waits for a FHIR server that is slow; the stop comes in between; the answer still arrives."""
    with socket.create_server(("127.0.0.1", 0)) as slow:  # accepts, and never answers
        base = f"http://127.0.0.1:{slow.getsockname()[1]}/fhir"
        more = settings(tmp_path, f'fhir_servers = ["{base}"]', "deadline = 1.5")
        with running(tmp_path, "serve", "--port", "0", **more) as server:
            said: list[requests.Response] = []
            body = json.dumps(hook_request(PATIENT_VIEW, prefetch={}, fhirServer=base))
            caller = threading.Thread(
                target=lambda: said.append(
                    requests.post(
                        server.url + HOOK, data=body, headers={"Content-Type": "application/json"}, timeout=20
                    )
                )
            )
            caller.start()
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(20) == 0
            caller.join()

    assert said[0].status_code == 412
    assert "failed" in said[0].text


@contextmanager
def one_held_thread(directory: Path, *, deadline: float) -> Iterator[tuple[Running, bytes]]:
    """A service of one thread, and a request that holds it: its FHIR server accepts, and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as slow:
        base = f"http://127.0.0.1:{slow.getsockname()[1]}/fhir"
        more = settings(directory, f'fhir_servers = ["{base}"]', f"deadline = {deadline}")
        with running(directory, "serve", "--port", "0", "--threads", "1", **more) as server:
            yield server, json.dumps(hook_request(PATIENT_VIEW, prefetch={}, fhirServer=base)).encode()


def test_the_wait_for_a_thread_is_part_of_the_deadline(tmp_path: Path) -> None:
    """One thread, held by a slow FHIR server: four calls are not answered after four deadlines, but after one."""
    with one_held_thread(tmp_path, deadline=1.0) as (server, body):
        began = time.monotonic()
        callers = [begun(server.port, body, len(body)) for _ in range(4)]
        said = [answered(caller) for caller in callers]
        took = time.monotonic() - began
        for caller in callers:
            caller.close()

    assert {answer.split()[1] for answer in said} <= {b"412", b"503"}
    assert took < 2


def test_the_log_is_json_lines(served: Running) -> None:
    requests.get(f"{served.url}/cds-services", timeout=20)

    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    assert {"event", "route", "status", "ms", "timestamp"} <= set(lines[-1])


def test_past_the_end_of_the_queue_a_call_is_refused_at_once(tmp_path: Path) -> None:
    """One thread is held by a slow FHIR server, 128 calls wait for it: whoever comes then is told to come again."""
    with one_held_thread(tmp_path, deadline=10.0) as (server, body):
        callers = [begun(server.port, body, len(body)) for _ in range(140)]
        said = [answered(caller) for caller in callers[-5:]]  # while the first call still has its thread
        for caller in callers:
            caller.close()

    assert {answer.split()[1] for answer in said} == {b"503"}
    assert all(b"Retry-After: 2" in answer and b"too many calls wait" in answer for answer in said)
