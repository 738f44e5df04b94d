"""Fixtures shared by all rooms: the real HAPI FHIR and the embedded store, started once a session."""

from collections.abc import Iterator

import pytest

from service.demo_fhir import serve_fixtures
from service.load import load_stories
from tests.hapi.server import running_hapi
from tests.moment import NOW


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
