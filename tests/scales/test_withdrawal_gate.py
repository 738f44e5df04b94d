"""Do the findings amount to suspected withdrawal? (clinical.md, G1 to G3, and how urgent it is)"""

import pytest

from cards.scales.toxicity import Toxicity, meets_gate
from cards.scales.withdrawal_gate import Answer, gate
from cards.scales.withdrawal_score import Item, Score, capped_points
from cards.timeline.findings import Finding
from cards.timeline.interruptions import Level
from cards.verdict import Urgency
from tests.chart import Chart

MOMENT = Chart().moment()
NONE, POSSIBLE, PROBABLE, CONFIRMED = Level.NONE, Level.POSSIBLE, Level.PROBABLE, Level.CONFIRMED


def items(told: str) -> tuple[Item, ...]:
    """ "N1=2 A2=1": codes with their points."""
    pairs = [one.split("=") for one in told.split()]
    return tuple(Item(code, int(points), Finding("Observation/o", code, None)) for code, points in pairs)


def score(told: str, flags: tuple[str, ...] = ()) -> Score:
    """A count."""
    return Score(items(told), capped_points(items(told), MOMENT.limit), flags)


def toxic(told: str = "", tone: str = "high", context: tuple[str, ...] = ()) -> Toxicity:
    """Signs of toxicity; rigid unless said otherwise."""
    return Toxicity(items(told), context, tone, meets_gate(items(told), context, MOMENT))


@pytest.mark.parametrize(
    ("findings", "level", "met"),
    [
        ("N1=2 N2=1", PROBABLE, True),
        ("P1=2", PROBABLE, False),
        ("A2=1 A3=1 A4=1", PROBABLE, False),
        ("A1=1 A2=1 A3=1", PROBABLE, True),
        ("L1=2 L2=1", PROBABLE, False),
        ("P1=2", CONFIRMED, True),
        ("N1=2", CONFIRMED, True),
        ("P2=2", CONFIRMED, True),
        ("P4=2", CONFIRMED, True),
        ("N2=1 P3=1", CONFIRMED, False),
        ("P3=1", CONFIRMED, False),
        ("N1=2 N2=1 P3=1 A2=1", POSSIBLE, False),
        ("N1=2 N2=1 P3=1 A2=1 A4=1", POSSIBLE, True),
        ("N2=1 P1=2 P3=1 A2=1 A4=1", POSSIBLE, False),
        ("N1=2 N2=1 P1=2 P2=2 A1=3", NONE, False),
    ],
)
def test_by_mouth(findings: str, level: Level, met: bool) -> None:
    """Three points with a named finding; two telling ones when confirmed; six with rigidity when only possible."""
    answer = gate(score(findings), level, toxic(), MOMENT, is_intrathecal=False).answer
    assert answer is (Answer.WITHDRAWAL if met else Answer.NO)


@pytest.mark.parametrize(
    ("findings", "level", "normal", "met"),
    [
        ("A5=2", PROBABLE, False, True),
        ("N2=1 P3=1", PROBABLE, False, True),
        ("N2=1", PROBABLE, False, False),
        ("A2=1 A3=1", PROBABLE, False, False),
        ("N1=2 N2=1 P3=1 A2=1", POSSIBLE, False, True),
        ("N1=2 N2=1 A2=1", POSSIBLE, False, False),
        ("P1=2 P2=2 P3=1", POSSIBLE, False, False),
        ("P1=2 P2=2 P3=1 A2=1", POSSIBLE, False, True),
        ("N1=2 N2=1 P3=1 A2=1", POSSIBLE, True, False),
        ("N1=2 N2=1 P3=1 A2=1 A4=1", POSSIBLE, True, True),
        ("N2=1 P1=2 P3=1 A2=1 A4=1", POSSIBLE, True, False),
        ("A5=2", NONE, False, False),
    ],
)
def test_by_pump(findings: str, level: Level, normal: bool, met: bool) -> None:
    """Two points; itching alone is named; five in two domains when possible, six with rigidity when it runs well."""
    judged = gate(score(findings), level, toxic(), MOMENT, is_intrathecal=True, is_interrogated_normal=normal)
    assert judged.answer is (Answer.WITHDRAWAL if met else Answer.NO)


@pytest.mark.parametrize(
    ("findings", "level", "by_pump", "met"),
    [
        ("N1=2 N2=1 P1=2 A2=1", POSSIBLE, False, False),
        ("N1=2 N2=1 P1=2 P3=1 A2=1", POSSIBLE, False, False),
        ("N1=2 N2=1 P1=2 P3=1 A2=1 A4=1", POSSIBLE, False, True),
        ("N2=1 P1=2 P3=1 A2=1 A4=1", POSSIBLE, True, False),
        ("N2=1 P1=2 P3=1 A1=1 A2=1 A4=1", POSSIBLE, True, True),
        ("N1=2 N2=1 P3=1 A2=1", POSSIBLE, True, True),
        ("N1=2 N2=1", PROBABLE, False, True),
    ],
)
def test_with_another_cause_on_record(findings: str, level: Level, by_pump: bool, met: bool) -> None:
    """Two points more when only possible, except rigidity with a pump; no more when probable."""
    judged = gate(score(findings), level, toxic(), MOMENT, is_intrathecal=by_pump, has_alternative=True)
    assert judged.answer is (Answer.WITHDRAWAL if met else Answer.NO)


