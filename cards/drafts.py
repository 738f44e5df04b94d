"""Suggested FHIR drafts (clinical.md section 13): built here, checked with fhir.resources (R4B), signed by the user.

A rule names a key ("resume-baclofen"). No dose for a child, ever; no dose where it is unknown, doubtful, above the
label maximum, or the gap is over 7 days; nothing with baclofen in it while there is a sign of toxicity.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from fhir.resources.R4B.communicationrequest import CommunicationRequest
from fhir.resources.R4B.medicationrequest import MedicationRequest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cards import limits
from cards.case import Case
from cards.record.concepts import Act, Problem
from cards.record.facts import MedicationOrder
from cards.scales.age import HIGH_FEVER
from cards.scales.withdrawal_gate import Answer
from cards.taper_builder import BUILT_FROM, split_in_three, taper_days, taper_steps
from cards.timeline.interruptions import Kind
from cards.verdict import Action, Suggestion
from cards.words import number, safe

_MODELS: dict[str, Any] = {
    "MedicationRequest": MedicationRequest,
    "ServiceRequest": ServiceRequest,
    "CommunicationRequest": CommunicationRequest,
}
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_UCUM = "http://unitsofmeasure.org"
_BY_MOUTH = {"coding": [{"system": "http://snomed.info/sct", "code": "26643006", "display": "Oral route"}]}
_VERIFY = "Resume; verify the last dose before signing."
_RENAL = "Kidney function is reduced: prescriber to confirm the dose; watch for sedation."
_CONFIRM = "More than {gap} since the last dose: prescriber to confirm; sedation monitoring."


def suggestions_for(keys: Sequence[str], case: Case) -> tuple[tuple[Suggestion, ...], tuple[str, ...]]:
    """The suggestions that make sense for this patient, in the order of the keys; and the keys that failed.

    A draft that cannot be built costs itself, never the card that it hangs on.
    """
    built: list[Suggestion] = []
    failed: list[str] = []
    for key in keys:
        try:
            suggestion = _BUILDERS[key](case)
        except Exception:  # noqa: BLE001 - told on the card and counted as failed by the caller
            failed.append(key)
            continue
        built += [suggestion] if suggestion else []
    return tuple(built), tuple(failed)


def checked(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, after fhir.resources has validated it. Raises pydantic's ValidationError: a bug of ours."""
    _MODELS[resource["resourceType"]].model_validate(resource)
    return resource


def _create(key: str, label: str, *resources: dict[str, Any]) -> Suggestion:
    actions = tuple(Action(type="create", description=label, resource=checked(r)) for r in resources)
    return Suggestion(key=key, label=label, actions=actions)


def _service(case: Case, words: str, *, priority: str = "routine", note: str = "") -> dict[str, Any]:
    request: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "priority": priority,
        "code": {"text": words},
        "subject": {"reference": f"Patient/{case.moment.patient_id}"},
    }
    if note:
        request["note"] = [{"text": note}]
    return request


def _baclofen(case: Case, order: MedicationOrder | None, note: str) -> dict[str, Any]:
    """A baclofen order without a dose: product, patient, what it continues."""
    request: dict[str, Any] = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "proposal",
        "medicationCodeableConcept": _product(order),
        "subject": {"reference": f"Patient/{case.moment.patient_id}"},
        "note": [{"text": note}],
    }
    if order and order.reference.startswith("MedicationRequest/") and not order.is_draft:
        request["priorPrescription"] = {"reference": order.reference}
    return request


def _product(order: MedicationOrder | None) -> dict[str, Any]:
    text = safe(order.product.name) if order else "baclofen"
    concept: dict[str, Any] = {"text": text or "baclofen"}
    if order and order.product.coding:
        system, code, display = order.product.coding
        coding = {"system": system, "code": code} | ({"display": safe(display)} if display else {})
        return concept | {"coding": [coding]}
    return concept | {"coding": [{"system": _RXNORM, "code": "1292", "display": "Baclofen"}]}


