"""Is the refill of a baclofen pump due, or overdue?

When  the low-reservoir alarm date, or the calculated empty date, is near or passed and no refill is recorded or booked;
      or, without such a date, the last refill, or a new pump not refilled since, is long ago
Then  4-14 days before: a reminder; from 3 days before to one day after: a warning; two days after, or empty: critical;
      moving or cancelling a refill visit past the alarm date: a warning, past the empty date critical
Else  quiet: refill far off, booked in time, no pump, another drug in the pump

Known limits: pump clinics often keep their own records; day counts around the alarm date are a judgement, and the
calculated date trusts the recorded volume, strength and dose.
"""

from typing import NamedTuple

from cards import limits, sources
from cards.case import Case
from cards.comfort import Headline
from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import (
    APPOINTMENTS,
    CARE_PLANS,
    DEVICES,
    ENCOUNTERS,
    OBSERVATIONS,
    PROCEDURES,
    SERVICE_REQUESTS,
)
from cards.pump_patient import PUMP_NEEDS, pump_in_place, told_model
from cards.record.concepts import Act
from cards.record.when import When
from cards.rule import rule
from cards.timeline.pump import Pump, PumpDrug
from cards.timeline.reservoir import Reservoir, days_to, days_until_due
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import dated, day

DUE_SOON = limit("refill_due_soon", 14, "d", JUDGEMENT, sources.GIL)
DUE_NOW = limit("refill_due_now", 3, "d", JUDGEMENT, sources.GIL, "refills are done 3-5 days before the alarm date")
OVERDUE = limit("refill_overdue", 2, "d", JUDGEMENT, sources.MEDPM)
LONG_AGO = limit("refill_long_ago", 90, "d", JUDGEMENT, sources.GIL, "typically every 3-4 months")
VERY_LONG_AGO = limit("refill_very_long_ago", 150, "d", JUDGEMENT, sources.GIL)
DATES_DIFFER = limit("refill_dates_differ", 7, "d", JUDGEMENT, sources.GIL)

DUE = Headline("Baclofen pump refill due {date}")
TODAY = Headline("Baclofen pump refill due today ({date})", ": refill before it runs low")
PASSED = Headline("Baclofen pump refill overdue: alarm date {date}", ". Refill and interrogate")
EMPTY = Headline("Baclofen pump calculated empty since {date}", ": refill and interrogate now")
LAST = Headline("Baclofen pump last refilled {date} ({days} days ago)", ": refill and interrogate")
IMPLANTED = Headline(
    "Baclofen pump implanted {date} ({days} days ago), no refill recorded since", ": refill and interrogate"
)
NOTHING_KNOWN = Headline("Baclofen pump: no refill or alarm date recorded. Ask the pump clinic")
REBOOKED = Headline("Pump refill visit {what}: none is booked before {by} {date}")
DRUG_UNKNOWN = "Implanted pump, drug in it not recorded: ask for the pump card"

WHY = (
    "A missed refill can cause withdrawal (C-MEDPM, boxed warning C-LITB); makers recommend at most 180 days between "
    "refills (C-STAB)."
)
ASK_CARER = "Ask the carer for the pump card; call the pump clinic; interrogate."
EMERGENCY = "If spasticity, itching, fever or confusion appear: emergency."
_MORE_THAN_A_DAY = ("ambiguous", "month", "year")
_GIVEN_UP = frozenset({"cancelled", "noshow", "revoked", "stopped", "entered-in-error"})


class State(NamedTuple):
    """Where the supply stands: how urgent, in which words, by which fact. Urgency None: nothing to say."""

    urgency: Urgency | None
    told: Headline
    evidence: tuple[Evidence, ...] = ()
    note: str = ""


