"""Whether a ventilator or a vasopressor holds the patient up now: in words, by drug, by procedure."""

import time
from typing import Any

import msgspec
import pytest

from cards.record.concepts import Act
from cards.record.facts import Procedure
from cards.record.record import Record
from cards.record.when import When
from cards.record.when import instant as exactly
from cards.timeline import organ_support
from cards.timeline.findings import Finding, Findings
from cards.timeline.organ_support import vasopressor, ventilated, ventilation_of
from tests.chart import Chart, Resource, instant
from tests.chart import moment as at

CPT = "http://www.ama-assn.org/go/cpt"
INPATIENT = [{"coding": [{"code": "inpatient"}]}]


def findings(chart: Chart, since: str | None = None) -> Findings:
    case = chart.case()
    return Findings(case.record, case.moment, When(at(since), at(since)) if since else None)


def pressor(chart: Chart, since: str | None = None) -> Finding | None:
    return vasopressor(findings(chart, since))


def machine(chart: Chart, since: str | None = None) -> Finding | None:
    found = findings(chart, since)
    return ventilated(found, ventilation_of(found.record, chart.moment()))


def ordered(chart: Chart, name: str, sig: str, since: str = "4h", **more: Any) -> Resource:
    dosage = {"text": sig, **more.pop("dosage", {})}
    more.setdefault("category", INPATIENT)
    return chart.medicine(name, since, dosageInstruction=[dosage], **more)


def given(chart: Chart, name: str, when: str, status: str = "completed", **more: Any) -> Resource:
    more.setdefault("dosage", {"text": "0.1 mcg/kg/min", "route": {"text": "Intravenous"}})
    return chart.add(
        "MedicationAdministration",
        status=status,
        medicationCodeableConcept={"text": name},
        effectiveDateTime=instant(when),
        **more,
    )


# -- vasopressors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sig"),
    [
        ("norepinephrine 8 mg/250 mL infusion", "0.1 mcg/kg/min IV"),
        ("NOREPINEPHRINE 4 MG/4 ML VIAL", "2-20 mcg/min"),
        ("Levophed", "titrate IV to MAP 65, call if MAP drops"),
        ("vasopressin 20 units in NS", "0.03 units/min"),
        ("phenylephrine 50 mg in 250 mL", "intravenous drip"),
        ("epinephrine 4 mg in D5W", "0.05 mcg/kg/min"),
        ("dopamine 400 mg in D5W 250 mL", "5 mcg/kg/min"),
    ],
)
def test_an_ordered_infusion_counts(name: str, sig: str) -> None:
    """By order or by statement, it is the same."""
    chart = Chart()
    told = ordered(chart, name, sig)
    found = pressor(chart)
    assert found is not None
    assert found.reference == f"MedicationRequest/{told['id']}"
    assert found.text == f"{name} ordered"
    other = Chart()
    drug = {"medicationCodeableConcept": {"text": name}}
    other.add("MedicationStatement", status="active", effectiveDateTime=instant("4h"), dosage=[{"text": sig}], **drug)
    assert pressor(other) is not None


def test_a_rate_makes_an_infusion() -> None:
    """Without a word of it."""
    chart = Chart()
    rate = {"doseAndRate": [{"rateQuantity": {"value": 5, "unit": "ug/min"}}]}
    ordered(chart, "norepinephrine", "", dosage=rate)
    assert pressor(chart) is not None


@pytest.mark.parametrize(
    ("name", "sig"),
    [
        ("EpiPen 0.3 mg auto-injector", "inject IM for anaphylaxis"),
        ("epinephrine 0.3 mg", "0.3 mg intramuscular once"),
        ("lidocaine 1 % with epinephrine 1:100,000", "infiltrate locally"),
        ("bupivacaine 0.25 % with epinephrine infusion", "epidural infusion"),
        ("phenylephrine 2.5 % ophthalmic solution", "1 drop both eyes"),
        ("phenylephrine 0.5 % nasal spray", "2 sprays"),
        ("phenylephrine 10 mg", "1 tablet by mouth every 4 h"),
        ("phenylephrine 100 mcg/mL", "100 mcg IV push once"),
        ("epinephrine racemic", "nebulised 0.5 mL"),
        ("desmopressin 4 mcg", "IV every 12 h"),
        ("norepinephrine reuptake inhibitor study drug", "infusion IV"),
        ("dopamine agonist", "infusion IV"),
        ("norepinephrine", "per protocol"),
    ],
)
def test_what_does_not_run_into_a_vein_is_none(name: str, sig: str) -> None:
    """Eye drops, sprays, tablets, pens, pushes, and what is mixed into a local anaesthetic."""
    chart = Chart()
    ordered(chart, name, sig)
    given(chart, name, "2h", dosage={"text": sig})
    assert pressor(chart) is None


