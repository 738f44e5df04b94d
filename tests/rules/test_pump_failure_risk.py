"""Refill due, overdue, booked, unknown."""

import pytest

from tests.chart import Chart

KIND = "pump-failure-risk"


def with_pump(**more: str | None) -> Chart:
    """A man with a baclofen pump."""
    chart = Chart()
    chart.pump(**more)  # type: ignore[arg-type]
    return chart


@pytest.mark.parametrize(
    ("alarm", "urgency"),
    [("+15d", ""), ("+14d", "info"), ("+4d", "info"), ("+3d", "warning"), ("0d", "warning"), ("1d", "warning"),
     ("2d", "critical"), ("60d", "critical")],
)  # fmt: skip
def test_days_to_the_alarm_date(alarm: str, urgency: str) -> None:
    """Whole calendar days of the facility: due today, yesterday, the day before."""
    chart = with_pump()
    chart.alarm_date(alarm)
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize(
    ("booked", "urgency"), [("+5d", ""), ("+7d", ""), ("+8d", "info"), ("+10d", "info"), ("+11d", "warning")]
)
def test_a_booked_refill(booked: str, urgency: str) -> None:
    """Booked three days or more before the alarm date in ten days, closer to it, or after it."""
    chart = with_pump()
    chart.alarm_date("+10d")
    chart.appointment("Baclofen pump refill", booked)
    assert chart.decide().urgency(KIND) == urgency


def test_refilled_after_the_date_was_programmed() -> None:
    """The old alarm date no longer counts."""
    chart = with_pump()
    chart.alarm_date("2d", told="80d")
    chart.procedure("Intrathecal pump refill", "3d")
    assert chart.decide().is_silent


@pytest.mark.parametrize(
    ("last", "urgency"),
    [("90d", ""), ("91d", "info"), ("150d", "info"), ("151d", "warning"), ("180d", "warning"), ("181d", "critical")],
)
def test_without_a_date_the_last_refill_counts(last: str, urgency: str) -> None:
    """Makers recommend at most 180 days."""
    chart = with_pump()
    chart.procedure("Intrathecal pump refill", last)
    assert chart.decide().urgency(KIND) == urgency


@pytest.mark.parametrize("new", ["Implantation of intrathecal baclofen pump", "Intrathecal pump replacement"])
@pytest.mark.parametrize(
    ("since", "urgency"),
    [("90d", ""), ("91d", "info"), ("150d", "info"), ("151d", "warning"), ("180d", "warning"), ("181d", "warning"),
     ("1155d", "warning")],
)  # fmt: skip
def test_a_new_pump_that_was_not_refilled_yet(new: str, since: str, urgency: str) -> None:
    """Filled when it was put in; longer ago than a fill lasts, nothing is known about refills."""
    chart = with_pump()
    chart.procedure(new, since)
    decided = chart.decide()
    assert decided.urgency(KIND) == urgency
    if urgency:
        card = decided.card(KIND)
        is_last = since not in ("181d", "1155d")
        assert ("implanted" in card.summary, "no refill or alarm date" in card.summary) == (is_last, not is_last)
        assert "refilled" not in card.summary
        assert "last refill " not in card.detail


def test_an_old_implant_and_a_recent_check() -> None:
    """Somebody saw the pump within 180 days: only a reminder."""
    chart = with_pump()
    chart.procedure("Implantation of intrathecal baclofen pump", "1155d")
    chart.procedure("Intrathecal pump interrogation, no reprogramming", "30d")
    card = chart.decide().card(KIND)
    assert (card.urgency.indicator, "no refill or alarm date" in card.summary) == ("info", True)


def test_an_old_implant_still_ends_what_was_told_before_it() -> None:
    """An alarm date of the pump before is not this one's."""
    chart = with_pump()
    chart.procedure("Intrathecal pump replacement", "400d")
    chart.alarm_date("390d", told="450d")
    assert chart.decide().card(KIND).summary.startswith("Baclofen pump: no refill or alarm date")


def test_a_volume_that_nobody_dated_is_not_of_an_old_implant() -> None:
    """20 mL of 2,000 mcg/mL would have been empty after 114 days; nobody knows when they were filled."""
    chart = Chart()
    device = chart.pump()
    device["property"] = [{"type": {"text": "Fill volume"}, "valueQuantity": [{"value": 20, "unit": "mL"}]}]
    chart.procedure("Implantation of intrathecal baclofen pump", "400d")
    decided = chart.decide()
    assert "empty" not in decided.card(KIND).summary
    assert decided.urgency(KIND) == "warning"


def test_nothing_known_about_refills() -> None:
    """A warning; after a recent check only a reminder."""
    chart = with_pump()
    assert chart.decide().urgency(KIND) == "warning"
    chart.procedure("Intrathecal pump interrogation, no reprogramming", "100d")
    assert chart.decide().urgency(KIND) == "info"


