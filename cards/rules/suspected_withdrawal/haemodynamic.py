"""Is the circulation failing in withdrawal?

When  findings of withdrawal come with low blood pressure or a slow heart, and tone is not low
Then  a bullet in the withdrawal card: late phase; check for toxicity, cardiomyopathy, sepsis; ICU
Else  quiet

Known limits: beta-blockers, sedation and sepsis do the same to the circulation.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.needs import CONDITIONS, OBSERVATIONS, VITALS
from cards.rule import rule
from cards.sentences import DEPARTS_PRESSURE
from cards.telling import SUSPICION_NEEDS, suspected_score
from cards.verdict import Addendum, Evidence, Quiet, Urgency, Verdict

LATE = (
    "Hypotension or bradycardia: a late phase of withdrawal (shock C-LOG14, C-PMC41; reversible cardiomyopathy "
    "C-SWJ12); check for toxicity, cardiomyopathy, sepsis. ICU."
)


@rule(
    implements="WDR-04",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN],
    deciding=[VITALS, OBSERVATIONS, CONDITIONS],
    refining=[*SUSPICION_NEEDS],
    sources=[sources.SEED, sources.LOG14, sources.PMC41, sources.SWJ12],
    overrides=[],
    could_reach=Urgency.INFO,
    departs=[DEPARTS_PRESSURE],
)
def haemodynamic(case: Case) -> Verdict:
    if suspected_score(case) is None:
        return Quiet("no suspected withdrawal", rests_on=())
    items = [i for i in case.toxicity.items if i.code in ("X4", "X5")]
    if not items:
        return Quiet("no low pressure or slow heart")
    evidence = tuple(Evidence(i.finding.reference, i.finding.text, i.finding.when) for i in items)
    return Addendum(detail=(LATE,), evidence=evidence, suggestions=("icu",))
