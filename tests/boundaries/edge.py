"""A patient on the edge of a clinical number: with the number where it is one answer, a little further another.

    @edge("refill_due_soon", 13)
    def alarm_in_fourteen_days() -> Chart: ...

decides the chart twice, with 14 days (ours) and with 13, and the two must differ. So the fact stands between the two
numbers: what is on one side of it is shown by the first decision, the other side by the second. It proves as well that
a site's own number is the one in force.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, NamedTuple

import msgspec

from cards.case import Case
from cards.hooks import PATIENT_VIEW, Hook
from tests.chart import Chart, Resource

Patient = Chart | tuple[Chart, list[Resource]]


class Edge(NamedTuple):
    """A limit's name, the value it is moved to, and the patient who stands between."""

    name: str
    moved: float
    hook: Hook
    patient: Callable[[], Patient]
    reads: bool = False  # whether the number shows in the card's words alone
    more: Mapping[str, Any] | None = None  # of the moment


def edge(
    name: str, moved: float, hook: Hook = PATIENT_VIEW, *, reads: bool = False, **more: Any
) -> Callable[[Callable[[], Patient]], Edge]:
    """Make an edge of the function below, which builds the patient; `more` goes to the moment."""
    return lambda patient: Edge(name, moved, hook, patient, reads, more)


def edges_in(*modules: ModuleType) -> list[Edge]:
    """Every edge of these modules, alone or in a list."""
    values = [value for module in modules for value in vars(module).values()]
    listed = [each for value in values if isinstance(value, list) for each in value]
    return [value for value in (*values, *listed) if isinstance(value, Edge)]


def told(edge: Edge, limits: dict[str, float]) -> list[Any]:
    """What is decided: verdicts, cards, drafts, tier and scores. Lines are counted, not read: they name the number."""
    patient, more = edge.patient(), edge.more or {}
    chart, drafts = patient if isinstance(patient, tuple) else (patient, [])
    decided = chart.decide(edge.hook, drafts, limits=limits, **more)
    case = chart.case(edge.hook, drafts, limits=limits, **more)
    cards = [
        (card.kind, card.urgency, card.rules, len(card.detail.splitlines()), [_suggested(s) for s in card.suggestions])
        for card in decided.decision.cards
    ]
    outcomes = [(o.rule, o.verdict) for o in decided.decision.outcomes]
    verdicts = [(rule, type(said).__name__, getattr(said, "urgency", None)) for rule, said in outcomes]
    words = [card.detail.rpartition("\n\n")[0] for card in decided.decision.cards] if edge.reads else []
    return [cards, verdicts, words, *_measured(case)]


def _suggested(suggestion: Any) -> str:
    return json.dumps([suggestion.key, msgspec.to_builtins(suggestion.actions)], sort_keys=True)


def _measured(case: Case) -> Iterable[Any]:
    for score in (case.oral_findings, case.pump_findings):
        yield [(item.code, item.points) for item in score.items], score.points, len(score.red_flags)
    yield [(item.code, item.points) for item in case.toxicity.items], len(case.toxicity.context), case.toxicity.gate_met
    yield case.oral_dependence.tier, case.kidney.grade, case.kidney.is_first_stage
