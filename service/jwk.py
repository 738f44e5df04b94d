"""What does a JWK Set (RFC 7517) hold that can verify a caller's token?

Public asymmetric keys for signatures, each under one kid. Everything else is dropped, with a fixed word that says why;
nothing of a key or of a kid goes into a message.
"""

from collections import Counter
from typing import Any

import jwt
import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from service.bundles import UNREADABLE
from service.published_keys import PublicKey, is_published

# CDS Hooks recommends ES384 and RS384; EHRs in the field sign with these and with their SHA-256 siblings. Four
# algorithms, each bound to its key type: what is not on the list cannot be talked into use by a token's header.
ALGORITHMS = ("ES256", "ES384", "RS256", "RS384")
_BY_CURVE = {"secp256r1": "ES256", "secp384r1": "ES384"}
_RSA = ("RS256", "RS384")

MAX_BYTES = 64 * 1024  # of a set; one of thirty RSA keys with certificates is about half of it
MAX_KEYS = 64  # a client has two or three; one that lists hundreds is not a client's own set
LONGEST_KID = 256  # characters; UUIDs, thumbprints and base64 of a hash are below 100
LEAST_BITS = 2048  # of an RSA modulus (RFC 7518, 3.3)
MOST_BITS = 8192  # beyond it one signature costs a thread milliseconds for nothing
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth"}  # RFC 7518, 6.2.2 and 6.3.2

# What has no business in a set that a site exchanges with us by hand; a set that is fetched only loses the key.
ALARMING = {
    "private": "a private key: whoever wrote it must make a new pair and send only the public half",
    "symmetric": "a symmetric key: a caller signs with ES or RS, never with a shared secret",
    "published": "the CDS Hooks Sandbox's key, whose private half is published: it proves nothing about a caller",
    "weak": f"an RSA key outside {LEAST_BITS} to {MOST_BITS} bits",
    "duplicate kid": "two keys of one kid: each key needs a kid of its own",
    "unreadable": "a key that cannot be read",
}


class Key(msgspec.Struct, frozen=True):
    """One key that may verify tokens of these algorithms."""

    public: PublicKey
    algorithms: tuple[str, ...]


class Keys(msgspec.Struct, frozen=True):
    """The usable keys of a set by kid, and a fixed word for each that was dropped."""

    by_kid: dict[str, Key]
    dropped: tuple[str, ...] = ()


class NotAKeySet(ValueError):
    """The document is no JWK Set; in words without anything of it."""


class _Dropped(Exception):
    """Why a key cannot be used, in a fixed word."""


class _Set(msgspec.Struct):
    keys: list[Any]


def read_keys(document: bytes, *, published: bool = False) -> Keys:
    """The keys of a JWK Set that may verify tokens. `published`: also those that everybody can sign with (the demo).

    Raises `NotAKeySet`.
    """
    if len(document) > MAX_BYTES:
        raise NotAKeySet(f"it is larger than {MAX_BYTES} bytes")
    try:
        listed = msgspec.json.decode(document, type=_Set).keys
    except UNREADABLE:
        raise NotAKeySet('it is not JSON with a list "keys"') from None
    if len(listed) > MAX_KEYS:
        raise NotAKeySet(f"it holds more than {MAX_KEYS} keys")
    seen = Counter(jwk["kid"] for jwk in listed if isinstance(jwk, dict) and isinstance(jwk.get("kid"), str))
    found: dict[str, Key] = {}
    dropped: list[str] = []
    for jwk in listed:
        try:
            key = _read(jwk, published=published)
            if seen[jwk["kid"]] > 1:  # which of them is meant, nobody can say
                raise _Dropped("duplicate kid")
            found[jwk["kid"]] = key
        except _Dropped as why:
            dropped.append(str(why))
    return Keys(found, tuple(dropped))


def _read(jwk: Any, *, published: bool) -> Key:
    if not isinstance(jwk, dict):
        raise _Dropped("unreadable")
    _check_members(jwk)
    public = _public(jwk)
    algorithms = _algorithms(public)
    if "alg" in jwk:
        algorithms = tuple(name for name in algorithms if name == jwk["alg"])
    if not algorithms:
        raise _Dropped("other algorithm")
    if is_published(public) and not published:
        raise _Dropped("published")
    return Key(public, algorithms)


def _check_members(jwk: dict[str, Any]) -> None:
    if jwk.get("kty") == "oct" or "k" in jwk:
        raise _Dropped("symmetric")
    if _PRIVATE & jwk.keys():
        raise _Dropped("private")
    if jwk.get("kty") not in ("EC", "RSA"):
        raise _Dropped("other type")
    if jwk.get("use", "sig") != "sig" or not _may_verify(jwk.get("key_ops", ["verify"])):
        raise _Dropped("not for signatures")
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        raise _Dropped("no kid")


def _may_verify(operations: Any) -> bool:
    return isinstance(operations, list) and "verify" in operations


def _public(jwk: dict[str, Any]) -> PublicKey:
    try:
        read = RSAAlgorithm.from_jwk(jwk) if jwk["kty"] == "RSA" else ECAlgorithm.from_jwk(jwk)
    except (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, AttributeError):
        raise _Dropped("unreadable") from None
    if not isinstance(read, PublicKey):
        raise _Dropped("private")
    return read


def _algorithms(public: PublicKey) -> tuple[str, ...]:
    if isinstance(public, EllipticCurvePublicKey):
        return (_BY_CURVE[public.curve.name],) if public.curve.name in _BY_CURVE else ()
    if not LEAST_BITS <= public.key_size <= MOST_BITS:
        raise _Dropped("weak")
    return _RSA
