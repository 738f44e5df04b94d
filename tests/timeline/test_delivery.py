"""Is intrathecal delivery failing, how surely and since when; and what sets it right?"""

from typing import Any

import pytest

from cards.timeline.delivery import Delivery
from cards.timeline.interruptions import Level
from cards.timeline.reservoir import Reservoir
from tests.chart import Chart, Resource, instant, moment
from tests.rules.test_pump_device import told_date
from tests.situations.charts import pump, tell

REVISION, REPLACEMENT = "Intrathecal catheter revision", "Intrathecal pump replacement"


def reservoir(chart: Chart) -> Reservoir:
    """Of the patient's pump, which is there."""
    pump = chart.case().pump
    assert pump is not None
    return pump.reservoir


def delivery(chart: Chart) -> Delivery:
    """As of now."""
    found = chart.case().delivery
    assert found is not None
    return found


def complication(onset: str | None = "3d", recorded: str | None = None, *, active: bool = True) -> Chart:
    """A coded mechanical complication."""
    chart = pump()
    more: Resource = {"recordedDate": instant(recorded)} if recorded else {}
    chart.condition("Complication of an implanted device", onset, active=active, **more)
    chart.resources[-1]["code"] = {
        "text": "Complication of an implanted device",
        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "T85.615A"}],
    }
    return chart


@pytest.mark.parametrize(
    ("chart", "because", "level"),
    [
        (pump, "pump status in this episode not recorded", Level.POSSIBLE),
        (lambda: pump(notes=[("Pump status", "running as programmed", "3h")]), "interrogated, catheter not assessed",
         Level.POSSIBLE),
        (lambda: pump(notes=[("Pump status", "motor stall", "3h")]), "pump stopped or stalled", Level.CONFIRMED),
        (lambda: pump(notes=[("Catheter study", "catheter leak", "3h")]), "catheter fault shown", Level.CONFIRMED),
        (lambda: pump(notes=[("Pump alarm", "two-tone alarm", "3h")]), "critical pump alarm", Level.PROBABLE),
        (lambda: pump(procedures=[("Removal of intrathecal baclofen pump", "3d")]), "pump taken out", Level.CONFIRMED),
        (lambda: pump(alarm="1d"), "refill alarm date passed", Level.PROBABLE),
        (lambda: pump(alarm="0d"), "pump status in this episode not recorded", Level.POSSIBLE),
        (lambda: pump(alarm="+1d"), "pump status in this episode not recorded", Level.POSSIBLE),
        (complication, "pump or catheter complication", Level.PROBABLE),
    ],
)  # fmt: skip
def test_what_speaks_for_failing_delivery(chart: Any, because: str, level: Level) -> None:
    """Each with its words and its sureness."""
    found = delivery(chart())
    assert (found.because, found.level) == (because, level)
    assert found.evidence


@pytest.mark.parametrize(
    ("onset", "recorded", "active", "counts"),
    [("14d", None, True, True), ("14.1d", None, True, False), (None, "3d", True, True), ("30d", "3d", True, False),
     ("3d", None, False, False), (None, None, True, False)],
)  # fmt: skip
def test_a_complication_of_the_last_fortnight(
    onset: str | None, recorded: str | None, active: bool, counts: bool
) -> None:
    """By its onset, else by when it was recorded; while it lasts."""
    found = delivery(complication(onset, recorded, active=active))
    assert (found.level is Level.PROBABLE) is counts
    assert found.is_catheter is counts
    if counts:
        assert found.since is not None
        assert found.evidence[0].text == "Complication of an implanted device"


@pytest.mark.parametrize(
    ("note", "fix", "right"),
    [
        (("Pump status", "motor stall", "3d"), ("Intrathecal pump refill", "2d"), True),
        (("Pump status", "motor stall", "3d"), ("Intrathecal pump refill", "3d"), True),
        (("Pump status", "motor stall", "3d"), ("Intrathecal pump refill", "4d"), False),
        (("Pump status", "motor stall", "3d"), (REPLACEMENT, "2d"), True),
        (("Pump status", "motor stall", "3d"), (REVISION, "2d"), True),
        (("Pump status", "motor stall", "3d"), ("Implantation of intrathecal baclofen pump", "2d"), True),
        (("Pump status", "motor stall", "3d"), ("Intrathecal pump interrogation", "2d"), False),
        (("Catheter study", "catheter leak", "3d"), ("Intrathecal pump refill", "2d"), False),
        (("Catheter study", "catheter leak", "3d"), (REVISION, "2d"), True),
        (("Catheter study", "catheter leak", "3d"), (REPLACEMENT, "2d"), True),
    ],
)
def test_what_sets_it_right(note: tuple[str, str, str], fix: tuple[str, str], right: bool) -> None:
    """New hardware anything, a refill all but the catheter; what came before, nothing."""
    found = delivery(pump(notes=[note], procedures=[fix]))
    assert (found.level is Level.POSSIBLE) is right


