"""One dosage instruction: dose, frequency, bounds in time and words, from whatever shape it has.

One dose can stand there three times (Epic: calculated, amount, ordered): one is picked, they are never added.
"""

from datetime import tzinfo
from typing import Any

import msgspec

from cards.record.coding import all_words, codings, items, string, words
from cards.record.facts import Product
from cards.record.quantities import DAYS, Amount, amount_of, days_in, first_quantity, number, unit_of
from cards.record.sig import Part, Sig, read_sig
from cards.record.when import When, read_period, read_when

_TIMES_BY_CODE = {
    "QD": 1.0, "BID": 2.0, "TID": 3.0, "QID": 4.0, "QOD": 0.5, "AM": 1.0, "PM": 1.0, "BED": 1.0, "HS": 1.0, "QHS": 1.0,
    "Q1H": 24.0, "Q2H": 12.0, "Q3H": 8.0, "Q4H": 6.0, "Q6H": 4.0, "Q8H": 3.0, "Q12H": 2.0, "Q24H": 1.0, "WK": 1 / 7,
    "MO": 1 / 30.44, "DAILY": 1.0, "QAM": 1.0, "QPM": 1.0,
}  # fmt: skip
_MOST_A_DAY = 1e6  # mg, a kilogram: a slip in a number or a unit, and no dose
_MEALS = frozenset({"C", "AC", "PC"})  # "with meals": three a day
_ORDER_OF_TYPES = {"ordered": 0, "calculated": 1}


class Doses(msgspec.Struct, gc=False):
    """One instruction worked out, in mg; None where the chart does not say."""

    low: float | None = None  # per administration
    high: float | None = None
    daily_low: float | None = None
    daily_high: float | None = None
    times: tuple[float, float] | None = None
    interval: float | None = None
    is_micro: bool = False  # given in micrograms
    is_rate: bool = False


class Instruction(msgspec.Struct, gc=False):
    """One dosage instruction: doses, place in a sequence, bounds in time, words."""

    doses: Doses
    sequence: float | None = None
    start: When | None = None
    end: When | None = None
    days: float | None = None
    when: tuple[str, ...] = ()
    is_prn: bool = False
    text: str = ""
    timing_code: str = ""
    sig: Sig = Sig()


def instruction_texts(value: Any) -> str:
    """All the words of dosage instructions: text, additional and patient instructions."""
    said: list[str] = []
    for item in items(value):
        for part in (item.get("text"), item.get("patientInstruction")):
            if string(part) and string(part) not in said:
                said.append(string(part))
        extra = words(item.get("additionalInstruction") or item.get("additionalInstructions"))
        if extra and extra not in said:
            said.append(extra)
    return "; ".join(said)


def order_route(value: Any) -> tuple[list[tuple[str, str, str]], str]:
    """Codings and words of the routes of all instructions."""
    found: list[tuple[str, str, str]] = []
    said: list[str] = []
    for item in items(value):
        found += codings(item.get("route"))
        said.append(all_words(item.get("route")))
    return found, " | ".join(part for part in said if part)


def has_daily_micrograms(value: Any, text: str) -> bool:
    """Whether a dose is written in micrograms a day: intrathecal, when nothing else says the route."""
    for item in items(value):
        for dose in (*items(item.get("doseAndRate")), item):
            for key in ("rateQuantity", "doseQuantity", "rateSimpleQuantity"):
                quantity = first_quantity(dose.get(key))
                if quantity is not None:
                    amount = amount_of(quantity)
                    if amount.is_micro and amount.per_days:
                        return True
            for ratio in items(dose.get("rateRatio")):
                top, bottom = first_quantity(ratio.get("numerator")), first_quantity(ratio.get("denominator"))
                if top and bottom and amount_of(top).is_micro and amount_of(bottom).kind == "time":
                    return True
    return bool(text) and any(part.is_micro and part.is_daily for part in read_sig(text).parts)


