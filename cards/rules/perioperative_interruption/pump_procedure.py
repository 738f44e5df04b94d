"""Is a pump or catheter operation planned without a plan to bridge the baclofen?

When  removal, revision or replacement of a baclofen pump or catheter is ordered, booked or being prepared
Then  removal without a bridging plan is critical, with one a warning; revision a warning;
      replacement in one session a reminder to watch for 24-72 h
Else  quiet: no baclofen pump in place, nothing planned
"""

from typing import NamedTuple

from cards import sources
from cards.case import Case
from cards.hooks import ORDER_SIGN, PATIENT_VIEW
from cards.needs import (
    APPOINTMENTS,
    CARE_PLANS,
    CONDITIONS,
    DEVICE_USE,
    DEVICES,
    ENCOUNTERS,
    MEDICATION_REQUESTS,
    MEDICATION_STATEMENTS,
    PATIENT,
    PROCEDURES,
    SERVICE_REQUESTS,
)
from cards.record.concepts import BENZODIAZEPINES, Act
from cards.rule import rule
from cards.sentences import told_dose
from cards.timeline.oral import is_open
from cards.timeline.pump import PumpDrug
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import say, when

REMOVAL = "Pump removal planned {day} with no intrathecal bridging plan"
REVISION = "Pump or catheter revision planned {day}: bridge baclofen and watch for withdrawal"
BRIDGED = "Pump removal planned {day}: keep to the bridging plan, watch for withdrawal"
REPLACEMENT = "Pump replacement planned {day}: watch for withdrawal for 24-72 h afterwards"

BRIDGING = (
    "A bridging plan is one of: externalised intrathecal infusion or lumbar catheter (C-HWA19); scheduled baclofen by "
    "mouth plus benzodiazepine in a monitored bed with a specialist (single case, C-HAL23); a planned wean before "
    "surgery."
)
ORAL_ALONE = (
    "Baclofen by mouth alone is not a plan: severe withdrawal despite it after removal (C-GRE03); 56 days of ICU "
    "sedation in an 11-year-old (C-HAN07)."
)
WATCH = "Watch for 24-72 h after a pump change: a leak or misconnection showed within 24 h (C-PMC41)."
TABLETS = "Continue baclofen tablets taken beside the pump (C-COX20), and do not stop them before an implant (C-DAL07)."

_PLANNED = frozenset({Act.PUMP_REMOVAL, Act.PUMP_REVISION, Act.PUMP_REPLACEMENT})
_PLANNED_STATUS = frozenset({"active", "draft", "booked", "pending", "proposed", "on-hold", "unknown", ""})
_PUMP_NEEDS = (DEVICES, DEVICE_USE, PROCEDURES, MEDICATION_REQUESTS, MEDICATION_STATEMENTS, CONDITIONS)


class Plan(NamedTuple):
    """A planned operation: what, when, where it is written."""

    acts: frozenset[Act]
    evidence: Evidence


@rule(
    implements="PER-04",
    hooks=[PATIENT_VIEW, ORDER_SIGN],
    deciding=[*_PUMP_NEEDS, SERVICE_REQUESTS, APPOINTMENTS],
    refining=[CARE_PLANS, ENCOUNTERS, PATIENT],
    sources=[sources.SEED, sources.HWA19, sources.HAL23, sources.GRE03, sources.HAN07, sources.PMC41, sources.COX20,
             sources.DAL07],
    overrides=["specialist-plan", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
    counter=[(CARE_PLANS, "care plans"), (MEDICATION_REQUESTS, "medicines"), (SERVICE_REQUESTS, "service orders")],
)  # fmt: skip
def pump_procedure(case: Case) -> Verdict:
    pump = case.pump
    if pump is None:
        return Quiet("no pump", rests_on=_PUMP_NEEDS)
    if not pump.is_in_place:
        return Quiet("the pump was taken out", rests_on=())
    if pump.drug is PumpDrug.OTHER:
        return Quiet("the pump holds another drug", rests_on=_PUMP_NEEDS)
    plans = _plans(case)
    if not plans:
        return Quiet("no operation on the pump planned", rests_on=(SERVICE_REQUESTS, APPOINTMENTS, PROCEDURES))
    plan = plans[0]
    removes = Act.PUMP_REMOVAL in plan.acts and Act.PUMP_REPLACEMENT not in plan.acts
    revises = Act.PUMP_REVISION in plan.acts
    bridge = _bridging(case)
    if removes:
        urgency, template = (Urgency.WARNING, BRIDGED) if bridge else (Urgency.CRITICAL, REMOVAL)
    elif revises:
        urgency, template = Urgency.WARNING, REVISION
    else:
        urgency, template = Urgency.INFO, REPLACEMENT
    day = when(plan.evidence.when, case.zone, case.now) if plan.evidence.when else ""
    if pump.drug is PumpDrug.UNKNOWN:
        urgency = min(urgency, Urgency.WARNING)
    return Card(
        urgency=urgency,
        summary=" ".join(say(template, day=day).replace(" :", ":").split()),
        detail=(
            say("Planned: {text} {day}. ", text=plan.evidence.text, day=day).replace(" .", ".")
            + f"Intrathecal baclofen {told_dose(pump.dose)} would be interrupted.".replace("  ", " ")
            + (
                ""
                if pump.drug is PumpDrug.BACLOFEN
                else " The drug in the pump is not recorded: ask for the pump card."
            ),
            *((f"Bridging plan found: {bridge}.",) if bridge else (BRIDGING, ORAL_ALONE)),
            WATCH,
            TABLETS,
        ),
        evidence=(*(p.evidence for p in plans), *pump.evidence[:2]),
        suggestions=("consult",) if urgency is Urgency.INFO else ("consult", "icu", "resume-baclofen"),
    )


def _plans(case: Case) -> list[Plan]:
    """Operations on the pump to come, the gravest first."""
    found: list[Plan] = []
    for order in case.record.orders:
        over = order.start is not None and order.start.is_past(case.now) and not order.is_draft
        if order.acts & _PLANNED and order.status in _PLANNED_STATUS and not order.do_not_perform and not over:
            found.append(Plan(order.acts, Evidence(order.reference, order.text, order.start or order.authored)))
    for procedure in case.record.procedures:
        if procedure.acts & _PLANNED and procedure.status == "preparation":
            found.append(
                Plan(procedure.acts, Evidence(procedure.reference, procedure.text, procedure.start or procedure.when))
            )
    return sorted(found, key=lambda p: (Act.PUMP_REPLACEMENT in p.acts, Act.PUMP_REMOVAL not in p.acts))


def _bridging(case: Case) -> str:
    """The bridging plan in a word, or nothing. Baclofen by mouth alone is none."""
    if case.plans(Act.INTRATHECAL_BRIDGE):
        return "intrathecal bridging"
    if case.plans(Act.BRIDGING_PLAN):
        return "bridging plan documented"
    if case.plans(Act.PUMP_WEAN):
        return "planned wean"
    orders = [
        o
        for o in case.record.medication_orders
        if (is_open(o, case.now) or o.status == "draft") and not o.do_not_perform
    ]
    benzodiazepine = any(o.product.drugs & BENZODIAZEPINES for o in orders)
    baclofen = bool((case.oral and case.oral.current) or case.oral_change.orders)
    monitored = bool(case.plans(Act.ICU)) or any(Act.ICU in e.acts for e in case.record.encounters)
    if baclofen and benzodiazepine and monitored and case.plans(Act.SPECIALIST_CONSULT):
        return "baclofen by mouth, benzodiazepine, monitored bed and specialist"
    return ""
