"""Low tone or rigidity: tone decides."""

import pytest

from cards.scales.toxicity import Toxicity
from tests.chart import Chart


def toxicity(chart: Chart) -> Toxicity:
    return chart.case().toxicity


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([("9279-1", 9, "/min")], "X3"),
        ([("8867-4", 49, "/min")], "X4"),
        ([("8480-6", 89, "mm[Hg]")], "X5"),
        ([("8310-5", 35.4, "Cel")], "X6"),
        ([("9269-2", 12, "{score}")], "X2"),
    ],
)
def test_signs_by_value(findings: list[tuple[str, float, str]], code: str) -> None:
    """At their limits."""
    chart = Chart()
    for loinc, value, unit in findings:
        chart.vital(loinc, value, unit)
    assert [i.code for i in toxicity(chart).items] == [code]


@pytest.mark.parametrize(
    ("sign", "code"),
    [("Flaccid", "X1"), ("Somnolent", "X2"), ("Apnea", "X3"), ("Bradycardia", "X4"), ("Hypotension", "X5")],
)
def test_signs_in_words(sign: str, code: str) -> None:
    """As a nurse writes them."""
    chart = Chart()
    chart.sign(sign)
    assert code in [i.code for i in toxicity(chart).items]


@pytest.mark.parametrize(
    ("sign", "tone"),
    [("Flaccid", "low"), ("Rigidity", "high"), ("Muscle tone normal", "normal"), ("Cough", "not documented")],
)
def test_tone(sign: str, tone: str) -> None:
    """The best discriminator."""
    chart = Chart()
    chart.sign(sign)
    assert toxicity(chart).tone == tone


def test_context_lowers_the_gate() -> None:
    """Three points with a reason for toxicity, four without."""
    chart = Chart()
    chart.baclofen()
    chart.sign("Flaccid")
    chart.heart_rate(45)
    assert not toxicity(chart).gate_met
    chart.baclofen(30, 3, since="20h")
    assert toxicity(chart).context == ("baclofen started or raised within 72 h",)
    assert toxicity(chart).gate_met


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda c: c.medicine("morphine 10 mg IV", "5h"), "new sedative or opioid"),
        (lambda c: c.procedure("Intrathecal pump refill", "20h"), "pump refilled or programmed within 72 h"),
        (lambda c: c.procedure("Intrathecal catheter revision", "80h"), "pump surgery within 96 h"),
        (lambda c: c.condition("Hemodialysis dependent", "300d"), "dialysis"),
        (lambda c: c.condition("Baclofen overdose", "5h"), "overdose or poisoning recorded"),
        (lambda c: c.vital("98979-8", 22, "mL/min/1.73m2", "5h"), "eGFR 22"),
    ],
)
def test_what_would_explain_it(what: object, told: str) -> None:
    """The contexts of section 9."""
    chart = Chart()
    chart.pump()
    what(chart)  # type: ignore[operator]
    assert told in toxicity(chart).context


def test_an_order_at_the_same_dose_is_no_rise() -> None:
    """A ward order that continues the home dose."""
    chart = Chart()
    chart.baclofen()
    chart.baclofen(since="10h", category="inpatient")
    assert not toxicity(chart).context


def test_withdrawal_or_toxicity_when_tone_was_not_examined() -> None:
    """One card that asks for the tone, a warning."""
    chart = Chart()
    chart.baclofen(10, 3)
    chart.stay("31h")
    chart.sign("Confusion")
    chart.sign("Somnolent")
    chart.vital("9279-1", 8, "/min")
    card = chart.decide().card("toxicity-not-withdrawal")
    assert "Withdrawal or toxicity?" in card.summary
    assert not {"resume-baclofen", "midazolam"} & {s.key for s in card.suggestions}


@pytest.mark.parametrize(
    ("signs", "holds"),
    [(("Flaccid",), True), (("Somnolent",), False), (("Apnea",), False),
     (("Apnea", "Bradycardia", "Hypotension"), True),
     (("Rigidity", "Somnolent"), False), (("Rigidity", "Apnea", "Bradycardia", "Hypotension"), False), ((), False)],
)  # fmt: skip
def test_when_holding_baclofen_may_be_right(signs: tuple[str, ...], holds: bool) -> None:
    """Limp or otherwise toxic; not drowsy alone, for withdrawal does that, too; never with rigidity."""
    chart = Chart()
    chart.baclofen()
    for sign in signs:
        chart.sign(sign)
    assert toxicity(chart).makes_holding_right is holds


@pytest.mark.parametrize(
    ("before", "now", "raised"), [(None, 20, True), (20, 25, True), (20, 24.9, False), (20, 20, False), (20, 10, False)]
)
def test_a_dose_raised_by_a_quarter_explains_toxicity(before: float | None, now: float, raised: bool) -> None:
    """A first order too; the same dose again is a continuation."""
    chart = Chart()
    if before:
        chart.baclofen(before)
    chart.baclofen(now, since="20h")
    assert ("baclofen started or raised within 72 h" in toxicity(chart).context) is raised


