"""How bad would stopping be? Tiers T0 to T3 (FND-03).

No validated threshold of dose or duration exists; the label warns of any abrupt stop (C-LORAL). The tiers are a
judgement: never zero for a pump, graded by mouth.
"""

from enum import IntEnum

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Problem
from cards.record.facts import Condition
from cards.scales.age import Age
from cards.timeline.oral import OralExposure
from cards.verdict import Urgency
from cards.words import counted


class Tier(IntEnum):
    """T0: no card. T1 info, T2 warning, T3 critical for an unplanned full stop."""

    T0 = 0
    T1 = 1
    T2 = 2
    T3 = 3

    @property
    def urgency(self) -> Urgency:
        """The default indicator for an unplanned full stop; of T0 the lowest, which no rule shows."""
        return (Urgency.INFO, Urgency.INFO, Urgency.WARNING, Urgency.CRITICAL)[self]


class Dependence(msgspec.Struct, frozen=True):
    """A tier and the words for it: "60 mg/day for at least 200 days"; what had to be assumed."""

    tier: Tier
    because: str
    assumed: tuple[str, ...] = ()
    raised_by: tuple[str, ...] = ()


# The label's three "apparent risk" groups (C-LITB, published) and epilepsy, both routes, pregnancy (judgement).
_RISKS: tuple[tuple[str, str], ...] = (
    (Problem.BACLOFEN_WITHDRAWAL, "earlier baclofen withdrawal"),
    (Problem.SPINAL_CORD_INJURY_HIGH, "spinal cord injury at T6 or above"),
    (Problem.COMMUNICATION_DIFFICULTY, "communication difficulty"),
    (Problem.EPILEPSY, "epilepsy"),
    (Problem.PREGNANCY, "pregnancy"),
)


def risk_modifiers(conditions: tuple[Condition, ...], *, is_combined: bool) -> tuple[str, ...]:
    """What raises T2 to T3. An earlier withdrawal counts though it is over; pregnancy only while it lasts."""
    found = [
        words for concept, words in _RISKS
        if any(concept in c.concepts and (c.is_active or concept == Problem.BACLOFEN_WITHDRAWAL) for c in conditions)
    ]  # fmt: skip
    return (*found, *(("oral and intrathecal combined",) if is_combined else ()))


def oral_dependence(
    exposure: OralExposure,
    conditions: tuple[Condition, ...],
    age: Age,
    weight_kg: float | None,
    moment: Moment,
    *,
    is_combined: bool,
) -> Dependence:
    """The tier of an exposure by mouth."""
    if exposure.is_never_taken:
        return Dependence(Tier.T0, "never taken")
    if exposure.is_screening_only:
        return Dependence(Tier.T0, "one screening dose")
    if exposure.is_prn_only:
        return Dependence(Tier.T0, "as needed, less than three days a week")
    assumed: list[str] = []
    days = _days(exposure, conditions, moment, assumed)
    long_use, short_use = moment.limit(limits.LONG_USE), moment.limit(limits.SHORT_USE)
    low, high = _dose_limits(age, weight_kg, moment, assumed)
    dose = exposure.dose.low if exposure.dose and exposure.dose.unit == "mg/day" else None
    if days is None:
        tier = Tier.T1
    elif dose is None:
        assumed.append("dose not recorded")
        tier = Tier.T2 if days >= short_use else Tier.T0
    elif dose >= high:
        tier = Tier.T3 if days >= long_use else Tier.T2 if days >= short_use else Tier.T1
    elif days < short_use:
        tier = Tier.T0
    elif days < long_use or dose < low:
        tier = Tier.T1
    else:
        tier = Tier.T2
    raised = risk_modifiers(conditions, is_combined=is_combined) if tier is Tier.T2 else ()
    if raised:
        tier = Tier.T3
    told = f"{dose:g} mg/day" if dose is not None else "dose not recorded"
    return Dependence(tier, f"{told} {_told_duration(days)}".strip(), tuple(assumed), raised)


def _told_duration(days: float | None) -> str:
    """How long it was taken; less than a day is not worth saying."""
    if days is None:
        return "since an unknown date"
    return f"for at least {counted(int(days), 'day')}" if days >= 1 else ""


def _days(
    exposure: OralExposure, conditions: tuple[Condition, ...], moment: Moment, assumed: list[str]
) -> float | None:
    """Days of use; None where the start is unknown and nothing says that use is chronic."""
    long_use = moment.limit(limits.LONG_USE)
    if exposure.since is not None and (exposure.days >= long_use or exposure.is_start_certain):
        return exposure.days
    chronic = any(Problem.SPASTICITY_INDICATION in c.concepts and c.is_active for c in conditions) or any(
        o.is_continuous or Problem.SPASTICITY_INDICATION in o.indications for o in exposure.orders
    )
    if chronic:
        least = moment.told(limits.LONG_USE)
        assumed.append(f"start not recorded: taken as {least} or more, for the indication is chronic")
        return long_use
    if exposure.since is not None and exposure.days >= moment.limit(limits.SHORT_USE):
        return exposure.days
    assumed.append("start not recorded")
    return None


def _dose_limits(age: Age, weight_kg: float | None, moment: Moment, assumed: list[str]) -> tuple[float, float]:
    """The doses, mg/day, from which use counts as more than low and as high."""
    low, high = moment.limit(limits.LOW_ORAL_DOSE), moment.limit(limits.HIGH_ORAL_DOSE)
    if not age.is_under(moment.limit(limits.TIER_ADULT_AGE)):
        return low, high
    if weight_kg is None:
        assumed.append("weight not recorded: half the adult doses taken as limits")
        return low / 2, high / 2
    return (
        moment.limit(limits.LOW_ORAL_DOSE_CHILD) * weight_kg,
        moment.limit(limits.HIGH_ORAL_DOSE_CHILD) * weight_kg,
    )
