"""How much baclofen a day: dosage instructions to one `Dosage` (clinical.md FND-02).

Separate instructions are added, unless they follow each other in time, which makes them steps.
"""

from datetime import UTC, datetime, tzinfo
from typing import Any

from cards.record.coding import items
from cards.record.concepts import Route
from cards.record.facts import DailyDose, Dosage, DoseStep, Product
from cards.record.instructions import Doses, Instruction, fill_from_text, instruction_texts, read_instruction, work_out
from cards.record.sig import Sig

MCG_PER_MG = 1000.0
# FND-02 and terminology 2.4: beyond these a unit or a route is wrong until shown otherwise.
MOST_INTRATHECAL_MCG = 2500.0
LEAST_ORAL_MG = 1.0


def read_dosage(
    value: Any, product: Product, route: Route, zone: tzinfo, fallback_text: str = ""
) -> tuple[Dosage, list[Instruction]]:
    """The `Dosage` of dosageInstruction / dosage elements. Never raises.

    `fallback_text` is a sig that stands elsewhere (the order's own text), used when there is no instruction.
    The instructions come back too, for bounds and words.
    """
    found = [read_instruction(item, product, zone) for item in items(value)]
    if not found and fallback_text:
        found = [read_instruction({"text": fallback_text}, product, zone)]
    if not found:
        return Dosage(), []
    groups, is_sequence = _groups(found)
    steps: tuple[DoseStep, ...] = ()
    if is_sequence:
        steps = tuple(_step(group, route) for group in groups)
    elif len(found) == 1 and found[0].sig.steps:
        steps = _text_steps(found[0], product, route)
    first = groups[0]
    daily = steps[0].dose if steps else _daily(first, route)
    only = first[0].doses if len(first) == 1 else None
    scale = MCG_PER_MG if route is Route.INTRATHECAL else 1.0
    single = only.high * scale if only is not None and only.high is not None and not only.is_rate else None
    times = [part.doses.times for part in first]
    return (
        Dosage(
            daily=daily,
            single=_tidy(single) if single is not None else None,
            times_per_day=_tidy(sum(t[1] for t in times if t)) if times and all(times) else None,
            interval_hours=only.interval if only is not None else None,
            is_prn=all(part.is_prn for part in first),
            steps=steps,
            doubtful_unit=_doubt(found, daily, route),
            text=instruction_texts(value) or fallback_text,
            timing_code=first[0].timing_code,
        ),
        found,
    )


def _groups(found: list[Instruction]) -> tuple[list[list[Instruction]], bool]:
    """Instructions that hold at the same time, in order; and whether there is more than one such group."""
    if len(found) == 1:
        return [found], False
    numbers = [part.sequence for part in found]
    if None not in numbers and len(set(numbers)) > 1 and not _are_concurrent(found):
        groups: dict[float, list[Instruction]] = {}
        for part in found:
            groups.setdefault(part.sequence or 0.0, []).append(part)
        return [groups[number] for number in sorted(groups)], True
    dated = [part for part in found if part.start is not None]
    if len(dated) == len(found):
        ordered = sorted(found, key=_begin)
        parts: list[list[Instruction]] = [[ordered[0]]]
        for part in ordered[1:]:
            before = parts[-1][-1]
            if (
                before.end is not None
                and part.start is not None
                and before.end.earliest <= part.start.latest
                and before.start != part.start
            ):
                parts.append([part])
            else:
                parts[-1].append(part)
        if len(parts) > 1:
            return parts, True
    return [found], False


def _begin(part: Instruction) -> datetime:
    return part.start.earliest if part.start is not None else datetime.max.replace(tzinfo=UTC)


def _are_concurrent(found: list[Instruction]) -> bool:
    """Numbered instructions that are parts of one day: the same bounds, or each its own time of day and no bounds."""
    if len({(part.start, part.end) for part in found}) > 1 or found[0].days is not None:
        return False
    if found[0].end is not None:
        return True
    moments = [part.when for part in found]
    return all(moments) and len(set(moments)) == len(moments)


def _daily(parts: list[Instruction], route: Route) -> DailyDose | None:
    """The sum over instructions that hold together; None if one that is not "as needed" has no dose."""
    regular = [part for part in parts if not part.is_prn] or parts
    low = high = 0.0
    for part in regular:
        if part.doses.daily_low is None or part.doses.daily_high is None:
            return None
        low, high = low + part.doses.daily_low, high + part.doses.daily_high
    return _dose_of(low, high, route)


def _dose_of(low: float, high: float, route: Route) -> DailyDose:
    if route is Route.INTRATHECAL:
        return DailyDose(low=_tidy(low * MCG_PER_MG), high=_tidy(high * MCG_PER_MG), unit="mcg/day")
    return DailyDose(low=_tidy(low), high=_tidy(high), unit="mg/day")


def _tidy(value: float) -> float:
    """Without the dust of floating point: 0.1573 mg is 157.3 mcg."""
    return float(f"{value:.10g}")


def _step(parts: list[Instruction], route: Route) -> DoseStep:
    return DoseStep(
        dose=_daily(parts, route), start=parts[0].start, end=parts[-1].end, days=parts[0].days or _text_days(parts[0])
    )


def _text_days(part: Instruction) -> float | None:
    return part.sig.steps[0].days if part.sig.steps else None


def _text_steps(part: Instruction, product: Product, route: Route) -> tuple[DoseStep, ...]:
    """Steps that stand in the words of a single instruction; () if one of them cannot be worked out."""
    steps: list[DoseStep] = []
    for step in part.sig.steps:
        if not step.parts:
            steps.append(DoseStep(dose=_dose_of(0.0, 0.0, route), days=step.days))
            continue
        doses = Doses()
        fill_from_text(doses, Sig(parts=step.parts, strength_mg=part.sig.strength_mg), product)
        work_out(doses)
        if doses.daily_low is None or doses.daily_high is None:
            return ()
        steps.append(DoseStep(dose=_dose_of(doses.daily_low, doses.daily_high, route), days=step.days))
    return tuple(steps)


def _doubt(found: list[Instruction], daily: DailyDose | None, route: Route) -> str:
    """Why a dose is implausible (FND-02), in words; "" if it is not."""
    in_micrograms = any(part.doses.is_micro for part in found if part.doses.high is not None or part.doses.is_rate)
    if route is Route.INTRATHECAL:
        if daily is None or daily.high <= MOST_INTRATHECAL_MCG:
            return ""
        if in_micrograms:
            return f"more than {MOST_INTRATHECAL_MCG:g} mcg/day by an intrathecal route"
        return "milligrams by an intrathecal route: micrograms meant?"
    is_oral = route in (Route.ORAL, Route.UNKNOWN)
    if is_oral and in_micrograms:
        return "micrograms by mouth: milligrams meant?"
    if is_oral and daily is not None and 0 < daily.high < LEAST_ORAL_MG:
        return "less than 1 mg/day by mouth"
    return ""
