"""From when the hours without baclofen are counted (FND-04)."""

import pytest

from cards.timeline.interruptions import Interruption, Kind, Level
from tests.chart import NOW, Chart, instant


def last(chart: Chart) -> tuple[float | None, str]:
    """Hours since the last exposure, and what it was."""
    when, basis = chart.case().last_oral_dose
    return (None if when is None else round(when.hours_until(NOW), 1)), basis


def by(chart: Chart, kind: Kind) -> Interruption | None:
    """The interruption of this kind."""
    return chart.case().interrupted_by(kind)


@pytest.mark.parametrize(
    ("admitted", "given", "supply_ended", "hours", "basis"),
    [
        ("30h", "10h", None, 10, "last dose given"),
        ("30h", "40h", None, 30, "admission (last possible dose)"),
        ("30h", None, None, 30, "admission (last possible dose)"),
        ("30h", None, "5d", 120, "supply or order at home ended"),
        ("30h", "40h", "5d", 40, "last dose given"),
        ("30h", "10h", "5d", 10, "last dose given"),
        (None, "40h", None, 40, "last dose given"),
        (None, "40h", "5d", 40, "last dose given"),
        (None, "200h", "5d", 120, "supply or order ended"),
        (None, None, "5d", 120, "supply or order ended"),
        (None, None, None, None, "last dose given"),
    ],
)
def test_the_last_dose_that_can_have_been_taken(
    admitted: str | None, given: str | None, supply_ended: str | None, hours: float | None, basis: str
) -> None:
    """A dose given in the stay; else the earlier of admission and the end of the supply, unless a dose came later."""
    chart = Chart()
    chart.baclofen()
    if admitted:
        chart.stay(admitted)
    if given:
        chart.given(given)
    if supply_ended:
        chart.fill(f"{30 + int(supply_ended[:-1])}d", 30)
    assert last(chart) == (hours, basis)


def test_a_dose_counts_in_a_stay_without_an_admission_time() -> None:
    """The chart does not say since when."""
    chart = Chart()
    chart.baclofen()
    del chart.stay("30h")["period"]
    chart.given("40h")
    assert last(chart) == (40, "last dose given")


@pytest.mark.parametrize(
    ("others", "hours"),
    [((), 48), ((("on-hold", None),), 48), ((("stopped", "24h"),), 24), ((("stopped", "72h"),), 48),
     ((("active", None),), None)],
)  # fmt: skip
def test_the_home_order_that_ended_last(others: tuple[tuple[str, str | None], ...], hours: float | None) -> None:
    """One stopped two days ago; another goes on, is held, or was stopped at another time."""
    chart = Chart()
    chart.baclofen(status="stopped", until="48h")
    for status, until in others:
        chart.baclofen(status=status, until=until)
    assert last(chart)[0] == hours


def test_of_supply_and_order_the_earlier_end_counts() -> None:
    """One needs both."""
    chart = Chart()
    chart.baclofen(status="stopped", until="48h")
    chart.fill("35d", 30)
    assert last(chart) == (120, "supply or order ended")


# -- told by the patient -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newer", "since", "stands"),
    [("active", "20h", False), ("active", "72h", True), ("stopped", "20h", True), ("on-hold", "20h", True)],
)
def test_told_as_stopped_until_something_newer_holds(newer: str, since: str, stands: bool) -> None:
    """Told as stopped two days ago; an order written since then means that it goes on."""
    chart = Chart()
    chart.baclofen(statement=True, status="stopped", until="2d")
    chart.baclofen(status=newer, since=since)
    assert (by(chart, Kind.REPORTED) is not None) is stands


@pytest.mark.parametrize(("given", "stands"), [("20h", False), ("72h", True)])
def test_told_as_stopped_and_a_dose_given_since(given: str, stands: bool) -> None:
    """A dose after it."""
    chart = Chart()
    chart.baclofen(statement=True, status="stopped", until="2d")
    chart.given(given)
    assert (by(chart, Kind.REPORTED) is not None) is stands


