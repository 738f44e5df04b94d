"""Condition to fact: what the patient has, by code and by words; not what is refuted, and not the family's."""

from functools import lru_cache

import msgspec

from cards.record import facts, lexicon, maternal, wire
from cards.record.chart import Chart
from cards.record.coding import ICD, SNOMED, all_words, codings, first_code, notes, plain, string, words
from cards.record.phrases import Standing, standing
from cards.record.valuesets import ValueSets
from cards.record.when import When, date_in_text

_OVER = frozenset({"inactive", "resolved", "remission"})
_NOT_SO = frozenset({"refuted", "entered-in-error"})
NO_CODE = "a problem has neither a known code nor words"


class Code(msgspec.Struct, frozen=True, gc=False):
    """What a Condition's code means."""

    names: frozenset[str] = frozenset()
    said: str = ""  # every word, for matching
    shown: str = ""
    told: str = ""  # what the code itself stands for, where the chart has no words
    is_coded: bool = False  # in a system in which we would know our codes
    is_history: bool = False
    is_of_mother: bool = False  # in a newborn's chart


@lru_cache(maxsize=4096)
def code_of(raw: bytes, valuesets: ValueSets) -> Code:
    """The meaning of an undecoded code, remembered for its repeats."""
    concept = wire.opened(raw)
    said = all_words(concept)
    names: set[str] = set()
    found = codings(concept)
    for system, code, _ in found:
        meaning = valuesets.meaning(system, code)
        names |= {*meaning.of("sign"), *meaning.of("problem")}
    for part in said.split("|"):
        names |= {*lexicon.signs(part), *lexicon.problems(part)}
    if _is_family(said):
        names = set()
    if maternal.is_her_own(said):
        names = {name for name in names if not name.startswith("pump-")}
    return Code(
        names=frozenset(names),
        said=said,
        shown=words(concept),
        told=valuesets.told(found),
        is_coded=any(system in (ICD, SNOMED) for system, _, _ in found),
        is_history=_is_history(said),
        is_of_mother=maternal.is_of_mother(said),
    )


def read_condition(resource: wire.Condition, reference: str, chart: Chart) -> None:
    """One Condition. Those that no rule asks about are dropped."""
    if resource.verificationStatus is not None:
        verified = first_code(resource.verificationStatus).lower() or plain(words(resource.verificationStatus))
        if verified in _NOT_SO:
            return
    code = code_of(bytes(resource.code), chart.valuesets)
    note = notes(resource.note) if resource.note is not None else ""
    if not code.said and not note and not code.is_coded:
        chart.cannot_read(reference, NO_CODE)
        return
    if code.is_of_mother or note:
        _read_maternal(resource, code, note, reference, chart)
    names = code.names | lexicon.signs(note) | lexicon.problems(note) if note else code.names
    if not names or _is_family(code.said):
        return
    defects: list[str] = []
    start, end = chart.period(resource.onsetPeriod, defects)
    onset = chart.when(resource.onsetDateTime, defects) or start or _spoken(resource.onsetString, chart)
    abated = (
        chart.when(resource.abatementDateTime, defects) or chart.period(resource.abatementPeriod, defects)[1] or end
    )
    chart.conditions.append(
        facts.Condition(
            reference=reference,
            defects=tuple(defects),
            concepts=frozenset(names),
            text=code.shown or code.said or note or code.told,
            is_active=_is_active(resource, abated, chart) and not code.is_history,
            onset=onset,
            recorded=chart.when(resource.recordedDate, defects),
            abated=abated,
            category=first_code(resource.category) or words(resource.category),
        )
    )


def _read_maternal(resource: wire.Condition, code: Code, note: str, reference: str, chart: Chart) -> None:
    """In a newborn's chart: affected by what the mother took."""
    recorded = chart.when(resource.recordedDate, [])
    maternal.read_words(reference, f"{code.shown or code.said} {note}".strip(), recorded, chart)


def _is_active(resource: wire.Condition, abated: When | None, chart: Chart) -> bool:
    status = first_code(resource.clinicalStatus).lower() or plain(words(resource.clinicalStatus))
    if status:
        return status not in _OVER
    return not (resource.abatementBoolean is True or (abated is not None and abated.is_past(chart.moment.now)))


def _is_family(said: str) -> bool:
    lower = plain(said)
    return "family history" in lower or "family hx" in lower or lower.startswith(("fh ", "fhx", "fh:"))


def _is_history(said: str) -> bool:
    """ "History of stroke" in all its words: a problem that was, not one that is."""
    parts = [plain(part) for part in said.split("|") if part.strip()]
    return bool(parts) and all(standing(part, len(part), len(part)) is Standing.HISTORY for part in parts)


def _spoken(value: object, chart: Chart) -> When | None:
    text = string(value)
    return date_in_text(text, chart.zone, chart.moment.date_order) if text else None
