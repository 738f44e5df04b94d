"""MedicationRequest, MedicationStatement, MedicationAdministration, MedicationDispense to facts."""

import re
from functools import lru_cache
from typing import Any

from cards.record import facts, lexicon, wire
from cards.record.chart import BAD_DATE, Chart
from cards.record.coding import all_words, codings, items, notes, plain, reference_of, string, target_of, words
from cards.record.concepts import Act, Drug, Problem, Reason, Route
from cards.record.dosage import MCG_PER_MG, read_dosage
from cards.record.infusions import is_as_needed, is_into_a_vein
from cards.record.instructions import Instruction, bounds_only, instruction_texts
from cards.record.products import Shelf, resolve
from cards.record.quantities import amount_of, days_in, first_quantity, lasting, number
from cards.record.routes import route_of
from cards.record.valuesets import ValueSets
from cards.record.when import When

_CATEGORIES = ("inpatient", "outpatient", "community", "discharge", "patientspecified")
_NOT_AN_ORDER = frozenset({"proposal", "option"})
_ONCE = re.compile(r"\b(?:once only|one[- ]time(?: only| dose)?|single dose|x ?1 dose|stat dose|one dose only)\b")
_TRIAL_DOSE_MCG = 100  # the largest trial dose of the label (FND-01; C-LEXI, C-GABLO)
# Whether their dose was raised tells a mimic of withdrawal.
_RAISED = frozenset({Drug.SEROTONERGIC, Drug.ANTIPSYCHOTIC, Drug.DOPAMINE_ANTAGONIST})
NO_TIME = "a dose given has no readable time"
UNKNOWN_DRUG = "a medication entry names no readable drug"


def product_of(resource: wire._Drug, chart: Chart) -> facts.Product:
    """The product of any of the four medication resources."""
    concept, reference = bytes(resource.medicationCodeableConcept), bytes(resource.medicationReference)
    contained = bytes(resource.contained)
    if resource.medication is None:
        pointer = _pointer(reference) if reference else ""
        is_alone = not pointer or pointer[0] == "#" or chart.shelf.find(pointer) is None
        if is_alone and b"itemReference" not in contained:
            return _product_alone(concept, reference, contained, chart.valuesets)
        return resolve(
            wire.opened(concept), wire.opened(reference), wire.opened(contained), chart.shelf, chart.valuesets
        )
    code, target = wire.opened(concept), wire.opened(reference)
    bare = {"text": resource.medication} if isinstance(resource.medication, str) else resource.medication
    for item in items(bare):  # R5: CodeableReference
        code = item.get("concept", code if "reference" in item else item)
        if item.get("reference") is not None:
            target = item["reference"] if isinstance(item["reference"], dict) else item
    return resolve(code, target, wire.opened(contained), chart.shelf, chart.valuesets)


def _product(resource: wire._Drug, reference: str, chart: Chart, defects: list[str]) -> facts.Product:
    """The product of a fact; one that nobody can name is a defect of the fact and a gap of the need."""
    product = product_of(resource, chart)
    if not product.is_known:
        chart.cannot_read(reference, UNKNOWN_DRUG)
        defects.append("the drug could not be read")
    return product


@lru_cache(maxsize=4096)
def _pointer(reference: bytes) -> str:
    return reference_of(wire.opened(reference))


@lru_cache(maxsize=1024)
def _product_alone(concept: bytes, reference: bytes, contained: bytes, valuesets: ValueSets) -> facts.Product:
    """A product that stands in its own resource: the same bytes, the same product."""
    return resolve(wire.opened(concept), wire.opened(reference), wire.opened(contained), Shelf(), valuesets)


def category_of(value: Any) -> str:
    """inpatient | outpatient | community | discharge, or ""."""
    said = {code.lower() for _, code, _ in codings(value)} | set(plain(all_words(value)).replace("|", " ").split())
    if isinstance(value, str):
        said.add(value.lower())
    for name in _CATEGORIES:
        if name in said:
            return "community" if name == "patientspecified" else name
    return ""


