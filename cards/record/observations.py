"""Observation to facts: one value or one sign each. What nobody asks for is dropped at once.

An observation's name is looked up once for all of its repeats: a chart of 200 vital signs has a dozen names.
"""

from functools import lru_cache
from typing import Any

import msgspec

from cards.record import facts, lexicon, wire
from cards.record.chart import Chart
from cards.record.coding import ABSENT, all_words, codings, items, notes, plain, string, words
from cards.record.concepts import Measure, Problem, Sign
from cards.record.measures import (
    DATES,
    PUMP_CONTEXT,
    PUMP_MEASURES,
    convert,
    measures_named,
    pressure_pair,
    quantity_value,
    spoken_value,
)
from cards.record.quantities import amount_of, first_quantity, number
from cards.record.valuesets import ValueSets
from cards.record.when import When, date_in_text

COUNTED = frozenset({"final", "amended", "corrected", "preliminary", ""})
_PARTS = ("gcs-eye", "gcs-motor", "gcs-verbal")
_YES = frozenset(["positive", "pos", "yes", "present", "true", "detected", "y", "abnormal", "observed", "noted", "confirmed", "reactive"])
_NO = frozenset(
    ["negative", "neg", "no", "absent", "false", "none", "nil", "n", "denies", "denied", "normal", "undetected", "nonreactive", "never", "0", "-"]
) | {"not detected", "not present", "non reactive", "not observed", "not applicable", "n/a", "unable to assess", "not assessed", "unknown",
     "within normal limits", "wnl", "ruled out", "unremarkable", "not done", "not performed", "nad"}  # fmt: skip
_NORMAL = frozenset({"normal", "within normal limits", "wnl", "unremarkable", "nad"})
_SIGNS_OF_NORMAL = frozenset({Sign.TONE_NORMAL, Sign.PUMP_RUNNING})
_NO_DATE_SHIFT = 365.25 * 15  # a battery does not last longer
PREGNANCY_DAYS = 300.0  # a "pregnant" older than this is over


_Valued = wire.Observation | wire.Component


class Name(msgspec.Struct, frozen=True, gc=False):
    """What an observation's code means."""

    text: str
    measures: tuple[Measure, ...] = ()
    signs: tuple[Sign, ...] = ()
    part: str = ""  # gcs-eye, gcs-motor, gcs-verbal, blood-pressure
    is_pregnancy: bool = False
    is_due_date: bool = False
    is_pump: bool = False
    is_screen: bool = False  # a test, scale or question: nothing is asserted without a value


@lru_cache(maxsize=4096)
def name_of(raw: bytes, valuesets: ValueSets) -> Name:
    """The meaning of an observation's undecoded code, remembered for its repeats."""
    return name_of_code(wire.opened(raw), valuesets)


def name_of_code(code: Any, valuesets: ValueSets) -> Name:
    """The meaning of an observation's code."""
    if isinstance(code, str):
        code = {"text": code}
    found = items(code)
    return _name(found[0], valuesets) if found else Name("")


def _name(code: dict[str, Any], valuesets: ValueSets) -> Name:
    measures: dict[Measure, None] = {}
    signs: dict[Sign, None] = {}
    part, is_pregnancy = "", False
    said = all_words(code)
    for system, value, _ in codings(code):
        meaning = valuesets.meaning(system, value)
        for name in meaning.of("measure"):
            measures[Measure(name)] = None
        for name in meaning.of("sign"):
            signs[Sign(name)] = None
        part = next(iter(meaning.of("part")), part)
        is_pregnancy = is_pregnancy or bool(meaning.of("test")) or "pregnancy" in meaning.of("problem")
    is_coded = bool(measures or signs or part or is_pregnancy)
    lower = plain(said)
    is_pump = bool(PUMP_CONTEXT.mentioned(said))
    if not is_coded or is_pump:
        for measure in measures_named(said):
            measures[measure] = None
        if not measures and not part and _is_pressure(lower):
            part = "blood-pressure"
        is_pregnancy = is_pregnancy or lower.startswith("pregnan") or "pregnancy test" in lower or "pregnancy status" in lower
    for sign in lexicon.SIGN_BOOK.mentioned(said):
        if not measures:
            signs[sign] = None
    is_screen = any(w in lower for w in ("screen", "score", "scale", "assess", "risk", "history", "level", "frequency", "precaution", "?"))
    return Name(
        text=words(code),
        measures=tuple(measures),
        signs=tuple(signs),
        part=part,
        is_pregnancy=is_pregnancy,
        is_due_date=("due date" in lower and "refill" not in lower) or "date of delivery" in lower or lower in ("edd", "edc"),
        is_pump=is_pump,
        is_screen=is_screen,
    )


