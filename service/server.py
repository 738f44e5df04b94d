"""Production HTTP: waitress, because it answers others while a client hangs in the middle of its body.

waitress reads each request whole before a thread of the app sees it, so a slow client holds a socket and no thread.
What is added here: its own refusals as JSON, a queue with an end, and a stop that finishes what was begun. Who is cut
off, so that others find a socket: `connections.py`. Several processes on one socket: `workers.py`.
"""

import gc
import os
import signal
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

import msgspec
from waitress.adjustments import Adjustments
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from service.agreed import WAITED
from service.connections import Connection, Listener, connection_limit
from service.errors import CommandFailed, Overloaded, ServiceError, TooLarge, Unparsable

_GRACE = 10.0  # seconds that a request under way gets after SIGTERM
_TICK = 0.5  # seconds until a signal is noticed on an idle socket
_CROWDED_TICK = 0.05  # seconds until the next look for somebody to send away, where none was found
_HANGING = 60  # seconds after which a silent client is cut off
_LEAST_QUEUE = 128  # requests that may wait for a thread: 64 callers at once are never refused
_QUEUE_PER_THREAD = 16  # what a thread gets through within a call's deadline, at a fifth of a second each
_AGAIN = "2"  # Retry-After, seconds


class _JsonErrorTask(ErrorTask):  # type: ignore[misc]
    """waitress refuses some requests before the app sees them: broken HTTP, or absurdly large. In JSON here too."""

    def execute(self) -> None:
        refused = self.request.error
        body = msgspec.json.encode(_refusal(refused).outcome())
        self.status = f"{refused.code} {refused.reason}"
        if isinstance(refused, _QueueFull):
            self.response_headers.append(("Retry-After", _AGAIN))
        self.response_headers += [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _QueueFull:
    """In the shape of waitress's own errors."""

    code = int(HTTPStatus.SERVICE_UNAVAILABLE)
    reason = HTTPStatus.SERVICE_UNAVAILABLE.phrase


def _refusal(refused: Any) -> ServiceError:
    if isinstance(refused, _QueueFull):
        return Overloaded("overloaded: too many calls wait already; nothing was looked at")
    kind = TooLarge if refused.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else Unparsable
    return kind(f"the HTTP request is refused: {refused.reason}")


class _Task(WSGITask):  # type: ignore[misc]
    """Tells the app how long the request has waited for a thread: that time is part of its deadline."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[WAITED] = time.monotonic() - self.channel.queued_at
        return environ


class _Channel(Connection):
    task_class = _Task
    error_task_class = _JsonErrorTask
    queued_at = 0.0


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """The queue for a thread, with an end: past it a request is refused at once, by a thread that does nothing else.

    (Not by the one that reads sockets: it holds the channel's lock when it brings a request here.)
    """

    def __init__(self, longest: int, count: Callable[[str, int], None]) -> None:
        super().__init__()
        self._longest = longest
        self._count = count
        self._refusing = ThreadedTaskDispatcher()
        self._refusing.set_thread_count(1)

    def add_task(self, task: _Channel) -> None:
        task.queued_at = time.monotonic()
        if len(self.queue) >= self._longest:
            task.requests[0].error = _QueueFull()
            self._count("queue_full", 1)
            self._refusing.add_task(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        self._refusing.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))


class Stop:
    """Notes SIGTERM and SIGINT; loops look at it between events. Made before anything is started, and forked along.

    A process whose parent has died stops, too: else it would hold the port against the service's next start.
    """

    def __init__(self) -> None:
        self._asked = False
        self._parent = 0
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    @property
    def asked(self) -> bool:
        """Whether to stop."""
        return self._asked or (self._parent != 0 and os.getppid() != self._parent)

    def follow(self, parent: int) -> None:
        """Stop when this parent process is gone."""
        self._parent = parent

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; a port in use is one clear line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise CommandFailed(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another port, or stop what uses this one"
        ) from None
    sock.listen(1024)
    return sock


def tune_collector() -> None:
    """After start-up: what lives for ever is not looked at again, and reading a chart seldom sets the collector off."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def run(
    app: WSGIApplication,
    sock: socket.socket,
    *,
    threads: int,
    max_body: int,
    stop: Stop,
    count: Callable[[str, int], None] = lambda _what, _times: None,
    tick: Callable[[], None] = lambda: None,
) -> None:
    """Serve until told to stop; then take nothing new, finish what was begun, return.

    `count` is told what was refused or cut off, and how often: the app never sees it. `tick`: twice a second.
    """
    channels: dict[int, Any] = {}
    dispatcher = _Dispatcher(max(_LEAST_QUEUE, threads * _QUEUE_PER_THREAD), count)
    dispatcher.set_thread_count(threads)
    adjustments = Adjustments(
        sockets=[sock],
        ident=None,
        connection_limit=connection_limit(),
        channel_timeout=_HANGING,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
        # The app itself refuses what is over its limit, with CORS headers; this is for bodies not even worth reading.
        max_request_body_size=max_body * 2,
    )
    server = Listener(app, sock, adjustments, dispatcher, channels, count)
    server.channel_class = _Channel
    looked = time.monotonic()
    while not stop.asked:
        timeout = _TICK if server.make_room() else _CROWDED_TICK
        server.asyncore.loop(timeout=timeout, use_poll=True, map=channels, count=1)
        if time.monotonic() > looked + _TICK:
            looked = time.monotonic()
            server.cut_off()
            tick()
    server.del_channel(channels)
    sock.close()
    ends = time.monotonic() + _GRACE
    while time.monotonic() < ends and any(_is_busy(channel) for channel in list(server.active_channels.values())):
        server.asyncore.loop(timeout=0.05, use_poll=True, map=channels, count=1)
    dispatcher.shutdown(timeout=1)
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.trigger.close()


def _is_busy(channel: Any) -> bool:
    return bool(channel.requests or channel.total_outbufs_len)
