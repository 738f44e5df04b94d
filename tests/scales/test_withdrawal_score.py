"""The count: which finding gives which points, and what is a red flag."""

import pytest

from cards.scales.withdrawal_score import Score
from tests.chart import Chart


def score(chart: Chart) -> Score:
    """The count by pump, with no interruption time: windows alone decide."""
    chart.pump()
    return chart.case().pump_findings


@pytest.mark.parametrize(
    ("sign", "code", "points"),
    [
        ("Increased spasticity", "N1", 2),
        ("Dystonia", "N1", 2),
        ("Tremor", "N2", 1),
        ("Clonus", "N2", 1),
        ("Visual hallucinations", "P1", 2),
        ("Delirium", "P2", 2),
        ("Altered mental status", "P2", 2),
        ("Agitation", "P3", 1),
        ("Seizure", "P4", 2),
        ("Fever", "A1", 1),
        ("Tachycardia", "A2", 1),
        ("Diaphoresis", "A4", 1),
        ("Itching", "A5", 2),
        ("Paresthesia", "A5", 2),
        ("Rhabdomyolysis", "L1", 2),
        ("Acute kidney injury", "L2", 1),
        ("Disseminated intravascular coagulation", "L3", 1),
    ],
)
def test_signs_in_words(sign: str, code: str, points: int) -> None:
    """One sign, its code and its points."""
    chart = Chart()
    chart.sign(sign)
    counted = score(chart)
    assert [(i.code, i.points) for i in counted.items] == [(code, points)]


@pytest.mark.parametrize(
    ("loinc", "value", "unit", "code", "points"),
    [
        ("8310-5", 38.0, "Cel", "A1", 1),
        ("8310-5", 39.0, "Cel", "A1", 2),
        ("8310-5", 41.0, "Cel", "A1", 3),
        ("8867-4", 101, "/min", "A2", 1),
        ("8480-6", 160, "mm[Hg]", "A3", 1),
        ("8462-4", 100, "mm[Hg]", "A3", 1),
        ("9279-1", 21, "/min", "A4", 1),
        ("2157-6", 500, "U/L", "L1", 1),
        ("2157-6", 1000, "U/L", "L1", 2),
        ("32693-4", 4, "mmol/L", "L3", 1),
        ("1920-8", 120, "U/L", "L3", 1),
        ("9269-2", 13, "{score}", "P2", 2),
    ],
)
def test_values_at_their_limit(loinc: str, value: float, unit: str, code: str, points: int) -> None:
    """At the limit it counts, one below it does not."""
    chart = Chart()
    chart.vital(loinc, value, unit)
    assert [(i.code, i.points) for i in score(chart).items] == [(code, points)]
    chart = Chart()
    below = value + 1 if code == "P2" else value - 0.1 if loinc == "8310-5" else value - 1
    chart.vital(loinc, below, unit)
    assert sum(i.points for i in score(chart).items) == (
        points - 1 if points > 1 and loinc in ("8310-5", "2157-6") else 0
    )


def test_domains_are_capped() -> None:
    """Four of the mental signs are worth seven points, and count as four."""
    chart = Chart()
    for sign in ("Visual hallucinations", "Delirium", "Agitation", "Seizure"):
        chart.sign(sign)
    assert score(chart).points == 4


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ([("130d", 110.0), ("60d", 118.0), ("20d", 112.0), ("1h", 152.0)], True),
        ([("130d", 110.0), ("60d", 118.0), ("20d", 112.0), ("1h", 151.0)], False),
        ([("60d", 110.0), ("20d", 112.0), ("1h", 152.0)], False),
        ([("5h", 150.0), ("1h", 110.0)], True),
        ([("8h", 150.0), ("1h", 110.0)], False),
        ([("7h", 150.0), ("1h", 110.0)], True),
        ([("7.001h", 150.0), ("1h", 110.0)], False),
        ([("5h", 149.0), ("1h", 110.0)], False),
        ([("12h", 150.0), ("5h", 150.0), ("1h", 110.0)], True),
        ([("20h", 150.0), ("12h", 115.0), ("5h", 150.0), ("1h", 110.0)], True),
    ],
)
def test_pressure_by_its_rise_and_by_its_swing(values: list[tuple[str, float]], counted: bool) -> None:
    """40 mmHg over the median of three or more, or 40 within six hours."""
    chart = Chart()
    for when, value in values:
        chart.systolic(value, when)
    assert score(chart).has("A3") is counted


def test_ashworth_must_rise() -> None:
    """A single value cannot have risen, and that is said."""
    chart = Chart()
    chart.vital("x", 3, "1", "2h")
    chart.resources[-1]["code"] = {"text": "Modified Ashworth Scale"}
    alone = score(chart)
    assert not alone.has("N1")
    assert any("no earlier value" in line for line in alone.not_counted)
    for before, risen in ((2, True), (3, False)):
        chart = Chart()
        for value, when in ((before, "20d"), (3, "2h")):
            chart.vital("x", value, "1", when)
            chart.resources[-1]["code"] = {"text": "Modified Ashworth Scale"}
        assert score(chart).has("N1") is risen


def test_gcs_falls_from_its_own_baseline() -> None:
    """Twelve is nothing new for somebody who always has thirteen."""
    chart = Chart()
    chart.vital("9269-2", 13, "{score}", "30d")
    chart.vital("9269-2", 12, "{score}", "1h")
    assert not score(chart).has("P2")