def test_calculated_empty() -> None:
    """20 mL of 2,000 mcg/mL at 350 mcg/day last 114 days."""
    chart = with_pump()
    chart.procedure("Intrathecal pump refill", "115d")
    for text, value, unit in (("IT pump fill volume", 20, "mL"), ("IT pump concentration", 2000, "mcg/mL")):
        note = chart.pump_note(text, "", "115d")
        del note["valueString"]
        note["valueQuantity"] = {"value": value, "unit": unit}
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "critical"
    assert "calculated empty" in card.summary


@pytest.mark.parametrize(("name", "is_tied"), [("Volume filled", True), ("Volume filled", False),
                                               ("Pump volume after refill", False)])  # fmt: skip
def test_calculated_empty_by_the_volume_that_was_filled(name: str, is_tied: bool) -> None:
    """The same 114 days; the strength and the dose are those of the order. Without a pump to it, it is no volume."""
    chart = Chart()
    device = chart.pump()
    chart.procedure("Intrathecal pump refill", "115d")
    note = chart.pump_note(name, "", "115d")
    del note["valueString"]
    note["valueQuantity"] = {"value": 20, "unit": "mL"}
    if is_tied:
        note["device"] = {"reference": f"Device/{device['id']}"}
    is_ours = is_tied or name.startswith("Pump")
    assert ("calculated empty" in chart.decide().card(KIND).summary) is is_ours


def test_pump_with_an_unknown_drug() -> None:
    """Neither yes nor no: ask for the pump card, a reminder."""
    chart = Chart()
    chart.pump(drug=None)
    chart.alarm_date("9d")
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert "pump card" in card.summary


def test_spasticity_and_no_other_drug_means_baclofen() -> None:
    """Indication stands in for a drug that no list holds: clinic stock is on no list."""
    chart = Chart()
    chart.pump(drug=None)
    chart.condition("Spastic quadriplegia", "3000d")
    chart.alarm_date("2d")
    assert chart.decide().urgency(KIND) == "critical"


def test_morphine_in_the_pump() -> None:
    """Not a baclofen pump."""
    chart = with_pump(drug="morphine")
    chart.alarm_date("9d")
    assert chart.decide().is_silent


def test_explanted_pump() -> None:
    """Taken out a year ago, device entry never closed."""
    chart = with_pump(drug=None)
    chart.procedure("Removal of intrathecal pump", "365d")
    chart.alarm_date("300d")
    assert chart.decide().is_silent


def test_refills_unread_is_said_and_caps_at_warning() -> None:
    """Positive evidence whose counter-evidence was not read."""
    chart = with_pump()
    chart.alarm_date("9d")
    card = chart.decide(lost=["Procedure"]).card(KIND)
    assert card.urgency.indicator == "warning"
    assert "Refills could not be read" in card.detail
    assert card.not_available == ("Procedure",)


@pytest.mark.parametrize("fact", ["today", "passed", "empty", "last", "implant"])
def test_comfort_care_is_not_hurried(fact: str) -> None:
    """Nobody is sent to hospital: the supply is told, and relief offered."""
    chart = with_pump()
    chart.condition("Hospice care, comfort measures only", "3d")
    if fact == "last":
        chart.procedure("Intrathecal pump refill", "200d")
    elif fact == "implant":
        chart.procedure("Implantation of intrathecal baclofen pump", "160d")
    else:
        told = chart.alarm_date("0d" if fact == "today" else "5d")
        if fact == "empty":
            told["code"]["text"] = "Pump empty date"
    card = chart.decide().card(KIND)
    assert card.urgency.indicator == "info"
    assert card.summary.endswith("Comfort care: plan relief of spasm")
    assert "emergency" not in card.detail
    assert "benzodiazepine" in card.detail
    assert "interrogate" not in card.summary.lower()


@pytest.mark.parametrize(
    ("told", "urgency", "shown"),
    [
        ("05/03/26", "warning", "05/03/26 (day and month unclear)"),  # 5 March, passed, or 3 May
        ("Low reservoir alarm date 3/5/2026, interrogated", "warning", "3/5/2026 (day and month unclear)"),
        ("12/03/26", "warning", "12/03/26 (day and month unclear)"),  # in two days, or in December
        ("2026-03", "warning", "2026-03 (exact date unknown)"),  # this month
        ("2026-04", "", ""),
        ("2026-02", "critical", "2026-02 (exact date unknown)"),  # passed by any reading
    ],
)
def test_a_date_of_many_readings_is_due_from_its_first_day(told: str, urgency: str, shown: str) -> None:
    """And overdue only after its last; the card says that the day is not clear."""
    chart = Chart()
    chart.pump()
    chart.pump_note("Pump refill due date", told)
    answer = chart.decide()
    assert answer.urgency("pump-failure-risk") == urgency
    assert not urgency or shown in answer.card("pump-failure-risk").summary


def test_a_refill_that_is_booked_may_fall_after_a_date_of_many_readings() -> None:
    chart = Chart()
    chart.pump()
    chart.pump_note("Pump refill due date", "05/03/26")
    chart.appointment("Baclofen pump refill", "+5d")
    assert "may fall after the alarm date" in chart.decide().card("pump-failure-risk").detail
