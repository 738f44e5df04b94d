"""What holds before any card (FND-07): the dead get none, comfort care gets no alarm."""

import msgspec

from cards.case import Case
from cards.kinds import ABRUPT_DISCONTINUATION
from cards.sentences import NOT_IN_COMFORT_CARE, TOXIC_SUMMARY
from cards.verdict import Addendum, Card, Quiet, Urgency, Verdict

COMFORT = (
    "Comfort care is recorded. Stopping baclofen can still cause distressing spasm and agitation (C-PALL): consider "
    "giving it by tube, or a benzodiazepine; ask the palliative team."
)
STOPPED = "Comfort care: baclofen not given can cause distressing spasm; offer it by tube, or a benzodiazepine"
_NOT_IN_COMFORT_CARE = frozenset({"icu", "labs", "cooling", "fluids", "catheter", "midazolam"})


def suppressed(case: Case) -> Quiet | None:
    """A reason that silences every rule, whatever else is in the chart."""
    return Quiet("the patient has died", rests_on=()) if case.is_deceased else None


def downgraded(verdict: Verdict, case: Case, kind: str) -> Verdict:
    """The same finding in the words of comfort care: info at most, no intensive-care actions, no organ failure.

    An addendum that is about nothing but intensive care is quiet.
    """
    if not case.is_comfort_care or not isinstance(verdict, Card | Addendum):
        return verdict
    kept = tuple(key for key in verdict.suggestions if key not in _NOT_IN_COMFORT_CARE)
    if isinstance(verdict, Addendum):
        intensive = bool(verdict.suggestions) and not kept
        return Quiet("comfort care", rests_on=()) if intensive else msgspec.structs.replace(verdict, suggestions=kept)
    summary, more = verdict.summary, tuple(b for b in verdict.detail[1:] if b not in NOT_IN_COMFORT_CARE)
    if verdict.comfort is not None:
        summary, more = verdict.comfort.summary, verdict.comfort.detail
    elif kind == ABRUPT_DISCONTINUATION and summary != TOXIC_SUMMARY:
        summary, more = STOPPED, (f"What was found: {summary}", *more)
    first = tuple(bullet for bullet in verdict.detail[:1] if bullet not in NOT_IN_COMFORT_CARE)
    return msgspec.structs.replace(
        verdict,
        urgency=Urgency.INFO,
        summary=summary,
        detail=(*first, COMFORT, *more),
        suggestions=kept,
        capped="comfort care",
    )
