"""Was baclofen left out of the discharge medicines, cut, or supplied for too short?

When  the patient took baclofen by mouth before admission (also where that order was closed since), or for 14 days or
      more in this stay, and the medicines for home hold none, or cut it faster than a safe taper, or end before the
      follow-up visit;
      or has a baclofen pump whose next refill is not planned, or is due within 14 days and not booked in time
Then  say so before the patient leaves: a warning, at low dependence a reminder
Else  quiet: prescribed, tapered, stopped for an adverse reaction, supply at home, short use

On opening the chart it asks only where medicines for home are already written: that is how a discharge shows to an
EHR without a hook for it.

Known limits: a paper prescription or tablets handed over at the bedside are not in the chart; only the follow-up
visits that are booked are known.
"""

from cards import comfort, limits, sources
from cards.case import Case
from cards.hooks import ENCOUNTER_DISCHARGE, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import (
    APPOINTMENTS,
    CARE_PLANS,
    DISPENSES,
    ENCOUNTERS,
    MEDICATION_REQUESTS,
    SERVICE_REQUESTS,
)
from cards.record.concepts import Act, Reason
from cards.record.facts import MedicationOrder
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import (
    ORAL_NEEDS,
    TIER_NEEDS,
    WHY_STOPPING_HARMS,
    oral_evidence,
    oral_exposure_line,
    told_dose,
    with_dose,
)
from cards.timeline.discharge import Discharge, days_in_hospital, discharge_of, ended_around_admission
from cards.timeline.reservoir import days_to
from cards.timeline.stay import Stay, named_stay
from cards.timeline.taper import allowed_step
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import day, say

LONG_INPATIENT_USE = limit("inpatient_use_counts", 14, "d", JUDGEMENT, sources.LEO05)
REFILL_SOON = limit("refill_due_after_discharge", 14, "d", JUDGEMENT, sources.GIL)

MISSING = "Baclofen taken before admission is missing from the discharge medicines"
MISSING_INPATIENT = "Baclofen given in this stay is missing from the discharge medicines"
CUT = "Discharge baclofen {after}, until now {before}: faster than a safe taper"
TOO_SHORT = "Discharge baclofen lasts until {end}, the next visit is {visit}"
NO_REFILL = "Baclofen pump: the next refill is not on the discharge plan"
REFILL = "Baclofen pump refill due {date}, within {soon} of discharge: book it"

ADVICE = "Prescribe it, taper it, or document why it stops; make sure that there are tablets at home."
FIX_DOSE = "Options: the dose until now, or a stepwise reduction."
FIX_SUPPLY = "Options: a longer supply, or an earlier visit."
NOTHING_WRITTEN = "No discharge medicines are written yet."
WHY_REFILL = "A missed refill can cause withdrawal (C-MEDPM, boxed warning C-LITB)."


@rule(
    implements="ABR-04",
    hooks=[ENCOUNTER_DISCHARGE, PATIENT_VIEW],
    deciding=[*ORAL_NEEDS, ENCOUNTERS],
    refining=[*TIER_NEEDS, APPOINTMENTS, CARE_PLANS, SERVICE_REQUESTS],
    sources=[sources.SEED, sources.LORAL, sources.OZO, sources.COX20, sources.UKSPC, sources.GIL, sources.MEDPM],
    limits=[
        LONG_INPATIENT_USE, limits.RECENT_STOP, limits.ORAL_STEP_MG, limits.ORAL_STEP_SHARE, REFILL_SOON,
        limits.BOOKED_BEFORE,
    ],
    overrides=["planned-taper", "serious-adverse-reaction", "already-resumed", "data-incorrect"],
    could_reach=Urgency.WARNING,
)  # fmt: skip
def omitted_at_discharge(case: Case) -> Verdict:
    if case.oral is None and not case.has_baclofen_pump:
        return Quiet("no baclofen by mouth or by pump")
    stay = named_stay(case.record.encounters, case.moment)
    if stay is None:
        return Quiet("not in a hospital stay", rests_on=(ENCOUNTERS,))
    written = discharge_of(case.record, stay, case.moment)
    if case.moment.hook is not ENCOUNTER_DISCHARGE and not written.medicines:
        return Quiet("no medicines for home are written", rests_on=(ENCOUNTERS, MEDICATION_REQUESTS))
    said = _by_mouth(case, stay, written)
    if isinstance(said, Card):
        return said
    return _by_pump(case) or said


def _by_mouth(case: Case, stay: Stay, written: Discharge) -> Verdict:
    if case.oral is None:
        return Quiet("no baclofen by mouth")
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}")
    closed = ended_around_admission(case.oral, stay, case.moment)
    at_home = bool(case.oral.home or case.oral.home_fill or closed)
    if not at_home and days_in_hospital(case.oral, stay, case.moment) < case.moment.limit(LONG_INPATIENT_USE):
        return Quiet(f"not taken at home, and less than {case.moment.told(LONG_INPATIENT_USE)} in this stay")
    if excuse := _excuse(case, written):
        return excuse
    if not written.baclofen:
        return _missing(case, written, next(iter(case.oral.home), closed), at_home=at_home)
    return _cut(case, written) or _too_short(case, written) or Quiet("baclofen is prescribed for home", rests_on=())


