"""One hook call as data: what is in the chart, what is in hand, what was read. It can be told otherwise, and asked."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

import msgspec

from cards.decide import Decision, decide
from cards.hooks import BY_NAME, Hook
from cards.ledger import Entry, Ledger, State
from cards.moment import Moment, Supplied, never
from cards.needs import Need
from cards.record.valuesets import ValueSets
from cards.rule import all_rules, needs_of
from service.stories import Story, StoryRequest, matching

Resource = dict[str, Any]
_PARTLY_READ = (State.PARTIAL, State.STALE)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call without its wire. `lost`: needs that were not read whole, and how that came."""

    name: str
    hook: Hook
    context: Resource
    resources: Sequence[Resource]
    now: datetime
    zone: tzinfo
    lost: Mapping[str, State] = {}

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the rules of the hook ask for."""
        return needs_of(self.hook.name)

    @property
    def drafts(self) -> list[Resource]:
        """The resources of the hook's own Bundle, whatever it is called."""
        return drafts_of(self.hook, self.context)

    def but(self, **changes: Any) -> "Call":
        """The same call with something told otherwise."""
        return msgspec.structs.replace(self, **changes)

    def with_drafts(self, drafts: Sequence[Resource]) -> "Call":
        """The same call with other resources in hand."""
        held_in = self.hook.drafts_in
        assert held_in or not drafts
        if not held_in:
            return self
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in drafts]}
        return self.but(context={**self.context, held_in: bundle})

    def supplied(self) -> list[Supplied]:
        """Every resource, once, as an answer to all the needs that it is one to; of a lost need nothing."""
        answered: dict[int, tuple[Resource, list[str]]] = {}
        for need in self.needs:
            if need.key not in self.lost or self.lost[need.key] in _PARTLY_READ:
                for resource in matching(need, self.resources):
                    answered.setdefault(id(resource), (resource, []))[1].append(need.key)
        supplied = [Supplied(keys[0], raw(resource), tuple(keys[1:])) for resource, keys in answered.values()]
        return supplied + [Supplied("", raw(r)) for r in self.resources if r["resourceType"] == "Medication"]

    def ledger(self, source: str = "prefetch") -> Ledger:
        """What became of each need."""
        return Ledger(
            Entry(need.key, self.lost[need.key])
            if need.key in self.lost
            else Entry(need.key, State.PRESENT if matching(need, self.resources) else State.NONE, source)
            for need in self.needs
        )

    def moment(self) -> Moment:
        """When, about whom, with what in hand."""
        return Moment(
            now=self.now,
            patient_id=self.context["patientId"],
            hook=self.hook,
            zone=self.zone,
            user=self.context.get("userId", ""),
            encounter_id=self.context.get("encounterId", ""),
            drafts=tuple(raw(one) for one in self.drafts),
            selections=tuple(self.context.get("selections", ())),
            dispatched=tuple(self.context.get("dispatchedOrders", ())),
        )

    def decision(
        self, *, max_cards: int = 3, source: str = "prefetch", out_of_time: Callable[[], bool] = never
    ) -> Decision:
        """What the pure room says."""
        return decide(
            all_rules(),
            self.supplied(),
            self.ledger(source),
            self.moment(),
            valuesets=valuesets(),
            max_cards=max_cards,
            out_of_time=out_of_time,
        )


def call_of(story: Story, request: StoryRequest, now: datetime, zone: tzinfo | None = None) -> Call:
    """A story's request at a moment; the facility is where `now` is, unless said otherwise."""
    where = zone or now.tzinfo
    assert where is not None
    return Call(
        name=f"{story.name}-{story.expected.requests.index(request) + 1}",
        hook=BY_NAME[request.hook],
        context=story.hook_request(request, now)["context"],
        resources=story.resources(now),
        now=now,
        zone=where,
        lost=dict.fromkeys(request.withhold, State.NOT_PROVIDED),
    )


def drafts_of(hook: Hook, context: Mapping[str, Any]) -> list[Resource]:
    """The resources of a hook's own Bundle in its context."""
    return [entry["resource"] for entry in context.get(hook.drafts_in, {}).get("entry", [])] if hook.drafts_in else []


def raw(resource: Any) -> msgspec.Raw:
    """A resource as it comes over the wire."""
    return msgspec.Raw(json.dumps(resource).encode())


@cache
def valuesets() -> ValueSets:
    """The project's own, loaded once."""
    return ValueSets.load()