@pytest.mark.parametrize("statement", [True, False])
@pytest.mark.parametrize(("begins", "stands"), [("+5d", True), ("+13h", True), ("+12h", False), ("+2h", False)])
def test_an_order_for_next_week_does_not_go_on_until_then(statement: bool, begins: str, stands: bool) -> None:
    """Stopped 30 hours ago or more; the next order must begin within twelve hours."""
    chart = Chart()
    chart.baclofen(statement=statement, status="stopped", until="30h")
    order = chart.baclofen(since="1h")
    order["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] = {"start": instant(begins)}
    gap = by(chart, Kind.REPORTED if statement else Kind.STOPPED)
    assert (gap is not None) is stands


def test_an_open_order_of_a_ward_without_its_stay_goes_on() -> None:
    """The encounter may be what was not read."""
    chart = Chart()
    chart.baclofen(status="stopped", until="30h")
    chart.baclofen(since="50h", category="inpatient")
    assert by(chart, Kind.STOPPED) is None


def test_told_twice_the_later_end_counts() -> None:
    """In whatever order the statements stand."""
    for untils in (("5d", "2d"), ("2d", "5d")):
        chart = Chart()
        for until in untils:
            chart.baclofen(statement=True, status="stopped", until=until)
        told = by(chart, Kind.REPORTED)
        assert told is not None
        assert told.hours(NOW) == pytest.approx(42, abs=1.1)
        assert told.level is Level.CONFIRMED


def test_an_order_that_was_reported_counts_like_a_statement() -> None:
    """`reportedBoolean`."""
    chart = Chart()
    chart.baclofen(status="stopped", until="30h", reportedBoolean=True)
    assert by(chart, Kind.REPORTED) is not None
    chart = Chart()
    chart.baclofen(status="stopped", until="30h")
    assert by(chart, Kind.REPORTED) is None


# -- in a stay ---------------------------------------------------------------------------------------------------------


def ward(ordered: str = "59h") -> Chart:
    """In hospital for 60 hours, baclofen three times a day ordered there."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(since=ordered, category="inpatient")
    return chart


@pytest.mark.parametrize(
    ("given", "missed", "count", "level"),
    [
        (("26h",), ("18h", "10h", "2h"), 3, Level.CONFIRMED),
        (("11h",), ("3h", "1h"), 2, Level.PROBABLE),
        (("11h",), ("3h",), None, None),
        (("11h",), ("20h", "3h"), None, None),
        (("11h",), ("3h", "+3h"), None, None),
        (("23h",), (), 0, Level.PROBABLE),
        (("24h",), (), 0, Level.CONFIRMED),
        (("11h",), (), None, None),
    ],
)
def test_doses_missed_since_the_last_one(
    given: tuple[str, ...], missed: tuple[str, ...], count: int | None, level: Level | None
) -> None:
    """Two in a row, or none for 12 hours; what was missed before the last dose, or is still to come, does not count."""
    chart = ward()
    chart.given(*given)
    chart.not_given(*missed)
    gap = by(chart, Kind.NOT_GIVEN)
    assert (gap.missed if gap else None, gap.level if gap else None) == (count, level)


def test_doses_missed_name_the_order_that_holds() -> None:
    """Of the ward, so that its reasons can be asked for."""
    chart = ward()
    order = next(r for r in chart.resources if r.get("category") == [{"coding": [{"code": "inpatient"}]}])
    chart.given("26h")
    chart.not_given("18h", "10h")
    gap = by(chart, Kind.NOT_GIVEN)
    assert gap is not None
    assert gap.order is not None
    assert gap.order.reference == f"MedicationRequest/{order['id']}"


def test_an_order_that_has_just_begun_is_counted_from_its_beginning() -> None:
    """Ordered 13 hours ago in a stay of 60; other doses are charted, none of baclofen."""
    chart = ward("13h")
    chart.given("5h", drug="ceftriaxone 1 g")
    gap = by(chart, Kind.NOT_GIVEN)
    assert gap is not None
    assert (round(gap.hours(NOW)), gap.basis) == (13, "order began (no dose recorded)")
    chart = ward("11h")
    chart.given("5h", drug="ceftriaxone 1 g")
    assert by(chart, Kind.NOT_GIVEN) is None


@pytest.mark.parametrize("status", ["stopped", "cancelled", "on-hold", "completed"])
def test_an_order_of_the_stay_that_is_over(status: str) -> None:
    """Whatever it is called; the home medicine does not stand in for it."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(since="59h", category="inpatient", status=status, until="30h")
    chart.given("40h")
    kinds = {gap.kind for gap in chart.case().oral_interruptions}
    assert kinds == {{"on-hold": Kind.HELD, "completed": Kind.LAPSED}.get(status, Kind.STOPPED)}


@pytest.mark.parametrize(
    ("given", "ended", "hours", "basis"),
    [("40h", "30h", 40, "last dose given"), (None, "30h", 30, "order ended"), ("20h", "30h", 20, "last dose given"),
     (None, None, 60, "admission (last possible dose)")],
)  # fmt: skip
def test_an_order_of_the_stay_is_counted_from_the_last_dose_or_its_end(
    given: str | None, ended: str | None, hours: float, basis: str
) -> None:
    """Stopped in the stay; the dose given last, else the end of the order, else admission."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(since="59h", category="inpatient", status="stopped", until=ended)
    if given:
        chart.given(given)
    gap = by(chart, Kind.STOPPED)
    assert gap is not None
    assert (round(gap.hours(NOW)), gap.basis) == (hours, basis)


def test_the_order_that_ended_last_is_the_one_that_was_stopped() -> None:
    """In whatever order they stand; a course that ended as meant comes after one that was stopped."""
    for untils in (("50h", "30h"), ("30h", "50h")):
        chart = Chart()
        chart.stay("60h")
        ids = {
            until: chart.baclofen(since="59h", category="inpatient", status="stopped", until=until)["id"]
            for until in untils
        }
        chart.baclofen(since="59h", category="inpatient", status="completed", until="20h")
        gap = by(chart, Kind.STOPPED)
        assert gap is not None
        assert gap.order is not None
        assert gap.order.reference == f"MedicationRequest/{ids['30h']}"


def test_a_dose_after_the_supply_ended_shows_that_there_was_more() -> None:
    """The fills end ten days ago, a dose is charted two days ago."""
    chart = Chart()
    chart.baclofen()
    chart.fill("40d", 30)
    gap = by(chart, Kind.SUPPLY_OUT)
    assert gap is not None
    assert gap.basis == "supply ended"
    chart.given("2d")
    assert by(chart, Kind.SUPPLY_OUT) is None


def test_an_omission_names_the_home_order() -> None:
    """So that its reasons can be asked for."""
    chart = Chart()
    home = chart.baclofen()
    chart.stay("30h")
    gap = by(chart, Kind.OMITTED)
    assert gap is not None
    assert gap.order is not None
    assert gap.order.reference == f"MedicationRequest/{home['id']}"
    chart = Chart()
    chart.fill("10d", 30)
    chart.stay("30h")
    filled = by(chart, Kind.OMITTED)
    assert filled is not None
    assert filled.order is None


@pytest.mark.parametrize(("until", "level"), [("10d", Level.PROBABLE), ("15d", Level.NONE)])
def test_an_interruption_of_before_last_week_fades(until: str, level: Level) -> None:
    """By one step, then altogether."""
    chart = Chart()
    chart.baclofen(status="stopped", until=until)
    gap = by(chart, Kind.STOPPED)
    assert gap is not None
    assert gap.level is level


def test_a_taper_under_way_is_a_possible_interruption() -> None:
    """Where nothing surer is found; since when is not said."""
    chart = Chart()
    chart.baclofen()
    chart.add("CarePlan", status="active", intent="plan", title="Baclofen taper plan", period={"start": instant("9d")})
    (gap,) = chart.case().oral_interruptions
    assert (gap.kind, gap.level, gap.since, gap.basis) == (Kind.TAPER, Level.POSSIBLE, None, "taper")
    assert gap.hours(NOW) == 0
    assert gap.evidence[0].text == "taper under way"


@pytest.mark.parametrize(("age", "cut"), [(54, False), (9, True)])
def test_a_third_less_is_a_cut_in_a_child(age: float, cut: bool) -> None:
    """24 to 16 mg/day three days ago."""
    chart = Chart(age=age)
    chart.baclofen(8, status="stopped", until="3d")
    chart.baclofen(16 / 3, since="3d")
    assert (by(chart, Kind.CUT) is not None) is cut
