"""Is the pump programmed as prescribed? Daily dose and concentration as read at the pump, beside the order (PMP-03)."""

import msgspec

from cards.moment import Moment
from cards.record.concepts import Measure
from cards.record.facts import Observation
from cards.record.record import Record
from cards.record.when import latest
from cards.timeline.pump import Pump
from cards.verdict import Evidence


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that differs from the order. `gives_less`: the patient would get less than prescribed."""

    setting: str  # "daily dose" | "concentration"
    programmed: float
    prescribed: float
    unit: str
    gives_less: bool
    evidence: tuple[Evidence, ...]

    @property
    def share(self) -> float:
        """The difference as a share of what is prescribed."""
        return abs(self.programmed - self.prescribed) / self.prescribed


def mismatches(pump: Pump, record: Record, moment: Moment, *, beyond: float) -> tuple[Mismatch, ...]:
    """Settings read at or after the order that differ from it by more than this share, the dose first.

    A programmed concentration above the drug's makes the pump give less: it takes each mL for more than it holds.
    """
    order = pump.order
    if order is None or pump.order_ended is not None:
        return ()
    begun = order.start or order.authored
    evidence = Evidence(order.reference, f"intrathecal order: {order.product.name}", begun)
    found: list[Mismatch] = []
    dose = _newest(record, Measure.PUMP_DAILY_DOSE, pump, moment)
    if dose and dose.value and pump.dose and pump.dose.unit == "mcg/day" and pump.dose.low > 0:
        prescribed = min((pump.dose.low, pump.dose.high), key=lambda d: abs(d - (dose.value or 0)))
        found.append(
            Mismatch(setting="daily dose", programmed=dose.value, prescribed=prescribed, unit="mcg/day",
                     gives_less=dose.value < prescribed, evidence=(_read(dose), evidence))
        )  # fmt: skip
    strength = _newest(record, Measure.PUMP_CONCENTRATION, pump, moment)
    drug = order.product.concentration_mg_per_ml
    if strength and strength.value and drug:
        found.append(
            Mismatch(setting="concentration", programmed=strength.value, prescribed=drug * 1000, unit="mcg/mL",
                     gives_less=strength.value > drug * 1000, evidence=(_read(strength), evidence))
        )  # fmt: skip
    return tuple(m for m in found if m.share > beyond)


def _newest(record: Record, measure: Measure, pump: Pump, moment: Moment) -> Observation | None:
    """The newest reading; None where it is older than the order, which it could not know."""
    told = [o for o in record.observations if o.concept == measure and o.value]
    newest = max(told, key=lambda o: latest(o.when), default=None)
    if newest is None or newest.when is None:
        return newest
    begun = pump.order.start or pump.order.authored if pump.order else None
    is_older = begun is not None and newest.when.latest < begun.earliest
    return None if is_older or not newest.when.may_be_past(moment.now) else newest


def _read(seen: Observation) -> Evidence:
    return Evidence(seen.reference, f"read at the pump: {seen.text}", seen.when)
