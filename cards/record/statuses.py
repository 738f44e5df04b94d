"""FHIR's statuses, whatever their case and blanks; a status outside its value set makes a resource unreadable.

Taken for "active" it would hide a stop, taken for "stopped" it would invent one: so it is neither.
"""

import re
from typing import Any

ODD_STATUS = "its status is none of FHIR's"
UNKNOWN = "unknown"  # FHIR's own word for a status that nobody can tell

_REQUEST = ("draft", "active", "on-hold", "revoked", "completed", "entered-in-error", UNKNOWN)
_EVENT = ("preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", UNKNOWN)
_VALUES: dict[str, tuple[str, ...]] = {
    "MedicationRequest":
        ("active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", UNKNOWN),
    "MedicationStatement":
        ("active", "completed", "entered-in-error", "intended", "stopped", "on-hold", UNKNOWN, "not-taken", "draft"),
    "MedicationAdministration":
        ("in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", UNKNOWN),
    "MedicationDispense":
        ("preparation", "in-progress", "cancelled", "on-hold", "completed", "entered-in-error", "stopped", "declined",
         UNKNOWN),
    "Observation":
        ("registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", UNKNOWN),
    "Encounter":
        ("planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error",
         UNKNOWN),
    "Appointment":
        ("proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "entered-in-error",
         "checked-in", "waitlist"),
    "Procedure": _EVENT,
    "Communication": _EVENT,
    "ServiceRequest": _REQUEST,
    "NutritionOrder": _REQUEST,
    "CarePlan": _REQUEST,
    "Device": ("active", "inactive", "entered-in-error", UNKNOWN),
    "DeviceUseStatement": ("active", "completed", "entered-in-error", "intended", "stopped", "on-hold"),
}  # fmt: skip
_NOT_LETTERS = re.compile(r"[\s_-]+")
_CODES = {kind: {_NOT_LETTERS.sub("", code): code for code in codes} for kind, codes in _VALUES.items()}


def normal(kind: str, status: Any) -> Any:
    """The code that a status means ("Stopped " and "ON_HOLD" are codes); what means none comes back as it is."""
    codes = _CODES.get(kind)
    if codes is None or not isinstance(status, str) or status in _VALUES[kind]:
        return status
    return codes.get(_NOT_LETTERS.sub("", status.lower()), status.strip())


def is_odd(kind: str, status: Any) -> bool:
    """Whether a normalised status was given and is outside the value set of its type."""
    return kind in _VALUES and status is not None and status != "" and status not in _VALUES[kind]


def or_unknown(kind: str) -> str:
    """What a fact says of a status that was odd: FHIR's "unknown", where the type has it."""
    return UNKNOWN if UNKNOWN in _VALUES[kind] else ""
