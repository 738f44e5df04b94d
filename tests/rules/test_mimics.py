"""What else it could be: named with its drug or diagnosis, since when, and what is left unsaid."""

from typing import Any

import pytest

from cards.verdict import MergedCard
from tests.chart import Chart, instant

KIND = "suspected-withdrawal"


def failing() -> Chart:
    """A pump whose alarm date passed, rigidity and fever."""
    chart = Chart()
    chart.pump()
    chart.alarm_date("6d")
    chart.temperature(39.2)
    chart.sign("Rigidity")
    return chart


def card(chart: Chart) -> MergedCard:
    return chart.decide().card(KIND)


def line(chart: Chart) -> str:
    """The one line on mimics."""
    found = [row for row in card(chart).detail.splitlines() if row.startswith(("- Consider as well", "- Overlaps"))]
    assert len(found) == 1
    return found[0]


def dosed(chart: Chart, name: str, since: str, mg: float, **more: Any) -> None:
    """An order with a dose a day."""
    dose = {"doseAndRate": [{"doseQuantity": {"value": mg, "unit": "mg"}}]}
    timing = {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}
    chart.medicine(name, since, dosageInstruction=[{"route": {"text": "Oral"}, **dose, **timing}], **more)


def stated(chart: Chart, name: str, start: str, end: str = "", status: str = "active") -> None:
    period = {"start": instant(start)} | ({"end": instant(end)} if end else {})
    chart.add("MedicationStatement", status=status, medicationCodeableConcept={"text": name}, effectivePeriod=period)


def given(chart: Chart, name: str, when: str, status: str = "completed") -> None:
    chart.add(
        "MedicationAdministration",
        status=status,
        medicationCodeableConcept={"text": name},
        effectiveDateTime=instant(when),
    )


# -- serotonin syndrome --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("since", "told"), [("3d", "started"), ("5d", "started"), ("5.1d", "on the list")])
def test_a_serotonergic_drug_is_named_with_its_start(since: str, told: str) -> None:
    """Within five days, by order or by statement."""
    by_order, by_statement = failing(), failing()
    by_order.medicine("sertraline 50 mg", since)
    stated(by_statement, "sertraline 50 mg", since)
    for chart in (by_order, by_statement):
        assert f"serotonin syndrome: sertraline 50 mg {told}" in line(chart)
        assert any(e.text.startswith("sertraline 50 mg") for e in card(chart).evidence)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [(50, 100, "raised 8 Mar"), (100, 100, "on the list"), (100, 50, "on the list")],
)
def test_a_dose_raised_within_five_days_is_told(before: float, now: float, told: str) -> None:
    """An order in hospital at the dose of home is neither a start nor a rise."""
    chart = failing()
    dosed(chart, "sertraline tablet", "300d", before)
    dosed(chart, "sertraline tablet", "2d", now)
    assert f"serotonin syndrome: sertraline tablet {told}" in line(chart)


def test_another_drug_of_the_class_is_a_start() -> None:
    """Tramadol for somebody who has long taken sertraline."""
    chart = failing()
    chart.medicine("sertraline 50 mg", "300d")
    chart.medicine("tramadol 50 mg", "1d")
    assert "tramadol 50 mg started" in line(chart)
    assert "sertraline 50 mg on the list" in line(chart)


def test_a_drug_taken_long_ago_and_ordered_anew_is_a_start() -> None:
    """More than a month lies between."""
    chart = failing()
    stated(chart, "sertraline 50 mg", "900d", "500d", "completed")
    chart.medicine("sertraline 50 mg", "2d")
    assert "sertraline 50 mg started" in line(chart)


@pytest.mark.parametrize(
    "more", [{"status": "stopped"}, {"status": "cancelled"}, {"doNotPerform": True}, {"status": "draft"}]
)
def test_what_is_not_on_the_list_is_not_told(more: dict[str, Any]) -> None:
    """Stopped, cancelled, refused, a draft; or another drug."""
    chart = failing()
    chart.medicine("sertraline 50 mg", "300d", **more)
    chart.medicine("no known serotonergic", "2d", status="entered-in-error")
    assert "Overlaps with sepsis" in line(chart)


# -- malignant hyperthermia ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "status", "told"),
    [("24h", "completed", True), ("24.1h", "completed", False), ("3h", "in-progress", True), ("3h", "not-done", False)],
)
def test_a_volatile_anaesthetic_given_within_a_day(when: str, status: str, told: bool) -> None:
    """Read from the administration record."""
    chart = failing()
    given(chart, "sevoflurane inhalation", when, status)
    assert ("malignant hyperthermia: sevoflurane inhalation given" in line(chart)) is told


