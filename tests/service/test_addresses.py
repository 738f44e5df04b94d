"""A name leads only where a hospital's server can be; what was judged is what is connected to."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from cards.ledger import State
from cards.needs import MEDICATION_REQUESTS
from service import addresses
from service.addresses import AddressRefused, Resolver, connect, refusal
from service.deadline import deadline, guarded_session
from service.fhir import FhirClient
from service.sites import Site
from tests.service.fhir_faults import server_that
from tests.service.gathering import call, entry, gathered

QUERY = "MedicationRequest?patient=p1&_count=200"
BUNDLE = b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MedicationRequest","id":"m1"}}]}'
REAL = socket.getaddrinfo


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("169.254.169.254", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("fd20:ce::254", "metadata"),
        ("100.100.100.200", "metadata"),
        ("168.63.129.16", "metadata"),
        ("192.0.0.192", "metadata"),
        ("169.254.7.7", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("127.0.0.1", "loopback"),
        ("127.8.8.8", "loopback"),
        ("::1", "loopback"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "no address"),
        ("0.1.2.3", "no address"),
        ("::", "no address"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        # the same in the clothes of IPv6
        ("::ffff:169.254.169.254", "metadata"),
        ("::ffff:127.0.0.1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "metadata"),
        ("64:ff9b::7f00:1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("2002:a9fe:707::", "link-local"),
        # where a hospital's server is
        ("10.1.2.3", ""),
        ("172.16.0.9", ""),
        ("192.168.1.1", ""),
        ("100.64.0.1", ""),
        ("fd12:3456::1", ""),
        ("93.184.216.34", ""),
        ("2606:2800:220:1::1", ""),
        ("64:ff9b::5db8:d822", ""),
    ],
)
def test_where_a_name_may_lead(address: str, kind: str) -> None:
    said = refusal(address, "fhir.example.org")
    assert kind in said
    assert bool(said) is bool(kind)


@pytest.mark.parametrize(
    ("host", "address", "kind"),
    [
        ("localhost", "127.0.0.1", ""),
        ("LOCALHOST", "::1", ""),
        ("127.0.0.1", "127.0.0.1", ""),
        ("::1", "::1", ""),
        ("10.0.0.7", "10.0.0.7", ""),
        ("localhost", "10.0.0.7", "beyond this machine"),
        ("localhost", "93.184.216.34", "beyond this machine"),
        ("169.254.169.254", "169.254.169.254", "metadata"),
        ("224.0.0.1", "224.0.0.1", "multicast"),
    ],
)
def test_a_base_that_names_loopback_means_it(host: str, address: str, kind: str) -> None:
    said = refusal(address, host)
    assert kind in said
    assert bool(said) is bool(kind)


def answers(*rounds: list[str]) -> Callable[..., Any]:
    """A name server that answers one round after the other, the last for ever."""
    left = list(rounds)
    lock = threading.Lock()

    def getaddrinfo(host: str, port: int, *more: Any) -> list[Any]:
        if host.replace(".", "").isdigit():
            return list(REAL(host, port, *more))
        with lock:
            found = left.pop(0) if len(left) > 1 else left[0]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    return getaddrinfo


class Listener:
    """Counts who comes, and answers with one order."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.came = 0

    def act(self, connection: socket.socket) -> None:
        self.came += 1
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(BUNDLE)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + BUNDLE)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """On this machine, where a name of the site must not lead."""
    found = Listener(0)
    with server_that(found.act) as base:
        found.port = int(base.rsplit(":", 1)[1].partition("/")[0])
        yield found


def ask(client: FhirClient, host: str, port: int) -> Any:
    """One search over plain http."""
    return client.search(f"http://{host}:{port}/fhir", QUERY, token="t", until=time.monotonic() + 3)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0", "::1"])
def test_a_name_that_leads_astray_is_forbidden_and_an_incident_and_nobody_hears_of_it(
    client: FhirClient, listener: Listener, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers([address]))
    answer = ask(client, "fhir.example.org", listener.port)
    assert answer.state is State.FORBIDDEN
    assert "name server" in answer.because
    assert answer.incident
    assert "p1" not in answer.incident
    assert listener.came == 0


