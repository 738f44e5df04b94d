"""A crowd that never finishes a request, and comes again as soon as it is sent away."""

import contextlib
import resource
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

HALF_HEAD = b"POST /cds-services/baclofen-patient-view HTTP/1.1\r\nHost: x\r\nContent-Le"
HALF_BODY = HALF_HEAD + b'ngth: 5000\r\nContent-Type: application/json\r\n\r\n{"hook": "patient-view", '
WHOLE_AND_HALF = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + HALF_HEAD
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
BEGINNINGS = (HALF_HEAD, HALF_BODY, b"", WHOLE_AND_HALF, b"\r\n\r\n", WHOLE)
DRIP_SECONDS = 0.5


class Crowd:
    """So many connections, each with one of the beginnings; every second one drips now and then."""

    def __init__(self, port: int, many: int, beginnings: tuple[bytes, ...] = BEGINNINGS) -> None:
        self._port = port
        self._many = many
        self._beginnings = beginnings
        self._open: dict[socket.socket, int] = {}
        self._waiting = selectors.DefaultSelector()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._hold)
        self.came = 0  # connections made so far

    def start(self) -> None:
        """Come, all of them."""
        self._thread.start()

    def end(self) -> None:
        """Go, all of them."""
        self._stop.set()
        self._thread.join(30)
        for sock in list(self._open):
            sock.close()
        self._waiting.close()

    @property
    def sent_away(self) -> int:
        """Connections that the server closed."""
        return self.came - len(self._open)

    def _hold(self) -> None:
        drips = time.monotonic()
        while not self._stop.is_set():
            for _ in range(min(50, self._many - len(self._open))):
                self._come()
            for key, _ in self._waiting.select(0.02):
                assert isinstance(key.fileobj, socket.socket)
                self._hear(key.fileobj)
            if time.monotonic() > drips + DRIP_SECONDS:
                drips = time.monotonic()
                for sock, number in list(self._open.items()):
                    if number % 2:
                        self._send(sock, b"\r\n\r\n" if number % len(self._beginnings) == 4 else b"x")

    def _come(self) -> None:
        sock = socket.socket()
        sock.settimeout(5)
        try:
            sock.connect(("127.0.0.1", self._port))
            sock.sendall(self._beginnings[self.came % len(self._beginnings)])
        except OSError:  # the line before the door is full, or it was sent away at once
            sock.close()
            return
        sock.setblocking(False)
        self._open[sock] = self.came // len(self._beginnings) + self.came % len(self._beginnings)
        self._waiting.register(sock, selectors.EVENT_READ)
        self.came += 1

    def _hear(self, sock: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            if sock.recv(65536):
                return
        self._waiting.unregister(sock)
        sock.close()
        del self._open[sock]

    def _send(self, sock: socket.socket, data: bytes) -> None:
        with contextlib.suppress(OSError):  # it was sent away: heard in the next round
            sock.send(data)


@contextmanager
def crowd(port: int, many: int, beginnings: tuple[bytes, ...] = BEGINNINGS) -> Iterator[Crowd]:
    """So many half-senders, until the end of the block."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = many + 500
    if files < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(most, wanted)))
    holding = Crowd(port, many, beginnings)
    holding.start()
    try:
        yield holding
    finally:
        holding.end()
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
