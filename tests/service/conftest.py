"""What tests of the HTTP side share. Where a real part is missing a test is skipped; with CI=true it fails instead."""

import os
import shutil
from collections.abc import Iterator

import pytest
import responses

from service.fhir import FhirClient


@pytest.fixture
def client() -> Iterator[FhirClient]:
    """A client of its own for each test: one remembers which servers failed."""
    client = FhirClient(threads=20)
    yield client
    client.close()


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
