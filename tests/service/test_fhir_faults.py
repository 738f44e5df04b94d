"""Every way in which a FHIR server can fail ends in a state that says so, on time; the token goes nowhere else."""

import gzip
import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
import responses

from cards.ledger import State
from service import fhir
from service.fhir import Answer, FhirClient
from service.fhir_urls import is_under
from tests.service.fhir_faults import (
    Act,
    breaks_off,
    drips_the_body,
    drips_the_headers,
    hangs_up,
    says_nothing,
    server_that,
)

BASE = "https://fhir.example.org/r4"
QUERY = "MedicationRequest?patient=p1&_count=200"
URL = f"{BASE}/MedicationRequest"
TOKEN = "token-that-must-not-leave"
ORDER = {"resourceType": "MedicationRequest", "id": "m1"}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}


def bundle(*resources: dict[str, Any], following: str = "", **more: Any) -> dict[str, Any]:
    """A searchset, with a next link if there is a page to follow."""
    link = [{"relation": "next", "url": following}] if following else []
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": link,
        "entry": [{"resource": r} for r in resources],
    } | more


def ask(client: FhirClient, *, base: str = BASE, seconds: float = 2.0) -> Answer:
    """One search with a token."""
    return client.search(base, QUERY, token=TOKEN, until=time.monotonic() + seconds)


@pytest.mark.parametrize(
    ("status", "state", "word"),
    [
        (400, State.FAILED, "operator"),
        (401, State.FORBIDDEN, "fhirAuthorization"),
        (403, State.FORBIDDEN, "MedicationRequest.read"),
        (404, State.FAILED, "404"),
        (410, State.FAILED, "deleted"),
        (429, State.FAILED, "overloaded"),
        (500, State.FAILED, "500"),
        (503, State.FAILED, "overloaded"),
        (204, State.FAILED, "without data"),
    ],
)
def test_a_status_is_a_state_that_says_who_can_mend_it(
    client: FhirClient, web: responses.RequestsMock, status: int, state: State, word: str
) -> None:
    web.get(URL, json=OUTCOME, status=status)
    answer = ask(client)
    assert answer.state is state
    assert word in answer.because
    assert answer.resources == ()


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("", State.UNPARSED),
        ("<html><body>Sign in</body></html>", State.UNPARSED),
        ('{"resourceType": "Bundle", "entry": [{"resou', State.UNPARSED),
        ('{"resourceType": "Bundle", "entry": {"a": 1}}', State.UNPARSED),
        ("[" * 100_000, State.UNPARSED),
        ("true", State.UNPARSED),
        ('{"a": 1}', State.UNPARSED),
        (json.dumps(ORDER), State.UNPARSED),
        (json.dumps(OUTCOME), State.FAILED),
        (json.dumps(bundle({"resourceType": "Condition", "id": "c"})), State.UNPARSED),
        (json.dumps(bundle(OUTCOME)), State.FAILED),
        (json.dumps(bundle(ORDER, OUTCOME)), State.PARTIAL),
        (json.dumps(bundle(ORDER, total=7)), State.PARTIAL),
        (json.dumps({"resourceType": "Bundle", "entry": [{"fullUrl": "x"}, {"resource": ORDER}]}), State.PARTIAL),
        (json.dumps({"resourceType": "Bundle", "entry": ["text", {"resource": ORDER}]}), State.PARTIAL),
        (json.dumps({"resourceType": "Bundle", "entry": [{"resource": ORDER}], "total": "many"}), State.PARTIAL),
        (json.dumps({"resourceType": "Bundle", "entry": [{"resource": ORDER}], "link": {"x": 1}}), State.PARTIAL),
        (json.dumps({"resourceType": "Bundle", "entry": None, "total": 0}), State.NONE),
        (json.dumps({"resourceType": "Bundle"}), State.NONE),
        (
            json.dumps(
                {"entry": [{"resource": {"id": "m1", "resourceType": "MedicationRequest"}}], "resourceType": "Bundle"}
            ),
            State.PRESENT,
        ),
    ],
)
def test_what_comes_with_200_is_not_always_data(
    client: FhirClient, web: responses.RequestsMock, body: str, state: State
) -> None:
    web.get(URL, body=body, content_type="application/fhir+json")
    answer = ask(client)
    assert answer.state is state, answer.because
    assert bool(answer.because) is (state not in {State.PRESENT, State.NONE})


def test_a_warning_beside_the_matches_is_no_failure(client: FhirClient, web: responses.RequestsMock) -> None:
    warning = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}
    web.get(URL, json=bundle(ORDER, warning, total=1))
    assert ask(client).state is State.PRESENT


