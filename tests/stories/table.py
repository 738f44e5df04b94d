"""Rule -> story that fires it, its nearest harmless neighbour, one with the deciding datum missing: docs/stories.md.

`python -m tests.stories.table` writes it from all `expected.json`; the suite fails when it is out of date or a cell is
empty.
"""

from collections.abc import Iterator
from pathlib import Path

from cards.rule import all_rules
from service.stories import Shows, Story, StoryRequest, all_stories

PAGE = Path(__file__).resolve().parents[2] / "docs" / "stories.md"
ROLES = ("fires", "neighbour", "missing")

HEAD = """# What the stories show

Made from `fhir_fixtures/*/expected.json` by `python -m tests.stories.table`; the tests fail when it is out of date,
when a cell is empty, and when a story does not show what it claims. `story-2` is the second request of a story.

{count} synthetic patients. Both sides of the numbers are tested in `tests/rules`.

| rule | fires | nearest harmless neighbour, and in what it differs | the deciding datum is missing |
|---|---|---|---|
"""
PUBLISHED = """
## Published cases

Stories built on the told facts of a published case. Each `story.md` says which values are the source's and which are
invented.

| source | stories |
|---|---|
"""


def claims() -> Iterator[tuple[Story, int, StoryRequest, Shows]]:
    """Everything that stories claim to show, with the number of the request."""
    for story in all_stories():
        for number, request in enumerate(story.expected.requests, 1):
            for claim in request.shows:
                yield story, number, request, claim


def shown() -> dict[tuple[str, str], list[str]]:
    """(rule, role) -> where it is shown."""
    found: dict[tuple[str, str], list[str]] = {}
    for story, number, request, claim in claims():
        place = f"{story.name}-{number}" if len(story.expected.requests) > 1 else story.name
        told = {
            "fires": "",
            "neighbour": f": {claim.differs}" + (f" (of {claim.of})" if claim.of else ""),
            "missing": f": {claim.names or 'without ' + ', '.join(request.withhold)}",
        }
        found.setdefault((claim.rule, claim.role), []).append(f"{place}{told[claim.role]}")
    return found


def published() -> dict[str, list[str]]:
    """Source -> stories built on its case."""
    found: dict[str, list[str]] = {}
    for story in all_stories():
        for key in story.expected.published:
            found.setdefault(key, []).append(story.name)
    return dict(sorted(found.items()))


def page() -> str:
    """The whole page."""
    found = shown()
    rows = [
        f"| {rule.implements} | " + " | ".join("<br>".join(found.get((rule.implements, r), [])) for r in ROLES) + " |"
        for rule in sorted(all_rules(), key=lambda rule: rule.implements)
    ]
    cases = [f"| {key} | {', '.join(names)} |" for key, names in published().items()]
    head = HEAD.format(count=len(all_stories()))
    return head + "\n".join(rows) + "\n" + PUBLISHED + "\n".join(cases) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
