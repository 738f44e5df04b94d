"""Half-sent requests never take the service away: who holds a connection for nothing makes room for who calls."""

import json
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from cards.rule import needs_of
from service import connections as connections_module
from service import server as server_module
from service.stories import prefetch_of, story
from tests.service.half_senders import HALF_BODY, HALF_HEAD, WHOLE, crowd
from tests.service.metrics_page import total
from tests.service.processes import ROOT, Running, running, until
from tests.service.test_serve import BODY, HOOK, answered, begun
from tests.stories.telling import differences, shown

DEADLINE = 30.0  # seconds, of the site: that nobody is kept out is what is tested, not how quickly
JSON = {"Content-Type": "application/json"}
TOLD = story("three-doses-missed-after-surgery")
REQUEST = TOLD.expected.requests[0]


def settings(directory: Path) -> dict[str, str]:
    """A one-site file, a database of its own, and bodies of a megabyte."""
    sites = directory / "sites.toml"
    sites.write_text(f'[sites.here]\ntrust = "none"\ndeadline = {DEADLINE}\n', "utf-8")
    return {"SITES": str(sites), "DATABASE_URL": f"sqlite:///{directory}/cds.sqlite", "MAX_BODY": "2000000"}


def story_call() -> bytes:
    """A call about the story's patient, its prefetch complete."""
    now = datetime.now(UTC)
    prefetch = prefetch_of(TOLD.resources(now), needs_of(REQUEST.hook))
    return json.dumps(TOLD.hook_request(REQUEST, now) | {"prefetch": prefetch}).encode()


def call_for_all_answers(server: Running, times: int) -> None:
    """Calls with cards, a refused call and a page, each over a new connection, right and within the deadline."""
    body = story_call()
    for _ in range(times):
        cards = requests.post(server.url + HOOK, data=body, headers=JSON, timeout=DEADLINE)
        assert cards.status_code == 200
        assert differences(REQUEST, [shown(card) for card in cards.json()["cards"]]) == []
        assert requests.post(server.url + HOOK, data=BODY, headers=JSON, timeout=DEADLINE).status_code == 412
        assert requests.get(f"{server.url}/cds-services", timeout=DEADLINE).ok


def all_at_once(what: Callable[[], None], callers: int) -> None:
    """From so many threads; what fails in one fails here."""
    failed: list[BaseException] = []

    def one() -> None:
        try:
            what()
        except (AssertionError, requests.RequestException) as error:
            failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize("workers", [1, 2])
def test_1200_half_senders_that_come_again_keep_nobody_out(tmp_path: Path, workers: int) -> None:
    """More than the connections of all workers: heads, bodies, nothing, blank lines, dripping ones, idle ones."""
    arguments = ("--port", "0", "--threads", "4", "--workers", str(workers))
    with running(tmp_path, "serve", *arguments, **settings(tmp_path)) as server:
        with crowd(server.port, 1200) as half_senders:
            until(lambda: half_senders.came >= 1200 and half_senders.sent_away > 100, 60)
            all_at_once(lambda: call_for_all_answers(server, 5), callers=4)
            page = requests.get(f"{server.url}/metrics", timeout=DEADLINE).text
        call_for_all_answers(server, 1)

    assert total(page, "failures_total", what="crowded_out") > 100
    assert total(page, "failures_total", what="no_descriptor") == 0
    routes = [json.loads(line).get("route") for line in server.log.read_text().splitlines()]
    assert None not in routes[routes.index("/healthz") :]  # the crowd's whole requests; none for who was sent away


def test_an_honest_slow_sender_among_half_senders_gets_its_answer(tmp_path: Path) -> None:
    """A megabyte within some seconds, while 200 hang: there is room for all of them."""
    body = json.dumps({"hookInstance": " " * 1_000_000}).encode()
    with (
        running(tmp_path, "serve", "--port", "0", **settings(tmp_path)) as server,
        crowd(server.port, 200, (HALF_HEAD, HALF_BODY)) as half_senders,
    ):
        until(lambda: half_senders.came >= 200, 60)
        with begun(server.port, b"", len(body)) as slow:
            for start in range(0, len(body), 50_000):
                slow.sendall(body[start : start + 50_000])
                time.sleep(0.15)
            said = answered(slow)
        assert half_senders.sent_away == 0

    assert said.startswith(b"HTTP/1.1 4"), said
    assert b"OperationOutcome" in said


