"""Key sets over real HTTP: what the service fetches, what it never does, and what a hostile host can do to it."""

import gzip
import http.server
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from service import GATE, build_app
from service.config import Config
from service.errors import ConfigError
from service.jwk import MAX_BYTES
from service.keys import PATIENCE, Unread, fetch, open_key_sets
from service.parts import Parts
from service.published_keys import SANDBOX_ISSUER, SANDBOX_JKU, SANDBOX_JWK
from service.sites import read_sites
from tests.service.callers import (
    KID,
    KeyServer,
    app_of,
    bearer,
    call,
    claims,
    header,
    is_let_in,
    jwk,
    key_set,
    parts_of,
    private_key,
    publishing,
    reason,
    signed,
    token,
    with_jku,
)
from tests.service.fhir_faults import breaks_off, drips_the_body, drips_the_headers, hangs_up, says_nothing, server_that
from tests.service.kit import told

Request = http.server.BaseHTTPRequestHandler


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with publishing(jwk(private_key(), alg="ES384")) as server:
        yield server


def read(jku: str) -> bytes:
    return fetch(jku, time.monotonic() + PATIENCE)


def test_a_key_set_is_fetched_once_for_many_calls(tmp_path: Path, server: KeyServer) -> None:
    client = app_of(tmp_path, with_jku(server.jku)).test_client()
    assert server.asked == []  # nothing is started by making an app

    assert all(is_let_in(client, token()) for _ in range(5))
    assert all(is_let_in(client, signed(header(jku=server.jku), claims())) for _ in range(5))
    assert server.asked == ["/jwks.json"]


def test_serve_reads_the_sets_before_it_takes_calls(tmp_path: Path, server: KeyServer) -> None:
    app = app_of(tmp_path, with_jku(server.jku))
    app.extensions[GATE].prepare()

    assert server.asked == ["/jwks.json"]
    assert is_let_in(app.test_client(), token())
    assert server.asked == ["/jwks.json"]


def test_a_jku_in_the_header_is_never_fetched_unless_it_is_configured(tmp_path: Path, server: KeyServer) -> None:
    """The rogue server would publish the thief's key, and the token is signed with it."""
    thief = private_key("ES384", "thief")
    with publishing(jwk(thief)) as rogue:
        client = app_of(tmp_path, with_jku(server.jku)).test_client()
        for jku in (rogue.jku, f"{server.jku}@{rogue.jku}", f"http://127.0.0.1:{rogue.port}/", server.jku.upper()):
            assert reason(client, f"Bearer {signed(header(jku=jku), claims(), thief)}") == "unlisted_jku"

        assert rogue.asked == []
        assert server.asked == []


