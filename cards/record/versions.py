"""Two copies of one resource: which is the later, whether they say the same, and facts that one of them leaves."""

import msgspec

from cards.record import wire
from cards.record.chart import Chart
from cards.record.coding import items, string

TWO_VERSIONS = "came twice with different content"

_VERSION = msgspec.json.Decoder(wire.Version).decode
_ASIDE = ("meta", "text")  # who wrote it when, and a narrative of what the elements say

LISTS = (
    "medication_orders", "administrations", "dispenses", "observations", "conditions", "procedures", "devices",
    "encounters", "orders",
    "replaced", "teachings", "maternal",
)  # fmt: skip


def is_later(raw: msgspec.Raw, before: msgspec.Raw) -> bool:
    """Whether `raw` has the later version, as far as both say."""
    metas = []
    for one in (raw, before):
        found = items(_VERSION(one).meta)
        meta = found[0] if found else {}
        version = string(meta.get("versionId"))
        metas.append(
            (string(meta.get("lastUpdated")), int(version) if version.isdecimal() and len(version) < 18 else -1)
        )
    (new_time, new_version), (old_time, old_version) = metas
    if new_version >= 0 and old_version >= 0 and new_version != old_version:
        return new_version > old_version
    return bool(new_time and old_time) and new_time > old_time


def say_the_same(one: msgspec.Raw, other: msgspec.Raw) -> bool:
    """Whether two copies differ in nothing but metadata, narrative and the order of their members."""
    first, second = msgspec.json.decode(one), msgspec.json.decode(other)
    for resource in (first, second):
        for name in _ASIDE:
            resource.pop(name, None)
    return bool(first == second)


def forget(chart: Chart, reference: str) -> None:
    """Drop the facts of an earlier version."""
    for name in LISTS:
        kept = [fact for fact in getattr(chart, name) if fact.reference != reference]
        setattr(chart, name, kept)
    chart.unreadable = [entry for entry in chart.unreadable if entry.reference != reference]
    chart.losses.pop(reference, None)
    chart.pregnancy = [entry for entry in chart.pregnancy if entry[2].reference != reference]
    chart.unread_drafts.pop(reference, None)


def mark(chart: Chart, reference: str) -> None:
    """Note on the facts of a resource that another version of it came as well."""
    for name in LISTS:
        facts_of = getattr(chart, name)
        for index, fact in enumerate(facts_of):
            if fact.reference == reference and TWO_VERSIONS not in fact.defects:
                facts_of[index] = msgspec.structs.replace(fact, defects=(*fact.defects, TWO_VERSIONS))


def size(chart: Chart) -> dict[str, int]:
    """How many facts of each kind there are."""
    return {name: len(getattr(chart, name)) for name in (*LISTS, "pregnancy")}


def cut_back(chart: Chart, sizes: dict[str, int]) -> None:
    """Drop the facts that were added since."""
    for name, length in sizes.items():
        del getattr(chart, name)[length:]