@pytest.mark.parametrize(("reading", "right"), [("2d", True), ("4d", False)])
def test_a_normal_reading_afterwards(reading: str, right: bool) -> None:
    """Sets a stall right, never a leak."""
    running = ("Pump status", "running as programmed", reading)
    stalled = delivery(pump(notes=[("Pump status", "motor stall", "3d"), running]))
    assert (stalled.level is Level.POSSIBLE) is right
    assert stalled.is_interrogated_normal is right
    assert delivery(pump(notes=[("Catheter study", "catheter leak", "3d"), running])).level is Level.CONFIRMED


def test_a_stall_without_a_time_is_not_set_right_by_anything() -> None:
    """Nobody knows what came first."""
    chart = pump(notes=[("Pump status", "motor stall", "3d")], procedures=[("Intrathecal pump refill", "2d")])
    for resource in chart.resources:
        if resource["resourceType"] == "Observation":
            del resource["effectiveDateTime"]
    found = delivery(chart)
    assert found.level in (Level.CONFIRMED, Level.POSSIBLE)
    assert found.since is None


@pytest.mark.parametrize("operation", [REVISION, REPLACEMENT, "Implantation of intrathecal baclofen pump"])
@pytest.mark.parametrize(("ago", "stiff", "counts"), [("14d", True, True), ("15d", True, False), ("10d", False, False)])
def test_loss_of_effect_after_an_operation_on_the_pump(operation: str, ago: str, stiff: bool, counts: bool) -> None:
    """New spasticity within 14 days of any of them."""
    chart = pump(procedures=[(operation, ago)], signs=["Increased spasticity"] if stiff else [])
    found = delivery(chart)
    assert (found.level is Level.PROBABLE) is counts
    if counts:
        assert found.since is not None
        assert found.since.latest == moment(ago)
        assert found.evidence[0].text == operation
        assert found.is_surgery


def test_of_two_the_surer_and_the_one_with_a_time() -> None:
    """A stall is surer than a passed alarm date."""
    found = delivery(pump(alarm="1d", notes=[("Pump status", "motor stall", "3h")]))
    assert found.because == "pump stopped or stalled"


@pytest.mark.parametrize(("ends", "level"), [("30h", Level.CONFIRMED), (None, Level.CONFIRMED)])
@pytest.mark.parametrize("status", ["stopped", "on-hold"])
def test_the_intrathecal_order_was_stopped_or_held(status: str, ends: str | None, level: Level) -> None:
    """Since its end, where one is told."""
    chart = Chart()
    chart.pump()
    order = chart.resources[-1]
    order["status"] = status
    if ends:
        order["dosageInstruction"][0]["timing"] = {"repeat": {"boundsPeriod": {"end": instant(ends)}}}
    else:
        order["extension"] = []
    tell(chart, procedures=[("Intrathecal pump refill", "30d")])
    found = delivery(chart)
    if ends:
        assert (found.because, found.level) == ("intrathecal order stopped", level)
        assert found.since is not None
        assert found.since.latest == moment(ends)
        assert found.evidence[0].text == f"intrathecal order {status}"


# -- the reservoir -----------------------------------------------------------------------------------------------------


def volume(chart: Chart, text: str, value: float, unit: str, when: str) -> None:
    """A number read at the pump."""
    note = chart.pump_note(text, "", when)
    del note["valueString"]
    note["valueQuantity"] = {"value": value, "unit": unit}


def days_left(chart: Chart) -> float | None:
    """Days until the reservoir is empty, as calculated."""
    found = chart.case().pump
    assert found is not None
    empty = found.reservoir.empty
    return None if empty is None else (empty.latest - moment("0h")).total_seconds() / 86400


