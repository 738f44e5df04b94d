"""The hooks we answer: required context, and where a hook keeps its drafts.

Versions and contexts are those of the CDS Hooks library (cds-hooks-library 5d04c4d).
"""

import msgspec


class Hook(msgspec.Struct, frozen=True):
    """A hook: `required` context fields by kind ("id", "ref", "refs", "bundle"), and the field of its drafts."""

    name: str
    version: str
    title: str
    required: dict[str, str]
    optional: dict[str, str]
    users: tuple[str, ...]
    drafts_in: str | None = None  # context field with a Bundle of resources laid over the chart

    @property
    def service_id(self) -> str:
        """The id of the service for this hook in discovery."""
        return f"baclofen-{self.name}"


_CLINICIAN = ("Practitioner", "PractitionerRole")
_ANYBODY = (*_CLINICIAN, "Patient", "RelatedPerson")

PATIENT_VIEW = Hook(
    "patient-view",
    "1.0",
    "Baclofen: interruption, pump supply and withdrawal",
    {"userId": "ref", "patientId": "id"},
    {"encounterId": "id"},
    _ANYBODY,
)
ORDER_SELECT = Hook(
    "order-select",
    "1.0",
    "Baclofen: orders that would interrupt it (while ordering)",
    {"userId": "ref", "patientId": "id", "selections": "refs", "draftOrders": "bundle"},
    {"encounterId": "id"},
    _CLINICIAN,
    drafts_in="draftOrders",
)
ORDER_SIGN = Hook(
    "order-sign",
    "1.0",
    "Baclofen: orders that would interrupt it (at signing)",
    {"userId": "ref", "patientId": "id", "draftOrders": "bundle"},
    {"encounterId": "id"},
    _CLINICIAN,
    drafts_in="draftOrders",
)

ALL = (PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN)
BY_NAME = {hook.name: hook for hook in ALL}
BY_SERVICE_ID = {hook.service_id: hook for hook in ALL}
