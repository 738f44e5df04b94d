"""Clinical numbers that a site changes: `[sites.NAME.limits]`, by their names in `cards/limits.py`, with units.

A number without its unit is refused, for 10 may be hours or days. Hours, days and the like are converted; a share may
be written in percent. Numbers that belong together must keep their order: a missed dose cannot be confirmed before it
is missed.
"""

import difflib
import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from cards.limits import ASCENDING, Limit
from cards.rule import all_limits
from service.errors import ConfigError

_WRITTEN = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*(\S.*?)?\s*")
_HOURS = {"min": 1 / 60, "h": 1, "d": 24, "wk": 168}


def read_limits(table: Any, where: str) -> dict[str, float]:
    """Values by limit name, in the limit's own unit. Whatever cannot be meant is one line of `ConfigError`."""
    where = f"{where} limits"
    if not isinstance(table, dict):
        raise ConfigError(f'{where} must be a table such as oral_missed_dose = "10 h"')
    known = all_limits()
    values = {}
    for name, written in table.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            told = f"; meant {near[0]!r}?" if near else "; `python -m service rules --limits` lists them"
            raise ConfigError(f"{where}: unknown limit {name!r}{told}")
        values[name] = _value(known[name], written, where)
    _check_order(known, values, where)
    return values


def in_words(limit: Limit, value: float) -> str:
    """The value with its unit, "10 h"."""
    return f"{value:g} {limit.unit}"


def _value(limit: Limit, written: Any, where: str) -> float:
    ours = in_words(limit, limit.value)
    parts = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if parts is None or not parts[2]:
        raise ConfigError(f'{where}: {limit.name} = {written!r} must be a number with its unit, such as "{ours}"')
    value, unit = float(parts[1]), " ".join(parts[2].split())
    if unit != limit.unit:
        factor = _factor(unit, limit.unit)
        if factor is None:
            raise ConfigError(f'{where}: {limit.name} = "{written}" must be in {limit.unit!r}, such as "{ours}"')
        value *= factor
    if not math.isfinite(value) or value * limit.value <= 0:
        sign = "below" if limit.value < 0 else "above"
        raise ConfigError(f'{where}: {limit.name} = "{written}" must be {sign} zero; ours is {ours}')
    return int(value) if value.is_integer() else value


def _factor(written: str, wanted: str) -> float | None:
    """What a value is multiplied by to be in the wanted unit; None where they are not of a kind."""
    if written in _HOURS and wanted in _HOURS:
        return _HOURS[written] / _HOURS[wanted]
    return 0.01 if written == "%" and wanted.startswith("of ") else None


def _check_order(known: Mapping[str, Limit], values: Mapping[str, float], where: str) -> None:
    for chain in ASCENDING:
        for low, high in pairwise(chain):
            if {low, high}.isdisjoint(values):
                continue
            least, most = values.get(low, known[low].value), values.get(high, known[high].value)
            if least > most:
                raise ConfigError(
                    f"{where}: {low} ({in_words(known[low], least)}) must not be above "
                    f"{high} ({in_words(known[high], most)})"
                )
