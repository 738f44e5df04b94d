"""Is the patient in a hospital bed now, and since when?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from cards import sources
from cards.hooks import ENCOUNTER_START
from cards.limits import JUDGEMENT, limit
from cards.moment import Moment
from cards.record.facts import Administration, Encounter
from cards.record.when import When, instant

CHARTED_STAY = limit("charted_stay", 14, "d", JUDGEMENT, sources.SEED, "doses charted so far back are of this stay")
STILL_CHARTING = limit(
    "charting_goes_on", 2, "d", JUDGEMENT, sources.SEED, "the last dose charted, where a stay is implied"
)
_INPATIENT = frozenset({"IMP", "ACUTE", "NONAC", "SS"})
_EMERGENCY = frozenset({"EMER"})
_OBSERVATION = frozenset({"OBSENC", "PRENC"})
_UNDER_WAY = frozenset({"in-progress", "onleave", "arrived", "triaged", "unknown"})
_BEGINNING = frozenset({"planned", "arrived"})  # what encounter-start may name


class Stay(msgspec.Struct, frozen=True):
    """An inpatient, emergency or observation encounter under way. `start` None: the chart gives no admission time."""

    reference: str
    is_emergency: bool
    start: When | None

    def hours(self, now: datetime) -> float | None:
        """Hours since admission, by the least alarming reading."""
        return None if self.start is None else self.start.hours_until(now)

    def contains(self, time: When | None) -> bool:
        """Whether something happened in this stay; a time on the day of admission, or at its instant, counts."""
        if time is None or self.start is None:
            return False
        return time.latest > self.start.earliest or time.earliest == self.start.earliest

    def is_after(self, time: When | None) -> bool:
        """Whether something began before this stay."""
        return time is not None and self.start is not None and time.earliest < self.start.earliest


def current_stay(encounters: Sequence[Encounter], moment: Moment) -> Stay | None:
    """The stay that the hook names, else the latest one under way; None for an outpatient.

    The stay that encounter-start names is beginning, though the chart still has it as planned.
    """
    named = [e for e in encounters if moment.encounter_id and e.reference.split("/")[-1] == moment.encounter_id]
    others = sorted((e for e in encounters if e not in named), key=_began, reverse=True)
    for encounter in (*named, *others):  # a clinic visit that the hook names may lie within an inpatient stay
        if _is_bed(encounter) and _is_under_way(encounter, moment.now):
            return Stay(encounter.reference, encounter.kind in _EMERGENCY, encounter.start)
    beginning = named if moment.hook is ENCOUNTER_START else []
    for encounter in beginning:
        if _is_bed(encounter) and encounter.status in _BEGINNING:
            start = encounter.start if encounter.start and encounter.start.may_be_past(moment.now) else None
            return Stay(encounter.reference, encounter.kind in _EMERGENCY, start or instant(moment.now))
    return None


def named_stay(encounters: Sequence[Encounter], moment: Moment) -> Stay | None:
    """The stay in a bed that a discharge is about: the one that the hook names, even if finished; else as now."""
    for encounter in encounters:
        if moment.encounter_id and encounter.reference.split("/")[-1] == moment.encounter_id and _is_bed(encounter):
            return Stay(encounter.reference, encounter.kind in _EMERGENCY, encounter.start)
    return current_stay(encounters, moment)


def implied_stay(administrations: Sequence[Administration], moment: Moment) -> Stay | None:
    """A stay that only the administration record tells of: a ward charts doses, no encounter was to be had.

    It is taken to begin a day before the first dose charted in the last two weeks; None where nothing was charted
    in the last two days.
    """
    now = moment.now
    times = sorted(a.when.latest for a in administrations if a.when and a.when.may_be_past(now))
    recent = [t for t in times if now - t <= timedelta(days=moment.limit(CHARTED_STAY))]
    if not recent or now - recent[-1] > timedelta(days=moment.limit(STILL_CHARTING)):
        return None
    begun = recent[0] - timedelta(days=1)
    return Stay(administrations[0].reference, False, When(begun, begun))


def past_stays(encounters: Sequence[Encounter]) -> list[tuple[datetime, datetime]]:
    """Finished stays in a bed, as intervals: the home supply was not used in them."""
    return [
        (e.start.earliest, e.end.latest)
        for e in encounters
        if _is_bed(e) and e.start and e.end and e.status not in ("cancelled", "entered-in-error")
    ]


def _is_bed(encounter: Encounter) -> bool:
    return encounter.kind in _INPATIENT | _EMERGENCY | _OBSERVATION


def _is_under_way(encounter: Encounter, now: datetime) -> bool:
    started = encounter.start is None or encounter.start.may_be_past(now)
    ended = encounter.end is not None and encounter.end.is_past(now)
    return encounter.status in _UNDER_WAY and started and not ended


def _began(encounter: Encounter) -> float:
    return encounter.start.earliest.timestamp() if encounter.start else 0.0
