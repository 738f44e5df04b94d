"""Killed at any moment: what was acknowledged is there, no batch by half, and a token is not new again."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter
from pathlib import Path

import pytest
import requests

from cards.hooks import PATIENT_VIEW
from service.store import Store
from tests.service.kit import hook_request
from tests.service.memory import NOW
from tests.service.processes import ROOT, environment, free_port, until
from tests.service.test_serve import settings

ITEMS = 3  # a batch
KILLED_AFTER = 100  # acknowledged batches, over all clients
HEADERS = {"Content-Type": "application/json"}

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the workers in /proc")


def batch(card: str) -> bytes:
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-03-10T08:00:00Z"}
    return json.dumps({"feedback": [item] * ITEMS}).encode()


def started(port: int, directory: Path, database_url: str) -> subprocess.Popen[str]:
    """`serve` with two workers, when it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--port", str(port), "--workers", "2"],
        cwd=ROOT,
        env=environment(**{**settings(directory), "DATABASE_URL": database_url}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready ")
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, of all its processes."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for pid in (*map(int, children), process.pid):
        os.kill(pid, signal.SIGKILL)
    process.wait(20)
    assert process.stdout is not None
    process.stdout.close()
    until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


class Clients:
    """Send batch after batch until nobody answers; note which were acknowledged."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/cds-services/baclofen-patient-view"
        self.acknowledged: list[str] = []
        self.calls = 0
        self._threads = [threading.Thread(target=self._send) for _ in range(6)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        call = json.dumps(hook_request(PATIENT_VIEW, prefetch={})).encode()
        with requests.Session() as session:
            while True:
                card = str(uuid.uuid4())
                try:
                    if session.post(f"{self._url}/feedback", data=batch(card), headers=HEADERS, timeout=20).ok:
                        self.acknowledged.append(card)
                    self.calls += session.post(self._url, data=call, headers=HEADERS, timeout=20).status_code == 412
                except requests.RequestException:
                    return

    def finish(self) -> None:
        for thread in self._threads:
            thread.join(60)


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, database_url: str) -> None:
    port = free_port()
    clients: list[Clients] = []
    for _ in range(2):  # killed, started again, killed again
        process = started(port, tmp_path, database_url)
        try:
            ours = Clients(f"http://127.0.0.1:{port}")
            clients.append(ours)
            until(lambda ours=ours: len(ours.acknowledged) >= KILLED_AFTER, 60)  # type: ignore[misc]
        finally:
            kill(process)
        ours.finish()

    store = Store(database_url, wait=20)
    kept = Counter(row["card"] for row in store.feedback())
    calls = len(store.calls())
    store.close()

    acknowledged = [card for ours in clients for card in ours.acknowledged]
    assert len(acknowledged) >= 2 * KILLED_AFTER
    assert [card for card in acknowledged if card not in kept] == []  # lost
    assert {card: count for card, count in kept.items() if count != ITEMS} == {}  # by half
    assert calls >= sum(ours.calls for ours in clients)


def test_a_token_that_was_used_up_stays_so_after_kill_9(database_url: str) -> None:
    script = (
        "import os, signal, sys\n"
        "from service.store import Store\n"
        "from tests.service.memory import NOW\n"
        "assert Store(sys.argv[1]).consume_jwt_id('issuer', 'jti', expires=NOW)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, database_url], cwd=ROOT, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL

    store = Store(database_url)
    assert not store.consume_jwt_id("issuer", "jti", expires=NOW)
    store.close()
