"""A number that a card tells is the one that decided: read from the limit in force, or cited from who published it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_house import CARDS, name_of

_AMOUNT = re.compile(r"\d+(\.\d+)? ?(h|d|days|months|weeks|mg|mcg|%|°C|atm|y|min)\b|\bunder \d")
_CITED = re.compile(r"\(C-|, C-")
SAYING = [path for path in CARDS if "record" not in path.parts and path.name not in ("sources.py", "limits.py")]
# Texts of the clinical knowledge base that decide nothing: the bridge's dose (its note says where from), a rhythm of
# laboratory checks, and a gap too short to count in hours.
NO_LIMIT = ("2 mg IV bolus, then 1 mg/h IV", "coagulation every 6-8 h", "less than 1 h")


def told(path: Path) -> Iterator[str]:
    """Every text of a file but its docstrings and what a limit says of itself."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):  # a docstring
            skipped.add(id(node.value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "limit":
            skipped |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


@pytest.mark.parametrize("path", SAYING, ids=name_of)
def test_a_number_is_told_from_its_limit_or_cited(path: Path) -> None:
    """A site may set another number: a text of ours that says 72 h would then say what did not decide."""
    loose = [text for text in told(path) if _AMOUNT.search(text) and not _CITED.search(text)]
    assert [text for text in loose if not any(known in text for known in NO_LIMIT)] == []
