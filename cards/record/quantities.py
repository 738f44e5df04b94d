"""Numbers with units: what a Quantity says, whatever its spelling. UCUM `code` is trusted before `unit`."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from cards.record.coding import items, plain, string

DAYS = {"d": 1.0, "wk": 7.0, "mo": 30.44, "a": 365.25, "h": 1 / 24, "min": 1 / 1440, "s": 1 / 86400}
_TIME_WORDS = {
    "day": "d", "days": "d", "d": "d", "24h": "d", "24hr": "d", "24hrs": "d", "24hours": "d", "1d": "d", "dy": "d",
    "week": "wk", "weeks": "wk", "wk": "wk", "w": "wk", "wks": "wk", "month": "mo", "months": "mo", "mo": "mo",
    "mon": "mo",
    "year": "a", "years": "a", "a": "a", "yr": "a", "yrs": "a", "y": "a",
    "hour": "h", "hours": "h", "h": "h", "hr": "h", "hrs": "h", "1h": "h", "minute": "min", "min": "min", "mins": "min",
    "minutes": "min", "second": "s", "seconds": "s", "s": "s", "sec": "s",
}  # fmt: skip
_MASS = {
    "mg": 1.0, "mgs": 1.0, "milligram": 1.0, "milligrams": 1.0, "g": 1000.0, "gm": 1000.0, "gram": 1000.0,
    "grams": 1000.0,
    "ug": 0.001, "mcg": 0.001, "mcgs": 0.001, "microgram": 0.001, "micrograms": 0.001, "mikrogram": 0.001, "mgc": 0.001,
    "ng": 1e-6,
}  # fmt: skip
_VOLUME = {
    "ml": 1.0, "mls": 1.0, "milliliter": 1.0, "milliliters": 1.0, "millilitre": 1.0, "millilitres": 1.0, "cc": 1.0,
    "milliliter (iso1000)": 1.0, "l": 1000.0, "ul": 0.001, "microliter": 0.001, "tsp": 5.0, "teaspoon": 5.0,
    "teaspoons": 5.0, "[tsp_us]": 5.0,
}  # fmt: skip
_COUNT = frozenset(
    ("tab", "tabs", "tablet", "tablets", "tbl", "{tbl}", "{tab}", "{tablet}", "{tablets}", "{pill}", "{pills}",
     "pill", "pills", "cap", "caps", "capsule", "capsules", "{cap}", "{capsule}", "{capsules}", "packet", "packets",
     "{packet}", "pack",
     "sachet", "sachets", "dose", "doses", "{dose}", "each", "ea", "{each}", "tab(s)", "tablet(s)", "cap(s)",
     "capsule(s)", "unit_dose", "odt", "granule", "granules")
)  # fmt: skip

# Beyond these there is no arithmetic: what such numbers are multiplied with, or divided by, would be none. A chart has
# none of them: a count of cells a litre is below the one, a nanogram in kilograms is the other.
_GREATEST, _LEAST = 1e15, 1e-12
_LONGEST = 36525.0  # days, a century: no supply or course of a drug lasts longer

_DENOMINATOR = re.compile(r"([0-9]*\.?[0-9]*)\{?([a-z_\[\]]+[0-9a-z]*)\}?")


class Amount(msgspec.Struct, frozen=True, gc=False):
    """A quantity by kind. `factor` times the value gives mg ("mass"), mL ("volume"), pieces ("count") or days ("time").

    `per_days`: for a rate, the days of its denominator. `per_ml`: for a concentration, mL of its denominator.
    """

    kind: str  # mass | volume | count | time | ""
    factor: float = 1.0
    is_micro: bool = False  # given in micrograms
    per_days: float | None = None
    per_ml: float | None = None


UNKNOWN = Amount("")


def number(value: Any) -> float | None:
    """A float from a number or a numeric string; None for anything else, and for what no chart can mean."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        result = float(value) if isinstance(value, (int, float)) else float(string(value))
    except (ValueError, OverflowError):
        return _spoken_number(value) if isinstance(value, str) else None
    if not abs(result) <= _GREATEST:  # NaN, too
        return None
    return result if abs(result) >= _LEAST else 0.0


def _spoken_number(text: str) -> float | None:
    """ "2,000" and "37,5": a comma before three digits groups thousands, before one or two it is the decimal sign."""
    said = text.strip()
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3}){1,5}(\.[0-9]{1,9})?", said):
        return float(said.replace(",", ""))
    if re.fullmatch(r"[+-]?[0-9]{1,12},[0-9]{1,2}", said):
        return float(said.replace(",", "."))
    return None