@rule(
    implements="PMP-01",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ENCOUNTER_DISCHARGE, APPOINTMENT_BOOK, ORDER_SIGN],
    deciding=[*PUMP_NEEDS, OBSERVATIONS],
    refining=[APPOINTMENTS, CARE_PLANS, ENCOUNTERS, SERVICE_REQUESTS],
    sources=[sources.SEED, sources.GIL, sources.STAB, sources.MEDPM, sources.LITB],
    limits=[DUE_SOON, DUE_NOW, OVERDUE, LONG_AGO, VERY_LONG_AGO, limits.BOOKED_BEFORE, limits.MAX_REFILL_INTERVAL],
    overrides=["pump-verified", "specialist-plan", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
    counter=[(PROCEDURES, "refills")],
)
def refill(case: Case) -> Verdict:
    pump = pump_in_place(case)
    if isinstance(pump, Quiet):
        return pump
    state = _worse(supply_state(case, pump), _rebooked(case, pump))
    if state.urgency is None and pump.drug is PumpDrug.BACLOFEN:
        return Quiet(state.told.summary, rests_on=(OBSERVATIONS, PROCEDURES, DEVICES))
    if pump.drug is PumpDrug.UNKNOWN:
        return _unknown_drug(pump, state)
    assert state.urgency is not None
    detail = (_supply_line(case, pump, state), WHY, EMERGENCY, ASK_CARER)
    return Card(
        urgency=state.urgency,
        summary=state.told.summary,
        detail=detail,
        evidence=(*state.evidence, *pump.evidence[:1]),
        suggestions=("refill", "interrogate", "education"),
        comfort=state.told.calm(detail, EMERGENCY),
    )


def supply_state(case: Case, pump: Pump) -> State:
    """The row of the table in clinical.md (PMP-01) that applies."""
    reservoir, moment, now = pump.reservoir, case.moment, case.now
    if reservoir.empty is not None and reservoir.empty.is_past(now):
        told = EMPTY.told(date=day(reservoir.empty.earliest, case.zone))
        return State(Urgency.CRITICAL, told, _evidence(reservoir, "empty"))
    due, by = _due(reservoir, case)
    if due is None:
        return _by_last_refill(case, pump)
    days, first = days_to(due, now, moment), days_until_due(due, now, moment)
    date = dated(due, case.zone, case.now) if due.precision in _MORE_THAN_A_DAY else day(due.earliest, case.zone)
    evidence = _evidence(reservoir, by)
    note = _disagreement(reservoir, case)
    if days <= -moment.limit(OVERDUE):
        return State(Urgency.CRITICAL, PASSED.told(date=date), evidence, note)
    if days < 0:
        return State(Urgency.WARNING, PASSED.told(date=date), evidence, note)
    if days == 0:
        return State(Urgency.WARNING, TODAY.told(date=date), evidence, note)
    if first > moment.limit(DUE_SOON):
        return State(None, Headline(f"refill due {date}"))
    before = None if reservoir.booked is None else first - days_to(reservoir.booked, now, moment)
    if before is not None and before >= moment.limit(limits.BOOKED_BEFORE):
        return State(None, Headline(f"refill due {date}, booked in time"))
    if before is not None and before >= 0:
        short = f"booked less than {moment.told(limits.BOOKED_BEFORE)} before the alarm date"
        return State(Urgency.INFO, DUE.told(date=date), evidence, short)
    late = before is not None or first <= moment.limit(DUE_NOW)
    falls = "falls" if first == days else "may fall"
    return State(Urgency.WARNING if late else Urgency.INFO, DUE.told(date=date), evidence,
                 f"the booked refill {falls} after the alarm date" if before is not None else note)  # fmt: skip


def _worse(state: State, rebooked: State | None) -> State:
    """What the user does to the visit, where that is graver than how the supply stands anyway."""
    if rebooked is None or rebooked.urgency is None:
        return state
    return rebooked if state.urgency is None or rebooked.urgency > state.urgency else state


def _rebooked(case: Case, pump: Pump) -> State | None:
    """A refill visit that is moved past the date it is needed by, or given up while no other is booked in time."""
    if case.moment.hook is not APPOINTMENT_BOOK:
        return None
    visits = [o for o in case.record.orders if o.is_draft and Act.PUMP_REFILL in o.acts]
    by, date, reference = _needed_by(case, pump)
    booked = pump.reservoir.booked
    if not visits or date is None or (booked and _days_between(booked, date, case) >= 0):
        return None
    visit = visits[0]
    empty = pump.reservoir.empty
    past_empty = visit.start is not None and empty is not None and _days_between(visit.start, empty, case) < 0
    gone = visit.status in _GIVEN_UP
    told = REBOOKED.told(what="cancelled" if gone else "moved", by=by, date=day(date.earliest, case.zone))
    evidence = (
        Evidence(visit.reference, f"{visit.text}, {visit.status}", visit.start),
        Evidence(reference, by, date),
    )
    return State(Urgency.CRITICAL if past_empty and not gone else Urgency.WARNING, told, evidence)


def _days_between(first: When, second: When, case: Case) -> int:
    """Whole local days from one date to another."""
    return days_to(second, case.now, case.moment) - days_to(first, case.now, case.moment)


