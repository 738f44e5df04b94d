"""The withdrawal score: a transparent count of findings, not a probability (clinical.md section 7).

Nothing here is a validated instrument; the weights are a judgement. Reported frequencies in 23 cases: agitation and
visual hallucinations 56.5 %, confusion 47.8 % (C-LEO05b); itching and tone are the common first signs of
intrathecal withdrawal (C-MEY03).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from cards import limits, sources
from cards.limits import JUDGEMENT, Limit, limit
from cards.record.concepts import Measure, Sign
from cards.record.facts import Observation
from cards.scales.age import EXTREME_FEVER, FEVER, HIGH_FEVER, VitalLimits
from cards.timeline.findings import Finding, Findings, shown
from cards.timeline.organ_support import Ventilation, vasopressor, ventilated
from cards.words import number

WEIGHTS = {
    code: limit(f"points_{name}", points, "points", JUDGEMENT, source, f"{code}: {what}")
    for code, name, points, source, what in (
        ("N1", "spasticity", 2, sources.MEY03, "spasticity, rigidity, dystonia"),
        ("N2", "tremor", 1, sources.SEED, "tremor, myoclonus, clonus"),
        ("P1", "hallucinations", 2, sources.LEO05, "hallucinations"),
        ("P2", "delirium", 2, sources.LEO05, "delirium, altered mental state"),
        ("P3", "agitation", 1, sources.LEO05, "anxiety, agitation, insomnia"),
        ("P4", "seizure", 2, sources.SEED, "seizure"),
        ("A1", "fever", 1, sources.SEED, "fever"),
        ("A1+", "high_fever", 2, sources.SEED, "high fever, in place of fever"),
        ("A1++", "extreme_fever", 3, sources.SEED, "extreme fever, in place of fever"),
        ("A2", "tachycardia", 1, sources.SEED, "tachycardia for age"),
        ("A3", "hypertension", 1, sources.SEED, "hypertension for age, rise or swing"),
        ("A4", "tachypnoea", 1, sources.SEED, "tachypnoea for age, or diaphoresis"),
        ("A5", "itching_oral", 1, sources.MEY03, "itching, paraesthesia; by mouth"),
        ("A5+", "itching_intrathecal", 2, sources.MEY03, "itching, paraesthesia; intrathecal"),
        ("L1", "ck_raised", 1, sources.SEED, "creatine kinase raised"),
        ("L1+", "ck_high", 2, sources.SEED, "creatine kinase high, or rhabdomyolysis told"),
        ("L2", "kidney_injury", 1, sources.SEED, "acute kidney injury, myoglobinuria"),
        ("L3", "organ_failure", 1, sources.SEED, "coagulopathy, liver, lactate, acidosis"),
    )
}
CAPS = {
    domain: limit(f"cap_{name}", points, "points", JUDGEMENT, sources.SEED, f"at most, of {domain}1 and the rest")
    for domain, name, points in (
        ("N", "neuromuscular", 3),
        ("P", "mental", 4),
        ("A", "autonomic", 6),
        ("L", "laboratory", 4),
    )
}

CK_RAISED = limit("ck_raised", 500, "U/L", JUDGEMENT, sources.SEED)
CK_HIGH = limit("ck_high", 1000, "U/L", JUDGEMENT, sources.SEED)
CK_RED_FLAG = limit("ck_red_flag", 5000, "U/L", JUDGEMENT, sources.SEED)
TRANSAMINASE_HIGH = limit(
    "transaminase_high",
    120,
    "U/L",
    JUDGEMENT,
    sources.SEED,
    "3 x an upper limit of 40; the chart's own is seldom given",
)
LACTATE_HIGH = limit("lactate_high", 4, "mmol/L", JUDGEMENT, sources.SEED)
ASHWORTH_RISE = limit("ashworth_rise", 1, "grades", JUDGEMENT, sources.SEED)
ASHWORTH_VALID = limit("ashworth_baseline_valid", 365, "d", JUDGEMENT, sources.SEED)
RASS_AGITATED = limit("rass_agitated", 1, "points", JUDGEMENT, sources.LEO05)
GCS_FALL = limit("gcs_fall", 2, "points", JUDGEMENT, sources.SEED)
GCS_NORMAL = limit("gcs_normal", 15, "points", JUDGEMENT, sources.SEED, "taken as baseline where none is recorded")
GCS_VALID = limit("gcs_baseline_valid", 365, "d", JUDGEMENT, sources.SEED)
GCS_RED_FLAG = limit("gcs_red_flag", 12, "points", JUDGEMENT, sources.SEED)
HEAT_RED_FLAG = limit("temperature_red_flag", 40, "Cel", JUDGEMENT, sources.SEED, "39 with rigidity is one, too")
OXYGEN_RED_FLAG = limit("oxygen_saturation_red_flag", 90, "%", JUDGEMENT, sources.SEED)
HEART_RATE_SLOW = limit("heart_rate_red_flag_slow", 50, "/min", JUDGEMENT, sources.SEED, "adults")
HEART_RATE_FAST = limit("heart_rate_red_flag_fast", 140, "/min", JUDGEMENT, sources.SEED, "adults")
HEART_RATE_FAST_CHILD = limit(
    "heart_rate_red_flag_fast_child", 40, "/min above the limit for age", JUDGEMENT, sources.PALS
)
ORGANS_RED_FLAG = limit("organs_red_flag", 2, "of L1 to L3", JUDGEMENT, sources.SEED)
PRESSURE_RISE = limit("systolic_rise", 40, "mmHg", JUDGEMENT, sources.SEED, "above the usual, or within a swing")
PRESSURE_SWING = limit("systolic_swing", 6, "h", JUDGEMENT, sources.SEED)
BASELINE_NEWEST = limit("systolic_baseline_newest", 7, "d", JUDGEMENT, sources.SEED)
BASELINE_OLDEST = limit("systolic_baseline_oldest", 365, "d", JUDGEMENT, sources.SEED)
BASELINE_VALUES = limit("systolic_baseline_values", 3, "values", JUDGEMENT, sources.SEED)
CREATININE_RATIO = limit("creatinine_ratio", 1.5, "x baseline", JUDGEMENT, sources.SEED)
CREATININE_BASELINE = limit("creatinine_baseline", 7, "d", JUDGEMENT, sources.SEED, "before the rise")
CREATININE_RISE = limit("creatinine_rise", 0.3, "mg/dL", JUDGEMENT, sources.SEED, "within 48 h")
_ROUNDING = 1e-9  # 1.2 - 0.9 is less than 0.3 in binary


class Item(msgspec.Struct, frozen=True):
    """One finding that counted: its code (N1 ... L3), points and where it came from."""

    code: str
    points: float
    finding: Finding


class RedFlag(msgspec.Struct, frozen=True):
    """What makes a met gate critical, in words; `finding` is what it was read from, where no item tells it."""

    text: str
    finding: Finding | None = None


class Score(msgspec.Struct, frozen=True):
    """The count. `points` is after the caps of the domains."""

    items: tuple[Item, ...]
    points: float
    red_flags: tuple[RedFlag, ...] = ()
    not_counted: tuple[str, ...] = ()

    @property
    def flagged(self) -> tuple[Finding, ...]:
        """What the red flags were read from, where no item tells it."""
        known = {item.finding.reference for item in self.items}
        return tuple(f.finding for f in self.red_flags if f.finding and f.finding.reference not in known)

    @property
    def domains(self) -> int:
        """How many of neuromuscular, psychiatric, autonomic, laboratory have a finding."""
        return len({item.code[0] for item in self.items})

    def has(self, *codes: str) -> bool:
        """Whether one of these codes counted."""
        return any(item.code in codes for item in self.items)

    @property
    def has_fever(self) -> bool:
        return self.has("A1")


def withdrawal_score(
    found: Findings, ages: VitalLimits | None, ventilation: Ventilation, *, is_child: bool, is_intrathecal: bool
) -> Score:
    """Count the findings. `ages` None: vital signs other than temperature cannot be called abnormal."""
    items = [
        *_neuromuscular(found),
        *_mental(found),
        *_temperature(found),
        *_circulation(found, ages),
        *_breathing_and_skin(found, ages, is_intrathecal=is_intrathecal),
        *_laboratory(found),
    ]
    points = capped_points(items, found.limit)
    counted = Score(tuple(items), points)
    flags = _red_flags(counted, found, ages, ventilation, is_child=is_child)
    return Score(tuple(items), points, tuple(flags), tuple(found.not_counted))


def capped_points(items: Iterable[Item], limit_of: Callable[[Limit], float]) -> float:
    """The sum of the points, no domain above its cap."""
    domains: dict[str, float] = dict.fromkeys(CAPS, 0)
    for item in items:
        domains[item.code[0]] += item.points
    return sum(min(limit_of(CAPS[domain]), points) for domain, points in domains.items())


def _item(found: Findings, code: str, finding: Finding) -> Item:
    """This finding with the weight in force. A code with + is a graver form that weighs more."""
    return Item(code.rstrip("+"), found.limit(WEIGHTS[code]), finding)


def _neuromuscular(found: Findings) -> list[Item]:
    items: list[Item] = []
    tone = found.sign(Sign.SPASTICITY) or _ashworth_rise(found)
    if tone:
        items.append(_item(found, "N1", tone))
    if tremor := found.sign(Sign.TREMOR):
        items.append(_item(found, "N2", tremor))
    return items


def _ashworth_rise(found: Findings) -> Finding | None:
    now = found.highest(Measure.MODIFIED_ASHWORTH)
    before = found.before(Measure.MODIFIED_ASHWORTH, days=found.limit(ASHWORTH_VALID))
    if now is None or now.value is None:
        return None
    if not before or before[-1].value is None:
        if now.value > 0:
            found.not_counted.append(f"modified Ashworth {now.value:g} (no earlier value to compare)")
        return None
    rise = now.value - before[-1].value
    return shown(Measure.MODIFIED_ASHWORTH, now) if rise >= found.limit(ASHWORTH_RISE) else None


def _mental(found: Findings) -> list[Item]:
    items: list[Item] = []
    if seen := found.sign(Sign.HALLUCINATIONS):
        items.append(_item(found, "P1", seen))
    if confused := found.sign(Sign.DELIRIUM) or _positive(found, Measure.CAM, 1) or _gcs_fall(found):
        items.append(_item(found, "P2", confused))
    if agitated := found.sign(Sign.AGITATION) or _positive(found, Measure.RASS, found.limit(RASS_AGITATED)):
        items.append(_item(found, "P3", agitated))
    if seizure := found.sign(Sign.SEIZURE):
        items.append(_item(found, "P4", seizure))
    return items


def _positive(found: Findings, measure: Measure, least: float) -> Finding | None:
    worst = found.highest(measure)
    return shown(measure, worst) if worst and worst.value is not None and worst.value >= least else None


def _gcs_fall(found: Findings) -> Finding | None:
    worst = found.lowest(Measure.GCS)
    if worst is None or worst.value is None:
        return None
    before = found.before(Measure.GCS, days=found.limit(GCS_VALID))
    baseline = before[-1].value if before and before[-1].value is not None else found.limit(GCS_NORMAL)
    return shown(Measure.GCS, worst) if baseline - worst.value >= found.limit(GCS_FALL) else None


def _temperature(found: Findings) -> list[Item]:
    worst = found.highest(Measure.TEMPERATURE)
    if worst is not None and worst.value is not None and worst.value >= found.limit(FEVER):
        extreme, high = worst.value >= found.limit(EXTREME_FEVER), worst.value >= found.limit(HIGH_FEVER)
        return [_item(found, "A1++" if extreme else "A1+" if high else "A1", shown(Measure.TEMPERATURE, worst))]
    told = found.sign(Sign.FEVER)
    return [_item(found, "A1", told)] if told else []


def _circulation(found: Findings, ages: VitalLimits | None) -> list[Item]:
    items: list[Item] = []
    pulse = found.highest(Measure.HEART_RATE)
    fast = ages and pulse and pulse.value is not None and pulse.value > ages.heart_rate_high
    if tachycardia := shown(Measure.HEART_RATE, pulse) if fast and pulse else found.sign(Sign.TACHYCARDIA):
        items.append(_item(found, "A2", tachycardia))
    if raised := _raised_pressure(found, ages) or found.sign(Sign.HYPERTENSION):
        items.append(_item(found, "A3", raised))
    return items


def _raised_pressure(found: Findings, ages: VitalLimits | None) -> Finding | None:
    systolic, diastolic = found.highest(Measure.SYSTOLIC), found.highest(Measure.DIASTOLIC)
    if ages and systolic and systolic.value is not None and systolic.value >= ages.systolic_high:
        return shown(Measure.SYSTOLIC, systolic)
    if ages and ages.diastolic_high and diastolic and (diastolic.value or 0) >= ages.diastolic_high:
        return shown(Measure.DIASTOLIC, diastolic)
    if systolic is None or systolic.value is None:
        return None
    usual = found.before(
        Measure.SYSTOLIC, days=found.limit(BASELINE_OLDEST), at_least_days=found.limit(BASELINE_NEWEST)
    )
    before = sorted(o.value or 0.0 for o in usual)
    enough = len(before) >= found.limit(BASELINE_VALUES)
    if enough and systolic.value - before[len(before) // 2] >= found.limit(PRESSURE_RISE):
        return shown(Measure.SYSTOLIC, systolic)
    return shown(Measure.SYSTOLIC, systolic) if _swings(found) else None


def _swings(found: Findings) -> bool:
    """Systolic pressure 40 mmHg apart within six hours."""
    values = [(o.when.latest, o.value) for o in found.values(Measure.SYSTOLIC) if o.when and o.value is not None]
    for i, (at, value) in enumerate(values):
        for later, other in values[i + 1 :]:
            if (later - at).total_seconds() > found.limit(PRESSURE_SWING) * 3600:
                break
            if abs(other - value) >= found.limit(PRESSURE_RISE):
                return True
    return False


def _breathing_and_skin(found: Findings, ages: VitalLimits | None, *, is_intrathecal: bool) -> list[Item]:
    items: list[Item] = []
    breaths = found.highest(Measure.RESPIRATORY_RATE)
    fast = ages and breaths and breaths.value is not None and breaths.value > ages.respiratory_rate_high
    tachypnoea = shown(Measure.RESPIRATORY_RATE, breaths) if fast and breaths else found.sign(Sign.TACHYPNOEA)
    if sign := tachypnoea or found.sign(Sign.DIAPHORESIS):
        items.append(_item(found, "A4", sign))
    if itch := found.sign(Sign.PRURITUS) or found.sign(Sign.PARAESTHESIA):
        items.append(_item(found, "A5+" if is_intrathecal else "A5", itch))
    return items


def _laboratory(found: Findings) -> list[Item]:
    items: list[Item] = []
    ck = found.highest(Measure.CK)
    if ck and ck.value is not None and ck.value >= found.limit(CK_RAISED):
        items.append(_item(found, "L1+" if ck.value >= found.limit(CK_HIGH) else "L1", shown(Measure.CK, ck)))
    elif told := found.sign(Sign.RHABDOMYOLYSIS):
        items.append(_item(found, "L1+", told))
    if kidney := acute_kidney_injury(found) or found.sign(Sign.MYOGLOBINURIA):
        items.append(_item(found, "L2", kidney))
    if organ := _organ_failure(found):
        items.append(_item(found, "L3", organ))
    return items


def acute_kidney_injury(found: Findings) -> Finding | None:
    """Creatinine 1.5 x baseline within 7 days or + 0.3 mg/dL within 48 h, or told as such."""
    worst = found.highest(Measure.CREATININE)
    if worst and worst.value is not None:
        days = found.limit(CREATININE_BASELINE) + found.limit(limits.LABS_WINDOW) / 24
        week = [o.value for o in found.before(Measure.CREATININE, days=days) if o.value]
        recent = [o.value for o in found.values(Measure.CREATININE) if o.value]
        if creatinine_rose(worst.value, week, recent, found.limit):
            return shown(Measure.CREATININE, worst)
    return found.sign(Sign.AKI)


def creatinine_rose(
    worst: float, week: Sequence[float], two_days: Sequence[float], limit_of: Callable[[Limit], float]
) -> bool:
    """1.5 x the lowest value of the week before, or 0.3 mg/dL above the lowest of two days."""
    by_ratio = bool(week) and worst >= limit_of(CREATININE_RATIO) * min(week)
    return by_ratio or (bool(two_days) and worst - min(two_days) >= limit_of(CREATININE_RISE) - _ROUNDING)


def _organ_failure(found: Findings) -> Finding | None:
    for measure, high in (
        (Measure.LACTATE, LACTATE_HIGH),
        (Measure.AST, TRANSAMINASE_HIGH),
        (Measure.ALT, TRANSAMINASE_HIGH),
    ):
        worst = found.highest(measure)
        if worst and worst.value is not None and worst.value >= found.limit(high):
            return shown(measure, worst)
    return found.sign(Sign.COAGULOPATHY) or found.sign(Sign.ACIDOSIS)


def _red_flags(
    score: Score, found: Findings, ages: VitalLimits | None, ventilation: Ventilation, *, is_child: bool
) -> list[RedFlag]:
    """Each names its value, and what makes it one."""
    flags: list[RedFlag] = []
    if hot := _highest(found, Measure.TEMPERATURE):
        if hot.value >= found.limit(HEAT_RED_FLAG):
            flags.append(RedFlag(f"temperature {number(hot.value)} °C", hot.finding))
        elif hot.value >= found.limit(HIGH_FEVER) and score.has("N1"):
            flags.append(RedFlag(f"temperature {number(hot.value)} °C with rigidity", hot.finding))
    if score.has("P4"):
        flags.append(RedFlag("seizure"))
    flags += _mental_flag(score, found)
    if ck := _highest(found, Measure.CK):
        if ck.value >= found.limit(CK_RED_FLAG):
            flags.append(RedFlag(f"CK {number(ck.value)} U/L", ck.finding))
        elif ck.value >= found.limit(CK_HIGH) and score.has("L2"):
            flags.append(RedFlag(f"CK {number(ck.value)} U/L with kidney injury", ck.finding))
    flags += _circulatory_flags(found, ages, is_child=is_child)
    oxygen = _lowest(found, Measure.OXYGEN_SATURATION)
    if oxygen and oxygen.value < found.limit(OXYGEN_RED_FLAG):
        flags.append(RedFlag(f"SpO2 {number(oxygen.value)} %", oxygen.finding))
    if machine := ventilated(found, ventilation):
        flags.append(RedFlag(machine.text, machine))
    organs = [item for item in score.items if item.code in ("L1", "L2", "L3")]
    if len(organs) >= found.limit(ORGANS_RED_FLAG):
        flags.append(RedFlag(f"organ failure ({' and '.join(item.finding.text for item in organs)})"))
    return flags


def _mental_flag(score: Score, found: Findings) -> list[RedFlag]:
    """New delirium, or a coma score so low that nobody's usual one excuses it; with rigidity or fever."""
    gcs = _lowest(found, Measure.GCS)
    low = gcs if gcs and gcs.value <= found.limit(GCS_RED_FLAG) else None
    beside = "rigidity" if score.has("N1") else "fever" if score.has_fever else ""
    if not beside or not (low or score.has("P2")):
        return []
    told = f" (GCS {number(low.value)})" if low else ""
    return [RedFlag(f"altered mental state{told} with {beside}", low.finding if low else None)]


