"""Is baclofen being started or increased in somebody whose kidneys do not excrete it?

When  a draft starts baclofen or raises its dose, and the newest eGFR of a year is under 60, or acute kidney injury was
      found within 7 days (which overrides the eGFR), or the patient is on dialysis; or none is recorded at 65 or over,
      with chronic kidney disease or a neurogenic bladder
Then  by mouth: eGFR 30-59 a warning from 15 mg/day on, a reminder below; under 30 or acute injury a warning, critical
      from 20 mg/day on; dialysis critical; not recorded or by pump a reminder
Else  quiet: no start and no increase, eGFR of 60 or over, dose not comparable

Known limits: the eGFR is not settled in acute injury, and reads too well where there is little muscle, as in long
paralysis.
"""

from cards import limits, sources
from cards.case import Case
from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.limits import PUBLISHED, limit
from cards.needs import ENCOUNTERS, LABS
from cards.record.concepts import Problem
from cards.record.facts import DailyDose
from cards.rule import rule
from cards.scales.kidney import DIALYSIS_RECENT, KIDNEY_NEEDS, Grade, Kidney
from cards.sentences import ORAL_NEEDS, TIER_NEEDS, told_dose, with_dose
from cards.telling import needs_of_age
from cards.timeline.regimen import Change, is_selected
from cards.verdict import Card, Evidence, Quiet, Urgency, Verdict
from cards.words import say

REDUCED_DOSE = limit("renal_dose_reduced", 15, "mg/day", limits.JUDGEMENT, sources.MUA19)
POOR_DOSE = limit("renal_dose_poor", 20, "mg/day", PUBLISHED, sources.MUA19, "encephalopathy at 20 mg/day and more")

SUMMARY = "Baclofen {dose} with {kidney}: encephalopathy risk; avoid or reduce"
UNKNOWN = "Baclofen: no eGFR within a year. Check creatinine before the dose is set"
NOT_WORKED_OUT = "Baclofen: no eGFR within a year, {creatinine}. Work out the eGFR before the dose is set"
OLDER = "Baclofen: the eGFR is older than {creatinine}. Work out the eGFR before the dose is set"
BY_PUMP = "Intrathecal baclofen with {kidney}: watch for sedation"
EXCRETED = "Baclofen is excreted mainly by the kidney: caution, lower doses (C-LORAL)."
REDUCED = (
    "eGFR {poor:g}-{below:g}: reduce, to about half. Encephalopathy at 20 mg/day or more against less: RR 3.5, "
    "absolute +0.42 % (eGFR 45-59) and +1.23 % (30-44), age 66 and over (C-MUA19)."
)
POOR = (
    "eGFR under {poor:g}: avoid (C-WOLF18); absolute risk +2.9 % (C-MUA19). If it cannot be avoided, start low: "
    "7.5 mg/day is reported in CKD 4-5 (C-CHE20)."
)
POOR_CHILD = "eGFR under {poor:g}: avoid (C-WOLF18); absolute risk +2.9 % (C-MUA19, adults)."
DIALYSIS = "Dialysis: avoid; toxicity is reported after 5-10 mg (C-CHE20, C-KOR04)."
PUMP = "Systemic exposure from the pump is small; the label asks for caution."
CANNOT = "{creatinine} is recorded: the eGFR cannot be worked out from it without sex and an age of an adult."
ACUTE = "Acute kidney injury within {span}: the eGFR is not settled and was not used."


@rule(
    implements="REN-01",
    hooks=[ORDER_SELECT, ORDER_SIGN],
    deciding=[*KIDNEY_NEEDS, *ORAL_NEEDS],
    refining=[*TIER_NEEDS, ENCOUNTERS],
    sources=[sources.SEED, sources.LORAL, sources.MUA19, sources.WOLF18, sources.CHE20, sources.KOR04, sources.VLA14,
             sources.INK21],
    limits=[limits.EGFR_REDUCED, limits.EGFR_POOR, limits.EGFR_VALID, limits.AKI_VALID, limits.ELDERLY, REDUCED_DOSE,
            POOR_DOSE, DIALYSIS_RECENT],
    overrides=["specialist-plan", "data-incorrect"],
    could_reach=Urgency.CRITICAL,
)  # fmt: skip
def new_or_increased(case: Case) -> Verdict:
    oral, pump = case.oral_change, case.pump_change
    if not (_is_users(oral, case) or _is_users(pump, case)):
        return Quiet("no draft orders baclofen", rests_on=())
    by_mouth = _is_users(oral, case) and _is_more(case.oral.dose if _is_taken(case) and case.oral else None, oral, case)
    by_pump = _is_users(pump, case) and _is_more(case.pump.dose if case.pump else None, pump, case)
    if not (by_mouth or by_pump):
        return Quiet("neither a start nor an increase", rests_on=ORAL_NEEDS)
    kidney = case.kidney
    if kidney.grade is Grade.UNKNOWN:
        return _not_recorded(case)
    if not kidney.is_reduced:
        return Quiet(f"eGFR of {case.moment.limit(limits.EGFR_REDUCED):g} or more", rests_on=kidney.rests_on)
    if not by_mouth:
        return Card(
            urgency=Urgency.INFO,
            summary=say(BY_PUMP, kidney=kidney.because),
            detail=(say("Kidney: {because}.", because=kidney.because), PUMP),
            evidence=(*kidney.evidence, *_drafts(pump)),
            suggestions=("nephrology",),
        )
    dose = oral.after if oral.is_after_known and case.doses_are_comparable else None
    return Card(
        urgency=_urgency(kidney, dose, case),
        summary=say(SUMMARY, dose=told_dose(dose) or "(dose not entered)", kidney=_short(kidney)),
        detail=(say("{what} by mouth; {because}.", what=with_dose(dose).capitalize(), because=kidney.because),
                *_advice(kidney, case), EXCRETED),
        evidence=(*kidney.evidence, *_drafts(oral)),
        suggestions=("nephrology",),
    )  # fmt: skip


