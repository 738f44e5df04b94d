"""Were inpatient doses held or missed?"""

import pytest

from tests.chart import Chart

KIND = "abrupt-discontinuation"


def ward(given: str, missed: list[str]) -> Chart:
    """On baclofen at home and in this stay; the last dose given, and those that were not."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(since="59h", category="inpatient")
    chart.baclofen()
    chart.given(given)
    chart.not_given(*missed)
    return chart


@pytest.mark.parametrize(
    ("last", "mg", "urgency"),
    [
        ("11.9h", 20, ""),
        ("12h", 20, "warning"),
        ("23.9h", 20, "warning"),
        ("24h", 20, "critical"),
        ("30h", 10, "warning"),
    ],
)
def test_hours_since_the_last_dose(last: str, mg: float, urgency: str) -> None:
    """An order every 8 h, nothing charted since."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(mg, 3, since="400d")
    chart.baclofen(mg, 3, since="59h", category="inpatient")
    chart.given(last)
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("missed", "told"), [(["5h"], "1 baclofen dose not given"), (["9h", "1h"], "2 baclofen doses not given")]
)
def test_one_dose_is_told_as_one(missed: list[str], told: str) -> None:
    """In the singular."""
    assert ward("13h", missed).decide().card(KIND).summary.startswith(told)


@pytest.mark.parametrize(("missed", "urgency"), [(["3h"], ""), (["9h", "1h"], "warning")])
def test_two_doses_in_a_row_not_given(missed: list[str], urgency: str) -> None:
    """One missed dose is no interruption yet."""
    assert ward("11h", missed).decide().urgency(KIND) == urgency


def test_every_six_hours_ten_hours_is_missed() -> None:
    """The shorter threshold of the shorter interval."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(15, 4, since="59h", category="inpatient")
    chart.given("10h")
    assert chart.decide().urgency(KIND) == "warning"


def test_once_a_day_is_not_late_after_thirteen_hours() -> None:
    """A dose at bedtime."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(30, 1, since="400d")
    chart.baclofen(30, 1, since="59h", category="inpatient")
    chart.given("13h")
    assert chart.decide().is_silent


def doses_missed() -> Chart:
    """60 mg a day for over a year; in hospital the last dose was given 26 h ago, three were not."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(since="59h", category="inpatient")
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    return chart


def test_limp_and_drowsy_holding_may_be_right() -> None:
    """Toxicity first: a reminder to examine tone, no restart offered."""
    chart = doses_missed()
    chart.sign("Flaccid, low muscle tone")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "resume-baclofen" not in [s.key for s in card.suggestions]


def test_inpatient_order_on_hold_and_doses_charted_as_not_given() -> None:
    """Both questions find it, one card says it."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(since="59h", category="inpatient", status="on-hold")
    chart.given("26h")
    chart.not_given("18h", "10h", "2h")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "critical"
    assert set(card.rules) >= {"ABR-01", "ABR-08"}


def test_the_administration_record_tells_of_a_stay_without_an_encounter() -> None:
    """A ward charts doses; no encounter is to be had."""
    chart = Chart()
    chart.baclofen()
    chart.baclofen(since="60h", category="inpatient")
    chart.given("50h", "42h", "34h", "26h")
    chart.not_given("18h", "10h", "2h")
    assert chart.decide(unsupported=["Encounter"]).card(KIND).rules == ("ABR-08",)