def has_hourly_volume(value: Any, text: str) -> bool:
    """Whether a dose is written in mL/h, as pumps are."""
    for item in items(value):
        for dose in (*items(item.get("doseAndRate")), item):
            quantity = first_quantity(dose.get("rateQuantity"))
            if quantity is not None:
                amount = amount_of(quantity)
                if amount.kind == "volume" and amount.per_days:
                    return True
    return bool(text) and any(part.kind == "volume" and part.is_hourly for part in read_sig(text).parts)


def bounds_only(item: dict[str, Any], zone: tzinfo) -> Instruction:
    """One Dosage element as far as its time goes: for drugs whose dose nobody asks for."""
    timing = next(iter(items(item.get("timing"))), {})
    repeat = next(iter(items(timing.get("repeat"))), {})
    start, end = read_period(repeat.get("boundsPeriod"), zone)
    return Instruction(Doses(), start=start, end=end, days=days_in(repeat.get("boundsDuration")))


def read_instruction(item: dict[str, Any], product: Product, zone: tzinfo) -> Instruction:
    """One Dosage element."""
    text = string(item.get("text"))
    extra = " ; ".join(
        part
        for part in (words(item.get("additionalInstruction")), string(item.get("patientInstruction")))
        if part and part != text
    )
    sig = read_sig(text) if text else (read_sig(extra) if extra else Sig())
    timing = item.get("timing")
    timings = items(timing)
    repeat = next(iter(items(timings[0].get("repeat"))), {}) if timings else {}
    times, interval, code, when = _times(timings[0] if timings else {}, repeat)
    start, end = read_period(repeat.get("boundsPeriod"), zone)
    days = days_in(repeat.get("boundsDuration"))
    doses = _structured(item, product, sig)
    doses.times, doses.interval = times, interval
    if times is None:
        doses.times, doses.interval = sig.times, sig.interval_hours
    fill_from_text(doses, sig, product)
    work_out(doses)
    events = (
        [event for event in (read_when(e, zone) for e in _strings(timings[0].get("event"))) if event] if timings else []
    )
    if events and start is None:
        start, end = min(events, key=lambda e: e.earliest), end or max(events, key=lambda e: e.latest)
    prn = item.get("asNeededBoolean") is True or bool(items(item.get("asNeededCodeableConcept"))) or sig.is_prn
    prn = prn or item.get("asNeeded") is True or "prn" in code.lower().split()
    return Instruction(
        doses,
        number(item.get("sequence")),
        start,
        end,
        days,
        when,
        prn,
        f"{text} ; {extra}" if extra else text,
        code,
        sig,
    )


def _strings(value: Any) -> list[str]:
    return (
        [v for v in value if isinstance(v, str)]
        if isinstance(value, list)
        else [value]
        if isinstance(value, str)
        else []
    )


def _times(
    timing: dict[str, Any], repeat: dict[str, Any]
) -> tuple[tuple[float, float] | None, float | None, str, tuple[str, ...]]:
    """Times per day (least, most), the interval in hours, the timing code, and the named moments."""
    code_words = all_words(timing.get("code"))
    code = next((c.upper() for _, c, _ in codings(timing.get("code")) if c.upper() in _TIMES_BY_CODE), "")
    spoken = words(timing.get("code"))
    clocks = _strings(repeat.get("timeOfDay"))
    when = tuple(_strings(repeat.get("when")))
    label = spoken or code
    moments = (*clocks, *when)
    days = len(_strings(repeat.get("dayOfWeek")))
    share = days / 7 if days else 1.0
    frequency, period = number(repeat.get("frequency")), number(repeat.get("period"))
    unit = DAYS.get(string(repeat.get("periodUnit") or repeat.get("periodUnits")))
    if unit is not None and (period is None or period > 0):
        least = frequency if frequency and frequency > 0 else 1.0
        most = max(least, number(repeat.get("frequencyMax")) or least)
        longest = max(period or 1.0, number(repeat.get("periodMax")) or 0.0) * unit
        shortest = (period or 1.0) * unit
        if clocks and unit == 1.0 and (period or 1.0) == 1.0:
            least = most = float(len(clocks))
        interval = shortest * 24 / most if string(repeat.get("periodUnit")) == "h" else None
        return (least / longest * share, most / shortest * share), interval, label, moments
    if clocks:
        return (len(clocks) * share, len(clocks) * share), None, label, moments
    if when:
        count = float(sum(3 if moment in _MEALS else 1 for moment in when))
        return (count * share, count * share), None, label, moments
    if code:
        count = _TIMES_BY_CODE[code]
        interval = 24 / count if code.startswith("Q") and code.endswith("H") else None
        return (count * share, count * share), interval, label, moments
    events = _strings(timing.get("event"))
    if events:
        by_day: dict[str, int] = {}
        for event in events:
            by_day[event[:10]] = by_day.get(event[:10], 0) + 1
        return (float(min(by_day.values())), float(max(by_day.values()))), None, label, moments
    if code_words:
        sig = read_sig(code_words)
        return sig.times, sig.interval_hours, label, moments
    return None, None, label, moments


