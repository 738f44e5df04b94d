"""Baclofen by mouth: which order holds where the patient is, at what dose, since when, and how it ended."""

from datetime import UTC
from itertools import permutations
from typing import Any

import msgspec
import pytest

from cards.hooks import ORDER_SIGN
from cards.record.facts import DailyDose, DoseStep, MedicationOrder
from cards.record.when import When
from cards.record.when import instant as exact
from cards.timeline.oral import (
    OralExposure,
    chart_orders,
    dose_at,
    ended,
    holds_now,
    is_home,
    is_open,
    usual_dose,
)
from cards.timeline.stay import Stay
from tests.chart import NOW, Chart, instant, moment
from tests.timeline.test_ends_of_orders import order, supply

WARD = Stay("Encounter/1", False, exact(moment("60h")))


def told(**changes: Any) -> MedicationOrder:
    """Baclofen since 400 days, as it is read, with these facts in place of its own."""
    return msgspec.structs.replace(order(), **changes)


def oral(chart: Chart) -> OralExposure:
    """As of now."""
    found = chart.case().oral
    assert found is not None
    return found


def at(text: str) -> When:
    return exact(moment(text))


# -- open, home, holding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "opened"),
    [("active", True), ("unknown", True), ("on-hold", True), ("", True), ("stopped", False), ("completed", False),
     ("cancelled", False), ("draft", False)],
)  # fmt: skip
def test_an_order_is_open_until_it_is_stopped_or_over(status: str, opened: bool) -> None:
    """On hold it is held, not gone."""
    assert is_open(told(status=status), NOW) is opened
    assert not is_open(told(status=status, end=at("1h")), NOW)


@pytest.mark.parametrize(
    ("category", "is_statement", "is_reported", "since", "home"),
    [
        ("inpatient", True, True, "400d", False),
        ("discharge", True, True, "400d", True),
        ("discharge", True, True, "10h", False),
        ("community", False, False, "10h", True),
        ("outpatient", False, False, "10h", True),
        ("patientspecified", False, False, "10h", True),
        ("", True, False, "10h", True),
        ("", False, True, "10h", True),
        ("", False, False, "10h", False),
        ("", False, False, "400d", True),
    ],
)
def test_what_is_home_medicine(category: str, is_statement: bool, is_reported: bool, since: str, home: bool) -> None:
    """By its category; without one what was reported, or what began before the stay of 60 hours.

    What an earlier stay prescribed for home is taken there.
    """
    one = told(category=category, is_statement=is_statement, is_reported=is_reported, authored=at(since), start=None)
    assert is_home(one, WARD) is home
    if category != "inpatient":
        assert is_home(one, None)


@pytest.mark.parametrize(("authored", "start", "home"), [("400d", "10h", False), ("10h", "400d", True)])
def test_an_order_belongs_to_where_it_starts(authored: str, start: str, home: bool) -> None:
    """Written before the stay for a day in it, it is the ward's."""
    assert is_home(told(category="", authored=at(authored), start=at(start)), WARD) is home


@pytest.mark.parametrize(
    ("changes", "stay", "holds"),
    [
        ({}, None, True),
        ({"status": "unknown"}, None, True),
        ({"status": ""}, None, True),
        ({"status": "on-hold"}, None, False),
        ({"status": "stopped"}, None, False),
        ({"end": at("1d")}, None, False),
        ({"category": "inpatient"}, None, False),
        ({"category": "discharge"}, None, True),
        ({"start": at("+2d")}, None, False),
        ({"authored": at("+2d")}, None, False),
        ({"authored": at("+2d"), "is_statement": True}, None, True),
        ({"status": "completed", "days_supply": 30.0, "authored": at("10d")}, None, True),
        ({"status": "completed", "days_supply": 30.0, "authored": at("40d")}, None, False),
        ({"status": "completed", "days_supply": 30.0, "authored": at("10d")}, WARD, False),
        ({}, WARD, False),
        ({"category": "inpatient"}, WARD, True),
        ({"category": "", "authored": at("10h")}, WARD, True),
        ({"category": "", "authored": at("100h")}, WARD, False),
        ({"category": "discharge"}, WARD, False),
    ],
)
def test_which_order_makes_the_patient_take_it(changes: dict[str, Any], stay: Stay | None, holds: bool) -> None:
    """At home and on a ward; a prescription for home is not given on the ward."""
    assert holds_now(told(**changes), stay, frozenset(), Chart().moment()) is holds