@pytest.mark.parametrize(
    ("more", "since"),
    [
        ({"status": "stopped"}, "4h"),
        ({"status": "on-hold"}, "4h"),
        ({"status": "draft"}, "4h"),
        ({"status": "cancelled"}, "4h"),
        ({"doNotPerform": True}, "4h"),
        ({"category": [{"coding": [{"code": "outpatient"}]}]}, "4h"),
        ({"dosage": {"asNeededBoolean": True}}, "4h"),
        ({"dosage": {"text": "0.1 mcg/kg/min IV PRN SBP below 90"}}, "4h"),
        ({"dosage": {"timing": {"repeat": {"boundsPeriod": {"end": instant("1h")}}}}}, "4h"),
        ({}, "73h"),
        ({}, "+2h"),
    ],
)
def test_an_order_that_does_not_hold_now_is_none(more: dict[str, Any], since: str) -> None:
    """At need, stopped, held, a draft, over, old, or still to come."""
    chart = Chart()
    ordered(chart, "norepinephrine infusion", "0.1 mcg/kg/min IV", since, **more)
    assert pressor(chart) is None


@pytest.mark.parametrize(
    ("status", "when", "told"),
    [
        ("in-progress", "4h", "running"),
        ("completed", "24h", "given"),
        ("stopped", "3h", "given"),
        ("completed", "24.1h", ""),
        ("in-progress", "73h", ""),
        ("not-done", "3h", ""),
        ("on-hold", "3h", ""),
        ("entered-in-error", "3h", ""),
    ],
)
def test_a_dose_counts_for_a_day_and_while_it_runs(status: str, when: str, told: str) -> None:
    """What was charted as not given is none."""
    chart = Chart()
    given(chart, "norepinephrine infusion", when, status)
    found = pressor(chart)
    assert (found.text if found else "") == (f"norepinephrine infusion {told}" if told else "")


def test_what_ran_before_the_interruption_is_baseline() -> None:
    """And what began since counts, however long it runs."""
    before, after = Chart(), Chart()
    given(before, "norepinephrine infusion", "100h", "in-progress")
    given(after, "norepinephrine infusion", "100h", "in-progress")
    assert pressor(before, "90h") is None
    assert pressor(after, "110h") is not None


# -- ventilators ---------------------------------------------------------------------------------------------------


def by_code(chart: Chart, code: str, when: str) -> Resource:
    coding = {"coding": [{"system": CPT, "code": code}]}
    return chart.add("Procedure", status="completed", code=coding, performedDateTime=instant(when))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Mechanical ventilation", "in-progress"),
        ("Invasive mechanical ventilation", "completed"),
        ("Endotracheal intubation", "completed"),
        ("Rapid sequence intubation", "completed"),
    ],
)
def test_a_procedure_counts(text: str, status: str) -> None:
    """Under way, or done within the window of symptoms."""
    chart = Chart()
    told = chart.procedure(text, "5h", status)
    found = machine(chart)
    assert found is not None
    assert found.reference == f"Procedure/{told['id']}"
    assert found.text == f"ventilated: {text}"


@pytest.mark.parametrize("code", ["94002", "94003", "31500"])
def test_a_procedure_counts_by_its_code(code: str) -> None:
    """Without a word."""
    chart = Chart()
    by_code(chart, code, "5h")
    assert machine(chart) is not None
    assert machine(chart, "4h") is None


@pytest.mark.parametrize(
    ("text", "status", "when"),
    [
        ("Mechanical ventilation", "preparation", "5h"),
        ("Mechanical ventilation", "not-done", "5h"),
        ("Mechanical ventilation", "entered-in-error", "5h"),
        ("Mechanical ventilation", "completed", "73h"),
        ("Endotracheal intubation", "completed", "200h"),
        ("Non-invasive ventilation (BiPAP)", "in-progress", "5h"),
        ("Noninvasive mechanical ventilation", "in-progress", "5h"),
        ("CPAP at home", "in-progress", "5h"),
        ("No intubation", "completed", "5h"),
        ("History of mechanical ventilation", "completed", "5h"),
        ("Planned intubation", "completed", "5h"),
        ("Intubation risk assessment", "completed", "5h"),
        ("Duodenal intubation", "completed", "5h"),
        ("Intubation for general anesthesia", "completed", "5h"),
        ("Weaning from mechanical ventilation", "completed", "5h"),
        ("Extubation", "completed", "5h"),
    ],
)
def test_what_is_no_machine_now_does_not_count(text: str, status: str, when: str) -> None:
    """Planned, denied, past, for anaesthesia, by mask."""
    chart = Chart()
    chart.procedure(text, when, status)
    assert machine(chart) is None


