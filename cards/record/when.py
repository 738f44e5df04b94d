"""FHIR times as intervals, and all arithmetic on them.

A FHIR date can be a year; comparing such dates as points is the classic bug. Conventions of clinical.md section 0:
for "happened on" a gap is counted from the *end* of the interval (the least alarming reading); for "must happen by"
a date is due from its start and overdue only after its end.
"""

from datetime import datetime

import msgspec


class When(msgspec.Struct, frozen=True, gc=False):
    """The half-open interval [earliest, latest) in which something happened; both aware; equal for an instant."""

    earliest: datetime
    latest: datetime
    precision: str = "instant"  # instant | day | month | year | ambiguous
    text: str = ""  # the chart's words

    @property
    def is_exact(self) -> bool:
        return self.precision == "instant"

    def hours_until(self, now: datetime) -> float:
        """Hours from this to `now`, by the least alarming reading; 0 if it may still be going on."""
        return max(0.0, (now - self.latest).total_seconds() / 3600)

    def hours_until_at_most(self, now: datetime) -> float:
        """Hours from this to `now`, by the most alarming reading."""
        return max(0.0, (now - self.earliest).total_seconds() / 3600)

    def is_past(self, now: datetime) -> bool:
        """Surely over by `now` (instants count as over at once)."""
        return self.latest <= now

    def may_be_past(self, now: datetime) -> bool:
        """Begun by `now`."""
        return self.earliest <= now
