"""Every story gets the cards that are due, through every door: the pure decision, prefetch, and two FHIR servers."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from service import create_app
from service.config import Config
from service.fhir import FhirClient
from service.stories import Story, StoryRequest, all_stories, prefetch_of
from tests.moment import NOW
from tests.stories.telling import Shown, cards_by_decide, differences, needs_for, shown

REQUESTS = [
    (f"{story.name}-{number}", story, request)
    for story in all_stories()
    for number, request in enumerate(story.expected.requests, 1)
]
CASES = [pytest.param(story, request, id=name) for name, story, request in REQUESTS]
READ_WHOLE = [pytest.param(story, request, id=name) for name, story, request in REQUESTS if not request.withhold]


@pytest.fixture(scope="module")
def app() -> Iterator[FlaskClient]:
    """The whole service with its clock stopped; an hour-long deadline, since a busy machine is not the point here."""
    client = FhirClient()
    config = Config.demo(timezone="Etc/GMT+5", deadline=30.0)
    yield create_app(config, clock=lambda: NOW, fhir=client).test_client()
    client.close()


def call(app: FlaskClient, story: Story, request: StoryRequest, **more: Any) -> list[Shown]:
    """One hook call over the wire."""
    body = story.hook_request(request, NOW) | more
    answer = app.post(f"/cds-services/baclofen-{request.hook}", json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [shown(card) for card in answer.get_json()["cards"]]


@pytest.mark.parametrize(("story", "request_"), CASES)
def test_by_the_pure_decision(story: Story, request_: StoryRequest) -> None:
    assert differences(request_, cards_by_decide(story, request_)) == []


@pytest.mark.parametrize(("story", "request_"), CASES)
def test_by_prefetch(story: Story, request_: StoryRequest, app: FlaskClient) -> None:
    prefetch = prefetch_of(story.resources(NOW), needs_for(request_))
    given = {key: value for key, value in prefetch.items() if key not in request_.withhold}
    assert differences(request_, call(app, story, request_, prefetch=given)) == []


@pytest.mark.parametrize(("story", "request_"), READ_WHOLE)
def test_by_fetch_from_the_embedded_store(
    story: Story, request_: StoryRequest, app: FlaskClient, store_with_stories: str
) -> None:
    assert differences(request_, call(app, story, request_, fhirServer=store_with_stories)) == []


@pytest.mark.parametrize(("story", "request_"), READ_WHOLE)
def test_by_fetch_from_a_real_hapi(
    story: Story, request_: StoryRequest, app: FlaskClient, hapi_with_stories: str
) -> None:
    assert differences(request_, call(app, story, request_, fhirServer=hapi_with_stories)) == []
