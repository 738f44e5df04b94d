"""Discharge medicines and the end of the supply: ABR-04 and ABR-05."""

from typing import Any

import pytest

from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_DISCHARGE, ENCOUNTER_START, MEDICATION_REFILL
from cards.verdict import CannotTell, Quiet
from tests.chart import Chart, instant

KIND = "abrupt-discontinuation"
DISCHARGE: dict[str, Any] = {"category": "discharge", "since": "1h"}


def going_home(mg: float = 20, times: int = 3, since: str | None = "400d") -> Chart:
    """Baclofen at home and on the ward for five days; today an antibiotic to take home."""
    chart = Chart()
    chart.stay("120h")
    chart.baclofen(mg, times, since, statement=True)
    chart.baclofen(mg, times, "119h", category="inpatient")
    chart.given("4h")
    chart.medicine("amoxicillin", "1h", category=[{"coding": [{"code": "discharge"}]}])
    return chart


@pytest.mark.parametrize(
    ("mg", "since", "urgency"), [(20, "400d", "warning"), (5, "60d", "warning"), (5, "59d", "info"), (5, "13d", "")]
)
def test_baclofen_is_missing_from_the_discharge_medicines(mg: float, since: str, urgency: str) -> None:
    """At low dependence a reminder, after short use nothing."""
    assert going_home(mg, 3, since).decide(ENCOUNTER_DISCHARGE).urgency(KIND) == urgency


def test_it_is_prescribed_for_home() -> None:
    chart = going_home()
    chart.baclofen(20, 3, **DISCHARGE)
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == ""


@pytest.mark.parametrize(("mg", "urgency"), [(15, ""), (14, "warning")])
def test_a_cut_at_discharge(mg: float, urgency: str) -> None:
    """From 60 mg/day the largest step is 15."""
    chart = going_home()
    chart.baclofen(mg, 3, **DISCHARGE)
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == urgency


@pytest.mark.parametrize(("days", "urgency"), [(21, ""), (19, "warning")])
def test_the_supply_must_reach_the_next_visit(days: int, urgency: str) -> None:
    """The neurologist sees the patient in 20 days."""
    chart = going_home()
    chart.baclofen(20, 3, dispenseRequest={"expectedSupplyDuration": {"value": days, "unit": "d"}}, **DISCHARGE)
    chart.appointment("Neurology clinic follow-up", "+20d")
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == urgency


@pytest.mark.parametrize(("days", "urgency"), [("336h", "warning"), ("335h", "")])
def test_baclofen_begun_in_hospital_counts_from_fourteen_days(days: str, urgency: str) -> None:
    chart = Chart()
    chart.stay("720h")
    chart.condition("Spinal cord injury", "30d")
    chart.baclofen(20, 3, days, category="inpatient")
    chart.given("4h")
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == urgency


@pytest.mark.parametrize("excuse", ["supply", "plan", "adverse reaction"])
def test_what_excuses_it(excuse: str) -> None:
    """A documented supply at home, a plan to go on, a stop for an adverse reaction."""
    chart = going_home()
    if excuse == "supply":
        chart.fill("10d", 30)
    elif excuse == "plan":
        chart.add("CarePlan", status="active", intent="plan", title="Continue baclofen at home")
    else:
        chart.baclofen(status="stopped", category="inpatient", statusReason={"text": "Adverse drug reaction"})
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == ""


def test_an_ehr_without_the_hook_sees_it_where_medicines_for_home_are_written() -> None:
    assert going_home().decide().urgency(KIND) == "warning"
    chart = Chart()
    chart.stay("120h")
    chart.baclofen(statement=True)
    chart.baclofen(since="119h", category="inpatient")
    chart.given("4h")
    assert isinstance(chart.decide().verdict("ABR-04"), Quiet)
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == "warning"


def test_the_stay_that_the_hook_names_may_be_finished() -> None:
    chart = going_home()
    stay = next(r for r in chart.resources if r["resourceType"] == "Encounter")
    stay |= {"status": "finished", "period": {"start": instant("120h"), "end": instant("0h")}}
    assert chart.decide(ENCOUNTER_DISCHARGE, encounter_id=stay["id"]).urgency(KIND) == "warning"


def test_encounters_unread_leave_it_open() -> None:
    verdict = going_home().decide(ENCOUNTER_DISCHARGE, lost=["Encounter"]).verdict("ABR-04")
    assert isinstance(verdict, CannotTell)
    assert "Encounter" in verdict.missing


@pytest.mark.parametrize(
    ("alarm", "booked", "urgency"),
    [("+15d", None, "warning"), ("+15d", "+14d", ""), ("+14d", "+12d", "warning"), ("+14d", "+11d", "")],
)
def test_the_pump_s_next_refill_belongs_to_the_plan(alarm: str, booked: str | None, urgency: str) -> None:
    """Not booked; booked; due within 14 days and booked too late; booked three days before."""
    chart = Chart()
    chart.stay("120h")
    chart.pump()
    chart.alarm_date(alarm)
    if booked:
        chart.appointment("Baclofen pump refill", booked)
    assert chart.decide(ENCOUNTER_DISCHARGE).urgency(KIND) == urgency


