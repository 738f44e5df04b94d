"""Does the patient, or a carer, know what to do when baclofen runs short?

When  baclofen by mouth, now or within 14 days, at middle or high dependence, or by pump, and no teaching about it is
      recorded in 12 months, or, with a pump, no supply by mouth for an emergency;
      at discharge, when a pump refill is booked, and on opening the chart of an outpatient whose baclofen is not
      interrupted, there not within 180 days of the last time that the card was answered
Then  a reminder, with a hand-out in plain language
Else  quiet: taught, short use, in hospital, something more urgent to do

Known limits: teaching that was given and not recorded is asked for again; whether it was understood nobody knows.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import CARE_PLANS, COMMUNICATIONS, DEVICES, DOCUMENTS, ENCOUNTERS, PROCEDURES
from cards.record.concepts import Act
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import NOT_LATELY, ORAL_NEEDS, TIER_NEEDS, oral_evidence, told_dependence
from cards.timeline.education import has_rescue_supply, last_taught
from cards.timeline.interruptions import Kind, Level
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import dated, say

TAUGHT_VALID = limit("teaching_valid", 365, "d", JUDGEMENT, sources.SEED)
ASK_AGAIN = limit("teaching_asked_again", 180, "d", JUDGEMENT, sources.SEED)

SUMMARY = "Baclofen: teach withdrawal signs, emergency contact, backup supply, refill dates"
NO_SUPPLY = "Baclofen pump: no oral rescue supply is recorded. Teach its use and the alarm tones"

SIGNS = (
    "Early signs: more spasm or stiffness, itching without rash, tingling (C-GABMG); then fever, confusion, "
    "hallucinations, seizures. Never stop suddenly."
)
SUPPLY = (
    "Refill at least {days} before running out; give the emergency number; tell every surgeon, dentist and "
    "radiographer."
)
PUMP = (
    "Pump: keep refill visits, know the two alarm tones, carry the pump card; oral baclofen in date on hand with "
    "instructions (C-MEDRESP), as a bridge to hospital, not as treatment."
)
PREGNANCY = "Before or in pregnancy: make a plan with the prescriber, never stop suddenly."


@rule(
    implements="EDU-01",
    hooks=[ENCOUNTER_DISCHARGE, PATIENT_VIEW, APPOINTMENT_BOOK],
    deciding=[*ORAL_NEEDS, DEVICES, PROCEDURES, COMMUNICATIONS, DOCUMENTS],
    refining=[*TIER_NEEDS, CARE_PLANS, ENCOUNTERS],
    sources=[sources.SEED, sources.GABMG, sources.MEDRESP],
    limits=[TAUGHT_VALID, ASK_AGAIN, limits.REFILL_BEFORE, limits.SYMPTOMS_COUNT_AT_ALL],
    overrides=["already-done", "comfort-care"],
    could_reach=Urgency.INFO,
)
def education(case: Case) -> Verdict:
    by_mouth = case.takes_oral and case.oral_dependence.tier >= Tier.T2
    if not by_mouth and not case.has_baclofen_pump:
        if case.oral is not None and not case.takes_oral:
            return Quiet(say(NOT_LATELY, span=case.moment.told(limits.SYMPTOMS_COUNT_AT_ALL)))
        return Quiet("neither a baclofen pump nor middle or high dependence by mouth")
    if not_now := _not_now(case):
        return not_now
    taught = last_taught(case.record)
    when = taught.when if taught else None
    valid = case.moment.limit(TAUGHT_VALID) * 24
    is_taught = when is not None and when.hours_until(case.now) <= valid
    needs_supply = case.has_baclofen_pump and case.oral is None and not has_rescue_supply(case.record)
    if is_taught and not needs_supply:
        return Quiet(f"taught in the last {case.moment.told(TAUGHT_VALID)}", rests_on=())
    last = f"Last teaching about it: {dated(when, case.zone, case.now)}."
    found = last if taught else "No teaching about it is recorded."
    exposure = "Intrathecal baclofen." if case.has_baclofen_pump else f"Baclofen by mouth, {_told(case)}."
    return Card(
        urgency=Urgency.INFO,
        summary=NO_SUPPLY if is_taught else SUMMARY,
        detail=(
            f"{exposure} {found}",
            SIGNS,
            SUPPLY.format(days=case.moment.told(limits.REFILL_BEFORE)),
            *((PUMP,) if case.has_baclofen_pump else ()),
            *((PREGNANCY,) if case.pregnancy else ()),
        ),
        evidence=(*((taught,) if taught else ()), *oral_evidence(case)[:1], *_pump_evidence(case)),
        suggestions=("education", "bridge-supply") if needs_supply else ("education",),
    )


def _told(case: Case) -> str:
    return told_dependence(case.oral_dependence)


def _not_now(case: Case) -> Quiet | None:
    """The moment is wrong: nobody to teach, something more urgent, or asked not long ago."""
    if case.moment.hook is ENCOUNTER_DISCHARGE:
        return None
    if case.moment.hook is APPOINTMENT_BOOK:
        visits = [o for o in case.record.orders if o.is_draft and Act.PUMP_REFILL in o.acts and o.status != "cancelled"]
        return None if visits else Quiet("no pump refill is being booked", rests_on=())
    if case.stay is not None:
        return Quiet("in hospital: at discharge", rests_on=())
    if _is_interrupted(case):
        return Quiet("baclofen is interrupted: that comes first", rests_on=())
    if case.moment.taught is not None:
        days = (case.now - case.moment.taught).total_seconds() / 86400
        if days < case.moment.limit(ASK_AGAIN):
            return Quiet(f"answered in the last {case.moment.told(ASK_AGAIN)}", rests_on=())
    return None


def _is_interrupted(case: Case) -> bool:
    """By mouth at all, unless only its dose was lowered; or by pump surely enough to act on."""
    lost = case.delivery is not None and case.delivery.level >= Level.PROBABLE
    gap = case.oral_interruption
    return lost or (gap is not None and gap.kind is not Kind.LOWERED)


def _pump_evidence(case: Case) -> tuple[Evidence, ...]:
    return case.pump.evidence[:1] if case.has_baclofen_pump and case.pump else ()
