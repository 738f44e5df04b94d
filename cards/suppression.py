"""What holds before any card (FND-07): the dead get none, comfort care gets no alarm."""

import msgspec

from cards.case import Case
from cards.comfort import NOT_GIVEN, OFFER, PUMP_STOP, REACTION, WEIGH
from cards.hooks import ORDERING
from cards.record.concepts import Act, Reason
from cards.sentences import BY_TUBE, NOT_IN_COMFORT_CARE, adverse_reaction_line
from cards.verdict import Addendum, Card, Comfort, Quiet, Urgency, Verdict

_NOT_IN_COMFORT_CARE = frozenset({"icu", "labs", "cooling", "fluids", "catheter", "midazolam"})
_GIVES_BACLOFEN = frozenset({"resume-baclofen", "keep-order"})
_STOP, _SUSPECTED = "ABR-01", "WDR-01"


def suppressed(case: Case) -> Quiet | None:
    """A reason that silences every rule, whatever else is in the chart."""
    return Quiet("the patient has died", rests_on=()) if case.is_deceased else None


def downgraded(verdict: Verdict, case: Case, implements: str) -> Verdict:
    """The same finding in the words of comfort care: info at most, no intensive-care actions, no organ failure.

    An addendum that is about nothing but intensive care is quiet.
    """
    if not case.is_comfort_care or not isinstance(verdict, Card | Addendum):
        return verdict
    kept = tuple(key for key in verdict.suggestions if key not in _NOT_IN_COMFORT_CARE)
    if isinstance(verdict, Addendum):
        intensive = bool(verdict.suggestions) and not kept
        return Quiet("comfort care", rests_on=()) if intensive else msgspec.structs.replace(verdict, suggestions=kept)
    first, more = verdict.detail[:1], verdict.detail[1:]
    comfort = _comfort(verdict, case, implements) or Comfort(verdict.summary, more)
    own = (f"What was found: {verdict.summary}", *more)
    more = own if comfort.detail is None else comfort.detail
    left_out = NOT_IN_COMFORT_CARE
    if not comfort.gives_baclofen:
        left_out |= {BY_TUBE}
        kept = tuple(key for key in kept if key not in _GIVES_BACLOFEN)
    return msgspec.structs.replace(
        verdict,
        urgency=Urgency.INFO,
        summary=comfort.summary,
        detail=(
            *(bullet for bullet in first if bullet not in left_out),
            comfort.offer or OFFER,
            *(bullet for bullet in more if bullet not in left_out),
        ),
        suggestions=kept,
        capped="comfort care",
    )


def _comfort(card: Card, case: Case, implements: str) -> Comfort | None:
    """What the rule names; of a stop, and of withdrawal after a stop for a reaction, what the case tells."""
    if card.comfort is None and implements == _STOP:
        return _of_a_stop(card, case)
    return _after_a_reaction(card, case) if implements == _SUSPECTED else card.comfort


def _of_a_stop(card: Card, case: Case) -> Comfort | None:
    """By drafts: the pump's first, as the card tells it; none of an order that nobody read, nor with toxic signs."""
    by_mouth, by_pump = case.oral_change, case.pump_change
    in_hand = case.moment.hook in ORDERING
    if card.capped == "stopped for an adverse reaction" or (
        in_hand and Reason.ADVERSE_REACTION in by_mouth.reasons | by_pump.reasons
    ):
        return REACTION
    if case.toxicity.asks_for_tone or not card.evidence:
        return None
    if not in_hand:
        return NOT_GIVEN
    pump = {order.reference for order in by_pump.stops}
    pump |= {order.reference for order in by_pump.stop_orders if Act.PUMP_STOP in order.acts}
    pump |= {told.reference for told in case.pump.evidence[:1]} if case.pump else set()
    return PUMP_STOP if any(told.reference in pump for told in card.evidence) else NOT_GIVEN


def _after_a_reaction(card: Card, case: Case) -> Comfort | None:
    """Whoever relieves hears why baclofen was stopped, and no baclofen is offered."""
    gap = case.oral_interruption
    why = adverse_reaction_line((gap.order,)) if gap and gap.order else ()
    if not why:
        return card.comfort
    summary, detail = (card.comfort.summary, card.comfort.detail) if card.comfort else (card.summary, card.detail[1:])
    return Comfort(summary, (*why, WEIGH, *(detail or ())), REACTION.offer, gives_baclofen=False)
