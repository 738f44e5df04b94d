"""What holds before any card (FND-07): the dead get none, comfort care gets no alarm."""

import msgspec

from cards.case import Case
from cards.verdict import Card, Quiet, Urgency

COMFORT = (
    "Comfort care is recorded. Stopping baclofen can still cause distressing spasm and agitation (C-PALL): consider "
    "giving it by tube, or a benzodiazepine."
)
_NOT_IN_COMFORT_CARE = frozenset({"icu", "labs", "cooling", "fluids", "catheter", "midazolam"})
_INTENSIVE = (
    "ICU",
    "If severe: ICU",
    "Benzodiazepine bridge in a monitored bed",
    "39 °C or more",
    "Rhabdomyolysis",
    "Organs",
)


def suppressed(case: Case) -> Quiet | None:
    """A reason that silences every rule, whatever else is in the chart."""
    return Quiet("the patient has died", rests_on=()) if case.is_deceased else None


def downgraded(card: Card, case: Case) -> Card:
    """The same finding in the words of comfort care: info at most, no intensive-care actions."""
    if not case.is_comfort_care:
        return card
    return msgspec.structs.replace(
        card,
        urgency=Urgency.INFO,
        detail=(*card.detail[:1], COMFORT, *(b for b in card.detail[1:] if not b.startswith(_INTENSIVE))),
        suggestions=tuple(key for key in card.suggestions if key not in _NOT_IN_COMFORT_CARE),
        capped="comfort care",
    )
