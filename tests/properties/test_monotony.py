"""Worse is never milder: findings, doses, gaps. What has nothing to do with it changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.patients import (
    NAMES_ON_EVERY_HOOK,
    by_name,
    by_name_on_every_hook,
    examples,
    urgencies,
    urgencies_of,
)
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


@examples(1000)
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
