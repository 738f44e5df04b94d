"""The answer's last step: which cards, or which refusal, word for word."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from cards.decide import Decision, Outcome
from cards.hooks import ALL, ORDERING, PATIENT_VIEW, Hook
from cards.ledger import Entry, Ledger, State
from cards.moment import Moment
from cards.record.record import Record
from cards.verdict import CannotTell, MergedCard, Quiet, Urgency
from service.answer import cards_for
from service.consult import Consultation
from service.errors import MissingData, RuleFailed
from service.gather import Gathered
from service.sites import Site
from tests.service.kit import CARD, COULD_NOT

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
LEDGER = Ledger(
    [
        Entry("MedicationRequest", State.FAILED, because="the FHIR server failed (500)"),
        Entry("Device", State.FAILED, because="the FHIR server failed (500)"),
        Entry("Condition", State.PARTIAL),
    ]
)
OTHER = msgspec.structs.replace(CARD, kind="renal-dosing")
TELLING = msgspec.structs.replace(
    CARD,
    detail="- Taper or keep the order.\n- Medication orders could not be read.",
    not_available=("MedicationRequest",),
)
QUIET = Outcome("ABR-01", "stop_order", Quiet("nothing"))


def consultation(
    *cards: MergedCard, gap: MergedCard | None = None, hook: Hook = PATIENT_VIEW, not_r4: bool = False, **more: Any
) -> Consultation:
    record = Record(ledger=LEDGER, unread_drafts=more.pop("drafts", ()))
    decision = Decision(**{"record": record, "cards": cards, "outcomes": (QUIET,), "could_not_check": gap, **more})
    return Consultation(
        moment=Moment(now=NOW, patient_id="p1", hook=hook),
        gathered=Gathered(supplied=(), ledger=LEDGER, not_r4=not_r4),
        decision=decision,
    )


def site(policy: Any = "412", mode: Any = "live") -> Site:
    return Site(name="a", missing_data=policy, mode=mode)


@pytest.mark.parametrize("policy", ["412", "card"])
@pytest.mark.parametrize("cards", [(), (CARD,)])
def test_all_was_looked_at(policy: str, cards: tuple[MergedCard, ...]) -> None:
    assert cards_for(consultation(*cards), site(policy)) == cards


@pytest.mark.parametrize(
    ("policy", "mode", "cards", "shown"),
    [
        ("card", "live", (), (COULD_NOT,)),
        ("card", "live", (CARD,), (CARD, COULD_NOT)),
        ("412", "live", (CARD,), (TELLING,)),
        ("412", "live", (CARD, OTHER), (TELLING, OTHER)),
        ("412", "silent", (), (COULD_NOT,)),
        ("412", "silent", (CARD,), (CARD, COULD_NOT)),
        ("card", "silent", (), (COULD_NOT,)),
    ],
)
def test_something_was_not_looked_at(
    policy: str, mode: str, cards: tuple[MergedCard, ...], shown: tuple[MergedCard, ...]
) -> None:
    found = cards_for(consultation(*cards, gap=COULD_NOT, missing=("Device",)), site(policy, mode))
    assert found == shown


def test_412_names_what_is_missing_and_whose_fault_it_is() -> None:
    """Those with the same fate together."""
    missing = ("MedicationRequest", "Condition", "Device", "Encounter", "Strange")
    with pytest.raises(MissingData) as told:
        cards_for(consultation(gap=COULD_NOT, missing=missing), site())
    assert told.value.message == (
        "baclofen could not be checked: "
        "medication orders (MedicationRequest), implanted devices (Device): failed, the FHIR server failed (500); "
        "problems and diagnoses (Condition): partial; "
        "encounters (Encounter), Strange: not asked for"
    )


def test_412_names_the_orders_in_hand_that_were_not_read() -> None:
    drafts = ("MedicationRequest/1: an entry could not be read",)
    with pytest.raises(MissingData) as told:
        cards_for(consultation(gap=COULD_NOT, drafts=drafts), site())
    assert told.value.message == (
        "baclofen could not be checked: an order in hand was not read: MedicationRequest/1: an entry could not be read"
    )


def test_500_names_the_rules_that_failed() -> None:
    crashed = Outcome("PMP-01", "refill_due", CannotTell(()), raised="KeyError at refill_due.py:7")
    other = Outcome("WDR-01", "oral", CannotTell(()), raised="ValueError at oral.py:1")
    with pytest.raises(RuleFailed) as told:
        cards_for(consultation(gap=COULD_NOT, outcomes=(QUIET, crashed, other), only_raised=True), site())
    assert told.value.message == (
        "baclofen could not be checked: rules failed: "
        "PMP-01 (KeyError at refill_due.py:7), WDR-01 (ValueError at oral.py:1)"
    )


# -- another version of FHIR -------------------------------------------------------------------------------------------

SUMMARY = "Baclofen not checked: this EHR's data are not FHIR R4"


@pytest.mark.parametrize("policy", ["412", "card"])
@pytest.mark.parametrize("hook", ALL, ids=lambda hook: hook.name)
def test_another_version_is_a_card_under_either_policy(policy: str, hook: Hook) -> None:
    shown = cards_for(consultation(CARD, hook=hook, not_r4=True), site(policy))
    assert shown[0] == CARD
    (card,) = shown[1:]
    assert card == MergedCard(
        kind="could-not-check",
        kind_display="Baclofen check incomplete",
        urgency=Urgency.WARNING if hook in ORDERING else Urgency.INFO,
        summary=SUMMARY,
        detail=card.detail,
        rules=("ABR-01",),
        leader="",
        override_reasons=card.override_reasons,
    )
    assert card.detail.startswith("- This service reads **FHIR R4**")
    assert card.detail.endswith("to this service.")
    assert [code for code, _ in card.override_reasons] == ["data-incorrect", "will-do-later"]
    assert all(display for _, display in card.override_reasons)


@pytest.mark.parametrize("policy", ["412", "card"])
def test_another_version_beside_what_could_not_be_checked_is_one_card(policy: str) -> None:
    (card,) = cards_for(consultation(gap=COULD_NOT, missing=("Device",), not_r4=True), site(policy))
    assert card == msgspec.structs.replace(COULD_NOT, summary=SUMMARY, detail=card.detail)
    told = card.detail.split("\n\n")
    assert told[0].startswith("- This service reads **FHIR R4**")
    assert told[1] == COULD_NOT.detail


def test_another_version_beside_a_card_without_detail() -> None:
    bare = msgspec.structs.replace(COULD_NOT, detail="")
    (card,) = cards_for(consultation(gap=bare, not_r4=True), site())
    assert card.detail.endswith("to this service.")


def test_what_a_card_says_of_its_own_is_not_said_twice() -> None:
    """The sources stay last, and what both lack is told once."""
    card = msgspec.structs.replace(
        CARD, detail="- Taper.\n- Not available: fills.\n\nRules ABR-01.", not_available=("MedicationDispense",)
    )
    gap = msgspec.structs.replace(
        COULD_NOT, detail="- Could not be checked: renal dosing.\n- Not available: fills.\n\nRules REN-02.",
        not_available=("Observation", "MedicationDispense"),
    )  # fmt: skip
    (told,) = cards_for(consultation(card, gap=gap), site())
    assert told.detail == "- Taper.\n- Not available: fills.\n- Could not be checked: renal dosing.\n\nRules ABR-01."
    assert told.not_available == ("MedicationDispense", "Observation")
