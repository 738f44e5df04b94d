"""What arrives under whatever key is used by its type, and what that is worth."""

import json
import time
from typing import Any

import msgspec
import pytest
import responses

from cards import needs
from cards.hooks import ORDER_SELECT, PATIENT_VIEW
from cards.ledger import State
from cards.moment import Moment
from cards.needs import MEDICATION_REQUESTS, Need
from cards.record.read import read
from cards.record.valuesets import ValueSets
from service.fhir import FhirClient
from service.gather import gather
from service.wire import Authorization, Call
from tests.moment import NOW
from tests.service.gathering import (
    BASE,
    CONDITION,
    LISTED,
    ORDER,
    OTHER,
    bundle,
    call,
    entry,
    gathered,
    ids,
    outcome,
)

ALIASES: list[tuple[dict[str, Any], Need, State]] = [
    ({"activeMedications": bundle(ORDER), "endedMedications": bundle(OTHER)}, MEDICATION_REQUESTS, State.PRESENT),
    ({"activeMedications": bundle(), "endedMedications": None}, MEDICATION_REQUESTS, State.NONE),
    ({"activeMedications": bundle(ORDER)}, MEDICATION_REQUESTS, State.PARTIAL),
    ({"activeMedications": bundle(ORDER), "endedMedications": outcome("error")}, MEDICATION_REQUESTS, State.PARTIAL),
    ({"activeMedications": outcome("error")}, MEDICATION_REQUESTS, State.FAILED),
    ({"devices": bundle()}, needs.DEVICES, State.NONE),
    ({"problems": bundle(CONDITION), "encounterDiagnoses": bundle()}, needs.CONDITIONS, State.PARTIAL),
    ({"problems": bundle(CONDITION)}, needs.CONDITIONS, State.PARTIAL),
    ({"patient": {"resourceType": "Patient", "id": "p1"}}, needs.PATIENT, State.PRESENT),
    ({"Patient": bundle({"resourceType": "Patient", "id": "p1"})}, needs.PATIENT, State.PRESENT),
    ({"encounter": {"resourceType": "Encounter", "id": "e"}}, needs.ENCOUNTERS, State.PARTIAL),
    ({"vitals": bundle({"resourceType": "Observation", "id": "o"})}, needs.VITALS, State.PRESENT),
    ({"labs": bundle()}, needs.LABS, State.PARTIAL),
    ({"nutritionOrders": bundle()}, needs.NUTRITION_ORDERS, State.PARTIAL),
    ({"procedures": bundle(), "serviceRequests": bundle()}, needs.SERVICE_REQUESTS, State.NONE),
    ({"meds": bundle(ORDER)}, MEDICATION_REQUESTS, State.PARTIAL),
    ({"meds": bundle(CONDITION, ORDER)}, MEDICATION_REQUESTS, State.PARTIAL),
    ({"meds": bundle()}, MEDICATION_REQUESTS, State.NOT_PROVIDED),
    ({"MedicationRequest": bundle(ORDER, total=2), "meds": bundle(OTHER)}, MEDICATION_REQUESTS, State.PARTIAL),
]


@pytest.mark.parametrize(("prefetch", "need", "state"), ALIASES)
def test_what_comes_under_another_key_is_used(
    client: FhirClient, prefetch: dict[str, Any], need: Need, state: State
) -> None:
    result = gathered(client, call(prefetch), need)
    assert entry(result, need).state is state, entry(result, need)
    kinds = json.dumps(prefetch).count(f'"resourceType": "{need.resource_type}"')
    assert len(ids(result, need)) == kinds


@pytest.mark.parametrize("own", [None, bundle(total=0)])
def test_what_comes_under_another_key_is_used_though_our_own_key_says_none(client: FhirClient, own: Any) -> None:
    result = gathered(client, call({"MedicationRequest": own, "meds": bundle(ORDER)}), MEDICATION_REQUESTS)
    assert entry(result).state is State.PRESENT
    assert ids(result) == ["m1"]


SELF = f"{BASE}/MedicationRequest?patient=p1"


