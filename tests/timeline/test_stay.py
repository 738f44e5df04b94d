"""Which stay the patient is in: the one that the hook names, one under way, or one that only doses charted tell of."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from cards.hooks import ENCOUNTER_DISCHARGE, ENCOUNTER_START, PATIENT_VIEW, Hook
from cards.record.when import When
from cards.timeline.stay import Stay, current_stay, implied_stay, named_stay, past_stays
from tests.chart import Chart, Resource, instant, moment


def encounter(chart: Chart, status: str, kind: str, start: str | None, **period: str) -> str:
    """One, and its id."""
    told = {"start": instant(start)} if start else {}
    told |= {key: instant(when) for key, when in period.items()}
    more: Resource = {"period": told} if told else {}
    return str(chart.add("Encounter", status=status, **{"class": {"code": kind}}, **more)["id"])


def now_in(chart: Chart, hook: Hook = PATIENT_VIEW, named: str = "") -> Stay | None:
    """The stay as of now."""
    case = chart.case(hook, encounter_id=named)
    return current_stay(case.record.encounters, case.moment)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_stay_that_the_hook_names_comes_before_a_later_one(order: tuple[int, int]) -> None:
    """Two are under way."""
    chart = Chart()
    told = [("5d", "IMP"), ("2d", "EMER")]
    ids = {told[i][0]: encounter(chart, "in-progress", told[i][1], told[i][0]) for i in order}
    for named, since, emergency in ((ids["5d"], "5d", False), (ids["2d"], "2d", True), ("", "2d", True)):
        found = now_in(chart, named=named)
        assert found is not None
        assert (found.reference, found.is_emergency) == (f"Encounter/{ids[since]}", emergency)


def test_a_stay_without_a_start_comes_after_one_with() -> None:
    """Never closed, nobody knows since when."""
    chart = Chart()
    encounter(chart, "in-progress", "IMP", None)
    later = encounter(chart, "in-progress", "IMP", "2d")
    found = now_in(chart)
    assert found is not None
    assert found.reference == f"Encounter/{later}"


@pytest.mark.parametrize(
    ("status", "kind", "start", "counts", "since"),
    [
        ("planned", "IMP", None, True, "0h"),
        ("planned", "EMER", "+2h", True, "0h"),
        ("planned", "IMP", "2h", True, "2h"),
        ("arrived", "IMP", "+2h", True, "0h"),
        ("planned", "AMB", "2h", False, ""),
        ("cancelled", "IMP", "2h", False, ""),
    ],
)
def test_the_stay_that_begins_now(status: str, kind: str, start: str | None, counts: bool, since: str) -> None:
    """Named by encounter-start while the chart has it as planned: since its start, else since now."""
    chart = Chart()
    named = encounter(chart, status, kind, start)
    found = now_in(chart, ENCOUNTER_START, named)
    assert (found is not None) is counts
    if found:
        assert (found.reference, found.is_emergency) == (f"Encounter/{named}", kind == "EMER")
        assert found.start is not None
        assert found.start.latest == moment(since)
    assert now_in(chart, PATIENT_VIEW, named) is None


@pytest.mark.parametrize(("kind", "emergency"), [("IMP", False), ("EMER", True)])
def test_a_discharge_is_about_the_stay_that_it_names(kind: str, emergency: bool) -> None:
    """Though it is finished."""
    chart = Chart()
    named = encounter(chart, "finished", kind, "5d", end="1h")
    encounter(chart, "finished", "IMP", "50d", end="40d")
    case = chart.case(ENCOUNTER_DISCHARGE, encounter_id=named)
    found = named_stay(case.record.encounters, case.moment)
    assert found is not None
    assert (found.reference, found.is_emergency) == (f"Encounter/{named}", emergency)
    assert found.start is not None
    assert found.start.latest == moment("5d")
    nobody = chart.case(ENCOUNTER_DISCHARGE, encounter_id="other")
    assert named_stay(nobody.record.encounters, nobody.moment) is None


@pytest.mark.parametrize(
    ("given", "begun"),
    [
        (("30h", "6h"), "54h"),
        (("20d", "30h", "6h"), "54h"),
        (("14d", "6h"), "15d"),
        (("14.1d", "6h"), "30h"),
        (("48h",), "72h"),
        (("49h",), None),
        (("+6h",), None),
        ((), None),
    ],
)
def test_a_stay_that_only_the_doses_charted_tell_of(given: Sequence[str], begun: str | None) -> None:
    """Begun a day before the first of the last two weeks; over when none was charted for two days."""
    for times in permutations(given):
        chart = Chart()
        chart.given(*times)
        case = chart.case()
        found = implied_stay(case.record.administrations, case.moment)
        if begun is None:
            assert found is None
            continue
        first = next(r["id"] for r in chart.resources if r["resourceType"] == "MedicationAdministration")
        assert found == Stay(f"MedicationAdministration/{first}", False, When(moment(begun), moment(begun)))


def test_doses_without_a_time_tell_of_no_stay() -> None:
    """Nobody knows when they were given."""
    chart = Chart()
    chart.given("6h")
    del chart.resources[-1]["effectiveDateTime"]
    case = chart.case()
    assert implied_stay(case.record.administrations, case.moment) is None


@pytest.mark.parametrize(
    ("status", "kind", "counts"),
    [("finished", "IMP", True), ("cancelled", "IMP", False), ("finished", "AMB", False), ("in-progress", "IMP", True)],
)
def test_past_stays_in_a_bed(status: str, kind: str, counts: bool) -> None:
    """In which the supply at home was not used."""
    chart = Chart()
    encounter(chart, status, kind, "20d", end="10d")
    assert past_stays(chart.case().record.encounters) == ([(moment("20d"), moment("10d"))] if counts else [])


@pytest.mark.parametrize(("when", "within", "before"), [("59h", True, False), ("61h", False, True),
                                                         ("60h", True, False)])  # fmt: skip
def test_what_happened_in_this_stay(when: str, within: bool, before: bool) -> None:
    """Admitted 60 hours ago; what is ordered with the admission is of the stay."""
    stay = Stay("Encounter/1", False, When(moment("60h"), moment("60h")))
    told = When(moment(when), moment(when))
    assert (stay.contains(told), stay.is_after(told)) == (within, before)
    assert not stay.contains(None)
    assert not stay.is_after(None)
