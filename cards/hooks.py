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
    drafts_in: str | None = None  # context field with a Bundle of resources laid over the chart

    @property
    def service_id(self) -> str:
        """The id of the service for this hook in discovery."""
        return f"baclofen-{self.name}"


PATIENT_VIEW = Hook(
    "patient-view",
    "1.0",
    "Baclofen: interruption, pump supply and withdrawal",
    {"userId": "ref", "patientId": "id"},
    {"encounterId": "id"},
)
ORDER_SELECT = Hook(
    "order-select",
    "1.0",
    "Baclofen: orders that would interrupt it (while ordering)",
    {"userId": "ref", "patientId": "id", "selections": "refs", "draftOrders": "bundle"},
    {"encounterId": "id"},
    drafts_in="draftOrders",
)
ORDER_SIGN = Hook(
    "order-sign",
    "1.0",
    "Baclofen: orders that would interrupt it (at signing)",
    {"userId": "ref", "patientId": "id", "draftOrders": "bundle"},
    {"encounterId": "id"},
    drafts_in="draftOrders",
)

ORDER_DISPATCH = Hook(
    "order-dispatch",
    "1.1",
    "Baclofen: orders that would interrupt it (at dispatch)",
    {"patientId": "id", "dispatchedOrders": "refs", "performer": "ref"},
    {},  # fulfillmentTasks is a list of Tasks or of strings, also spelled fulfillment-tasks: nothing in it is read
)
ENCOUNTER_START = Hook(
    "encounter-start",
    "1.0",
    "Baclofen: home medicine and pump on admission",
    {"userId": "ref", "patientId": "id", "encounterId": "id"},
    {},
)
ENCOUNTER_DISCHARGE = Hook(
    "encounter-discharge",
    "1.0",
    "Baclofen: discharge medicines, supply and pump",
    {"userId": "ref", "patientId": "id", "encounterId": "id"},
    {},
)
APPOINTMENT_BOOK = Hook(
    "appointment-book",
    "1.0",
    "Baclofen: procedures and refill visits being booked",
    {"userId": "ref", "patientId": "id", "appointments": "bundle"},
    {"encounterId": "id"},
    drafts_in="appointments",
)
MEDICATION_REFILL = Hook(
    "medication-refill",
    "0.1.0",
    "Baclofen: refill requests and supply",
    {"patientId": "id", "medications": "bundle"},
    {"userId": "ref", "encounterId": "id"},
    drafts_in="medications",
)

ALL = (
    PATIENT_VIEW,
    ORDER_SELECT,
    ORDER_SIGN,
    ORDER_DISPATCH,
    ENCOUNTER_START,
    ENCOUNTER_DISCHARGE,
    APPOINTMENT_BOOK,
    MEDICATION_REFILL,
)
ORDERING = (ORDER_SELECT, ORDER_SIGN, ORDER_DISPATCH)  # orders are being made, signed or sent
BY_NAME = {hook.name: hook for hook in ALL}
