"""What of a key set may verify a token, and what is dropped, with which word."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from service.jwk import MAX_BYTES, MAX_KEYS, NotAKeySet, read_keys
from service.published_keys import SANDBOX_JWK, is_published, names_published_key
from tests.service.callers import jwk, key_set, private_jwk, private_key


@pytest.mark.parametrize(
    ("alg", "algorithms"),
    [("ES256", ("ES256",)), ("ES384", ("ES384",)), ("RS256", ("RS256", "RS384"))],
)
def test_a_key_is_for_the_algorithms_of_its_type(alg: str, algorithms: tuple[str, ...]) -> None:
    keys = read_keys(key_set(jwk(private_key(alg))))

    assert keys.dropped == ()
    assert keys.by_kid["riverside-2026"].algorithms == algorithms


def test_an_rsa_key_with_an_alg_is_for_that_one_alone() -> None:
    keys = read_keys(key_set(jwk(private_key("RS256"), alg="RS384")))

    assert keys.by_kid["riverside-2026"].algorithms == ("RS384",)


def dropped(*jwks: Any) -> tuple[str, ...]:
    keys = read_keys(key_set(*jwks))
    assert keys.by_kid == {}
    return keys.dropped


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"use": "enc"}, "not for signatures"),
        ({"key_ops": ["encrypt"]}, "not for signatures"),
        ({"key_ops": "verify"}, "not for signatures"),
        ({"alg": "ES256"}, "other algorithm"),
        ({"alg": "HS256"}, "other algorithm"),
        ({"alg": None}, "other algorithm"),
        ({"kid": ...}, "no kid"),
        ({"kid": ""}, "no kid"),
        ({"kid": 7}, "no kid"),
        ({"kid": "k" * 257}, "no kid"),
        ({"x": ...}, "unreadable"),
        ({"x": "AAAA"}, "unreadable"),
        ({"x": 5}, "unreadable"),
        ({"crv": "P-256"}, "unreadable"),
        ({"crv": ["P-384"]}, "unreadable"),
        ({"x": "A" * 64, "y": "A" * 64}, "unreadable"),  # no point of the curve
        ({"kty": "OKP"}, "other type"),
        ({"kty": ["EC"]}, "other type"),
        ({"d": "AAAA"}, "private"),
        ({"k": "AAAA"}, "symmetric"),
        ({"kty": "oct"}, "symmetric"),
    ],
)
def test_a_key_that_does_not_fit_is_dropped(changes: dict[str, Any], word: str) -> None:
    assert dropped({**jwk(private_key(), **changes)}) == (word,)


def test_a_curve_beyond_the_list_is_dropped() -> None:
    assert dropped(jwk(private_key("ES512"))) == ("other algorithm",)
    assert dropped(jwk(ec.generate_private_key(ec.SECP256K1()))) == ("other algorithm",)


@pytest.mark.parametrize("bits", [1024, 2040])
def test_an_rsa_key_below_2048_bits_is_weak(bits: int) -> None:
    assert dropped(jwk(private_key("RS384", "weak", bits))) == ("weak",)


def test_an_rsa_key_so_large_that_a_signature_takes_long_is_dropped() -> None:
    assert dropped({"kty": "RSA", "e": "AQAB", "n": "_" * 1600, "kid": "k"}) == ("weak",)


@pytest.mark.parametrize("alg", ["ES384", "RS384"])
def test_a_private_key_is_never_used(alg: str) -> None:
    assert dropped(private_jwk(private_key(alg))) == ("private",)


def test_two_keys_of_one_kid_are_both_dropped() -> None:
    """Which of them a token means, nobody can say; the first one that fits would be the attacker's choice."""
    two = [jwk(private_key("ES384", name)) for name in ("one", "two")]

    assert dropped(*two) == ("duplicate kid", "duplicate kid")
    assert dropped(two[0], {"kty": "OKP", "kid": two[0]["kid"]}) == ("duplicate kid", "other type")


def test_the_others_of_a_set_are_used_all_the_same() -> None:
    keys = read_keys(key_set(5, None, {}, jwk(private_key(), use="enc"), jwk(private_key("RS256"), "second")))

    assert list(keys.by_kid) == ["second"]
    assert keys.dropped == ("unreadable", "unreadable", "other type", "not for signatures")


@pytest.mark.parametrize(
    "document",
    [b"", b"null", b"[]", b"{}", b'{"keys": {}}', b'{"keys": null}', b"<html>", b"\xff\xfe{", b"[" * 30_000,
     b'{"keys": [' + b"1" * 6000 + b"}"],
)  # fmt: skip
def test_what_is_no_key_set_is_refused_whole(document: bytes) -> None:
    with pytest.raises(NotAKeySet, match="not JSON with a list"):
        read_keys(document)


def test_a_set_that_is_too_large_is_refused_whole() -> None:
    with pytest.raises(NotAKeySet, match="larger than"):
        read_keys(key_set(jwk(private_key())) + b" " * MAX_BYTES)
    with pytest.raises(NotAKeySet, match=f"more than {MAX_KEYS}"):
        read_keys(key_set(*[{}] * (MAX_KEYS + 1)))
    assert len(read_keys(key_set(*[{}] * MAX_KEYS)).dropped) == MAX_KEYS
    one = key_set(jwk(private_key()))
    assert read_keys(one + b" " * (MAX_BYTES - len(one))).by_kid


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: (
    st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from([*jwk(private_key()), "d", "k", "n", "e", "key_ops", "alg"]), inner, max_size=8)
), max_leaves=20))  # fmt: skip
def test_no_shape_of_a_key_stops_the_reading(key: Any) -> None:
    keys = read_keys(json.dumps({"keys": [key]}, allow_nan=False).encode() if _is_finite(key) else key_set({}))

    assert not keys.by_kid
    assert len(keys.dropped) == 1


def _is_finite(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def test_the_sandbox_s_key_is_dropped_under_whatever_kid_it_comes() -> None:
    """Its private half lies in a public repository: a signature by it proves nothing."""
    assert dropped(SANDBOX_JWK) == ("published",)
    assert dropped({**SANDBOX_JWK, "kid": "our-own-key", "use": "sig"}) == ("published",)
    assert list(read_keys(key_set(SANDBOX_JWK), published=True).by_kid) == [SANDBOX_JWK["kid"]]


def test_another_key_is_not_taken_for_the_sandbox_s() -> None:
    public = private_key().public_key()
    assert not is_published(public)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://sandbox.cds-hooks.org", True),
        ("https://sandbox.cds-hooks.org/", True),
        ("https://SANDBOX.cds-hooks.org:443/.well-known/jwks.json?x", True),
        ("http://sandbox.cds-hooks.org/other", True),
        ("https://cds-hooks.org", False),
        ("https://sandbox.cds-hooks.org.example.org", False),
        ("https://[", False),
        ("sandbox", False),
    ],
)
def test_the_sandbox_is_known_by_its_host(url: str, named: bool) -> None:
    assert names_published_key(url) == named
