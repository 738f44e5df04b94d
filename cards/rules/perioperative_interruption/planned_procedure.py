"""Is an operation or anaesthetic near in a patient who takes baclofen by mouth, and does a plan say to continue it?

When  an operation, an anaesthetic (general, regional), deep sedation or an endoscopy is ordered or booked now, is due
      within 14 days, or was done within 72 h with no dose since, in a patient who takes baclofen by mouth
Then  remind to continue through it, the day itself included, and to plan the first dose afterwards: a warning at
      moderate or high dependence
Else  quiet: a plan says to continue, with sips or by tube; local anaesthesia with food allowed; short use; cancelled;
      a hold or nil-by-mouth order in hand, which npo_or_hold asks about

Known limits: an operation booked in another system is not seen; the kind of anaesthesia is mostly known from words.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.needs import (
    APPOINTMENTS,
    CARE_PLANS,
    ENCOUNTERS,
    NUTRITION_ORDERS,
    PROCEDURES,
    SERVICE_REQUESTS,
)
from cards.perioperative import ADDITIVE, CONTINUE, RESTART, SHORT_PAUSE
from cards.record.concepts import Act
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import BY_TUBE, ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line
from cards.timeline.holds import holds
from cards.timeline.operations import UNDER_ANAESTHESIA, Operation, ahead, just_done
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import dated, say

SUMMARY = "Continue baclofen through surgery, including the day-of-surgery dose"
AFTERWARDS = "Continue baclofen after surgery: give the next dose when it is due"
PLANNED = "{text}, {day}. Write that baclofen goes on, the morning of surgery included; plan the first dose afterwards."
DONE = "{text}, {day}; no dose of baclofen is recorded since."
KIDNEY = "Check kidney function after the operation: baclofen is excreted by the kidney (C-LORAL)."

_GOES_ON = (Act.CONTINUE_BACLOFEN, Act.NPO_EXCEPT_MEDICATIONS, Act.TUBE_ROUTE)


@rule(
    implements="PER-01",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, APPOINTMENT_BOOK],
    deciding=[*ORAL_NEEDS, SERVICE_REQUESTS, APPOINTMENTS, PROCEDURES],
    refining=[*TIER_NEEDS, CARE_PLANS, ENCOUNTERS, NUTRITION_ORDERS],
    sources=[sources.SEED, sources.SPAQI, sources.UKCPA, sources.DUP18, sources.LYV, sources.GABLO, sources.LORAL],
    limits=[limits.SURGERY_AHEAD, limits.AFTER_SURGERY],
    overrides=["already-resumed", "specialist-plan", "data-incorrect"],
    could_reach=Urgency.WARNING,
)
def planned_procedure(case: Case) -> Verdict:
    if case.oral is None:
        return Quiet("no baclofen by mouth", rests_on=ORAL_NEEDS)
    if not case.oral.is_in_use:
        return Quiet("baclofen by mouth is not in use now", rests_on=ORAL_NEEDS)
    coming = next((o for o in _ahead(case) if not _is_under_local(o, case)), None)
    done = None if coming or case.moment.hook.drafts_in else _done(case)
    operation = coming or done
    if operation is None:
        return Quiet("no operation or anaesthetic near", rests_on=(SERVICE_REQUESTS, APPOINTMENTS, PROCEDURES))
    tier = case.oral_dependence.tier
    if tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}", rests_on=ORAL_NEEDS)
    if _is_asked_elsewhere(case):
        return Quiet("baclofen is stopped or held: asked by npo_or_hold and stop_order", rests_on=())
    if _goes_on(case, operation):
        return Quiet("a plan says that baclofen goes on", rests_on=())
    if case.oral_change.orders:
        return Quiet("these drafts order baclofen", rests_on=())
    day = dated(operation.when, case.zone, case.now) if operation.when else "day not recorded"
    told = say(DONE if done else PLANNED, text=operation.text.split(";")[0].strip(), day=day)
    return Card(
        urgency=Urgency.WARNING if tier >= Tier.T2 else Urgency.INFO,
        summary=AFTERWARDS if done else SUMMARY,
        detail=(told, SHORT_PAUSE, CONTINUE, RESTART, oral_exposure_line(case), BY_TUBE, ADDITIVE, KIDNEY),
        evidence=(operation.evidence, *oral_evidence(case)),
        suggestions=("continue-day-of-surgery",),
    )


def _ahead(case: Case) -> tuple[Operation, ...]:
    near = ahead(case.record, case.moment, UNDER_ANAESTHESIA, case.moment.limit(limits.SURGERY_AHEAD))
    return tuple(o for o in near if not o.is_pump_visit)


def _done(case: Case) -> Operation | None:
    """An operation of the last days after which nobody saw to baclofen: no dose given since, no order on the ward."""
    assert case.oral is not None
    done = just_done(case.record, case.moment, UNDER_ANAESTHESIA, case.moment.limit(limits.AFTER_SURGERY))
    if done is None or done.when is None or done.is_pump_visit or _is_under_local(done, case):
        return None
    given = case.oral.last_given
    resumed = given is not None and given.when is not None and given.when.latest >= done.when.latest
    return None if resumed or (case.stay and case.oral.current) else done


def _is_under_local(operation: Operation, case: Case) -> bool:
    """Local anaesthesia alone, and nobody has to fast for it."""
    fasting = Act.NPO in operation.acts or bool(case.plans(Act.NPO))
    return Act.LOCAL_ANAESTHESIA in operation.acts and not fasting


def _goes_on(case: Case, operation: Operation) -> bool:
    """A plan, the booking itself or the order says so, or it is given by tube."""
    assert case.oral is not None
    by_tube = any(Act.TUBE_ROUTE in o.acts for o in case.oral.current)
    return bool(operation.acts & set(_GOES_ON)) or bool(case.plans(*_GOES_ON)) or by_tube


def _is_asked_elsewhere(case: Case) -> bool:
    """A hold or stop that the order rules judge on this very hook."""
    assert case.oral is not None
    if case.moment.hook not in (ORDER_SELECT, ORDER_SIGN):
        return False
    change = case.oral_change
    stops = bool(change.stops or change.stop_orders) and change.leaves_none
    return stops or bool(holds(case.record, case.oral, case.moment))
