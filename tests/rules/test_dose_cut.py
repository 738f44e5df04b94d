"""Is baclofen cut faster than a safe taper?"""

import pytest

from cards.hooks import ORDER_SIGN
from tests.chart import Chart, instant

KIND = "abrupt-discontinuation"


@pytest.mark.parametrize(
    ("to_mg", "times", "urgency"),
    [(20, 3, ""), (15, 3, ""), (14, 3, "warning"), (11, 3, "warning"), (10, 3, "critical"), (5, 3, "critical")],
)
def test_a_dose_cut_by_its_size(to_mg: float, times: int, urgency: str) -> None:
    """From 60 mg/day: 25 % is a step, half of it is an abrupt stop."""
    chart = Chart()
    order = chart.baclofen(20, 3)
    lower = Chart().baclofen(to_mg, times)["dosageInstruction"]
    decided = chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=lower)])
    assert decided.urgency(KIND) == urgency


def test_a_small_dose_may_go_down_by_ten() -> None:
    """20 to 10 mg/day is half, but only 10 mg."""
    chart = Chart()
    order = chart.baclofen(10, 2)
    lower = Chart().baclofen(5, 2)["dosageInstruction"]
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=lower)]).is_silent


def test_milligrams_and_micrograms_by_pump_are_the_same_dose() -> None:
    """0.35 mg/day equals 350 mcg/day: no cut."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    same = [
        {
            **order["dosageInstruction"][0],
            "doseAndRate": [{"rateQuantity": {"value": 0.35, "unit": "mg/day", "code": "mg/d"}}],
        }
    ]
    assert chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=same)]).is_silent


@pytest.mark.parametrize(("mcg", "urgency"), [(280, ""), (279, "warning"), (176, "warning"), (175, "critical")])
def test_a_cut_by_pump(mcg: float, urgency: str) -> None:
    """Over 20 % in one session a warning, half or more critical."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    lower = [
        {
            **order["dosageInstruction"][0],
            "doseAndRate": [{"rateQuantity": {"value": mcg, "unit": "mcg/day", "code": "ug/d"}}],
        }
    ]
    assert (
        chart.decide(ORDER_SIGN, [chart.draft(order, status="draft", dosageInstruction=lower)]).urgency(KIND) == urgency
    )


def test_stopping_one_of_two_parts_is_a_cut() -> None:
    """10 mg in the morning and 20 at night; the night dose is stopped."""
    chart = Chart()
    for mg, when in ((10, "morning"), (20, "night")):
        chart.baclofen(mg, 1)
        chart.resources[-1]["dosageInstruction"][0]["text"] = when
    night = chart.resources[-1]
    card = chart.decide(ORDER_SIGN, [chart.draft(night, status="stopped")]).card(KIND)
    assert card.rules == ("ABR-02",)
    assert "30 mg/day to 10 mg/day" in card.summary


def test_restarting_low_after_half_a_year_is_no_cut() -> None:
    """Nothing is being taken."""
    chart = Chart()
    chart.baclofen(since="900d", status="stopped", until="200d")
    draft = Chart().baclofen(5, 3, since="0d", status="draft")
    assert chart.decide(ORDER_SIGN, [{**draft, "id": "new"}]).is_silent


def test_kidneys_that_were_not_read_are_named() -> None:
    """Dialysis caps a cut at warning: where its orders or sessions are missing, the card says so."""
    for dialysed, lost, urgency in ((True, [], "warning"), (False, [], "critical"),
                                    (True, ["ServiceRequest", "Patient"], "critical")):  # fmt: skip
        chart = Chart()
        order = chart.baclofen(20, 3)
        if dialysed:
            chart.order("Hemodialysis three times a week", authoredOn=instant("300d"))
        lower = Chart().baclofen(10, 3)["dosageInstruction"]
        drafts = [chart.draft(order, status="draft", dosageInstruction=lower)]
        card = chart.decide(ORDER_SIGN, drafts, lost=lost).card(KIND)
        assert card.urgency.indicator == urgency
        assert set(lost) <= set(card.not_available)
