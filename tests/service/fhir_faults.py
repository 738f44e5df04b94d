"""FHIR servers that misbehave on a real socket, in ways that no library plays."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Act = Callable[..., None]  # of the connection, and of the request too if it asks to be told


@contextmanager
def server_that(act: Act, *, tells: bool = False) -> Iterator[str]:
    """The base URL of a server that reads a request and then acts; gone at the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            try:
                request = connection.recv(65536)
                act(*((connection, request) if tells else (connection,)))
            except OSError:
                pass  # the client has gone away, which is what it should do

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
    finally:
        over.set()
        thread.join()
        listener.close()


def drips_the_body(connection: socket.socket) -> None:
    """A byte now and then: no single read ever times out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    drip(connection)


def drips_the_headers(connection: socket.socket) -> None:
    """The same before the body begins."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drip(connection)


def drip(connection: socket.socket) -> None:
    """For ever, in the eyes of a test."""
    for _ in range(300):
        connection.sendall(b"x")
        time.sleep(0.05)


def breaks_off(connection: socket.socket) -> None:
    """Less than announced."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{"resourceType":"Bundle","entry":[{')


def says_nothing(connection: socket.socket) -> None:
    """Takes the request and is silent."""
    time.sleep(3)


def hangs_up(connection: socket.socket) -> None:
    """Closes at once."""
