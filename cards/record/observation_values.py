"""The value of one observation, or of one component, on its way to facts."""

import re
from typing import Any

from cards.record import facts, lexicon, wire
from cards.record.chart import Chart
from cards.record.coding import ABSENT, codings, plain, string, words
from cards.record.concepts import Gestation, Measure, Problem, Sign
from cards.record.end_of_service import ALONE
from cards.record.gestation import days_told, read_gestation
from cards.record.measures import (
    DATES,
    PUMP_MEASURES,
    convert,
    measures_named,
    pressure_pair,
    quantity_value,
    spoken_value,
)
from cards.record.observation_names import Name
from cards.record.quantities import amount_of, concentration_in, first_quantity, number
from cards.record.sig import read_sig
from cards.record.when import When, date_in_text

_Valued = wire.Observation | wire.Component

_SENTENCE_END = re.compile(r"\.\s+(?=[A-Za-z])")

PARTS = ("gcs-eye", "gcs-motor", "gcs-verbal")
_YES = frozenset(
    ("positive", "pos", "yes", "present", "true", "detected", "y", "abnormal", "observed", "noted", "confirmed",
     "reactive")
)  # fmt: skip
_NO = frozenset(
    ("negative", "neg", "no", "absent", "false", "none", "nil", "n", "denies", "denied", "normal", "undetected",
        "nonreactive",
     "never", "0", "-", "not detected", "not present", "non reactive", "not observed", "not applicable", "n/a",
     "unable to assess", "not assessed", "unknown", "within normal limits", "wnl", "ruled out", "unremarkable",
     "not done",
     "not performed", "nad")
)  # fmt: skip
_NORMAL = frozenset({"normal", "within normal limits", "wnl", "unremarkable", "nad"})
_SIGNS_OF_NORMAL = frozenset({Sign.TONE_NORMAL, Sign.PUMP_RUNNING})
_LONGEST_DAYS = 365.25 * 15  # a battery does not last longer
PREGNANCY_DAYS = 300.0  # a "pregnant" older than this is over