@contextmanager
def served(app: Any, monkeypatch: pytest.MonkeyPatch, *, places: int) -> Iterator[tuple[int, dict[str, int]]]:
    """An app under our server with so many connections: its port, and what was counted."""
    monkeypatch.setattr(server_module, "connection_limit", lambda: places)
    counted: dict[str, int] = {}

    def count(what: str, times: int) -> None:
        counted[what] = counted.get(what, 0) + times

    stop: Any = SimpleNamespace(asked=False)
    sock = server_module.listen("127.0.0.1", 0)
    port = sock.getsockname()[1]
    serving = threading.Thread(
        target=lambda: server_module.run(app, sock, threads=2, max_body=100_000_000, stop=stop, count=count)
    )
    serving.start()
    try:
        yield port, counted
    finally:
        stop.asked = True
        serving.join(20)
        assert not serving.is_alive()


Opened = Callable[[int, bytes], socket.socket]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Makes connections with something sent; they are closed after the test."""
    with ExitStack() as stack:

        def open_one(port: int, sent: bytes) -> socket.socket:
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            sock.sendall(sent)
            return sock

        yield open_one


def is_open(sock: socket.socket) -> bool:
    """Whether the server keeps it; takes what it has said."""
    sock.settimeout(0.01)
    try:
        while sock.recv(65536):
            continue
    except TimeoutError:
        return True
    except ConnectionError:
        return False
    return False


def got(sock: socket.socket) -> bool:
    """Whether the answer comes."""
    said = b""
    while not said.endswith(b"xxxx"):
        piece = sock.recv(65536)
        if not piece:
            return False
        said += piece
    return True


HUGE = 30_000_000  # bytes: more than the kernel keeps for a reader


class Answers:
    """An app whose /slow waits until told, and whose /huge is more than a socket takes at once."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/slow":
            assert self.go_on.wait(30)
        body = b"x" * (HUGE if environ["PATH_INFO"] == "/huge" else 4)
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


