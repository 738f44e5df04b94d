"""Did the pump alarm, stall or stop, or is it programmed differently from the prescription?

When  a critical (two-tone) alarm, a motor stall, a stop or minimum rate was seen and nothing set it right afterwards;
      or the programmed daily dose, or the concentration, differs from the order by more than 20 %
Then  critical: delivery may have stopped, or withdrawal or overdose may follow: interrogate now
Else  quiet: running normally, refilled or replaced since; a single-tone alarm (asked by refill and battery); settings
      older than the order, or with units in doubt; no pump in place, another drug in it

Known limits: an alarm heard at home and told nobody is not seen; a pump can report normal delivery while its catheter
leaks.
"""

from cards import sources
from cards.case import Case
from cards.comfort import Headline
from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import OBSERVATIONS, PATIENT, PROCEDURES, VITALS
from cards.pump_patient import DRUG_NOT_RECORDED, PUMP_NEEDS, pump_in_place, told_model
from cards.record.concepts import Sign
from cards.rule import rule
from cards.timeline.delivery import unresolved
from cards.timeline.programming import Mismatch, mismatches
from cards.timeline.pump import Pump, PumpDrug, PumpEvent
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import ago, number, say

MISMATCH = limit("programming_mismatch", 0.2, "of the prescription", JUDGEMENT, sources.MEDSC)

ALARM = Headline("Baclofen pump critical alarm/stall: delivery may have stopped", ". Interrogate now")
PROGRAMMED = Headline(
    "Baclofen pump {setting} {programmed} {unit}, prescribed {prescribed}: risk of {risk}", ". Verify now"
)
SEEN = "{text} {ago}; nothing on record set it right since."
TWO_TONES = (
    "A critical, two-tone alarm means that drug may not be flowing: empty reservoir, end of service, motor stall, pump "
    "stopped over 48 h or memory error; one tone means low reservoir or battery (C-GIL, C-MEDPM)."
)
DIFFERS = (
    "Read at the pump: {setting} {programmed} {unit}; prescribed: {prescribed} {unit} ({pct} % apart). The patient "
    "would get {less}."
)
WHY = (
    "Symptoms were seen 8 h after a motor stall (C-MUI10); severe withdrawal progresses over 24-72 h untreated (C-NSW) "
    "and can kill (boxed warning, C-LITB)."
)
EMERGENCY = "If spasticity, itching, fever or confusion appear: emergency. Drowsy and limp: think of overdose."
NOT_READ = "Procedures could not be read: the pump may have been refilled or revised since."


@rule(
    implements="PMP-03",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ENCOUNTER_DISCHARGE, APPOINTMENT_BOOK, ORDER_SIGN],
    deciding=[*PUMP_NEEDS, OBSERVATIONS],
    refining=[PATIENT, VITALS],
    sources=[sources.SEED, sources.GIL, sources.MEDPM, sources.MUI10, sources.NSW, sources.LITB, sources.MEDSC],
    limits=[MISMATCH],
    overrides=["pump-verified", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
)
def alarm_or_stall(case: Case) -> Verdict:
    pump = pump_in_place(case)
    if isinstance(pump, Quiet):
        return pump
    event = unresolved(pump, Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED)
    if event is not None:
        return _stalled(case, pump, event)
    if not case.doses_are_comparable:
        return Quiet("the unit of a dose is in doubt: settings not compared", rests_on=())
    found = mismatches(pump, case.record, case.moment, beyond=case.moment.limit(MISMATCH))
    return _misprogrammed(pump, found) if found else Quiet(
        "no alarm, stall, stop or mismatch on record", rests_on=(OBSERVATIONS, PROCEDURES)
    )  # fmt: skip


def _stalled(case: Case, pump: Pump, event: PumpEvent) -> Card:
    unread = not case.saw(PROCEDURES)
    unknown = pump.drug is PumpDrug.UNKNOWN
    detail = (
        say(SEEN, text=f"Pump{told_model(pump)}: {event.text}", ago=ago(event.when, case.now, case.zone)),
        TWO_TONES,
        WHY,
        EMERGENCY,
        *((NOT_READ,) if unread else ()),
        *((DRUG_NOT_RECORDED,) if unknown else ()),
    )
    return Card(
        urgency=Urgency.WARNING if unread or unknown else Urgency.CRITICAL,
        summary=ALARM.summary,
        detail=detail,
        evidence=(Evidence(event.reference, event.text, event.when), *pump.evidence[:1]),
        suggestions=("interrogate", "consult"),
        comfort=ALARM.calm(detail, EMERGENCY),
        capped="procedures not read" if unread else "drug in the pump not recorded" if unknown else "",
    )


def _misprogrammed(pump: Pump, found: tuple[Mismatch, ...]) -> Card:
    first = found[0]
    told = PROGRAMMED.told(
        setting=first.setting,
        programmed=first.programmed,
        unit=first.unit,
        prescribed=first.prescribed,
        risk="withdrawal" if first.gives_less else "overdose",
    )
    detail = (
        *(
            say(
                DIFFERS,
                setting=m.setting,
                programmed=m.programmed,
                prescribed=m.prescribed,
                unit=m.unit,
                pct=number(100 * m.share, 0),
                less="less: withdrawal" if m.gives_less else "more: overdose",
            )
            for m in found
        ),
        "Interrogate the pump and check the settings against the order before changing either.",
        WHY,
        EMERGENCY,
    )
    return Card(
        urgency=Urgency.CRITICAL,
        summary=told.summary,
        detail=detail,
        evidence=(*(e for m in found for e in m.evidence), *pump.evidence[:1]),
        suggestions=("interrogate", "consult"),
        comfort=told.calm(detail, EMERGENCY),
    )  # fmt: skip
