"""Patients whom a property found: each told plainly, with what must be said."""

from cards.hooks import ORDER_SELECT, ORDER_SIGN
from tests.chart import Chart
from tests.properties.patients import by_name
from tests.properties.worse import with_findings
from tests.rules.test_held_doses import doses_missed


def test_drowsy_alone_after_missed_doses() -> None:
    """GCS 9 may be withdrawal as well as toxicity: as urgent as without it, and tone comes first."""
    chart = doses_missed()
    chart.vital("9269-2", 9, "{score}")
    cards = {card.kind: card for card in chart.decide(max_cards=9).decision.cards}
    card = cards["suspected-withdrawal"]
    assert card.urgency.indicator == "critical"
    assert "ABR-08" in card.rules
    assert "examine tone before giving or holding" in card.detail


def test_drowsy_while_a_stop_is_signed() -> None:
    """A GCS of 9 does not make stopping 60 mg a day at once a reminder."""
    chart = Chart()
    order = chart.baclofen()
    chart.vital("9269-2", 9, "{score}")
    card = chart.decide(ORDER_SIGN, [chart.draft(order, status="stopped")]).card("abrupt-discontinuation")
    assert card.urgency.indicator == "critical"
    assert "Examine tone first" in card.detail


def test_limp_and_hallucinating_31_hours_after_the_last_tablet() -> None:
    """Low tone takes the withdrawal card back; without baclofen on board toxicity said nothing either."""
    call = with_findings(by_name()["hallucinations-31-h-after-last-tablet-1"], "limp")
    cards = {card.kind: card for card in call.decision().cards}
    assert "suspected-withdrawal" not in cards
    assert cards["toxicity-not-withdrawal"].urgency.indicator == "warning"
    assert cards["toxicity-not-withdrawal"].summary.startswith("Withdrawal or toxicity? Examine tone")


def test_in_deep_coma_with_failing_liver_after_a_stop() -> None:
    """GCS 5 is critical toxicity; one more finding makes it "withdrawal or toxicity?", a warning (section 9)."""
    call = by_name()["pump-works-but-tablets-stopped-1"]
    for more, urgency in (((), "critical"), (("ALT 300",), "warning")):
        cards = {card.kind: card for card in with_findings(call, "HR 41", "GCS 5", *more).decision().cards}
        assert cards["toxicity-not-withdrawal"].urgency.indicator == urgency


def test_withdrawal_or_toxicity_while_an_order_is_selected() -> None:
    """No rule of toxicity runs there: the card is that of suspected withdrawal, not none."""
    chart = doses_missed()
    for text in ("Somnolent", "Hypotension", "Bradycardia", "Seizure"):
        chart.sign(text)
    chart.temperature(38.2)
    other = chart.draft(chart.medicine("paracetamol 500 mg tablet"), id="new", status="draft")
    on_view = chart.decide(max_cards=9)
    while_selecting = chart.decide(ORDER_SELECT, [other], selections=("MedicationRequest/new",), max_cards=9)
    assert "Withdrawal or toxicity?" in on_view.card("toxicity-not-withdrawal").summary
    assert "Withdrawal or toxicity?" in while_selecting.card("suspected-withdrawal").summary


def test_limp_drowsy_and_said_to_be_rigid_after_a_refill() -> None:
    """Tone both low and high: one contradicts the other, and coma after a refill is not answered by silence."""
    call = by_name()["limp-and-drowsy-after-a-refill-1"]
    cards = {card.kind: card for card in with_findings(call, "rigid").decision().cards}
    assert cards["toxicity-not-withdrawal"].urgency.indicator == "warning"
    assert cards["toxicity-not-withdrawal"].summary.startswith("Withdrawal or toxicity? Examine tone")


def test_flumazenil_after_a_seizure_with_morphine_in_the_pump() -> None:
    """Not our question: this pump never held baclofen."""
    chart = Chart()
    chart.pump(drug="morphine")
    chart.sign("Generalised seizure")
    flumazenil = chart.draft(chart.medicine("Flumazenil 0.2 mg injection"), id="new", status="draft")
    chart.resources.pop()
    assert chart.decide(ORDER_SIGN, [flumazenil]).is_silent


def test_spasticity_since_some_time_this_year() -> None:
    """A problem that is known to the year only may be as old as the year: it is why baclofen is given."""
    chart = Chart()
    chart.baclofen(status="stopped", until="30h", since="60d")
    chart.condition("Spasticity after stroke", onset=None, onsetDateTime="2026")
    decided = chart.decide()
    assert decided.kinds == ["abrupt-discontinuation"]
    chart.condition("Spasticity, much worse", onset="20h")
    assert chart.decide().kinds == ["suspected-withdrawal"]
