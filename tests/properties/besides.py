"""What else a chart may hold: something of every kind of data that a rule may read, beside what a story tells."""

from datetime import UTC, datetime, timedelta

from tests.stories.calls import Call, Resource

_BACLOFEN = {"text": "baclofen 20 mg tablet"}
_BY_MOUTH = [{"text": "1 tablet 3 times a day", "route": {"text": "Oral"},
              "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
              "doseAndRate": [{"doseQuantity": {"value": 20, "unit": "mg"}}]}]  # fmt: skip
_BY_PUMP = [{"route": {"text": "Intrathecal"}, "doseAndRate": [{"rateQuantity": {"value": 350, "unit": "mcg/day"}}]}]


def _loinc(code: str, value: float, unit: str, **more: object) -> Resource:
    coded = {"coding": [{"system": "http://loinc.org", "code": code}]}
    return {"resourceType": "Observation", "status": "final", "code": coded,
            "valueQuantity": {"value": value, "unit": unit, "code": unit}, **more}  # fmt: skip


def _category(code: str) -> list[Resource]:
    return [{"coding": [{"code": code}]}]


def _told(now: datetime) -> dict[str, Resource]:
    def ago(hours: float) -> str:
        return (now - timedelta(hours=hours)).isoformat()

    def ordered(text: str, hours: float) -> Resource:
        return {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": {"text": text},
                "authoredOn": ago(hours)}  # fmt: skip

    def medicine(name: str, hours: float, dosage: list[Resource] | None = None) -> Resource:
        return {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": ago(hours),
                "medicationCodeableConcept": {"text": name}, "dosageInstruction": dosage or []}  # fmt: skip

    def plan(title: str) -> Resource:
        return {"resourceType": "CarePlan", "status": "active", "intent": "plan", "title": title, "created": ago(200)}

    def visit(text: str, hours: float) -> Resource:
        return {"resourceType": "Appointment", "status": "booked", "description": text, "start": ago(-hours)}

    def done(text: str, hours: float) -> Resource:
        return {"resourceType": "Procedure", "status": "completed", "code": {"text": text},
                "performedDateTime": ago(hours)}  # fmt: skip

    def stay(kind: str, hours: float) -> Resource:
        return {"resourceType": "Encounter", "status": "in-progress", "class": {"code": kind},
                "period": {"start": ago(hours)}}  # fmt: skip

    def dose(status: str, hours: float) -> Resource:
        return {"resourceType": "MedicationAdministration", "status": status, "effectiveDateTime": ago(hours),
                "medicationCodeableConcept": _BACLOFEN}  # fmt: skip

    def problem(text: str, hours: float) -> Resource:
        return {"resourceType": "Condition", "clinicalStatus": {"coding": [{"code": "active"}]},
                "code": {"text": text}, "onsetDateTime": ago(hours)}  # fmt: skip

    def fill(hours: float) -> Resource:
        return {"resourceType": "MedicationDispense", "status": "completed", "whenHandedOver": ago(hours),
                "medicationCodeableConcept": _BACLOFEN, "daysSupply": {"value": 30, "unit": "d"}}  # fmt: skip

    return {
        "dialysis ordered": ordered("Hemodialysis three times a week", 900),
        "dialysed": done("Hemodialysis", 20),
        "nil by mouth": {"resourceType": "NutritionOrder", "status": "active", "intent": "order",
                         "oralDiet": {"type": [{"text": "NPO"}]}, "dateTime": ago(20)},
        "tablets held": ordered("Hold all oral medication", 20),
        "intensive care": ordered("Admit to ICU", 10),
        "interrogation ordered": ordered("Pump interrogation", 3),
        "tapered": plan("Baclofen taper plan: reduce 5 mg weekly"),
        "weaned": plan("Planned wean of intrathecal baclofen"),
        "continued": plan("Continue baclofen on the day of surgery with sips"),
        "refill booked": visit("Baclofen pump refill", 48),
        "clinic booked": visit("Neurology follow-up spasticity", 100),
        "operation booked": visit("Total hip replacement under general anaesthesia", 30),
        "pump operation booked": visit("Intrathecal pump replacement", 30),
        "operated": done("Hip replacement under general anaesthesia", 20),
        "refilled": done("Intrathecal pump refill with baclofen", 40),
        "scanned": done("MRI of the brain", 5),
        "in hospital": stay("IMP", 31),
        "in emergency": stay("EMER", 4),
        "dose given": dose("completed", 3),
        "older dose given": dose("completed", 36),
        "dose not given": dose("not-done", 6),
        "statement": {"resourceType": "MedicationStatement", "status": "active", "effectiveDateTime": ago(9000),
                      "dateAsserted": ago(30), "medicationCodeableConcept": _BACLOFEN},
        "stopped": {"resourceType": "MedicationStatement", "status": "stopped", "dateAsserted": ago(10),
                    "effectivePeriod": {"start": ago(9000), "end": ago(40)}, "medicationCodeableConcept": _BACLOFEN},
        "sedated": medicine("midazolam 2 mg injection", 3),
        "tablets": medicine("baclofen 20 mg tablet", 9000, _BY_MOUTH),
        "by pump": medicine("baclofen intrathecal 2,000 mcg/mL", 7000, _BY_PUMP),
        "pump": {"resourceType": "Device", "status": "active", "type": {"text": "Intrathecal infusion pump"},
                 "deviceName": [{"name": "SynchroMed II", "type": "user-friendly-name"}]},
        "pump used": {"resourceType": "DeviceUseStatement", "status": "active",
                      "device": {"display": "Intrathecal baclofen pump"}},
        "alarm": {"resourceType": "Observation", "status": "final", "code": {"text": "Intrathecal pump event log"},
                  "valueString": "Motor stall occurred", "effectiveDateTime": ago(12)},
        "old fill": fill(24 * 35),
        "fill": fill(24 * 5),
        "creatinine 1": _loinc("2160-0", 1, "mg/dL", category=_category("laboratory"), effectiveDateTime=ago(100)),
        "old creatinine 4": _loinc("2160-0", 4, "mg/dL", category=_category("laboratory"), effectiveDateTime=ago(3000)),
        "eGFR 12": _loinc("98979-8", 12, "mL/min/{1.73_m2}", effectiveDateTime=ago(100)),
        "low pressure": _loinc("8480-6", 74, "mm[Hg]", category=_category("vital-signs"), effectiveDateTime=ago(2)),
        "weight 20 kg": _loinc("29463-7", 20, "kg", category=_category("vital-signs"), effectiveDateTime=ago(200)),
        "cord injury": problem("Spinal cord injury at T4", 9000),
        "kidney injury": problem("Acute kidney injury", 20),
        "alcohol": problem("Alcohol withdrawal", 20),
        "pregnant": problem("Pregnancy, 32 weeks", 20),
        "bladder": problem("Neurogenic bladder", 9000),
        "taught": {"resourceType": "Communication", "status": "completed", "sent": ago(900),
                   "payload": [{"contentString": "Baclofen teaching; emergency supply of baclofen by mouth given"}]},
        "mother": {"resourceType": "FamilyMemberHistory", "status": "completed", "relationship": {"text": "mother"},
                   "note": [{"text": "Mother took baclofen in pregnancy"}], "date": ago(900)},
    }  # fmt: skip


BESIDES = tuple(_told(datetime(2026, 3, 10, tzinfo=UTC)))  # by name


def with_besides(call: Call, *names: str, sex: str = "") -> Call:
    """The same call with these beside what is there, and a patient of this sex."""
    who = {"reference": f"Patient/{call.context['patientId']}"}
    known, more = _told(call.now), []
    for n, name in enumerate(names):
        kind = known[name]["resourceType"]
        of_whom = {"participant": [{"actor": who, "status": "accepted"}]} if kind == "Appointment" else {
            "patient" if kind in ("Device", "NutritionOrder", "FamilyMemberHistory") else "subject": who}  # fmt: skip
        more.append({**known[name], "id": f"besides-{n}", **of_whom})
    there = [{**r, "gender": sex} if sex and r["resourceType"] == "Patient" else r for r in call.resources]
    return call.but(resources=[*there, *more])