@pytest.mark.parametrize("jku", ["file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "not a url", ""])
def test_no_jku_of_a_token_leads_anywhere(tmp_path: Path, server: KeyServer, jku: str) -> None:
    client = app_of(tmp_path, with_jku(server.jku)).test_client()

    assert reason(client, f"Bearer {signed(header(jku=jku), claims())}") == "unlisted_jku"
    assert server.asked == []


def test_a_key_that_another_of_the_site_s_sets_has_is_not_found_in_this_one(tmp_path: Path) -> None:
    second = private_key("ES384", "second")
    with publishing(jwk(private_key())) as one, publishing(jwk(second, "second")) as two:
        sites = with_jku(one.jku).replace(f'["{one.jku}"]', f'["{one.jku}", "{two.jku}"]')
        client = app_of(tmp_path, sites).test_client()

        assert is_let_in(client, signed(header(jku=one.jku), claims()))
        assert is_let_in(client, signed(header(jku=two.jku, kid="second"), claims(), second))
        assert reason(client, f"Bearer {signed(header(jku=one.jku, kid='second'), claims(), second)}") == "unknown_key"
        assert reason(client, f"Bearer {token()}") == "no_jku"  # which of the two is meant, it does not say


def test_a_site_with_a_file_may_say_which_jku_its_tokens_carry_and_nothing_is_fetched(
    tmp_path: Path, server: KeyServer
) -> None:
    sites = with_jku(server.jku) + 'jwks_file = "riverside.json"\n'
    client = app_of(tmp_path, sites).test_client()

    assert is_let_in(client, signed(header(jku=server.jku), claims()))
    assert reason(client, f"Bearer {signed(header(jku='https://evil.example/k'), claims())}") == "unlisted_jku"
    assert server.asked == []


def test_a_key_host_that_is_down_is_a_503_that_says_when_to_come_back(tmp_path: Path, server: KeyServer) -> None:
    """The caller may be right, and was not refused: it was not checked. The reason is in the log alone."""
    client = app_of(tmp_path, with_jku(server.jku)).test_client()
    server.close()

    with capture_logs() as logs:
        answer = call(client, f"Bearer {token()}")
        again = call(client, f"Bearer {token()}")

    assert (answer.status_code, again.status_code) == (503, 503)
    assert 1 <= int(answer.headers["Retry-After"]) <= 10
    assert "riverside" not in answer.text
    requests = [line for line in logs if line["event"] == "request"]
    assert [(line["trust"], line["claimed_site"]) for line in requests] == [("keys_unavailable", "riverside")] * 2
    assert call(client, f"Bearer {token(iss='https://evil.example')}").status_code == 401


def test_the_wait_for_keys_is_part_of_the_call_s_deadline(tmp_path: Path, server: KeyServer) -> None:
    """The EHR has given up on the first call; the next one finds the keys."""

    def answers_late(request: Request) -> None:
        time.sleep(0.5)
        server.publish(request)

    server.answer = answers_late
    client = app_of(tmp_path, with_jku(server.jku) + "deadline = 0.3\n").test_client()

    late = call(client, f"Bearer {token()}")
    assert late.status_code == 503
    assert "waited" in told(late)
    assert is_let_in(client, token())


def test_a_proxy_of_the_environment_is_not_asked(
    tmp_path: Path, server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with publishing(jwk(private_key("ES384", "thief"))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)

        assert json.loads(read(server.jku))["keys"][0]["kid"] == KID
        assert proxy.asked == []


def redirects(request: Request) -> None:
    request.send_response(302)
    request.send_header("Location", "/elsewhere.json")
    request.end_headers()


def answers_404(request: Request) -> None:
    request.send_response(404)
    request.end_headers()


def answers_204(request: Request) -> None:
    request.send_response(204)
    request.end_headers()


def sends(body: bytes, **headers: str) -> Callable[[Request], None]:
    def answer(request: Request) -> None:
        request.send_response(200)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


GOOD = key_set(jwk(private_key()))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (redirects, "answered 302"),
        (answers_404, "answered 404"),
        (answers_204, "answered 204"),
        (sends(b" " * (MAX_BYTES + 1)), "larger than"),
        (sends(GOOD + b" " * MAX_BYTES), "larger than"),
        (sends(gzip.compress(GOOD), Content_Encoding="gzip"), "compresses it"),
        (sends(gzip.compress(b" " * 10_000_000), Content_Encoding="gzip"), "compresses it"),
    ],
)
def test_a_host_that_does_not_simply_answer_is_refused(
    server: KeyServer, answer: Callable[[Request], None], words: str
) -> None:
    server.answer = answer

    with pytest.raises(Unread, match=words):
        read(server.jku)
    assert server.asked == ["/jwks.json"]  # no redirect is followed


def test_a_set_of_exactly_the_largest_size_is_read(server: KeyServer) -> None:
    server.document = GOOD + b" " * (MAX_BYTES - len(GOOD))

    assert len(read(server.jku)) == MAX_BYTES


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (drips_the_headers, "did not answer within 2 s"),
        (drips_the_body, "did not answer within 2 s"),
        (says_nothing, "did not answer within 2 s"),
        (breaks_off, "broke off"),
        (hangs_up, "broke off"),
    ],
)
def test_a_host_that_drips_or_breaks_off_costs_two_seconds_at_most(
    act: Callable[[socket.socket], None], words: str
) -> None:
    with server_that(act) as jku:
        began = time.monotonic()
        with pytest.raises(Unread, match=words):
            read(jku)

        assert time.monotonic() - began < PATIENCE + 3


def test_a_name_that_nobody_has_is_a_connection_that_fails() -> None:
    with pytest.raises(Unread, match="no connection"):
        read("https://ehr.invalid/jwks.json")


# Files


