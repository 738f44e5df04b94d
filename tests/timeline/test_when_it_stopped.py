"""The gap clock and its kinds where a chart tells little: no order, no admission time, no dose, no end."""

from datetime import datetime, timedelta

import pytest

from cards.hooks import ENCOUNTER_DISCHARGE, ORDER_SELECT, ORDER_SIGN
from cards.limits import LONG_USE, SHORT_USE
from cards.record.facts import DailyDose, DoseStep
from cards.record.when import When
from cards.record.when import instant as exact
from cards.timeline.battery import battery_of
from cards.timeline.discharge import discharge_of
from cards.timeline.interruptions import Interruption, Kind, Level, has_ordinary_end, last_exposure
from cards.timeline.regimen import is_selected, ordered_baclofen
from cards.timeline.reservoir import days_to
from cards.timeline.supply import supply_of
from cards.timeline.taper import ending, entered_taper, taper_of
from tests.chart import NOW, SUBJECT, ZONE, Chart, Resource, date, instant, moment
from tests.rules.test_pump_device import told_date
from tests.rules.test_taper_too_fast import taper
from tests.situations.charts import pump
from tests.timeline.test_delivery import volume
from tests.timeline.test_oral import told


def gap(chart: Chart, kind: Kind) -> Interruption | None:
    """The interruption of this kind."""
    return next((i for i in chart.case().oral_interruptions if i.kind is kind), None)


def clock(chart: Chart) -> tuple[When | None, str]:
    """The gap clock's start, and what it is."""
    case = chart.case()
    assert case.oral is not None
    return last_exposure(case.oral, case.stay, case.moment)


def starts(chart: Chart) -> tuple[object, str]:
    """The same with the end of its interval."""
    since, basis = clock(chart)
    return (since.latest if since else None), basis


def test_each_level_has_a_word() -> None:
    """As the gate tells it."""
    assert [level.word for level in Level] == ["none", "possible", "probable", "confirmed"]


def test_a_dose_on_the_day_of_admission_was_given_in_the_stay() -> None:
    """Of the admission only the day is told."""
    chart = Chart()
    chart.stay("60h")["period"] = {"start": date("60h")}
    chart.baclofen()
    chart.given("60h")
    assert starts(chart) == (moment("60h"), "last dose given")


def test_a_dose_between_the_end_at_home_and_admission() -> None:
    """Told as over 100 hours ago, given 80 hours ago, admitted 60 hours ago."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(status="stopped", until="100h")
    chart.given("80h")
    assert starts(chart) == (moment("80h"), "last dose given")


def test_an_order_of_a_ward_does_not_prolong_the_one_of_home() -> None:
    """No stay is on record."""
    chart = Chart()
    chart.baclofen(status="stopped", until="5d")
    chart.baclofen(since="3d", category="inpatient")
    assert starts(chart) == (moment("5d"), "supply or order ended")


def test_doses_missed_without_any_order() -> None:
    """The administration record alone tells it."""
    chart = Chart()
    chart.stay("60h")
    chart.given("26h")
    chart.not_given("18h", "10h")
    found = gap(chart, Kind.NOT_GIVEN)
    assert found is not None
    assert (found.missed, found.level, found.order) == (2, Level.CONFIRMED, None)


def test_an_order_without_a_category_that_began_in_the_stay_is_the_ward_s() -> None:
    """Stopped there, it was not home medicine."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(since="59h", category="", status="stopped", until="30h")
    chart.given("40h")
    assert gap(chart, Kind.STOPPED) is not None


def test_a_home_order_on_hold() -> None:
    """Held, nobody says since when: that is possible, and not a stop."""
    chart = Chart()
    chart.baclofen(status="on-hold")
    found = gap(chart, Kind.HELD)
    assert found is not None
    assert (found.level, found.is_timed) == (Level.POSSIBLE, False)


