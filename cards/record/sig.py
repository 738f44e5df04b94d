"""Dose text: "20 mg = 2 tab, Oral, TID", "10-10-20", "157.3 MCG/DAY", "60 mg/day x 7 d, then 50 mg/day".

Patterns are judgement: what prescribers write, as far as samples show. What is not understood is None, never a guess.
"""

import re
from functools import lru_cache

import msgspec

from cards.record.coding import plain
from cards.record.quantities import concentration_in


class Part(msgspec.Struct, frozen=True, gc=False):
    """One amount with its own frequency. `kind`: mass (mg) | volume (mL) | count (tablets)."""

    low: float
    high: float
    kind: str
    is_micro: bool = False
    low_times: float | None = None  # per day
    high_times: float | None = None
    is_daily: bool = False  # the amount is for a whole day
    is_hourly: bool = False


class Step(msgspec.Struct, frozen=True, gc=False):
    """One step of a schedule in text; empty `parts` stand for "then stop"."""

    parts: tuple["Part", ...]
    days: float | None = None


class Sig(msgspec.Struct, frozen=True, gc=False):
    """What a dose text says. `strength_mg`: of one tablet, where the text gives it."""

    parts: tuple[Part, ...] = ()
    strength_mg: float | None = None
    concentration_mg_per_ml: float | None = None
    times: tuple[float, float] | None = None  # per day, least and most
    interval_hours: float | None = None
    is_prn: bool = False
    steps: tuple[Step, ...] = ()
    is_taper: bool = False


_NUMBER_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "ten": "10",
    "twelve": "12", "once": "1 times", "twice": "2 times", "thrice": "3 times", "half": "0.5",
}  # fmt: skip
_WORD = re.compile(r"\b(" + "|".join(_NUMBER_WORDS) + r")\b")
_PIECE = r"(?:tab(?:let)?(?:\(s\)|s)?|cap(?:sule)?(?:\(s\)|s)?|pills?|packets?|sachets?|odt)\b"
_MASS = r"(?:mg|mgs|milligrams?|mcg|mcgs|ug|micrograms?|g)\b"
_N = r"([0-9]{1,7}(?:\.[0-9]{1,7})?)"  # bounded: a text of digits must not cost the square of its length
_RANGE = rf"{_N}(?: ?(?:-|to|or) ?{_N})?"
_PER_DAY = r"(?: ?(?:/|per|a|each) ?(?:day|d|24 ?h(?:ours?|rs?)?)\b|(?: total)? daily dose\b)"

