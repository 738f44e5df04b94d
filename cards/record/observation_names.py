"""What the name of an observation means: looked up once for all of its repeats.

A chart of 200 vital signs has a dozen names.
"""

from functools import lru_cache
from typing import Any

import msgspec

from cards.record import lexicon, wire
from cards.record.coding import all_words, codings, items, plain, words
from cards.record.concepts import Gestation, Measure, Sign
from cards.record.gestation import is_of_another_time, named
from cards.record.maternal import is_of_mother
from cards.record.measures import ASIDE, PUMP_CONTEXT, measures_named
from cards.record.valuesets import ValueSets


class Name(msgspec.Struct, frozen=True, gc=False):
    """What an observation's code means."""

    text: str
    measures: tuple[Measure, ...] = ()
    signs: tuple[Sign, ...] = ()
    part: str = ""  # gcs-eye, gcs-motor, gcs-verbal, blood-pressure
    is_pregnancy: bool = False
    gestation: Gestation | None = None
    is_pump: bool = False
    is_of_mother: bool = False  # in a newborn's chart
    is_screen: bool = False  # a test, scale or question: nothing is asserted without a value


@lru_cache(maxsize=4096)
def name_of(raw: bytes, valuesets: ValueSets, at_pump: bool = False) -> Name:
    """The meaning of an observation's undecoded code, remembered for its repeats.

    `at_pump`: it was observed at an intrathecal pump, whether its name says so or not.
    """
    return name_of_code(wire.opened(raw), valuesets, at_pump)


def name_of_code(code: Any, valuesets: ValueSets, at_pump: bool = False) -> Name:
    """The meaning of an observation's code."""
    if isinstance(code, str):
        code = {"text": code}
    found = items(code)
    return _name(found[0], valuesets, at_pump) if found else Name("")


def _name(code: dict[str, Any], valuesets: ValueSets, at_pump: bool) -> Name:
    measures: dict[Measure, None] = {}
    signs: dict[Sign, None] = {}
    part, is_pregnancy = "", False
    gestation: Gestation | None = None
    said = all_words(code)
    for system, value, _ in codings(code):
        meaning = valuesets.meaning(system, value)
        for name in meaning.of("measure"):
            measures[Measure(name)] = None
        for name in meaning.of("sign"):
            signs[Sign(name)] = None
        part = next(iter(meaning.of("part")), part)
        is_pregnancy = is_pregnancy or "pregnancy" in (*meaning.of("test"), *meaning.of("problem"))
        gestation = next((Gestation(test) for test in meaning.of("test") if test != "pregnancy"), gestation)
    is_coded = bool(measures or signs or part or is_pregnancy or gestation)
    lower = plain(said)
    is_pump = at_pump or bool(PUMP_CONTEXT.mentioned(said))
    if not is_coded or is_pump:
        for measure in measures_named(said, at_pump):
            measures[measure] = None
        if not measures and not part and _is_pressure(lower):
            part = "blood-pressure"
        is_pregnancy = (
            is_pregnancy or lower.startswith("pregnan") or "pregnancy test" in lower or "pregnancy status" in lower
        )
    if set(measures) <= {Measure.PUMP_STATUS}:  # "Pump motor stall: true"; a date or a volume asserts nothing
        signs |= dict.fromkeys(sorted(lexicon.SIGN_BOOK.mentioned(said)))
    if gestation is Gestation.WEEKS and is_of_another_time(lower):
        gestation = None
    is_screen = any(
        w in lower
        for w in ("screen", "score", "scale", "assess", "risk", "history", "level", "frequency", "precaution", "?")
    )
    return Name(
        text=words(code),
        measures=tuple(measures),
        signs=tuple(signs),
        part=part,
        is_pregnancy=is_pregnancy,
        gestation=gestation or named(plain(words(code))) or named(lower),
        is_pump=is_pump,
        is_of_mother=is_of_mother(said),
        is_screen=is_screen,
    )


def _is_pressure(lower: str) -> bool:
    tokens = lower.replace("|", " ").split()
    if "pulmonary" in lower or "venous" in lower or not ASIDE.isdisjoint(tokens):
        return False
    return (
        "blood pressure" in lower
        or "bp" in tokens
        or "nibp" in tokens
        or "abp" in tokens
        or "arterial pressure" in lower
    )