@pytest.mark.parametrize(
    ("signs", "tone", "context", "answer"),
    [
        ("", "low", (), Answer.TOXICITY),
        ("X2=2 X4=1", "not documented", (), Answer.WITHDRAWAL),
        ("X2=2 X4=1", "not documented", ("dialysis",), Answer.UNCERTAIN),
        ("X2=2 X4=1 X5=1", "not documented", (), Answer.UNCERTAIN),
        ("X2=2 X4=1 X5=1", "normal", (), Answer.WITHDRAWAL),
        ("X2=2 X4=1 X5=1", "high", (), Answer.WITHDRAWAL),
    ],
)
def test_or_toxicity(signs: str, tone: str, context: tuple[str, ...], answer: Answer) -> None:
    """Four points of withdrawal. Low tone decides; without tone it is open when toxicity weighs nearly as much."""
    judged = gate(score("P1=2 P3=1 A2=1"), PROBABLE, toxic(signs, tone, context), MOMENT, is_intrathecal=False)
    assert judged.answer is answer
    if answer is Answer.UNCERTAIN:
        assert judged.urgency is Urgency.WARNING


@pytest.mark.parametrize(("findings", "answer"), [("N2=1 P1=2 P3=1 A2=1", Answer.UNCERTAIN),
                                                  ("N2=1 P1=2 P3=1 A2=1 A4=1", Answer.WITHDRAWAL)])  # fmt: skip
def test_two_points_ahead_are_not_uncertain(findings: str, answer: Answer) -> None:
    """Four points of toxicity: five are close, six are not."""
    signs = toxic("X2=2 X4=1 X5=1", "not documented")
    assert gate(score(findings), PROBABLE, signs, MOMENT, is_intrathecal=False).answer is answer


@pytest.mark.parametrize(
    ("findings", "flags", "level", "by_pump", "urgency"),
    [
        ("N1=2 N2=1", (), PROBABLE, False, Urgency.WARNING),
        ("N1=2 N2=1", ("seizure",), PROBABLE, False, Urgency.CRITICAL),
        ("N1=2 N2=1 P1=2", (), PROBABLE, False, Urgency.WARNING),
        ("N1=2 N2=1 P1=2 A2=1", (), PROBABLE, False, Urgency.CRITICAL),
        ("N1=2 N2=1", (), PROBABLE, True, Urgency.WARNING),
        ("N1=2 N2=1 A2=1", (), PROBABLE, True, Urgency.CRITICAL),
        ("N1=2 N2=1 P1=2 P3=1 A2=1 A4=1", (), POSSIBLE, False, Urgency.WARNING),
        ("N1=2 N2=1 P1=2 P3=1 A2=1 A4=1", ("temperature 40 °C",), POSSIBLE, False, Urgency.CRITICAL),
        ("N2=1 P1=2 P3=1 A2=1 A4=1", ("temperature 40 °C",), POSSIBLE, True, Urgency.WARNING),
    ],
)
def test_how_urgent(findings: str, flags: tuple[str, ...], level: Level, by_pump: bool, urgency: Urgency) -> None:
    """A red flag or six points (four by pump); when only possible a red flag with rigidity."""
    judged = gate(score(findings, flags), level, toxic(), MOMENT, is_intrathecal=by_pump)
    assert (judged.answer, judged.urgency) == (Answer.WITHDRAWAL, urgency)


@pytest.mark.parametrize(
    ("findings", "level", "urgency"),
    [("N1=2 N2=1 P1=2 P3=1", PROBABLE, Urgency.WARNING), ("N1=2 N2=1 P1=2 P3=1", CONFIRMED, Urgency.CRITICAL),
     ("N1=2 N2=1 P1=2 P4=2", PROBABLE, Urgency.CRITICAL)],
)  # fmt: skip
def test_symptoms_without_vital_signs(findings: str, level: Level, urgency: Urgency) -> None:
    """At most a warning, unless it is confirmed or there was a seizure (FND-08)."""
    judged = gate(score(findings), level, toxic(), MOMENT, is_intrathecal=False, is_measured=False)
    assert judged.urgency is urgency


@pytest.mark.parametrize(
    ("answer", "findings", "tone", "because"),
    [(Answer.NO, "P3=1", "high", "1 points, interruption probable"),
     (Answer.WITHDRAWAL, "N1=2 N2=1", "high", "3 points, interruption probable"),
     (Answer.TOXICITY, "N2=1 P1=2", "low", "low tone, no rigidity")],
)  # fmt: skip
def test_the_answer_is_explained(answer: Answer, findings: str, tone: str, because: str) -> None:
    """In words."""
    judged = gate(score(findings), PROBABLE, toxic(tone=tone), MOMENT, is_intrathecal=False)
    assert (judged.answer, judged.because) == (answer, because)


def test_the_caps_of_the_domains() -> None:
    """Neuromuscular 3, mental 4, autonomic 6, laboratory 4."""
    assert score("N1=2 N2=1 N2=1").points == 3
    assert score("P1=2 P2=2 P3=1").points == 4
    assert score("A1=3 A2=1 A3=1 A4=1 A5=2").points == 6
    assert score("L1=2 L2=1 L3=2").points == 4
    assert score("N1=2 P1=2 A1=3 L1=2").points == 9
    assert score("N1=2 N2=1 P1=2").domains == 2
