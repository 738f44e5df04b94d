"""The changes that no test noticed, a line each: what stood there, and what stood there instead.

python -m tests.mutation.survivors                    # all
python -m tests.mutation.survivors 'cards.scales.*'   # a part
python -m tests.mutation.survivors '*' silence        # of another scope
python -m tests.mutation.survivors --grouped          # sorted by why, as docs/mutation.md counts them
"""

import difflib
import fnmatch
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from mutmut.mutation.data import MutantLineSpans

from tests.mutation.run import SCOPES, Scope, metas, outcome

# Why a change cannot be noticed, or need not be: the first pattern that fits the line of `survivors`. What fits none is
# a hole. A pattern only sorts; whether the reason is true of a line is for whoever reads it.
REASONS = (
    ("runs while the module is imported, before the change is switched on", r"scales/age\.py _row "),
    (
        "`<` or `<=` (`>` or `>=`) at one and the same instant or number",
        r"^\S+ \S+ \d+: -(.*?)(?:<|>)=?(?= )(.*) \|\| \+\1(?:<|>)=?\2$",
    ),
    (
        "a number beside the one that is told or tested: 24 or 25 h, 86,400 or 86,401 s, 100 or 101, 5 or 6 of a list",
        r"(?:\* 2[45]|/ 2[45]|8640[01]|360[01]|3650[01]|days=3650[01]|microseconds=2|round\(10[01]|\* 1001|1e-6 / "
        r"|\[:[1-9]\].*\|\|.*\[:[2-9]\]|hours=2|low > 1:|\(hours, 1,|float = 1\))",
    ),
    (
        "the key of a sort, or a stand-in, for what has no time or value: there is none, or it comes last either way",
        r"float\((?:None|\"-?XX-?inf|\"-?INF|\"-INF|\"XX)|else 1\.0|or 1\.0|or 1\)|else float\(\"-?INF"
        r"|else 2\.0|\(when\) or True|\(begun\) or True|\(o\.when\) or True|\(o\.start\) or True|\(f\.when\) or True"
        r"|\(e\.when\) or True|tzinfo=None|default=\(None, \"XXXX|\(o\.authored\) or True",
    ),
    (
        "an arm or a default for the type checker: the value is always there",
        r"if \((?:case\.oral|case\.pump|gap\.order|gap\.since|pump\.order|event|observation\.value is not None"
        r"|held is not None|reservoir\.empty|product\.split\(\)|above\[0\]\.dose)\) or True"
        r"|o\.dosage\.daily\), \)|case\.oral else 1|if held is not None else \"XXXX|else \"XXitXX|else \"IT\""
        r"|name or \"(?:XX|npo|NPO/HOLD)|acts=None|above\[1\]\.dose",
    ),
    (
        "words, a precision or a reference that no card shows, where there is nothing",
        r"else \"XXXX|return None, \"XXXX|, \"XXXX\"\)|zone, (?:None|\"XXdayXX\"|\"DAY\"), \"|\"day\", None\)"
        r"|ambiguous\", (?:None|\))|XXlast dose given|LAST DOSE GIVEN"
        r"|\(None, \"XXXX|XXalarmXX|\"ALARM\"|eri_reference|alarm_reference",
    ),
    (
        "the same in every case that there is: `rstrip`, `partition`, a code that is looked up one way only",
        r"rstrip\([\"']XX|rpartition\(\"/\"\)\[0\]|maxsplit=2|\"XXNPXX\"|\[\+1\]|number\(100 \* m\.share, None"
        r"|suggestions=\(\)|\"XXXX\"\) and not|max\(1, interruption|dated\(due, None|zone, None\) if due"
        r"|\(is_child\) or True|XXentered-in-error|ENTERED-IN-ERROR|len\((?:doses|single)\) >= 1",
    ),
    ("the zone of a date that begins at the facility's midnight anyway", r"state\.stops\.earliest, None"),
    (
        "one condition implies the other, or the same is asked again nearby",
        r"o\.when or o\.value|order or exposure\.current|exposure is not None or since|before\.end or after\.start"
        r"|change\.after is None and not|is_after_known and change\.after|MEDICATION_REFILL\) or True"
        r"|loss\.reasons and|gap\.cut_to is None and not|before is None and gap\.cut_to"
        r"|months is None and|_is_taken\(case\) or case\.oral|is_never_taken and|pump is None and delivery"
        r"|bool\(None\) or any|_uncertain\(case, None\)|if ages or is_child|since or last|Score\(tuple\(items\), None"
        r"|last_fill\.when and supply|\(gap\.order\) and False",
    ),
    (
        "doses in units that differ, which the reader never gives by one route",
        r"doses in different units|DOSES IN DIFFERENT|XXdoses in|before\.unit|Quiet\((?:None|rests_on)"
        r"|dose\.unit == \"mg/day\" or|steps\[1\]",
    ),
)
HOLE = "a hole: a test could notice it, and none does"


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


def reason(line: str) -> str:
    """Why this change survived, as far as its line tells."""
    return next((why for why, pattern in REASONS if re.search(pattern, line)), HOLE)


def grouped(scope: Scope) -> Iterator[str]:
    """All of them below their reasons, with the count of each."""
    groups: dict[str, list[str]] = defaultdict(list)
    for line in survivors(scope, "*"):
        groups[reason(line)].append(line)
    for why in (*(why for why, _ in REASONS), HOLE):
        yield f"\n{len(groups[why])} {why}"
        yield from groups[why]


if __name__ == "__main__":
    scope = SCOPES[sys.argv[2] if len(sys.argv) > 2 else "medicine"]
    os.chdir(scope.home)
    asked = sys.argv[1] if len(sys.argv) > 1 else "*"
    for line in grouped(scope) if asked == "--grouped" else survivors(scope, asked):
        sys.stdout.write(f"{line}\n")
