"""Procedure and Encounter to facts."""

from datetime import datetime
from typing import Any

from cards.record import facts, lexicon, wire
from cards.record.chart import BAD_DATE, Chart
from cards.record.coding import CPT, HCPCS, SNOMED, Coding, all_words, codings, first_code, items, notes, string, words
from cards.record.concepts import Act, Drug
from cards.record.when import When, date_in_text

NO_CODE = "a procedure has neither a known code nor words"
_PUMP_SIGNS = frozenset({"pump-alarm-critical", "pump-alarm-low", "pump-stopped", "pump-running", "catheter-fault"})
# What a procedure is about is in its code; its notes may only add what was found or given.
_ACTS_OF_NOTES = frozenset(
    {
        Act.PUMP_REFILL, Act.PUMP_INTERROGATION, Act.INTRATHECAL_BRIDGE, Act.BRIDGING_PLAN, Act.LOCAL_ANAESTHESIA,
        Act.TAPER_PLAN,
        Act.CONTINUE_BACLOFEN, Act.HOLD_BACLOFEN, Act.STOP_BACLOFEN, Act.SCREENING_BOLUS, Act.NPO,
        Act.NPO_EXCEPT_MEDICATIONS, Act.TUBE_ROUTE,
        Act.ANAESTHESIA, Act.PUMP_REPLACEMENT, Act.PUMP_REMOVAL, Act.PUMP_REVISION, Act.EXTUBATION,
    }
)  # fmt: skip


def coded(found: list[Coding], chart: Chart) -> tuple[set[Act], set[Drug]]:
    """Acts and drugs of codes."""
    acts: set[Act] = set()
    drugs: set[Drug] = set()
    for system, code, _ in found:
        meaning = chart.valuesets.meaning(system, code)
        acts |= {Act(name) for name in meaning.of("act")}
        drugs |= {Drug(name) for name in meaning.of("drug")}
    return acts, drugs


def acts_in(text: str) -> frozenset[Act]:
    """Acts of all parts of a text that `all_words` joined."""
    return frozenset(act for part in text.split("|") for act in lexicon.acts(part.strip()))


def sharpened(acts: set[Act], text: str) -> frozenset[Act]:
    """Acts without those that the words rule out.

    A CPT code for "implant or replace" names both; the words decide where they can. A pump or catheter procedure
    is about the pump, and local anaesthesia alone is no anaesthesia.
    """
    said = acts_in(text)
    if {Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT} <= acts and len(said & {Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT}) == 1:
        acts -= {Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT} - said
    if {Act.PUMP_IMPLANT, Act.PUMP_REVISION} <= acts and len(said & {Act.PUMP_IMPLANT, Act.PUMP_REVISION}) == 1:
        acts -= {Act.PUMP_IMPLANT, Act.PUMP_REVISION} - said
    if Act.NPO_EXCEPT_MEDICATIONS in acts:  # type "NPO", instruction "NPO except meds"
        acts -= {Act.NPO}
    return frozenset(acts)


def read_procedure(resource: wire.Procedure, reference: str, chart: Chart) -> None:
    """One Procedure. Those that are about none of our acts, drugs or pump findings are dropped."""
    status = string(resource.status)
    found = codings(resource.code)
    said = all_words(resource.code)
    more = " ; ".join(
        part
        for part in (
            notes(resource.note),
            words(resource.outcome),
            words(resource.complication),
            words(resource.reasonCode),
        )
        if part
    )
    if not said and not more and not any(system in (CPT, SNOMED, HCPCS) for system, _, _ in found):
        if status != "entered-in-error":
            chart.cannot_read(reference, NO_CODE)
        return
    acts, drugs = coded([*found, *codings(resource.category), *codings(resource.usedCode)], chart)
    acts |= acts_in(said)
    acts |= acts_in(all_words(resource.category)) & {Act.SURGERY}
    if more:
        acts |= lexicon.acts(more) & _ACTS_OF_NOTES
    used = f"{all_words(resource.usedCode)} | {all_words(resource.usedReference)}"
    drugs |= lexicon.drugs_named(used) | lexicon.drugs_asserted(f"{said} ; {more}")
    signs = frozenset(str(sign) for part in (*said.split("|"), more) for sign in lexicon.signs(part)) & _PUMP_SIGNS
    if not acts and not signs and Drug.BACLOFEN not in drugs:
        return
    defects: list[str] = []
    start, end = chart.period(resource.performedPeriod, defects)
    when = end or start or chart.when(resource.performedDateTime, defects)
    if when is None and string(resource.performedString):
        when = date_in_text(string(resource.performedString), chart.zone, chart.moment.date_order)
    if BAD_DATE in defects:
        chart.cannot_read(reference, BAD_DATE)
    text = words(resource.code)
    chart.procedures.append(
        facts.Procedure(
            reference=reference,
            defects=tuple(defects),
            acts=sharpened(acts, said),
            status=status,
            text=f"{text} ; {more}" if text and more else text or more or chart.valuesets.told(found),
            when=when,
            start=start,
            drugs=frozenset(drugs),
            signs=signs,
            coding=next(((system, code) for system, code, _ in found if system and code), None),
        )
    )


