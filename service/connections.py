"""Who is cut off, and when: a worker holds so many connections, and whoever holds one for nothing makes room.

Somebody who sends half a request costs a worker no thread, but a connection. Were those only counted, a thousand
half-sent requests would shut everybody else out. So when it grows crowded, all but a call that came whole and an
answer that is being taken gives way to newcomers; the one first that has gone longest without progress:

1. half-sent requests, connections on which nothing was ever sent, and answers that nobody takes, after five seconds
   without progress: an EHR that wants its answer within three is not among them;
2. then, by the same clock, whoever else is between two answers: idle connections, and requests on their way. To close
   an idle connection does no harm by HTTP's rules, but its client pays for the next one, so those who hang or drip go
   first. Were idle ones always before all others, though, or always after them, a crowd of the one kind would shut
   out the other.

Progress is a request that came whole, an answer, or so many more bytes: a byte now and then is none, and an honest slow
sender of a long body has made some a moment ago. Newcomers are the last to go: however fast half-senders come again,
each newcomer has as long as it takes them to replace all the others.
"""

import errno
import resource
import select
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any
from wsgiref.types import WSGIApplication

import structlog
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

_CONNECTIONS = 500  # of a worker, where file descriptors allow
_FEWEST = 10
_RESERVE = 5  # one in so many is kept free for newcomers
_BATCH = 10  # one in so many goes at once, so that the search for them is paid seldom
_AT_ONCE = 32  # newcomers accepted in a turn while it is crowded: whoever is served waits in the same line
_USELESS = 5.0  # seconds without progress
_MOMENT = 0.25  # seconds that everybody has, to be read at all: else a newcomer goes first where all others are busy
_PROGRESS = 16_384  # bytes: what a network brings in one piece at the start of a connection
_SENDING = 120.0  # seconds within which a request must have come whole, however lively its sender
_OWN_FILES = 256  # descriptors for database, FHIR servers, listening sockets and log
_FILES_EACH = 2  # the socket, and the file in which a body of more than half a megabyte waits
_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_PAUSE = 0.1  # seconds without accepting, where there is no descriptor and nobody to send away

_log = structlog.get_logger()


