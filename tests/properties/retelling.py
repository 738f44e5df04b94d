"""Other ways to say what is found, done and planned; and the ways to say anything: the envelope of a resource."""

import json
from collections.abc import Callable, Sequence
from random import Random

from tests.properties import retelling_drugs
from tests.properties.retelling_drugs import OIDS, Retelling
from tests.stories.calls import Call, Resource

_CODED = ("Observation", "Condition", "Procedure")
_BP_PANEL, _SYSTOLIC, _DIASTOLIC = "85354-9", "8480-6", "8462-4"


def _loinc(concept: Resource) -> str:
    return next((c["code"] for c in concept.get("coding", []) if c.get("system") == "http://loinc.org"), "")


# -- which finding -----------------------------------------------------------------------------------------------------


def _code_by_oid(resource: Resource, chance: Random) -> list[Resource] | None:
    """The code system by its OID."""
    coded = [c for c in resource.get("code", {}).get("coding", []) if c.get("system") in OIDS]
    if resource["resourceType"] not in _CODED or not coded:
        return None
    copy: Resource = json.loads(json.dumps(resource))
    for coding in copy["code"]["coding"]:
        coding["system"] = OIDS.get(coding.get("system"), coding.get("system"))
    return [copy]


def _code_alone(resource: Resource, chance: Random) -> list[Resource] | None:
    """Codes without words; only where the words are the code's own and say no more ("at C6" is more)."""
    code = resource.get("code", {})
    coded = [c for c in code.get("coding", []) if c.get("system") in OIDS]
    own = _loinc(code) and resource["resourceType"] == "Observation"
    if not coded or not (own or any(c.get("display") == code.get("text", c.get("display")) for c in coded)):
        return None
    return [{**resource, "code": {"coding": [{"system": c["system"], "code": c["code"]} for c in coded]}}]


def _words_alone(resource: Resource, chance: Random) -> list[Resource] | None:
    """The words without the code."""
    code = resource.get("code", {})
    if resource["resourceType"] in _CODED and code.get("coding") and code.get("text"):
        return [{**resource, "code": {"text": code["text"]}}]
    return None


# -- how much ----------------------------------------------------------------------------------------------------------

_UNITS: dict[str, tuple[tuple[str, Callable[[float], Resource]], ...]] = {
    "8310-5": (
        ("Cel", lambda v: {"value": round(v * 1.8 + 32, 2), "unit": "°F"}),
        ("Cel", lambda v: {"value": round(v * 1.8 + 32, 2), "unit": "degF", "code": "[degF]"}),
        ("Cel", lambda v: {"value": v}),
    ),
    _SYSTOLIC: (("mm[Hg]", lambda v: {"value": round(v / 7.50062, 3), "unit": "kPa", "code": "kPa"}),),
    "2157-6": (("U/L", lambda v: {"value": v / 60, "unit": "µkat/L", "code": "ukat/L"}),),
    "2160-0": (("mg/dL", lambda v: {"value": round(v * 88.4, 1), "unit": "µmol/L", "code": "umol/L"}),),
}


def _in_another_unit(resource: Resource, chance: Random) -> list[Resource] | None:
    """Fahrenheit, kilopascal, microkatal, micromole; or no unit where the number cannot be anything else."""
    quantity = resource.get("valueQuantity", {})
    ways = _UNITS.get(_loinc(resource.get("code", {})), ())
    ways = tuple(to for unit, to in ways if unit in (quantity.get("code"), quantity.get("unit")))
    return [{**resource, "valueQuantity": chance.choice(ways)(quantity["value"])}] if ways else None


def _as_bare_value(resource: Resource, chance: Random) -> list[Resource] | None:
    """A heart rate as an integer or as a string."""
    value = resource.get("valueQuantity", {}).get("value")
    if _loinc(resource.get("code", {})) not in ("8867-4", "9279-1", "9269-2") or value is None or value != int(value):
        return None
    rest = {k: v for k, v in resource.items() if k != "valueQuantity"}
    return [{**rest, **chance.choice(({"valueInteger": int(value)}, {"valueString": str(int(value))}))}]


def _panel_apart(resource: Resource, chance: Random) -> list[Resource] | None:
    """Each component of a blood pressure as an Observation."""
    if _loinc(resource.get("code", {})) != _BP_PANEL:
        return None
    rest = {k: v for k, v in resource.items() if k != "component"}
    return [{**rest, "id": f"{resource['id']}-{n}", **part} for n, part in enumerate(resource["component"])]


def _as_panel(resource: Resource, chance: Random) -> list[Resource] | None:
    """A single blood pressure as the component of a panel."""
    if _loinc(resource.get("code", {})) not in (_SYSTOLIC, _DIASTOLIC) or "valueQuantity" not in resource:
        return None
    rest = {k: v for k, v in resource.items() if k != "valueQuantity"}
    part = {"code": resource["code"], "valueQuantity": resource["valueQuantity"]}
    panel = {"coding": [{"system": "http://loinc.org", "code": _BP_PANEL}]}
    return [{**rest, "code": panel, "component": [part]}]


# -- when --------------------------------------------------------------------------------------------------------------


def _as_period(resource: Resource, chance: Random) -> list[Resource] | None:
    """A moment as a period that begins and ends then, or as an instant."""
    element = {"Observation": "effective", "Procedure": "performed", "MedicationAdministration": "effective"}.get(
        resource["resourceType"]
    )
    told = resource.get(f"{element}DateTime")
    if not told:
        return None
    rest = {k: v for k, v in resource.items() if k != f"{element}DateTime"}
    if resource["resourceType"] == "Observation" and len(told) > 10 and chance.random() < 0.5:
        return [{**rest, "effectiveInstant": told}]
    return [{**rest, f"{element}Period": {"start": told, "end": told}}]


