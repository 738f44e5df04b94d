"""The withdrawal score: a transparent count of findings, not a probability (clinical.md section 7).

Nothing here is a validated instrument; the weights are a judgement. Reported frequencies in 23 cases: agitation and
visual hallucinations 56.5 %, confusion 47.8 % (C-LEO05b); itching and tone are the common first signs of
intrathecal withdrawal (C-MEY03).
"""

import msgspec

from cards.record.concepts import Measure, Sign
from cards.scales.age import EXTREME_FEVER, FEVER, HIGH_FEVER, VitalLimits
from cards.timeline.findings import Finding, Findings, shown
from cards.words import number

CAPS = {"N": 3, "P": 4, "A": 6, "L": 4}
CK_HIGH, CK_RAISED = 1000, 500  # U/L
CK_RED_FLAG = 5000
TRANSAMINASE_HIGH = 120  # U/L: 3 x an upper limit of 40 (judgement: the chart's own limit is seldom given)
LACTATE_HIGH = 4  # mmol/L
GCS_FALL = 2
GCS_NORMAL = 15  # taken as baseline where none is recorded (judgement)
GCS_RED_FLAG = 12
PRESSURE_RISE = 40  # mmHg
PRESSURE_SWING_HOURS = 6
BASELINE_DAYS = (7, 365)
BASELINE_VALUES = 3
CREATININE_RATIO, CREATININE_RISE = 1.5, 0.3  # x baseline in 7 d; mg/dL in 48 h


class Item(msgspec.Struct, frozen=True):
    """One finding that counted: its code (N1 ... L3), points and where it came from."""

    code: str
    points: int
    finding: Finding


class Score(msgspec.Struct, frozen=True):
    """The count. `points` is after the caps of the domains."""

    items: tuple[Item, ...]
    red_flags: tuple[str, ...]
    not_counted: tuple[str, ...]

    @property
    def points(self) -> int:
        return sum(min(cap, sum(i.points for i in self.items if i.code[0] == domain)) for domain, cap in CAPS.items())

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


def withdrawal_score(found: Findings, ages: VitalLimits | None, *, is_child: bool, is_intrathecal: bool) -> Score:
    """Count the findings. `ages` None: vital signs other than temperature cannot be called abnormal."""
    items = [
        *_neuromuscular(found),
        *_mental(found),
        *_temperature(found),
        *_circulation(found, ages),
        *_breathing_and_skin(found, ages, is_intrathecal=is_intrathecal),
        *_laboratory(found),
    ]
    counted = Score(tuple(items), (), ())
    flags = _red_flags(counted, found, ages, is_child=is_child)
    return Score(tuple(items), tuple(flags), tuple(found.not_counted))


def _neuromuscular(found: Findings) -> list[Item]:
    items: list[Item] = []
    tone = found.sign(Sign.SPASTICITY) or _ashworth_rise(found)
    if tone:
        items.append(Item("N1", 2, tone))
    if tremor := found.sign(Sign.TREMOR):
        items.append(Item("N2", 1, tremor))
    return items


def _ashworth_rise(found: Findings) -> Finding | None:
    now, before = found.highest(Measure.MODIFIED_ASHWORTH), found.before(Measure.MODIFIED_ASHWORTH, days=365)
    if now is None or now.value is None:
        return None
    if not before or before[-1].value is None:
        if now.value > 0:
            found.not_counted.append(f"modified Ashworth {now.value:g} (no earlier value to compare)")
        return None
    return shown(Measure.MODIFIED_ASHWORTH, now) if now.value - before[-1].value >= 1 else None


def _mental(found: Findings) -> list[Item]:
    items: list[Item] = []
    if seen := found.sign(Sign.HALLUCINATIONS):
        items.append(Item("P1", 2, seen))
    if confused := found.sign(Sign.DELIRIUM) or _positive(found, Measure.CAM) or _gcs_fall(found):
        items.append(Item("P2", 2, confused))
    if agitated := found.sign(Sign.AGITATION) or _positive(found, Measure.RASS):
        items.append(Item("P3", 1, agitated))
    if seizure := found.sign(Sign.SEIZURE):
        items.append(Item("P4", 2, seizure))
    return items


