"""What of a resource is not read is lost to every need that it answers, however it came and however it was lost."""

from collections.abc import Callable
from typing import Any

import pytest

from cards.ledger import Entry, Ledger, State
from cards.moment import Moment, Supplied, never
from cards.record import sizes
from cards.record.read import FOREIGN, NOT_READABLE, OUT_OF_TIME, read
from cards.record.record import Record
from tests.record.shapes import NOW, VALUESETS, ZONE, observation, raw, request

VITALS, ALL_OF_THEM, LABS = "ObservationVitalSigns", "Observation", "ObservationLaboratory"
NEEDS = (ALL_OF_THEM, VITALS)
PULSE = {"code": {"text": "HR"}, "valueInteger": 120}


def after(looks: int) -> Callable[[], bool]:
    asked = iter([False] * looks)
    return lambda: next(asked, True)


def read_as(supplied: list[Supplied], *needs: str, out_of_time: Callable[[], bool] = never) -> Record:
    ledger = Ledger(Entry(need, State.PRESENT) for need in needs)
    return read(supplied, ledger, Moment(now=NOW, patient_id="p1", zone=ZONE), VALUESETS, out_of_time=out_of_time)


LOST: dict[str, tuple[Any, str]] = {
    "unreadable": (b'{"resourceType":"Observation","id":"o1","valueInteger":NaN}', NOT_READABLE),
    "another patient's": (observation(**PULSE, subject={"reference": "Patient/p2"}), FOREIGN),
    "a text is long": (observation(**PULSE, note=[{"text": "x" * 20_000}], valueString="x" * 20_000), sizes.TOO_LONG),
    "too large": (observation(**PULSE, component=[{"valueString": "as before"}] * 9_000), sizes.TOO_LARGE),
    "no date": (observation(**PULSE, effectiveDateTime="yesterday"), "a date could not be read"),
}


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("way", ["once for both", "twice, the same", "twice, the other order"])
def test_both_needs_that_hold_it_are_partial(lost: str, way: str) -> None:
    resource, because = LOST[lost]
    copies = {
        "once for both": [Supplied(ALL_OF_THEM, raw(resource), (VITALS,))],
        "twice, the same": [Supplied(need, raw(resource)) for need in NEEDS],
        "twice, the other order": [Supplied(need, raw(resource)) for need in reversed(NEEDS)],
    }[way]
    record = read_as(copies, *NEEDS, LABS)

    told = [(record.ledger[need].state, record.ledger[need].because) for need in (*NEEDS, LABS)]
    assert told == [(State.PARTIAL, because)] * 2 + [(State.PRESENT, "")]


@pytest.mark.parametrize("looks", [0, 1])
def test_so_is_one_that_was_put_by_and_not_reached(looks: int) -> None:
    """An order waits until all Medications are known; its second copy was seen and put aside."""
    needs = ("MedicationRequest", "MedicationStatement")
    copies = [Supplied(need, raw(request())) for need in needs]
    record = read_as(copies, *needs, out_of_time=after(looks + 1))

    assert [record.ledger[need].because for need in needs] == [OUT_OF_TIME] * 2
    assert record.not_reached >= 1


def test_what_shows_baclofen_is_read_before_all_else() -> None:
    """Thousands of vital signs must not push the one order out."""
    flood = [Supplied(ALL_OF_THEM, raw(observation(**PULSE, id=f"o{number}"))) for number in range(50)]
    order = Supplied("MedicationRequest", raw(request(medicationReference={"reference": "Medication/d"})))
    drug = Supplied("", raw({"resourceType": "Medication", "id": "d", "code": {"text": "baclofen 10 mg tablet"}}))
    record = read_as([*flood, order, drug], ALL_OF_THEM, "MedicationRequest", out_of_time=after(10))

    assert [one.product.is_baclofen for one in record.medication_orders] == [True]
    assert record.ledger["MedicationRequest"].state is State.PRESENT
    assert record.ledger[ALL_OF_THEM].because == OUT_OF_TIME


DEVICE = {"resourceType": "Device", "id": "d1", "patient": {"reference": "Patient/p1"}}
INCLUDED = [
    ({**DEVICE, "note": [{"text": "x"}], "deviceName": [{"name": "x" * 20_000}]}, sizes.TOO_LONG),
    ({**DEVICE, "deviceName": [{"name": "as before"}] * 9_000}, sizes.TOO_LARGE),
]


@pytest.mark.parametrize(("device", "because"), INCLUDED)
def test_what_came_along_with_an_answer_may_have_been_any_needs_of_its_type(device: Any, because: str) -> None:
    record = read_as([Supplied("", raw(device))], "Device", "DeviceUseStatement")

    assert record.ledger["Device"].state is State.PARTIAL
    assert because in record.ledger["Device"].because
    assert record.ledger["DeviceUseStatement"].state is State.PRESENT


def test_a_need_that_nobody_asked_for_is_not_made_up() -> None:
    record = read_as([Supplied("", raw(INCLUDED[0][0]))], "Procedure")

    assert [entry.need for entry in record.ledger] == ["Procedure"]


def test_orders_of_any_kind_may_have_pointed_to_a_drug_that_was_not_read() -> None:
    drug = {"resourceType": "Medication", "id": "d", "code": {"text": "x" * 20_000}}
    record = read_as([Supplied("", raw(drug))], "MedicationRequest", "MedicationDispense", "Condition")

    assert [entry.state for entry in record.ledger] == [
        State.PRESENT,
        State.PARTIAL,
        State.PARTIAL,
    ]  # amended ones last
    assert record.ledger["Condition"].state is State.PRESENT


def test_the_earlier_version_s_defect_is_not_the_later_one_s() -> None:
    first = observation(**PULSE, meta={"versionId": "1"}, effectiveDateTime="yesterday")
    second = observation(**PULSE, meta={"versionId": "2"})
    record = read_as([Supplied(ALL_OF_THEM, raw(first)), Supplied(VITALS, raw(second)), Supplied(LABS, raw(second))],
                     *NEEDS, LABS)  # fmt: skip

    assert [record.ledger[need].state for need in (*NEEDS, LABS)] == [State.PARTIAL, State.PRESENT, State.PRESENT]
