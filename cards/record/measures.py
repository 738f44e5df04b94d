"""Which measurement an observation's name means, and its value in the record's unit (clinical.md FND-05).

The names are judgement, like the lexicon: what monitors, flowsheets and laboratories call these.
"""

import re
from functools import lru_cache
from typing import Any

from cards.record.coding import plain, string
from cards.record.concepts import Measure
from cards.record.end_of_service import DATE, REACHED
from cards.record.phrases import Phrasebook, Row
from cards.record.quantities import number, unit_of

M = Measure
_PUMP = "(pump|itb|intrathecal|reservoir)"
NAMES = (
    Row(M.TEMPERATURE, ("temp", "temps", "temperature", "body temperature", "=t", "tmax", "t max", "core temp"),
        unless=("room", "water", "ambient", "incubator", "skin temperature probe", "temporal lobe")),
    Row(M.HEART_RATE, ("hr", "pulse", "heart rate", "pulse rate", "heartrate"),
        unless=("pulse ox*", "pulse pressure", "pedal", "peripheral pulse*", "radial pulse quality", "fetal",
            "foetal", "target heart rate", "heart rate variab*",
                "pulse (quality|strength|rhythm)", "24 hr", "hr urine", "mg hr", "ml hr")),
    Row(M.RESPIRATORY_RATE, ("rr", "resp", "resps", "respiratory rate", "respirations", "respiration rate",
        "resp rate", "breaths"),
        unless=("resp (therapy|virus*|panel|effort|pattern)", "rr interval", "set rate")),
    Row(M.SYSTOLIC, ("systolic*", "sbp", "sys bp", "bp sys*"), unless=("murmur", "dysfunction", "ejection",
        "pulmonary")),
    Row(M.DIASTOLIC, ("diastolic*", "dbp", "dia bp", "bp dia*"), unless=("murmur", "dysfunction", "pulmonary")),
    Row(M.MEAN_PRESSURE, ("map", "mean (arterial|blood) pressure", "arterial blood pressure mean", "mean bp",
        "bp mean"), unless=("pulmonary",)),
    Row(M.OXYGEN_SATURATION, ("spo2", "sao2", "o2 sat*", "oxygen saturation", "o2 saturation", "pulse ox*", "sats"),
        unless=("alarm", "venous", "transferrin", "svo2", "cerebral")),
    Row(M.GCS, ("gcs", "glasgow coma*"), unless=("gcs (eye*|verbal|motor)", "(eye|verbal|motor) ~ (gcs|glasgow)",
        "eye opening", "glasgow outcome",
                                               "(verbal|motor) response", "gcs ~ (eye|verbal|motor)")),
    Row(M.RASS, ("rass", "richmond agitation*"), unless=("goal rass", "target rass", "rass goal", "rass target")),
    Row(M.CAM, ("cam", "cam icu", "confusion assessment", "delirium (screen*|assessment)"), unless=("cam walker",
        "cam boot", "cam deformity")),
    Row(M.MODIFIED_ASHWORTH, ("modified ashworth", "ashworth", "mas"), unless=("motor assessment",)),
    Row(M.PENN_SPASM, ("penn spasm*", "spasm frequency*", "penn"), unless=("penn state",)),
    Row(M.CK, ("ck", "cpk", "creatine kinase", "creatine phosphokinase"), unless=("ck mb", "ckmb", "ck 7",
        "ck 20", "mb isoenzyme", "mb fraction", "ratio")),
    Row(M.CREATININE, ("creatinine", "creat", "scr"), unless=("clearance", "urine", "ratio", "urinary", "egfr",
        "glomerular*", "24 h*")),
    Row(M.EGFR, ("egfr", "gfr", "glomerular filtration*"), unless=("receptor", "mutation", "epidermal")),
    Row(M.POTASSIUM, ("potassium", "=k", "=k+"), unless=("urine", "hydroxide", "koh", "stool", "urinary")),
    Row(M.LACTATE, ("lactate", "lactic acid"), unless=("dehydrogenase", "ldh", "ringer*", "csf")),
    Row(M.AST, ("ast", "sgot", "aspartate aminotransferase", "aspartate transaminase")),
    Row(M.ALT, ("alt", "sgpt", "alanine aminotransferase", "alanine transaminase")),
    Row(M.MYOGLOBIN, ("myoglobin",)),
    Row(M.PACO2, ("paco2", "pco2", "arterial co2", "arterial carbon dioxide"), unless=("venous", "capillary",
        "etco2")),
    Row(M.PH, ("=ph", "arterial ph", "blood ph", "ph arterial", "ph ~ arterial blood"), unless=("urine",
        "gastric", "venous")),
    Row(M.INR, ("inr", "international normali*"), unless=("goal", "target")),
    Row(M.WEIGHT, ("weight", "wt", "body weight", "=body mass"),
        unless=("loss", "bearing", "birth", "gain", "ideal", "percentile", "change", "molecular", "for length",
            "goal", "specimen", "tumou?r", "placenta*", "dosing note")),
    Row(M.PUMP_LAST_REFILL, ("(last|previous|prior) ~ refill*", "refill* ~ (done|performed|on)",
        "date ~ last ~ refill*", "date (of )?refill*", "pump refill date", "refilled", "last fill date")),
    Row(M.PUMP_ALARM_DATE, ("alarm date", "low reservoir (alarm )?date", "refill* ~ (due|by|before)",
        "next ~ refill*", "due ~ refill*", "refill due", "(low )?reservoir alarm ~ date",
                            "refill interval end", "reservoir alarm"),
        unless=("last refill*", "previous refill*", "end of service", "eos")),
    Row(M.PUMP_EMPTY_DATE, ("empty date", "reservoir empty",
        "(pump|reservoir) ~ (empties|empty|runs (out|dry)) ~ (on|date|by)", "date ~ empty", "estimated empty*",
        "empty ~ date")),
    Row(M.PUMP_ERI_DATE, ("eri", "elective replacement*",
        "battery ~ (replacement|expir*|eri|life|remaining|longevity)", "replace by date")),
    Row(M.PUMP_EOS_DATE, DATE, aside=REACHED),
    Row(M.PUMP_RESERVOIR_VOLUME, ("reservoir volume",
        "(residual|remaining|current|expected|actual|returned|aspirated) ~ volume", "reservoir level",
        "volume ~ (in|remaining ~) reservoir",
                                  "volume remaining", "pump volume"),
        unless=("fill volume", "refill volume", "after (the |last )?refill*", "volume filled", "tidal", "post void",
            "urine", "lung", "bladder", "gastric", "residual volume ~ (lung|bladder)", "capacity")),
    Row(M.PUMP_FILL_VOLUME, ("fill volume", "refill volume", "volume ~ (filled|instilled|injected|added)",
        "filled volume", "volume after (the |last )?refill*", "filled with", "refilled with")),
    Row(M.PUMP_CONCENTRATION, ("concentration", "drug concentration", "conc"), unless=("hemoglobin", "mchc",
        "oxygen", "serum", "inability", "impaired")),
    Row(M.PUMP_DAILY_DOSE, ("daily dose", "dose (per )?(day|24 h*)", "24 h* dose", "infusion rate", "dose rate",
        "programmed ~ dose", "total daily*", "pump rate", "programmed rate", "=rate", "=dose",
                            "current ~ dose", "mcg day")),
    Row(M.PUMP_STATUS, ("pump (status|state|mode|interrogation|check|telemetry|function|alarm*|event*|log)",
        "motor (status|stall*)", "infusion mode", "event log", "interrogation",
                        "pump stopped", "alarms?", "pump ~ (stopped|running|stalled)")),
)  # fmt: skip
BOOK = Phrasebook(NAMES)
# Implants beside the pump whose battery has a replacement indicator (judgement).
OTHER_BATTERY = re.compile(
    r"pacemaker|defibrillat|\bicd\b|\bcrt\b|stimulat|\bvns\b|\bdbs\b|\bscs\b|loop recorder|cardiac|cochlear"
)
PUMP_CONTEXT = Phrasebook((Row(M.PUMP_STATUS, ("pump", "itb", "intrathecal*", "reservoir", "synchromed",
    "prometra", "baclofen"),
                               unless=("insulin*", "balloon pump", "breast pump",
                                   "infusion pump ~ (iv|intravenous)", "heart pump", "feeding pump")),))  # fmt: skip
