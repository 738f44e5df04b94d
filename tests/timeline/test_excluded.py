"""When is baclofen excluded, who may be a newborn, and what an inexact date says of a finding."""

import msgspec
import pytest

from cards.record.concepts import Measure, Sign
from cards.record.facts import Observation, Patient
from cards.record.record import Record, Unreadable
from cards.record.when import When
from cards.record.when import instant as exact
from cards.timeline.exposure import exposure_excluded, may_be_newborn
from cards.timeline.findings import Findings, shown
from tests.chart import Chart, instant, moment


def record(**changes: object) -> Record:
    """A chart without baclofen."""
    return msgspec.structs.replace(Chart().case().record, **changes)


@pytest.mark.parametrize(
    ("need", "excluded"),
    [("MedicationRequest", False), ("MedicationStatement", False), ("Device", False), ("Encounter", True),
     ("Patient", True)],
)  # fmt: skip
def test_an_unreadable_entry_may_have_been_baclofen(need: str, excluded: bool) -> None:
    """Where baclofen could stand; an encounter that could not be read hides none."""
    now = Chart().moment()
    assert exposure_excluded(record(), now)
    unread = (Unreadable(f"{need}/1", need, "its status is none of FHIR's"),)
    assert exposure_excluded(record(unreadable=unread), now) is excluded
    other = (Unreadable("Encounter/1", "Encounter", "no class"), *unread)
    assert exposure_excluded(record(unreadable=other), now) is excluded


@pytest.mark.parametrize(
    ("born", "newborn"),
    [("0h", True), ("27d", True), ("28d", True), ("29d", False), ("60d", False), ("+20h", True), ("+25h", False)],
)
def test_who_may_be_a_newborn(born: str, newborn: bool) -> None:
    """Up to 28 days by the least alarming reading; a birth time of tomorrow is a clock that is off, not an unborn."""
    birth = exact(moment(born))
    assert may_be_newborn(record(patient=Patient(reference="Patient/p1", birth=birth)), Chart().moment()) is newborn


def test_without_a_patient_nobody_knows_the_age() -> None:
    """A patient who was read and has no birth date is not taken for a newborn."""
    assert may_be_newborn(record(patient=None), Chart().moment())
    assert not may_be_newborn(record(patient=Patient(reference="Patient/p1", birth=None)), Chart().moment())


# -- findings ----------------------------------------------------------------------------------------------------------


def signs(chart: Chart, sign: Sign, since: When | None = None) -> tuple[str, list[str]]:
    """What counts, and what is left out, with why."""
    case = chart.case()
    found = Findings(case.record, case.moment, since)
    seen = found.sign(sign)
    return seen.text if seen else "", found.not_counted


@pytest.mark.parametrize(
    ("onset", "counts"),
    [("2026-03", False), ("2026", False), ("2026-03-08", True), ("2026-03-07", True), ("2026-03-06", False)],
)
def test_spasticity_of_this_month_or_year_is_not_taken_as_new(onset: str, counts: bool) -> None:
    """A month that began before the last three days says no more than no date; a day does."""
    chart = Chart()
    chart.condition("Spasticity", onsetDateTime=onset)
    told, left_out = signs(chart, Sign.SPASTICITY)
    assert bool(told) is counts
    assert left_out == (["Spasticity (date not exact)"] if len(onset) < 10 else [])


@pytest.mark.parametrize(("onset", "counts"), [("2026-03", True), ("2026", True)])
@pytest.mark.parametrize("category", ["encounter-diagnosis", "problem-list-item"])
def test_a_diagnosis_of_this_month_counts_unless_it_is_on_the_problem_list(
    onset: str, counts: bool, category: str
) -> None:
    """Delirium in the encounter is news."""
    chart = Chart()
    chart.condition("Delirium", onsetDateTime=onset, category=[{"coding": [{"code": category}]}])
    told, left_out = signs(chart, Sign.DELIRIUM)
    assert bool(told) is (counts and category == "encounter-diagnosis")
    assert left_out == ([] if category == "encounter-diagnosis" else ["Delirium (date not exact)"])


def test_a_month_that_began_within_three_days_is_exact_enough() -> None:
    """On the second of the month."""
    chart = Chart()
    chart.condition("Spasticity", onsetDateTime="2026-03")
    now = moment("8.5d")
    case = chart.case(now=now)
    assert Findings(case.record, case.moment, None).sign(Sign.SPASTICITY) is not None


def test_a_problem_without_a_date_is_left_out_by_its_words() -> None:
    """So that a nurse can look for its date."""
    chart = Chart()
    chart.condition("Spasticity")
    assert signs(chart, Sign.SPASTICITY) == ("", ["Spasticity (date unknown)"])


@pytest.mark.parametrize(
    ("told", "days", "at_least", "since", "counts"),
    [
        ("30h", 7, 0, None, True),
        ("24h", 7, 0, None, True),
        ("23h", 7, 0, None, False),
        ("6.9d", 7, 0, None, True),
        ("7.1d", 7, 0, None, False),
        ("30h", 7, 0, "40h", False),
        ("40h", 7, 0, "40h", True),
        ("3d", 30, 7, None, False),
        ("7d", 30, 7, None, True),
        ("8d", 30, 7, "40h", True),
    ],
)
def test_what_is_baseline(told: str, days: float, at_least: float, since: str | None, counts: bool) -> None:
    """Of before the interruption, or of before the last day; within so many days."""
    chart = Chart()
    chart.systolic(120, told)
    del chart.systolic(130, "3d")["effectiveDateTime"]
    chart.add("Observation", status="final", effectiveDateTime=instant("3d"),
              code={"coding": [{"system": "http://loinc.org", "code": "8480-6"}]})  # fmt: skip
    case = chart.case()
    begun = exact(moment(since)) if since else None
    found = Findings(case.record, case.moment, begun).before(Measure.SYSTOLIC, days=days, at_least_days=at_least)
    assert [o.value for o in found] == ([120] if counts else [])


def test_baseline_without_a_least_age_goes_up_to_the_last_day() -> None:
    """The default."""
    chart = Chart()
    chart.systolic(120, "30h")
    case = chart.case()
    assert Findings(case.record, case.moment, None).before(Measure.SYSTOLIC, days=7)


def deepest_and_highest(*values: int) -> tuple[Observation, Observation]:
    """Of these RASS scores, the first an hour old, each other an hour older."""
    chart = Chart()
    for hours, value in enumerate(values, start=1):
        chart.vital("x", value, "{score}", f"{hours}h")["code"] = {"text": "RASS"}
    case = chart.case()
    found = Findings(case.record, case.moment, None)
    low, high = found.lowest(Measure.RASS), found.highest(Measure.RASS)
    assert low is not None
    assert high is not None
    return low, high


@pytest.mark.parametrize("order", [(-3, -1, 1), (1, -3, -1), (-1, 1, -3)])
def test_the_deepest_and_the_highest_of_a_scale_that_goes_below_zero(order: tuple[int, ...]) -> None:
    """RASS of a patient who was agitated, calm and deeply sedated in one day."""
    low, high = deepest_and_highest(*order, 0)
    assert (low.value, high.value) == (-3, 1)
    assert shown(Measure.RASS, low).text == "RASS -3"


@pytest.mark.parametrize("order", [(0, -2), (-2, 0), (0, 1), (1, 0)])
def test_a_score_of_nought_is_a_value(order: tuple[int, ...]) -> None:
    """RASS 0: alert and calm."""
    low, high = deepest_and_highest(*order)
    assert (low.value, high.value) == (min(order), max(order))
