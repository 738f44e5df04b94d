"""Can the dose of a baclofen order be meant, or are mg and mcg mixed up?

When  an order in the chart or a draft is over 2,500 mcg/day or under 10 mcg/day by pump; in micrograms, over 80 or
      over 300 mg/day by mouth; or over 2.5 mg/kg/day in a child
Then  ask for the unit; critical over 10,000 mcg/day by pump; info where the dose is unusual but used
      (doses in doubt are not compared: whether baclofen is interrupted could not be judged, and the card says so)
Else  quiet: plausible, as needed, no dose given, replaced or stopped by these drafts

Known limits: a plausible dose in the wrong unit passes; the limits are wide on purpose, and a child without a weight
is not judged by weight.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.needs import MEDICATION_REQUESTS, MEDICATION_STATEMENTS, PATIENT, VITALS, Need
from cards.record.concepts import Route
from cards.rule import rule
from cards.scales.dose_check import Doubt
from cards.telling import needs_of_age
from cards.timeline.regimen import ordered_baclofen
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import say

SUMMARY = "Check the baclofen unit: {told} by {route} is implausible (mg vs mcg?)"
UNUSUAL = "Check the baclofen dose: {told} by {route} is unusual"
NOT_COMPARED = (
    "Doses were not compared: whether this interrupts baclofen could not be judged until the dose is clear. "
    "A unit error is not a discontinuation."
)
ADVICE = "By mouth baclofen is dosed in mg, by pump in mcg/day. Check value, unit, route and concentration."

_DOSES = (MEDICATION_REQUESTS, MEDICATION_STATEMENTS)


@rule(
    implements="FND-02",
    hooks=[PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN],
    deciding=[*_DOSES],
    refining=[PATIENT, VITALS],
    sources=[sources.MEDSC, sources.GABLO, sources.DK],
    limits=[limits.ITB_CHECK, limits.ITB_CHECK_CRITICAL, limits.ITB_CHECK_LOW, limits.ORAL_CHECK,
            limits.RESTART_MAX_ORAL, limits.CHILD_CHECK],
    overrides=["data-incorrect"],
    could_reach=Urgency.CRITICAL,
)  # fmt: skip
def dose_unit(case: Case) -> Verdict:
    doubts = case.dose_doubts
    if not doubts:
        return Quiet("no implausible dose", rests_on=(*_DOSES, *_weight(case)))
    first = doubts[0]
    template = UNUSUAL if first.is_comparable else SUMMARY
    compared = all(doubt.is_comparable for doubt in doubts)
    return Card(
        urgency=first.urgency,
        summary=say(template, told=first.told, route=_route(first)),
        detail=(*dict.fromkeys(doubt.because for doubt in doubts), *(() if compared else (NOT_COMPARED,)), ADVICE),
        evidence=tuple(Evidence(d.order.reference, _told(d), d.order.start or d.order.authored) for d in doubts),
    )


def _weight(case: Case) -> tuple[Need, ...]:
    """Where the weight stands that a child's dose by mouth is judged by; nothing once it is known."""
    may_be_child = not case.age.is_at_least(case.moment.limit(limits.DOSE_ADULT_AGE))
    by_mouth = any(o.route is not Route.INTRATHECAL for o in ordered_baclofen(case.record, case.moment))
    if not may_be_child or not by_mouth:
        return ()
    return (*needs_of_age(case), *(() if case.weight_kg is not None else (VITALS,)))


def _route(doubt: Doubt) -> str:
    return "pump" if doubt.is_intrathecal else "mouth"


def _told(doubt: Doubt) -> str:
    whose = "draft: " if doubt.order.is_draft else ""
    return say("{whose}{name} {dose}", whose=whose, name=doubt.order.product.name, dose=doubt.order.dosage.text).strip()
