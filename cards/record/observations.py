"""Observation to facts: one value or one sign each. What nobody asks for is dropped at once."""

import re
from typing import Any

import msgspec

from cards.record import lexicon, maternal, wire
from cards.record.chart import BAD_DATE, Chart
from cards.record.coding import all_words, items, notes, plain, reference_of, string, words
from cards.record.concepts import Drug, Measure
from cards.record.measures import OTHER_BATTERY, PUMP_CONTEXT, measures_named
from cards.record.observation_names import Name, name_of
from cards.record.observation_values import PARTS, Reader, answer_of
from cards.record.quantities import first_quantity
from cards.record.when import When

COUNTED = frozenset({"final", "amended", "corrected", "preliminary", ""})

# What has a replacement indicator, or is filled: words of no other thing that is observed.
_OF_AN_IMPLANT = re.compile(
    r"\beri\b|elective replacement|replacement indicator|\bvolume (?:filled )?(?:at|after) refill\b"
)


def read_observation(resource: wire.Observation, reference: str, chart: Chart) -> None:
    """An Observation and its components."""
    status = resource.status if isinstance(resource.status, str) else ""
    if status not in COUNTED:
        return
    name = name_of(bytes(resource.code), chart.valuesets)
    if not name.is_pump and _is_at_pump(name, resource, chart):
        name = name_of(bytes(resource.code), chart.valuesets, at_pump=True)
    components = wire.components_of(resource.component)
    said = resource.valueString if resource.valueString is not None else resource.valueCodeableConcept
    if (
        not (name.measures or name.signs or name.part or name.is_pregnancy or name.gestation or name.is_pump)
        and not name.is_of_mother
        and not components
        and said is None
        and resource.note is None
    ):
        return
    defects: list[str] = []
    when = _effective(resource, chart, defects)
    before = _facts(chart)
    reader = Reader(reference, status or "final", when, chart, defects)
    reader.value(name, resource)
    _read_maternal(name, resource, reference, when, chart)
    parts: dict[str, float] = {}
    for component in components:
        inner = name_of(bytes(component.code), chart.valuesets)
        if name.is_pump and not inner.is_pump:
            measures = measures_named(inner.text, True) or inner.measures
            inner = msgspec.structs.replace(inner, is_pump=True, measures=measures)
        value = reader.value(inner, component)
        if inner.part in PARTS and value is not None:
            parts[inner.part] = value
    if len(parts) == len(PARTS) and Measure.GCS not in reader.seen:
        reader.add(Measure.GCS, sum(parts.values()), text=name.text)
    if resource.note is not None:
        for sign in sorted(lexicon.signs(notes(resource.note)) - reader.seen):
            reader.add(sign, text=notes(resource.note))
    if BAD_DATE in defects and _facts(chart) != before:  # whether it is now or was long ago decides
        chart.cannot_read(reference, BAD_DATE)


def _is_at_pump(name: Name, resource: wire.Observation, chart: Chart) -> bool:
    """Whether `device` or `focus` is an intrathecal pump, by its words or as a Device of this chart.

    Where neither is told, what only a pump or another device with a battery has is the pump's, if no other such device
    is in the chart.
    """
    if resource.device is None and resource.focus is None:
        said = plain(name.text)
        return chart.has_pump_alone and bool(_OF_AN_IMPLANT.search(said)) and not OTHER_BATTERY.search(said)
    pointers = [*items(resource.device), *items(resource.focus)]
    said = f"{all_words(resource.device)} {all_words(resource.focus)}"
    return bool(PUMP_CONTEXT.mentioned(said)) or any(chart.is_pump(reference_of(pointer)) for pointer in pointers)


def _facts(chart: Chart) -> tuple[int, ...]:
    return len(chart.observations), len(chart.pregnancy), len(chart.maternal)


def _read_maternal(name: Name, resource: wire.Observation, reference: str, when: When | None, chart: Chart) -> None:
    """In a newborn's chart: what the mother took, in the words of code, value and note."""
    if resource.dataAbsentReason is not None:
        return
    note = notes(resource.note) if resource.note is not None else ""
    value = string(resource.valueString) or words(resource.valueCodeableConcept)
    answer = answer_of(resource, value)
    if answer is False:  # the name is denied; a note speaks for itself
        maternal.read_words(reference, note, when, chart)
    elif value or note or answer:
        said = " ".join(part for part in (value, note) if part)
        maternal.read_words(reference, f"{name.text}: {said}" if said else name.text, when, chart)
    elif _has_no_value(resource) and not name.is_screen and Drug.BACLOFEN in lexicon.drugs_named(name.text):
        maternal.read_words(reference, name.text, when, chart)  # "maternal medicines" without a value tell nothing


def _has_no_value(resource: wire.Observation) -> bool:
    values = (resource.valueCodeableConcept, resource.valueString, resource.valueBoolean, resource.valueQuantity,
              resource.valueInteger, resource.valueDateTime, resource.valuePeriod, resource.valueRange)  # fmt: skip
    return all(value is None for value in values) and not wire.components_of(resource.component)


def _effective(resource: wire.Observation, chart: Chart, defects: list[str]) -> When | None:
    """When it was so: of a period its end."""
    if resource.effectiveDateTime is not None:
        return chart.when(resource.effectiveDateTime, defects)
    if resource.effectivePeriod is not None:
        start, end = chart.period(resource.effectivePeriod, defects)
        return end or start
    if resource.effectiveTiming is not None:
        events = next(iter(items(resource.effectiveTiming)), {}).get("event")
        latest = events[-1] if isinstance(events, list) and events else resource.effectiveTiming
        return chart.when(latest, defects)
    return chart.when(resource.effectiveInstant, defects)


def device_properties(properties: Any, reference: str, chart: Chart) -> None:
    """Device.property of a pump: values without a time of their own (meta.lastUpdated is no clinical time)."""
    reader = Reader(reference, "final", None, chart, [])
    for item in items(properties):
        label = all_words(item.get("type"))
        name = Name(words(item.get("type")), measures_named(label, True), is_pump=True)
        quantity = first_quantity(item.get("valueQuantity"))
        code = item.get("valueCode")
        reader.value(name, wire.Component(valueQuantity=quantity, valueCodeableConcept=code))
