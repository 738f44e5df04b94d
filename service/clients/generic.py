"""Prefetch keys that are not ours: the aliases that sites type in by hand, and what an unknown key is worth.

Whatever arrives under whatever key is used by its resource type. Whether the need is thereby *whole* is another
question: it is when the alias (or several together) stands for the whole query, or when the Bundle's own `self` link
shows a search by patient without a filter.
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from cards import needs

# Need key -> sets of aliases; the keys of one set together bring the whole need.
ALIASES: dict[str, tuple[frozenset[str], ...]] = {
    needs.PATIENT.key: (frozenset({"patient"}),),
    needs.MEDICATION_REQUESTS.key: (frozenset({"activeMedications", "endedMedications"}),),
    needs.MEDICATION_STATEMENTS.key: (frozenset({"medicationStatements"}),),
    needs.DEVICES.key: (frozenset({"devices"}),),
    needs.PROCEDURES.key: (frozenset({"procedures"}),),
    needs.VITALS.key: (frozenset({"vitals"}),),
    needs.SERVICE_REQUESTS.key: (frozenset({"serviceRequests"}),),
}

# Never the whole of its need, whatever comes: the encounter of the hook is one of the patient's encounters.
PARTS: dict[str, str] = {"encounter": needs.ENCOUNTERS.key}

# Published with a filter (two categories, five codes, one status): the whole only if their own link shows it.
_FILTERED: dict[str, str] = {
    "problems": needs.CONDITIONS.key,
    "encounterDiagnoses": needs.CONDITIONS.key,
    "labs": needs.LABS.key,
    "nutritionOrders": needs.NUTRITION_ORDERS.key,
}

_NEED_OF_ALIAS = (
    PARTS | _FILTERED | {alias: key for key, sets in ALIASES.items() for together in sets for alias in together}
)

_TYPES = frozenset(need.resource_type for need in needs.ALL)
_CATEGORY_NEEDS = {"vital-signs": needs.VITALS.key, "laboratory": needs.LABS.key}
_NO_FILTER = {
    "_count", "_sort", "_format", "_pretty", "_include", "_revinclude", "_total", "_maxresults", "_bundletype",
}  # fmt: skip
_PATIENTS = ("patient", "subject", "actor")
# What the queries of our keys and aliases may filter by: a link that shows more, or less of it, is a narrower one.
_EXPECTED: dict[str, dict[str, frozenset[str]]] = {
    needs.PATIENT.key: {"_id": frozenset()},
    "patient": {"_id": frozenset()},
    needs.VITALS.key: {"category": frozenset({"vital-signs"})},
    "vitals": {"category": frozenset({"vital-signs"})},
    needs.LABS.key: {"category": frozenset({"laboratory"})},
    "activeMedications": {
        "intent": frozenset({"order", "plan"}), "status": frozenset({"active", "on-hold", "unknown"}),
    },
    "endedMedications": {
        "intent": frozenset({"order", "plan"}), "status": frozenset({"stopped", "completed", "cancelled"}),
    },
}  # fmt: skip


def need_of(key: str) -> str:
    """The need whose data a prefetch key brings, whole or in part; "" for an unknown key."""
    return key if key in needs.BY_KEY else _NEED_OF_ALIAS.get(key, "")


def is_narrowed(key: str, self_url: str, patient_id: str) -> bool:
    """Whether a Bundle's own link shows a narrower query than its key stands for, or another patient's.

    Links that show no query (a server's own page id, a bare path) show nothing, and the key is believed.
    """
    if key in PARTS or key in _FILTERED:
        return False  # no whole to begin with
    try:
        parts = urlsplit(self_url)
        filters = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return False
    resource_type = parts.path.rstrip("/").removesuffix("/_search").rsplit("/", 1)[-1]
    if resource_type not in _TYPES or not filters:
        return False
    if resource_type != needs.BY_KEY[need_of(key)].resource_type:
        return True
    expected = _EXPECTED.get(key, {})
    if _asks_for_none(filters):
        return True
    for name, value in filters:
        values = {one.rsplit("|", 1)[-1].rsplit("/", 1)[-1] for one in value.split(",")}
        if name.partition(":")[0] in _PATIENTS and name.partition(":")[2] in ("", "Patient"):
            if patient_id not in values:
                return True
        elif name in expected:
            if not expected[name] <= values:
                return True
        elif not name.startswith("_get") and name.partition(":")[0] not in _NO_FILTER:
            return True
    return False


def _asks_for_none(filters: Iterable[tuple[str, str]]) -> bool:
    """A search that only counts: what there is did not come along."""
    for name, value in filters:
        if name.partition(":")[0] in {"_count", "_maxresults"}:
            try:
                if float(value) <= 0:
                    return True
            except ValueError:
                continue  # it asks for nothing that a server could do
    return False


def need_by_self_link(self_url: str, patient_id: str) -> str:
    """The need that a Bundle's own query answers whole, "" if its link does not show that."""
    try:
        parts = urlsplit(self_url)
        filters = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        return ""
    if _asks_for_none(filters.items()):
        return ""
    resource_type = parts.path.rstrip("/").rsplit("/", 1)[-1]
    patient = filters.pop("patient", "") or filters.pop("subject", "")
    if resource_type not in needs.BY_KEY or not patient or patient.removeprefix("Patient/") != patient_id:
        return ""
    left = {name: value for name, value in filters.items() if name not in _NO_FILTER}
    if not left:
        return resource_type
    if resource_type == "Observation" and list(left) == ["category"]:
        return _CATEGORY_NEEDS.get(left["category"].rsplit("|", 1)[-1], "")
    return ""
