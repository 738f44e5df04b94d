"""Who hears what: the token at one origin, nobody by the environment's leave; no site waits for another's server."""

import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses

from cards import needs
from cards.ledger import State
from cards.needs import MEDICATION_REQUESTS, MEDICATION_STATEMENTS
from service import fhir
from service.fhir import FhirClient
from service.sites import Site
from tests.service.fhir_faults import drips_the_body, server_that
from tests.service.gathering import BASE, bundle, call, encoded, entry, gathered, told_by

TOKEN = "token-that-must-not-leave"
QUERY = "MedicationRequest?patient=p1&_count=200"
DEMO = Site(name="demo", any_loopback_fhir=True)


class Heard:
    """A server that notes every request and answers it with an empty Bundle."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.answer = encoded(bundle())

    def act(self, connection: socket.socket, request: bytes) -> None:
        self.requests.append(request)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self.answer)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + self.answer)


@pytest.fixture
def heard() -> Iterator[tuple[Heard, str]]:
    """The server and its base."""
    ears = Heard()
    with told_by(ears.act) as base:
        yield ears, base


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
def test_a_proxy_of_the_environment_hears_nothing(
    client: FhirClient, heard: tuple[Heard, str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ears, base = heard
    proxy = Heard()
    with told_by(proxy.act) as address:
        monkeypatch.setenv(name, address)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert client.search(base, QUERY, token=TOKEN, until=time.monotonic() + 3).state is State.NONE
    assert proxy.requests == []
    assert len(ears.requests) == 1


def test_a_netrc_neither_replaces_the_token_nor_adds_a_password(
    client: FhirClient, heard: tuple[Heard, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ears, base = heard
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    client.search(base, QUERY, token=TOKEN, until=time.monotonic() + 3)
    client.search(base, QUERY, until=time.monotonic() + 3)
    with_token, without = ears.requests
    assert f"Authorization: Bearer {TOKEN}".encode() in with_token
    assert b"authorization" not in without.lower()


def test_what_is_not_unpacked_with_a_cap_is_not_asked_for(client: FhirClient, heard: tuple[Heard, str]) -> None:
    ears, base = heard
    client.search(base, QUERY, until=time.monotonic() + 3)
    assert b"\r\nAccept-Encoding: gzip, deflate\r\n" in ears.requests[0]


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "compress", "x-unknown"])
def test_an_encoding_that_was_not_asked_for_is_a_failure(
    client: FhirClient, web: responses.RequestsMock, encoding: str
) -> None:
    web.get(f"{BASE}/MedicationRequest", json=bundle(), headers={"Content-Encoding": encoding})
    answer = client.search(BASE, QUERY, until=time.monotonic() + 3)
    assert answer.state is State.FAILED
    assert "unpacked" in answer.because


def test_deflate_is_unpacked(client: FhirClient, heard: tuple[Heard, str]) -> None:
    packed = zlib.compress(encoded(bundle({"resourceType": "MedicationRequest", "id": "m1"})))

    def act(connection: socket.socket, _request: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: {len(packed)}\r\n\r\n"
        connection.sendall(head.encode() + packed)

    with told_by(act) as base:
        assert client.search(base, QUERY, until=time.monotonic() + 3).state is State.PRESENT


def test_a_bomb_is_left_before_it_fills_the_memory(client: FhirClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir, "MAX_BYTES", 1_000_000)
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(300)) + packer.flush()

    def act(connection: socket.socket, _request: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        connection.sendall(head.encode() + bomb)

    with told_by(act) as base:
        tracemalloc.start()
        try:
            answer = client.search(base, QUERY, until=time.monotonic() + 20)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert answer.state is State.FAILED
    assert "larger" in answer.because
    assert peak < 20_000_000


@pytest.mark.parametrize("length", [5, 1_000_000])
def test_a_false_content_length_is_never_the_whole(client: FhirClient, length: int) -> None:
    body = encoded(bundle({"resourceType": "MedicationRequest", "id": "m1"}))

    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode() + body)

    with told_by(act) as base:
        answer = client.search(base, QUERY, until=time.monotonic() + 3)
    assert answer.state in {State.FAILED, State.UNPARSED}


@pytest.mark.parametrize("place", ["next", "reference"])
def test_an_absolute_address_elsewhere_hears_nothing(client: FhirClient, place: str) -> None:
    other = Heard()
    with told_by(other.act) as elsewhere:
        order: dict[str, Any] = {"resourceType": "MedicationRequest", "id": "m1"}
        page = bundle(order)
        if place == "next":
            page["link"] = [{"relation": "next", "url": f"{elsewhere}/MedicationRequest?page=2"}]
        else:
            order["medicationReference"] = {"reference": f"{elsewhere}/Medication/med1"}
        own = Heard()
        own.answer = encoded(page)
        with told_by(own.act) as base:
            result = gathered(client, call(server=base, token=TOKEN), MEDICATION_REQUESTS, site=DEMO)
    assert other.requests == []
    assert len(own.requests) == 1
    assert (entry(result).state is State.PARTIAL) is (place == "next")
    assert bool(result.incidents) is (place == "next")


def test_an_absolute_reference_at_home_is_read_with_the_token(client: FhirClient) -> None:
    own = Heard()
    with told_by(own.act) as base:
        drug = {"reference": f"{base}/Medication/med1"}
        own.answer = encoded(bundle({"resourceType": "MedicationRequest", "id": "m1", "medicationReference": drug}))
        gathered(client, call(server=base, token=TOKEN), MEDICATION_REQUESTS, site=DEMO)
    assert [request.split(b" ")[1].split(b"?")[0] for request in own.requests] == [
        b"/fhir/MedicationRequest",
        b"/fhir/Medication/med1",
    ]
    assert all(f"Bearer {TOKEN}".encode() in request for request in own.requests)


# -- one site's server holds nobody else's calls -----------------------------------------------------------------------


def test_a_dripping_server_of_one_site_holds_no_call_of_another(client: FhirClient) -> None:
    """With one pool of threads for all, twenty threads would be taken, and a hundred searches stand before ours."""
    good = Heard()
    everything = [MEDICATION_REQUESTS, MEDICATION_STATEMENTS, *needs.EXPOSURE]
    with server_that(drips_the_body) as dripping, told_by(good.act) as base:
        victims = [
            threading.Thread(
                target=gathered,
                args=(client, call(server=dripping), *needs.ALL),
                kwargs={"site": Site(name="slow", any_loopback_fhir=True), "seconds": 4},
            )
            for _ in range(6)
        ]
        for victim in victims:
            victim.start()
        while not any(one.site == "slow" for one in client.breakers()):
            time.sleep(0.01)
        time.sleep(0.3)  # all its threads are held
        result = gathered(client, call(server=base), *everything, site=Site(name="quick", any_loopback_fhir=True))
        assert any(victim.is_alive() for victim in victims)
        assert all(one.is_whole for one in result.ledger), list(result.ledger)
        for victim in victims:
            victim.join()


def test_incidents_of_a_page_are_those_of_the_call(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/MedicationRequest", json=bundle(link=[{"relation": "next", "url": "https://evil.example.org/"}]))
    result = gathered(client, call(server=BASE), MEDICATION_REQUESTS)
    assert result.incidents == ("a FHIR server's next link leaves its base address",)
