"""What becomes of each need: every form of prefetch, with and without a FHIR server to ask."""

import json
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import responses

from cards import needs
from cards.hooks import ORDER_SELECT, PATIENT_VIEW
from cards.ledger import Entry, State
from cards.needs import MEDICATION_REQUESTS, Need
from service.fhir import DEADLINE, FhirClient
from service.gather import Gathered, gather
from service.sites import Site
from service.wire import Authorization, Call
from tests.service.fhir_faults import drips_the_body, server_that

BASE = "https://fhir.example.org/r4"
LISTED = Site(name="riverside", fhir_servers=(BASE,))
ORDER = {"resourceType": "MedicationRequest", "id": "m1"}
OTHER = {"resourceType": "MedicationRequest", "id": "m2"}
CONDITION = {"resourceType": "Condition", "id": "c1"}


def outcome(severity: str) -> dict[str, Any]:
    """An OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]}


def bundle(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A searchset."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]} | more


def call(
    prefetch: dict[str, Any] | None = None, *, server: str = "", token: str = "", drafts: tuple[Any, ...] = ()
) -> Call:
    """A call whose prefetch is JSON; text that is no JSON cannot come through the wire."""
    return Call(
        hook=PATIENT_VIEW,
        hook_instance="",
        patient_id="p1",
        fhir_server=server,
        authorization=Authorization(access_token=token) if token else None,
        prefetch={key: msgspec.Raw(json.dumps(value).encode()) for key, value in (prefetch or {}).items()},
        drafts=tuple(msgspec.Raw(json.dumps(draft).encode()) for draft in drafts),
    )


@pytest.fixture(scope="module")
def client() -> Iterator[FhirClient]:
    """One client, as in a service."""
    client = FhirClient(threads=20)
    yield client
    client.close()


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    """The web as this test plays it; any other address is refused."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        yield web


def gathered(client: FhirClient, what: Call, *wanted: Need, site: Site = LISTED, seconds: float = 2.0) -> Gathered:
    """Gather these needs."""
    return gather(what, site, wanted, client, until=time.monotonic() + seconds)


def entry(result: Gathered, need: Need = MEDICATION_REQUESTS) -> Entry:
    """The ledger's entry of one need."""
    return result.ledger[need.key]


def ids(result: Gathered, need: Need = MEDICATION_REQUESTS) -> list[str]:
    """The ids supplied for one need."""
    return [msgspec.json.decode(s.raw).get("id") for s in result.supplied if s.need == need.key]


ABSENT = object()

FORMS: dict[str, tuple[Any, State, list[str]]] = {
    # what the client sent -> state, and ids supplied, when there is no FHIR server to ask
    "key absent": (ABSENT, State.NOT_PROVIDED, []),
    "null": (None, State.NONE, []),
    "empty Bundle": (bundle(), State.NONE, []),
    "Bundle without entry": ({"resourceType": "Bundle", "type": "searchset", "total": 0}, State.NONE, []),
    "Epic's empty Bundle": (bundle(outcome("warning"), total=0), State.NONE, []),
    "Bundle with information": (bundle(outcome("information")), State.NONE, []),
    "Bundle with an error": (bundle(outcome("error")), State.FAILED, []),
    "Bundle with an error beside data": (bundle(ORDER, outcome("fatal")), State.PARTIAL, ["m1"]),
    "OperationOutcome in place of a Bundle": (outcome("error"), State.FAILED, []),
    "OperationOutcome of a warning in place of a Bundle": (outcome("warning"), State.FAILED, []),
    "whole": (bundle(ORDER, OTHER, total=2), State.PRESENT, ["m1", "m2"]),
    "whole, of type collection": (bundle(ORDER, type="collection"), State.PRESENT, ["m1"]),
    "first page only": (bundle(ORDER, link=[{"relation": "next", "url": f"{BASE}?p=2"}]), State.PARTIAL, ["m1"]),
    "empty first page": (bundle(link=[{"relation": "next", "url": f"{BASE}?p=2"}]), State.PARTIAL, []),
    "fewer than counted": (bundle(ORDER, total=3), State.PARTIAL, ["m1"]),
    "one resource in place of a Bundle": (ORDER, State.PARTIAL, ["m1"]),
    "another resource": (CONDITION, State.UNPARSED, []),
    "Bundle of others": (bundle(CONDITION), State.UNPARSED, []),
    "text": ("see chart", State.UNPARSED, []),
    "HTML": ("<html>Sign in</html>", State.UNPARSED, []),
    "number": (5, State.UNPARSED, []),
    "list": ([ORDER], State.UNPARSED, []),
    "object without type": ({"entry": []}, State.UNPARSED, []),
    "entry without resource": (
        {"resourceType": "Bundle", "entry": [{"resource": ORDER}, {"fullUrl": "x"}]},
        State.PARTIAL,
        ["m1"],
    ),
    "entry that is no object": ({"resourceType": "Bundle", "entry": [{"resource": ORDER}, 3]}, State.PARTIAL, ["m1"]),
    "resource that is no object": ({"resourceType": "Bundle", "entry": [{"resource": "m1"}]}, State.PARTIAL, []),
    "entry that is no list": ({"resourceType": "Bundle", "entry": "none"}, State.UNPARSED, []),
}

