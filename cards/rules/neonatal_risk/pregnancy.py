"""Is somebody pregnant on baclofen?

When  an active pregnancy, and baclofen by mouth beyond short use, or a baclofen pump
Then  plan for mother and child: a reminder before 28 weeks, a warning from 28 weeks (84 days before the due date) on;
      with a pump alone a reminder
Else  quiet: not pregnant, no baclofen, short use

Known limits: an unrecorded pregnancy is not seen; without a due date or week the rule cannot tell early from late.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import CONDITIONS, DEVICES, ENCOUNTERS, OBSERVATIONS, PROCEDURES
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import say

THIRD_TRIMESTER = limit("pregnancy_weeks_warning", 28, "wk", JUDGEMENT, sources.LORAL, "84 days before the due date")

SUMMARY = "Baclofen in pregnancy ({weeks} wk): plan a taper or newborn withdrawal watch"
WEEKS_UNKNOWN = "Baclofen in pregnancy (weeks not recorded): plan a taper or newborn withdrawal watch"
PUMP = "Intrathecal baclofen in pregnancy: tell obstetrics and neonatology; keep refills on time"

LABEL = (
    "Label: if continued, gradually reduce and stop before delivery when possible; if slow withdrawal is not feasible, "
    "tell parents and caregivers about neonatal withdrawal (C-LORAL)."
)
NEVER = "Never stop abruptly: the mother herself can go into withdrawal (C-LORAL)."
NEWBORN = "Notify neonatology; plan observation of the newborn."
PUMP_WHY = "Plasma levels by the intrathecal route are very low; uneventful pregnancies are reported (C-PREG, C-AAN25)."

_PUMP_NEEDS = (DEVICES, PROCEDURES)


@rule(
    implements="NEO-01",
    hooks=[PATIENT_VIEW, ORDER_SIGN, ENCOUNTER_START],
    deciding=[*ORAL_NEEDS, *_PUMP_NEEDS, CONDITIONS, OBSERVATIONS],
    refining=[*TIER_NEEDS, ENCOUNTERS],
    sources=[sources.SEED, sources.LORAL, sources.PREG, sources.AAN25],
    limits=[THIRD_TRIMESTER],
    overrides=["specialist-plan", "data-incorrect"],
    could_reach=Urgency.WARNING,
)
def pregnancy(case: Case) -> Verdict:
    if case.is_newborn:
        return Quiet("a newborn", rests_on=())
    by_mouth = case.oral is not None and case.oral_dependence.tier >= Tier.T1
    if not by_mouth and not case.has_baclofen_pump:
        return Quiet("no baclofen beyond short use", rests_on=(*ORAL_NEEDS, *_PUMP_NEEDS))
    found = case.pregnancy
    if found is None:
        # The administrative gender never outweighs a pregnancy on record; it only leaves nothing open without one.
        is_man = case.record.patient is not None and case.record.patient.sex == "male"
        return Quiet("no pregnancy recorded", rests_on=() if is_man else (CONDITIONS, OBSERVATIONS))
    weeks = found.weeks(case.now)
    if not by_mouth:
        return Card(
            urgency=Urgency.INFO,
            summary=PUMP,
            detail=(_told("Intrathecal baclofen", weeks), PUMP_WHY, NEWBORN, NEVER),
            evidence=(found.evidence, *(case.pump.evidence[:1] if case.pump else ())),
            suggestions=("neonatology", "education"),
        )
    late = weeks is not None and weeks >= case.moment.limit(THIRD_TRIMESTER)
    return Card(
        urgency=Urgency.WARNING if late else Urgency.INFO,
        summary=WEEKS_UNKNOWN if weeks is None else say(SUMMARY, weeks=weeks),
        detail=(_told(oral_exposure_line(case), weeks), LABEL, NEVER, NEWBORN),
        evidence=(found.evidence, *oral_evidence(case)),
        suggestions=("neonatology", "taper", "education"),
    )


def _told(exposure: str, weeks: int | None) -> str:
    how_far = "weeks not recorded" if weeks is None else f"{weeks} completed weeks"
    return f"Pregnant, {how_far}. {exposure.rstrip('.')}."
