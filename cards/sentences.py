"""Sentences that several cards share: what the patient takes, since when, when last, and why a stop matters."""

from collections.abc import Sequence

from cards.case import Case
from cards.needs import (
    ADMINISTRATIONS,
    CONDITIONS,
    DEVICE_USE,
    DEVICES,
    DISPENSES,
    MEDICATION_REQUESTS,
    MEDICATION_STATEMENTS,
    OBSERVATIONS,
    PATIENT,
    PROCEDURES,
    Need,
)
from cards.record.concepts import Reason
from cards.record.facts import DailyDose, MedicationOrder
from cards.scales.dependence import Dependence
from cards.verdict import Evidence
from cards.words import ago, listed, number, say

ORAL_NEEDS: tuple[Need, ...] = (MEDICATION_REQUESTS, MEDICATION_STATEMENTS, ADMINISTRATIONS, DISPENSES)

# What the dependence tier also reads: risk groups, a pump beside the tablets, age and weight.
TIER_NEEDS: tuple[Need, ...] = (CONDITIONS, PATIENT, DEVICES, DEVICE_USE, PROCEDURES, OBSERVATIONS)

# What comfort care leaves out (suppression.py).
ICU_BY_MOUTH = (
    "If severe: ICU, benzodiazepine bridge, active cooling, CK and creatinine with fluids. "
    "Treat possible sepsis in parallel."
)
ICU_BY_PUMP = (
    "ICU: telemetry, arterial pressure; late bradyarrhythmia or hypotension occur. Active cooling; fluids for "
    "rhabdomyolysis; CK, metabolic panel and coagulation every 6-8 h."
)
MONITORED_BRIDGE = (
    "Benzodiazepine bridge in a monitored bed: midazolam dose from the source article, no independent source found; "
    "reduce in the elderly, COPD or with opioids."
)
WHY_STOPPING_HARMS = (
    "Abrupt stop can bring hallucinations and seizures (C-LORAL), high fever, altered mental state, rebound "
    "spasticity, rhabdomyolysis, organ failure and death (C-OZO); onset usually within 1-3 days."
)
NOT_IN_COMFORT_CARE = frozenset({ICU_BY_MOUTH, ICU_BY_PUMP, MONITORED_BRIDGE, WHY_STOPPING_HARMS})

NOT_LATELY = "no baclofen by mouth in the last {span}"
ADVERSE_REACTION_EXCEPTION = "Exception: a serious adverse reaction (C-LORAL); then watch for withdrawal for 72 h."
RENAL_REASON = (
    "Kidney function is poor ({because}): a reason to reduce baclofen, stepwise and with nephrology, not to stop at "
    "once; with signs of toxicity hold it, then watch for withdrawal."
)
TOXIC_SUMMARY = "Baclofen not given, but signs of toxicity: examine tone before giving or holding"
TOXIC = "Signs of toxicity ({signs}): holding may be right. Examine tone first; ask toxicology before giving more."
BY_TUBE = (
    "Nil by mouth or no swallow: give by feeding tube (suspension, solution or granules, C-LYV); there is no "
    "intravenous baclofen, and the intrathecal product is for intrathecal use only (C-GABLO)."
)


def renal_reason(case: Case) -> tuple[str, ...]:
    """Why somebody may rightly want less baclofen (REN-02); none where the kidneys do not ask for it."""
    return (say(RENAL_REASON, because=case.kidney.because),) if case.kidney.fell_far else ()


def told_dose(dose: DailyDose | None) -> str:
    """ "60 mg/day", "40-60 mg/day" or nothing."""
    if dose is None:
        return ""
    amount = number(dose.low) if dose.low == dose.high else f"{number(dose.low)}-{number(dose.high)}"
    return f"{amount} {dose.unit}"


def with_dose(dose: DailyDose | None) -> str:
    """ "baclofen 60 mg/day", or "baclofen" where the dose is not known."""
    return f"baclofen {told_dose(dose)}".strip()


def adverse_reaction_line(orders: Sequence[MedicationOrder]) -> tuple[str, ...]:
    """Why these orders ended, where it was a reaction to baclofen; nothing else."""
    adverse = [o for o in orders if Reason.ADVERSE_REACTION in o.reasons]
    why = next((o.note for o in adverse if o.note), "an adverse reaction")
    return (say("Recorded reason of the stop: {why}.", why=why),) if adverse else ()


def oral_exposure_line(case: Case) -> str:
    """What was found: dose, route, duration, last dose."""
    last, basis = case.last_oral_dose
    since = f"{basis} {ago(last, case.now, case.zone)}" if last else "time of the last dose not recorded"
    ask = "" if last and basis == "last dose given" else " Confirm the last dose with patient, MAR or pharmacy."
    return f"Baclofen by mouth, {told_dependence(case.oral_dependence)}; {since}.{ask}"


def told_dependence(dependence: Dependence) -> str:
    """The tier in words, with what was assumed and what raises it."""
    raised = f" (higher risk: {listed(dependence.raised_by)})" if dependence.raised_by else ""
    more = [a for a in dependence.assumed if a not in dependence.because]
    assumed = f" ({'; '.join(more)})" if more else ""
    return f"{dependence.because}{assumed}{raised}"


def toxic_line(case: Case) -> tuple[str, ...]:
    """The line that comes before any advice to give baclofen to somebody limp, drowsy or breathing slowly."""
    if not case.toxicity.asks_for_tone:
        return ()
    return (say(TOXIC, signs=", ".join(item.finding.text for item in case.toxicity.items)),)


def oral_evidence(case: Case) -> tuple[Evidence, ...]:
    """The order or statement that shows the exposure, and the last dose given."""
    if case.oral is None:
        return ()
    told: list[Evidence] = []
    for order in (*case.oral.current, *case.oral.orders)[:1]:
        sig = order.dosage.text or told_dose(order.dosage.daily)
        sig = "" if sig.casefold() in order.product.name.casefold() else sig
        words = say("{name} {sig}", name=order.product.name, sig=sig)
        told.append(Evidence(order.reference, words.strip(), order.start or order.authored))
    if case.oral.last_given:
        told.append(Evidence(case.oral.last_given.reference, "last dose given", case.oral.last_given.when))
    if not told and case.oral.fills:
        told.append(Evidence(case.oral.fills[-1].reference, "fill", case.oral.fills[-1].when))
    return tuple(told)


# Where the rules deliberately do not follow the article that the project began from (clinical.md, section 14).
DEPARTS_ORAL = 'it calls oral baclofen "not effective"; here only oral baclofen as the sole treatment is warned of'
# Of adults' cards only (merge.py).
DEPARTS_MIDAZOLAM = "its dose of midazolam has no other source: offered to adults only, with that caveat"
DEPARTS_PREVIOUS_DOSE = (
    'its "previous dose" has limits here: to be confirmed after a longer gap, no dose after a long one, with a warning '
    "in kidney failure"
)
DEPARTS_PRESSURE = (
    "it takes low pressure for toxicity and high pressure for withdrawal; that is a tendency only (13 of 23 overdoses "
    "were hypertensive, C-LEU06), so tone decides"
)
