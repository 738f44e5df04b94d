"""One contract for every FHIR server that the client meets: the embedded store and a real HAPI FHIR.

Where servers differ is said in DIFFERENCES, and nowhere else.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest
import requests

from cards.hooks import PATIENT_VIEW
from cards.ledger import State
from cards.needs import ALL, Need
from service.fhir import Answer, FhirClient
from service.gather import filled, gather
from service.sites import Site
from service.stories import all_stories, matching
from service.wire import Call
from tests.moment import NOW

SECONDS = 10.0  # a search on a busy machine has taken 0.9 s
PATIENT = "three-doses-missed-after-surgery"
FEW_PAGES = "administration-record-not-readable"  # nine doses given


class Server(NamedTuple):
    """A base URL, and the row of DIFFERENCES."""

    name: str
    base: str


# what a server answers -> (embedded store, HAPI)
DIFFERENCES: dict[str, dict[str, Any]] = {
    "status for an empty patient parameter": {"store": 400, "hapi": 200},  # HAPI: anybody's data
    "status for an unknown modifier": {"store": 400, "hapi": 200},  # HAPI drops it
    "finds by absolute patient URL": {"store": 400, "hapi": 200},  # HAPI: an empty Bundle
}


@pytest.fixture(params=["store", "hapi"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each server in turn."""
    fixture = {"store": "store_with_stories", "hapi": "hapi_with_stories"}[request.param]
    return Server(request.param, request.getfixturevalue(fixture))


@pytest.fixture(scope="module")
def client() -> Any:
    """The client of a whole service."""
    client = FhirClient()
    yield client
    client.close()


Search = Callable[[str], Answer]


@pytest.fixture
def search(server: Server, client: FhirClient) -> Search:
    """A search within the usual time."""
    return lambda query: client.search(server.base, query, until=time.monotonic() + SECONDS)


def ids(answer: Answer) -> list[str]:
    """The ids of the matches in order."""
    return [msgspec.json.decode(resource)["id"] for resource in answer.resources]


def raw_status(server: Server, path: str) -> int:
    """The status of a plain GET, for what the client itself never asks."""
    return requests.get(
        f"{server.base}/{path}", headers={"Accept": "application/fhir+json"}, timeout=SECONDS
    ).status_code


@pytest.mark.parametrize("need", ALL, ids=lambda need: need.key)
def test_every_need_of_every_story_is_read_whole(server: Server, client: FhirClient, need: Need) -> None:
    for story in all_stories():
        expected = {r["id"] for r in matching(need, story.resources(NOW))}
        query = filled(need, story.name)
        ask = client.search if "?" in query else client.read
        answer = ask(server.base, query, until=time.monotonic() + SECONDS)
        assert answer.state is (State.PRESENT if expected else State.NONE), (story.name, answer.because)
        assert set(ids(answer)) == expected


def test_pages_are_followed_to_the_end(search: Search) -> None:
    whole = search(f"MedicationAdministration?patient={FEW_PAGES}&_count=200")
    paged = search(f"MedicationAdministration?patient={FEW_PAGES}&_count=2")
    assert paged.state is State.PRESENT
    assert sorted(ids(paged)) == sorted(ids(whole))
    assert len(ids(paged)) == 9


def test_an_included_medication_is_no_match(search: Search) -> None:
    query = "MedicationStatement?patient=ran-out-three-days-ago-rigid&_include=MedicationStatement:medication"
    answer = search(query)
    assert len(answer.resources) == 1
    assert [msgspec.json.decode(r)["resourceType"] for r in answer.included] == ["Medication"]


def test_a_medication_known_only_by_reference_is_read(server: Server, client: FhirClient) -> None:
    call = Call(
        hook=PATIENT_VIEW,
        hook_instance="",
        patient_id="ran-out-three-days-ago-rigid",
        fhir_server=server.base,
    )
    site = Site(name="test", any_loopback_fhir=True)
    gathered = gather(call, site, ALL, client, until=time.monotonic() + SECONDS)
    assert all(entry.is_whole for entry in gathered.ledger), list(gathered.ledger)
    loose = [msgspec.json.decode(supplied.raw) for supplied in gathered.supplied if not supplied.need]
    assert [r["id"] for r in loose] == ["ran-out-three-days-ago-rigid-lioresal"]


def test_newest_first_by_instant(search: Search) -> None:
    answer = search(f"MedicationAdministration?patient={PATIENT}&_sort=-effective-time")
    assert [i.removeprefix(f"{PATIENT}-") for i in ids(answer)] == ["missed-3", "missed-2", "missed-1", "dose-1"]


