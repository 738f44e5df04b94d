"""What becomes of each need: every form of prefetch, with and without a FHIR server to ask."""

import json
import threading
import time
from typing import Any

import pytest
import responses

from cards import needs
from cards.ledger import State
from cards.needs import MEDICATION_REQUESTS
from service.fhir import DEADLINE, Answer, FhirClient
from service.sites import Site
from tests.service.fhir_faults import drips_the_body, server_that
from tests.service.gathering import (
    BASE,
    CONDITION,
    ORDER,
    OTHER,
    bundle,
    call,
    entry,
    gathered,
    ids,
    outcome,
)

ABSENT = object()

FORMS: dict[str, tuple[Any, State, list[str]]] = {
    # what the client sent -> state, and ids supplied, when there is no FHIR server to ask
    "key absent": (ABSENT, State.NOT_PROVIDED, []),
    "null": (None, State.NONE, []),
    "empty Bundle": (bundle(), State.NONE, []),
    "Bundle without entry": ({"resourceType": "Bundle", "type": "searchset", "total": 0}, State.NONE, []),
    "Epic's empty Bundle": (bundle(outcome("warning"), total=0), State.NONE, []),
    "Bundle with information": (bundle(outcome("information")), State.NONE, []),
    "Bundle with an error": (bundle(outcome("error")), State.FAILED, []),
    "Bundle with an error beside data": (bundle(ORDER, outcome("fatal")), State.PARTIAL, ["m1"]),
    "OperationOutcome in place of a Bundle": (outcome("error"), State.FAILED, []),
    "OperationOutcome of a warning in place of a Bundle": (outcome("warning"), State.FAILED, []),
    "whole": (bundle(ORDER, OTHER, total=2), State.PRESENT, ["m1", "m2"]),
    "whole, of type collection": (bundle(ORDER, type="collection"), State.PRESENT, ["m1"]),
    "first page only": (bundle(ORDER, link=[{"relation": "next", "url": f"{BASE}?p=2"}]), State.PARTIAL, ["m1"]),
    "empty first page": (bundle(link=[{"relation": "next", "url": f"{BASE}?p=2"}]), State.PARTIAL, []),
    "next page in capitals": (
        bundle(ORDER, link=[{"relation": " NEXT ", "url": f"{BASE}?p=2"}]),
        State.PARTIAL,
        ["m1"],
    ),
    "next page by its code's address": (
        bundle(link=[{"relation": "http://hl7.org/fhir/link-relation#next", "url": f"{BASE}?p=2"}]),
        State.PARTIAL,
        [],
    ),
    "a Bundle beside an order": (bundle(ORDER, bundle(OTHER)), State.PARTIAL, ["m1"]),
    "a List beside an order": (bundle(ORDER, {"resourceType": "List", "contained": [OTHER]}), State.PARTIAL, ["m1"]),
    "its type in small letters": (
        bundle(ORDER, {**OTHER, "resourceType": "medicationrequest "}),
        State.PARTIAL,
        ["m1"],
    ),
    "what is included without saying so": (
        bundle(ORDER, {"resourceType": "Practitioner", "id": "x"}, {"resourceType": "Medication", "id": "d"}),
        State.PRESENT,
        ["m1"],
    ),
    "an error in capitals": (bundle(ORDER, outcome("ERROR")), State.PARTIAL, ["m1"]),
    "a warning of a gap in capitals": (bundle(ORDER, outcome("warning", "Incomplete")), State.PARTIAL, ["m1"]),
    "counted as less than none": (bundle(total=-1), State.PARTIAL, []),
    "an empty answer to a batch": (bundle(type="batch-response"), State.UNPARSED, []),
    "an empty history": (bundle(type="History"), State.UNPARSED, []),
    "an empty collection": (bundle(type="collection"), State.NONE, []),
    "a type that is no word": (bundle(type=7), State.PARTIAL, []),
    "a history with an order": (bundle(ORDER, type="history"), State.PRESENT, ["m1"]),
    "next page without address": (bundle(ORDER, link=[{"relation": "next"}]), State.PARTIAL, ["m1"]),
    "next page with a blank address": (bundle(link=[{"relation": "next", "url": " "}]), State.PARTIAL, []),
    "a warning that it is incomplete": (bundle(outcome("warning", "incomplete"), total=0), State.PARTIAL, []),
    "a warning of a timeout": (bundle(ORDER, outcome("warning", "timeout")), State.PARTIAL, ["m1"]),
    "information of a throttle": (bundle(outcome("information", "throttled")), State.PARTIAL, []),
    "a warning that some is suppressed": (bundle(outcome("warning", "suppressed")), State.PARTIAL, []),
    "Epic's 4101": (bundle(outcome("warning", "not-found", "4101"), total=0), State.NONE, []),
    "fewer than counted": (bundle(ORDER, total=3), State.PARTIAL, ["m1"]),
    "one resource in place of a Bundle": (ORDER, State.PARTIAL, ["m1"]),
    "another resource": (CONDITION, State.UNPARSED, []),
    "Bundle of others": (bundle(CONDITION), State.UNPARSED, []),
    "text": ("see chart", State.UNPARSED, []),
    "HTML": ("<html>Sign in</html>", State.UNPARSED, []),
    "number": (5, State.UNPARSED, []),
    "list": ([ORDER], State.UNPARSED, []),
    "object without type": ({"entry": []}, State.UNPARSED, []),
    "entry without resource": (
        {"resourceType": "Bundle", "entry": [{"resource": ORDER}, {"fullUrl": "x"}]},
        State.PARTIAL,
        ["m1"],
    ),
    "entry that is no object": ({"resourceType": "Bundle", "entry": [{"resource": ORDER}, 3]}, State.PARTIAL, ["m1"]),
    "resource that is no object": ({"resourceType": "Bundle", "entry": [{"resource": "m1"}]}, State.PARTIAL, []),
    "entry that is no list": ({"resourceType": "Bundle", "entry": "none"}, State.UNPARSED, []),
}

