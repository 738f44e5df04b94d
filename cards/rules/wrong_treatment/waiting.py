"""Are tests all that is being ordered, while withdrawal is critical?

When  findings amount to critical withdrawal, the drafts are tests only (imaging, lumbar puncture, cultures, CK), and
      baclofen is not being restored
Then  do not wait for confirmation
Else  quiet: no tests, a treatment among the drafts, baclofen being restored, less than critical

Known limits: a treatment given before it is ordered looks like waiting.
"""

from cards import sources
from cards.case import Case
from cards.hooks import ORDER_SIGN
from cards.pump_patient import PUMP_NEEDS
from cards.record.concepts import Act
from cards.record.facts import Order
from cards.rule import rule
from cards.sentences import ORAL_NEEDS
from cards.telling import SIGNS, SUSPICION_NEEDS, TREATED_SINCE, restore_keys, treatment_line
from cards.timeline.restoration import RECENT
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import say

SUMMARY = "Tests ordered but no baclofen restored: do not wait for confirmation"
WHY = "No test confirms baclofen withdrawal: do not wait for confirmatory testing (source article)."
ADVICE = "Tests for what else it could be are right, beside the treatment; treat possible sepsis in parallel (C-KAO03)."
_TESTS = frozenset({Act.DIAGNOSTICS, Act.MRI})


@rule(
    implements="TXE-05",
    hooks=[ORDER_SIGN],
    deciding=[*ORAL_NEEDS, *PUMP_NEEDS, *SIGNS],
    refining=[*TREATED_SINCE, *SUSPICION_NEEDS],
    sources=[sources.SEED, sources.KAO03],
    limits=[RECENT],
    overrides=["already-resumed", "alternative-diagnosis"],
    could_reach=Urgency.WARNING,
)
def waiting(case: Case) -> Verdict:
    tests = _tests_only(case)
    if not tests:
        return Quiet("the drafts are not tests only", rests_on=())
    if case.suspected is None or case.suspected.urgency < Urgency.CRITICAL:
        return Quiet("no critical withdrawal suspected")
    if case.is_being_restored:
        return Quiet("baclofen is being restored", rests_on=())
    return Card(
        urgency=Urgency.WARNING,
        summary=SUMMARY,
        detail=(treatment_line(case), WHY, ADVICE),
        evidence=tuple(Evidence(o.reference, say("draft: {text}", text=o.text), o.authored) for o in tests),
        suggestions=restore_keys(case),
    )


def _tests_only(case: Case) -> tuple[Order, ...]:
    """The drafts, where each of them is a test; else none."""
    drafts = [
        o for o in case.record.orders if o.is_draft and o.status in ("draft", "active", "") and not o.do_not_perform
    ]
    medicines = any(o.is_draft for o in case.record.medication_orders)
    others = [o for o in drafts if not o.acts & _TESTS]
    return () if medicines or others else tuple(drafts)
