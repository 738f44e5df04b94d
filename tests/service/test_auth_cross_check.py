"""A second implementation of JWT, joserfc, against ours: what it signs we let in, what it refuses we refuse.

Where we are stricter than the standard asks (a longest life, whole numbers, typ) is said here once, as `is_strict`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask.testing import FlaskClient
from hypothesis import event, given
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey, import_key

from service.auth import LONGEST_LIFE, SKEW
from service.jwk import ALGORITHMS
from tests.moment import NOW
from tests.service.callers import (
    ISSUER,
    SERVICE,
    app_of,
    claims,
    encoded,
    header,
    is_let_in,
    jwk,
    key_set,
    private_key,
    signed,
)

SECONDS = int(NOW.timestamp())
KIDS = {alg: f"key-{alg}" for alg in ALGORITHMS}
PUBLISHED = [jwk(private_key(alg), kid, alg=alg) for alg, kid in KIDS.items()]


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with tempfile.TemporaryDirectory() as folder:
        yield app_of(Path(folder), keys=key_set(*PUBLISHED)).test_client()


def their_key(alg: str) -> ECKey | RSAKey:
    pem = private_key(alg).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (RSAKey if alg.startswith("RS") else ECKey).import_key(pem)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_what_joserfc_signs_is_let_in(client: FlaskClient, alg: str) -> None:
    theirs = joserfc_jwt.encode(header(alg, kid=KIDS[alg]), claims(), their_key(alg), algorithms=[alg])

    assert is_let_in(client, theirs)


def joserfc_verifies(token: str) -> bool:
    """By the same keys, the same clock and the same expectations."""
    keys = KeySet([import_key(one) for one in PUBLISHED])
    expected = joserfc_jwt.JWTClaimsRegistry(
        now=SECONDS,
        leeway=SKEW,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": SERVICE},
        exp={"essential": True},
        iat={"essential": True},
        jti={"essential": True},
    )
    try:
        verified = joserfc_jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        expected.validate(verified.claims)
    except (JoseError, ValueError):
        return False
    return True


def is_strict(head: dict[str, Any], body: dict[str, Any]) -> bool:
    """What we ask beyond that."""
    if head.get("typ") not in ("JWT", "jwt") or "crit" in head or "jwk" in head:
        return False
    if any(type(body[name]) is not int for name in ("exp", "iat", "nbf") if name in body):
        return False
    return bool(0 < body["exp"] - body["iat"] <= LONGEST_LIFE)


MOSTLY = st.sampled_from  # right values first, so that the tokens let in are not one in a million
TIMES = st.integers(-SKEW - 3, SKEW + 3) | st.sampled_from([-LONGEST_LIFE, 300, LONGEST_LIFE, LONGEST_LIFE + 1])


@st.composite
def tokens(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Header, claims and token: mostly right, with a fault here and there."""
    alg = draw(MOSTLY(ALGORITHMS))
    head = header(
        alg,
        kid=draw(MOSTLY([KIDS[alg]] * 24 + [KIDS["ES256"], "other"])),
        typ=draw(MOSTLY(["JWT"] * 24 + ["jwt", "at+jwt", ...])),
        **draw(MOSTLY([{}] * 24 + [{"crit": ["x"], "x": 1}, {"jwk": PUBLISHED[0]}])),
    )
    issued = SECONDS + draw(TIMES | st.integers(-200, 0))
    body = claims(
        draw(MOSTLY([SERVICE] * 20 + [[SERVICE], ["https://x.example", SERVICE], "https://x.example", [], 5, ...])),
        iss=draw(MOSTLY([ISSUER] * 24 + ["https://x.example", 5, ...])),
        iat=draw(MOSTLY([issued] * 24 + [True, float(issued), str(issued), ...])),
        exp=draw(MOSTLY([issued + 300] * 16 + [SECONDS + draw(TIMES)] * 4 + [None, float(issued), ...])),
        nbf=draw(MOSTLY([...] * 16 + [SECONDS + draw(TIMES)] * 2 + ["soon"])),
        jti=draw(MOSTLY([claims()["jti"]] * 24 + ["", 5, ...])),
    )
    whose = draw(MOSTLY(["riverside"] * 12 + ["thief"]))
    token = signed(head, body, private_key(alg, whose), alg)
    if draw(MOSTLY([False] * 24 + [True])):  # a bit of it flips under way
        place = draw(st.integers(0, len(token) - 1))
        flipped = chr(ord(token[place]) ^ (1 << draw(st.integers(0, 6))))
        token = token[:place] + flipped + token[place + 1 :]
        head = {}
    return head, body, token


@given(tokens())
def test_the_two_agree_on_every_token(client: FlaskClient, made: tuple[dict[str, Any], dict[str, Any], str]) -> None:
    head, body, token = made
    theirs = joserfc_verifies(token)
    ours = is_let_in(client, token)
    event(f"let in: {ours}")

    if not head:  # changed under way: what they refuse we refuse; base64 has spellings that they may overlook
        assert theirs or not ours
    else:
        assert ours == (theirs and is_strict(head, body))


@given(st.binary(min_size=1, max_size=96), st.sampled_from(ALGORITHMS))
def test_no_signature_that_joserfc_refuses_is_good_for_us(client: FlaskClient, signature: bytes, alg: str) -> None:
    rest, _ = signed(header(alg, kid=KIDS[alg]), claims(), alg=alg).rsplit(".", 1)
    token = f"{rest}.{encoded(signature)}"

    assert not joserfc_verifies(token)
    assert not is_let_in(client, token)