def _is_pressure(lower: str) -> bool:
    tokens = lower.replace("|", " ").split()
    if "pulmonary" in lower or "venous" in lower:
        return False
    return "blood pressure" in lower or "bp" in tokens or "nibp" in tokens or "abp" in tokens or "arterial pressure" in lower


def read_observation(resource: wire.Observation, reference: str, chart: Chart) -> None:
    """An Observation and its components."""
    status = resource.status if isinstance(resource.status, str) else ""
    if status not in COUNTED:
        return
    name = name_of(bytes(resource.code), chart.valuesets)
    components = wire.components_of(resource.component)
    said = resource.valueString if resource.valueString is not None else resource.valueCodeableConcept
    if (
        not (name.measures or name.signs or name.part or name.is_pregnancy or name.is_due_date or name.is_pump)
        and not components
        and said is None
        and resource.note is None
        and resource.device is None
        and resource.focus is None
    ):
        return
    defects: list[str] = []
    when = _effective(resource, chart, defects)
    reader = _Reader(reference, status or "final", when, chart, defects)
    if not name.is_pump and (resource.device is not None or resource.focus is not None):
        pointer = f"{all_words(resource.device)} {all_words(resource.focus)}"
        if PUMP_CONTEXT.mentioned(pointer):
            name = msgspec.structs.replace(name, is_pump=True)
            name = msgspec.structs.replace(name, measures=name.measures or measures_named(name.text, True))
    reader.value(name, resource)
    parts: dict[str, float] = {}
    for component in components:
        inner = name_of(bytes(component.code), chart.valuesets)
        if name.is_pump and not inner.is_pump:
            measures = measures_named(inner.text, True) or inner.measures
            inner = msgspec.structs.replace(inner, is_pump=True, measures=measures)
        value = reader.value(inner, component)
        if inner.part in _PARTS and value is not None:
            parts[inner.part] = value
    if len(parts) == len(_PARTS) and Measure.GCS not in reader.seen:
        reader.add(Measure.GCS, sum(parts.values()), text=name.text)
    if resource.note is not None:
        for sign in sorted(lexicon.signs(notes(resource.note)) - reader.seen):
            reader.add(sign, text=notes(resource.note))


def _effective(resource: wire.Observation, chart: Chart, defects: list[str]) -> When | None:
    """When it was so: of a period its end."""
    if resource.effectiveDateTime is not None:
        return chart.when(resource.effectiveDateTime, defects)
    if resource.effectivePeriod is not None:
        start, end = chart.period(resource.effectivePeriod, defects)
        return end or start
    return chart.when(resource.effectiveInstant, defects)