def _positive(found: Findings, measure: Measure) -> Finding | None:
    worst = found.highest(measure)
    return shown(measure, worst) if worst and worst.value is not None and worst.value >= 1 else None


def _gcs_fall(found: Findings) -> Finding | None:
    worst = found.lowest(Measure.GCS)
    if worst is None or worst.value is None:
        return None
    before = found.before(Measure.GCS, days=365)
    baseline = before[-1].value if before and before[-1].value is not None else GCS_NORMAL
    return shown(Measure.GCS, worst) if baseline - worst.value >= GCS_FALL else None


def _temperature(found: Findings) -> list[Item]:
    worst = found.highest(Measure.TEMPERATURE)
    if worst is not None and worst.value is not None and worst.value >= FEVER:
        points = 3 if worst.value >= EXTREME_FEVER else 2 if worst.value >= HIGH_FEVER else 1
        return [Item("A1", points, shown(Measure.TEMPERATURE, worst))]
    told = found.sign(Sign.FEVER)
    return [Item("A1", 1, told)] if told else []


def _circulation(found: Findings, ages: VitalLimits | None) -> list[Item]:
    items: list[Item] = []
    pulse = found.highest(Measure.HEART_RATE)
    fast = ages and pulse and pulse.value is not None and pulse.value > ages.heart_rate_high
    if tachycardia := shown(Measure.HEART_RATE, pulse) if fast and pulse else found.sign(Sign.TACHYCARDIA):
        items.append(Item("A2", 1, tachycardia))
    if raised := _raised_pressure(found, ages) or found.sign(Sign.HYPERTENSION):
        items.append(Item("A3", 1, raised))
    return items


