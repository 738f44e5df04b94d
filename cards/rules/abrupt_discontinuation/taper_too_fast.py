"""Is the taper that is being signed too fast?

When  drafts describe a reduction of baclofen by mouth in steps, and a step is over 10 mg/day and 25 % (a child: 25 %)
      or shorter than 7 days, or at T2 or T3 the whole takes under 14 days, or zero comes from over 10 mg/day or from
      a last dose held under 7 days
Then  say which step; a warning at T2 and T3, a reminder at T1
Else  quiet: no taper, slow enough, told in words only, short use

Known limits: a taper told only in words is not checked step by step.
"""

from cards import limits, sources
from cards.case import Case
from cards.comfort import REACTION, TAPER
from cards.hooks import ORDER_SIGN
from cards.needs import ENCOUNTERS, LABS
from cards.record.concepts import Reason
from cards.record.facts import DoseStep
from cards.rule import rule
from cards.scales.dependence import Tier
from cards.sentences import ORAL_NEEDS, TIER_NEEDS, oral_evidence, oral_exposure_line, told_dose
from cards.taper_builder import taper_days
from cards.timeline.taper import ending, entered_taper, too_large_step
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import amount, number, say

SUMMARY = "Planned baclofen taper is faster than {limit}: slow it or document why"
COMMON = (
    "Reductions of 5-10 mg/day a week are common practice; product texts stop over 1-2 weeks (C-UKSPC, C-PMSB). No "
    "validated limit exists: these limits are local judgement."
)
STILL = (
    "A correct taper lowers the risk, it does not exclude withdrawal: 41.7 °C during a gradual reduction from "
    "200 mg/day (C-MAN93). If symptoms return, go back to the last tolerated dose; plan the follow-up."
)


@rule(
    implements="ABR-07",
    hooks=[ORDER_SIGN],
    deciding=[*ORAL_NEEDS],
    refining=[*TIER_NEEDS, ENCOUNTERS, LABS],
    sources=[sources.SEED, sources.UKSPC, sources.PMSB, sources.MAN93],
    limits=[limits.ORAL_STEP_MG, limits.ORAL_STEP_SHARE, limits.TAPER_STEP_DAYS, limits.TAPER_TOTAL,
            limits.TAPER_LAST_STEP],
    overrides=["specialist-plan", "serious-adverse-reaction"],
    could_reach=Urgency.WARNING,
)  # fmt: skip
def taper_too_fast(case: Case) -> Verdict:
    drafts = (*case.oral_change.orders, *case.oral_change.later)
    steps = entered_taper(drafts)
    if not steps:
        return Quiet("no draft reduces baclofen by mouth in steps", rests_on=())
    if not case.doses_are_comparable:
        return Quiet("a dose is not plausible: not compared", rests_on=())
    if case.oral is None:
        return Quiet("no baclofen by mouth before")
    if case.oral_dependence.tier is Tier.T0:
        return Quiet(f"short or no use: {case.oral_dependence.because}")
    fault = _fault(case, steps)
    if fault is None:
        return Quiet("slow enough", rests_on=())
    limit, told = fault
    reasons = frozenset[Reason]().union(*(o.reasons for o in drafts))
    adverse = Reason.ADVERSE_REACTION in reasons
    mild = case.oral_dependence.tier is Tier.T1 or adverse
    slower = say("Options: steps of at most {step} every {days} days, or a note of the reason.",
                 step=_step_limit(case), days=taper_days(case))  # fmt: skip
    return Card(
        urgency=Urgency.INFO if mild else Urgency.WARNING,
        summary=say(SUMMARY, limit=limit),
        detail=(told, oral_exposure_line(case), COMMON, slower, STILL),
        evidence=(*(Evidence(o.reference, say("draft: {name} {dose}", name=o.product.name, dose=o.dosage.text
                                               or told_dose(o.dosage.daily)), o.authored) for o in drafts),
                  *oral_evidence(case)),
        suggestions=("taper",),
        comfort=REACTION if adverse else TAPER,
    )  # fmt: skip


def _fault(case: Case, steps: tuple[DoseStep, ...]) -> tuple[str, str] | None:
    """The limit that the schedule breaks, and how; None where it keeps them all."""
    child = case.is_child_by_tier
    dose = case.oral.dose if case.oral else None
    before = dose.low if dose and dose.unit == "mg/day" and dose.low == dose.high else None
    if found := too_large_step(steps, before, case.moment, is_child=child):
        told = f"Step from {number(found[0])} to {number(found[1])} mg/day."
        return f"{_step_limit(case)} a week", told
    end = ending(steps, before)
    if end is None or case.oral_dependence.tier < Tier.T2:
        return None
    last, held, total = end
    least = case.moment.limit(limits.TAPER_TOTAL)
    if total is not None and total < least - 0.1:
        return f"{amount(least, 'd')} overall", f"From the first step to zero in {amount(total, 'd')}."
    most, days = case.moment.limit(limits.TAPER_LAST_STEP), case.moment.limit(limits.TAPER_STEP_DAYS)
    if not child and (last > most or (held is not None and held < days - 0.1)):
        length = f" held for {amount(held, 'd')}" if held is not None else ""
        return f"{number(most)} mg/day for {number(days)} days before zero", (
            f"The last dose before zero is {number(last)} mg/day{length}: the schedule ends there."
        )
    return None


def _step_limit(case: Case) -> str:
    share = round(100 * case.moment.limit(limits.ORAL_STEP_SHARE))
    if case.is_child_by_tier:
        return f"{share} %"
    return f"{number(case.moment.limit(limits.ORAL_STEP_MG))} mg/day or {share} %"
