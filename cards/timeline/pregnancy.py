"""Is the patient pregnant, and how far on? From the due date, or from weeks told at a known time."""

import re
from datetime import datetime, timedelta

import msgspec

from cards.record.concepts import Problem
from cards.record.facts import Condition
from cards.record.record import Record
from cards.record.when import When
from cards.verdict import Evidence

_FULL_TERM = timedelta(weeks=40)  # by definition: the due date is 40 weeks from the last period
_LONGEST_WEEKS = 45
_WEEKS = re.compile(
    r"\b(\d{1,2})(?:\s*\+\s*\d(?:\s*/\s*7)?)?\s*-?\s*(?:weeks?|wks?|w)\b", re.IGNORECASE
)  # "30 weeks gestation", "30+2 wk"


class Pregnancy(msgspec.Struct, frozen=True):
    """A pregnancy under way; `due` is None where neither a due date nor weeks are recorded."""

    evidence: Evidence
    due: When | None = None

    def weeks(self, now: datetime) -> int | None:
        """Completed weeks."""
        if self.due is None:
            return None
        return int((_FULL_TERM - (self.due.earliest - now)) / timedelta(weeks=1))


def pregnancy_of(record: Record, now: datetime) -> Pregnancy | None:
    """The active pregnancy; that with the latest word on its due date."""
    found = [c for c in record.conditions if Problem.PREGNANCY in c.concepts and c.is_active]
    pregnancies = [Pregnancy(Evidence(c.reference, c.text, c.recorded or c.onset), _due(c, now)) for c in found]
    lasting = [p for p in pregnancies if (weeks := p.weeks(now)) is None or 0 <= weeks <= _LONGEST_WEEKS]
    return max(lasting, key=lambda p: (p.due is not None, _told(p)), default=None)


def _due(condition: Condition, now: datetime) -> When | None:
    """A due date that lies ahead; or the weeks in its words, counted from when they were written."""
    if condition.abated is not None:
        return condition.abated
    weeks = _WEEKS.search(condition.text)
    written = condition.recorded or When(now, now)  # undated words: at least so far on by now
    return written.shifted(7 * (40 - int(weeks[1]))) if weeks and int(weeks[1]) <= _LONGEST_WEEKS else None


def _told(pregnancy: Pregnancy) -> float:
    when = pregnancy.evidence.when
    return when.latest.timestamp() if when else float("-inf")
