"""Nothing of a chart, a token or a JWT in any output: canaries are planted everywhere, and every output is searched.

`serve` as a process with tokens, two workers' worth of outputs: its log at DEBUG, standard output, /metrics, answers
that are errors, every URL in a card, and all files of the database. The comment of a clinician is the one exception;
what a site does with it is its policy.
"""

import json
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
from tests.service.kit import hook_request
from tests.service.processes import Running, running

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
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "riverside.json").write_bytes(key_set(jwk(private_key())))
    (folder / "sites.toml").write_text(SITES, "utf-8")
    more = {"SITES": str(folder / "sites.toml"), "DATABASE_URL": f"sqlite:///{folder}/cds.sqlite", "LOG_LEVEL": "DEBUG"}
    with running(folder, "serve", "--port", "0", **more) as server:
        yield server


def post(server: Running, hook: Hook, body: Any, *, path: str = "", **claimed: Any) -> requests.Response:
    """One call with a token whose own fields are canaries, too."""
    url = f"{server.url}/cds-services/{hook.service_id}{path}"
    wanted = {"jti": f"{CANARY}{uuid.uuid4()}", "sub": CANARY, "tenant": CANARY, **claimed}
    audience = wanted.pop("aud", url)
    token = signed(header(), claims(audience, now=datetime.now(UTC), **wanted))
    return requests.post(url, json=body, headers={**bearer(token), "X-Request-Id": CANARY}, timeout=20)


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


def outputs(server: Running) -> dict[str, str]:
    """Everything that the service wrote anywhere, except the cards themselves."""
    files = [server.log, *server.log.parent.glob("cds.sqlite*")]
    return {
        "metrics": requests.get(f"{server.url}/metrics", timeout=20).text,
        "stdout": "\n".join(server.lines),
        **{path.name: path.read_bytes().decode("latin-1") for path in files},
    }


def assert_clean(server: Running, answers: Sequence[requests.Response]) -> None:
    """No canary in any output."""
    for answer in answers:
        for name, value in answer.headers.items():
            assert CANARY not in value.lower(), name
        if answer.status_code != 200:
            assert CANARY not in answer.text.lower()
        else:
            for card in answer.json().get("cards", []):
                urls = [card["source"]["url"], *(link["url"] for link in card.get("links", []))]
                assert CANARY not in "".join(urls).lower()
    for place, text in outputs(server).items():
        assert CANARY not in text.lower(), f"{place}: …{excerpt(text)}…"


def excerpt(text: str) -> str:
    """Where it was found."""
    at = text.lower().index(CANARY)
    return text[max(0, at - 150) : at + 30]


@pytest.mark.parametrize("hook", ALL, ids=lambda hook: hook.name)
def test_charts_full_of_canaries_leave_none_behind(served: Running, hook: Hook) -> None:
    answers = [post(served, hook, body) for body in charts(hook)]

    assert {answer.status_code for answer in answers} <= {200, 412}
    assert_clean(served, answers)


def test_the_cards_themselves_do_hold_them(served: Running) -> None:
    """Else the canaries would not have been where they are read, and the test above could not fail."""
    hook = next(one for one in ALL if one.name == "patient-view")
    answers = [post(served, hook, body) for body in charts(hook)]

    assert any(CANARY in json.dumps(answer.json()).lower() for answer in answers)


def test_requests_that_are_refused_are_not_quoted(served: Running) -> None:
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
    assert_clean(served, answers)


def test_tokens_that_are_refused_are_not_quoted(served: Running) -> None:
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
    assert_clean(served, answers)


def test_feedback_leaves_no_token_behind_and_no_error_quotes_it(served: Running) -> None:
    hook = next(one for one in ALL if one.name == "patient-view")
    item = {"card": str(uuid.uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-11-24T10:00:00Z"}
    answers = [
        post(served, hook, {"feedback": [item]}, path="/feedback"),
        post(served, hook, {"feedback": [{**item, "outcome": CANARY}]}, path="/feedback"),
        post(served, hook, {"feedback": [{**item, "card": CANARY}]}, path="/feedback"),
        post(served, hook, {"feedback": CANARY}, path="/feedback"),
    ]

    assert [answer.status_code for answer in answers] == [200, 422, 422, 422]
    assert_clean(served, answers)
