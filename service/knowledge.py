"""Whose knowledge a service decides with: what a site changed of our value sets and limits, said at every start."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cards import KNOWLEDGE_VERSION
from cards.record.valuesets import ValueSets
from cards.rule import all_limits
from service.config import PREFIX
from service.errors import ConfigError
from service.site_limits import in_words
from service.sites import Site


def load_value_sets(directory: Path | None) -> ValueSets:
    """Ours, and over them a site's; a required set that is missing or empty refuses the start."""
    try:
        return ValueSets.load(directory)
    except ValueError as problem:
        raise ConfigError(f"{PREFIX}VALUESETS: {problem}" if directory else str(problem)) from None


def knowledge_lines(valuesets: ValueSets, sites: Sequence[Site]) -> list[str]:
    """One line for the knowledge as a whole, then one for each thing that is not ours."""
    whole = f"knowledge {KNOWLEDGE_VERSION}: {len(all_limits())} limits, {len(valuesets.versions)} value sets"
    changes = [*_value_sets(valuesets), *(line for site in sites for line in _limits(site))]
    return [whole if changes else f"{whole}, all as published with this service", *changes]


def _value_sets(valuesets: ValueSets) -> Iterable[str]:
    for name, (ours, theirs) in sorted(valuesets.overlay.replaced.items()):
        empty = "; WITHOUT CODES: nothing coded is recognised by it any more" if not theirs else ""
        yield f"value set {name}: the site's own, {theirs} codes, replaces ours of {ours}{empty}"
    for name, (count, meaningful) in sorted(valuesets.overlay.added.items()):
        without = "" if meaningful == count else f"; {count - meaningful} of them WITHOUT MEANING: they change nothing"
        yield f"value set {name}: added by the site, {count} codes{without}"


def _limits(site: Site) -> Iterable[str]:
    known = all_limits()
    for name, value in sorted(site.limits.items()):
        limit = known[name]
        here, ours = in_words(limit, value), in_words(limit, limit.value)
        basis = f"{limit.basis_in_words}, {limit.source.key}"
        yield f"site {site.name}: limit {name} is {here} in place of ours, {ours} ({basis})"