def _excuse(case: Case, written: Discharge) -> Quiet | None:
    assert case.oral is not None
    reasons = frozenset[Reason]().union(*(o.reasons for o in (*case.oral.orders, *written.baclofen)))
    if Reason.ADVERSE_REACTION in reasons:
        return Quiet("stopped for an adverse reaction", rests_on=())
    if Reason.PLANNED_TAPER in reasons or (case.taper and case.taper.excuses):
        return Quiet("planned taper", rests_on=())
    if written.baclofen:
        return None
    if case.oral.supply and not case.oral.supply.ends.may_be_past(case.now):
        return Quiet("there is a supply at home", rests_on=())
    if case.plans(Act.CONTINUE_BACLOFEN):
        return Quiet("the plan says to go on with it", rests_on=())
    return None


def _missing(case: Case, written: Discharge, home: MedicationOrder | None, *, at_home: bool) -> Card:
    supply_unread = not case.saw(DISPENSES)
    return Card(
        urgency=_urgency(case),
        summary=MISSING if at_home else MISSING_INPATIENT,
        detail=(
            oral_exposure_line(case),
            WHY_STOPPING_HARMS,
            ADVICE,
            *(() if written.medicines else (NOTHING_WRITTEN,)),
            *(("Supply at home could not be read.",) if supply_unread else ()),
        ),
        evidence=(
            *((Evidence(home.reference, say("home medicine: {name}", name=home.product.name),
                        home.start or home.authored),) if home else ()),
            *oral_evidence(case),
        ),
        suggestions=("resume-baclofen", "taper", "bridge-supply"),
        comfort=comfort.NOT_GIVEN,
    )  # fmt: skip


def _cut(case: Case, written: Discharge) -> Card | None:
    assert case.oral is not None
    before, after = case.oral.dose, written.dose
    if before is None or after is None or before.unit != after.unit or not case.doses_are_comparable:
        return None
    step = allowed_step(before.low, case.moment, is_child=case.is_child_by_tier)
    if before.low - after.high <= step:
        return None
    return Card(
        urgency=_urgency(case),
        summary=say(CUT, before=told_dose(before), after=told_dose(after)),
        detail=(oral_exposure_line(case), WHY_STOPPING_HARMS, FIX_DOSE),
        evidence=(*_prescribed(written), *oral_evidence(case)),
        suggestions=("resume-baclofen", "taper"),
        comfort=comfort.CUT,
    )


def _too_short(case: Case, written: Discharge) -> Card | None:
    end, visit = written.lasts_until, written.follow_up
    if end is None or visit is None or visit.start is None or end.latest >= visit.start.earliest:
        return None
    return Card(
        urgency=_urgency(case),
        summary=say(TOO_SHORT, end=day(end.latest, case.zone), visit=day(visit.start.earliest, case.zone)),
        detail=(oral_exposure_line(case), WHY_STOPPING_HARMS, FIX_SUPPLY),
        evidence=(*_prescribed(written), Evidence(visit.reference, say("{text}", text=visit.text), visit.start)),
        suggestions=("bridge-supply",),
    )


def _by_pump(case: Case) -> Card | None:
    """The next refill is part of the discharge plan."""
    if not case.has_baclofen_pump or case.pump is None:
        return None
    reservoir, moment = case.pump.reservoir, case.moment
    due = reservoir.alarm or reservoir.empty
    left = None if due is None else days_to(due, case.now, moment)
    before = None if left is None or reservoir.booked is None else left - days_to(reservoir.booked, case.now, moment)
    if before is not None and before >= moment.limit(limits.BOOKED_BEFORE):
        return None
    soon = left is not None and left <= moment.limit(REFILL_SOON)
    if not soon and (reservoir.booked is not None or case.plans(Act.PUMP_REFILL)):
        return None
    return Card(
        urgency=Urgency.WARNING,
        summary=say(REFILL, date=day(due.earliest, case.zone), soon=moment.told(REFILL_SOON))
        if soon and due else NO_REFILL,
        detail=(
            f"Intrathecal baclofen {with_dose(case.pump.dose).removeprefix('baclofen').strip()}".strip() + ".",
            WHY_REFILL,
        ),
        evidence=(*((Evidence(reservoir.alarm_reference, "refill alarm date", reservoir.alarm),)
                    if reservoir.alarm else ()), *case.pump.evidence[:1]),
        suggestions=("refill", "education"),
    )  # fmt: skip


def _prescribed(written: Discharge) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(o.reference, say("for home: {name} {dose}", name=o.product.name,
                                  dose=o.dosage.text or told_dose(o.dosage.daily)), o.authored)
        for o in written.baclofen
    )  # fmt: skip


def _urgency(case: Case) -> Urgency:
    return Urgency.WARNING if case.oral_dependence.tier >= Tier.T2 else Urgency.INFO
