"""What can be asked for: a key, a FHIR query, and whether it can reveal a baclofen patient.

A rule names needs; discovery publishes their union as prefetch templates, one undated and unfiltered template a
resource type (only Observation is split): EHRs cannot search by drug code everywhere, and a filter by date or
status hides the order that was stopped. Everything is filtered here, in Python.
"""

from collections.abc import Iterable

import msgspec

PAGE = 200  # what Oracle Health and HAPI allow at most; a smaller page is more round trips


class Need(msgspec.Struct, frozen=True):
    """A kind of data: `key` is the prefetch key and the name in a card's `notAvailable`."""

    key: str
    resource_type: str
    query: str  # prefetch template, normative subset only
    words: str  # what a clinician calls it
    reveals_exposure: bool = False  # can show that this is a baclofen patient at all
    reveals_maternal: bool = False  # up to 28 days of age: can show that the mother took it


def _search(
    resource_type: str, words: str, *, exposure: bool = False, maternal: bool = False, key: str = "", narrowed: str = ""
) -> Need:
    query = f"{resource_type}?patient={{{{context.patientId}}}}{narrowed}&_count={PAGE}"
    return Need(key or resource_type, resource_type, query, words, exposure, maternal)


PATIENT = Need("Patient", "Patient", "Patient/{{context.patientId}}", "patient details")
MEDICATION_REQUESTS = _search("MedicationRequest", "medication orders", exposure=True)
MEDICATION_STATEMENTS = _search("MedicationStatement", "reported medications", exposure=True)
ADMINISTRATIONS = _search("MedicationAdministration", "administration record", exposure=True)
DISPENSES = _search("MedicationDispense", "dispensing record", exposure=True)
DEVICES = _search("Device", "implanted devices", exposure=True)
DEVICE_USE = _search("DeviceUseStatement", "device use", exposure=True)
PROCEDURES = _search("Procedure", "procedures", exposure=True)
CONDITIONS = _search("Condition", "problems and diagnoses", exposure=True)
OBSERVATIONS = _search("Observation", "observations and scores", maternal=True)
VITALS = _search("Observation", "vital signs", key="ObservationVitalSigns", narrowed="&category=vital-signs")
LABS = _search("Observation", "laboratory results", key="ObservationLaboratory", narrowed="&category=laboratory")
ENCOUNTERS = _search("Encounter", "encounters")
SERVICE_REQUESTS = _search("ServiceRequest", "service orders")
NUTRITION_ORDERS = _search("NutritionOrder", "diet orders")
CARE_PLANS = _search("CarePlan", "care plans")
APPOINTMENTS = _search("Appointment", "appointments")
FAMILY_HISTORY = _search("FamilyMemberHistory", "family history", maternal=True)
COMMUNICATIONS = _search("Communication", "communications")
DOCUMENTS = _search("DocumentReference", "documents")

ALL = (
    PATIENT,
    MEDICATION_REQUESTS,
    MEDICATION_STATEMENTS,
    ADMINISTRATIONS,
    DISPENSES,
    DEVICES,
    DEVICE_USE,
    PROCEDURES,
    CONDITIONS,
    OBSERVATIONS,
    VITALS,
    LABS,
    ENCOUNTERS,
    SERVICE_REQUESTS,
    NUTRITION_ORDERS,
    CARE_PLANS,
    APPOINTMENTS,
    FAMILY_HISTORY,
    COMMUNICATIONS,
    DOCUMENTS,
)
# What names a drug, or refers to a Medication.
DRUG_TYPES = frozenset({"MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense"})
BY_KEY = {need.key: need for need in ALL}
EXPOSURE = tuple(need for need in ALL if need.reveals_exposure)
EXPOSURE_OF_NEWBORN = tuple(need for need in ALL if need.reveals_exposure or need.reveals_maternal)


def prefetch_templates(needs: Iterable[Need]) -> dict[str, str]:
    """Prefetch key to query template, in the order of `ALL`."""
    wanted = {need.key for need in needs}
    return {need.key: need.query for need in ALL if need.key in wanted}
