"""Communication and DocumentReference: was the patient, or a carer, taught about baclofen?"""

from cards.record import facts, lexicon, wire
from cards.record.chart import BAD_DATE, Chart
from cards.record.coding import all_words, items, notes, string
from cards.record.concepts import Act
from cards.record.when import When

_NOT_DONE = frozenset({"not-done", "preparation", "aborted", "stopped", "on-hold"})
_NOT_VALID = frozenset({"superseded"})


def read_communication(resource: wire.Communication, reference: str, chart: Chart) -> None:
    """A Communication that took place and teaches."""
    if string(resource.status) in _NOT_DONE or chart.is_draft:
        return
    said = [all_words(resource.category), all_words(resource.topic), all_words(resource.reasonCode)]
    said += [string(part.get("contentString")) for part in items(resource.payload)]
    said += [all_words(part.get("contentReference")) for part in items(resource.payload)]
    defects: list[str] = []
    when = chart.when(resource.sent, defects) or chart.when(resource.received, defects)
    _add(reference, [*said, notes(resource.note)], when, defects, chart)


def read_document(resource: wire.DocumentReference, reference: str, chart: Chart) -> None:
    """A DocumentReference whose name says that it teaches."""
    if string(resource.status) in _NOT_VALID or chart.is_draft:
        return
    said = [all_words(resource.type), all_words(resource.category), string(resource.description)]
    for content in items(resource.content):
        said += [string(attached.get("title")) for attached in items(content.get("attachment"))]
    defects: list[str] = []
    _add(reference, said, chart.when(resource.date, defects), defects, chart)


def _add(reference: str, said: list[str], when: When | None, defects: list[str], chart: Chart) -> None:
    parts = [part for part in said if part]
    if any(Act.EDUCATION in lexicon.acts(part) for part in parts):
        chart.teachings.append(
            facts.Teaching(reference=reference, defects=tuple(defects), text=" ; ".join(parts), when=when)
        )
        if BAD_DATE in defects:  # taught lately or years ago
            chart.cannot_read(reference, BAD_DATE)
