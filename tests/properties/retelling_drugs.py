"""Other ways to say which drug and how much of it. Each takes a resource and gives what it says in other words.

A retelling answers None where it has nothing to retell. It never drops a fact: a code that names the substance alone
stands for a tablet only where the dose is in milligrams and the route is stated.
"""

import json
import re
from collections.abc import Callable
from random import Random

from tests.stories.calls import Resource

Retelling = Callable[[Resource, Random], list[Resource] | None]

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OIDS = {
    RXNORM: "urn:oid:2.16.840.1.113883.6.88",
    "http://loinc.org": "urn:oid:2.16.840.1.113883.6.1",
    "http://snomed.info/sct": "urn:oid:2.16.840.1.113883.6.96",
    "http://hl7.org/fhir/sid/icd-10-cm": "urn:oid:2.16.840.1.113883.6.90",
}
SUBSTANCE = {
    "RxNorm": {"system": RXNORM, "code": "1292"},
    "SNOMED": {"system": "http://snomed.info/sct", "code": "387342009"},
    "ATC": {"system": "http://www.whocc.no/atc", "code": "M03BX01"},
    "UNII": {"system": "http://fdasis.nlm.nih.gov", "code": "H789N3FKE8"},
}
_DOSED_IN = {"MedicationRequest": "dosageInstruction", "MedicationStatement": "dosage", "MedicationDispense": ""}
_MEDICINES = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")
_WORDED = {1: "once a day", 2: "twice a day", 3: "three times a day", 4: "four times a day"}


def said(concept: Resource) -> str:
    """A concept's own words."""
    return concept.get("text") or next((c["display"] for c in concept.get("coding", []) if c.get("display")), "")


def is_baclofen(concept: Resource) -> bool:
    return "baclofen" in said(concept).lower()


def is_by_pump(resource: Resource) -> bool:
    return bool(re.search("intrathecal|72607000", json.dumps(resource), re.I))


def dosages(resource: Resource) -> list[Resource]:
    """Its dosage instructions, as they may be changed."""
    told: list[Resource] = resource.get(_DOSED_IN.get(resource["resourceType"], ""), [])
    return told


def _with_concept(
    change: Callable[[Resource, Resource, Random], Resource | None], *, by_words: bool = False
) -> Retelling:
    """A retelling of the concept of a medicine that is told as a concept; `by_words`: of one that has words."""

    def retell(resource: Resource, chance: Random) -> list[Resource] | None:
        concept = resource.get("medicationCodeableConcept")
        if resource["resourceType"] not in _MEDICINES or not concept or (by_words and not said(concept)):
            return None
        changed = change(concept, resource, chance)
        if changed is None:
            return None
        return [{k: v for k, v in resource.items() if k != "medicationCodeableConcept"} | changed]

    return retell


def _concept(**elements: object) -> Resource:
    return {"medicationCodeableConcept": elements}


