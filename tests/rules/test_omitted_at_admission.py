"""Was home baclofen left out on admission?"""

import pytest

from cards.hooks import ORDER_SIGN
from cards.verdict import CannotTell
from tests.chart import Chart, instant

KIND = "abrupt-discontinuation"


@pytest.mark.parametrize(
    ("admitted", "mg", "others", "urgency"),
    [
        ("2h", 20, False, "warning"),
        ("2h", 10, False, "info"),
        ("5.9h", 10, True, "info"),
        ("6h", 10, True, "warning"),
        ("6h", 10, False, "info"),
        ("11.9h", 20, True, "warning"),
        ("12h", 20, True, "critical"),
        ("12h", 10, False, "warning"),
    ],
)
def test_home_baclofen_left_out_grows_more_urgent_by_the_hour(
    admitted: str, mg: float, others: bool, urgency: str
) -> None:
    """Six hours, other orders written, twelve hours since the last possible dose."""
    chart = Chart()
    chart.baclofen(mg, 3)
    chart.stay(admitted)
    if others:
        chart.medicine("ceftriaxone 1 g IV", "1h")
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize("statement", [False, True])
def test_home_list_as_order_or_statement(statement: bool) -> None:
    """The same fact, told by an orderer or by the patient."""
    chart = Chart()
    chart.baclofen(statement=statement)
    chart.stay("14h")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "critical"
    assert card.summary == "Home baclofen 60 mg/day not ordered this admission; last dose about 14 h ago"


def test_ordered_in_the_stay_is_quiet() -> None:
    """An inpatient order, no matter how the home list looks."""
    chart = Chart()
    chart.baclofen()
    chart.stay("14h")
    chart.baclofen(since="13h", category="inpatient")
    assert chart.decide().is_silent


def test_an_order_being_signed_now_is_quiet() -> None:
    """The draft orders it."""
    chart = Chart()
    home = chart.baclofen()
    chart.stay("14h")
    draft = chart.draft(home, id="new", status="draft", category=[{"coding": [{"code": "inpatient"}]}])
    assert chart.decide(ORDER_SIGN, [draft]).is_silent


def test_emergency_visit_of_less_than_six_hours() -> None:
    """Not yet an admission; after six hours it is one."""
    chart = Chart()
    chart.baclofen()
    visit = chart.stay("5h", "EMER")
    assert chart.decide().is_silent
    visit["period"]["start"] = instant("6h")
    assert chart.decide().urgency(KIND) == "warning"


def test_without_encounters_it_cannot_be_told() -> None:
    """Whether the patient is in a bed decides."""
    chart = Chart()
    chart.baclofen()
    decided = chart.decide(lost=["Encounter"])
    assert decided.verdict("ABR-03") == CannotTell(("Encounter",), "not in a hospital stay")
    assert decided.decision.could_not_check is not None


def test_home_medicine_known_from_a_fill_alone() -> None:
    """No order, no statement: the pharmacy handed it over seven weeks ago."""
    chart = Chart()
    chart.fill("110d", 60)
    chart.fill("49d", 60)
    chart.stay("14h")
    assert chart.decide().card(KIND).rules == ("ABR-03",)


def test_unequal_doses_are_not_averaged() -> None:
    """10-10-20 is resumed in the chart's own words, never as 13.3 mg three times."""
    chart = Chart()
    order = chart.baclofen()
    order["dosageInstruction"] = [{"text": "10 mg in the morning, 10 mg at noon and 20 mg at bedtime"}]
    chart.stay("14h")
    card = chart.decide().card(KIND)
    resume = next(s for s in card.suggestions if s.key == "resume-baclofen")
    instruction = (resume.actions[0].resource or {})["dosageInstruction"][0]
    assert "doseAndRate" not in instruction
    assert "20 mg at bedtime" in instruction["text"]


def test_limp_and_breathing_slowly_comes_before_an_omission() -> None:
    """Home baclofen not ordered for 30 h, and every sign of an overdose."""
    chart = Chart()
    chart.baclofen()
    chart.stay("30h")
    chart.vital("9269-2", 6, "{score}")
    chart.vital("9279-1", 6, "/min")
    chart.sign("Flaccid, low muscle tone")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "give now" not in card.summary
    assert "resume-baclofen" not in [s.key for s in card.suggestions]


def test_refusing_blood_is_not_refusing_baclofen() -> None:
    """Only what is refused counts."""
    chart = Chart()
    chart.baclofen()
    chart.stay("14h")
    chart.order("Patient refuses blood products")
    assert chart.decide().urgency(KIND) == "critical"


@pytest.mark.parametrize("need", ["MedicationAdministration", "MedicationRequest"])
def test_an_omission_with_unread_counter_evidence(need: str) -> None:
    """A statement tells of the home medicine; orders or doses of the stay could not be read."""
    chart = Chart()
    chart.baclofen(statement=True)
    chart.stay("14h")
    card = chart.decide(lost=[need]).card(KIND)
    assert card.urgency.indicator == "warning"
    assert "could not be read: this may already be answered" in card.detail
