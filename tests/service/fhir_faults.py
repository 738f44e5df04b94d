"""FHIR servers that misbehave on a real socket, in ways that no library plays."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.service.listening import listening

Act = Callable[..., None]  # of the connection, and of the request too if it asks to be told


@contextmanager
def server_that(act: Act, *, tells: bool = False) -> Iterator[str]:
    """The base URL of a server that reads a request and then acts; gone at the end of the block."""

    def answer(connection: socket.socket) -> None:
        request = connection.recv(65536)
        act(*((connection, request) if tells else (connection,)))

    with listening(answer, seconds=5) as origin:
        yield f"{origin}/fhir"


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
