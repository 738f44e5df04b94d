"""Do the findings look like intrathecal baclofen withdrawal?

When  a baclofen pump is in place (or was taken out within 14 days), delivery fails or may fail, and new findings reach
      the gate of the score (2 points after a probable failure, 5 in two domains while the pump's state is unknown)
Then  interrogate now, restore intrathecal baclofen; critical with a red flag, 6 points, or 4 after a probable failure
Else  quiet: no pump, another drug in it, too few findings, low tone (toxicity)

Known limits: the score is a count and no validated instrument; findings told only in a note's free text are not read;
a normal interrogation does not exclude a catheter fault.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.mimics import mimic_evidence, mimic_lines, mimics
from cards.needs import (
    APPOINTMENTS,
    CARE_PLANS,
    ENCOUNTERS,
    LABS,
    OBSERVATIONS,
    PROCEDURES,
    VITALS,
)
from cards.pump_patient import PUMP_NEEDS
from cards.rule import rule
from cards.scales.toxicity import TOXICITY_NEEDS
from cards.scales.withdrawal_gate import Answer, fewest_points
from cards.sentences import (
    DEPARTS_MIDAZOLAM,
    DEPARTS_ORAL,
    DEPARTS_PRESSURE,
    ICU_BY_PUMP,
    MONITORED_BRIDGE,
    told_dose,
)
from cards.telling import (
    SIGNS,
    counted_line,
    first_certain,
    is_told_with_toxicity,
    needs_of_age,
    score_evidence,
    sepsis_line,
    uncertain_card,
)
from cards.timeline.pump import Pump, PumpDrug
from cards.verdict import Card, Comfort, Quiet, Urgency, Verdict
from cards.words import ago

SUMMARY = "Suspected intrathecal baclofen withdrawal: interrogate pump NOW, restore IT baclofen"
DRUG_UNKNOWN = "Implanted pump and signs of withdrawal: which drug? Interrogate the pump NOW"
REMOVED = "Suspected intrathecal baclofen withdrawal after pump removal: restore IT baclofen"
INTERROGATE = (
    "Interrogate the pump now ({pump}): reservoir, rate, alarms and event log, programming. A normal interrogation "
    "does not exclude a catheter fault: X-ray of pump and catheter, access-port aspiration or contrast study."
)
RESTORE_DELIVERY = (
    "Restore intrathecal delivery: refill or reprogramme; if delayed, lumbar puncture or lumbar catheter by a "
    "specialist (C-SAU16, C-COREEM). Page neurosurgery, pump team, PM&R or pain service."
)
RESTORE_WITHOUT_PUMP = (
    "No pump is in place: restore intrathecal baclofen by lumbar puncture, lumbar catheter or temporary infusion "
    "(specialist, C-SAU16, C-COREEM). Page neurosurgery, pump team, PM&R or pain service."
)
_NOT_ALONE = "Oral baclofen alone is not effective"
_DO_NOT_WAIT = "Do not wait for confirmatory tests; treat possible sepsis in parallel (C-KAO03)."
TABLETS_ALONE = (
    f"{_NOT_ALONE}; it may be added (10-20 mg every 6 h in adults, C-SAU16) but must not delay intrathecal "
    f"restoration. {_DO_NOT_WAIT}"
)
TABLETS_ALONE_CHILD = f"{_NOT_ALONE} and must not delay intrathecal restoration. {_DO_NOT_WAIT}"
IN_COMFORT = "Suspected intrathecal baclofen withdrawal in comfort care: relieve spasm and agitation now"
PUMP_IN_COMFORT = "Pump: {pump}. Whether it is interrogated or refilled is for patient, family and palliative team."
REMOVED_IN_COMFORT = "No pump is in place; whether one is sought is for patient, family and palliative team."
RULE_NEEDS = (*PUMP_NEEDS, VITALS, OBSERVATIONS, LABS)


@rule(
    implements="WDR-02",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN],
    deciding=RULE_NEEDS,
    refining=[*TOXICITY_NEEDS, APPOINTMENTS, CARE_PLANS, ENCOUNTERS],
    sources=[sources.SEED, sources.SAU16, sources.COREEM, sources.NSW, sources.MEY03, sources.KAO03, sources.ALD02,
             sources.PED341, sources.PALS],
    limits=[limits.RECENT_PUMP_EVENT, limits.VITALS_WINDOW, limits.SYMPTOMS_WINDOW, limits.LABS_WINDOW],
    overrides=["alternative-diagnosis", "pump-verified", "comfort-care"],
    could_reach=Urgency.CRITICAL,
    departs=[DEPARTS_ORAL, DEPARTS_MIDAZOLAM, DEPARTS_PRESSURE],
    counter=[(PROCEDURES, "refills and interrogations")],
)  # fmt: skip
def intrathecal(case: Case) -> Verdict:
    pump, delivery, score = case.pump, case.delivery, case.pump_findings
    if pump is None or delivery is None:
        return Quiet("no pump", rests_on=PUMP_NEEDS)
    if pump.drug is PumpDrug.OTHER:
        return Quiet("the pump holds another drug", rests_on=PUMP_NEEDS)
    window = case.moment.limit(limits.RECENT_PUMP_EVENT) * 24
    if pump.removed is not None and pump.removed.hours_until(case.now) > window:
        return Quiet(
            f"the pump was taken out more than {case.moment.told(limits.RECENT_PUMP_EVENT)} ago", rests_on=(PROCEDURES,)
        )
    if score.points < fewest_points(case.moment):
        return first_certain(case, Quiet("too few findings of withdrawal", rests_on=(*SIGNS, *needs_of_age(case))))
    judged = case.pump_gate
    if judged.answer is Answer.NO:
        return Quiet(f"below the gate: {judged.because}", rests_on=(*RULE_NEEDS, *needs_of_age(case)))
    if judged.answer is Answer.TOXICITY:
        return Quiet("looks like toxicity: low tone without rigidity", rests_on=())
    since = f", {ago(delivery.since, case.now, case.zone)}" if delivery.since else ""
    counted = counted_line(score, f"{delivery.because} ({delivery.level.word}){since}", case)
    if is_told_with_toxicity(case, judged, score):
        return Quiet("withdrawal or toxicity: told with toxicity", rests_on=())
    if judged.answer is Answer.UNCERTAIN:
        return uncertain_card(case, score, counted, (*delivery.evidence, *pump.evidence[:1]))
    unknown = pump.drug is PumpDrug.UNKNOWN
    considered = mimics(case)
    if not pump.is_in_place:
        return _after_removal(case, counted)
    return Card(
        urgency=min(judged.urgency, Urgency.WARNING) if unknown and not score.has("P4") else judged.urgency,
        summary=DRUG_UNKNOWN if unknown else SUMMARY,
        detail=(counted, INTERROGATE.format(pump=_told_pump(pump)), RESTORE_DELIVERY, *_support(case),
                *sepsis_line(case, score), *mimic_lines(considered)),
        evidence=(*score_evidence(score), *delivery.evidence, *pump.evidence[:2], *mimic_evidence(considered)),
        suggestions=("interrogate", "refill", "catheter", "midazolam", "icu", "labs", "cooling", "consult")
        if score.has_fever else ("interrogate", "refill", "catheter", "midazolam", "icu", "labs", "consult"),
        comfort=Comfort(IN_COMFORT, (PUMP_IN_COMFORT.format(pump=_told_pump(pump)),)),
        not_counted=score.not_counted,
        capped="drug in the pump not recorded" if unknown else "",
    )  # fmt: skip


def _after_removal(case: Case, counted: str) -> Card:
    """No pump to interrogate: the intrathecal route itself must be restored."""
    pump, delivery, score = case.pump, case.delivery, case.pump_findings
    assert pump is not None
    assert delivery is not None
    considered = mimics(case)
    return Card(
        urgency=case.pump_gate.urgency,
        summary=REMOVED,
        detail=(counted, RESTORE_WITHOUT_PUMP, *_support(case), *sepsis_line(case, score), *mimic_lines(considered)),
        evidence=(*score_evidence(score), *delivery.evidence, *mimic_evidence(considered)),
        suggestions=("consult", "midazolam", "icu", "labs", *(("cooling",) if score.has_fever else ())),
        comfort=Comfort(IN_COMFORT, (REMOVED_IN_COMFORT,)),
        not_counted=score.not_counted,
    )  # fmt: skip


def _support(case: Case) -> tuple[str, ...]:
    """What else is done meanwhile; no dose for a child."""
    if case.is_adult_for_doses:
        return (MONITORED_BRIDGE, ICU_BY_PUMP, TABLETS_ALONE)
    return (ICU_BY_PUMP, TABLETS_ALONE_CHILD)


def _told_pump(pump: Pump) -> str:
    """ "SynchroMed, baclofen with morphine, 350 mcg/day"."""
    drug = "baclofen" if pump.drug is PumpDrug.BACLOFEN else "drug not recorded: ask for the pump card"
    also = f" with {', '.join(sorted(d.value for d in pump.other_drugs))}" if pump.other_drugs else ""
    dose = told_dose(pump.dose) if pump.dose else "dose not recorded"
    return ", ".join(part for part in (pump.model.value, f"{drug}{also}", dose) if part)
