"""Every rule has a story that fires it, its nearest harmless neighbour, and one with the deciding datum missing."""

import pytest

from cards import sources
from cards.rule import all_rules
from cards.sources import Source
from service.stories import Shows, Story, StoryRequest, all_stories
from service.stories import story as named
from tests.moment import NOW
from tests.stories.calls import call_of
from tests.stories.shows import differing, untrue
from tests.stories.table import PAGE, ROLES, claims, page, shown

RULES = {rule.implements: rule for rule in all_rules()}
SOURCES = {value.key for value in vars(sources).values() if isinstance(value, Source)}
CLAIMS = [
    pytest.param(story, request, claim, id=f"{story.name}-{number}-{claim.rule}-{claim.role}")
    for story, number, request, claim in claims()
]
NEIGHBOURS = [
    pytest.param(story, claim, id=f"{story.name}-{number}-{claim.rule}")
    for story, number, _, claim in claims()
    if claim.role == "neighbour"
]
ONE_FACT = 5  # resources
PUBLISHED = [pytest.param(story, id=story.name) for story in all_stories() if story.expected.published]


@pytest.mark.parametrize(("story", "request_", "claim"), CLAIMS)
def test_a_story_shows_what_it_claims(story: Story, request_: StoryRequest, claim: Shows) -> None:
    assert untrue(claim, RULES[claim.rule], request_, call_of(story, request_, NOW).decision()) == ""


@pytest.mark.parametrize("rule", sorted(RULES))
@pytest.mark.parametrize("role", ROLES)
def test_every_rule_is_shown_in_every_role(rule: str, role: str) -> None:
    assert shown().get((rule, role)), f"no story shows {rule} as {role}"


@pytest.mark.parametrize(("story", "claim"), NEIGHBOURS)
def test_a_neighbour_is_near(story: Story, claim: Shows) -> None:
    """It differs in one fact from where the rule fires: a fact may stand in several resources, not in a whole chart."""
    home = claim.of or story.name
    assert any(place.split(":")[0].startswith(home) for place in shown()[claim.rule, "fires"])
    if claim.of:
        assert len(differing(story, named(claim.of))) <= ONE_FACT


@pytest.mark.parametrize("story", PUBLISHED)
def test_a_story_of_a_published_case_names_its_source_and_what_is_invented(story: Story) -> None:
    told, invented = story.text.partition("**Sources.**")[2].split("**Invented.**")
    for key in story.expected.published:
        assert key in SOURCES
        assert key in told
    assert "ll names, ids, times and values" not in invented


def test_the_page_is_up_to_date() -> None:
    """`python -m tests.stories.table` makes it."""
    assert PAGE.read_text(encoding="utf-8") == page()
