"""What shows that there is a pump, that it was taken out, what is in it, and how it is programmed."""

from itertools import permutations
from typing import Any

import pytest

from cards.record.when import When
from cards.timeline.battery import battery_of
from cards.timeline.programming import Mismatch, mismatches
from cards.timeline.pump import Pump, PumpDrug
from cards.verdict import Evidence
from tests.chart import Chart, Resource, date, instant, moment
from tests.rules.test_pump_device import reading
from tests.timeline.test_pump_content import ROUTE, device, filled, ordered, pump

REMOVAL, IMPLANT = "Removal of intrathecal baclofen pump", "Implantation of intrathecal baclofen pump"


def shown(chart: Chart) -> list[tuple[str, str, When | None]]:
    """The evidence that there is a pump: resource, words, time."""
    found = chart.case().pump
    return [(e.reference, e.text, e.when) for e in found.evidence] if found else []


def times(chart: Chart) -> list[tuple[str, str, Any]]:
    """The same, with the end of its time."""
    return [(reference, text, when and when.latest) for reference, text, when in shown(chart)]


def test_a_problem_that_tells_of_a_pump() -> None:
    """Since its onset."""
    chart = Chart()
    told = chart.condition("Presence of intrathecal baclofen pump", "400d")
    assert times(chart) == [
        (f"Condition/{told['id']}", "Presence of intrathecal baclofen pump", moment("400d")),
    ]


@pytest.mark.parametrize(
    ("drug", "route", "status", "shows"),
    [
        ("baclofen intrathecal", ROUTE, "in-progress", True),
        ("baclofen intrathecal", ROUTE, "completed", False),
        ("morphine intrathecal", ROUTE, "in-progress", False),
        ("baclofen 20 mg tablet", {"text": "Oral"}, "in-progress", False),
        ("amoxicillin 500 mg capsule", {"text": "Oral"}, "in-progress", False),
    ],
)
def test_an_intrathecal_infusion_that_runs(drug: str, route: Resource, status: str, shows: bool) -> None:
    """Of baclofen, under way; a tablet being given is no pump."""
    chart = Chart()
    chart.given("3h", drug=drug, status=status)
    chart.resources[-1]["dosage"]["route"] = route
    reference = f"MedicationAdministration/{chart.resources[-1]['id']}"
    assert times(chart) == ([(reference, f"intrathecal infusion: {drug}", moment("3h"))] if shows else [])


@pytest.mark.parametrize(
    ("drug", "status", "until", "shows"),
    [
        ("baclofen", "active", None, True),
        ("baclofen", "stopped", None, False),
        ("baclofen", "active", "1d", False),
        ("morphine", "active", None, False),
    ],
)
def test_an_intrathecal_order_that_holds_shows_a_pump(drug: str, status: str, until: str | None, shows: bool) -> None:
    """Of baclofen only: another drug is given by other ways, too."""
    chart = Chart()
    order = ordered(chart, drug, "50d", status, until)
    order["dosageInstruction"][0].setdefault("timing", {}).setdefault("repeat", {}).setdefault("boundsPeriod", {})[
        "start"
    ] = instant("40d")
    told = (f"MedicationRequest/{order['id']}", f"intrathecal order: {drug} intrathecal", moment("40d"))
    assert times(chart) == ([told] if shows else [])


def test_a_device_is_told_with_the_day_it_was_put_in() -> None:
    """From the use statement's or the device's own start."""
    chart = device()
    found = chart.add(
        "DeviceUseStatement", status="active", device={"display": "SynchroMed II intrathecal pump"},
        timingPeriod={"start": date("500d")},
    )  # fmt: skip
    by_use = [(r, when) for r, _, when in shown(chart) if r.startswith("DeviceUseStatement/")]
    assert [r for r, _ in by_use] == [f"DeviceUseStatement/{found['id']}"]
    assert by_use[0][1] is not None
    assert by_use[0][1].earliest <= moment("500d") <= by_use[0][1].latest


