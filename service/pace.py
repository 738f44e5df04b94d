"""How long a decision may take for the answer to be there in time: by the clock, and by what the thread has used.

The clock alone would be unjust: where a FHIR server took all the time, or the machine does much else, a chart of
ordinary size must be read all the same. What takes long then is not the chart.
"""

import time
from collections.abc import Callable

_READING = 0.6  # of the time that is left when all has come; the rules and the answer need the rest
_ALWAYS = 0.25  # seconds of processor time that a chart gets however late it came: what real ones need, many times over

Clock = Callable[[], float]


class Pace:
    """Begun when all has come. `until`: when the answer is due, of `clock`; `used`: processor time of this thread. All
    in seconds."""

    def __init__(self, until: float, *, clock: Clock = time.monotonic, used: Clock = time.thread_time) -> None:
        self._until, self._clock, self._used = until, clock, used
        self._begun, self._used_before = clock(), used()
        self._stop = self._begun + max(0.0, until - self._begun) * _READING

    def reading_must_stop(self) -> bool:
        """Whether what is not read yet must be left."""
        return self._clock() > self._stop and self._has_had_its_share()

    def allows_all_of_it_again(self) -> bool:
        """Whether the same once more would still be in time."""
        now = self._clock()
        return now + (now - self._begun) <= self._until or not self._has_had_its_share()

    def _has_had_its_share(self) -> bool:
        return self._used() - self._used_before > _ALWAYS