@pytest.mark.parametrize(("times", "until", "level"), [(1, "20h", Level.POSSIBLE), (3, "20h", Level.PROBABLE)])
def test_once_a_day_a_dose_is_missed_later(times: int, until: str, level: Level) -> None:
    """Twenty hours after the end of an order."""
    chart = Chart()
    chart.baclofen(20, times, status="stopped", until=until)
    found = gap(chart, Kind.STOPPED)
    assert found is not None
    assert found.level is level


def test_an_order_without_a_status_that_ended_as_planned() -> None:
    """Its planned end has passed."""
    assert has_ordinary_end(told(status="", end=exact(moment("1d"))), NOW)
    assert not has_ordinary_end(told(status="", end=exact(moment("+1d"))), NOW)


def test_omitted_since_nobody_knows_when() -> None:
    """A stay without an admission time."""
    chart = Chart()
    chart.add("Encounter", status="in-progress", **{"class": {"code": "IMP"}})
    chart.baclofen()
    found = gap(chart, Kind.OMITTED)
    assert found is not None
    assert (found.level, found.since, found.hours(NOW)) == (Level.POSSIBLE, None, 0)


# -- a cut -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "now", "cut"),
    [
        ({"mg": 20}, {"mg": 10, "since": "3d"}, True),
        ({"mg": 20}, {"mg": 10, "since": "7d"}, True),
        ({"mg": 20}, {"mg": 10, "since": "7.1d"}, False),
        ({"mg": 20}, {"mg": None, "since": "3d"}, False),
        ({"mg": 20, "status": "stopped", "until": "3d"}, {"mg": 10, "since": None}, False),
        ({"mg": 20, "since": "3d"}, {"mg": 10, "since": "3d"}, False),
        ({"mg": 30, "since": "+5d"}, {"mg": 10, "since": "3d"}, False),
        ({"mg": 50}, {"mg": 10, "since": "3d"}, True),
        ({"mg": 500}, {"mg": 10, "since": "3d"}, False),
    ],
)
def test_a_cut_is_a_lower_order_after_a_higher_one(earlier: Resource, now: Resource, cut: bool) -> None:
    """Within a week; doses nobody entered, dated or can mean are not compared."""
    chart = Chart()
    chart.baclofen(**earlier)
    chart.baclofen(**now)
    assert (gap(chart, Kind.CUT) is not None) is cut


def test_a_cut_to_the_step_of_today() -> None:
    """A taper whose first step is half of the dose until now."""
    chart = Chart()
    chart.baclofen()
    order = chart.baclofen(since="2d")
    steps = taper((10, None), (5, None))["dosageInstruction"]
    for step, (begin, end) in zip(steps, (("2d", "+5d"), ("+5d", "+12d")), strict=True):
        step["timing"]["repeat"]["boundsPeriod"] = {"start": instant(begin), "end": instant(end)}
    order["dosageInstruction"] = steps
    found = gap(chart, Kind.CUT)
    assert found is not None
    assert found.cut_to == DailyDose(low=30, high=30, unit="mg/day")


# -- tapers ------------------------------------------------------------------------------------------------------------


def step(mg: float, days: float | None = 14) -> DoseStep:
    """So many mg a day for so many days."""
    return DoseStep(dose=DailyDose(low=mg, high=mg, unit="mg/day"), days=days)


def test_a_taper_is_counted_from_its_first_step_down() -> None:
    """Nothing is known of before: 30, then 20 and 10, then none."""
    assert ending((step(30), step(20), step(10), step(0, None)), None) == (10, 14, 28)


def test_a_taper_in_the_chart_is_not_compared_with_the_dose_beside_it() -> None:
    """Only the one that is being drafted."""
    chart = Chart()
    order = chart.baclofen(since="2d")
    order["dosageInstruction"] = taper((10, 14), (8, 14))["dosageInstruction"]
    case = chart.case()
    before = DailyDose(low=90, high=90, unit="mg/day")
    found = taper_of(case.record, case.record.medication_orders, before, case.moment, is_child=False)
    assert found is not None
    assert found.is_within_limits


