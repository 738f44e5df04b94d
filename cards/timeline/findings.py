"""Which signs and values count now? (FND-05)

Vital signs and nursing scores of the last 24 h, laboratory values of 48 h, symptoms and conditions with onset in
72 h. What was there before the interruption is baseline, not withdrawal; what is left out is said, with why.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from cards import limits
from cards.limits import Limit
from cards.moment import Moment
from cards.once import once
from cards.record.concepts import Measure, Sign
from cards.record.facts import Condition, Observation
from cards.record.record import Record
from cards.record.when import When, latest
from cards.words import number, safe

_LABS = frozenset(
    {Measure.CK, Measure.CREATININE, Measure.EGFR, Measure.POTASSIUM, Measure.LACTATE, Measure.AST, Measure.ALT,
     Measure.MYOGLOBIN, Measure.INR, Measure.PH, Measure.PACO2}
)  # fmt: skip
UNITS = {
    Measure.TEMPERATURE: "°C", Measure.HEART_RATE: "/min", Measure.RESPIRATORY_RATE: "/min", Measure.SYSTOLIC: "mmHg",
    Measure.DIASTOLIC: "mmHg", Measure.OXYGEN_SATURATION: "%", Measure.CK: "U/L", Measure.CREATININE: "mg/dL",
    Measure.LACTATE: "mmol/L", Measure.AST: "U/L", Measure.ALT: "U/L", Measure.PACO2: "mmHg",
}  # fmt: skip
NAMES = {
    Measure.TEMPERATURE: "T", Measure.HEART_RATE: "HR", Measure.RESPIRATORY_RATE: "RR", Measure.SYSTOLIC: "SBP",
    Measure.DIASTOLIC: "DBP", Measure.OXYGEN_SATURATION: "SpO2", Measure.GCS: "GCS", Measure.RASS: "RASS",
    Measure.CAM: "CAM", Measure.MODIFIED_ASHWORTH: "modified Ashworth", Measure.CK: "CK",
    Measure.CREATININE: "creatinine", Measure.LACTATE: "lactate", Measure.AST: "AST", Measure.ALT: "ALT",
    Measure.PACO2: "PaCO2", Measure.PH: "pH",
}  # fmt: skip
_USABLE = frozenset({"final", "amended", "corrected", "preliminary", "registered", ""})


class Finding(msgspec.Struct, frozen=True):
    """A value or a sign that counts (or would)."""

    reference: str
    text: str  # "T 39.8 °C", "hallucinations", already safe to show
    when: When | None
    value: float | None = None


class Findings:
    """What counts as of now, given when the interruption began (None: no interruption time is known)."""

    def __init__(self, record: Record, moment: Moment, since: When | None) -> None:
        self.record, self._moment, self._since = record, moment, since
        self.not_counted: list[str] = []

    def limit(self, limit: Limit) -> float:
        """The value in force of a clinical number."""
        return self._moment.limit(limit)

    @property
    def now(self) -> datetime:
        return self._moment.now

    @once
    def _by_concept(self) -> dict[str, list[Observation]]:
        index: dict[str, list[Observation]] = defaultdict(list)
        for seen in self.record.observations:
            if seen.status in _USABLE:
                index[seen.concept].append(seen)
        return index

    def values(self, measure: Measure) -> list[Observation]:
        """Values of this measure that count, oldest first."""
        window = limits.LABS_WINDOW if measure in _LABS else limits.VITALS_WINDOW
        told = [o for o in self._by_concept[measure] if o.value is not None and self.counts(o.when, window)]
        return sorted(told, key=_instant)

    def highest(self, measure: Measure) -> Observation | None:
        """The worst in the window, upwards. "Less than 5,000" is no high value."""
        told = [o for o in self.values(measure) if not o.comparator.startswith("<")]
        return max(told, key=lambda o: o.value or 0.0, default=None)

    def lowest(self, measure: Measure) -> Observation | None:
        """The worst in the window, downwards. "More than 90" is no low value."""
        told = [o for o in self.values(measure) if not o.comparator.startswith(">")]
        return min(told, key=lambda o: o.value or 0.0, default=None)

    def before(self, measure: Measure, *, days: float, at_least_days: float = 0) -> list[Observation]:
        """Values from before the interruption (or before the window) within so many days: the baseline."""
        now = self._moment.now
        window = now - timedelta(hours=self._moment.limit(limits.VITALS_WINDOW))
        newest = self._since.earliest if self._since is not None else window
        newest = min(newest, now - timedelta(days=at_least_days))
        oldest = now - timedelta(days=days)
        known = [(o, o.when) for o in self._by_concept[measure] if o.value is not None and o.when]
        told = [o for o, when in known if oldest <= when.earliest and when.latest <= newest]
        return sorted(told, key=_instant)

    def sign(self, sign: Sign) -> Finding | None:
        """The newest finding of this sign that counts, from observations in words and from conditions."""
        return max(self._signs(sign), key=lambda f: latest(f.when), default=None)

    def _signs(self, sign: Sign) -> Iterable[Finding]:
        for seen in self._by_concept[sign]:
            if self.counts(seen.when, limits.SYMPTOMS_WINDOW):
                yield Finding(seen.reference, safe(seen.text) or sign.value, seen.when)
        for condition in self.record.conditions:
            if sign in condition.concepts and condition.is_active and self._condition_counts(condition, sign):
                yield Finding(
                    condition.reference, safe(condition.text) or sign.value, condition.onset or condition.recorded
                )

    def _condition_counts(self, condition: Condition, sign: Sign) -> bool:
        when = condition.onset or condition.recorded
        if when is not None and not self.counts(when, limits.SYMPTOMS_WINDOW, condition.text):
            return False
        if when is not None and not self._may_be_old(when):
            return True
        # Undated: spasticity on a problem list is why baclofen is given; an encounter diagnosis of delirium is news.
        counts = sign is not Sign.SPASTICITY and condition.category != "problem-list-item"
        if not counts:
            self.leave_out(f"{safe(condition.text)} (date {'unknown' if when is None else 'not exact'})")
        return counts

    def _may_be_old(self, when: When) -> bool:
        """A month or a year that began before the window says no more than no date."""
        window = self._moment.limit(limits.SYMPTOMS_WINDOW)
        return when.precision in ("month", "year") and when.hours_until_at_most(self._moment.now) > window

    def counts(self, when: When | None, window: Limit, told: str = "") -> bool:
        """In the window and not baseline. Baseline only if before the *start* of the interruption's interval."""
        if when is None or when.earliest > self._moment.now:
            return False
        if when.hours_until(self._moment.now) > self._moment.limit(window):
            return False
        if self._since is not None and when.latest <= self._since.earliest:
            if told:
                self.leave_out(f"{safe(told)} (before the interruption)")
            return False
        return True

    def goes_on(self, began: When | None) -> bool:
        """Whether what is under way now is news: begun since the interruption; without one in the window of symptoms.

        Where the chart does not say when it began, that it is under way counts.
        """
        if began is None:
            return True
        if self._since is None:
            return self.counts(began, limits.SYMPTOMS_WINDOW)
        return began.earliest <= self._moment.now and began.latest > self._since.earliest

    def charted(self, sign: Sign) -> list[When]:
        """When this sign was observed, at any time."""
        return [seen.when for seen in self._by_concept[sign] if seen.when]

    def is_before(self, when: When, window: Limit | None = None) -> bool:
        """Before the interruption, and no longer than this window; where none is known, before symptoms count."""
        hours = self._moment.limit(limits.SYMPTOMS_WINDOW)
        newest = self._since.earliest if self._since is not None else self._moment.now - timedelta(hours=hours)
        return when.latest <= newest and (window is None or when.hours_until(newest) <= self._moment.limit(window))

    def leave_out(self, line: str) -> None:
        """Tell it as seen and not counted, with why."""
        if line not in self.not_counted:
            self.not_counted.append(line)


def shown(measure: Measure, observation: Observation) -> Finding:
    """A value as a finding: "T 39.8 °C"."""
    value = observation.value if observation.value is not None else 0.0
    unit = UNITS.get(measure, "")
    assumed = " (unit assumed)" if any("unit" in d for d in observation.defects) else ""
    text = f"{NAMES.get(measure, measure.value)} {observation.comparator}{number(value)} {unit}".strip() + assumed
    return Finding(observation.reference, text, observation.when, value)


def _instant(observation: Observation) -> datetime:
    assert observation.when is not None
    return observation.when.latest