@pytest.mark.parametrize(
    ("earlier", "now", "counted"),
    [
        (("5d", 1.0), 1.5, True),
        (("5d", 1.0), 1.4, False),
        (("40h", 1.0), 1.3, True),
        (("40h", 1.0), 1.29, False),
        (("40h", 0.9), 1.2, True),  # 1.2 - 0.9 is less than 0.3 in binary
    ],
)
def test_acute_kidney_injury(earlier: tuple[str, float], now: float, counted: bool) -> None:
    """1.5 x within a week, or 0.3 mg/dL within 48 h."""
    chart = Chart()
    chart.vital("2160-0", earlier[1], "mg/dL", earlier[0])
    chart.vital("2160-0", now, "mg/dL")
    assert score(chart).has("L2") is counted


@pytest.mark.parametrize(
    ("findings", "flag"),
    [
        ([("8310-5", 40.0, "Cel")], "temperature 40"),
        ([("2157-6", 5000, "U/L")], "CK 5,000"),
        ([("8480-6", 89, "mm[Hg]")], "low blood pressure (SBP 89 mmHg)"),
        ([("8867-4", 49, "/min")], "heart rate 49"),
        ([("8867-4", 141, "/min")], "heart rate 141"),
        ([("59408-5", 89, "%")], "SpO2 89 %"),
        ([("2157-6", 1000, "U/L"), ("32693-4", 4, "mmol/L")], "organ failure (CK 1,000 U/L and lactate 4 mmol/L)"),
        ([("9269-2", 12, "{score}"), ("8310-5", 38.2, "Cel")], "altered mental state (GCS 12) with fever"),
    ],
)
def test_red_flags(findings: list[tuple[str, float, str]], flag: str) -> None:
    """Each makes a met gate critical."""
    chart = Chart()
    for loinc, value, unit in findings:
        chart.vital(loinc, value, unit)
    assert any(flag in told.text for told in score(chart).red_flags)


@pytest.mark.parametrize("sign", ["Mechanically ventilated", "Vasopressor started"])
def test_red_flags_in_words(sign: str) -> None:
    """Support of breathing or circulation."""
    chart = Chart()
    chart.sign(sign)
    assert score(chart).red_flags


def test_without_an_age_vital_signs_are_not_called_abnormal() -> None:
    """Temperature is for all ages; a pulse of 130 is not."""
    chart = Chart(age=None)
    chart.heart_rate(130)
    chart.temperature(39.0)
    assert [i.code for i in score(chart).items] == ["A1"]


@pytest.mark.parametrize(
    ("age", "pulse", "fast"),
    [(0.05, 181, True), (0.05, 180, False), (0.5, 191, True), (2, 141, True), (4, 121, True), (8, 119, True),
     (11, 119, True), (12.5, 101, True), (14, 101, True), (14, 100, False)],
)  # fmt: skip
def test_pulse_by_age(age: float, pulse: float, fast: bool) -> None:
    """The bands of PALS."""
    chart = Chart(age=age)
    chart.heart_rate(pulse)
    assert score(chart).has("A2") is fast


@pytest.mark.parametrize(
    ("text", "category", "counted"),
    [
        ("Delirium", "encounter-diagnosis", True),
        ("Delirium", "problem-list-item", False),
        ("Spasticity", "encounter-diagnosis", False),
    ],
)
def test_undated_problems(text: str, category: str, counted: bool) -> None:
    """An encounter diagnosis is news; spasticity never is without a date."""
    chart = Chart()
    chart.condition(text, category=[{"coding": [{"code": category}]}])
    counted_now = score(chart)
    assert bool(counted_now.items) is counted
    assert counted or any("date unknown" in line for line in counted_now.not_counted)


@pytest.mark.parametrize(("when", "counted"), [("24h", True), ("24.1h", False), ("-0.5h", False)])
def test_vital_signs_of_the_last_day(when: str, counted: bool) -> None:
    """Older ones, and those of the future, do not count."""
    chart = Chart()
    chart.temperature(39.5, when if not when.startswith("-") else "+0.5h")
    assert bool(score(chart).items) is counted


@pytest.mark.parametrize(
    ("name", "value", "item"),
    [("RASS", 1, ("P3", 1, "RASS 1")), ("RASS", 0, None), ("CAM-ICU", 1, ("P2", 2, "CAM 1")), ("CAM-ICU", 0, None)],
)
def test_agitation_and_delirium_by_scale(name: str, value: float, item: tuple[str, int, str] | None) -> None:
    """RASS of +1 or more, CAM positive."""
    chart = Chart()
    chart.vital("x", value, "{score}")["code"] = {"text": name}
    assert [(i.code, i.points, i.finding.text) for i in score(chart).items] == ([item] if item else [])


@pytest.mark.parametrize(("value", "told"), [(0, False), (1, True), (3, True)])
def test_a_first_ashworth_of_nothing_is_not_worth_a_word(value: float, told: bool) -> None:
    """Zero is no spasticity."""
    chart = Chart()
    chart.vital("x", value, "1", "2h")["code"] = {"text": "Modified Ashworth Scale"}
    assert bool(score(chart).not_counted) is told