PUMP_MEASURES = frozenset(measure for measure in Measure if measure.startswith("pump-"))
DATES = frozenset({M.PUMP_ALARM_DATE, M.PUMP_EMPTY_DATE, M.PUMP_ERI_DATE, M.PUMP_EOS_DATE, M.PUMP_LAST_REFILL})


@lru_cache(maxsize=2048)
def measures_named(text: str, in_pump_context: bool = False) -> tuple[Measure, ...]:
    """Measures whose names stand in an observation's name, pump values only where a pump is spoken of."""
    found = {hit.concept for part in text.split("|") for hit in BOOK.find(part.strip())}
    if not ASIDE.isdisjoint(plain(text).split()):  # "Temp src", "BP location": about the measurement
        found &= PUMP_MEASURES
    if found & PUMP_MEASURES and not (in_pump_context or PUMP_CONTEXT.mentioned(text)):
        found -= PUMP_MEASURES
    if len(found) > 1:
        found.discard(M.PUMP_STATUS)
    if M.PUMP_ALARM_DATE in found and M.PUMP_LAST_REFILL in found:
        found.discard(M.PUMP_ALARM_DATE)
    return tuple(sorted(found))


ASIDE = frozenset({"src", "source", "site", "location", "position", "method", "cuff", "device", "goal", "target"})

