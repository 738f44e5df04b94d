"""One lane a site and origin: its own threads and its own circuit, so that nobody waits for another's server.

With one pool of threads for all, a single hospital's server that drips a byte a second would hold every thread, and
the calls of every other hospital would end as "could not check".
"""

import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from service.circuit import Breaker, Circuit

THREADS = 48  # searches under way at once on one lane; as many connections are kept warm
MOST_LANES = 200  # of sites and origins; only the demo, which takes any loopback port, could have more


class Lane:
    """The way to one origin for one site."""

    def __init__(self, site: str, origin: str, threads: int) -> None:
        self.site = site
        self.origin = origin
        self.circuit = Circuit()
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix=f"fhir-{site}")  # started as they are needed

    def close(self) -> None:
        """What is under way ends by its own deadline."""
        self.threads.shutdown(wait=False, cancel_futures=True)


class Lanes:
    """All lanes of a process, safe to share between threads."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._lanes: OrderedDict[tuple[str, str], Lane] = OrderedDict()

    def of(self, site: str, origin: str) -> Lane:
        """The lane of this site to this origin; beyond `MOST_LANES` the one that was idle longest goes."""
        key = (site, origin)
        with self._lock:
            lane = self._lanes.get(key)
            if lane is None:
                lane = self._lanes[key] = Lane(site, origin, self._threads)
            self._lanes.move_to_end(key)
            if len(self._lanes) > MOST_LANES:
                self._lanes.popitem(last=False)  # its threads end when nobody holds it any more
            return lane

    def breakers(self) -> list[Breaker]:
        """How every circuit stands."""
        with self._lock:
            lanes = list(self._lanes.values())
        return [lane.circuit.breaker(lane.site, lane.origin) for lane in lanes]

    def close(self) -> None:
        """Give back all threads."""
        with self._lock:
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.close()
