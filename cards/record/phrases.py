"""How the phrases of `lexicon.py` are found in a text, and whether the text asserts them.

A phrase is plain lower-case words. `*` ends a word openly ("hallucinat*"), `(a|b)` is a choice, `~` stands for up to
four words in between, `&` for "both, in any order, up to six words apart", a leading `=` for "this is all it says".
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from typing import Generic, TypeVar

import msgspec

from cards.record.coding import plain

Name = TypeVar("Name", bound=StrEnum)

_CLAUSE = 300  # characters before a phrase in which its clause begins
_SHORT = 500  # characters of a text that is worth remembering
_LONG_KEPT = 8  # longer texts that are remembered: what reads one text asks of it more than once
_NEAR, _FAR = 5, 9  # words that a negation reaches over
_GAP = r"[ \-/,:=(]+(?:\w+[ \-/,:=()]+){0,%d}?"
_TOKEN = re.compile(r"\w+")
_OPTIONAL = re.compile(r"\((\w+)\)\?")


class Row(msgspec.Struct, Generic[Name], frozen=True):
    """One concept and its phrases; `unless` phrases anywhere in the text cancel it (look-alikes).

    `aside` phrases only take away what stands within them: "EOS alarm date" is no alarm, one elsewhere in the text is.
    """

    concept: Name
    phrases: tuple[str, ...]
    unless: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


class Standing(StrEnum):
    """How a text stands to a phrase that occurs in it."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    FAMILY = "family"
    HISTORY = "history"
    HYPOTHETICAL = "hypothetical"


_CLAUSE_END = re.compile(r"[;!?|]|\.(?=\s|$)|\b(?:but|however|although|except|apart from)\b")
# "No fever, chills or tremor": these deny a list. The others deny what follows at once: "not eating, confused".
_DENIES_LIST = re.compile(
    r"\b(?:no|without|denie[sd]|denying|negative for|neg for|absence of|free of|free from|nil|no evidence of)\b"
    r"(?! (?:improv|relief|respon|better|resol|longer controlled|change|sleep|acute distress))"
)
_DENIES_NEXT = re.compile(
    r"\b(?:not|non|nor|never|absent|rule[sd]? out|r/o|exclude[sd]?|unlikely|cannot|can't|don't|doesn't|isn't"
    r"|avoid|resolved|cease[sd]?)\b"
    r"(?! (?:improv|respon|better|resol|only|enough|control))"
)
_LAST_OF_LIST = re.compile(r"\b(?:or|nor)\b(?: \w+){0,2} ?$")
# What ends the reach of a negation: "no fever, has tremor".
_NEGATION_ENDS = re.compile(
    r"\b(?:has|have|reports?|complains|presents?|positive for|developed|shows|is|therefore|until"
    r"|and (?:was|were))\b|, ?(?:new|now)\b"
)
_NEGATED_AFTER = re.compile(
    r"^[\w ]{0,12}?\s*(?:[:=\-]\s*(?:no|none|nil|0|false|n|no\.|never)\s*(?:$|[.;,|)])"
    r"|[:=,\-(]?\s*(?:is |are |was |were |been |has been |have )*"
    r"(?:absent|negative|neg|denied|denies|resolved|excluded|ruled out|unlikely"
    r"|not (?:present|seen|observed|noted|heard|detected|performed|done|applicable|assessed|evident))\b)"
)
_FAMILY = re.compile(
    r"\b(?:family (?:history|hx)|fhx?|fam hx)\b"
    r"|\b(?:mother|father|sister|brother|sibling|grand(?:mother|father|parent)|aunt|uncle|cousin|son|daughter|parent)s?"
    r"(?:'s)? (?:has|had|with|history|hx|diagnosed|suffers)\b"
)
_HISTORY = re.compile(
    r"\b(?:history of|hx of|h/o|hx|hist of|past|previous|previously|prior|remote|former|pmhx?|childhood|earlier)\b"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|in case of|risk (?:of|for|factors?)|at risk|watch for|monitor(?:ing|ed)? for|observe for"
    r"|assess(?:ed)? for|return for|call for|warning signs?|signs of|symptoms of|may cause|can cause|prevent\w*"
    r"|prophyla\w+|precautions?"
    r"|screen(?:ing|ed)? for|evaluat\w+ for|as needed for|prn(?: for)?"
    r"|educat\w+ (?:on|about|regarding)|in the event of"
    r"|to (?:treat|reduce|relieve|prevent)|for (?:treatment|relief|management) of)\b"
)


def standing(text: str, start: int, end: int, others: Sequence[int] = ()) -> Standing:
    """Whether a plain text asserts what stands at [start, end): judged in the clause around it.

    `others` are the beginnings of all phrases found in the text, sorted: a list that is denied begins with one of them.
    """
    begin = max(0, start - _CLAUSE)
    for stop in _CLAUSE_END.finditer(text, begin, start):
        begin = stop.end()
    after = text[end : end + 60]
    stop_after = _CLAUSE_END.search(after)
    if stop_after:
        after = after[: stop_after.start() + 1]
    said = text[begin:start]
    if said and _is_denied(said, begin, others):
        return Standing.NEGATED
    if _NEGATED_AFTER.match(after):
        return Standing.NEGATED
    if said:
        if _FAMILY.search(said):
            return Standing.FAMILY
        if _HYPOTHETICAL.search(said):
            return Standing.HYPOTHETICAL
        if _HISTORY.search(said):
            return Standing.HISTORY
    return Standing.ASSERTED


