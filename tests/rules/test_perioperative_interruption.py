"""Nothing by mouth, holds, and operations on the pump."""

import pytest

from cards.hooks import ORDER_SELECT, ORDER_SIGN
from tests.chart import SUBJECT, Chart, Resource, instant

KIND = "perioperative-interruption"


def diet(text: str, **more: object) -> Resource:
    """A draft diet order."""
    return {"resourceType": "NutritionOrder", "id": "n", "status": "draft", "intent": "order", "patient": SUBJECT,
            "dateTime": instant("0h"), "oralDiet": {"type": [{"text": text}]}, **more}  # fmt: skip


def service(text: str, **more: object) -> Resource:
    """A draft service order."""
    return {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
            "code": {"text": text}, **more}  # fmt: skip


@pytest.mark.parametrize(
    "draft",
    [
        diet("NPO"),
        diet("Nil by mouth"),
        diet("Diet NPO after midnight"),
        service("Diet NPO Effective Now"),
        service("Hold all oral medications"),
    ],
)
@pytest.mark.parametrize("hook", [ORDER_SIGN, ORDER_SELECT])
def test_nothing_by_mouth_interrupts_baclofen(draft: Resource, hook: object) -> None:
    """As diet order or as service order."""
    chart = Chart()
    chart.baclofen(10, 3)
    chosen = (f"{draft['resourceType']}/{draft['id']}",)
    assert chart.decide(hook, [draft], selections=chosen).urgency(KIND) == "warning"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["NPO except meds", "NPO except medications", "Nil by mouth, may take medicines with sips"]
)
def test_except_medications_is_no_interruption(text: str) -> None:
    """The nearest harmless neighbour."""
    chart = Chart()
    chart.baclofen()
    assert chart.decide(ORDER_SIGN, [diet(text)]).is_silent


def test_except_medications_in_the_instruction() -> None:
    """Type says NPO, instruction says except meds."""
    chart = Chart()
    chart.baclofen()
    draft = diet("NPO")
    draft["oralDiet"]["instruction"] = "NPO except meds"
    assert chart.decide(ORDER_SIGN, [draft]).is_silent


@pytest.mark.parametrize(
    ("last", "mg", "urgency"), [("12h", 20, "critical"), ("11.9h", 20, "warning"), ("12h", 10, "warning")]
)
def test_nothing_by_mouth_when_the_last_dose_is_long_ago(last: str, mg: float, urgency: str) -> None:
    """Critical at high dependence from 12 h on."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(mg, 3)
    chart.baclofen(mg, 3, since="59h", category="inpatient")
    chart.given(last)
    assert chart.decide(ORDER_SIGN, [diet("NPO")]).urgency(KIND) == urgency


def test_a_tube_route_in_the_same_signing() -> None:
    """Baclofen by gastrostomy is ordered."""
    chart = Chart()
    chart.baclofen()
    tube = service("Give all medications via nasogastric tube", id="tube")
    assert chart.decide(ORDER_SIGN, [diet("NPO"), tube]).is_silent


def test_baclofen_put_on_hold_for_surgery() -> None:
    """A hold with a perioperative reason is one card, of this kind."""
    chart = Chart()
    order = chart.baclofen()
    held = chart.draft(order, status="on-hold", statusReason={"text": "NPO for surgery"})
    assert chart.decide(ORDER_SIGN, [held]).kinds == [KIND]


def test_a_short_fast_is_no_interruption() -> None:
    """Six hours planned."""
    chart = Chart()
    chart.baclofen()
    short = service("NPO", occurrencePeriod={"start": instant("0h"), "end": instant("+6h")})
    assert chart.decide(ORDER_SIGN, [short]).is_silent


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Removal of intrathecal baclofen pump", "critical"),
        ("REMOVAL INTRATHECAL PUMP", "critical"),
        ("Explant of infected intrathecal pump", "critical"),
        ("Intrathecal catheter revision", "warning"),
        ("Intrathecal pump replacement", "info"),
        ("Appendicectomy", "warning"),
    ],
)
def test_operations_on_the_pump(text: str, urgency: str) -> None:
    """Removal without a plan is critical, revision a warning, exchange a reminder; any other operation a warning."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    chart.order(text, occurrenceDateTime=instant("+2d"))
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("plan", "urgency"),
    [
        ("Externalised intrathecal baclofen infusion via lumbar catheter", "warning"),
        ("Baclofen 20 mg by mouth four times daily", "critical"),
    ],
)
def test_tablets_alone_are_no_bridging_plan(plan: str, urgency: str) -> None:
    """An intrathecal bridge is; baclofen by mouth alone is not."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    chart.order("Removal of intrathecal baclofen pump", occurrenceDateTime=instant("+2d"))
    if "lumbar" in plan:
        chart.order(plan)
    else:
        chart.baclofen(20, 4, since="1d")
    assert chart.decide().urgency(KIND) == urgency


def test_tablets_benzodiazepine_monitored_bed_and_specialist_are_a_plan() -> None:
    """The published bridge of a single case (C-HAL23)."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    chart.order("Removal of intrathecal baclofen pump", occurrenceDateTime=instant("+2d"))
    chart.baclofen(30, 4, since="1d")
    chart.medicine("diazepam 10 mg tablet")
    chart.order("Admit to ICU")
    chart.order("Consult pain service")
    assert chart.decide().urgency(KIND) == "warning"


