"""How bad would stopping be: the tier in the words of the chart."""

import pytest

from cards.scales.dependence import Tier
from tests.chart import Chart, instant


def tier(chart: Chart) -> Tier:
    """The tier by mouth."""
    return chart.case().oral_dependence.tier


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("Multiple sclerosis", Tier.T2),
        ("Spinal cord injury at T4", Tier.T3),
        ("Spinal cord injury at L2", Tier.T2),
        ("Epilepsy", Tier.T3),
        ("Previous baclofen withdrawal", Tier.T3),
        ("Pregnancy", Tier.T3),
        ("Aphasia, cannot communicate", Tier.T3),
    ],
)
def test_risk_modifiers_raise_a_middle_tier(problem: str, expected: Tier) -> None:
    """The label's apparent risk groups, epilepsy, pregnancy."""
    chart = Chart()
    chart.baclofen(10, 3)
    chart.condition(problem, "900d")
    assert tier(chart) is expected


@pytest.mark.parametrize(
    ("since", "told"),
    [("2h", "60 mg/day"), ("25h", "60 mg/day for at least 1 day"), ("49h", "60 mg/day for at least 2 days"),
     (None, "60 mg/day since an unknown date")],
)  # fmt: skip
def test_how_long_is_told(since: str | None, told: str) -> None:
    """One day in the singular; of less than a day nothing is said."""
    chart = Chart()
    chart.baclofen(20, 3, since)
    assert chart.case().oral_dependence.because == told


def test_tablets_beside_a_pump() -> None:
    """Both routes: a middle tier becomes high."""
    chart = Chart()
    chart.baclofen(10, 3)
    chart.pump()
    assert tier(chart) is Tier.T3
    assert "oral and intrathecal combined" in chart.case().oral_dependence.raised_by


@pytest.mark.parametrize(
    ("weight", "mg", "expected"),
    [
        (20.0, 5, Tier.T2),
        (20.0, 6.6, Tier.T2),
        (20.0, 6.7, Tier.T3),
        (20.0, 1.6, Tier.T1),
        (None, 10, Tier.T3),
        (None, 9, Tier.T2),
        (None, 2.4, Tier.T1),
    ],
)
def test_children_by_weight(weight: float | None, mg: float, expected: Tier) -> None:
    """0.25 and 1 mg/kg/day; without a weight half the adult doses."""
    chart = Chart(age=7)
    chart.baclofen(mg, 3)
    if weight:
        chart.vital("29463-7", weight, "kg", "30d")
        chart.resources[-1]["code"] = {"text": "Body weight"}
    dependence = chart.case().oral_dependence
    assert dependence.tier is expected
    assert bool(dependence.assumed) is (weight is None)


def test_an_old_weight_does_not_count() -> None:
    """Older than a year."""
    chart = Chart(age=7)
    chart.baclofen(9, 3)
    chart.vital("29463-7", 10, "kg", "400d")
    chart.resources[-1]["code"] = {"text": "Body weight"}
    assert tier(chart) is Tier.T2


@pytest.mark.parametrize(("indication", "expected"), [("Multiple sclerosis", Tier.T3), ("Hay fever", Tier.T1)])
def test_unknown_start(indication: str, expected: Tier) -> None:
    """A chronic indication means long use; else the lowest tier that speaks."""
    chart = Chart()
    chart.baclofen(since=None)
    chart.condition(indication, "3000d")
    dependence = chart.case().oral_dependence
    assert dependence.tier is expected
    assert any("start not recorded" in a for a in dependence.assumed)


def test_a_statement_dated_only_by_when_it_was_told() -> None:
    """Told three days ago, taken for who knows how long."""
    chart = Chart()
    chart.baclofen(since=None, statement=True, dateAsserted=instant("3d"))
    assert tier(chart) is Tier.T1
    chart.baclofen(since=None, statement=True, dateAsserted=instant("70d"))
    assert tier(chart) is Tier.T3


def test_dose_unknown() -> None:
    """Long use of an unknown dose counts as the middle."""
    chart = Chart()
    chart.baclofen(mg=None)
    dependence = chart.case().oral_dependence
    assert dependence.tier is Tier.T2
    assert "dose not recorded" in dependence.assumed


