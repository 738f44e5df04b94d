"""Is there a planned, stepwise reduction, and is it slow enough? (FND-06)"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act, Drug, Reason
from cards.record.facts import DailyDose, DoseStep, MedicationOrder, Order
from cards.record.record import Record

_LIVE = frozenset({"active", "draft", "unknown", "on-hold", "in-progress", ""})
_ROUNDING = 0.1  # days: a date-only end, an hour of summer time


class Taper(msgspec.Struct, frozen=True):
    """A planned reduction. `is_within_limits` None: told in words, its steps cannot be checked."""

    reference: str
    is_within_limits: bool | None

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


def entered_taper(orders: Sequence[MedicationOrder]) -> tuple[DoseStep, ...]:
    """The steps that these orders describe together: one with a falling schedule, or several that follow in time."""
    for order in orders:
        if is_descending(order.dosage.steps):
            return order.dosage.steps
    dated = [o for o in orders if o.dosage.daily and o.start is not None]
    dated.sort(key=lambda o: o.start.earliest if o.start else datetime.max.replace(tzinfo=UTC))
    ends = [o.end for o in dated[:-1]]
    if len(dated) < 2 or any(end is None for end in ends):
        return ()
    follow = all(
        before.end.earliest <= after.start.latest
        for before, after in pairwise(dated) if before.end and after.start
    )  # fmt: skip
    steps = tuple(DoseStep(dose=o.dosage.daily, start=o.start, end=o.end) for o in dated)
    return steps if follow and is_descending(steps) else ()


def too_large_step(
    steps: Sequence[DoseStep], before: float | None, moment: Moment, *, is_child: bool
) -> tuple[float, float] | None:
    """The first fall, from and to (mg/day), that is too large or comes within seven days of the one before.

    `before` is the dose until now; a step of unknown length is taken as long enough.
    """
    known = [(s.dose.low, s.dose.high, _days(s)) for s in steps if s.dose]
    if before is not None:
        known = [(before, before, None), *known]
    for (low, _, days), (_, after, _) in pairwise(known):
        is_hasty = low > after and days is not None and days < moment.limit(limits.TAPER_STEP_DAYS) - _ROUNDING
        if is_hasty or low - after > allowed_step(low, moment, is_child=is_child):
            return low, after
    return None


def ending(steps: Sequence[DoseStep], before: float | None) -> tuple[float, float | None, float | None] | None:
    """How a taper to zero ends: last dose (mg/day), its days, and the days from the first step to zero.

    None where it does not end at zero: the last step goes on, or nobody says how long it lasts.
    """
    known = [s for s in steps if s.dose]
    above = [s for s in known if s.dose and s.dose.low > 0]
    is_open_end = not above or (above[-1] is known[-1] and _days(above[-1]) is None)
    if is_open_end or not above[-1].dose:
        return None
    start = before if before is not None else (above[0].dose.low if above[0].dose else 0.0)
    lowered = [_days(s) for s in above if s.dose and s.dose.low < start]
    total = sum(d for d in lowered if d is not None) if all(d is not None for d in lowered) else None
    return above[-1].dose.low, _days(above[-1]), total


def _checked(order: MedicationOrder, before_it: DailyDose | None, moment: Moment, *, is_child: bool) -> Taper:
    steps = [s for s in order.dosage.steps if s.dose]
    if before_it and steps[0].dose and before_it.unit == steps[0].dose.unit:
        steps.insert(0, DoseStep(dose=before_it))
    return Taper(order.reference, too_large_step(steps, None, moment, is_child=is_child) is None)


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
        return ended is not None and moment.now - ended.latest <= timedelta(days=moment.limit(limits.COMPLETED_PLAN))
    return plan.status in _LIVE and not (plan.end is not None and plan.end.is_past(moment.now))