def _circulatory_flags(found: Findings, ages: VitalLimits | None, *, is_child: bool) -> list[RedFlag]:
    """Without an age only a vasopressor: no pressure or pulse can be called too low or too high."""
    flags: list[RedFlag] = []
    pressure = _lowest(found, Measure.SYSTOLIC)
    if ages and pressure and pressure.value < ages.systolic_low:
        flags.append(RedFlag(f"low blood pressure (SBP {number(pressure.value)} mmHg)", pressure.finding))
    if pressor := vasopressor(found):
        flags.append(RedFlag(f"vasopressor ({pressor.text})", pressor))
    if ages is None:
        return flags
    too_slow = ages.heart_rate_low if is_child else found.limit(HEART_RATE_SLOW)
    too_fast = ages.heart_rate_high + found.limit(HEART_RATE_FAST_CHILD) if is_child else found.limit(HEART_RATE_FAST)
    slow, fast = _lowest(found, Measure.HEART_RATE), _highest(found, Measure.HEART_RATE)
    if slow and slow.value < too_slow:
        flags.append(RedFlag(f"heart rate {number(slow.value)} /min", slow.finding))
    if fast and fast.value > too_fast:
        flags.append(RedFlag(f"heart rate {number(fast.value)} /min", fast.finding))
    return flags


class _Worst(NamedTuple):
    value: float
    finding: Finding


def _highest(found: Findings, measure: Measure) -> _Worst | None:
    return _worst(measure, found.highest(measure))


def _lowest(found: Findings, measure: Measure) -> _Worst | None:
    return _worst(measure, found.lowest(measure))


def _worst(measure: Measure, seen: Observation | None) -> _Worst | None:
    return _Worst(seen.value, shown(measure, seen)) if seen and seen.value is not None else None
