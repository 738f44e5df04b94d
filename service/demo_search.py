"""Search in memory over FHIR JSON: the read-only subset of the embedded store.

One table says what can be searched: type -> parameter -> (kind, elements). Whatever is not in it is refused, never
ignored: a parameter dropped in silence answers with anybody's data.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Resource = Mapping[str, Any]
Interval = tuple[datetime, datetime]
Parameter = tuple[str, tuple[str, ...]]  # token, reference or date; the elements it looks at

MAX_COUNT = 200  # a larger _count is cut to this without a word, as on most servers
DEFAULT_COUNT = 50

_PATIENT: Parameter = ("reference", ("subject",))
_STATUS: Parameter = ("token", ("status",))
_CODE: Parameter = ("token", ("code",))
_CATEGORY: Parameter = ("token", ("category",))
_MEDICATION: Parameter = ("reference", ("medicationReference",))
_DRUG_CODE: Parameter = ("token", ("medicationCodeableConcept",))
_MEDICATIONS: dict[str, Parameter] = {
    "patient": _PATIENT,
    "subject": _PATIENT,
    "status": _STATUS,
    "medication": _MEDICATION,
    "code": _DRUG_CODE,
}
_INTENT: Parameter = ("token", ("intent",))

TABLE: dict[str, dict[str, Parameter]] = {
    "Patient": {},
    "Practitioner": {},
    "Medication": {"code": _CODE, "status": _STATUS},
    "MedicationRequest": _MEDICATIONS
    | {
        "intent": _INTENT,
        "category": _CATEGORY,
        "encounter": ("reference", ("encounter",)),
        "authoredon": ("date", ("authoredOn",)),
    },
    "MedicationStatement": _MEDICATIONS
    | {"category": _CATEGORY, "effective": ("date", ("effectiveDateTime", "effectivePeriod"))},
    "MedicationAdministration": _MEDICATIONS
    | {"effective-time": ("date", ("effectiveDateTime", "effectivePeriod")), "request": ("reference", ("request",))},
    "MedicationDispense": _MEDICATIONS
    | {"whenhandedover": ("date", ("whenHandedOver",)), "whenprepared": ("date", ("whenPrepared",))},
    "Device": {"patient": ("reference", ("patient",)), "status": _STATUS, "type": ("token", ("type",))},
    "DeviceUseStatement": {"patient": _PATIENT, "subject": _PATIENT, "device": ("reference", ("device",))},
    "Procedure": {
        "patient": _PATIENT,
        "subject": _PATIENT,
        "status": _STATUS,
        "code": _CODE,
        "category": _CATEGORY,
        "date": ("date", ("performedDateTime", "performedPeriod")),
    },
    "Condition": {
        "patient": _PATIENT,
        "subject": _PATIENT,
        "code": _CODE,
        "category": _CATEGORY,
        "encounter": ("reference", ("encounter",)),
        "clinical-status": ("token", ("clinicalStatus",)),
        "verification-status": ("token", ("verificationStatus",)),
        "onset-date": ("date", ("onsetDateTime", "onsetPeriod")),
        "recorded-date": ("date", ("recordedDate",)),
    },
    "Observation": {
        "patient": _PATIENT,
        "subject": _PATIENT,
        "status": _STATUS,
        "code": _CODE,
        "category": _CATEGORY,
        "encounter": ("reference", ("encounter",)),
        "date": ("date", ("effectiveDateTime", "effectivePeriod", "effectiveInstant")),
    },
    "Encounter": {
        "patient": _PATIENT,
        "subject": _PATIENT,
        "status": _STATUS,
        "class": ("token", ("class",)),
        "date": ("date", ("period",)),
    },
    "ServiceRequest": {
        "patient": _PATIENT,
        "subject": _PATIENT,
        "status": _STATUS,
        "intent": _INTENT,
        "code": _CODE,
        "category": _CATEGORY,
        "authored": ("date", ("authoredOn",)),
        "occurrence": ("date", ("occurrenceDateTime", "occurrencePeriod")),
    },
    "NutritionOrder": {"patient": ("reference", ("patient",)), "status": _STATUS, "datetime": ("date", ("dateTime",))},
    "FamilyMemberHistory": {"patient": ("reference", ("patient",)), "status": _STATUS},
    "Communication": {"patient": _PATIENT, "subject": _PATIENT, "status": _STATUS, "category": _CATEGORY},
    "DocumentReference": {"patient": _PATIENT, "subject": _PATIENT, "status": _STATUS, "category": _CATEGORY},
    "CarePlan": {
        "patient": _PATIENT,
        "subject": _PATIENT,
        "status": _STATUS,
        "intent": _INTENT,
        "category": _CATEGORY,
        "date": ("date", ("period",)),
    },
    "Appointment": {
        "patient": ("reference", ("participant.actor",)),
        "status": _STATUS,
        "date": ("date", ("start",)),
    },
}

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:T(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d{2}:\d{2})?)?)?)?"
)
_PREFIXES = {"eq", "lt", "gt", "ge", "le"}
_HARMLESS = {
    "_format": {"json", "application/json", "application/fhir+json", "application/json+fhir"},
    "_pretty": {"true", "false"},
    "_total": {"accurate", "none", "estimate"},
}
_EVER = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


class Refused(Exception):
    """A query that this store does not implement, and why (400)."""


class Query:
    """A search, taken apart and checked against the table."""

    def __init__(self, resource_type: str, parameters: Sequence[tuple[str, str]]) -> None:
        self.resource_type = resource_type
        self.count = DEFAULT_COUNT
        self.offset = 0
        self.only_count = False
        self._filters: list[tuple[str, str]] = []
        self._sort: list[str] = []
        self._includes: list[str] = []
        for name, value in parameters:
            if not value.strip():
                raise Refused(f"the value of {name} is empty")
            self._take(name, value)

    def _take(self, name: str, value: str) -> None:
        if name in {"_count", "_offset"}:
            self._take_page(name, value)
        elif name == "_sort":
            self._sort = value.split(",")
            for key in self._sort:
                self._check(key.removeprefix("-"), {"date"})
        elif name == "_include":
            self._includes.append(self._included_parameter(value))
        elif name == "_summary" and value == "count":
            self.only_count = True
        elif name == "_id":
            self._filters.append((name, value))
        elif value not in _HARMLESS.get(name, ()):
            self._take_filter(name, value)

    def _take_page(self, name: str, value: str) -> None:
        if not re.fullmatch(r"\d{1,6}", value) or (name == "_count" and int(value) == 0):
            raise Refused(f"{name} must be a positive number")
        if name == "_count":
            self.count = min(int(value), MAX_COUNT)
        else:
            self.offset = int(value)

    def _take_filter(self, name: str, value: str) -> None:
        self._check(name, {"token", "reference", "date"})
        kind = self._table[name][0]
        if kind == "date":
            for part in value.split(","):
                _date_filter(part)  # refuses what is no date
        if kind == "reference" and "://" in value:
            raise Refused(f"{name} takes an id or Type/id, no address")
        self._filters.append((name, value))

    @property
    def _table(self) -> dict[str, Parameter]:
        return TABLE[self.resource_type]

    def _check(self, name: str, kinds: set[str]) -> None:
        if ":" in name:
            raise Refused(f"modifiers are not implemented: {name}")
        if name not in self._table or self._table[name][0] not in kinds:
            known = ", ".join(sorted(k for k, v in self._table.items() if v[0] in kinds))
            raise Refused(f"unknown or not implemented for {self.resource_type}: {name}; there are: {known}")

    def _included_parameter(self, value: str) -> str:
        resource_type, _, name = value.partition(":")
        if resource_type != self.resource_type or self._table.get(name, ("", ()))[0] != "reference":
            raise Refused(f"_include={value} is not implemented")
        return name

    def run(self, resources: Mapping[str, Mapping[str, Resource]]) -> list[Resource]:
        """All matches in order."""
        found = [r for r in resources.get(self.resource_type, {}).values() if self._matches(r)]
        for key in reversed(self._sort):
            name, backwards = key.removeprefix("-"), key.startswith("-")
            dated = [(interval, r) for r in found if (interval := self._interval(r, name)) is not None]
            dated.sort(key=lambda pair: pair[0][0], reverse=backwards)
            found = [r for _, r in dated] + [r for r in found if self._interval(r, name) is None]
        return found

    def included(self, page: Sequence[Resource], resources: Mapping[str, Mapping[str, Resource]]) -> list[Resource]:
        """What the matches of one page refer to, by `_include`."""
        found: dict[str, Resource] = {}
        for name in self._includes:
            for resource in page:
                for reference in _references(resource, self._table[name][1]):
                    resource_type, _, resource_id = reference.partition("/")
                    if target := resources.get(resource_type, {}).get(resource_id):
                        found[reference] = target
        return list(found.values())

    def _interval(self, resource: Resource, name: str) -> Interval | None:
        return next(iter(_intervals(resource, self._table[name][1])), None)

    def _matches(self, resource: Resource) -> bool:
        return all(self._matches_one(resource, name, value) for name, value in self._filters)

    def _matches_one(self, resource: Resource, name: str, value: str) -> bool:
        alternatives = value.split(",")
        if name == "_id":
            return resource["id"] in alternatives
        kind, elements = self._table[name]
        if kind == "date":
            return any(_date_matches(i, v) for i in _intervals(resource, elements) for v in alternatives)
        if kind == "reference":
            wanted = {v if "/" in v else f"Patient/{v}" if name in {"patient", "subject"} else v for v in alternatives}
            references = set(_references(resource, elements))
            return bool(wanted & references or wanted & {r.partition("/")[2] for r in references if name != "patient"})
        return any(_token_matches(t, v) for t in _tokens(resource, elements) for v in alternatives)


def _values(node: Any, path: Sequence[str]) -> Iterator[Any]:
    """All values at a path, lists taken apart."""
    if isinstance(node, list):
        for item in node:
            yield from _values(item, path)
    elif not path:
        yield node
    elif isinstance(node, Mapping) and path[0] in node:
        yield from _values(node[path[0]], path[1:])


def _at(resource: Resource, elements: Sequence[str]) -> Iterator[Any]:
    for element in elements:
        yield from _values(resource, element.split("."))


def _references(resource: Resource, elements: Sequence[str]) -> Iterator[str]:
    for value in _at(resource, elements):
        if isinstance(value, Mapping) and isinstance(value.get("reference"), str):
            yield value["reference"]


def _tokens(resource: Resource, elements: Sequence[str]) -> Iterator[tuple[str, str]]:
    for value in _at(resource, elements):
        if isinstance(value, str):
            yield "", value
        elif isinstance(value, Mapping):
            for coding in value.get("coding", [value]):
                yield coding.get("system", ""), coding.get("code", "")


def _token_matches(token: tuple[str, str], wanted: str) -> bool:
    system, bar, code = wanted.rpartition("|")
    return (not bar or system == token[0]) and (not code or code == token[1])


def _intervals(resource: Resource, elements: Sequence[str]) -> Iterator[Interval]:
    for value in _at(resource, elements):
        if isinstance(value, str):
            yield interval_of(value)
        elif isinstance(value, Mapping):
            start = interval_of(value["start"])[0] if "start" in value else _EVER[0]
            end = interval_of(value["end"])[1] if "end" in value else _EVER[1]
            yield start, end


def interval_of(text: str) -> Interval:
    """The half-open interval that a FHIR date means; without a zone it is UTC."""
    parts = _DATE.fullmatch(text)
    if parts is None:
        raise Refused("not a date")
    year, month, day = int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1)
    try:
        if parts["hour"]:
            start = datetime.fromisoformat(text).astimezone() if parts["zone"] else datetime.fromisoformat(text)
            start = start if parts["zone"] else start.replace(tzinfo=UTC)
            return start, start + timedelta(seconds=1 if parts["second"] else 60)
        start = datetime(year, month, day, tzinfo=UTC)
        if parts["day"]:
            return start, start + timedelta(days=1)
        if parts["month"]:
            return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return start, datetime(year + 1, 1, 1, tzinfo=UTC)
    except ValueError as error:
        raise Refused("not a date") from error


def _date_filter(value: str) -> tuple[str, Interval]:
    prefix = value[:2] if value[:2].isalpha() else "eq"
    if prefix not in _PREFIXES:
        raise Refused(f"the prefix {prefix} is not implemented")
    text = value[2:] if value[:2].isalpha() else value
    return prefix, interval_of(text.replace(" ", "+"))


def _date_matches(have: Interval, value: str) -> bool:
    prefix, wanted = _date_filter(value)
    if prefix == "eq":
        return wanted[0] <= have[0] and have[1] <= wanted[1]
    if prefix == "ge":
        return have[1] > wanted[0]
    if prefix == "le":
        return have[0] < wanted[1]
    if prefix == "gt":
        return have[1] > wanted[1]
    return have[0] < wanted[0]