def _structured(item: dict[str, Any], product: Product, sig: Sig) -> Doses:
    """The doses of one instruction's doseAndRate, or of the instruction itself (DSTU2 and STU3 style)."""
    entries = items(item.get("doseAndRate")) or [item]
    worked = [(_rank(entry), _entry(entry, product, sig)) for entry in entries]
    readable = [(rank, doses) for rank, doses in worked if doses.high is not None or doses.daily_high is not None]
    if not readable:
        return Doses()
    return min(readable, key=lambda pair: pair[0])[1]


def _rank(entry: dict[str, Any]) -> tuple[int, int]:
    """ "ordered" first, then "calculated", then a mass, then a count."""
    said = {c.lower() for _, c, _ in codings(entry.get("type"))} | {all_words(entry.get("type")).lower()}
    kind = min((_ORDER_OF_TYPES.get(word, 2) for word in said), default=2)
    quantity = first_quantity(entry.get("doseQuantity") or entry.get("rateQuantity"))
    is_mass = quantity is not None and amount_of(quantity).kind == "mass"
    return kind, 0 if is_mass else 1


def _entry(entry: dict[str, Any], product: Product, sig: Sig) -> Doses:
    doses = Doses()
    for rate in items(entry.get("rateRatio")):
        _ratio(doses, rate, product, sig)
    for key in ("rateQuantity", "rateSimpleQuantity"):
        for quantity in items(entry.get(key)):
            _rate(doses, number(quantity.get("value")), None, amount_of(quantity), product=product, sig=sig)
    for span in items(entry.get("rateRange")):
        low, high = first_quantity(span.get("low")), first_quantity(span.get("high"))
        if low or high:
            _rate(doses, _value(low, high), _value(high, low), amount_of(high or low or {}), product=product, sig=sig)
    if doses.daily_high is not None:
        return doses
    for key in ("doseQuantity", "doseSimpleQuantity", "quantity", "dose"):
        for quantity in items(entry.get(key)):
            _dose(doses, number(quantity.get("value")), None, amount_of(quantity), product=product, sig=sig)
    for span in items(entry.get("doseRange")):
        low, high = first_quantity(span.get("low")), first_quantity(span.get("high"))
        if low or high:
            _dose(doses, _value(low, high), _value(high, low), amount_of(high or low or {}), product=product, sig=sig)
    return doses


def _value(first: dict[str, Any] | None, second: dict[str, Any] | None) -> float | None:
    value = number(first.get("value")) if first else None
    return value if value is not None else number(second.get("value")) if second else None


def _mg(value: float, amount: Amount, product: Product, sig: Sig) -> float | None:
    """A value with a unit as mg of baclofen."""
    if amount.kind == "mass":
        return value * amount.factor
    if amount.kind == "volume":
        concentration = product.concentration_mg_per_ml or sig.concentration_mg_per_ml
        return value * amount.factor * concentration if concentration else None
    if amount.kind == "count":
        strength = product.strength_mg or sig.strength_mg
        return value * strength if strength else None
    return None