class Reader:
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
            said = string(source.valueString) or _number_text(source.valueString)
        elif concept is not None:
            if any(system == ABSENT for system, _, _ in codings(concept)):
                return None
            said = words(concept)
        plain_number = number(source.valueInteger)
        if name.part in PARTS:
            found = first_quantity(quantity)
            return plain_number if plain_number is not None else number(found.get("value")) if found else number(said)
        self._special(name, source, said)
        if name.is_pump or any(measure in PUMP_MEASURES for measure in name.measures):
            self._pump(name, source, said)
        else:
            for measure in name.measures:
                self._measure(measure, name, source, said, plain_number)
        if name.signs or said or concept is not None:
            self._signs(name, source, said)
        return None

    def _special(self, name: Name, source: _Valued, said: str) -> None:
        if name.part == "blood-pressure":
            self._pressure(name, said)
        if name.is_pregnancy:
            self._pregnancy(name, source, said)
        if name.gestation:
            self._gestation(name, name.gestation, source, said)

    def _quantity(self, name: Name, quantity: Any) -> None:
        found = quantity if type(quantity) is dict else first_quantity(quantity)
        for measure in name.measures:
            if found is None:
                self.add(measure, text=name.text)
                continue
            value, unit, comparator = quantity_value(found)
            self._number(measure, value, unit, comparator, name.text, spoken_unit=string(found.get("unit")))

    def _number(
        self, measure: Measure, value: float | None, unit: str, comparator: str, text: str, *, spoken_unit: str = ""
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
            answer = answer_of(source, said)
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
        answer = answer_of(source, said)
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
        answer = True if coded else answer_of(source, said)
        if answer is None and lower:
            answer = "pregnan" in lower and not any(
                w in lower for w in ("not ", "non", "unknown", "possib", "unlikely", "denies")
            )
        if answer is None:
            return
        now = self.chart.moment.now
        fresh = self.when is None or self.when.hours_until_at_most(now) <= PREGNANCY_DAYS * 24
        fact = self._pregnant(f"{name.text}: {said}" if said else name.text, is_active=fresh)
        self.chart.pregnancy.append((self.when, answer, fact))

    def _gestation(self, name: Name, told: Gestation, source: _Valued, said: str) -> None:
        days = days_told(source, said) if told is Gestation.WEEKS else None
        date = self._date(source, said) if told is not Gestation.WEEKS else None
        text = f"{name.text}: {said}" if days is not None and said else name.text
        read_gestation(told, days, date, self._pregnant(text), self.chart)

    def _pregnant(self, text: str, *, is_active: bool = True) -> facts.Condition:
        return facts.Condition(
            reference=self.reference,
            defects=tuple(self.defects),
            concepts=frozenset({Problem.PREGNANCY}),
            text=text,
            is_active=is_active,
            recorded=self.when,
        )

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
        return self.when.shifted(days) if -_LONGEST_DAYS < days < _LONGEST_DAYS else None

    def _pump(self, name: Name, source: _Valued, said: str) -> None:
        """Pump telemetry: a value of its own, or several in one text."""
        measures = [measure for measure in name.measures if measure in PUMP_MEASURES]
        for measure in (m for m in name.measures if m not in PUMP_MEASURES):
            self._measure(measure, name, source, said, number(source.valueInteger))
        text = f"{name.text}: {said}" if said else name.text
        pieces = _pieces(said) if said else []
        inner = [
            (piece, m) for piece in pieces for m in measures_named(_label(piece), True) if m is not Measure.PUMP_STATUS
        ]
        if len(inner) >= 2 or (inner and (not measures or measures == [Measure.PUMP_STATUS])):
            for piece, measure in inner:
                if measure not in self.seen:
                    self._pump_value(measure, wire.Component(valueString=piece), piece, piece)
            measures = [measure for measure in measures if measure is Measure.PUMP_STATUS]
        for measure in measures:
            if measure not in self.seen:
                self._pump_value(measure, source, said, text)
        self._by_units(source, said, text)

    def _by_units(self, source: _Valued, said: str, text: str) -> None:
        """Dose and concentration that no label names: mcg/day and mcg/mL say by themselves what they are."""
        quantity = first_quantity(source.valueQuantity)
        if quantity is not None:
            amount, value = amount_of(quantity), number(quantity.get("value"))
            if value is None or amount.kind != "mass":
                return
            if amount.per_days and Measure.PUMP_DAILY_DOSE not in self.seen:
                self.add(Measure.PUMP_DAILY_DOSE, _tidy(value * amount.factor * 1000 / amount.per_days), text=text)
            elif amount.per_ml and Measure.PUMP_CONCENTRATION not in self.seen:
                self.add(Measure.PUMP_CONCENTRATION, _tidy(value * amount.factor * 1000 / amount.per_ml), text=text)
            return
        if not said or ("/" not in said and " per " not in said):
            return
        concentration = concentration_in(said) if Measure.PUMP_CONCENTRATION not in self.seen else None
        if concentration is not None:
            self.add(Measure.PUMP_CONCENTRATION, _tidy(concentration * 1000), text=text)
        if Measure.PUMP_DAILY_DOSE not in self.seen:
            daily = next((part for part in read_sig(said).parts if part.kind == "mass" and part.is_daily), None)
            if daily is not None:
                self.add(Measure.PUMP_DAILY_DOSE, _tidy(daily.high * 1000), text=text)

    def _pump_value(self, measure: Measure, source: _Valued, said: str, text: str) -> None:
        if measure in DATES:
            due = self._date(source, said)
            if due is None and measure is Measure.PUMP_ALARM_DATE and source.valueBoolean is not None:
                return
            if due is None and measure is Measure.PUMP_EOS_DATE and _is_told_reached(source, said, text):
                for sign in (Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_STOPPED):
                    self.add(sign, text=text)
                return
            self.add(measure, date=due, text=text, defect="" if due is not None else "no readable date")
            return
        if measure is Measure.PUMP_STATUS:
            self.add(measure, text=text)
            return
        quantity = first_quantity(source.valueQuantity)
        if quantity is not None:
            value, unit, comparator = quantity_value(quantity)
            self._number(measure, value, unit, comparator, text, spoken_unit=string(quantity.get("unit")))
        elif said:
            value, unit, comparator = spoken_value(measure, said.partition(":")[2] or said)
            if value is None:
                self.add(measure, text=text)
            else:
                converted, defect = convert(measure, value, unit)
                self.add(measure, converted, text=text, comparator=comparator, defect=defect)
        elif (whole := number(source.valueInteger)) is not None:
            self._number(measure, whole, "", "", text)


def _is_told_reached(source: _Valued, said: str, text: str) -> bool:
    """ "Pump end of service: yes", "Pump status: EOS", or the name without any value: it is not a date to come."""
    if "date" in plain(text):
        return False
    answer = answer_of(source, said)
    if answer is not None:
        return answer
    if said:
        return plain(said).strip(" .:") in ALONE
    values = (source.valueQuantity, source.valueInteger, source.valueRange, source.valueDateTime, source.valuePeriod)
    return all(value is None for value in values)


def answer_of(source: _Valued, said: str) -> bool | None:
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


def _tidy(value: float) -> float:
    return float(f"{value:.10g}")


def _number_text(value: object) -> str:
    """A number that stands where a string belongs."""
    found = number(value)
    return f"{found:g}" if found is not None else ""


def _describes(said: str) -> bool:
    """Whether a value in words describes a finding ("visual", "mild", "2 min") rather than refers elsewhere."""
    lower = plain(said)
    return bool(lower) and not lower.startswith(
        ("see ", "per ", "unable", "not ", "no ", "pending", "refer", "unknown", "n/a")
    )


def _pieces(said: str) -> list[str]:
    """A blob of telemetry cut at its semicolons, line ends, bars, and commas that begin a new label."""
    for mark in ("\n", "|", "•"):
        said = said.replace(mark, ";")
    said = _SENTENCE_END.sub(";", said)
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