def test_removal_by_procedure_code() -> None:
    """CPT 62365 being signed now."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    coded = service("", code={"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "62365"}]})
    assert chart.decide(ORDER_SIGN, [coded]).urgency(KIND) == "critical"


def test_a_morphine_pump_is_not_ours() -> None:
    """Another drug in the pump."""
    chart = Chart()
    chart.pump(drug="morphine")
    chart.order("Removal of intrathecal pump", occurrenceDateTime=instant("+2d"))
    assert chart.decide().is_silent


def test_baclofen_that_goes_down_a_tube_is_not_held_by_a_fast() -> None:
    """The order's own route says so."""
    chart = Chart()
    order = chart.baclofen()
    order["dosageInstruction"][0]["route"] = {"text": "Per G-tube"}
    assert chart.decide(ORDER_SIGN, [diet("NPO")]).is_silent


def test_a_fast_that_a_later_diet_ended() -> None:
    """NPO three days ago, regular diet since yesterday."""
    chart = Chart()
    chart.baclofen()
    chart.diet("NPO", dateTime=instant("70h"))
    assert chart.decide(ORDER_SIGN).urgency(KIND) == "warning"
    chart.diet("Regular diet", dateTime=instant("24h"))
    assert chart.decide(ORDER_SIGN).urgency(KIND) == ""


@pytest.mark.parametrize(
    ("text", "days", "held"),
    [("Nasogastric tube placement", "300d", True), ("Nasogastric tube placement", "3d", False),
     ("NG tube to low intermittent suction", "1h", True), ("Continue all home medications", "300d", True)],
)  # fmt: skip
def test_only_what_stands_excuses_a_fast(text: str, days: str, held: bool) -> None:
    """Last year's orders, and a tube that drains, are no way to give baclofen."""
    chart = Chart()
    chart.baclofen()
    chart.order(text, status="completed" if days.endswith("d") else "active", authoredOn=instant(days))
    assert bool(chart.decide(ORDER_SIGN, [diet("NPO")]).urgency(KIND)) is held


@pytest.mark.parametrize(
    ("text", "held"), [("Hold all oral medications", True), ("Hold oral diabetes medications", False)]
)
def test_holding_one_class_of_drugs_is_not_holding_all(text: str, held: bool) -> None:
    """Diabetes tablets."""
    chart = Chart()
    chart.baclofen()
    assert bool(chart.decide(ORDER_SIGN, [service(text)]).urgency(KIND)) is held


def test_who_took_baclofen_years_ago_is_not_interrupted() -> None:
    """Nothing to interrupt."""
    chart = Chart()
    chart.baclofen(since="1500d", status="stopped", until="1100d")
    assert chart.decide(ORDER_SIGN, [diet("NPO")]).is_silent


@pytest.mark.parametrize("text", ["Enoxaparin bridging per protocol", "Heparin bridge"])
def test_bridging_anticoagulation_is_no_plan_for_baclofen(text: str) -> None:
    """The word alone does not count."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    chart.order("Removal of intrathecal baclofen pump", occurrenceDateTime=instant("+2d"))
    chart.order(text)
    assert chart.decide().urgency(KIND) == "critical"


def test_unread_counter_evidence_caps_the_card() -> None:
    """A bridging plan may be in the care plans that could not be read."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    chart.order("Removal of intrathecal baclofen pump", occurrenceDateTime=instant("+2d"))
    card = chart.decide(lost=["CarePlan"]).card(KIND)
    assert card.urgency.indicator == "warning"
    assert "Care plans could not be read" in card.detail
