"""The embedded store: what it does not implement it refuses, and it never answers with HTML or anybody's data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from service.demo_fhir import serve, store_app
from service.demo_search import TABLE, Refused, interval_of

OBSERVATIONS: dict[str, dict[str, Any]] = {
    "morning": {"effectiveDateTime": "2026-03-10T08:00:00+01:00"},  # 07:00 UTC
    "noon": {"effectiveDateTime": "2026-03-10T07:30:00Z"},
    "day": {"effectiveDateTime": "2026-03-09"},
    "year": {"effectiveDateTime": "2025"},
    "stay": {"effectivePeriod": {"start": "2026-03-01T00:00:00Z"}},
    "undated": {},
}


def resources() -> dict[str, Any]:
    """A patient with observations dated in every way, and a neighbour with one."""
    subject = {"reference": "Patient/p1"}
    observations: dict[str, Any] = {
        name: {"resourceType": "Observation", "id": name, "status": "final", "subject": subject, **dated}
        for name, dated in OBSERVATIONS.items()
    }
    observations["other"] = observations["noon"] | {"id": "other", "subject": {"reference": "Patient/p2"}}
    observations["noon"]["category"] = [{"coding": [{"system": "urn:a", "code": "vital-signs"}]}]
    everything: dict[str, Any] = {name: {} for name in TABLE}
    everything["Patient"] = {"p1": {"resourceType": "Patient", "id": "p1"}}
    everything["Observation"] = observations
    return everything


@pytest.fixture
def store() -> FlaskClient:
    """The store without a socket."""
    return store_app(resources()).test_client()


def found(store: FlaskClient, query: str) -> list[str]:
    """Ids of the entries."""
    answer = store.get(f"/fhir/{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [entry["resource"]["id"] for entry in answer.get_json().get("entry", [])]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("Observation?patient=", 400),
        ("Observation?patient=p1&nonsense=1", 400),
        ("Observation?patient:Patient=p1", 400),
        ("Observation?patient=p1&date=sa2026", 400),
        ("Observation?patient=p1&date=soon", 400),
        ("Observation?patient=p1&date=2026-13-01", 400),
        ("Observation?patient=p1&_sort=status", 400),
        ("Observation?patient=p1&_count=0", 400),
        ("Observation?patient=p1&_count=-1", 400),
        ("Observation?patient=p1&_include=Observation:nonsense", 400),
        ("Observation?patient=p1&_summary=true", 400),
        ("Observation?patient=p1&_format=xml", 400),
        ("Observation?patient=https://a.example.org/Patient/p1", 400),
        ("Patient/p1?_elements=name", 400),
        ("Patient/p3", 404),
        ("Nonsense", 404),
        ("Observation/$lastn?patient=p1", 400),
        ("Patient/p1/$everything", 404),
    ],
)
def test_what_is_not_implemented_is_refused(store: FlaskClient, query: str, status: int) -> None:
    answer = store.get(f"/fhir/{query}", headers={"Origin": "https://sandbox.cds-hooks.org"})
    assert answer.status_code == status
    assert answer.get_json()["resourceType"] == "OperationOutcome"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"  # errors, too: else a browser sees none of it


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_only_reads(store: FlaskClient, method: str) -> None:
    answer = getattr(store, method)("/fhir/Patient/p1")
    assert answer.status_code == 405
    assert answer.get_json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("date=ge2026-03-10", ["morning", "noon", "stay"]),
        ("date=2026-03-10", ["morning", "noon"]),
        ("date=lt2026-03-10", ["day", "year", "stay"]),
        ("date=le2026-03-09", ["day", "year", "stay"]),
        ("date=gt2026-03-09", ["morning", "noon", "stay"]),
        ("date=2025", ["year"]),
        ("date=ge2026-03-10T08:15:00%2B01:00", ["noon", "stay"]),
        ("date=ge2026-03-10T08:15:00+01:00", ["noon", "stay"]),  # a raw plus
        ("date=ge2026-03-10&date=lt2026-03-10T07:15:00Z", ["morning", "stay"]),
        ("_id=day,year", ["day", "year"]),
        ("category=vital-signs", ["noon"]),
        ("category=urn:a%7Cvital-signs", ["noon"]),
        ("category=urn:b%7Cvital-signs", []),
        ("status=final,amended&status=final", list(OBSERVATIONS)),
        ("_sort=-date", ["noon", "morning", "day", "stay", "year", "undated"]),
        ("_sort=date", ["year", "stay", "day", "morning", "noon", "undated"]),
        ("_count=2&_sort=-date", ["noon", "morning"]),
    ],
)
def test_searches(store: FlaskClient, query: str, ids: list[str]) -> None:
    assert found(store, f"Observation?patient=p1&{query}") == ids
    assert found(store, f"Observation?subject=Patient/p1&{query}") == ids


def test_all_pages_together_are_the_whole(store: FlaskClient) -> None:
    query, seen = "Observation?patient=p1&_count=4", list[str]()
    while query:
        seen += found(store, query)
        links = {link["relation"]: link["url"] for link in store.get(f"/fhir/{query}").get_json()["link"]}
        query = links.get("next", "").partition("/fhir/")[2]
    assert seen == list(OBSERVATIONS)


def test_a_count_alone(store: FlaskClient) -> None:
    bundle = store.get("/fhir/Observation?patient=p1&_summary=count").get_json()
    assert (bundle["total"], "entry" in bundle) == (len(OBSERVATIONS), False)


def test_patients_are_listed_without_parameters(store: FlaskClient) -> None:
    assert found(store, "Patient") == ["p1"]


def test_a_post_search_needs_a_form(store: FlaskClient) -> None:
    assert store.post("/fhir/Observation/_search", data={"patient": "p2"}).get_json()["total"] == 1
    assert store.post("/fhir/Observation/_search", json={"patient": "p2"}).status_code == 400


def test_xml_is_not_spoken(store: FlaskClient) -> None:
    answer = store.get("/fhir/Patient/p1", headers={"Accept": "application/fhir+xml"})
    assert (answer.status_code, answer.mimetype) == (406, "application/fhir+json")


@pytest.mark.parametrize("text", ["2026-02-30", "26", "2026-03-10T25:00:00Z", "2026-1-1", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        interval_of(text)


def test_a_december_ends_with_the_year() -> None:
    assert interval_of("2025-12")[1] == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def running() -> Iterator[str]:
    """The store on a socket."""
    server = serve("127.0.0.1", 0, resources())
    yield server.url
    server.close()


def test_it_answers_over_http_and_ends(running: str) -> None:
    assert requests.get(f"{running}/Patient/p1", timeout=5).json()["id"] == "p1"


def test_a_port_in_use_is_an_os_error(running: str) -> None:
    port = int(running.rsplit(":", 1)[1].partition("/")[0])
    with pytest.raises(OSError, match=r"[Aa]ddress already in use"):
        serve("127.0.0.1", port, resources())
