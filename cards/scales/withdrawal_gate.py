"""Do the findings amount to suspected withdrawal, and how urgent is it? Gates and severity of clinical.md section 7.

The interruption is the key differentiator: without one (IE0) there is no card, whatever the findings.
"""

from enum import StrEnum

import msgspec

from cards.scales.toxicity import Toxicity
from cards.scales.withdrawal_score import Score
from cards.timeline.interruptions import Level
from cards.verdict import Urgency

MOST = 3  # G1
FEW = 2  # G1, intrathecal, or oral and confirmed with a telling finding
POSSIBLE_ITB, POSSIBLE_ITB_INTERROGATED, POSSIBLE_ORAL = 5, 6, 6  # G2, G3
MORE_WITH_ALTERNATIVE = 2
MANY = 6
ITB_MANY = 4
UNCERTAIN_MARGIN = 2


class Answer(StrEnum):
    """What the gate says."""

    NO = "not enough"
    WITHDRAWAL = "withdrawal"
    UNCERTAIN = "withdrawal or toxicity"
    TOXICITY = "toxicity"


class Gate(msgspec.Struct, frozen=True):
    """The answer with its urgency; `because` is for the explanation."""

    answer: Answer
    urgency: Urgency
    because: str


def fewest_points() -> int:
    """Below this no gate can be met by any interruption."""
    return FEW


def gate(
    score: Score,
    level: Level,
    toxic: Toxicity,
    *,
    is_intrathecal: bool,
    is_interrogated_normal: bool = False,
    has_alternative: bool = False,
    has_vitals: bool = True,
) -> Gate:
    """Judge the findings against the interruption."""
    met = _is_met(score, level, is_intrathecal=is_intrathecal, is_interrogated_normal=is_interrogated_normal,
                  has_alternative=has_alternative)  # fmt: skip
    if not met:
        return Gate(Answer.NO, Urgency.INFO, f"{score.points} points, interruption {level.word}")
    if toxic.tone == "low":
        return Gate(Answer.TOXICITY, Urgency.INFO, "low tone, no rigidity")
    if _could_be_toxicity(score, toxic):
        return Gate(Answer.UNCERTAIN, Urgency.WARNING, "tone not documented; signs of toxicity as many")
    return Gate(Answer.WITHDRAWAL, _urgency(score, level, is_intrathecal=is_intrathecal, has_vitals=has_vitals),
                f"{score.points} points, interruption {level.word}")  # fmt: skip


def _is_met(
    score: Score, level: Level, *, is_intrathecal: bool, is_interrogated_normal: bool, has_alternative: bool
) -> bool:
    if level >= Level.PROBABLE:
        telling = score.has("N1", "P1", "P2", "P4")
        enough = FEW if is_intrathecal or (level is Level.CONFIRMED and telling) else MOST
        named = any(item.code[0] in "NP" for item in score.items) or score.has_fever
        # Itching alone is the commonest first sign of an intrathecal failure (C-MEY03).
        named = named or (is_intrathecal and score.has("A5"))
        return score.points >= enough and named
    if level is not Level.POSSIBLE:
        return False
    more = MORE_WITH_ALTERNATIVE if has_alternative and not (is_intrathecal and score.has("N1")) else 0
    if not is_intrathecal:
        return score.points >= POSSIBLE_ORAL + more and score.has("N1")
    if is_interrogated_normal:
        return score.points >= POSSIBLE_ITB_INTERROGATED + more and score.has("N1")
    return score.points >= POSSIBLE_ITB + more and score.domains >= 2


def _could_be_toxicity(score: Score, toxic: Toxicity) -> bool:
    """Tone not documented, and the two counts are close or toxicity leads."""
    return toxic.tone == "not documented" and toxic.gate_met and score.points - toxic.points < UNCERTAIN_MARGIN


def _urgency(score: Score, level: Level, *, is_intrathecal: bool, has_vitals: bool) -> Urgency:
    if level is Level.POSSIBLE:
        critical = bool(score.red_flags) and score.has("N1")
    else:
        many = score.points >= MANY or (is_intrathecal and score.points >= ITB_MANY)
        critical = bool(score.red_flags) or many
    if critical and not has_vitals and not score.has("P4") and level is not Level.CONFIRMED:
        return Urgency.WARNING  # symptoms without vital signs (FND-08)
    return Urgency.CRITICAL if critical else Urgency.WARNING