def test_a_dose_not_entered_is_no_rise() -> None:
    """Nobody knows; where it is the only order it is a start."""
    chart = Chart()
    chart.baclofen(None, since="20h")
    assert "baclofen started or raised within 72 h" in toxicity(chart).context


@pytest.mark.parametrize(
    ("findings", "items"),
    [
        ([("RASS", -2)], [("X2", 2, "RASS -2")]),
        ([("RASS", -1)], []),
        ([("RASS", -3), ("Glasgow coma scale", 12)], [("X2", 2, "GCS 12")]),
        ([("PaCO2", 51), ("pH arterial", 7.34)], [("X3", 2, "PaCO2 51 mmHg")]),
        ([("PaCO2", 50), ("pH arterial", 7.34)], []),
        ([("PaCO2", 51), ("pH arterial", 7.35)], []),
        ([("PaCO2", 51)], []),
        ([("pH arterial", 7.2)], []),
    ],
)
def test_sedation_and_retained_carbon_dioxide(
    findings: list[tuple[str, float]], items: list[tuple[str, int, str]]
) -> None:
    """Deep by RASS where no coma scale says so; PaCO2 over 50 with a pH under 7.35."""
    units = {"PaCO2": "mm[Hg]", "pH arterial": "[pH]"}
    chart = Chart()
    for name, value in findings:
        told = chart.vital("x", value, units.get(name, "{score}"))
        told["code"] = {"text": name}
    assert [(i.code, i.points, i.finding.text) for i in toxicity(chart).items] == items


@pytest.mark.parametrize(
    ("loinc", "value", "unit"),
    [("9279-1", 10, "/min"), ("8867-4", 50, "/min"), ("8480-6", 90, "mm[Hg]"), ("8310-5", 35.5, "Cel"),
     ("9269-2", 13, "{score}")],
)  # fmt: skip
def test_at_the_limit_a_value_is_still_normal(loinc: str, value: float, unit: str) -> None:
    """Only below it is it low."""
    chart = Chart()
    chart.vital(loinc, value, unit)
    assert toxicity(chart).items == ()


def test_apnoea_is_worth_two_points_and_told_as_written() -> None:
    """With the words of the chart."""
    chart = Chart()
    chart.sign("Apnea")
    (item,) = toxicity(chart).items
    assert (item.code, item.points, item.finding.text) == ("X3", 2, "Apnea: present")


@pytest.mark.parametrize(
    ("work", "ago", "words"),
    [
        ("Intrathecal pump refill", "3d", "pump refilled or programmed within 72 h"),
        ("Intrathecal pump refill", "3.1d", ""),
        ("Intrathecal pump interrogation", "3d", "pump refilled or programmed within 72 h"),
        ("Intrathecal pump replacement", "4d", "pump surgery within 96 h"),
        ("Intrathecal catheter revision", "4d", "pump surgery within 96 h"),
        ("Implantation of intrathecal baclofen pump", "4d", "pump surgery within 96 h"),
        ("Intrathecal pump replacement", "4.1d", ""),
    ],
)
def test_work_on_the_pump_explains_toxicity(work: str, ago: str, words: str) -> None:
    """Lately, not a fortnight ago."""
    chart = Chart()
    chart.pump()
    chart.procedure(work, ago)
    assert toxicity(chart).context == ((words,) if words else ())


@pytest.mark.parametrize(
    ("chart_of", "context"),
    [
        ([("Acute kidney injury", "2d")], ("acute kidney injury",)),
        ([("End stage renal disease on hemodialysis", "900d")], ("dialysis",)),
        ([("Baclofen overdose", "1d")], ("overdose or poisoning recorded",)),
        ([], ()),
    ],
)
def test_problems_that_explain_toxicity(chart_of: list[tuple[str, str]], context: tuple[str, ...]) -> None:
    """Kidneys and overdose."""
    chart = Chart()
    chart.baclofen()
    for text, onset in chart_of:
        chart.condition(text, onset)
    assert toxicity(chart).context == context


@pytest.mark.parametrize(("since", "counts"), [("72h", True), ("72.1h", False), ("+2h", False)])
def test_a_new_opioid_explains_toxicity(since: str, counts: bool) -> None:
    """Of the last three days; one that begins later has not been taken, and others after it are looked at."""
    chart = Chart()
    chart.baclofen()
    chart.medicine("amoxicillin 500 mg", "+5h")
    chart.medicine("morphine 10 mg", since)
    assert ("new sedative or opioid" in toxicity(chart).context) is counts


@pytest.mark.parametrize(("value", "counts"), [(29, True), (30, False)])
def test_a_low_egfr_explains_toxicity(value: float, counts: bool) -> None:
    """Under 30."""
    chart = Chart()
    chart.baclofen()
    chart.vital("98979-8", value, "mL/min/{1.73_m2}")
    assert toxicity(chart).context == ((f"eGFR {value}",) if counts else ())