@pytest.mark.parametrize(
    ("given", "named", "ward_order", "holds"),
    [
        ("10h", "MedicationRequest/home", True, True),
        ("10h", "https://fhir.example.org/r4/MedicationRequest/home/_history/2", True, True),
        ("10h", None, False, True),
        ("10h", "MedicationRequest/not-in-the-chart", False, True),
        ("10h", None, True, False),
        ("70h", "MedicationRequest/home", False, False),
    ],
)
def test_a_home_medicine_holds_on_a_ward_once_it_was_given_there(
    given: str, named: str | None, ward_order: bool, holds: bool
) -> None:
    """In this stay: from that order, or, where the ward has none of its own, from no order that is on record."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen()["id"] = "home"
    if ward_order:
        chart.baclofen(since="40h", status="stopped", until="12h", category="inpatient")
    chart.given(given)
    if named:
        chart.resources[-1]["request"] = {"reference": named}
    assert [o.reference for o in oral(chart).current] == ["MedicationRequest/home"] * holds


# -- drafts laid over the chart ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "implied"),
    [("stopped", True), ("on-hold", True), ("completed", True), ("cancelled", True), ("draft", False),
     ("active", False)],
)  # fmt: skip
def test_a_draft_that_ends_an_order_tells_that_it_was_there(status: str, implied: bool) -> None:
    """The chart gave no copy of it: it was active until now."""
    draft = Chart().baclofen(status=status, statusReason={"text": "Pump trial"}) | {"id": "old"}
    found = chart_orders(Chart().case(ORDER_SIGN, [draft]).record)
    assert [(o.status, o.is_draft, o.status_changed) for o in found] == ([("active", False, None)] if implied else [])


# -- what is taken, and at what dose -----------------------------------------------------------------------------------


def test_what_an_exposure_is_made_of() -> None:
    """Fills of baclofen, not of anything else; and since when."""
    chart = Chart()
    chart.baclofen(since="100d")
    chart.fill("20d", 30)
    chart.fill("10d", 30)["medicationCodeableConcept"] = {"text": "amoxicillin 500 mg capsule"}
    found = oral(chart)
    assert [f.reference for f in found.fills] == [f"MedicationDispense/{chart.resources[-2]['id']}"]
    assert (found.days, found.is_screening_only) == (100, False)


@pytest.mark.parametrize(("also", "only"), [(False, True), (True, False)])
def test_one_screening_dose_by_mouth(also: bool, only: bool) -> None:
    """A trial dose alone, or beside tablets that are taken."""
    chart = Chart()
    chart.baclofen(since="2d", note=[{"text": "ITB trial screening bolus"}])
    if also:
        chart.baclofen()
    assert oral(chart).is_screening_only is only


def test_a_patient_after_one_screening_dose_is_not_dependent() -> None:
    """The lowest tier, and why."""
    chart = Chart()
    chart.baclofen(since="2d", note=[{"text": "ITB trial screening bolus"}])
    tier = chart.case().oral_dependence
    assert (tier.tier, tier.because) == (0, "one screening dose")


def test_home_medicines_of_somebody_in_hospital() -> None:
    """The order of the ward is none."""
    chart = Chart()
    chart.stay("60h")
    home = chart.baclofen(category="")
    chart.baclofen(since="50h", category="")
    assert [o.reference for o in oral(chart).home] == [f"MedicationRequest/{home['id']}"]


@pytest.mark.parametrize(
    ("filled", "until", "counts"),
    [("89d", None, True), ("90d", None, True), ("91d", None, False), ("20d", "10d", False), ("20d", "30d", True)],
)
def test_a_fill_of_the_last_90_days_says_that_it_is_taken(filled: str, until: str | None, counts: bool) -> None:
    """Unless the order ended after it."""
    chart = Chart()
    fill = chart.fill(filled, 30)
    undated = chart.fill("1h", 30)
    del undated["whenHandedOver"]
    if until:
        chart.baclofen(status="stopped", until=until)
    found = oral(chart).home_fill
    assert (found.reference if found else "") == (f"MedicationDispense/{fill['id']}" if counts else "")


@pytest.mark.parametrize("times", list(permutations(("30d", "10d", "20d"))))
def test_the_newest_of_several_fills(times: tuple[str, ...]) -> None:
    """In whatever order they stand."""
    chart = Chart()
    ids = {when: chart.fill(when, 10)["id"] for when in times}
    found = oral(chart).home_fill
    assert found is not None
    assert found.reference == f"MedicationDispense/{ids['10d']}"


def dose(mg: float) -> DailyDose:
    return DailyDose(low=mg, high=mg, unit="mg/day")


STEPS = (
    DoseStep(dose=dose(60), end=at("7d")),
    DoseStep(dose=dose(45), start=at("7d"), end=at("1d")),
    DoseStep(dose=None, start=at("1d"), end=at("+1d")),
    DoseStep(dose=dose(30), start=at("1d"), end=at("+7d")),
    DoseStep(dose=dose(15), start=at("+7d")),
)


@pytest.mark.parametrize(("when", "mg"), [("10d", 60), ("7d", 45), ("3d", 45), ("1d", 30), ("0h", 30), ("+7d", 15),
                                          ("+30d", 15)])  # fmt: skip
def test_the_dose_of_the_step_in_force(when: str, mg: float) -> None:
    """From the day that it begins, until the day that the next begins."""
    one = told(dosage=msgspec.structs.replace(order().dosage, steps=STEPS))
    found = dose_at(one, moment(when))
    assert found is not None
    assert found.low == mg


def test_steps_without_dates_leave_the_daily_dose() -> None:
    """Nobody knows which of them is in force."""
    one = told(dosage=msgspec.structs.replace(order().dosage, steps=(DoseStep(dose=dose(5)), DoseStep(dose=dose(10)))))
    assert dose_at(one, NOW) == one.dosage.daily == dose(60)


def regimen(*parts: tuple[str, float, float | None], doubtful: str = "") -> list[MedicationOrder]:
    """Orders of so many mg, so many times a day, each at its time of day."""
    plain = order().dosage
    return [
        told(
            reference=f"MedicationRequest/{text}",
            dosage=msgspec.structs.replace(plain, text=text, single=mg, times_per_day=times, interval_hours=12.0,
                                           daily=dose(mg * (times or 1)), doubtful_unit=doubtful),
        )
        for text, mg, times in parts
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "mg", "interval"),
    [
        ([("morning", 10, 1), ("night", 20, 1)], 30, 12),
        ([("morning", 10, 1)], 10, 24),
        ([("three times", 10, 3), ("night", 20, 1)], 30, 8),
        ([("night", 20, 1), ("three times", 10, 3)], 20, 24),
        ([("night", 20, 1), ("night", 20, 1)], 20, 24),
        ([("as told", 20, None)], 20, 12),
    ],
)
def test_orders_once_a_day_each_are_added(
    parts: list[tuple[str, float, float | None]], mg: float, interval: float
) -> None:
    """Ten in the morning and twenty at night; anything else is the same tablets told twice."""
    orders = regimen(*parts)
    assert usual_dose(orders, orders, Chart().moment()) == (dose(mg), interval)


def test_a_dose_in_a_doubtful_unit_is_no_usual_dose() -> None:
    """Nor is one that was never entered; then the next order tells."""
    doubtful = regimen(("new", 20, 3), doubtful="micrograms")
    empty = [told(dosage=msgspec.structs.replace(order().dosage, daily=None))]
    older = regimen(("old", 10, 3))
    now = Chart().moment()
    assert usual_dose(doubtful, doubtful, now) == (None, None)
    assert usual_dose([*doubtful, *empty, *older], [*doubtful, *empty, *older], now) == (dose(30), 8)


def test_the_usual_dose_of_a_taper_is_that_of_its_step() -> None:
    """The step of today."""
    one = told(dosage=msgspec.structs.replace(order().dosage, steps=STEPS))
    assert usual_dose([one], [one], Chart().moment())[0] == dose(30)


# -- since when, until when --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({}, "0h"),
        ({"status": "on-hold"}, None),
        ({"status": "on-hold", "status_changed": at("3d")}, "3d"),
        ({"status": "stopped", "end": at("5d"), "status_changed": at("3d")}, "5d"),
        ({"status": "stopped", "status_changed": at("3d")}, "3d"),
        ({"status": "stopped", "end": at("+3d")}, "0h"),
        ({"status": "stopped"}, None),
        ({"status": "stopped", "days_supply": 30.0}, "370d"),
        ({"status": "stopped", "days_supply": 30.0, "refills": 2}, "310d"),
        ({"status": "stopped", "days_supply": 30.0, "refills": 0}, "370d"),
        ({"status": "stopped", "days_supply": 30.0, "start": at("100d")}, "70d"),
        ({"status": "stopped", "days_supply": 30.0, "start": at("10d")}, "0h"),
        ({"status": "stopped", "days_supply": 30.0, "authored": None}, None),
    ],
)
def test_when_an_order_stopped_being_taken(changes: dict[str, Any], end: str | None) -> None:
    """Its end, else when its supply with all refills was used up."""
    found = ended(told(**changes), NOW)
    assert found == (None if end is None else moment(end))


@pytest.mark.parametrize(
    ("facts", "days", "certain"),
    [
        ([{"since": "100d"}], 100, True),
        ([{"since": "100d", "statement": True}], 100, True),
        ([{"since": None}, {"since": "100d"}], 100, False),
        ([{"since": "+5d"}, {"since": "100d"}], 100, True),
        ([{"since": "100d", "until": "60d"}, {"since": "40d"}], 100, True),
        ([{"since": "100d", "until": "75d"}, {"since": "40d"}], 40, True),
    ],
)
def test_the_unbroken_stretch_of_use(facts: list[dict[str, Any]], days: int, certain: bool) -> None:
    """Pauses of up to thirty days are bridged; what has no start leaves it open."""
    chart = Chart()
    for fact in facts:
        chart.baclofen(**fact)
    found = oral(chart)
    assert abs(found.days - days) <= 1
    assert found.is_start_certain is certain


@pytest.mark.parametrize(
    ("asserted", "reported", "certain"), [(True, False, False), (False, True, False), (False, False, True)]
)
def test_a_reporter_s_date_is_no_start(asserted: bool, reported: bool, certain: bool) -> None:
    """Told twenty days ago that it is taken: since when, nobody says."""
    chart = Chart()
    if asserted:
        chart.baclofen(statement=True, since=None, dateAsserted=instant("20d"))
    else:
        chart.baclofen(since="20d", **({"reportedBoolean": True} if reported else {}))
    found = oral(chart)
    assert (found.days, found.is_start_certain) == (20, certain)


@pytest.mark.parametrize(
    ("fills", "days"),
    [([("40d", 30)], 30), ([("70d", 30), ("40d", 30)], 60), ([("130d", 30), ("40d", 30)], 30), ([("40d", None)], 0)],
)
def test_use_by_fills_alone(fills: list[tuple[str, int | None]], days: int) -> None:
    """As long as the tablets last; pauses beyond thirty days begin anew."""
    chart = Chart()
    for when, length in fills:
        fill = chart.fill(when, length or 30)
        if length is None:
            del fill["daysSupply"]
    found = oral(chart)
    assert (found.days, found.is_start_certain) == (days, True)


def test_early_refills_cover_as_long_as_all_tablets_last() -> None:
    """Two fills on one day, sixty days ago: until today."""
    chart = Chart()
    chart.fill("60d", 30)
    chart.fill("60d", 30)
    assert (oral(chart).days, oral(chart).is_start_certain) == (60, True)


def test_an_exposure_that_cannot_be_dated() -> None:
    """An order without any date: no stretch, and its start is open."""
    chart = Chart()
    chart.baclofen(since=None)
    found = oral(chart)
    assert (found.since, found.last_covered, found.days, found.is_start_certain) == (None, None, 0, False)


def test_an_order_in_hand_of_a_date_that_is_not_told_is_kept() -> None:
    """Read, though undated; the sort of orders puts it last."""
    chart = Chart()
    first = chart.baclofen(since=None)
    second = chart.baclofen(since="10d")
    assert [o.reference for o in oral(chart).orders] == [f"MedicationRequest/{r['id']}" for r in (second, first)]


def test_repeats_of_a_prescription_on_paper() -> None:
    """Written 40 days ago for 15 days and two repeats: five days are left."""
    one = order(status="stopped", since="40d", **supply(15, 2))
    assert ended(one, NOW) == NOW.astimezone(UTC)
    assert ended(order(status="stopped", since="46d", **supply(15, 2)), NOW) == moment("1d")


@pytest.mark.parametrize(("until", "taken"), [(None, False), ("30h", True)])
def test_an_order_that_was_cancelled_before_anybody_took_it(until: str | None, taken: bool) -> None:
    """Without an end it never began; with one it was taken until then."""
    chart = Chart()
    chart.baclofen(status="cancelled", until=until)
    assert (chart.case().oral is not None) is taken


@pytest.mark.parametrize(
    ("label", "quantity", "dose"),
    [
        ("20 mg three times a day", None, 60),
        ("", 90, 60),
        ("", None, None),
        ("as directed", 45, 30),
    ],
)
def test_a_fill_tells_the_dose_where_no_order_does(label: str, quantity: float | None, dose: float | None) -> None:
    """By its label, else by the tablets for the days that they are to last."""
    chart = Chart()
    fill = chart.fill("5d", 30)
    if label:
        fill["dosageInstruction"] = [{"text": label}]
    if quantity:
        fill["quantity"] = {"value": quantity, "unit": "tablet"}
    found = oral(chart).dose
    assert (found.low if found else None) == dose


def test_an_order_tells_the_dose_before_a_fill() -> None:
    chart = Chart()
    chart.baclofen(10, 3)
    chart.fill("5d", 30)["dosageInstruction"] = [{"text": "20 mg three times a day"}]
    found = oral(chart).dose
    assert found is not None
    assert found.low == 30