@pytest.mark.parametrize(
    ("link", "state"),
    [
        (SELF, State.PRESENT),
        (f"{SELF}&_count=50&_sort=-authoredon", State.PRESENT),
        (f"{BASE}/MedicationRequest?subject=Patient%2Fp1", State.PRESENT),
        (f"{SELF}&status=active", State.PARTIAL),
        (f"{SELF}&_count=0", State.PARTIAL),
        (f"{BASE}/MedicationRequest?patient=p2", State.PARTIAL),
        (f"{BASE}/MedicationRequest?patient=", State.PARTIAL),
        (f"{BASE}/MedicationRequest", State.PARTIAL),
        ("http://[", State.PARTIAL),
    ],
)
def test_a_self_link_shows_whether_an_unknown_key_brought_all(client: FhirClient, link: str, state: State) -> None:
    meds = bundle(ORDER, link=[{"relation": "self", "url": link}])
    assert entry(gathered(client, call({"meds": meds}), MEDICATION_REQUESTS)).state is state


def test_a_self_link_of_a_category_brings_that_part_of_the_observations(client: FhirClient) -> None:
    link = [{"relation": "self", "url": f"{BASE}/Observation?patient=p1&category=vital-signs"}]
    sent = {"obs": bundle({"resourceType": "Observation", "id": "o1"}, link=link)}
    result = gathered(client, call(sent), needs.OBSERVATIONS, needs.VITALS, needs.LABS)
    assert [e.state for e in result.ledger] == [State.PARTIAL, State.PRESENT, State.PARTIAL]
    (one,) = result.supplied  # one value, once, and for all that it answers
    assert one.needs == ("Observation", "ObservationVitalSigns", "ObservationLaboratory")


def test_all_observations_hold_the_vital_signs_and_the_laboratory(
    client: FhirClient, web: responses.RequestsMock
) -> None:
    sent = {
        "Observation": bundle({"resourceType": "Observation", "id": "o1"}),
        "ObservationLaboratory": outcome("error"),
    }
    result = gathered(client, call(sent, server=BASE), needs.OBSERVATIONS, needs.VITALS, needs.LABS)
    assert [e.state for e in result.ledger] == [State.PRESENT] * 3
    assert len(web.calls) == 0
    (one,) = result.supplied
    assert one.needs == ("Observation", "ObservationVitalSigns", "ObservationLaboratory")


def test_what_of_all_observations_cannot_be_read_may_have_been_a_result_or_a_vital_sign(client: FhirClient) -> None:
    """Else a card would say that there is no eGFR."""
    broken = {"resourceType": "Observation", "id": "o1", "effectiveDateTime": "yesterday",
              "code": {"text": "eGFR"}, "valueQuantity": {"value": 24, "unit": "mL/min/1.73m2"}}  # fmt: skip
    result = gathered(client, call({"Observation": bundle(broken)}), needs.OBSERVATIONS, needs.VITALS, needs.LABS)
    record = read(result.supplied, result.ledger, Moment(now=NOW, patient_id="p1"), ValueSets.load())

    assert [entry.state for entry in record.ledger] == [State.PARTIAL] * 3


def test_vital_signs_refused_but_all_observations_fetched(client: FhirClient, web: responses.RequestsMock) -> None:
    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        if "category" in request.url:
            return 403, {}, ""
        return 200, {}, json.dumps(bundle())

    web.add_callback(responses.GET, f"{BASE}/Observation", answer)
    result = gathered(client, call(server=BASE), needs.OBSERVATIONS, needs.VITALS)
    assert [e.state for e in result.ledger] == [State.NONE] * 2


