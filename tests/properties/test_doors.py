"""Sent along, fetched, or fetched by small pages: through the whole service, the same cards."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from service import create_app, demo_search
from service.config import Config
from service.fhir import FhirClient
from service.stories import Story, StoryRequest, all_stories, prefetch_of
from tests.moment import NOW
from tests.stories.telling import EXTENSION, KIND_SYSTEM, needs_for

Answer = list[tuple[str, str, list[str], list[str]]]


@pytest.fixture(scope="module")
def app() -> Iterator[FlaskClient]:
    """The whole service with its clock stopped and no hurry."""
    client = FhirClient()
    yield create_app(Config.demo(timezone="Etc/GMT+5", deadline=30.0), clock=lambda: NOW, fhir=client).test_client()
    client.close()


def cards(app: FlaskClient, story: Story, request: StoryRequest, **more: Any) -> Answer:
    """What the answer says over the wire: kind, indicator, rules, suggestions."""
    answer = app.post(f"/cds-services/baclofen-{request.hook}", json=story.hook_request(request, NOW) | more)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told = answer.get_json()["cards"]
    assert all(card["source"]["topic"]["system"] == KIND_SYSTEM for card in told)
    return [
        (
            card["source"]["topic"]["code"],
            card["indicator"],
            card["extension"][EXTENSION].get("rules", []),
            [suggestion["label"] for suggestion in card.get("suggestions", [])],
        )
        for card in told
    ]


def test_by_prefetch_or_by_fetch_in_small_pages(
    app: FlaskClient, store_with_stories: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request that withholds nothing, against the embedded FHIR server; `tests/stories` fetches whole pages."""
    monkeypatch.setattr(demo_search, "MAX_COUNT", 2)
    asked = 0
    for story in all_stories():
        for request in story.expected.requests:
            if request.withhold:
                continue
            prefetch = prefetch_of(story.resources(NOW), needs_for(request))
            by_prefetch = cards(app, story, request, prefetch=prefetch)
            assert cards(app, story, request, fhirServer=store_with_stories) == by_prefetch, story.name
            asked += 1
    assert asked > 100