def _needed_by(case: Case, pump: Pump) -> tuple[str, When | None, str]:
    """By when the next refill is needed, and what says so."""
    reservoir = pump.reservoir
    date, by = _due(reservoir, case)
    if date is not None:
        told = _evidence(reservoir, by)[0]
        return f"the {told.text}", date, told.reference
    latest = reservoir.last_fill.shifted(case.moment.limit(limits.MAX_REFILL_INTERVAL)) if reservoir.last_fill else None
    fill = "implantation" if reservoir.is_from_implant else "the last refill"
    return (
        f"{case.moment.told(limits.MAX_REFILL_INTERVAL)} after {fill},",
        latest,
        reservoir.last_fill_reference,
    )


def _due(reservoir: Reservoir, case: Case) -> tuple[When | None, str]:
    """The date that counts: the alarm date, or the calculated one where that is more than a week earlier."""
    if reservoir.alarm is None:
        return (reservoir.empty, "empty") if reservoir.empty else (None, "")
    if reservoir.empty is not None:
        earlier = days_to(reservoir.alarm, case.now, case.moment) - days_to(reservoir.empty, case.now, case.moment)
        if earlier > case.moment.limit(DATES_DIFFER):
            return reservoir.empty, "empty"
    return reservoir.alarm, "alarm"


def _disagreement(reservoir: Reservoir, case: Case) -> str:
    if reservoir.alarm is None or reservoir.empty is None:
        return ""
    apart = abs((reservoir.alarm.earliest - reservoir.empty.earliest).days)
    if apart <= case.moment.limit(DATES_DIFFER):
        return ""
    return f"alarm date and calculated empty date are {apart} days apart; the earlier counts"


def _by_last_refill(case: Case, pump: Pump) -> State:
    last, moment = pump.reservoir.last_fill, case.moment
    if last is None:
        return _nothing_known(case, pump)
    days = -days_to(last, case.now, moment)
    is_new = pump.reservoir.is_from_implant
    told = (IMPLANTED if is_new else LAST).told(date=day(last.earliest, case.zone), days=days)
    evidence = (Evidence(pump.reservoir.last_fill_reference, "pump implanted" if is_new else "last refill", last),)
    for above, urgency in (
        (moment.limit(limits.MAX_REFILL_INTERVAL), Urgency.CRITICAL),
        (moment.limit(VERY_LONG_AGO), Urgency.WARNING),
        (moment.limit(LONG_AGO), Urgency.INFO),
    ):
        if days > above:
            return State(urgency, told, evidence, "no alarm date recorded")
    return State(None, Headline(f"{'implanted' if is_new else 'last refilled'} {days} days ago"))


def _nothing_known(case: Case, pump: Pump) -> State:
    contact = pump.last_contact
    recent = contact is not None and contact.hours_until(case.now) <= case.moment.limit(limits.MAX_REFILL_INTERVAL) * 24
    return State(Urgency.INFO if recent else Urgency.WARNING, NOTHING_KNOWN, pump.evidence[:1])


def _unknown_drug(pump: Pump, state: State) -> Card:
    """A pump whose drug nobody recorded: a reminder (FND-01); with symptoms WDR-02 warns."""
    return Card(
        urgency=Urgency.INFO,
        summary=DRUG_UNKNOWN,
        detail=(f"Implanted pump{told_model(pump)}; it may hold baclofen. {state.told.summary}.", WHY, ASK_CARER),
        evidence=(*state.evidence, *pump.evidence[:1]),
        suggestions=("interrogate",),
        capped="drug in the pump not recorded",
    )


def _supply_line(case: Case, pump: Pump, state: State) -> str:
    """What is known of the supply, with dates: alarm date, last refill, what is booked."""
    reservoir = pump.reservoir
    known = [
        f"{words} {dated(date, case.zone, case.now)}"
        for words, date in (
            ("low-reservoir alarm date", reservoir.alarm),
            ("calculated empty", reservoir.empty),
            ("implanted" if reservoir.is_from_implant else "last refill", reservoir.last_fill),
            ("refill booked", reservoir.booked),
        )
        if date is not None
    ]
    note = f" ({state.note})" if state.note else ""
    return (
        f"Intrathecal baclofen pump{told_model(pump)}: {', '.join(known) or 'no refill or alarm date recorded'}{note}."
    )


def _evidence(reservoir: Reservoir, by: str) -> tuple[Evidence, ...]:
    if by == "empty":
        return (Evidence(reservoir.empty_reference, "calculated empty date", reservoir.empty),)
    return (Evidence(reservoir.alarm_reference, "refill alarm date", reservoir.alarm),)
