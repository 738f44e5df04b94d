"""ServiceRequest, NutritionOrder, Appointment and CarePlan to `Order` facts, as far as they are about our acts."""

from typing import Any

from cards.record import facts, lexicon, wire
from cards.record.chart import BAD_DATE, Chart
from cards.record.coding import Coding, all_words, codings, items, notes, plain, string, words
from cards.record.concepts import Act
from cards.record.procedures import acts_in, coded, sharpened
from cards.record.when import When

_NOT_AN_ORDER = frozenset({"proposal", "option"})


def read_service_request(resource: wire.ServiceRequest, reference: str, chart: Chart) -> None:
    """A ServiceRequest. From the chart only orders; from the hook whatever the user has in hand."""
    intent = string(resource.intent) or "order"
    if not chart.is_draft and (string(resource.status) == "draft" or intent in _NOT_AN_ORDER or intent == "plan"):
        return
    defects: list[str] = []
    start, end = chart.period(resource.occurrencePeriod, defects)
    start = start or chart.when(resource.occurrenceDateTime, defects)
    if start is None and (timing := next(iter(items(resource.occurrenceTiming)), None)):
        start, end = _timing(timing, chart, defects)
    performers = f"{all_words(resource.performerType)} | {all_words(resource.performer)}"
    named = all_words(resource.code)
    _add(
        resource,
        reference,
        chart,
        defects,
        resource_type="ServiceRequest",
        found=[*codings(resource.code), *codings(resource.category), *codings(resource.orderDetail)],
        named=named,
        more=(all_words(resource.orderDetail), notes(resource.note), string(resource.patientInstruction)),
        category=all_words(resource.category),
        performers=performers,
        reason=words(resource.reasonCode),
        text=words(resource.code) or words(resource.orderDetail) or notes(resource.note),
        intent=intent,
        do_not_perform=resource.doNotPerform is True,
        authored=chart.when(resource.authoredOn, defects),
        start=start,
        end=end,
    )


def read_nutrition_order(resource: wire.NutritionOrder, reference: str, chart: Chart) -> None:
    """A NutritionOrder: nil by mouth, with or without medicines, or a feeding tube."""
    intent = string(resource.intent) or "order"
    if not chart.is_draft and (string(resource.status) == "draft" or intent in _NOT_AN_ORDER):
        return
    defects: list[str] = []
    start: When | None = None
    end: When | None = None
    names: list[str] = []
    found: list[Coding] = []
    for diet in items(resource.oralDiet):
        names += [all_words(diet.get("type")), string(diet.get("instruction"))]
        found += codings(diet.get("type"))
        for timing in items(diet.get("schedule")):
            start, end = _timing(timing, chart, defects)
    extra: set[Act] = {Act.DIET} if names else set()
    for formula in items(resource.enteralFormula):
        names.append(
            " ".join((words(formula.get("baseFormulaType")), string(formula.get("administrationInstruction"))))
        )
        extra.add(Act.TUBE_ROUTE)
    named = " ; ".join(name for name in names if name)
    ordered = chart.when(resource.dateTime, defects)
    _add(
        resource,
        reference,
        chart,
        defects,
        resource_type="NutritionOrder",
        found=found,
        named=named,
        more=(notes(resource.note),),
        text=named,
        intent=intent,
        authored=ordered,
        start=start or ordered,
        end=end,
        extra=extra,
    )


def read_appointment(resource: wire.Appointment, reference: str, chart: Chart) -> None:
    """An Appointment: pump refill, surgery, imaging, pump clinic."""
    defects: list[str] = []
    actors = " | ".join(words(item.get("actor")) for item in items(resource.participant))
    parts = (
        resource.serviceType,
        resource.serviceCategory,
        resource.specialty,
        resource.appointmentType,
        resource.reasonCode,
    )
    named = " ; ".join(part for part in (string(resource.description), *(all_words(part) for part in parts)) if part)
    _add(
        resource,
        reference,
        chart,
        defects,
        resource_type="Appointment",
        found=[coding for part in parts for coding in codings(part)],
        named=named,
        more=(string(resource.comment), string(resource.patientInstruction)),
        performers=actors,
        text=string(resource.description) or named,
        authored=chart.when(resource.created, defects),
        start=chart.when(resource.start, defects),
        end=chart.when(resource.end, defects),
    )


