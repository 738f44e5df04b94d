"""Would a scan, a pressure chamber or another device hazard disturb the pump, or did a scan, unchecked?

When  MRI or hyperbaric therapy (or lithotripsy, diathermy, therapeutic ultrasound, radiotherapy) is ordered or booked
      in a patient with a baclofen pump; or an MRI was done within 72 h and no interrogation is recorded after it
Then  by maker. SynchroMed: a warning; critical with an alarm standing, or where the only interrogation booked is over
      24 h after the scan. Prometra: critical unless a plan to empty it is found. Model unknown: a warning, both
      hazards named. Hyperbaric: a warning. The other hazards: a reminder. Scanned and not interrogated: a warning
Else  quiet: no pump in place, another drug in it, none of these in hand, interrogated after the scan

Known limits: the maker is known only where the device is recorded by model; whether a scanner's field reaches the
pump is not judged.
"""

from cards import sources
from cards.case import Case
from cards.hooks import (
    APPOINTMENT_BOOK,
    ENCOUNTER_DISCHARGE,
    ENCOUNTER_START,
    ORDER_SELECT,
    ORDER_SIGN,
    PATIENT_VIEW,
)
from cards.limits import JUDGEMENT, PUBLISHED, limit
from cards.needs import APPOINTMENTS, CARE_PLANS, OBSERVATIONS, PROCEDURES, SERVICE_REQUESTS
from cards.perioperative import BRIDGING
from cards.pump_patient import DRUG_NOT_RECORDED, PUMP_NEEDS, pump_in_place, told_model
from cards.record.concepts import Act, PumpModel, Sign
from cards.rule import rule
from cards.timeline.delivery import unresolved
from cards.timeline.operations import Operation, in_hand, just_done, planned
from cards.timeline.pump import Pump, PumpDrug
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import ago, say, when

RESTARTS_WITHIN = limit("rotor_restarts_within", 24, "h", PUBLISHED, sources.MEDMRI, "a delay of 2-24 h is reported")
RECENT_SCAN = limit("recent_scan", 72, "h", JUDGEMENT, sources.MEDMRI)

MRI = "MRI with baclofen pump: {action}; interrogate right after the scan"
ACTIONS = {
    PumpModel.SYNCHROMED: "rotor stops in the field",
    PumpModel.PROMETRA: "empty the Prometra before the scan",
    PumpModel.UNKNOWN: "find out the model first",
}
ALARMING = "alarm standing, it may not restart"
EMPTIED = "Prometra to be emptied, bridge the baclofen"
SCANNED = "MRI {ago} with a baclofen pump and no interrogation since: interrogate now"
CHAMBER = "Hyperbaric therapy with baclofen pump{model}: {risk}. Ask the pump team first"
HAZARD = "{text} with a baclofen pump: ask the pump team first, interrogate afterwards"

ROTOR = (
    "SynchroMed: the rotor stops in the field and should restart; a delay of 2-24 h and a two-tone alarm are reported. "
    "Do not programme it to stop beforehand; a second interrogation may be needed to log recovery (C-MEDMRI)."
)
TELEMETRY = (
    "If an alarm sounds during the scan the pump can stay in telemetry mode, and it will not resume until interrogated "
    "(C-TGA)."
)
RESERVOIR = (
    "Prometra: the reservoir must be emptied before the scan, or drug may be discharged (overdose); therapy is then "
    "interrupted, so another plan for baclofen is needed (C-FLOW, C-UKCPA)."
)
PRESSURE = "Over 2.0 atm lowers a SynchroMed's flow (C-MEDUK); for a Prometra it is contraindicated (C-FLOW)."
NEAR = "Lithotripsy, diathermy, therapeutic ultrasound and radiotherapy near the pump may harm the device."
LATE = "The interrogation that is booked is more than {late} after the scan: move it to the same day."

_NEAR_THE_PUMP = frozenset({Act.LITHOTRIPSY, Act.DIATHERMY, Act.THERAPEUTIC_ULTRASOUND, Act.RADIOTHERAPY})
_HAZARDS = _NEAR_THE_PUMP | {Act.MRI, Act.HYPERBARIC}


@rule(
    implements="PER-05",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ENCOUNTER_DISCHARGE, ORDER_SELECT, ORDER_SIGN, APPOINTMENT_BOOK],
    deciding=[*PUMP_NEEDS, SERVICE_REQUESTS],
    refining=[APPOINTMENTS, CARE_PLANS, OBSERVATIONS],
    sources=[sources.SEED, sources.MEDMRI, sources.TGA, sources.FLOW, sources.UKCPA, sources.MEDUK],
    limits=[RESTARTS_WITHIN, RECENT_SCAN],
    overrides=["specialist-plan", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
)
def device_hazard(case: Case) -> Verdict:
    pump = pump_in_place(case)
    if isinstance(pump, Quiet):
        return pump
    if not case.moment.hook.drafts_in:
        return _after_a_scan(case, pump)
    asked = in_hand(case.record, case.moment, _HAZARDS)
    for acts, card in (({Act.MRI}, _scan), ({Act.HYPERBARIC}, _chamber), (_NEAR_THE_PUMP, _near)):
        if operation := next((o for o in asked if o.acts & acts), None):
            return card(case, pump, operation)
    return Quiet("no scan, chamber or other device hazard in hand", rests_on=())


