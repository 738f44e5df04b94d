"""Condition to fact: what the patient has, by code and by words; not what is refuted, and not the family's."""

from cards.record import facts, lexicon, wire
from cards.record.chart import Chart
from cards.record.coding import (
    ICD,
    SNOMED,
    all_words,
    canonical,
    codings,
    first_code,
    items,
    notes,
    plain,
    string,
    words,
)
from cards.record.phrases import Standing, standing
from cards.record.when import When, date_in_text

_OVER = frozenset({"inactive", "resolved", "remission"})
_NOT_SO = frozenset({"refuted", "entered-in-error"})
NO_CODE = "a problem has neither a known code nor words"


def read_condition(resource: wire.Condition, reference: str, chart: Chart) -> None:
    """One Condition. Those that no rule asks about are dropped."""
    if first_code(resource.verificationStatus).lower() in _NOT_SO or plain(words(resource.verificationStatus)) in _NOT_SO:
        return
    said, shown = all_words(resource.code), words(resource.code)
    found_codes = codings(resource.code)
    note = notes(resource.note)
    names: set[str] = set()
    for system, code, _ in found_codes:
        meaning = chart.valuesets.meaning(system, code)
        names |= {*meaning.of("sign"), *meaning.of("problem")}
    for part in said.split("|"):
        names |= {*lexicon.signs(part), *lexicon.problems(part)}
    if not names and not said and not note:
        if not any(canonical(system) in (ICD, SNOMED) for system, _, _ in found_codes):
            chart.cannot_read(reference, NO_CODE)
        return
    names |= {*lexicon.signs(note), *lexicon.problems(note)} if note else set()
    if not names or _is_family(said):
        return
    defects: list[str] = []
    start, end = chart.period(resource.onsetPeriod, defects)
    onset = chart.when(resource.onsetDateTime, defects) or start or _spoken(resource.onsetString, chart)
    abated = chart.when(resource.abatementDateTime, defects) or chart.period(resource.abatementPeriod, defects)[1] or end
    chart.conditions.append(
        facts.Condition(
            reference=reference,
            defects=tuple(defects),
            concepts=frozenset(names),
            text=shown or said or note,
            is_active=_is_active(resource, abated, chart) and not _is_history(said),
            onset=onset,
            recorded=chart.when(resource.recordedDate, defects),
            abated=abated,
            category=first_code(resource.category) or words(resource.category),
        )
    )


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


__all__ = ["items", "read_condition"]
