"""The words of every story are on file: a changed sentence, urgency or reason shows in the diff."""

import pytest

from service.stories import Story, all_stories
from tests.stories.said import SAID, path_of, said

STORIES = all_stories()
HOW = "read the difference; if it is meant, run `make said` and commit the files"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_told_in_the_words_on_file(story: Story) -> None:
    path = path_of(story)
    assert path.exists(), f"no words of {story.name} are on file: run `make said`, read and commit them"
    assert said(story) == path.read_text("utf-8"), HOW


def test_no_words_are_on_file_for_a_story_that_is_gone() -> None:
    assert {path.stem for path in SAID.glob("*.md")} == {story.name for story in STORIES}
