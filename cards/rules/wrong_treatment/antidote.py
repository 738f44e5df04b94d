"""Would physostigmine or flumazenil harm this patient?

When  a draft orders physostigmine, and withdrawal or toxicity is suspected; or flumazenil, and withdrawal is suspected,
      a seizure was seen, or a benzodiazepine is in use
Then  ask toxicology first; critical in withdrawal or after a seizure, else a warning
Else  quiet: no such draft, no baclofen, none of these states

Known limits: a benzodiazepine taken at home and recorded nowhere is not seen.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.pump_patient import PUMP_NEEDS
from cards.record.concepts import Drug, Sign
from cards.rule import rule
from cards.scales.withdrawal_gate import Answer
from cards.sentences import ORAL_NEEDS
from cards.telling import SIGNS, SUSPICION_NEEDS, TREATED_SINCE, draft_evidence
from cards.timeline.findings import Findings
from cards.timeline.pump import PumpDrug
from cards.timeline.regimen import selected_drafts
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import say

SUMMARY = "{drug}: seizure/bradycardia risk in baclofen {state}; ask toxicology first"
PHYSOSTIGMINE = (
    "Physostigmine: seizures and bradycardia; the panel advised against it in most cases (C-NSN, C-OD). "
    "Baclofen has no antidote."
)
FLUMAZENIL = (
    "Flumazenil: seizure risk, by local judgement, in withdrawal, after a seizure, and where a benzodiazepine "
    "bridges or is taken regularly. It does not reverse baclofen."
)


@rule(
    implements="TXE-03",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, *PUMP_NEEDS, *SIGNS],
    refining=[*TREATED_SINCE, *SUSPICION_NEEDS],
    sources=[sources.NSN, sources.OVERDOSE, sources.SEED],
    overrides=["specialist-plan"],
    could_reach=Urgency.CRITICAL,
)
def antidote(case: Case) -> Verdict:
    drafts = selected_drafts(frozenset({Drug.PHYSOSTIGMINE, Drug.FLUMAZENIL}), case.record, case.moment)
    if not drafts:
        return Quiet("no draft orders physostigmine or flumazenil", rests_on=())
    if case.oral is None and (case.pump is None or case.pump.drug is PumpDrug.OTHER):
        return Quiet("no baclofen", rests_on=(*ORAL_NEEDS, *PUMP_NEEDS))
    drugs = {drug for order in drafts for drug in order.product.drugs}
    judged = [(drug, found) for drug in sorted(drugs) if (found := _state(case, drug))]
    if not judged:
        return Quiet("neither withdrawal nor toxicity, seizure or benzodiazepine")
    drug, (state, urgency) = max(judged, key=lambda one: one[1][1])
    why = {Drug.PHYSOSTIGMINE: PHYSOSTIGMINE, Drug.FLUMAZENIL: FLUMAZENIL}
    return Card(
        urgency=urgency,
        summary=say(SUMMARY, drug=drug.value.capitalize(), state=state),
        detail=(
            *(why[one] for one, _ in judged),
            "Ask toxicology or the poison centre first; support airway and breathing.",
        ),
        evidence=draft_evidence(drafts),
        suggestions=("toxicology",),
    )


def _state(case: Case, drug: Drug) -> tuple[str, Urgency] | None:
    """What makes the drug dangerous here; None where nothing does."""
    withdrawn = Answer.WITHDRAWAL in (case.pump_gate.answer, case.oral_gate.answer)
    if drug not in (Drug.PHYSOSTIGMINE, Drug.FLUMAZENIL):
        return None
    if withdrawn:
        return "withdrawal", Urgency.CRITICAL
    if drug is Drug.PHYSOSTIGMINE:
        toxic = case.toxicity.gate_met or Answer.TOXICITY in (case.pump_gate.answer, case.oral_gate.answer)
        return ("toxicity", Urgency.WARNING) if toxic else None
    if Findings(case.record, case.moment, None).sign(Sign.SEIZURE):
        return "patient after a seizure", Urgency.CRITICAL
    if case.suspected is not None:
        return "withdrawal", Urgency.WARNING
    return ("patient on a benzodiazepine", Urgency.WARNING) if case.restoration.benzodiazepine else None