def _resume(case: Case) -> Suggestion | None:
    """The last known baclofen, within the limits of the restart-dose rule."""
    if case.toxicity.items and (case.toxicity.gate_met or case.toxicity.tone == "low"):
        return None
    if case.oral is None:
        return None
    order = _last_order(case)
    hours = case.oral_interruption.hours(case.now) if case.oral_interruption else 0.0
    if hours > case.moment.limit(limits.RESTART_CONFIRM) * 24 and case.oral_gate.answer is not Answer.WITHDRAWAL:
        without = case.moment.told(limits.RESTART_CONFIRM)
        words = f"Re-titration of baclofen by specialist or pharmacist (more than {without} without)"
        return _create("resume-baclofen", words, _service(case, words, priority="urgent"))
    notes = [_VERIFY]
    if hours > case.moment.limit(limits.RESTART_FULL):
        notes.append(_CONFIRM.format(gap=case.moment.told(limits.RESTART_FULL)))
    if case.kidney.is_poor:
        notes.append(_RENAL)
    if case.plans(Act.NPO):
        notes.append(
            "Nil by mouth: by feeding tube (solution, suspension or granules); there is no intravenous baclofen."
        )
    gap = case.oral_interruption
    tapered = gap is not None and gap.kind is Kind.TAPER
    if tapered:
        notes.append("Under a taper: back to the last tolerated dose.")
    instruction = None if tapered else _same_dosage(case, order)
    if not instruction:
        notes.append("Dose not proposed: reconcile it with patient, carer, pharmacy or administration record.")
    request = _baclofen(case, order, " ".join(notes))
    if gap and gap.cut_from and gap.order:
        request["priorPrescription"] = {"reference": gap.order.reference}  # replaces the cut dose, not beside it
    if instruction:
        request["dosageInstruction"] = [instruction]
    told = f" {_daily(case)}" if instruction else ""
    return _create("resume-baclofen", f"Resume baclofen{told}", request)


def _last_order(case: Case) -> MedicationOrder | None:
    """The order to continue: the one interrupted, after a cut the one before it, else what holds, else the newest."""
    assert case.oral is not None
    gap = case.oral_interruption
    if gap and (gap.cut_from or gap.order):
        return gap.cut_from or gap.order
    return next(iter((*case.oral.current, *case.oral.orders)), None)


def _daily(case: Case) -> str:
    gap = case.oral_interruption
    dose = gap.cut_from.dosage.daily if gap and gap.cut_from else case.oral.dose if case.oral else None
    return f"{number(dose.low)} {dose.unit}" if dose else ""


def _same_dosage(case: Case, order: MedicationOrder | None) -> dict[str, Any] | None:
    """The last known dose as a dosageInstruction; None where no dose may be proposed."""
    if order is None or not case.is_adult_for_doses or order.dosage.doubtful_unit:
        return None
    dose, times, single = order.dosage.daily, order.dosage.times_per_day, order.dosage.single
    if (
        dose is None
        or dose.low != dose.high
        or dose.unit != "mg/day"
        or dose.low > case.moment.limit(limits.RESTART_MAX_ORAL)
    ):
        return None
    if single and times and times == int(times) and single * times == dose.low:
        return _oral_instruction(single, int(times))
    # Unequal doses (10-10-20): the chart's own words, for an average of them is a dose that nobody takes.
    return {"text": safe(order.dosage.text), "route": _BY_MOUTH} if order.dosage.text else None


def _oral_instruction(single_mg: float, times: int) -> dict[str, Any]:
    return {
        "text": f"{number(single_mg)} mg by mouth or tube, {times} times a day",
        "timing": {"repeat": {"frequency": times, "period": 1, "periodUnit": "d"}},
        "route": _BY_MOUTH,
        "doseAndRate": [{"doseQuantity": _mg(single_mg)}],
    }


def _keep_order(case: Case) -> Suggestion | None:
    """Take back the drafts that stop, hold or cut baclofen; the orders stay as they were."""
    changes = (case.oral_change, case.pump_change)
    drafts = [o.reference for c in changes for o in (*c.stops, *c.orders)]
    drafts += [o.reference for c in changes for o in c.stop_orders]
    if not drafts:
        return None
    label = "Keep the current baclofen order"
    return Suggestion(
        key="keep-order",
        label=label,
        actions=tuple(
            Action(
                type="delete", description="Take back only this draft; the order stays as it was", resource_id=reference
            )
            for reference in dict.fromkeys(drafts)
        ),
    )


