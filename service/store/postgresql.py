"""A connection to PostgreSQL that gives up on a server which is there and does not answer.

The server's own timeouts (lock, statement) end what it works on; the kernel's (keepalives, unacknowledged data) notice
a host that is gone. Neither ends the wait for a server that stands still: a stalled disk, a frozen container.
Imported where the database is PostgreSQL.
"""

from typing import Any

import psycopg
from psycopg.abc import RV, PQGen

_INTERVAL = 0.1  # seconds between two looks for a signal, as the driver has it


class ImpatientConnection(psycopg.Connection[Any]):
    """Waits for each answer so many seconds; then it is closed, and what was asked of it fails."""

    answer_within: float | None = None  # None: for ever

    def wait(self, gen: PQGen[RV], interval: float = _INTERVAL, timeout: float | None = None) -> RV:
        """The driver's, with an end."""
        if timeout is not None or self.answer_within is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.answer_within)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()  # an answer that comes later must not be taken for the next one's
            raise psycopg.OperationalError("the server does not answer") from None
