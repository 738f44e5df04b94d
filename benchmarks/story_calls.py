"""Every request of every story as a call over HTTP, and whether an answer is the one that is due."""

import http
import json
from datetime import datetime

import msgspec

from benchmarks.chart import Body
from cards.rule import needs_of
from service.stories import StoryRequest, all_stories, prefetch_of


class StoryCall(msgspec.Struct, frozen=True):
    """A call: which story's, where to, with what, and what is due."""

    name: str
    path: str
    body: Body
    request: StoryRequest

    def wrong(self, status: int, text: bytes) -> str:
        """What is not as the story says: status, kinds and urgencies of the cards; empty if all is."""
        if status != http.HTTPStatus.OK:
            return f"{self.name}: {status} {text[:200]!r}"
        came = {card["source"]["topic"]["code"]: card["indicator"] for card in json.loads(text)["cards"]}
        due = {card.kind: card.indicator for card in self.request.cards}
        missing = due.items() - came.items()
        forbidden = came.keys() & set(self.request.forbidden)
        more = came.keys() - due.keys() if self.request.exactly else set()
        return f"{self.name}: {came} in place of {due}" if missing or forbidden or more else ""


def story_calls(now: datetime) -> list[StoryCall]:
    """All of them, each with the prefetch that its client gives."""
    calls = []
    for story in all_stories():
        chart = story.resources(now)
        for number, request in enumerate(story.expected.requests, 1):
            given = {k: v for k, v in prefetch_of(chart, needs_of(request.hook)).items() if k not in request.withhold}
            body = Body(story.hook_request(request, now) | {"prefetch": given})
            calls.append(StoryCall(f"{story.name}-{number}", f"/cds-services/baclofen-{request.hook}", body, request))
    return calls