# -- the end of the supply -----------------------------------------------------------------------------------------


def filled(ago: str, mg: float = 20, since: str = "400d") -> Chart:
    """Thirty days of tablets handed over so long ago."""
    chart = Chart()
    chart.baclofen(mg, 3, since)
    chart.fill(ago, 30)
    return chart


@pytest.mark.parametrize(("ago", "told"), [("31.1d", "(1 day ago)"), ("32.1d", "(2 days ago)")])
def test_one_day_is_told_as_one(ago: str, told: str) -> None:
    """In the singular."""
    assert told in filled(ago).decide().card("abrupt-discontinuation").summary


@pytest.mark.parametrize(
    ("ago", "urgency"),
    [("29d", ""), ("31d", "info"), ("32d", "info"), ("33d", "warning"), ("60d", "warning"), ("61d", "info"),
     ("120d", "info"), ("121d", "")],
)  # fmt: skip
def test_days_since_the_supply_ended(ago: str, urgency: str) -> None:
    """0-2 days a reminder, 3-30 a warning, 31-90 a reminder, then nothing."""
    assert filled(ago).decide().urgency(KIND) == urgency


def test_at_low_dependence_a_reminder() -> None:
    """10 mg/day is below the middle tier."""
    assert filled("40d", mg=3).decide().urgency(KIND) == "info"


def test_long_out_is_not_restarted_at_the_full_dose() -> None:
    card = filled("61d").decide().card(KIND)
    assert [s.key for s in card.suggestions] == ["education"]
    assert "do not restart at the full dose" in card.detail


def test_over_ninety_days_only_if_the_list_says_that_it_is_taken() -> None:
    chart = filled("130d")
    chart.baclofen(statement=True, since="400d")
    assert chart.decide().urgency(KIND) == "info"


def test_a_newer_fill_prescription_or_word_ends_it() -> None:
    """Filled, prescribed, or told since."""
    chart = filled("40d")
    chart.fill("5d", 30)
    assert chart.decide().urgency(KIND) == ""
    chart = filled("40d")
    chart.baclofen(since="2d")
    assert chart.decide().urgency(KIND) == ""
    chart = filled("40d")
    chart.baclofen(statement=True, dateAsserted=instant("2d"))
    assert chart.decide().urgency(KIND) == ""


@pytest.mark.parametrize("hook", [MEDICATION_REFILL, ENCOUNTER_START, APPOINTMENT_BOOK])
def test_every_hook_that_may_ask(hook: Any) -> None:
    assert filled("40d").decide(hook).urgency(KIND) == "warning"


def test_a_day_in_hospital_uses_no_tablets_at_home() -> None:
    chart = filled("33d")
    chart.add(
        "Encounter",
        status="finished",
        **{"class": {"code": "IMP"}},
        period={"start": instant("20d"), "end": instant("10d")},
    )
    assert chart.decide().urgency(KIND) == ""


@pytest.mark.parametrize(("ago", "urgency"), [("27d", "warning"), ("26d", "")])
def test_a_denied_request_matters_when_the_supply_ends_within_three_days(ago: str, urgency: str) -> None:
    chart = filled(ago)
    denied = chart.draft(chart.resources[-2], status="cancelled")
    assert chart.decide(MEDICATION_REFILL, [denied]).urgency(KIND) == urgency


@pytest.mark.parametrize(("refills", "urgency"), [(0, "warning"), (1, "")])
def test_no_refills_left(refills: int, urgency: str) -> None:
    chart = filled("28d")
    request = chart.draft(chart.resources[-2], id="new", status="draft")
    request["dispenseRequest"] = {"numberOfRepeatsAllowed": refills}
    assert chart.decide(MEDICATION_REFILL, [request]).urgency(KIND) == urgency


def test_without_the_dispensing_record_nothing_is_concluded() -> None:
    assert isinstance(filled("40d").decide(lost=["MedicationDispense"]).verdict("ABR-05"), CannotTell)


def test_the_bridging_supply_has_a_dose_for_adults_within_seven_days_only() -> None:
    """Up to 72 h as it was, to 7 days with a flag, then none; never for a child."""
    for ago, dosed in (("32d", True), ("36d", True), ("38d", False)):
        keys = {s.key: s for s in filled(ago).decide().card(KIND).suggestions}
        assert ("bridge-supply" in keys) is dosed
    chart = Chart(age=9)
    chart.baclofen(10, 3, "400d")
    chart.fill("33d", 30)
    (bridge,) = [s for s in chart.decide().card(KIND).suggestions if s.key == "bridge-supply"]
    resource = bridge.actions[0].resource
    assert resource is not None
    assert "dosageInstruction" not in resource
