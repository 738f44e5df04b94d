"""Is baclofen by mouth stopped at once because a pump takes over?

When  a pump was implanted within 30 days or is to be, dependence by mouth is moderate or high, and the drafts stop
      baclofen by mouth or cut it by half or more, or that was done since 30 days ago
Then  warn: reduce by mouth stepwise while the pump is titrated; the two doses are not interchangeable
Else  quiet: stepwise reduction, planned taper, another baclofen order goes on, short use, no pump new or planned

Known limits: the two doses have no known ratio, so nothing is said about whether the pump's dose suffices.
"""

from typing import NamedTuple

from cards import sources
from cards.case import Case
from cards.comfort import CUT, NOT_GIVEN, REACTION
from cards.hooks import ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, PUBLISHED, limit
from cards.needs import APPOINTMENTS, CARE_PLANS, ENCOUNTERS, PROCEDURES, SERVICE_REQUESTS
from cards.record.concepts import Act, Reason
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line
from cards.timeline.interruptions import Kind
from cards.timeline.operations import Operation, just_done, planned
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import dated, say

NEW_PUMP = limit("new_pump", 30, "d", JUDGEMENT, sources.BOS15)
STEPWISE = limit("oral_step_beside_new_pump", 0.5, "of the oral dose", PUBLISHED, sources.BOS15, "25-50 % a step")

SUMMARY = "Oral baclofen stopped at once around pump implant: reduce stepwise"
FOUND = "{text}, {day}; baclofen by mouth {what}."
STEPS = (
    "While a pump is started, by mouth only steps of 25-50 % with assessment within 24 h, tablets kept available "
    "(C-BOS15)."
)
CASE = "Tablets stopped 19 h before an implant: hallucinations at 31 h although the pump had been started (C-DAL07)."
NOT_INTERCHANGEABLE = (
    "Doses by mouth and by pump are not interchangeable: 100 mg/day by mouth did not cover the loss of 10 mcg/day by "
    "pump (C-SWJ12), and the ratio is undetermined (C-DUP18)."
)


class Loss(NamedTuple):
    """What happens to baclofen by mouth: "stopped", "cut from 80 to 20 mg/day"; why, as far as it is said."""

    what: str
    reasons: frozenset[Reason]
    evidence: tuple[Evidence, ...]
    is_cut: bool = False


@rule(
    implements="ABR-06",
    hooks=[PATIENT_VIEW, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, PROCEDURES, SERVICE_REQUESTS],
    refining=[*TIER_NEEDS, APPOINTMENTS, CARE_PLANS, ENCOUNTERS],
    sources=[sources.SEED, sources.BOS15, sources.DAL07, sources.SWJ12, sources.DUP18],
    limits=[NEW_PUMP, STEPWISE],
    overrides=["specialist-plan", "planned-taper"],
    could_reach=Urgency.WARNING,
)
def route_change(case: Case) -> Verdict:
    if case.oral is None:
        return Quiet("no baclofen by mouth", rests_on=ORAL_NEEDS)
    if case.oral_dependence.tier < Tier.T2:
        return Quiet(f"low dependence: {case.oral_dependence.because}", rests_on=ORAL_NEEDS)
    implant = _implant(case)
    if implant is None:
        return Quiet("no pump implanted lately or to be implanted", rests_on=(PROCEDURES, SERVICE_REQUESTS))
    loss = _by_these_drafts(case) or _before_now(case)
    if loss is None:
        return Quiet("baclofen by mouth is neither stopped nor cut by half", rests_on=ORAL_NEEDS)
    if Reason.PLANNED_TAPER in loss.reasons or (case.taper and case.taper.excuses):
        return Quiet("planned taper", rests_on=())
    adverse = Reason.ADVERSE_REACTION in loss.reasons
    day = dated(implant.when, case.zone, case.now) if implant.when else "day not recorded"
    found = say(FOUND, text=implant.text.split(";")[0].strip(), day=day, what=loss.what)
    return Card(
        urgency=Urgency.INFO if adverse else Urgency.WARNING,
        summary=SUMMARY,
        detail=(found, STEPS, CASE, NOT_INTERCHANGEABLE, oral_exposure_line(case)),
        evidence=(implant.evidence, *loss.evidence, *oral_evidence(case)),
        suggestions=("taper", "consult"),
        comfort=REACTION if adverse else CUT if loss.is_cut else NOT_GIVEN,
        capped="stopped for an adverse reaction" if adverse else "",
    )


def _implant(case: Case) -> Operation | None:
    window = case.moment.limit(NEW_PUMP) * 24
    done = just_done(case.record, case.moment, {Act.PUMP_IMPLANT}, window)
    if done:
        return done
    new = [d for d in case.record.devices if d.start and d.start.may_be_past(case.now)
           and d.start.hours_until(case.now) <= window]  # fmt: skip
    if new:
        device = new[0]
        return Operation(acts=frozenset({Act.PUMP_IMPLANT}), reference=device.reference, text="Pump implanted",
                         when=device.start)  # fmt: skip
    return next(iter(planned(case.record, case.moment, {Act.PUMP_IMPLANT})), None)


def _by_these_drafts(case: Case) -> Loss | None:
    """What signing would do."""
    assert case.oral is not None
    change = case.oral_change
    drafts = (*change.stops, *change.orders)
    reasons = frozenset[Reason]().union(*(o.reasons for o in drafts))
    evidence = (
        *(Evidence(o.reference, say("draft: {name}", name=o.product.name), o.authored) for o in drafts),
        *(Evidence(o.reference, say("draft: {text}", text=o.text), o.authored) for o in change.stop_orders),
    )
    if (change.stops or change.stop_orders) and change.leaves_none:
        return Loss("would be stopped", reasons, evidence)
    before, after = case.oral.dose, change.after
    if (
        not change.orders
        or before is None
        or after is None
        or before.unit != after.unit
        or not case.doses_are_comparable
    ):
        return None
    if before.low - after.high < case.moment.limit(STEPWISE) * before.low:
        return None
    return Loss(f"would be cut from {before.low:g} to {after.high:g} {after.unit}", reasons, evidence, is_cut=True)


def _before_now(case: Case) -> Loss | None:
    """What was done around the implant: a stop or hold, or a cut."""
    assert case.oral is not None
    gap = case.interrupted_by(Kind.STOPPED, Kind.HELD, Kind.REPORTED, Kind.CUT)
    if gap is None or case.oral_change.orders or gap.hours(case.now) > case.moment.limit(NEW_PUMP) * 24:
        return None
    reasons = gap.order.reasons if gap.order else frozenset()
    if gap.kind is not Kind.CUT:
        return Loss("was stopped", reasons, gap.evidence)
    before = next((o.dosage.daily for o in case.oral.orders if o is not gap.order and o.dosage.daily), None)
    if before is None or gap.cut_to is None or not case.doses_are_comparable:
        return None
    if before.low - gap.cut_to.low < case.moment.limit(STEPWISE) * before.low:
        return None
    return Loss(
        f"was cut from {before.low:g} to {gap.cut_to.low:g} {gap.cut_to.unit}", reasons, gap.evidence, is_cut=True
    )
