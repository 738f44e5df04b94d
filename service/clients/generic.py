"""Prefetch keys that are not ours: the aliases that sites type in by hand, and what an unknown key is worth.

Whatever arrives under whatever key is used by its resource type. Whether the need is thereby *whole* is another
question: it is when the alias (or several together) stands for the whole query, or when the Bundle's own `self` link
shows a search by patient without a filter.
"""

from urllib.parse import parse_qsl, urlsplit

from cards import needs

# Need key -> sets of aliases; the keys of one set together bring the whole need.
ALIASES: dict[str, tuple[frozenset[str], ...]] = {
    needs.PATIENT.key: (frozenset({"patient"}),),
    needs.MEDICATION_REQUESTS.key: (frozenset({"activeMedications", "endedMedications"}),),
    needs.MEDICATION_STATEMENTS.key: (frozenset({"medicationStatements"}),),
    needs.DEVICES.key: (frozenset({"devices"}),),
    needs.CONDITIONS.key: (frozenset({"problems", "encounterDiagnoses"}),),
    needs.PROCEDURES.key: (frozenset({"procedures"}),),
    needs.VITALS.key: (frozenset({"vitals"}),),
    needs.LABS.key: (frozenset({"labs"}),),
    needs.SERVICE_REQUESTS.key: (frozenset({"serviceRequests"}),),
    needs.NUTRITION_ORDERS.key: (frozenset({"nutritionOrders"}),),
}

# Never the whole of its need, whatever comes: the encounter of the hook is one of the patient's encounters.
PARTS: dict[str, str] = {"encounter": needs.ENCOUNTERS.key}

_NEED_OF_ALIAS = PARTS | {alias: key for key, sets in ALIASES.items() for together in sets for alias in together}

_CATEGORY_NEEDS = {"vital-signs": needs.VITALS.key, "laboratory": needs.LABS.key}
_NO_FILTER = {"_count", "_sort", "_format", "_pretty", "_include", "_total", "_maxresults"}


def need_of(key: str) -> str:
    """The need whose data a prefetch key brings, whole or in part; "" for an unknown key."""
    return key if key in needs.BY_KEY else _NEED_OF_ALIAS.get(key, "")


def need_by_self_link(self_url: str, patient_id: str) -> str:
    """The need that a Bundle's own query answers whole, "" if its link does not show that."""
    try:
        parts = urlsplit(self_url)
        filters = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
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
