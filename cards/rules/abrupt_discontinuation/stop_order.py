"""Would signing this, or did an order of the last week, stop baclofen at once?

When  drafts stop, cancel, forbid or replace baclofen and none is left after signing,
      or an order was stopped or held in the last 7 days and no dose was taken for 12 h or more
Then  say what is at stake; as urgent as the dependence tier, a stopped pump critical; at most warning while selecting
Else  quiet: another baclofen order goes on, planned taper, never taken, short use

Known limits: a medicine stopped by word of mouth, or in another system, leaves no order to read; how long baclofen
was taken is often known only from its first order, and where no start is recorded the tier says so.
"""

from collections.abc import Sequence

from cards import limits, sources
from cards.case import Case
from cards.comfort import NOT_GIVEN, PUMP_STOP, REACTION
from cards.hooks import ENCOUNTER_START, ORDER_DISPATCH, ORDER_SELECT, ORDER_SIGN, ORDERING, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import (
    ADMINISTRATIONS,
    CARE_PLANS,
    MEDICATION_REQUESTS,
    SERVICE_REQUESTS,
    Need,
)
from cards.pump_patient import PUMP_NEEDS
from cards.record.concepts import Act, Reason
from cards.record.facts import MedicationOrder
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.scales.kidney import KIDNEY_NEEDS
from cards.sentences import (
    ADVERSE_REACTION_EXCEPTION,
    BY_TUBE,
    NOT_LATELY,
    ORAL_NEEDS,
    TIER_NEEDS,
    TOXIC_SUMMARY,
    WHY_STOPPING_HARMS,
    adverse_reaction_line,
    oral_evidence,
    oral_exposure_line,
    renal_reason,
    toxic_line,
    with_dose,
)
from cards.telling import SUSPICION_NEEDS, as_sure_as_read, both, early_signs
from cards.timeline.interruptions import Interruption, Kind, missed_dose_threshold
from cards.timeline.regimen import Change
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import hours, listed, say

STOPPING = "Stopping {what} abruptly risks withdrawal: taper or keep the order"
STOPPED = "{What} was stopped abruptly {gap} ago: withdrawal risk, taper or resume"
PUMP = "Stopping intrathecal {what} risks life-threatening withdrawal: keep it running"
UNREAD = "An order being sent out could not be read: check that it does not stop baclofen"
UNKNOWN_STOP = "{What} was stopped, the chart does not say when: ask for the last dose"
STOPPING_ADVERSE = "Stopping {what} for an adverse reaction: then watch for withdrawal"
STOPPED_ADVERSE = "{What} was stopped for an adverse reaction: watch for withdrawal"
ASK_WHEN = "Confirm the last dose with patient, MAR or pharmacy."
# An older order without an end is history.
WRITTEN_WITHIN = limit("stop_without_a_time_written_within", 365, "d", JUDGEMENT, sources.SEED)
ADVICE = "Options: keep the order, reduce stepwise over weeks, or ask PM&R, neurology or the pump team."
NOT_CONTINUED = "{drugs} in its place does not continue baclofen."
CAPPED_SELECTING = "still selecting the order"


@rule(
    implements="ABR-01",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, ORDER_DISPATCH],
    deciding=[*ORAL_NEEDS],
    refining=[*TIER_NEEDS, *KIDNEY_NEEDS, *SUSPICION_NEEDS],
    sources=[sources.SEED, sources.LORAL, sources.OZO, sources.LITB],
    limits=[limits.ORAL_MISSED, limits.RECENT_STOP, limits.LONG_USE, limits.HIGH_ORAL_DOSE, WRITTEN_WITHIN],
    overrides=[
        "planned-taper", "serious-adverse-reaction", "never-taken", "already-resumed", "specialist-plan",
        "comfort-care", "patient-refuses", "data-incorrect",
    ],
    could_reach=Urgency.CRITICAL,
    counter=[(MEDICATION_REQUESTS, "other baclofen orders"), (CARE_PLANS, "care plans")],
)  # fmt: skip
def stop_order(case: Case) -> Verdict:
    if case.moment.hook in ORDERING:
        return both(_stops_pump(case), _stops_oral(case))
    return _was_stopped(case)


def _stops_pump(case: Case) -> Card | None:
    change = case.pump_change
    if not (change.stops or change.stop_orders) or not change.leaves_none or (change.is_hold and _has_plan(change)):
        return None
    if change.stops and not change.stop_orders and all(Act.SCREENING_BOLUS in o.acts for o in change.stops):
        return None  # a trial dose is no exposure to be kept up (FND-01)
    if case.pump is not None and (not case.pump.is_in_place or (case.pump.other_drugs and not case.pump.is_baclofen)):
        return None
    if case.pump is None and not _names_the_pump(change) and case.saw(*PUMP_NEEDS):
        return None
    dose = case.pump.dose if case.pump else None
    return Card(
        urgency=_at_most_warning_while_selecting(Urgency.CRITICAL, case),
        summary=say(PUMP, what=with_dose(dose)),
        detail=(
            f"This would stop intrathecal {with_dose(dose)}. {_drafts_line(change)}".strip(),
            "Intrathecal withdrawal progresses over 24-72 h and can kill (boxed warning, C-LITB).",
            ADVICE,
        ),
        evidence=(*_draft_evidence(change), *(case.pump.evidence[:1] if case.pump else ())),
        suggestions=("keep-order", "consult"),
        comfort=REACTION if Reason.ADVERSE_REACTION in change.reasons else PUMP_STOP,
    )


