"""Which findings count now, and what is said of those that do not."""

import pytest

from cards.record.concepts import Measure, Sign
from cards.record.when import When
from cards.timeline.findings import Findings, shown
from tests.chart import Chart, instant
from tests.chart import moment as at


def findings(chart: Chart, since: str | None = None) -> Findings:
    """As of now, the interruption began at `since`."""
    case = chart.case()
    begun = When(at(since), at(since)) if since else None
    return Findings(case.record, case.moment, begun)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(39.5, "Cel", "T 39.5 °C"), (103.1, "[degF]", "T 39.5 °C"), (39.5, "", "T 39.5 °C (unit assumed)"),
     (103.1, "", "T 39.5 °C (unit assumed)")],
)  # fmt: skip
def test_a_temperature_is_shown_with_what_was_assumed(value: float, unit: str, text: str) -> None:
    """Without a unit the range tells."""
    chart = Chart()
    told = chart.temperature(value)
    told["valueQuantity"] = {"value": value, "unit": unit, "code": unit} if unit else {"value": value}
    hottest = findings(chart).highest(Measure.TEMPERATURE)
    assert hottest is not None
    assert shown(Measure.TEMPERATURE, hottest).text == text


def test_a_measure_without_a_short_name_is_shown_by_its_own() -> None:
    """Potassium has none."""
    chart = Chart()
    chart.vital("2823-3", 5.9, "mmol/L")
    highest = findings(chart).highest(Measure.POTASSIUM)
    assert highest is not None
    assert shown(Measure.POTASSIUM, highest).text == "potassium 5.9"


@pytest.mark.parametrize(
    ("onset", "recorded", "counts"),
    [("2h", None, True), (None, "2h", True), ("200h", "2h", False), ("2h", "200h", True), ("73h", None, False)],
)
def test_a_condition_counts_by_its_onset(onset: str | None, recorded: str | None, counts: bool) -> None:
    """Where there is none, by the time it was recorded."""
    chart = Chart()
    more = {"recordedDate": instant(recorded)} if recorded else {}
    chart.condition("Delirium", onset, **more)
    assert bool(findings(chart).sign(Sign.DELIRIUM)) is counts


@pytest.mark.parametrize(("onset", "counts"), [("31h", False), ("30h", False), ("29h", True), ("0h", True)])
def test_a_condition_of_before_the_interruption_is_baseline(onset: str, counts: bool) -> None:
    """It began 30 hours ago; what was there before is said and does not count."""
    chart = Chart()
    chart.condition("Delirium", onset)
    found = findings(chart, "30h")
    assert bool(found.sign(Sign.DELIRIUM)) is counts
    assert found.not_counted == ([] if counts else ["Delirium (before the interruption)"])


def test_a_sign_of_before_the_interruption_is_left_out_without_a_word() -> None:
    """Nobody wrote it down as a problem."""
    chart = Chart()
    chart.sign("Tremor", "31h")
    found = findings(chart, "30h")
    assert found.sign(Sign.TREMOR) is None
    assert found.not_counted == []


def test_the_newest_of_several_signs_is_told() -> None:
    """In whatever order they stand; one without a date comes last."""
    for times in (("5h", "2h"), ("2h", "5h")):
        chart = Chart()
        ids = {when: chart.sign("Tremor", when)["id"] for when in times}
        chart.condition("Tremor", category=[{"coding": [{"code": "encounter-diagnosis"}]}])
        newest = findings(chart).sign(Sign.TREMOR)
        assert newest is not None
        assert newest.reference == f"Observation/{ids['2h']}"


def test_less_than_is_no_high_value_and_more_than_no_low_one() -> None:
    """ "CK < 5,000 U/L" and "SpO2 > 89 %" prove nothing."""
    chart = Chart()
    chart.baclofen(status="stopped", until="30h")
    chart.vital("2157-6", 5000, "U/L")["valueQuantity"]["comparator"] = "<"
    chart.vital("59408-5", 89, "%")["valueQuantity"]["comparator"] = ">"
    found = chart.case().oral_findings
    assert not found.has("L1+")
    assert found.red_flags == ()
