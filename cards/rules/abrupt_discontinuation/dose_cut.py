"""Do these drafts cut baclofen faster than a safe taper?

When  the daily dose after signing is lower by more than 10 mg/day and 25 % (by pump: 20 %)
Then  warn; a cut of half or more counts as an abrupt stop
Else  quiet: small step, planned taper, dose unknown or unit implausible

Known limits: what was really taken is known only where doses are charted; a range is read at its lower end; a cut by
intrathecal route inside a monitored wean is accepted on the word of a written plan.
"""

from cards import limits, sources
from cards.case import Case
from cards.comfort import CUT, REACTION
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.needs import CARE_PLANS, ENCOUNTERS
from cards.record.concepts import Act, Reason, Route
from cards.record.facts import DailyDose
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.scales.kidney import KIDNEY_NEEDS
from cards.sentences import (
    NOT_LATELY,
    ORAL_NEEDS,
    TIER_NEEDS,
    oral_evidence,
    oral_exposure_line,
    renal_reason,
    told_dose,
)
from cards.telling import both
from cards.timeline.regimen import Change, is_selected
from cards.timeline.taper import allowed_step
from cards.verdict import Card, Comfort, Evidence, Quiet, Urgency, Verdict
from cards.words import say

SUMMARY = "Baclofen cut {before} to {after} in one step ({pct} %): faster than a safe taper"
WHY = (
    "Hyperthermia of 42.5 °C followed an in-hospital dose decrease (C-PAUL21): watch temperature, tone and mental "
    "state for 72 h."
)
ORAL_ADVICE = "Options: an intermediate step of at most {step} mg/day a week, or keep the order."
PUMP_ADVICE = (
    "10-20 % per session is the usual maintenance step (C-MEDSC): a larger one needs a monitored bed and "
    "a written plan."
)


@rule(
    implements="ABR-02",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*ORAL_NEEDS],
    refining=[*TIER_NEEDS, *KIDNEY_NEEDS, CARE_PLANS, ENCOUNTERS],
    sources=[sources.SEED, sources.PAUL21, sources.MEDSC, sources.UKSPC, sources.HWA19],
    limits=[limits.ORAL_STEP_MG, limits.ORAL_STEP_SHARE, limits.ABRUPT_CUT_SHARE, limits.ITB_STEP_SHARE],
    overrides=["planned-taper", "serious-adverse-reaction", "specialist-plan", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
    counter=[(CARE_PLANS, "care plans")],
)
def dose_cut(case: Case) -> Verdict:
    if not case.doses_are_comparable:
        return Quiet("a dose is not plausible: not compared", rests_on=())
    return both(_by_pump(case), _by_mouth(case))


def _by_mouth(case: Case) -> Verdict:
    change = case.oral_change
    if not (change.stops or _is_users_order(change, case)):
        return Quiet("no draft changes baclofen by mouth", rests_on=())
    if change.leaves_none:
        return Quiet("nothing goes on: asked by stop_order", rests_on=())
    if not case.takes_oral:
        return Quiet(NOT_LATELY.format(span=case.moment.told(limits.SYMPTOMS_COUNT_AT_ALL)), rests_on=ORAL_NEEDS)
    if not change.is_after_known or change.after is None:
        return Quiet("the dose of the draft is not entered or not plausible: not compared", rests_on=())
    before = _before(case)
    if before is None:
        return Quiet("the dose until now is not recorded: not compared")
    if before.unit != change.after.unit:
        return Quiet("doses in different units: not compared", rests_on=())
    cut = before.low - change.after.high
    if cut <= allowed_step(before.low, case.moment, is_child=case.is_child_by_tier):
        return Quiet("no cut beyond the limits of a taper", rests_on=())
    if excuse := _excuse(case):
        return excuse
    abrupt = cut >= case.moment.limit(limits.ABRUPT_CUT_SHARE) * before.low and cut > case.moment.limit(
        limits.ORAL_STEP_MG
    )
    step = allowed_step(before.low, case.moment, is_child=case.is_child_by_tier)
    return Card(
        urgency=_urgency(case, change, abrupt=abrupt),
        summary=say(
            SUMMARY, before=told_dose(before), after=told_dose(change.after), pct=round(100 * cut / before.low)
        ),
        detail=(oral_exposure_line(case), WHY, *renal_reason(case), say(ORAL_ADVICE, step=step)),
        evidence=(*_drafts(change), *oral_evidence(case)),
        suggestions=("taper", "keep-order"),
        comfort=_comfort(change),
    )


def _by_pump(case: Case) -> Card | None:
    change = case.pump_change
    before = case.pump.dose if case.pump else None
    if not _is_users_order(change, case) or before is None or change.after is None or not change.is_after_known:
        return None
    cut = before.low - change.after.high
    share = cut / before.low if before.low and before.unit == change.after.unit else 0.0
    if share <= case.moment.limit(limits.ITB_STEP_SHARE):
        return None
    if case.stay and case.plans(Act.PUMP_WEAN, Act.TAPER_PLAN):
        return None
    urgency = Urgency.CRITICAL if share >= case.moment.limit(limits.ABRUPT_CUT_SHARE) else Urgency.WARNING
    return Card(
        urgency=min(urgency, Urgency.WARNING) if case.moment.hook is ORDER_SELECT else urgency,
        summary=say(SUMMARY, before=told_dose(before), after=told_dose(change.after), pct=round(100 * share)),
        detail=(f"Intrathecal baclofen {told_dose(before)} would become {told_dose(change.after)}.", WHY, PUMP_ADVICE),
        evidence=(*_drafts(change), *(case.pump.evidence[:1] if case.pump else ())),
        suggestions=("keep-order",),
        comfort=_comfort(change),
    )


def _is_users_order(change: Change, case: Case) -> bool:
    return any(is_selected(o.reference, case.moment) for o in change.orders)


def _before(case: Case) -> DailyDose | None:
    """What was taken until now: the usual dose of what holds, else of what was last ordered."""
    return case.oral.dose if case.oral else None


def _excuse(case: Case) -> Quiet | None:
    tier = case.oral_dependence.tier
    if tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}")
    if case.taper and case.taper.excuses:
        return Quiet("planned taper", rests_on=())
    return None


def _urgency(case: Case, change: Change, *, abrupt: bool) -> Urgency:
    tier = case.oral_dependence.tier
    reasons = _reasons(change)
    urgency = tier.urgency if abrupt else Urgency.WARNING if tier >= Tier.T2 else Urgency.INFO
    if Reason.ADVERSE_REACTION in reasons:
        return Urgency.INFO
    capped = Reason.RENAL in reasons or case.kidney.fell_far or case.moment.hook is ORDER_SELECT
    return min(urgency, Urgency.WARNING) if capped else urgency


def _comfort(change: Change) -> Comfort:
    """Nobody goes back to a dose that was not tolerated."""
    return REACTION if Reason.ADVERSE_REACTION in _reasons(change) else CUT


def _reasons(change: Change) -> frozenset[Reason]:
    """Why, as far as the drafts say: those that stop a part, and those that order less."""
    return frozenset[Reason]().union(change.reasons, *(o.reasons for o in change.orders))


def _drafts(change: Change) -> tuple[Evidence, ...]:
    """The drafts that order baclofen, and those that stop a part of it."""
    route = "intrathecal" if change.route is Route.INTRATHECAL else "by mouth"
    return tuple(
        Evidence(o.reference, say("draft {route}: {name} {dose}", route=route, name=o.product.name,
                                  dose=o.dosage.text or told_dose(o.dosage.daily)), o.authored)
        for o in (*change.stops, *change.orders)
    )  # fmt: skip
