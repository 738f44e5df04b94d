"""CPU of one patient-view call at 20, 200 and 2,000 resources, beside a bare Flask + json echo.

    python benchmarks/cpu_per_call.py

Compare the ratios, not the milliseconds. What makes them hold: the CPU clock of the server's process instead of time;
all servers up at once, visited in shuffled order in every round with the same bytes; the ratio is taken inside the
round, then the median over the rounds; the echo runs twice, and where the second strays from the first by 10 %, a
difference of 10 % means nothing. Every answer is checked. Loopback only; it ends what it started.
"""

import argparse
import http.client
import json
import math
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that the one command works from anywhere

from benchmarks.chart import CARD_KINDS, Body, count, hook_request  # noqa: E402
from benchmarks.processes import HOST, Server, echo, service  # noqa: E402

SIZES = (20, 200, 2000)
GOALS = {200: 1.0, 2000: 0.6}
GROWTH_GOAL = 1.05
THREADS = 4
BATCH_SECONDS = 0.25  # CPU of a batch: small enough to alternate, large enough to measure
PATH = "/cds-services/baclofen-patient-view"


class Callers:
    """Calls to a server over connections that are kept."""

    def __init__(self, server: Server) -> None:
        self.name = server.name
        self._server = server
        self._connections = [http.client.HTTPConnection(HOST, server.port, timeout=60) for _ in range(THREADS)]
        self._pool = ThreadPoolExecutor(THREADS)
        self._calls = 0

    def per_call(self, body: Body, calls: int) -> float:
        """CPU seconds of one call, over a batch from all threads at once."""
        begin = self._server.cpu()
        share = max(1, calls // THREADS)
        list(self._pool.map(lambda connection: self._calls_over(connection, body, share), self._connections))
        return (self._server.cpu() - begin) / (share * THREADS)

    def _calls_over(self, connection: http.client.HTTPConnection, body: Body, times: int) -> None:
        for _ in range(times):
            self._call(connection, body)

    def _call(self, connection: http.client.HTTPConnection, body: Body) -> None:
        self._calls += 1
        headers = {"Content-Type": "application/json"}
        connection.request("POST", PATH, body.bytes(self._calls), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != http.HTTPStatus.OK or not self._is_due(json.loads(text)):
            raise SystemExit(f"{self.name} answered {answer.status} without the cards that are due: {text[:300]!r}")

    def _is_due(self, answer: dict[str, Any]) -> bool:
        cards = answer["cards"]
        return self.name != "service" or [c["source"]["topic"]["code"] for c in cards] == CARD_KINDS

    def close(self) -> None:
        """All connections."""
        for connection in self._connections:
            connection.close()
        self._pool.shutdown()


@contextmanager
def servers() -> Iterator[list[Callers]]:
    """The service as a hospital runs it, and the echo twice."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = [
            stack.enter_context(one)
            for one in (
                service(scratch, threads=THREADS),
                echo("echo", threads=THREADS),
                echo("echo again", threads=THREADS),
            )
        ]
        yield [stack.enter_context(closing(Callers(server))) for server in running]


def measure(running: list[Callers], bodies: dict[int, Body], rounds: int) -> dict[int, dict[str, list[float]]]:
    """CPU seconds of one call, by size, server and round."""
    results: dict[int, dict[str, list[float]]] = {}
    for size, body in bodies.items():
        first = {server.name: server.per_call(body, 40) for server in running}  # warms up and sizes the batches
        calls = {name: max(THREADS, math.ceil(BATCH_SECONDS / cpu)) for name, cpu in first.items()}
        results[size] = {server.name: [] for server in running}
        for _ in range(rounds):
            for server in random.sample(running, len(running)):
                results[size][server.name].append(server.per_call(body, calls[server.name]))
    return results


def ratio(results: dict[str, list[float]], name: str) -> float:
    """Median over the rounds of what this server costs beside the echo in the same round."""
    return statistics.median(mine / echo for mine, echo in zip(results[name], results["echo"], strict=True))


def growth(results: dict[int, dict[str, list[float]]], name: str, small: int, large: int) -> float:
    """The exponent of growth between two sizes."""
    cpu = [statistics.median(results[size][name]) for size in (small, large)]
    return math.log(cpu[1] / cpu[0]) / math.log(large / small)


def report(results: dict[int, dict[str, list[float]]], bodies: dict[int, Body]) -> list[str]:
    """A table, and the growth."""
    lines = [f"{'resources':>9} {'body':>9} {'service':>10} {'echo':>10} {'ratio':>7} {'goal':>6} {'control':>8}"]
    for size, by_server in results.items():
        mine, echo = (statistics.median(by_server[name]) * 1000 for name in ("service", "echo"))
        goal = f"{GOALS[size]:.1f}x" if size in GOALS else "-"
        lines.append(
            f"{size:>9} {bodies[size].size / 1000:>6.0f} kB {mine:>7.2f} ms {echo:>7.2f} ms"
            f" {ratio(by_server, 'service'):>6.2f}x {goal:>6} {ratio(by_server, 'echo again'):>7.2f}x"
        )
    sizes = sorted(results)
    if len(sizes) > 1:
        small, large = sizes[-2:]
        mine, echo = growth(results, "service", small, large), growth(results, "echo", small, large)
        lines.append(f"growth {small} to {large}: exponent {mine:.2f} (goal {GROWTH_GOAL}), the echo's {echo:.2f}")
    return [*lines, "CPU of the server's process a call, medians; control: the echo beside itself"]


def main() -> None:
    """The one command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9, help="7 at least; 15 to 20 to quote a figure")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="resources a call")
    options = parser.parse_args()
    now = datetime.now(UTC)
    requests = {size: hook_request(size, now) for size in sorted(options.sizes)}
    for size, request in requests.items():
        sent = count(request["prefetch"])
        assert sent == size, f"{sent} resources in place of {size}: the story alone has more than the smallest size"
    bodies = {size: Body(request) for size, request in requests.items()}
    with servers() as running:
        sys.stdout.write("\n".join(report(measure(running, bodies, options.rounds), bodies)) + "\n")


if __name__ == "__main__":
    main()