@lru_cache(maxsize=1024)
def unit_of(text: str) -> Amount:
    """What a unit string measures; `UNKNOWN` for units that no dose is written in."""
    unit = plain(text).replace("µ", "u")
    top, slash, bottom = unit.replace(" per ", "/").partition("/")
    top, bottom = top.strip(), bottom.strip().replace(" ", "")
    if not slash:
        return _simple(top)
    amount = _simple(top)
    if amount.kind not in ("mass", "volume", "count"):
        return UNKNOWN
    if bottom in _TIME_WORDS:  # "24h" is a day
        return msgspec.structs.replace(amount, per_days=DAYS[_TIME_WORDS[bottom]])
    found = _DENOMINATOR.fullmatch(bottom)
    times = number(found[1] or "1") if found is not None else None
    if found is None or times is None or times <= 0:
        return UNKNOWN
    name = found[2]
    if name in _VOLUME:
        return msgspec.structs.replace(amount, per_ml=times * _VOLUME[name])
    if name in _TIME_WORDS:
        return msgspec.structs.replace(amount, per_days=times * DAYS[_TIME_WORDS[name]])
    return amount if name in _COUNT else UNKNOWN


def _simple(unit: str) -> Amount:
    if unit in _MASS:
        return Amount("mass", _MASS[unit], _MASS[unit] == 0.001)
    if unit in _VOLUME:
        return Amount("volume", _VOLUME[unit])
    if unit in _COUNT or unit.replace(" ", "_") in _COUNT or unit.partition(" ")[0] in _COUNT:
        return Amount("count")
    if unit in _TIME_WORDS:
        return Amount("time", DAYS[_TIME_WORDS[unit]])
    return UNKNOWN


def unit_words(quantity: dict[str, Any]) -> str:
    """The unit to trust: `code`, else `unit`."""
    code = string(quantity.get("code"))
    return code if code else string(quantity.get("unit"))


def amount_of(quantity: dict[str, Any]) -> Amount:
    """What a Quantity measures: by its code if that is known, else by its unit text."""
    found = unit_of(string(quantity.get("code")))
    return found if found.kind else unit_of(string(quantity.get("unit")))


def days_in(value: Any) -> float | None:
    """Days in a Duration; a bare number is days."""
    for quantity in items(value):
        count = number(quantity.get("value"))
        amount = amount_of(quantity)
        if count is None or count < 0:
            return None
        if amount.kind == "time":
            return lasting(count * amount.factor)
        return lasting(count) if not unit_words(quantity) else None
    return None


def lasting(days: float) -> float | None:
    """So many days of a supply or a course; None where no supply lasts so long."""
    return days if days <= _LONGEST else None


def first_quantity(value: Any) -> dict[str, Any] | None:
    """A Quantity, or the first of a list of them, or None."""
    found = items(value)
    return found[0] if found else None


# Digits are bounded: a text of nothing else must not cost the square of its length.
_CONCENTRATION = re.compile(
    r"([0-9]{1,7}(?:[.,][0-9]{1,7}){0,3}) ?(mg|mcg|ug|micrograms?|g) ?"
    r"(?:/|per|in) ?([0-9]{1,7}(?:\.[0-9]{1,7})?)? ?(?:ml|cc|milliliters?)\b"
)
_STRENGTH = re.compile(r"([0-9]{1,7}(?:[.,][0-9]{1,7}){0,3}) ?(mg|mcg|ug|micrograms?)\b(?! ?(?:/|per|in [0-9]))")


def concentration_in(text: str) -> float | None:
    """mg/mL in a product's or an order's words ("2,000MCG/ML", "10 mg/5 mL", "40 mg/20 mL"); None without one."""
    said = plain(text)
    if "ml" not in said and "cc" not in said and "milliliter" not in said:
        return None
    found = _CONCENTRATION.search(said)
    if found is None:
        return None
    mass, volume = number(found[1]), number(found[3]) if found[3] else 1.0
    return mass * _MASS[found[2].rstrip("s")] / volume if mass and volume else None


def strength_in(text: str) -> float | None:
    """mg per piece in a product's words ("Baclofen 10 MG Oral Tablet", "Baclofen 20mg MR"); None without one."""
    said = plain(text)
    found = _STRENGTH.search(said)
    if found is None:
        return None
    mass = number(found[1])
    return mass * _MASS[found[2].rstrip("s")] if mass else None
