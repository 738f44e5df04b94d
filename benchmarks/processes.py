"""Servers as processes of their own: started, asked for their CPU, ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


class Server:
    """A server that runs: its name, where it listens, and what it has cost so far."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int) -> None:
        self.name = name
        self.port = port
        self._process = process

    def cpu(self) -> float:
        """User and system seconds of the process and all below it so far, in nanosecond steps (Linux)."""
        clocks = (time.clock_gettime_ns(((~pid) << 3) | 2) for pid in _tree(self._process.pid))
        return sum(clocks) / 1e9

    def stop(self) -> None:
        """The process and all below it."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _tree(int(child))


@contextmanager
def started(
    name: str, command: list[str], port: int, *, environment: dict[str, str] | None = None, python: str = sys.executable
) -> Iterator[Server]:
    """`python COMMAND` as soon as it listens on the port; ended with the block."""
    process = subprocess.Popen(  # noqa: S603 - our own commands
        [python, *command],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that what it forks ends with it
    )
    server = Server(name, process, port)
    try:
        _wait_for(server, process)
        yield server
    finally:
        server.stop()


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"{server.name} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex((HOST, server.port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"{server.name} did not answer within {_START_SECONDS:.0f} s")


@contextmanager
def service(directory: Path, *, threads: int, workers: int = 1, missing_data: str = "412") -> Iterator[Server]:
    """`serve` as a hospital runs it, with one site and SQLite in this directory."""
    sites = directory / "sites.toml"
    sites.write_text(f'[sites.benchmark]\ntrust = "none"\nmissing_data = "{missing_data}"\n')
    environment = {
        "BACLOFEN_CDS_SITES": str(sites),
        "BACLOFEN_CDS_DATABASE_URL": f"sqlite:///{directory}/cds.sqlite",
        "BACLOFEN_CDS_LOG_LEVEL": "INFO",
    }
    port = free_port()
    options = ["--port", str(port), "--threads", str(threads), "--workers", str(workers)]
    with started("service", ["-m", "service", "serve", *options], port, environment=environment) as server:
        yield server


@contextmanager
def echo(name: str, *, threads: int, workers: int = 1) -> Iterator[Server]:
    """The yardstick, under the same server."""
    port = free_port()
    with started(name, ["benchmarks/echo.py", str(port), str(threads), str(workers)], port) as server:
        yield server


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
