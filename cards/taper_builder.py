"""A stepwise reduction of baclofen by mouth for adults: which doses, how long each (ABR-07, judgement throughout)."""

import math

from cards import limits, sources
from cards.case import Case
from cards.limits import JUDGEMENT, limit
from cards.moment import Moment
from cards.record.concepts import Problem
from cards.scales.dependence import Tier

BUILT_FROM = limit("taper_built_from", 5, "mg/day", JUDGEMENT, sources.UKSPC, "a lower dose needs no steps of 5 mg")
INTERVAL = limit("taper_interval", 7, "d", JUDGEMENT, sources.UKSPC, "between two steps")
SLOW_INTERVAL = limit("taper_interval_slow", 14, "d", JUDGEMENT, sources.UKSPC, "at high dependence or risk")
TABLET = 5.0  # mg: the smallest tablet is 5 mg
HALVES_FROM = 15  # mg/day, from here down tablets are halved
_MAX_STEPS = 40


def taper_steps(daily_mg: float, moment: Moment) -> list[float]:
    """Daily doses of a taper, mg/day, from the present dose down to 0 (ABR-07, judgement).

    Each step is the larger of 5 mg/day and the largest multiple of 5 up to 25 % of the dose, which from 40 mg/day
    down is never over 10. What tablets cannot make is rounded up: to 5 mg, from 15 mg/day down to 2.5 mg (halves).
    """
    share = moment.limit(limits.ORAL_STEP_SHARE)
    steps, dose = [daily_mg], daily_mg
    while dose > 0 and len(steps) < _MAX_STEPS:
        lower = max(0.0, dose - max(TABLET, TABLET * int(share * dose // TABLET)))
        unit = _tablet(lower)
        rounded = unit * math.ceil(lower / unit)
        dose = rounded if rounded < dose else lower
        steps.append(dose)
    return steps


def _tablet(daily_mg: float) -> float:
    """What a dose is made of, mg: tablets of 5 mg, or their halves."""
    return TABLET / 2 if daily_mg <= HALVES_FROM else TABLET


def taper_days(case: Case) -> int:
    """Days between two steps: two weeks at high dependence or risk, and where the kidneys excrete less."""
    withdrawn = any(Problem.BACLOFEN_WITHDRAWAL in c.concepts for c in case.record.conditions)
    slow = (
        case.oral_dependence.tier is Tier.T3
        or case.age.is_at_least(case.moment.limit(limits.ELDERLY))
        or case.has_problem(Problem.EPILEPSY)
        or withdrawn
        or case.kidney.is_reduced
    )
    return round(case.moment.limit(SLOW_INTERVAL if slow else INTERVAL))


def split_in_three(daily_mg: float) -> list[float]:
    """Single doses, mg, in tablets of 5 mg (halves from 15 mg/day down); the larger ones last, zeros left out."""
    unit = _tablet(daily_mg)
    whole = round(daily_mg / unit)
    parts = [unit * ((whole + i) // 3) for i in range(3)]
    return [part for part in parts if part]
