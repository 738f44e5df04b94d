"""Was home baclofen left out on admission?

When  the patient takes baclofen by mouth at home, is in an inpatient, emergency or observation stay,
      and nobody ordered it there and no dose was given
Then  say how long ago the last dose can have been: before 6 h a reminder (a warning at high dependence); from 6 h on,
      once other orders are written, a warning; from 12 h on critical at high dependence
Else  quiet: ordered, given, never taken, short use, refused with a plan, emergency visit under 6 h

Known limits: a home list that nobody has entered cannot be missed; the time of the last dose at home is mostly
unknown, so the hours count from admission.
"""

from cards import limits, sources
from cards.case import Case
from cards.comfort import NOT_GIVEN
from cards.hooks import ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW
from cards.limits import JUDGEMENT, limit
from cards.needs import (
    ADMINISTRATIONS,
    ENCOUNTERS,
    MEDICATION_REQUESTS,
    NUTRITION_ORDERS,
)
from cards.record.concepts import Act, Reason
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import (
    BY_TUBE,
    DEPARTS_PREVIOUS_DOSE,
    ORAL_NEEDS,
    TIER_NEEDS,
    TOXIC_SUMMARY,
    WHY_STOPPING_HARMS,
    oral_evidence,
    oral_exposure_line,
    toxic_line,
    with_dose,
)
from cards.telling import SUSPICION_NEEDS, early_signs
from cards.timeline.interruptions import Kind
from cards.verdict import Card, Quiet, Urgency, Verdict
from cards.words import say

EARLY = limit("omission_is_early", 6, "h", JUDGEMENT, sources.COX20)

SUMMARY = "Home {what} not ordered this admission; last dose about {hours} h ago"
UNKNOWN_TIME = "Home {what} not ordered this admission; time of the last dose not recorded"
WHY_HERE = "Inpatients have lost baclofen this way, and were then investigated for something else (C-COX20, C-WHEEL)."
ADVICE = "Order baclofen at the home dose, or document why not; document the last dose."


@rule(
    implements="ABR-03",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SIGN],
    deciding=[*ORAL_NEEDS, ENCOUNTERS],
    refining=[*TIER_NEEDS, *SUSPICION_NEEDS, NUTRITION_ORDERS],
    sources=[sources.SEED, sources.LORAL, sources.OZO, sources.COX20, sources.WHEEL, sources.LYV, sources.GABLO],
    limits=[EARLY, limits.ORAL_MISSED, limits.HOME_MEDICINE_RECENT, limits.LONG_USE, limits.HIGH_ORAL_DOSE],
    overrides=["never-taken", "already-resumed", "serious-adverse-reaction", "comfort-care", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
    departs=[DEPARTS_PREVIOUS_DOSE],
    counter=[(ADMINISTRATIONS, "doses given"), (MEDICATION_REQUESTS, "orders of this stay")],
)
def omitted_at_admission(case: Case) -> Verdict:
    if case.oral is None:
        return Quiet("no baclofen by mouth", rests_on=ORAL_NEEDS)
    if case.stay is None:
        return Quiet("not in a hospital stay", rests_on=(ENCOUNTERS,))
    if case.oral.current:
        return Quiet("baclofen is ordered in this stay", rests_on=())
    if case.oral_change.orders:
        return Quiet("these drafts order baclofen", rests_on=())
    gap = case.interrupted_by(Kind.OMITTED)
    if gap is None:
        return Quiet("no home baclofen left out")
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}")
    if case.plans(Act.PATIENT_REFUSES) or any(Reason.PATIENT_REFUSES in o.reasons for o in case.oral.orders):
        return Quiet("the patient refuses, as documented", rests_on=())
    stayed = case.stay.hours(case.now)
    early = stayed is not None and stayed < case.moment.limit(EARLY)
    if case.stay.is_emergency and early:
        return Quiet(f"emergency visit of less than {case.moment.told(EARLY)}", rests_on=())
    since = gap.hours(case.now)
    summary = SUMMARY if case.last_oral_dose[0] else UNKNOWN_TIME
    toxic = toxic_line(case)
    return Card(
        urgency=Urgency.INFO if case.toxicity.makes_holding_right else _urgency(case, since, early=early),
        summary=TOXIC_SUMMARY if toxic else say(summary, what=with_dose(case.oral.dose), hours=int(since)),
        detail=(
            oral_exposure_line(case),
            *(toxic or (WHY_STOPPING_HARMS, ADVICE)),
            BY_TUBE,
            WHY_HERE,
            *early_signs(case),
        ),
        evidence=(*gap.evidence, *oral_evidence(case)),
        suggestions=("consult",) if toxic else ("resume-baclofen", "consult"),
        comfort=None if toxic else NOT_GIVEN,
        capped="signs of toxicity" if case.toxicity.makes_holding_right else "",
    )


def _urgency(case: Case, since: float, *, early: bool) -> Urgency:
    tier = case.oral_dependence.tier
    if since >= case.moment.limit(limits.ORAL_MISSED):
        return tier.urgency
    if early or not _other_orders_written(case):
        return Urgency.WARNING if tier is Tier.T3 else Urgency.INFO
    return Urgency.WARNING if tier >= Tier.T2 else Urgency.INFO


def _other_orders_written(case: Case) -> bool:
    """Whether anybody has ordered anything else in this stay."""
    assert case.stay is not None
    medicines = [o.start or o.authored for o in case.record.medication_orders if not o.is_statement]
    services = [o.authored or o.start for o in case.record.orders if o.resource_type != "Appointment"]
    return any(case.stay.contains(time) for time in (*medicines, *services))
