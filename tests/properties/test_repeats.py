"""What was acknowledged comes back lower only where nothing is new: over all stories, hooks and findings."""

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cards.kinds import COULD_NOT_CHECK
from cards.repeats import Acknowledgement, told_again
from cards.verdict import MergedCard, Urgency
from tests.properties.patients import NAMES_ON_EVERY_HOOK, by_name_on_every_hook, examples
from tests.properties.worse import FINDINGS, OF_WITHDRAWAL, raised, with_findings
from tests.stories.calls import Call

ALL = 99  # cards

# In the next ten minutes its card says something else, for a limit passes: 72 hours after the overdose.
PASSES_A_LIMIT = "rigid-three-days-after-an-overdose"


def shown(call: Call) -> tuple[MergedCard, ...]:
    return call.decision(max_cards=ALL).cards


def answered(cards: tuple[MergedCard, ...], call: Call) -> list[Acknowledgement]:
    """The reader acknowledges everything."""
    return [Acknowledgement(kind=c.kind, at=call.now, facts=frozenset(c.facts), outcome="accepted") for c in cards]


def again(before: Call, after: Call) -> list[tuple[MergedCard, MergedCard, MergedCard | None]]:
    """Of each card of now: as it would be in full, as it is told, and the one that was acknowledged."""
    first, now = shown(before), shown(after)
    told = {c.kind: c for c in told_again(now, answered(first, before), frozenset, after.moment())}
    assert sorted(told) == sorted(c.kind for c in now)  # none is left out
    known = {c.kind: c for c in first}
    return [(card, told[card.kind], known.get(card.kind)) for card in now]


def pieces(card: MergedCard) -> set[tuple[str, str]]:
    return {(e.reference, piece) for e in card.evidence for piece in e.text.split("; ")}


def red_flags(card: MergedCard) -> set[str]:
    return {flag for line in re.findall(r"Red flags: ([^.]*)\.", card.detail) for flag in line.split(", ")}


def check(full: MergedCard, told: MergedCard, known: MergedCard | None) -> None:
    """Told lower, nothing that its reader could see in it is new, nor is it more urgent."""
    if told == full:
        return
    assert known is not None
    assert told.urgency is Urgency.INFO
    assert told.summary.startswith("Acknowledged")
    assert len(told.summary) < 140
    assert full.urgency <= known.urgency
    assert set(full.rules) <= set(known.rules)
    assert set(full.not_available) <= set(known.not_available)
    assert pieces(full) <= pieces(known)
    assert red_flags(full) <= red_flags(known)


def test_the_same_chart_again_is_all_information() -> None:
    for name, call in by_name_on_every_hook().items():
        for full, told, _ in again(call, call):
            assert told.urgency is Urgency.INFO, name
            assert told.acknowledged == call.now, name
            assert full.kind != COULD_NOT_CHECK


def test_ten_minutes_later_too_for_time_that_passes_is_nothing_new() -> None:
    in_full = {
        name
        for name, call in by_name_on_every_hook().items()
        for _, told, _ in again(call, call.but(now=call.now + timedelta(minutes=10)))
        if told.acknowledged is None
    }
    assert [name for name in in_full if not name.startswith(PASSES_A_LIMIT)] == []


@examples(300)
@given(
    NAMES_ON_EVERY_HOOK,
    st.lists(st.sampled_from(sorted(FINDINGS)), max_size=4, unique=True),
    st.lists(st.sampled_from(sorted(FINDINGS)), max_size=2, unique=True),
    st.integers(0, 23 * 60),
)
def test_nothing_new_is_ever_told_lower(name: str, background: list[str], more: list[str], minutes: int) -> None:
    before = with_findings(by_name_on_every_hook()[name], *background)
    after = with_findings(by_name_on_every_hook()[name], *background, *more)
    for full, told, known in again(before, after.but(now=before.now + timedelta(minutes=minutes))):
        check(full, told, known)


@examples(200)
@given(NAMES_ON_EVERY_HOOK, st.sampled_from(sorted(OF_WITHDRAWAL)))
def test_a_new_sign_of_withdrawal_that_counts_shows_every_card_in_full(name: str, sign: str) -> None:
    call = by_name_on_every_hook()[name]
    worse = with_findings(call, sign)
    for full, told, known in again(call, worse):
        check(full, told, known)
        if any(e.reference == "Observation/worse-0" for c in shown(worse) for e in c.evidence):
            assert told == full


@examples(200)
@given(NAMES_ON_EVERY_HOOK, st.floats(0.01, 0.9))
def test_the_newest_value_higher_in_place_of_the_old(name: str, share: float) -> None:
    """A corrected value keeps its id and its time."""
    call = by_name_on_every_hook()[name]
    for full, told, known in again(call, raised(call, share)):
        check(full, told, known)