def prn(chart: Chart) -> None:
    """Baclofen as needed, for a year."""
    chart.baclofen()
    chart.resources[-1]["dosageInstruction"][0]["asNeededBoolean"] = True


def test_as_needed_without_a_sign_of_use() -> None:
    """Neither charted nor filled: no card would be right."""
    chart = Chart()
    prn(chart)
    assert tier(chart) is Tier.T0


@pytest.mark.parametrize(("days", "expected"), [(2, Tier.T0), (3, Tier.T3)])
def test_as_needed_on_so_many_days_a_week(days: int, expected: Tier) -> None:
    """Three days a week is regular use."""
    chart = Chart()
    prn(chart)
    chart.given(*(f"{n * 24 + 1}h" for n in range(days)))
    assert tier(chart) is expected


def test_never_taken() -> None:
    """A statement says so."""
    chart = Chart()
    chart.baclofen(statement=True, status="not-taken", statusReason=[{"text": "Never started"}])
    assert tier(chart) is Tier.T0


def test_bridged_over_three_weeks_but_not_over_two_months() -> None:
    """Pauses of up to 30 days are covered."""
    for pause, expected in ((20, Tier.T3), (60, Tier.T2)):
        chart = Chart()
        chart.baclofen(since="400d", status="stopped", until=f"{30 + pause}d")
        chart.baclofen(since="30d")
        assert tier(chart) is expected


def test_orders_once_a_day_each_are_one_regimen() -> None:
    """10 in the morning and 20 at night are 30; the same order twice is not 120."""
    chart = Chart()
    for mg, when in ((10, "morning"), (20, "night")):
        chart.baclofen(mg, 1)
        chart.resources[-1]["dosageInstruction"][0]["text"] = when
    dose = chart.case().oral.dose  # type: ignore[union-attr]
    assert dose is not None
    assert dose.low == 30
    twice = Chart()
    twice.baclofen()
    twice.baclofen()
    assert twice.case().oral.dose.low == 60  # type: ignore[union-attr]


CHRONIC = "start not recorded: taken as 60 days or more, for the indication is chronic"


def dependence(chart: Chart) -> tuple[Tier, str, tuple[str, ...]]:
    """The tier, its words, and what was assumed."""
    found = chart.case().oral_dependence
    return found.tier, found.because, found.assumed


@pytest.mark.parametrize(("since", "expected"), [("14d", Tier.T2), ("13d", Tier.T0)])
def test_a_dose_that_is_not_recorded(since: str, expected: Tier) -> None:
    """Middle from 14 days on, and it is said."""
    chart = Chart()
    chart.baclofen(None, since=since)
    assert dependence(chart) == (expected, f"dose not recorded for at least {since[:-1]} days", ("dose not recorded",))


@pytest.mark.parametrize(
    ("problem", "active", "expected"),
    [
        ("Multiple sclerosis", True, (Tier.T3, "60 mg/day for at least 60 days", (CHRONIC,))),
        ("Multiple sclerosis", False, (Tier.T1, "60 mg/day since an unknown date", ("start not recorded",))),
        ("Hypertension", True, (Tier.T1, "60 mg/day since an unknown date", ("start not recorded",))),
        ("", True, (Tier.T1, "60 mg/day since an unknown date", ("start not recorded",))),
    ],
)  # fmt: skip
def test_a_start_that_is_not_recorded(problem: str, active: bool, expected: object) -> None:
    """Chronic where the indication is; else the lowest tier."""
    chart = Chart()
    chart.baclofen(statement=True, since=None)
    if problem:
        chart.condition(problem, "900d", active=active)
    assert dependence(chart) == expected


def test_a_course_told_as_continuous_is_chronic() -> None:
    """By the order itself."""
    chart = Chart()
    chart.baclofen(since=None, courseOfTherapyType={"coding": [{"code": "continuous"}]})
    assert dependence(chart)[0] is Tier.T3


def test_as_needed_and_screening_doses_are_no_dependence() -> None:
    """With their words."""
    chart = Chart()
    chart.baclofen()["dosageInstruction"][0]["asNeededBoolean"] = True
    assert dependence(chart)[:2] == (Tier.T0, "as needed, less than three days a week")
