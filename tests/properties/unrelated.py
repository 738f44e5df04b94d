"""Resources that have nothing to do with baclofen, as every chart is full of them."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from tests.stories.calls import Call, Resource

_DRUGS = (
    "Atorvastatin 20 mg tablet", "Amlodipine 5 mg tablet", "Levothyroxine 75 mcg tablet", "Beclometasone inhaler",
    "Bacitracin ointment", "Insulin glargine 100 units/mL pen", "Amoxicillin 500 mg capsule", "Metformin 850 mg tablet",
)  # fmt: skip
_FINDINGS = (
    ({"text": "Favourite colour"}, {"valueString": "blue"}),
    ({"text": "Tobacco smoking status"}, {"valueString": "Never smoked"}),
    ({"coding": [{"system": "http://loinc.org", "code": "718-7"}], "text": "Hemoglobin"},
     {"valueQuantity": {"value": 13.1, "unit": "g/dL", "code": "g/dL"}}),
    ({"coding": [{"system": "http://loinc.org", "code": "4548-4"}], "text": "Hemoglobin A1c"},
     {"valueQuantity": {"value": 6.9, "unit": "%", "code": "%"}}),
    ({"coding": [{"system": "http://loinc.org", "code": "8302-2"}], "text": "Body height"},
     {"valueQuantity": {"value": 171, "unit": "cm", "code": "cm"}}),
)  # fmt: skip
_PROBLEMS = ("Hay fever", "Hypothyroidism", "Psoriasis", "Myopia", "Osteoarthritis of the knee")
_DEVICES = ("Hearing aid", "Cochlear implant", "Total knee prosthesis", "Blood glucose monitor")
_DEEDS = ("Dental cleaning", "Influenza vaccination", "Refraction test", "Removal of stitches")


def _ago(call: Call, chance: Random, *hours: int) -> str:
    return (call.now - timedelta(hours=chance.choice(hours or (2, 30, 400, 4000, 20000)))).isoformat()


def _drug(call: Call, chance: Random) -> Resource:
    """Not written in these days: an outpatient order written during a stay is a discharge prescription (ABR-04)."""
    kind = chance.choice(("MedicationRequest", "MedicationStatement", "MedicationDispense"))
    when = {"MedicationRequest": "authoredOn", "MedicationStatement": "effectiveDateTime"}.get(kind, "whenHandedOver")
    status = "completed" if kind == "MedicationDispense" else chance.choice(("active", "stopped", "completed"))
    more = {"intent": "order", "category": [{"coding": [{"code": "community"}]}]} if kind == "MedicationRequest" else {}
    drug = {"text": chance.choice(_DRUGS)}
    return {
        "resourceType": kind,
        "status": status,
        "medicationCodeableConcept": drug,
        when: _ago(call, chance, 400, 4000),
        **more,
    }


def _finding(call: Call, chance: Random) -> Resource:
    code, value = chance.choice(_FINDINGS)
    when = _ago(call, chance)
    return {"resourceType": "Observation", "status": "final", "code": code, "effectiveDateTime": when, **value}


def _problem(call: Call, chance: Random) -> Resource:
    status = {"coding": [{"code": chance.choice(("active", "resolved"))}]}
    return {"resourceType": "Condition", "clinicalStatus": status, "code": {"text": chance.choice(_PROBLEMS)}}


def _device(call: Call, chance: Random) -> Resource:
    name = [{"name": chance.choice(_DEVICES), "type": "user-friendly-name"}]
    return {"resourceType": "Device", "status": "active", "deviceName": name}


def _deed(call: Call, chance: Random) -> Resource:
    text, when = {"text": chance.choice(_DEEDS)}, _ago(call, chance)
    return {"resourceType": "Procedure", "status": "completed", "code": text, "performedDateTime": when}


def _visit(call: Call, chance: Random) -> Resource:
    who = {"reference": f"Patient/{call.context['patientId']}"}
    start = (call.now + timedelta(days=chance.randint(1, 60))).isoformat()
    what, there = chance.choice(("Eye clinic", "Flu clinic")), [{"actor": who, "status": "accepted"}]
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "description": what,
        "start": start,
        "participant": there,
    }


def _order(call: Call, chance: Random) -> Resource:
    text = {"text": chance.choice(("Chest X-ray", "Dietitian review", "Full blood count"))}
    when = (call.now - timedelta(days=400)).isoformat()
    return {
        "resourceType": "ServiceRequest",
        "status": "completed",
        "intent": "order",
        "code": text,
        "authoredOn": when,
    }


def _allergy(call: Call, chance: Random) -> Resource:
    return {"resourceType": "AllergyIntolerance", "code": {"text": chance.choice(("Penicillin", "Baclofen"))}}


def _mistake(call: Call, chance: Random) -> Resource:
    """Entered in error: whatever it says, it says nothing."""
    said = [r for r in call.resources if "status" in r]
    return {**chance.choice(said), "status": "entered-in-error", "id": ""} if said else _allergy(call, chance)


MAKERS: tuple[Callable[[Call, Random], Resource], ...] = (
    _drug, _finding, _problem, _device, _deed, _visit, _order, _allergy, _mistake,
)  # fmt: skip


def unrelated(call: Call, chance: Random, number: int) -> list[Resource]:
    """So many resources of this patient that have nothing to do with baclofen."""
    made = []
    for n in range(number):
        resource = chance.choice(MAKERS)(call, chance)
        whose = "patient" if resource["resourceType"] in ("Device", "AllergyIntolerance") else "subject"
        if resource["resourceType"] != "Appointment":
            resource[whose] = {"reference": f"Patient/{call.context['patientId']}"}
        made.append({**resource, "id": f"unrelated-{n}"})
    return made
