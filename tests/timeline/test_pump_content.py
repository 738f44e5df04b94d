"""What is in the pump, what was seen at it, and since when its order is over."""

import pytest

from cards.hooks import ORDER_SIGN
from cards.record.concepts import Act, Drug, Sign
from cards.timeline.pump import Pump, PumpDrug
from tests.chart import Chart, Resource, instant, moment

ROUTE = {"coding": [{"system": "http://snomed.info/sct", "code": "72607000"}]}


def pump(chart: Chart) -> Pump:
    """As of now."""
    found = chart.case().pump
    assert found is not None
    return found


def device() -> Chart:
    """A pump, and nothing said of its content."""
    chart = Chart()
    chart.pump(drug=None)
    return chart


def ordered(chart: Chart, drug: str, since: str, status: str = "active", until: str | None = None) -> Resource:
    """An intrathecal order."""
    dosage: Resource = {"route": ROUTE}
    if until:
        dosage["timing"] = {"repeat": {"boundsPeriod": {"end": instant(until)}}}
    return chart.add(
        "MedicationRequest", status=status, intent="order", authoredOn=instant(since),
        medicationCodeableConcept={"text": f"{drug} intrathecal"}, dosageInstruction=[dosage],
    )  # fmt: skip


def filled(chart: Chart, drug: str, when: str, status: str = "completed") -> None:
    """A filling in the administration record."""
    chart.given(when, drug=f"{drug} intrathecal", status=status)
    chart.resources[-1]["dosage"]["route"] = ROUTE


@pytest.mark.parametrize(
    ("orders", "fillings", "drug", "others"),
    [
        ([("baclofen", "50d")], [], PumpDrug.BACLOFEN, set()),
        ([("morphine", "50d")], [], PumpDrug.OTHER, {Drug.MORPHINE}),
        ([("morphine", "50d"), ("baclofen", "40d")], [], PumpDrug.BACLOFEN, {Drug.MORPHINE}),
        ([("morphine", "50d")], [("baclofen", "20d")], PumpDrug.BACLOFEN, {Drug.MORPHINE}),
        ([("morphine", "50d")], [("baclofen", "60d")], PumpDrug.OTHER, {Drug.MORPHINE}),
        ([("morphine", "50d")], [("baclofen", "50d")], PumpDrug.BACLOFEN, {Drug.MORPHINE}),
        ([], [("baclofen", "60d"), ("morphine", "20d")], PumpDrug.OTHER, {Drug.MORPHINE}),
        ([], [("morphine", "60d"), ("baclofen", "20d")], PumpDrug.BACLOFEN, set()),
        ([], [], PumpDrug.UNKNOWN, set()),
    ],
)
def test_what_was_ordered_or_filled_last(
    orders: list[tuple[str, str]], fillings: list[tuple[str, str]], drug: PumpDrug, others: set[Drug]
) -> None:
    """What holds, and the newest filling where it is not older than the order."""
    chart = device()
    for what, since in orders:
        ordered(chart, what, since)
    for what, when in fillings:
        filled(chart, what, when)
    found = pump(chart)
    assert (found.drug, set(found.other_drugs)) == (drug, others)


@pytest.mark.parametrize(("status", "drug"), [("completed", PumpDrug.BACLOFEN), ("in-progress", PumpDrug.BACLOFEN),
                                              ("not-done", PumpDrug.UNKNOWN)])  # fmt: skip
def test_a_filling_that_was_done(status: str, drug: PumpDrug) -> None:
    """Or is under way."""
    chart = device()
    filled(chart, "baclofen", "20d", status)
    assert pump(chart).drug is drug


@pytest.mark.parametrize("first", ["baclofen", "morphine"])
def test_of_orders_that_are_over_the_last_counts(first: str) -> None:
    """In whatever order they stand."""
    chart = device()
    for what in (first, "morphine" if first == "baclofen" else "baclofen"):
        since, until = ("300d", "200d") if what == "morphine" else ("190d", "20d")
        ordered(chart, what, since, "stopped", until)
    assert pump(chart).drug is PumpDrug.BACLOFEN


def test_what_was_dispensed_for_it_where_nothing_else_is_told() -> None:
    """A vial for intrathecal use; tablets do not say what is in the pump."""
    chart = device()
    chart.fill("20d", 30)
    assert pump(chart).drug is PumpDrug.UNKNOWN
    chart.fill("20d", 30)["medicationCodeableConcept"] = {"text": "baclofen intrathecal 2,000 mcg/mL"}
    chart.resources[-1]["dosageInstruction"] = [{"route": ROUTE}]
    assert pump(chart).drug is PumpDrug.BACLOFEN


