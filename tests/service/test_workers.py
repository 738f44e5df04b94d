"""Several workers on one port: one that dies loses its own calls alone; together they count as one."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import requests

from cards.hooks import PATIENT_VIEW
from tests.service.kit import hook_request
from tests.service.metrics_page import total
from tests.service.processes import Running, running, until
from tests.service.test_serve import BODY, HOOK, begun, settings

JSON = {"Content-Type": "application/json"}
NOTHING = {"resourceType": "Bundle", "type": "searchset", "entry": []}

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the workers in /proc")


def workers_of(server: Running) -> list[int]:
    """Process ids of the workers."""
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def called(server: Running) -> int:
    """HTTP status of one hook request."""
    return requests.post(server.url + HOOK, data=BODY, headers=JSON, timeout=20).status_code


def test_several_workers_share_one_port_and_one_database(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--workers", "2", **settings(tmp_path)) as server:
        assert {called(server) for _ in range(10)} == {412}


def test_a_worker_that_dies_loses_its_own_calls_alone(tmp_path: Path) -> None:
    """Two workers, callers all the time, one worker is killed: only calls that it held are lost, and it is replaced."""
    with running(tmp_path, "serve", "--port", "0", "--workers", "2", **settings(tmp_path)) as server:
        came: list[int] = []
        broke: list[str] = []
        stop = threading.Event()

        def caller() -> None:
            while not stop.is_set():
                try:
                    came.append(called(server))
                except requests.RequestException as error:
                    broke.append(type(error).__name__)

        callers = [threading.Thread(target=caller) for _ in range(4)]
        for one in callers:
            one.start()
        before = workers_of(server)
        until(lambda: len(came) > 20, 30)
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(workers_of(server)) == 2 and before[0] not in workers_of(server), 30)
        seen = len(came)
        until(lambda: len(came) > seen + 40, 30)
        stop.set()
        for one in callers:
            one.join()

        assert set(came) == {412}
        assert len(broke) <= len(callers)  # what the killed one held, a call a caller at most
        assert before[1] in workers_of(server)
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    died = [line for line in lines if line.get("worker") == before[0]]
    assert died[0]["level"] == "error"
    assert died[0]["exit"] == -signal.SIGKILL


def test_workers_that_cannot_stay_alive_end_the_service(tmp_path: Path) -> None:
    """For ever restarting would hide the failure from whoever restarts services."""
    with running(tmp_path, "serve", "--port", "0", "--workers", "2", ends_with=1, **settings(tmp_path)) as server:
        ends = time.monotonic() + 60
        while server.process.poll() is None and time.monotonic() < ends:
            for worker in workers_of(server):
                try:
                    os.kill(worker, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.02)
        assert server.process.wait(20) == 1


def test_workers_whose_parent_was_killed_give_the_port_back(tmp_path: Path) -> None:
    with running(
        tmp_path, "serve", "--port", "0", "--workers", "2", ends_with=-signal.SIGKILL, **settings(tmp_path)
    ) as server:
        workers = workers_of(server)
        server.process.kill()
        server.process.wait(20)
        until(lambda: not any(Path(f"/proc/{worker}").is_dir() for worker in workers), 20)


def test_any_worker_answers_metrics_for_all(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--workers", "2", **settings(tmp_path)) as server:
        for _ in range(12):
            called(server)
        counted = {total(requests.get(f"{server.url}/metrics", timeout=20).text, "calls_total") for _ in range(4)}

        assert counted == {12.0}


def test_clients_stuck_in_their_body_hold_no_worker(tmp_path: Path) -> None:
    """Twenty clients hang in the middle of a body while eight callers call: every call is answered."""
    with running(tmp_path, "serve", "--port", "0", "--workers", "2", **settings(tmp_path)) as server:
        stuck = [begun(server.port, BODY[:30], len(BODY)) for _ in range(20)]
        came: list[int] = []
        callers = [threading.Thread(target=lambda: came.extend(called(server) for _ in range(10))) for _ in range(8)]
        for one in callers:
            one.start()
        for one in callers:
            one.join()
        for sock in stuck:
            sock.close()

        assert came == [412] * 80


def test_sigterm_ends_workers_that_hold_stuck_clients(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", "--workers", "2", **settings(tmp_path)) as server:
        stuck = [begun(server.port, BODY[:30], len(BODY)) for _ in range(4)]
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        for sock in stuck:
            sock.close()


def resident(pid: int) -> int:
    """Resident memory of a process in KiB."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1])


def test_thousands_of_calls_leave_no_memory_behind(tmp_path: Path) -> None:
    """A worker's memory after a warm-up and after 1,500 more calls; `make endurance` makes 10,000."""
    calls = int(os.environ.get("ENDURANCE_CALLS", "1500"))
    body = json.dumps(hook_request(PATIENT_VIEW, prefetch=dict.fromkeys(_keys(), NOTHING))).encode()
    with running(tmp_path, "serve", "--port", "0", "--threads", "2", **settings(tmp_path)) as server:
        session = requests.Session()

        def call(count: int) -> None:
            for _ in range(count):
                assert session.post(server.url + HOOK, data=body, headers=JSON, timeout=20).status_code == 200

        call(500)
        before = resident(server.process.pid)
        call(calls)
        session.close()
        assert resident(server.process.pid) - before < 8 * 1024  # KiB; a leak of 1 KiB a call is 10 MiB at 10,000


def _keys() -> list[str]:
    from cards.rule import needs_of

    return [need.key for need in needs_of("patient-view")]