_AMOUNT = re.compile(
    rf"{_RANGE} ?({_MASS}|ml\b|{_PIECE})"
    rf"(?P<rest> ?(?:/|per) ?(?:[0-9.]* ?)(?:ml\b|day\b|d\b|24 ?h|h(?:ou)?r?\b|{_PIECE}))?"
)
_SPLIT = re.compile(
    rf"\b{_N}(?: ?{_MASS})?((?: ?[-/] ?[0-9]{{1,7}}(?:\.[0-9]{{1,7}})?(?: ?{_MASS})?){{2,5}})"
    rf"(?: ?({_MASS}|{_PIECE}))?(?![0-9/-])"
)
_TIMES = (
    re.compile(rf"\b{_RANGE} ?(?:x|times?) ?(?:/|per|a|each|every)? ?(?:day|d|daily|24 ?h)\b"),
    re.compile(rf"\bx ?{_N} ?(?:/ ?|per |a |times a )(?:day|d)\b"),
    re.compile(rf"\bx ?{_N} ?daily\b"),
)
_EVERY_HOURS = re.compile(rf"\b(?:every|each|q\.?) ?{_RANGE} ?(?:h|hr|hrs|hours?|hourly)\b")
_EVERY_DAYS = re.compile(rf"\b(?:every|q) ?{_N} ?(?:d|days?)\b")
_CODES = (
    (re.compile(r"\b(?:b\.?i\.?d|bds|bd)\b\.?"), 2.0),
    (re.compile(r"\b(?:t\.?i\.?d|tds)\b\.?"), 3.0),
    (re.compile(r"\b(?:q\.?i\.?d|qds)\b\.?"), 4.0),
    (re.compile(r"\b(?:every other day|qod|alternate days|every 2nd day|eod)\b"), 0.5),
    (re.compile(r"\b(?:weekly|every week|once a week|per week)\b"), 1 / 7),
)
_MOMENTS = re.compile(
    r"\b(?:q ?a\.?m|q ?p\.?m|qhs|q ?hs|hs|h\.s|bedtime|nightly|nocte|mane|night|morning|midday|noon|lunch(?:time)?"
    r"|afternoon|evening|breakfast|dinner|supper|in the am|in the pm|am|pm)\b"
)
_DAILY = re.compile(
    r"\b(?:daily|every day|each day|qd|q\.d|od|o\.d|qday|q day|q24h|once a day|per day|a day|every night"
    r"|1 times? (?:a|per) day)\b"
)
_CLOCK = re.compile(r"\b(?:[01][0-9]|2[0-3]):?[0-5][0-9]\b(?! ?(?:mg|mcg|ug|micro|ml|unit))")
_WITH_MEALS = re.compile(r"\b(?:with (?:each |every )?meals|with each meal|ac|pc|before meals|after meals)\b")
_PRN = re.compile(r"\b(?:p\.?r\.?n|as needed|as required|when (?:needed|required)|if needed|if required)\b")
_TAPER = re.compile(r"\b(?:taper|wean|reduc(?:e|ing)|decreas(?:e|ing)|titrate (?:down|off)|step down|lower(?:ing)? by)")
_MAY_RISE = re.compile(
    r"(?<=[a-z]),? ?(?:and )?(?:may|can|then)? ?(?:increase|titrate up|go up|advance)d? (?:to|by|up)\b"
)
_ALL_DAY = 3.0  # times a day
_NUMBERED = re.compile(
    r"\b(days?|weeks?|wks?) ?([0-9]{1,4})(?: ?(?:-|to|through) ?([0-9]{1,4}))? ?(?:[:=,-]|(?=[a-z ]{1,30}[0-9]))"
)
_FOR_DAYS = re.compile(rf"\b(?:x|for|over)(?: the)?(?: first| next)? ?{_N} ?(d|days?|w|wks?|weeks?|months?|mo)\b")
_THEN = re.compile(r"(?:[,;.] ?|\b)(?:and )?(?:then|followed by|thereafter|after that)\b|;|->")
_STOPS = re.compile(r"\b(?:stop|off|discontinue|dc|d/c|cease|end|0 mg)\b")
_NO_DOSE_AFTER = re.compile(
    r"(?:max(?:imum)?(?: of| dose)?|up to a max\w* of|not (?:to )?exceed|by|increments? of|bolus\w*(?: of)?"
    r"|dispense|disp|qty|quantity|#|concentration:?) ?$"
)
_THEN_STOP = re.compile(r"\bthen (?:stop|off|discontinue|dc|d/c|cease)\b")
_PER_UNIT = {"d": 1.0, "w": 7.0, "m": 30.44}


@lru_cache(maxsize=2048)
def read_sig(text: str) -> Sig:
    """What a dose text says, in numbers. Never raises; an empty or foreign text is an empty `Sig`."""
    said = _normal(text)
    if not any(c.isdigit() for c in said):
        times, interval = _frequency(said)
        return Sig(
            times=times, interval_hours=interval, is_prn=bool(_PRN.search(said)), is_taper=bool(_TAPER.search(said))
        )
    is_taper = bool(_TAPER.search(said))
    steps = _steps(said)
    raised = _MAY_RISE.search(said)  # what may come later is not the dose of today
    parts, strength = _parts(said[: raised.start()] if raised else said)
    if not steps and sum(1 for part in parts if (part.high_times or 0) >= _ALL_DAY) > 1:
        parts = ()  # two doses for the whole day are no day's doses: steps or choices that we do not understand
    times, interval = _frequency(said)
    return Sig(
        parts=steps[0].parts if steps else parts,
        strength_mg=strength,
        concentration_mg_per_ml=concentration_in(said),
        times=times,
        interval_hours=interval,
        is_prn=bool(_PRN.search(said)),
        steps=steps,
        is_taper=is_taper or bool(steps),
    )


