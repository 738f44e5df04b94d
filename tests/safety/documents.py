"""`python -m tests.safety.documents` writes what is generated in docs/safety; the suite fails when it is out of date.

docs/threats.md is made whole from `threats.toml`, hazards.md from `hazards.toml`; in judgements.md the table of
numbers, between its two marks, is made from `cards/limits.py` and the rules.
"""

import ast
from pathlib import Path

from cards.limits import JUDGEMENT, Limit
from cards.rule import all_limits, all_rules
from service.site_limits import in_words
from tests.safety.hazards import HAZARDS, Control
from tests.safety.threats import PAGE, threat_page

ROOT = Path(__file__).resolve().parents[2]
SAFETY = ROOT / "docs" / "safety"
BEGIN, END = "<!-- numbers: made by python -m tests.safety.documents -->", "<!-- numbers end -->"

HEAD = """# Hazard log

Made from `tests/safety/hazards.toml` by `python -m tests.safety.documents`; the tests fail when it is out of date, or
when a control names a file or a test that is not there. Severity is this project's judgement, in the words of DCB0129.
**Likelihood and residual risk are not rated**: that is for the clinical safety officer of whoever deploys, and nobody
has signed this log.
"""


def hazard_page() -> str:
    """The whole hazard log."""
    parts = [HEAD]
    for hazard in HAZARDS:
        rows = [
            f"\n## {hazard.id} {hazard.hazard}\n",
            f"- **Cause:** {hazard.cause}.",
            f"- **Effect:** {hazard.effect}. Severity: {hazard.severity}.",
        ]
        for control in hazard.controls:
            proofs = ", ".join(f"`{test}`" for test in control.tests)
            rows.append(f"- **Control:** {control.words} (`{control.where}`). Proof: {proofs}.")
        rows.append(f"- **What is left:** {hazard.left}.")
        parts.append("\n".join(rows) + "\n")
    return "".join(parts)


def broken_links(control: Control) -> list[str]:
    """Of one control: files and tests that are not there. `::*` stands for every test of a file."""
    broken = [] if (ROOT / control.where).is_file() else [control.where]
    for test in control.tests:
        file, _, name = test.partition("::")
        path = ROOT / file
        names = _tests_in(path) if path.is_file() else set()
        if not names or name not in (*names, "*"):
            broken.append(test)
    return broken


def _tests_in(path: Path) -> set[str]:
    body = ast.parse(path.read_text("utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def numbers_table() -> str:
    """Every judged number, with the rules that declare it."""
    used: dict[str, list[str]] = {}
    for rule in all_rules():
        for limit in rule.limits:
            used.setdefault(limit.name, []).append(rule.implements)
    rows = [_row(limit, used.get(limit.name, [])) for limit in all_limits().values() if limit.basis == JUDGEMENT]
    return "\n".join(["| number | value | near | why | declared by |", "|---|---|---|---|---|", *rows])


def _row(limit: Limit, rules: list[str]) -> str:
    cells = (f"`{limit.name}`", in_words(limit, limit.value), limit.source.key, limit.why, ", ".join(rules))
    return f"| {' | '.join(cells)} |"


def judgement_page(page: str) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{numbers_table()}\n{END}{after}"


if __name__ == "__main__":
    (SAFETY / "hazards.md").write_text(hazard_page(), "utf-8")
    PAGE.write_text(threat_page(), "utf-8")
    judgements = SAFETY / "judgements.md"
    judgements.write_text(judgement_page(judgements.read_text("utf-8")), "utf-8")
