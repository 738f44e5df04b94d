"""Patients, most of published cases, whom a reading of their chart once missed or misread."""

import pytest

from cards.hooks import PATIENT_VIEW
from cards.verdict import CannotTell
from tests.chart import Chart, Decided, instant

WITHDRAWAL, TOXICITY = "suspected-withdrawal", "toxicity-not-withdrawal"


def after_pump_change(tone: str) -> Decided:
    """Pump replaced 60 h ago; a fast pulse, a high pressure, and this tone."""
    chart = Chart(age=17)
    chart.pump()
    chart.procedure("Replacement of intrathecal baclofen pump", "60h")
    chart.sign(tone, "1h")
    chart.heart_rate(186)
    chart.systolic(177)
    return chart.decide(PATIENT_VIEW)


def test_the_boy_of_17_whose_legs_were_slightly_less_rigid_than_usual() -> None:
    """C-JEM20: an overdose. "Less rigid" is not rigid."""
    decided = after_pump_change("Legs slightly less rigid than usual")
    assert decided.urgency(TOXICITY) == "warning"
    assert WITHDRAWAL not in decided.kinds


def test_and_a_boy_whose_legs_are_stiffer_than_usual() -> None:
    """The same numbers with rigidity are withdrawal."""
    decided = after_pump_change("Legs stiffer than usual")
    assert decided.urgency(WITHDRAWAL) == "critical"
    assert TOXICITY not in decided.kinds


def on_a_taper(*, admitted: bool) -> Chart:
    """A boy of 13, 45 mg four times a day, to be reduced to 40 mg, rigid since ten hours, 41.7 °C."""
    chart = Chart(age=13.4)
    chart.baclofen(40, 4)
    chart.add("CarePlan", status="active", intent="plan", title="Baclofen taper",
              description="Planned taper: reduce baclofen by 20 mg/day every two weeks.",
              period={"start": instant("16d")})  # fmt: skip
    if admitted:
        chart.stay("3h", "EMER")
    chart.condition("Increased spasticity", "10h")
    chart.temperature(41.7)
    chart.heart_rate(150)
    return chart


@pytest.mark.parametrize("admitted", [False, True])
def test_the_boy_of_13_who_became_hot_on_his_taper(admitted: bool) -> None:
    """C-MAN93: that he now is in an emergency room makes what began before no baseline."""
    decided = on_a_taper(admitted=admitted).decide(PATIENT_VIEW)
    assert decided.urgency(WITHDRAWAL) == "critical"
    assert "abrupt-discontinuation" not in decided.kinds


@pytest.mark.parametrize(("changed", "rigid", "urgency"), [("20h", "5h", "critical"), ("4h", "5h", "")])
def test_the_man_whose_new_connection_leaked(changed: str, rigid: str, urgency: str) -> None:
    """C-PMC41: the study shows the leak after the rigidity that made them look; before the change it was baseline."""
    chart = Chart()
    chart.pump()
    chart.procedure("Replacement of intrathecal baclofen pump", changed)
    chart.pump_note("Intrathecal catheter dye study", "Catheter leak at the connector", "1h")
    chart.condition("Generalised rigidity", rigid)
    assert chart.decide(PATIENT_VIEW).urgency(WITHDRAWAL) == urgency


@pytest.mark.parametrize(("found", "counts"), [("Procedure", True), ("Observation", False)])
def test_a_stop_that_an_interrogation_finds_began_earlier(found: str, counts: bool) -> None:
    """What an event log tells has its own time: the rigidity of before is then baseline."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    if found == "Procedure":
        chart.procedure("Intrathecal pump interrogation", "1h", outcome={"text": "Motor stalled, pump stopped"})
    else:
        chart.pump_note("Intrathecal pump event log", "Motor stall occurred", "1h")
    chart.condition("Generalised rigidity", "9h")
    assert (WITHDRAWAL in chart.decide(PATIENT_VIEW).kinds) is counts


def test_the_man_whose_pump_was_taken_out_and_whose_procedures_were_not_read() -> None:
    """C-HAL23, C-GRE03: his device is still called active; that it is in place argues from the procedures."""
    chart = Chart()
    chart.pump()
    chart.procedure("Removal of intrathecal baclofen pump", "1d")
    verdict = chart.decide(lost=["Procedure"]).verdict("PMP-04")
    assert isinstance(verdict, CannotTell)
    assert verdict.missing == ("Procedure",)


def test_the_man_at_42_degrees_after_a_dose_decrease_goes_back_to_the_dose_before() -> None:
    """C-PAUL21: every dose of the lower order was given; to resume that one would be no treatment."""
    chart = Chart(age=66)
    chart.baclofen(20, 4, since="400d", until="50h", status="stopped")
    now = chart.baclofen(10, 3, since="50h", category="inpatient")
    chart.given("8h", "1h", drug="baclofen 10 mg tablet")
    chart.stay("6d")
    chart.temperature(42.5)
    card = chart.decide(PATIENT_VIEW).card(WITHDRAWAL)
    assert card.urgency.indicator == "critical"
    assert "back to the dose before" in card.summary
    (resume,) = [s for s in card.suggestions if s.key == "resume-baclofen"]
    order = resume.actions[0].resource or {}
    assert resume.label == "Resume baclofen 80 mg/day"
    assert order["dosageInstruction"][0]["text"].startswith("20 mg")
    assert order["priorPrescription"] == {"reference": f"MedicationRequest/{now['id']}"}


def test_on_a_taper_it_is_the_last_tolerated_dose_and_not_the_present_one() -> None:
    """C-MAN93, grown up."""
    chart = on_a_taper(admitted=False)
    chart.resources[1]["birthDate"] = "1980-01-01"
    card = chart.decide(PATIENT_VIEW).card(WITHDRAWAL)
    assert "back to the last tolerated dose" in card.summary
    (resume,) = [s for s in card.suggestions if s.key == "resume-baclofen"]
    assert "dosageInstruction" not in (resume.actions[0].resource or {})


def test_the_man_with_a_pain_pump_who_became_rigid() -> None:
    """That he is rigid now does not tell which drug his pump holds: at most a warning, and ask for the pump card."""
    chart = Chart()
    chart.pump(drug=None)
    chart.condition("Chronic back pain after spinal surgery", "900d")
    chart.procedure("Intrathecal pump refill", "97d")
    chart.alarm_date("3d")
    chart.condition("Severe rigidity of all limbs", "9h")
    chart.temperature(39.6)
    card = chart.decide(PATIENT_VIEW).card(WITHDRAWAL)
    assert card.urgency.indicator == "warning"
    assert "which drug?" in card.summary


@pytest.mark.parametrize(
    ("text", "urgency"),
    [("Blocked bladder catheter", ""), ("Urethral catheter blocked", ""), ("Intrathecal catheter blocked", "critical")],
)
def test_the_man_whose_bladder_catheter_was_blocked(text: str, urgency: str) -> None:
    """C-ADB: a trigger of autonomic dysreflexia, and no fault of the pump's catheter."""
    chart = Chart()
    chart.pump()
    chart.procedure("Intrathecal pump refill", "30d")
    chart.condition(text, "3h")
    chart.systolic(198)
    chart.heart_rate(48)
    assert chart.decide(PATIENT_VIEW).urgency("pump-failure-risk") == urgency
