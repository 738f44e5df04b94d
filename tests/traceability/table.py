"""Statement -> rule -> source -> story -> test: docs/traceability.md, made from the code.

`python -m tests.traceability.table` writes it; the suite fails when it is out of date or a statement has no proof.
"""

import ast
import re
from pathlib import Path

from cards.rule import all_rules
from service.stories import all_stories
from tests.traceability.statements import STATEMENTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "traceability.md"
_NAME = re.compile(r"test_(s\d\d)_")

HEAD = """# From statement to proof

Made from the code by `python -m tests.traceability.table`; the tests fail when it is out of date. FND ids are
foundations that hold for every card. Deliberate deviations from the source article are in [medicine.md](medicine.md).

| statement | rules | sources | stories | test |
|---|---|---|---|---|
"""


def proofs() -> dict[str, str]:
    """Statement id -> name of the test that shows it."""
    found: dict[str, str] = {}
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and (match := _NAME.match(node.name)):
                found[match[1].upper()] = node.name
    return found


def stories_by_rule() -> dict[str, list[str]]:
    """Rule id -> stories that expect a card of it."""
    found: dict[str, list[str]] = {}
    for story in all_stories():
        for rule in dict.fromkeys(
            r for request in story.expected.requests for card in request.cards for r in card.rules
        ):
            found.setdefault(rule, []).append(story.name)
    return found


def page() -> str:
    """The whole page; raises KeyError for a statement without a test or with a rule that is not there."""
    rules = {rule.implements: rule for rule in all_rules()}
    shown, stories = proofs(), stories_by_rule()
    rows = []
    for statement in STATEMENTS:
        mine = [rules[name] for name in statement.rules if not name.startswith("FND") or name in rules]
        sources = ", ".join(dict.fromkeys(source.key for rule in mine for source in rule.sources)) or "SEED"
        told = ", ".join(dict.fromkeys(name for rule in mine for name in stories.get(rule.implements, [])[:1])) or "-"
        rows.append(
            f"| {statement.id} {statement.words} | {', '.join(statement.rules)} | {sources} | {told} "
            f"| `{shown[statement.id]}` |"
        )
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
