"""Every token that is refused, and the word that the log has for it. The caller hears the same each time."""

import hmac
import json
import string
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.moment import NOW
from tests.service.callers import (
    ISSUER,
    KID,
    SERVICE,
    app_of,
    call,
    claims,
    encoded,
    header,
    is_let_in,
    jwk,
    private_key,
    reason,
    signed,
    token,
)
from tests.service.kit import told

SECONDS = int(NOW.timestamp())
Made = Callable[[], str]


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with tempfile.TemporaryDirectory() as folder:
        yield app_of(Path(folder)).test_client()


def with_header(**changes: Any) -> Made:
    """A proper token but for its header."""
    return lambda: signed(header(**changes), claims())


def with_claims(aud: Any = SERVICE, **changes: Any) -> Made:
    """A proper token but for its claims."""
    return lambda: token(aud, **changes)


def with_parts(head: bytes | None = None, body: bytes | None = None) -> Made:
    """Signed as it should be, whatever stands in it."""
    return lambda: signed(header() if head is None else head, claims() if body is None else body)


def with_signature(change: Callable[[str], str]) -> Made:
    """Signed otherwise."""

    def make() -> str:
        rest, signature = token().rsplit(".", 1)
        return f"{rest}.{change(signature)}"

    return make


def by_hmac(alg: str, secret: bytes | None = None) -> Made:
    """Keyed with what everybody has, the public key unless given. By hand: PyJWT refuses to, as it should."""

    def make() -> str:
        public = private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        message = f"{encoded(json.dumps(header(alg)).encode())}.{encoded(json.dumps(claims()).encode())}"
        digest = hmac.new(public if secret is None else secret, message.encode(), alg.replace("HS", "sha")).digest()
        return f"{message}.{encoded(digest)}"

    return make


def by(alg: str, key_of: str | None = None, whose: str = "riverside") -> Made:
    """Signed with another algorithm, or by somebody else."""
    return lambda: signed(header(alg), claims(), private_key(key_of or alg, whose), alg)


def changed_after_signing() -> str:
    head, _, signature = token().split(".")
    return f"{head}.{encoded(json.dumps(claims(tenant='someone-else')).encode())}.{signature}"


HEADERS = {
    "empty": ("", "no_token"),
    "basic": ("Basic dXNlcjpwYXNz", "malformed"),
    "bearer alone": ("Bearer", "malformed"),
    "bearer and a blank": ("Bearer ", "malformed"),
    "two segments": ("Bearer a.b", "malformed"),
    "four segments": ("Bearer a.b.c.d", "malformed"),
    "dots": ("Bearer ....", "malformed"),
    "five characters of base64": ("Bearer abcde.abcde.abcde", "malformed"),
    "too long": ("Bearer " + "a" * 17_000, "too_long"),
}

TOKENS: dict[str, dict[str, Made]] = {
    "malformed": {
        "padded": with_signature(lambda signature: f"{signature}="),
        "two tokens": lambda: f"{token()}, Bearer {token()}",
        "a blank in it": with_signature(lambda signature: f"{signature[:9]} {signature[9:]}"),
        "no signature": with_signature(lambda _: ""),
        "header no JSON": with_parts(b"{"),
        "header a list": with_parts(b"[]"),
        "header UTF-16": with_parts(json.dumps(header()).encode("utf-16")),
        "header with a byte order mark": with_parts(b"\xef\xbb\xbf" + json.dumps(header()).encode()),
        "header nested deeply": with_parts(b'{"a":' * 1500 + b"1" + b"}" * 1500),
        "payload no JSON": with_parts(body=b"x"),
        "payload nested deeply": with_parts(body=b"[" * 8000),
        "payload a number": with_parts(body=b"1"),
        "half a surrogate pair": with_parts(body=b'{"iss": "\\ud800"}'),
        "a number of 5,000 digits": with_parts(body=b'{"exp": ' + b"1" * 5000 + b"}"),
        "NaN": with_claims(exp=float("nan")),
        "Infinity": with_claims(exp=float("inf")),
    },
    "too_long": {"too long, though right": with_claims(more="x" * 17_000)},
    "unknown_issuer": {
        "payload empty": with_parts(body=b"{}"),
        "another issuer": with_claims(iss="https://evil.example"),
        "the issuer with a slash": with_claims(iss=f"{ISSUER}/"),
        "no issuer": with_claims(iss=...),
        "the issuer in a list": with_claims(iss=[ISSUER]),
        "the issuer in capitals": with_claims(iss=ISSUER.upper()),
    },
    "wrong_algorithm": {
        "no alg": with_header(alg=...),
        "alg none": with_header(alg="none"),
        "alg None": with_header(alg="None"),
        "alg null": with_header(alg=None),
        "alg a list": with_header(alg=["ES384"]),
        "alg in small letters": with_header(alg="es384"),
        "alg EdDSA": with_header(alg="EdDSA"),
        "HS256 keyed with the public key": by_hmac("HS256"),
        "HS384 keyed with the public key": by_hmac("HS384"),
        "HS512 keyed with the public key": by_hmac("HS512"),
        "HS256 keyed with nothing": by_hmac("HS256", b""),
        "PS384": by("PS384", "RS384"),
        "RS512": by("RS512", "RS384"),
        "ES512": by("ES512"),
        "ES256 under the kid of an ES384 key": by("ES256"),
        "RS384 under the kid of an EC key": by("RS384"),
    },
    "wrong_type": {
        "no typ": with_header(typ=...),
        "typ of an access token": with_header(typ="at+jwt"),
        "typ a number": with_header(typ=1),
        "typ null": with_header(typ=None),
    },
    "forbidden_header": {
        "jwk": lambda: signed(header(jwk=jwk(private_key())), claims()),
        "x5u": with_header(x5u="https://evil.example/cert"),
        "x5c": with_header(x5c=["MII"]),
        "crit": with_header(crit=["x"], x=1),
        "empty crit": with_header(crit=[]),
        "b64": with_header(b64=True),
        "b64 false": with_header(b64=False),
    },
    "no_key_id": {
        "no kid": with_header(kid=...),
        "empty kid": with_header(kid=""),
        "kid a number": with_header(kid=5),
        "kid null": with_header(kid=None),
        "kid of 10 kB": with_header(kid="k" * 10_000),
    },
    "unknown_key": {
        "unknown kid": with_header(kid="no-such-kid"),
        "kid with a path and SQL": with_header(kid="../../../../dev/null' OR 1=1--"),
        "kid in other letters": with_header(kid=KID.upper()),
        "kid and a blank": with_header(kid=f"{KID} "),
    },
    "unlisted_jku": {
        "jku elsewhere": with_header(jku="https://evil.example/k"),
        "jku a file": with_header(jku="file:///etc/passwd"),
        "jku a cloud's metadata": with_header(jku="http://169.254.169.254/latest"),
        "jku a number": with_header(jku=5),
        "jku null": with_header(jku=None),
    },
    "wrong_signature": {
        "signed by another key": by("ES384", whose="thief"),
        "changed after signing": changed_after_signing,
        "a signature of zeros": with_signature(lambda _: encoded(bytes(96))),
        "a short signature": with_signature(lambda signature: signature[:-8]),
        "a long signature": with_signature(lambda signature: f"{signature}{signature}"),
        "somebody else's signature": with_signature(lambda _: token().rsplit(".", 1)[1]),
    },
    "wrong_time": {
        **{f"no {name}": with_claims(**{name: ...}) for name in ("exp", "iat")},
        **{
            f"{name} {value!r}": with_claims(**{name: value})
            for name in ("exp", "iat")
            for value in (
                None, True, False, "soon", str(SECONDS), SECONDS + 0.5, float(SECONDS), [], {}, -1, 10**11, 10**30
            )
        },
        **{f"nbf {value!r}": with_claims(nbf=value) for value in (None, True, "soon", 0.5, [])},
    },
    "wrong_audience": {
        f"aud {value!r}": with_claims(value)
        for value in (
            ..., None, 5, {}, [], [[]], "", [""], [SERVICE, 5], [SERVICE, None], [[SERVICE]], {SERVICE: 1}
        )
    },
    "no_token_id": {
        f"jti {str(value)[:9]!r}": with_claims(jti=value) for value in (..., None, 5, {}, [], "", True, "j" * 1025)
    },
}  # fmt: skip


