"""What speaks for failing delivery: told with its words, its time and the resource that it stands in."""

from collections.abc import Callable
from itertools import permutations

import pytest

from cards.record.when import When
from cards.timeline.battery import Battery, battery_of
from cards.timeline.delivery import Delivery
from cards.timeline.interruptions import Level
from cards.verdict import Evidence
from tests.chart import Chart, date, moment
from tests.chart import instant as at
from tests.rules.test_pump_device import told_date
from tests.situations.charts import pump
from tests.timeline.test_delivery import complication, delivery, volume

REVISION, REPLACEMENT, IMPLANT = (
    "Intrathecal catheter revision", "Intrathecal pump replacement", "Implantation of intrathecal baclofen pump"
)  # fmt: skip
REMOVAL = "Removal of intrathecal baclofen pump"


def stopped_order() -> Chart:
    """The intrathecal order was stopped 30 hours ago."""
    chart = pump(filled="")
    chart.resources[-1]["status"] = "stopped"
    chart.resources[-1]["dosageInstruction"][0]["timing"] = {"repeat": {"boundsPeriod": {"end": at("30h")}}}
    return chart


def empty_reservoir() -> Chart:
    """Told to run empty three days ago."""
    chart = pump(filled="20d")
    told_date(chart, "Pump empty date", "3d", "10d")
    return chart


def old_battery() -> Chart:
    """The replacement indicator of 95 days ago."""
    chart = pump(filled="20d")
    told_date(chart, "Intrathecal pump ERI date", "95d", "30d")
    return chart


def stiff_since_revision() -> Chart:
    """New rigidity ten days after the revision."""
    return pump(procedures=[(REVISION, "10d")], signs=["Rigidity"])


def last(chart: Chart, resource_type: str) -> str:
    """Reference of the last resource of this type."""
    return next(
        f"{r['resourceType']}/{r['id']}" for r in reversed(chart.resources) if r["resourceType"] == resource_type
    )


@pytest.mark.parametrize(
    ("chart_of", "because", "resource", "text", "since", "level"),
    [
        (stopped_order, "intrathecal order stopped", "MedicationRequest", "intrathecal order stopped", "30h",
         Level.CONFIRMED),
        (complication, "pump or catheter complication", "Condition", "Complication of an implanted device", "3d",
         Level.PROBABLE),
        (empty_reservoir, "calculated empty date passed", "Observation", "calculated empty date", "3d",
         Level.PROBABLE),
        (stiff_since_revision, "catheter or pump surgery within 14 days and loss of effect", "Procedure", REVISION,
         "10d", Level.PROBABLE),
        (lambda: pump(procedures=[(REMOVAL, "3d")]), "pump taken out", "Procedure", REMOVAL, "3d", Level.CONFIRMED),
    ],
)  # fmt: skip
def test_a_sign_of_failing_delivery_names_its_resource_and_its_time(
    chart_of: Callable[[], Chart], because: str, resource: str, text: str, since: str, level: Level
) -> None:
    """A pharmacist can look it up."""
    chart = chart_of()
    found = delivery(chart)
    assert (found.because, found.level) == (because, level)
    assert found.since is not None
    assert found.since.earliest <= moment(since) <= found.since.latest
    assert found.evidence == (Evidence(last(chart, resource), text, found.since),)


def test_a_battery_at_its_end_names_the_indicator_and_counts_from_the_end() -> None:
    """90 days after the indicator the pump stops: five days ago; the evidence is the indicator itself."""
    chart = old_battery()
    found = delivery(chart)
    assert (found.because, found.level) == ("battery at its end", Level.PROBABLE)
    assert found.since is not None
    assert found.since.earliest <= moment("5d") <= found.since.latest
    (evidence,) = found.evidence
    assert evidence.reference == last(chart, "Observation")
    assert evidence.text == "battery: replacement indicator 90 days ago or more"
    assert evidence.when is not None
    assert evidence.when.earliest <= moment("95d") <= evidence.when.latest


@pytest.mark.parametrize(("eos", "level"), [("5d", Level.PROBABLE), ("+5d", Level.POSSIBLE)])
def test_an_end_of_service_that_passed(eos: str, level: Level) -> None:
    """As sure as 90 days after the indicator; one to come is no sign."""
    chart = pump()
    told_date(chart, "Pump end of service date", eos, "30d")
    found = delivery(chart)
    assert found.level is level
    if level is Level.PROBABLE:
        assert found.because == "battery at its end"
        assert [e.text for e in found.evidence] == ["battery: end of service"]


def test_an_empty_date_of_next_week_is_no_sign_yet() -> None:
    """Nor does a passed one stand after a fill."""
    chart = pump(filled="20d")
    told_date(chart, "Pump empty date", "+5d", "1d")
    assert delivery(chart).because == "pump status in this episode not recorded"


def test_of_two_as_sure_the_one_with_a_time_is_told() -> None:
    """A critical alarm that nobody dated, beside an alarm date that has passed."""
    chart = pump(alarm="5d", notes=[("Pump alarm", "two-tone alarm", "3h")])
    alarm = next(r for r in chart.resources if r.get("valueString") == "two-tone alarm")
    del alarm["effectiveDateTime"]
    assert delivery(chart).because == "refill alarm date passed"


def found_out(chart: Chart) -> When | None:
    return delivery(chart).found_out


