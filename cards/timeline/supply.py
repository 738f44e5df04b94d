"""When did the supply at home run out? (FND-04, supply end)

Early refills stack; the clock stands still during hospital stays. Samples, other pharmacies and cash fills are
invisible here: whatever is said of supply says so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from cards.record.facts import DailyDose, Dispense
from cards.record.when import When

_FILLED = frozenset({"completed", "in-progress", "unknown", ""})


class Supply(msgspec.Struct, frozen=True):
    """The end of all fills laid end to end, and the last fill."""

    ends: When
    last_fill: Dispense


def supply_of(
    dispenses: Sequence[Dispense], stays: Sequence[tuple[datetime, datetime]], dose: DailyDose | None
) -> Supply | None:
    """The supply of these fills; None where no fill has a date and a length."""
    fills = [(d, days) for d in dispenses if d.status in _FILLED and d.when and (days := _days(d, dose))]
    if not fills:
        return None
    fills.sort(key=lambda fill: fill[0].when.earliest if fill[0].when else datetime.max)
    earliest = latest = None
    for fill, days in fills:
        assert fill.when is not None
        earliest = _after(max(earliest, fill.when.earliest) if earliest else fill.when.earliest, days, stays)
        latest = _after(max(latest, fill.when.latest) if latest else fill.when.latest, days, stays)
    assert earliest and latest
    exact = "instant" if latest - earliest < timedelta(hours=1) else "day"
    return Supply(When(earliest, latest, exact), fills[-1][0])


def _days(fill: Dispense, dose: DailyDose | None) -> float | None:
    if fill.days_supply:
        return fill.days_supply
    daily = fill.dosage.daily or dose
    if fill.quantity_mg and daily and daily.unit == "mg/day" and daily.low > 0:
        return fill.quantity_mg / daily.low
    return None


def _after(start: datetime, days: float, stays: Sequence[tuple[datetime, datetime]]) -> datetime:
    """`days` of use later, hospital time not counted."""
    end = start + timedelta(days=days)
    for admitted, discharged in sorted(stays):
        if admitted < end and discharged > start:
            end += discharged - max(admitted, start)
    return end