def read_care_plan(resource: wire.CarePlan, reference: str, chart: Chart) -> None:
    """A CarePlan: taper, bridging, perioperative, withdrawal or comfort plans stand in its words."""
    intent = string(resource.intent) or "plan"
    if not chart.is_draft and (string(resource.status) == "draft" or intent in _NOT_AN_ORDER):
        return
    defects: list[str] = []
    said = [string(resource.title), string(resource.description), all_words(resource.category), notes(resource.note)]
    found: list[Coding] = []
    for activity in items(resource.activity):
        for detail in items(activity.get("detail")):
            if string(detail.get("status")) in ("cancelled", "entered-in-error"):
                continue
            line = f"{all_words(detail.get('code'))} {string(detail.get('description'))}".strip()
            said.append(f"do not {line}" if detail.get("doNotPerform") is True else line)
            found += codings(detail.get("code"))
        said.append(notes(activity.get("progress")))
        said.append(words(activity.get("reference")))
    start, end = chart.period(resource.period, defects)
    _add(
        resource,
        reference,
        chart,
        defects,
        resource_type="CarePlan",
        found=found,
        named=" ; ".join(part for part in said if part),
        text=string(resource.title) or string(resource.description) or " ; ".join(part for part in said if part),
        intent=intent,
        authored=chart.when(resource.created, defects),
        start=start,
        end=end,
    )


def _timing(timing: dict[str, Any], chart: Chart, defects: list[str]) -> tuple[When | None, When | None]:
    events = timing.get("event")
    if isinstance(events, list) and events:
        return chart.when(events[0], defects), chart.when(events[-1], defects)
    repeat = next(iter(items(timing.get("repeat"))), {})
    return chart.period(repeat.get("boundsPeriod"), defects)


def _add(
    resource: wire.Wire,
    reference: str,
    chart: Chart,
    defects: list[str],
    *,
    resource_type: str,
    found: list[Coding],
    named: str,
    text: str,
    more: tuple[str, ...] = (),
    category: str = "",
    performers: str = "",
    reason: str = "",
    intent: str = "order",
    do_not_perform: bool = False,
    authored: When | None = None,
    start: When | None = None,
    end: When | None = None,
    extra: set[Act] | None = None,
) -> None:
    """The fact, if it is about one of our acts; the others are dropped."""
    acts, drugs = coded(found, chart)
    acts |= acts_in(named)
    for part in more:
        acts |= lexicon.acts(part)
    if category:
        lower = plain(category)
        acts |= acts_in(category) & {Act.SURGERY, Act.SPECIALIST_CONSULT, Act.EDUCATION}
        if "consult" in lower or "referral" in lower:
            acts |= lexicon.acts(f"consult {plain(named)}") & {Act.SPECIALIST_CONSULT}
    if performers and any(
        word in plain(f"{named} {category}") for word in ("consult", "referral", "refer ", "evaluat")
    ):
        acts |= lexicon.acts(f"consult {plain(performers)}") & {Act.SPECIALIST_CONSULT}
    acts |= extra or set()
    if not acts:
        return
    if BAD_DATE in defects and not chart.is_draft:
        chart.cannot_read(reference, BAD_DATE)
    said = " ; ".join(part for part in (named, *more) if part)
    drugs |= lexicon.drugs_asserted(f"{said} ; {reason}")
    chart.orders.append(
        facts.Order(
            reference=reference,
            defects=tuple(defects),
            resource_type=resource_type,
            acts=sharpened(acts, said),
            status=string(resource.status),
            text=text or said or chart.valuesets.told(found),
            intent=intent,
            is_draft=chart.is_draft,
            do_not_perform=do_not_perform,
            authored=authored,
            start=start,
            end=end,
            drugs=frozenset(drugs),
        )
    )
