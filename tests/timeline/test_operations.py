"""What is planned, what is in hand, what was just done."""

from itertools import permutations

import pytest

from cards.hooks import ORDER_SELECT, ORDER_SIGN
from cards.record.concepts import Act
from cards.timeline.operations import Operation, ahead, in_hand, just_done, planned
from tests.chart import Chart, Resource, instant, moment

KNEE = "Knee arthroplasty"
SURGERY = frozenset({Act.SURGERY})


def plans(chart: Chart, **asked: bool) -> tuple[Operation, ...]:
    """Operations to come."""
    case = chart.case()
    return planned(case.record, case.moment, SURGERY, **asked)


def done(chart: Chart, hours: float = 96) -> Operation | None:
    """The operation of the last hours."""
    case = chart.case()
    return just_done(case.record, case.moment, SURGERY, hours)


def told(operation: Operation | None) -> tuple[str, str, object, bool] | None:
    """Its resource, words and time, and whether it is surgery."""
    if operation is None:
        return None
    return operation.reference, operation.text, operation.when and operation.when.latest, Act.SURGERY in operation.acts


@pytest.mark.parametrize(
    ("text", "status", "counts"),
    [
        (KNEE, "preparation", True),
        (KNEE, "not-done", False),
        (KNEE, "completed", False),
        ("Patient education", "preparation", False),
    ],
)
def test_an_operation_that_is_being_prepared(text: str, status: str, counts: bool) -> None:
    """The patient is on the way to theatre."""
    chart = Chart()
    resource = chart.procedure(text, "+2h", status)
    found = plans(chart)
    expected = [(f"Procedure/{resource['id']}", text, moment("+2h"), True)] if counts else []
    assert [told(o) for o in found] == expected


def test_an_operation_under_preparation_is_dated_by_its_start() -> None:
    """From two to four o'clock."""
    chart = Chart()
    resource = chart.procedure(KNEE, "+2h", "preparation")
    del resource["performedDateTime"]
    resource["performedPeriod"] = {"start": instant("+2h"), "end": instant("+4h")}
    (found,) = plans(chart)
    assert found.when is not None
    assert found.when.earliest == moment("+2h")


@pytest.mark.parametrize(
    ("asked", "counts"), [({"care_plans": True}, True), ({"care_plans": False}, False), ({}, False)]
)
def test_a_care_plan_counts_only_where_it_is_asked_for(asked: dict[str, bool], counts: bool) -> None:
    """It announces, it does not book."""
    chart = Chart()
    chart.add("CarePlan", status="active", intent="plan", title=KNEE)
    assert bool(plans(chart, **asked)) is counts


def test_a_diet_order_before_an_operation_is_no_operation() -> None:
    """Of orders only those for a service count, care plans asked for or not."""
    chart = Chart()
    chart.diet("NPO for surgery")
    assert plans(chart) == plans(chart, care_plans=True) == ()


@pytest.mark.parametrize(
    ("when", "status", "forbidden", "counts"),
    [
        ("+2d", "active", False, True),
        ("2d", "active", False, False),
        (None, "active", False, True),
        ("+2d", "revoked", False, False),
        ("+2d", "completed", False, False),
        ("+2d", "on-hold", False, True),
        ("+2d", "active", True, False),
    ],
)
def test_an_operation_that_is_ordered(when: str | None, status: str, forbidden: bool, counts: bool) -> None:
    """For a day to come, or for none that is told."""
    chart = Chart()
    more: Resource = {"occurrenceDateTime": instant(when)} if when else {}
    chart.order(KNEE, status, doNotPerform=forbidden, **more)
    assert bool(plans(chart)) is counts


def test_a_draft_for_a_day_that_has_passed_is_still_in_hand() -> None:
    """The user is writing it now."""
    chart = Chart()
    draft = chart.draft(Chart().order(KNEE, "draft", occurrenceDateTime=instant("2h")), id="new")
    case = chart.case(ORDER_SIGN, [draft])
    (found,) = in_hand(case.record, case.moment, SURGERY)
    assert (found.reference, found.is_draft) == ("ServiceRequest/new", True)


def test_what_is_planned_in_the_chart_is_not_in_hand() -> None:
    """Nor a draft that the user did not choose."""
    chart = Chart()
    chart.order(KNEE, occurrenceDateTime=instant("+2d"))
    draft = chart.draft(Chart().order(KNEE, "draft"), id="new")
    case = chart.case(ORDER_SELECT, [draft], selections=("ServiceRequest/other",))
    assert in_hand(case.record, case.moment, SURGERY) == ()
    case = chart.case(ORDER_SELECT, [draft], selections=("ServiceRequest/new",))
    assert [o.reference for o in in_hand(case.record, case.moment, SURGERY)] == ["ServiceRequest/new"]


@pytest.mark.parametrize("order", list(permutations(("+3d", None, "+1d"))))
def test_the_nearest_operation_comes_first_and_the_undated_last(order: tuple[str | None, ...]) -> None:
    """In whatever order the chart has them."""
    chart = Chart()
    for when in order:
        chart.order(KNEE, authoredOn=instant("2h"), **({"occurrenceDateTime": instant(when)} if when else {}))
    case = chart.case()
    found = ahead(case.record, case.moment, SURGERY, 14)
    assert [o.when and o.when.latest for o in found] == [moment("+1d"), moment("+3d"), None]


@pytest.mark.parametrize(
    ("text", "status", "forbidden", "when", "counts"),
    [
        (KNEE, "completed", False, "20h", True),
        (KNEE, "completed", False, "97h", False),
        (KNEE, "completed", False, "+2h", False),
        (KNEE, "active", False, "20h", False),
        (KNEE, "completed", True, "20h", False),
        ("Baclofen pump refill", "completed", False, "20h", False),
        (KNEE, "completed", False, None, False),
    ],
)
def test_an_order_that_is_completed_was_done(
    text: str, status: str, forbidden: bool, when: str | None, counts: bool
) -> None:
    """Where no procedure is written yet."""
    chart = Chart()
    more: Resource = {"occurrenceDateTime": instant(when)} if when else {}
    order = chart.order(text, status, doNotPerform=forbidden, **more)
    expected = (f"ServiceRequest/{order['id']}", text, moment(when), True) if counts and when else None
    assert told(done(chart)) == expected


def test_a_visit_that_took_place_and_ended() -> None:
    """Fulfilled; dated by its end."""
    chart = Chart()
    visit = chart.appointment(KNEE, "30h", "fulfilled")
    visit["end"] = instant("26h")
    assert told(done(chart)) == (f"Appointment/{visit['id']}", KNEE, moment("26h"), True)


def test_a_care_plan_that_is_completed_is_no_operation() -> None:
    """It was a plan."""
    chart = Chart()
    chart.add("CarePlan", status="completed", intent="plan", title=KNEE, period={"start": instant("20h")})
    assert done(chart) is None


@pytest.mark.parametrize("order", [("30h", "20h"), ("20h", "30h")])
def test_of_two_that_were_done_the_later(order: tuple[str, str]) -> None:
    """One as an order, one as a procedure."""
    chart = Chart()
    chart.procedure(KNEE, order[0])
    chart.order(KNEE, "completed", occurrenceDateTime=instant(order[1]))
    found = done(chart)
    assert found is not None
    assert found.when is not None
    assert found.when.latest == moment("20h")
