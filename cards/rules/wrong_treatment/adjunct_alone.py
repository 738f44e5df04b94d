"""Is an adjunct ordered in place of baclofen?

When  findings amount to withdrawal, and a draft orders cyproheptadine, propofol, dexmedetomidine, tizanidine or an
      opioid
Then  a warning while baclofen is not being restored; else a reminder of what the adjunct can do
Else  quiet: no such draft, no suspected withdrawal

Known limits: an adjunct ordered for another reason is not told apart.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.pump_patient import PUMP_NEEDS
from cards.record.concepts import OPIOIDS, Drug
from cards.rule import rule
from cards.sentences import ORAL_NEEDS
from cards.telling import SIGNS, SUSPICION_NEEDS, TREATED_SINCE, draft_evidence, restore_keys, treatment_line
from cards.timeline.regimen import selected_drafts
from cards.timeline.restoration import RECENT
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import listed, say

ADJUNCTS = frozenset({Drug.CYPROHEPTADINE, Drug.PROPOFOL, Drug.DEXMEDETOMIDINE, Drug.TIZANIDINE}) | OPIOIDS
SUMMARY = "{drug} is only an adjunct: restore baclofen first"
BESIDE = "{drug} beside baclofen: an adjunct, go on restoring baclofen"
CYPROHEPTADINE = (
    "Cyproheptadine: in four patients 4-8 mg every 6-8 h, fever and heart rate fell, beside baclofen (C-MEY03)."
)
CYPROHEPTADINE_NO_DOSE = "Cyproheptadine: in four patients fever and heart rate fell, beside baclofen (C-MEY03)."
ONLY = "Adjuncts ease signs, they do not replace baclofen (C-SAU16)."


@rule(
    implements="TXE-04",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, *PUMP_NEEDS, *SIGNS],
    refining=[*TREATED_SINCE, *SUSPICION_NEEDS],
    sources=[sources.MEY03, sources.SAU16],
    limits=[RECENT],
    overrides=["specialist-plan"],
    could_reach=Urgency.WARNING,
)
def adjunct_alone(case: Case) -> Verdict:
    drafts = selected_drafts(ADJUNCTS, case.record, case.moment)
    if not drafts:
        return Quiet("no draft orders an adjunct", rests_on=())
    if case.suspected is None:
        return Quiet("no suspected withdrawal")
    drugs = sorted({drug for order in drafts for drug in order.product.drugs if drug in ADJUNCTS})
    named = listed([drug.value for drug in drugs]).capitalize()
    restored = case.is_being_restored
    told = CYPROHEPTADINE if case.is_adult_for_doses else CYPROHEPTADINE_NO_DOSE
    return Card(
        urgency=Urgency.INFO if restored else Urgency.WARNING,
        summary=say(BESIDE if restored else SUMMARY, drug=named),
        detail=(treatment_line(case), ONLY, *((told,) if Drug.CYPROHEPTADINE in drugs else ())),
        evidence=draft_evidence(drafts),
        suggestions=() if restored else restore_keys(case),
    )
