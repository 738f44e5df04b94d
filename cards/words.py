"""Every sentence on a card passes here: chart text made harmless, numbers with units, times a nurse reads.

Clients render `detail` as Markdown, some of them raw HTML too (the public Sandbox does). So text out of the chart may
not hold markup, links, control or bidirectional characters; sentences of our own are templates in the rule files.
"""

import re
import unicodedata
from datetime import datetime, tzinfo
from functools import lru_cache

from cards.record.when import When

SUMMARY_LIMIT = 139  # CDS Hooks: under 140 characters
_CHART_TEXT_LIMIT = 120
_UNITS = {"d": "days", "wk": "weeks", "months": "months", "a": "years", "Cel": "°C"}

# Markdown and HTML that a renderer could act on. Escaped with an entity or a backslash would show up in clients
# that print plain text, so look-alike characters without meaning stand in for the dangerous ones.
_HARMLESS = str.maketrans(
    {
        "<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "*": "·", "_": " ", "|": "/", "\\": "/",
        "#": "No.", "~": "-", "!": "", "{": "(", "}": ")", "&": "+", "\n": " ", "\r": " ", "\t": " ",
    }
)  # fmt: skip
# What a renderer makes a link of by itself: a scheme, two slashes, www., an address, and, some of them, a bare domain.
_AUTOLINK = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*:(?=\S)|//+|\bwww\.|@")
_DOMAIN = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
_SPACES = re.compile(r"\s{2,}")


@lru_cache(maxsize=4096)
def safe(text: str, limit: int = _CHART_TEXT_LIMIT) -> str:
    """Chart text without markup, links, control or bidirectional characters; at most `limit` characters."""
    text = unicodedata.normalize("NFC", text).translate(_HARMLESS)
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C")
    text = _AUTOLINK.sub(
        lambda m: m.group().replace(":", " ").replace("@", " at ").replace("/", " ").replace(".", " "), text
    )
    text = _DOMAIN.sub(". ", text)
    text = _SPACES.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def say(template: str, **values: object) -> str:
    """A sentence: our template, the chart's words made safe, numbers without needless decimals."""
    return template.format(**{name: _shown(value) for name, value in values.items()})


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number(value)
    return safe(str(value))


def summary(text: str) -> str:
    """Cut to what CDS Hooks allows, at a word."""
    if len(text) <= SUMMARY_LIMIT:
        return text
    return text[: SUMMARY_LIMIT - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def number(value: float, digits: int = 1) -> str:
    """12.0 -> "12", 12.34 -> "12.3", 1188.8 -> "1,188.8"; never with a zero at the end: 0.350 is misread as 350."""
    rounded = round(float(value), digits)
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.{digits}f}".rstrip("0")


def amount(value: float, unit: str) -> str:
    """A number with its unit as a reader writes it: 14, "d" -> "14 days"; 39, "Cel" -> "39 °C"."""
    words = _UNITS.get(unit, unit)
    return f"{number(value, 2)} {words.removesuffix('s') if value == 1 and unit in _UNITS else words}"


def counted(count: int, thing: str) -> str:
    """ "1 day", "14 days"."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def hours(value: float) -> str:
    """A gap: "14 h", "3 days"."""
    if value < 1:
        return "less than 1 h"
    return f"{int(value)} h" if value < 120 else f"{int(value // 24)} days"


def day(moment: datetime, zone: tzinfo) -> str:
    """ "10 Mar" of the facility's day; with the year when it is not obvious the caller adds it."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def clock(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """ "10 Mar 18:00" in the facility's zone; "10 Mar 2025 18:00" in another year than now's."""
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def when(time: When | None, zone: tzinfo, now: datetime) -> str:
    """ "10 Mar 18:00"; "10 Mar 2026 (date only, time unknown)"; "date unknown"."""
    if time is None:
        return "date unknown"
    if time.is_exact:
        return clock(time.latest, zone, now)
    if time.precision == "day":
        return f"{day(time.earliest, zone)} (date only, time unknown)"
    if time.precision == "ambiguous":
        return f"{safe(time.text)} (day and month unclear)"
    return f"{safe(time.text) or day(time.earliest, zone)} (exact date unknown)"


def dated(time: When | None, zone: tzinfo, now: datetime) -> str:
    """As `when`, but of a date only the date: for facts whose hour nobody counts from."""
    return day(time.earliest, zone) if time is not None and time.precision == "day" else when(time, zone, now)


def ago(time: When | None, now: datetime, zone: tzinfo) -> str:
    """ "14 h ago (10 Mar 18:00)"."""
    if time is None:
        return "at an unknown time"
    return f"{hours(time.hours_until(now))} ago ({when(time, zone, now)})"


def listed(words: list[str] | tuple[str, ...]) -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