def _onset_as_period(resource: Resource, chance: Random) -> list[Resource] | None:
    """The onset of a problem as the start of a period."""
    if resource["resourceType"] != "Condition" or "onsetDateTime" not in resource:
        return None
    rest = {k: v for k, v in resource.items() if k != "onsetDateTime"}
    return [{**rest, "onsetPeriod": {"start": resource["onsetDateTime"]}}]


# -- any resource ------------------------------------------------------------------------------------------------------


def _other_final(resource: Resource, chance: Random) -> list[Resource] | None:
    """Final, amended, corrected and preliminary values all count (FND-05)."""
    if resource["resourceType"] != "Observation" or resource.get("status") != "final":
        return None
    return [{**resource, "status": chance.choice(("amended", "corrected", "preliminary"))}]


def _whose_by_url(resource: Resource, chance: Random) -> list[Resource] | None:
    """The patient by an absolute URL, with a name."""
    for element in ("subject", "patient"):
        who = resource.get(element, {}).get("reference", "")
        if who.startswith("Patient/"):
            there = {"reference": f"https://ehr.example.org/fhir/R4/{who}", "display": "Somebody"}
            return [{**resource, element: there}]
    return None


def _decorated(resource: Resource, chance: Random) -> list[Resource] | None:
    """With what every EHR adds, and its elements in another order."""
    more = {
        "meta": {"versionId": "7", "lastUpdated": "2025-01-01T00:00:00Z", "profile": ["http://example.org/p"]},
        "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>see elsewhere</div>"},
        "extension": [{"url": "http://example.org/colour", "valueString": "blue"}],
        "identifier": [{"system": "urn:oid:1.2.3", "value": "42"}],
        "_status": {"id": "s1"},
    }
    told = [*{**more, **resource}.items()]
    chance.shuffle(told)
    return [dict(told)]


RETELLINGS: dict[str, Retelling] = {
    **retelling_drugs.RETELLINGS,
    "code system by OID": _code_by_oid,
    "finding by code alone": _code_alone,
    "finding in words alone": _words_alone,
    "value in another unit": _in_another_unit,
    "value without a unit": _as_bare_value,
    "panel apart": _panel_apart,
    "single as panel": _as_panel,
    "moment as period": _as_period,
    "onset as period": _onset_as_period,
    "another status that counts": _other_final,
    "patient by URL": _whose_by_url,
    "decorated": _decorated,
}


# -- a whole call ------------------------------------------------------------------------------------------------------


def retold(call: Call, names: Sequence[str], chance: Random, *, share: float = 1.0) -> tuple[Call, int]:
    """The call with its resources, in the chart and in hand, told otherwise; and how many were."""
    changed = 0

    def one(resource: Resource) -> list[Resource]:
        nonlocal changed
        told = [resource]
        for name in names:
            if chance.random() > share:
                continue
            other = RETELLINGS[name](told[0], chance)
            if other is not None:
                told = [*other, *told[1:]]
                changed += 1
        return told

    resources = [told for resource in call.resources for told in one(resource)]
    drafts: list[Resource] = []
    for draft in call.drafts:
        first, *more = one(draft)
        drafts.append(first)
        resources += more
    return call.but(resources=resources).with_drafts(drafts), changed


def shuffled(call: Call, chance: Random) -> Call:
    """Entries in any order, some of them twice."""
    told = [*call.resources, *chance.sample(list(call.resources), k=chance.randint(0, len(call.resources)))]
    chance.shuffle(told)
    drafts = call.drafts
    chance.shuffle(drafts)
    return call.but(resources=told).with_drafts(drafts)


# -- order or statement ------------------------------------------------------------------------------------------------


def as_statements(call: Call) -> tuple[Call, int]:
    """Home medicines told by a reporter instead of an orderer.

    Not the same fact, and left alone: what another resource points to (an administration's order, a draft's copy, the
    prescription before), a supply to be dispensed, a schedule with bounds, and what is not plainly taken at home.
    """
    pointed_to = json.dumps([call.context, [{k: v for k, v in r.items() if k != "id"} for r in call.resources]])
    drafted = {(draft["resourceType"], draft["id"]) for draft in call.drafts}
    told, changed = [], 0
    for resource in call.resources:
        reference = f"{resource['resourceType']}/{resource.get('id')}"
        free = f'"{reference}"' not in pointed_to and (resource["resourceType"], resource.get("id")) not in drafted
        if free and _is_home_order(resource):
            told.append(_as_statement(resource))
            changed += 1
        else:
            told.append(resource)
    return call.but(resources=told), changed


def _is_home_order(resource: Resource) -> bool:
    if resource["resourceType"] != "MedicationRequest" or resource.get("status") != "active":
        return False
    if resource.get("dispenseRequest") or "boundsPeriod" in json.dumps(resource):
        return False
    categories = [c.get("code") for concept in resource.get("category", []) for c in concept.get("coding", [])]
    return categories == ["community"] and not retelling_drugs.is_by_pump(resource)


def _as_statement(order: Resource) -> Resource:
    kept = ("id", "status", "subject", "medicationCodeableConcept", "medicationReference", "contained", "note")
    statement = {"resourceType": "MedicationStatement", **{k: order[k] for k in kept if k in order}}
    if "authoredOn" in order:
        statement["effectivePeriod"] = {"start": order["authoredOn"]}
    if "dosageInstruction" in order:
        statement["dosage"] = order["dosageInstruction"]
    return statement
