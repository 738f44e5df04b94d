"""What a rule declares about itself, and how the folder of rules is read.

`cards/rules/<card kind>/<question>.py` holds one clinical question: file name = function name, folder = card kind,
`implements` = its row in the clinical knowledge base. Adding a rule is adding a file.
"""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from cards import limits
from cards import needs as all_needs
from cards.case import Case
from cards.hooks import Hook
from cards.limits import Limit
from cards.needs import Need
from cards.sources import Source
from cards.verdict import Urgency, Verdict

Question = Callable[[Case], Verdict]

# Order within a kind where urgencies tie: clinical.md's matrix, the intrathecal form of withdrawal first.
_LEADS = {"WDR-02": "WDR-00"}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A clinical question with what it stands on. `could_reach` is the highest urgency that it can give."""

    implements: str
    name: str
    kind: str
    hooks: tuple[Hook, ...]
    deciding: tuple[Need, ...]  # could make it fire
    refining: tuple[Need, ...]  # dose, time, wording, suppression
    sources: tuple[Source, ...]
    limits: tuple[Limit, ...]
    overrides: tuple[str, ...]  # keys of OVERRIDE_REASONS
    could_reach: Urgency
    departs: tuple[str, ...] = ()  # where the rule deliberately does not follow the source article
    counter: tuple[tuple[Need, str], ...] = ()  # counter-evidence: a need, and what in it could take the card back
    doc: str  # When / Then / Else, in words
    ask: Question

    @property
    def needs(self) -> tuple[Need, ...]:
        """Everything that the rule reads."""
        return (*self.deciding, *self.only_refining)

    @property
    def only_refining(self) -> tuple[Need, ...]:
        """What it reads beside the needs that decide."""
        return tuple(need for need in self.refining if need not in self.deciding)

    @property
    def order(self) -> str:
        """Sort key in the order of the clinical matrix."""
        return _LEADS.get(self.implements, self.implements)


def rule(
    *,
    implements: str,
    hooks: Sequence[Hook],
    deciding: Sequence[Need],
    refining: Sequence[Need],
    sources: Sequence[Source],
    overrides: Sequence[str],
    could_reach: Urgency,
    limits: Sequence[Limit] = (),
    counter: Sequence[tuple[Need, str]] = (),
    departs: Sequence[str] = (),
) -> Callable[[Question], Rule]:
    """Declare the function below as a rule."""

    def declare(question: Question) -> Rule:
        module = sys.modules[question.__module__]
        return Rule(
            implements=implements,
            name=question.__name__,
            kind=question.__module__.split(".")[-2].replace("_", "-"),
            hooks=tuple(hooks),
            deciding=tuple(dict.fromkeys(deciding)),
            refining=tuple(dict.fromkeys(refining)),
            sources=tuple(sources),
            limits=tuple(limits),
            overrides=tuple(overrides),
            could_reach=could_reach,
            counter=tuple(counter),
            departs=tuple(departs),
            doc=(module.__doc__ or "").strip(),
            ask=question,
        )

    return declare


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the folder, in the order of the clinical matrix."""
    package = importlib.import_module("cards.rules")
    found: list[Rule] = []
    for module_info in pkgutil.walk_packages(package.__path__, "cards.rules."):
        if module_info.ispkg:
            continue
        module = importlib.import_module(module_info.name)
        found += [value for value in vars(module).values() if isinstance(value, Rule)]
    return tuple(sorted(found, key=lambda r: r.order))


@cache
def all_limits() -> dict[str, Limit]:
    """Every clinical number by name: the shared ones and those of one rule alone."""
    all_rules()
    return limits.defined()


@cache
def needs_of(hook_name: str) -> tuple[Need, ...]:
    """What the rules of a hook read, and what can reveal a baclofen patient at all; in the order of `needs.ALL`."""
    wanted = set(all_needs.EXPOSURE) | {all_needs.PATIENT}
    for one in all_rules():
        if hook_name in {hook.name for hook in one.hooks}:
            wanted |= set(one.needs)
    return tuple(need for need in all_needs.ALL if need in wanted)
