"""Calls, Bundles and what came of them, for the tests of gather."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from cards.hooks import PATIENT_VIEW
from cards.ledger import Entry
from cards.needs import MEDICATION_REQUESTS, Need
from service.fhir import FhirClient
from service.gather import Gathered, gather
from service.sites import Site
from service.wire import Authorization, Call
from tests.service.fhir_faults import server_that

BASE = "https://fhir.example.org/r4"
LISTED = Site(name="riverside", fhir_servers=(BASE,))
ORDER = {"resourceType": "MedicationRequest", "id": "m1"}
OTHER = {"resourceType": "MedicationRequest", "id": "m2"}
CONDITION = {"resourceType": "Condition", "id": "c1"}


def outcome(severity: str, code: str = "processing", detail: str = "") -> dict[str, Any]:
    """An OperationOutcome."""
    issue: dict[str, Any] = {"severity": severity, "code": code}
    if detail:
        issue["details"] = {"coding": [{"code": detail}]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def bundle(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A searchset."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]} | more


def call(
    prefetch: dict[str, Any] | None = None, *, server: str = "", token: str = "", drafts: tuple[Any, ...] = ()
) -> Call:
    """A call whose prefetch is JSON; text that is no JSON cannot come through the wire."""
    return Call(
        hook=PATIENT_VIEW,
        hook_instance="",
        patient_id="p1",
        fhir_server=server,
        authorization=Authorization(access_token=token) if token else None,
        prefetch={key: msgspec.Raw(json.dumps(value).encode()) for key, value in (prefetch or {}).items()},
        drafts=tuple(msgspec.Raw(json.dumps(draft).encode()) for draft in drafts),
    )


def gathered(client: FhirClient, what: Call, *wanted: Need, site: Site = LISTED, seconds: float = 2.0) -> Gathered:
    """Gather these needs."""
    return gather(what, site, wanted, client, until=time.monotonic() + seconds)


def entry(result: Gathered, need: Need = MEDICATION_REQUESTS) -> Entry:
    """The ledger's entry of one need."""
    return result.ledger[need.key]


def ids(result: Gathered, need: Need = MEDICATION_REQUESTS) -> list[str]:
    """The ids supplied for one need."""
    return [msgspec.json.decode(s.raw).get("id") for s in result.supplied if s.need == need.key]


def encoded(value: Any) -> bytes:
    """As it goes over the wire."""
    return json.dumps(value).encode()


@contextmanager
def told_by(act: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """The base of a server whose answer may look at the request."""
    with server_that(act, tells=True) as base:
        yield base