def test_a_rotated_file_is_read_again_when_a_token_names_its_new_key(tmp_path: Path) -> None:
    client = app_of(tmp_path).test_client()
    fresh = private_key("ES384", "fresh")
    assert is_let_in(client, token())
    (tmp_path / "riverside.json").write_bytes(key_set(jwk(private_key()), jwk(fresh, "fresh")))

    assert is_let_in(client, signed(header(kid="fresh"), claims(), fresh))
    assert is_let_in(client, token())


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "it is not JSON"),
        (b"{}", "it is not JSON"),
        (b" " * (MAX_BYTES + 1), "larger than"),
        (key_set(), "no key that may verify"),
        (key_set({**jwk(private_key()), "use": "enc"}), "no key that may verify"),
        (key_set(jwk(private_key("ES512"))), "no key that may verify"),
        (key_set(jwk(private_key()), {"kty": "oct", "k": "AAAA", "kid": "x"}), "a symmetric key"),
        (key_set(jwk(private_key()), {**jwk(private_key(), "x"), "d": "AAAA"}), "a private key"),
        (key_set(jwk(private_key()), SANDBOX_JWK), "the CDS Hooks Sandbox's key"),
        (key_set(jwk(private_key()), {**SANDBOX_JWK, "kid": "ours"}), "the CDS Hooks Sandbox's key"),
        (key_set(jwk(private_key()), jwk(private_key("RS256", "weak", 1024), "weak")), "2048 to 8192 bits"),
        (key_set(jwk(private_key()), jwk(private_key())), "two keys of one kid"),
        (key_set(jwk(private_key()), {"kty": "EC", "kid": "x"}), "a key that cannot be read"),
    ],
)
def test_a_file_that_should_not_be_trusted_refuses_the_start(tmp_path: Path, document: bytes, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        app_of(tmp_path, keys=document)

    message = str(caught.value)
    assert "site riverside: jwks_file" in message
    assert words in message
    assert "\n" not in message


def test_a_file_is_looked_for_beside_the_sites_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    parts = parts_of(tmp_path)
    assert [one.name for one in open_key_sets(parts.config.sites)["riverside"]] == [str(tmp_path / "riverside.json")]

    (tmp_path / "riverside.json").unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        open_key_sets(parts.config.sites)


# The Sandbox, whose private key everybody has


@pytest.mark.parametrize(
    "line",
    [
        f'issuers = ["https://ehr.example", "{SANDBOX_ISSUER}"]\njku = ["https://ehr.example/k"]',
        f'issuers = ["https://ehr.example"]\njku = ["{SANDBOX_JKU}"]',
        f'issuers = ["https://ehr.example"]\njku = ["{SANDBOX_JKU.replace("sandbox.", "SANDBOX.")}?x=1"]',
        f'issuers = ["{SANDBOX_ISSUER}/"]\njwks_file = "riverside.json"',
    ],
)
def test_no_site_of_a_file_may_trust_the_sandbox(tmp_path: Path, line: str) -> None:
    (tmp_path / "riverside.json").write_bytes(GOOD)
    (tmp_path / "sites.toml").write_text(f"[sites.riverside]\n{line}\n", "utf-8")

    with pytest.raises(ConfigError, match="private key is published"):
        open_key_sets(read_sites(tmp_path / "sites.toml"))


def test_a_fetched_set_that_holds_the_sandbox_s_key_loses_it(tmp_path: Path, server: KeyServer) -> None:
    server.document = key_set(jwk(private_key()), SANDBOX_JWK, {**SANDBOX_JWK, "kid": "ours"})
    client = app_of(tmp_path, with_jku(server.jku)).test_client()

    with capture_logs() as logs:
        assert is_let_in(client, token())
    assert [line["keys"] for line in logs if line["event"] == "a key is not used"] == ["published", "published"]
    for kid in (SANDBOX_JWK["kid"], "ours"):
        assert reason(client, f"Bearer {signed(header(kid=kid), claims())}") == "unknown_key"


def test_the_demo_may_ask_for_tokens_and_then_knows_the_sandbox_without_a_network(tmp_path: Path) -> None:
    """A recorded header of the Sandbox, under another key: it gets as far as the signature, which needs its key."""
    parts: Parts = parts_of(tmp_path)
    demo = Config.demo(trust="jwt", issuers=[SANDBOX_ISSUER], jku=[SANDBOX_JKU])
    client = build_app(_with_config(parts, demo)).test_client()
    head = {"alg": "ES384", "typ": "JWT", "kid": SANDBOX_JWK["kid"], "jku": SANDBOX_JKU}
    aud = "http://127.0.0.1:8080/cds-services/baclofen-patient-view"

    assert reason(client, bearer(signed(head, claims(aud, iss=SANDBOX_ISSUER)))["Authorization"]) == "wrong_signature"


def _with_config(parts: Parts, config: Config) -> Parts:
    import msgspec

    return msgspec.structs.replace(parts, config=config)


def test_a_key_host_whose_name_leads_astray_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write its DNS points it at the cloud's metadata service."""
    asked: list[str] = []

    def resolve(host: str, port: int, *_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(Unread, match="leads to a cloud's metadata address: not called"):
        fetch("https://ehr.riverside.example/jwks.json", time.monotonic() + 5)
    assert asked == ["ehr.riverside.example"]
