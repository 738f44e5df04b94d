"""How far on is a pregnancy, as an observation tells it? By due date, gestational age, last period, or its end.

All come to one fact, a pregnancy with the date on which it is due. Names in words are judgement, as the lexicon is.
"""

import re

import msgspec

from cards.record import facts, wire
from cards.record.chart import Chart
from cards.record.coding import plain
from cards.record.concepts import Gestation
from cards.record.quantities import Amount, amount_of, first_quantity, number
from cards.record.when import When, instant, latest

FULL_TERM_DAYS = 280  # by definition: the due date is 40 weeks from the last period
LONGEST_WEEKS = 45
LONGEST_DAYS = 7 * LONGEST_WEEKS  # no pregnancy lasts longer: what says so is a slip, or over
# Of a child, of an earlier pregnancy, or of another day than the observation's.
_NOT_NOW = re.compile(
    r"\b(birth|born|deliver(?:y|ed)|newborn|neonat\w*|infant|death|termination|abortion|miscarriage|loss|prior|previous"
    r"|history|first|for gestational)\b"
)
# "Due date" and "delivery" are said of vaccines and wheelchairs, too: alone, or with a word of pregnancy.
_ESTIMATE = re.compile(r"\b(due date|estimated|expected|edd|edc)\b")
_ALONE = re.compile(
    r"(?:(?:estimated|expected|final|working|actual) )*"
    r"(?:due date|delivery date|date of (?:delivery|confinement)|edd|edc)(?:,? ?\(?(?:estimated|expected|edd|edc)\)?)?"
    r"(?: (?:by|from|per) (?:ultrasound|lmp|last menstrual period|dating scan))?"
)
_DATE = re.compile(r"\b(due date|delivery date|date of (?:delivery|confinement))\b")
_OF_PREGNANCY = re.compile(
    r"\b(pregnan\w*|obstetric\w*|ob|baby|infant|newborn|child|gestation\w*|confinement|edd|edc)\b"
)
_OF_CARE = re.compile(
    r"\b(vaccin\w*|immuni[sz]\w*|screen\w*|visits?|appointment|tests?|dose|injection|check\w*|exam\w*)\b"
)
_WEEKS_AND_DAYS = re.compile(
    r"(?<![\d.+/])(\d{1,2})"
    r"(?:\s*\+\s*([0-6])(?!\d)(?:\s*/\s*7)?"  # 30+2, 30 + 2/7
    r"|\s+([0-6])\s*/\s*7"  # 30 2/7
    r"|\s*-?\s*(?:weeks?|wks?|w)(?![a-z])(?:\s*(?:and|,|\+|&)?\s*([0-6])(?!\d)(?:\s*/\s*7|\s*(?:days?|d)(?![a-z])))?)"
)
_DAYS = re.compile(r"(?<![\d.+/])(\d{1,3})\s*(?:days?|d)(?![a-z])")


def named(lower: str) -> Gestation | None:
    """What a name in plain words tells."""
    if "refill" in lower:
        return None
    if _ALONE.fullmatch(lower) or (_DATE.search(lower) and _OF_PREGNANCY.search(lower) and not _OF_CARE.search(lower)):
        return Gestation.DUE if _ESTIMATE.search(lower) else Gestation.BIRTH
    if "gestational age" in lower or "weeks of gestation" in lower or "weeks gestation" in lower:
        return None if is_of_another_time(lower) else Gestation.WEEKS
    return Gestation.PERIOD if "last menstrual period" in lower or lower == "lmp" else None


def is_of_another_time(lower: str) -> bool:
    """Whether weeks of this name are not those of the day on which they were told, or another's."""
    return bool(_NOT_NOW.search(lower))


def days_in_words(text: str) -> float | None:
    """ "30 weeks 2 days", "30+2", "30w2d", "212 days"; a bare "30" is weeks."""
    said = plain(text)
    if found := _WEEKS_AND_DAYS.search(said):
        return _possible(7 * int(found[1]) + int(found[2] or found[3] or found[4] or 0))
    if found := _DAYS.search(said):
        return _possible(int(found[1]))
    return _possible(7 * float(said)) if re.fullmatch(r"\d{1,2}(\.\d)?", said) else None


def days_told(source: wire.Observation | wire.Component, said: str) -> float | None:
    """Days of a pregnancy as a quantity, a whole number or words."""
    quantity = first_quantity(source.valueQuantity)
    value = number(quantity.get("value")) if quantity else number(source.valueInteger)
    if value is not None:
        return days_of(value, amount_of(quantity) if quantity else amount_of({}))
    return days_in_words(said) if said else None


def days_of(value: float, unit: Amount) -> float | None:
    """Days of a quantity in weeks or days; without a unit weeks, as they are counted."""
    if unit.kind not in ("", "time"):
        return None
    return _possible(value * (unit.factor if unit.kind else 7))


def _possible(days: float) -> float | None:
    return days if 0 < days <= LONGEST_DAYS else None


def read_gestation(told: Gestation, days: float | None, date: When | None, fact: facts.Condition, chart: Chart) -> None:
    """A pregnancy told by its dates: the fact, as a condition that ends when it is due."""
    now = chart.moment.now
    due = date
    if days is not None:  # undated: at least so far on by now
        due = (fact.recorded or instant(now)).shifted(FULL_TERM_DAYS - days)
    elif date is not None and told is Gestation.PERIOD:
        due = date.shifted(FULL_TERM_DAYS)
    if due is None:
        return
    # Weeks assert a pregnancy, so that it goes on until a birth is told; a due date alone is over when it passes.
    lasts_until = due.shifted(LONGEST_DAYS - FULL_TERM_DAYS) if days is not None else due
    lasts = told is not Gestation.PERIOD and lasts_until is not None and not lasts_until.is_past(now)
    dated = msgspec.structs.replace(fact, is_active=lasts, abated=due)
    if told is Gestation.PERIOD:
        chart.conditions.append(dated)
    elif told is Gestation.BIRTH and due.is_past(now):
        chart.pregnancy.append((due, False, dated))
    else:
        chart.pregnancy.append((fact.recorded, True, dated))


def settle_pregnancy(chart: Chart) -> None:
    """The latest word on pregnancy decides: a later negative, or a birth, ends an earlier positive."""
    told = [entry for entry in chart.pregnancy if not _is_own(entry[2], chart)]
    if not told:
        return
    dated = sorted(told, key=lambda entry: latest(entry[0]))
    if dated[-1][1]:
        chart.conditions += [fact for _, answer, fact in dated if answer]
    else:  # over, and its dates with it
        chart.conditions += [
            msgspec.structs.replace(fact, is_active=False, abated=None) for _, answer, fact in dated if answer
        ]


def _is_own(fact: facts.Condition, chart: Chart) -> bool:
    """In a child's chart: the weeks in which it was itself carried, for they began before it was born."""
    birth = chart.patient.birth if chart.patient else None
    began = fact.abated.shifted(-FULL_TERM_DAYS) if fact.abated else None
    return birth is not None and began is not None and began.earliest < birth.latest
