"""Toxicity, not withdrawal? Tone decides (clinical.md section 9).

Blood pressure and heart rate are weak discriminators: oral overdoses were hypertensive in 13 of 23 (C-LEU06). Low tone
without rigidity means toxicity; rigidity means withdrawal even with a low pulse or pressure.
"""

from collections.abc import Sequence

import msgspec

from cards import limits, sources
from cards.limits import JUDGEMENT, limit
from cards.moment import Moment
from cards.needs import (
    ADMINISTRATIONS,
    CONDITIONS,
    DEVICE_USE,
    DEVICES,
    LABS,
    MEDICATION_REQUESTS,
    MEDICATION_STATEMENTS,
    OBSERVATIONS,
    PATIENT,
    PROCEDURES,
    SERVICE_REQUESTS,
    VITALS,
    Need,
)
from cards.record.concepts import BENZODIAZEPINES, OPIOIDS, Act, Drug, Measure, Problem, Route, Sign
from cards.record.facts import MedicationOrder
from cards.record.record import Record
from cards.scales.age import LOW_TEMPERATURE, VitalLimits
from cards.scales.kidney import dialysis_of
from cards.scales.withdrawal_score import Item, acute_kidney_injury
from cards.timeline.findings import Finding, Findings, shown
from cards.timeline.oral import chart_orders, is_open
from cards.timeline.pump import Pump, is_recent
from cards.words import number

WEIGHTS = {
    code: limit(f"toxicity_points_{name}", points, "points", JUDGEMENT, sources.LEU06, f"{code}: {what}")
    for code, name, points, what in (
        ("X1", "low_tone", 2, "hypotonia, flaccidity, areflexia"),
        ("X2", "coma", 2, "somnolence to coma"),
        ("X3", "breathing", 2, "respiratory depression"),
        ("X4", "bradycardia", 1, "bradycardia"),
        ("X5", "hypotension", 1, "hypotension"),
        ("X6", "cold", 1, "low temperature"),
    )
}
GATE_WITH_CONTEXT = limit("toxicity_gate_with_context", 3, "points", JUDGEMENT, sources.LEU06)
GATE_ALONE = limit("toxicity_gate_alone", 4, "points", JUDGEMENT, sources.LEU06)
LOW_GCS = limit("toxicity_gcs", 12, "points", JUDGEMENT, sources.LEU06)
DEEP_RASS = limit("toxicity_rass", -2, "points", JUDGEMENT, sources.LEU06)
HIGH_PACO2 = limit("toxicity_paco2", 50, "mmHg", JUDGEMENT, sources.LEU06, "with acidosis")
LOW_PH = limit("toxicity_ph", 7.35, "pH", JUDGEMENT, sources.LEU06)
NEWLY_ORDERED = limit("toxicity_new_order", 72, "h", JUDGEMENT, sources.LEU06, "baclofen raised, or a new sedative")
AFTER_PUMP_CHECK = limit("after_pump_check", 3, "d", JUDGEMENT, sources.JEM20, "refill, programming, bolus")
AFTER_PUMP_SURGERY = limit("after_pump_surgery", 4, "d", JUDGEMENT, sources.JEM20)
DOSE_RISE = limit("toxicity_dose_rise", 1.25, "x the dose before", JUDGEMENT, sources.LEU06)
# Where the context is read: what was ordered, work on the pump, overdose, dialysis, kidneys.
CONTEXT_NEEDS: tuple[Need, ...] = (
    MEDICATION_REQUESTS, MEDICATION_STATEMENTS, ADMINISTRATIONS, DEVICES, DEVICE_USE, PROCEDURES, CONDITIONS,
    SERVICE_REQUESTS, LABS,
)  # fmt: skip
# Everything that signs and context are read from; age, for the limits of pulse, pressure and breathing.
TOXICITY_NEEDS: tuple[Need, ...] = (*CONTEXT_NEEDS, VITALS, OBSERVATIONS, PATIENT)
_SEDATIVES = BENZODIAZEPINES | OPIOIDS | {Drug.PROPOFOL, Drug.PHENOBARBITAL}


class Toxicity(msgspec.Struct, frozen=True):
    """X1 to X6 and the context that makes them likely. `tone`: "low", "high", "normal" or "not documented"."""

    items: tuple[Item, ...]
    context: tuple[str, ...]
    tone: str
    gate_met: bool  # points enough, given the context

    @property
    def points(self) -> float:
        return sum(item.points for item in self.items)

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
        items.append(_item(found, "X1", low_tone))
    gcs, rass = found.lowest(Measure.GCS), found.lowest(Measure.RASS)
    if gcs and gcs.value is not None and gcs.value <= found.limit(LOW_GCS):
        items.append(_item(found, "X2", shown(Measure.GCS, gcs)))
    elif rass and rass.value is not None and rass.value <= found.limit(DEEP_RASS):
        items.append(_item(found, "X2", shown(Measure.RASS, rass)))
    elif stupor := found.sign(Sign.STUPOR):
        items.append(_item(found, "X2", stupor))
    items += _breathing(found, ages)
    items += _slow_and_low(found, ages)
    stiff = found.sign(Sign.SPASTICITY)
    tone = "high" if stiff else "low" if low_tone else "normal" if found.sign(Sign.TONE_NORMAL) else "not documented"
    context = _context(record, found, pump, moment)
    return Toxicity(tuple(items), tuple(context), tone, meets_gate(items, context, moment))


