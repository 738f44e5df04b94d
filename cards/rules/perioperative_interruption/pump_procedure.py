"""Is a pump or catheter operation planned without a plan to bridge the baclofen, or was one just done?

When  removal, revision or replacement of a baclofen pump or catheter is ordered, booked or being prepared,
      or was done within the last 72 h
Then  removal without a bridging plan is critical, with one a warning; revision a warning;
      replacement in one session, and any of them once done, a reminder to watch for 24-72 h
Else  quiet: no baclofen pump in place, nothing planned or done

Known limits: a bridging plan told only in a note's free text is not found.
"""

from cards import sources
from cards.case import Case
from cards.hooks import APPOINTMENT_BOOK, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import (
    APPOINTMENTS,
    CARE_PLANS,
    ENCOUNTERS,
    MEDICATION_REQUESTS,
    PATIENT,
    PROCEDURES,
    SERVICE_REQUESTS,
)
from cards.perioperative import BRIDGING, ORAL_ALONE, bridging
from cards.pump_patient import DRUG_NOT_RECORDED, PUMP_NEEDS, pump_in_place
from cards.record.concepts import Act
from cards.rule import rule
from cards.sentences import told_dose
from cards.timeline.operations import Operation, just_done, planned
from cards.timeline.pump import Pump, PumpDrug
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import ago, number, say, when

WATCH_HOURS = limit("watch_after_pump_change", 72, "h", JUDGEMENT, sources.PMC41, "onset within 24 h is reported")

REMOVAL = "Pump removal planned {day} with no intrathecal bridging plan"
REVISION = "Pump or catheter revision planned {day}: bridge baclofen and watch for withdrawal"
BRIDGED = "Pump removal planned {day}: keep to the bridging plan, watch for withdrawal"
REPLACEMENT = "Pump replacement planned {day}: watch for withdrawal for 24-{hours} h afterwards"
CHANGED = "Pump or catheter changed {ago}: watch for withdrawal for 24-{hours} h"

WATCH = "Watch for 24-{hours} h after a pump change: a leak or misconnection showed within 24 h (C-PMC41)."
TABLETS = "Continue baclofen tablets taken beside the pump (C-COX20), and do not stop them before an implant (C-DAL07)."

_PLANNED = frozenset({Act.PUMP_REMOVAL, Act.PUMP_REVISION, Act.PUMP_REPLACEMENT})
_CHANGES = frozenset({Act.PUMP_REVISION, Act.PUMP_REPLACEMENT, Act.PUMP_IMPLANT})


@rule(
    implements="PER-04",
    hooks=[PATIENT_VIEW, ORDER_SIGN, APPOINTMENT_BOOK],
    deciding=[*PUMP_NEEDS, SERVICE_REQUESTS, APPOINTMENTS],
    refining=[CARE_PLANS, ENCOUNTERS, PATIENT],
    sources=[sources.SEED, sources.HWA19, sources.HAL23, sources.GRE03, sources.HAN07, sources.PMC41, sources.COX20,
             sources.DAL07],
    limits=[WATCH_HOURS],
    overrides=["specialist-plan", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
    counter=[(CARE_PLANS, "care plans"), (MEDICATION_REQUESTS, "medicines"), (SERVICE_REQUESTS, "service orders")],
)  # fmt: skip
def pump_procedure(case: Case) -> Verdict:
    pump = pump_in_place(case)
    if isinstance(pump, Quiet):
        return pump
    plans = sorted(
        planned(case.record, case.moment, _PLANNED, care_plans=True),
        key=lambda p: (Act.PUMP_REPLACEMENT in p.acts, Act.PUMP_REMOVAL not in p.acts),
    )
    if plans:
        return _planned(case, pump, plans)
    done = just_done(case.record, case.moment, _CHANGES, case.moment.limit(WATCH_HOURS))
    return _done(case, pump, done) if done else Quiet(
        "no operation on the pump planned or just done", rests_on=(SERVICE_REQUESTS, APPOINTMENTS, PROCEDURES)
    )  # fmt: skip


def _planned(case: Case, pump: Pump, plans: list[Operation]) -> Card:
    plan = plans[0]
    bridge = bridging(case)
    if Act.PUMP_REMOVAL in plan.acts and Act.PUMP_REPLACEMENT not in plan.acts:
        urgency, template = (Urgency.WARNING, BRIDGED) if bridge else (Urgency.CRITICAL, REMOVAL)
    elif Act.PUMP_REVISION in plan.acts:
        urgency, template = Urgency.WARNING, REVISION
    else:
        urgency, template = Urgency.INFO, REPLACEMENT
    day = when(plan.when, case.zone, case.now) if plan.when else ""
    return Card(
        urgency=min(urgency, Urgency.WARNING) if pump.drug is PumpDrug.UNKNOWN else urgency,
        summary=" ".join(say(template, day=day, hours=_watch(case)).replace(" :", ":").split()),
        detail=(
            say("Planned: {text} {day}. ", text=plan.evidence.text, day=day).replace(" .", ".")
            + f"{_infusion(pump)} would be interrupted.{_unknown(pump)}",
            *((f"Bridging plan found: {bridge}.",) if bridge else (BRIDGING, ORAL_ALONE)),
            WATCH.format(hours=_watch(case)),
            TABLETS,
        ),
        evidence=(*(p.evidence for p in plans), *pump.evidence[:2]),
        suggestions=("consult",) if urgency is Urgency.INFO else ("consult", "icu", "resume-baclofen"),
        capped="drug in the pump not recorded" if pump.drug is PumpDrug.UNKNOWN else "",
    )


def _done(case: Case, pump: Pump, done: Operation) -> Card:
    """The reminder afterwards: symptoms would be judged as withdrawal, this is for the time before any."""
    return Card(
        urgency=Urgency.INFO,
        summary=say(CHANGED, ago=ago(done.when, case.now, case.zone), hours=_watch(case)),
        detail=(
            f"{_infusion(pump)}; the pump or catheter was operated on.{_unknown(pump)}",
            WATCH.format(hours=_watch(case)),
            TABLETS,
        ),
        evidence=(done.evidence, *pump.evidence[:1]),
        suggestions=("interrogate",),
    )


def _watch(case: Case) -> str:
    return number(case.moment.limit(WATCH_HOURS))


def _infusion(pump: Pump) -> str:
    return f"Intrathecal baclofen {told_dose(pump.dose)}".strip()


def _unknown(pump: Pump) -> str:
    return "" if pump.drug is PumpDrug.BACLOFEN else f" {DRUG_NOT_RECORDED}"
