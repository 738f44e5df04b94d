"""A draft that is not understood is said so, and takes nothing's place."""

from typing import Any

import pytest

from cards.ledger import State
from tests.record.shapes import chart, request

NAMELESS = {"medicationReference": {"reference": "Medication/gone"}}


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (request(subject={"reference": "Patient/p2"}, status="stopped"), "names another patient"),
        (request(status="Discontinued"), "status"),
        (request(status=["stopped"]), "status"),
        (request(status="stopped", **NAMELESS, id="other"), "no readable drug"),
        (request(status="stopped", id="other", medicationCodeableConcept={}), "no readable drug"),
        ({"resourceType": "MedicationOrder", "id": "m1", "status": "stopped"}, "not FHIR R4"),
        (b"{", "could not be read"),
    ],
)
def test_a_draft_that_is_not_understood_is_unread(draft: Any, words: str) -> None:
    record = chart(request(), drafts=(draft,))

    (unread,) = record.unread_drafts
    assert words in unread
    assert [o.reference for o in record.medication_orders if o.product.is_baclofen] == ["MedicationRequest/m1"]
    assert record.replaced == ()


@pytest.mark.parametrize("status", ["STOPPED", "Stopped ", " stopped", "stopped"])
def test_case_and_blanks_of_a_status_mean_nothing(status: str) -> None:
    record = chart(request(), drafts=(request(status=status),))

    assert record.unread_drafts == ()
    assert [(o.status, o.is_draft) for o in record.medication_orders] == [("stopped", True)]


def test_two_contents_of_one_draft() -> None:
    record = chart(request(), drafts=(request(), request(status="stopped")))

    assert record.unread_drafts == ("MedicationRequest/m1: came twice with different content",)


@pytest.mark.parametrize("drug", [NAMELESS, {"medicationCodeableConcept": {"text": "unknown"}}])
def test_a_draft_without_a_drug_is_the_order_that_it_stands_for(drug: dict[str, Any]) -> None:
    """A stop that only points to a Medication: the chart's order of the same id says that it is baclofen."""
    record = chart(request(), drafts=(request(id="first"), request(status="stopped", **drug)))

    assert record.unread_drafts == ()
    assert record.unreadable == ()
    assert [(o.reference, o.status, o.product.is_baclofen) for o in record.medication_orders] == [
        ("MedicationRequest/first", "active", True),
        ("MedicationRequest/m1", "stopped", True),
    ]
    assert [o.status for o in record.replaced] == ["active"]


def test_a_draft_that_stands_for_another_drug_stays_unread() -> None:
    order = request(medicationCodeableConcept={"text": "metformin 500 mg tablet"})
    record = chart(order, drafts=(request(status="stopped", **NAMELESS),))

    assert len(record.unread_drafts) == 1
    assert record.replaced == ()


def test_an_odd_status_of_another_drug_matters_to_nobody() -> None:
    draft = request(id="x", status="Discontinued", medicationCodeableConcept={"text": "metformin 500 mg tablet"})

    assert chart(request(), drafts=(draft,)).unread_drafts == ()


def test_a_service_order_with_an_odd_status_leaves_the_chart_s_copy() -> None:
    fasting = {
        "resourceType": "ServiceRequest", "id": "s1", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "code": {"text": "NPO"},
    }  # fmt: skip
    record = chart(fasting, drafts=({**fasting, "status": "ended"},))

    assert len(record.unread_drafts) == 1
    assert [(o.status, o.is_draft) for o in record.orders] == [("active", False)]


def test_a_second_copy_that_says_the_same_is_no_second_version() -> None:
    other = dict(reversed(request().items())) | {"meta": {"source": "x"}, "text": {"div": "y"}}
    record = chart(request(), other)

    assert record.ledger["MedicationRequest"].state is State.PRESENT
    assert record.medication_orders[0].defects == ()


def test_two_contents_of_one_order_make_its_need_partial() -> None:
    record = chart(request(), request(status="stopped"))

    assert [o.status for o in record.medication_orders] == ["active"]
    assert record.ledger["MedicationRequest"].state is State.PARTIAL
    assert record.ledger["MedicationRequest"].because == "came twice with different content"


def test_two_contents_of_one_drug_make_its_orders_partial() -> None:
    drug = {"resourceType": "Medication", "id": "d", "code": {"text": "baclofen 10 mg tablet"}}
    order = request(medicationReference={"reference": "Medication/d"})
    record = chart(order, drug, {**drug, "code": {"text": "metformin"}})

    assert record.ledger["MedicationRequest"].state is State.PARTIAL
