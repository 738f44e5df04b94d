"""Reading as a whole: what is lost is said, other patients are kept out, duplicates count once."""

from typing import Any

import msgspec
import pytest

from cards.ledger import Entry, Ledger, State
from cards.moment import Moment, Supplied
from cards.record.concepts import Measure
from cards.record.read import read
from cards.record.record import Record
from tests.record.shapes import NOW, VALUESETS, ZONE, chart, observation, raw, request


def only(need: str, content: bytes, state: State = State.PRESENT) -> Record:
    """The record of one raw answer to one need."""
    moment = Moment(now=NOW, patient_id="p1", zone=ZONE)
    return read([Supplied(need, msgspec.Raw(content))], Ledger([Entry(need, state, "fetch")]), moment, VALUESETS)


@pytest.mark.parametrize(
    "content",
    [
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"{}",
        b'{"resourceType":null}',
        b'{"resourceType":"MedicationRequest"',
        b'{"resourceType":"MedicationRequest","id":"1","note":' + b"[" * 3000 + b"]" * 3000 + b"}",
        b'{"resourceType":"Observation","status":NaN}',
        b"\xff\xfe",
        b'{"resourceType":"Patient","id":"\xff"}',
        b"",
        b'{"resourceType":"MedicationOrder","id":"1","status":"active"}',
    ],
)
def test_entry_that_cannot_be_read(content: bytes) -> None:
    """No resource, broken JSON, absurd depth, another FHIR version: the need is partial, and nothing is raised."""
    record = only("MedicationRequest", content)

    assert len(record.unreadable) == 1
    assert record.unreadable[0].need == "MedicationRequest"
    assert record.ledger["MedicationRequest"].state is State.PARTIAL


@pytest.mark.parametrize(
    "kind", ["OperationOutcome", "Practitioner", "Organization", "Provenance", "FamilyMemberHistory"]
)
def test_types_that_are_not_read(kind: str) -> None:
    """An included Practitioner or Epic's OperationOutcome for "nothing found" loses nothing."""
    record = only("MedicationRequest", b'{"resourceType":"%s","id":"1"}' % kind.encode(), State.NONE)

    assert record.unreadable == ()
    assert record.ledger["MedicationRequest"].state is State.NONE


@pytest.mark.parametrize("state", [State.FAILED, State.STALE, State.FORBIDDEN, State.UNPARSED])
def test_need_that_was_lost_stays_lost(state: State) -> None:
    """`partial` never makes a worse state better."""
    assert only("MedicationRequest", b"{}", state).ledger["MedicationRequest"].state is state


def test_one_broken_entry_spoils_only_itself() -> None:
    """The order beside it is read."""
    record = chart(b"{", request())

    assert len(record.medication_orders) == 1
    assert len(record.unreadable) == 1


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p2",
        "https://ehr.example.org/r4/Patient/p2",
        "Patient/p2/_history/1",
        "urn:uuid:p2",
        "Patient/p11",
        "Patient/P1",
    ],
)
def test_another_patients_resource_is_dropped(reference: str) -> None:
    """Relative, absolute or urn: an incident, and the need is partial."""
    record = chart(request(subject={"reference": reference}))

    assert record.medication_orders == ()
    assert record.foreign == 1
    assert record.ledger["MedicationRequest"].state is State.PARTIAL
    assert record.ledger["MedicationRequest"].because == "another patient's resource was dropped"


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/p1"},
        {"reference": "https://ehr.example.org/r4/Patient/p1"},
        {"reference": "urn:uuid:p1"},
        {"reference": "Patient/p1/_history/7"},
        {"display": "Ada"},
        {"identifier": {"value": "1"}},
        {"reference": "Group/g"},
        {"reference": "#pat"},
        [{"reference": "Patient/p1"}],
        None,
        5,
    ],
)
def test_this_patients_resource_is_kept(subject: Any) -> None:
    """Every form of the same reference; and where no Patient is named there is nothing to compare."""
    record = chart(request(subject=subject))

    assert len(record.medication_orders) == 1
    assert record.foreign == 0


def test_patient() -> None:
    """Who it is; another Patient resource is dropped."""
    record = chart(
        {"resourceType": "Patient", "id": "p1", "birthDate": "1971-03-04", "gender": "female", "deceasedBoolean": False}
    )
    other = chart({"resourceType": "Patient", "id": "p2", "birthDate": "1971"})

    assert record.patient is not None
    assert (record.patient.sex, record.patient.is_deceased) == ("female", False)
    assert record.patient.birth is not None
    assert (other.patient, other.foreign) == (None, 1)


def test_the_same_resource_under_two_needs_counts_once() -> None:
    """A vital sign comes with the vital signs and with all observations."""
    one = raw(observation(code={"text": "HR"}, valueInteger=120))
    moment = Moment(now=NOW, patient_id="p1", zone=ZONE)
    needs = ("ObservationVitalSigns", "Observation")
    record = read([Supplied(n, one) for n in needs], Ledger(Entry(n, State.PRESENT) for n in needs), moment, VALUESETS)

    assert len(record.observations) == 1
    assert record.observations[0].defects == ()


@pytest.mark.parametrize(
    ("first", "second", "status", "is_defect"),
    [
        ({}, {}, "active", True),
        ({"versionId": "1"}, {"versionId": "2"}, "stopped", False),
        ({"versionId": "10"}, {"versionId": "9"}, "active", False),
        ({"lastUpdated": "2026-11-01T00:00:00Z"}, {"lastUpdated": "2026-11-02T00:00:00Z"}, "stopped", False),
    ],
)
def test_two_versions_of_one_resource(first: Any, second: Any, status: str, is_defect: bool) -> None:
    """The later version counts, else the first, with a note that there were two."""
    record = chart(request(meta=first), request(meta=second, status="stopped"))

    assert [o.status for o in record.medication_orders] == [status]
    assert bool(record.medication_orders[0].defects) is is_defect


def test_later_version_of_an_observation_replaces_its_facts() -> None:
    """A corrected temperature takes the place of the first."""
    first = observation(meta={"versionId": "1"}, code={"text": "Temp"}, valueQuantity={"value": 93.4, "unit": "Cel"})
    second = observation(meta={"versionId": "2"}, code={"text": "Temp"}, valueQuantity={"value": 39.4, "unit": "Cel"})
    record = chart(first, second)

    assert [(o.concept, o.value) for o in record.observations] == [(Measure.TEMPERATURE, 39.4)]


def test_resources_without_id_are_all_read() -> None:
    """Nothing to compare, nothing to drop."""
    one, two = (observation(id=None, code={"text": "HR"}, valueInteger=value) for value in (100, 120))

    assert [o.value for o in chart(one, two).observations] == [100, 120]


def test_last_of_duplicate_keys_wins() -> None:
    """As in every JSON library that we know."""
    content = b'{"resourceType":"Observation","id":"1","code":{"text":"HR"},"valueInteger":80,"valueInteger":132}'

    assert only("Observation", content).observations[0].value == 132


def test_resource_type_may_come_last() -> None:
    """The order of elements means nothing."""
    assert only(
        "Observation", b'{"id":"1","valueInteger":80,"code":{"text":"HR"},"resourceType":"Observation"}'
    ).observations


def test_same_input_same_record() -> None:
    """Deterministic."""
    resources = (
        request(),
        observation(code={"text": "BP"}, valueString="186/110"),
        observation(id="o2", code={"text": "Seizure and fever"}),
    )

    assert msgspec.json.encode(chart(*resources).observations) == msgspec.json.encode(chart(*resources).observations)
