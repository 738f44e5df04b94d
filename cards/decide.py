"""The corridor: resources and ledger in, decision out. Pure; the same for every door."""

import msgspec

from cards.record.record import Record
from cards.verdict import MergedCard, Verdict


class Outcome(msgspec.Struct, frozen=True):
    """One rule's verdict; `raised` names the exception class of a rule that crashed (its verdict is CannotTell)."""

    rule: str  # rule id, "ABR-01"
    name: str  # function name
    verdict: Verdict
    raised: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What `decide` found.

    `cards` stand in order of urgency and kind, at most `max_cards`, without the could-not-check card.
    `could_not_check` is set when the contract's rule 5 or 6 asks for one: the service shows it (policy "card"), or,
    if there is no other card, answers 412 (500 when `only_raised`) under policy "412".
    """

    record: Record
    cards: tuple[MergedCard, ...]
    outcomes: tuple[Outcome, ...]
    could_not_check: MergedCard | None = None
    missing: tuple[str, ...] = ()  # need keys behind could_not_check
    only_raised: bool = False
    exposure_excluded: bool = False
