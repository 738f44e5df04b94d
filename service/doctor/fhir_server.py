"""A site's FHIR server: there, R4, with the resource types that the rules need, and with our time."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import msgspec
import requests
import urllib3

from cards.needs import ALL
from service.addresses import AddressRefused
from service.deadline import capped, deadline, guarded_session
from service.doctor.finding import Finding, look, ok, wrong
from service.sites import Site

_SECONDS = 10.0
_SKEW = 60.0  # seconds: from there on, tokens of a caller with that clock are refused
_LARGEST = 32 * 1024 * 1024  # bytes; HAPI's own statement is about 2 MB


class _Resource(msgspec.Struct):
    type: str = ""


class _Rest(msgspec.Struct):
    resource: list[_Resource] = []


class _Capability(msgspec.Struct, rename="camel"):
    resource_type: str = ""
    fhir_version: str = ""
    rest: list[_Rest] = []


def check(site: Site, base: str) -> Iterator[Finding]:
    """Its CapabilityStatement, which needs no token."""
    where = f"site {site.name}: FHIR server {base}"
    try:
        until = time.monotonic() + _SECONDS
        with guarded_session() as session, deadline(until):
            answer = session.get(
                f"{base.rstrip('/')}/metadata",
                headers={"Accept": "application/fhir+json"},
                timeout=_SECONDS,
                stream=True,
            )
            content = capped(answer, _LARGEST, until=until)
    except AddressRefused as error:
        yield wrong(f"{where}: {error}", "list the server's own name; calls to this one are refused")
        return
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        yield wrong(
            f"{where} does not answer ({type(error).__name__})",
            "check the address, the firewall between here and there, and its certificate",
        )
        return
    yield from _clock(answer, where)
    if answer.is_redirect:
        yield wrong(f"{where} redirects, and redirects are not followed", "list the address that answers")
        return
    if answer.status_code != HTTPStatus.OK:
        yield wrong(
            f"{where} answers {answer.status_code} for its CapabilityStatement (/metadata)",
            "check that this is the base URL, the one that the EHR sends as fhirServer",
        )
        return
    if content is None:
        yield wrong(f"{where}: /metadata is larger than {_LARGEST} bytes", "check that this is a FHIR server")
        return
    yield from _statement(site, where, content)


def _statement(site: Site, where: str, content: bytes) -> Iterator[Finding]:
    try:
        statement = msgspec.json.decode(content, type=_Capability)
    except (msgspec.DecodeError, RecursionError):
        statement = _Capability()
    if statement.resource_type != "CapabilityStatement":
        to_do = "list the R4 base URL (DSTU2 has a Conformance, not a CapabilityStatement)"
        yield wrong(f"{where}: /metadata is no CapabilityStatement", to_do)
        return
    if not statement.fhir_version.startswith("4.0"):
        version = statement.fhir_version[:20] or "not told"
        yield wrong(f"{where} speaks FHIR {version}; this service reads R4 (4.0.1)", "list the server's R4 base URL")
        return
    yield ok(f"{where}: FHIR {statement.fhir_version}")
    has = {resource.type for rest in statement.rest for resource in rest.resource}
    wanted = sorted({need.resource_type for need in ALL})
    lacking = [name for name in wanted if name not in has and name not in site.unsupported]
    if lacking and has:
        lines = ", ".join(f'"{name}"' for name in sorted({*lacking, *site.unsupported}))
        yield look(
            f"{where} does not list {', '.join(lacking)}: each call that needs them says that it could not look",
            f"if the EHR really has none, paste under [sites.{site.name}]: unsupported = [{lines}]",
        )
    for name in sorted(site.unsupported & has):
        yield wrong(
            f"{where} has {name}, which the site declares unsupported: what is in it is never looked at",
            f"take {name} out of unsupported",
        )


def _clock(answer: requests.Response, where: str) -> Iterator[Finding]:
    try:
        there = parsedate_to_datetime(answer.headers.get("Date", ""))
        there = there if there.tzinfo else there.replace(tzinfo=UTC)
        apart = (datetime.now(UTC) - there).total_seconds()
    except (ValueError, OverflowError):
        yield look(f"{where} does not tell its time: the clocks were not compared", "compare both machines' clocks")
        return
    if abs(apart) > _SKEW:
        yield wrong(
            f"{where}: its clock and this machine's are {abs(apart):.0f} s apart: tokens are refused, times are wrong",
            "set both machines' clocks (NTP)",
        )