def _raised_pressure(found: Findings, ages: VitalLimits | None) -> Finding | None:
    systolic, diastolic = found.highest(Measure.SYSTOLIC), found.highest(Measure.DIASTOLIC)
    if ages and systolic and systolic.value is not None and systolic.value >= ages.systolic_high:
        return shown(Measure.SYSTOLIC, systolic)
    if ages and ages.diastolic_high and diastolic and (diastolic.value or 0) >= ages.diastolic_high:
        return shown(Measure.DIASTOLIC, diastolic)
    if systolic is None or systolic.value is None:
        return None
    low_days, high_days = BASELINE_DAYS
    before = sorted(o.value or 0.0 for o in found.before(Measure.SYSTOLIC, days=high_days, at_least_days=low_days))
    if len(before) >= BASELINE_VALUES and systolic.value - before[len(before) // 2] >= PRESSURE_RISE:
        return shown(Measure.SYSTOLIC, systolic)
    return shown(Measure.SYSTOLIC, systolic) if _swings(found) else None


def _swings(found: Findings) -> bool:
    """Systolic pressure 40 mmHg apart within six hours."""
    values = [(o.when.latest, o.value) for o in found.values(Measure.SYSTOLIC) if o.when and o.value is not None]
    for i, (at, value) in enumerate(values):
        for later, other in values[i + 1 :]:
            if (later - at).total_seconds() > PRESSURE_SWING_HOURS * 3600:
                break
            if abs(other - value) >= PRESSURE_RISE:
                return True
    return False


def _breathing_and_skin(found: Findings, ages: VitalLimits | None, *, is_intrathecal: bool) -> list[Item]:
    items: list[Item] = []
    breaths = found.highest(Measure.RESPIRATORY_RATE)
    fast = ages and breaths and breaths.value is not None and breaths.value > ages.respiratory_rate_high
    tachypnoea = shown(Measure.RESPIRATORY_RATE, breaths) if fast and breaths else found.sign(Sign.TACHYPNOEA)
    if sign := tachypnoea or found.sign(Sign.DIAPHORESIS):
        items.append(Item("A4", 1, sign))
    if itch := found.sign(Sign.PRURITUS) or found.sign(Sign.PARAESTHESIA):
        items.append(Item("A5", 2 if is_intrathecal else 1, itch))
    return items


def _laboratory(found: Findings) -> list[Item]:
    items: list[Item] = []
    ck = found.highest(Measure.CK)
    if ck and ck.value is not None and ck.value >= CK_RAISED:
        items.append(Item("L1", 2 if ck.value >= CK_HIGH else 1, shown(Measure.CK, ck)))
    elif told := found.sign(Sign.RHABDOMYOLYSIS):
        items.append(Item("L1", 2, told))
    if kidney := acute_kidney_injury(found) or found.sign(Sign.MYOGLOBINURIA):
        items.append(Item("L2", 1, kidney))
    if organ := _organ_failure(found):
        items.append(Item("L3", 1, organ))
    return items


def acute_kidney_injury(found: Findings) -> Finding | None:
    """Creatinine 1.5 x baseline within 7 days or + 0.3 mg/dL within 48 h, or told as such."""
    worst = found.highest(Measure.CREATININE)
    if worst and worst.value is not None:
        week = [o.value for o in found.before(Measure.CREATININE, days=9) if o.value]
        recent = [o.value for o in found.values(Measure.CREATININE) if o.value]
        if week and worst.value >= CREATININE_RATIO * min(week):
            return shown(Measure.CREATININE, worst)
        if recent and worst.value - min(recent) >= CREATININE_RISE:
            return shown(Measure.CREATININE, worst)
    return found.sign(Sign.AKI)


def _organ_failure(found: Findings) -> Finding | None:
    for measure, high in (
        (Measure.LACTATE, LACTATE_HIGH),
        (Measure.AST, TRANSAMINASE_HIGH),
        (Measure.ALT, TRANSAMINASE_HIGH),
    ):
        worst = found.highest(measure)
        if worst and worst.value is not None and worst.value >= high:
            return shown(measure, worst)
    return found.sign(Sign.COAGULOPATHY) or found.sign(Sign.ACIDOSIS)


def _red_flags(score: Score, found: Findings, ages: VitalLimits | None, *, is_child: bool) -> list[str]:
    flags: list[str] = []
    heat = _value(found.highest(Measure.TEMPERATURE))
    if heat is not None and (heat >= 40 or (heat >= HIGH_FEVER and score.has("N1"))):
        flags.append(f"temperature {number(heat)} °C")
    if score.has("P4"):
        flags.append("seizure")
    gcs = _value(found.lowest(Measure.GCS))
    if (score.has("P2") or (gcs is not None and gcs <= GCS_RED_FLAG)) and (score.has("N1") or score.has_fever):
        flags.append("altered mental state with rigidity or fever")
    ck = _value(found.highest(Measure.CK))
    if ck is not None and (ck >= CK_RED_FLAG or (ck >= CK_HIGH and score.has("L2"))):
        flags.append(f"CK {number(ck)} U/L")
    flags += _circulatory_flags(found, ages, is_child=is_child)
    oxygen = _value(found.lowest(Measure.OXYGEN_SATURATION))
    if (oxygen is not None and oxygen < 90) or found.sign(Sign.VENTILATED):
        flags.append("SpO2 below 90 % or ventilated")
    if sum(score.has(code) for code in ("L1", "L2", "L3")) >= 2:
        flags.append("organ failure")
    return flags


def _circulatory_flags(found: Findings, ages: VitalLimits | None, *, is_child: bool) -> list[str]:
    flags: list[str] = []
    low, slow = _value(found.lowest(Measure.SYSTOLIC)), _value(found.lowest(Measure.HEART_RATE))
    fast = _value(found.highest(Measure.HEART_RATE))
    if found.sign(Sign.VASOPRESSOR) or (ages and low is not None and low < ages.systolic_low):
        flags.append("low blood pressure or vasopressor")
    if ages and slow is not None and slow < (ages.heart_rate_low if is_child else 50):
        flags.append(f"heart rate {number(slow)} /min")
    if ages and fast is not None and fast > (ages.heart_rate_high + 40 if is_child else 140):
        flags.append(f"heart rate {number(fast)} /min")
    return flags


def _value(observation: object) -> float | None:
    return getattr(observation, "value", None)
