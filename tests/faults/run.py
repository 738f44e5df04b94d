"""The whole fault suite with its table: python -m tests.faults.run [--fault NAME] [--need NAME] [--show N]

Exit 0 when nothing was silent, leaked, late or crashed; 1 otherwise, with what it was.
"""

import argparse
import sys
import time
from collections import Counter

from tests.faults.cases import all_cases
from tests.faults.faults import KINDS
from tests.faults.suite import Result, running, tries_of

COLUMNS = ("calls", "silent", "leaked", "late", "crashed")


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fault", action="append", choices=KINDS, help="only this fault; may be repeated")
    parser.add_argument("--need", action="append", help="only this need; may be repeated")
    parser.add_argument("--show", type=int, default=20, help="how many failures are told in words")
    asked = parser.parse_args()
    cases = [case for case in all_cases() if not asked.need or case.need in asked.need]
    tries = tries_of(cases, asked.fault or KINDS)
    begin = time.monotonic()
    with running() as suite:
        results = list(suite.run(tries))
        leaks = suite.leaks()
    by_fault: dict[str, Counter[str]] = {}
    by_need: dict[str, Counter[str]] = {}
    for result in results:
        for table, key in ((by_fault, result.tried.fault), (by_need, result.tried.case.need)):
            count(table.setdefault(key, Counter()), result)
    whole = sum(by_fault.values(), Counter[str]())
    whole["leaked"] += len(leaks)
    show("fault", by_fault)
    show("need", by_need)
    show("in all", {f"{time.monotonic() - begin:.0f} s": whole})
    bad = [result for result in results if not result.is_good]
    for result in bad[: asked.show]:
        said = [*result.silent, *result.leaked, *result.late, *result.crashed]
        sys.stdout.write(f"{result.tried.name}: {'; '.join(said)[:600]}\n")
    for leak in leaks[: asked.show]:
        sys.stdout.write(f"the listener elsewhere heard {leak}\n")
    return 1 if bad or leaks else 0


def count(row: Counter[str], result: Result) -> None:
    """One call."""
    row["calls"] += 1
    for column in COLUMNS[1:]:
        row[column] += bool(getattr(result, column))


def show(title: str, table: dict[str, Counter[str]]) -> None:
    """A table of the figures."""
    width = max(len(title), *(len(name) for name in table)) + 2
    lines = [title.ljust(width) + "".join(column.rjust(9) for column in COLUMNS)]
    lines += [name.ljust(width) + "".join(str(row[c]).rjust(9) for c in COLUMNS) for name, row in table.items()]
    sys.stdout.write("\n".join(lines) + "\n\n")


if __name__ == "__main__":
    sys.exit(main())
