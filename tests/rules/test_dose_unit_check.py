"""Doses that cannot be meant: asked about, and never read as a discontinuation."""

from typing import Any

import pytest

from cards.hooks import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.timeline.interruptions import Kind
from cards.verdict import CannotTell, Quiet
from tests.chart import Chart, instant

KIND = "dose-unit-check"
STOP = "abrupt-discontinuation"


def by_pump(value: float, unit: str = "mcg/day", **more: Any) -> dict[str, Any]:
    """An intrathecal baclofen order at a rate."""
    return {
        "resourceType": "MedicationRequest", "id": "it", "status": "draft", "intent": "order",
        "authoredOn": instant("0h"), "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "baclofen intrathecal 2,000 mcg/mL"},
        "dosageInstruction": [{
            "route": {"coding": [{"system": "http://snomed.info/sct", "code": "72607000"}]},
            "doseAndRate": [{"rateQuantity": {"value": value, "unit": unit}}],
        }],
        **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "urgency"),
    [
        (2500, "mcg/day", ""),
        (2501, "mcg/day", "warning"),
        (10000, "mcg/day", "warning"),
        (10001, "mcg/day", "critical"),
        (350, "mg/day", "critical"),
        (0.35, "mg/day", ""),
        (10, "mcg/day", ""),
        (9, "mcg/day", "info"),
    ],
)
def test_a_pump_s_dose_has_its_limits(value: float, unit: str, urgency: str) -> None:
    """Both sides of each number; 0.35 mg/day is 350 mcg/day."""
    chart = Chart()
    chart.pump(drug=None)
    chart.add("MedicationRequest", **{k: v for k, v in by_pump(value, unit, status="active").items()
                                      if k not in ("resourceType", "id", "subject")})  # fmt: skip
    assert chart.decide().urgency(KIND) == urgency
    drafted = Chart()
    drafted.pump(drug=None)
    assert drafted.decide(ORDER_SIGN, [by_pump(value, unit)]).urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("mg", "times", "urgency"),
    [(20, 4, ""), (27, 3, "info"), (100, 3, "info"), (101, 3, "warning"), (0.02, 3, "warning")],
)
def test_an_adult_s_dose_by_mouth_has_its_limits(mg: float, times: int, urgency: str) -> None:
    """80 mg/day is the label's maximum, 300 mg/day implausible, under 1 mg/day micrograms."""
    chart = Chart()
    chart.baclofen(mg, times)
    assert chart.decide(PATIENT_VIEW).urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("age", "kg", "mg", "urgency"),
    [
        (8, 24, 20, ""),
        (8, 24, 20.1, "warning"),
        (17.9, 24, 20.1, "warning"),
        (18.1, 24, 20.1, ""),
        (8, None, 20.1, ""),
        (8, None, 30, "info"),
    ],
)
def test_a_child_s_dose_is_by_weight(age: float, kg: float | None, mg: float, urgency: str) -> None:
    """2.5 mg/kg/day; without a weight the adult maximum stands in, and the card says so."""
    chart = Chart(age=age)
    chart.baclofen(mg, 3)
    if kg:
        chart.vital("29463-7", kg, "kg", "30d")
    decided = chart.decide()
    assert decided.urgency(KIND) == urgency
    if urgency == "info":
        assert "Weight not recorded" in decided.card(KIND).detail


@pytest.mark.parametrize(("age", "is_open"), [(7, True), (54, False)])
def test_the_boy_of_seven_whose_weight_was_not_read(age: float, is_open: bool) -> None:
    """60 mg/day may be far too much for him: no silence that an adult's dose would get."""
    chart = Chart(age=age)
    chart.baclofen(20, 3)
    verdict = chart.decide(lost=["ObservationVitalSigns", "Observation"]).verdict("FND-02")
    assert isinstance(verdict, CannotTell) is is_open


