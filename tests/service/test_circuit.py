"""A server that is down, or that asked to be left alone, costs the next calls nothing."""

import threading
import time
from typing import Any

import pytest
import requests
import responses

from cards import needs
from cards.ledger import State
from service import circuit, fhir
from service.circuit import FAILURES, Circuit, CircuitState
from service.fhir import Answer, FhirClient
from tests.service.fhir_faults import says_nothing, server_that
from tests.service.gathering import BASE, LISTED, bundle, call, gathered

URL = f"{BASE}/MedicationRequest"
QUERY = "MedicationRequest?patient=p1&_count=200"


def ask(client: FhirClient, base: str = BASE, *, seconds: float = 2.0, site: str = "a") -> Answer:
    return client.search(base, QUERY, until=time.monotonic() + seconds, site=site)


def state(client: FhirClient, site: str = "a") -> CircuitState:
    return next(one.state for one in client.breakers() if one.site == site)


@pytest.fixture
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long enough to be seen, short enough to be waited for."""
    monkeypatch.setattr(circuit, "PAUSE", 0.3)


@pytest.mark.parametrize(
    ("played", "opens"),
    [
        ({"status": 500}, True),
        ({"status": 502}, True),
        ({"status": 503}, True),
        ({"body": requests.ConnectionError()}, True),
        ({"body": requests.ReadTimeout()}, True),
        ({"body": requests.exceptions.SSLError()}, True),
        ({"status": 401}, False),
        ({"status": 403}, False),
        ({"status": 404}, False),
        ({"status": 429}, False),
        ({"status": 302}, False),
        ({"body": "<html/>"}, False),
        ({"json": bundle()}, False),
    ],
)
def test_what_opens_the_circuit(
    client: FhirClient, web: responses.RequestsMock, played: dict[str, Any], opens: bool
) -> None:
    web.get(URL, **played)
    while len(web.calls) < FAILURES:  # a lost connection is tried twice, and counts twice
        assert all(one.state is CircuitState.CLOSED for one in client.breakers())
        ask(client)
    assert (state(client) is CircuitState.OPEN) is opens
    asked = len(web.calls)
    answer = ask(client)
    assert (len(web.calls) == asked) is opens
    if opens:
        assert answer.state is State.FAILED
        assert "failed 10 times in a row" in answer.because
        assert "the site must look at the server" in answer.because
        (breaker,) = client.breakers()
        assert (breaker.origin, breaker.failures, breaker.opened) == ("https://fhir.example.org:443", FAILURES, 1)


def test_one_success_begins_the_count_anew(client: FhirClient, web: responses.RequestsMock) -> None:
    for _ in range(FAILURES - 1):
        web.get(URL, status=500)
    web.get(URL, json=bundle())
    for _ in range(FAILURES - 1):
        web.get(URL, status=500)
    for _ in range(2 * FAILURES - 1):
        ask(client)
    assert state(client) is CircuitState.CLOSED
    ask(client)
    assert state(client) is CircuitState.OPEN


@pytest.mark.usefixtures("short_pause")
def test_after_the_pause_one_goes_out_to_see_and_the_others_follow_it(client: FhirClient) -> None:
    """The first call after the pause is a whole one, if the server is well again."""
    out, together = threading.Event(), []
    well = Circuit()
    for _ in range(FAILURES):
        well.failed()
    assert "not asked" in well.admit(time.monotonic() + 5)
    time.sleep(0.35)
    assert well.breaker("a", "b").state is CircuitState.HALF_OPEN
    assert well.admit(time.monotonic() + 5) == ""

    def follow() -> None:
        out.set()
        together.append(well.admit(time.monotonic() + 5))

    threads = [threading.Thread(target=follow) for _ in range(5)]
    for thread in threads:
        thread.start()
    out.wait()
    assert together == []
    well.succeeded()
    for thread in threads:
        thread.join()
    assert together == [""] * 5
    assert well.breaker("a", "b").state is CircuitState.CLOSED


@pytest.mark.usefixtures("short_pause")
def test_a_trial_that_fails_opens_it_again() -> None:
    ill = Circuit()
    for _ in range(FAILURES):
        ill.failed()
    time.sleep(0.35)
    assert ill.admit(time.monotonic() + 5) == ""
    waiting: list[str] = []
    thread = threading.Thread(target=lambda: waiting.append(ill.admit(time.monotonic() + 5)))
    thread.start()
    ill.failed()
    thread.join()
    assert "not asked" in waiting[0]
    told = ill.breaker("a", "b")
    assert (told.state, told.opened, told.failures) == (CircuitState.OPEN, 2, FAILURES + 1)


@pytest.mark.usefixtures("short_pause")
def test_a_trial_of_which_nothing_is_heard_does_not_hold_the_others_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit, "TRIAL_WAIT", 0.1)
    lost = Circuit()
    for _ in range(FAILURES):
        lost.failed()
    time.sleep(0.35)
    assert lost.admit(time.monotonic() + 0.3) == ""
    assert "not asked" in lost.admit(time.monotonic() + 5)
    time.sleep(0.35)
    assert lost.admit(time.monotonic() + 5) == ""  # the next trial


def test_a_silent_server_costs_one_call_its_time_and_the_next_ones_nothing(client: FhirClient) -> None:
    with server_that(says_nothing) as base:
        site_like = LISTED.__class__(name="a", any_loopback_fhir=True)
        first = gathered(client, call(server=base), *needs.ALL, site=site_like, seconds=0.6)
        begin = time.monotonic()
        second = gathered(client, call(server=base), *needs.ALL, site=site_like, seconds=5)
        assert time.monotonic() - begin < 2
    assert {entry.state for entry in first.ledger} == {State.FAILED}
    assert {entry.state for entry in second.ledger} == {State.FAILED}
    assert all("not asked" in entry.because for entry in second.ledger)


def test_a_server_that_got_no_time_has_not_failed(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, body=requests.ReadTimeout())
    for _ in range(2 * FAILURES):
        ask(client, seconds=fhir.FAIR_SECONDS / 2)
    assert state(client) is CircuitState.CLOSED


def test_each_site_and_each_origin_has_its_own(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, status=500)
    other = "https://other.example.org/r4"
    web.get(f"{other}/MedicationRequest", json=bundle())
    for _ in range(FAILURES):
        ask(client)
    assert ask(client, other).state is State.NONE
    assert ask(client, site="b").status == 500
    assert [(one.site, one.state.value) for one in client.breakers()] == [
        ("a", "open"),
        ("a", "closed"),
        ("b", "closed"),
    ]


# -- Retry-After -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_be_left_alone_is_by_the_next_call_too(
    client: FhirClient, web: responses.RequestsMock, status: int
) -> None:
    web.get(URL, status=status, headers={"Retry-After": "30"})
    assert f"({status})" in ask(client).because
    answer = ask(client)
    assert "left alone" in answer.because
    assert "Retry-After" in answer.because
    assert len(web.calls) == 1
    (breaker,) = client.breakers()
    assert 25 < breaker.paused <= 30
    assert (breaker.state, breaker.failures) == (CircuitState.CLOSED, 0)


def test_a_pause_for_a_day_is_kept_for_a_minute(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, status=429, headers={"Retry-After": "86400"})
    ask(client)
    assert 50 < client.breakers()[0].paused <= circuit.LONGEST_PAUSE


def test_a_pause_that_fits_is_waited_for(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, status=429, headers={"Retry-After": "1"})
    web.get(URL, json=bundle())
    begin = time.monotonic()
    assert ask(client, seconds=10).state is State.NONE
    assert time.monotonic() - begin >= 1


# -- another try, at once ----------------------------------------------------------------------------------------------


def test_a_connection_that_was_lost_before_an_answer_is_tried_once_more(
    client: FhirClient, web: responses.RequestsMock
) -> None:
    """Servers close a connection that lay idle just as it is used again."""
    web.get(URL, body=requests.ConnectionError())
    web.get(URL, json=bundle())
    assert ask(client).state is State.NONE
    assert len(web.calls) == 2


def test_and_not_twice(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, body=requests.ConnectionError())
    assert ask(client).state is State.FAILED
    assert len(web.calls) == 2


@pytest.mark.parametrize("failure", [requests.ReadTimeout(), requests.exceptions.SSLError()])
def test_a_timeout_and_a_bad_certificate_are_not_tried_again(
    client: FhirClient, web: responses.RequestsMock, failure: Exception
) -> None:
    web.get(URL, body=failure)
    assert ask(client).state is State.FAILED
    assert len(web.calls) == 1
