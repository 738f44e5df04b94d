"""Are the kidneys failing in withdrawal?

When  findings of withdrawal come with acute kidney injury, an eGFR below 30 or dialysis
Then  a bullet in the withdrawal card: restart is still first, then review the dose
Else  quiet

Known limits: a creatinine before the injury is needed to tell acute from old.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.rule import rule
from cards.scales.kidney import DIALYSIS_RECENT, KIDNEY_NEEDS
from cards.telling import SUSPICION_NEEDS, suspected_score
from cards.verdict import Addendum, Quiet, Urgency, Verdict

RESTART_FIRST = (
    "Kidney function is reduced and baclofen is excreted by the kidney (C-LORAL): restart is still first; then review "
    "the dose and watch for sedation."
)


@rule(
    implements="REN-03",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN],
    deciding=KIDNEY_NEEDS,
    refining=[*SUSPICION_NEEDS],
    sources=[sources.SEED, sources.LORAL, sources.INK21],
    limits=[limits.EGFR_POOR, limits.EGFR_VALID, limits.AKI_VALID, DIALYSIS_RECENT],
    overrides=[],
    could_reach=Urgency.INFO,
)
def kidney(case: Case) -> Verdict:
    if suspected_score(case) is None:
        return Quiet("no suspected withdrawal", rests_on=())
    if not case.kidney.is_poor:
        return Quiet(f"kidney function not poor: {case.kidney.because}")
    return Addendum(detail=(RESTART_FIRST,), evidence=case.kidney.evidence, suggestions=("labs",))
