"""The ledger: what was not asked for was not read, and what a site declares unsupported is not lost."""

import pytest

from cards.ledger import WHOLE, Entry, Ledger, State

ORDERS = Entry("MedicationRequest", State.PRESENT, "prefetch")
DEVICES = Entry("Device", State.FAILED, "fetch", "the FHIR server failed (500)")
FAMILY = Entry("FamilyMemberHistory", State.UNSUPPORTED)
LEDGER = Ledger([ORDERS, DEVICES, FAMILY])


@pytest.mark.parametrize("state", State)
def test_a_state_is_whole_or_lost_or_unsupported(state: State) -> None:
    entry = Entry("Device", state)
    assert entry.is_whole is (state in {"present", "none"})
    assert entry.is_lost is (state not in {"present", "none", "unsupported"})
    assert Ledger([entry]).is_whole("Device") is entry.is_whole
    assert Ledger([entry]).is_lost("Device") is entry.is_lost
    assert Ledger([entry]).lost(["Device"]) == (("Device",) if entry.is_lost else ())
    assert (state in WHOLE) is entry.is_whole


def test_what_nobody_asked_for_is_lost() -> None:
    assert LEDGER.is_lost("Encounter")
    assert not LEDGER.is_whole("Encounter")
    assert "Encounter" not in LEDGER
    with pytest.raises(KeyError):
        LEDGER["Encounter"]


def test_the_lost_ones_stand_in_the_order_asked_for() -> None:
    asked = ("Encounter", "MedicationRequest", "Device", "FamilyMemberHistory")
    assert LEDGER.lost(asked) == ("Encounter", "Device")
    assert LEDGER.lost(reversed(asked)) == ("Device", "Encounter")


def test_a_ledger_is_read_like_a_mapping_of_needs() -> None:
    assert len(LEDGER) == 3
    assert list(LEDGER) == [ORDERS, DEVICES, FAMILY]
    assert LEDGER["Device"] is DEVICES
    assert "Device" in LEDGER
    assert list(Ledger()) == []


def test_amending_gives_another_ledger_and_leaves_this_one() -> None:
    cut = Entry("MedicationRequest", State.PARTIAL)
    new = Entry("Encounter", State.NONE)
    amended = LEDGER.amended(cut, new)
    assert list(amended) == [DEVICES, FAMILY, cut, new]
    assert list(LEDGER) == [ORDERS, DEVICES, FAMILY]
    assert list(LEDGER.amended()) == list(LEDGER)


def test_what_was_lost_makes_a_whole_need_partial_and_says_why() -> None:
    weaker = LEDGER.weakened({"MedicationRequest": ["one", "two"], "Device": ["three"], "Encounter": ["four", "five"]})

    assert weaker["MedicationRequest"] == Entry("MedicationRequest", State.PARTIAL, "prefetch", "one; two")
    told = "the FHIR server failed (500); three"
    assert weaker["Device"] == Entry("Device", State.FAILED, "fetch", told)  # no better than it was
    assert weaker["Encounter"] == Entry("Encounter", State.PARTIAL, "", "four; five")
    assert weaker["FamilyMemberHistory"] is FAMILY
    assert LEDGER["MedicationRequest"] is ORDERS
    assert LEDGER.weakened({}) is LEDGER


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (State.PRESENT, State.PARTIAL), (State.NONE, State.PARTIAL), (State.PARTIAL, State.PARTIAL),
        (State.STALE, State.STALE), (State.UNSUPPORTED, State.UNSUPPORTED), (State.FORBIDDEN, State.FORBIDDEN),
    ],
)  # fmt: skip
def test_partial_never_makes_a_worse_state_better(before: State, after: State) -> None:
    assert Ledger([Entry("Device", before)]).weakened({"Device": ["why"]})["Device"].state is after
