"""Signs that stand alone in words, red flags at their limits, and what is usual for this patient."""

import pytest

from cards.moment import Moment
from cards.scales.toxicity import Toxicity
from cards.scales.withdrawal_gate import Answer, Gate, gate
from cards.scales.withdrawal_score import Item, Score
from cards.timeline.findings import Finding
from cards.timeline.interruptions import Level
from cards.verdict import Urgency
from tests.chart import Chart

HEAT, PULSE, PRESSURE, GCS, CK, OXYGEN = "8310-5", "8867-4", "8480-6", "9269-2", "2157-6", "59408-5"
CREATININE = "2160-0"
CALM = Toxicity((), (), "high", gate_met=False)


def score(chart: Chart) -> Score:
    """The count by pump, with no interruption time."""
    chart.pump()
    return chart.case().pump_findings


def flags(*values: tuple[str, float, str], signs: tuple[str, ...] = (), age: float = 54) -> tuple[str, ...]:
    """The red flags of these findings."""
    chart = Chart(age)
    for loinc, value, unit in values:
        chart.vital(loinc, value, unit)
    for sign in signs:
        chart.sign(sign)
    return tuple(flag.text for flag in score(chart).red_flags)


@pytest.mark.parametrize(
    ("sign", "code", "points"),
    [
        ("Hypertensive crisis", "A3", 1),
        ("Elevated blood pressure", "A3", 1),
        ("Tachypnea", "A4", 1),
        ("Myoglobinuria", "L2", 1),
        ("Metabolic acidosis", "L3", 1),
        ("Rhabdomyolysis", "L1", 2),
    ],
)
def test_a_sign_that_is_told_only_in_words_counts_under_its_own_name(sign: str, code: str, points: int) -> None:
    """No number beside it."""
    chart = Chart()
    seen = chart.sign(sign)
    counted = [(i.code, i.points, i.finding.reference) for i in score(chart).items]
    assert counted == [(code, points, f"Observation/{seen['id']}")]


def test_itching_weighs_twice_as_much_with_a_pump() -> None:
    """It is the commonest first sign there (C-MEY03)."""
    chart = Chart()
    chart.baclofen()
    chart.pump()
    chart.sign("Itching")
    case = chart.case()
    assert [(i.code, i.points) for i in case.pump_findings.items] == [("A5", 2)]
    assert [(i.code, i.points) for i in case.oral_findings.items] == [("A5", 1)]


@pytest.mark.parametrize(("heat", "stiff", "flagged"), [(39.0, True, True), (38.9, True, False), (39.9, False, False)])
def test_39_degrees_with_rigidity_is_a_red_flag(heat: float, stiff: bool, flagged: bool) -> None:
    """Without rigidity 40 are asked for."""
    found = flags((HEAT, heat, "Cel"), signs=("Rigidity",) if stiff else ())
    assert any(told.startswith("temperature") for told in found) is flagged


@pytest.mark.parametrize(
    ("gcs", "sign", "flagged"),
    [(12, "Rigidity", True), (13, "Rigidity", False), (12, "Fever", True), (12, "Tremor", False)],
)
def test_a_low_coma_score_that_is_usual_is_a_red_flag_with_rigidity_or_fever(
    gcs: float, sign: str, flagged: bool
) -> None:
    """Of somebody who always has thirteen it is no delirium, and still grave."""
    chart = Chart()
    chart.vital(GCS, 13, "{score}", "30d")
    chart.vital(GCS, gcs, "{score}")
    chart.sign(sign)
    counted = score(chart)
    assert not counted.has("P2")
    assert any(told.text.startswith("altered mental state") for told in counted.red_flags) is flagged


@pytest.mark.parametrize(("ck", "sign", "flagged"), [(1000, "Acute kidney injury", True), (999, "Myoglobinuria", False),
                                                     (1000, "Tremor", False)])  # fmt: skip
def test_ck_of_1000_with_kidney_injury_is_a_red_flag(ck: float, sign: str, flagged: bool) -> None:
    """Without it 5,000 are asked for."""
    assert any(told.startswith("CK") for told in flags((CK, ck, "U/L"), signs=(sign,))) is flagged


@pytest.mark.parametrize(
    ("age", "loinc", "value", "unit", "flag"),
    [
        (54, OXYGEN, 90, "%", ""),
        (54, OXYGEN, 89, "%", "SpO2 89 %"),
        (54, PRESSURE, 90, "mm[Hg]", ""),
        (54, PRESSURE, 89, "mm[Hg]", "low blood pressure (SBP 89 mmHg)"),
        (54, PULSE, 50, "/min", ""),
        (54, PULSE, 49, "/min", "heart rate 49 /min"),
        (54, PULSE, 140, "/min", ""),
        (8, PULSE, 58, "/min", ""),
        (8, PULSE, 57, "/min", "heart rate 57 /min"),
        (54, PULSE, 57, "/min", ""),
        (8, PULSE, 158, "/min", ""),
        (8, PULSE, 159, "/min", "heart rate 159 /min"),
        (8, PRESSURE, 86, "mm[Hg]", ""),
        (8, PRESSURE, 85, "mm[Hg]", "low blood pressure (SBP 85 mmHg)"),
    ],
)
def test_red_flags_of_circulation_for_child_and_adult(
    age: float, loinc: str, value: float, unit: str, flag: str
) -> None:
    """A value at its limit is not beyond it; a child's pulse has limits of its own."""
    assert flags((loinc, value, unit), age=age) == ((flag,) if flag else ())