_CLASS_WORDS = {
    "inpatient": "IMP", "emergency": "EMER", "ambulatory": "AMB", "outpatient": "AMB", "observation": "OBSENC",
    "acute": "ACUTE", "office visit": "AMB", "appointment": "AMB", "support op encounter": "AMB",
    "home": "HH", "virtual": "VR", "short stay": "SS", "field": "FLD", "inpatient encounter": "IMP",
}  # fmt: skip


_CLASSES = frozenset({*_CLASS_WORDS.values(), "NONAC", "PRENC"})  # of v3 ActCode
NO_CLASS = "an encounter has no class that we know"
NO_STATUS = "an encounter has no status"
_NEVER_WAS = frozenset({"cancelled", "entered-in-error"})


def _class_of(value: Any) -> str:
    """The ActCode of an encounter's class, by any of its codes, else by its words; a local code as it is."""
    known = [code.upper() for _, code, _ in codings(value) if code.upper() in _CLASSES]
    said = [first_code(value), *(code for _, code, _ in codings(value)), *all_words(value).split("|")]
    named = [_CLASS_WORDS[word] for part in said if (word := part.strip().lower()) in _CLASS_WORDS]
    own = first_code(value).upper()
    return next(iter([*(known or ([own] if own in _CLASSES else [])), *named]), own)


def _unreadable(resource: wire.Encounter, kind: str, end: When | None, defects: list[str], now: datetime) -> str:
    """What hides whether the patient is in a bed, and since when."""
    if resource.status in _NEVER_WAS:
        return ""
    if BAD_DATE in defects:
        return BAD_DATE
    if not string(resource.status):
        return NO_STATUS
    # Local classes are many; those of a visit that is over say nothing of today.
    is_over = resource.status == "finished" or (end is not None and end.is_past(now))
    return "" if kind in _CLASSES or is_over else NO_CLASS


def read_encounter(resource: wire.Encounter, reference: str, chart: Chart) -> None:
    """One Encounter; its words may say intensive care or hospice."""
    kind = _class_of(resource.class_)
    hospital: Any = next(iter(items(resource.hospitalization)), {})
    said = " ; ".join(
        part
        for part in (
            all_words(resource.type),
            all_words(resource.serviceType),
            all_words(resource.reasonCode),
            all_words(hospital.get("dischargeDisposition")),
            all_words(hospital.get("admitSource")),
            " ; ".join(words(item.get("location")) for item in items(resource.location)),
        )
        if part
    )
    defects: list[str] = []
    start, end = chart.period(resource.period, defects)
    if because := _unreadable(resource, kind, end, defects, chart.moment.now):
        chart.cannot_read(reference, because)
    chart.encounters.append(
        facts.Encounter(
            reference=reference,
            defects=tuple(defects),
            status=string(resource.status),
            kind=kind,
            start=start,
            end=end,
            acts=acts_in(said.replace(";", "|")) & {Act.ICU, Act.COMFORT_CARE, Act.SURGERY} if said else frozenset(),
        )
    )
