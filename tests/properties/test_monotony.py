"""Worse is never milder: findings, doses, gaps. What has nothing to do with it changes nothing."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.patients import (
    NAMES,
    NAMES_ON_EVERY_HOOK,
    by_name,
    by_name_on_every_hook,
    examples,
    told,
    told_of,
    urgencies,
    urgencies_of,
)
from tests.properties.unrelated import unrelated
from tests.properties.worse import FINDINGS, OF_WITHDRAWAL, milder, raised, with_findings


def test_one_finding_more_never_makes_a_card_milder() -> None:
    """Each finding of withdrawal, of toxicity and of the kidneys, added to each patient."""
    found = {}
    for name, call in by_name().items():
        for finding in FINDINGS:
            worse = with_findings(call, finding)
            decision = worse.decision()
            if wrong := milder(urgencies_of(name), urgencies(decision), decision, worse):
                found[name, finding] = wrong
    assert not found


@examples(600)
@given(
    NAMES_ON_EVERY_HOOK,
    st.lists(st.sampled_from(sorted(FINDINGS)), min_size=1, max_size=5, unique=True),
    st.lists(st.sampled_from(sorted(OF_WITHDRAWAL)), min_size=1, max_size=2, unique=True),
)
def test_findings_in_any_combination(name: str, background: list[str], more: list[str]) -> None:
    """To a patient who has some findings already, others are added."""
    call = with_findings(by_name_on_every_hook()[name], *background)
    worse = with_findings(by_name_on_every_hook()[name], *background, *more)
    decision = worse.decision()
    assert not milder(urgencies(call.decision()), urgencies(decision), decision, worse)


@examples(400)
@given(NAMES_ON_EVERY_HOOK, st.floats(0.01, 0.9))
def test_the_newest_value_higher(name: str, share: float) -> None:
    """Temperature, pulse, pressure, breathing, CK and creatinine of the chart itself."""
    worse = raised(by_name_on_every_hook()[name], share)
    decision = worse.decision()
    assert not milder(urgencies_of(name), urgencies(decision), decision, worse)


@examples(600)
@given(NAMES_ON_EVERY_HOOK, st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_the_unrelated_changes_nothing(name: str, number: int, seed: int) -> None:
    """Other drugs, findings, problems, devices, deeds, visits, orders, allergies and mistakes in between."""
    call, chance = by_name_on_every_hook()[name], Random(seed)
    resources = [*call.resources, *unrelated(call, chance, number)]
    chance.shuffle(resources)
    assert told(call.but(resources=resources).decision()) == told_of(name)


@examples(300)
@given(NAMES, NAMES, st.integers(0, 2**32 - 1))
def test_what_is_another_patients_says_nothing(name: str, other: str, seed: int) -> None:
    """Somebody else's resource in the answer is dropped; that something was dropped is told where it matters."""
    call, theirs = by_name()[name], by_name()[other]
    if call.context["patientId"] == theirs.context["patientId"]:
        return
    foreign = [r for r in theirs.resources if r["resourceType"] not in ("Patient", "Medication", "Appointment")]
    if not foreign:
        return
    one = Random(seed).choice(foreign)
    decision = call.but(resources=[*call.resources, one]).decision()
    asked = {need.resource_type for need in call.needs if need.key not in call.lost}
    assert bool(decision.record.foreign) == (one["resourceType"] in asked)
    assert {card.kind for card in decision.cards} == {card.kind for card in call.decision().cards}
