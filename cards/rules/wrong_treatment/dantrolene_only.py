"""Is dantrolene all that is ordered against withdrawal?

When  findings amount to withdrawal, a draft orders dantrolene, and neither baclofen is being restored nor a
      benzodiazepine given
Then  it may ease rigidity, it does not reverse withdrawal
Else  quiet: no such draft, baclofen being restored, a benzodiazepine

Known limits: that dantrolene does not reverse withdrawal is the source article's statement; no trial exists.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.pump_patient import PUMP_NEEDS
from cards.record.concepts import Drug
from cards.rule import rule
from cards.sentences import ORAL_NEEDS
from cards.telling import SIGNS, SUSPICION_NEEDS, TREATED_SINCE, draft_evidence, restore_keys, treatment_line
from cards.timeline.regimen import selected_drafts
from cards.timeline.restoration import RECENT
from cards.verdict import Card, Quiet, Urgency, Verdict

SUMMARY = "Dantrolene may ease rigidity but does not reverse baclofen withdrawal"
WHY = (
    "Dantrolene may relieve rigidity, it does not reverse the other manifestations (source article); a role as adjunct "
    "is reported (C-WANG12)."
)
ADVICE = "Restore baclofen first; a benzodiazepine bridges in a monitored bed."


@rule(
    implements="TXE-02",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, *PUMP_NEEDS, *SIGNS],
    refining=[*TREATED_SINCE, *SUSPICION_NEEDS],
    sources=[sources.SEED, sources.WANG12],
    limits=[RECENT],
    overrides=["alternative-diagnosis", "specialist-plan"],
    could_reach=Urgency.WARNING,
)
def dantrolene_only(case: Case) -> Verdict:
    drafts = selected_drafts(frozenset({Drug.DANTROLENE}), case.record, case.moment)
    if not drafts:
        return Quiet("no draft orders dantrolene", rests_on=())
    if case.suspected is None:
        return Quiet("no suspected withdrawal")
    if case.is_being_restored:
        return Quiet("baclofen is being restored", rests_on=())
    if case.restoration.benzodiazepine:
        return Quiet("a benzodiazepine bridges", rests_on=())
    return Card(
        urgency=Urgency.WARNING,
        summary=SUMMARY,
        detail=(treatment_line(case), WHY, ADVICE),
        evidence=draft_evidence(drafts),
        suggestions=(*restore_keys(case), "midazolam"),
    )
