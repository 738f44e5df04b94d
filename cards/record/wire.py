"""The elements that are read, by resource type: what is not named here costs nothing.

Every element is `Any` and may be absent: an object where R4 has an array, a number where it has a string, or an
element of another version never makes a resource unreadable. `coding.py` and its neighbours take the odd shapes.
"""

# ruff: noqa: N815 (the names are FHIR's own)
from typing import Any

import msgspec


class Wire(msgspec.Struct, gc=False, kw_only=True, tag_field="resourceType"):
    """Any resource; the tag is its type."""

    id: Any = None
    status: Any = None


class _Drug(Wire):
    medicationCodeableConcept: Any = None
    medicationReference: Any = None
    medication: Any = None  # bare: R5, or a hand-made resource
    contained: Any = None
    subject: Any = None
    patient: Any = None
    note: Any = None
    statusReason: Any = None


class MedicationRequest(_Drug, tag="MedicationRequest"):
    intent: Any = None
    category: Any = None
    priority: Any = None
    doNotPerform: Any = None
    reportedBoolean: Any = None
    reportedReference: Any = None
    reported: Any = None
    encounter: Any = None
    authoredOn: Any = None
    reasonCode: Any = None
    reason: Any = None
    reasonReference: Any = None
    courseOfTherapyType: Any = None
    dosageInstruction: Any = None
    dispenseRequest: Any = None
    priorPrescription: Any = None
    statusChanged: Any = None
    extension: Any = None


class MedicationStatement(_Drug, tag="MedicationStatement"):
    category: Any = None
    effectiveDateTime: Any = None
    effectivePeriod: Any = None
    dateAsserted: Any = None
    context: Any = None
    reasonCode: Any = None
    dosage: Any = None
    extension: Any = None


class MedicationAdministration(_Drug, tag="MedicationAdministration"):
    effectiveDateTime: Any = None
    effectivePeriod: Any = None
    request: Any = None
    reasonCode: Any = None
    reasonNotGiven: Any = None  # STU3
    dosage: Any = None


class MedicationDispense(_Drug, tag="MedicationDispense"):
    authorizingPrescription: Any = None
    quantity: Any = None
    daysSupply: Any = None
    whenPrepared: Any = None
    whenHandedOver: Any = None
    dosageInstruction: Any = None


class Medication(Wire, tag="Medication"):
    code: Any = None
    ingredient: Any = None
    form: Any = None
    contained: Any = None


class Observation(Wire, tag="Observation"):
    code: Any = None
    subject: Any = None
    effectiveDateTime: Any = None
    effectivePeriod: Any = None
    effectiveInstant: Any = None
    valueQuantity: Any = None
    valueCodeableConcept: Any = None
    valueString: Any = None
    valueBoolean: Any = None
    valueInteger: Any = None
    valueRange: Any = None
    valueDateTime: Any = None
    valuePeriod: Any = None
    dataAbsentReason: Any = None
    component: Any = None
    note: Any = None
    device: Any = None
    focus: Any = None


class Condition(Wire, tag="Condition"):
    code: Any = None
    subject: Any = None
    clinicalStatus: Any = None
    verificationStatus: Any = None
    category: Any = None
    onsetDateTime: Any = None
    onsetPeriod: Any = None
    onsetString: Any = None
    abatementDateTime: Any = None
    abatementPeriod: Any = None
    abatementBoolean: Any = None
    recordedDate: Any = None
    note: Any = None


class Procedure(Wire, tag="Procedure"):
    code: Any = None
    category: Any = None
    subject: Any = None
    performedDateTime: Any = None
    performedPeriod: Any = None
    performedString: Any = None
    statusReason: Any = None
    outcome: Any = None
    complication: Any = None
    reasonCode: Any = None
    usedCode: Any = None
    usedReference: Any = None
    note: Any = None


class ServiceRequest(Wire, tag="ServiceRequest"):
    intent: Any = None
    category: Any = None
    priority: Any = None
    doNotPerform: Any = None
    code: Any = None
    orderDetail: Any = None
    subject: Any = None
    occurrenceDateTime: Any = None
    occurrencePeriod: Any = None
    occurrenceTiming: Any = None
    authoredOn: Any = None
    performerType: Any = None
    performer: Any = None
    reasonCode: Any = None
    patientInstruction: Any = None
    note: Any = None


class NutritionOrder(Wire, tag="NutritionOrder"):
    intent: Any = None
    patient: Any = None
    dateTime: Any = None
    oralDiet: Any = None
    enteralFormula: Any = None
    excludeFoodModifier: Any = None
    note: Any = None


class Appointment(Wire, tag="Appointment"):
    description: Any = None
    comment: Any = None
    patientInstruction: Any = None
    serviceCategory: Any = None
    serviceType: Any = None
    specialty: Any = None
    appointmentType: Any = None
    reasonCode: Any = None
    start: Any = None
    end: Any = None
    created: Any = None
    priority: Any = None
    participant: Any = None


class CarePlan(Wire, tag="CarePlan"):
    intent: Any = None
    category: Any = None
    title: Any = None
    description: Any = None
    subject: Any = None
    period: Any = None
    created: Any = None
    activity: Any = None
    note: Any = None


class Encounter(Wire, tag="Encounter"):
    class_: Any = msgspec.field(default=None, name="class")
    type: Any = None
    serviceType: Any = None
    subject: Any = None
    period: Any = None
    hospitalization: Any = None
    location: Any = None
    reasonCode: Any = None


class Device(Wire, tag="Device"):
    deviceName: Any = None
    type: Any = None
    modelNumber: Any = None
    manufacturer: Any = None
    udiCarrier: Any = None
    udi: Any = None  # STU3
    model: Any = None
    statusReason: Any = None
    distinctIdentifier: Any = None
    patient: Any = None
    property: Any = None
    note: Any = None


class DeviceUseStatement(Wire, tag="DeviceUseStatement"):
    subject: Any = None
    patient: Any = None
    device: Any = None
    timingPeriod: Any = None
    timingDateTime: Any = None
    recordedOn: Any = None
    reasonCode: Any = None
    note: Any = None
    contained: Any = None


class Patient(Wire, tag="Patient"):
    birthDate: Any = None
    deceasedBoolean: Any = None
    deceasedDateTime: Any = None
    gender: Any = None


class Probe(msgspec.Struct, gc=False):
    """The type and id alone: for resources that are not read, or cannot be."""

    resourceType: Any = None
    id: Any = None


class Version(msgspec.Struct, gc=False):
    """The metadata that decide between two copies of one resource."""

    meta: Any = None


AnyWire = (
    MedicationRequest
    | MedicationStatement
    | MedicationAdministration
    | MedicationDispense
    | Medication
    | Observation
    | Condition
    | Procedure
    | ServiceRequest
    | NutritionOrder
    | Appointment
    | CarePlan
    | Encounter
    | Device
    | DeviceUseStatement
    | Patient
)
