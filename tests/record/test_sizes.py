"""Resources larger than any chart's: read as far as there is time for, and never as if that were all."""

from typing import Any

import pytest

from cards.ledger import State
from cards.record import sizes
from tests.record.shapes import chart, observation, request

AT_MOST = sizes.LONGEST_TEXT


def text_of(length: int, *, begins: str = "", ends: str = "") -> str:
    """Words that say nothing, with something at the beginning and at the end."""
    filler = "as before, " * (length // 11 + 1)
    return begins + filler[: length - len(begins) - len(ends)] + ends


LETTER = "QUJD" * 50_000  # base64
BACLOFEN = text_of(AT_MOST + 1, begins="baclofen 10 mg tablet, ")


def note(text: str) -> dict[str, Any]:
    return observation(code={"text": "Nursing note"}, valueString=text)


def signs(*resources: Any) -> set[str]:
    return {str(fact.concept) for fact in chart(*resources).observations if fact.concept}


def test_a_text_of_the_greatest_length_is_read_whole() -> None:
    said = text_of(AT_MOST, ends=" visual hallucinations")
    assert len(said) == AT_MOST

    record = chart(note(said))

    assert record.ledger["Observation"].state is State.PRESENT
    assert signs(note(said)) == signs(note("visual hallucinations")) != set()


def test_of_a_longer_text_the_beginning_counts_and_the_rest_is_told() -> None:
    both = note(text_of(AT_MOST + 30, begins="visual hallucinations. ", ends=" fever"))
    record = chart(both)

    assert signs(both) == signs(note("visual hallucinations"))
    assert record.ledger["Observation"].state is State.PARTIAL
    assert record.ledger["Observation"].because == sizes.TOO_LONG


def test_a_megabyte_of_text_is_read_to_its_first_characters() -> None:
    record = chart(request(dosageInstruction=[{"text": text_of(1_000_000, begins="10 mg three times daily ")}]))

    (order,) = record.medication_orders
    assert order.dosage.daily is not None
    assert order.dosage.daily.low == 30
    assert len(order.dosage.text) <= AT_MOST
    assert record.ledger["MedicationRequest"].state is State.PARTIAL


@pytest.mark.parametrize(
    "drug",
    [
        {"medicationCodeableConcept": {"text": BACLOFEN}},
        {"medicationCodeableConcept": {"coding": [{"display": BACLOFEN}]}},
        {"medicationReference": {"display": BACLOFEN}},
    ],
)
def test_the_drug_too_is_known_by_the_beginning_of_its_name(drug: dict[str, Any]) -> None:
    """Elements that are decoded late are cut as well."""
    record = chart(request(**drug))

    assert record.medication_orders[0].product.is_baclofen
    assert record.ledger["MedicationRequest"].state is State.PARTIAL


def test_a_draft_is_read_whole_or_not_at_all() -> None:
    """Half of an order in hand is another order; the chart's copy of it stands."""
    draft = request(status="stopped", note=[{"text": text_of(AT_MOST + 1)}])
    record = chart(request(), drafts=(draft,))

    (unread,) = record.unread_drafts
    assert unread == f"MedicationRequest/m1: {sizes.TOO_LONG}"
    assert [order.is_draft for order in record.medication_orders] == [False]


def test_a_drug_that_others_point_to_is_read_whole_or_not_at_all() -> None:
    drug = {"resourceType": "Medication", "id": "d", "code": {"text": text_of(AT_MOST + 1, begins="baclofen ")}}
    record = chart(drug, request(medicationReference={"reference": "Medication/d"}))

    assert record.ledger["MedicationRequest"].state is State.PARTIAL
    assert not any(order.product.is_known for order in record.medication_orders)


def many_notes(size: int) -> dict[str, Any]:
    """An order whose notes fill so many bytes; no note is long."""
    return request(note=[{"text": "as before"}] * (size // len('{"text":"as before"},')))


def test_a_resource_that_is_too_large_is_not_read() -> None:
    record = chart(many_notes(sizes.LARGEST + 2000))

    assert record.medication_orders == ()
    assert [entry.because for entry in record.unreadable] == [sizes.TOO_LARGE]
    assert record.ledger["MedicationRequest"].state is State.PARTIAL


def test_a_large_resource_below_that_is_read_whole() -> None:
    record = chart(many_notes(sizes.LARGEST - 2000))

    assert len(record.medication_orders) == 1
    assert record.ledger["MedicationRequest"].state is State.PRESENT


def test_what_nobody_reads_may_be_of_any_size() -> None:
    """A narrative, a photo, an attachment."""
    narrative = {"status": "generated", "div": "<div>" + "x" * 300_000 + "</div>"}
    record = chart(
        request(text=narrative),
        {"resourceType": "Patient", "id": "p1", "photo": [{"data": "QUJD" * 100_000}], "birthDate": "1970-01-01"},
    )

    assert len(record.medication_orders) == 1
    assert record.patient is not None
    assert record.ledger["MedicationRequest"].state is State.PRESENT
    assert record.ledger["Patient"].state is State.PRESENT


@pytest.mark.parametrize(
    "letter",
    [
        {
            "resourceType": "DocumentReference",
            "content": [{"attachment": {"title": "Letter", "data": LETTER}}],
        },
        {"resourceType": "Communication", "payload": [{"contentAttachment": {"title": "x", "data": LETTER}}]},
    ],
)
def test_nor_does_a_file_count_that_is_sent_along(letter: dict[str, Any]) -> None:
    kind = letter["resourceType"]
    record = chart({**letter, "id": "d1", "status": "current", "subject": {"reference": "Patient/p1"}})

    assert record.ledger[kind].state is State.PRESENT
    assert record.unreadable == ()


def test_a_large_resource_with_a_broken_element_is_told_as_unreadable() -> None:
    deep = b"[" * 3000 + b"]" * 3000
    drug = b'"medicationCodeableConcept":{"coding":' + deep + b"}"
    broken = b'{"resourceType":"MedicationRequest","id":"m1","note":"' + b"x" * AT_MOST + b'",' + drug + b"}"
    record = chart(broken, request(id="m2"))

    assert [order.reference for order in record.medication_orders] == ["MedicationRequest/m2"]
    assert len(record.unreadable) == 1