# Factors to the record's unit, by plain unit text (UCUM code or what is written).
_FACTORS: dict[Measure, dict[str, float]] = {
    M.CREATININE: {"mg/dl": 1.0, "mg%": 1.0, "umol/l": 1 / 88.4, "micromol/l": 1 / 88.4, "mmol/l": 1000 / 88.4,
        "mg/l": 0.1},
    M.CK: {"u/l": 1.0, "iu/l": 1.0, "[iu]/l": 1.0, "units/l": 1.0, "ukat/l": 60.0, "nkat/l": 0.06, "unit/l": 1.0,
        "u/ml": 1000.0},
    M.AST: {"u/l": 1.0, "iu/l": 1.0, "[iu]/l": 1.0, "units/l": 1.0, "ukat/l": 60.0, "unit/l": 1.0},
    M.ALT: {"u/l": 1.0, "iu/l": 1.0, "[iu]/l": 1.0, "units/l": 1.0, "ukat/l": 60.0, "unit/l": 1.0},
    M.POTASSIUM: {"mmol/l": 1.0, "meq/l": 1.0, "mval/l": 1.0},
    M.LACTATE: {"mmol/l": 1.0, "meq/l": 1.0, "mg/dl": 1 / 9.01},
    M.WEIGHT: {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "lbs": 0.45359237, "[lb_av]": 0.45359237,
        "pounds": 0.45359237, "oz": 0.0283495, "[oz_av]": 0.0283495,
               "kilograms": 1.0, "kilogram": 1.0},
    M.PACO2: {"mm[hg]": 1.0, "mmhg": 1.0, "mm hg": 1.0, "torr": 1.0, "kpa": 7.5006},
    M.OXYGEN_SATURATION: {"%": 1.0, "percent": 1.0, "1": 100.0},
}  # fmt: skip
_PRESSURE = {"mm[hg]": 1.0, "mmhg": 1.0, "mm hg": 1.0, "torr": 1.0, "kpa": 7.5006}
_PRESSURES = frozenset({M.SYSTOLIC, M.DIASTOLIC, M.MEAN_PRESSURE})
_FAHRENHEIT = frozenset(("[degf]", "degf", "f", "deg f", "fahrenheit", "degrees f", "degrees fahrenheit"))
_CELSIUS = frozenset(("cel", "c", "degc", "deg c", "celsius", "degrees c", "degrees celsius", "centigrade"))
# Values that no patient has; beyond them the unit or the entry is wrong, and the value is not used.
_BOUNDS: dict[Measure, tuple[float, float]] = {
    M.HEART_RATE: (0, 400), M.RESPIRATORY_RATE: (0, 150), M.SYSTOLIC: (20, 350), M.DIASTOLIC: (5, 250),
    M.MEAN_PRESSURE: (10, 300),
    M.OXYGEN_SATURATION: (1, 100), M.GCS: (3, 15), M.RASS: (-5, 4), M.MODIFIED_ASHWORTH: (0, 4), M.PENN_SPASM: (0, 4),
    M.CK: (0, 1e7),
    M.CREATININE: (0, 50), M.EGFR: (0, 300), M.POTASSIUM: (0.5, 15), M.LACTATE: (0, 50), M.AST: (0, 1e6), M.ALT: (0,
        1e6), M.PACO2: (1, 250),
    M.PH: (6, 8.5), M.INR: (0, 100), M.WEIGHT: (0.2, 500), M.PUMP_RESERVOIR_VOLUME: (0, 100), M.PUMP_FILL_VOLUME: (0,
        100),
    M.PUMP_CONCENTRATION: (1, 20000), M.PUMP_DAILY_DOSE: (0, 1e6),
}  # fmt: skip
_LEAST_UMOL = 20.0
UNIT_ASSUMED = "unit assumed"
IMPLAUSIBLE = "value outside what is possible, not used"


