"""`probe`: a made-up patient through the full path of a running service, and the card that must come back.

A service that is up and answers quickly with nothing is the failure that no health check sees. The patient is one of
`fhir_fixtures`; what must come back is what its `expected.json` says.
"""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jwt
import msgspec
import requests

from cards.rule import needs_of
from service.agreed import PROBE as PATIENT
from service.errors import CommandFailed, ConfigError
from service.stories import Story, StoryError, prefetch_of, story

STORY = "hallucinations-31-h-after-last-tablet"
_SECONDS = 20.0  # for the whole answer
Came = tuple[str, str]  # a card's topic and its indicator
_LIFE = timedelta(minutes=5)  # of a token made here


class Caller(msgspec.Struct, frozen=True):
    """With what the monitor proves who it is: a private key that the site trusts under this issuer and kid."""

    key: Path
    issuer: str
    kid: str


def probe(
    url: str, *, name: str = STORY, caller: Caller | None = None, fhir_server: str = "", say: Callable[[str], None]
) -> None:
    """Send the patient and judge the answer; `CommandFailed` says what is wrong.

    With `fhir_server` nothing is prefetched: the service must read the patient, loaded there before, by itself.
    """
    patient = _patient(name)
    asked = patient.expected.requests[0]
    address = f"{url.rstrip('/')}/cds-services/baclofen-{asked.hook}"
    body = _body(patient, datetime.now(UTC), fhir_server=fhir_server)
    headers = {"Content-Type": "application/json"}
    if caller is not None:
        headers["Authorization"] = f"Bearer {_token(caller, address)}"
    began = time.monotonic()
    answer = _sent(address, body, headers)
    took = round((time.monotonic() - began) * 1000)
    came, silent = _read(answer)
    if silent:
        say(f"ok, SILENT: {asked.hook} answered in {took} ms; this site shows no card to anybody")
        return
    try:
        judged(name, came)
    except CommandFailed as failed:
        if not fhir_server:
            raise
        loads = f"python -m service load --to {fhir_server} --only {name} --patient {PATIENT}"
        raise CommandFailed(f"{failed}, or the patient is not at {fhir_server}: {loads}") from None
    told = ", ".join(f"{code} {indicator}" for code, indicator in came)
    say(f"ok: {asked.hook} answered in {took} ms: {told}")


def printed(name: str, fhir_server: str = "") -> str:
    """The hook request as text, for a monitor that sends it by its own means; its dates are relative to now."""
    return msgspec.json.encode(_body(_patient(name), datetime.now(UTC), fhir_server=fhir_server)).decode()


def _patient(name: str) -> Story:
    try:
        return story(name)
    except StoryError as error:
        raise CommandFailed(str(error)) from None


def _body(patient: Story, now: datetime, *, fhir_server: str = "") -> dict[str, Any]:
    asked = patient.expected.requests[0]
    body = patient.hook_request(asked, now, PATIENT)
    body["hookInstance"] = str(uuid.uuid4())
    if fhir_server:
        return body | {"fhirServer": fhir_server}
    return body | {"prefetch": prefetch_of(patient.resources(now, PATIENT), needs_of(asked.hook))}


def _sent(address: str, body: dict[str, Any], headers: dict[str, str]) -> requests.Response:
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                address, data=msgspec.json.encode(body), headers=headers, timeout=_SECONDS, allow_redirects=False
            )
    except requests.RequestException as error:
        raise CommandFailed(
            f"{address} does not answer ({type(error).__name__}): is the service up, and is this its address?"
        ) from None


def _read(answer: requests.Response) -> tuple[list[Came], bool]:
    """What came, and whether the site is silent."""
    if answer.status_code != HTTPStatus.OK:
        raise CommandFailed(f"the service answered {answer.status_code}: {_diagnostics(answer)}")
    try:
        said = answer.json()
        came = topics(said)
        extension = said.get("extension", {}).get("org.example.baclofen-cds", {})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CommandFailed("what came back is no CDS Hooks answer: does another service listen there?") from None
    return came, extension.get("mode") == "silent"


def topics(answer: dict[str, Any]) -> list[Came]:
    """Topic and indicator of each card of an answer; KeyError or TypeError where it is none of CDS Hooks."""
    return [(card["source"]["topic"]["code"], card["indicator"]) for card in answer["cards"]]


def judged(name: str, came: list[Came]) -> None:
    """`CommandFailed` unless the cards that are due for this story are among these."""
    lacking = [
        f"{due.kind} {due.indicator}"
        for due in _patient(name).expected.requests[0].cards
        if not any(_is_topic_of(due.kind, code) and indicator == due.indicator for code, indicator in came)
    ]
    if lacking:
        got = ", ".join(f"{code} {indicator}" for code, indicator in came) or "no card"
        raise CommandFailed(
            f"due was {', '.join(lacking)}, and what came is {got}: the service does not warn as it should"
        )


def _is_topic_of(kind: str, code: str) -> bool:
    """Epic's topics are the kind in one word, with the urgency behind it."""
    return code.replace("-", "").lower().startswith(kind.replace("-", ""))


def _diagnostics(answer: requests.Response) -> str:
    try:
        return str(answer.json()["issue"][0]["diagnostics"])
    except (ValueError, KeyError, IndexError, TypeError):
        return "no OperationOutcome came with it"


def _token(caller: Caller, audience: str) -> str:
    """A token of five minutes for this one call."""
    try:
        key = jwt.PyJWK.from_json(caller.key.read_text("utf-8"))
    except (OSError, ValueError, AttributeError, TypeError, jwt.PyJWTError) as error:
        raise ConfigError(f"{caller.key} holds no private JWK ({type(error).__name__})") from None
    now = datetime.now(UTC)
    claims = {
        "iss": caller.issuer,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + _LIFE).timestamp()),
        "jti": str(uuid.uuid4()),
    }
    try:
        return jwt.encode(claims, key, algorithm=key.algorithm_name, headers={"kid": caller.kid, "typ": "JWT"})
    except (AttributeError, TypeError, ValueError, jwt.PyJWTError) as error:  # AttributeError: a public key
        raise ConfigError(f"{caller.key}: not a key that can sign ({type(error).__name__})") from None
