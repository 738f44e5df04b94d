"""Do the findings look like withdrawal from baclofen by mouth?

When  baclofen by mouth stopped, was held, left out, cut or ran out, and new findings reach the gate of the score
      (3 points after a probable interruption, 2 telling ones after a confirmed one, 6 with rigidity after a possible)
Then  restart; critical with a red flag or 6 points
Else  quiet: no interruption, too few findings, low tone (toxicity), short use

Known limits: the score is a count and no validated instrument; findings told only in a note's free text are not read;
what is missing from the chart may still have been taken.
"""

from cards import limits, sources
from cards.case import Case
from cards.comfort import REACTION, WEIGH
from cards.hooks import ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.mimics import mimic_evidence, mimic_lines, mimics
from cards.needs import ADMINISTRATIONS, CARE_PLANS, ENCOUNTERS, MEDICATION_REQUESTS
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.scales.toxicity import TOXICITY_NEEDS
from cards.scales.withdrawal_gate import Answer, fewest_points
from cards.sentences import (
    BY_TUBE,
    DEPARTS_MIDAZOLAM,
    DEPARTS_PRESSURE,
    DEPARTS_PREVIOUS_DOSE,
    ICU_BY_MOUTH,
    ORAL_NEEDS,
    TIER_NEEDS,
    adverse_reaction_line,
    oral_evidence,
    oral_exposure_line,
)
from cards.telling import (
    SIGNS,
    counted_line,
    first_certain,
    is_told_with_toxicity,
    needs_of_age,
    score_evidence,
    sepsis_line,
    uncertain_card,
)
from cards.timeline.interruptions import Interruption, Kind
from cards.verdict import Card, Comfort, Quiet, Urgency, Verdict
from cards.words import ago, hours, say

SUMMARY = "Suspected baclofen withdrawal (oral, about {gap} since {last}): restart now"
CUT = "Suspected baclofen withdrawal (oral, dose cut {gap} ago): back to the dose before"
LOWERED = "Suspected baclofen withdrawal (oral, dose lowered {gap} ago): back to the dose before"
TAPERED = "Suspected baclofen withdrawal (oral, taper under way): back to the last tolerated dose"
ADVERSE = "Suspected baclofen withdrawal (oral, about {gap} since it was stopped for an adverse reaction)"
ADVERSE_NO_TIME = "Suspected baclofen withdrawal (oral, stopped for an adverse reaction, last dose unknown)"
NO_TIME = "Suspected baclofen withdrawal (oral, last dose unknown): restart now"
IN_COMFORT = "Suspected baclofen withdrawal (oral) in comfort care: relieve spasm and agitation now"
RESTART = (
    "{back} now: the most effective treatment (C-ROM21); do not wait for confirmatory tests. In 23 cases symptoms "
    "resolved in 4-72 h (C-LEO05b)."
)
LOWER = {Kind.CUT: CUT, Kind.LOWERED: LOWERED, Kind.TAPER: TAPERED}
BACK = {
    Kind.CUT: "Back to the dose before the cut",
    Kind.LOWERED: "Back to the dose before",
    Kind.TAPER: "Back to the last tolerated dose",
}
DECIDE = "To restart is to weigh that against withdrawal: decide at once, together with who prescribes it."
LONG_GAP = "More than {gap} since the last dose: prescriber to confirm the dose; sedation monitoring (C-OD)."
RULE_NEEDS = (*ORAL_NEEDS, *SIGNS, ENCOUNTERS)


