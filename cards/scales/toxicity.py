"""Toxicity, not withdrawal? Tone decides (clinical.md section 9).

Blood pressure and heart rate are weak discriminators: oral overdoses were hypertensive in 13 of 23 (C-LEU06). Low tone
without rigidity means toxicity; rigidity means withdrawal even with a low pulse or pressure.
"""

import msgspec

from cards.moment import Moment
from cards.record.concepts import BENZODIAZEPINES, OPIOIDS, Act, Drug, Measure, Problem, Sign
from cards.record.record import Record
from cards.scales.age import LOW_TEMPERATURE, VitalLimits
from cards.scales.withdrawal_score import Item, acute_kidney_injury
from cards.timeline.findings import Findings, shown
from cards.timeline.oral import chart_orders, is_open
from cards.timeline.pump import Pump, is_recent

GATE_WITH_CONTEXT, GATE_ALONE = 3, 4
LOW_GCS, DEEP_RASS = 12, -2
HIGH_PACO2, LOW_PH = 50, 7.35
NEW_HOURS = 72
AFTER_PUMP_DAYS, AFTER_SURGERY_DAYS = 3, 4
DOSE_RISE = 1.25
LOW_EGFR = 30
_SEDATIVES = BENZODIAZEPINES | OPIOIDS | {Drug.PROPOFOL, Drug.PHENOBARBITAL}


class Toxicity(msgspec.Struct, frozen=True):
    """X1 to X6 and the context that makes them likely. `tone`: "low", "high", "normal" or "not documented"."""

    items: tuple[Item, ...]
    context: tuple[str, ...]
    tone: str

    @property
    def points(self) -> int:
        return sum(item.points for item in self.items)

    @property
    def gate_met(self) -> bool:
        return self.points >= (GATE_WITH_CONTEXT if self.context else GATE_ALONE)

    def has(self, *codes: str) -> bool:
        return any(item.code in codes for item in self.items)

    @property
    def makes_holding_right(self) -> bool:
        """Hypotonic or otherwise toxic, and without rigidity: not giving baclofen may be right."""
        return self.tone != "high" and (self.gate_met or self.has("X1"))

    @property
    def asks_for_tone(self) -> bool:
        """The same, or drowsy alone: withdrawal does that, too. Tone comes before giving or holding."""
        return self.makes_holding_right or (self.tone != "high" and self.has("X2"))


def toxicity(record: Record, found: Findings, ages: VitalLimits | None, pump: Pump | None, moment: Moment) -> Toxicity:
    """Count the signs of toxicity and look for what would explain them."""
    items: list[Item] = []
    low_tone = found.sign(Sign.HYPOTONIA)
    if low_tone:
        items.append(Item("X1", 2, low_tone))
    gcs, rass = found.lowest(Measure.GCS), found.lowest(Measure.RASS)
    if gcs and gcs.value is not None and gcs.value <= LOW_GCS:
        items.append(Item("X2", 2, shown(Measure.GCS, gcs)))
    elif rass and rass.value is not None and rass.value <= DEEP_RASS:
        items.append(Item("X2", 2, shown(Measure.RASS, rass)))
    elif stupor := found.sign(Sign.STUPOR):
        items.append(Item("X2", 2, stupor))
    items += _breathing(found, ages)
    items += _slow_and_low(found, ages)
    stiff = found.sign(Sign.SPASTICITY)
    tone = "high" if stiff else "low" if low_tone else "normal" if found.sign(Sign.TONE_NORMAL) else "not documented"
    return Toxicity(tuple(items), tuple(_context(record, found, pump, moment)), tone)


def _breathing(found: Findings, ages: VitalLimits | None) -> list[Item]:
    breaths, carbon = found.lowest(Measure.RESPIRATORY_RATE), found.highest(Measure.PACO2)
    acid = found.lowest(Measure.PH)
    if ages and breaths and breaths.value is not None and breaths.value < ages.respiratory_rate_low:
        return [Item("X3", 2, shown(Measure.RESPIRATORY_RATE, breaths))]
    if carbon and (carbon.value or 0) > HIGH_PACO2 and acid and acid.value is not None and acid.value < LOW_PH:
        return [Item("X3", 2, shown(Measure.PACO2, carbon))]
    told = found.sign(Sign.RESPIRATORY_DEPRESSION)
    return [Item("X3", 2, told)] if told else []


def _slow_and_low(found: Findings, ages: VitalLimits | None) -> list[Item]:
    items: list[Item] = []
    pulse, pressure, heat = (found.lowest(m) for m in (Measure.HEART_RATE, Measure.SYSTOLIC, Measure.TEMPERATURE))
    slow = ages and pulse and pulse.value is not None and pulse.value < ages.heart_rate_low
    if bradycardia := shown(Measure.HEART_RATE, pulse) if slow and pulse else found.sign(Sign.BRADYCARDIA):
        items.append(Item("X4", 1, bradycardia))
    low = ages and pressure and pressure.value is not None and pressure.value < ages.systolic_low
    if hypotension := shown(Measure.SYSTOLIC, pressure) if low and pressure else found.sign(Sign.HYPOTENSION):
        items.append(Item("X5", 1, hypotension))
    if heat and heat.value is not None and heat.value < LOW_TEMPERATURE:
        items.append(Item("X6", 1, shown(Measure.TEMPERATURE, heat)))
    return items


def _context(record: Record, found: Findings, pump: Pump | None, moment: Moment) -> list[str]:
    context: list[str] = []
    for order in chart_orders(record):
        began = order.start or order.authored
        if not is_open(order, moment.now) or began is None or not began.may_be_past(moment.now):
            continue
        if began.hours_until(moment.now) > NEW_HOURS:
            continue
        if order.product.is_baclofen and not order.is_statement and _is_rise(record, order.dosage.daily):
            context.append("baclofen started or raised within 72 h")
        elif order.product.drugs & _SEDATIVES:
            context.append("new sedative or opioid")
    if pump and is_recent(pump.latest(Act.PUMP_REFILL, Act.PUMP_INTERROGATION), moment, AFTER_PUMP_DAYS):
        context.append("pump refilled or programmed within 72 h")
    if pump and is_recent(
        pump.latest(Act.PUMP_REVISION, Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT), moment, AFTER_SURGERY_DAYS
    ):
        context.append("pump surgery within 96 h")
    problems = {concept for c in record.conditions if c.is_active for concept in c.concepts}
    if Problem.BACLOFEN_TOXICITY in problems:
        context.append("overdose or poisoning recorded")
    if Problem.DIALYSIS in problems:
        context.append("dialysis")
    egfr = found.lowest(Measure.EGFR)
    if egfr and egfr.value is not None and egfr.value < LOW_EGFR:
        context.append(f"eGFR {egfr.value:g}")
    if acute_kidney_injury(found):
        context.append("acute kidney injury")
    return list(dict.fromkeys(context))


def _is_rise(record: Record, dose: object) -> bool:
    """A first order, or one at least a quarter above every other. An order at the same dose is a continuation."""
    now = getattr(dose, "low", None)
    others = [o.dosage.daily.low for o in chart_orders(record) if o.product.is_baclofen and o.dosage.daily
              and o.dosage.daily is not dose and o.dosage.daily.unit == getattr(dose, "unit", "")]  # fmt: skip
    if not others:
        return True
    return now is not None and now >= DOSE_RISE * max(others)
