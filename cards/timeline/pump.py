"""The intrathecal pump: is one in place, what drug is in it, what happened to it? (FND-01, FND-04, PMP)

No code for an implanted intrathecal pump is confirmed in any code system, so device text, intrathecal orders,
procedures and diagnoses are read together. A pump with only another drug is not a baclofen pump; a pump whose drug
nobody recorded stays "unknown", which is neither yes nor no.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

import msgspec

from cards import limits
from cards.moment import Moment
from cards.record.concepts import OTHER_PUMP_DRUGS, Act, Drug, Problem, PumpModel, Route, Sign
from cards.record.facts import Condition, DailyDose, MedicationOrder, Procedure
from cards.record.record import Record
from cards.record.when import When, latest
from cards.timeline.oral import chart_orders, ended, is_open
from cards.timeline.reservoir import Reservoir, reservoir_of
from cards.verdict import Evidence

_DEVICE_IN_PLACE = frozenset({"active", "unknown", "in-progress", "completed", ""})
_DONE = frozenset({"completed", "unknown", "in-progress", ""})
_FILLING = frozenset({Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT, Act.PUMP_REFILL})


class PumpDrug(StrEnum):
    """What the pump holds, as far as the chart tells."""

    BACLOFEN = "baclofen"
    OTHER = "other"
    UNKNOWN = "unknown"


class PumpEvent(msgspec.Struct, frozen=True):
    """Something seen at the pump. `kind`: a Sign (pump-stopped, catheter-fault, ...) or an Act."""

    kind: str
    reference: str
    text: str
    when: When | None


class Pump(msgspec.Struct, frozen=True, kw_only=True):
    """The pump as of now. `is_in_place` False: it was taken out at `removed`."""

    is_in_place: bool
    drug: PumpDrug
    other_drugs: frozenset[Drug]
    model: PumpModel
    evidence: tuple[Evidence, ...]
    removed: When | None
    dose: DailyDose | None  # mcg/day
    order: MedicationOrder | None  # the newest intrathecal baclofen order
    order_ended: When | None  # that order was stopped, and none holds
    reservoir: Reservoir
    events: tuple[PumpEvent, ...]  # newest first
    last_contact: When | None  # refill, interrogation, implant or revision

    @property
    def is_baclofen(self) -> bool:
        return self.drug is PumpDrug.BACLOFEN

    def latest(self, *kinds: str) -> PumpEvent | None:
        """The newest event of these kinds."""
        return next((event for event in self.events if event.kind in kinds), None)


def pump_of(record: Record, moment: Moment) -> Pump | None:
    """The pump that the chart shows, in place or taken out; None where nothing shows one."""
    procedures = [p for p in record.procedures if p.status in _DONE]
    orders = [o for o in chart_orders(record) if o.route is Route.INTRATHECAL and not o.do_not_perform]
    infusions = [o for o in orders if Act.SCREENING_BOLUS not in o.acts and o.status not in ("not-taken", "cancelled")]
    evidence = _signs_of_pump(record, procedures, infusions, moment)
    if not evidence:
        return None
    removed = _removal(procedures, moment)
    drugs = _drugs(record, procedures, infusions, moment)
    baclofen_orders = [o for o in infusions if o.product.is_baclofen]
    baclofen_orders.sort(key=_began, reverse=True)
    holding = [o for o in baclofen_orders if is_open(o, moment.now) and o.status != "on-hold"]
    newest = next(iter(holding or baclofen_orders), None)
    drug = _which(drugs, record, moment)
    if drug is not PumpDrug.BACLOFEN:
        newest = None
    dose = newest.dosage.daily if newest and not newest.dosage.doubtful_unit else None
    strength = newest.product.concentration_mg_per_ml if newest else None
    events = _events(record, procedures, moment)
    contacts = [e.when for e in events if e.when and isinstance(e.kind, Act)]
    models = [d.model for d in record.devices if d.model is not PumpModel.UNKNOWN]
    return Pump(
        is_in_place=removed is None,
        drug=drug,
        other_drugs=frozenset(drugs & OTHER_PUMP_DRUGS),
        model=models[0] if models else PumpModel.UNKNOWN,
        evidence=tuple(evidence),
        removed=removed,
        dose=dose,
        order=newest,
        order_ended=_order_ended(baclofen_orders, holding, moment),
        reservoir=reservoir_of(record, procedures, dose, strength, moment),
        events=tuple(events),
        last_contact=max(contacts, key=lambda w: w.latest, default=None),
    )


def _signs_of_pump(
    record: Record, procedures: Iterable[Procedure], infusions: Iterable[MedicationOrder], moment: Moment
) -> list[Evidence]:
    evidence: list[Evidence] = []
    for device in record.devices:
        if device.status in _DEVICE_IN_PLACE:
            evidence.append(Evidence(device.reference, f"device: {device.text}", device.start))
    for procedure in procedures:
        if procedure.acts & _FILLING or Act.PUMP_REMOVAL in procedure.acts:
            evidence.append(Evidence(procedure.reference, procedure.text, procedure.when))
    for order in infusions:
        if is_open(order, moment.now) and order.product.is_baclofen:
            evidence.append(Evidence(order.reference, f"intrathecal order: {order.product.name}", order.start))
    for condition in record.conditions:
        if Problem.PUMP_PRESENT in condition.concepts and condition.is_active:
            evidence.append(Evidence(condition.reference, condition.text, condition.onset))
    for given in record.administrations:
        if given.route is Route.INTRATHECAL and given.product.is_baclofen and given.status == "in-progress":
            evidence.append(Evidence(given.reference, f"intrathecal infusion: {given.product.name}", given.when))
    return evidence


def _removal(procedures: list[Procedure], moment: Moment) -> When | None:
    """When the pump was taken out, if it was and no later implant puts one back."""
    removals = [p for p in procedures if Act.PUMP_REMOVAL in p.acts and not p.acts & {Act.PUMP_REPLACEMENT}]
    dated = [p.when for p in removals if p.when and p.when.may_be_past(moment.now)]
    if not dated:
        return None
    last = max(dated, key=lambda w: w.latest)
    later = [p for p in procedures if p.acts & {Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT, Act.PUMP_REFILL}
             and p.when and p.when.earliest >= last.latest]  # fmt: skip
    return None if later else last


def _drugs(
    record: Record, procedures: Iterable[Procedure], infusions: list[MedicationOrder], moment: Moment
) -> set[Drug]:
    """What is in the pump now: what open orders and the newest filling name; without either, what was named last.

    A pump that once held baclofen and is filled with morphine since is a morphine pump.
    """
    holding = [o for o in infusions if o.product.drugs and is_open(o, moment.now)]
    filled = [(p.when, p.drugs) for p in procedures if p.acts & _FILLING and p.drugs and p.when]
    filled += [
        (a.when, a.product.drugs) for a in record.administrations
        if a.route is Route.INTRATHECAL and a.product.drugs and a.when and a.status in ("completed", "in-progress")
    ]  # fmt: skip
    ordered_since = max((_began(o) for o in holding), default=float("-inf"))
    newest = max(filled, key=lambda f: f[0].latest, default=None)
    drugs: set[Drug] = set().union(*(o.product.drugs for o in holding))
    if newest and newest[0].latest.timestamp() >= ordered_since:
        drugs |= newest[1]
    if drugs:
        return drugs
    ended_orders = sorted((o for o in infusions if o.product.drugs), key=_began)
    if ended_orders:
        return set(ended_orders[-1].product.drugs)
    dispensed = [f.product.drugs for f in record.dispenses if f.route is Route.INTRATHECAL]
    return set().union(*dispensed, *(d.drugs for d in record.devices))


def _which(drugs: set[Drug], record: Record, moment: Moment) -> PumpDrug:
    if Drug.BACLOFEN in drugs:
        return PumpDrug.BACLOFEN
    if drugs & OTHER_PUMP_DRUGS:
        return PumpDrug.OTHER
    tells = {Problem.SPASTICITY_INDICATION, Sign.SPASTICITY}
    spastic = any(c.concepts & tells and not _is_news(c, moment) for c in record.conditions)
    return PumpDrug.BACLOFEN if spastic else PumpDrug.UNKNOWN


def _is_news(condition: Condition, moment: Moment) -> bool:
    """Spasticity of these days: a finding, and not why the pump was given."""
    if Sign.SPASTICITY not in condition.concepts:
        return False
    when = condition.onset or (condition.recorded if condition.category != "problem-list-item" else None)
    return when is not None and when.hours_until(moment.now) <= moment.limit(limits.SYMPTOMS_WINDOW)


def _order_ended(orders: list[MedicationOrder], holding: list[MedicationOrder], moment: Moment) -> When | None:
    if holding or not orders:
        return None
    stopped = [o for o in orders if o.status in ("stopped", "on-hold")]
    ends = [w for o in stopped if (w := o.ended_at)]
    if ends:
        return max(ends, key=lambda w: w.latest)
    if stopped and (at := ended(stopped[0], moment.now)):
        return When(at, at)
    return None


_EVENT_SIGNS = frozenset(
    {Sign.PUMP_ALARM_CRITICAL, Sign.PUMP_ALARM_LOW, Sign.PUMP_STOPPED, Sign.PUMP_RUNNING, Sign.CATHETER_FAULT}
)
_EVENT_ACTS = (
    Act.PUMP_REFILL, Act.PUMP_INTERROGATION, Act.PUMP_IMPLANT, Act.PUMP_REPLACEMENT, Act.PUMP_REVISION,
    Act.PUMP_REMOVAL, Act.CATHETER_STUDY,
)  # fmt: skip


def _events(record: Record, procedures: Iterable[Procedure], moment: Moment) -> list[PumpEvent]:
    events: list[PumpEvent] = []
    for seen in record.observations:
        if seen.concept in _EVENT_SIGNS:
            events.append(PumpEvent(seen.concept, seen.reference, seen.text, seen.when))
    for condition in record.conditions:
        if condition.is_active:
            for sign in sorted(condition.concepts & _EVENT_SIGNS):
                events.append(
                    PumpEvent(sign, condition.reference, condition.text, condition.onset or condition.recorded)
                )
    for procedure in procedures:
        for sign in sorted(procedure.signs & _EVENT_SIGNS):
            events.append(PumpEvent(sign, procedure.reference, procedure.text, procedure.when))
        for act in _EVENT_ACTS:
            if act in procedure.acts:
                events.append(PumpEvent(act, procedure.reference, procedure.text, procedure.when))
    past = [e for e in events if e.when is None or e.when.may_be_past(moment.now)]
    oldest = moment.now - timedelta(days=36500)
    return sorted(past, key=lambda e: e.when.latest if e.when else oldest, reverse=True)


def _began(order: MedicationOrder) -> float:
    return latest(order.start or order.authored)


def is_recent(event: PumpEvent | None, moment: Moment, days: float | None = None) -> bool:
    """Within the last 14 days (or `days`). An undated event is not recent."""
    window = moment.limit(limits.RECENT_PUMP_EVENT) if days is None else days
    return event is not None and event.when is not None and event.when.hours_until(moment.now) <= window * 24
