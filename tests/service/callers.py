"""EHRs that sign: their keys, their key sets on real HTTP, and the tokens that they send, right and wrong."""

import base64
import functools
import http.server
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask import Flask
from flask.testing import FlaskClient
from jwt.algorithms import ECAlgorithm, RSAAlgorithm, get_default_algorithms
from structlog.testing import capture_logs

from cards.hooks import PATIENT_VIEW
from service import build_app
from service.parts import Parts
from service.sites import read_sites
from tests.moment import NOW
from tests.service.kit import hook_request, parts_with

PUBLIC = "https://cds.example.org/baclofen"
SERVICE = f"{PUBLIC}/cds-services/baclofen-patient-view"
FEEDBACK = f"{SERVICE}/feedback"
DISCOVERY = f"{PUBLIC}/cds-services"
ISSUER = "https://ehr.riverside.example/oauth2"
KID = "riverside-2026"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


def private_key(alg: str = "ES384", whose: str = "riverside", bits: int = 2048) -> PrivateKey:
    """A pair for this algorithm; made once for each name, since making RSA pairs takes its time."""
    return _made("RSA" if alg[0] in "RP" else alg, whose, bits)


@functools.cache
def _made(alg: str, _whose: str, bits: int) -> PrivateKey:
    return ec.generate_private_key(_CURVES[alg]()) if alg in _CURVES else rsa.generate_private_key(65537, bits)


def jwk(key: PrivateKey, kid: str = KID, **more: Any) -> dict[str, Any]:
    """The public half as an EHR publishes it; `...` leaves a member out."""
    algorithm: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    public = algorithm.to_jwk(key.public_key(), as_dict=True)
    if algorithm is RSAAlgorithm:
        public.pop("key_ops")
    found = {**public, "kid": kid, "use": "sig", **more}
    return {name: value for name, value in found.items() if value is not ...}


def private_jwk(key: PrivateKey, kid: str = KID) -> dict[str, Any]:
    """Both halves, as nobody should send them."""
    algorithm: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**algorithm.to_jwk(key, as_dict=True), "kid": kid}


def key_set(*jwks: Any) -> bytes:
    """A JWK Set."""
    return json.dumps({"keys": list(jwks)}).encode()


def claims(aud: Any = SERVICE, *, now: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """What an EHR claims; `...` leaves a claim out."""
    issued = int(now.timestamp())
    said = {"iss": ISSUER, "aud": aud, "iat": issued, "exp": issued + 300, "jti": str(uuid.uuid4()), **changes}
    return {name: value for name, value in said.items() if value is not ...}


def header(alg: str = "ES384", **changes: Any) -> dict[str, Any]:
    """The header that belongs to it; `...` leaves a member out."""
    said = {"alg": alg, "typ": "JWT", "kid": KID, **changes}
    return {name: value for name, value in said.items() if value is not ...}


def encoded(part: bytes) -> str:
    """base64url without its padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def signed(head: dict[str, Any] | bytes, body: dict[str, Any] | bytes, key: Any = None, alg: str = "ES384") -> str:
    """A token with these bytes in it, whatever they say, signed by `key` with `alg`."""
    parts = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in (head, body)]
    message = ".".join(map(encoded, parts))
    signature = get_default_algorithms()[alg].sign(message.encode(), private_key(alg) if key is None else key)
    return f"{message}.{encoded(signature)}"


def token(aud: Any = SERVICE, **changes: Any) -> str:
    """A proper token of the riverside EHR; `changes` are its claims."""
    return signed(header(), claims(aud, **changes))


def bearer(token: str) -> dict[str, str]:
    """The header of a request that shows it."""
    return {"Authorization": f"Bearer {token}"}


def by_the_library(aud: Any = SERVICE, **changes: Any) -> str:
    """The same as `token`, made by PyJWT alone, as an EHR's own code would."""
    return jwt.encode(claims(aud, **changes), private_key(), algorithm="ES384", headers={"kid": KID})  # type: ignore[arg-type]


RIVERSIDE = f"""
[sites.riverside]
issuers = ["{ISSUER}"]
jwks_file = "riverside.json"
missing_data = "card"
"""


def parts_of(
    folder: Path, sites: str = RIVERSIDE, *, keys: bytes | None = None, clock: Any = None, **more: Any
) -> Parts:
    """Parts around the sites of a file; `riverside.json` beside it holds the riverside EHR's key unless given."""
    (folder / "riverside.json").write_bytes(key_set(jwk(private_key(), alg="ES384")) if keys is None else keys)
    (folder / "sites.toml").write_text(sites, "utf-8")
    parts = parts_with(clock=clock, **{"public_url": PUBLIC, **more})
    config = msgspec.structs.replace(parts.config, sites=read_sites(folder / "sites.toml"), viewer_fhir="")
    return msgspec.structs.replace(parts, config=config)


def app_of(folder: Path, sites: str = RIVERSIDE, **more: Any) -> Flask:
    """An app for the sites of a file."""
    return build_app(parts_of(folder, sites, **more))


class KeyServer:
    """A real HTTP server that publishes a key set; a test changes what it does, and counts what it is asked."""

    def __init__(self, keys: Sequence[dict[str, Any]]) -> None:
        self.asked: list[str] = []
        self.document = key_set(*keys)
        self.answer: Callable[[http.server.BaseHTTPRequestHandler], None] | None = None
        ours = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                ours.asked.append(self.path)
                (ours.answer or ours.publish)(self)

            def log_message(self, *_arguments: Any) -> None:
                return

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.jku = f"http://127.0.0.1:{self.port}/jwks.json"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def publish(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """The set as it is now."""
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(self.document)))
        request.end_headers()
        request.wfile.write(self.document)

    def close(self) -> None:
        """Nobody answers at its address afterwards."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def publishing(*keys: dict[str, Any]) -> Iterator[KeyServer]:
    """A key server with these keys, gone at the end of the block."""
    server = KeyServer(keys)
    try:
        yield server
    finally:
        server.close()


def with_jku(jku: str) -> str:
    """The riverside site with a key set to be fetched."""
    return RIVERSIDE.replace('jwks_file = "riverside.json"', f'jku = ["{jku}"]')


PATH = "/cds-services/baclofen-patient-view"


def call(client: FlaskClient, authorization: str | None, path: str = PATH, **more: Any) -> Any:
    """A patient-view, or a GET of discovery, with this Authorization header."""
    headers = {**({} if authorization is None else {"Authorization": authorization}), **more}
    if path == "/cds-services":
        return client.get(path, headers=headers)
    body = {"feedback": []} if path.endswith("feedback") else hook_request(PATIENT_VIEW)
    return client.post(path, json=body, headers=headers)


def is_let_in(client: FlaskClient, token: str, path: str = PATH, **more: Any) -> bool:
    status = call(client, f"Bearer {token}", path, **more).status_code
    assert status in (200, 401)
    return bool(status == 200)


def reason(client: FlaskClient, authorization: str | None, path: str = PATH) -> str:
    """Why a call is refused, from the log; having checked that the caller learns nothing but the refusal."""
    with capture_logs() as logs:
        answer = call(client, authorization, path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.data == call(client, None).data  # as without any token
    (line,) = (line for line in logs if line["event"] == "request")
    assert line["log_level"] == "warning"
    assert "site" not in line  # nobody has proved to be of one
    return str(line["trust"])