def read_request(resource: wire.MedicationRequest, reference: str, chart: Chart) -> None:
    """A MedicationRequest: an order, or a home medication that somebody reported (US Core: `intent=plan`)."""
    status, intent = string(resource.status), string(resource.intent) or "order"
    category = category_of(resource.category)
    reported = resource.reportedBoolean is True or resource.reported is True or bool(items(resource.reportedReference))
    if not chart.is_draft:
        if status == "draft" or intent in _NOT_AN_ORDER:
            return
        if intent == "plan" and not (reported or category == "community"):
            return
    defects: list[str] = []
    chart.medication_orders.append(
        _order(
            resource,
            reference,
            chart,
            defects,
            instructions=resource.dosageInstruction,
            is_statement=False,
            status=status,
            intent=intent,
            category=category,
            is_reported=reported,
            do_not_perform=resource.doNotPerform is True,
            authored=chart.when(resource.authoredOn, defects),
            encounter=target_of(resource.encounter),
            reason=resource.reasonCode if resource.reasonCode is not None else resource.reason,
            own_start=None,
            own_end=None,
        )
    )


def read_statement(resource: wire.MedicationStatement, reference: str, chart: Chart) -> None:
    """A MedicationStatement: the same fact, told by a reporter."""
    status = string(resource.status)
    if status == "draft" and not chart.is_draft:
        return
    defects: list[str] = []
    start, end = chart.period(resource.effectivePeriod, defects)
    if start is None:
        start = chart.when(resource.effectiveDateTime, defects)
    chart.medication_orders.append(
        _order(
            resource,
            reference,
            chart,
            defects,
            instructions=resource.dosage,
            is_statement=True,
            status=status,
            intent="order",
            category=category_of(resource.category),
            is_reported=True,
            do_not_perform=False,
            authored=chart.when(resource.dateAsserted, defects),
            encounter=target_of(resource.context),
            reason=resource.reasonCode,
            own_start=start,
            own_end=end,
        )
    )


def _order(
    resource: wire.MedicationRequest | wire.MedicationStatement,
    reference: str,
    chart: Chart,
    defects: list[str],
    *,
    instructions: Any,
    is_statement: bool,
    status: str,
    intent: str,
    category: str,
    is_reported: bool,
    do_not_perform: bool,
    authored: When | None,
    encounter: str,
    reason: Any,
    own_start: When | None,
    own_end: When | None,
) -> facts.MedicationOrder:
    product = _product(resource, reference, chart, defects)
    if product.is_known and not product.drugs:  # a drug that no rule asks about
        return facts.MedicationOrder(
            reference=reference, defects=tuple(defects), is_statement=is_statement, status=status, product=product,
            route=Route.UNKNOWN, intent=intent, category=category, is_reported=is_reported, is_draft=chart.is_draft,
            do_not_perform=do_not_perform, authored=authored, start=own_start, end=own_end, encounter=encounter,
            replaces=target_of(getattr(resource, "priorPrescription", None)),
        )  # fmt: skip
    note = notes(resource.note)
    sig = instruction_texts(instructions)
    route = route_of(instructions, product, f"{product.name} ; {sig} ; {note}", chart.valuesets)
    dosage = facts.Dosage(text=sig)
    start, end = own_start, own_end
    if product.is_baclofen or not product.is_known:
        dosage, parts = read_dosage(instructions, product, route, chart.zone, product.name if is_statement else "")
        start, end = _bounds(parts, start, end)
        for item in items(instructions):
            for timing in items(item.get("timing")):
                chart.period(next(iter(items(timing.get("repeat"))), {}).get("boundsPeriod"), defects)
    else:
        dosage = facts.Dosage(text=sig, is_prn=is_as_needed(instructions))
        if product.drugs & _RAISED:
            dosage = read_dosage(instructions, product, route, chart.zone)[0]
        start, end = _bounds([bounds_only(item, chart.zone) for item in items(instructions)], start, end)
    dispense = next(iter(items(getattr(resource, "dispenseRequest", None))), {})
    if end is None and status in ("completed", "stopped", "cancelled"):
        end = chart.period(dispense.get("validityPeriod"), defects)[1]
    status_words = all_words(resource.statusReason)
    why = lexicon.reasons(status_words)
    if status not in ("active", "draft", ""):
        why |= lexicon.reasons(note)
    acts = set(lexicon.acts(f"{sig} ; {note} ; {status_words} ; {words(reason)}"))
    acts |= lexicon.acts(" ; ".join(all_words(item.get("route")) for item in items(instructions))) & {Act.TUBE_ROUTE}
    acts |= _acts_of_product(resource, product, route, chart)
    is_once = _is_once(instructions)
    if product.is_baclofen and _is_trial(dosage, route, is_once=is_once):
        acts.add(Act.SCREENING_BOLUS)
    refills = number(dispense.get("numberOfRepeatsAllowed"))
    status_changed = _status_changed(resource, chart, defects)
    if product.is_baclofen and BAD_DATE in defects and not chart.is_draft:  # a draft is now, whatever it says
        chart.cannot_read(reference, BAD_DATE)
    return facts.MedicationOrder(
        reference=reference,
        defects=tuple(defects),
        is_statement=is_statement,
        status=status,
        product=product,
        route=route,
        intent=intent,
        category=category,
        is_reported=is_reported,
        is_draft=chart.is_draft,
        do_not_perform=do_not_perform,
        dosage=dosage,
        authored=authored,
        start=start,
        end=end,
        status_changed=status_changed,
        days_supply=_days_supply(dispense, product, dosage),
        refills=int(refills) if refills is not None and 0 <= refills < 1000 else None,
        is_once=is_once,
        is_into_a_vein=Drug.VASOPRESSOR in product.drugs and is_into_a_vein(instructions, product.name),
        is_continuous=_is_continuous(getattr(resource, "courseOfTherapyType", None)),
        reasons=why,
        acts=frozenset(acts),
        indications=_indications(reason, getattr(resource, "reasonReference", None), chart),
        replaces=target_of(getattr(resource, "priorPrescription", None)),
        encounter=encounter,
        note=" ; ".join(part for part in (note, words(resource.statusReason)) if part),
    )


