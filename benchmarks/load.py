"""The service under 1, 8, 32 and 64 callers at once, while 20 clients hang in the middle of their bodies.

    python -m benchmarks.load [--peer-python PYTHON]

`serve --workers 2` with SQLite. Each call is another story's, with a hookInstance of its own, over connections that are
kept; every answer is compared with what the story says is due, and one that is wrong ends the command with 1. Beside it
stand the echo under the same server with as many processes, and the echo once more, as the control. In every round
each gets the same calls, in shuffled order; the CPU of the whole process tree is set against the echo's in the same
round, and the median over the rounds is told. Seconds depend on the machine and on the callers, who share its cores.

With `--peer-python`, a Python that has flask, waitress and gunicorn[gevent], it also tells who answers anybody at all
while 20 clients hang: the echo under gunicorn's threads, and under gevent. Loopback only; it ends what it started.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import HOST, Server, echo, free_port, service, started
from benchmarks.story_calls import StoryCall, story_calls

LEVELS = (1, 8, 32, 64)
WORKERS = 2
THREADS = 4  # of a worker
MANY = 32  # callers; beyond them each story is told several times a round, so that every caller has some calls
HANGING = 20
PATIENCE = 20.0  # seconds that a client waits at most
DEADLINE = 3.0  # seconds, a site's by default: an answer after it is wrong, however right it is
PEER_CALLERS = 8
PEER_PATIENCE = 5.0  # seconds after which nobody waits for a card
HALF = b"POST /cds-services/baclofen-patient-view HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + b'{"hook": '
JSON = {"Content-Type": "application/json"}

Check = Callable[[StoryCall, int, int, bytes], str]  # call, its number, status, text -> what is wrong
_numbers = itertools.count(1)


class Subject(NamedTuple):
    """What is measured: a server, how its answers are judged, and whether clients hang in it."""

    name: str
    server: Server
    check: Check
    hanging: int


class Batch(NamedTuple):
    """What came of some calls: seconds of CPU a call, seconds in all, seconds of each, and what was wrong."""

    cpu: float
    took: float
    each: list[float]
    wrong: list[str]


def as_the_story_says(call: StoryCall, _number: int, status: int, text: bytes) -> str:
    """The service's answers."""
    return call.wrong(status, text)


def as_echoed(call: StoryCall, number: int, status: int, text: bytes) -> str:
    """The echo's: its card has the call's own hookInstance."""
    right = status == http.HTTPStatus.OK and json.loads(text)["cards"][0]["uuid"].encode() in call.body.bytes(number)
    return "" if right else f"echo: {status} {text[:200]!r}"


@contextmanager
def hanging(server: Server, many: int) -> Iterator[None]:
    """So many clients have sent the head and a piece of the body, and do not go on."""
    with ExitStack() as stack:
        for _ in range(many):
            stack.enter_context(socket.create_connection((HOST, server.port))).sendall(HALF)
        time.sleep(0.2)  # until all of them were read
        yield


class Caller:
    """One client: a connection that is kept, and one call after the other."""

    def __init__(self, subject: Subject, calls: Sequence[StoryCall], patience: float) -> None:
        self._subject = subject
        self._calls = calls
        self._patience = patience

    def run(self) -> list[tuple[float, str]]:
        """Seconds of each call, and what was wrong with it. The first without an answer is the last."""
        connection = http.client.HTTPConnection(HOST, self._subject.server.port, timeout=self._patience)
        answers = []
        for call in self._calls:
            number = next(_numbers)
            begin = time.perf_counter()
            try:
                connection.request("POST", call.path, call.body.bytes(number), JSON)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                answers.append((time.perf_counter() - begin, f"{call.name}: no answer, {type(error).__name__}"))
                break
            took = time.perf_counter() - begin
            late = f"{call.name}: after {took:.1f} s" if took > DEADLINE else ""
            answers.append((took, self._subject.check(call, number, answer.status, text) or late))
        connection.close()
        return answers


def batch(subject: Subject, calls: Sequence[StoryCall], callers: int, patience: float = PATIENCE) -> Batch:
    """All calls, shared among so many callers at once."""
    clients = [Caller(subject, calls[first::callers], patience) for first in range(callers)]
    with hanging(subject.server, subject.hanging), ThreadPoolExecutor(callers) as pool:
        cpu, begin = subject.server.cpu(), time.perf_counter()
        answers = [one for answers in pool.map(Caller.run, clients) for one in answers]
        took, cpu = time.perf_counter() - begin, subject.server.cpu() - cpu
    each, wrong = zip(*answers, strict=True)
    return Batch(cpu / len(answers), took, list(each), [one for one in wrong if one])


