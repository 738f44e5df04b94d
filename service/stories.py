"""Stories: synthetic patients in `fhir_fixtures/<story>/`, each with what the service should say about them.

`bundle.json` is a collection Bundle whose dates are relative: `{{now-14h}}` is an instant, `{{today-30d}}` a date;
units are m h d w, and they add up (`{{now-2d-3h}}`). Its ids are short and the patient's id is the story's name; made
real, every id is prefixed with the patient's, so that stories can share a server and one story can be loaded twice.
`expected.json` holds hook requests and the cards that are due. They are the demo, the tests and the load data at once.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from cards.needs import LABS, VITALS, Need

FIXTURES = Path(__file__).resolve().parent.parent / "fhir_fixtures"

_TOKEN = re.compile(r"\{\{(now|today)((?:[+-]\d+[mhdw])*)\}\}")
_STEP = re.compile(r"([+-])(\d+)([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_CATEGORIES = {VITALS.key: "vital-signs", LABS.key: "laboratory"}
USER = "Practitioner/COREPRACTITIONER1"


class StoryError(Exception):
    """A story that does not exist or cannot be read; one line that says which and why."""


class ExpectedCard(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A card that is due: kind, indicator, rules in it (at least these), and words that it must or must not hold."""

    kind: str
    indicator: str
    rules: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    not_contains: tuple[str, ...] = ()


