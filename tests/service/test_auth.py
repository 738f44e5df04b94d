"""Who may call: the tokens that are let in, for which URL, when, and how often. Refusals: test_auth_refusals.py."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import g
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from cards.hooks import ALL, PATIENT_VIEW
from service.auth import LONGEST_LIFE, SKEW
from service.errors import StoreUnavailable
from service.store import Store
from tests.moment import NOW
from tests.service.callers import (
    DISCOVERY,
    FEEDBACK,
    ISSUER,
    PATH,
    PUBLIC,
    SERVICE,
    app_of,
    bearer,
    by_the_library,
    call,
    claims,
    header,
    is_let_in,
    jwk,
    key_set,
    private_key,
    reason,
    signed,
    token,
)
from tests.service.kit import hook_request

SECONDS = int(NOW.timestamp())


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with tempfile.TemporaryDirectory() as folder:
        yield app_of(Path(folder)).test_client()


# Who is let in


@pytest.mark.parametrize("alg", ["ES256", "ES384", "RS256", "RS384"])
def test_a_proper_token_is_let_in(tmp_path: Path, alg: str) -> None:
    client = app_of(tmp_path, keys=key_set(jwk(private_key(alg), alg=alg))).test_client()

    assert is_let_in(client, signed(header(alg), claims(), alg=alg))


@pytest.mark.parametrize("member", ["alg", "use"])
def test_a_key_without_alg_or_use_is_as_good(tmp_path: Path, member: str) -> None:
    client = app_of(tmp_path, keys=key_set(jwk(private_key(), **{member: ...}))).test_client()

    assert is_let_in(client, token())


def test_a_token_as_an_ehr_s_own_library_makes_it(client: FlaskClient) -> None:
    assert is_let_in(client, by_the_library())


def test_epic_s_further_claims_and_base64_kid_do_no_harm(tmp_path: Path) -> None:
    kid = "a+b/c=="
    client = app_of(tmp_path, keys=key_set(jwk(private_key(), kid))).test_client()
    epic = claims(sub="2b1c", nbf=SECONDS - 300, exp=SECONDS + 900, **{"epic.cdshooks": {"x": 1}})

    assert is_let_in(client, signed(header(kid=kid, x5t="abc"), epic))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_the_scheme_s_case_does_not_matter(client: FlaskClient, scheme: str) -> None:
    assert call(client, f"{scheme} {token()}").status_code == 200


def test_a_jti_need_not_be_a_uuid(client: FlaskClient) -> None:
    assert is_let_in(client, token(jti="f" * 64))
    assert is_let_in(client, token(jti="Schlüssel für heute ✓"))


def test_the_log_says_whose_call_it_was(client: FlaskClient) -> None:
    with capture_logs() as logs, client:
        call(client, f"Bearer {token()}")
        assert g.caller == ISSUER

    assert logs[-1]["site"] == "riverside"
    assert "trust" not in logs[-1]


# When: the clock stands at NOW


@pytest.mark.parametrize(
    ("issued", "expires", "not_before", "word"),
    [
        (0, 300, None, ""),
        (0, 1, None, ""),
        (0, 0, None, "wrong_lifetime"),
        (10, 0, None, "wrong_lifetime"),
        (0, LONGEST_LIFE, None, ""),
        (0, LONGEST_LIFE + 1, None, "wrong_lifetime"),
        (0, 864_000, None, "wrong_lifetime"),
        (-300, -SKEW + 1, None, ""),
        (-300, -SKEW, None, "expired"),
        (-300, -SKEW - 1, None, "expired"),
        (-900, -600, None, "expired"),
        (SKEW, SKEW + 300, None, ""),
        (SKEW + 1, SKEW + 300, None, "not_yet_valid"),
        (3600, 3900, None, "not_yet_valid"),
        (0, 300, -300, ""),
        (0, 300, SKEW, ""),
        (0, 300, SKEW + 1, "not_yet_valid"),
        (-LONGEST_LIFE - SKEW + 1, -SKEW + 1, None, ""),
    ],
)
def test_the_boundaries_of_time(
    client: FlaskClient, issued: int, expires: int, not_before: int | None, word: str
) -> None:
    times = {"iat": SECONDS + issued, "exp": SECONDS + expires}
    made = token(**times, **({} if not_before is None else {"nbf": SECONDS + not_before}))

    if word:
        assert reason(client, f"Bearer {made}") == word
    else:
        assert is_let_in(client, made)


def test_the_clock_that_counts_is_the_app_s(tmp_path: Path) -> None:
    later = NOW + timedelta(days=400)
    client = app_of(tmp_path, clock=lambda: later).test_client()

    assert reason(client, f"Bearer {token()}") == "expired"
    assert is_let_in(client, signed(header(), claims(now=later)))


# For which URL


HOSTILE = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}


@pytest.mark.parametrize(
    ("path", "audience"),
    [
        (PATH, SERVICE),
        (PATH, [SERVICE]),
        (PATH, ["https://other.example", SERVICE]),
        (f"{PATH}/", SERVICE),
        ("/cds-services//baclofen-patient-view", SERVICE),
        (f"{PATH}/feedback", FEEDBACK),
        (f"{PATH}/feedback", SERVICE),
        (f"{PATH}/feedback", [FEEDBACK, SERVICE]),
        ("/cds-services", DISCOVERY),
    ],
)
def test_a_token_for_the_very_endpoint_is_let_in_whatever_the_host_header_says(
    client: FlaskClient, path: str, audience: Any
) -> None:
    assert is_let_in(client, token(audience), path, **HOSTILE)


@pytest.mark.parametrize(
    ("path", "audience"),
    [
        (PATH, PUBLIC),
        (PATH, DISCOVERY),
        (PATH, f"{SERVICE}/"),
        (PATH, f"{SERVICE}?x"),
        (PATH, f"{SERVICE}#x"),
        (PATH, SERVICE.upper()),
        (PATH, SERVICE.replace("https", "http")),
        (PATH, SERVICE.replace("example.org", "example.org:443")),
        (PATH, SERVICE.replace("/cds-services/", "/cds-services//")),
        (PATH, f" {SERVICE}"),
        (PATH, FEEDBACK),
        (PATH, SERVICE.replace("patient-view", "order-sign")),
        (PATH, SERVICE.replace("https://cds.example.org/baclofen", "https://evil.example")),
        (PATH, SERVICE.replace("https://cds.example.org/baclofen", "http://localhost")),
        (PATH, ["https://other.example", PUBLIC]),
        (f"{PATH}/feedback", DISCOVERY),
        (f"{PATH}/feedback", f"{PUBLIC}/cds-services/baclofen-order-sign/feedback"),
        ("/cds-services", SERVICE),
        ("/cds-services", f"{DISCOVERY}/"),
        ("/cds-services", PUBLIC),
    ],
)
def test_a_token_for_any_other_url_is_refused(client: FlaskClient, path: str, audience: Any) -> None:
    for host in ({}, HOSTILE, {"Host": "localhost"}):
        assert not is_let_in(client, token(audience), path, **host)


# How often


def test_a_token_works_once(client: FlaskClient) -> None:
    once = token()

    assert is_let_in(client, once)
    assert reason(client, f"Bearer {once}") == "replayed"
    assert reason(client, f"Bearer {once}", "/cds-services/baclofen-patient-view/feedback") == "replayed"


def test_a_new_token_with_a_used_jti_is_a_replay(client: FlaskClient) -> None:
    assert is_let_in(client, token(jti="again"))
    assert reason(client, f"Bearer {token(jti='again', iat=SECONDS - 1)}") == "replayed"
    assert is_let_in(client, token(jti="again "))


def test_a_token_that_was_refused_is_not_used_up(client: FlaskClient) -> None:
    """Else a stranger who saw a token fly past could spoil it, by showing it at the wrong door."""
    shown = token()

    assert reason(client, f"Bearer {shown}", "/cds-services") == "wrong_audience"
    assert is_let_in(client, shown)


def test_a_token_is_used_up_even_when_the_call_then_fails(client: FlaskClient) -> None:
    shown = bearer(token())

    assert client.post(PATH, data=b"not json", content_type="application/json", headers=shown).status_code == 400
    assert client.post(PATH, json=hook_request(PATIENT_VIEW), headers=shown).status_code == 401


def test_a_token_is_remembered_for_as_long_as_it_could_be_shown_again(tmp_path: Path) -> None:
    """And kept as a hash: a jti may be anything that an EHR thought of."""
    url = f"sqlite:///{tmp_path}/cds.sqlite"
    client = app_of(tmp_path, store=Store(url)).test_client()
    assert is_let_in(client, token(jti="CANARY", exp=SECONDS + 100))

    with closing(sqlite3.connect(tmp_path / "cds.sqlite")) as database:
        ((identity, expires),) = database.execute("select id, expires from jwt_id_seen")
    assert datetime.fromisoformat(expires).replace(tzinfo=UTC) == NOW + timedelta(seconds=100 + SKEW)
    assert len(identity) == 64
    assert "CANARY" not in identity


def test_a_database_that_is_gone_lets_nobody_in(tmp_path: Path) -> None:
    """Whether the token was used before cannot be told: the caller is asked to try again, and gets no cards."""

    class Gone(Store):
        def consume_jwt_id(self, *_arguments: object, **_named: object) -> bool:
            raise StoreUnavailable("the database is gone", headers={"Retry-After": "5"})

    client = app_of(tmp_path, store=Gone("sqlite://")).test_client()

    answer = call(client, f"Bearer {token()}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert call(client, f"Bearer {token(exp=1, iat=0)}").status_code == 401


# Where


def test_no_token_no_look_at_the_body(client: FlaskClient) -> None:
    for body in (b"not json", b"", b"[" * 100_000):
        assert client.post(PATH, data=body, content_type="application/json").status_code == 401
        assert client.post(PATH, data=body, content_type="text/plain").status_code == 401


def test_a_stranger_does_not_learn_which_services_there_are(client: FlaskClient) -> None:
    assert client.post("/cds-services/no-such-service", json={}).status_code == 401
    assert client.post("/cds-services/no-such-service/feedback", json={}).status_code == 401
    known = token(f"{PUBLIC}/cds-services/no-such-service")
    assert client.post("/cds-services/no-such-service", json={}, headers=bearer(known)).status_code == 404


@pytest.mark.parametrize("hook", ALL, ids=lambda hook: hook.name)
def test_every_service_and_its_feedback_ask_for_a_token(client: FlaskClient, hook: Any) -> None:
    for path in (f"/cds-services/{hook.service_id}", f"/cds-services/{hook.service_id}/feedback"):
        assert client.post(path, json=hook_request(hook)).status_code == 401
        assert client.post(path.replace("services/", "services//"), json=hook_request(hook)).status_code == 401
    shown = bearer(token(f"{PUBLIC}/cds-services/{hook.service_id}"))
    assert client.post(f"/cds-services/{hook.service_id}", json=hook_request(hook), headers=shown).status_code == 200


def test_discovery_asks_for_a_token(client: FlaskClient) -> None:
    assert client.get("/cds-services").status_code == 401
    assert client.head("/cds-services").status_code == 401
    assert len(client.get("/cds-services", headers=bearer(token(DISCOVERY))).json["services"]) == len(ALL)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/handout/baclofen", "/static/page.css"])
def test_what_is_for_everybody_needs_none(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (200, 404)


@pytest.mark.parametrize("path", ["/cds-services", PATH, f"{PATH}/feedback"])
def test_a_preflight_has_no_token(client: FlaskClient, path: str) -> None:
    assert client.options(path).status_code == 200
