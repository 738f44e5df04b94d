"""Is an antipsychotic ordered against what the loss of baclofen brought?

When  baclofen probably or surely stopped reaching the patient, hallucinations, delirium or agitation are new, and a
      draft orders an antipsychotic
Then  restore baclofen; a warning where the findings amount to withdrawal, else, or once restored, a reminder
Else  quiet: no such draft, no such interruption, no such finding, short use

Known limits: an antipsychotic ordered for another reason is not told apart.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.pump_patient import PUMP_NEEDS
from cards.record.concepts import Drug
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.scales.withdrawal_score import Score
from cards.sentences import ORAL_NEEDS
from cards.telling import SIGNS, SUSPICION_NEEDS, TREATED_SINCE, draft_evidence, restore_keys
from cards.timeline.interruptions import Level
from cards.timeline.regimen import selected_drafts
from cards.timeline.restoration import RECENT
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import listed, say

SUMMARY = "Agitation/hallucinations after baclofen loss: restore baclofen, not {drug}"
WHY = (
    "An antipsychotic lowers the seizure threshold and confuses with neuroleptic malignant syndrome; risperidone and "
    "diazepam failed until baclofen was given (C-DAL07)."
)
NOT_A_BAR = "Advice, not a bar: document the reason if it is needed for safety."
_MENTAL = ("P1", "P2", "P3")


@rule(
    implements="TXE-06",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, *PUMP_NEEDS, *SIGNS],
    refining=[*TREATED_SINCE, *SUSPICION_NEEDS],
    sources=[sources.DAL07],
    limits=[RECENT],
    overrides=["alternative-diagnosis"],
    could_reach=Urgency.WARNING,
)
def antipsychotic(case: Case) -> Verdict:
    drafts = selected_drafts(frozenset({Drug.ANTIPSYCHOTIC}), case.record, case.moment)
    if not drafts:
        return Quiet("no draft orders an antipsychotic", rests_on=())
    found = _after_loss(case)
    if found is None:
        return Quiet("no hallucinations, delirium or agitation after a probable loss of baclofen")
    mental, loss = found
    items = [item for item in mental.items if item.code in _MENTAL]
    warned = case.suspected is not None and not case.is_being_restored
    return Card(
        urgency=Urgency.WARNING if warned else Urgency.INFO,
        summary=say(SUMMARY, drug=_name(drafts[0].product.name)),
        detail=(say("{signs} after {loss}.", signs=listed([i.finding.text for i in items]).capitalize(), loss=loss),
                WHY, NOT_A_BAR),
        evidence=(*draft_evidence(drafts),
                  *(Evidence(i.finding.reference, i.finding.text, i.finding.when) for i in items)),
        suggestions=() if case.is_being_restored else restore_keys(case),
    )  # fmt: skip


def _after_loss(case: Case) -> tuple[Score, str] | None:
    """The findings since a probable loss of baclofen, and which loss; None where there is none or no mental sign."""
    delivery, gap = case.delivery, case.oral_interruption
    if case.has_baclofen_pump and delivery and delivery.level >= Level.PROBABLE and case.pump_findings.has(*_MENTAL):
        return case.pump_findings, delivery.because
    taken = case.oral_dependence.tier > Tier.T0
    if taken and gap and gap.level >= Level.PROBABLE and case.oral_findings.has(*_MENTAL):
        return case.oral_findings, str(gap.kind)
    return None


def _name(product: str) -> str:
    """The drug's first word: the summary is short."""
    return product.split(maxsplit=1)[0].lower() if product.split() else "it"
