"""Is a baclofen pump infected, eroding or leaking, or was it taken out with nothing to bridge the baclofen?

When  the pump was taken out within the last 14 days and no bridging plan is found: critical, even without symptoms;
      or a catheter fault was shown within the last 14 days and nothing set it right: critical;
      or a pocket infection, erosion or meningitis is on the problem list while the pump is in place: a warning
Then  say not to remove it without a bridging plan, or to start one now
Else  quiet: bridged, taken out longer ago, repaired, an operation on the pump planned (asked by pump_procedure), none
      of these, another drug in the pump

Known limits: a normal pump with a broken catheter shows nothing until symptoms come.
"""

from cards import limits, sources
from cards.case import Case
from cards.comfort import Headline
from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW
from cards.needs import CARE_PLANS, CONDITIONS, ENCOUNTERS, OBSERVATIONS, PATIENT, PROCEDURES, SERVICE_REQUESTS
from cards.perioperative import BRIDGING, ORAL_ALONE, bridging
from cards.pump_patient import DRUG_NOT_RECORDED, PUMP_NEEDS, pump_that_may_hold_baclofen
from cards.record.concepts import Act, Problem, Sign
from cards.record.facts import Condition
from cards.record.when import latest
from cards.rule import rule
from cards.sentences import told_dose
from cards.timeline.delivery import unresolved
from cards.timeline.operations import PUMP_OPERATIONS, planned
from cards.timeline.pump import Pump, PumpDrug, is_recent
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import ago, dated, say

TAKEN_OUT = Headline("Baclofen pump taken out {ago} with no bridging plan")
LEAKING = Headline("Intrathecal catheter fault shown: baclofen may not reach the spine. Call the pump team")
INFECTED = Headline("{problem} with a baclofen pump: do not remove it without a bridging plan")

NO_SYMPTOMS_NEEDED = (
    "Act before symptoms: intrathecal withdrawal progresses over 24-72 h and can kill (boxed warning, C-LITB)."
)
COMMON = (
    "Infection came to 14.6 % of patients of a paediatric series (C-PED341); any complication to 20-30 % of adults "
    "(C-PMC41)."
)
NOT_EXCLUDED = "A normal interrogation does not exclude a catheter fault; a leak showed within 24 h (C-PMC41)."

_INFECTIONS = {
    Problem.PUMP_INFECTION: "Pump or catheter infection",
    Problem.PUMP_EROSION: "Pump erosion",
    Problem.MENINGITIS: "Meningitis",
}


@rule(
    implements="PMP-04",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ENCOUNTER_DISCHARGE, APPOINTMENT_BOOK, ORDER_SIGN],
    deciding=[*PUMP_NEEDS, OBSERVATIONS],
    refining=[CARE_PLANS, ENCOUNTERS, PATIENT, SERVICE_REQUESTS],
    sources=[sources.SEED, sources.LITB, sources.HWA19, sources.HAL23, sources.GRE03, sources.HAN07, sources.PED341,
             sources.PMC41],
    limits=[limits.RECENT_PUMP_EVENT],
    overrides=["specialist-plan", "comfort-care"],
    could_reach=Urgency.CRITICAL,
)  # fmt: skip
def explant_or_infection(case: Case) -> Verdict:
    pump = pump_that_may_hold_baclofen(case)
    if isinstance(pump, Quiet):
        return pump
    if not pump.is_in_place:
        return _taken_out(case, pump)
    fault = unresolved(pump, Sign.CATHETER_FAULT)
    if fault is not None and is_recent(fault, case.moment):
        told = say("{text} {ago}.", text=fault.text, ago=ago(fault.when, case.now, case.zone))
        evidence = Evidence(fault.reference, fault.text, fault.when)
        urgency = Urgency.CRITICAL if case.saw(PROCEDURES) else Urgency.WARNING
        return _card(
            pump,
            urgency,
            LEAKING,
            (told, NO_SYMPTOMS_NEEDED, NOT_EXCLUDED),
            (evidence,),
            ("catheter",),
        )
    infection = _infection(case)
    if infection is None:
        return Quiet(
            "not taken out; no infection, erosion or new catheter fault on record",
            rests_on=(PROCEDURES, CONDITIONS, OBSERVATIONS),
        )
    if case.moment.hook in (PATIENT_VIEW, ORDER_SIGN, APPOINTMENT_BOOK) and planned(
        case.record, case.moment, PUMP_OPERATIONS
    ):
        return Quiet("an operation on the pump is planned: asked by pump_procedure", rests_on=())
    problem = next(words for concept, words in _INFECTIONS.items() if concept in infection.concepts)
    onset = infection.onset or infection.recorded
    told = say("{text}, {day}; the pump is in place.", text=infection.text, day=dated(onset, case.zone, case.now))
    bridge = bridging(case)
    plan = (f"Bridging plan found: {bridge}.",) if bridge else (BRIDGING, ORAL_ALONE)
    evidence = Evidence(infection.reference, infection.text, onset)
    return _card(pump, Urgency.WARNING, INFECTED.told(problem=problem), (told, *plan, COMMON), (evidence,))


def _taken_out(case: Case, pump: Pump) -> Verdict:
    assert pump.removed is not None
    if pump.removed.hours_until(case.now) > case.moment.limit(limits.RECENT_PUMP_EVENT) * 24:
        since = case.moment.told(limits.RECENT_PUMP_EVENT)
        return Quiet(f"the pump was taken out more than {since} ago", rests_on=())
    if bridge := bridging(case, since=pump.removed):
        return Quiet(f"taken out, and bridged: {bridge}", rests_on=())
    event = pump.latest(Act.PUMP_REMOVAL)
    told_ago = ago(pump.removed, case.now, case.zone)
    evidence = (Evidence(event.reference, event.text, event.when),) if event else ()
    told = f"Intrathecal baclofen {told_dose(pump.dose)} ended when the pump was taken out {told_ago}."
    return _card(
        pump,
        Urgency.CRITICAL,
        TAKEN_OUT.told(ago=told_ago),
        (" ".join(told.split()), NO_SYMPTOMS_NEEDED, BRIDGING, ORAL_ALONE),
        evidence,
    )


def _infection(case: Case) -> Condition | None:
    """An active infection of the pump or around it; what was diagnosed last."""
    found = [c for c in case.record.conditions if c.is_active and c.concepts & set(_INFECTIONS)]
    return max(found, key=_diagnosed, default=None)


def _diagnosed(condition: Condition) -> float:
    return latest(condition.onset or condition.recorded)


def _card(
    pump: Pump,
    urgency: Urgency,
    told: Headline,
    detail: tuple[str, ...],
    evidence: tuple[Evidence, ...],
    more: tuple[str, ...] = (),
) -> Card:
    """In comfort care without hurry, a monitored bed, and that tablets are no plan: just these are offered (FND-07)."""
    unknown = pump.drug is PumpDrug.UNKNOWN
    detail = (*detail, *((DRUG_NOT_RECORDED,) if unknown else ()))
    return Card(
        urgency=min(urgency, Urgency.WARNING) if unknown else urgency,
        summary=told.summary,
        detail=detail,
        evidence=(*evidence, *pump.evidence[:1]),
        suggestions=(*more, "consult", "icu"),
        comfort=told.calm(detail, NO_SYMPTOMS_NEEDED, BRIDGING, ORAL_ALONE),
        capped="drug in the pump not recorded" if unknown else "",
    )