@pytest.mark.parametrize(
    ("since", "status", "told"),
    [("20h", "completed", True), ("30h", "active", False), ("+2h", "active", False), ("3h", "cancelled", False)],
)
def test_an_order_of_an_anaesthetic_counts_by_its_date(since: str, status: str, told: bool) -> None:
    """Planned for later is not yet given."""
    chart = failing()
    chart.medicine("succinylcholine 100 mg", since, status=status)
    assert ("malignant hyperthermia: succinylcholine 100 mg ordered" in line(chart)) is told


# -- neuroleptic malignant syndrome --------------------------------------------------------------------------------


@pytest.mark.parametrize(("since", "told"), [("30h", True), ("14d", True), ("14.1d", False), ("300d", False)])
def test_an_antagonist_begun_within_two_weeks(since: str, told: bool) -> None:
    """One first ordered long ago is no trigger."""
    chart = failing()
    chart.medicine("haloperidol 5 mg", since)
    assert ("neuroleptic malignant syndrome: haloperidol 5 mg started" in line(chart)) is told
    assert ("neuroleptic" in line(chart)) is told


def test_an_antagonist_raised_or_of_unknown_beginning() -> None:
    """Ordered long ago at a lower dose; or nobody recorded since when."""
    chart = failing()
    dosed(chart, "haloperidol tablet", "300d", 2)
    dosed(chart, "haloperidol tablet", "3d", 5)
    assert "neuroleptic malignant syndrome: haloperidol tablet raised" in line(chart)
    undated = failing()
    undated.add("MedicationStatement", status="active", medicationCodeableConcept={"text": "olanzapine 5 mg"})
    assert "neuroleptic malignant syndrome: olanzapine 5 mg on the list" in line(undated)


@pytest.mark.parametrize(("end", "told"), [("3d", True), ("14d", True), ("14.1d", False)])
def test_a_dopaminergic_drug_stopped_within_two_weeks(end: str, told: bool) -> None:
    """By statement, and by an order whose bounds ended."""
    by_statement, by_order = failing(), failing()
    stated(by_statement, "carbidopa-levodopa 25-100", "900d", end, "stopped")
    bounds = {"timing": {"repeat": {"boundsPeriod": {"start": instant("900d"), "end": instant(end)}}}}
    by_order.medicine("carbidopa-levodopa 25-100", "900d", status="stopped", dosageInstruction=[bounds])
    for chart in (by_statement, by_order):
        assert ("neuroleptic malignant syndrome: carbidopa-levodopa 25-100 stopped" in line(chart)) is told


def test_a_dopaminergic_drug_that_goes_on_is_not_stopped() -> None:
    """Ordered anew in hospital."""
    chart = failing()
    stated(chart, "levodopa 100 mg", "900d", "3d", "completed")
    chart.medicine("levodopa 100 mg", "3d")
    assert "neuroleptic" not in line(chart)


# -- alcohol or benzodiazepine withdrawal --------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "told"), [("3d", True), ("14d", True), ("14.1d", False)])
def test_a_benzodiazepine_stopped_lately(end: str, told: bool) -> None:
    """From a list at home."""
    chart = failing()
    stated(chart, "clonazepam 1 mg", "900d", end, "stopped")
    assert ("alcohol or benzodiazepine withdrawal: clonazepam 1 mg stopped" in line(chart)) is told


def test_a_single_dose_in_hospital_is_no_stop() -> None:
    """Midazolam for an endoscopy."""
    chart = failing()
    given(chart, "midazolam 2 mg", "30h")
    inpatient = [{"coding": [{"code": "inpatient"}]}]
    bounds = {"timing": {"repeat": {"boundsPeriod": {"end": instant("30h")}}}}
    chart.medicine("midazolam 2 mg", "31h", status="completed", category=inpatient, dosageInstruction=[bounds])
    assert "benzodiazepine" not in line(chart)


WARD = [{"coding": [{"code": "inpatient"}]}]
HOME = [{"coding": [{"code": "community"}]}]
THREE_TIMES = {"frequency": 3, "period": 1, "periodUnit": "d"}


def at_home(chart: Chart, name: str, end: str) -> None:
    """A home order, closed so long ago."""
    bounds = {"timing": {"repeat": {"boundsPeriod": {"end": instant(end)}, **THREE_TIMES}}}
    chart.medicine(name, "300d", status="stopped", category=HOME, dosageInstruction=[bounds])


SAME = [
    ("clonazepam 1 mg tablet", "clonazepam 1 mg tablet"),
    ("Klonopin 1 mg", "clonazepam 0.5 mg ODT"),
    ("carbidopa-levodopa 25-100 mg", "carbidopa-levodopa 25-100 mg"),
    ("Sinemet 25-100", "levodopa/carbidopa 100 mg/25 mg tablet"),
]


