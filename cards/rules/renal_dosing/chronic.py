"""Have the kidneys of a chronic user failed?

When  baclofen by mouth goes on (T1 or more), and the eGFR fell under 30, or acute kidney injury beyond stage 1 was
      found within 7 days, or the patient is on dialysis
Then  a warning with both risks: toxicity if it goes on, withdrawal if it stops at once; reduce stepwise
Else  quiet: not taken, short use; toxicity or withdrawal is suspected (told there); the drafts stop it (told with the
      stop)

Known limits: a fall that nobody has measured is not seen; the eGFR reads too well where there is little muscle.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import ORDER_SIGN, PATIENT_VIEW
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.scales.kidney import DIALYSIS_RECENT, KIDNEY_NEEDS, STAGE_2_RATIO
from cards.sentences import ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line
from cards.telling import SUSPICION_NEEDS
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import say

SUMMARY = "Kidney function fell on chronic baclofen: reduce stepwise, do not stop at once"
BOTH = (
    "Going on: baclofen accumulates, encephalopathy (C-MUA19, C-WOLF18). Stopping at once: withdrawal with "
    "hallucinations, seizures and fever (C-LORAL, C-OZO)."
)
ADVICE = (
    "Options: reduce stepwise with nephrology and PM&R or neurology, watch sedation and breathing, repeat creatinine. "
    "With signs of toxicity: hold, then watch for withdrawal."
)


@rule(
    implements="REN-02",
    hooks=[PATIENT_VIEW, ORDER_SIGN],
    deciding=[*KIDNEY_NEEDS, *ORAL_NEEDS],
    refining=[*TIER_NEEDS, *SUSPICION_NEEDS],
    sources=[sources.SEED, sources.LORAL, sources.OZO, sources.MUA19, sources.WOLF18, sources.INK21],
    limits=[limits.EGFR_POOR, limits.EGFR_VALID, limits.AKI_VALID, STAGE_2_RATIO, DIALYSIS_RECENT],
    overrides=["specialist-plan", "serious-adverse-reaction"],
    could_reach=Urgency.WARNING,
)
def chronic(case: Case) -> Verdict:
    if case.oral is None or not (case.oral.current or case.oral.home):
        return Quiet("no baclofen by mouth goes on", rests_on=ORAL_NEEDS)
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}", rests_on=ORAL_NEEDS)
    kidney = case.kidney
    if not kidney.fell_far:
        none = f"no eGFR under {case.moment.limit(limits.EGFR_POOR):g}, no acute injury beyond stage 1"
        return Quiet(f"{none}: {kidney.because}", rests_on=kidney.rests_on)
    if case.suspected is not None:
        return Quiet("withdrawal is suspected: told there", rests_on=())
    if case.toxicity.gate_met and case.toxicity.tone != "high":
        return Quiet("toxicity is suspected: told there", rests_on=())
    change = case.oral_change
    if (change.stops or change.stop_orders) and change.leaves_none:
        return Quiet("these drafts stop baclofen: told with the stop", rests_on=())
    return Card(
        urgency=Urgency.WARNING,
        summary=SUMMARY,
        detail=(say("Kidney: {because}.", because=kidney.because), oral_exposure_line(case), BOTH, ADVICE),
        evidence=(*kidney.evidence, *oral_evidence(case)),
        suggestions=("taper", "labs", "nephrology"),
    )
