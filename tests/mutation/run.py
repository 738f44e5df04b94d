"""Mutation testing: change a rule a little, or what decides over silence, and see whether a test notices.

python -m tests.mutation.run                      # what was killed stays killed, all else is tried (again)
python -m tests.mutation.run 'cards.scales.*'     # a part
python -m tests.mutation.run --report             # the figures of the last run
python -m tests.mutation.run --scope silence      # ledger, gather, decision and the answer's last step: all killed
"""

import argparse
import fnmatch
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent.parent


class Scope(msgspec.Struct, frozen=True):
    """What is changed: mutmut runs in `home`, where its section of setup.cfg stands as [mutmut]."""

    home: Path
    folders: tuple[str, ...]
    least_killed: float  # per cent
    section: str = "mutmut"

    @property
    def mutants(self) -> Path:
        return self.home / "mutants"


SCOPES = {
    "medicine": Scope(ROOT, ("cards/scales", "cards/timeline", "cards/rules"), 90),
    "silence": Scope(ROOT / "mutants" / "silence", ("cards", "service"), 100, "mutmut-silence"),
}
CHILDREN = 2
SET_ASIDE = 34  # mutmut's "skipped"
OUTCOMES = ("killed", "survived", "timeout", "no tests", "other", "not run")


def metas(scope: Scope) -> dict[Path, dict[str, Any]]:
    """What mutmut wrote down for each file."""
    return {
        path: json.loads(path.read_text("utf-8"))
        for folder in scope.folders
        for path in sorted((scope.mutants / folder).rglob("*.meta"))
    }


def furnish(scope: Scope) -> None:
    """A home beside the medicine's: links to everything, and a setup.cfg of its own."""
    if scope.home == ROOT:
        return
    scope.home.mkdir(parents=True, exist_ok=True)
    for name in ("cards", "service", "tests", "fhir_fixtures", "docs", "pyproject.toml"):
        if not (scope.home / name).exists():
            (scope.home / name).symlink_to(ROOT / name)
    config = ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg", "utf-8")
    config["mutmut"] = dict(config[scope.section])
    with (scope.home / "setup.cfg").open("w", encoding="utf-8") as file:
        config.write(file)


def outcome(code: int | None) -> str:
    """One word for mutmut's exit code."""
    if code is None or code == SET_ASIDE:
        return "not run"
    from mutmut.stats import status_by_exit_code

    status = str(status_by_exit_code[code])
    return status if status in OUTCOMES else "other"


def ask_anew(scope: Scope, wanted: Sequence[str]) -> None:
    """What was killed stays so, for a test written since may kill what survived; what is not wanted is set aside."""
    for path, meta in metas(scope).items():
        codes = meta["exit_code_by_key"]
        for name, code in codes.items():
            if outcome(code) != "killed":
                codes[name] = None if any(fnmatch.fnmatch(name, one) for one in wanted or "*") else SET_ASIDE
        path.write_text(json.dumps(meta, indent=4), "utf-8")


def folder_of(scope: Scope, path: Path) -> str:
    """cards/rules/<kind>, cards/scales, cards/timeline; of the silence, where files are few, the file."""
    told = path.relative_to(scope.mutants)
    return (told.parent if scope.home == ROOT else told.with_suffix("")).as_posix()


def report(scope: Scope) -> bool:
    """Print the figures; whether enough were killed, of a whole run."""
    table: dict[str, Counter[str]] = {}
    for path, meta in metas(scope).items():
        row = table.setdefault(folder_of(scope, path), Counter())
        row.update(outcome(code) for code in meta["exit_code_by_key"].values())
    whole = sum(table.values(), Counter[str]())
    lines = ["| folder | mutants | " + " | ".join(OUTCOMES) + " | killed % |", "|---" * (len(OUTCOMES) + 3) + "|"]
    for name, row in [*table.items(), ("in all", whole)]:
        figures = [str(row[one]) for one in OUTCOMES]
        lines.append(f"| {name} | {row.total()} | {' | '.join(figures)} | {killed_share(row):.1f} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return not whole["not run"] and whole.total() > 0 and killed_share(whole) >= scope.least_killed


def killed_share(row: Counter[str]) -> float:
    """Killed, of all: a timeout or a mutant without a test is not killed."""
    return 100 * row["killed"] / row.total() if row.total() else 0.0


def main() -> int:
    """Run, then report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mutants", nargs="*", help="names or patterns, such as 'cards.scales.*'; all when left out")
    parser.add_argument("--report", action="store_true", help="only print the figures of the last run")
    parser.add_argument("--scope", choices=SCOPES, default="medicine", help="what is changed")
    asked = parser.parse_args()
    scope = SCOPES[asked.scope]
    if not asked.report:
        furnish(scope)
        os.chdir(scope.home)  # before mutmut is there: it reads its configuration when it is imported
        from tests.mutation.engine import teach_mutmut

        teach_mutmut()
        from mutmut.__main__ import _run

        sys.path[:] = [path for path in sys.path if Path(path).resolve() != ROOT]  # not the code as it is
        ask_anew(scope, asked.mutants)
        copied = ["tests", "fhir_fixtures", "docs"]  # else what was deleted here would stay there
        copied += ["service"] if "service" not in scope.folders else []
        for name in copied:
            shutil.rmtree(scope.mutants / name, ignore_errors=True)
        _run((), CHILDREN)
    return 0 if report(scope) else 1


if __name__ == "__main__":
    sys.exit(main())
