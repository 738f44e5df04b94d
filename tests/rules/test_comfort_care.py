"""What a card says where comfort care is recorded: the same finding as information, and what relieves."""

import pytest

from cards.hooks import ENCOUNTER_DISCHARGE, MEDICATION_REFILL, ORDER_SELECT, ORDER_SIGN, Hook
from cards.verdict import Card, MergedCard
from tests.chart import Chart, Resource, instant
from tests.rules.test_discharge_and_supply import DISCHARGE, going_home
from tests.rules.test_suspected_withdrawal import KIND, omitted, overdue_pump


def test_comfort_care_hears_of_no_intensive_care() -> None:
    """The finding stays, without cooling, laboratory and intensive care, also in what other rules add."""
    chart = Chart()
    chart.baclofen()
    chart.stay("30h")
    chart.order("Comfort measures only")
    chart.sign("Rigidity")
    chart.temperature(39.5)
    chart.systolic(80)
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "ICU" not in card.detail
    assert not {s.key for s in card.suggestions} & {"icu", "labs", "cooling", "fluids"}


@pytest.mark.parametrize("by_pump", [True, False])
def test_comfort_care_is_told_what_relieves(by_pump: bool) -> None:
    """Enteral baclofen or a benzodiazepine with the palliative team; no test, puncture or organ that fails."""
    chart = overdue_pump() if by_pump else omitted()
    chart.order("Comfort measures only")
    chart.sign("Rigidity")
    chart.temperature(39.5)
    chart.vital("2157-6", 6000, "U/L")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "in comfort care: relieve spasm and agitation now" in card.summary
    assert "giving it by tube, or a benzodiazepine; ask the palliative team" in card.detail
    for words in ("umbar puncture", "contrast", "confirmatory", "organ failure", "ICU", "Page neurosurgery", "restart"):
        assert words not in card.detail.rpartition("\n\n")[0]
        assert words not in card.summary


def test_comfort_care_after_the_pump_was_taken_out() -> None:
    """There is none to interrogate, and nobody punctures for it unasked."""
    chart = Chart()
    chart.pump()
    chart.procedure("Removal of intrathecal baclofen pump", "2d")
    chart.order("Comfort measures only")
    chart.sign("Rigidity")
    card = chart.decide().card(KIND)
    assert "in comfort care" in card.summary
    assert "umbar puncture" not in card.detail


def test_comfort_care_says_what_could_not_be_read() -> None:
    """Counter-evidence that is missing is told there, too."""
    chart = overdue_pump()
    chart.order("Comfort measures only")
    chart.sign("Rigidity")
    assert "refills and interrogations could not be read" in chart.decide(lost=["Procedure"]).card(KIND).detail.lower()


def test_comfort_care_hears_of_spasm_and_not_of_failing_organs() -> None:
    """Information: what was found, what it can cause, and what relieves it."""
    chart = Chart()
    order = chart.baclofen()
    chart.order("Comfort measures only")
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card("abrupt-discontinuation")
    assert card.urgency.indicator == "info"
    assert card.summary == (
        "Comfort care: baclofen not given can cause distressing spasm; offer it by tube, or a benzodiazepine"
    )
    assert "What was found: Stopping baclofen 60 mg/day" in card.detail
    assert "organ failure" not in card.detail


# -- what is offered fits what was done ----------------------------------------------------------------------------

ABRUPT = "abrupt-discontinuation"
NOT_GIVEN = "Comfort care: baclofen not given can cause distressing spasm; offer it by tube, or a benzodiazepine"
CUT = "Comfort care: a cut of baclofen can cause distressing spasm; go back to the dose before, or a benzodiazepine"
TAPER = "Comfort care: so fast a taper can cause distressing spasm; slow it, go back a step, or a benzodiazepine"
PUMP = "Comfort care: stopping the baclofen pump can cause distressing spasm; keep it running, or a benzodiazepine"
REACTION = (
    "Comfort care: less or no baclofen after an adverse reaction can bring distressing spasm; offer a benzodiazepine"
)
ANAPHYLAXIS = {"statusReason": {"text": "anaphylaxis to baclofen"}}


def comforted() -> Chart:
    chart = Chart()
    chart.condition("Comfort care only")
    return chart


def once_a_day(mg: float) -> list[Resource]:
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d"}
    dose = [{"doseQuantity": {"value": mg, "unit": "mg"}}]
    return [{"text": "once a day", "route": {"text": "Oral"}, "timing": {"repeat": repeat}, "doseAndRate": dose}]


