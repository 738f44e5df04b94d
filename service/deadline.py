"""HTTP that ends on time: sockets that look at the clock before every read.

The timeout of `requests` is per read, not per request: a server that drips a byte a second, in the headers or in the
body, never trips it. Here every read from the socket gets what is left until one moment of the monotonic clock.
"""

import http.client
import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_this_thread = threading.local()


@contextmanager
def deadline(until: float) -> Iterator[None]:
    """Within this block (and thread) answers are read until `until`, a moment of time.monotonic(), and no longer."""
    _this_thread.until = until
    try:
        yield
    finally:
        _this_thread.until = None


class _ReaderUntil(io.RawIOBase):
    """A socket's reader that gives each read the time that is left."""

    def __init__(self, inner: io.RawIOBase, sock: socket.socket, until: float) -> None:
        self._inner = inner
        self._sock = sock
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the call has passed")
        self._sock.settimeout(left)
        return self._inner.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


class _ResponseUntil(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        until = getattr(_this_thread, "until", None)
        if until is not None:
            self.fp = io.BufferedReader(_ReaderUntil(self.fp.detach(), sock, until))


class _Connection(HTTPConnection):
    response_class = _ResponseUntil


class _SecureConnection(HTTPSConnection):
    response_class = _ResponseUntil


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DeadlineAdapter(HTTPAdapter):
    """For `requests.Session.mount`: connections that keep to `deadline`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