def get(path: str) -> bytes:
    """A whole request."""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def test_who_makes_room(monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    """Of twenty the half-senders go, and who takes no answer, oldest first; not who waits for one, not who is idle."""
    monkeypatch.setattr(connections_module, "_USELESS", 0.5)
    app = Answers()
    with served(app, monkeypatch, places=20) as (port, counted):
        idle = opened(port, get("/idle"))
        assert got(idle)
        waiting = opened(port, get("/slow"))
        takes_nothing = opened(port, get("/huge"))
        old = [opened(port, HALF_HEAD) for _ in range(3)]
        silent = opened(port, b"")
        time.sleep(1.0)
        young = [opened(port, HALF_BODY) for _ in range(8)]
        assert counted == {}
        newcomers = [opened(port, get(f"/{number}")) for number in range(3)]
        assert all(got(sock) for sock in newcomers)
        until(lambda: counted != {})

        assert is_open(idle)
        assert all(is_open(sock) for sock in [*young, *newcomers])
        assert [is_open(sock) for sock in [takes_nothing, *old, silent]].count(False) == counted["crowded_out"] > 0
        app.go_on.set()
        waiting.settimeout(20)
        assert got(waiting)


def test_a_crowd_of_idle_connections_makes_room_too(monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    """Whoever once sent a whole request and then hangs on would else hold the house."""
    with served(Answers(), monkeypatch, places=20) as (port, counted):
        hanging_on = [opened(port, WHOLE) for _ in range(60)]
        newcomer = opened(port, get("/new"))
        assert got(newcomer)
        until(lambda: sum(is_open(sock) for sock in hanging_on) <= 20)
        assert counted["crowded_out"] >= 40


def test_an_answer_that_is_being_taken_slowly_makes_no_room(monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    """Newcomers crowd in all the while, and who hangs among them makes room."""
    monkeypatch.setattr(connections_module, "_USELESS", 2.0)
    with served(Answers(), monkeypatch, places=20) as (port, counted):
        reader = opened(port, get("/huge"))
        crowd = [opened(port, HALF_HEAD) for _ in range(12)]
        taken = 0
        while taken < HUGE:
            piece = reader.recv(600_000)
            assert piece, f"closed after {taken} bytes"
            taken += len(piece)
            if taken < HUGE - 2_000_000:  # some seconds: many times what is useless
                time.sleep(0.1)
                crowd.append(opened(port, HALF_HEAD))

    assert counted["crowded_out"] > 5


def test_no_call_that_came_whole_makes_room(monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    """All places are taken by calls that are being answered: newcomers wait at the door, and come in afterwards."""
    app = Answers()
    with served(app, monkeypatch, places=20) as (port, counted):
        calls = [opened(port, get("/slow")) for _ in range(30)]
        time.sleep(1)
        assert counted == {}
        app.go_on.set()
        assert all(got(sock) for sock in calls)


@pytest.mark.parametrize(
    ("sending_for", "idle_for", "waiting_for_reader", "may_bring"),
    [
        (None, 1, 0, True),  # a newcomer, or one between two calls
        (None, 60, 0, True),
        (2, 2, 0, True),  # in the middle of a request that goes on
        (60, 6, 0, False),  # and of one that does not: a byte now and then is no news
        (None, 6, 4000, False),  # takes no answer
    ],
)
def test_whose_unread_bytes_count(
    sending_for: float | None, idle_for: float, waiting_for_reader: int, may_bring: bool
) -> None:
    now = time.monotonic()
    connection: Any = SimpleNamespace(
        sending_since=None if sending_for is None else now - sending_for,
        progress_at=now - idle_for,
        total_outbufs_len=waiting_for_reader,
    )
    assert connections_module.Connection.may_bring_news(connection) is may_bring


def test_a_call_that_lies_unread_is_seen() -> None:
    """It came while the server looked elsewhere, for longer than a newcomer is safe."""
    with ExitStack() as stack:

        def connection(*, sent: bytes, may_bring: bool = True) -> Any:
            ours, client = (stack.enter_context(sock) for sock in socket.socketpair())
            client.sendall(sent)
            return SimpleNamespace(socket=ours, may_bring_news=lambda: may_bring)

        silent, whole = connection(sent=b""), connection(sent=get("/"))
        drips = connection(sent=b"x", may_bring=False)

        assert connections_module._without_news([silent, whole, drips]) == [silent, drips]


@pytest.mark.parametrize("drip", [b"x", b"\r\n\r\n"])
def test_a_client_that_sends_a_byte_now_and_then_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, opened: Opened, drip: bytes
) -> None:
    """It holds no thread, but a socket: not for ever. Blank lines before a request are no requests."""
    monkeypatch.setattr(connections_module, "_SENDING", 1.0)
    with served(Answers(), monkeypatch, places=20) as (port, counted):
        lively = opened(port, drip)
        lively.settimeout(0.2)
        ends = time.monotonic() + 20
        closed = False
        while not closed and time.monotonic() < ends:
            try:
                lively.sendall(drip)
                closed = lively.recv(100) == b""
            except TimeoutError:
                continue
            except OSError:
                closed = True

    assert closed
    assert counted == {}


def test_without_file_descriptors_half_senders_make_room(tmp_path: Path) -> None:
    """A process that can open no more accepts again as soon as it has sent some away, and does not die."""
    with running(tmp_path, "serve", "--port", "0", "--threads", "2", **settings(tmp_path)) as server:
        call_for_all_answers(server, 3)
        pid = server.process.pid
        held = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (held + 40, held + 40))
        with crowd(server.port, 100, (HALF_HEAD, HALF_BODY)) as half_senders:
            until(lambda: half_senders.came >= 100 and half_senders.sent_away > 10, 60)
            for _ in range(6):
                answer = requests.post(server.url + HOOK, data=BODY, headers=JSON, timeout=DEADLINE)
                assert answer.status_code == 412
        page = requests.get(f"{server.url}/metrics", timeout=DEADLINE).text

    assert total(page, "failures_total", what="no_descriptor") > 0


@pytest.mark.parametrize(
    ("files", "most", "connections", "raised"),
    [
        (4096, 4096, 500, 4096),
        (1024, 4096, 500, 1256),  # what a shell gives, and may be raised
        (1024, 1024, 384, 1024),
        (300, 300, 75, 300),
    ],
)
def test_connections_fit_the_file_descriptors(files: int, most: int, connections: int, raised: int) -> None:
    """Two each, for a long body waits in a file, and some for the database and the FHIR servers."""
    program = (
        "import resource; from service.connections import connection_limit;"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {most}));"
        "print('limits', connection_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert f"limits {connections} {raised}" in said
    assert ("few file descriptors" in said) == (connections < 500)