@lru_cache(maxsize=8192)
def convert(measure: Measure, value: float, unit: str) -> tuple[float | None, str]:
    """A value in the record's unit and a defect in words; None for one that cannot be used."""
    said = plain(unit)
    if measure is M.TEMPERATURE:
        return _temperature(value, said)
    factor: float | None = 1.0
    defect = ""
    if measure in _PRESSURES:
        factor = _PRESSURE.get(said, 1.0 if not said else None)
    elif measure in PUMP_MEASURES:
        factor, defect = _pump_factor(measure, unit)
    elif measure in _FACTORS:
        factor = _FACTORS[measure].get(said, None if said else 1.0)
        if not said and measure is M.CREATININE:  # nobody lives with 20 mg/dL; 60-1500 umol/L is common
            factor, defect = (1 / 88.4 if value >= _LEAST_UMOL else 1.0), f"creatinine {UNIT_ASSUMED}"
    if factor is None:
        return None, "unit not understood"
    value *= factor
    low, high = _BOUNDS.get(measure, (float("-inf"), float("inf")))
    if not low <= value <= high:
        return None, IMPLAUSIBLE
    return round(value, 6), defect


def _pump_factor(measure: Measure, unit: str) -> tuple[float | None, str]:
    """Factor to mcg/mL, mcg/day or mL, and a defect."""
    amount = unit_of(unit)
    if measure is M.PUMP_CONCENTRATION and amount.kind == "mass" and amount.per_ml:
        return amount.factor * 1000 / amount.per_ml, ""
    if measure is M.PUMP_DAILY_DOSE and amount.kind == "mass":
        return amount.factor * 1000 / (amount.per_days or 1.0), ""
    if measure in (M.PUMP_RESERVOIR_VOLUME, M.PUMP_FILL_VOLUME):
        return amount.factor if amount.kind == "volume" else 1.0, ""
    return (None, "") if unit else (1.0, f"{measure.removeprefix('pump-').replace('-', ' ')} {UNIT_ASSUMED}")


def _temperature(value: float, unit: str) -> tuple[float | None, str]:
    """Celsius; without a unit 25-45 is read as Celsius and 90-110 as Fahrenheit, and that is said."""
    defect = ""
    if unit in _FAHRENHEIT:
        value = (value - 32) * 5 / 9
    elif unit not in _CELSIUS:
        if 25 <= value <= 45:
            defect = f"temperature {UNIT_ASSUMED}"
        elif 90 <= value <= 110:
            value, defect = (value - 32) * 5 / 9, f"temperature {UNIT_ASSUMED}"
        else:
            return None, IMPLAUSIBLE
    if not 25 <= value <= 45:
        return None, IMPLAUSIBLE
    return round(value, 2), defect


_NUMBER = re.compile(r"(?<![0-9.])([<>]=?)? ?([+-]?[0-9]{1,12}(?:[.,][0-9]{1,12}){0,4})(\+)?")
_UNIT = re.compile(r"^\s*([a-z%\[\]\u00b0{}]+(?: ?/ ?[a-z0-9\[\]{}.]+)?)")
_GCS = re.compile(r"\be ?([1-4]) ?,? ?v ?([1-5]) ?t? ?,? ?m ?([1-6])")
_GCS_TUBE = re.compile(r"\bv ?(?:t|1t)\b|\b[0-9]{1,2} ?t\b")
_PRESSURE_PAIR = re.compile(r"(?<![0-9/])([0-9]{2,3}(?:\.[0-9])?) ?/ ?([0-9]{2,3}(?:\.[0-9])?)(?![0-9/])")


def pressure_pair(text: str) -> tuple[float, float] | None:
    """ "186/110" as (systolic, diastolic)."""
    found = _PRESSURE_PAIR.search(text)
    return (float(found[1]), float(found[2])) if found else None


def spoken_value(measure: Measure, text: str) -> tuple[float | None, str, str]:
    """(value, unit, comparator) of a value in words: "39.4 C", "E4V4M6=14", "1+", "+2", ">12,000 U/L"."""
    said = plain(text)
    if measure is M.GCS:
        if found := _GCS.search(said):
            return float(int(found[1]) + int(found[2]) + int(found[3])), "", ""
        if _GCS_TUBE.search(said):  # the verbal part cannot be tested: the sum is not a GCS
            return None, "", ""
    if measure is M.MODIFIED_ASHWORTH:
        said = re.sub(r"/ ?4\b", "", said)
        grades = [
            float(g) + (0.5 if plus and g == "1" else 0.0)
            for g, plus in re.findall(r"(?<![0-9.])([0-4])(\+?)(?![0-9])", said)
        ]
        return (max(grades), "", "") if grades else (None, "", "")
    found = _NUMBER.search(said)
    if found is None:
        return None, "", ""
    value = number(found[2])
    unit = _UNIT.match(said[found.end() :])
    return value, (unit[1].replace(" ", "") if unit else ""), found[1] or ""


def quantity_value(quantity: dict[str, Any]) -> tuple[float | None, str, str]:
    """(value, unit, comparator) of a Quantity; the code before the unit text where the code is a unit."""
    code, unit = string(quantity.get("code")), string(quantity.get("unit"))
    return number(quantity.get("value")), code or unit, string(quantity.get("comparator"))