def test_orders_that_follow_each_other_are_a_taper_only_if_each_but_the_last_ends() -> None:
    """The second of three goes on beside the third."""
    chart = Chart()
    for mg, since, until in ((20, "10d", "3d"), (15, "3d", None), (10, "+4d", None)):
        order = chart.baclofen(mg, since=since, until=until)
        bounds = order["dosageInstruction"][0]["timing"]["repeat"].setdefault("boundsPeriod", {})
        bounds["start"] = instant(since)
    assert entered_taper(chart.case().record.medication_orders) == ()
    order = chart.resources[-2]
    order["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"]["end"] = instant("+4d")
    assert len(entered_taper(chart.case().record.medication_orders)) == 3


# -- what drafts do ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selections", "reference", "selected"),
    [
        ((), "MedicationRequest/new", True),
        (("MedicationRequest/new",), "MedicationRequest/new", True),
        (("new",), "MedicationRequest/new", True),
        (("new",), "https://ehr.example/fhir/MedicationRequest/new", True),
        (("other",), "MedicationRequest/new", False),
    ],
)
def test_what_the_user_chose(selections: tuple[str, ...], reference: str, selected: bool) -> None:
    """By reference or by id; where the system names nothing, every draft counts."""
    assert is_selected(reference, Chart().moment(ORDER_SELECT, selections=selections)) is selected


@pytest.mark.parametrize(("selections", "stops"), [(("s",), 1), (("other",), 0)])
def test_a_stop_in_words_counts_once_it_is_chosen(selections: tuple[str, ...], stops: int) -> None:
    """While the user is selecting."""
    chart = Chart()
    chart.baclofen()
    draft = {"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "subject": SUBJECT,
             "code": {"text": "Stop baclofen"}, "authoredOn": instant("0h")}  # fmt: skip
    assert len(chart.case(ORDER_SELECT, [draft], selections=selections).oral_change.stop_orders) == stops


def test_an_order_that_replaced_another_in_the_chart_does_not_hide_it() -> None:
    """Only a draft does; both hold."""
    chart = Chart()
    first = chart.baclofen()
    second = chart.baclofen(since="5d", priorPrescription={"reference": f"MedicationRequest/{first['id']}"})
    case = chart.case()
    held = {o.reference for o in ordered_baclofen(case.record, case.moment)}
    assert held == {f"MedicationRequest/{r['id']}" for r in (first, second)}


@pytest.mark.parametrize(("changes", "after", "known"), [({"status": "stopped"}, None, True), ({}, None, False)])
def test_the_dose_after_signing(changes: Resource, after: DailyDose | None, known: bool) -> None:
    """None at all is known; a dose that is not entered is not."""
    chart = Chart()
    order = chart.baclofen()
    draft = chart.draft(order, **changes)
    if not changes:
        del draft["dosageInstruction"][0]["doseAndRate"]
    change = chart.case(ORDER_SIGN, [draft]).oral_change
    assert (change.after, change.is_after_known) == (after, known)


# -- pump, supply, discharge -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "counts"), [("20d", True), ("+3d", False)])
def test_a_last_refill_that_was_read_at_the_pump(day: str, counts: bool) -> None:
    """A date that is still to come is none."""
    chart = pump(filled="")
    told_date(chart, "Pump last refill date", day, "1d")
    found = chart.case().pump
    assert found is not None
    assert (found.reservoir.last_fill is not None) is counts


@pytest.mark.parametrize("filled", ["20d", ""])
def test_a_volume_that_nobody_dated_is_that_of_the_last_fill(filled: str) -> None:
    """Without a fill it tells nothing."""
    chart = pump(filled=filled)
    volume(chart, "IT pump fill volume", 20, "mL", "20d")
    del chart.resources[-1]["effectiveDateTime"]
    found = chart.case().pump
    assert found is not None
    empty = found.reservoir.empty
    assert (empty is not None) is bool(filled)
    if empty:
        assert empty.precision == "day"
        assert abs((empty.latest - moment("20d")).total_seconds() / 86400 - 20 * 2000 / 350) < 0.1


