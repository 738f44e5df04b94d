"""What holds before any card (FND-07): the dead get none, comfort care gets no alarm."""

import msgspec

from cards.case import Case
from cards.comfort import OFFER
from cards.sentences import BY_TUBE, NOT_IN_COMFORT_CARE
from cards.verdict import Addendum, Card, Comfort, Quiet, Urgency, Verdict

_NOT_IN_COMFORT_CARE = frozenset({"icu", "labs", "cooling", "fluids", "catheter", "midazolam"})
_GIVES_BACLOFEN = frozenset({"resume-baclofen", "keep-order"})


def suppressed(case: Case) -> Quiet | None:
    """A reason that silences every rule, whatever else is in the chart."""
    return Quiet("the patient has died", rests_on=()) if case.is_deceased else None


def downgraded(verdict: Verdict, case: Case) -> Verdict:
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
    comfort = verdict.comfort or Comfort(verdict.summary, more)
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