def test_a_screening_dose_is_no_pump() -> None:
    """One intrathecal bolus to see whether it helps."""
    chart = Chart()
    ordered(chart, "baclofen 50 mcg screening trial bolus", "2d")["note"] = [{"text": "ITB trial, single test dose"}]
    assert chart.case().pump is None


# -- taken out ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(("90d", "30d", "60d"))))
def test_of_several_removals_the_last(order: tuple[str, ...]) -> None:
    """In whatever order they stand."""
    chart = device()
    for when in order:
        chart.procedure(REMOVAL, when)
    found = pump(chart)
    assert found.removed is not None
    assert (found.removed.latest, found.is_in_place) == (moment("30d"), False)


def test_a_removal_that_is_still_to_come_has_not_happened() -> None:
    """Nor one that nobody dated."""
    chart = device()
    chart.procedure(REMOVAL, "+2d")
    del chart.procedure(REMOVAL, "1h")["performedDateTime"]
    assert pump(chart).is_in_place


def test_taken_out_and_a_new_one_put_in_at_the_same_time() -> None:
    """One session, two entries."""
    chart = device()
    chart.procedure(REMOVAL, "3d")
    chart.procedure(IMPLANT, "3d")
    assert pump(chart).is_in_place


# -- what is in it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "recorded", "onset", "drug"),
    [
        ("encounter-diagnosis", "5h", None, PumpDrug.UNKNOWN),
        ("problem-list-item", "5h", None, PumpDrug.BACLOFEN),
        ("encounter-diagnosis", "30d", None, PumpDrug.BACLOFEN),
        ("problem-list-item", "30d", "5h", PumpDrug.UNKNOWN),
        ("encounter-diagnosis", "72h", None, PumpDrug.UNKNOWN),
    ],
)
def test_spasticity_of_these_days_is_not_why_the_pump_was_given(
    category: str, recorded: str, onset: str | None, drug: PumpDrug
) -> None:
    """A finding; on the problem list a late entry is no late onset."""
    chart = device()
    chart.condition("Spasticity", onset, recordedDate=instant(recorded), category=[{"coding": [{"code": category}]}])
    assert pump(chart).drug is drug


@pytest.mark.parametrize(("status", "statement"), [("cancelled", False), ("not-taken", True)])
def test_an_order_that_never_ran_tells_nothing_of_the_content(status: str, statement: bool) -> None:
    """Cancelled, or told as not taken."""
    chart = device()
    order = ordered(chart, "baclofen", "50d", status)
    if statement:
        order["resourceType"] = "MedicationStatement"
        order["dosage"] = order.pop("dosageInstruction")
        order["dateAsserted"] = order.pop("authoredOn")
        del order["intent"]
    assert pump(chart).drug is PumpDrug.UNKNOWN


def test_a_device_that_is_named_after_its_drug() -> None:
    """Where nothing else tells."""
    chart = Chart()
    chart.pump("SynchroMed II baclofen pump", drug=None)
    assert pump(chart).drug is PumpDrug.BACLOFEN
    chart = Chart()
    chart.pump("SynchroMed II", drug=None)
    filled(chart, "morphine", "5d")
    assert pump(chart).drug is PumpDrug.OTHER


@pytest.mark.parametrize("status", ["stopped", "on-hold"])
def test_an_order_that_is_over_with_its_supply(status: str) -> None:
    """No end is told: it ended when its supply did, 90 days after it was written."""
    chart = device()
    ordered(chart, "baclofen", "300d", status)["dispenseRequest"] = {
        "expectedSupplyDuration": {"value": 90, "unit": "d", "code": "d"}
    }
    assert pump(chart).order_ended == When(moment("210d"), moment("210d"))


def test_the_last_contact_is_work_at_the_pump_not_an_alarm() -> None:
    """A stall seen today is no visit; a check that nobody dated neither."""
    chart = device()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.pump_note("Pump status", "motor stall", "3h")
    del chart.procedure("Intrathecal pump refill", "1h")["performedDateTime"]
    found: Pump = pump(chart)
    assert found.last_contact is not None
    assert found.last_contact.latest == moment("30d")


