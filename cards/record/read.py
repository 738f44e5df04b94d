"""From resources to a `Record`: pure, and never stopped by what a resource contains.

Each resource is decoded by itself into the few elements of `wire.py`, becomes facts (`readers.py`), and is dropped. Of
the chart drugs and devices come first; within them what others point to, a Medication or a Device, before the others.
What could not be read is an `Unreadable`, and its need is `partial`: a lost order must never look like no order.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from cards.ledger import Ledger
from cards.moment import Moment, Supplied, never
from cards.needs import DRUG_TYPES
from cards.record import sizes, statuses, versions, wire
from cards.record.chart import Chart
from cards.record.coding import items, patient_of, string
from cards.record.gestation import settle_pregnancy
from cards.record.medications import UNKNOWN_DRUG
from cards.record.patient import read_patient
from cards.record.products import Medication
from cards.record.readers import LATER, OURS, TYPES, take_facts
from cards.record.record import Record
from cards.record.valuesets import ValueSets

FOREIGN = "another patient's resource was dropped"
FOREIGN_DRAFT = "it names another patient"
NOT_THERE = "it is sent out, and the chart's orders could not be read"
NOT_READABLE = "an entry could not be read"
OUT_OF_TIME = "the time for the call ended before all of it was read"

_HOLDING = frozenset({"active", "unknown", None})
_DISPATCHED = frozenset({"MedicationRequest", "ServiceRequest"})  # orders that can stop baclofen

# Types of other FHIR versions whose place in R4 another type takes: an order lost here would look like no order.
_OTHER_VERSIONS = frozenset(
    {"MedicationOrder", "MedicationUsage", "DeviceUsage", "DeviceUseRequest", "DiagnosticOrder", "ProcedureRequest",
        "ReferralRequest"}
)  # fmt: skip

_DECODE: Callable[[Any], Any] = msgspec.json.Decoder(wire.AnyWire).decode
_PROBE = msgspec.json.Decoder(wire.Probe).decode
_BROKEN = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


def read(
    resources: Sequence[Supplied],
    ledger: Ledger,
    moment: Moment,
    valuesets: ValueSets,
    *,
    out_of_time: Callable[[], bool] = never,
) -> Record:
    """What the chart says, with the drafts of `moment` laid over it by type and id.

    Never raises on any content of a resource. The ledger that comes back says `partial` for each need with an entry
    that could not be read, belonged to another patient, or was not reached before `out_of_time` said so.
    """
    reading = _Reading(Chart(moment, valuesets, {entry.need for entry in ledger}), out_of_time)
    reading.chart.is_draft = True
    for raw in moment.drafts:
        reading.take(raw, ())
    # A draft may point to a Medication of the chart: drugs of both are read when everything has been seen.
    drafted, reading.later = reading.later, []
    reading.end_drafts()
    reading.chart.is_draft = False
    # Drugs and devices first: where the time is too short for all, what shows baclofen is worth more than the rest.
    for supplied in resources:
        if supplied.need in _FIRST:
            reading.take(supplied.raw, supplied.needs)
    reading.read_what_waited(drafted)
    for supplied in resources:
        if supplied.need not in _FIRST:
            reading.take(supplied.raw, supplied.needs)
    reading.read_what_waited(())
    reading.finish(drafted)
    chart = reading.chart
    settle_pregnancy(chart)
    amended, not_found = ledger.weakened(chart.partial), reading.not_found()
    return Record(
        ledger=amended,
        patient=chart.patient,
        medication_orders=tuple(chart.medication_orders),
        administrations=tuple(chart.administrations),
        dispenses=tuple(chart.dispenses),
        observations=tuple(chart.observations),
        conditions=tuple(chart.conditions),
        procedures=tuple(chart.procedures),
        devices=tuple(chart.devices),
        encounters=tuple(chart.encounters),
        orders=tuple(chart.orders),
        replaced=tuple(chart.replaced),
        teachings=tuple(chart.teachings),
        maternal=tuple(chart.maternal),
        not_found=not_found,
        not_read=tuple(f"{name}: {NOT_THERE}" for name in not_found if amended.is_lost(name.partition("/")[0])),
        unread_drafts=tuple(f"{reference}: {because}" for reference, because in chart.unread_drafts.items()),
        unreadable=tuple(chart.unreadable),
        foreign=chart.foreign,
        not_reached=reading.not_reached,
    )


class _Reading:
    """One pass over the drafts and one over the chart."""

    def __init__(self, chart: Chart, out_of_time: Callable[[], bool]) -> None:
        self.chart = chart
        self.out_of_time = out_of_time
        self.not_reached = 0
        self.seen: dict[tuple[type, str], msgspec.Raw] = {}
        self.drafted: set[tuple[type, str]] = set()
        self.later: list[tuple[tuple[str, ...], Any, str]] = []  # needs, resource, reference
        self.twice: set[str] = set()
        self.needs_of: dict[tuple[type, str], tuple[str, ...]] = {}
        self.again: list[tuple[tuple[str, ...], str]] = []  # needs, reference: it came a second time, for these
        self.copies: dict[str, Any] = {}  # the chart's orders that a draft stands for
        self.subjects: dict[bytes, bool] = {}  # undecoded subject: is it another patient
        self.dispatched = dict.fromkeys(chart.moment.dispatched, False)  # reference: was it read

    def end_drafts(self) -> None:
        """What follows is the chart: a draft that was read takes the place of its copy there."""
        unread = self.chart.unread_drafts
        unread |= {reference: versions.TWO_VERSIONS for reference in self.twice if reference not in unread}
        self.drafted = {(kind, name) for kind, name in self.seen if f"{TYPES[kind]}/{name}" not in unread}
        self.seen = {}

    def take(self, raw: msgspec.Raw, needs: tuple[str, ...]) -> None:
        """Decode one resource and turn it into facts, or put it by until its Medication or Device is known."""
        self.chart.needs = needs
        if self.out_of_time():
            self._leave(_reference_of(raw))
        else:
            self._take(raw, needs)

    def _take(self, raw: msgspec.Raw, needs: tuple[str, ...]) -> None:
        try:
            resource = _DECODE(raw)
        except _BROKEN:
            self._not_decoded(raw)
            return
        kind = type(resource)
        identity = resource.id
        if isinstance(identity, int) and not isinstance(identity, bool):
            identity = str(identity)
        identity = identity.strip() if isinstance(identity, str) else ""
        reference = f"{TYPES[kind]}/{identity}" if identity else TYPES[kind]
        if identity:
            key = (kind, identity)
            if key in self.seen and not self._supersedes(key, raw, reference):
                self.again.append((needs, reference))
                return
            self.seen[key] = raw
            self.needs_of[key] = needs
        if sizes.is_suspect(raw) and not self._fits(resource, reference):
            return
        if kind is wire.Medication:
            self.chart.shelf.add(
                identity, Medication(resource.code, resource.ingredient, resource.form, resource.contained)
            )
            return
        resource.status = statuses.normal(kind.__name__, resource.status)
        if resource.status == "entered-in-error" and not self.chart.is_draft:
            return
        try:
            if self._is_foreign(resource, kind, identity):
                self.chart.foreign += 1
                self.chart.lose_of(reference, FOREIGN)
                if self.chart.is_draft:
                    self.chart.unread_drafts[reference] = FOREIGN_DRAFT
                    self.seen.pop((kind, identity), None)  # it takes no place in this chart
            elif kind in LATER:
                self.later.append((needs, resource, reference))
            else:
                self._read(resource, kind, reference)
        except _BROKEN:  # an element that was left undecoded turns out to be broken
            self.chart.cannot_read(reference, NOT_READABLE)

    def _fits(self, resource: Any, reference: str) -> bool:
        """Whether a large resource can be read, if only in part. An order in hand or a drug is whole, or not read."""
        try:
            why = sizes.shortened(resource)
        except _BROKEN:
            why = NOT_READABLE
        is_to_be_whole = self.chart.is_draft or isinstance(resource, wire.Medication)
        if why and (is_to_be_whole or why != sizes.TOO_LONG):
            self.chart.cannot_read(reference, why)
            return False
        if why:
            self.chart.lose_of(reference, why)
        return True

    def _leave(self, reference: str) -> None:
        """A resource that there is no time for."""
        self.not_reached += 1
        if self.chart.is_draft:
            self.chart.unread_drafts.setdefault(reference, OUT_OF_TIME)
        self.chart.lose_of(reference, OUT_OF_TIME)

    def read_what_waited(self, drafted: Sequence[tuple[tuple[str, ...], Any, str]]) -> None:
        """Read what waited for a Medication or a Device: the drafts first, then the chart's own."""
        chart = self.chart
        drafts, self.drafted = self.drafted, set()
        chart.is_draft = True
        for entry in drafted:
            self._read_later(*entry)
        self.drafted = drafts
        chart.is_draft = False
        waiting, self.later = self.later, []
        for entry in waiting:
            self._read_later(*entry)

    def finish(self, drafted: Sequence[tuple[tuple[str, ...], Any, str]]) -> None:
        """All has been read: drafts find what they stand for, and losses the needs of every copy."""
        chart = self.chart
        self._settle_drafts(drafted)
        for needs, reference in self.again:
            for because in chart.losses.get(reference, ()):
                chart.lose(because, needs)
        for reference in sorted(self.twice):
            versions.mark(chart, reference)
        self.twice.clear()

    def _settle_drafts(self, drafted: Sequence[tuple[tuple[str, ...], Any, str]]) -> None:
        """A draft whose drug nobody tells is the order that it stands for; one that stays unread replaces nothing."""
        chart = self.chart
        for _, draft, reference in drafted:
            if reference not in chart.unread_drafts:
                continue
            copy = next((order for order in chart.replaced if order.reference == reference), None)
            if copy is None:
                continue
            if chart.unread_drafts[reference] == UNKNOWN_DRUG and copy.product.is_baclofen:
                self._read_as(draft, self.copies[reference], reference)
            else:
                chart.replaced.remove(copy)
                chart.medication_orders.append(copy)

    def _read_as(self, draft: Any, copy: Any, reference: str) -> None:
        """Read a draft again, with the drug of the chart's order of the same id."""
        chart = self.chart
        for name in _DRUG_ELEMENTS:
            setattr(draft, name, getattr(copy, name))
        del chart.unread_drafts[reference]
        chart.unreadable = [entry for entry in chart.unreadable if (entry.reference, entry.need) != (reference, "")]
        orders = chart.medication_orders
        place = next((n for n, order in enumerate(orders) if order.reference == reference), len(orders))
        del orders[place : place + 1]
        before = len(orders)
        chart.is_draft = True
        drafts, self.drafted = self.drafted, set()
        self._read_later((), draft, reference)
        self.drafted = drafts
        chart.is_draft = False
        read_again = orders[before:]
        del orders[before:]
        orders[place:place] = read_again

    def _read_later(self, needs: tuple[str, ...], resource: Any, reference: str) -> None:
        self.chart.needs = needs
        if self.out_of_time():
            self._leave(reference)
            return
        try:
            self._read(resource, type(resource), reference)
        except _BROKEN:
            self.chart.cannot_read(reference, NOT_READABLE)

    def _read(self, resource: Any, kind: type, reference: str) -> None:
        chart = self.chart
        if kind is wire.Patient:
            read_patient(resource, reference, chart)
            return
        identity = reference.partition("/")[2]
        if reference in self.dispatched:
            self._read_dispatched(resource, kind, reference)
            return
        if (kind, identity) in self.drafted:
            if kind in (wire.MedicationRequest, wire.MedicationStatement):
                self.copies[reference] = resource
                before = len(chart.medication_orders)
                take_facts(resource, reference, chart)
                chart.replaced += chart.medication_orders[before:]
                del chart.medication_orders[before:]
            return
        take_facts(resource, reference, chart)

    def _read_dispatched(self, resource: Any, kind: type, reference: str) -> None:
        """An order of the chart that is now carried out: a draft. Of one that holds the chart keeps its copy, too."""
        self.dispatched[reference] = True
        chart = self.chart
        is_odd = statuses.is_odd(kind.__name__, resource.status)
        if kind is wire.MedicationRequest and (is_odd or resource.status in _HOLDING):
            before = len(chart.medication_orders)
            status = resource.status
            take_facts(resource, reference, chart)
            resource.status = status
            chart.replaced += chart.medication_orders[before:]
            del chart.medication_orders[before:]
        chart.is_draft = True
        try:
            take_facts(resource, reference, chart)
        finally:
            chart.is_draft = False

    def not_found(self) -> tuple[str, ...]:
        """Orders being carried out that are not in the chart as it was read."""
        return tuple(r for r, is_read in self.dispatched.items() if not is_read and r.partition("/")[0] in _DISPATCHED)

    def _is_foreign(self, resource: Any, kind: type, identity: str) -> bool:
        patient = self.chart.moment.patient_id
        if not patient:
            return False
        if kind is wire.Patient:
            return bool(identity) and identity != patient
        if kind is wire.Appointment:
            actors = [patient_of(item.get("actor")) for item in items(resource.participant)]
            named = [actor for actor in actors if actor]
            return bool(named) and patient not in named
        subject = bytes(getattr(resource, "subject", wire.NOTHING)) or bytes(getattr(resource, "patient", wire.NOTHING))
        if not subject:
            return False
        known = self.subjects.get(subject)
        if known is None:
            named_patient = patient_of(wire.opened(subject))
            known = self.subjects[subject] = bool(named_patient) and named_patient != patient
        return known

    def _supersedes(self, key: tuple[type, str], raw: msgspec.Raw, reference: str) -> bool:
        """Whether a second copy of a resource takes the place of the first; equal bytes never do."""
        before = self.seen[key]
        if memoryview(before) == memoryview(raw):
            return False
        if not versions.is_later(raw, before):
            if not versions.is_later(before, raw) and not versions.say_the_same(before, raw):
                self._note_twice(key, reference)  # nothing says which one holds: the first is kept
            return False
        if key not in self.drafted:  # what the user has in hand is never forgotten
            versions.forget(self.chart, reference)
        self.later = [entry for entry in self.later if entry[2] != reference]
        return True

    def _note_twice(self, key: tuple[type, str], reference: str) -> None:
        self.twice.add(reference)
        needs = {*self.chart.needs, *self.needs_of.get(key, ())}
        if key[0] is wire.Medication:  # orders of any kind may point to it
            needs |= DRUG_TYPES & {need for answered in self.needs_of.values() for need in answered}
        self.chart.lose(versions.TWO_VERSIONS, sorted(needs))

    def _not_decoded(self, raw: msgspec.Raw) -> None:
        """Neither one of our types nor, perhaps, a resource at all."""
        reference = _reference_of(raw)
        kind = reference.partition("/")[0]
        if not kind or kind in OURS:
            self.chart.cannot_read(reference, NOT_READABLE)
        elif kind in _OTHER_VERSIONS:
            self.chart.cannot_read(reference, f"{kind} is not FHIR R4")


def _reference_of(raw: msgspec.Raw) -> str:
    """Type and id of a resource that was not decoded; "" if not even these can be had."""
    try:
        probe = _PROBE(raw)
    except _BROKEN:
        return ""
    kind, identity = string(probe.resourceType), string(probe.id)
    return f"{kind}/{identity}" if identity else kind


_DRUG_ELEMENTS = ("medicationCodeableConcept", "medicationReference", "medication", "contained")
# Needs whose resources are read first; "" came along with an answer: a Medication, a Device.
_FIRST = frozenset({"", *DRUG_TYPES, "Device", "DeviceUseStatement"})
