"""What tests of the HTTP side share. Where a real part is missing a test is skipped; with CI=true it fails instead."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import responses
import structlog

from service.fhir import FhirClient
from tests.postgres.server import Postgres


@pytest.fixture
def client() -> Iterator[FhirClient]:
    """A client of its own for each test: one remembers which servers failed."""
    client = FhirClient(threads=20)
    yield client
    client.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that is served."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/cds.sqlite"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database(f"t{uuid.uuid4().hex}")


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    """The web as this test plays it; any other address is refused."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        yield web


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the machine's own Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = "no Chromium on this machine: install it to see the viewer tested"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A command that a test runs in this process may set up the log; the next test must not inherit that."""
    yield
    structlog.reset_defaults()
