"""Where a chart says something several times, what was said last counts, in whatever order it stands."""

from itertools import permutations

import pytest

from cards.record.concepts import Act
from cards.timeline.education import last_taught
from cards.timeline.operations import just_done, planned
from cards.verdict import Quiet
from tests.chart import Chart, instant, moment
from tests.rules.test_pump_device import reading

TIMES = ("3d", "1d", "2d")


def orders(times: tuple[str, ...]) -> list[tuple[str, ...]]:
    """In which they may stand in a chart."""
    return list(permutations(times))


@pytest.mark.parametrize("times", orders(TIMES))
def test_teaching(times: tuple[str, ...]) -> None:
    """The last of three, by procedure; what has no date counts least."""
    chart = Chart(taught=False)
    ids = {when: chart.procedure(f"Patient education: baclofen {when}", when)["id"] for when in times}
    del chart.procedure("Patient education: baclofen, undated", "1h")["performedDateTime"]
    taught = last_taught(chart.case().record)
    assert taught is not None
    assert (taught.reference, taught.text) == (f"Procedure/{ids['1d']}", "Patient education: baclofen 1d")


@pytest.mark.parametrize("times", orders(TIMES))
def test_settings_read_at_the_pump(times: tuple[str, ...]) -> None:
    """Programmed wrong three days ago, right since yesterday."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "20d")
    for when in times:
        reading(chart, "Pump daily dose", {"3d": 200, "2d": 500, "1d": 350}[when], "mcg/day", when)
    assert isinstance(chart.decide().verdict("PMP-03"), Quiet)


@pytest.mark.parametrize("times", orders(TIMES))
def test_intrathecal_orders(times: tuple[str, ...]) -> None:
    """The dose is that of the newest."""
    chart = Chart()
    chart.pump(drug=None)
    for when in times:
        chart.add(
            "MedicationRequest", status="active", intent="order", authoredOn=instant(when),
            medicationCodeableConcept={"text": "baclofen intrathecal 2,000 mcg/mL"},
            dosageInstruction=[{"route": {"text": "Intrathecal"}, "doseAndRate": [{"rateQuantity": {
                "value": {"3d": 200, "2d": 250, "1d": 300}[when], "unit": "mcg/day", "code": "ug/d"}}]}],
        )  # fmt: skip
    pump = chart.case().pump
    assert pump is not None
    assert pump.dose is not None
    assert pump.dose.low == 300


@pytest.mark.parametrize("times", orders(TIMES))
def test_operations_done(times: tuple[str, ...]) -> None:
    """The last of three."""
    chart = Chart()
    chart.baclofen()
    ids = {when: chart.procedure("Knee arthroplasty", when)["id"] for when in times}
    case = chart.case()
    done = just_done(case.record, case.moment, {Act.SURGERY}, 96)
    assert done is not None
    assert done.reference == f"Procedure/{ids['1d']}"


@pytest.mark.parametrize("times", orders(("+3d", "+1d", "+2d")))
def test_the_refill_that_is_booked_first(times: tuple[str, ...]) -> None:
    """The nearest of three visits."""
    chart = Chart()
    chart.pump()
    for when in times:
        chart.appointment("Baclofen pump refill", when)
    pump = chart.case().pump
    assert pump is not None
    assert pump.reservoir.booked is not None
    assert pump.reservoir.booked.latest == moment("+1d")


@pytest.mark.parametrize("times", orders(("90d", "30d", "60d")))
def test_the_alarm_date_told_last(times: tuple[str, ...]) -> None:
    """Programmed three times."""
    chart = Chart()
    chart.pump()
    for told in times:
        chart.alarm_date({"90d": "+10d", "60d": "+20d", "30d": "+40d"}[told], told)
    pump = chart.case().pump
    assert pump is not None
    assert pump.reservoir.alarm is not None
    assert pump.reservoir.alarm.earliest.date() == moment("+40d").date()


@pytest.mark.parametrize("times", orders(TIMES))
def test_weeks_of_pregnancy(times: tuple[str, ...]) -> None:
    """Told as 20, 24 and 30 weeks: the last word counts."""
    chart = Chart(age=30)
    chart.baclofen()
    for when in times:
        chart.condition({"3d": "20 weeks pregnant", "2d": "24 weeks pregnant", "1d": "30 weeks pregnant"}[when],
                        recordedDate=instant(when))  # fmt: skip
    pregnancy = chart.case().pregnancy
    assert pregnancy is not None
    assert pregnancy.weeks(chart.moment().now) == 30


def test_a_plan_without_a_day_counts_as_long_as_its_order_is_new() -> None:
    """Ordered within the window, or nobody knows when."""
    for ordered, counts in (("14d", True), ("14.1d", False), (None, True)):
        chart = Chart()
        chart.baclofen()
        chart.order("Knee arthroplasty", **({"authoredOn": instant(ordered)} if ordered else {}))
        assert planned(chart.case().record, chart.moment(), {Act.SURGERY})
        assert (chart.decide().urgency("perioperative-interruption") != "") is counts
