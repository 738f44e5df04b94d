"""How long a decision may take, with clocks that a test moves."""

import pytest

from service.pace import Pace


class Clocks:
    """The time of day, and what the thread has used of it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.used = 7.0

    def pace(self, *, left: float) -> Pace:
        return Pace(self.now + left, clock=lambda: self.now, used=lambda: self.used)

    def go(self, seconds: float, *, used: float) -> None:
        self.now += seconds
        self.used += used


@pytest.mark.parametrize(
    ("left", "seconds", "used", "must_stop"),
    [
        (2.0, 1.19, 1.19, False),
        (2.0, 1.21, 1.21, True),
        (2.0, 1.21, 0.24, False),  # the machine does much else
        (2.0, 9.0, 0.24, False),
        (2.0, 9.0, 0.26, True),
        (0.0, 0.24, 0.24, False),  # the FHIR server took all the time
        (0.0, 0.26, 0.26, True),
        (-5.0, 0.24, 0.24, False),
        (-5.0, 0.26, 0.26, True),
    ],
)
def test_when_reading_must_stop(left: float, seconds: float, used: float, must_stop: bool) -> None:
    clocks = Clocks()
    pace = clocks.pace(left=left)
    assert not pace.reading_must_stop()
    clocks.go(seconds, used=used)
    assert pace.reading_must_stop() is must_stop


@pytest.mark.parametrize(
    ("left", "seconds", "used", "again"),
    [
        (3.0, 1.4, 1.4, True),
        (3.0, 1.6, 1.6, False),  # it would be there 0.2 s too late
        (3.0, 2.9, 0.24, True),
        (0.0, 0.1, 0.1, True),  # a chart of ordinary size: some hundredths of a second more
        (0.0, 0.26, 0.26, False),
    ],
)
def test_whether_there_is_time_to_decide_again(left: float, seconds: float, used: float, again: bool) -> None:
    clocks = Clocks()
    pace = clocks.pace(left=left)
    clocks.go(seconds, used=used)
    assert pace.allows_all_of_it_again() is again