def micrograms(chart: Chart, order: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The same order with mcg in place of mg."""
    draft = chart.draft(order, id="new", status="draft", **more)
    quantity = draft["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]
    quantity.update(unit="mcg", code="ug")
    return draft


def test_micrograms_by_mouth_are_a_unit_question_and_no_cut() -> None:
    """60 mg/day re-ordered as 20 mcg three times a day."""
    chart = Chart()
    order = chart.baclofen()
    draft = micrograms(chart, order, priorPrescription={"reference": f"MedicationRequest/{order['id']}"})
    decided = chart.decide(ORDER_SIGN, [draft])
    card = decided.card(KIND)
    assert decided.kinds == [KIND]
    assert card.summary == "Check the baclofen unit: 20 mcg by mouth is implausible (mg vs mcg?)"
    assert "could not be judged" in card.detail
    assert isinstance(decided.verdict("ABR-02"), Quiet)


def test_a_wrong_dose_in_the_chart_makes_its_correction_no_cut() -> None:
    """600 mg/day in the chart, 60 in the draft: the first was never taken."""
    chart = Chart()
    order = chart.baclofen(200, 3)
    right = chart.draft(order, id="new", status="draft")
    right["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] = 20
    assert chart.decide(ORDER_SIGN, [right]).urgency(STOP) == ""
    right["priorPrescription"] = {"reference": f"MedicationRequest/{order['id']}"}
    assert chart.decide(ORDER_SIGN, [right]).urgency(KIND) == ""  # the wrong order goes


@pytest.mark.parametrize(("mg", "is_cut"), [(100, True), (101, False)])
def test_a_corrected_dose_in_the_chart_is_no_cut_either(mg: float, is_cut: bool) -> None:
    """303 mg/day was hardly taken: replaced by 60 yesterday, it interrupts nothing."""
    chart = Chart()
    chart.baclofen(mg, 3, until="1d", status="stopped")
    chart.baclofen(20, 3, "1d")
    assert (chart.case().interrupted_by(Kind.CUT) is not None) is is_cut


def test_exactly_a_thousandth_by_pump_is_a_unit_slip() -> None:
    """350 mcg/day re-ordered as 0.35 mcg/day is asked about; 5 mcg/day is nearly a stop, and told as such."""
    chart = Chart()
    chart.pump()
    decided = chart.decide(ORDER_SIGN, [by_pump(0.35, priorPrescription={"reference": "MedicationRequest/r2"})])
    assert STOP not in decided.kinds
    assert decided.urgency(KIND) == "warning"
    near_stop = chart.decide(ORDER_SIGN, [by_pump(5, priorPrescription={"reference": "MedicationRequest/r2"})])
    assert near_stop.urgency(STOP) == "critical"
    assert near_stop.urgency(KIND) == "info"


def test_a_high_dose_that_is_used_is_still_compared() -> None:
    """150 mg/day (alcohol-use disorder) halved is a cut."""
    chart = Chart()
    order = chart.baclofen(50, 3)
    lower = chart.draft(order, id="new", status="draft", priorPrescription={"reference": "MedicationRequest/r1"})
    lower["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] = 20
    assert chart.decide(ORDER_SIGN, [lower]).urgency(STOP) == "critical"


def test_what_nobody_could_read_is_no_plausible_dose() -> None:
    """The orders are lost: cannot tell."""
    chart = Chart()
    chart.given("3h")
    verdict = chart.decide(lost=["MedicationRequest"]).verdict("FND-02")
    assert isinstance(verdict, CannotTell)


def test_only_what_was_selected_is_asked_about() -> None:
    """Order-select: another draft is background."""
    chart = Chart()
    order = chart.baclofen()
    draft = micrograms(chart, order)
    assert chart.decide(ORDER_SELECT, [draft], selections=("MedicationRequest/new",)).urgency(KIND) == "warning"
    assert chart.decide(ORDER_SELECT, [draft], selections=("MedicationRequest/x",)).urgency(KIND) == ""


def test_as_needed_and_no_dose_are_not_judged() -> None:
    """PRN 30 mg up to every 4 h is not taken daily; an order without a dose says nothing."""
    chart = Chart()
    chart.baclofen(30, 6)["dosageInstruction"][0]["asNeededBoolean"] = True
    chart.baclofen(None)
    assert chart.decide().urgency(KIND) == ""
