"""The moment of a decision: hook, now, and what the user is doing. Handed in, never looked up."""

from datetime import UTC, datetime, tzinfo

import msgspec

from cards.hooks import PATIENT_VIEW, Hook
from cards.limits import Limit
from cards.words import amount


def never() -> bool:
    """No end of time: for whoever waits as long as it takes."""
    return False


class Supplied(msgspec.Struct, frozen=True, gc=False):
    """One resource as it came: its need's key ("" for one that answers no need, such as an included Medication).

    `also`: the keys of further needs that it answers.
    """

    need: str
    raw: msgspec.Raw
    also: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """All that it answers: what of it is not read makes each of them partial."""
        return (self.need, *self.also) if self.need else ()


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """`now` is aware; `zone` is the facility's, for date-only values and for times on cards.

    `drafts` are the resources of the hook's own Bundle, `selections` the references the user just chose
    (order-select), `dispatched` those of the chart's orders that are now carried out (order-dispatch): they are read
    as drafts. `taught`: when the education card of this patient was last accepted or overridden. `date_order`
    ("mdy" | "dmy" | "") is for dates in free text.
    """

    now: datetime
    patient_id: str
    hook: Hook = PATIENT_VIEW
    zone: tzinfo = UTC
    user: str = ""
    encounter_id: str = ""
    drafts: tuple[msgspec.Raw, ...] = ()
    selections: tuple[str, ...] = ()
    dispatched: tuple[str, ...] = ()
    taught: datetime | None = None
    date_order: str = ""
    limits: dict[str, float] = {}  # a site's own values, by limit name, in the limit's unit

    def limit(self, limit: Limit) -> float:
        """The value in force: the site's own, else ours."""
        return self.limits.get(limit.name, limit.value)

    def told(self, limit: Limit) -> str:
        """The value in force in a reader's words: "72 h", "14 days". What a text says of a number is said with this."""
        return amount(self.limit(limit), limit.unit)

    def is_own(self, limit: Limit) -> bool:
        """Whether the site set this number."""
        return limit.name in self.limits

    def basis(self, limit: Limit) -> str:
        """Where the value in force comes from: never a site's own number as if it were published."""
        if self.is_own(limit):
            return f"set by this site, {limit.value:g} by default"
        return limit.basis_in_words