class Shows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a request shows of a rule: that it fires; that its nearest harmless neighbour is quiet; or what is said
    where the deciding datum is missing, withheld or not in the chart.
    """

    rule: str
    role: Literal["fires", "neighbour", "missing"] = msgspec.field(name="as")
    differs: str = ""  # a neighbour: the one fact in which it differs from where the rule fires
    of: str = ""  # a neighbour: the story where the rule fires, if it is not this one
    names: str = ""  # missing in the chart: the card's words for what is missing


class StoryRequest(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One hook call of a story, and the answer. `withhold`: needs whose data the client does not give."""

    hook: str
    context: dict[str, Any] = {}
    withhold: tuple[str, ...] = ()
    cards: tuple[ExpectedCard, ...] = ()
    forbidden: tuple[str, ...] = ()  # kinds that must not appear
    exactly: bool = True  # no other card than these
    shows: tuple[Shows, ...] = ()
    why: str = ""


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`expected.json`. `published`: the cases (keys of `cards/sources.py`) whose told facts the story is built on."""

    title: str
    requests: tuple[StoryRequest, ...]
    published: tuple[str, ...] = ()


class Story(msgspec.Struct, frozen=True):
    """One synthetic patient."""

    name: str
    directory: Path
    expected: Expected

    @property
    def text(self) -> str:
        """`story.md`."""
        return (self.directory / "story.md").read_text(encoding="utf-8")

    def resources(self, now: datetime, patient: str = "") -> list[dict[str, Any]]:
        """All resources with real dates and ids."""
        bundle = self._bundle(now)
        ids = _Ids(self.name, patient or self.name, bundle)
        return [ids.real_resource(resource) for resource in bundle]

    def hook_request(self, request: StoryRequest, now: datetime, patient: str = "") -> dict[str, Any]:
        """The CDS Hooks request without prefetch and FHIR server."""
        ids = _Ids(self.name, patient or self.name, self._bundle(now))
        context = ids.real(json.loads(made_real(json.dumps(request.context), now)))
        if encounter := context.get("encounterId"):
            context["encounterId"] = ids.real_id("Encounter", encounter)
        return {
            "hook": request.hook,
            "hookInstance": f"00000000-0000-4000-8000-{self.expected.requests.index(request):012d}",
            "context": {"userId": USER, "patientId": patient or self.name, **context},
        }

    def _bundle(self, now: datetime) -> list[dict[str, Any]]:
        path = self.directory / "bundle.json"
        try:
            bundle = json.loads(made_real(path.read_text(encoding="utf-8"), now))
            return [entry["resource"] for entry in bundle["entry"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoryError(f"{path.parent.name}/bundle.json: {error}") from error


def all_stories(directory: Path = FIXTURES) -> tuple[Story, ...]:
    """Every story, by name."""
    return tuple(_read(path.parent) for path in sorted(directory.glob("*/bundle.json")))


def story(name: str, directory: Path = FIXTURES) -> Story:
    """The story of this name."""
    if not re.fullmatch(r"[a-z0-9-]+", name) or not (directory / name / "bundle.json").is_file():
        known = ", ".join(sorted(path.parent.name for path in directory.glob("*/bundle.json")))
        raise StoryError(f"no story {name!r}; there are: {known}")
    return _read(directory / name)


def _read(directory: Path) -> Story:
    path = directory / "expected.json"
    try:
        expected = msgspec.json.decode(path.read_bytes(), type=Expected)
    except (OSError, msgspec.DecodeError) as error:
        raise StoryError(f"{directory.name}/expected.json: {error}") from error
    return Story(directory.name, directory, expected)


def made_real(text: str, now: datetime) -> str:
    """`text` with its date tokens replaced; whatever else looks like a token is an error."""
    real = _TOKEN.sub(lambda token: _real_date(token, now), text)
    if "{{" in real:
        wrong = real[real.index("{{") :][:40].split("}}")[0]
        raise StoryError(f"not a date token: {wrong}}}}}")
    return real


def _real_date(token: re.Match[str], now: datetime) -> str:
    moment = now.replace(microsecond=0)
    for sign, number, unit in _STEP.findall(token.group(2)):
        moment += int(number) * _UNITS[unit] * (1 if sign == "+" else -1)
    return moment.date().isoformat() if token.group(1) == "today" else moment.isoformat()


class _Ids:
    """Short ids of a bundle -> ids that are unique on a server."""

    def __init__(self, name: str, patient: str, bundle: Iterable[Mapping[str, Any]]) -> None:
        self._real = {f"{r['resourceType']}/{r['id']}": f"{patient}-{r['id']}" for r in bundle}
        self._real[f"Patient/{name}"] = patient

    def real_id(self, resource_type: str, short: str) -> str:
        return self._real.get(f"{resource_type}/{short}", short)

    def real_resource(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self.real(resource)
        return result

    def real(self, node: Any) -> Any:
        """A copy with all ids of resources and all references to them made real."""
        if isinstance(node, str):
            if node in self._real:
                return f"{node.split('/')[0]}/{self._real[node]}"
            return node
        if isinstance(node, Mapping):
            copy = {key: self.real(value) for key, value in node.items()}
            if "resourceType" in node and "id" in node:
                copy["id"] = self.real_id(node["resourceType"], node["id"])
            return copy
        if isinstance(node, list):
            return [self.real(item) for item in node]
        return node


def matching(need: Need, resources: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those resources of one patient that answer a need."""
    found = [r for r in resources if r["resourceType"] == need.resource_type]
    category = _CATEGORIES.get(need.key)
    if category is None:
        return found
    return [r for r in found if category in _categories(r)]


def _categories(resource: Mapping[str, Any]) -> set[str]:
    return {c.get("code", "") for concept in resource.get("category", []) for c in concept.get("coding", [])}


def prefetch_of(resources: Sequence[Mapping[str, Any]], needs: Iterable[Need]) -> dict[str, Any]:
    """What a client that fills every template would send; medications that orders refer to are included."""
    prefetch: dict[str, Any] = {}
    for need in needs:
        found = matching(need, resources)
        if "?" not in need.query:
            prefetch[need.key] = found[0] if found else None
            continue
        entries = [{"resource": r, "search": {"mode": "match"}} for r in found]
        wanted = {
            r["medicationReference"]["reference"] for r in found if "reference" in r.get("medicationReference", {})
        }
        entries += [
            {"resource": r, "search": {"mode": "include"}}
            for r in resources
            if f"{r['resourceType']}/{r['id']}" in wanted
        ]
        prefetch[need.key] = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}
    return prefetch
