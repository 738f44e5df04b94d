"""Would a nil-by-mouth or hold order interrupt baclofen by mouth?

When  an NPO order, "hold all oral medication" or a hold on baclofen is signed (or stands, with no dose given since),
      for 8 h or more or for an unknown time, in a patient who takes baclofen by mouth
Then  warn; critical at high dependence when the last dose is already 12 h ago
Else  quiet: "NPO except medications", a tube route is ordered, short use
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.limits import JUDGEMENT, Limit
from cards.needs import CARE_PLANS, ENCOUNTERS, NUTRITION_ORDERS, SERVICE_REQUESTS
from cards.record.concepts import Act
from cards.record.facts import Order
from cards.record.when import When
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import BY_TUBE, ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line
from cards.timeline.regimen import is_selected
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import safe, say, when

LONG_ENOUGH = Limit("npo_long_enough", 8, "h", JUDGEMENT, sources.DUP18, "10 h without sufficed for severe rebound")

SUMMARY = "{order} would interrupt baclofen: give with sips or by tube"
CONTINUE = (
    "Muscle relaxants including baclofen are continued on the day of surgery (C-SPAQI, C-UKCPA), with a sip of water."
)
WHY = "A 10-h perioperative pause was enough for severe rebound spasticity (C-DUP18)."
ADDITIVE = "Sedation and low blood pressure add up with anaesthetics and opioids (C-UKCPA): tell the anaesthetist."

MAX_NAME = 60  # characters of the order's own words in the summary
_HOLDS = frozenset({Act.NPO, Act.HOLD_ORAL, Act.HOLD_BACLOFEN})
_LIVE = frozenset({"active", "draft", "unknown", "on-hold", ""})


@rule(
    implements="PER-02",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, NUTRITION_ORDERS, SERVICE_REQUESTS],
    refining=[*TIER_NEEDS, CARE_PLANS, ENCOUNTERS],
    sources=[sources.SEED, sources.SPAQI, sources.UKCPA, sources.DUP18, sources.LYV, sources.GABLO],
    limits=[LONG_ENOUGH, limits.ORAL_MISSED],
    overrides=["already-resumed", "specialist-plan", "comfort-care"],
    could_reach=Urgency.CRITICAL,
)
def npo_or_hold(case: Case) -> Verdict:
    if case.oral is None or not case.takes_oral:
        return Quiet("no baclofen by mouth in the last 14 days", rests_on=ORAL_NEEDS)
    holds = [o for o in case.record.orders if _is_hold(o, case)]
    held = [o for o in case.oral_change.stops if o.status == "on-hold"] if case.oral_change.leaves_none else []
    if not (holds or held):
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
    name = safe(holds[0].text.split(";")[0].strip(), MAX_NAME) if holds else "Hold order"
    return Card(
        urgency=Urgency.CRITICAL if critical else Urgency.WARNING,
        summary=SUMMARY.format(order=name or "NPO/hold order"),
        detail=(_hold_line(case, holds), oral_exposure_line(case), WHY, CONTINUE, BY_TUBE, ADDITIVE),
        evidence=(
            *(Evidence(o.reference, o.text, o.start or o.authored) for o in holds),
            *(Evidence(o.reference, say("hold: {name}", name=o.product.name), o.authored) for o in held),
            *oral_evidence(case),
        ),
        suggestions=("continue-day-of-surgery",),
    )


def _hold_line(case: Case, holds: list[Order]) -> str:
    """Which order it is about, and since when."""
    if not holds:
        return "A hold on baclofen is being signed."
    order = holds[0]
    state = "being signed" if order.is_draft else "standing"
    return say("{text}: {state}, from {time}.", text=order.text, state=state,
               time=when(order.start or order.authored, case.zone, case.now))  # fmt: skip


def _is_hold(order: Order, case: Case) -> bool:
    """An NPO or hold order that bites: just drafted, or standing with no dose given since."""
    if not order.acts & _HOLDS or order.status not in _LIVE or order.do_not_perform:
        return False
    if Act.NPO_EXCEPT_MEDICATIONS in order.acts or _hours_planned(order) < case.moment.limit(LONG_ENOUGH):
        return False
    if order.is_draft:
        return is_selected(order.reference, case.moment)
    begun = order.start or order.authored
    if begun is None or not begun.may_be_past(case.now) or (order.end and order.end.is_past(case.now)):
        return False
    if order.resource_type == "NutritionOrder" and _eats_since(begun, case):
        return False
    assert case.oral is not None
    given = case.oral.last_given
    return not (given and given.when and given.when.latest > begun.latest)


def _eats_since(fasting: When, case: Case) -> bool:
    """A later diet order that is not nil by mouth."""
    diets = [o for o in case.record.orders if Act.DIET in o.acts and not o.acts & _HOLDS and o.status in _LIVE]
    begun = [o.start or o.authored for o in diets]
    return any(w is not None and w.earliest > fasting.latest and w.may_be_past(case.now) for w in begun)


def _hours_planned(order: Order) -> float:
    """Planned duration; an open one is long."""
    if order.start is None or order.end is None:
        return float("inf")
    return (order.end.latest - order.start.earliest).total_seconds() / 3600
