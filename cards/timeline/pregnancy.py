"""Is the patient pregnant, and how far on? From the due date, or from weeks told at a known time."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from cards.record.concepts import Problem
from cards.record.facts import Condition
from cards.record.gestation import FULL_TERM_DAYS, LONGEST_WEEKS
from cards.record.record import Record
from cards.record.when import When, latest
from cards.verdict import Evidence

_FULL_TERM = timedelta(days=FULL_TERM_DAYS)
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

    def may_be_told_at(self, when: When) -> bool:
        """Whether a pregnancy that was told then can be the one that is due on this date, and not another."""
        longest = timedelta(weeks=LONGEST_WEEKS)
        due = self.due
        return due is not None and (
            due.earliest - longest <= when.latest and when.earliest <= due.latest + longest - _FULL_TERM
        )


def pregnancy_of(record: Record, now: datetime) -> Pregnancy | None:
    """The active pregnancy; that with the latest word on its due date."""
    told = [c for c in record.conditions if Problem.PREGNANCY in c.concepts]
    over = [c.abated for c in told if not c.is_active and not _is_of_an_observation(c) and c.abated]
    active = [c for c in told if c.is_active and not (_is_of_an_observation(c) and _ended_since(c, over))]
    pregnancies = [Pregnancy(_evidence(c), _due(c, now)) for c in active]
    lasting = [p for p in pregnancies if (weeks := p.weeks(now)) is None or 0 <= weeks <= LONGEST_WEEKS]
    found = max(lasting, key=lambda p: (p.due is not None, _told(p)), default=None)
    if found is None or found.due is not None:
        return found
    # Dates that assert no pregnancy by themselves: a due date that has passed, a last period.
    dates = [Pregnancy(_evidence(c), c.abated) for c in told if _is_date(c)]
    mine = [p for p in dates if p.may_be_told_at(found.evidence.when or When(now, now))]
    dated = max(mine, key=_told, default=found)
    return dated if (dated.weeks(now) or 0) <= LONGEST_WEEKS else None


def _evidence(condition: Condition) -> Evidence:
    return Evidence(condition.reference, condition.text, condition.recorded or condition.onset)


def _is_date(condition: Condition) -> bool:
    """Of an Observation the end is when it was due; of a problem that is over, when it ended."""
    return not condition.is_active and condition.abated is not None and _is_of_an_observation(condition)


def _is_of_an_observation(condition: Condition) -> bool:
    return condition.reference.startswith("Observation/")


def _ended_since(condition: Condition, over: Sequence[When]) -> bool:
    """Whether the pregnancy on the problem list ended after this was observed."""
    return condition.recorded is not None and any(end.latest >= condition.recorded.latest for end in over)


def _due(condition: Condition, now: datetime) -> When | None:
    """A due date that lies ahead; or the weeks in its words, counted from when they were written."""
    if condition.abated is not None:
        return condition.abated
    weeks = _WEEKS.search(condition.text)
    written = condition.recorded or When(now, now)  # undated words: at least so far on by now
    return written.shifted(7 * (40 - int(weeks[1]))) if weeks and int(weeks[1]) <= LONGEST_WEEKS else None


def _told(pregnancy: Pregnancy) -> float:
    return latest(pregnancy.evidence.when)