ANSWERS: dict[str, tuple[dict[str, Any], State]] = {
    # what the FHIR server answers -> state when nothing was sent
    "whole": ({"json": bundle(ORDER, OTHER)}, State.PRESENT),
    "empty": ({"json": bundle()}, State.NONE),
    "403": ({"status": 403}, State.FORBIDDEN),
    "500": ({"status": 500}, State.FAILED),
    "HTML": ({"body": "<html/>"}, State.UNPARSED),
    "stale": ({"json": bundle(OTHER), "headers": {"Age": "600"}}, State.STALE),
    "partial": ({"json": bundle(OTHER, total=9)}, State.PARTIAL),
}


def prefetch_of(form: str) -> dict[str, Any]:
    """The prefetch of one form."""
    value = FORMS[form][0]
    return {} if value is ABSENT else {"MedicationRequest": value}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_prefetch_alone(client: FhirClient, form: str) -> None:
    _, state, supplied = FORMS[form]
    result = gathered(client, call(prefetch_of(form)), MEDICATION_REQUESTS)
    assert entry(result).state is state, entry(result)
    assert ids(result) == supplied
    assert bool(entry(result).because) is (state not in {State.PRESENT, State.NONE})


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_prefetch_and_an_answer(
    client: FhirClient, web: responses.RequestsMock, form: str, answer: str
) -> None:
    _, sent_state, sent_ids = FORMS[form]
    played, fetched_state = ANSWERS[answer]
    web.get(f"{BASE}/MedicationRequest", **played)
    result = gathered(client, call(prefetch_of(form), server=BASE), MEDICATION_REQUESTS)
    if sent_state in {State.PRESENT, State.NONE}:
        assert len(web.calls) == 0  # what came whole is not asked for again
        assert (entry(result).state, entry(result).source) == (sent_state, "prefetch")
        return
    assert len(web.calls) == 1
    fetched_ids = ["m1", "m2"] if fetched_state is State.PRESENT else []
    if fetched_state is State.NONE and sent_ids:  # nothing there, and yet something was sent: it is kept
        assert (entry(result).state, entry(result).source) == (State.PARTIAL, "fetch")
        assert "lacks" in entry(result).because
        assert ids(result) == sent_ids
        return
    if fetched_state in {State.PRESENT, State.NONE}:
        assert (entry(result).state, entry(result).source, entry(result).because) == (fetched_state, "fetch", "")
        assert ids(result) == fetched_ids
        return
    has_data = fetched_state in {State.STALE, State.PARTIAL}
    expected = fetched_state if has_data or sent_state is not State.PARTIAL else State.PARTIAL
    assert entry(result).state is expected
    assert ids(result) == (["m2"] if has_data else []) + sent_ids  # what was sent is kept
    assert entry(result).because


