"""A rule's docstring taken apart, for its knowledge page and for `python -m service rules`."""

import re

import msgspec

_TERM = re.compile(r"(When|Then|Else|And|Note)\s+", re.MULTILINE)
_LIMITS = "Known limits: "

HOW_READ = {  # a source's status, in a reader's words
    "read": "text read",
    "secondary": "read in a secondary source",
    "seed": "the article this project began from",
    "listed": "seen to exist, not read",
}


class RuleText(msgspec.Struct, frozen=True):
    """The question, When/Then/Else, what else is said, and what the rule cannot see."""

    title: str
    sections: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    known_limits: str


def read_docstring(doc: str) -> RuleText:
    """The parts of a rule's docstring; wrapped lines are joined."""
    title, *blocks = [block.strip() for block in re.split(r"\n\s*\n", doc.strip()) if block.strip()] or [""]
    sections: list[tuple[str, str]] = []
    remarks: list[str] = []
    for block in blocks:
        if not _TERM.match(block):
            remarks.append(_one_line(block))
            continue
        for line in block.splitlines():
            term = _TERM.match(line)
            if term:
                sections.append((term[1], line[term.end() :].strip()))
            else:
                name, said = sections.pop()
                sections.append((name, f"{said} {line.strip()}"))
    limits = [remark.removeprefix(_LIMITS) for remark in remarks if remark.startswith(_LIMITS)]
    others = [remark for remark in remarks if not remark.startswith(_LIMITS)]
    return RuleText(_one_line(title), tuple(sections), tuple(others), " ".join(limits))


def _one_line(text: str) -> str:
    return " ".join(text.split())
