"""Nothing of a chart, a token or a JWT in any output: canaries are planted everywhere, and every output is searched.

`serve` as a process with tokens, two workers' worth of outputs: its log at DEBUG, standard output, /metrics, answers
that are errors, every URL in a card, all files of the database, and the spans that a collector gets. The comment of a
clinician is the one exception; what a site does with it is its policy.
"""

import itertools
import json
import socket
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from cards.hooks import ALL, Hook
from cards.rule import needs_of
from service.stories import prefetch_of, story
from tests.service.callers import ISSUER, bearer, claims, header, jwk, key_set, private_key, signed
from tests.service.collector import Collector, collecting
from tests.service.fhir_faults import server_that
from tests.service.kit import hook_request
from tests.service.processes import Running, running, until

CANARY = "canaryzq"  # letters alone: no reader drops it, in no language
STORIES = (
    "missed-refill-fever-and-rigidity",
    "stopped-yesterday-without-a-taper",
    "newborn-of-mother-on-baclofen",
    "kidneys-failed-on-regular-baclofen",
)
KEEP = {"resourceType", "status", "system", "code", "unit", "intent", "mode", "type", "gender", "valueDateTime"}
SITES = f"""
[sites.riverside]
issuers = ["{ISSUER}"]
jwks_file = "riverside.json"
timezone = "America/Chicago"
missing_data = "card"
"""
TOKEN = {"access_token": CANARY, "token_type": "Bearer", "expires_in": 300, "scope": CANARY, "subject": CANARY}


def planted(node: Any, name: str = "", *, everywhere: bool = False) -> Any:
    """A copy with a canary in each string, except where the chart would then mean nothing to anybody."""
    if isinstance(node, str):
        is_meant = name in KEEP or name.lower().endswith(("date", "time", "start", "end")) or node[:4].isdigit()
        if everywhere:
            return node if name == "resourceType" else f"{CANARY}{node}"
        if is_meant:
            return node
        if name in ("reference", "id"):
            return f"{node}{CANARY}"
        return f"{node} {CANARY}"
    if isinstance(node, Mapping):
        return {key: planted(value, key, everywhere=everywhere) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [planted(item, name, everywhere=everywhere) for item in node]
    return node


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def fhir_answers() -> list[bytes]:
    """What a FHIR server full of canaries sends, right and wrong, one after the other."""
    order = {"resourceType": "MedicationRequest", "id": CANARY, "subject": {"reference": f"Patient/{CANARY}"}}
    entries = [{"resource": order}]
    searchset = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    elsewhere = {**searchset, "link": [{"relation": "next", "url": f"https://{CANARY}.example/{CANARY}"}]}
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": CANARY}]}
    bodies = [
        *((f"200 {CANARY}", json.dumps(body).encode()) for body in (searchset, elsewhere, outcome, CANARY, [CANARY])),
        (f"200 {CANARY}", CANARY.encode()),
        (f"302 {CANARY}", b""),
        *((f"{status} {CANARY}", CANARY.encode()) for status in (400, 401, 403, 404, 410, 429, 500, 503)),
    ]
    return [
        f"HTTP/1.1 {status}\r\nLocation: https://{CANARY}.example/\r\nContent-Type: application/json; {CANARY}\r\n"
        f"X-{CANARY}: {CANARY}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
        for status, body in bodies
    ]


@pytest.fixture(scope="module")
def fhir() -> Iterator[str]:
    answers = itertools.cycle(fhir_answers())

    def act(connection: socket.socket) -> None:
        connection.sendall(next(answers))

    with server_that(act) as base:
        yield base


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, collector: Collector, fhir: str) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "riverside.json").write_bytes(key_set(jwk(private_key())))
    (folder / "sites.toml").write_text(f'{SITES}fhir_servers = ["{fhir}"]\n', "utf-8")
    more = {"SITES": str(folder / "sites.toml"), "DATABASE_URL": f"sqlite:///{folder}/cds.sqlite", "LOG_LEVEL": "DEBUG"}
    with running(folder, "serve", "--port", "0", **more, **collector.variables) as server:
        yield server


def post(server: Running, hook: Hook, body: Any, *, path: str = "", **claimed: Any) -> requests.Response:
    """One call with a token whose own fields are canaries, too."""
    url = f"{server.url}/cds-services/{hook.service_id}{path}"
    wanted = {"jti": f"{CANARY}{uuid.uuid4()}", "sub": CANARY, "tenant": CANARY, **claimed}
    audience = wanted.pop("aud", url)
    token = signed(header(), claims(audience, now=datetime.now(UTC), **wanted))
    return requests.post(url, json=body, headers={**bearer(token), **traced(), "X-Request-Id": CANARY}, timeout=20)


def traced() -> dict[str, str]:
    """The headers of a caller with a trace of its own, and with canaries where it may say more."""
    return {
        "traceparent": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01",
        "tracestate": f"{CANARY}={CANARY}",
        "baggage": f"{CANARY}={CANARY}",
    }


def charts(hook: Hook) -> Iterator[dict[str, Any]]:
    """Requests of this hook over canaried charts, readable and not."""
    now = datetime.now(UTC)
    for name in STORIES:
        patient = f"p1{CANARY}"
        resources = story(name).resources(now, patient)
        for everywhere in (False, True):
            prefetch = prefetch_of([planted(r, everywhere=everywhere) for r in resources], needs_of(hook.name))
            body = hook_request(hook, prefetch=prefetch)
            body["context"] |= {"patientId": patient, "userId": f"Practitioner/{CANARY}", "encounterId": CANARY}
            yield body