@rule(
    implements="WDR-01",
    hooks=[PATIENT_VIEW, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN],
    deciding=RULE_NEEDS,
    refining=[*TIER_NEEDS, *TOXICITY_NEEDS, CARE_PLANS],
    sources=[sources.SEED, sources.OVERDOSE, sources.ROM21, sources.LEO05, sources.DAL07, sources.ORALV,
             sources.KAO03, sources.PALS],
    limits=[limits.ORAL_MISSED, limits.ORAL_CONFIRMED, limits.SYMPTOMS_COUNT_FULLY, limits.VITALS_WINDOW,
            limits.SYMPTOMS_WINDOW],
    overrides=["alternative-diagnosis", "already-resumed", "comfort-care"],
    could_reach=Urgency.CRITICAL,
    departs=[DEPARTS_PREVIOUS_DOSE, DEPARTS_MIDAZOLAM, DEPARTS_PRESSURE],
    counter=[(ADMINISTRATIONS, "doses given"), (MEDICATION_REQUESTS, "orders")],
)  # fmt: skip
def oral(case: Case) -> Verdict:
    if case.oral is None:
        return Quiet("no baclofen by mouth", rests_on=ORAL_NEEDS)
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}", rests_on=ORAL_NEEDS)
    gap, score = case.oral_interruption, case.oral_findings
    too_few = score.points < fewest_points(case.moment)
    if gap is None or too_few:
        signs, goes_on = (*SIGNS, *needs_of_age(case)), (*ORAL_NEEDS, ENCOUNTERS, CARE_PLANS)  # a taper counts
        return first_certain(
            case,
            Quiet("too few findings of withdrawal", rests_on=signs if too_few else None),
            Quiet("baclofen by mouth goes on", rests_on=goes_on if gap is None else None),
        )
    judged = case.oral_gate
    if judged.answer is Answer.NO:
        return Quiet(f"below the gate: {judged.because}", rests_on=(*RULE_NEEDS, CARE_PLANS, *needs_of_age(case)))
    if judged.answer is Answer.TOXICITY:
        return Quiet("looks like toxicity: low tone without rigidity", rests_on=())
    since = f" {ago(gap.since, case.now, case.zone)}" if gap.is_timed else ""
    basis = "" if gap.basis == gap.kind else f", {gap.basis}"
    interruption = f"{gap.kind} ({gap.level.word})" + (f"{basis}{since}" if gap.since else "")
    counted = counted_line(score, interruption, case)
    if is_told_with_toxicity(case, judged, score):
        return Quiet("withdrawal or toxicity: told with toxicity", rests_on=())
    if judged.answer is Answer.UNCERTAIN:
        return uncertain_card(case, score, counted, (*gap.evidence, *oral_evidence(case)))
    told, act, offered = _restart(gap)
    considered = mimics(case)
    return Card(
        urgency=judged.urgency,
        summary=say(told, gap=hours(gap.hours(case.now)), last=_last_word(gap)),
        detail=(counted, act, *_after_a_long_gap(case, gap), oral_exposure_line(case), BY_TUBE, ICU_BY_MOUTH,
                *sepsis_line(case, score), *mimic_lines(considered)),
        evidence=(*score_evidence(score), *gap.evidence, *oral_evidence(case), *mimic_evidence(considered)),
        suggestions=(*offered, "labs", "icu", "midazolam", "consult")
        if judged.urgency is Urgency.CRITICAL else (*offered, "labs", "icu", "consult"),
        comfort=_in_comfort_care(case, gap),
        not_counted=score.not_counted,
    )  # fmt: skip


def _in_comfort_care(case: Case, gap: Interruption) -> Comfort:
    """Whoever relieves hears why baclofen was stopped, and is offered none after a reaction to it."""
    told = (*_after_a_long_gap(case, gap), oral_exposure_line(case), BY_TUBE)
    why = adverse_reaction_line((gap.order,)) if gap.order else ()
    return Comfort(IN_COMFORT, (*why, WEIGH, *told), REACTION.offer, gives_baclofen=False) if why else Comfort(
        IN_COMFORT, told)  # fmt: skip


def _restart(gap: Interruption) -> tuple[str, str, tuple[str, ...]]:
    """Summary, what to do first, and whether the drug is offered: what was stopped for a reaction is not."""
    if gap.order and (adverse := adverse_reaction_line((gap.order,))):
        return ADVERSE if gap.is_timed else ADVERSE_NO_TIME, f"{adverse[0]} {DECIDE}", ()
    told = SUMMARY if gap.is_timed else NO_TIME
    act = say(RESTART, back=BACK.get(gap.kind, "Restart baclofen at the last dose"))
    return LOWER.get(gap.kind, told), act, ("resume-baclofen",)


def _last_word(gap: Interruption) -> str:
    """What the hours are counted from, in two words: a dose only where one is known."""
    if gap.basis == "last dose given" or "possible" in gap.basis:
        return "last dose"
    if gap.order and gap.since == gap.order.ended_at:
        return "it was stopped" if gap.kind in (Kind.STOPPED, Kind.REPORTED) else "the order ended"
    return "supply ended" if gap.kind is Kind.SUPPLY_OUT else "supply or order ended"


def _after_a_long_gap(case: Case, gap: Interruption) -> tuple[str, ...]:
    since = gap.hours(case.now)
    return (
        (LONG_GAP.format(gap=case.moment.told(limits.RESTART_FULL)),)
        if since > case.moment.limit(limits.RESTART_FULL)
        else ()
    )