# -- as programmed -----------------------------------------------------------------------------------------------------


def programmed(chart: Chart) -> tuple[Mismatch, ...]:
    """Settings more than 5 % off."""
    case = chart.case()
    assert case.pump is not None
    return mismatches(case.pump, case.record, case.moment, beyond=0.05)


def with_range(low: float, high: float) -> Chart:
    """An order for a range of daily doses, 2,000 mcg/mL."""
    chart = Chart()
    chart.pump()
    dose = {"rateRange": {key: {"value": value, "unit": "mcg/day", "code": "ug/d"}
                          for key, value in (("low", low), ("high", high))}}  # fmt: skip
    chart.resources[-1]["dosageInstruction"][0]["doseAndRate"] = [dose]
    return chart


@pytest.mark.parametrize(
    ("read", "prescribed", "less"), [(200, 300, True), (500, 400, False), (345, 300, False), (355, 400, True)]
)
def test_a_dose_is_compared_with_the_nearer_end_of_a_range(read: float, prescribed: float, less: bool) -> None:
    """300 to 400 mcg/day are prescribed."""
    chart = with_range(300, 400)
    reading(chart, "Pump daily dose", read, "mcg/day", "1d")
    (found,) = programmed(chart)
    assert (found.setting, found.programmed, found.prescribed, found.gives_less) == (
        "daily dose", read, prescribed, less,
    )  # fmt: skip
    order = next(r for r in chart.resources if r["resourceType"] == "MedicationRequest")
    assert found.evidence[1] == Evidence(
        f"MedicationRequest/{order['id']}", "intrathecal order: baclofen intrathecal 2,000 mcg/mL",
        chart.case().record.medication_orders[0].authored,
    )  # fmt: skip


@pytest.mark.parametrize(("read", "less"), [(1000, False), (4000, True)])
def test_a_higher_programmed_strength_gives_less(read: float, less: bool) -> None:
    """The pump takes each mL for more than it holds."""
    chart = Chart()
    chart.pump()
    reading(chart, "IT pump concentration", read, "mcg/mL", "1d")
    (found,) = programmed(chart)
    assert (found.setting, found.prescribed, found.gives_less) == ("concentration", 2000, less)


def test_programmed_as_prescribed() -> None:
    """Both settings."""
    chart = Chart()
    chart.pump()
    reading(chart, "Pump daily dose", 350, "mcg/day", "1d")
    reading(chart, "IT pump concentration", 2000, "mcg/mL", "1d")
    assert programmed(chart) == ()


@pytest.mark.parametrize(("when", "counts"), [("299d", True), ("300d", True), ("301d", False), (None, True)])
def test_a_reading_of_before_the_order_could_not_know_it(when: str | None, counts: bool) -> None:
    """The order is 300 days old; an undated reading counts."""
    chart = Chart()
    chart.pump()
    reading(chart, "Pump daily dose", 200, "mcg/day", when or "1d")
    if when is None:
        del chart.resources[-1]["effectiveDateTime"]
    assert bool(programmed(chart)) is counts


@pytest.mark.parametrize("undated_first", [True, False])
def test_an_intrathecal_order_that_nobody_dated_comes_last(undated_first: bool) -> None:
    """The dated one is the newest, in whatever order they stand; alone it counts, too."""
    chart = device()
    ids = {}
    for is_dated in (not undated_first, undated_first):
        order = ordered(chart, "baclofen", "50d")
        if not is_dated:
            del order["authoredOn"]
        ids[is_dated] = f"MedicationRequest/{order['id']}"
    found = pump(chart)
    assert found.order is not None
    assert found.order.reference == ids[True]
    chart = device()
    del ordered(chart, "baclofen", "50d")["authoredOn"]
    assert pump(chart).drug is PumpDrug.BACLOFEN


def test_a_pump_of_ten_days_is_not_yet_a_month_old() -> None:
    """Whole months."""
    chart = device()
    chart.procedure(IMPLANT, "10d")
    case = chart.case()
    assert battery_of(case.record, case.moment).months == 0
