"""Is there a planned, stepwise reduction, and is it slow enough? (FND-06)"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act, Drug, Reason
from cards.record.facts import DailyDose, DoseStep, MedicationOrder, Order
from cards.record.record import Record
from cards.record.when import When

_LIVE = frozenset({"active", "draft", "unknown", "on-hold", "in-progress", ""})
_JUST_OVER = timedelta(days=30)  # judgement: a taper plan completed within a month explains a stop


class Taper(msgspec.Struct, frozen=True):
    """A planned reduction. `is_within_limits` None: told in words, its steps cannot be checked."""

    reference: str
    is_within_limits: bool | None
    next_step: When | None = None
    too_fast: str = ""  # "60 to 30 mg/day in one step"

    @property
    def excuses(self) -> bool:
        """Whether it is a reason not to warn of an abrupt stop."""
        return self.is_within_limits is not False


def taper_of(
    record: Record, orders: Sequence[MedicationOrder], before: DailyDose | None, moment: Moment, *, is_child: bool
) -> Taper | None:
    """The taper that these baclofen orders, or a plan in the chart that names baclofen, describe; None without one.

    `before`: the dose taken until now, with which a drafted taper's first step is compared.
    """
    for order in orders:
        if order.status in _LIVE and is_descending(order.dosage.steps):
            return _checked(order, before if order.is_draft else None, moment, is_child=is_child)
    for order in orders:
        if Reason.PLANNED_TAPER in order.reasons or Act.TAPER_PLAN in order.acts:
            return Taper(order.reference, None)
    for plan in record.orders:
        if Act.TAPER_PLAN in plan.acts and Drug.BACLOFEN in plan.drugs and _holds(plan, moment):
            return Taper(plan.reference, None)
    return None


def is_descending(steps: Sequence[DoseStep]) -> bool:
    """A schedule whose doses never rise and fall at least once."""
    doses = [step.dose.low for step in steps if step.dose]
    return len(doses) > 1 and all(a >= b for a, b in pairwise(doses)) and doses[0] > doses[-1]


def allowed_step(dose: float, moment: Moment, *, is_child: bool) -> float:
    """The largest reduction within seven days, mg/day, from an oral daily dose in mg/day."""
    share = moment.limit(limits.ORAL_STEP_SHARE) * dose
    return share if is_child else max(moment.limit(limits.ORAL_STEP_MG), share)


def _checked(order: MedicationOrder, before_it: DailyDose | None, moment: Moment, *, is_child: bool) -> Taper:
    steps = [s for s in order.dosage.steps if s.dose]
    if before_it and steps[0].dose and before_it.unit == steps[0].dose.unit:
        steps.insert(0, DoseStep(dose=before_it))
    upcoming = [s.start for s in steps if s.start and not s.start.may_be_past(moment.now)]
    next_step = min(upcoming, key=lambda w: w.earliest, default=None)
    for before, after in pairwise(steps):
        assert before.dose
        assert after.dose
        cut = before.dose.low - after.dose.high
        days = _days(before)
        if cut > allowed_step(before.dose.low, moment, is_child=is_child) or (
            cut > 0 and days is not None and days < 7
        ):
            told = f"{before.dose.low:g} to {after.dose.high:g} mg/day in one step"
            return Taper(order.reference, False, next_step, told)
    return Taper(order.reference, True, next_step)


def _days(step: DoseStep) -> float | None:
    if step.days is not None:
        return step.days
    if step.start and step.end:
        return (step.end.latest - step.start.earliest).total_seconds() / 86400
    return None


def _holds(plan: Order, moment: Moment) -> bool:
    """Under way, or completed within the last month."""
    ended = plan.end or plan.start or plan.authored
    if plan.status == "completed":
        return ended is not None and moment.now - ended.latest <= _JUST_OVER
    return plan.status in _LIVE and not (plan.end is not None and plan.end.is_past(moment.now))