class _Reader:
    """One Observation on its way to facts."""

    def __init__(self, reference: str, status: str, when: When | None, chart: Chart, defects: list[str]) -> None:
        self.reference, self.status, self.when, self.chart, self.defects = reference, status, when, chart, defects
        self.seen: set[str] = set()

    def add(
        self,
        concept: str,
        value: float | None = None,
        *,
        text: str,
        comparator: str = "",
        date: When | None = None,
        defect: str = "",
    ) -> None:
        self.seen.add(concept)
        self.chart.observations.append(
            facts.Observation(
                reference=self.reference,
                defects=(*self.defects, defect) if defect else tuple(self.defects),
                concept=concept,
                when=self.when,
                status=self.status,
                value=value,
                comparator=comparator,
                date=date,
                text=text,
            )
        )

    def value(self, name: Name, source: _Valued) -> float | None:
        """Facts of one code and value; the number of a part of a score comes back."""
        if source.dataAbsentReason is not None:
            return None
        quantity, said = source.valueQuantity, ""
        if quantity is not None and name.measures and not name.is_pump:  # the common case first
            self._quantity(name, quantity)
            return None
        concept = source.valueCodeableConcept
        if source.valueString is not None:
            said = string(source.valueString) or str(source.valueString)
        elif concept is not None:
            if any(system == ABSENT for system, _, _ in codings(concept)):
                return None
            said = words(concept)
        plain_number = number(source.valueInteger)
        if name.part in _PARTS:
            found = first_quantity(quantity)
            return plain_number if plain_number is not None else number(found.get("value")) if found else number(said)
        if name.part == "blood-pressure":
            self._pressure(name, said)
        if name.is_pregnancy:
            self._pregnancy(name, source, said)
        if name.is_due_date:
            self._due_date(name, source, said)
        if name.is_pump or any(measure in PUMP_MEASURES for measure in name.measures):
            self._pump(name, source, said)
        else:
            for measure in name.measures:
                self._measure(measure, name, source, said, plain_number)
        if name.signs or said or concept is not None:
            self._signs(name, source, said)
        return None

    def _quantity(self, name: Name, quantity: Any) -> None:
        found = quantity if type(quantity) is dict else first_quantity(quantity)
        for measure in name.measures:
            if found is None:
                self.add(measure, text=name.text)
                continue
            value, unit, comparator = quantity_value(found)
            self._number(measure, value, unit, comparator, name.text, string(found.get("unit")))

    def _number(
        self, measure: Measure, value: float | None, unit: str, comparator: str, text: str, spoken_unit: str = ""
    ) -> None:
        if value is None:
            self.add(measure, text=text)
            return
        converted, defect = convert(measure, value, unit)
        if converted is None and spoken_unit and spoken_unit != unit:  # a code that is no unit: try its words
            again, second = convert(measure, value, spoken_unit)
            if again is not None:
                converted, defect = again, second
        said = f"{text} {value:g} {spoken_unit or unit}".strip()
        self.add(measure, converted, text=said, comparator=comparator, defect=defect)

    def _measure(self, measure: Measure, name: Name, source: _Valued, said: str, plain_number: float | None) -> None:
        if plain_number is not None:
            self._number(measure, plain_number, "", "", name.text)
        elif measure is Measure.CAM:
            answer = _answer(source, said)
            self.add(measure, None if answer is None else float(answer), text=f"{name.text}: {said}")
            if answer:
                self.add(Sign.DELIRIUM, text=f"{name.text}: {said}")
        elif said:
            value, unit, comparator = spoken_value(measure, said)
            if value is None:
                self.add(measure, text=f"{name.text}: {said}")
            else:
                converted, defect = convert(measure, value, unit)
                if converted is None and unit:
                    converted, defect = convert(measure, value, "")
                self.add(measure, converted, text=f"{name.text}: {said}", comparator=comparator, defect=defect)
        else:
            span = first_quantity(source.valueRange)
            high = first_quantity(span.get("high") or span.get("low")) if span else None
            if high is not None:
                value, unit, comparator = quantity_value(high)
                self._number(measure, value, unit, comparator, name.text)

    def _pressure(self, name: Name, said: str) -> None:
        pair = pressure_pair(said) if said else None
        if pair is not None:
            for measure, value in zip((Measure.SYSTOLIC, Measure.DIASTOLIC), pair, strict=True):
                self._number(measure, value, "", "", f"{name.text}: {said}")
        elif said:
            self.add(Measure.SYSTOLIC, text=f"{name.text}: {said}")

    def _signs(self, name: Name, source: _Valued, said: str) -> None:
        """Signs that the code names and the value grants, and signs that the value's own words assert."""
        answer = _answer(source, said)
        text = f"{name.text}: {said}" if said else name.text
        found: set[Sign] = set()
        if answer is True:
            found |= set(name.signs)
        elif answer is False:
            if plain(said) in _NORMAL:
                found |= lexicon.signs(text) & _SIGNS_OF_NORMAL
        elif said:
            found |= self._signs_in(name, said, text)
        elif name.signs and source.valueQuantity is None and source.valueInteger is None and not name.is_screen:
            # What only a code names is asserted by the code; what the words name, only as far as they do not deny it.
            found |= lexicon.signs(name.text) | (set(name.signs) - lexicon.SIGN_BOOK.mentioned(name.text))
        for system, code, _ in codings(source.valueCodeableConcept):
            found |= {Sign(value) for value in self.chart.valuesets.meaning(system, code).of("sign")}
        for sign in sorted(found - self.seen):
            self.add(sign, text=text)

    def _signs_in(self, name: Name, said: str, text: str) -> set[Sign]:
        """Signs of a value in words; the name's own signs only if the words describe them."""
        asserted = set(lexicon.signs(text))
        named = set(name.signs)
        if name.is_screen:  # "Delirium assessment: drowsy" says drowsy
            return set(lexicon.signs(said))
        found = asserted - named
        if _describes(said):
            unspoken = named - lexicon.SIGN_BOOK.mentioned(name.text)  # named by a code alone
            found |= (asserted & named) | (unspoken - lexicon.SIGN_BOOK.denied(said))
        return found

    def _pregnancy(self, name: Name, source: _Valued, said: str) -> None:
        coded = any(
            "pregnancy" in self.chart.valuesets.meaning(system, code).of("problem")
            for system, code, _ in codings(source.valueCodeableConcept)
        )
        lower = plain(said)
        answer = True if coded else _answer(source, said)
        if answer is None and lower:
            answer = "pregnan" in lower and not any(w in lower for w in ("not ", "non", "unknown", "possib", "unlikely", "denies"))
        if answer is None:
            return
        now = self.chart.moment.now
        fresh = self.when is None or self.when.hours_until_at_most(now) <= PREGNANCY_DAYS * 24
        fact = facts.Condition(
            reference=self.reference,
            defects=tuple(self.defects),
            concepts=frozenset({Problem.PREGNANCY}),
            text=f"{name.text}: {said}" if said else name.text,
            is_active=fresh,
            recorded=self.when,
        )
        self.chart.pregnancy.append((self.when, answer, fact))

    def _due_date(self, name: Name, source: _Valued, said: str) -> None:
        due = self._date(source, said)
        if due is not None:
            fact = facts.Condition(
                reference=self.reference,
                concepts=frozenset({Problem.PREGNANCY}),
                text=name.text,
                is_active=not due.is_past(self.chart.moment.now),
                recorded=self.when,
                abated=due,
            )
            self.chart.pregnancy.append((self.when, True, fact))

    def _date(self, source: _Valued, said: str) -> When | None:
        """A date that is the value: valueDateTime, words, a period's end, or days from the observation on."""
        if source.valueDateTime is not None:
            return self.chart.when(source.valueDateTime, self.defects)
        if source.valuePeriod is not None:
            start, end = self.chart.period(source.valuePeriod, self.defects)
            return end or start
        if said:
            found = date_in_text(said, self.chart.zone, self.chart.moment.date_order)
            if found is not None:
                return found
        quantity = first_quantity(source.valueQuantity)
        count, unit = (number(quantity.get("value")), amount_of(quantity)) if quantity else (None, None)
        if quantity is None and said:
            count, words_of_unit, _ = spoken_value(Measure.PUMP_STATUS, said)
            unit = amount_of({"unit": words_of_unit})
        if count is None or unit is None or unit.kind != "time" or self.when is None:
            return None
        days = count * unit.factor
        return self.when.shifted(days) if -_NO_DATE_SHIFT < days < _NO_DATE_SHIFT else None

    def _pump(self, name: Name, source: _Valued, said: str) -> None:
        """Pump telemetry: a value of its own, or several in one text."""
        measures = [measure for measure in name.measures if measure in PUMP_MEASURES]
        for measure in (m for m in name.measures if m not in PUMP_MEASURES):
            self._measure(measure, name, source, said, number(source.valueInteger))
        text = f"{name.text}: {said}" if said else name.text
        pieces = _pieces(said) if said else []
        inner = [(piece, m) for piece in pieces for m in measures_named(_label(piece), True) if m is not Measure.PUMP_STATUS]
        if len(inner) >= 2 or (inner and (not measures or measures == [Measure.PUMP_STATUS])):
            for piece, measure in inner:
                if measure not in self.seen:
                    self._pump_value(measure, wire.Component(valueString=piece), piece, piece)
            measures = [measure for measure in measures if measure is Measure.PUMP_STATUS]
        for measure in measures:
            if measure not in self.seen:
                self._pump_value(measure, source, said, text)

    def _pump_value(self, measure: Measure, source: _Valued, said: str, text: str) -> None:
        if measure in DATES:
            due = self._date(source, said)
            if due is None and measure is Measure.PUMP_ALARM_DATE and source.valueBoolean is not None:
                return
            self.add(measure, date=due, text=text, defect="" if due is not None else "no readable date")
            return
        if measure is Measure.PUMP_STATUS:
            self.add(measure, text=text)
            return
        quantity = first_quantity(source.valueQuantity)
        if quantity is not None:
            value, unit, comparator = quantity_value(quantity)
            self._number(measure, value, unit, comparator, text, string(quantity.get("unit")))
        elif said:
            value, unit, comparator = spoken_value(measure, said.partition(":")[2] or said)
            if value is None:
                self.add(measure, text=text)
            else:
                converted, defect = convert(measure, value, unit)
                self.add(measure, converted, text=text, comparator=comparator, defect=defect)
        elif (whole := number(source.valueInteger)) is not None:
            self._number(measure, whole, "", "", text)


