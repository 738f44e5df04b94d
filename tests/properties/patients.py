"""Whom the properties are asked about: every request of every story, and a few charts that no story tells."""

from collections.abc import Callable, Iterator
from functools import cache

from hypothesis import settings
from hypothesis import strategies as st

from cards.decide import Decision
from cards.hooks import ENCOUNTER_DISCHARGE, ENCOUNTER_START, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cards.rule import all_rules
from cards.verdict import Card, Urgency
from service.stories import all_stories
from tests import chart
from tests.chart import Chart
from tests.moment import NOW
from tests.rules.test_held_doses import doses_missed
from tests.stories.calls import Call, Resource, call_of

Told = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def examples(number: int) -> settings:
    """So many examples, or as many times more as the profile asks for."""
    return settings(max_examples=number * settings.default.max_examples // 100)


# -- charts beside the stories -----------------------------------------------------------------------------------------


def call_from(name: str, told: Chart, *drafts: Resource) -> Call:
    """A chart of `tests/chart.py`, looked at or (with drafts) signed in."""
    hook = ORDER_SIGN if drafts else told.moment().hook
    context = {"patientId": "p1", "userId": "Practitioner/1"}
    call = Call(name=name, hook=hook, context=context, resources=told.resources, now=chart.NOW, zone=chart.ZONE)
    return call.with_drafts(drafts)


def omitted_and_hallucinating() -> Call:
    told = Chart()
    told.baclofen()
    told.stay("31h")
    told.sign("Visual hallucinations")
    told.temperature(38.6)
    told.systolic(172)
    return call_from("omitted-and-hallucinating", told)


def stop_being_signed() -> Call:
    told = Chart()
    order = told.baclofen(10, 3)
    return call_from("stop-being-signed", told, told.draft(order, status="stopped"))


def overdue_pump_with_fever() -> Call:
    told = Chart()
    told.pump()
    told.alarm_date("6d")
    told.temperature(39.4)
    told.sign("Increased spasticity")
    return call_from("overdue-pump-with-fever", told)


def steady() -> Call:
    told = Chart()
    told.baclofen()
    told.temperature(39.4)
    told.sign("Confusion")
    return call_from("steady", told)


def failing_kidneys_in_withdrawal() -> Call:
    told = Chart()
    told.baclofen()
    told.stay("31h")
    told.sign("Severe rigidity")
    told.temperature(40.2)
    told.vital("2160-0", 0.9, "mg/dL", "6d")
    told.vital("2160-0", 2.4, "mg/dL", "2h")
    told.vital("2157-6", 6200, "U/L", "2h")
    told.systolic(82)
    told.heart_rate(44)
    return call_from("failing-kidneys-in-withdrawal", told)


CHARTS: tuple[Callable[[], Call], ...] = (
    omitted_and_hallucinating, lambda: call_from("doses-missed", doses_missed()), stop_being_signed,
    overdue_pump_with_fever, steady, failing_kidneys_in_withdrawal,
)  # fmt: skip


@cache
def story_calls() -> tuple[Call, ...]:
    """Every request of every story."""
    return tuple(call_of(story, request, NOW) for story in all_stories() for request in story.expected.requests)


@cache
def all_calls() -> tuple[Call, ...]:
    """The stories and the charts."""
    return (*story_calls(), *(chart() for chart in CHARTS))


@cache
def by_name() -> dict[str, Call]:
    """Requests that hold nothing back; what holds back is told by the story itself."""
    return {call.name: call for call in all_calls() if not call.lost}


@cache
def by_name_on_every_hook() -> dict[str, Call]:
    """The same, and each chart looked at on the other hooks where it can be; drafts being signed are also selected."""
    return by_name() | {other.name: other for call in by_name().values() for other in _on_other_hooks(call)}


def _on_other_hooks(call: Call) -> Iterator[Call]:
    under_way = [r["id"] for r in call.resources if r["resourceType"] == "Encounter" and r["status"] == "in-progress"]
    plain = {k: v for k, v in call.context.items() if k in ("patientId", "userId", "encounterId")}
    context = ({"encounterId": under_way[0]} if under_way else {}) | plain
    for hook in (PATIENT_VIEW, ENCOUNTER_START, ENCOUNTER_DISCHARGE):
        if hook is not call.hook:
            yield call.but(name=f"{call.name} on {hook.name}", hook=hook, context=context)
    if call.hook is ORDER_SIGN:
        selected = [f"{draft['resourceType']}/{draft['id']}" for draft in call.drafts]
        yield call.but(
            name=f"{call.name} on {ORDER_SELECT.name}",
            hook=ORDER_SELECT,
            context={**call.context, "selections": selected},
        )


# A name, not the call itself: what a failing example prints is read by people.
NAMES = st.sampled_from(sorted(by_name()))
NAMES_ON_EVERY_HOOK = st.sampled_from(sorted(by_name_on_every_hook()))


# -- what is said ------------------------------------------------------------------------------------------------------


def told(decision: Decision) -> list[Told]:
    """What an answer says: kind, indicator, rules, suggestions."""
    cards = [*decision.cards, *([decision.could_not_check] if decision.could_not_check else [])]
    return [(c.kind, c.urgency.indicator, c.rules, tuple(s.key for s in c.suggestions)) for c in cards]


@cache
def told_of(name: str) -> list[Told]:
    """The same of a call as it stands."""
    return told(by_name_on_every_hook()[name].decision())


@cache
def urgencies_of(name: str) -> dict[str, Urgency]:
    """`urgencies` of a call as it stands."""
    return urgencies(by_name_on_every_hook()[name].decision())


def urgencies(decision: Decision) -> dict[str, Urgency]:
    """The highest urgency of each kind, before cards are merged, absorbed and cut."""
    kinds = {rule.implements: rule.kind for rule in all_rules()}
    found: dict[str, Urgency] = {}
    for outcome in decision.outcomes:
        if isinstance(outcome.verdict, Card):
            kind = kinds[outcome.rule]
            found[kind] = max(found.get(kind, Urgency.INFO), outcome.verdict.urgency)
    return found