@pytest.mark.parametrize(("problem", "drug"), [("Spasticity", PumpDrug.BACLOFEN), ("Chronic pain", PumpDrug.UNKNOWN)])
def test_inferred_from_why_it_was_implanted(problem: str, drug: PumpDrug) -> None:
    """Spasticity itself says so; pain does not."""
    chart = device()
    chart.condition(problem, "900d")
    assert pump(chart).drug is drug


@pytest.mark.parametrize(
    ("orders", "ended"),
    [
        ([("active", None)], None),
        ([("stopped", "30h")], "30h"),
        ([("on-hold", "30h")], "30h"),
        ([("stopped", "30h"), ("stopped", "50h")], "30h"),
        ([("stopped", "50h"), ("stopped", "30h")], "30h"),
        ([("stopped", "30h"), ("active", None)], None),
        ([("completed", "30h")], None),
    ],
)
def test_since_when_its_order_is_over(orders: list[tuple[str, str | None]], ended: str | None) -> None:
    """Stopped or held, and none holds: the last of them."""
    chart = device()
    for status, until in orders:
        ordered(chart, "baclofen", "300d", status, until)
    found = pump(chart).order_ended
    assert (None if found is None else found.latest) == (None if ended is None else moment(ended))


@pytest.mark.parametrize(
    ("onset", "recorded", "when"), [("3d", None, "3d"), (None, "2d", "2d"), ("3d", "2d", "3d"), (None, None, None)]
)
def test_a_condition_that_tells_of_the_pump(onset: str | None, recorded: str | None, when: str | None) -> None:
    """By its onset, else by when it was recorded; without either it is known and not dated."""
    chart = device()
    chart.condition("Intrathecal catheter leak", onset, **({"recordedDate": instant(recorded)} if recorded else {}))
    event = pump(chart).latest(Sign.CATHETER_FAULT)
    assert event is not None
    assert (event.reference, event.text) == (f"Condition/{chart.resources[-1]['id']}", "Intrathecal catheter leak")
    assert (None if event.when is None else event.when.latest) == (None if when is None else moment(when))


def test_a_condition_that_is_over_tells_nothing() -> None:
    """Resolved."""
    chart = device()
    chart.condition("Intrathecal catheter leak", "3d", active=False)
    assert pump(chart).latest(Sign.CATHETER_FAULT) is None


def test_what_was_found_at_a_procedure() -> None:
    """A catheter study that showed a leak: the study, and the leak."""
    chart = device()
    study = chart.procedure("Catheter dye study: leak of the intrathecal catheter", "3d")
    seen = pump(chart).latest(Sign.CATHETER_FAULT)
    assert seen is not None
    assert seen.when is not None
    assert (seen.reference, seen.when.latest) == (f"Procedure/{study['id']}", moment("3d"))
    assert seen.text == "Catheter dye study: leak of the intrathecal catheter"


@pytest.mark.parametrize("order", [("3d", None, "1d"), (None, "1d", "3d"), ("1d", "3d", None)])
def test_events_stand_newest_first_and_undated_last(order: tuple[str | None, ...]) -> None:
    """In whatever order the chart has them; the future has not happened."""
    chart = device()
    for when in order:
        note = chart.pump_note("Pump status", "motor stall", when or "0h")
        if when is None:
            del note["effectiveDateTime"]
    chart.procedure("Intrathecal pump refill", "+2d")
    times = [event.when.latest if event.when else None for event in pump(chart).events]
    assert times == [moment("1d"), moment("3d"), None]
    assert pump(chart).latest(Act.PUMP_REFILL) is None


@pytest.mark.parametrize(
    ("fact", "excluded"),
    [("Knee arthroplasty", True), ("Intrathecal pump refill", False), ("Implantation of intrathecal pump", False)],
)
@pytest.mark.parametrize("ordered_only", [True, False])
def test_a_procedure_or_order_that_shows_a_pump(fact: str, excluded: bool, ordered_only: bool) -> None:
    """An operation on something else leaves baclofen excluded."""
    chart = Chart()
    chart.medicine("amoxicillin 500 mg", "20d")
    if ordered_only:
        chart.order(fact)
    else:
        chart.procedure(fact, "20d")
    assert chart.decide().decision.exposure_excluded is excluded


@pytest.mark.parametrize(("replaces_pump", "kind"), [(True, "intrathecal"), (False, "60 mg/day")])
def test_a_stop_without_a_route_is_about_the_order_that_it_replaces(replaces_pump: bool, kind: str) -> None:
    """Somebody with tablets and a pump; the draft says only which order it stops."""
    chart = Chart()
    tablets = chart.baclofen()
    chart.pump()
    before = chart.resources[-1] if replaces_pump else tablets
    stop = {"resourceType": "MedicationRequest", "id": "stop", "status": "stopped", "intent": "order",
            "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "baclofen"},
            "priorPrescription": {"reference": f"MedicationRequest/{before['id']}"}}  # fmt: skip
    assert kind in chart.decide(ORDER_SIGN, [stop]).card("abrupt-discontinuation").summary