def _normal(text: str) -> str:
    said = plain(text)
    if "," in said:
        said = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", said)
        said = re.sub(r"(?<=[0-9]),(?=[0-9]{1,2}(?![0-9]))", ".", said)
    if "/" in said:
        said = re.sub(r"\b([0-9]{1,7}) ?1/2\b", r"\1.5", said)
        said = re.sub(r"(?<![0-9/.])1/2(?![0-9/])", "0.5", said)
    said = re.sub(r"(?<![0-9])\.(?=[0-9])", "0.", said)
    if "half" in said:
        said = re.sub(r"\b(?:one|1) and (?:a|one)[ -]half\b", "1.5", said)
        said = re.sub(r"\b(?:one|a)[ -]half\b(?: of)?(?: a)?", "0.5", said)
    if said.isascii() and not said.isdigit():
        said = _WORD.sub(lambda match: _NUMBER_WORDS[match[1]], said)
        said = re.sub(r"\b([0-9.]{1,8}) \(([0-9.]{1,8})\)", r"\1", said)  # "two (2) tablets"
        said = said.replace("0.5 a ", "0.5 ").replace("0.5 of a ", "0.5 ")
    return said


def _frequency(
    said: str,
) -> tuple[tuple[float, float] | None, float | None]:
    """Times per day (least, most) and the interval in hours where one is named."""
    if found := _EVERY_HOURS.search(said):
        first, second = float(found[1]), float(found[2] or found[1])
        if first > 0 and second > 0:
            return (24 / max(first, second), 24 / min(first, second)), min(first, second)
    for pattern in _TIMES:
        if found := pattern.search(said):
            numbers = [float(part) for part in found.groups() if part]
            if numbers and 0 < max(numbers) <= 24:
                return (min(numbers), max(numbers)), None
    for pattern, count in _CODES:
        if pattern.search(said):
            return (count, count), None
    if (found := _EVERY_DAYS.search(said)) and float(found[1]) > 0:
        return (1 / float(found[1]), 1 / float(found[1])), None
    clocks = {clock.replace(":", "") for clock in _CLOCK.findall(said)}
    if clocks and re.search(r"\bat\b|&|,|\band\b|^[0-9: ]+$", said):
        return (float(len(clocks)), float(len(clocks))), None
    if _WITH_MEALS.search(said):
        return (3.0, 3.0), None
    moments = {_moment(word) for word in _MOMENTS.findall(said)}
    if moments:
        return (float(len(moments)), float(len(moments))), None
    if _DAILY.search(said):
        return (1.0, 1.0), None
    return None, None


def _moment(word: str) -> str:
    word = word.replace(".", "").replace(" ", "")
    if word in ("qam", "am", "intheam", "mane", "morning", "breakfast"):
        return "morning"
    if word in ("midday", "noon", "lunch", "lunchtime", "afternoon"):
        return "noon"
    if word in ("evening", "dinner", "supper", "qpm", "pm", "inthepm"):
        return "evening"
    return "night"