def test_the_same_through_gather_is_counted_for_the_call(
    client: FhirClient, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = f"http://fhir.example.org:{listener.port}/fhir"
    monkeypatch.setattr(socket, "getaddrinfo", answers(["127.0.0.1"]))
    site = Site(name="a", fhir_servers=(base,), allow_insecure_fhir=True)
    result = gathered(client, call(server=base), MEDICATION_REQUESTS, site=site)
    assert entry(result).state is State.FORBIDDEN
    assert result.incidents == ("a FHIR server's name leads to a loopback address",)


def test_a_name_that_changes_its_mind_is_judged_each_time(
    client: FhirClient, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the first answer is good, the second is the metadata service, and so is the address of the socket."""
    connected: list[str] = []
    plain = socket.socket.connect

    def record(sock: socket.socket, address: Any) -> None:
        connected.append(address[0])
        plain(sock, ("127.0.0.1", address[1]))  # the hospital's network, as this test plays it

    monkeypatch.setattr(socket.socket, "connect", record)
    monkeypatch.setattr(socket, "getaddrinfo", answers(["10.0.0.5"], ["169.254.169.254"], ["10.0.0.5"]))
    first, second, third = (ask(client, "fhir.example.org", listener.port) for _ in range(3))
    assert [first.state, second.state, third.state] == [State.PRESENT, State.FORBIDDEN, State.PRESENT]
    assert connected == ["10.0.0.5", "10.0.0.5"]


def test_among_several_addresses_those_that_may_be_called_are(
    client: FhirClient, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(["::1", "127.0.0.1"]))
    answer = ask(client, "localhost", listener.port)
    assert answer.state is State.PRESENT  # nobody listens on ::1
    monkeypatch.setattr(socket, "getaddrinfo", answers(["169.254.169.254", "127.0.0.1"]))
    assert ask(client, "localhost", listener.port).state is State.PRESENT


def test_a_name_server_that_hangs_costs_one_thread_and_no_more_than_the_deadline(
    client: FhirClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    asked: list[str] = []

    def hangs(host: str, *_more: Any) -> list[Any]:
        asked.append(host)
        over.wait(30)
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    begin = time.monotonic()
    until = begin + 0.4
    try:
        futures = [
            client.submit(client.search, "https://fhir.example.org/r4", QUERY, token="", until=until, site="a")
            for _ in range(12)
        ]
        found = [future.result() for future in futures]
    finally:
        over.set()
    assert time.monotonic() - begin < 5
    assert {answer.state for answer in found} == {State.FAILED}
    assert asked == ["fhir.example.org"]


def test_a_name_that_nobody_knows(client: FhirClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any) -> list[Any]:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    answer = ask(client, "fhir.example.org", 80)
    assert answer.state is State.FAILED
    assert "no connection" in answer.because


def test_a_name_without_any_address_is_a_failure() -> None:
    with pytest.raises(OSError, match="no address"):
        connect("fhir.example.org", 80, time.monotonic() + 1, resolve=lambda *_: [])


def test_the_time_is_up_before_the_connection() -> None:
    with pytest.raises(TimeoutError):
        connect("127.0.0.1", 80, time.monotonic() - 1)


def test_a_resolution_that_failed_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver()

    def unknown(*_: Any) -> list[Any]:
        raise UnicodeError("label too long")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(UnicodeError):
        resolver.resolve("fhir.example.org", 80, time.monotonic() + 5)
    monkeypatch.setattr(socket, "getaddrinfo", answers(["10.0.0.5"]))
    assert resolver.resolve("fhir.example.org", 80, time.monotonic() + 5)[0][4] == ("10.0.0.5", 80)


# -- the session that others use, for key sets -------------------------------------------------------------------------


def test_a_guarded_session_refuses_the_same(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(["127.0.0.1"]))
    with guarded_session() as session, deadline(time.monotonic() + 3), pytest.raises(AddressRefused):
        session.get(f"http://keys.example.org:{listener.port}/jwks.json", timeout=3)
    assert listener.came == 0


def test_a_guarded_session_follows_no_redirect_even_when_told_to(listener: Listener) -> None:
    def redirects(connection: socket.socket) -> None:
        place = f"http://127.0.0.1:{listener.port}/"
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())

    with server_that(redirects) as base, guarded_session() as session:
        answer = session.get(base, timeout=3, allow_redirects=True)
    assert answer.status_code == 302
    assert listener.came == 0


def test_a_guarded_session_without_a_deadline_still_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(host: str, port: int, until: float, **_: Any) -> socket.socket:
        raise TimeoutError if until > time.monotonic() else AssertionError

    monkeypatch.setattr("service.deadline.connect", refuses)
    with guarded_session() as session, pytest.raises(requests.ConnectTimeout):
        session.get("http://keys.example.org/jwks.json", timeout=3)


def test_every_metadata_address_is_refused_whatever_the_base_says() -> None:
    assert all(refusal(str(one), str(one)) for one in addresses.METADATA)