def _names_the_pump(change: Change) -> bool:
    """ "Stop baclofen" alone, for somebody without a pump, is about the tablets."""
    return bool(change.stops) or any(Act.PUMP_STOP in order.acts for order in change.stop_orders)


def _stops_oral(case: Case) -> Verdict:
    change = case.oral_change
    if not (change.stops or change.stop_orders):
        return _unread_order(case) or Quiet("no draft stops baclofen", rests_on=_carried_out(case))
    if case.oral is None or not case.takes_oral:
        return Quiet(NOT_LATELY.format(span=case.moment.told(limits.SYMPTOMS_COUNT_AT_ALL)))
    if not change.leaves_none:
        return Quiet("another baclofen order goes on", rests_on=())
    if change.is_hold and change.reasons & {Reason.NPO, Reason.SURGERY}:
        return Quiet("a perioperative hold: asked by npo_or_hold", rests_on=())
    if excuse := _excuse(case, change.reasons):
        return excuse
    if Reason.ADVERSE_REACTION in change.reasons:
        return _for_an_adverse_reaction(case, change.stops, STOPPING_ADVERSE, _draft_evidence(change))
    return Card(
        urgency=_at_most_warning_while_selecting(_urgency(case, change.reasons), case),
        summary=say(STOPPING, what=with_dose(case.oral.dose)),
        detail=(oral_exposure_line(case), *toxic_line(case), WHY_STOPPING_HARMS, *renal_reason(case),
                *_substitute_line(change), ADVICE,
                ADVERSE_REACTION_EXCEPTION),
        evidence=(*_draft_evidence(change), *oral_evidence(case)),
        suggestions=("keep-order", "taper", "consult"),
        capped=CAPPED_SELECTING if case.moment.hook is ORDER_SELECT else "",
        comfort=None if toxic_line(case) else NOT_GIVEN,
    )  # fmt: skip


def _was_stopped(case: Case) -> Verdict:
    """The retrospective form, on opening the chart."""
    if case.oral is None:
        return Quiet("no baclofen by mouth")
    gap = case.interrupted_by(Kind.STOPPED, Kind.HELD, Kind.REPORTED)
    if gap is None:
        return Quiet("no stop or hold is recorded")
    since = gap.hours(case.now)
    threshold = missed_dose_threshold(case.oral.interval_hours, case.moment)
    if gap.since is None or (gap.since.precision in ("ambiguous", "month", "year") and since < threshold):
        return _stopped_at_an_unknown_time(case, gap)
    if since > case.moment.limit(limits.RECENT_STOP) * 24:
        return Quiet(f"stopped more than {case.moment.told(limits.RECENT_STOP)} ago", rests_on=())
    if since < threshold:
        return Quiet("last dose less than one missed-dose threshold ago", rests_on=())
    reasons = gap.order.reasons if gap.order else frozenset()
    if excuse := _excuse(case, reasons):
        return excuse
    if gap.order and Reason.ADVERSE_REACTION in reasons:
        return _for_an_adverse_reaction(case, (gap.order,), STOPPED_ADVERSE, gap.evidence)
    toxic = toxic_line(case)
    return Card(
        urgency=as_sure_as_read(_urgency(case, reasons), case, ADMINISTRATIONS),
        summary=TOXIC_SUMMARY if toxic else say(STOPPED, What=with_dose(case.oral.dose).capitalize(), gap=hours(since)),
        detail=(
            oral_exposure_line(case),
            *(toxic or (WHY_STOPPING_HARMS, ADVICE)),
            *renal_reason(case),
            BY_TUBE,
            ADVERSE_REACTION_EXCEPTION,
            *early_signs(case),
        ),
        evidence=(*gap.evidence, *oral_evidence(case)),
        suggestions=("consult",) if toxic else ("resume-baclofen", "taper", "consult"),
        capped="signs of toxicity" if case.toxicity.makes_holding_right else "",
        comfort=None if toxic else NOT_GIVEN,
    )


def _for_an_adverse_reaction(
    case: Case, orders: Sequence[MedicationOrder], summary: str, evidence: tuple[Evidence, ...]
) -> Card:
    """Nothing that would give the drug again is offered."""
    assert case.oral is not None
    what = with_dose(case.oral.dose)
    return Card(
        urgency=Urgency.INFO,
        summary=say(summary, what=what, What=what.capitalize()),
        detail=(
            oral_exposure_line(case),
            *adverse_reaction_line(orders),
            ADVERSE_REACTION_EXCEPTION,
            *early_signs(case),
        ),
        evidence=(*evidence, *oral_evidence(case)),
        suggestions=("consult",),
        capped="stopped for an adverse reaction",
        comfort=REACTION,
    )  # fmt: skip