def _in_words(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    words = said(concept)
    local = [{"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.696580", "code": "4711"}]
    return _concept(text=words, coding=local) if chance.random() < 0.5 else _concept(text=words)


def _loudly(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    return _concept(text=f"  {said(concept).upper()} ")


def _in_french(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    return _concept(text=re.sub("baclofen", "Baclofène", said(concept), flags=re.I)) if is_baclofen(concept) else None


def _by_brand(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    if not is_baclofen(concept):
        return None
    brand = chance.choice(("Gablofen", "Lioresal Intrathecal")) if is_by_pump(resource) else "Lioresal"
    return _concept(text=re.sub("baclofen( intrathecal)?", brand, said(concept), flags=re.I))


def _by_code(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    coded = [c for c in concept.get("coding", []) if c.get("system") == RXNORM]
    if not coded:
        return None
    system = chance.choice((RXNORM, OIDS[RXNORM]))
    return _concept(coding=[{"system": system, "code": c["code"]} for c in coded])


def _by_substance(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    """Only where the strength of the tablet and its form say nothing that the dosage does not."""
    told = dosages(resource)
    in_mass = all(
        rate.get("doseQuantity", {}).get("unit") in ("mg", "mcg", "g")
        for d in told
        for rate in d.get("doseAndRate", [])
    )
    whole = bool(told) and in_mass and all(d.get("route") and d.get("doseAndRate") for d in told)
    if not is_baclofen(concept) or is_by_pump(resource) or not whole:
        return None
    return _concept(coding=[SUBSTANCE[chance.choice(sorted(SUBSTANCE))]])


def _by_reference_alone(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    """A Medication that nobody has, but its name stands beside the reference (Epic's drafts)."""
    return {"medicationReference": {"reference": f"Medication/gone-{chance.randrange(999)}", "display": said(concept)}}


def _contained(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    if resource.get("contained"):
        return None
    inner = {"resourceType": "Medication", "id": "drug", "code": concept}
    return {"contained": [inner], "medicationReference": {"reference": "#drug"}}


def _by_ingredient(concept: Resource, resource: Resource, chance: Random) -> Resource | None:
    """Oracle Health's way: a contained Medication with an ingredient, its strength and its form."""
    strength = re.search(r"([\d.]+) ?mg(/ml)?", said(concept), re.I)
    if resource.get("contained") or not is_baclofen(concept) or not strength or "liquid" in said(concept).lower():
        return None
    per = {"value": 1, "unit": "mL"} if strength[2] else {"value": 1, "unit": "tablet"}
    ingredient = {
        "itemCodeableConcept": {"coding": [SUBSTANCE[chance.choice(sorted(SUBSTANCE))]]},
        "strength": {"numerator": {"value": float(strength[1]), "unit": "mg"}, "denominator": per},
    }
    form = {"text": "Solution for intrathecal injection" if is_by_pump(resource) else "Oral tablet"}
    inner = {"resourceType": "Medication", "id": "drug", "form": form, "ingredient": [ingredient]}
    return {"contained": [inner], "medicationReference": {"reference": "#drug"}}


def referenced(resource: Resource, chance: Random) -> list[Resource] | None:
    """The drug as a Medication of its own, in the same Bundle."""
    concept = resource.get("medicationCodeableConcept")
    if resource["resourceType"] not in _MEDICINES or not concept:
        return None
    name = f"drug-{chance.randrange(10**9)}"
    base = chance.choice(("", "https://ehr.example.org/fhir/R4/"))
    rest = {k: v for k, v in resource.items() if k != "medicationCodeableConcept"}
    medication = {"resourceType": "Medication", "id": name, "code": concept}
    return [{**rest, "medicationReference": {"reference": f"{base}Medication/{name}"}}, medication]


# -- how much ----------------------------------------------------------------------------------------------------------


def _with_dosages(change: Callable[[Resource, Random], bool]) -> Retelling:
    """A retelling of the dosage instructions of a baclofen order; `change` says whether it changed one in place."""

    def retell(resource: Resource, chance: Random) -> list[Resource] | None:
        if "aclof" not in json.dumps(resource) or not dosages(resource):
            return None
        copy: Resource = json.loads(json.dumps(resource))
        changed = [change(dosage, chance) for dosage in dosages(copy)]
        return [copy] if any(changed) else None

    return retell


def _in_other_mass(dosage: Resource, chance: Random) -> bool:
    """Milligrams as grams by mouth (not as micrograms: FND-02 doubts those), micrograms as milligrams by pump."""
    changed = False
    for rate in dosage.get("doseAndRate", []):
        for name in ("doseQuantity", "rateQuantity"):
            changed |= _other_mass(rate.get(name, {}))
        changed |= _other_mass(rate.get("rateRatio", {}).get("numerator", {}))
    return changed


def _other_mass(quantity: Resource) -> bool:
    unit = quantity.get("unit", "")
    head, slash, rest = unit.partition("/")
    other = {"mg": "g", "mcg": "mg", "ug": "mg"}.get(head)
    if other is None or (quantity["value"] > 2000 and head != "mg"):
        return False
    per = {"day": "/d", "d": "/d", "": ""}.get(rest)
    if per is None or (head == "mg" and slash):  # a daily rate in milligrams is the unit that FND-02 asks about
        return False
    quantity["value"] = quantity["value"] / 1000
    quantity["unit"] = other + slash + rest
    quantity.pop("system", None)
    quantity["code"] = other + per
    return True


def _as_ratio(dosage: Resource, chance: Random) -> bool:
    """A rate a day as a ratio to one day, or to 24 hours."""
    changed = False
    for rate in dosage.get("doseAndRate", []):
        quantity = rate.get("rateQuantity", {})
        if quantity.get("unit") in ("mcg/day", "ug/d", "mcg/d"):
            per = chance.choice(({"value": 1, "unit": "day", "code": "d"}, {"value": 24, "unit": "h", "code": "h"}))
            rate["rateRatio"] = {"numerator": {"value": quantity["value"], "unit": "mcg"}, "denominator": per}
            del rate["rateQuantity"]
            changed = True
    return changed


def _by_timing_code(dosage: Resource, chance: Random) -> bool:
    """Three times a day as TID."""
    repeat = dosage.get("timing", {}).get("repeat", {})
    code = {1: "QD", 2: "BID", 3: "TID", 4: "QID"}.get(repeat.get("frequency"))
    if code is None or (repeat.get("period"), repeat.get("periodUnit")) != (1, "d") or set(repeat) - _PLAIN:
        return False
    dosage["timing"] = {"code": chance.choice(({"text": code}, {"coding": [{"code": code}]}))}
    return True


def _in_text_alone(dosage: Resource, chance: Random) -> bool:
    """A plain oral instruction as its sentence."""
    repeat = dosage.get("timing", {}).get("repeat", {})
    rates = dosage.get("doseAndRate", [])
    quantity = rates[0].get("doseQuantity", {}) if len(rates) == 1 else {}
    times = _WORDED.get(repeat.get("frequency"))
    plain = times and (repeat.get("period"), repeat.get("periodUnit")) == (1, "d") and not set(repeat) - _PLAIN
    if not plain or quantity.get("unit") != "mg" or dosage.get("asNeededBoolean") or "sequence" in dosage:
        return False
    for name in ("timing", "doseAndRate"):
        del dosage[name]
    dosage["text"] = f"{quantity['value']:g} mg {times}"
    return True


_PLAIN = {"frequency", "period", "periodUnit"}


def _route_otherwise(dosage: Resource, chance: Random) -> bool:
    """The route by its code or by its words."""
    route = dosage.get("route", {})
    if not route.get("coding") or not route.get("text"):
        return False
    del route[chance.choice(("coding", "text"))]
    return True


RETELLINGS: dict[str, Retelling] = {
    "drug in words": _with_concept(_in_words, by_words=True),
    "drug in capitals": _with_concept(_loudly, by_words=True),
    "drug in French": _with_concept(_in_french),
    "drug by brand": _with_concept(_by_brand),
    "drug by bare code": _with_concept(_by_code),
    "drug by substance": _with_concept(_by_substance),
    "drug by display of a lost reference": _with_concept(_by_reference_alone, by_words=True),
    "drug contained": _with_concept(_contained),
    "drug by ingredient": _with_concept(_by_ingredient),
    "drug referenced": referenced,
    "mass in another unit": _with_dosages(_in_other_mass),
    "rate as ratio": _with_dosages(_as_ratio),
    "timing by code": _with_dosages(_by_timing_code),
    "dosage in text alone": _with_dosages(_in_text_alone),
    "route by code or words": _with_dosages(_route_otherwise),
}