def _parts(said: str) -> tuple[tuple[Part, ...], float | None]:
    """The amounts of one step, and the tablet strength that the text gives."""
    if split := _split(said):
        return split, _tablet_strength(said)
    amounts = [found for found in _AMOUNT.finditer(said) if not _is_not_a_dose(said, found)]
    masses = [found for found in amounts if _kind(found) == "mass"]
    counts = [found for found in amounts if _kind(found) == "count"]
    volumes = [found for found in amounts if _kind(found) == "volume"]
    strength = None
    doses = masses
    if masses and counts:
        doses, strength = _tablets(said, masses, counts)
    elif not masses:
        doses = counts or volumes
    elif volumes and _touches(said, volumes[0], masses[0]):
        doses = [found for found in masses if found is not masses[0]] or masses  # "5 mL (5 mg)" names the dose twice
    parts = _with_frequencies(said, doses)
    return parts, strength


def _split(said: str) -> tuple[Part, ...]:
    """ "10-10-20 mg": one dose after the other through the day."""
    found = _SPLIT.search(said)
    if found is None:
        return ()
    if re.search(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}", found[0]):  # a date, not doses
        return ()
    unit = found[3] or next(iter(re.findall(_MASS, found[0])), "")
    numbers = [float(found[1]), *(float(n) for n in re.findall(r"[0-9]+(?:\.[0-9]+)?", found[2]))]
    if not unit:
        unit = "mg" if min(n for n in (*numbers, 99.0) if n) >= 5 else "tab"
    kind = "mass" if re.match(_MASS, unit) else "count"
    factor, micro = _factor(unit)
    return tuple(Part(n * factor, n * factor, kind, micro, 1.0, 1.0) for n in numbers if n)


def _factor(unit: str) -> tuple[float, bool]:
    if unit.startswith(("mcg", "ug", "microg")):
        return 0.001, True
    return (1000.0, False) if unit == "g" else (1.0, False)


def _kind(found: re.Match[str]) -> str:
    unit = found[3]
    if unit.startswith("ml"):
        return "volume"
    return "mass" if re.fullmatch(_MASS, unit) else "count"


def _is_not_a_dose(said: str, found: re.Match[str]) -> bool:
    rest = found["rest"] or ""
    if "ml" in rest or re.search(_PIECE, rest):
        return True  # a concentration, or "10 mg/tablet"
    return bool(_NO_DOSE_AFTER.search(said[max(0, found.start() - 24) : found.start()]))


def _tablets(
    said: str, masses: list[re.Match[str]], counts: list[re.Match[str]]
) -> tuple[list[re.Match[str]], float | None]:
    """Whether the mass is what one tablet holds or what is to be taken."""
    first, count = masses[0], counts[0]
    mass = float(first[1]) * _factor(first[3])[0]
    between = said[min(first.end(), count.end()) : max(first.start(), count.start())]
    after = said[first.end() : first.end() + 10]
    if count.start() >= first.end() and re.fullmatch(r" ?(?:= ?\(?|\(|or ?)", between):
        return masses, mass / float(count[1]) if float(count[1]) else None  # "20 mg = 2 tab", "20 mg (2 tab)"
    if count.end() <= first.start() and re.match(r" ?total", after):
        return masses, mass / float(count[1]) if float(count[1]) else None  # "2 tablets (20 mg total)"
    if count.end() <= first.start() and re.fullmatch(r" ?=? ?\(?=? ?", between) and "=" in between:
        return masses, None
    return counts, mass


def _tablet_strength(said: str) -> float | None:
    found = re.search(rf"{_N} ?({_MASS}) (?:\w{{1,20}} )?{_PIECE}", said)
    return float(found[1]) * _factor(found[2])[0] if found else None


def _touches(said: str, first: re.Match[str], second: re.Match[str]) -> bool:
    between = said[min(first.end(), second.end()) : max(first.start(), second.start())]
    return bool(re.fullmatch(r" ?[(=]* ?", between))