def test_no_header_at_all(client: FlaskClient) -> None:
    assert reason(client, None) == "no_token"


@pytest.mark.parametrize(("authorization", "word"), HEADERS.values(), ids=HEADERS)
def test_what_is_no_bearer_token_is_refused(client: FlaskClient, authorization: str, word: str) -> None:
    assert reason(client, authorization) == word


def test_a_token_without_its_scheme_is_refused(client: FlaskClient) -> None:
    assert reason(client, token()) == "malformed"


@pytest.mark.parametrize(
    ("word", "make"),
    [pytest.param(word, make, id=f"{word}: {name}") for word, some in TOKENS.items() for name, make in some.items()],
)
def test_a_token_that_is_not_right_is_refused_and_the_log_says_why(client: FlaskClient, word: str, make: Made) -> None:
    assert reason(client, f"Bearer {make()}") == word


def test_a_refusal_is_an_operation_outcome_that_gives_no_reason(client: FlaskClient) -> None:
    answer = call(client, f"Bearer {token(exp=SECONDS - 600, iat=SECONDS - 900)}")

    words = told(answer)
    assert "not trusted" in words
    assert "log" in words
    assert not any(word in words for word in ("expired", "exp", "signature", "issuer", "riverside"))
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_of_a_refused_token_is_logged(client: FlaskClient) -> None:
    with capture_logs() as logs:
        shown = signed(header(kid="CANARY-kid"), claims(sub="CANARY-sub", iss="https://CANARY.example"))
        call(client, f"Bearer {shown}")
        call(client, f"Bearer {signed(header(kid='CANARY-kid', jku='https://CANARY'), claims(jti='CANARY'))}")

    assert "CANARY" not in str(logs)
    assert not any(piece in str(logs) for piece in shown.split("."))


def test_the_log_names_the_site_that_a_refused_token_claims_to_be_of(client: FlaskClient) -> None:
    with capture_logs() as logs:
        call(client, f"Bearer {token('https://elsewhere.example')}")
        call(client, f"Bearer {token(iss='https://evil.example')}")

    assert [line.get("claimed_site") for line in logs] == ["riverside", None]


@given(st.text() | st.text(alphabet=string.printable + "./\\%\x00", max_size=300))
def test_no_kid_opens_a_door_or_breaks_it(client: FlaskClient, kid: str) -> None:
    """A kid is looked up in a dictionary, and nothing else is done with it."""
    if kid == KID:
        return
    text = json.dumps({**header(), "kid": kid}).encode()
    assert not is_let_in(client, signed(text, claims()))


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=120))
def test_no_bytes_open_a_door_or_break_it(client: FlaskClient, head: bytes, body: bytes, signature: bytes) -> None:
    assert not is_let_in(client, ".".join(map(encoded, (head or b"{}", body or b"{}", signature or b"x"))))


@given(st.text(alphabet=st.characters(max_codepoint=255, exclude_characters="\r\n\x00")))
def test_no_authorization_header_opens_a_door_or_breaks_it(client: FlaskClient, text: str) -> None:
    assert call(client, text).status_code == 401