ANSWERS: dict[str, tuple[dict[str, Any], State]] = {
    # what the FHIR server answers -> state when nothing was sent
    "whole": ({"json": bundle(ORDER, OTHER)}, State.PRESENT),
    "empty": ({"json": bundle()}, State.NONE),
    "403": ({"status": 403}, State.FORBIDDEN),
    "500": ({"status": 500}, State.FAILED),
    "HTML": ({"body": "<html/>"}, State.UNPARSED),
    "stale": ({"json": bundle(OTHER), "headers": {"Age": "600"}}, State.STALE),
    "partial": ({"json": bundle(OTHER, total=9)}, State.PARTIAL),
}


def prefetch_of(form: str) -> dict[str, Any]:
    """The prefetch of one form."""
    value = FORMS[form][0]
    return {} if value is ABSENT else {"MedicationRequest": value}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_prefetch_alone(client: FhirClient, form: str) -> None:
    _, state, supplied = FORMS[form]
    result = gathered(client, call(prefetch_of(form)), MEDICATION_REQUESTS)
    assert entry(result).state is state, entry(result)
    assert ids(result) == supplied
    assert bool(entry(result).because) is (state not in {State.PRESENT, State.NONE})


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_prefetch_and_an_answer(
    client: FhirClient, web: responses.RequestsMock, form: str, answer: str
) -> None:
    _, sent_state, sent_ids = FORMS[form]
    played, fetched_state = ANSWERS[answer]
    web.get(f"{BASE}/MedicationRequest", **played)
    result = gathered(client, call(prefetch_of(form), server=BASE), MEDICATION_REQUESTS)
    if sent_state in {State.PRESENT, State.NONE}:
        assert len(web.calls) == 0  # what came whole is not asked for again
        assert (entry(result).state, entry(result).source) == (sent_state, "prefetch")
        return
    assert len(web.calls) == 1
    if fetched_state in {State.PRESENT, State.NONE}:
        assert (entry(result).state, entry(result).source, entry(result).because) == (fetched_state, "fetch", "")
        assert ids(result) == (["m1", "m2"] if fetched_state is State.PRESENT else [])
        return
    has_data = fetched_state in {State.STALE, State.PARTIAL}
    expected = fetched_state if has_data or sent_state is not State.PARTIAL else State.PARTIAL
    assert entry(result).state is expected
    assert ids(result) == (["m2"] if has_data else []) + sent_ids  # what was sent is kept
    assert entry(result).because


