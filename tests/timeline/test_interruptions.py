"""When the gap clock starts, and how sure an interruption is."""

import pytest

from cards.hooks import ORDER_SIGN
from cards.timeline.interruptions import Interruption, Kind, Level, missed_dose_threshold
from tests.chart import Chart, date, instant


def interruption(chart: Chart) -> Interruption:
    """The surest one; fails where there is none."""
    found = chart.case().oral_interruption
    assert found is not None
    return found


@pytest.mark.parametrize(("interval", "hours"), [(None, 12), (4, 10), (6, 10), (6.1, 12), (8, 12), (12, 12), (24, 36)])
def test_missed_dose_threshold(interval: float | None, hours: float) -> None:
    """12 h, 10 h for six-hourly doses, 1.5 intervals for a dose at bedtime."""
    assert missed_dose_threshold(interval, Chart().moment()) == hours


@pytest.mark.parametrize(("days", "level"), [("1d", Level.POSSIBLE), ("3d", Level.POSSIBLE), ("3.1d", Level.PROBABLE)])
def test_supply_ran_out(days: str, level: Level) -> None:
    """Three days are possible, more is probable; and it is said that fills may be invisible."""
    chart = Chart()
    chart.baclofen()
    chart.fill(f"{30 + float(days[:-1])}d", 30)
    found = interruption(chart)
    assert (found.kind, found.level) == (Kind.SUPPLY_OUT, level)
    assert "may be incomplete" in found.evidence[0].text


def test_early_refills_stack() -> None:
    """Two fills of 30 days, ten days apart, last to day 60."""
    chart = Chart()
    chart.baclofen()
    chart.fill("50d", 30)
    chart.fill("40d", 30)
    assert chart.case().oral_interruption is None


def test_a_hospital_stay_saves_home_tablets() -> None:
    """Ten days in hospital: the supply lasts ten days longer."""
    chart = Chart()
    chart.baclofen()
    chart.fill("35d", 30)
    chart.add(
        "Encounter",
        status="finished",
        **{"class": {"code": "IMP"}},
        period={"start": instant("20d"), "end": instant("10d")},
    )
    assert chart.case().oral_interruption is None


def test_supply_from_quantity_and_dose() -> None:
    """90 tablets of 20 mg at 60 mg/day are 30 days."""
    chart = Chart()
    chart.baclofen()
    fill = chart.fill("34d", 30)
    del fill["daysSupply"]
    fill["quantity"] = {"value": 90, "unit": "tablet"}
    assert interruption(chart).level is Level.PROBABLE


def test_a_newer_statement_says_still_taking() -> None:
    """Fills elsewhere are invisible; the patient was asked yesterday."""
    chart = Chart()
    chart.fill("40d", 30)
    chart.baclofen(statement=True, dateAsserted=instant("1d"))
    assert chart.case().oral_interruption is None


def test_a_cut_within_the_last_week() -> None:
    """60 to 30 mg/day three days ago: probable."""
    chart = Chart()
    chart.baclofen(20, 3, status="stopped", until="3d")
    chart.baclofen(10, 3, since="3d")
    found = interruption(chart)
    assert (found.kind, found.level) == (Kind.CUT, Level.PROBABLE)


@pytest.mark.parametrize(
    ("mg", "since", "found"), [(15, "3d", (Kind.LOWERED, Level.POSSIBLE)), (15, "8d", None), (10, "8d", None),
                               (20, "3d", None), (25, "3d", None)],
)  # fmt: skip
def test_a_small_cut_or_an_old_one(mg: float, since: str, found: tuple[Kind, Level] | None) -> None:
    """A quarter is a step of a taper; after a week it is history; the same dose or more is none."""
    chart = Chart()
    chart.baclofen(20, 3, status="stopped", until=since)
    chart.baclofen(mg, 3, since=since)
    gap = chart.case().oral_interruption
    assert ((gap.kind, gap.level) if gap else None) == found


def test_a_step_down_is_no_excuse_for_a_stop() -> None:
    """Lowered within the limits five days ago, then stopped: nobody wrote a plan."""
    chart = Chart()
    chart.baclofen(20, 3, status="stopped", until="5d")
    lower = chart.baclofen(15, 3, since="5d")
    stop = chart.draft(lower, status="stopped")
    assert chart.decide(ORDER_SIGN, [stop]).urgency("abrupt-discontinuation") == "warning"


@pytest.mark.parametrize(("points", "critical"), [(39.2, True), (38.2, False)])
def test_grave_signs_in_a_taper_of_one_order_after_the_other(points: float, critical: bool) -> None:
    """60, 45, 35, 25 mg/day, a week each: from six points with rigidity (G3) it is withdrawal."""
    chart = Chart()
    for mg, since, until in ((15, "26d", "19d"), (12, "19d", "12d"), (9, "12d", "5d")):
        chart.baclofen(mg, 3, since=since, status="completed", until=until)
    chart.baclofen(7, 3, since="5d")
    chart.baclofen(20, 3, since="400d", status="completed", until="26d")
    chart.sign("rigidity", "5h")
    chart.sign("visual hallucinations", "5h")
    chart.temperature(points)
    answer = chart.decide()
    assert (answer.urgency("suspected-withdrawal") == "critical") is critical
    assert answer.urgency("abrupt-discontinuation") == ""


