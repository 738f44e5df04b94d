"""A home medicine that ended, for who is in hospital: told as an order or as a statement, it is the same stop."""

from typing import Any

import pytest

from cards.hooks import ENCOUNTER_DISCHARGE, ENCOUNTER_START
from cards.timeline.interruptions import Kind, Level
from tests.chart import Chart, Resource, instant, moment
from tests.timeline.test_when_it_stopped import starts


def ill(chart: Chart) -> None:
    """Rigid and hot since admission."""
    chart.sign("rigidity", "2h")
    chart.temperature(39.4)
    chart.heart_rate(118)


def found(chart: Chart) -> tuple[Kind, Level] | None:
    """The surest interruption."""
    one = chart.case().oral_interruption
    return (one.kind, one.level) if one else None


def stopped(chart: Chart, until: str, **more: Any) -> Resource:
    return chart.baclofen(status="stopped", until=until, **more)


@pytest.mark.parametrize("category", ["community", "outpatient", ""])
@pytest.mark.parametrize("kind", ["EMER", "IMP", "OBSENC"])
@pytest.mark.parametrize("statement", [True, False])
def test_stopped_before_admission(kind: str, category: str, statement: bool) -> None:
    chart = Chart()
    chart.stay("3h", kind)
    stopped(chart, "72h", category=category, statement=statement)
    ill(chart)
    assert chart.decide().urgency("suspected-withdrawal") == "critical"
    assert starts(chart)[1] == "supply or order at home ended"


@pytest.mark.parametrize(("status", "kind"), [("stopped", Kind.STOPPED), ("cancelled", Kind.STOPPED),
                                              ("completed", Kind.LAPSED), ("active", Kind.LAPSED)])  # fmt: skip
def test_each_way_in_which_it_ended(status: str, kind: Kind) -> None:
    chart = Chart()
    chart.stay("3h", "EMER")
    chart.baclofen(status=status, until="48h")
    assert found(chart) == (kind, Level.CONFIRMED)
    ill(chart)
    assert chart.decide().urgency("suspected-withdrawal") == "critical"


def test_a_stay_that_only_a_charted_dose_tells_of() -> None:
    chart = Chart()
    stopped(chart, "72h")
    chart.given("3h", drug="paracetamol 500 mg tablet")
    ill(chart)
    assert chart.decide().urgency("suspected-withdrawal") == "critical"


@pytest.mark.parametrize(("until", "since"), [("48h", "48h"), ("13h", "14h"), ("1h", "14h")])
def test_without_signs_it_is_told_as_a_stop(until: str, since: str) -> None:
    """Stopped in the stay, for instance by who reconciled the medicines: the last possible dose was at admission."""
    chart = Chart()
    chart.stay("14h")
    stopped(chart, until)
    answer = chart.decide(ENCOUNTER_START)
    assert answer.urgency("abrupt-discontinuation") == "critical"
    assert answer.card("abrupt-discontinuation").rules == ("ABR-01",)
    assert starts(chart)[0] == moment(since)


def test_what_the_ward_orders_in_its_place_goes_on() -> None:
    chart = Chart()
    chart.stay("14h")
    stopped(chart, "13h")
    chart.baclofen(since="13h", category="inpatient")
    assert found(chart) is None


def test_a_home_medicine_beside_it_is_left_out_not_stopped() -> None:
    """A renewal: the old order ended, the new one is on the list."""
    chart = Chart()
    chart.stay("14h")
    stopped(chart, "20d")
    chart.baclofen(since="20d")
    assert found(chart) == (Kind.OMITTED, Level.PROBABLE)


def test_what_the_ward_stopped_counts_before_what_ended_at_home() -> None:
    chart = Chart()
    chart.stay("5d")
    stopped(chart, "5d")
    chart.baclofen(since="5d", category="inpatient", status="stopped", until="30h")
    chart.given("31h")
    assert found(chart) == (Kind.STOPPED, Level.CONFIRMED)
    assert starts(chart) == (moment("31h"), "last dose given")


def test_back_in_hospital_after_the_ward_order_ended_with_the_last_stay() -> None:
    """Nothing was prescribed for home, as far as is known."""
    chart = Chart()
    chart.add("Encounter", status="finished", **{"class": {"code": "IMP"}},
              period={"start": instant("90d"), "end": instant("72h")})  # fmt: skip
    chart.baclofen(since="90d", category="inpatient", status="stopped", until="72h")
    chart.given("81h", "73h")
    chart.stay("3h", "EMER")
    ill(chart)
    assert starts(chart) == (moment("73h"), "last dose given")
    assert chart.decide().urgency("suspected-withdrawal") == "critical"


