"""The elements that are read, by resource type: what is not named here costs nothing.

Every element is `Any` (or raw) and may be absent: an object where R4 has an array, a number where it has a string, or
an element of another version never makes a resource unreadable. `coding.py` and its neighbours take the odd shapes.
"""

# ruff: noqa: N815 (the names are FHIR's own)
from typing import Any

import msgspec

# Raw: left undecoded where the same bytes come again and again, and their meaning is remembered by them.
NOTHING = msgspec.Raw()


class Wire(msgspec.Struct, gc=False, kw_only=True, tag_field="resourceType"):
    """Any resource; the tag is its type."""

    id: Any = None
    status: Any = None


class _Drug(Wire):
    """What the four medication resources share."""

    medicationCodeableConcept: msgspec.Raw = NOTHING
    medicationReference: msgspec.Raw = NOTHING
    medication: Any = None  # bare: R5, or a hand-made resource
    contained: msgspec.Raw = NOTHING
    subject: msgspec.Raw = NOTHING
    patient: msgspec.Raw = NOTHING
    note: Any = None
    statusReason: Any = None


class MedicationRequest(_Drug, tag="MedicationRequest"):
    """An order, or a reported drug."""

    intent: Any = None
    category: Any = None
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
    """A drug that somebody reports."""

    category: Any = None
    effectiveDateTime: Any = None
    effectivePeriod: Any = None
    dateAsserted: Any = None
    context: Any = None
    reasonCode: Any = None
    dosage: Any = None
    extension: Any = None


class MedicationAdministration(_Drug, tag="MedicationAdministration"):
    """A dose given or not given."""

    effectiveDateTime: Any = None
    effectivePeriod: Any = None
    request: Any = None
    reasonCode: Any = None
    reasonNotGiven: Any = None  # STU3
    dosage: Any = None


class MedicationDispense(_Drug, tag="MedicationDispense"):
    """A fill."""

    authorizingPrescription: Any = None
    quantity: Any = None
    daysSupply: Any = None
    whenPrepared: Any = None
    whenHandedOver: Any = None
    dosageInstruction: Any = None


class Medication(Wire, tag="Medication"):
    """A drug that others point to."""

    code: Any = None
    ingredient: Any = None
    form: Any = None
    contained: Any = None


class Observation(Wire, tag="Observation"):
    """A measurement, a score, a finding, telemetry."""

    code: msgspec.Raw = NOTHING
    subject: msgspec.Raw = NOTHING
    effectiveDateTime: Any = None
    effectivePeriod: Any = None
    effectiveInstant: Any = None
    effectiveTiming: Any = None
    valueQuantity: Any = None
    valueCodeableConcept: Any = None
    valueString: Any = None
    valueBoolean: Any = None
    valueInteger: Any = None
    valueRange: Any = None
    valueDateTime: Any = None
    valuePeriod: Any = None
    dataAbsentReason: Any = None
    component: msgspec.Raw = NOTHING
    note: Any = None
    device: Any = None
    focus: Any = None


class Component(msgspec.Struct, gc=False):
    """One component of an Observation: the elements that are read, under the Observation's own names."""

    code: msgspec.Raw = NOTHING
    valueQuantity: Any = None
    valueCodeableConcept: Any = None
    valueString: Any = None
    valueBoolean: Any = None
    valueInteger: Any = None
    valueRange: Any = None
    valueDateTime: Any = None
    valuePeriod: Any = None
    dataAbsentReason: Any = None


class Condition(Wire, tag="Condition"):
    """A problem or diagnosis."""

    code: msgspec.Raw = NOTHING
    subject: msgspec.Raw = NOTHING
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
    """Something done."""

    code: Any = None
    category: Any = None
    subject: msgspec.Raw = NOTHING
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
    """An order for a service."""

    intent: Any = None
    category: Any = None
    doNotPerform: Any = None
    code: Any = None
    orderDetail: Any = None
    subject: msgspec.Raw = NOTHING
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
    """A diet order."""

    intent: Any = None
    patient: msgspec.Raw = NOTHING
    dateTime: Any = None
    oralDiet: Any = None
    enteralFormula: Any = None
    note: Any = None


class Appointment(Wire, tag="Appointment"):
    """A booked visit."""

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
    participant: Any = None


class CarePlan(Wire, tag="CarePlan"):
    """A plan in words."""

    intent: Any = None
    category: Any = None
    title: Any = None
    description: Any = None
    subject: msgspec.Raw = NOTHING
    period: Any = None
    created: Any = None
    activity: Any = None
    note: Any = None


class Encounter(Wire, tag="Encounter"):
    """A visit or stay."""

    class_: Any = msgspec.field(default=None, name="class")
    type: Any = None
    serviceType: Any = None
    subject: msgspec.Raw = NOTHING
    period: Any = None
    hospitalization: Any = None
    location: Any = None
    reasonCode: Any = None


class Device(Wire, tag="Device"):
    """A device, implanted or not."""

    deviceName: Any = None
    type: Any = None
    modelNumber: Any = None
    manufacturer: Any = None
    udiCarrier: Any = None
    udi: Any = None  # STU3
    model: Any = None
    statusReason: Any = None
    patient: msgspec.Raw = NOTHING
    property: Any = None
    note: Any = None


class DeviceUseStatement(Wire, tag="DeviceUseStatement"):
    """That a device is in use."""

    subject: msgspec.Raw = NOTHING
    patient: msgspec.Raw = NOTHING
    device: Any = None
    timingPeriod: Any = None
    timingDateTime: Any = None
    reasonCode: Any = None
    note: Any = None
    contained: Any = None


class FamilyMemberHistory(Wire, tag="FamilyMemberHistory"):
    """What a relative has, had or took."""

    patient: msgspec.Raw = NOTHING
    date: Any = None
    relationship: Any = None
    reasonCode: Any = None
    condition: Any = None
    note: Any = None


class Communication(Wire, tag="Communication"):
    """Something told to the patient or a carer."""

    category: Any = None
    subject: msgspec.Raw = NOTHING
    topic: Any = None
    reasonCode: Any = None
    sent: Any = None
    received: Any = None
    payload: Any = None
    note: Any = None


class DocumentReference(Wire, tag="DocumentReference"):
    """A document of the chart; what it holds is not read, only what it is called."""

    type: Any = None
    category: Any = None
    subject: msgspec.Raw = NOTHING
    date: Any = None
    description: Any = None
    content: Any = None
    docStatus: Any = None


class Patient(Wire, tag="Patient"):
    """Who it is."""

    birthDate: Any = None
    deceasedBoolean: Any = None
    deceasedDateTime: Any = None
    gender: Any = None


def opened(raw: msgspec.Raw | bytes) -> Any:
    """What an undecoded element holds; None if it is absent. Raises what `msgspec.json.decode` raises."""
    return msgspec.json.decode(raw) if memoryview(raw).nbytes else None


_COMPONENTS = msgspec.json.Decoder(list[Component])
_COMPONENT = msgspec.json.Decoder(Component)


def components_of(raw: msgspec.Raw) -> list[Component]:
    """The components of an undecoded element: an array, one object in its place, or what of an array is an object."""
    if not memoryview(raw).nbytes:
        return []
    try:
        return _COMPONENTS.decode(raw)
    except msgspec.ValidationError:
        parts = opened(raw)
        parts = parts if isinstance(parts, list) else [parts]
        return [_COMPONENT.decode(msgspec.json.encode(part)) for part in parts if isinstance(part, dict)]


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
    | FamilyMemberHistory
    | Communication
    | DocumentReference
    | Patient
)