def _is_denied(said: str, begin: int, others: Sequence[int]) -> bool:
    """Whether a negation in the words before reaches to their end."""
    for denial in _DENIES_NEXT.finditer(said):
        between = said[denial.end() :]
        if "," not in between and between.count(" ") <= _NEAR and not _NEGATION_ENDS.search(between):
            return True
    for denial in _DENIES_LIST.finditer(said):
        between = said[denial.end() :]
        if between.count(" ") > _FAR or _NEGATION_ENDS.search(between):
            continue
        first, comma, _ = between.partition(",")
        if not comma or _LAST_OF_LIST.search(between):
            return True
        here = begin + denial.end()
        if bisect_left(others, here) < bisect_left(others, here + len(first)):
            return True
    return False


class Found(msgspec.Struct, Generic[Name], frozen=True):
    """A concept found in a text, how the text stands to it, and where."""

    concept: Name
    standing: Standing
    start: int
    end: int


class Phrasebook(Generic[Name]):
    """Rows, compiled when first called for; only phrases whose first word begins like a word of the text are tried."""

    def __init__(self, rows: Iterable[Row[Name]]) -> None:
        self._by_start: dict[str, list[tuple[str, Row[Name]]]] = {}
        self._exact: dict[str, list[Name]] = {}
        for row in rows:
            for phrase in row.phrases:
                if phrase.startswith("="):
                    self._exact.setdefault(phrase[1:], []).append(row.concept)
                    continue
                for start in _starts(phrase):
                    self._by_start.setdefault(start, []).append((phrase, row))
        self._remembered = lru_cache(maxsize=4096)(self._find)
        self._just_read = lru_cache(maxsize=_LONG_KEPT)(self._find)

    def find(self, text: str) -> tuple[Found[Name], ...]:
        """Every phrase in a text; short texts are remembered, since names and orders come again."""
        return self._remembered(text) if len(text) <= _SHORT else self._just_read(text)

    def _find(self, text: str) -> tuple[Found[Name], ...]:
        said = plain(text)
        found = [Found(concept, Standing.ASSERTED, 0, len(said)) for concept in self._exact.get(said.strip(" .:"), ())]
        hits: list[tuple[Name, int, int]] = []
        for start in {token[:3] for token in _TOKEN.findall(said)}:
            for phrase, row in self._by_start.get(start, ()):
                here = [match.span() for match in _compiled((phrase,)).finditer(said)]
                if not here or (row.unless and _compiled(row.unless).search(said)):
                    continue
                around = [match.span() for match in _compiled(row.aside).finditer(said)] if row.aside else []
                hits += [
                    (row.concept, b, e) for b, e in here if not any(b >= low and e <= high for low, high in around)
                ]
        starts = sorted(begin for _, begin, _ in hits)
        found += [Found(concept, standing(said, begin, end, starts), begin, end) for concept, begin, end in hits]
        return tuple(found)

    def asserted(self, text: str, also: Iterable[Standing] = ()) -> frozenset[Name]:
        """Concepts that the text asserts, or mentions with one of the standings in `also`."""
        if not text:
            return frozenset()
        accepted = {Standing.ASSERTED, *also}
        return frozenset(hit.concept for hit in self.find(text) if hit.standing in accepted)

    def mentioned(self, text: str) -> frozenset[Name]:
        """Concepts whose words occur, whatever the text says of them (names of products)."""
        return frozenset(hit.concept for hit in self.find(text)) if text else frozenset()

    def denied(self, text: str) -> frozenset[Name]:
        """Concepts that the text mentions only to deny them."""
        if not text:
            return frozenset()
        hits = self.find(text)
        return frozenset(hit.concept for hit in hits if hit.standing is Standing.NEGATED) - frozenset(
            hit.concept for hit in hits if hit.standing is Standing.ASSERTED
        )


@cache
def _compiled(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One regular expression for any of these phrases; the table is finite, so is this."""
    return re.compile("|".join(_pattern(phrase) for phrase in phrases))


def _pattern(phrase: str) -> str:
    if " & " in phrase:
        first, second = phrase.split(" & ")
        gap = _GAP % 6
        return f"(?:{_pattern(first)}{gap}{_pattern(second)}|{_pattern(second)}{gap}{_pattern(first)})"
    parts = [_words(part) for part in phrase.split(" ~ ")]
    return (_GAP % 4).join(parts)


def _words(phrase: str) -> str:
    escaped = re.escape(phrase).replace(r"\*", r"\w*")
    for mark in "(|)?":
        escaped = escaped.replace("\\" + mark, mark)
    escaped = escaped.replace("(", "(?:").replace(r"\ ", r"[ \-/:]+")
    return rf"(?<!\w){escaped}(?!\w)"


def _starts(phrase: str) -> Iterator[str]:
    """The first three letters of the words with which a phrase can begin."""
    for part in phrase.split(" & "):
        head = part.partition(" ")[0] if not part.startswith("(") else part[1 : part.index(")")]
        rest = "" if not part.startswith("(") else part[part.index(")") + 1 :].partition(" ")[0]
        for choice in head.split("|"):
            word = choice.partition(" ")[0] + ("" if " " in choice else rest)
            for spelling in {_OPTIONAL.sub(r"\1", word), _OPTIONAL.sub("", word)}:
                token = _TOKEN.match(spelling.replace("*", ""))
                if token is None or (len(token[0]) < 3 and "*" in spelling):
                    raise ValueError(f"lexicon: {phrase!r} begins with too little to look it up")
                yield token[0][:3]