def test_all_is_asked_at_once(client: FhirClient, web: responses.RequestsMock) -> None:
    everybody = threading.Barrier(len(needs.ALL))

    def answers(request: Any) -> tuple[int, dict[str, str], str]:
        everybody.wait(timeout=5)  # nobody is answered before all have been asked
        resource_type = request.url.split("/")[4].split("?")[0]
        body = {"resourceType": "Patient", "id": "p1"} if resource_type == "Patient" else bundle()
        return 200, {}, json.dumps(body)

    for need in needs.ALL:
        web.add_callback(
            responses.GET,
            f"{BASE}/{need.query.partition('?')[0].replace('{{context.patientId}}', 'p1')}",
            answers,
        )
    result = gathered(client, call(server=BASE, token="t"), *needs.ALL, seconds=10)
    assert all(e.is_whole for e in result.ledger), list(result.ledger)
    assert {c.request.headers["Authorization"] for c in web.calls} == {"Bearer t"}
    assert len(web.calls) == len(needs.ALL)


def test_what_has_not_come_by_the_deadline_has_failed(client: FhirClient) -> None:
    site = Site(name="demo", any_loopback_fhir=True)
    with server_that(drips_the_body) as base:
        begin = time.monotonic()
        result = gathered(client, call({"Device": bundle()}, server=base), *needs.ALL, site=site, seconds=0.5)
        assert time.monotonic() - begin < 2  # the body would take a minute
    assert entry(result, needs.DEVICES).state is State.NONE
    late = [e for e in result.ledger if e.need != "Device"]
    assert {(e.state, e.because) for e in late} == {(State.FAILED, DEADLINE)}


def test_an_exhausted_pool_is_the_deadline_too(web: responses.RequestsMock) -> None:
    narrow = FhirClient(threads=1)
    with server_that(drips_the_body) as base:
        site = Site(name="demo", any_loopback_fhir=True)
        result = gathered(narrow, call(server=base), needs.DEVICES, needs.CONDITIONS, site=site, seconds=0.4)
    narrow.close()
    assert {e.state for e in result.ledger} == {State.FAILED}


@pytest.mark.parametrize(
    "server",
    [
        "https://elsewhere.example.org/r4",
        "https://fhir.example.org/other",
        "https://fhir.example.org@elsewhere.example.org/r4",
        "http://127.0.0.1:8090/fhir",
        "file:///etc/passwd",
    ],
)
def test_a_server_that_the_site_does_not_list_is_never_called(
    client: FhirClient, web: responses.RequestsMock, server: str
) -> None:
    prefetch = {"MedicationRequest": bundle(ORDER, total=2), "Condition": bundle(CONDITION)}
    result = gathered(
        client, call(prefetch, server=server, token="t"), MEDICATION_REQUESTS, needs.CONDITIONS, needs.DEVICES
    )
    assert len(web.calls) == 0
    assert [e.state for e in result.ledger] == [State.PARTIAL, State.PRESENT, State.FORBIDDEN]
    assert ids(result) == ["m1"]
    assert result.incidents