@pytest.mark.parametrize(("home", "ward"), SAME)
@pytest.mark.parametrize("by", ["order", "statement"])
@pytest.mark.parametrize("on", ["order", "doses", "both"])
def test_a_home_medicine_that_the_ward_gives_is_not_stopped(home: str, ward: str, by: str, on: str) -> None:
    """Closed at admission, by order or on the list; ordered or given there, by whatever name."""
    chart = failing()
    if by == "order":
        at_home(chart, home, "39h")
    else:
        stated(chart, home, "300d", "39h", "stopped")
    assert f"{home} stopped" in line(chart)
    if on != "doses":
        chart.medicine(ward, "39h", category=WARD)
    if on != "order":
        chart.given("30h", "20h", "4h", drug=ward)
    assert "stopped" not in line(chart)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("clonazepam 1 mg", {"dosageInstruction": [{"text": "1 mg PRN agitation", "asNeededBoolean": True}]}),
        ("clonazepam 1 mg", {"status": "on-hold"}),
        ("clonazepam 1 mg", {"status": "cancelled"}),
        ("clonazepam 1 mg", {"status": "draft"}),
        ("clonazepam 1 mg", {"doNotPerform": True}),
        ("midazolam infusion", {}),
    ],
)
def test_what_does_not_keep_the_drug_up_leaves_it_stopped(name: str, more: dict[str, Any]) -> None:
    """At need, held, never begun, forbidden; or another drug that treats the withdrawal."""
    chart = failing()
    at_home(chart, "clonazepam 1 mg tablet", "3d")
    chart.medicine(name, "60h", category=WARD, **more)
    assert "clonazepam 1 mg tablet stopped" in line(chart)


@pytest.mark.parametrize(
    ("dose", "status", "told"),
    [("24.1h", "completed", True), ("23.9h", "completed", False), ("4h", "not-done", True), ("80h", "completed", True)],
)
def test_a_dose_of_the_last_day_is_no_stop(dose: str, status: str, told: bool) -> None:
    """Charted as given, since the home order was closed."""
    chart = failing()
    at_home(chart, "clonazepam 1 mg tablet", "3d")
    chart.given(dose, drug="clonazepam 1 mg", status=status)
    assert ("clonazepam 1 mg tablet stopped" in line(chart)) is told


def test_a_dose_before_the_end_does_not_keep_it_up() -> None:
    """Given in the morning, stopped at noon."""
    chart = failing()
    stated(chart, "clonazepam 1 mg", "900d", "3h", "stopped")
    chart.given("5h", drug="clonazepam 1 mg")
    assert "clonazepam 1 mg stopped" in line(chart)


# -- one drug, two names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "ward"),
    [
        ("Seroquel 100 mg tablet", "quetiapine 100 mg tablet"),
        ("quetiapine fumarate 100 mg", "SEROQUEL XR 100 MG"),
        ("Zyprexa 5 mg", "OLANZapine 5 mg ODT"),
        ("Haldol 2 mg", "haloperidol 2 mg/mL oral solution"),
        ("Quetiapin 100 mg", "quetiapine 100 mg"),
    ],
)
def test_brand_and_generic_are_one_drug(home: str, ward: str) -> None:
    """Ordered anew in hospital it is no start."""
    chart = failing()
    chart.medicine(home, "300d", category=HOME)
    chart.medicine(ward, "18h", category=WARD)
    assert "neuroleptic" not in line(chart)


def test_two_drugs_of_one_class_are_two() -> None:
    """Quetiapine for somebody who takes olanzapine is a start."""
    chart = failing()
    chart.medicine("Zyprexa 5 mg", "300d", category=HOME)
    chart.medicine("quetiapine 25 mg", "18h", category=WARD)
    assert "quetiapine 25 mg started" in line(chart)


# -- what is recorded ----------------------------------------------------------------------------------------------


def test_a_recorded_infection_is_named_and_evidence() -> None:
    """In words or by its code."""
    for code in (
        {"text": "Pneumonia"},
        {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J18.9", "display": "Pneumonia"}]},
    ):
        chart = failing()
        told = chart.condition("", "1d")
        told["code"] = code
        assert "sepsis: Pneumonia, recorded 9 Mar 18:00 (treat both" in line(chart)
        assert f"Condition/{told['id']}" in {e.reference for e in card(chart).evidence}


@pytest.mark.parametrize("text", ["No pneumonia", "Family history of sepsis", "History of pneumonia"])
def test_an_infection_denied_past_or_another_s_is_not_named(text: str) -> None:
    chart = failing()
    chart.condition(text, "1d")
    assert "Overlaps with sepsis" in line(chart)
    resolved = failing()
    resolved.condition("Pneumonia", "1d", active=False)
    assert "Overlaps with sepsis" in line(resolved)