def test_all_is_asked_at_once(client: FhirClient, web: responses.RequestsMock) -> None:
    def slow(request: Any) -> tuple[int, dict[str, str], str]:
        time.sleep(0.1)
        resource_type = request.url.split("/")[4].split("?")[0]
        body = {"resourceType": "Patient", "id": "p1"} if resource_type == "Patient" else bundle()
        return 200, {}, json.dumps(body)

    for need in needs.ALL:
        web.add_callback(
            responses.GET, f"{BASE}/{need.query.partition('?')[0].replace('{{context.patientId}}', 'p1')}", slow
        )
    begin = time.monotonic()
    result = gathered(client, call(server=BASE, token="t"), *needs.ALL)
    assert time.monotonic() - begin < 0.6  # one after another it would be 1.7 s
    assert all(e.is_whole for e in result.ledger), list(result.ledger)
    assert {c.request.headers["Authorization"] for c in web.calls} == {"Bearer t"}
    assert len(web.calls) == len(needs.ALL)


def test_what_has_not_come_by_the_deadline_has_failed(client: FhirClient) -> None:
    site = Site(name="demo", any_loopback_fhir=True)
    with server_that(drips_the_body) as base:
        begin = time.monotonic()
        result = gathered(client, call({"Device": bundle()}, server=base), *needs.ALL, site=site, seconds=0.5)
        assert time.monotonic() - begin < 0.8
    assert entry(result, needs.DEVICES).state is State.NONE
    late = [e for e in result.ledger if e.need != "Device"]
    assert {(e.state, e.because) for e in late} == {(State.FAILED, DEADLINE)}


def test_an_exhausted_pool_is_the_deadline_too(web: responses.RequestsMock) -> None:
    narrow = FhirClient(threads=1)
    with server_that(drips_the_body) as base:
        site = Site(name="demo", any_loopback_fhir=True)
        result = gathered(narrow, call(server=base), needs.DEVICES, needs.CONDITIONS, site=site, seconds=0.4)
    narrow.close()
    assert {e.state for e in result.ledger} == {State.FAILED}


@pytest.mark.parametrize(
    "server",
    [
        "https://elsewhere.example.org/r4",
        "https://fhir.example.org/other",
        "https://fhir.example.org@elsewhere.example.org/r4",
        "http://127.0.0.1:8090/fhir",
        "file:///etc/passwd",
    ],
)
def test_a_server_that_the_site_does_not_list_is_never_called(
    client: FhirClient, web: responses.RequestsMock, server: str
) -> None:
    prefetch = {"MedicationRequest": bundle(ORDER, total=2), "Condition": bundle(CONDITION)}
    result = gathered(
        client, call(prefetch, server=server, token="t"), MEDICATION_REQUESTS, needs.CONDITIONS, needs.DEVICES
    )
    assert len(web.calls) == 0
    assert [e.state for e in result.ledger] == [State.PARTIAL, State.PRESENT, State.FORBIDDEN]
    assert ids(result) == ["m1"]
    assert result.incidents


def test_a_listed_server_without_authorization_is_asked_without_a_token(
    client: FhirClient, web: responses.RequestsMock
) -> None:
    web.get(f"{BASE}/MedicationRequest", json=bundle(ORDER))
    result = gathered(client, call(server=f"{BASE}/"), MEDICATION_REQUESTS)
    assert entry(result).state is State.PRESENT
    assert "Authorization" not in web.calls[0].request.headers


def test_plain_http_beyond_loopback_needs_the_sites_leave(client: FhirClient, web: responses.RequestsMock) -> None:
    base = "http://hapi:8080/fhir"
    web.get(f"{base}/MedicationRequest", json=bundle(ORDER))
    refused = gathered(client, call(server=base), MEDICATION_REQUESTS, site=Site(name="a", fhir_servers=(base,)))
    assert (entry(refused).state, len(web.calls)) == (State.FORBIDDEN, 0)
    container = Site(name="a", fhir_servers=(base,), allow_insecure_fhir=True)
    assert entry(gathered(client, call(server=base), MEDICATION_REQUESTS, site=container)).state is State.PRESENT


