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