def meets_gate(items: Sequence[Item], context: Sequence[str], moment: Moment) -> bool:
    """Whether the points are enough, given whether anything would explain them."""
    return sum(item.points for item in items) >= moment.limit(GATE_WITH_CONTEXT if context else GATE_ALONE)


def _item(found: Findings, code: str, finding: Finding) -> Item:
    return Item(code, found.limit(WEIGHTS[code]), finding)


def _breathing(found: Findings, ages: VitalLimits | None) -> list[Item]:
    breaths, carbon = found.lowest(Measure.RESPIRATORY_RATE), found.highest(Measure.PACO2)
    acid = found.lowest(Measure.PH)
    if ages and breaths and breaths.value is not None and breaths.value < ages.respiratory_rate_low:
        return [_item(found, "X3", shown(Measure.RESPIRATORY_RATE, breaths))]
    retains = carbon is not None and (carbon.value or 0) > found.limit(HIGH_PACO2)
    if carbon and retains and acid and acid.value is not None and acid.value < found.limit(LOW_PH):
        return [_item(found, "X3", shown(Measure.PACO2, carbon))]
    told = found.sign(Sign.RESPIRATORY_DEPRESSION)
    return [_item(found, "X3", told)] if told else []


def _slow_and_low(found: Findings, ages: VitalLimits | None) -> list[Item]:
    items: list[Item] = []
    pulse, pressure, heat = (found.lowest(m) for m in (Measure.HEART_RATE, Measure.SYSTOLIC, Measure.TEMPERATURE))
    slow = ages and pulse and pulse.value is not None and pulse.value < ages.heart_rate_low
    if bradycardia := shown(Measure.HEART_RATE, pulse) if slow and pulse else found.sign(Sign.BRADYCARDIA):
        items.append(_item(found, "X4", bradycardia))
    low = ages and pressure and pressure.value is not None and pressure.value < ages.systolic_low
    if hypotension := shown(Measure.SYSTOLIC, pressure) if low and pressure else found.sign(Sign.HYPOTENSION):
        items.append(_item(found, "X5", hypotension))
    if heat and heat.value is not None and heat.value < found.limit(LOW_TEMPERATURE):
        items.append(_item(found, "X6", shown(Measure.TEMPERATURE, heat)))
    return items


def _context(record: Record, found: Findings, pump: Pump | None, moment: Moment) -> list[str]:
    context: list[str] = []
    orders = chart_orders(record)
    baclofen = _Baclofen(orders)
    for order in orders:
        began = order.start or order.authored
        if not is_open(order, moment.now) or began is None or not began.may_be_past(moment.now):
            continue
        if began.hours_until(moment.now) > moment.limit(NEWLY_ORDERED):
            continue
        if order.product.is_baclofen and not order.is_statement and baclofen.is_raised_by(order, moment):
            context.append(f"baclofen started or raised within {number(moment.limit(NEWLY_ORDERED))} h")
        elif order.product.drugs & _SEDATIVES:
            context.append("new sedative or opioid")
    if pump and is_recent(pump.latest(Act.PUMP_REFILL, Act.PUMP_INTERROGATION), moment, moment.limit(AFTER_PUMP_CHECK)):
        context.append(f"pump refilled or programmed within {number(moment.limit(AFTER_PUMP_CHECK) * 24)} h")
    if pump and is_recent(
        pump.latest(Act.PUMP_REVISION, Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT), moment, moment.limit(AFTER_PUMP_SURGERY)
    ):
        context.append(f"pump surgery within {number(moment.limit(AFTER_PUMP_SURGERY) * 24)} h")
    problems = {concept for c in record.conditions if c.is_active for concept in c.concepts}
    if Problem.BACLOFEN_TOXICITY in problems:
        context.append("overdose or poisoning recorded")
    if dialysis_of(record, moment):
        context.append("dialysis")
    egfr = found.lowest(Measure.EGFR)
    if egfr and egfr.value is not None and egfr.value < moment.limit(limits.EGFR_POOR):
        context.append(f"eGFR {egfr.value:g}")
    if acute_kidney_injury(found):
        context.append("acute kidney injury")
    return list(dict.fromkeys(context))


class _Baclofen:
    """All orders of baclofen: by unit, the highest dose first, and by way."""

    def __init__(self, orders: Sequence[MedicationOrder]) -> None:
        self._by_unit: dict[str, list[tuple[float, MedicationOrder]]] = {}
        self._by_way: dict[bool, list[MedicationOrder]] = {True: [], False: []}
        for order in orders:
            if order.product.is_baclofen:
                self._by_way[order.route is Route.INTRATHECAL].append(order)
                if dose := order.dosage.daily:
                    self._by_unit.setdefault(dose.unit, []).append((dose.low, order))
        for doses in self._by_unit.values():
            doses.sort(key=lambda told: told[0], reverse=True)

    def is_raised_by(self, order: MedicationOrder, moment: Moment) -> bool:
        """A first order, or one at least a quarter above every other. An order at the same dose is a continuation.

        A dose that is not entered is no rise above an order by the same way.
        """
        dose = order.dosage.daily
        if dose is None:
            return not any(other != order for other in self._by_way[order.route is Route.INTRATHECAL])
        highest = next((low for low, other in self._by_unit[dose.unit] if other != order), None)
        return highest is None or dose.low >= moment.limit(DOSE_RISE) * highest
