"""Small situations, each about one rule, and what that rule says of them, word for word: `tests/situations/said/`.

    python -m tests.situations        # after a wanted change; the diff is then there to be read

A situation is a sentence and a function that decides about a chart: a function with the sentence as its docstring, or
an entry of `SITUATIONS`. One file a card kind.
"""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from cards.verdict import Addendum, Card
from tests.chart import Decided
from tests.stories.said import silence_said, spoken_said

HERE = Path(__file__).resolve().parent
SAID = HERE / "said"


class Situation(NamedTuple):
    """One, told by its sentence."""

    rule: str
    sentence: str
    decide: Callable[[], Decided]


def situation(rule: str) -> Callable[[Callable[[], Decided]], Situation]:
    """Declare the function below as a situation of a rule."""

    def declare(function: Callable[[], Decided]) -> Situation:
        return Situation(rule, (function.__doc__ or "").strip().rstrip("."), function)

    return declare


def kinds() -> dict[str, list[Situation]]:
    """All situations by the file they stand in."""
    found = {}
    for path in sorted(HERE.glob("*.py")):
        if path.stem not in ("telling", "test_situations", "__main__"):
            values = vars(importlib.import_module(f"tests.situations.{path.stem}"))
            single = [value for value in values.values() if isinstance(value, Situation)]
            found[path.stem] = [*single, *values.get("SITUATIONS", ())]
    return {kind: situations for kind, situations in found.items() if situations}


def said(one: Situation) -> str:
    """What the rule says, and which cards there are."""
    decided = one.decide()
    outcome = next(o for o in decided.decision.outcomes if o.rule == one.rule)
    speaks = isinstance(outcome.verdict, (Card, Addendum))
    told = spoken_said(outcome) if speaks else f"- {outcome.rule} {outcome.name}: {silence_said(outcome)}"
    cards = [f"{card.kind} {card.urgency.indicator}" for card in decided.decision.cards]
    unchecked = ["could-not-check"] if decided.decision.could_not_check else []
    return f"{told}\n- cards: {', '.join(cards + unchecked) or 'none'}"


def whole(situations: list[Situation]) -> str:
    """The text of a file."""
    return "\n\n".join(f"## {one.sentence}\n\n{said(one)}" for one in situations) + "\n"


def on_file(kind: str) -> dict[str, str]:
    """The words on file by the sentence of their situation."""
    path = SAID / f"{kind}.md"
    return dict(sections(path.read_text("utf-8"))) if path.exists() else {}


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Sentence and words of each situation of a file."""
    for section in text.removeprefix("## ").split("\n\n## "):
        sentence, _, words = section.partition("\n\n")
        yield sentence, words.rstrip("\n")
