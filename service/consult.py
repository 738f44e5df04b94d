"""One call through the corridor: gather, decide. The same for the hook and for `explain`."""

import time
from collections.abc import Callable
from datetime import datetime

import msgspec

from cards.decide import Decision
from cards.kinds import KINDS
from cards.merge import first
from cards.moment import Moment, never
from cards.repeats import LASTS, told_again
from cards.verdict import MergedCard
from service.errors import StoreUnavailable
from service.gather import Gathered, gather
from service.pace import Pace
from service.parts import Parts
from service.sites import Site
from service.tracing import span
from service.wire import Call

EDUCATION = "patient-education"


class Consultation(msgspec.Struct, frozen=True, kw_only=True):
    """What was read and what was decided; `answer.cards_for` says which of it the caller gets."""

    moment: Moment
    gathered: Gathered
    decision: Decision
    forgotten: str = ""  # why earlier answers to these cards could not be looked up: the cards are then in full


def consult(parts: Parts, site: Site, call: Call, *, now: datetime, until: float) -> Consultation:
    """Decide on one call. `until` is the moment of time.monotonic() at which the site wants its answer."""
    with span("gather"):
        gathered = gather(call, site, parts.needs[call.hook.name], parts.fhir, until=until)
    moment = Moment(
        now=now,
        patient_id=call.patient_id,
        hook=call.hook,
        zone=site.timezone,
        user=call.user,
        encounter_id=call.encounter_id,
        drafts=call.drafts,
        selections=call.selections,
        dispatched=call.dispatched,
        date_order=site.date_order,
        limits=site.limits,
    )
    pace = Pace(until)
    decision = _decided(parts, gathered, moment, pace.reading_must_stop)
    can_decide_again = pace.allows_all_of_it_again()
    forgotten = ""
    try:
        # Few calls ask when the card was last answered: only those that would show it. The rule says what follows.
        # They decide again, for which there must be time: a card that was answered is shown once more, else.
        shows = can_decide_again and any(card.kind == EDUCATION for card in decision.cards)
        if shows and (taught := _taught(parts, site, call.patient_id, until)):
            moment = msgspec.structs.replace(moment, taught=taught)
            decision = _decided(parts, gathered, moment, never)
        cards = _as_known(parts, site, decision.cards, moment, until)
    except StoreUnavailable as error:
        cards, forgotten = decision.cards, error.message
    decision = msgspec.structs.replace(decision, cards=first(cards, site.max_cards))
    return Consultation(moment=moment, gathered=gathered, decision=decision, forgotten=forgotten)


def bugs(decision: Decision) -> list[tuple[str, str]]:
    """What of ours failed on the way to a decision that was given all the same: kind of failure, and which.

    A rule that raised, a draft that could not be built, facts of a card that could not be worked out (such a card is
    never taken for a repetition). The card says the first two to its reader; this is for the operator.
    """
    return [
        *(("rule_raised", f"{outcome.rule}:{outcome.raised}") for outcome in decision.outcomes if outcome.raised),
        *(("draft_failed", f"draft:{key}") for card in decision.cards for key in card.failed_suggestions),
        *(("facts_failed", f"facts:{card.kind}") for card in decision.cards if not card.facts),
    ]


def _decided(parts: Parts, gathered: Gathered, moment: Moment, out_of_time: Callable[[], bool]) -> Decision:
    """All cards: which of them are too many is known after those that were acknowledged have moved down."""
    with span("decide") as deciding:
        decision = parts.decide(
            parts.rules,
            gathered.supplied,
            gathered.ledger,
            moment,
            valuesets=parts.valuesets,
            max_cards=len(KINDS),
            out_of_time=out_of_time,
        )
        for outcome in decision.outcomes:
            if outcome.raised:
                deciding.failed(outcome.raised.partition(" ")[0])  # the exception's class
        deciding.set(raised=tuple(outcome.rule for outcome in decision.outcomes if outcome.raised) or None)
        return decision


def _taught(parts: Parts, site: Site, patient: str, until: float) -> datetime | None:
    """When the education card of this patient was last answered."""
    return parts.store.last_answered(EDUCATION, site=site.name, patient=patient, within=until - time.monotonic())


def _as_known(
    parts: Parts, site: Site, cards: tuple[MergedCard, ...], moment: Moment, until: float
) -> tuple[MergedCard, ...]:
    """The cards as this reader has answered them before. Who is not named has answered nothing."""
    if not cards or not moment.user:
        return cards
    with span("acknowledgements"):
        acknowledged = parts.store.acknowledgements(
            site=site.name,
            patient=moment.patient_id,
            user=moment.user,
            kinds=[card.kind for card in cards],
            since=moment.now - LASTS,
            within=until - time.monotonic(),
        )
    return told_again(
        cards,
        acknowledged,
        lambda facts: parts.store.hash_facts(site=site.name, patient=moment.patient_id, facts=facts),
        moment,
    )
