"""Which orders keep baclofen from being taken by mouth?"""

import pytest

from cards.hooks import ORDER_SIGN
from cards.timeline.holds import holds
from tests.chart import Chart, instant


def bites(chart: Chart) -> bool:
    """Whether any of them does."""
    case = chart.case(ORDER_SIGN)
    assert case.oral is not None
    return bool(holds(case.record, case.oral, case.moment))


def ward() -> Chart:
    """In hospital, on baclofen."""
    chart = Chart()
    chart.stay("60h")
    chart.baclofen(since="59h", category="inpatient")
    return chart


@pytest.mark.parametrize(
    ("status", "written", "counts"),
    [("active", "3h", True), ("completed", "3h", False), ("revoked", "3h", False), ("active", "+3h", False)],
)
def test_a_standing_fast(status: str, written: str, counts: bool) -> None:
    """While it is in force, from when it begins."""
    chart = ward()
    chart.diet("NPO", status, dateTime=instant(written))
    assert bites(chart) is counts


@pytest.mark.parametrize(
    ("words", "counts"),
    [("NPO for 4 hours", False), ("NPO x 4 hours for CT abdomen", False), ("NPO x 7h", False),
     ("Strict NPO for 6 hrs", False), ("NPO, neuro checks x 4 h", True), ("NPO, bladder scan for 6 hours", True),
     ("NPO: reassess after 4 h", True), ("NPO for 8 hours", True), ("NPO from midnight for surgery", True),
     ("NPO", True), ("NPO for 4-6 hours", False), ("NPO 4 hours before procedure", False), ("NPO 4-8 h", True),
     ("NPO for 6 hours; hold all oral medications until further notice", True),
     ("NPO for 6 hours, then remain NPO until swallow assessment", True),
     ("NPO for 2 hours before and 24 hours after surgery", True)],
)  # fmt: skip
def test_a_short_fast_in_words(words: str, counts: bool) -> None:
    """Less than eight hours are waited for; a fast that says no end is long."""
    chart = ward()
    chart.diet(words, dateTime=instant("3h"))
    assert bites(chart) is counts


def test_a_hold_that_is_forbidden_is_none() -> None:
    """ "Do not perform"."""
    chart = ward()
    chart.order("Hold all oral medications", authoredOn=instant("3h"), doNotPerform=True)
    assert not bites(chart)


@pytest.mark.parametrize(("end", "counts"), [("1h", False), ("+2h", True)])
def test_a_hold_that_is_over(end: str, counts: bool) -> None:
    """Its end has passed, or not yet."""
    chart = ward()
    period = {"start": instant("9h"), "end": instant(end)}
    chart.order("Hold all oral medications", authoredOn=instant("9h"), occurrencePeriod=period)
    assert bites(chart) is counts


@pytest.mark.parametrize(("hours", "counts"), [(7.9, False), (8, True), (9, True)])
def test_a_short_fast_is_no_interruption(hours: float, counts: bool) -> None:
    """Planned for fewer than eight hours."""
    chart = ward()
    period = {"start": instant("1h"), "end": instant(f"+{hours - 1}h")}
    chart.order("NPO", authoredOn=instant("1h"), occurrencePeriod=period)
    assert bites(chart) is counts


@pytest.mark.parametrize(("given", "counts"), [("4h", True), ("3h", True), ("2h", False)])
def test_a_dose_given_since_shows_that_it_is_not_held(given: str, counts: bool) -> None:
    """The fast stands since three hours."""
    chart = ward()
    chart.diet("NPO", dateTime=instant("3h"))
    chart.given(given)
    assert bites(chart) is counts


@pytest.mark.parametrize(
    ("text", "when", "status", "counts"),
    [("Regular diet", "1h", "active", False), ("Regular diet", "3h", "active", True),
     ("Regular diet", "5h", "active", True), ("Regular diet", "+1h", "active", True),
     ("Regular diet", "1h", "revoked", True), ("NPO", "1h", "active", True)],
)  # fmt: skip
def test_a_later_diet_ends_a_fast(text: str, when: str, status: str, counts: bool) -> None:
    """The fast stands since three hours; food since one hour ends it."""
    chart = ward()
    chart.diet("NPO", dateTime=instant("3h"))
    chart.diet(text, status, dateTime=instant(when))
    assert bites(chart) is counts


def test_another_order_does_not_end_a_fast() -> None:
    """A scan is no food."""
    chart = ward()
    chart.diet("NPO", dateTime=instant("3h"))
    chart.order("CT head", authoredOn=instant("1h"))
    assert bites(chart)
