"""Shared by all rooms: HAPI FHIR, PostgreSQL, the embedded store, started once a session; how hard hypothesis looks."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from service.demo_fhir import serve_fixtures
from service.load import load_stories
from tests.hapi.server import running_hapi
from tests.moment import NOW
from tests.postgres.server import Postgres, running_postgres

# The same examples every time; "thorough" looks for twenty times as many, and for others each time.
_QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("steady", derandomize=True, max_examples=100, **_QUIET)
settings.register_profile("thorough", derandomize=False, max_examples=2000, print_blob=True, **_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def hapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Base URL of a real HAPI FHIR R4 server, empty at first."""
    with running_hapi(tmp_path_factory.mktemp("hapi")) as url:
        yield url


@pytest.fixture(scope="session")
def hapi_with_stories(hapi: str) -> str:
    """The same with all stories loaded, dates relative to NOW."""
    load_stories(hapi, now=NOW, say=lambda line: None)
    return hapi


@pytest.fixture(scope="session")
def store_with_stories() -> Iterator[str]:
    """Base URL of the embedded store with all stories, dates relative to NOW."""
    server = serve_fixtures("127.0.0.1", 0, lambda: NOW)
    yield server.url
    server.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, empty at first."""
    with running_postgres() as server:
        yield server
