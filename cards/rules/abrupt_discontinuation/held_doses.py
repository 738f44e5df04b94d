"""Have inpatient baclofen doses been held or missed?

When  two or more scheduled doses in a row were not given, or the last dose is longer ago than the missed-dose threshold
Then  say how long ago the last dose was; critical at high dependence from 24 h on
Else  quiet: doses given, planned taper, short use; low tone or toxicity makes holding right: then a reminder

Known limits: a dose given and not charted looks like a missed one; without an administration record nothing can be
said.
"""

from cards import limits, sources
from cards.case import Case
from cards.comfort import NOT_GIVEN
from cards.hooks import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.needs import ADMINISTRATIONS, ENCOUNTERS, MEDICATION_REQUESTS
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import (
    BY_TUBE,
    ORAL_NEEDS,
    TIER_NEEDS,
    TOXIC_SUMMARY,
    WHY_STOPPING_HARMS,
    oral_evidence,
    oral_exposure_line,
    toxic_line,
)
from cards.telling import SUSPICION_NEEDS, early_signs
from cards.timeline.interruptions import Kind
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import counted, say

SUMMARY = "{missed} not given, last dose {hours} h ago: give now or use a tube"
NOTHING_CHARTED = "No baclofen dose given for {hours} h in this stay: give now or use a tube"
ASK_WHY = "Ask why: nil by mouth, tube lost, sedation."


@rule(
    implements="ABR-08",
    hooks=[PATIENT_VIEW, ORDER_SIGN, ORDER_SELECT],
    deciding=[*ORAL_NEEDS, ENCOUNTERS],
    refining=[*TIER_NEEDS, *SUSPICION_NEEDS],
    sources=[sources.SEED, sources.LORAL, sources.OZO, sources.DUP18, sources.DAL07, sources.LYV, sources.GABLO],
    limits=[limits.MISSED_DOSES, limits.ORAL_MISSED, limits.ORAL_MISSED_SHORT_INTERVAL, limits.ORAL_CONFIRMED],
    overrides=["serious-adverse-reaction", "specialist-plan", "comfort-care"],
    could_reach=Urgency.CRITICAL,
    counter=[(ADMINISTRATIONS, "doses given")],
)
def held_doses(case: Case) -> Verdict:
    if case.oral is None:
        return Quiet("no baclofen by mouth", rests_on=ORAL_NEEDS)
    gap = case.interrupted_by(Kind.NOT_GIVEN)
    if gap is None:
        return Quiet(
            "no dose missed, as far as is charted", rests_on=(ADMINISTRATIONS, ENCOUNTERS, MEDICATION_REQUESTS)
        )
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}")
    if case.taper and case.taper.excuses and case.taper.reference in {o.reference for o in case.oral.orders}:
        return Quiet("planned taper", rests_on=())
    since = gap.hours(case.now)
    summary = SUMMARY if gap.missed else NOTHING_CHARTED
    toxic = toxic_line(case)
    return Card(
        urgency=Urgency.INFO if case.toxicity.makes_holding_right else _urgency(case, since),
        summary=TOXIC_SUMMARY if toxic else say(summary, missed=counted(gap.missed, "baclofen dose"), hours=int(since)),
        detail=(oral_exposure_line(case), *toxic, WHY_STOPPING_HARMS, BY_TUBE, ASK_WHY, *early_signs(case)),
        evidence=(*gap.evidence, *oral_evidence(case)),
        suggestions=("consult",) if toxic else ("resume-baclofen", "consult"),
        comfort=None if toxic else NOT_GIVEN,
        capped="signs of toxicity" if case.toxicity.makes_holding_right else "",
    )


def _urgency(case: Case, since: float) -> Urgency:
    tier = case.oral_dependence.tier
    if tier is Tier.T3 and since >= case.moment.limit(limits.ORAL_CONFIRMED):
        return Urgency.CRITICAL
    return Urgency.WARNING if tier >= Tier.T2 else Urgency.INFO