@pytest.mark.parametrize("act", [drips_the_body, drips_the_headers, says_nothing], ids=lambda act: act.__name__)
def test_a_server_that_never_ends_is_left_on_time(client: FhirClient, act: Act) -> None:
    with server_that(act) as base:
        begin = time.monotonic()
        answer = ask(client, base=base, seconds=0.5)
        assert time.monotonic() - begin < 2  # what it waits for never comes
    assert (answer.state, answer.because) == (State.FAILED, fhir.DEADLINE)


@pytest.mark.parametrize("act", [breaks_off, hangs_up], ids=lambda act: act.__name__)
def test_a_connection_that_breaks_is_a_failure(client: FhirClient, act: Act) -> None:
    with server_that(act) as base:
        answer = ask(client, base=base)
    assert answer.state is State.FAILED
    assert "broke off" in answer.because


def test_nobody_listens(client: FhirClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answer = ask(client, base=f"http://127.0.0.1:{port}/fhir")
    assert answer.state is State.FAILED
    assert "p1" not in answer.because  # the exception's own words would tell the URL


def test_after_the_deadline_nothing_is_asked(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, json=bundle(ORDER))
    answer = ask(client, seconds=-1)
    assert answer.because == fhir.DEADLINE
    assert len(web.calls) == 0


def test_a_time_out_is_the_deadline(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, body=requests.ReadTimeout())
    assert ask(client).because == fhir.DEADLINE


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(client: FhirClient, web: responses.RequestsMock, status: int) -> None:
    web.get(URL, status=status, headers={"Location": "https://elsewhere.example.org/"})
    web.get("https://elsewhere.example.org/", json=bundle(ORDER))
    answer = ask(client)
    assert answer.state is State.FAILED
    assert [call.request.url for call in web.calls] == [f"{URL}?patient=p1&_count=200"]


@pytest.mark.parametrize(
    "following",
    [
        "https://elsewhere.example.org/r4?page=2",
        "http://fhir.example.org/r4?page=2",
        "https://fhir.example.org:8443/r4?page=2",
        "https://fhir.example.org/admin?page=2",
        "https://fhir.example.org/r4/../admin?page=2",
        "https://fhir.example.org/r4/%2e%2e/admin?page=2",
        "https://fhir.example.org@elsewhere.example.org/r4?page=2",
        "//elsewhere.example.org/r4?page=2",
        "file:///etc/passwd",
        "https://fhir.example.org/r4x?page=2",
    ],
)
def test_a_page_elsewhere_is_not_followed_and_the_token_stays(
    client: FhirClient, web: responses.RequestsMock, following: str
) -> None:
    web.get(URL, json=bundle(ORDER, following=following))
    answer = ask(client)
    assert answer.state is State.PARTIAL
    assert len(answer.resources) == 1
    assert answer.incident
    assert len(web.calls) == 1


@pytest.mark.parametrize(
    "following", [f"{BASE}?_getpages=1", f"{URL}?page=2", "/r4?_getpages=1", "?page=2", "MedicationRequest?page=2"]
)
def test_a_page_on_the_same_base_is_followed_with_the_token(
    client: FhirClient, web: responses.RequestsMock, following: str
) -> None:
    web.get(
        URL,
        json=bundle(ORDER, following=following),
        match=[responses.matchers.query_param_matcher({"patient": "p1", "_count": "200"})],
    )
    second = bundle({"resourceType": "MedicationRequest", "id": "m2"}, ORDER)  # m1 has moved to the next page
    web.get(BASE, json=second)
    web.get(URL, json=second, match=[responses.matchers.query_param_matcher({"page": "2"})])
    answer = ask(client)
    assert answer.state is State.PRESENT
    assert len(answer.resources) == 2
    assert {call.request.headers["Authorization"] for call in web.calls} == {f"Bearer {TOKEN}"}


def test_a_page_that_fails_makes_the_whole_partial(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, json=bundle(ORDER, following=f"{BASE}?_getpages=1"))
    web.get(BASE, status=410)
    answer = ask(client)
    assert answer.state is State.PARTIAL
    assert "page 2" in answer.because
    assert len(answer.resources) == 1


def test_a_page_that_brings_the_same_again_is_not_the_rest(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, json=bundle(ORDER, following=f"{URL}?page=2", total=2))
    web.get(f"{URL}?page=2", json=bundle(ORDER, total=2))
    assert ask(client).state is State.PARTIAL


def test_pages_in_a_circle_end(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, json=bundle(ORDER, following=f"{BASE}?a=1"))
    web.get(BASE, json=bundle(ORDER, following=f"{BASE}?a=1"))
    answer = ask(client)
    assert answer.state is State.PARTIAL
    assert "circle" in answer.because
    assert len(web.calls) == 2


def test_endless_pages_end(client: FhirClient, web: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir, "MAX_PAGES", 5)

    def page(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        return 200, {}, json.dumps(bundle(ORDER, following=f"{BASE}?page={len(web.calls)}"))

    web.add_callback(responses.GET, URL, page)
    web.add_callback(responses.GET, BASE, page)
    answer = ask(client)
    assert answer.state is State.PARTIAL
    assert len(web.calls) == 5


def test_a_huge_answer_is_cut_off(
    client: FhirClient, web: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fhir, "MAX_BYTES", 10_000)
    web.get(URL, json=bundle(*[ORDER | {"id": f"m{n}"} for n in range(1000)]))
    answer = ask(client)
    assert answer.state is State.FAILED
    assert "10000 bytes" in answer.because


def test_pages_share_one_byte_cap(
    client: FhirClient, web: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fhir, "MAX_BYTES", 10_000)
    many = [ORDER | {"id": f"m{n}"} for n in range(80)]
    web.get(URL, json=bundle(*many, following=f"{BASE}?page=2"))
    web.get(BASE, json=bundle(*many))
    assert ask(client).state is State.PARTIAL


def test_a_small_body_that_unpacks_to_a_huge_one_is_cut_off(
    client: FhirClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fhir, "MAX_BYTES", 1_000_000)
    bomb = gzip.compress(b" " * 200_000_000, 9)

    def explode(connection: socket.socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        connection.sendall(head.encode() + bomb)

    with server_that(explode) as base:
        answer = ask(client, base=base)
    assert answer.state is State.FAILED
    assert "larger" in answer.because


def test_false_gzip_is_a_failure(client: FhirClient) -> None:
    def lie(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd")

    with server_that(lie) as base:
        assert ask(client, base=base).state is State.FAILED


@pytest.mark.parametrize(
    ("age", "state"), [("61", State.STALE), ("60", State.PRESENT), ("soon", State.PRESENT), ("-5", State.PRESENT)]
)
def test_an_answer_out_of_a_cache_is_stale(
    client: FhirClient, web: responses.RequestsMock, age: str, state: State
) -> None:
    web.get(URL, json=bundle(ORDER), headers={"Age": age})
    answer = ask(client)
    assert answer.state is state
    assert len(answer.resources) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_fits_is_kept_and_one_more_try_made(
    client: FhirClient, web: responses.RequestsMock, status: int
) -> None:
    web.get(URL, status=status, headers={"Retry-After": "0"})
    web.get(URL, json=bundle(ORDER))
    assert ask(client).state is State.PRESENT
    assert len(web.calls) == 2


def test_there_is_never_a_third_try(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, status=429, headers={"Retry-After": "0"})
    assert ask(client).state is State.FAILED
    assert len(web.calls) == 2


def in_two_minutes() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)


# The date is made when the test runs: one that was made when the tests were collected may be past by then.
@pytest.mark.parametrize("pause", ["30", "", "whenever", in_two_minutes])
def test_a_pause_that_does_not_fit_is_not_waited_for(
    client: FhirClient, web: responses.RequestsMock, pause: str | Callable[[], str]
) -> None:
    web.get(URL, status=503, headers={"Retry-After": pause if isinstance(pause, str) else pause()})
    begin = time.monotonic()
    assert ask(client).state is State.FAILED
    assert time.monotonic() - begin < 2
    assert len(web.calls) == 1


def test_a_pause_until_a_date_in_the_past_is_none(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, status=503, headers={"Retry-After": format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)})
    web.get(URL, json=bundle(ORDER))
    assert ask(client).state is State.PRESENT


def test_without_a_token_none_is_sent(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, json=bundle(ORDER))
    client.search(BASE, QUERY, until=time.monotonic() + 1)
    assert "Authorization" not in web.calls[0].request.headers
    assert web.calls[0].request.headers["Accept"] == "application/fhir+json"


def test_cookies_of_one_site_never_reach_another(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, json=bundle(ORDER), headers={"Set-Cookie": "session=1; Path=/"})
    ask(client)
    ask(client)
    assert "Cookie" not in web.calls[1].request.headers


def test_values_are_percent_encoded(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/Observation", json=bundle())
    client.search(BASE, "Observation?patient=p%261&code=http://loinc.org|1-2", until=time.monotonic() + 1)
    assert web.calls[0].request.url == f"{BASE}/Observation?patient=p%261&code=http%3A%2F%2Floinc.org%7C1-2"


@pytest.mark.parametrize("reference", ["Patient/", "Patient/..", "Patient/a/b", "Patient/a?b", "Patient/ö"])
def test_an_id_that_is_none_is_not_asked_for(client: FhirClient, web: responses.RequestsMock, reference: str) -> None:
    assert client.read(BASE, reference, until=time.monotonic() + 1).state is State.FAILED
    assert len(web.calls) == 0


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"resourceType": "Patient", "id": "p1"}, State.PRESENT),
        (ORDER, State.UNPARSED),
        (OUTCOME, State.FAILED),
        ("text", State.UNPARSED),
    ],
)
def test_a_read_is_judged_like_a_search(
    client: FhirClient, web: responses.RequestsMock, body: Any, state: State
) -> None:
    web.get(f"{BASE}/Patient/p1", json=body)
    assert client.read(BASE, "Patient/p1", until=time.monotonic() + 1).state is state


