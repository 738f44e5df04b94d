"""No baclofen, no pump of unknown drug, no mother who took it: nothing above a reminder, whatever else there is."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.decide import Decision
from cards.verdict import Urgency
from tests.chart import Chart
from tests.properties.patients import by_name_on_every_hook, examples
from tests.properties.without import made_up, with_morphine


def above_info(decision: Decision) -> list[str]:
    """Cards above a reminder, with the incomplete check."""
    cards = [*decision.cards, *([decision.could_not_check] if decision.could_not_check else [])]
    return [f"{c.kind} {c.urgency.indicator} {c.rules}" for c in cards if c.urgency > Urgency.INFO]


@pytest.mark.parametrize("name", sorted(by_name_on_every_hook()))
def test_a_story_with_morphine_in_place_of_baclofen(name: str) -> None:
    """Every story on every hook: it was baclofen that made the card."""
    assert not above_info(with_morphine(by_name_on_every_hook()[name]).decision())


@examples(1500)
@given(st.integers(0, 2**32 - 1))
def test_a_chart_of_everything_else(seed: int) -> None:
    """Other drugs, findings, operations, orders, appointments, a pump with morphine, on any hook, at any age."""
    assert not above_info(made_up(Random(seed)).decision())


@pytest.mark.parametrize(
    "text", ["Cyclobenzaprine 10 mg", "Bacitracin ointment", "Beclometasone inhaler", "Tizanidine 4 mg"]
)
def test_look_alikes_are_not_baclofen(text: str) -> None:
    """No exposure, no pump: no card, whatever else is in the chart."""
    chart = Chart()
    chart.medicine(text, "400d")
    chart.stay("40h")
    chart.temperature(40.5)
    chart.sign("Severe rigidity")
    chart.sign("Seizure")
    decided = chart.decide()
    assert decided.is_silent
    assert decided.decision.exposure_excluded


def test_topical_baclofen_triggers_nothing() -> None:
    """A compounded cream is no exposure."""
    chart = Chart()
    chart.medicine("Baclofen 2 % cream", "400d")
    chart.stay("40h")
    chart.temperature(40.5)
    chart.sign("Seizure")
    assert not chart.decide().kinds