def _answer(source: _Valued, said: str) -> bool | None:
    """Yes or no, where the value is one of them."""
    if isinstance(source.valueBoolean, bool):
        return source.valueBoolean
    lower = plain(said).strip(" .:+")
    if lower in _YES or said.strip() == "+":
        return True
    if lower in _NO:
        return False
    first = lower.replace(",", " ").replace("(", " ").replace(";", " ").split(" ", 1)[0]
    if first in ("positive", "yes", "present"):
        return True
    if first in ("negative", "absent", "none", "no", "denies") and lower not in ("no relief", "no improvement"):
        return False if len(lower.split()) <= 4 else None
    return None


def _describes(said: str) -> bool:
    """Whether a value in words describes a finding ("visual", "mild", "2 min") rather than refers elsewhere."""
    lower = plain(said)
    return bool(lower) and not lower.startswith(("see ", "per ", "unable", "not ", "no ", "pending", "refer", "unknown", "n/a"))


def _pieces(said: str) -> list[str]:
    """A blob of telemetry cut at its semicolons, line ends, bars, and commas that begin a new label."""
    for mark in ("\n", "|", "•"):
        said = said.replace(mark, ";")
    out: list[str] = []
    for piece in said.split(";"):
        start = 0
        for index, char in enumerate(piece):
            if char == "," and piece[index + 1 : index + 3].strip()[:1].isalpha():
                out.append(piece[start:index])
                start = index + 1
        out.append(piece[start:])
    return [piece.strip() for piece in out if piece.strip()]