def test_who_was_extubated_since_is_not_ventilated() -> None:
    """By a procedure of its own, by a note on it, or by the end of its time."""
    chart = Chart()
    chart.procedure("Endotracheal intubation", "20h")
    assert machine(chart) is not None
    chart.procedure("Extubation", "6h")
    assert machine(chart) is None
    noted = Chart()
    noted.procedure("Endotracheal intubation", "20h", note=[{"text": "extubated this morning"}])
    assert machine(noted) is None
    ended = Chart()
    period = {"start": instant("20h"), "end": instant("6h")}
    ended.add("Procedure", status="completed", code={"text": "Mechanical ventilation"}, performedPeriod=period)
    assert machine(ended) is None


def test_intubated_again_after_extubation() -> None:
    """The later one counts."""
    chart = Chart()
    chart.procedure("Extubation", "20h")
    chart.procedure("Endotracheal intubation", "6h")
    assert machine(chart) is not None


@pytest.mark.parametrize(("operation", "counts"), [("19h", False), ("14.1h", False), ("13.9h", True), ("21h", True)])
def test_a_tube_for_an_operation_does_not_count(operation: str, counts: bool) -> None:
    """An operation that begins within six hours is what it was for."""
    chart = Chart()
    chart.procedure("Endotracheal intubation", "20h")
    chart.procedure("Posterior spinal fusion", operation)
    assert bool(machine(chart)) is counts


@pytest.mark.parametrize(
    ("name", "value", "counts"),
    [
        ("Ventilator mode", "SIMV", True),
        ("Ventilator mode", "AC/VC", True),
        ("O2 device", "Ventilator", True),
        ("Oxygen delivery method", "Mechanical ventilator", True),
        ("Ventilator mode", "Off", False),
        ("Ventilator mode", "Standby", False),
        ("Ventilator mode", "N/A", False),
        ("Ventilator mode", "CPAP", False),
        ("Ventilator mode", "BiPAP (home)", False),
        ("O2 device", "Nasal cannula", False),
        ("O2 device", "None, off ventilator", False),
        ("O2 device", "CPAP", False),
        ("Respiratory support", "Non-invasive ventilation", False),
        ("Nursing note", "weaned off mechanical ventilation", False),
        ("Nursing note", "not mechanically ventilated", False),
        ("Nursing note", "family history: mother ventilated for weeks", False),
    ],
)
def test_what_a_flowsheet_says(name: str, value: str, counts: bool) -> None:
    """The machine's mode or the oxygen's source; a mask and a machine switched off are none."""
    chart = Chart()
    chart.pump_note(name, value)
    assert bool(machine(chart)) is counts


# -- ventilated before the interruption ----------------------------------------------------------------------------

SINCE = "30h"  # when baclofen was interrupted


def charted_at(chart: Chart, *times: str) -> None:
    for when in times:
        chart.pump_note("Ventilator mode", "SIMV", when)


def left_out(chart: Chart) -> list[str]:
    """What is told as not counted."""
    found = findings(chart, SINCE)
    ventilated(found, ventilation_of(found.record, chart.moment()))
    return found.not_counted


def test_who_is_ventilated_at_home_for_years_has_no_red_flag() -> None:
    """By problem, by flowsheet; and it is said that it did not count."""
    chart = Chart()
    chart.condition("Ventilator dependent", "900d")
    charted_at(chart, "200h", "100h", "50h", "20h", "5h")
    assert machine(chart, SINCE) is None
    assert "Ventilator mode: SIMV (ventilated before the interruption)" in left_out(chart)


def went_on_by(chart: Chart, told: str) -> None:
    """One word, from before the interruption, that a machine breathes."""
    if told == "flowsheet":
        charted_at(chart, "50h")
    elif told == "under way":
        chart.procedure("Mechanical ventilation", "300h", "in-progress")
    elif told == "done":
        chart.procedure("Endotracheal intubation", "50h")
    elif told == "by code":
        by_code(chart, "94003", "50h")
    elif told == "undated":
        chart.condition("Dependence on respirator [ventilator] status", category=[{"text": "problem-list-item"}])
    else:
        chart.condition(told, "900d")


BEFORE = [
    "flowsheet", "under way", "done", "by code", "undated", "Ventilator dependent", "Home ventilator",
    "On vent at home", "Long-term mechanical ventilation", "Chronic respiratory failure, ventilated at home",
    "Dependence on respirator [ventilator] status",
]  # fmt: skip


