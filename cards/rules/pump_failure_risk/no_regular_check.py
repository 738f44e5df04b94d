"""Was a baclofen pump not checked for long?

When  the last check of a baclofen pump on record (refill, interrogation, operation, a reading) is over 180 days ago
Then  a reminder, which stands in the refill's card where that fires too
Else  quiet: checked since, no check on record at all (asked by refill), no pump in place, another drug in it

Known limits: checks at another clinic are not seen.
"""

from cards import sources
from cards.case import Case
from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import OBSERVATIONS, PROCEDURES
from cards.pump_patient import PUMP_NEEDS, pump_in_place
from cards.record.measures import PUMP_MEASURES
from cards.rule import rule
from cards.timeline.pump import Pump
from cards.timeline.reservoir import days_to
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import day, say

CHECK_AT_LEAST = limit("pump_check_interval", 180, "d", JUDGEMENT, sources.STAB, "the longest refill interval advised")

SUMMARY = "No baclofen pump check recorded for {days} days"
LAST = "Last check on record: {date}. It may have been done elsewhere: ask the pump clinic."
WHY = "Regular pump checks are part of safe intrathecal therapy (SEED)."


@rule(
    implements="PMP-05",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ENCOUNTER_DISCHARGE, APPOINTMENT_BOOK, ORDER_SIGN],
    deciding=[*PUMP_NEEDS, OBSERVATIONS],
    refining=[],
    sources=[sources.SEED, sources.STAB],
    limits=[CHECK_AT_LEAST],
    overrides=["pump-verified"],
    could_reach=Urgency.INFO,
)
def no_regular_check(case: Case) -> Verdict:
    pump = pump_in_place(case)
    if isinstance(pump, Quiet):
        return pump
    last = _last_check(case, pump)
    if last is None or last.when is None:
        return Quiet("no check on record at all: asked by refill", rests_on=(PROCEDURES, OBSERVATIONS))
    days = -days_to(last.when, case.now, case.moment)
    if days <= case.moment.limit(CHECK_AT_LEAST):
        return Quiet(f"last checked {days} days ago", rests_on=())
    return Card(
        urgency=Urgency.INFO,
        summary=say(SUMMARY, days=days),
        detail=(LAST.format(date=day(last.when.earliest, case.zone)), WHY),
        evidence=(last, *pump.evidence[:1]),
        suggestions=("interrogate",),
    )


def _last_check(case: Case, pump: Pump) -> Evidence | None:
    """The newest of what needs the pump's programmer at hand: refills, interrogations, operations, readings."""
    seen = [Evidence(e.reference, e.text, e.when) for e in pump.events]
    seen += [
        Evidence(o.reference, o.text, o.when) for o in case.record.observations if o.concept in PUMP_MEASURES
    ]  # fmt: skip
    past = [e for e in seen if e.when is not None and e.when.may_be_past(case.now)]
    return max(past, key=lambda e: e.when.latest if e.when else case.now, default=None)
