"""A real PostgreSQL for the tests: a cluster of its own in a scratch directory, on a free port of this machine."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.service.processes import free_port

USER = "cds"
_SECONDS = 60.0


def binaries() -> Path | None:
    """Where the newest server of this machine lies; Debian keeps it off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


class Postgres:
    """A cluster; `start` and `stop` as often as a test likes."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.port = free_port()
        self._folder, self._bin = folder, bin_folder
        self._process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """Make the cluster."""
        made = subprocess.run(
            self._as_user("initdb", "--pgdata", str(self._folder / "data"), "--username", USER, "--auth", "trust",
                          "--encoding", "UTF8", "--locale", "C", "--no-sync"),
            capture_output=True, text=True, timeout=_SECONDS, check=False, cwd=self._folder,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr

    def start(self) -> None:
        """Return when it answers. Nothing here tests PostgreSQL's own disk: it need not wait for it."""
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(
            self._as_user("postgres", "-D", str(self._folder / "data"), "-p", str(self.port),
                          "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self._folder}",
                          "-c", "fsync=off"),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder,
        )  # fmt: skip
        log.close()
        ends = time.monotonic() + _SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < ends
                time.sleep(0.05)

    def stop(self) -> None:
        """At once, with the connections that are open."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # "fast" shutdown
            self._process.wait(_SECONDS)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It stands still, as under a stalled disk: the kernel takes what is sent to it, and nothing comes back."""
        pids = list(self._tree())
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _tree(self) -> Iterator[int]:
        """The server's process, and one for each connection and duty."""
        assert self._process is not None
        yield self._process.pid
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        yield from map(int, children.read_text().split())

    def url(self, database: str) -> str:
        """As an operator writes it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """The URL of an empty one."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def _as_user(self, program: str, *arguments: str) -> Sequence[str]:
        """PostgreSQL refuses to run as root."""
        command = [str(self._bin / program), *arguments]
        if os.getuid() != 0:
            return command
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A cluster that is gone afterwards."""
    found = binaries()
    if found is None:
        message = "no PostgreSQL on this machine: install it to see the database of several nodes tested"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    folder = Path(tempfile.mkdtemp(prefix="cds-pg-"))  # a short path: the name of a socket has at most 107 characters
    server = Postgres(folder, found)
    try:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        server.initialise()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