def test_comma_lists_are_or_and_repeated_parameters_are_and(search: Search) -> None:
    given_or_not = search(f"MedicationAdministration?patient={PATIENT}&status=completed,not-done")
    both_at_once = search(f"MedicationAdministration?patient={PATIENT}&status=completed&status=not-done")
    assert len(ids(given_or_not)) == 4
    assert both_at_once.state is State.NONE


def test_observations_by_category(search: Search) -> None:
    answer = search("Observation?patient=missed-refill-fever-and-rigidity&category=laboratory")
    assert sorted(i.rsplit("-", 1)[1] for i in ids(answer)) == ["ck", "creatinine"]


def test_a_date_filter_leaves_out_what_has_no_date(search: Search) -> None:
    everything = search("MedicationStatement?patient=prescribed-but-never-taken")
    dated = search("MedicationStatement?patient=prescribed-but-never-taken&effective=ge2020-01-01")
    assert (len(ids(everything)), len(ids(dated))) == (1, 0)


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("effective=ge2026-03-08", 1),  # a period that reaches into it
        ("effective=lt2020-01-01", 0),
        ("effective=le2024-12-31", 1),
    ],
)
def test_periods_are_found_by_overlap(search: Search, filter_: str, found: int) -> None:
    answer = search(f"MedicationStatement?patient=home-baclofen-forgotten-at-admission&{filter_}")
    assert len(ids(answer)) == found


def test_appointments_are_found_by_their_patient(search: Search) -> None:
    assert len(ids(search("Appointment?patient=pump-refill-booked-in-time"))) == 1


def test_ids_are_case_sensitive(server: Server, client: FhirClient) -> None:
    answer = client.read(server.base, f"Patient/{PATIENT.upper()}", until=time.monotonic() + SECONDS)
    assert (answer.state, answer.status) == (State.FAILED, 404)


def test_an_unknown_patient_is_an_empty_bundle(search: Search) -> None:
    assert search("Condition?patient=nobody-of-this-name").state is State.NONE


def test_an_unknown_parameter_is_refused(search: Search) -> None:
    answer = search(f"Condition?patient={PATIENT}&no-such-parameter=1")
    assert (answer.state, answer.status) == (State.FAILED, 400)


def test_an_unknown_type_is_refused(search: Search) -> None:
    answer = search(f"NoSuchType?patient={PATIENT}")
    assert (answer.state, answer.status) == (State.FAILED, 404)


def test_a_bad_count_is_refused(server: Server) -> None:
    assert raw_status(server, f"Condition?patient={PATIENT}&_count=abc") == 400


def test_a_bad_include_is_refused(server: Server) -> None:
    assert raw_status(server, f"Condition?patient={PATIENT}&_include=Condition:nonsense") == 400


def test_what_the_client_must_not_ask_is_answered_differently(server: Server) -> None:
    asked = {
        "status for an empty patient parameter": "Observation?patient=&category=vital-signs",
        "status for an unknown modifier": f"MedicationAdministration?patient={PATIENT}&status:nott=completed",
        "finds by absolute patient URL": f"Condition?patient={server.base}/Patient/{PATIENT}",
    }
    for what, path in asked.items():
        assert raw_status(server, path) == DIFFERENCES[what][server.name], what


def test_the_client_never_asks_with_an_empty_value(server: Server, client: FhirClient) -> None:
    answer = client.search(server.base, "Observation?patient=&category=vital-signs", until=time.monotonic() + SECONDS)
    assert (answer.state, answer.status) == (State.FAILED, 0)


def test_a_server_says_its_version(server: Server, client: FhirClient) -> None:
    assert client.is_not_r4(server.base, until=time.monotonic() + SECONDS) is False


def test_post_search_finds_the_same(server: Server) -> None:
    url = f"{server.base}/Condition/_search"
    found = requests.post(url, data={"patient": PATIENT}, headers={"Accept": "application/fhir+json"}, timeout=SECONDS)
    assert [e["resource"]["id"] for e in found.json()["entry"]] == [f"{PATIENT}-ms"]


def test_the_old_media_type_is_spoken(server: Server) -> None:
    headers = {"Accept": "application/json+fhir", "Origin": "https://sandbox.cds-hooks.org"}
    answer = requests.get(f"{server.base}/Patient/{PATIENT}", headers=headers, timeout=SECONDS)
    assert answer.headers["Content-Type"].startswith("application/json+fhir")
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", "https://sandbox.cds-hooks.org"}