def _is_trial(dosage: facts.Dosage, route: Route, *, is_once: bool) -> bool:
    """One dose of up to 100 mcg by an intrathecal route: that is what a trial is."""
    return route is Route.INTRATHECAL and is_once and dosage.single is not None and dosage.single <= _TRIAL_DOSE_MCG


def _is_once(instructions: Any) -> bool:
    """A single dose: a count of one, or words that say so."""
    told = items(instructions)
    timings = [next(iter(items(item.get("timing"))), {}) for item in told]
    repeats = [next(iter(items(timing.get("repeat"))), {}) for timing in timings]
    counted = bool(told) and all(number(repeat.get("count")) == 1 for repeat in repeats)
    return counted or bool(_ONCE.search(instruction_texts(instructions).lower()))


def _acts_of_product(
    resource: wire.MedicationRequest | wire.MedicationStatement, product: facts.Product, route: Route, chart: Chart
) -> set[Act]:
    found = {
        Act(name)
        for system, code, _ in codings(wire.opened(resource.medicationCodeableConcept))
        for name in chart.valuesets.meaning(system, code).of("act")
    }
    if product.is_baclofen and route is Route.INTRATHECAL:
        found |= lexicon.acts(product.name) & {Act.SCREENING_BOLUS, Act.PUMP_REFILL, Act.INTRATHECAL_BRIDGE}
    return found


def _bounds(parts: list[Instruction], start: When | None, end: When | None) -> tuple[When | None, When | None]:
    """From the earliest start to the latest end; open if one instruction has no end."""
    starts = [part.start for part in parts if part.start is not None]
    ends = [_end_of(part) for part in parts]
    if starts and start is None:
        start = min(starts, key=lambda when: when.earliest)
    closed = [when for when in ends if when is not None]
    if end is None and closed and len(closed) == len(ends):
        end = max(closed, key=lambda when: when.latest)
    return start, end


def _end_of(part: Instruction) -> When | None:
    if part.end is not None or part.days is None or part.start is None:
        return part.end
    return part.start.shifted(part.days)


def _status_changed(resource: Any, chart: Chart, defects: list[str]) -> When | None:
    direct = getattr(resource, "statusChanged", None)
    if direct is not None:
        return chart.when(direct, defects)
    for extension in items(getattr(resource, "extension", None)):
        name = string(extension.get("url")).lower().replace("-", "")
        if "statuschange" in name or "statusdate" in name or "discontinu" in name:
            value = extension.get("valueDateTime") or extension.get("valueInstant") or extension.get("valueDate")
            if value is not None:
                return chart.when(value, defects)
    return None


def _days_supply(dispense: dict[str, Any], product: facts.Product, dosage: facts.Dosage) -> float | None:
    days = days_in(dispense.get("expectedSupplyDuration"))
    if days is not None:
        return days or None
    amount = quantity_mg(dispense.get("quantity"), product)
    if (
        amount
        and dosage.daily is not None
        and dosage.daily.unit == "mg/day"
        and dosage.daily.low > 0
        and not dosage.is_prn
    ):
        return lasting(amount / dosage.daily.low)  # the longest the supply can last: the least alarming reading
    return None