def _dose(doses: Doses, low: float | None, high: float | None, amount: Amount, *, product: Product, sig: Sig) -> None:
    if low is None or low < 0:
        return
    if amount.per_days:  # a rate written as a dose: "157.3 mcg/day" in doseQuantity
        _rate(doses, low, high, amount, product=product, sig=sig)
        return
    first = _mg(low, amount, product, sig)
    second = _mg(high, amount, product, sig) if high is not None else first
    if first is not None and second is not None:
        doses.low, doses.high, doses.is_micro = min(first, second), max(first, second), amount.is_micro


def _rate(doses: Doses, low: float | None, high: float | None, amount: Amount, *, product: Product, sig: Sig) -> None:
    if low is None or low < 0 or not amount.per_days:
        return
    first = _mg(low, amount, product, sig)
    second = _mg(high, amount, product, sig) if high is not None else first
    if first is not None and second is not None:
        first, second = first / amount.per_days, second / amount.per_days
        doses.daily_low, doses.daily_high = min(first, second), max(first, second)
        doses.is_micro, doses.is_rate = amount.is_micro, True


def _ratio(doses: Doses, ratio: dict[str, Any], product: Product, sig: Sig) -> None:
    top, bottom = first_quantity(ratio.get("numerator")), first_quantity(ratio.get("denominator"))
    if top is None:
        return
    amount, per = amount_of(top), amount_of(bottom) if bottom else unit_of("d")
    count = number(bottom.get("value")) if bottom else 1.0
    days = (count if count is not None else 1.0) * per.factor if per.kind == "time" else 0.0
    if days > 0:
        amount = msgspec.structs.replace(amount, per_days=days)
        _rate(doses, number(top.get("value")), None, amount, product=product, sig=sig)


def fill_from_text(doses: Doses, sig: Sig, product: Product) -> None:
    """What the structure leaves open, from the words."""
    if doses.high is not None or doses.daily_high is not None or not sig.parts:
        return
    lows, highs, times = 0.0, 0.0, 0.0
    worked = [
        (part, low, high) for part, low, high in _worked_parts(sig, product) if low is not None and high is not None
    ]
    if len(worked) < len(sig.parts):
        return
    doses.is_micro = sig.parts[0].is_micro
    if len(worked) == 1:
        part, low, high = worked[0]
        if part.is_daily or part.is_hourly:
            factor = 24.0 if part.is_hourly else 1.0
            doses.daily_low, doses.daily_high, doses.is_rate = low * factor, high * factor, True
            return
        doses.low, doses.high = low, high
        if part.low_times is not None and part.high_times is not None and doses.times is None:
            doses.times = (part.low_times, part.high_times)
        return
    for part, low, high in worked:  # "10-10-20": the day's doses, each with its own frequency
        if part.low_times is None or part.high_times is None:
            return
        lows, highs, times = lows + low * part.low_times, highs + high * part.high_times, times + part.high_times
    doses.daily_low, doses.daily_high, doses.times = lows, highs, (times, times)


def _worked_parts(sig: Sig, product: Product) -> list[tuple[Part, float | None, float | None]]:
    return [
        (part, _mg(part.low, Amount(part.kind), product, sig), _mg(part.high, Amount(part.kind), product, sig))
        for part in sig.parts
    ]


def work_out(doses: Doses) -> None:
    """The daily dose, where dose and frequency are known."""
    if doses.daily_high is None and doses.low is not None and doses.high is not None and doses.times is not None:
        doses.daily_low, doses.daily_high = doses.low * doses.times[0], doses.high * doses.times[1]
    if doses.daily_high is not None and doses.daily_high > _MOST_A_DAY:
        doses.daily_low = doses.daily_high = None