def test_date_only_is_the_least_alarming_reading() -> None:
    """Stopped "yesterday" is at least so many hours ago as have passed today."""
    chart = Chart()
    chart.baclofen(statement=True, status="stopped", until="1d")
    assert date("1d") in str(chart.resources)
    assert interruption(chart).hours(chart.moment().now) == pytest.approx(18, abs=0.01)


def test_stopped_at_an_unknown_time() -> None:
    """Only the day it was first written: nothing is counted from it."""
    chart = Chart()
    chart.baclofen(status="stopped", until=None)
    found = interruption(chart)
    assert found.level is Level.POSSIBLE
    assert found.hours(chart.moment().now) == 0


def test_supply_ended_before_admission_starts_the_clock() -> None:
    """The last possible tablet was taken before the patient came in."""
    chart = Chart()
    chart.baclofen()
    chart.fill("35d", 30)
    chart.stay("10h")
    last, basis = chart.case().last_oral_dose
    assert last is not None
    assert "home ended" in basis
    assert last.hours_until(chart.moment().now) == pytest.approx(5 * 24, abs=0.01)


def test_given_on_schedule_is_no_interruption() -> None:
    """Every dose of the last day charted."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(since="59h", category="inpatient")
    chart.given("50h", "42h", "34h", "26h", "18h", "10h", "2h")
    assert chart.case().oral_interruption is None


def test_an_unused_administration_record_proves_nothing() -> None:
    """An order holds, and this ward charts no doses at all."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()
    chart.baclofen(since="59h", category="inpatient")
    assert chart.case().oral_interruption is None
    chart.given("3h", drug="ceftriaxone 1 g")
    assert interruption(chart).kind is Kind.NOT_GIVEN


def test_a_home_order_given_in_the_stay_holds() -> None:
    """Charted against the home order: it is continued."""
    chart = Chart()
    chart.stay("60h")
    home = chart.baclofen()
    chart.given("10h", "2h")
    for dose in chart.resources[-2:]:
        dose["request"] = {"reference": f"MedicationRequest/{home['id']}"}
    assert chart.case().oral_interruption is None


def test_all_interruptions_are_kept() -> None:
    """Supply out and omitted: the surest first, both there."""
    chart = Chart()
    chart.baclofen()
    chart.fill("40d", 30)
    chart.stay("14h")
    kinds = [i.kind for i in chart.case().oral_interruptions]
    assert set(kinds) == {Kind.SUPPLY_OUT, Kind.OMITTED}


@pytest.mark.parametrize(
    ("until", "level"), [("20h", Level.PROBABLE), ("30h", Level.CONFIRMED), ("8d", Level.PROBABLE), ("15d", Level.NONE)]
)
def test_levels_of_a_stop(until: str, level: Level) -> None:
    """Probable, confirmed at 24 h, fading after a week, gone after two."""
    chart = Chart()
    chart.baclofen(status="stopped", until=until)
    assert interruption(chart).level is level


@pytest.mark.parametrize(
    ("asserted", "since", "goes_on"),
    [("0d", "800d", True), (None, "800d", True), ("800d", "800d", False), ("800d", "2d", True)],
)
@pytest.mark.parametrize("mg", [10, 20])
def test_a_statement_beside_one_that_was_stopped(asserted: str | None, since: str, goes_on: bool, mg: float) -> None:
    """A list that was gone through counts whatever began when; an old line of it does not outweigh the report."""
    chart = Chart()
    chart.baclofen(20, statement=True, status="stopped", until="3d", dateAsserted=instant("0d"))
    chart.baclofen(mg, statement=True, since=since, **({"dateAsserted": instant(asserted)} if asserted else {}))
    gap = chart.case().oral_interruption
    assert (gap is None or gap.kind is not Kind.REPORTED) is goes_on


def test_an_older_order_does_not_outweigh_what_the_patient_reports() -> None:
    chart = Chart()
    chart.baclofen(20, statement=True, status="stopped", until="3d")
    chart.baclofen(10, since="800d")
    assert interruption(chart).kind is Kind.REPORTED


@pytest.mark.parametrize(("filled", "goes_on"), [("1d", True), ("10d", False)])
def test_who_ran_out_and_filled_it_again_takes_it(filled: str, goes_on: bool) -> None:
    chart = Chart()
    chart.baclofen(20, statement=True, status="stopped", until="3d")
    chart.fill(filled, 30)
    gap = chart.case().oral_interruption
    assert (gap is None or gap.kind is not Kind.REPORTED) is goes_on
