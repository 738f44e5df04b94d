"""Is baclofen by mouth being ordered as the treatment of intrathecal withdrawal?

When  findings amount to intrathecal withdrawal, a draft starts or raises baclofen by mouth or tube, and nothing on the
      pump (interrogation, refill, intrathecal bolus, pump team) is in these drafts or happened in 24 h
Then  restore intrathecal delivery; critical where the withdrawal is
Else  quiet: no such draft, the same dose as before, work on the pump is under way

Known limits: a pump team called by telephone leaves no order.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.needs import PROCEDURES, SERVICE_REQUESTS
from cards.pump_patient import PUMP_NEEDS
from cards.rule import rule
from cards.scales.withdrawal_gate import fewest_points
from cards.sentences import DEPARTS_ORAL
from cards.telling import (
    SIGNS,
    SUSPICION_NEEDS,
    TREATED_SINCE,
    as_sure_as_read,
    draft_evidence,
    score_evidence,
    treatment_line,
)
from cards.timeline.regimen import is_selected
from cards.timeline.restoration import RECENT
from cards.verdict import Card, Quiet, Urgency, Verdict

SUMMARY = "Oral baclofen alone will not treat intrathecal withdrawal: restore IT delivery"
WHY = (
    "Oral replacement is not effective and delays appropriate therapy (source article). Failures are reported "
    "(C-GRE03, C-SWJ12, C-MOH04, C-LOG14); the panel and single cases use it as an adjunct, or when re-implantation is "
    "impossible (C-SAU16, C-HAL23)."
)
ADVICE = "Keep it as an adjunct if wanted; interrogate the pump now and page the pump team or neurosurgery."


@rule(
    implements="TXE-01",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*PUMP_NEEDS, *SIGNS],
    refining=[*TREATED_SINCE, *SUSPICION_NEEDS],
    sources=[sources.SEED, sources.SAU16, sources.HAL23, sources.GRE03, sources.SWJ12, sources.MOH04, sources.LOG14],
    limits=[RECENT],
    overrides=["specialist-plan", "pump-verified"],
    could_reach=Urgency.CRITICAL,
    departs=[DEPARTS_ORAL],
)
def oral_for_intrathecal(case: Case) -> Verdict:
    change = case.oral_change
    drafts = tuple(o for o in change.orders if is_selected(o.reference, case.moment))
    if not drafts:
        return Quiet("no draft orders baclofen by mouth", rests_on=())
    before = case.oral.dose if case.oral and case.oral.current else None
    if before and change.after and before.unit == change.after.unit and change.after.high <= before.high:
        return Quiet("no more baclofen by mouth than before", rests_on=())
    if case.pump_findings.points < fewest_points(case.moment):
        return Quiet("too few findings of withdrawal", rests_on=SIGNS)
    if case.suspected is None or not case.is_lost_by_pump:
        return Quiet("no suspected intrathecal withdrawal")
    if case.restoration.intrathecal:
        return Quiet("work on the pump is ordered or done", rests_on=())
    return Card(
        urgency=as_sure_as_read(case.pump_gate.urgency, case, PROCEDURES, SERVICE_REQUESTS),
        summary=SUMMARY,
        detail=(treatment_line(case), WHY, ADVICE),
        evidence=(*draft_evidence(drafts), *score_evidence(case.pump_findings, with_counted_line=False)),
        suggestions=("interrogate", "refill", "consult"),
    )
