"""The stories as data: valid FHIR R4, told whole, and cut off from each other."""

import re
from datetime import datetime, timedelta

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cards.hooks import BY_NAME
from service.stories import Story, StoryError, all_stories, made_real
from tests.moment import NOW
from tests.stories.calls import drafts_of

STORIES = all_stories()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_valid_fhir(story: Story) -> None:
    resources = story.resources(NOW)
    for request in story.expected.requests:
        resources += drafts_of(BY_NAME[request.hook], story.hook_request(request, NOW)["context"])
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", resource["id"])


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_refers_to_its_own_resources_only(story: Story) -> None:
    resources = story.resources(NOW, "renamed")
    known = {f"{r['resourceType']}/{r['id']}" for r in resources}
    contained = {f"#{c['id']}" for r in resources for c in r.get("contained", [])}
    references = set(re.findall(r"'reference': '([^']+)'", repr(resources)))
    assert references <= known | contained
    assert story.name not in repr(resources)
    patients = [r["id"] for r in resources if r["resourceType"] == "Patient"]
    assert patients == ["renamed"]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_told(story: Story) -> None:
    assert story.text.startswith(f"# {story.expected.title}\n")
    for heading in ("Who.", "What happened.", "What the service should say, and why.", "Sources.", "Invented."):
        assert f"**{heading}**" in story.text


def test_ids_of_all_stories_are_different() -> None:
    ids = [f"{r['resourceType']}/{r['id']}" for s in STORIES for r in s.resources(NOW)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("token", "real"),
    [
        ("{{now}}", NOW),
        ("{{now-14h}}", NOW - timedelta(hours=14)),
        ("{{now-2d-3h}}", NOW - timedelta(days=2, hours=3)),
        ("{{now+1w+5m}}", NOW + timedelta(weeks=1, minutes=5)),
    ],
)
def test_an_instant_is_relative_to_now(token: str, real: datetime) -> None:
    assert made_real(token, NOW) == real.isoformat()


def test_a_date_is_that_of_the_place_and_may_stand_in_a_text() -> None:
    assert made_real("by {{today+2d}}", NOW) == "by 2026-03-12"


@pytest.mark.parametrize("text", ["{{yesterday}}", "{{now-3y}}", "{{now - 3h}}", "{{context.patientId}}"])
def test_another_token_is_an_error(text: str) -> None:
    with pytest.raises(StoryError, match="not a date token"):
        made_real(text, NOW)
