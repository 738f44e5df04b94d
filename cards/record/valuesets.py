"""Codes and what they mean to the record: FHIR ValueSet files compiled to one dictionary at start.

A file names its meaning in the extension `record-concept` ("sign/fever", "drug/baclofen"), on the set for all of its
codes or on one concept for that code alone. A hospital lays its own directory over ours: a file with the same `id`
replaces ours, a file with another `id` adds (its codes inherit the meaning of the sets in its
`compose.include.valueSet`). Without an extension codes are known and mean nothing by themselves: Z45.1 is no pump.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from cards.record import concepts
from cards.record.coding import CPT, HCPCS, ICD, NDC, SNOMED, Coding, canonical, items, normal_code, string

BASE = "https://baclofen-cds.example.org"
CONCEPT_EXTENSION = f"{BASE}/StructureDefinition/record-concept"
STRENGTH_EXTENSION = f"{BASE}/StructureDefinition/baclofen-strength"
DIRECTORY = Path(__file__).resolve().parent.parent / "valuesets"

REQUIRED = (
    "baclofen-any-route",
    "baclofen-oral",
    "baclofen-intrathecal",
    "route-intrathecal",
    "vital-temperature",
    "vital-heart-rate",
)

_SHORT = {CPT: "CPT", HCPCS: "HCPCS", ICD: "ICD-10-CM", SNOMED: "SNOMED CT"}  # as cards name a code system

_KINDS: dict[str, frozenset[str]] = {
    "measure": frozenset(concepts.Measure),
    "sign": frozenset(concepts.Sign),
    "problem": frozenset(concepts.Problem),
    "act": frozenset(concepts.Act),
    "drug": frozenset(concepts.Drug),
    "route": frozenset(concepts.Route),
    "part": frozenset({"gcs-eye", "gcs-motor", "gcs-verbal", "blood-pressure"}),
    "test": frozenset({"pregnancy", *concepts.Gestation}),
    "device": frozenset({"other-infusion-pump"}),
}
_MEANINGS = {f"{kind}/{name}" for kind, names in _KINDS.items() for name in names}


class Meaning(msgspec.Struct, frozen=True, gc=False):
    """What a code stands for: names as "kind/concept", a baclofen strength ("10 mg", "2 mg/mL") where published.

    `words`: the first designation, for a code whose display may not be shipped.
    """

    names: frozenset[str] = frozenset()
    strength: str = ""
    display: str = ""
    words: str = ""

    def of(self, kind: str) -> list[str]:
        """Concept names of one kind ("sign", "measure", "drug", ...), sorted."""
        start = len(kind) + 1
        return sorted(name[start:] for name in self.names if name.startswith(kind) and name[start - 1] == "/")


NOTHING = Meaning()


class Overlay(msgspec.Struct, frozen=True):
    """What a hospital's directory changed, by set.

    `replaced`: how many codes ours had, and theirs has. `added`: how many codes, and how many of them mean something.
    """

    replaced: dict[str, tuple[int, int]] = {}
    added: dict[str, tuple[int, int]] = {}


class ValueSets:
    """Every code of every set by (system, code); codes by normalised system, ICD by prefix, NDC by product."""

    def __init__(
        self, meanings: dict[tuple[str, str], Meaning], versions: dict[str, str], digest: str, overlay: Overlay
    ) -> None:
        self._meanings = meanings
        self.versions = versions
        self.digest = digest
        self.overlay = overlay

    def meaning(self, system: str, code: str) -> Meaning:
        """What a coding means; `NOTHING` if no set holds it. ICD codes also match by their beginning."""
        system, code = canonical(system), code.strip()
        if system == ICD:
            whole = normal_code(ICD, code)
            for length in range(len(whole), 2, -1):
                found = self._meanings.get((ICD, whole[:length]))
                if found is not None:
                    return found
            return NOTHING
        if system == NDC:
            code = normal_code(NDC, code)
        return self._meanings.get((system, code), NOTHING)

    def told(self, found: Iterable[Coding]) -> str:
        """Words for codings that come without any: our display, our own words beside the code, else the code itself."""
        coded = [(system, code) for system, code, _ in found if code]
        meant = [(system, code, self.meaning(system, code)) for system, code in coded]
        display = next((meaning.display for _, _, meaning in meant if meaning.display), "")
        named = (
            f"{meaning.words} ({_SHORT.get(system, 'code')} {code})" for system, code, meaning in meant if meaning.words
        )
        return display or next(named, "") or next((f"code {code}" for _, code in coded), "")

    @classmethod
    def load(cls, directory: Path | None = None) -> "ValueSets":
        """Read the package's files, and lay the hospital's `directory` over them.

        Raises ValueError, naming the file or the set and what is wrong, for a file that is no ValueSet, a meaning
        that the record does not know, an included set that does not exist, or a required set without codes.
        """
        ours, theirs = _files(DIRECTORY), {}
        if directory is not None:
            if not directory.is_dir():
                raise ValueError(f"value sets: {directory} is not a directory")
            theirs = _files(directory)
            if not theirs:
                raise ValueError(f"value sets: no *.json file in {directory}")
        files = ours | theirs
        digest = hashlib.sha256()
        for name in sorted(files):
            digest.update(name.encode() + b"\0" + files[name][1])
        sets = {name: files[name][0] for name in sorted(files)}
        compiled: dict[tuple[str, str], Meaning] = {}
        for name in REQUIRED:
            if name not in sets:
                raise ValueError(f"value sets: the required set {name} is missing; add {name}.json")
        by_url = {str(body.get("url", "")): body for body in sets.values()}
        counts: dict[str, tuple[int, int]] = {}
        for name, body in sets.items():
            codes = _codes(name, body, by_url)
            counts[name] = len(codes), sum(bool(meaning.names) for _, meaning in codes)
            if not codes and name in REQUIRED:
                raise ValueError(f"value sets: the required set {name} is empty; give it codes in compose or expansion")
            for key, meaning in codes:
                before = compiled.get(key, NOTHING)
                compiled[key] = Meaning(
                    before.names | meaning.names,
                    meaning.strength or before.strength,
                    meaning.display or before.display,
                    meaning.words or before.words,
                )
        overlay = Overlay(
            {name: (len(_codes(name, ours[name][0], by_url)), counts[name][0]) for name in theirs if name in ours},
            {name: counts[name] for name in theirs if name not in ours},
        )
        versions = {name: str(body.get("version", "")) for name, body in sets.items()}
        return cls(compiled, versions, digest.hexdigest(), overlay)


def _files(directory: Path) -> dict[str, tuple[dict[str, Any], bytes]]:
    found = {}
    for path in sorted(directory.glob("*.json")):
        raw = path.read_bytes()
        try:
            body = msgspec.json.decode(raw)
        except msgspec.DecodeError as problem:
            raise ValueError(f"value sets: {path.name} is not JSON ({problem})") from problem
        if not isinstance(body, dict) or body.get("resourceType") != "ValueSet" or not body.get("id"):
            raise ValueError(f"value sets: {path.name} is not a FHIR ValueSet with an id")
        name = str(body["id"])
        if name in found:
            raise ValueError(f"value sets: {path.name} and another file both have the id {name}")
        found[name] = (body, raw)
    return found


def _extensions(element: dict[str, Any], url: str, value: str) -> list[str]:
    return [str(e[value]) for e in items(element.get("extension")) if e.get("url") == url and e.get(value)]


def _names(name: str, element: dict[str, Any]) -> frozenset[str]:
    names = frozenset(_extensions(element, CONCEPT_EXTENSION, "valueCode"))
    unknown = sorted(names - _MEANINGS)
    if unknown:
        raise ValueError(f"value sets: {name} gives the meaning {unknown[0]!r}, which the record does not know")
    return names


def _codes(name: str, body: dict[str, Any], by_url: dict[str, dict[str, Any]]) -> list[tuple[tuple[str, str], Meaning]]:
    """(system, code) and meaning of every code in `compose` and `expansion`."""
    general = _names(name, body)
    found: list[tuple[tuple[str, str], Meaning]] = []
    compose, expansion = body.get("compose"), body.get("expansion")
    if isinstance(compose, dict) and compose.get("exclude"):
        raise ValueError(
            f"value sets: {name} has compose.exclude, which is not worked out; list the codes that are left"
        )
    for include in items(compose.get("include")) if isinstance(compose, dict) else []:
        inherited = general
        urls = include.get("valueSet") or []
        for url in [urls] if isinstance(urls, str) else urls:
            base = by_url.get(str(url).partition("|")[0])
            if base is None:
                raise ValueError(f"value sets: {name} includes {url}, which is not there")
            inherited |= _names(name, base)
        if (not include.get("concept") or include.get("filter")) and not isinstance(expansion, dict):
            raise ValueError(f"value sets: {name} includes codes that it does not list; add concept, or an expansion")
        for concept in items(include.get("concept")):
            found += _entry(name, str(include.get("system", "")), concept, inherited)
    if isinstance(expansion, dict):
        expanded = _expanded(expansion)
        if isinstance(total := expansion.get("total"), int) and total > len(expanded):
            raise ValueError(f"value sets: {name} holds {len(expanded)} of the {total} codes of its expansion")
        for contained in expanded:
            found += _entry(name, str(contained.get("system", "")), contained, general)
    return found


def _expanded(element: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of an expansion, nested ones too; abstract ones only group others."""
    found: list[dict[str, Any]] = []
    for contained in items(element.get("contains")):
        found += ([] if contained.get("abstract") is True else [contained]) + _expanded(contained)
    return found


def _entry(
    name: str, system: str, concept: dict[str, Any], inherited: frozenset[str]
) -> list[tuple[tuple[str, str], Meaning]]:
    code = str(concept.get("code", "")).strip()
    if not system or not code:
        raise ValueError(f"value sets: {name} has an entry without system or code")
    system = canonical(system)
    strengths = _extensions(concept, STRENGTH_EXTENSION, "valueString")
    designations = [words for each in items(concept.get("designation")) if (words := string(each.get("value")))]
    meaning = Meaning(
        _names(name, concept) or inherited,
        strengths[0] if strengths else "",
        str(concept.get("display", "")),
        next(iter(designations), ""),
    )
    return [((system, normal_code(system, code)), meaning)]