@pytest.mark.parametrize("base", ["http://127.0.0.1:8090/fhir", "http://localhost:9/x", "http://[::1]:8090/fhir"])
def test_the_demo_site_takes_any_loopback_server(client: FhirClient, web: responses.RequestsMock, base: str) -> None:
    web.get(f"{base}/MedicationRequest", json=bundle(ORDER))
    demo = Site(name="demo", any_loopback_fhir=True)
    assert entry(gathered(client, call(server=base), MEDICATION_REQUESTS, site=demo)).state is State.PRESENT


@pytest.mark.parametrize("server", ["http://127.0.0.1.example.org/fhir", "http://localhost@example.org/fhir"])
def test_what_only_looks_like_loopback_is_not(client: FhirClient, web: responses.RequestsMock, server: str) -> None:
    demo = Site(name="demo", any_loopback_fhir=True)
    assert entry(gathered(client, call(server=server), MEDICATION_REQUESTS, site=demo)).state is State.FORBIDDEN


def test_what_the_site_declares_unsupported_is_not_asked_for(client: FhirClient, web: responses.RequestsMock) -> None:
    site = Site(name="a", fhir_servers=(BASE,), unsupported=frozenset({"MedicationStatement", "MedicationRequest"}))
    what = call({"MedicationRequest": bundle(ORDER)}, server=BASE)
    result = gathered(client, what, MEDICATION_REQUESTS, needs.MEDICATION_STATEMENTS, site=site)
    assert [e.state for e in result.ledger] == [State.UNSUPPORTED, State.UNSUPPORTED]
    assert ids(result) == ["m1"]  # what came is used all the same
    assert len(web.calls) == 0


ALIASES: list[tuple[dict[str, Any], Need, State]] = [
    ({"activeMedications": bundle(ORDER), "endedMedications": bundle(OTHER)}, MEDICATION_REQUESTS, State.PRESENT),
    ({"activeMedications": bundle(), "endedMedications": None}, MEDICATION_REQUESTS, State.NONE),
    ({"activeMedications": bundle(ORDER)}, MEDICATION_REQUESTS, State.PARTIAL),
    ({"activeMedications": bundle(ORDER), "endedMedications": outcome("error")}, MEDICATION_REQUESTS, State.PARTIAL),
    ({"activeMedications": outcome("error")}, MEDICATION_REQUESTS, State.FAILED),
    ({"devices": bundle()}, needs.DEVICES, State.NONE),
    ({"problems": bundle(CONDITION), "encounterDiagnoses": bundle()}, needs.CONDITIONS, State.PRESENT),
    ({"problems": bundle(CONDITION)}, needs.CONDITIONS, State.PARTIAL),
    ({"patient": {"resourceType": "Patient", "id": "p1"}}, needs.PATIENT, State.PRESENT),
    ({"Patient": bundle({"resourceType": "Patient", "id": "p1"})}, needs.PATIENT, State.PRESENT),
    ({"encounter": {"resourceType": "Encounter", "id": "e"}}, needs.ENCOUNTERS, State.PARTIAL),
    ({"vitals": bundle({"resourceType": "Observation", "id": "o"})}, needs.VITALS, State.PRESENT),
    ({"labs": bundle()}, needs.LABS, State.NONE),
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


SELF = f"{BASE}/MedicationRequest?patient=p1"


@pytest.mark.parametrize(
    ("link", "state"),
    [
        (SELF, State.PRESENT),
        (f"{SELF}&_count=50&_sort=-authoredon", State.PRESENT),
        (f"{BASE}/MedicationRequest?subject=Patient%2Fp1", State.PRESENT),
        (f"{SELF}&status=active", State.PARTIAL),
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
    assert len(result.supplied) == 1  # one value, once


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
