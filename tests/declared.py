"""What the rules declare of themselves, for a judge that must not call the code that it judges."""

from functools import cache

from cards.needs import ALL
from cards.rule import all_rules
from tests.silence import Reads

WORDS = {need.key: need.words for need in ALL}


@cache
def rules_on(hook: str) -> tuple[Reads, ...]:
    """The rules that ask on a hook."""
    return tuple(
        Reads(
            rule.implements,
            frozenset(need.key for need in rule.deciding),
            frozenset(need.key for need in rule.refining),
            rule.could_reach.indicator,
        )
        for rule in all_rules()
        if hook in {one.name for one in rule.hooks}
    )
