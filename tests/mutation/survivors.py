"""The changes that no test noticed, a line each: what stood there, and what stood there instead.

python -m tests.mutation.survivors                    # all
python -m tests.mutation.survivors 'cards.scales.*'   # a part
python -m tests.mutation.survivors '*' silence        # of another scope
"""

import difflib
import fnmatch
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from mutmut.mutation.data import MutantLineSpans

from tests.mutation.run import SCOPES, Scope, metas, outcome


def survivors(scope: Scope, pattern: str) -> Iterator[str]:
    """File, function and changed lines."""
    for path, meta in metas(scope).items():
        alive = [
            name for name, code in meta["exit_code_by_key"].items()
            if outcome(code) not in ("killed", "not run") and fnmatch.fnmatch(name, pattern)
        ]  # fmt: skip
        source = path.relative_to(scope.mutants).with_suffix("")
        for name in alive:
            function, _, number = name.rpartition(".")[2].rpartition("__mutmut_")
            yield f"{source.as_posix()} {function.removeprefix('x_')} {number}: {' || '.join(changed(source, name))}"


def changed(source: Path, name: str) -> list[str]:
    """The lines that differ, "-" as it is and "+" as it was tried."""
    tried = name.rpartition(".")[2]
    function = tried.rpartition("__mutmut_")[0]
    original = f"{function}__mutmut_orig"
    spans = MutantLineSpans.load(source)
    assert spans is not None, f"no record of {source}: run the mutation first"
    before, after = spans.read_function_sources([original, tried])
    lines = difflib.unified_diff(
        before.replace(original, function).splitlines(), after.replace(tried, function).splitlines(), n=0, lineterm=""
    )
    return [line[0] + line[1:].strip() for line in lines if not line.startswith(("---", "+++", "@@"))]


if __name__ == "__main__":
    scope = SCOPES[sys.argv[2] if len(sys.argv) > 2 else "medicine"]
    os.chdir(scope.home)
    for line in survivors(scope, sys.argv[1] if len(sys.argv) > 1 else "*"):
        sys.stdout.write(f"{line}\n")