def test_an_alarm_date_that_nobody_dated_comes_after_one_that_was() -> None:
    """Read last month, beside one without a time."""
    chart = pump(filled="")
    chart.alarm_date("+20d", "30d")
    del chart.alarm_date("+40d")["effectiveDateTime"]
    found = chart.case().pump
    assert found is not None
    assert found.reservoir.alarm is not None
    assert found.reservoir.alarm.earliest <= moment("+20d") <= found.reservoir.alarm.latest


@pytest.mark.parametrize(("is_day", "precision"), [(False, "instant"), (True, "day")])
def test_a_supply_ends_as_exactly_as_its_fills_are_dated(is_day: bool, precision: str) -> None:
    """At an hour, or on a day."""
    chart = Chart()
    fill = chart.fill("50d", 30)
    if is_day:
        fill["whenHandedOver"] = date("50d")
    found = supply_of(chart.case().record.dispenses, [], None)
    assert found is not None
    assert found.ends.precision == precision


def test_admitted_at_the_hour_at_which_the_supply_ended() -> None:
    """Nothing was left to be saved."""
    chart = Chart()
    chart.fill("50d", 30)
    found = supply_of(chart.case().record.dispenses, [(moment("20d"), moment("10d"))], None)
    assert found is not None
    assert found.ends.latest == moment("20d")


def test_a_prescription_for_home_without_a_date_comes_last() -> None:
    """It counts all the same."""
    chart = Chart()
    stay = chart.stay("60h")
    undated = chart.baclofen(since=None, category="discharge")
    dated = chart.baclofen(since="1h", category="discharge")
    case = chart.case(ENCOUNTER_DISCHARGE, encounter_id=stay["id"])
    assert case.stay is not None
    found = discharge_of(case.record, case.stay, case.moment)
    assert [o.reference for o in found.baclofen] == [f"MedicationRequest/{r['id']}" for r in (dated, undated)]


@pytest.mark.parametrize(
    ("days", "because"),
    [
        (SHORT_USE.value - 1, "60 mg/day since an unknown date"),
        (SHORT_USE.value, f"60 mg/day for at least {SHORT_USE.value:g} days"),
        (LONG_USE.value - 1, f"60 mg/day for at least {LONG_USE.value - 1:g} days"),
        (LONG_USE.value, f"60 mg/day for at least {LONG_USE.value:g} days"),
    ],
)
def test_use_that_began_nobody_knows_when_before_it_was_told(days: float, because: str) -> None:
    """A list told so many days ago; less than short use it does not say that use is short."""
    chart = Chart()
    chart.baclofen(statement=True, since=None, dateAsserted=instant(f"{days:g}d"))
    assert chart.case().oral_dependence.because == because


@pytest.mark.parametrize(("until", "counts"), [("1d", False), ("+1d", True)])
def test_a_benzodiazepine_order_that_is_over_bridges_nothing(until: str, counts: bool) -> None:
    """By its planned end."""
    chart = Chart()
    chart.baclofen()
    order = chart.medicine("lorazepam 1 mg", "3d")
    order["dosageInstruction"] = [{"timing": {"repeat": {"boundsPeriod": {"end": instant(until)}}}}]
    assert bool(chart.case().restoration.benzodiazepine) is counts


@pytest.mark.parametrize(("hours", "days"), [(0, 3), (23.99, 3), (24, 4), (-0.01, 2)])
def test_midnight_belongs_to_the_day_that_it_begins(hours: float, days: int) -> None:
    """A visit entered for 0:00 is on that day, not on the one before."""
    midnight = datetime(2026, 3, 13, tzinfo=ZONE)
    now = Chart().moment()
    assert days_to(exact(midnight + timedelta(hours=hours)), now.now, now) == days
    day = When(midnight, midnight + timedelta(days=1), "day")
    assert days_to(day, now.now, now) == 3


def test_a_pump_entered_as_implanted_at_midnight_is_as_old_as_its_day() -> None:
    """On 11 March at 0:00, 7 years ago tomorrow."""
    chart = pump()
    implant = chart.procedure("Implantation of intrathecal baclofen pump", "30d")
    implant["performedDateTime"] = "2019-03-11T00:00:00-05:00"
    case = chart.case()
    assert battery_of(case.record, case.moment).months == 83