def test_admitted_with_nothing_known_since() -> None:
    """An order that ended, nobody knows when: the last possible dose is at admission."""
    chart = Chart()
    chart.stay("14h")
    chart.baclofen(status="stopped")
    assert starts(chart) == (moment("14h"), "admission (last possible dose)")


def test_stopped_long_ago() -> None:
    chart = Chart()
    chart.stay("14h")
    stopped(chart, "200d")
    ill(chart)
    assert chart.decide().is_silent


@pytest.mark.parametrize(
    ("status", "until"), [("stopped", "1h"), ("stopped", "90h"), ("stopped", "4d"), ("completed", "90h")]
)
def test_closed_at_admission_or_at_discharge_it_was_taken_before(status: str, until: str) -> None:
    """The medicines were reconciled, given on the ward, and are missing from the list for home."""
    chart = Chart()
    chart.stay("4d")
    chart.baclofen(status=status, until=until)
    chart.baclofen(since="4d", category="inpatient")
    chart.given("60h", "52h", "44h", "36h", "28h", "20h", "12h", "4h")
    chart.medicine("lisinopril 10 mg tablet", category=[{"coding": [{"code": "discharge"}]}])
    answer = chart.decide(ENCOUNTER_DISCHARGE)
    assert answer.urgency("abrupt-discontinuation") == "warning"
    assert "before admission" in answer.card("abrupt-discontinuation").summary


@pytest.mark.parametrize(("status", "until"), [("stopped", "30d"), ("completed", "6d"), ("completed", "2d")])
def test_what_ended_before_the_stay_is_not_missing_from_the_discharge(status: str, until: str) -> None:
    """Stopped a month ago, or a course that came to its end, in the stay, too."""
    chart = Chart()
    chart.stay("4d")
    chart.baclofen(status=status, until=until)
    answer = chart.decide(ENCOUNTER_DISCHARGE)
    assert not any("discharge" in card.summary for card in answer.decision.cards)


def test_a_ward_order_that_ended_with_the_last_stay_does_not_end_what_was_filled_before_it() -> None:
    """Known at home from fills alone, and left out now."""
    chart = Chart()
    chart.fill("130d", 90)
    chart.fill("40d", 90)["dosageInstruction"] = [{"text": "20 mg three times a day"}]
    chart.baclofen(since="25d", category="inpatient", status="stopped", until="20d")
    assert chart.case().oral_interruption is None  # at home, with tablets in hand
    chart.stay("14h")
    assert found(chart) == (Kind.OMITTED, Level.PROBABLE)
    assert chart.decide().urgency("abrupt-discontinuation") == "critical"


def test_a_single_dose_on_the_ward_does_not_hide_the_stop_at_home() -> None:
    """Given once in the emergency room, never ordered on; the home order was closed at admission."""
    chart = Chart()
    chart.stay("34h")
    stopped(chart, "33h")
    once = chart.baclofen(20, 1, since="31h", category="inpatient", status="completed", until="30h")
    once["dosageInstruction"][0]["text"] = "20 mg once only"
    chart.given("30h")
    chart.resources[-1]["request"] = {"reference": f"MedicationRequest/{once['id']}"}
    assert starts(chart) == (moment("30h"), "last dose given")
    card = chart.decide().card("abrupt-discontinuation")
    assert card.urgency.indicator == "critical"
    assert "60 mg/day" in card.summary


def test_a_stay_of_which_nobody_dated_the_admission() -> None:
    """What the ward stopped is its own, though the home list still has baclofen; and a closed list is missed."""
    chart = Chart()
    stay = chart.stay("34h")
    del stay["period"]
    chart.baclofen()
    chart.baclofen(since="30d", category="inpatient", status="stopped", until="30h")
    assert found(chart) == (Kind.STOPPED, Level.CONFIRMED)

    closed = Chart()
    closed.stay("34h").pop("period")
    stopped(closed, "3d")
    closed.baclofen(since="4d", category="inpatient")
    closed.medicine("lisinopril 10 mg tablet", category=[{"coding": [{"code": "discharge"}]}])
    assert closed.decide(ENCOUNTER_DISCHARGE).urgency("abrupt-discontinuation") == "warning"