def _scan(case: Case, pump: Pump, scan: Operation) -> Card:
    urgency, action = Urgency.WARNING, ACTIONS[pump.model]
    told: tuple[str, ...] = (ROTOR, TELEMETRY, RESERVOIR)
    if pump.model is PumpModel.PROMETRA:
        emptied = bool(case.plans(Act.PUMP_EMPTYING))
        urgency = Urgency.WARNING if emptied else Urgency.CRITICAL
        action, told = EMPTIED if emptied else action, (RESERVOIR, BRIDGING)
    elif pump.model is PumpModel.SYNCHROMED:
        told = (ROTOR, TELEMETRY)
        if _alarms(pump):
            urgency, action = Urgency.CRITICAL, ALARMING
        elif _is_checked_late(case, scan):
            urgency, told = Urgency.CRITICAL, (LATE.format(late=case.moment.told(RESTARTS_WITHIN)), *told)
    return _card(case, pump, scan, urgency, say(MRI, action=action), told)


def _alarms(pump: Pump) -> bool:
    """An alarm, stall or stop on record that nothing set right."""
    return unresolved(pump, Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED, Sign.PUMP_ALARM_LOW) is not None


def _is_checked_late(case: Case, scan: Operation) -> bool:
    """Interrogations are booked for after the scan, and each of them too late. None booked is not known to be late."""
    if scan.when is None:
        return False
    limit = case.moment.limit(RESTARTS_WITHIN) * 3600
    checks = [p.when for p in planned(case.record, case.moment, {Act.PUMP_INTERROGATION}) if p.when]
    after = [w for w in checks if w.latest >= scan.when.earliest]
    return bool(after) and all((w.earliest - scan.when.latest).total_seconds() > limit for w in after)


def _chamber(case: Case, pump: Pump, session: Operation) -> Card:
    risk = "contraindicated" if pump.model is PumpModel.PROMETRA else "pressure lowers its flow"
    return _card(case, pump, session, Urgency.WARNING, CHAMBER.format(model=told_model(pump), risk=risk), (PRESSURE,))


def _near(case: Case, pump: Pump, session: Operation) -> Card:
    text = session.text.split(";")[0].strip()
    return _card(case, pump, session, Urgency.INFO, say(HAZARD, text=text[:60]), (NEAR,))


def _after_a_scan(case: Case, pump: Pump) -> Verdict:
    scan = just_done(case.record, case.moment, {Act.MRI}, case.moment.limit(RECENT_SCAN))
    if scan is None or scan.when is None:
        return Quiet(f"no MRI within {case.moment.told(RECENT_SCAN)}", rests_on=(PROCEDURES, SERVICE_REQUESTS))
    check = pump.latest(Act.PUMP_INTERROGATION, Act.PUMP_REFILL, Sign.PUMP_RUNNING, Sign.PUMP_STOPPED)
    if check is not None and check.when is not None and check.when.latest >= scan.when.earliest:
        return Quiet("interrogated after the scan", rests_on=())
    told = {PumpModel.SYNCHROMED: (ROTOR, TELEMETRY), PumpModel.PROMETRA: (RESERVOIR,)}
    summary = say(SCANNED, ago=ago(scan.when, case.now, case.zone))
    return _card(case, pump, scan, Urgency.WARNING, summary, told.get(pump.model, (ROTOR, TELEMETRY, RESERVOIR)))


def _card(case: Case, pump: Pump, operation: Operation, urgency: Urgency, summary: str, told: tuple[str, ...]) -> Card:
    unknown = pump.drug is PumpDrug.UNKNOWN
    day = when(operation.when, case.zone, case.now) if operation.when else "day not recorded"
    standing = unresolved(pump, Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED, Sign.PUMP_ALARM_LOW)
    alarm = (Evidence(standing.reference, standing.text, standing.when),) if standing else ()
    found = say("{text}, {day}; pump {model} in place.", text=operation.text.split(";")[0].strip(), day=day,
                model=pump.model.value or "of unknown model")  # fmt: skip
    return Card(
        urgency=min(urgency, Urgency.WARNING) if unknown else urgency,
        summary=summary,
        detail=(found, *told, *((DRUG_NOT_RECORDED,) if unknown else ())),
        evidence=(operation.evidence, *alarm, *pump.evidence[:1]),
        suggestions=("interrogate", "consult"),
        capped="drug in the pump not recorded" if unknown else "",
    )
