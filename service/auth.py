"""Who is calling? A site's EHR proves it with a JWT of its own, once for each call (CDS Hooks, "Trusting CDS Clients").

What a token claims picks the site, and with it the keys that may have signed it. Nothing in it is believed before the
signature is verified, and it is used up last, when everything else is right. A refusal gives the caller no reason; the
reason goes to the log as one of the fixed words below.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import jwt
import msgspec

from service.bundles import UNREADABLE
from service.errors import KeysUnavailable, NotTrusted
from service.jwk import ALGORITHMS, LONGEST_KID, Key
from service.keys import KeySet, open_key_sets
from service.sites import Site, check_tellable
from service.store import Store

LONGEST_TOKEN = 16 * 1024  # characters; EHRs send below 2,000
LONGEST_ID = 1024  # characters of a jti; it is kept as a hash, so this only bounds the work
SKEW = 60  # seconds by which a client's clock may be wrong
# Seconds from iat to exp. The standard asks for a short life, five minutes; the longest that an EHR is known to send
# is twenty (Epic, from nbf). What lives longer is of use to a thief for longer.
LONGEST_LIFE = 3600

_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.IGNORECASE | re.ASCII)
_CARRIES_KEY = ("jwk", "x5u", "x5c")  # a token must not bring the key by which it is verified
_CHANGES_RULES = ("crit", "b64")  # extensions that we do not know, and must not ignore (RFC 7515, 4.1.11)
_jws = jwt.PyJWS(algorithms=list(ALGORITHMS))


class Caller(msgspec.Struct, frozen=True):
    """Whose call it is, and who signed for it: the issuer, "" under trust none."""

    site: Site
    issuer: str = ""


class Gate:
    """Lets the callers of these sites in. Safe to share between threads."""

    def __init__(
        self, sites: Sequence[Site], store: Store, key_sets: Mapping[str, Sequence[KeySet]] | None = None
    ) -> None:
        """`key_sets` by site name are for tests. Raises `ConfigError` for keys that cannot be used."""
        check_tellable(sites)
        self._sites = tuple(sites)
        self._store = store
        self._key_sets = open_key_sets(sites) if key_sets is None else key_sets
        self._by_issuer = {issuer: site for site in sites for issuer in site.issuers}

    def prepare(self) -> None:
        """Read the key sets now, rather than while the first callers wait; one that cannot be read is tried again."""
        key_sets = dict.fromkeys(one for some in self._key_sets.values() for one in some)
        for reading in [one.prepare() for one in key_sets]:
            if reading is not None:
                reading.wait()

    def admit(self, authorization: str, audiences: Sequence[str], now: datetime) -> Caller:
        """The caller that the Authorization header proves, for a token to one of these audiences.

        Raises `NotTrusted`; `KeysUnavailable` or `StoreUnavailable` when the token may be right and cannot be checked.
        """
        if self._sites[0].trust == "none":  # then it is the only one
            return Caller(self._sites[0])
        token, header, claimed = _open(authorization)
        issuer = claimed.get("iss")
        site = self._by_issuer.get(issuer) if isinstance(issuer, str) else None
        if site is None:
            raise NotTrusted("unknown_issuer")
        try:
            claims = self._verified(token, header, site)
            expires = _check(claims, audiences, now.timestamp())
        except (NotTrusted, KeysUnavailable) as refused:
            refused.claimed_site = site.name
            raise
        if not self._store.consume_jwt_id(str(issuer), claims["jti"], expires=expires):
            raise NotTrusted("replayed", claimed_site=site.name)
        return Caller(site, str(issuer))

    def _verified(self, token: str, header: dict[str, Any], site: Site) -> dict[str, Any]:
        _check_header(header)
        key = self._key(site, header)
        if header["alg"] not in key.algorithms:
            raise NotTrusted("wrong_algorithm")
        try:
            verified = _jws.decode_complete(token, key.public, algorithms=[header["alg"]])
        except jwt.PyJWTError:
            raise NotTrusted("wrong_signature") from None
        return _json_object(verified["payload"])

    def _key(self, site: Site, header: dict[str, Any]) -> Key:
        """By jku and kid. The sets are configured, so a jku in the header only says which of them is meant; where there
        is one, a token that leaves it out can mean no other."""
        key_sets = self._key_sets[site.name]
        if "jku" in header and header["jku"] not in site.jku:
            raise NotTrusted("unlisted_jku")
        if len(key_sets) > 1:
            key_sets = [one for one in key_sets if one.name == header.get("jku")]
        if not key_sets:
            raise NotTrusted("no_jku")
        key = key_sets[0].find(header["kid"])
        if key is None:
            raise NotTrusted("unknown_key")
        return key


def _open(authorization: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The token, its header and what it claims, all unverified."""
    if not authorization:
        raise NotTrusted("no_token")
    if len(authorization) > LONGEST_TOKEN:
        raise NotTrusted("too_long")
    found = _BEARER.fullmatch(authorization)
    if found is None:
        raise NotTrusted("malformed")
    header, payload, _signature = found.groups()
    return ".".join(found.groups()), _json_object(_decoded(header)), _json_object(_decoded(payload))


def _decoded(segment: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error:
        raise NotTrusted("malformed") from None


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
    except UNREADABLE:
        raise NotTrusted("malformed") from None
    return found


def _check_header(header: dict[str, Any]) -> None:
    if header.get("alg") not in ALGORITHMS:
        raise NotTrusted("wrong_algorithm")
    if not isinstance(header.get("typ"), str) or header["typ"].upper() != "JWT":
        raise NotTrusted("wrong_type")
    if any(name in header for name in (*_CARRIES_KEY, *_CHANGES_RULES)):
        raise NotTrusted("forbidden_header")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        raise NotTrusted("no_key_id")


def _check(claims: dict[str, Any], audiences: Sequence[str], now: float) -> datetime:
    """The claims of a verified token, all of them required but nbf; until when its jti must be remembered."""
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if not issued < expires <= issued + LONGEST_LIFE:
        raise NotTrusted("wrong_lifetime")
    if issued > now + SKEW or ("nbf" in claims and _seconds(claims, "nbf") > now + SKEW):
        raise NotTrusted("not_yet_valid")
    if now >= expires + SKEW:
        raise NotTrusted("expired")
    if not _is_for(claims.get("aud"), audiences):
        raise NotTrusted("wrong_audience")
    identity = claims.get("jti")
    if not isinstance(identity, str) or not 0 < len(identity) <= LONGEST_ID:
        raise NotTrusted("no_token_id")
    return datetime.fromtimestamp(expires + SKEW, UTC)


def _seconds(claims: dict[str, Any], name: str) -> int:
    """Whole seconds since 1970. A float, a boolean or a text is none: parsers differ in what they make of it."""
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < 10**11:  # the year 5138
        raise NotTrusted("wrong_time")
    return value


def _is_for(audience: Any, audiences: Sequence[str]) -> bool:
    """Letter for letter: a slash more, another case or another port is another audience."""
    named = audience if isinstance(audience, list) else [audience]
    return all(isinstance(one, str) for one in named) and any(one in audiences for one in named)
