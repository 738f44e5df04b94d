"""Short ways to write what systems send, and to read it. The facility is in New York: not UTC, with summer time."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cards.ledger import Entry, Ledger, State
from cards.moment import Moment, Supplied
from cards.record.facts import Administration, MedicationOrder, Observation
from cards.record.read import read
from cards.record.record import Record
from cards.record.valuesets import ValueSets

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # noon in New York
VALUESETS = ValueSets.load()
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
CPT = "http://www.ama-assn.org/go/cpt"
UCUM = "http://unitsofmeasure.org"

TID_20 = {
    "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
    "doseAndRate": [{"doseQuantity": {"value": 20, "unit": "mg", "code": "mg"}}],
}


def raw(resource: Any) -> msgspec.Raw:
    """A resource as bytes; bytes as they are."""
    return msgspec.Raw(resource if isinstance(resource, bytes) else msgspec.json.encode(resource))


def chart(*resources: Any, drafts: tuple[Any, ...] = (), date_order: str = "", patient: str = "p1") -> Record:
    """Read resources as the chart of patient p1, each as an answer to the need of its type."""
    needs = [r.get("resourceType", "") if isinstance(r, dict) else "" for r in resources]
    needs = ["" if need == "Medication" else need for need in needs]
    moment = Moment(now=NOW, patient_id=patient, zone=ZONE, drafts=tuple(raw(d) for d in drafts), date_order=date_order)
    ledger = Ledger(Entry(need, State.PRESENT, "prefetch") for need in dict.fromkeys(needs) if need)
    return read([Supplied(n, raw(r)) for n, r in zip(needs, resources, strict=True)], ledger, moment, VALUESETS)


def request(**elements: Any) -> dict[str, Any]:
    """A MedicationRequest of patient p1; baclofen 10 mg tablets unless said otherwise."""
    drug = (
        {}
        if any(key.startswith(("medication", "_medication")) for key in elements)
        else {"medicationCodeableConcept": {"text": "baclofen 10 mg tablet"}}
    )
    return {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        **drug,
        **elements,
    }


def order(*more: Any, **elements: Any) -> MedicationOrder:
    """The one medication order that a MedicationRequest becomes."""
    record = chart(request(**elements), *more)
    assert len(record.medication_orders) == 1
    return record.medication_orders[0]


def dosed(*instructions: Any, text: str = "baclofen 10 mg tablet", **elements: Any) -> MedicationOrder:
    """A baclofen order with these dosage instructions."""
    return order(medicationCodeableConcept={"text": text}, dosageInstruction=list(instructions), **elements)


def observation(**elements: Any) -> dict[str, Any]:
    """An Observation of patient p1 this morning."""
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-24T09:00:00-05:00",
        **elements,
    }


def seen(**elements: Any) -> dict[str, Observation]:
    """Facts of one Observation by concept."""
    return {fact.concept: fact for fact in chart(observation(**elements)).observations}


def given(**elements: Any) -> Administration:
    """The fact of one MedicationAdministration of baclofen."""
    base = {
        "resourceType": "MedicationAdministration",
        "id": "a1",
        "status": "completed",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "baclofen 10 mg tablet"},
    }
    return chart({**base, **elements}).administrations[0]


def quantity(value: float, unit: str = "", code: str = "") -> dict[str, Any]:
    """A Quantity with a unit text, a UCUM code, both or neither."""
    return {"value": value} | ({"unit": unit} if unit else {}) | ({"code": code} if code else {})