def quantity_mg(value: Any, product: facts.Product) -> float | None:
    """Milligrams of baclofen in a dispensed quantity; a bare number is tablets."""
    quantity = first_quantity(value)
    count = number(quantity.get("value")) if quantity else None
    if quantity is None or count is None or count <= 0:
        return None
    amount = amount_of(quantity)
    if amount.kind == "mass":
        return count * amount.factor
    if amount.kind == "volume" and product.concentration_mg_per_ml:
        return count * amount.factor * product.concentration_mg_per_ml
    if amount.kind in ("count", "") and product.strength_mg:
        return count * product.strength_mg
    return None


def _is_continuous(value: Any) -> bool:
    return "continuous" in {c.lower() for _, c, _ in codings(value)} or "continuous" in plain(all_words(value))


def _indications(reason: Any, references: Any, chart: Chart) -> frozenset[Problem]:
    found = {
        Problem(name)
        for system, code, _ in codings(reason)
        for name in chart.valuesets.meaning(system, code).of("problem")
    }
    return frozenset(found) | lexicon.problems(f"{all_words(reason)} | {all_words(references)}")


def read_administration(resource: wire.MedicationAdministration, reference: str, chart: Chart) -> None:
    """A dose given, or not given."""
    defects: list[str] = []
    product = _product(resource, reference, chart, defects)
    start, end = chart.period(resource.effectivePeriod, defects)
    when = end or start or chart.when(resource.effectiveDateTime, defects)
    if (product.is_baclofen or not product.is_known) and (when is None or BAD_DATE in defects):
        chart.cannot_read(reference, NO_TIME)
    reason = next(
        (r for r in (resource.statusReason, resource.reasonNotGiven) if r is not None),
        resource.reasonCode if string(resource.status) != "completed" else None,
    )
    note = notes(resource.note)
    route, amount = Route.UNKNOWN, None
    if product.drugs or not product.is_known:
        said = " ; ".join(string(item.get("text")) for item in items(resource.dosage))
        route = route_of(resource.dosage, product, f"{product.name} ; {said} ; {note}", chart.valuesets)
    if product.is_baclofen:
        dosage, parts = read_dosage(resource.dosage, product, route, chart.zone)
        amount = dosage.single
        if amount is None and start is not None and end is not None and parts and parts[0].doses.daily_high is not None:
            hours = (end.latest - start.earliest).total_seconds() / 3600
            scale = MCG_PER_MG if route is Route.INTRATHECAL else 1.0
            amount = parts[0].doses.daily_high * scale * hours / 24 if 0 < hours < 24 * 366 else None
        if dosage.doubtful_unit:
            defects.append(dosage.doubtful_unit)
    said = " ; ".join(part for part in (words(reason), note) if part)
    chart.administrations.append(
        facts.Administration(
            reference=reference,
            defects=tuple(defects),
            status=string(resource.status),
            product=product,
            route=route,
            when=when,
            amount=amount,
            order=target_of(resource.request),
            is_into_a_vein=Drug.VASOPRESSOR in product.drugs and is_into_a_vein(resource.dosage, product.name),
            reasons=lexicon.reasons(f"{all_words(reason)} ; {note}")
            if reason is not None or note
            else frozenset[Reason](),
            reason_text=said,
        )
    )


def read_dispense(resource: wire.MedicationDispense, reference: str, chart: Chart) -> None:
    """A fill handed over."""
    defects: list[str] = []
    product = _product(resource, reference, chart, defects)
    route, dosage = Route.UNKNOWN, facts.Dosage()
    if product.drugs or not product.is_known:
        sig = instruction_texts(resource.dosageInstruction)
        route = route_of(resource.dosageInstruction, product, f"{product.name} ; {sig}", chart.valuesets)
    if Drug.BACLOFEN in product.drugs:
        dosage, _ = read_dosage(resource.dosageInstruction, product, route, chart.zone)
    handed = chart.when(resource.whenHandedOver, defects)
    if BAD_DATE in defects and (product.is_baclofen or not product.is_known):
        chart.cannot_read(reference, BAD_DATE)
    chart.dispenses.append(
        facts.Dispense(
            reference=reference,
            defects=tuple(defects),
            status=string(resource.status),
            product=product,
            route=route,
            when=handed or chart.when(resource.whenPrepared, defects),
            days_supply=days_in(resource.daysSupply) or None,
            quantity_mg=quantity_mg(resource.quantity, product) if product.is_baclofen else None,
            dosage=dosage,
            order=target_of(resource.authorizingPrescription),
        )
    )