@pytest.mark.parametrize(
    ("readings", "left"),
    [
        ([("IT pump fill volume", 20, "mL", "20d")], 20 * 2000 / 350 - 20),
        ([("IT pump reservoir volume", 7, "mL", "20d")], 7 * 2000 / 350 - 20),
        ([("IT pump fill volume", 20, "mL", "20d"), ("IT pump reservoir volume", 10, "mL", "5d")], 10 * 2000 / 350 - 5),
        ([("IT pump reservoir volume", 10, "mL", "5d"), ("IT pump fill volume", 20, "mL", "20d")], 10 * 2000 / 350 - 5),
        ([("IT pump fill volume", 20, "mL", "20d"), ("IT pump concentration", 1000, "mcg/mL", "20d")],
         20 * 1000 / 350 - 20),
        ([("IT pump fill volume", 20, "mL", "20d"), ("IT pump concentration", 500, "mcg/mL", "60d"),
          ("IT pump concentration", 1000, "mcg/mL", "20d")], 20 * 1000 / 350 - 20),
        ([("IT pump fill volume", 20, "mL", "90d")], None),
        ([], None),
    ],
)  # fmt: skip
def test_when_the_reservoir_runs_empty(readings: list[tuple[str, float, str, str]], left: float | None) -> None:
    """Volume x strength / 350 mcg/day from when it was measured last; nothing of before the last fill."""
    chart = pump(filled="20d")
    for reading in readings:
        volume(chart, *reading)
    assert days_left(chart) == (None if left is None else pytest.approx(left, abs=0.1))


def test_without_an_order_the_dose_read_at_the_pump_counts() -> None:
    """200 mcg/day read, then 400: the last reading."""
    chart = Chart()
    chart.pump(drug=None)
    tell(chart, procedures=[("Intrathecal baclofen pump refill", "20d")])
    volume(chart, "IT pump fill volume", 20, "mL", "20d")
    volume(chart, "IT pump concentration", 2000, "mcg/mL", "20d")
    assert days_left(chart) is None
    volume(chart, "Pump daily dose", 400, "mcg/day", "10d")
    volume(chart, "Pump daily dose", 200, "mcg/day", "20d")
    assert days_left(chart) == pytest.approx(20 * 2000 / 400 - 20, abs=0.1)


def test_without_a_strength_nothing_is_calculated() -> None:
    """A dose and a volume are not enough."""
    chart = pump(filled="20d")
    chart.resources[-2]["medicationCodeableConcept"] = {"text": "baclofen intrathecal"}
    volume(chart, "IT pump fill volume", 20, "mL", "20d")
    assert days_left(chart) is None


def test_an_empty_date_told_counts_before_what_is_calculated() -> None:
    """Unless a fill came after it."""
    chart = pump(filled="20d")
    volume(chart, "IT pump fill volume", 20, "mL", "20d")
    told_date(chart, "Pump empty date", "+5d", "1d")
    assert days_left(chart) == pytest.approx(5.25, abs=0.3)
    chart = pump(filled="20d")
    told_date(chart, "Pump empty date", "+5d", "30d")
    assert days_left(chart) is None


@pytest.mark.parametrize(
    ("when", "status", "drug", "counts"),
    [("20d", "completed", "baclofen intrathecal 2,000 mcg/mL", True),
     ("20d", "not-done", "baclofen intrathecal", False), ("20d", "completed", "morphine intrathecal", False),
     ("+2d", "completed", "baclofen intrathecal", False)],
)  # fmt: skip
def test_a_filling_in_the_administration_record(when: str, status: str, drug: str, counts: bool) -> None:
    """Of baclofen, by the intrathecal route, done."""
    chart = Chart()
    chart.pump()
    chart.given(when, drug=drug, status=status)
    chart.resources[-1]["dosage"]["route"] = {"text": "Intrathecal"}
    found = chart.case().pump
    assert found is not None
    assert (found.reservoir.last_fill is not None) is counts


def test_tablets_given_are_no_filling() -> None:
    """By mouth."""
    chart = Chart()
    chart.pump()
    chart.given("2h")
    assert reservoir(chart).last_fill is None


@pytest.mark.parametrize(("when", "counts"), [("2h", True), ("+2h", True), ("1d", False)])
def test_a_refill_booked_for_today_is_still_to_come(when: str, counts: bool) -> None:
    """Until the day is over."""
    chart = pump()
    chart.appointment("Baclofen pump refill", when)
    assert (reservoir(chart).booked is not None) is counts