def test_a_read_that_is_cut_off_is_unparsed(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/Patient/p1", body='{"resourceType":"Patient","id":"p1","name":[')
    assert client.read(BASE, "Patient/p1", until=time.monotonic() + 1).state is State.UNPARSED


def test_a_read_out_of_a_cache_is_stale(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/Patient/p1", json={"resourceType": "Patient", "id": "p1"}, headers={"Age": "3600"})
    assert client.read(BASE, "Patient/p1", until=time.monotonic() + 1).state is State.STALE


@pytest.mark.parametrize(
    ("body", "content_type", "not_r4"),
    [
        ({"fhirVersion": "1.0.2"}, "application/json", True),
        ({"fhirVersion": "3.0.2"}, "application/json", True),
        ({"fhirVersion": "4.0.1"}, "application/json", False),
        ({}, "application/fhir+json; fhirVersion=5.0", True),
        ({}, "application/fhir+json; fhirVersion=4.0", False),
        ("no statement", "application/json", False),
    ],
)
def test_the_version_of_a_server(
    client: FhirClient, web: responses.RequestsMock, body: Any, content_type: str, not_r4: bool
) -> None:
    web.get(f"{BASE}/metadata", body=json.dumps(body), content_type=content_type)
    assert client.is_not_r4(BASE, until=time.monotonic() + 1) is not_r4


def test_an_unknown_version_is_not_held_against_a_server(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/metadata", status=401)
    assert client.is_not_r4(BASE, until=time.monotonic() + 1) is False


def test_dstu2_resources_show_the_version(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, json=bundle({"resourceType": "MedicationOrder", "id": "x"}))
    assert ask(client).not_r4


@pytest.mark.parametrize(
    ("url", "is_there"),
    [
        ("https://FHIR.example.org:443/r4/", True),
        ("https://fhir.example.org/r4", True),
        ("https://fhir.example.org/R4", False),
        ("https://fhir.example.org/r4\\..\\x", False),
        ("https://user@fhir.example.org/r4", False),
        ("ftp://fhir.example.org/r4", False),
        ("https://fhir.example.org:99999/r4", False),
        ("", False),
    ],
)
def test_what_lies_under_a_base(url: str, is_there: bool) -> None:
    assert is_under(url, BASE) is is_there


@pytest.mark.parametrize(
    "when", ["Mon, 20 Nov 99999999999999999999 00:00:00 GMT", "Mon, 20 Nov 2026 00:00:00 +99999999999999999999", "soon"]
)
def test_a_pause_that_is_no_time_is_none(client: FhirClient, web: responses.RequestsMock, when: str) -> None:
    web.get(URL, status=503, headers={"Retry-After": when})
    assert ask(client).state is State.FAILED


def test_a_next_page_without_a_readable_address_is_not_the_end(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(URL, json=bundle(ORDER, following="http://[::1"))
    answer = ask(client)
    assert answer.state is State.PARTIAL
    assert answer.incident == "a FHIR server's next link is no address"


@pytest.mark.parametrize("code", ["forbidden", "security", "suppressed", "expired"])
def test_an_empty_answer_that_warns_of_what_was_withheld_is_not_whole(
    client: FhirClient, web: responses.RequestsMock, code: str
) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": code}]}
    web.get(URL, json=bundle(outcome))
    assert ask(client).state is State.PARTIAL