@pytest.mark.parametrize("told", BEFORE)
def test_one_word_of_before_makes_it_baseline(told: str) -> None:
    """Flowsheet, problem or procedure; and what goes on after may be told by each of them, too."""
    chart = Chart()
    went_on_by(chart, told)
    charted_at(chart, "5h")
    chart.procedure("Mechanical ventilation", "4h", "in-progress")
    by_code(chart, "94003", "3h")
    chart.condition("Ventilator dependent", "2h")
    assert machine(chart, SINCE) is None


def test_a_home_ventilator_is_one_of_before_whenever_it_was_recorded() -> None:
    """At the admission for what followed the interruption."""
    chart = Chart()
    chart.condition("Home ventilator", "4h")
    charted_at(chart, "3h")
    assert machine(chart, SINCE) is None


@pytest.mark.parametrize(
    "told",
    [
        "History of mechanical ventilation", "Family history: mother on home ventilator", "No home ventilator",
        "Never ventilated", "Risk of ventilator dependence", "Home BiPAP ventilator at night",
        "Home ventilator, non-invasive", "Planned home ventilator", "Weaned off home ventilator",
        "Evaluation for home ventilator", "Mother has a home ventilator", "History of home ventilator",
    ],
)  # fmt: skip
def test_what_is_no_ventilation_of_before_is_no_baseline(told: str) -> None:
    """Denied, past, planned, another's, by mask."""
    chart = Chart()
    chart.condition(told, "900d")
    charted_at(chart, "5h")
    assert machine(chart, SINCE) is not None


def test_long_over_is_no_baseline() -> None:
    """A stay in intensive care two years ago, a problem that is resolved, a flowsheet of another week."""
    chart = Chart()
    chart.condition("Ventilator dependent", "900d", active=False)
    charted_at(chart, "700d", "102.1h")
    by_code(chart, "94003", "700d")
    chart.procedure("Endotracheal intubation", "700d")
    charted_at(chart, "5h")
    assert machine(chart, SINCE) is not None
    charted_at(chart, "101.9h")
    assert machine(chart, SINCE) is None


def test_extubated_between_is_no_baseline() -> None:
    """Whoever was weaned and lies on the machine again is ventilated anew."""
    chart = Chart()
    charted_at(chart, "90h", "60h")
    chart.procedure("Extubation", "50h")
    charted_at(chart, "5h")
    assert machine(chart, SINCE) is not None


def test_a_new_tube_is_news_for_whoever_was_ventilated_before() -> None:
    """Nobody intubates without a reason."""
    chart = Chart()
    chart.condition("Ventilator dependent", "900d")
    charted_at(chart, "50h")
    chart.procedure("Endotracheal intubation", "5h")
    found = machine(chart, SINCE)
    assert found is not None
    assert found.text == "ventilated: Endotracheal intubation"


def test_without_an_interruption_what_was_there_before_the_window_is_baseline() -> None:
    """As for what is under way: 72 hours."""
    chart = Chart()
    charted_at(chart, "100h", "5h")
    assert machine(chart) is None
    other = Chart()
    charted_at(other, "50h", "5h")
    assert machine(other) is not None


# -- how much work it is -------------------------------------------------------------------------------------------


def test_a_long_list_of_procedures_does_not_cost_its_square() -> None:
    """Twenty thousand are judged in a moment; each against each would be minutes."""
    kinds = (Act.VENTILATION, Act.EXTUBATION, Act.SURGERY, Act.INTUBATION)
    many = tuple(
        Procedure(
            reference=f"Procedure/{n}", acts=frozenset({kinds[n % 4]}), status="completed", text="as charted",
            when=exactly(at(f"{20_000 - n}h")),
        )
        for n in range(20_000)
    )  # fmt: skip
    chart = Chart()
    record = msgspec.structs.replace(chart.case().record, procedures=many)

    began = time.process_time()
    ventilation_of(record, chart.moment())

    assert time.process_time() - began < 4


def test_a_chart_is_judged_once_a_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """By mouth and by pump ask of the same procedures."""
    times: list[Record] = []

    def counted(record: Record, moment: Any) -> organ_support.Ventilation:
        times.append(record)
        return ventilation_of(record, moment)

    monkeypatch.setattr("cards.case.ventilation_of", counted)
    chart = Chart()
    chart.baclofen(status="stopped", until="30h")
    chart.pump()
    chart.procedure("Mechanical ventilation", "5h", "in-progress")
    chart.sign("Rigidity")
    chart.temperature(39.5)
    assert "ventilated" in chart.decide().card("suspected-withdrawal").detail
    assert len(times) == 1
