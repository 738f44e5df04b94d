"""Would a nil-by-mouth or hold order interrupt baclofen by mouth?

When  an NPO order, "hold all oral medication" or a hold on baclofen is signed (or stands, with no dose given since),
      for 8 h or more or for an unknown time, in a patient who takes baclofen by mouth
Then  warn; critical at high dependence when the last dose is already 12 h ago
Else  quiet: "NPO except medications", a tube route is ordered, short use

Known limits: an NPO sign on the door without an order is not seen; how long it lasts is often not said, and then it
counts as long.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.needs import ADMINISTRATIONS, CARE_PLANS, ENCOUNTERS, NUTRITION_ORDERS, SERVICE_REQUESTS
from cards.perioperative import ADDITIVE, CONTINUE, SHORT_PAUSE
from cards.record.concepts import Act
from cards.record.facts import Order
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import BY_TUBE, NOT_LATELY, ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line
from cards.timeline.holds import holds
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import safe, say, when

SUMMARY = "{order} would interrupt baclofen: give with sips or by tube"
MAX_NAME = 60  # characters of the order's own words in the summary


@rule(
    implements="PER-02",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, NUTRITION_ORDERS, SERVICE_REQUESTS],
    refining=[*TIER_NEEDS, CARE_PLANS, ENCOUNTERS],
    sources=[sources.SEED, sources.SPAQI, sources.UKCPA, sources.DUP18, sources.LYV, sources.GABLO],
    limits=[limits.NPO_LONG_ENOUGH, limits.ORAL_MISSED],
    overrides=["already-resumed", "specialist-plan", "comfort-care"],
    could_reach=Urgency.CRITICAL,
    counter=[(SERVICE_REQUESTS, "service orders"), (CARE_PLANS, "care plans"), (ADMINISTRATIONS, "doses given")],
)
def npo_or_hold(case: Case) -> Verdict:
    if case.oral is None or not case.takes_oral:
        return Quiet(NOT_LATELY.format(span=case.moment.told(limits.SYMPTOMS_COUNT_AT_ALL)), rests_on=ORAL_NEEDS)
    standing = holds(case.record, case.oral, case.moment)
    held = [o for o in case.oral_change.stops if o.status == "on-hold"] if case.oral_change.leaves_none else []
    if not (standing or held):
        return Quiet("nothing by mouth is held", rests_on=(NUTRITION_ORDERS, SERVICE_REQUESTS))
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}", rests_on=ORAL_NEEDS)
    if case.plans(Act.NPO_EXCEPT_MEDICATIONS, Act.CONTINUE_BACLOFEN):
        return Quiet("nil by mouth except medications", rests_on=())
    if case.plans(Act.TUBE_ROUTE) or any(Act.TUBE_ROUTE in o.acts for o in case.oral.current):
        return Quiet("a tube route is ordered", rests_on=())
    since = case.hours_since_oral_dose
    late = since is not None and since >= case.moment.limit(limits.ORAL_MISSED)
    critical = late and case.oral_dependence.tier is Tier.T3
    name = safe(standing[0].text.split(";")[0].strip(), MAX_NAME) if standing else "Hold order"
    return Card(
        urgency=Urgency.CRITICAL if critical else Urgency.WARNING,
        summary=SUMMARY.format(order=name or "NPO/hold order"),
        detail=(_hold_line(case, standing), oral_exposure_line(case), SHORT_PAUSE, CONTINUE, BY_TUBE, ADDITIVE),
        evidence=(
            *(Evidence(o.reference, o.text, o.start or o.authored) for o in standing),
            *(Evidence(o.reference, say("hold: {name}", name=o.product.name), o.authored) for o in held),
            *oral_evidence(case),
        ),
        suggestions=("continue-day-of-surgery",),
    )


def _hold_line(case: Case, standing: list[Order]) -> str:
    """Which order it is about, and since when."""
    if not standing:
        return "A hold on baclofen is being signed."
    order = standing[0]
    state = "being signed" if order.is_draft else "standing"
    return say("{text}: {state}, from {time}.", text=order.text, state=state,
               time=when(order.start or order.authored, case.zone, case.now))  # fmt: skip