def _taper(case: Case) -> Suggestion | None:
    """A stepwise reduction of baclofen by mouth, adults only; for a pump, a child or in pregnancy ask a specialist."""
    exposure = case.oral
    dose = exposure.dose if exposure else None
    if case.has_problem(Problem.PREGNANCY) or exposure is None or not case.is_adult_for_doses:
        words = "Specialist advice on reducing baclofen stepwise"
        return _create("taper", words, _service(case, words, priority="urgent"))
    if dose is None or dose.unit != "mg/day" or dose.low != dose.high:
        return None
    if not case.moment.limit(BUILT_FROM) <= dose.low <= case.moment.limit(limits.ORAL_CHECK):
        return None
    days = taper_days(case)
    order = _last_order(case)
    request = _baclofen(
        case, order, "Stepwise reduction. If symptoms return, go back to the last tolerated dose; follow up."
    )
    request["dosageInstruction"] = [
        _taper_instruction(daily, days, step)
        for step, daily in enumerate(taper_steps(dose.low, case.moment)[1:], 1)
        if daily > 0
    ]
    if not request["dosageInstruction"]:
        return None
    return _create("taper", f"Taper from {number(dose.low)} mg/day in steps of {days} days", request)


def _taper_instruction(daily_mg: float, days: int, step: int) -> dict[str, Any]:
    parts = split_in_three(daily_mg)
    amount: dict[str, Any] = {"doseQuantity": _mg(parts[0])}
    if parts[0] != parts[-1]:
        amount = {"doseRange": {"low": _mg(parts[0]), "high": _mg(parts[-1])}}
    repeat = {
        "frequency": len(parts),
        "period": 1,
        "periodUnit": "d",
        "boundsDuration": {"value": days, "unit": "days", "system": _UCUM, "code": "d"},
    }
    told = " + ".join(number(part) for part in parts)
    return {
        "sequence": step,
        "text": f"Step {step}: {number(daily_mg)} mg/day ({told} mg) by mouth for {days} days",
        "timing": {"repeat": repeat},
        "route": _BY_MOUTH,
        "doseAndRate": [amount],
    }


def _mg(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "mg", "system": _UCUM, "code": "mg"}


def _midazolam(case: Case) -> Suggestion | None:
    """Benzodiazepine bridge: adult dose of the source article, never under 18, never in toxicity."""
    if not case.is_adult_for_doses or case.toxicity.gate_met or case.toxicity.tone == "low":
        return None
    note = (
        "Dose from the source article; no independent source found in the intrathecal-withdrawal literature searched. "
        "Airway and ICU monitoring; reduce in the elderly, COPD or with opioids."
    )
    request: dict[str, Any] = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "proposal",
        "medicationCodeableConcept": {
            "text": "midazolam",
            "coding": [{"system": _RXNORM, "code": "6960", "display": "Midazolam"}],
        },
        "subject": {"reference": f"Patient/{case.moment.patient_id}"},
        "dosageInstruction": [{"text": "2 mg IV bolus, then 1 mg/h IV, titrate; monitored bed only"}],
        "note": [{"text": note}],
    }
    return _create("midazolam", "Benzodiazepine bridge (midazolam) in a monitored bed", request)


def _continue_day_of_surgery(case: Case) -> Suggestion | None:
    """Baclofen with sips or by tube, also on the day of surgery."""
    if case.oral is None:
        return None
    order = _last_order(case)
    note = (
        "Continue, with sips of water or by feeding tube, also on the day of surgery; plan the first dose afterwards."
    )
    request = _baclofen(case, order, note)
    if instruction := _same_dosage(case, order):
        request["dosageInstruction"] = [instruction]
    return _create("continue-day-of-surgery", "Continue baclofen with sips or by tube", request)


