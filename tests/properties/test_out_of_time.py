"""A chart of which only a part could be read in time: what was read counts, and what was not is told."""

from collections.abc import Callable
from itertools import count

from cards.ledger import State
from cards.record.read import OUT_OF_TIME
from tests.properties.patients import by_name
from tests.properties.test_absence import silent_losses
from tests.stories.calls import Call


def after(looks: int) -> Callable[[], bool]:
    """Time that ends when it has been asked for so often."""
    asked = count()
    return lambda: next(asked) >= looks


def looks_at(call: Call) -> int:
    """How often the clock is looked at until all is read."""
    asked = count()

    def look() -> bool:
        next(asked)
        return False

    call.decision(out_of_time=look)
    return next(asked)


def test_wherever_reading_stops_no_card_is_lost_without_a_word() -> None:
    """Every request of every story, stopped before each resource, drafts included."""
    found = {}
    for name, call in by_name().items():
        before = call.decision(max_cards=99)
        for looks in range(looks_at(call)):
            cut = call.decision(max_cards=99, out_of_time=after(looks))
            lost = {e.need for e in cut.record.ledger if e.is_lost and not before.record.ledger.is_lost(e.need)}
            assert cut.record.not_reached > 0
            assert lost or cut.record.unread_drafts
            if cut.record.unread_drafts and cut.could_not_check:
                unread = [told.partition(":")[0] for told in cut.record.unread_drafts]
                assert all(name in cut.could_not_check.detail for name in unread), name
                continue  # an order in hand that nobody looked at is told by name
            if wrong := silent_losses(before, cut, lost):
                found[name, looks] = wrong
    assert not found


def test_nothing_read_is_no_finding() -> None:
    for call in by_name().values():
        cut = call.decision(out_of_time=lambda: True)
        given = {need for supplied in call.supplied() for need in supplied.needs}

        assert cut.record.not_reached == len(call.supplied()) + len(call.drafts)
        assert not cut.exposure_excluded
        for need in given:
            assert cut.record.ledger.is_lost(need)
            if need not in call.lost:
                assert cut.record.ledger[need].state is State.PARTIAL
                assert cut.record.ledger[need].because == OUT_OF_TIME


def test_enough_time_changes_nothing() -> None:
    for call in by_name().values():
        just, ever = call.decision(out_of_time=after(looks_at(call))), call.decision()
        assert (just.cards, just.outcomes, just.could_not_check) == (ever.cards, ever.outcomes, ever.could_not_check)
