"""Mutation testing of the medicine: change a rule a little, and see whether a test notices.

python -m tests.mutation.run                      # what was killed stays killed, all else is tried (again)
python -m tests.mutation.run 'cards.scales.*'     # a part
python -m tests.mutation.run --report             # the figures of the last run
"""

import argparse
import fnmatch
import json
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).resolve().parent.parent.parent
MUTANTS = ROOT / "mutants"
FOLDERS = ("cards/scales", "cards/timeline", "cards/rules")
LEAST_KILLED = 90  # per cent
CHILDREN = 2
SET_ASIDE = 34  # mutmut's "skipped"
OUTCOMES = ("killed", "survived", "timeout", "no tests", "other", "not run")


def metas() -> dict[Path, dict[str, Any]]:
    """What mutmut wrote down for each file."""
    return {
        path: json.loads(path.read_text("utf-8"))
        for folder in FOLDERS
        for path in sorted((MUTANTS / folder).rglob("*.meta"))
    }


def outcome(code: int | None) -> str:
    """One word for mutmut's exit code."""
    if code is None or code == SET_ASIDE:
        return "not run"
    status = str(status_by_exit_code[code])
    return status if status in OUTCOMES else "other"


def ask_anew(wanted: Sequence[str]) -> None:
    """What was killed stays so, for a test written since may kill what survived; what is not wanted is set aside."""
    for path, meta in metas().items():
        codes = meta["exit_code_by_key"]
        for name, code in codes.items():
            if outcome(code) != "killed":
                codes[name] = None if any(fnmatch.fnmatch(name, one) for one in wanted or "*") else SET_ASIDE
        path.write_text(json.dumps(meta, indent=4), "utf-8")


def folder_of(path: Path) -> str:
    """cards/rules/<kind>, cards/scales, cards/timeline."""
    return path.parent.relative_to(MUTANTS).as_posix()


def report() -> bool:
    """Print the figures; whether enough were killed, of a whole run."""
    table: dict[str, Counter[str]] = {}
    for path, meta in metas().items():
        row = table.setdefault(folder_of(path), Counter())
        row.update(outcome(code) for code in meta["exit_code_by_key"].values())
    whole = sum(table.values(), Counter[str]())
    lines = ["| folder | mutants | " + " | ".join(OUTCOMES) + " | killed % |", "|---" * (len(OUTCOMES) + 3) + "|"]
    for name, row in [*table.items(), ("in all", whole)]:
        figures = [str(row[one]) for one in OUTCOMES]
        lines.append(f"| {name} | {row.total()} | {' | '.join(figures)} | {killed_share(row):.1f} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return not whole["not run"] and whole.total() > 0 and killed_share(whole) >= LEAST_KILLED


def killed_share(row: Counter[str]) -> float:
    """Killed, of all: a timeout or a mutant without a test is not killed."""
    return 100 * row["killed"] / row.total() if row.total() else 0.0


def main() -> int:
    """Run, then report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mutants", nargs="*", help="names or patterns, such as 'cards.scales.*'; all when left out")
    parser.add_argument("--report", action="store_true", help="only print the figures of the last run")
    asked = parser.parse_args()
    if not asked.report:
        from tests.mutation.engine import teach_mutmut

        teach_mutmut()
        from mutmut.__main__ import _run

        ask_anew(asked.mutants)
        for copied in ("tests", "service", "fhir_fixtures", "docs"):  # else what was deleted here would stay there
            shutil.rmtree(MUTANTS / copied, ignore_errors=True)
        _run((), CHILDREN)
    return 0 if report() else 1


if __name__ == "__main__":
    sys.exit(main())
