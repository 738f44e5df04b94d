"""HTTP that ends on time and goes only where it may: the one door through which this service calls others.

The timeout of `requests` is per read, not per request: a server that drips a byte a second, in the headers or in the
body, never trips it. Here every read from the socket gets what is left until one moment of the monotonic clock, and so
do the name server, the connection and the TLS handshake. Whom a name may lead to is said in `service/addresses.py`.
"""

import http.client
import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from service.addresses import connect

_CHUNK = 64 * 1024  # bytes
_WITHOUT_DEADLINE = 10.0  # seconds for a connection where nobody set a deadline; FHIR calls always do

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


def _guarded(connection: HTTPConnection) -> socket.socket:
    """A socket to an address that may be called; `AddressRefused` goes through to whoever asked."""
    until = getattr(_this_thread, "until", None)
    if until is None:
        until = time.monotonic() + _WITHOUT_DEADLINE
    try:
        return connect(connection._dns_host, connection.port, until, options=connection.socket_options or ())
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "no connection within the deadline") from error
    except (OSError, UnicodeError) as error:
        raise NewConnectionError(connection, f"no connection: {type(error).__name__}") from error


class _Connection(HTTPConnection):
    response_class = _ResponseUntil

    def _new_conn(self) -> socket.socket:
        return _guarded(self)


class _SecureConnection(HTTPSConnection):
    response_class = _ResponseUntil

    def _new_conn(self) -> socket.socket:
        return _guarded(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DeadlineAdapter(HTTPAdapter):
    """For `requests.Session.mount`: connections that keep to `deadline`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class GuardedSession(requests.Session):
    """Follows no redirect, whoever asks for it: the next address would be the other side's choice."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As `requests`, with redirects answered as they are."""
        return super().request(*args, **{**kwargs, "allow_redirects": False})


def guarded_session(*, hosts: int = 4, connections: int = 4) -> GuardedSession:
    """A session for calls to others: guarded addresses, no redirects, cookies, proxies or netrc.

    Call it within `deadline(until)`. It raises what `requests` raises, and `addresses.AddressRefused`. Warm connections
    are kept for so many `hosts`, so many `connections` each.
    """
    session = GuardedSession()
    session.trust_env = False  # no proxies, no .netrc: they would see or replace the token
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # one site's never meet another's
    session.headers["Accept-Encoding"] = "gzip, deflate"  # what is read with a cap on what it unpacks to
    adapter = DeadlineAdapter(pool_connections=hosts, pool_maxsize=connections)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def capped(response: requests.Response, limit: int, *, until: float, unpacked: bool = True) -> bytes | None:
    """The body of a streamed response; None when it is larger than `limit` bytes, after unpacking.

    The clock is looked at between the pieces: what unpacks to much takes time without any read from the socket.
    """
    pieces: list[bytes] = []
    size = 0
    for piece in response.raw.stream(_CHUNK, decode_content=unpacked):
        size += len(piece)
        if size > limit:
            return None
        if time.monotonic() >= until:
            raise TimeoutError("the deadline of the call has passed")
        pieces.append(piece)
    return b"".join(pieces)
