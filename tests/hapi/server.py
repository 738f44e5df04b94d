"""A real HAPI FHIR for the tests: built if need be, started once a session on a free port, ended with it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
JVM = ["-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
START_SECONDS = 180  # 15 to 20 on a quiet machine, near a minute on a busy one
BUILD_SECONDS = 900  # the first build fetches some 270 MB


def missing_tools() -> str:
    """What this machine lacks to run HAPI, "" if nothing."""
    lacking = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    return f"no {' and no '.join(lacking)} for a real HAPI FHIR" if lacking else ""


@contextmanager
def running_hapi(workdir: Path) -> Iterator[str]:
    """The base URL of a running HAPI FHIR R4 server; `HAPI_URL` names one that runs already."""
    if url := os.environ.get("HAPI_URL"):
        yield url.rstrip("/")
        return
    if lacking := missing_tools():
        if os.environ.get("CI") == "true":
            pytest.fail(lacking, pytrace=False)
        pytest.skip(lacking)
    _build()
    output = workdir / "hapi.log"
    with output.open("w") as log:
        server = subprocess.Popen(
            ["java", *JVM, "-jar", "target/hapi.jar", "--server.port=0"],
            cwd=HERE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _ready(server, output)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _build() -> None:
    """Package the server unless its sources are older than the jar."""
    jar = HERE / "target" / "hapi.jar"
    sources = [HERE / "pom.xml", *HERE.glob("src/**/*.*")]
    if jar.exists() and all(source.stat().st_mtime <= jar.stat().st_mtime for source in sources):
        return
    built = subprocess.run(
        ["mvn", "-q", "-B", "package"], cwd=HERE, check=False, timeout=BUILD_SECONDS, capture_output=True, text=True
    )
    if built.returncode:
        pytest.fail(f"HAPI was not built:\n{built.stdout[-2000:]}", pytrace=False)


def _ready(server: subprocess.Popen[bytes], output: Path) -> str:
    """The URL in the server's line "ready URL"; fails as soon as the process has ended."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        for line in output.read_text().splitlines():
            if line.startswith("ready "):
                return line.removeprefix("ready ").strip()
        if server.poll() is not None:
            pytest.fail(f"HAPI ended with {server.returncode}:\n{output.read_text()[-2000:]}", pytrace=False)
        time.sleep(0.2)
    pytest.fail(f"HAPI was not ready after {START_SECONDS} s:\n{output.read_text()[-2000:]}", pytrace=False)
