"""What a Bundle's own link says of the search that it answers: a narrower one is not the whole."""

from typing import Any

import pytest
import responses

from cards import needs
from cards.ledger import State
from cards.needs import BY_KEY, Need
from service.clients.generic import need_of
from service.fhir import FhirClient
from tests.service.gathering import BASE, ORDER, bundle, call, entry, gathered, ids


def linked(link: str, *resources: dict[str, Any]) -> dict[str, Any]:
    """A Bundle with this self link."""
    return bundle(*resources, link=[{"relation": "self", "url": link}])


NARROWED = [
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&status=active"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&authoredon=ge2026-01-01&_count=200"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p2"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?subject:Patient=p2"),
    ("MedicationRequest", f"{BASE}/MedicationRequest/_search?patient=p1&status:not=stopped"),
    ("MedicationRequest", "MedicationRequest?patient=p1&code=1292"),
    ("MedicationRequest", f"{BASE}/MedicationStatement?patient=p1"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&_elements=status"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&_count=0"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&_count=0.0"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&_count:exact=0"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&_count=-1"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&_summary=count"),
    ("Observation", f"{BASE}/Observation?patient=p1&category=vital-signs"),
    ("ObservationLaboratory", f"{BASE}/Observation?patient=p1&category=vital-signs"),
    ("ObservationVitalSigns", f"{BASE}/Observation?patient=p1&category=vital-signs&date=ge2026-03-09"),
    ("vitals", f"{BASE}/Observation?patient=p1&category=vital-signs&code=8867-4"),
    ("devices", f"{BASE}/Device?patient=p1&status=active"),
    ("serviceRequests", f"{BASE}/ServiceRequest?patient=p1&status=active"),
]
WHOLE = [
    ("MedicationRequest", ""),
    ("MedicationRequest", "http://["),
    ("MedicationRequest", f"{BASE}/MedicationRequest"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=p1&_count=200&_sort=-date&_format=json"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?patient=Patient%2Fp1"),
    ("MedicationRequest", f"{BASE}/MedicationRequest?subject:Patient={BASE}/Patient/p1"),
    ("MedicationRequest", f"{BASE}?_getpages=8f0c&_getpagesoffset=0&_bundletype=searchset"),
    ("ObservationVitalSigns", f"{BASE}/Observation?patient=p1&category=http%3A%2F%2Fx%7Cvital-signs"),
    ("ObservationLaboratory", f"{BASE}/Observation?patient=p1&category=laboratory&_count=200"),
    ("Patient", f"{BASE}/Patient?_id=p1"),
    ("Appointment", f"{BASE}/Appointment?actor=Patient/p1"),
    ("labs", f"{BASE}/Observation?patient=p1&category=laboratory"),
    ("nutritionOrders", f"{BASE}/NutritionOrder?patient=p1"),
    ("problems", f"{BASE}/Condition?patient=p1"),
]


def need(key: str) -> Need:
    return BY_KEY[need_of(key)]


@pytest.mark.parametrize(("key", "link"), NARROWED)
def test_a_narrower_search_is_not_the_whole(client: FhirClient, key: str, link: str) -> None:
    found = entry(gathered(client, call({key: linked(link)}), need(key)), need(key))

    assert found.state is State.PARTIAL
    assert found.because


@pytest.mark.parametrize(("key", "link"), WHOLE)
def test_a_link_that_shows_the_whole_or_nothing_is_believed(client: FhirClient, key: str, link: str) -> None:
    assert entry(gathered(client, call({key: linked(link)}), need(key)), need(key)).state is State.NONE


MEDICINES = f"{BASE}/MedicationRequest?patient=p1&intent=order,plan&status="


@pytest.mark.parametrize(
    ("active", "ended", "state"),
    [
        ("active,on-hold,unknown", "stopped,completed,cancelled", State.NONE),
        ("active", "stopped,completed,cancelled", State.PARTIAL),
        ("active,on-hold,unknown", "completed", State.PARTIAL),
    ],
)
def test_two_aliases_by_their_published_searches(client: FhirClient, active: str, ended: str, state: State) -> None:
    sent = {"activeMedications": linked(MEDICINES + active), "endedMedications": linked(MEDICINES + ended)}

    assert entry(gathered(client, call(sent), needs.MEDICATION_REQUESTS)).state is state


def test_the_whole_is_asked_for(client: FhirClient) -> None:
    with responses.RequestsMock() as web:
        web.get(f"{BASE}/MedicationRequest", json=bundle(ORDER, ORDER | {"id": "stopped"}))
        sent = {"MedicationRequest": linked(f"{BASE}/MedicationRequest?patient=p1&status=active", ORDER)}
        result = gathered(client, call(sent, server=BASE), needs.MEDICATION_REQUESTS)

    assert entry(result).state is State.PRESENT
    assert ids(result) == ["m1", "stopped"]