def outputs(server: Running, collector: Collector) -> dict[str, str]:
    """Everything that the service wrote anywhere, except the cards themselves."""
    files = [server.log, *server.log.parent.glob("cds.sqlite*")]
    return {
        "metrics": requests.get(f"{server.url}/metrics", timeout=20).text,
        "stdout": "\n".join(server.lines),
        "spans": collector.text(),
        **{path.name: path.read_bytes().decode("latin-1") for path in files},
    }


def assert_clean(server: Running, collector: Collector, answers: Sequence[requests.Response]) -> None:
    """No canary in any output, once the spans of these calls are among them."""
    sent = [answer.request.headers.get("traceparent", "") for answer in answers]
    wanted = {header.split("-")[1] for header in sent if header}
    until(lambda: wanted <= {span.trace for span in collector.spans() if span.kind == "server"}, 30)
    for answer in answers:
        for name, value in answer.headers.items():
            assert CANARY not in value.lower(), name
        if answer.status_code != 200:
            assert CANARY not in answer.text.lower()
        else:
            for card in answer.json().get("cards", []):
                urls = [card["source"]["url"], *(link["url"] for link in card.get("links", []))]
                assert CANARY not in "".join(urls).lower()
    for place, text in outputs(server, collector).items():
        assert CANARY not in text.lower(), f"{place}: …{excerpt(text)}…"


def excerpt(text: str) -> str:
    """Where it was found."""
    at = text.lower().index(CANARY)
    return text[max(0, at - 150) : at + 30]


@pytest.mark.parametrize("hook", ALL, ids=lambda hook: hook.name)
def test_charts_full_of_canaries_leave_none_behind(served: Running, collector: Collector, hook: Hook) -> None:
    answers = [post(served, hook, body) for body in charts(hook)]

    assert {answer.status_code for answer in answers} <= {200, 412}
    assert_clean(served, collector, answers)


def test_the_cards_themselves_do_hold_them(served: Running) -> None:
    """Else the canaries would not have been where they are read, and the test above could not fail."""
    hook = next(one for one in ALL if one.name == "patient-view")
    answers = [post(served, hook, body) for body in charts(hook)]

    assert any(CANARY in json.dumps(answer.json()).lower() for answer in answers)


def test_a_fhir_server_full_of_canaries_leaves_none_behind(served: Running, collector: Collector, fhir: str) -> None:
    """The patient's id is in every address, the token in every request, and everything that comes back is odd."""
    answers = []
    for hook in ALL:
        body = hook_request(hook, prefetch={}, fhirServer=fhir, fhirAuthorization=TOKEN)
        body["context"] |= {"patientId": CANARY, "userId": f"Practitioner/{CANARY}", "encounterId": CANARY}
        answers.append(post(served, hook, body))

    assert {answer.status_code for answer in answers} == {200}
    assert_clean(served, collector, answers)
    searches = [span for span in collector.spans() if span.name.startswith("FHIR ")]
    assert {span.attributes["error.type"] for span in searches if span.is_error} >= {"failed", "forbidden", "partial"}


def test_requests_that_are_refused_are_not_quoted(served: Running, collector: Collector) -> None:
    hook = next(one for one in ALL if one.name == "patient-view")
    good = hook_request(hook, prefetch={})
    bad: list[Any] = [
        {**good, "hook": CANARY},
        {**good, "hookInstance": CANARY},
        {**good, "context": {**good["context"], "patientId": f"{CANARY}/../x"}},
        {**good, "context": {**good["context"], "userId": CANARY}},
        {**good, "context": CANARY},
        {**good, "prefetch": CANARY},
        {**good, "prefetch": {CANARY: CANARY}},
        {**good, "fhirServer": f"ftp://{CANARY}"},
        {**good, "fhirServer": f"https://{CANARY}.example/fhir"},
        {**good, "fhirAuthorization": {"access_token": CANARY}},
        {CANARY: CANARY},
        [CANARY],
        CANARY,
    ]
    answers = [post(served, hook, body) for body in bad]

    assert {answer.status_code for answer in answers} <= {200, 412, 422}
    assert_clean(served, collector, answers)


def test_tokens_that_are_refused_are_not_quoted(served: Running, collector: Collector) -> None:
    hook = next(one for one in ALL if one.name == "patient-view")
    body = hook_request(hook, prefetch={})
    wrong: list[dict[str, Any]] = [{"iss": CANARY}, {"aud": CANARY}, {"exp": CANARY}, {"jti": [CANARY]}]
    answers = [post(served, hook, body, **claimed) for claimed in wrong]
    url = f"{served.url}/cds-services/{hook.service_id}"
    for authorization in (f"Bearer {CANARY}", f"Basic {CANARY}", f"Bearer {CANARY}.{CANARY}.{CANARY}"):
        answers.append(requests.post(url, json=body, headers={"Authorization": authorization}, timeout=20))
    answers.append(requests.get(f"{served.url}/{CANARY}?token={CANARY}", timeout=20))
    answers.append(requests.post(f"{served.url}/cds-services/{CANARY}", json=body, timeout=20))

    assert {answer.status_code for answer in answers} == {401, 404}
    assert_clean(served, collector, answers)


def test_feedback_leaves_no_token_behind_and_no_error_quotes_it(served: Running, collector: Collector) -> None:
    hook = next(one for one in ALL if one.name == "patient-view")
    item = {"card": str(uuid.uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-11-24T10:00:00Z"}
    answers = [
        post(served, hook, {"feedback": [item]}, path="/feedback"),
        post(served, hook, {"feedback": [{**item, "outcome": CANARY}]}, path="/feedback"),
        post(served, hook, {"feedback": [{**item, "card": CANARY}]}, path="/feedback"),
        post(served, hook, {"feedback": CANARY}, path="/feedback"),
    ]

    assert [answer.status_code for answer in answers] == [200, 422, 422, 422]
    assert_clean(served, collector, answers)