def _bridge_supply(case: Case) -> Suggestion | None:
    """Tablets for 7 to 14 days at the last dose, within the limits of the restart-dose rule; never by guess."""
    if case.oral is None:
        words = "Oral baclofen rescue supply with instructions: pump specialist to prescribe (adults)"
        return _create("bridge-supply", words, _service(case, words)) if case.is_adult_for_doses else None
    toxic = case.toxicity.items and (case.toxicity.gate_met or case.toxicity.tone == "low")
    hours = case.oral_interruption.hours(case.now) if case.oral_interruption else 0.0
    if toxic or hours > case.moment.limit(limits.RESTART_CONFIRM) * 24:
        return None
    order = _last_order(case)
    most = case.moment.limit(limits.BRIDGE_SUPPLY)
    span = f"{number(min(case.moment.limit(limits.BRIDGE_SUPPLY_LEAST), most))}-{number(most)} days"
    notes = [f"Bridging supply for {span}; verify the last dose before signing."]
    if hours > case.moment.limit(limits.RESTART_FULL):
        notes.append(_CONFIRM.format(gap=case.moment.told(limits.RESTART_FULL)))
    if case.kidney.is_poor:
        notes.append(_RENAL)
    request = _baclofen(case, order, " ".join(notes))
    request["dispenseRequest"] = {"expectedSupplyDuration": {"value": most, "unit": "d", "system": _UCUM, "code": "d"}}
    if instruction := _same_dosage(case, order):
        request["dosageInstruction"] = [instruction]
    return _create("bridge-supply", f"Bridging supply of baclofen for {span}", request)


def _education(case: Case) -> Suggestion | None:
    words = (
        "Baclofen: teach early signs of withdrawal (more spasm or stiffness, itching without rash, tingling, then "
        "fever, confusion, hallucinations, seizures), never to stop suddenly, to refill "
        f"{case.moment.told(limits.REFILL_BEFORE)} before running out, the pump's two alarm tones and "
        "refill dates, the backup supply and the emergency number. Give the hand-out."
    )
    request = {
        "resourceType": "CommunicationRequest",
        "status": "draft",
        "subject": {"reference": f"Patient/{case.moment.patient_id}"},
        "payload": [{"contentString": words}],
    }
    return _create("education", "Teach patient and carer", request)


def _simple(key: str, words: str, *, priority: str = "routine", note: str = "") -> Callable[[Case], Suggestion | None]:
    return lambda case: _create(key, words, _service(case, words, priority=priority, note=note))


def _cooling(case: Case) -> Suggestion | None:
    words = f"Active cooling for temperature of {case.moment.told(HIGH_FEVER)} or more"
    return _create("cooling", words, _service(case, words, priority="stat"))


_INTERROGATE = "Interrogate intrathecal pump: reservoir, rate, drug and concentration, alarms, event log, ERI"
_BUILDERS: dict[str, Callable[[Case], Suggestion | None]] = {
    "resume-baclofen": _resume,
    "keep-order": _keep_order,
    "taper": _taper,
    "interrogate": _simple("interrogate", _INTERROGATE, priority="stat"),
    "refill": _simple("refill", "Intrathecal pump refill", priority="urgent"),
    "catheter": _simple(
        "catheter", "X-ray of pump and catheter, catheter access port study (specialist)", priority="urgent"
    ),
    "labs": _simple(
        "labs", "CK, basic metabolic panel, CBC, liver panel, coagulation, lactate, urinalysis", priority="stat",
        note="Add cultures if febrile. Do not wait for results to restore baclofen.",
    ),
    "icu": _simple("icu", "Monitored or ICU bed: telemetry, temperature every hour", priority="stat"),
    "cooling": _cooling,
    "fluids": _simple("fluids", "Isotonic fluids for rhabdomyolysis, by local protocol", priority="stat"),
    "consult": _simple(
        "consult", "Consult pump team, PM&R, neurology, neurosurgery or pain service", priority="urgent"
    ),
    "nephrology": _simple("consult", "Consult nephrology on the baclofen dose", priority="urgent"),
    "toxicology": _simple("consult", "Consult toxicology or poison centre before giving it", priority="stat"),
    "midazolam": _midazolam,
    "continue-day-of-surgery": _continue_day_of_surgery,
    "education": _education,
    "bridge-supply": _bridge_supply,
    "neonatology": _simple("consult", "Consult neonatology", priority="urgent"),
    "newborn-labs": _simple("labs", "Septic, metabolic and glucose work-up of the newborn", priority="stat"),
}  # fmt: skip


@cache
def keys() -> frozenset[str]:
    """Every suggestion that can be built."""
    return frozenset(_BUILDERS)
