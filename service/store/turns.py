"""Writers of one process take turns.

SQLite has one writer at a time, and who waits for it only looks again, up to ten times a second: among many threads
one can be passed over until its time is up, though the file was free again and again. So threads wait for each other
here, where the next is woken at once, and for SQLite only while other processes write. PostgreSQL queues by itself.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from service.store.engine import waiting


class TurnNotReached(Exception):
    """Other threads of this process wrote for longer than this one may wait."""


class Turns:
    """The turns of those who write to one database. `wait`: seconds for a lock of an engine that says nothing else."""

    def __init__(self, wait: float) -> None:
        self._wait = wait
        self._writing = threading.Lock()

    @contextmanager
    def of(self, engine: sa.Engine) -> Iterator[sa.Engine]:
        """The engine to begin with, whose wait is what the turn has left of it. `TurnNotReached` if that is nothing."""
        options = engine.get_execution_options()
        if engine.dialect.name != "sqlite" or not options.get("writes"):
            yield engine
            return
        until = time.monotonic() + options.get("lock_wait", self._wait)
        if not self._writing.acquire(timeout=max(0.0, until - time.monotonic())):
            raise TurnNotReached
        try:
            yield waiting(engine, max(0.0, until - time.monotonic()))
        finally:
            self._writing.release()