def test_a_listed_server_without_authorization_is_asked_without_a_token(
    client: FhirClient, web: responses.RequestsMock
) -> None:
    web.get(f"{BASE}/MedicationRequest", json=bundle(ORDER))
    result = gathered(client, call(server=f"{BASE}/"), MEDICATION_REQUESTS)
    assert entry(result).state is State.PRESENT
    assert "Authorization" not in web.calls[0].request.headers


def test_plain_http_beyond_loopback_needs_the_sites_leave(client: FhirClient, web: responses.RequestsMock) -> None:
    base = "http://hapi:8080/fhir"
    web.get(f"{base}/MedicationRequest", json=bundle(ORDER))
    refused = gathered(client, call(server=base), MEDICATION_REQUESTS, site=Site(name="a", fhir_servers=(base,)))
    assert (entry(refused).state, len(web.calls)) == (State.FORBIDDEN, 0)
    container = Site(name="a", fhir_servers=(base,), allow_insecure_fhir=True)
    assert entry(gathered(client, call(server=base), MEDICATION_REQUESTS, site=container)).state is State.PRESENT


@pytest.mark.parametrize("base", ["http://127.0.0.1:8090/fhir", "http://localhost:9/x", "http://[::1]:8090/fhir"])
def test_the_demo_site_takes_any_loopback_server(client: FhirClient, web: responses.RequestsMock, base: str) -> None:
    web.get(f"{base}/MedicationRequest", json=bundle(ORDER))
    demo = Site(name="demo", any_loopback_fhir=True)
    assert entry(gathered(client, call(server=base), MEDICATION_REQUESTS, site=demo)).state is State.PRESENT


@pytest.mark.parametrize("server", ["http://127.0.0.1.example.org/fhir", "http://localhost@example.org/fhir"])
def test_what_only_looks_like_loopback_is_not(client: FhirClient, web: responses.RequestsMock, server: str) -> None:
    demo = Site(name="demo", any_loopback_fhir=True)
    assert entry(gathered(client, call(server=server), MEDICATION_REQUESTS, site=demo)).state is State.FORBIDDEN


def test_what_the_site_declares_unsupported_is_not_asked_for(client: FhirClient, web: responses.RequestsMock) -> None:
    site = Site(name="a", fhir_servers=(BASE,), unsupported=frozenset({"MedicationStatement", "MedicationRequest"}))
    what = call({"MedicationRequest": bundle(ORDER)}, server=BASE)
    result = gathered(client, what, MEDICATION_REQUESTS, needs.MEDICATION_STATEMENTS, site=site)
    assert [e.state for e in result.ledger] == [State.UNSUPPORTED, State.UNSUPPORTED]
    assert ids(result) == ["m1"]  # what came is used all the same
    assert len(web.calls) == 0


def test_a_search_that_breaks_on_what_came_costs_its_own_need_alone(
    client: FhirClient, web: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours in reading one answer is said, and takes nothing from what was read beside it."""
    search = client.search

    def breaks(base: str, query: str, **more: Any) -> Answer:
        if query.startswith("Condition"):
            raise OverflowError("a number of twenty digits")
        return search(base, query, **more)

    monkeypatch.setattr(client, "search", breaks)
    web.get(f"{BASE}/MedicationRequest", json=bundle(ORDER))
    result = gathered(client, call(server=BASE), needs.MEDICATION_REQUESTS, needs.CONDITIONS)

    orders, conditions = result.ledger
    assert orders.state is State.PRESENT
    assert (conditions.state, conditions.because) == (
        State.FAILED,
        "the service failed while reading it (OverflowError): the operator must look at the log",
    )
    assert result.incidents == ("reading an answer failed: OverflowError",)