@pytest.mark.parametrize(
    ("work", "since"),
    [(("Intrathecal pump refill", "5d"), "17d"), ((REVISION, "5d"), "5d"), ((REVISION, "60d"), "17d")],
)
def test_a_catheter_fault_began_after_the_last_work_that_would_have_mended_it(
    work: tuple[str, str], since: str
) -> None:
    """Found three days ago; a refill does not mend a catheter; at most a fortnight before it was found."""
    found = found_out(pump(procedures=[work], notes=[("Catheter study", "catheter leak", "3d")]))
    assert found is not None
    assert (found.earliest, found.latest) == (moment(since), moment("3d"))


def test_an_alarm_found_at_an_interrogation_began_before_it() -> None:
    """The procedure tells when it was found, not since when."""
    chart = pump(filled="60d")
    chart.procedure("Intrathecal pump interrogation: critical alarm", "3d")
    found = delivery(chart)
    assert found.because == "critical pump alarm"
    assert found.found_out is not None
    assert (found.found_out.earliest, found.found_out.latest) == (moment("17d"), moment("3d"))


def test_a_stall_that_nobody_dated_stands_after_a_refill() -> None:
    """Nobody knows which came first: it is not taken as set right."""
    chart = pump(notes=[("Pump status", "motor stall", "3d")], procedures=[("Intrathecal pump refill", "2d")])
    note = next(r for r in chart.resources if r.get("valueString") == "motor stall")
    del note["effectiveDateTime"]
    found: Delivery = delivery(chart)
    assert (found.because, found.level, found.since) == ("pump stopped or stalled", Level.CONFIRMED, None)


# -- the battery -------------------------------------------------------------------------------------------------------


def battery(chart: Chart) -> Battery:
    """As of now."""
    case = chart.case()
    return battery_of(case.record, case.moment)


def day(when: When | None) -> str:
    """The facility's day."""
    assert when is not None
    return when.earliest.astimezone(moment("0h").tzinfo).date().isoformat()


@pytest.mark.parametrize("order", list(permutations(("90d", "30d", "60d"))))
def test_the_replacement_indicator_that_was_told_last(order: tuple[str, ...]) -> None:
    """Read three times at the pump."""
    chart = pump()
    ids = {}
    for told in order:
        told_date(chart, "Intrathecal pump ERI date", {"90d": "+10d", "60d": "+20d", "30d": "+15d"}[told], told)
        ids[told] = last(chart, "Observation")
    found = battery(chart)
    assert (day(found.eri), found.eri_reference) == (date("+15d"), ids["30d"])
    assert day(found.stops) == date("+105d")


@pytest.mark.parametrize("order", list(permutations(("900d", "400d", "700d"))))
def test_of_several_implants_the_last(order: tuple[str, ...]) -> None:
    """The pump that is in place now."""
    chart = pump()
    ids = {when: f"Procedure/{chart.procedure(IMPLANT, when)['id']}" for when in order}
    found = battery(chart)
    assert (day(found.implanted), found.implanted_reference) == (date("400d"), ids["400d"])
    assert found.months == 13


@pytest.mark.parametrize(
    ("told", "eri", "counts"),
    [("401d", "+10d", False), ("399d", "+10d", True), ("400d", "+10d", True), ("30d", "500d", True),
     (None, "500d", False),
     (None, "+10d", True)],
)  # fmt: skip
def test_an_indicator_of_an_earlier_pump_does_not_count(told: str | None, eri: str, counts: bool) -> None:
    """Told before the implant of 400 days ago; an undated one by the day that it names."""
    chart = pump(procedures=[(IMPLANT, "400d")])
    told_date(chart, "Intrathecal pump ERI date", eri, told or "30d")
    if told is None:
        del chart.resources[-1]["effectiveDateTime"]
    assert (battery(chart).eri is not None) is counts


def test_a_replacement_with_a_day_counts_beside_one_without() -> None:
    """Ordered first without a day, booked since."""
    chart = old_battery()
    told_date(chart, "Intrathecal pump ERI date", "20d", "1d")
    chart.order(REPLACEMENT)
    visit = chart.appointment(REPLACEMENT, "+20d")
    booked = battery(chart).replacement
    assert booked is not None
    assert booked.reference == f"Appointment/{visit['id']}"


def test_a_replacement_after_the_pump_stops_is_none() -> None:
    """Booked a day too late."""
    chart = pump()
    told_date(chart, "Intrathecal pump ERI date", "80d", "30d")
    chart.appointment(REPLACEMENT, "+10d")
    assert battery(chart).replacement is None
    chart.appointment(REPLACEMENT, "+9d")
    assert battery(chart).replacement is not None


# -- the reservoir and the strength ------------------------------------------------------------------------------------


def test_a_calculated_empty_date_has_the_day_of_its_measurement_for_a_start() -> None:
    """7 mL on a day ten days ago: both ends of that day, so many days later."""
    chart = pump(filled="20d")
    volume(chart, "IT pump reservoir volume", 7, "mL", "10d")
    chart.resources[-1]["effectiveDateTime"] = date("10d")
    found = chart.case().pump
    assert found is not None
    assert found.reservoir.empty is not None
    assert (found.reservoir.empty.latest - found.reservoir.empty.earliest).total_seconds() == 86400
    assert found.reservoir.empty.earliest > moment("+28d")
    assert found.reservoir.empty_reference == last(chart, "Observation")
