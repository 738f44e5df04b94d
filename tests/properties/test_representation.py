"""The same facts, told otherwise: the same cards."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.rule import all_rules
from tests.properties.patients import NAMES, all_calls, by_name, examples, told, told_of
from tests.properties.retelling import RETELLINGS, as_statements, retold, shuffled

SEEDS = st.integers(0, 2**32 - 1)
WAYS = sorted(RETELLINGS)


def test_the_patients_fire_every_rule() -> None:
    """What the properties say of all patients, they say of all rules."""
    fired = {rule for call in all_calls() for card in call.decision(max_cards=99).cards for rule in card.rules}
    assert fired == {rule.implements for rule in all_rules()}


@pytest.mark.parametrize("way", WAYS)
def test_each_retelling_alone(way: str) -> None:
    """Every way to tell a fact, for every patient, everywhere at once; and there is something to retell."""
    changed = 0
    for name, call in by_name().items():
        other, number = retold(call, [way], Random(name))
        changed += number
        if number:
            assert told(other.decision()) == told_of(name), name
    assert changed


@examples(600)
@given(NAMES, st.lists(st.sampled_from(WAYS), min_size=2, max_size=6, unique=True), SEEDS, st.booleans())
def test_retellings_in_any_combination(name: str, ways: list[str], seed: int, as_reported: bool) -> None:
    """Some of the resources in one way, others in another, home medicines as statements, in any order, some twice."""
    chance = Random(seed)
    call, _ = retold(by_name()[name], ways, chance, share=0.7)
    if as_reported:
        call, _ = as_statements(call)
    assert told(shuffled(call, chance).decision()) == told_of(name)


def test_home_medicines_as_statements() -> None:
    """Told by a reporter instead of an orderer."""
    changed = 0
    for name, call in by_name().items():
        other, number = as_statements(call)
        changed += number
        assert told(other.decision()) == told_of(name), name
    assert changed > 20


def test_sent_along_or_fetched() -> None:
    """Where the data came from is in the ledger, and nowhere else."""
    for name, call in by_name().items():
        assert told(call.decision(source="fetch")) == told_of(name), name
