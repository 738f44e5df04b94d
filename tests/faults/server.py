"""A FHIR server that misbehaves over real HTTP, and a listener elsewhere that must never hear of it.

The path chooses the fault: http://127.0.0.1:PORT/<fault>/<call>/fhir. Each call has a token of its own; what was heard
of which call is written down.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.service.listening import listening


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One request, and what a good server would answer."""

    base: str  # of the FHIR server, as the client was told
    resource_type: str
    good: Any  # the Bundle, or the resource of a read
    parameters: Mapping[str, list[str]]
    patient: str
    elsewhere: str  # the listener that must hear nothing

    @property
    def is_read(self) -> bool:
        return bool(self.good.get("resourceType") != "Bundle")

    @property
    def page(self) -> int:
        return int(self.parameters.get("page", ["1"])[0])


Fault = Callable[[socket.socket, Wanted], None]


class Faulty:
    """The server; `calls` holds what a good server would answer, by call and resource type."""

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        self._faults = faults
        self._lock = threading.Lock()
        self.calls: dict[str, Mapping[str, Any]] = {}
        self.patients: dict[str, str] = {}
        self.heard: list[tuple[str, str]] = []  # call, Authorization header
        self.leaked: list[str] = []  # what came to the listener elsewhere
        self.url = ""
        self.elsewhere = ""

    def expect(self, call: str, patient: str, good: Mapping[str, Any]) -> None:
        """What a good server would answer to this call."""
        with self._lock:
            self.calls[call], self.patients[call] = good, patient

    def base(self, fault: str, call: str) -> str:
        """Where the call finds this fault."""
        return f"{self.url}/{fault}/{call}/fhir"

    def answer(self, connection: socket.socket) -> None:
        """One request, one answer."""
        target, headers = _request(connection)
        if not target:
            return
        parts = urlsplit(target)
        fault, call, _, kind = (*parts.path.strip("/").split("/"), "", "", "", "")[:4]
        with self._lock:
            self.heard.append((call, headers.get("authorization", "")))
        good = self.calls.get(call, {}).get(kind)
        if good is None:  # a Medication, or the server's own statement
            send(connection, b'{"resourceType":"OperationOutcome"}', status="404 Not Found")
            return
        wanted = Wanted(
            base=self.base(fault, call), resource_type=kind, good=good, parameters=parse_qs(parts.query),
            patient=self.patients[call], elsewhere=self.elsewhere,
        )  # fmt: skip
        self._faults[fault](connection, wanted)

    def eavesdrop(self, connection: socket.socket) -> None:
        """Whatever comes here has been led astray."""
        target, headers = _request(connection)
        with self._lock:
            self.leaked.append(f"{target} {headers.get('authorization', '')}")
        send(connection, b'{"resourceType":"Bundle","entry":[]}')


@contextmanager
def serving(faults: Mapping[str, Fault]) -> Iterator[Faulty]:
    """The server and the listener, gone at the end of the block."""
    faulty = Faulty(faults)
    with listening(faulty.answer) as faulty.url, listening(faulty.eavesdrop) as faulty.elsewhere:
        yield faulty


def _request(connection: socket.socket) -> tuple[str, dict[str, str]]:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return "", {}
        head += piece
    first, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
    pairs = [line.partition(":") for line in lines]
    return first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs}


def send(
    connection: socket.socket, body: bytes, *, status: str = "200 OK", length: int | None = None, **headers: str
) -> None:
    """An answer; underscores in header names are hyphens."""
    told = {
        "Content-Type": "application/fhir+json",
        "Content-Length": str(len(body) if length is None else length),
        "Connection": "close",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    connection.sendall(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)


def encoded(value: Any) -> bytes:
    """As JSON."""
    return json.dumps(value).encode()