def measure(subjects: Sequence[Subject], callers: int, rounds: int) -> dict[str, list[Batch]]:
    """A batch of each subject in every round, in shuffled order and with the same calls."""
    results: dict[str, list[Batch]] = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        calls = story_calls(datetime.now(UTC)) * max(1, callers // MANY)
        random.shuffle(calls)
        for subject in random.sample(subjects, len(subjects)):
            results[subject.name].append(batch(subject, calls, callers))
    return results


def line(callers: int, name: str, batches: list[Batch], base: list[Batch]) -> str:
    """A row of the table."""
    each = sorted(seconds * 1000 for one in batches for seconds in one.each)
    wrong = sum(len(one.wrong) for one in batches)
    cpu = statistics.median(one.cpu for one in batches) * 1000
    ratio = statistics.median(one.cpu / other.cpu for one, other in zip(batches, base, strict=True))
    return (
        f"{callers:>7}  {name:<22} {len(each):>6} {wrong:>6} {len(each) / sum(one.took for one in batches):>8.0f}"
        f" {statistics.median(each):>8.1f} {each[int(len(each) * 0.99)]:>8.1f} {cpu:>8.2f} {ratio:>7.2f}x"
    )


def load(levels: Sequence[int], rounds: int) -> list[str]:
    """The table of all levels, printed as it grows; what was wrong."""
    wrong: list[str] = []
    tell("callers                          calls  wrong  calls/s   p50 ms   p99 ms   CPU ms CPU/echo")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(service(scratch, threads=THREADS, workers=WORKERS, missing_data="card"))
        echoes = [stack.enter_context(echo(name, threads=THREADS, workers=WORKERS)) for name in ("echo", "echo again")]
        subjects = [
            Subject("service", ours, as_the_story_says, HANGING),
            Subject("service, nobody hangs", ours, as_the_story_says, 0),
            *(Subject(one.name, one, as_echoed, HANGING) for one in echoes),
        ]
        for subject in subjects:  # warms up
            wrong += batch(subject, story_calls(datetime.now(UTC)), PEER_CALLERS).wrong
        for callers in levels:
            results = measure(subjects, callers, rounds)
            for name, batches in results.items():
                tell(line(callers, name, batches, results["echo"]))
                wrong += [one for each in batches for one in each.wrong]
    return wrong


def compare_with_gunicorn(python: str) -> None:
    """Who answers anybody while clients hang in the middle of their bodies, and while nobody does.

    One process each: of several it is luck whether one has a thread left.
    """
    tell(f"\n{PEER_CALLERS} callers; who has no answer within {PEER_PATIENCE:.0f} s goes away")
    tell("the echo under         hanging  answered   p50 ms   p99 ms   CPU ms")
    calls = story_calls(datetime.now(UTC))
    with ExitStack() as stack:
        home = {"HOME": stack.enter_context(tempfile.TemporaryDirectory())}  # gunicorn leaves a directory there
        peers = [stack.enter_context(echo("waitress", threads=THREADS))]
        for kind, options in (("gthread", ["--threads", str(THREADS)]), ("gevent", [])):
            port = free_port()
            command = ["-m", "gunicorn", "-k", kind, "-w", "1", "-b", f"{HOST}:{port}", *options]
            command.append("benchmarks.echo:app")
            peers.append(
                stack.enter_context(started(f"gunicorn {kind}", command, port, environment=home, python=python))
            )
        for peer, many in itertools.product(peers, (0, HANGING)):
            got = batch(Subject(peer.name, peer, as_echoed, many), calls, PEER_CALLERS, PEER_PATIENCE)
            each = sorted(seconds * 1000 for seconds in got.each)
            answered = f"{len(each) - len(got.wrong)}/{len(calls)}"
            p99 = each[int(len(each) * 0.99)]
            seconds = f"{statistics.median(each):>8.1f} {p99:>8.1f} {got.cpu * 1000:>8.2f}"
            tell(f"{peer.name:<22} {many:>7} {answered:>9} {seconds}")


def tell(text: str) -> None:
    """At once: a run takes minutes."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """The one command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="7 at least; 15 to 20 to quote a figure")
    parser.add_argument("--callers", type=int, nargs="+", default=LEVELS, help="callers at once")
    parser.add_argument("--peer-python", help="a Python with flask, waitress and gunicorn[gevent]")
    options = parser.parse_args()
    tell(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before")
    wrong = load(options.callers, options.rounds)
    tell("CPU of the whole process tree a call: medians; CPU/echo: inside the round; echo again: the control")
    if options.peer_python:
        compare_with_gunicorn(options.peer_python)
    tell(f"load average {os.getloadavg()[0]:.1f} after")
    if wrong:
        for words, times in Counter(wrong).most_common(10):
            tell(f"wrong, {times} times: {words}")
        sys.exit(1)


if __name__ == "__main__":
    main()
