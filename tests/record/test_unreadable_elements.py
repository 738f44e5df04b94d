"""An element that decides and cannot be read: its need is partial. One that is merely absent is not."""

from typing import Any

import msgspec
import pytest

from cards.ledger import Entry, Ledger, State
from cards.moment import Moment, Supplied
from cards.record.read import read
from tests.record.shapes import NOW, SNOMED, VALUESETS, ZONE, chart, observation, raw, request

SUBJECT = {"reference": "Patient/p1"}
PULSE = {"code": {"text": "HR"}, "valueInteger": 132}


def resource(kind: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": "x", "subject": SUBJECT, **elements}


def stay(**elements: Any) -> dict[str, Any]:
    told = {"status": "in-progress", "class": {"code": "IMP"}, "period": {"start": "2026-11-23T09:00:00-05:00"}}
    return {name: value for name, value in resource("Encounter", **{**told, **elements}).items() if value is not ...}


def dose(**elements: Any) -> dict[str, Any]:
    drug = {"medicationCodeableConcept": {"text": "baclofen 10 mg tablet"}, "status": "completed"}
    return resource("MedicationAdministration", **{**drug, **elements})


def statement(**elements: Any) -> dict[str, Any]:
    drug = {"medicationCodeableConcept": {"text": "baclofen 10 mg tablet"}, "status": "active"}
    return resource("MedicationStatement", **{**drug, **elements})


UNREADABLE = [
    resource("MedicationDispense", medicationCodeableConcept={"text": "baclofen 10 mg"}, whenHandedOver="2026-13-45"),
    resource("ServiceRequest", code={"text": "Spinal fusion surgery"}, occurrenceDateTime="soon"),
    resource("Procedure", status="completed", code={"text": "Explantation of intrathecal pump"}, performedDateTime="?"),
    observation(**PULSE, effectiveDateTime="yesterday"),
    observation(**PULSE, effectiveDateTime={"value": "2026"}),
    observation(**PULSE, effectiveDateTime=None, effectivePeriod="last night"),
    observation(**PULSE, effectiveDateTime=None, effectivePeriod={"start": 20261124}),
    observation(**PULSE, effectiveDateTime=None, effectiveTiming={"code": {"text": "hourly"}}),
    observation(code={"text": "Hallucinations"}, valueString="present", effectiveDateTime="2026-13-40"),
    observation(**PULSE, status="Verified"),
    dose(effectiveDateTime="this morning"),
    dose(),
    dose(effectivePeriod={"start": "2026-11-24T08:00:00Z", "end": "later"}),
    dose(medicationCodeableConcept={"text": "unknown"}),
    stay(status="ongoing"),
    stay(status=...),
    stay(**{"class": ...}),
    stay(**{"class": {"code": "13", "display": "Hospital account"}}),
    stay(period={"start": "Monday"}),
    stay(period="Monday"),
    request(status="Discontinued"),
    request(status=5),
    request(authoredOn="last week"),
    request(dosageInstruction=[{"text": "10 mg tid", "timing": {"repeat": {"boundsPeriod": {"end": "soon"}}}}]),
    statement(status="recorded"),
    statement(effectivePeriod={"start": "2026-01-01", "end": "Friday"}),
    statement(effectiveDateTime="Friday"),
    {"resourceType": "Patient", "id": "p1", "deceasedDateTime": "yes"},
    {"resourceType": "Patient", "id": "p1", "birthDate": "unknown"},
]
READABLE = [
    observation(**PULSE, effectiveDateTime=None),
    observation(**PULSE, effectiveDateTime="2026-11-24"),
    observation(**PULSE, effectiveDateTime=None, effectiveTiming={"event": ["2026-11-24T09:00:00Z"]}),
    observation(**PULSE, status="FINAL"),
    observation(code={"text": "Shoe size"}, valueString="42", effectiveDateTime="yesterday"),
    observation(code={"text": "Shoe size"}, valueString="42", status="Verified"),
    dose(effectiveDateTime="2026-11-24T08:00:00-05:00"),
    dose(medicationCodeableConcept={"text": "metformin 500 mg tablet"}),
    stay(),
    stay(status="In Progress"),
    stay(period=...),
    stay(**{"class": {"code": "13", "display": "Inpatient"}}),
    stay(**{"class": {"coding": [{"code": "13"}, {"code": "EMER"}]}}),
    stay(status="cancelled", **{"class": ...}),
    stay(status="finished", period={"end": "2026-11-01"}, **{"class": {"code": "13"}}),
    stay(period={"end": "2026-11-01"}, **{"class": {"code": "13"}}),
    stay(**{"class": {"code": "13", "display": "Office Visit"}}),
    request(status="Active", authoredOn="2026-11"),
    request(status="Discontinued", medicationCodeableConcept={"text": "metformin 500 mg tablet"}),
    request(authoredOn="last week", medicationCodeableConcept={"text": "metformin 500 mg tablet"}),
    statement(status="NOT_TAKEN", effectivePeriod={"start": "2026-01-01"}),
    {"resourceType": "Patient", "id": "p1", "birthDate": "1971", "deceasedDateTime": "2026-11-01"},
]


@pytest.mark.parametrize("one", UNREADABLE)
def test_what_decides_and_cannot_be_read_makes_the_need_partial(one: dict[str, Any]) -> None:
    record = chart(one)

    assert record.ledger[one["resourceType"]].state is State.PARTIAL
    assert record.ledger[one["resourceType"]].because
    assert record.unreadable


@pytest.mark.parametrize("one", READABLE)
def test_what_is_absent_or_odd_and_clear_is_read(one: dict[str, Any]) -> None:
    record = chart(one)

    assert record.ledger[one["resourceType"]].state is State.PRESENT
    assert record.unreadable == ()


def test_the_facts_are_kept() -> None:
    record = chart(
        observation(**PULSE, effectiveDateTime="yesterday"), dose(), request(status="Discontinued"), stay(status="on")
    )

    assert [(o.value, o.when) for o in record.observations] == [(132, None)]
    assert [a.product.is_baclofen for a in record.administrations] == [True]
    assert [(o.status, o.product.is_baclofen) for o in record.medication_orders] == [("unknown", True)]
    assert [e.status for e in record.encounters] == ["unknown"]


def test_a_value_of_an_unreadable_status_is_no_finding() -> None:
    assert chart(observation(**PULSE, status="Verified")).observations == ()


def test_both_needs_that_hold_it_are_partial() -> None:
    one = observation(**PULSE, effectiveDateTime="yesterday")
    needs = ("ObservationVitalSigns", "Observation")
    ledger = Ledger(Entry(need, State.PRESENT) for need in needs)
    copies = [Supplied(need, msgspec.Raw(bytes(raw(one)))) for need in needs]
    record = read(copies, ledger, Moment(now=NOW, patient_id="p1", zone=ZONE), VALUESETS)

    assert [entry.state for entry in record.ledger] == [State.PARTIAL] * 2


@pytest.mark.parametrize(
    ("died", "is_deceased"), [("2026-11-01", True), ("2026-11-01T08:00:00Z", True), ("yes", False), (True, False)]
)
def test_who_may_be_alive_is_not_taken_for_dead(died: Any, is_deceased: bool) -> None:
    record = chart({"resourceType": "Patient", "id": "p1", "deceasedDateTime": died})

    assert record.patient is not None
    assert record.patient.is_deceased is is_deceased


@pytest.mark.parametrize(
    ("kind", "coding", "words"),
    [
        ("Condition", {"system": SNOMED, "code": "91175000"}, "eizure"),
        ("Condition", {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "R56.9"}, ""),
    ],
)
def test_what_is_known_by_its_code_alone_has_words(kind: str, coding: dict[str, str], words: str) -> None:
    record = chart(resource(kind, code={"coding": [coding]}))

    assert [words in fact.text and bool(fact.text.strip()) for fact in record.conditions] == [True]


def test_a_procedure_known_by_its_code_alone_has_words() -> None:
    coding = {"system": "http://www.ama-assn.org/go/cpt", "code": "62362"}
    record = chart(resource("Procedure", status="completed", code={"coding": [coding]}))

    assert [bool(fact.text.strip()) for fact in record.procedures] == [True]


def test_words_for_a_code_that_has_no_display() -> None:
    assert VALUESETS.told([("http://x", "77", "")]) == "code 77"
    assert VALUESETS.told([]) == ""