def _is_users(change: Change, case: Case) -> bool:
    return any(is_selected(o.reference, case.moment) for o in change.orders)


def _is_taken(case: Case) -> bool:
    """Whether baclofen by mouth was taken until lately: after over 30 days without, an order is a new start."""
    if case.oral is None or case.oral.is_never_taken or case.oral.last_covered is None:
        return False
    gap = (case.now - case.oral.last_covered).total_seconds() / 86400
    return gap <= case.moment.limit(limits.BRIDGED_GAP)


def _is_more(before: DailyDose | None, change: Change, case: Case) -> bool:
    """A start, or a higher dose than until now. Doses that cannot be compared are no increase."""
    is_start = not _is_taken(case) if change is case.oral_change else case.pump is None or case.pump.order is None
    if is_start:
        return True
    after = change.after
    if before is None or after is None or before.unit != after.unit or not case.doses_are_comparable:
        return False
    return after.high > before.high


def _not_recorded(case: Case) -> Verdict:
    reasons = [
        *(["age 65 or over"] if case.age.is_at_least(case.moment.limit(limits.ELDERLY)) else []),
        *(["chronic kidney disease"] if case.has_problem(Problem.CKD) else []),
        *(["neurogenic bladder"] if case.has_problem(Problem.NEUROGENIC_BLADDER) else []),
    ]
    kidney = case.kidney
    if not reasons or not case.saw(LABS):
        rests_on = dict.fromkeys((*kidney.rests_on, *needs_of_age(case)))
        return Quiet("no eGFR recorded, and nothing asks for one", rests_on=tuple(rests_on))
    measured, older = kidney.creatinine, kidney.older_egfr
    without = say("The newest eGFR ({older}) is older", older=older) if older else "No eGFR within a year"
    return Card(
        urgency=Urgency.INFO,
        summary=say(OLDER if older else NOT_WORKED_OUT, creatinine=measured) if measured else UNKNOWN,
        detail=(
            f"{without}, and {', '.join(reasons)}.",
            EXCRETED,
            say(CANNOT, creatinine=measured[:1].upper() + measured[1:]) if measured else "Check creatinine and eGFR.",
        ),
        evidence=(*kidney.evidence, *_drafts(case.oral_change), *_drafts(case.pump_change)),
    )


def _urgency(kidney: Kidney, dose: DailyDose | None, case: Case) -> Urgency:
    amount = dose.high if dose else 0.0
    if kidney.grade is Grade.DIALYSIS:
        return Urgency.CRITICAL
    if kidney.grade is Grade.POOR:
        return Urgency.CRITICAL if amount >= case.moment.limit(POOR_DOSE) else Urgency.WARNING
    return Urgency.WARNING if amount >= case.moment.limit(REDUCED_DOSE) else Urgency.INFO


def _advice(kidney: Kidney, case: Case) -> tuple[str, ...]:
    if kidney.grade is Grade.DIALYSIS:
        return (DIALYSIS,)
    under, reduced = case.moment.limit(limits.EGFR_POOR), case.moment.limit(limits.EGFR_REDUCED)
    poor = (POOR if case.is_adult_for_doses else POOR_CHILD).format(poor=under)
    if kidney.grade is Grade.POOR:
        return (ACUTE.format(span=case.moment.told(limits.AKI_VALID)), poor) if kidney.is_acute else (poor,)
    return (REDUCED.format(poor=under, below=reduced - 1),)


def _short(kidney: Kidney) -> str:
    return "acute kidney injury" if kidney.is_acute else kidney.because.partition(" mL/min/1.73 m2")[0]


def _drafts(change: Change) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(o.reference, say("draft: {name} {dose}", name=o.product.name, dose=o.dosage.text), o.authored)
        for o in change.orders
    )
