"""Do the findings amount to suspected withdrawal, and how urgent is it? Gates and severity of clinical.md section 7.

The interruption is the key differentiator: without one (IE0) there is no card, whatever the findings.
"""

from enum import StrEnum

import msgspec

from cards import sources
from cards.limits import JUDGEMENT, limit
from cards.moment import Moment
from cards.scales.toxicity import Toxicity
from cards.scales.withdrawal_score import Score
from cards.timeline.interruptions import Level
from cards.verdict import Urgency
from cards.words import number

MOST = limit("gate_probable", 3, "points", JUDGEMENT, sources.SEED, "G1: interruption probable or confirmed")
FEW = limit(
    "gate_telling", 2, "points", JUDGEMENT, sources.DAL07, "G1: intrathecal, or oral, confirmed and a telling finding"
)
POSSIBLE_ITB = limit("gate_possible_itb", 5, "points", JUDGEMENT, sources.SEED, "G2: interruption possible")
POSSIBLE_ITB_INTERROGATED = limit(
    "gate_possible_itb_interrogated", 6, "points", JUDGEMENT, sources.SEED, "pump normal, catheter not assessed"
)
POSSIBLE_ITB_DOMAINS = limit("gate_possible_itb_domains", 2, "domains", JUDGEMENT, sources.SEED, "G2")
POSSIBLE_ORAL = limit("gate_possible_oral", 6, "points", JUDGEMENT, sources.SEED, "G3, with spasticity or rigidity")
MORE_WITH_ALTERNATIVE = limit("gate_more_with_alternative", 2, "points", JUDGEMENT, sources.ALD02)
MANY = limit("critical_points", 6, "points", JUDGEMENT, sources.SEED)
ITB_MANY = limit("critical_points_itb", 4, "points", JUDGEMENT, sources.SEED, "interruption probable or confirmed")
UNCERTAIN_MARGIN = limit("uncertain_margin", 2, "points", JUDGEMENT, sources.JEM20, "toxicity or withdrawal")


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


def fewest_points(moment: Moment) -> float:
    """Below this no gate can be met by any interruption."""
    return min(moment.limit(limit) for limit in (FEW, MOST, POSSIBLE_ITB, POSSIBLE_ITB_INTERROGATED, POSSIBLE_ORAL))


def gate(
    score: Score,
    level: Level,
    toxic: Toxicity,
    moment: Moment,
    *,
    is_intrathecal: bool,
    is_interrogated_normal: bool = False,
    has_alternative: bool = False,
    is_measured: bool = True,
) -> Gate:
    """Judge the findings against the interruption."""
    met = _is_met(score, level, moment, is_intrathecal=is_intrathecal, is_interrogated_normal=is_interrogated_normal,
                  has_alternative=has_alternative)  # fmt: skip
    if not met:
        return Gate(Answer.NO, Urgency.INFO, f"{number(score.points)} points, interruption {level.word}")
    if toxic.tone == "low":
        return Gate(Answer.TOXICITY, Urgency.INFO, "low tone, no rigidity")
    if _could_be_toxicity(score, toxic, moment):
        return Gate(Answer.UNCERTAIN, Urgency.WARNING, "tone not documented; signs of toxicity as many")
    urgency = _urgency(score, level, moment, is_intrathecal=is_intrathecal, is_measured=is_measured)
    return Gate(Answer.WITHDRAWAL, urgency, f"{number(score.points)} points, interruption {level.word}")


def _is_met(
    score: Score,
    level: Level,
    moment: Moment,
    *,
    is_intrathecal: bool,
    is_interrogated_normal: bool,
    has_alternative: bool,
) -> bool:
    if level >= Level.PROBABLE:
        telling = score.has("N1", "P1", "P2", "P4")
        enough = FEW if is_intrathecal or (level is Level.CONFIRMED and telling) else MOST
        named = any(item.code[0] in "NP" for item in score.items) or score.has_fever
        # Itching alone is the commonest first sign of an intrathecal failure (C-MEY03).
        named = named or (is_intrathecal and score.has("A5"))
        return score.points >= moment.limit(enough) and named
    if level is not Level.POSSIBLE:
        return False
    counts = has_alternative and not (is_intrathecal and score.has("N1"))
    points = score.points - (moment.limit(MORE_WITH_ALTERNATIVE) if counts else 0)
    if not is_intrathecal:
        return points >= moment.limit(POSSIBLE_ORAL) and score.has("N1")
    if is_interrogated_normal:
        return points >= moment.limit(POSSIBLE_ITB_INTERROGATED) and score.has("N1")
    return points >= moment.limit(POSSIBLE_ITB) and score.domains >= moment.limit(POSSIBLE_ITB_DOMAINS)


def _could_be_toxicity(score: Score, toxic: Toxicity, moment: Moment) -> bool:
    """Tone not documented, and the two counts are close or toxicity leads."""
    close = score.points - toxic.points < moment.limit(UNCERTAIN_MARGIN)
    return toxic.tone == "not documented" and toxic.gate_met and close


def _urgency(score: Score, level: Level, moment: Moment, *, is_intrathecal: bool, is_measured: bool) -> Urgency:
    if level is Level.POSSIBLE:
        critical = bool(score.red_flags) and score.has("N1")
    else:
        many = score.points >= moment.limit(MANY) or (is_intrathecal and score.points >= moment.limit(ITB_MANY))
        critical = bool(score.red_flags) or many
    if critical and not is_measured and not score.has("P4") and level is not Level.CONFIRMED:
        return Urgency.WARNING  # symptoms without vital signs (FND-08)
    return Urgency.CRITICAL if critical else Urgency.WARNING