def pump_order(chart: Chart) -> Resource:
    chart.pump()
    return next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")


def offers_no_baclofen(card: MergedCard) -> bool:
    told = card.detail.rpartition("\n\n")[0]
    keys = {s.key for s in card.suggestions}
    return not keys & {"resume-baclofen", "keep-order"} and not any(
        words in f"{card.summary} {told}" for words in ("by tube", "feeding tube", "dose before", "keep it running")
    )


@pytest.mark.parametrize("statement", [True, False])
def test_after_an_adverse_reaction_no_baclofen_is_offered(statement: bool) -> None:
    """A benzodiazepine alone; the reason stays, whoever told of the stop."""
    chart = comforted()
    chart.baclofen(status="stopped", until="2d", statement=statement, **ANAPHYLAXIS)
    card = chart.decide().card(ABRUPT)
    assert card.urgency.indicator == "info"
    assert card.summary == REACTION
    assert "Recorded reason of the stop: anaphylaxis to baclofen" in card.detail
    assert "consider a benzodiazepine" in card.detail
    assert offers_no_baclofen(card)


@pytest.mark.parametrize("hook", [ORDER_SIGN, ORDER_SELECT])
def test_a_draft_that_stops_it_for_an_adverse_reaction(hook: Hook) -> None:
    chart = comforted()
    order = chart.baclofen()
    card = chart.decide(hook, [chart.draft(order, status="stopped", **ANAPHYLAXIS)]).card(ABRUPT)
    assert card.summary == REACTION
    assert offers_no_baclofen(card)


@pytest.mark.parametrize("mg", [20, 5])
def test_a_cut_for_an_adverse_reaction_is_not_taken_back(mg: float) -> None:
    """Not even to the dose before."""
    chart = comforted()
    order = chart.baclofen()
    draft = chart.draft(order, dosageInstruction=once_a_day(mg), **ANAPHYLAXIS)
    card = chart.decide(ORDER_SIGN, [draft]).card(ABRUPT)
    assert card.summary == REACTION
    assert offers_no_baclofen(card)


@pytest.mark.parametrize("by", ["order", "words"])
def test_a_draft_that_stops_the_pump_is_answered_for_the_pump(by: str) -> None:
    """Its drug is given by no tube."""
    chart = comforted()
    order = pump_order(chart)
    stop = chart.draft(order, status="stopped")
    if by == "words":
        stop = {"resourceType": "ServiceRequest", "id": "stop", "status": "draft", "intent": "order",
                "subject": {"reference": "Patient/p1"}, "code": {"text": "Stop intrathecal baclofen pump"}}  # fmt: skip
    card = chart.decide(ORDER_SIGN, [stop]).card(ABRUPT)
    assert card.urgency.indicator == "info"
    assert card.summary == PUMP
    assert "by tube" not in card.detail
    assert "What was found: Stopping intrathecal baclofen" in card.detail


def test_tablets_and_pump_stopped_together_are_answered_for_the_pump() -> None:
    """And the tablets are told beside it."""
    chart = comforted()
    order = pump_order(chart)
    tablets = chart.baclofen()
    card = chart.decide(ORDER_SIGN, [chart.draft(o, status="stopped") for o in (order, tablets)]).card(ABRUPT)
    assert card.summary == PUMP
    assert "Also: Stopping baclofen 60 mg/day" in card.detail


def test_tablets_stopped_beside_a_pump_are_answered_for_the_tablets() -> None:
    chart = comforted()
    pump_order(chart)
    tablets = chart.baclofen()
    card = chart.decide(ORDER_SIGN, [chart.draft(tablets, status="stopped")]).card(ABRUPT)
    assert card.summary == NOT_GIVEN


def test_a_cut_is_no_stop() -> None:
    """Baclofen is still given: the dose before relieves."""
    chart = comforted()
    order = chart.baclofen()
    card = chart.decide(ORDER_SIGN, [chart.draft(order, dosageInstruction=once_a_day(20))]).card(ABRUPT)
    assert card.urgency.indicator == "info"
    assert card.summary == CUT
    assert "What was found: Baclofen cut 60 mg/day to 20 mg/day" in card.detail
    assert "consider going back to the dose before, or a benzodiazepine" in card.detail
    assert "by tube" not in card.detail


