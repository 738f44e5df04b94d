"""Codeable concepts as they come: systems by any of their names, arrays that are objects, text without code.

Nothing here raises on odd shapes: what cannot be read is left out, and the caller sees an empty answer.
"""

import unicodedata
from functools import lru_cache
from typing import Any

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ATC = "http://www.whocc.no/atc"
PZN = "http://fhir.de/CodeSystem/ifa/pzn"
DMD = "https://dmd.nhs.uk"
UNII = "http://fdasis.nlm.nih.gov"
EDQM = "http://standardterms.edqm.eu"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

# What systems are called in the field: EHRs send OIDs, and https where FHIR says http.
_ALIASES = {
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "urn:oid:2.16.840.1.113883.6.69": NDC,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "urn:oid:2.16.840.1.113883.6.90": ICD,
    "urn:oid:0.4.0.127.0.16.1.1.2.1": EDQM,
    "http://www.cms.gov/medicare/coding/medhcpcsgeninfo": HCPCS,
    "http://fhir.de/codesystem/dimdi/atc": ATC,
    "http://fhir.de/codesystem/bfarm/atc": ATC,
    "http://dmd.nhs.uk": DMD,
}
_ALIASES |= {
    system.lower().replace("https://", "http://"): system
    for system in (RXNORM, NDC, SNOMED, LOINC, ICD, CPT, HCPCS, ATC, PZN, UNII, EDQM, NCIT, ABSENT)
}

Coding = tuple[str, str, str]  # system, code, display; "" where absent


@lru_cache(maxsize=1024)
def canonical(system: str) -> str:
    """The one name we use for a code system; unknown ones come back as they are."""
    key = system.strip().rstrip("/").lower().replace("https://", "http://")
    if key[:1].isdigit():  # an OID without its prefix
        key = "urn:oid:" + key
    return _ALIASES.get(key, system.strip())


def normal_code(system: str, code: str) -> str:
    """A code as the dictionary holds it.

    ICD without dots, and without the seventh character that only says which visit it is; NDC as labeler and product
    (the first 9 of 11 digits), because packages change.
    """
    if system == ICD:
        plain = code.upper().replace(".", "").strip()
        return plain[:-1].rstrip("X") if len(plain) == 7 and plain[-1] in "ADS" else plain
    if system == NDC:
        return ndc_product(code)
    return code


def ndc_product(code: str) -> str:
    """Labeler and product of an NDC as 9 digits, from 5-4-2 with or without hyphens, 4-4-2, 5-3-2, or no package."""
    parts = code.strip().split("-")
    if len(parts) >= 2:
        return parts[0].zfill(5) + parts[1].zfill(4)
    return code.strip()[:9]


def items(value: Any) -> list[dict[str, Any]]:
    """The objects of an array, of an object where an array belongs, or of nothing."""
    if value is None:
        return []
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return [value] if isinstance(value, dict) else []


def string(value: Any) -> str:
    """A string as it is, stripped; anything else is ""."""
    return value.strip() if isinstance(value, str) else ""


def codings(concept: Any) -> list[Coding]:
    """(system, code, display) of a CodeableConcept, a Coding, or a list of either."""
    found: list[Coding] = []
    for item in items(concept):
        inner = item.get("coding")
        for coding in items(inner) if inner is not None else [item]:
            code, display = coding.get("code"), coding.get("display")
            if isinstance(code, int) and not isinstance(code, bool):
                code = str(code)
            code, display = string(code), string(display)
            if code or display:
                found.append((canonical(string(coding.get("system"))), code, display))
    return found


def words(concept: Any) -> str:
    """The words of a CodeableConcept (or a list of them, or a bare string): text, else the displays."""
    if isinstance(concept, str):
        return concept.strip()
    said: list[str] = []
    for item in items(concept):
        text = string(item.get("text")) or string(item.get("display"))
        if not text:
            text = ", ".join(dict.fromkeys(display for _, _, display in codings(item) if display))
        if text and text not in said:
            said.append(text)
    return "; ".join(said)


def all_words(concept: Any) -> str:
    """Every word there is, text and each display: for matching, not for showing."""
    if isinstance(concept, str):
        return concept.strip()
    said: dict[str, None] = {}
    for item in items(concept):
        for text in (string(item.get("text")), string(item.get("display"))):
            if text:
                said[text] = None
        for _, _, display in codings(item):
            if display:
                said[display] = None
    return " | ".join(said)


def first_code(concept: Any) -> str:
    """The first code of a concept, whatever its system; a bare string is its own code."""
    if isinstance(concept, str):
        return concept.strip()
    return next((code for _, code, _ in codings(concept) if code), "")


def reference_of(value: Any) -> str:
    """The `reference` string of a Reference, or of the first in a list; a bare string is taken as one."""
    if isinstance(value, str):
        return value.strip()
    return next((string(item.get("reference")) for item in items(value) if item.get("reference")), "")


def target_of(value: Any) -> str:
    """The "Type/id" that a Reference points to, relative or absolute, of whichever version; else as it stands."""
    pointer = reference_of(value).partition("/_history/")[0].partition("?")[0].rstrip("/")
    return "/".join(pointer.rsplit("/", 2)[-2:])


def leads_to(pointer: str, reference: str) -> bool:
    """Whether a reference, in whatever form a server gives it, is to the resource "Type/id"."""
    target, identity = target_of(pointer), reference.partition("/")[2]
    return target in (reference, identity) or (target.startswith("urn:") and target.rpartition(":")[2] == identity)


def patient_of(reference: Any) -> str:
    """The patient id that a reference names; "" if it names no patient."""
    if type(reference) is not dict:
        reference = next(iter(items(reference)), None)
        if reference is None:
            return ""
    pointer = reference.get("reference")
    if not isinstance(pointer, str) or not pointer or pointer[0] == "#":
        return ""
    if pointer.startswith("Patient/"):
        return pointer[8:].partition("/")[0].partition("?")[0].strip()
    if pointer.startswith(("urn:uuid:", "urn:oid:")):
        return pointer.rsplit(":", 1)[-1]
    _, found, rest = pointer.partition("/Patient/")
    return rest.partition("/")[0].partition("?")[0].strip() if found else ""


def notes(value: Any) -> str:
    """The words of Annotations, of strings, or of a mixture."""
    if isinstance(value, str):
        return value.strip()
    said = [string(item.get("text")) for item in items(value)]
    if isinstance(value, list):
        said += [item.strip() for item in value if isinstance(item, str)]
    return " ; ".join(text for text in said if text)


def plain(text: str) -> str:
    """Text for matching: lower case, no accents, one kind of space, dash and micro sign."""
    return _short_plain(text) if len(text) <= _SHORT else _plain(text)


_SHORT = 500  # characters of a text that is worth remembering


def _plain(text: str) -> str:
    if not text.isascii():
        text = text.replace("µ", "u").replace("μ", "u").replace("½", " 1/2").replace("→", " then ")
        text = text.replace("–", "-").replace("—", "-").replace("‑", "-").replace("’", "'").replace("°", " ")
        text = text.replace("×", "x").replace("≥", ">=").replace("≤", "<=")
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    if "\n" in text:
        text = text.replace("\n", " ; ")  # a new line is a new clause
    return " ".join(text.lower().split())


_short_plain = lru_cache(maxsize=4096)(_plain)