def _with_frequencies(said: str, doses: list[re.Match[str]]) -> tuple[Part, ...]:
    """Each amount with the frequency named after it, or, for one amount, anywhere in the text."""
    parts: list[Part] = []
    for index, found in enumerate(doses):
        end = doses[index + 1].start() if index + 1 < len(doses) else len(said)
        tail = said[found.end() : end]
        times, _ = _frequency(tail)
        if times is None and (index == 0 or len(doses) == 1):
            times, _ = _frequency(
                said[: found.start()] + " ; " + said[found.end() :] if len(doses) == 1 else said[: found.start()]
            )
        low, high = float(found[1]), float(found[2] or found[1])
        kind = _kind(found)
        factor, micro = _factor(found[3]) if kind == "mass" else (1.0, False)
        rest = (found["rest"] or "").replace(" ", "")
        daily = rest.startswith(("/d", "perd", "/24", "per24")) or bool(re.match(_PER_DAY, said[found.end() :]))
        hourly = rest.startswith(("/h", "perh"))
        if index and times is None and not daily and not hourly:
            continue  # a second amount without a frequency of its own says nothing new
        parts.append(
            Part(
                min(low, high) * factor,
                max(low, high) * factor,
                kind,
                micro,
                times[0] if times else None,
                times[1] if times else None,
                daily,
                hourly,
            )
        )
    if parts and parts[0].low_times == 1 and "divided" in said:
        parts[0] = msgspec.structs.replace(parts[0], is_daily=True)  # "80 mg daily in 4 divided doses"
    if parts and parts[0].is_daily:
        return tuple(parts[:1])  # "60 mg/day in 3 doses of 20 mg"
    return tuple(parts)


def _steps(said: str) -> tuple[Step, ...]:
    """The steps of "60 mg/day x 7 d, then 50 mg/day x 7 d, then stop"; () unless every step can be read."""
    numbered = list(_NUMBERED.finditer(said))
    if len(numbered) > 1:
        return _numbered_steps(said, numbered)
    if any(mark in said for mark in ("then", "followed by", "->", ";")):
        pieces = _THEN.split(said)
    elif len(_FOR_DAYS.findall(said)) > 1:
        pieces = re.split(r",(?= )", said)
    else:
        return ()
    pieces = [piece.strip(" ,.;:") for piece in pieces if piece and piece.strip(" ,.;:")]
    if len(pieces) < 2:
        return ()
    steps: list[Step] = []
    timed = 0
    for piece in pieces:
        days = _days(piece)
        timed += days is not None
        parts, _ = _parts(_FOR_DAYS.sub(" ", piece))
        if parts and (parts[0].low_times is not None or parts[0].is_daily):
            steps.append(Step(parts, days))
        elif not parts and _STOPS.search(piece) and steps:
            steps.append(Step((), days))
        elif any(c.isdigit() for c in piece):
            return ()  # a step that we do not understand: better none than half of them
    return tuple(steps) if len(steps) >= 2 and (timed or "then" in said) else ()


def _numbered_steps(said: str, numbered: list[re.Match[str]]) -> tuple[Step, ...]:
    """The steps of "Week 1: 20 mg TID; week 2: 15 mg TID", or "days 1-7 ... days 8-14 ..."."""
    steps: list[Step] = []
    for index, label in enumerate(numbered):
        following = numbered[index + 1] if index + 1 < len(numbered) else None
        piece = said[label.end() : following.start() if following else len(said)].strip(" ,.;:")
        unit = 1.0 if label[1].startswith("d") else 7.0
        last = int(label[3]) if label[3] else int(following[2]) - 1 if following else int(label[2])
        days = max(1, last - int(label[2]) + 1) * unit if following or label[3] or unit > 1 else None
        parts, _ = _parts(piece)
        if parts and (parts[0].low_times is not None or parts[0].is_daily):
            steps.append(Step(parts, days))
        elif not parts and _STOPS.search(piece) and steps:
            steps.append(Step((), days))
        else:
            return ()
    if steps[-1].parts and _THEN_STOP.search(said[numbered[-1].end() :]):
        steps.append(Step(()))
    return tuple(steps)


def _days(piece: str) -> float | None:
    if found := _FOR_DAYS.search(piece):
        return float(found[1]) * _PER_UNIT[found[2][0]]
    return None
