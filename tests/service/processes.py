"""The commands as processes of their own, as a user starts them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60.0


class Running(NamedTuple):
    """A command that said it is ready."""

    url: str
    lines: list[str]
    process: subprocess.Popen[str]
    log: Path

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])


def environment(**more: str) -> dict[str, str]:
    """This one without our variables and OpenTelemetry's, and with `more` of them, with our prefix unless whole."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BACLOFEN_CDS_", "OTEL_"))}
    whole = ("OTEL_", "PYTHON")
    return kept | {name if name.startswith(whole) else f"BACLOFEN_CDS_{name}": value for name, value in more.items()}


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(tmp_path: Path, *arguments: str, lines: int = 1, ends_with: int = 0, **more: str) -> Iterator[Running]:
    """A command that serves; ended with SIGTERM, whereupon it must end with `ends_with`."""
    log = tmp_path / f"{arguments[0]}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", *arguments],
            cwd=ROOT,
            env=environment(**more),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(lines)]
        assert said[0].startswith("ready http://"), (said, log.read_text())
        yield Running(said[0].removeprefix("ready "), said, process, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == ends_with, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def until(condition: object, seconds: float = 10.0) -> None:
    """Wait for something that happens by itself."""
    ends = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.02)
