"""Who reads which type of resource, and what becomes of one whose status means nothing."""

from collections.abc import Callable
from typing import Any

from cards.record import statuses, versions, wire
from cards.record.chart import Chart
from cards.record.conditions import read_condition
from cards.record.devices import read_device, read_use_statement
from cards.record.maternal import read_family_history
from cards.record.medications import read_administration, read_dispense, read_request, read_statement
from cards.record.observations import read_observation
from cards.record.orders import read_appointment, read_care_plan, read_nutrition_order, read_service_request
from cards.record.procedures import read_encounter, read_procedure
from cards.record.teaching import read_communication, read_document

_READERS: dict[type, Callable[[Any, str, Chart], None]] = {
    wire.MedicationRequest: read_request,
    wire.MedicationStatement: read_statement,
    wire.MedicationAdministration: read_administration,
    wire.MedicationDispense: read_dispense,
    wire.Observation: read_observation,
    wire.Condition: read_condition,
    wire.Procedure: read_procedure,
    wire.ServiceRequest: read_service_request,
    wire.NutritionOrder: read_nutrition_order,
    wire.Appointment: read_appointment,
    wire.CarePlan: read_care_plan,
    wire.Encounter: read_encounter,
    wire.Device: read_device,
    wire.DeviceUseStatement: read_use_statement,
    wire.FamilyMemberHistory: read_family_history,
    wire.Communication: read_communication,
    wire.DocumentReference: read_document,
}
# Read when every Medication and Device that they may point to is known.
LATER = frozenset(
    {
        wire.MedicationRequest,
        wire.MedicationStatement,
        wire.MedicationAdministration,
        wire.MedicationDispense,
        wire.DeviceUseStatement,
    }
)
TYPES = {kind: kind.__name__ for kind in (*_READERS, wire.Medication, wire.Patient)}
OURS = frozenset(TYPES.values())


def take_facts(resource: Any, reference: str, chart: Chart) -> None:
    """Turn a resource into facts; one with a status outside the value set is unreadable, if it has any."""
    kind = type(resource)
    name = kind.__name__
    if not statuses.is_odd(name, resource.status):
        _READERS[kind](resource, reference, chart)
        return
    said, resource.status = resource.status, "" if kind is wire.Observation else statuses.or_unknown(name)
    before = versions.size(chart)
    _READERS[kind](resource, reference, chart)
    if _is_about_us(chart, before):
        if chart.is_draft or kind is wire.Observation:  # what it does, or whether it holds, is in its status
            versions.cut_back(chart, before)
            resource.status = said
        chart.cannot_read(reference, statuses.ODD_STATUS)


def _is_about_us(chart: Chart, before: dict[str, int]) -> bool:
    """Whether facts were added, and not only of a known drug that is no baclofen."""
    added = [fact for name, length in before.items() for fact in getattr(chart, name)[length:]]
    return any((product := getattr(fact, "product", None)) is None or product.is_baclofen or not product.is_known
               for fact in added)  # fmt: skip
