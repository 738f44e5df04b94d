"""EDU-01: who is to be taught, when, and how often it is said."""

from datetime import timedelta

import pytest

from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, Hook
from tests.chart import NOW, Chart, instant

KIND = "patient-education"


def untaught(mg: float = 20, since: str = "400d") -> Chart:
    """An outpatient on baclofen by mouth, without any teaching on record."""
    chart = Chart(taught=False)
    chart.baclofen(mg, 3, since)
    return chart


def with_pump() -> Chart:
    """The same by pump, in good order."""
    chart = Chart(taught=False)
    chart.pump()
    chart.alarm_date("+60d")
    chart.appointment("Baclofen pump refill", "+50d")
    return chart


def teach(chart: Chart, when: str, text: str = "Baclofen teaching: signs of withdrawal") -> None:
    chart.add("Communication", status="completed", sent=instant(when), payload=[{"contentString": text}])


@pytest.mark.parametrize(("mg", "since", "urgency"), [(5, "60d", "info"), (5, "59d", ""), (20, "400d", "info")])
def test_from_the_middle_tier_on(mg: float, since: str, urgency: str) -> None:
    assert untaught(mg, since).decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("until", "urgency"), [("3d", "info"), ("13d", "info"), ("15d", ""), ("20d", ""), ("400d", "")]
)
@pytest.mark.parametrize("statement", [False, True])
def test_nobody_is_taught_about_what_is_no_longer_taken(until: str, urgency: str, statement: bool) -> None:
    """Stopped within 14 days it may still be missed; afterwards it is over, at discharge, too."""
    chart = Chart(taught=False)
    chart.baclofen(20, 3, "900d", status="stopped", until=until, statement=statement)
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == urgency


@pytest.mark.parametrize(("when", "urgency"), [("365d", ""), ("366d", "info")])
def test_teaching_holds_for_twelve_months(when: str, urgency: str) -> None:
    chart = untaught()
    teach(chart, when)
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize("kind", ["Procedure", "DocumentReference"])
def test_teaching_is_found_wherever_it_is_written(kind: str) -> None:
    chart = untaught()
    if kind == "Procedure":
        chart.procedure("Patient education: baclofen withdrawal", "30d")
    else:
        chart.add(kind, status="current", date=instant("30d"), description="Baclofen leaflet for patient and carer")
    assert chart.decide().urgency(KIND) == ""


@pytest.mark.parametrize(
    ("text", "status"),
    [("Insulin pump teaching", "completed"), ("Wound care education", "completed"), ("Baclofen teaching", "not-done")],
)
def test_other_teaching_does_not_count(text: str, status: str) -> None:
    chart = untaught()
    chart.add("Communication", status=status, sent=instant("3d"), payload=[{"contentString": text}])
    assert chart.decide().urgency(KIND) == "info"


def test_a_pump_needs_a_rescue_supply_by_mouth_too() -> None:
    chart = with_pump()
    teach(chart, "30d", "Baclofen pump teaching")
    assert "no oral rescue supply" in chart.decide().card(KIND).summary
    teach(chart, "20d", "Pump teaching: rescue supply of tablets at home")
    assert chart.decide().urgency(KIND) == ""


def test_not_in_hospital_but_at_discharge() -> None:
    chart = untaught()
    chart.stay("100h")
    chart.baclofen(since="99h", category="inpatient")
    chart.given("3h", "11h", "19h")
    assert chart.decide().urgency(KIND) == ""
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == "info"


def test_not_while_baclofen_is_interrupted() -> None:
    chart = untaught()
    chart.fill("36d", 30)
    assert chart.decide().kinds == ["abrupt-discontinuation"]


@pytest.mark.parametrize(("days", "urgency"), [(179, ""), (180, "info")])
def test_once_answered_it_comes_again_after_180_days(days: int, urgency: str) -> None:
    assert untaught().decide(taught=NOW - timedelta(days=days)).urgency(KIND) == urgency


@pytest.mark.parametrize(("what", "urgency"), [("Baclofen pump refill", "info"), ("Dental check-up", "")])
def test_when_a_refill_is_booked(what: str, urgency: str) -> None:
    chart = with_pump()
    visit = chart.draft(chart.resources[-1], id="new", status="proposed", description=what)
    assert chart.decide(APPOINTMENT_BOOK, [visit]).urgency(KIND) == urgency


@pytest.mark.parametrize("hook", [ENCOUNTER_DISCHARGE])
def test_it_links_teaching_to_a_suggestion(hook: Hook) -> None:
    card = with_pump().decide(hook).card(KIND)
    assert "education" in [s.key for s in card.suggestions]
    assert "alarm tones" in card.detail
