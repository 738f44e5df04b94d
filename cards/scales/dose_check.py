"""Can this dose be meant? (FND-02)

A unit error is never read as a discontinuation: a dose in doubt is not compared with another one. Doses that are high
but used (over the label maximum, in alcohol-use disorder) are told and still compared.
"""

from collections.abc import Iterable

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import Act, Route
from cards.record.facts import DailyDose, MedicationOrder
from cards.scales.age import Age
from cards.verdict import Urgency
from cards.words import number

_MCG_PER_MG = 1000
_ORAL = frozenset({Route.ORAL, Route.UNKNOWN})


class Doubt(msgspec.Struct, frozen=True):
    """One order whose dose can hardly be meant. `is_comparable`: high or low, but not a matter of units."""

    order: MedicationOrder
    urgency: Urgency
    told: str  # the dose as written: "20 mcg", "350 mg/day"
    because: str
    is_comparable: bool = False

    @property
    def is_intrathecal(self) -> bool:
        return self.order.route is Route.INTRATHECAL


def dose_doubts(
    orders: Iterable[MedicationOrder], before: DailyDose | None, age: Age, weight_kg: float | None, moment: Moment
) -> tuple[Doubt, ...]:
    """The doubtful ones of these baclofen orders, the most urgent first. `before`: the pump's dose until now."""
    found = [d for o in orders if (d := _by_pump(o, before, moment) or _by_mouth(o, age, weight_kg, moment))]
    return tuple(sorted(found, key=lambda d: d.urgency, reverse=True))


def is_unit_slip(before: DailyDose | None, after: DailyDose | None) -> bool:
    """Exactly a thousandth: mg and mcg mixed up, not a reduction."""
    if before is None or after is None or before.unit != after.unit or after.high <= 0:
        return False
    return abs(before.low / after.high - _MCG_PER_MG) < 1e-6 * _MCG_PER_MG


def _by_pump(order: MedicationOrder, before: DailyDose | None, moment: Moment) -> Doubt | None:
    dose = order.dosage.daily
    if order.route is not Route.INTRATHECAL or dose is None or Act.SCREENING_BOLUS in order.acts:
        return None
    if dose.high > moment.limit(limits.ITB_CHECK):
        urgency = Urgency.CRITICAL if dose.high > moment.limit(limits.ITB_CHECK_CRITICAL) else Urgency.WARNING
        in_mg = order.dosage.doubtful_unit.startswith("milligrams")
        told = f"{number(dose.high / _MCG_PER_MG)} mg/day" if in_mg else f"{number(dose.high)} mcg/day"
        why = (
            f"{number(dose.high)} mcg/day by an intrathecal route: mg entered for mcg? Usual are 300-800 mcg/day "
            "(C-GABLO); up to 2,000 mcg/day is reported (C-DK)."
        )
        return Doubt(order, urgency, told, why)
    if 0 < dose.high < moment.limit(limits.ITB_CHECK_LOW):
        if order.is_draft and is_unit_slip(before, dose):
            why = f"{number(dose.high, 3)} mcg/day is exactly a thousandth of the dose until now: mg and mcg mixed up?"
            return Doubt(order, Urgency.WARNING, f"{number(dose.high, 3)} mcg/day", why)
        why = f"{number(dose.high, 3)} mcg/day by an intrathecal route is below any usual dose (C-GABLO)."
        return Doubt(order, Urgency.INFO, f"{number(dose.high, 3)} mcg/day", why, is_comparable=True)
    return None


def _by_mouth(order: MedicationOrder, age: Age, weight_kg: float | None, moment: Moment) -> Doubt | None:
    dose = order.dosage.daily
    if order.route not in _ORAL:
        return None
    if doubt := order.dosage.doubtful_unit:
        return Doubt(order, Urgency.WARNING, _in_micrograms(order), f"The dose reads as {doubt}")
    if dose is None or order.dosage.is_prn:
        return None
    told = f"{number(dose.high)} mg/day"
    if dose.high > moment.limit(limits.ORAL_CHECK):
        why = f"{told} by mouth: far above the label maximum of 80 mg/day (C-MEDSC)."
        return Doubt(order, Urgency.WARNING, told, why)
    child = age.is_under(moment.limit(limits.DOSE_ADULT_AGE))
    if child and weight_kg is not None:
        if dose.high <= moment.limit(limits.CHILD_CHECK) * weight_kg:
            return None
        most = number(moment.limit(limits.CHILD_CHECK))
        why = f"{told} for {number(weight_kg)} kg is more than {most} mg/kg/day in a child."
        return Doubt(order, Urgency.WARNING, told, why)
    if dose.high > moment.limit(limits.RESTART_MAX_ORAL):
        unknown = " Weight not recorded: the adult maximum was taken." if child else ""
        most = "the label maximum of 80 mg/day (C-MEDSC)"
        if moment.is_own(limits.RESTART_MAX_ORAL):
            most = f"this site's maximum of {moment.told(limits.RESTART_MAX_ORAL)}"
        why = f"Above {most}; common in alcohol-use disorder.{unknown}"
        return Doubt(order, Urgency.INFO, told, why, is_comparable=True)
    return None


def _in_micrograms(order: MedicationOrder) -> str:
    """As it was written: "20 mcg" a dose, else a day."""
    if order.dosage.single:
        return f"{number(order.dosage.single * _MCG_PER_MG)} mcg"
    dose = order.dosage.daily
    return f"{number(dose.high * _MCG_PER_MG)} mcg/day" if dose else "dose"
