"""Which keys prove nothing, because anybody can have their private half?

The CDS Hooks Sandbox signs in the browser, with a key that lies in its public repository (cds-hooks/sandbox,
`keys/jwk-keypair.json` and `build/.well-known/jwks.json`). Whoever trusts its issuer trusts everybody.
"""

from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKey = EllipticCurvePublicKey | RSAPublicKey

SANDBOX_ISSUER = "https://sandbox.cds-hooks.org"
SANDBOX_JKU = "https://sandbox.cds-hooks.org/.well-known/jwks.json"
SANDBOX_JWK = {
    "kty": "EC",
    "use": "sig",
    "crv": "P-384",
    "kid": "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f",
    "x": "dw_JGR8nB2I6XveNxUOl2qk699ZPLM2nYI5STSdiEl9avAkrm3CkfYMbrrjr8laB",
    "y": "Sm3mLE-n1zYNla_aiE3cb3nZsL51RbC7ysw3q8aJLxGm-hx79RPMYpITDjp7kgzy",
    "alg": "ES384",
}
_HOSTS = {urlsplit(SANDBOX_ISSUER).hostname}


def names_published_key(url: str) -> bool:
    """Whether an issuer or jku is of somebody whose private key is published; by host, however the rest is spelt."""
    try:
        return urlsplit(url).hostname in _HOSTS
    except ValueError:
        return False


def is_published(key: PublicKey) -> bool:
    """Whether it is such a key, under whatever kid it comes."""
    return _bytes(key) in _PUBLISHED


def _bytes(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


_PUBLISHED = {_bytes(jwt.PyJWK(SANDBOX_JWK).key)}
