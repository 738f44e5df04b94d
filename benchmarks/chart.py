"""Hook requests of a given size: one story's patient among as much ordinary chart as it takes.

The story is `three-doses-missed-after-surgery`, so that critical cards are due whatever the size: a server that
answers an empty list is always fast. What is added is shaped as US Core shapes it, some 1.2 kB a resource, and old
enough not to change the answer.
"""

import json
import random
from datetime import datetime, timedelta
from typing import Any

from cards.needs import ALL
from service.stories import USER, prefetch_of, story

NAME = "three-doses-missed-after-surgery"
CARD_KINDS = ["perioperative-interruption", "abrupt-discontinuation"]  # the cards that are due, in order

_VITALS = [
    ("8867-4", "Heart rate", "/min", 60, 95),
    ("8310-5", "Body temperature", "Cel", 36, 37),
    ("9279-1", "Respiratory rate", "/min", 12, 18),
    ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%", 95, 100),
]
_LABS = [
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 4, 5),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 136, 144),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 11, 15),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 5, 9),
]
_DRUGS = ["Lisinopril 10 MG Oral Tablet", "Atorvastatin 20 MG Oral Tablet", "Metformin 500 MG Oral Tablet"]
_PROBLEMS = ["Essential hypertension", "Type 2 diabetes mellitus", "Hyperlipidemia", "Osteoarthritis of knee"]
_LATEST, _EARLIEST = 30, 900  # days ago


def hook_request(entries: int, now: datetime) -> dict[str, Any]:
    """A patient-view call whose whole prefetch brings so many resources (more than the story itself has)."""
    told = story(NAME)
    chart = told.resources(now)
    request = told.hook_request(told.expected.requests[0], now)
    chosen = random.Random(entries)  # noqa: S311 - the same chart each time, not a secret
    left = entries - count(prefetch_of(chart, ALL))
    while left > 0:
        one = _resource(len(chart), now, chosen)
        cost = count(prefetch_of([one], ALL))
        if cost <= left:
            chart.append(one)
            left -= cost
    return request | {"prefetch": prefetch_of(chart, ALL)}


def count(prefetch: dict[str, Any]) -> int:
    """How many resources are sent. A vital sign comes under two keys, is read twice, and counts twice."""
    single = sum(1 for value in prefetch.values() if value and value["resourceType"] != "Bundle")
    bundles = [value for value in prefetch.values() if value and value["resourceType"] == "Bundle"]
    return single + sum(len(bundle["entry"]) for bundle in bundles)


def _resource(number: int, now: datetime, chosen: random.Random) -> dict[str, Any]:
    at = now - timedelta(days=chosen.uniform(_LATEST, _EARLIEST))
    kind = chosen.choices(["vital", "lab", "order", "problem", "encounter", "procedure"], [45, 30, 8, 6, 7, 4])[0]
    common = {
        "id": f"bench-{number}",
        "meta": {
            "versionId": "1",
            "lastUpdated": at.isoformat(),
            "profile": [f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{kind}"],
        },
        "text": {"status": "generated", "div": _NARRATIVE},
        "subject": {"reference": f"Patient/{NAME}", "display": "Synthetic Patient"},
        "encounter": {"reference": f"Encounter/{NAME}-old-{number % 20}"},
    }
    if kind in {"vital", "lab"}:
        return common | _observation(kind, at, chosen)
    if kind == "order":
        return common | _order(at, chosen)
    del common["encounter"]
    if kind == "problem":
        return common | _problem(at, chosen)
    if kind == "encounter":
        return common | _encounter(at)
    return common | {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"text": "Colonoscopy, diagnostic"},
        "performedDateTime": at.isoformat(),
    }


_NARRATIVE = '<div xmlns="http://www.w3.org/1999/xhtml"><p>' + "Generated summary of this entry. " * 8 + "</p></div>"


def _observation(kind: str, at: datetime, chosen: random.Random) -> dict[str, Any]:
    code, display, unit, low, high = chosen.choice(_VITALS if kind == "vital" else _LABS)
    category = "vital-signs" if kind == "vital" else "laboratory"
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": system, "code": category, "display": category}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": display}], "text": display},
        "effectiveDateTime": at.isoformat(),
        "issued": at.isoformat(),
        "performer": [{"reference": USER, "display": "Core Example"}],
        "valueQuantity": {
            "value": round(chosen.uniform(low, high), 1),
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        },
    }


def _order(at: datetime, chosen: random.Random) -> dict[str, Any]:
    drug = chosen.choice(_DRUGS)
    return {
        "resourceType": "MedicationRequest",
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": {"text": drug},
        "authoredOn": at.isoformat(),
        "requester": {"display": "Core Example"},
        "dosageInstruction": [
            {
                "text": f"Take 1 tablet ({drug}) by mouth once a day",
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            }
        ],
    }


def _problem(at: datetime, chosen: random.Random) -> dict[str, Any]:
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": clinical, "code": "active"}]},
        "code": {"text": chosen.choice(_PROBLEMS)},
        "onsetDateTime": at.isoformat(),
        "recordedDate": at.isoformat(),
    }


def _encounter(at: datetime) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "period": {"start": at.isoformat(), "end": (at + timedelta(minutes=30)).isoformat()},
    }


class Body:
    """The bytes of one request, with another hookInstance each time, so that no cache answers."""

    def __init__(self, request: dict[str, Any]) -> None:
        head, tail = json.dumps(request).split(request["hookInstance"])
        self._head, self._tail = head.encode(), tail.encode()
        self.size = len(head) + len(tail)

    def bytes(self, number: int) -> bytes:
        """The body of the call of this number."""
        return self._head + f"00000000-0000-4000-8000-{number:012x}".encode() + self._tail
