"""Production HTTP: waitress, because it answers others while a client hangs in the middle of its body.

waitress reads each request whole before a thread of the app sees it, so a slow client holds a socket and no thread.
What is added here: its own refusals as JSON, a stop that finishes what was begun, and several processes on one socket.
"""

import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

import msgspec
import waitress
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from service.errors import CommandFailed, ConfigError, TooLarge, Unparsable
from service.routes import WAITED

_GRACE = 10.0  # seconds that a request under way gets after SIGTERM
_TICK = 0.5  # seconds until a signal is noticed on an idle socket
_CONNECTIONS = 500
_HANGING = 60  # seconds after which a silent client is cut off


class _JsonErrorTask(ErrorTask):  # type: ignore[misc]
    """waitress refuses some requests before the app sees them: broken HTTP, or absurdly large. In JSON here too."""

    def execute(self) -> None:
        refused = self.request.error
        kind = TooLarge if refused.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else Unparsable
        body = msgspec.json.encode(kind(f"the HTTP request is refused: {refused.reason}").outcome())
        self.status = f"{refused.code} {refused.reason}"
        self.response_headers += [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Task(WSGITask):  # type: ignore[misc]
    """Tells the app how long the request has waited for a thread: that time is part of its deadline."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[WAITED] = time.monotonic() - self.channel.queued_at
        return environ


class _Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task
    error_task_class = _JsonErrorTask
    queued_at = 0.0


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    def add_task(self, task: _Channel) -> None:
        task.queued_at = time.monotonic()
        super().add_task(task)


class Stop:
    """Notes SIGTERM and SIGINT; loops look at it between events. Made before anything is started, and forked along."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


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


def run(app: WSGIApplication, sock: socket.socket, *, threads: int, max_body: int, stop: Stop) -> None:
    """Serve until told to stop; then take nothing new, finish what was begun, return."""
    channels: dict[int, Any] = {}
    dispatcher = _Dispatcher()
    dispatcher.set_thread_count(threads)
    server = waitress.create_server(
        app,
        map=channels,
        _dispatcher=dispatcher,
        sockets=[sock],
        ident=None,
        connection_limit=_CONNECTIONS,
        channel_timeout=_HANGING,
        cleanup_interval=5,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
        # The app itself refuses what is over its limit, with CORS headers; this is for bodies not even worth reading.
        max_request_body_size=max_body * 2,
    )
    server.channel_class = _Channel
    while not stop.asked:
        server.asyncore.loop(timeout=_TICK, use_poll=True, map=channels, count=1)
    server.del_channel(channels)
    sock.close()
    ends = time.monotonic() + _GRACE
    while time.monotonic() < ends and any(_is_busy(channel) for channel in list(server.active_channels.values())):
        server.asyncore.loop(timeout=0.05, use_poll=True, map=channels, count=1)
    dispatcher.shutdown(timeout=1)


def run_workers(serve: Callable[[], None], workers: int, started: Callable[[], None], stop: Stop) -> int:
    """`serve` in so many processes; the exit code. One that dies ends all: half a service would hide it."""
    children: set[int] = set()
    for _ in range(workers):
        child = os.fork()
        if child == 0:
            os._exit(_in_child(serve))
        children.add(child)
    started()  # only now: a thread does not survive a fork
    failed = False
    while children:
        if stop.asked or failed:
            for child in children:
                os.kill(child, signal.SIGTERM)
        for child in list(children):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                children.discard(child)
                failed = failed or not stop.asked or os.waitstatus_to_exitcode(status) != 0
        time.sleep(_TICK / 5)
    return 1 if failed else 0


def _in_child(serve: Callable[[], None]) -> int:
    try:
        serve()
    except (ConfigError, CommandFailed, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _is_busy(channel: Any) -> bool:
    return bool(channel.requests or channel.total_outbufs_len)