def _carried_out(case: Case) -> tuple[Need, ...]:
    """Where the orders stand that order-dispatch only refers to: those of the pump are service orders."""
    if case.moment.hook is not ORDER_DISPATCH:
        return ()
    return (MEDICATION_REQUESTS, SERVICE_REQUESTS) if case.pump else (MEDICATION_REQUESTS,)


def _unread_order(case: Case) -> Card | None:
    """An order is sent out that the chart does not show: nobody looked at it, and that is said."""
    types = {need.resource_type for need in _carried_out(case)}
    unread = [reference for reference in case.record.not_found if reference.partition("/")[0] in types]
    exposed = case.pump is not None or (case.oral is not None and case.oral_dependence.tier > Tier.T0)
    if not unread or not exposed:
        return None
    return Card(
        urgency=Urgency.INFO,
        summary=UNREAD,
        detail=(say("Not among the orders that could be read: {orders}.", orders=", ".join(unread[:5])),
                WHY_STOPPING_HARMS),
        suggestions=(),
        capped="the order was not read",
    )  # fmt: skip


def _stopped_at_an_unknown_time(case: Case, gap: Interruption) -> Verdict:
    """Many charts do not say when an order was stopped: a reminder, while it was written within the last year."""
    written = gap.since.earliest if gap.since else None
    if written is None or (case.now - written).days > case.moment.limit(WRITTEN_WITHIN):
        return Quiet("stopped at an unknown time, written more than a year ago", rests_on=())
    days = (case.oral.days if case.oral else 0) if gap.is_timed else (case.now - written).days
    if days < case.moment.limit(limits.SHORT_USE):
        return Quiet("short use, whenever it was stopped", rests_on=())
    if excuse := _meant(case, gap.order.reasons if gap.order else frozenset()):
        return excuse
    return Card(
        urgency=Urgency.INFO,
        summary=say(UNKNOWN_STOP, What=with_dose(case.oral.dose if case.oral else None).capitalize()),
        detail=(oral_exposure_line(case), ASK_WHEN, WHY_STOPPING_HARMS),
        evidence=(*gap.evidence, *oral_evidence(case)),
        suggestions=("consult",),
        capped="time of the stop not recorded",
        comfort=NOT_GIVEN,
    )


def _excuse(case: Case, reasons: frozenset[Reason]) -> Quiet | None:
    """FND-07: what makes a stop no abrupt discontinuation."""
    assert case.oral is not None
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}")
    if case.oral.days == 0 and not case.oral.given and not case.oral.fills and case.oral.is_start_certain:
        return Quiet("ordered today, and no dose is recorded")
    return _meant(case, reasons)


def _meant(case: Case, reasons: frozenset[Reason]) -> Quiet | None:
    """Somebody wrote why: never taken, a planned taper, a duplicate."""
    assert case.oral is not None
    if Reason.NEVER_TAKEN in reasons or case.oral.is_never_taken:
        return Quiet("never taken", rests_on=())
    if Reason.PLANNED_TAPER in reasons or (case.taper and case.taper.excuses):
        return Quiet("planned taper", rests_on=())
    stopped = {order.reference for order in case.oral_change.stops}
    if Reason.DUPLICATE in reasons and any(order.reference not in stopped for order in case.oral.current):
        return Quiet("continued under another order", rests_on=())
    return None


def _urgency(case: Case, reasons: frozenset[Reason]) -> Urgency:
    """By tier; signs of toxicity make holding right, failing kidneys cap at warning (REN-02)."""
    urgency = case.oral_dependence.tier.urgency
    if case.toxicity.makes_holding_right:
        return Urgency.INFO
    return min(urgency, Urgency.WARNING) if Reason.RENAL in reasons or case.kidney.fell_far else urgency


def _at_most_warning_while_selecting(urgency: Urgency, case: Case) -> Urgency:
    return min(urgency, Urgency.WARNING) if case.moment.hook is ORDER_SELECT else urgency


def _has_plan(change: Change) -> bool:
    return Reason.PLANNED_TAPER in change.reasons


def _drafts_line(change: Change) -> str:
    return f"Drafts: {listed([say('{text}', text=o.text) for o in change.stop_orders])}." if change.stop_orders else ""


def _draft_evidence(change: Change) -> tuple[Evidence, ...]:
    told = [Evidence(o.reference, say("draft: {name}, {status}", name=o.product.name,
                                      status="do not perform" if o.do_not_perform else o.status), o.authored)
            for o in change.stops]  # fmt: skip
    return (*told, *(Evidence(o.reference, say("draft: {text}", text=o.text), o.authored) for o in change.stop_orders))


def _substitute_line(change: Change) -> tuple[str, ...]:
    return (
        (say(NOT_CONTINUED, drugs=listed([d.value for d in change.substitutes]).capitalize()),)
        if change.substitutes
        else ()
    )