def drug(reference: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An order that names its drug by reference."""
    return ORDER | {"medicationReference": reference} | more


MEDICATION = {"resourceType": "Medication", "id": "d1"}


BY_REFERENCE = {"MedicationRequest": bundle(drug({"reference": "Medication/d1"}))}


@pytest.mark.parametrize(
    "orders",
    [
        [drug({"reference": "Medication/d1"})],
        [drug({"reference": f"{BASE}/Medication/d1"})],
        [drug({"reference": "Medication/d1/_history/2"})],
        [drug({"reference": "Medication/d1"}), drug({"reference": "Medication/d1"}, id="m2")],
    ],
)
def test_a_drug_known_only_by_reference_is_read_once(
    client: FhirClient, web: responses.RequestsMock, orders: list[dict[str, Any]]
) -> None:
    web.get(f"{BASE}/Medication/d1", json=MEDICATION)
    result = gathered(client, call({"MedicationRequest": bundle(*orders)}, server=BASE), MEDICATION_REQUESTS)
    assert len(web.calls) == 1
    assert [msgspec.json.decode(s.raw)["id"] for s in result.supplied if not s.need] == ["d1"]


@pytest.mark.parametrize(
    "orders",
    [
        [drug({"reference": "https://elsewhere.example.org/Medication/d1"})],
        [drug({"reference": "Medication/d1", "display": "Baclofen"})],
        [drug({"reference": "#d1"}, contained=[MEDICATION])],
        [drug({"reference": 5})],
        [drug({"reference": "Medication/"})],
    ],
)
def test_a_drug_that_is_explained_or_lies_elsewhere_is_not_read(
    client: FhirClient, web: responses.RequestsMock, orders: list[dict[str, Any]]
) -> None:
    gathered(client, call({"MedicationRequest": bundle(*orders)}, server=BASE), MEDICATION_REQUESTS)
    assert len(web.calls) == 0


@pytest.mark.parametrize(
    "sent",
    [
        BY_REFERENCE | {"drugs": bundle(MEDICATION)},
        {"MedicationRequest": bundle(drug({"reference": "Medication/d1"}), MEDICATION)},
    ],
)
def test_a_drug_that_was_sent_along_is_not_read(
    client: FhirClient, web: responses.RequestsMock, sent: dict[str, Any]
) -> None:
    result = gathered(client, call(sent, server=BASE), MEDICATION_REQUESTS)
    assert len(web.calls) == 0
    assert [msgspec.json.decode(s.raw)["id"] for s in result.supplied if not s.need] == ["d1"]


def test_the_drug_of_a_draft_is_read_too(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/Medication/d1", json=MEDICATION)
    what = call({"MedicationRequest": bundle()}, server=BASE, drafts=(drug({"reference": "Medication/d1"}),))
    result = gathered(client, what, MEDICATION_REQUESTS)
    assert [msgspec.json.decode(s.raw)["id"] for s in result.supplied if not s.need] == ["d1"]


def test_a_drug_that_cannot_be_read_spoils_nothing(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/Medication/d1", status=404)
    result = gathered(
        client,
        call({"MedicationRequest": bundle(drug({"reference": "Medication/d1"}))}, server=BASE),
        MEDICATION_REQUESTS,
    )
    assert entry(result).state is State.PRESENT


def test_included_resources_are_used_by_their_type(client: FhirClient) -> None:
    """A pump that comes along with its use is a device, though not all devices."""
    use = {"resource": {"resourceType": "DeviceUseStatement", "id": "u"}, "search": {"mode": "match"}}
    pump = {"resource": {"id": "d", "resourceType": "Device"}, "search": {"mode": "include"}}
    sent = {"DeviceUseStatement": {"resourceType": "Bundle", "total": 1, "entry": [use, pump]}}
    result = gathered(client, call(sent), needs.DEVICE_USE, needs.DEVICES)
    assert [e.state for e in result.ledger] == [State.PRESENT, State.PARTIAL]
    assert ids(result, needs.DEVICES) == ["d"]


def test_what_is_fetched_along_answers_no_need(client: FhirClient, web: responses.RequestsMock) -> None:
    use = {"resource": {"resourceType": "DeviceUseStatement", "id": "u"}, "search": {"mode": "match"}}
    pump = {"resource": {"id": "d", "resourceType": "Device"}, "search": {"mode": "include"}}
    web.get(f"{BASE}/DeviceUseStatement", json={"resourceType": "Bundle", "entry": [use, pump]})
    result = gathered(client, call(server=BASE), needs.DEVICE_USE)
    assert [(s.need, msgspec.json.decode(s.raw)["id"]) for s in result.supplied] == [
        ("DeviceUseStatement", "u"),
        ("", "d"),
    ]


def test_the_same_order_under_two_keys_is_supplied_once(client: FhirClient) -> None:
    odd = {"id": "m1", "resourceType": "MedicationRequest"}  # another order of members, the same order
    sent = {
        "MedicationRequest": bundle(ORDER, total=2),
        "meds": bundle(odd, OTHER, {"resourceType": "MedicationRequest"}),
    }
    assert ids(gathered(client, call(sent), MEDICATION_REQUESTS)) == ["m1", "m2", None]


@pytest.mark.parametrize(
    "what",
    [
        call(
            {"MedicationRequest": bundle(), "meds": bundle({"resourceType": "MedicationOrder", "id": "x"})}, server=BASE
        ),
        call(server=BASE, drafts=({"resourceType": "MedicationOrder", "id": "x"},)),
    ],
)
def test_a_client_of_another_fhir_version_is_told_so(
    client: FhirClient, web: responses.RequestsMock, what: Call
) -> None:
    result = gathered(client, what, MEDICATION_REQUESTS, needs.CONDITIONS)
    assert result.not_r4
    assert len(web.calls) == 0  # its server would not understand us


def test_a_server_of_another_fhir_version_is_found_out(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/MedicationRequest", status=404)
    web.get(f"{BASE}/metadata", json={"resourceType": "Conformance", "fhirVersion": "1.0.2"})
    assert gathered(client, call(server=BASE), MEDICATION_REQUESTS).not_r4


def test_an_r4_server_without_orders_is_no_other_version(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/MedicationRequest", status=404)
    web.get(f"{BASE}/metadata", json={"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})
    result = gathered(client, call(server=BASE), MEDICATION_REQUESTS)
    assert (result.not_r4, entry(result).state) == (False, State.FAILED)


def test_an_id_cannot_smuggle_in_a_parameter(client: FhirClient, web: responses.RequestsMock) -> None:
    web.get(f"{BASE}/MedicationRequest", json=bundle())
    odd = Call(hook=ORDER_SELECT, hook_instance="", patient_id="p1&status=stopped", fhir_server=BASE)
    gather(odd, LISTED, (MEDICATION_REQUESTS,), client, until=time.monotonic() + 1)
    assert web.calls[0].request.url == f"{BASE}/MedicationRequest?patient=p1%26status%3Dstopped&_count=200"


def test_without_a_patient_id_nobody_is_asked(client: FhirClient, web: responses.RequestsMock) -> None:
    nobody = Call(hook=PATIENT_VIEW, hook_instance="", patient_id="", fhir_server=BASE)
    result = gather(nobody, LISTED, needs.ALL, client, until=time.monotonic() + 1)
    assert len(web.calls) == 0
    assert {e.state for e in result.ledger} == {State.FAILED}


def test_no_reason_names_the_patient_or_the_token(client: FhirClient, web: responses.RequestsMock) -> None:
    secret = Call(
        hook=PATIENT_VIEW,
        hook_instance="",
        patient_id="secret-patient",
        fhir_server=BASE,
        authorization=Authorization(access_token="secret-token"),
    )
    result = gather(secret, LISTED, needs.ALL, client, until=time.monotonic() + 1)
    assert "secret" not in repr([*result.ledger, *result.incidents])


def test_what_was_sent_and_is_not_answered_is_kept(client: FhirClient, web: responses.RequestsMock) -> None:
    """The stopped order of a first page, and a server that gives only another one."""
    web.get(f"{BASE}/MedicationRequest", json=bundle(OTHER, total=1))
    result = gathered(client, call({"MedicationRequest": bundle(ORDER, total=2)}, server=BASE), MEDICATION_REQUESTS)
    assert entry(result).state is State.PARTIAL
    assert "lacks" in entry(result).because
    assert ids(result) == ["m2", "m1"]


def test_a_vital_sign_need_not_be_among_the_laboratory_results(client: FhirClient, web: responses.RequestsMock) -> None:
    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        pulse = {"resourceType": "Observation", "id": "o1"}
        return 200, {}, json.dumps(bundle() if "laboratory" in request.url else bundle(pulse))

    web.add_callback(responses.GET, f"{BASE}/Observation", answer)
    sent = {"obs": bundle({"resourceType": "Observation", "id": "o1"})}
    result = gathered(client, call(sent, server=BASE), needs.VITALS, needs.LABS)
    assert [e.state for e in result.ledger] == [State.PRESENT, State.NONE]
