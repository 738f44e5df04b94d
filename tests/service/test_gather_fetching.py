"""How the FHIR server is asked: with whose token, until when, for what, and what is made of a late or odd answer."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from cards import needs
from cards.ledger import State
from cards.needs import DEVICES, LABS, MEDICATION_REQUESTS, OBSERVATIONS, PATIENT, VITALS, Need
from service import gather as gathering_module
from service.fhir import DEADLINE, Answer, FhirClient
from service.gather import MAX_MEDICATION_READS, filled, gather, unresolved_medications
from service.sites import Site
from tests.service.gathering import BASE, LISTED, ORDER, OTHER, bundle, call, entry, ids

Asked = tuple[str, str, str, str, str]


class Noting(FhirClient):
    """Notes what it is asked and answers from a table; what is not there never comes."""

    def __init__(
        self, answers: Mapping[str, Answer], *, not_r4: bool = False, late: Mapping[str, Answer] | None = None
    ) -> None:
        super().__init__(threads=1)
        self.late = late or {}  # what comes a little later
        self.answers = answers
        self.asked: list[Asked] = []
        self.until: list[float] = []
        self.asked_version: list[tuple[str, str, str]] = []
        self.not_r4 = not_r4
        self.pending: list[Future[Answer]] = []

    def submit(self, ask: Any, base: str, query: str, *, token: str, until: float, site: str) -> "Future[Answer]":
        self.asked.append((ask.__name__, base, query, token, site))
        self.until.append(until)
        future: Future[Answer] = Future()
        if query in self.answers:
            future.set_result(self.answers[query])
        else:
            self.pending.append(future)
            seconds = 0.2 if query in self.late else 4.0  # no test waits for the latter; one without an end would
            later = threading.Timer(seconds, self._come, (future, self.late.get(query, present())))
            later.daemon = True
            later.start()
        return future

    def _come(self, future: "Future[Answer]", answer: Answer) -> None:
        with suppress(InvalidStateError):
            future.set_result(answer)

    def is_not_r4(self, base: str, *, token: str = "", until: float, site: str = "") -> bool:
        self.asked_version.append((base, token, site))
        self.until.append(until)
        return self.not_r4


def raws(*resources: Any) -> tuple[msgspec.Raw, ...]:
    return tuple(msgspec.Raw(msgspec.json.encode(one)) for one in resources)


def query_of(need: Need) -> str:
    return filled(need, "p1")


def present(*resources: Any, **more: Any) -> Answer:
    return Answer(state=State.PRESENT if resources else State.NONE, resources=raws(*resources), status=200, **more)


def ask(client: Noting, *wanted: Need, what: Any = None, site: Site = LISTED, seconds: float = 1.0) -> Any:
    return gather(what or call(server=BASE, token="t"), site, wanted, client, until=time.monotonic() + seconds)


def test_each_need_is_asked_for_once_with_the_calls_token_a_little_before_the_deadline() -> None:
    client = Noting({query_of(PATIENT): present({"resourceType": "Patient", "id": "p1"}), query_of(DEVICES): present()})
    begin = time.monotonic()
    result = ask(client, PATIENT, DEVICES, seconds=1.0)
    assert client.asked == [
        ("read", BASE, "Patient/p1", "t", "riverside"),
        ("search", BASE, "Device?patient=p1&_count=200", "t", "riverside"),
    ]
    assert all(begin + 0.949 < until < time.monotonic() + 0.951 for until in client.until)
    assert [(one.state, one.source) for one in result.ledger] == [(State.PRESENT, "fetch"), (State.NONE, "fetch")]
    assert client.asked_version == []


def test_the_slash_at_the_end_of_a_base_is_left_out() -> None:
    client = Noting({query_of(DEVICES): present()})
    ask(client, DEVICES, what=call(server=f"{BASE}/"))
    assert client.asked == [("search", BASE, "Device?patient=p1&_count=200", "", "riverside")]


def test_an_id_adds_no_parameter() -> None:
    assert filled(DEVICES, "a&_count=1/é") == "Device?patient=a%26_count%3D1%2F%C3%A9&_count=200"
    assert filled(PATIENT, "a/b") == "Patient/a%2Fb"


def test_what_never_comes_has_failed_at_the_deadline_and_is_called_off() -> None:
    client = Noting({query_of(DEVICES): present()})
    begin = time.monotonic()
    result = ask(client, DEVICES, MEDICATION_REQUESTS, seconds=0.3)
    assert 0.25 < time.monotonic() - begin < 2
    assert entry(result, DEVICES).state is State.NONE
    assert (entry(result).state, entry(result).because, entry(result).source) == (State.FAILED, DEADLINE, "fetch")
    assert [future.cancelled() for future in client.pending] == [True]


def test_all_that_is_there_ends_the_wait() -> None:
    client = Noting({query_of(DEVICES): present()})
    begin = time.monotonic()
    ask(client, DEVICES, seconds=20)
    assert time.monotonic() - begin < 3


# -- drugs that are only referred to -----------------------------------------------------------------------------------


def named(reference: str, kind: str = "MedicationRequest", **more: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": "m1", "medicationReference": {"reference": reference, **more}}


DRUG = {"resourceType": "Medication", "id": "d1", "code": {"text": "baclofen 10 mg"}}


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        (named("Medication/d1"), ["Medication/d1"]),
        (named("Medication/d1/_history/2"), ["Medication/d1"]),
        (named(f"{BASE}/Medication/d1"), ["Medication/d1"]),
        (named("Medication/d1", "MedicationStatement"), ["Medication/d1"]),
        (named("Medication/d1", "MedicationAdministration"), ["Medication/d1"]),
        (named("Medication/d1", "MedicationDispense"), ["Medication/d1"]),
        (named("Medication/d1", display="baclofen"), []),
        (named("Medication/d1", display="20 mg oral tablet"), ["Medication/d1"]),
        (named("#d1"), []),
        (named("Medication/"), []),
        (named("Medication"), []),
        (named("Device/d1"), []),
        (named("https://elsewhere.example.org/r4/Medication/d1"), []),
        (named("Medication/d1", "Procedure"), []),
        ({"resourceType": "MedicationRequest", "medicationReference": "odd"}, []),
        ({"resourceType": "MedicationRequest", "note": "no medicationReference"}, []),
        (ORDER, []),
    ],
)
def test_which_drug_is_to_be_read(resource: Any, wanted: list[str]) -> None:
    assert unresolved_medications(raws(resource), BASE) == wanted
    assert unresolved_medications(raws(resource, DRUG), BASE) == []


def test_drugs_are_read_once_each_and_not_without_end() -> None:
    many = [named(f"Medication/d{n}") for n in range(30)]
    wanted = unresolved_medications(raws(*many, *many), BASE)
    assert wanted == [f"Medication/d{n}" for n in range(MAX_MEDICATION_READS)]
    assert MAX_MEDICATION_READS == 20
    other = {**DRUG, "id": "other"}
    assert unresolved_medications(raws(named("Medication/d1"), other), BASE) == ["Medication/d1"]


def test_a_drug_is_read_when_all_orders_are_there_and_comes_with_the_chart() -> None:
    statements = needs.MEDICATION_STATEMENTS
    client = Noting(
        {
            query_of(MEDICATION_REQUESTS): present(named("Medication/d1")),
            query_of(statements): present(named("Medication/d2", "MedicationStatement")),
            query_of(DEVICES): present(),
            "Medication/d1": present(DRUG),
            "Medication/d2": Answer(state=State.FAILED, because="gone", status=410),
        }
    )
    result = ask(client, MEDICATION_REQUESTS, statements, DEVICES)
    assert sorted(one for one in client.asked if one[2].startswith("Medication/")) == [
        ("read", BASE, "Medication/d1", "t", "riverside"),
        ("read", BASE, "Medication/d2", "t", "riverside"),
    ]
    assert [bytes(one.raw) for one in result.supplied if one.need == ""] == [bytes(*raws(DRUG))]
    assert entry(result).state is State.PRESENT


def test_orders_are_waited_for_before_their_drugs_are_asked_for() -> None:
    orders = {query_of(MEDICATION_REQUESTS): present(named("Medication/d1"))}
    client = Noting({"Medication/d1": present(DRUG), query_of(DEVICES): present()}, late=orders)
    result = ask(client, MEDICATION_REQUESTS, DEVICES, seconds=2.0)
    assert [bytes(one.raw) for one in result.supplied if one.need == ""] == [bytes(*raws(DRUG))]


def test_nothing_else_is_waited_for_before_drugs_are_asked_for() -> None:
    orders = {query_of(MEDICATION_REQUESTS): present(named("Medication/d1"))}
    client = Noting({}, late={**orders, "Medication/d1": present(DRUG)})
    result = ask(client, MEDICATION_REQUESTS, DEVICES, seconds=1.5)  # the devices never come
    assert [bytes(one.raw) for one in result.supplied if one.need == ""] == [bytes(*raws(DRUG))]
    assert [one.state for one in result.ledger] == [State.PRESENT, State.FAILED]


@pytest.mark.parametrize("place", ["prefetch", "included", "draft"])
def test_drugs_are_looked_for_wherever_an_order_stands(place: str) -> None:
    order = named("Medication/d1")
    inside = {"resourceType": "Bundle", "entry": [{"resource": {**ORDER, "id": "x"}}]}
    answers = {query_of(DEVICES): present(), "Medication/d1": present(DRUG)}
    what = call({"MedicationRequest": bundle(order)}, server=BASE)
    if place == "included":
        what = call({"MedicationRequest": inside, "odd": bundle(DRUG)}, server=BASE)
    if place == "draft":
        what = call({"MedicationRequest": bundle()}, server=BASE, drafts=(order,))
    client = Noting(answers)
    result = ask(client, MEDICATION_REQUESTS, DEVICES, what=what)
    drugs = [one for one in result.supplied if b'"Medication"' in bytes(one.raw)]
    assert len(drugs) == 1
    assert len(client.asked) == (1 if place == "included" else 2)


def test_a_drug_that_is_answered_along_is_not_read() -> None:
    answer = present(named("Medication/d1"), included=raws(DRUG))
    client = Noting({query_of(MEDICATION_REQUESTS): answer})
    result = ask(client, MEDICATION_REQUESTS)
    assert len(client.asked) == 1
    assert [bytes(one.raw) for one in result.supplied if one.need == ""] == [bytes(*raws(DRUG))]


def test_an_order_that_is_answered_along_names_a_drug_too() -> None:
    answer = present(ORDER, included=raws(named("Medication/d1", "MedicationDispense")))
    client = Noting({query_of(MEDICATION_REQUESTS): answer, "Medication/d1": present(DRUG)})
    ask(client, MEDICATION_REQUESTS)
    assert client.asked[1][2] == "Medication/d1"


def test_a_drug_that_is_sent_along_is_not_read() -> None:
    client = Noting({query_of(DEVICES): present()})
    what = call({"MedicationRequest": bundle(named("Medication/d1")), "odd": bundle(DRUG)}, server=BASE)
    ask(client, MEDICATION_REQUESTS, DEVICES, what=what)
    assert len(client.asked) == 1


def test_a_drug_that_never_comes_costs_the_deadline_and_nothing_else() -> None:
    client = Noting({query_of(MEDICATION_REQUESTS): present(named("Medication/d1"), OTHER)})
    result = ask(client, MEDICATION_REQUESTS, seconds=0.3)
    assert entry(result).state is State.PRESENT
    assert ids(result) == ["m1", "m2"]
    assert [one for one in result.supplied if one.need == ""] == []


# -- which version the server speaks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "speaks_other", "is_asked"),
    [(404, True, True), (404, False, True), (500, True, False), (0, True, False)],
)
def test_a_server_without_orders_is_asked_for_its_version(status: int, speaks_other: bool, is_asked: bool) -> None:
    client = Noting(
        {query_of(MEDICATION_REQUESTS): Answer(state=State.FAILED, because="x", status=status)}, not_r4=speaks_other
    )
    begin = time.monotonic()
    result = ask(client, MEDICATION_REQUESTS)
    assert client.asked_version == ([(BASE, "t", "riverside")] if is_asked else [])
    assert result.not_r4 is (speaks_other and is_asked)
    assert all(begin + 0.949 < until < time.monotonic() + 0.951 for until in client.until)


def test_another_need_that_is_not_found_says_nothing_of_the_version() -> None:
    client = Noting({query_of(DEVICES): Answer(state=State.FAILED, because="x", status=404)}, not_r4=True)
    assert not ask(client, DEVICES).not_r4
    assert client.asked_version == []


def test_an_answer_of_another_version_is_enough() -> None:
    client = Noting(
        {
            query_of(MEDICATION_REQUESTS): Answer(state=State.FAILED, because="x", status=404),
            query_of(DEVICES): present(not_r4=True),
        }
    )
    assert ask(client, MEDICATION_REQUESTS, DEVICES).not_r4
    assert client.asked_version == []


@pytest.mark.parametrize("place", ["prefetch", "draft"])
def test_a_client_of_another_version_is_asked_for_nothing(place: str) -> None:
    old = {"resourceType": "MedicationOrder", "id": "x"}
    client = Noting({})
    sent = {"Condition": bundle(), "Device": {"resourceType": "OperationOutcome"}}
    what = call(sent | ({"MedicationRequest": bundle(old)} if place == "prefetch" else {}), server=BASE,
                drafts=(old,) if place == "draft" else ())  # fmt: skip
    result = ask(client, MEDICATION_REQUESTS, needs.CONDITIONS, DEVICES, what=what)
    assert client.asked == []
    assert result.not_r4
    assert entry(result, needs.CONDITIONS).state is State.NONE
    assert entry(result, needs.CONDITIONS).because == ""
    assert entry(result, DEVICES).because == "an OperationOutcome came in place of the Bundle"
    assert entry(result).because


def test_of_a_client_of_another_version_a_need_without_a_reason_gets_one() -> None:
    have = gathering_module.Have(state=State.PARTIAL)
    told = gathering_module._other_version(have)
    assert told.because == "the client speaks another version of FHIR than R4"


# -- incidents, sites, supersets ---------------------------------------------------------------------------------------


def test_incidents_are_told_once_and_in_order() -> None:
    client = Noting(
        {
            query_of(DEVICES): Answer(state=State.FAILED, incident="b"),
            query_of(MEDICATION_REQUESTS): Answer(state=State.FAILED, incident="b"),
            query_of(PATIENT): Answer(state=State.FAILED, incident="a"),
            query_of(LABS): Answer(state=State.FAILED),
        }
    )
    assert ask(client, DEVICES, MEDICATION_REQUESTS, PATIENT, LABS).incidents == ("a", "b")


def test_an_incident_in_reading_a_drug_is_one_of_the_call() -> None:
    client = Noting(
        {query_of(MEDICATION_REQUESTS): Answer(state=State.PRESENT, resources=raws(named("Medication/d1"))),
         "Medication/d1": Answer(state=State.FORBIDDEN, incident="astray")},
    )  # fmt: skip
    assert ask(client, MEDICATION_REQUESTS).incidents == ("astray",)


@pytest.mark.parametrize(
    ("server", "site", "because"),
    [
        ("", LISTED, "the EHR did not send it: the site must add it to the prefetch"),
        ("https://other.example.org/r4", LISTED, "the FHIR server was not asked: the site does not list it: "
         "the operator must add it to fhir_servers, if it is right"),
        ("file:///x", LISTED, "the FHIR server was not asked: it is no http or https address"),
        ("http://fhir.example.org/r4", Site(name="a", fhir_servers=("http://fhir.example.org/r4",)),
         "the FHIR server was not asked: plain http beyond loopback: the site must use https"),
        ("http://127.0.0.1:9/x", LISTED, "the FHIR server was not asked: the site does not list it: "
         "the operator must add it to fhir_servers, if it is right"),
        ("https://10.0.0.7/x", Site(name="a", any_loopback_fhir=True), "the FHIR server was not asked: the site does "
         "not list it: the operator must add it to fhir_servers, if it is right"),
    ],
)  # fmt: skip
def test_why_a_server_is_not_asked(server: str, site: Site, because: str) -> None:
    client = Noting({})
    result = ask(client, DEVICES, MEDICATION_REQUESTS, what=call({"MedicationRequest": bundle(ORDER, total=2)},
                 server=server), site=site)  # fmt: skip
    assert client.asked == []
    told = entry(result, DEVICES)
    assert (told.because, told.source) == (because, "")
    assert told.state is (State.FORBIDDEN if server else State.NOT_PROVIDED)
    part = entry(result)
    assert (part.state, part.source) == (State.PARTIAL, "prefetch")
    counted = "the EHR counts 2 entries and sent 1"
    assert part.because == (f"{counted}; {because}" if server else counted)
    assert not result.not_r4
    refusal = because.removeprefix("the FHIR server was not asked: ")
    assert result.incidents == ((f"the call's fhirServer was not used: {refusal}",) if server else ())


@pytest.mark.parametrize(
    ("base", "site"),
    [
        ("http://127.0.0.1:9/x", Site(name="a", any_loopback_fhir=True)),
        ("http://localhost:9/x", Site(name="a", fhir_servers=("http://localhost:9/x",))),
        ("http://[::1]:9/x", Site(name="a", any_loopback_fhir=True)),
        ("http://hapi:8080/fhir", Site(name="a", fhir_servers=("http://hapi:8080/fhir",), allow_insecure_fhir=True)),
        ("https://FHIR.example.org:443/r4/", LISTED),
        ("https://fhir.example.org/X", Site(name="a", fhir_servers=("https://fhir.example.org/X",))),
    ],
)
def test_which_servers_are_asked(base: str, site: Site) -> None:
    client = Noting({query_of(DEVICES): present()})
    assert entry(ask(client, DEVICES, what=call(server=base), site=site), DEVICES).state is State.NONE
    assert client.asked[0][1] == base.rstrip("/")


def test_what_failed_in_the_prefetch_and_is_not_asked_for_has_no_source() -> None:
    what = call({"Device": {"resourceType": "OperationOutcome"}}, server="https://other.example.org/r4")
    told = entry(ask(Noting({}), DEVICES, what=what), DEVICES)
    assert (told.state, told.source) == (State.FORBIDDEN, "")


def observation(identity: str) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": identity}


@pytest.mark.parametrize("key", [VITALS, LABS], ids=lambda need: need.key)
def test_what_stands_among_all_observations_is_not_asked_for(key: Need) -> None:
    client = Noting({})
    result = ask(client, OBSERVATIONS, key, what=call({"Observation": bundle(observation("o1"))}, server=BASE))
    assert client.asked == []
    told = entry(result, key)
    assert (told.state, told.source, told.because) == (State.PRESENT, "prefetch", "read with the observations")


@pytest.mark.parametrize("key", [VITALS, LABS], ids=lambda need: need.key)
def test_all_observations_mend_a_part_that_failed(key: Need) -> None:
    failed = Answer(state=State.FAILED, because="x")
    client = Noting({query_of(OBSERVATIONS): present(), query_of(key): failed})
    told = entry(ask(client, OBSERVATIONS, key), key)
    assert (told.state, told.source, told.because) == (State.NONE, "fetch", "read with the observations")
    client = Noting({query_of(OBSERVATIONS): failed, query_of(key): present(observation("o1"))})
    result = ask(client, OBSERVATIONS, key)
    assert (entry(result, key).state, entry(result, key).because) == (State.PRESENT, "")
    assert entry(result, OBSERVATIONS).state is State.FAILED


def test_a_whole_part_keeps_its_own_words() -> None:
    client = Noting({query_of(OBSERVATIONS): present(observation("o1")), query_of(VITALS): present(observation("o1"))})
    told = entry(ask(client, OBSERVATIONS, VITALS), VITALS)
    assert (told.state, told.because) == (State.PRESENT, "")


# -- what was sent, and what was answered ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "answer", "state", "because", "held", "source"),
    [
        (bundle(ORDER, total=2), Answer(state=State.FAILED, because="late"), State.PARTIAL,
         "the EHR counts 2 entries and sent 1; then: late", ["m1"], "prefetch"),
        (bundle(ORDER, total=2), Answer(state=State.STALE, because="old"), State.STALE, "old", ["m1"], "fetch"),
        (bundle(ORDER, total=2), Answer(state=State.PARTIAL, because="half", resources=raws(OTHER)), State.PARTIAL,
         "half", ["m2", "m1"], "fetch"),
        (bundle(ORDER, total=2), Answer(state=State.STALE, because="old", resources=raws(ORDER)), State.STALE, "old",
         ["m1"], "fetch"),
        (bundle(ORDER, total=2), present(ORDER, OTHER), State.PRESENT, "", ["m1", "m2"], "fetch"),
        (bundle(ORDER, total=2), present(OTHER), State.PARTIAL,
         "the FHIR server's answer lacks what the EHR sent along", ["m2", "m1"], "fetch"),
        ("<html>", Answer(state=State.FAILED, because="late"), State.FAILED,
         "late (prefetch: HTML or XML came in place of JSON)", [], "fetch"),
        ({"resourceType": "OperationOutcome"}, Answer(state=State.FORBIDDEN, because="no"), State.FORBIDDEN,
         "no (prefetch: an OperationOutcome came in place of the Bundle)", [], "fetch"),
        (..., Answer(state=State.FORBIDDEN, because="no"), State.FORBIDDEN, "no", [], "fetch"),
        (..., Answer(state=State.FAILED, because="no", resources=raws(OTHER)), State.FAILED, "no", ["m2"], "fetch"),
    ],
)  # fmt: skip
def test_both_together(sent: Any, answer: Answer, state: State, because: str, held: list[str], source: str) -> None:
    client = Noting({query_of(MEDICATION_REQUESTS): answer})
    prefetch = {} if sent is ... else {"MedicationRequest": sent}
    result = ask(client, MEDICATION_REQUESTS, what=call(prefetch, server=BASE))
    told = entry(result)
    assert (told.state, told.because, told.source) == (state, because, source)
    assert ids(result) == held


def test_a_vital_sign_that_was_sent_need_not_be_among_the_results_and_a_lost_one_is_missed() -> None:
    """Resources of one type are known from every answer of that type, and from what came whole; nothing else."""
    what = call({"ObservationVitalSigns": bundle(observation("o1")), "obs": bundle(observation("o2"))}, server=BASE)
    client = Noting({query_of(LABS): present(observation("o2"))})
    result = ask(client, VITALS, LABS, what=what)
    assert [(one.need, one.state) for one in result.ledger] == [
        (VITALS.key, State.PRESENT), (LABS.key, State.PRESENT),
    ]  # fmt: skip
    client = Noting({query_of(LABS): present()})
    assert entry(ask(client, VITALS, LABS, what=what), LABS).state is State.NONE
    client = Noting({query_of(LABS): present(observation("o9"))})
    what = call({"obs": bundle(observation("o2"))}, server=BASE)
    assert entry(ask(client, LABS, what=what), LABS).state is State.PARTIAL


def test_a_resource_without_an_id_is_never_known() -> None:
    nameless = {"resourceType": "MedicationRequest"}
    client = Noting({query_of(MEDICATION_REQUESTS): present(nameless)})
    result = ask(client, MEDICATION_REQUESTS, what=call({"MedicationRequest": bundle(nameless, total=2)}, server=BASE))
    assert entry(result).state is State.PARTIAL


def test_what_the_site_lacks_is_told_as_declared() -> None:
    client = Noting({query_of(DEVICES): present()})
    site = Site(name="a", fhir_servers=(BASE,), unsupported=frozenset({"MedicationRequest"}))
    result = ask(client, MEDICATION_REQUESTS, DEVICES, what=call({"MedicationRequest": bundle(ORDER)}, server=BASE),
                 site=site)  # fmt: skip
    told = entry(result)
    assert (told.state, told.source) == (State.UNSUPPORTED, "prefetch")
    assert told.because == "the site declares that its EHR has no MedicationRequest"
    assert entry(result, DEVICES).state is State.NONE


def test_one_value_that_answers_two_needs_goes_out_once() -> None:
    client = Noting({})
    what = call({"odd": bundle(observation("o1"))})
    result = ask(client, VITALS, LABS, what=what)
    assert [(one.need, msgspec.json.decode(one.raw)) for one in result.supplied] == [(VITALS.key, observation("o1"))]
