"""What relieves in comfort care, by what was done to baclofen (FND-07): not given, cut, by pump, for a reaction.

A rule names one of these as the `comfort` of its card, or makes it of a `Headline`; `suppression.py` puts it in place.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cards.verdict import Comfort
from cards.words import say

RELIEF = "Comfort care: plan relief of spasm"


class Headline(NamedTuple):
    """A summary in two parts: in comfort care the fact is told, and relief in place of what to do at once."""

    fact: str
    act: str = ""

    @property
    def summary(self) -> str:
        return self.fact + self.act

    def told(self, **values: object) -> "Headline":
        """With these values, made safe."""
        return Headline(say(self.fact, **values), self.act)

    def calm(self, detail: Sequence[str], *hurry: str) -> Comfort:
        """The same card without the bullets that hurry."""
        summary = f"{self.fact}. {RELIEF}" if self.act else self.fact
        return Comfort(summary, tuple(bullet for bullet in detail[1:] if bullet not in hurry))


OFFER = (
    "Comfort care is recorded. Stopping baclofen can still cause distressing spasm and agitation (C-PALL): consider "
    "giving it by tube, or a benzodiazepine; ask the palliative team."
)
_BACK = (
    "Comfort care is recorded. Less baclofen can still cause distressing spasm and agitation (C-PALL): consider going "
    "back to the dose before, or a benzodiazepine; ask the palliative team."
)
NOT_GIVEN = Comfort(
    "Comfort care: baclofen not given can cause distressing spasm; offer it by tube, or a benzodiazepine", offer=OFFER
)
CUT = Comfort(
    "Comfort care: a cut of baclofen can cause distressing spasm; go back to the dose before, or a benzodiazepine",
    offer=_BACK,
)
TAPER = Comfort(
    "Comfort care: so fast a taper can cause distressing spasm; slow it, go back a step, or a benzodiazepine",
    offer=_BACK,
)
PUMP_STOP = Comfort(
    "Comfort care: stopping the baclofen pump can cause distressing spasm; keep it running, or a benzodiazepine",
    offer="Comfort care is recorded. Stopping the pump can still cause distressing spasm and agitation (C-PALL): "
    "consider keeping it running, or a benzodiazepine; ask the palliative team.",
)
REACTION = Comfort(
    "Comfort care: less or no baclofen after an adverse reaction can bring distressing spasm; offer a benzodiazepine",
    offer="Comfort care is recorded. Without baclofen there can still be distressing spasm and agitation (C-PALL): "
    "consider a benzodiazepine; ask the palliative team.",
    gives_baclofen=False,
)
WEIGH = "Weigh that against withdrawal with who prescribes it and the palliative team."
