"""Only what is relative to now counts; an instant is an instant in any spelling; a date alone alarms least."""

from datetime import date
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.moment import NOW
from tests.properties.gaps import FAMILIES, Family, missing_for
from tests.properties.patients import NAMES, by_name, examples, told, told_of, urgencies
from tests.properties.shifting import by_date_only, respelled, shifted
from tests.stories.calls import Call

SEEDS = st.integers(0, 2**32 - 1)
NEW_YORK = ZoneInfo("America/New_York")  # its winter is the zone of the stories
TODAY = NOW.date()
# 29 February, its neighbours, the ends of years, and the days around the changes of summer time.
SPECIAL = [
    date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2024, 2, 29), date(2027, 2, 28), date(2026, 12, 31),
    date(2027, 1, 1), date(2027, 1, 2), date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9), date(2026, 10, 31),
    date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3),
]  # fmt: skip
DAYS = st.sampled_from([(day - TODAY).days for day in SPECIAL]) | st.integers(-3000, 3000)


@examples(400)
@given(NAMES, SEEDS)
def test_instants_in_any_spelling(name: str, seed: int) -> None:
    """Any offset, UTC, fractions of a second, the facility's wall clock without an offset."""
    assert told(respelled(by_name()[name], Random(seed)).decision()) == told_of(name)


@examples(400)
@given(NAMES, DAYS)
def test_everything_days_later(name: str, days: int) -> None:
    """On 29 February, at the end of a year, or any number of days off."""
    assert told(shifted(by_name()[name], days).decision()) == told_of(name)


@examples(400)
@given(NAMES, DAYS, SEEDS)
def test_everything_days_later_where_clocks_change(name: str, days: int, seed: int) -> None:
    """Summer time may begin or end between the events: hours between instants stay hours."""
    call = shifted(by_name()[name], days, NEW_YORK)
    assert told(call.decision()) == told_of(name)
    zulu = respelled(call, Random(seed)) if not _repeats_an_hour(call) else call
    assert told(zulu.decision()) == told_of(name)


def _repeats_an_hour(call: Call) -> bool:
    """Within three days after summer time ended: a wall clock without an offset may then mean two hours."""
    return any(0 <= (call.now.date() - day).days <= 3 for day in (date(2026, 11, 1), date(2025, 11, 2)))


@examples(400)
@given(NAMES, SEEDS)
def test_a_date_alone_alarms_least(name: str, seed: int) -> None:
    """What is told without its time of day never raises what rests on how long baclofen has been missing.

    Suspected withdrawal is left out: what was found on the day of the last dose then may be new (section 0).
    """
    assert_alarms_no_more(by_name()[name], seed)


@examples(400)
@given(st.sampled_from(FAMILIES), st.floats(0, 1), SEEDS)
def test_a_date_alone_alarms_least_in_any_gap(family: Family, share: float, seed: int) -> None:
    """The same of every way to lose baclofen, after any time."""
    hours = round(family.since + share * (family.until - family.since), 1)
    assert_alarms_no_more(missing_for(family, hours, 20, "well"), seed)


def assert_alarms_no_more(call: Call, seed: int) -> None:
    vague, changed = by_date_only(call, Random(seed))
    exact = urgencies(call.decision())
    for kind, urgency in urgencies(vague.decision()).items():
        if kind in ("abrupt-discontinuation", "perioperative-interruption", "pump-failure-risk") and changed:
            assert urgency <= exact.get(kind, -1), kind