def _label(piece: str) -> str:
    """The words before the first number or colon of a piece."""
    head = piece.partition(":")[0]
    for index, char in enumerate(head):
        if char.isdigit() and index > 2:
            return head[:index]
    return head


def device_properties(properties: Any, reference: str, chart: Chart) -> None:
    """Device.property of a pump: values without a time of their own (meta.lastUpdated is no clinical time)."""
    reader = _Reader(reference, "final", None, chart, [])
    for item in items(properties):
        label = all_words(item.get("type"))
        name = Name(words(item.get("type")), measures_named(label, True), is_pump=True)
        quantity = first_quantity(item.get("valueQuantity"))
        code = item.get("valueCode")
        reader.value(name, wire.Component(valueQuantity=quantity, valueCodeableConcept=code))


def settle_pregnancy(chart: Chart) -> None:
    """The latest word on pregnancy decides: a later negative ends an earlier positive."""
    if not chart.pregnancy:
        return
    dated = sorted(chart.pregnancy, key=lambda entry: entry[0].latest.timestamp() if entry[0] else float("-inf"))
    if dated[-1][1]:
        chart.conditions += [fact for _, answer, fact in dated if answer]
    else:
        chart.conditions += [msgspec.structs.replace(fact, is_active=False) for _, answer, fact in dated if answer]

