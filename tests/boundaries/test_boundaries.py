"""Both sides of every clinical number."""

import pytest

from cards.rule import all_limits
from tests.boundaries import by_mouth, device, findings, supply_and_age
from tests.boundaries.edge import Edge, edges_in, told

EDGES = edges_in(by_mouth, device, findings, supply_and_age)


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.name)
def test_the_answer_changes_on_the_other_side_of_the_number(edge: Edge) -> None:
    ours = told(edge, {})
    assert told(edge, {}) == ours  # the same patient, the same answer
    assert told(edge, {edge.name: edge.moved}) != ours


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.name)
def test_the_number_is_moved_by_little(edge: Edge) -> None:
    """A patient far from the number would show nothing of its place."""
    value = all_limits()[edge.name].value
    assert abs(edge.moved - value) <= max(1.0, 0.15 * abs(value))


def test_every_number_has_its_patient() -> None:
    assert {edge.name for edge in EDGES} == set(all_limits())