class Connection(HTTPChannel):  # type: ignore[misc]
    """A client's connection, and when it last made progress.

    The loop's thread receives and ranks; another one answers, while `requests` keeps the loop from doing either.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.progress_at = time.monotonic()
        self.sending_since: float | None = None  # first byte after the last whole request, be it a blank line
        self._nothing_yet = True
        self._bytes = 0
        super().__init__(*arguments, **named)

    def received(self, data: bytes) -> bool:
        """waitress's, with a look at whether it is progress."""
        self._nothing_yet = False
        self._bytes += len(data)
        if self.sending_since is None or self._bytes >= _PROGRESS:
            self._bytes = 0
            self.progress_at = time.monotonic()
            self.sending_since = self.sending_since or self.progress_at
        return bool(super().received(data))

    def service(self) -> None:
        """waitress's: works out the answer to a request that came whole."""
        self.sending_since = None
        super().service()

    def write_soon(self, data: Any) -> int:
        """waitress's; the moment is set before the bytes can be seen to wait for their reader."""
        self.progress_at = time.monotonic()
        return int(super().write_soon(data))

    def _flush_some(self, do_close: bool = True) -> bool:
        """waitress's: whether somebody took a part of the answer, which is progress."""
        was_taken = bool(super()._flush_some(do_close))
        if was_taken:
            self.progress_at = time.monotonic()
        return was_taken

    def is_sending_for_ever(self, now: float) -> bool:
        """Whether one request has been coming in for longer than any client needs."""
        return not self.requests and self.sending_since is not None and now - self.sending_since > _SENDING

    def is_silent(self) -> bool:
        """Whether not a byte has gone either way for `channel_timeout` seconds, and nothing is being worked out."""
        return not self.requests and time.time() - self.last_activity > self.adj.channel_timeout

    def may_bring_news(self) -> bool:
        """Whether bytes that wait to be read count for it.

        Not where somebody hangs in the middle of a request, or takes no answer: a byte now and then would save him for
        ever.
        """
        hangs = self.sending_since is not None and time.monotonic() - self.progress_at > _USELESS
        return not hangs and not self.total_outbufs_len

    def rank(self, now: float) -> tuple[bool, float] | None:
        """Whose turn it is to make room, the least first; None for whoever must not.

        `requests` is looked at first: the thread that answers drops the request only when all is written and marked.
        """
        if self.requests:
            return None
        since = now - self.progress_at
        if since < _MOMENT:
            return None
        is_useless = since > _USELESS
        if self.total_outbufs_len:
            return (False, self.progress_at) if is_useless else None
        is_idle = not (self._nothing_yet or self.sending_since or self.request)
        return (is_idle or not is_useless, self.progress_at)


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """The socket that accepts, with a reserve for newcomers. `make_room` and `cut_off` are called between two turns of
    the loop: within one a closed descriptor may come back as somebody else's, whom an old event would then hit.
    """

    def __init__(
        self,
        app: WSGIApplication,
        sock: socket.socket,
        adjustments: Adjustments,
        dispatcher: ThreadedTaskDispatcher,
        channels: dict[int, Any],
        count: Callable[[str, int], None],
    ) -> None:
        limit = adjustments.connection_limit
        self._crowded = limit - limit // _RESERVE
        self._batch = max(1, limit // _BATCH)
        self._count = count
        self._lacks_descriptor = False
        self._accepts_from = 0.0
        super().__init__(
            app,
            channels,
            _sock=sock,
            dispatcher=dispatcher,
            adj=adjustments,
            bind_socket=False,
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
        )

    def readable(self) -> bool:
        """Whether newcomers are accepted in this turn."""
        return bool(super().readable()) and time.monotonic() >= self._accepts_from

    def handle_accept(self) -> None:
        """One newcomer, for the next is another worker's as well as ours; many, where they come to hold the house."""
        places = self.adj.connection_limit - len(self.active_channels)
        for _ in range(min(_AT_ONCE, places) if len(self.active_channels) >= self._crowded // 2 else 1):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def accept(self) -> tuple[socket.socket, Any] | None:
        """waitress's, but without a descriptor room is made: accepting again and again would only burn the CPU."""
        try:
            newcomer: tuple[socket.socket, Any] | None = super().accept()
        except OSError as error:
            if error.errno not in _NO_DESCRIPTOR:
                raise
            self._lacks_descriptor = True
            return None
        return newcomer

    def maintenance(self, now: float) -> None:
        """Not within a turn, as waitress does it: `cut_off`."""

    def make_room(self) -> bool:
        """Close the most useless connections, if so many are open that newcomers find no place; whether they do now."""
        over = len(self.active_channels) - self._crowded
        if over <= 0 and not self._lacks_descriptor:
            return True
        now = time.monotonic()
        ranked = [(rank, one) for one in self.active_channels.values() if (rank := one.rank(now)) is not None]
        ranked.sort(key=lambda pair: pair[0])
        leaving = _without_news([connection for _, connection in ranked[: max(0, over) + self._batch]])
        for connection in leaving:
            connection.handle_close()
        if leaving:
            self._count("crowded_out", len(leaving))
        if self._lacks_descriptor:
            self._lacks_descriptor = False
            self._count("no_descriptor", 1)
            if not leaving:
                self._accepts_from = now + _PAUSE
        return bool(leaving)

    def cut_off(self) -> None:
        """Close who has been sending one request for ever, or has been silent for too long, crowded or not.

        At once: to wait until a socket takes bytes, as waitress does, is to wait for ever for a reader who takes none.
        """
        now = time.monotonic()
        for connection in list(self.active_channels.values()):
            if connection.is_sending_for_ever(now) or connection.is_silent():
                connection.handle_close()


def _without_news(ranked: Sequence[Connection]) -> list[Connection]:
    """Those of whom nothing waits to be read that may be a whole request."""
    looks = select.poll()
    for connection in ranked:
        looks.register(connection.socket, select.POLLIN)
    has_news = {descriptor for descriptor, event in looks.poll(0) if event & select.POLLIN}
    return [one for one in ranked if one.socket.fileno() not in has_news or not one.may_bring_news()]


def connection_limit() -> int:
    """How many connections this process may hold; it raises its own limit of file descriptors where that is allowed."""
    needed = _OWN_FILES + _FILES_EACH * _CONNECTIONS
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY or files >= needed:
        return _CONNECTIONS
    wanted = needed if most == resource.RLIM_INFINITY else min(needed, most)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        files = wanted
    except (OSError, ValueError) as error:  # a sandbox may forbid it; the old limit stands
        _log.warning("the limit of file descriptors cannot be raised", error=str(error))
    if files < needed:
        _log.warning("few file descriptors, so fewer connections at once", seen=files, expected=needed)
    return min(_CONNECTIONS, max(_FEWEST, (files - min(_OWN_FILES, files // 2)) // _FILES_EACH))