@pytest.mark.parametrize(
    ("usual", "counted"),
    [
        ([("60d", 110.0), ("20d", 110.0), ("8d", 110.0)], True),
        ([("6d", 110.0), ("4d", 110.0), ("3d", 110.0)], False),
        ([("370d", 110.0), ("380d", 110.0), ("8d", 110.0)], False),
        ([("60d", 100.0), ("50d", 110.0), ("40d", 130.0), ("30d", 130.0), ("20d", 130.0)], False),
        ([("60d", 100.0), ("50d", 110.0), ("40d", 110.0), ("30d", 130.0), ("20d", 130.0)], True),
    ],
)
def test_a_rise_of_40_above_the_usual_pressure(usual: list[tuple[str, float]], counted: bool) -> None:
    """The median of a week to a year ago; the last days are not what is usual."""
    chart = Chart()
    for when, value in [*usual, ("1h", 152.0)]:
        chart.systolic(value, when)
    assert score(chart).has("A3") is counted


@pytest.mark.parametrize(("before", "counted"), [("8.95d", True), ("10d", False)])
def test_the_creatinine_of_the_week_before_the_last_two_days(before: str, counted: bool) -> None:
    """An older one tells nothing of an acute rise."""
    chart = Chart()
    chart.vital(CREATININE, 1.0, "mg/dL", before)
    chart.vital(CREATININE, 1.6, "mg/dL")
    assert score(chart).has("L2") is counted


# -- the gate's answers ------------------------------------------------------------------------------------------------


def at(*codes: tuple[str, float]) -> Score:
    """A count of these items."""
    items = tuple(Item(code, points, Finding("Observation/1", code, None)) for code, points in codes)
    return Score(items, sum(points for _, points in codes))


@pytest.mark.parametrize(
    ("score", "toxic", "answer"),
    [
        (at(("N2", 1)), CALM, Gate(Answer.NO, Urgency.INFO, "1 points, interruption probable")),
        (at(("N1", 2), ("P1", 2)), Toxicity((), (), "low", gate_met=False),
         Gate(Answer.TOXICITY, Urgency.INFO, "low tone, no rigidity")),
        (at(("P2", 2), ("P1", 2)), Toxicity((), (), "not documented", gate_met=True),
         Gate(Answer.WITHDRAWAL, Urgency.CRITICAL, "4 points, interruption probable")),
        (at(("P2", 2), ("P1", 2)), Toxicity((Item("X2", 3, Finding("Observation/2", "drowsy", None)),), (),
                                            "not documented", gate_met=True),
         Gate(Answer.UNCERTAIN, Urgency.WARNING, "tone not documented; signs of toxicity as many")),
    ],
)  # fmt: skip
def test_each_answer_of_the_gate_with_its_urgency_and_why(score: Score, toxic: Toxicity, answer: Gate) -> None:
    """By pump, interruption probable."""
    now: Moment = Chart().moment()
    assert gate(score, Level.PROBABLE, toxic, now, is_intrathecal=True) == answer


@pytest.mark.parametrize(
    ("tone", "codes", "gate_met", "asks"),
    [
        ("high", ("X2",), True, False),
        ("low", ("X1",), False, True),
        ("not documented", ("X2",), False, True),
        ("normal", ("X2",), False, True),
        ("high", ("X2",), False, False),
        ("not documented", ("X4",), False, False),
        ("not documented", ("X4",), True, True),
        ("not documented", (), False, False),
    ],
)
def test_a_drowsy_patient_without_rigidity_has_tone_examined_first(
    tone: str, codes: tuple[str, ...], gate_met: bool, asks: bool
) -> None:
    """Before baclofen is given or held."""
    items = tuple(Item(code, 1, Finding("Observation/1", code, None)) for code in codes)
    assert Toxicity(items, (), tone, gate_met=gate_met).asks_for_tone is asks


@pytest.mark.parametrize(
    ("told", "explains"), [((20, None), False), ((None, None), False), ((None, 20), True), ((None,), True)]
)
def test_a_new_dose_that_is_not_entered_is_no_rise_above_another(
    told: tuple[float | None, ...], explains: bool
) -> None:
    """A ward order without its dose, beside the tablets of home: a continuation, as far as anybody knows."""
    chart = Chart()
    for mg, since in zip(told, ("300d", "5h") if len(told) > 1 else ("5h",), strict=True):
        chart.baclofen(mg, since=since)
    assert bool(chart.case().toxicity.context) is explains


def test_tablets_without_a_dose_beside_a_pump_are_a_start() -> None:
    """Nothing by mouth before them."""
    chart = Chart()
    chart.pump()
    chart.baclofen(None, since="5h")
    assert chart.case().toxicity.context == ("baclofen started or raised within 72 h",)