def test_a_taper_too_fast_is_no_stop() -> None:
    chart = comforted()
    order = chart.baclofen()
    steps = []
    for number, (mg, begin, end) in enumerate([(60, "0h", "+3d"), (30, "+3d", "+6d"), (15, "+6d", "+9d")]):
        (step,) = once_a_day(mg)
        step["timing"]["repeat"]["boundsPeriod"] = {"start": instant(begin), "end": instant(end)}
        steps.append({"sequence": number + 1, **step})
    decided = chart.decide(ORDER_SIGN, [chart.draft(order, dosageInstruction=steps)])
    card = decided.card(ABRUPT)
    assert card.summary == TAPER
    assert "by tube" not in card.detail


@pytest.mark.parametrize("how", ["held", "stopped", "cancelled in words", "omitted", "not given", "ran out"])
def test_baclofen_by_mouth_that_is_not_given_may_be_given_by_tube(how: str) -> None:
    """Stopped, held, left out, not given, run out: these are what the sentence is about."""
    chart = comforted()
    if how == "held":
        chart.baclofen(status="on-hold", until="2d")
    elif how == "stopped":
        chart.baclofen(status="stopped", until="2d")
    elif how == "cancelled in words":
        chart.baclofen(status="stopped", until="2d", statement=True)
    elif how == "omitted":
        chart.baclofen()
        chart.stay("30h")
    elif how == "not given":
        chart.baclofen(category="inpatient")
        chart.stay("3d")
        chart.given("40h")
        chart.not_given("32h", "24h", "16h", "8h")
    else:
        chart.baclofen()
        chart.fill("40d", 30)
    assert chart.decide().card(ABRUPT).summary == NOT_GIVEN


def test_a_supply_that_is_about_to_end_is_still_there() -> None:
    """Nothing is missing yet: the card says what it always says."""
    chart = comforted()
    order = chart.baclofen()
    chart.fill("28d", 30)
    card = chart.decide(MEDICATION_REFILL, [chart.draft(order, status="cancelled")]).card(ABRUPT)
    assert card.urgency.indicator == "info"
    assert "not given" not in card.summary


@pytest.mark.parametrize(("mg", "told"), [(14, CUT), (None, NOT_GIVEN)])
def test_less_at_discharge_and_none_at_discharge(mg: float | None, told: str) -> None:
    chart = going_home()
    chart.condition("Comfort care only")
    if mg is not None:
        chart.baclofen(mg, **DISCHARGE)
    assert chart.decide(ENCOUNTER_DISCHARGE).card(ABRUPT).summary == told


@pytest.mark.parametrize(
    ("mg", "more", "told"),
    [(None, {}, NOT_GIVEN), (None, ANAPHYLAXIS, REACTION), (5, {}, CUT), (5, ANAPHYLAXIS, REACTION)],
)
def test_tablets_around_the_implant_of_a_pump(mg: float | None, more: Resource, told: str) -> None:
    """Stopped or cut, and why."""
    chart = comforted()
    order = chart.baclofen()
    chart.order(
        "Implantation of intrathecal baclofen pump", authoredOn=instant("1d"), occurrenceDateTime=instant("+2d")
    )
    changes = {"status": "stopped"} if mg is None else {"dosageInstruction": once_a_day(mg)}
    verdict = chart.decide(ORDER_SIGN, [chart.draft(order, **changes, **more)]).verdict("ABR-06")
    assert isinstance(verdict, Card)
    assert verdict.summary == told


def test_suspected_withdrawal_after_an_adverse_reaction_says_so_in_comfort_care() -> None:
    """Who relieves must know why it was stopped; no baclofen is offered."""
    chart = comforted()
    chart.baclofen(status="stopped", until="40h", **ANAPHYLAXIS)
    chart.sign("Rigidity")
    chart.sign("Hallucinations")
    chart.temperature(39.5)
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "in comfort care: relieve spasm and agitation now" in card.summary
    assert "Recorded reason of the stop: anaphylaxis to baclofen" in card.detail
    assert "Weigh that" in card.detail
    assert "consider a benzodiazepine" in card.detail
    assert offers_no_baclofen(card)


@pytest.mark.parametrize("reason", ["no adverse reaction", "surgery", "history of rash from penicillin"])
def test_another_reason_leaves_baclofen_on_offer(reason: str) -> None:
    chart = comforted()
    chart.baclofen(status="stopped", until="40h", statusReason={"text": reason})
    assert chart.decide().card(ABRUPT).summary == NOT_GIVEN
    chart.sign("Rigidity")
    chart.sign("Hallucinations")
    chart.temperature(39.5)
    card = chart.decide().card(KIND)
    assert "giving it by tube, or a benzodiazepine" in card.detail
    assert "Weigh that" not in card.detail
