"""What a card says where comfort care is recorded: the same finding as information, and what relieves."""

import pytest

from cards.hooks import ORDER_SIGN
from tests.chart import Chart
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
