"""Is a drug given into a vein? Asked of vasopressors: eye drops, sprays, tablets and pens of the same are none."""

import re
from typing import Any

from cards.record.coding import items, plain
from cards.record.instructions import instruction_texts, order_route

_INFUSION = re.compile(
    r"\b(?:infusion|infus(?:e|ed|ing)|drip|gtt)\b|/ ?kg/ ?(?:min|h|hr|hour)|\b(?:mcg|ug|mg|units?)/ ?(?:min|minute)\b"
)
_VEIN = re.compile(r"\b(?:iv|ivpb|i\.v\.|intravenous\w*|central (?:line|venous))(?!\w)")
_PUSH = re.compile(r"\b(?:ivp|push\w*|bolus\w*|once|stat dose)\b")
_ELSEWHERE = re.compile(
    r"\b(?:ophthalm\w*|eyes?|nasal\w*|intranasal|nostrils?|spray\w*|oral\w*|po|by mouth|tablets?|capsules?|topical\w*"
    r"|im|intramuscular\w*|sc|sq|subcut\w*|auto-?injector\w*|epidural\w*|intrathecal\w*|perineural|nerve block"
    r"|inhal\w*|nebuli\w*|infiltrat\w*|local an(?:a)?esth\w*|dental|rectal\w*|suppositor\w*|cream|intracavernos\w*)\b"
)


def is_into_a_vein(instructions: Any, name: str) -> bool:
    """An infusion by its words or its rate, or a vein named as the route.

    A single push (a theatre's, a resuscitation's) is neither.
    """
    said = plain(f"{name} ; {instruction_texts(instructions)} ; {order_route(instructions)[1]}")
    if _ELSEWHERE.search(said):
        return False
    if _INFUSION.search(said) or _has_rate(instructions):
        return True
    return bool(_VEIN.search(said)) and not _PUSH.search(said)


def is_as_needed(instructions: Any) -> bool:
    """Whether any instruction leaves it to the nurse."""
    told = items(instructions)
    flagged = any(
        item.get("asNeededBoolean") is True
        or item.get("asNeeded") is True
        or items(item.get("asNeededCodeableConcept"))
        for item in told
    )
    return flagged or bool(re.search(r"\b(?:prn|as needed|if needed|if required)\b", plain(instruction_texts(told))))


def _has_rate(instructions: Any) -> bool:
    return any(
        dose.get(key) is not None
        for item in items(instructions)
        for dose in (*items(item.get("doseAndRate")), item)
        for key in ("rateQuantity", "rateRatio", "rateRange")
    )
