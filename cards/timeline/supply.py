"""When did the supply at home run out? (FND-04, supply end)

Early refills stack; the clock stands still during hospital stays. Samples, other pharmacies and cash fills are
invisible here: whatever is said of supply says so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from cards.record.facts import DailyDose, Dispense
from cards.record.quantities import lasting
from cards.record.when import When, later

_FILLED = frozenset({"completed", "in-progress", "unknown", ""})


class Supply(msgspec.Struct, frozen=True):
    """The end of all fills laid end to end, and the last fill."""

    ends: When
    last_fill: Dispense


def supply_of(
    dispenses: Sequence[Dispense], stays: Sequence[tuple[datetime, datetime]], dose: DailyDose | None
) -> Supply | None:
    """The supply of these fills; None where no fill has a date and a length."""
    fills = sorted(
        ((d.when, days, d) for d in dispenses if d.status in _FILLED and d.when and (days := _days(d, dose))),
        key=lambda fill: fill[0].earliest,
    )
    if not fills:
        return None
    first = fills[0][0]
    earliest, latest = first.earliest, first.latest
    for filled, days, _ in fills:
        earliest = _after(max(earliest, filled.earliest), days, stays)
        latest = _after(max(latest, filled.latest), days, stays)
    precision = "instant" if latest - earliest < timedelta(hours=1) else "day"
    return Supply(When(earliest, latest, precision), fills[-1][2])


def _days(fill: Dispense, dose: DailyDose | None) -> float | None:
    if fill.days_supply:
        return fill.days_supply
    daily = fill.dosage.daily or dose
    if fill.quantity_mg and daily and daily.unit == "mg/day" and daily.low > 0:
        return lasting(fill.quantity_mg / daily.low)
    return None


def _after(start: datetime, days: float, stays: Sequence[tuple[datetime, datetime]]) -> datetime:
    """`days` of use later, hospital time not counted."""
    end = later(start, days)
    for admitted, discharged in sorted(stays):
        if admitted < end and discharged > start:
            end += discharged - max(admitted, start)
    return end
