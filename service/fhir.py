"""A FHIR R4 client that reads, keeps to a deadline and tells "nothing there" from "could not look".

Every way in which a server can fail ends in a state of the ledger with a clause that says who can mend it; nothing
is raised to the caller. The token goes to the origin of the base alone: no redirects, no foreign pages. Threads and the
breaker are those of the lane (`service/lanes.py`).
"""

import re
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urljoin

import msgspec
import requests
import urllib3

from cards.ledger import WHOLE, State
from service.addresses import AddressRefused
from service.bundles import NOT_R4_TYPES, UNREADABLE, NoPage, Page, judge, kind_of, open_bundle
from service.circuit import Breaker, Circuit
from service.deadline import capped, deadline, guarded_session
from service.fhir_urls import is_under, origin_and_path, search_url
from service.lanes import THREADS, Lane, Lanes

MAX_BYTES = 32 * 1024 * 1024  # of one search with all its pages, after decompression
MAX_PAGES = 100  # 2,000 vital signs by pages of 50 are 40
STALE_SECONDS = 60.0  # HTTP Age from which an answer is "stale" (contract)
WARM_HOSTS = 50  # whose connections are kept for the next call
FAIR_SECONDS = 0.25  # a server that was given less time than this has not failed, whatever came
DEADLINE = "deadline: the FHIR server had not answered within the time of the call"

_NO_CONNECTION = "no connection to the FHIR server, or it broke off: the site must look at its address and state"
_NO_TRUST = "the FHIR server's certificate was not accepted: the site must look at it"
_NOT_UNPACKED = "what the FHIR server sent could not be unpacked: the site must look at the server"
_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}  # what is unpacked with a cap on its size
_AT_ONCE = 0.0  # seconds before another try: the connection was lost before an answer began
_OVERLOADED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_FHIR_VERSION = re.compile(r"fhirVersion=\"?(\d+)")
_ID = re.compile(r"(?!\.+$)[A-Za-z0-9\-._]{1,128}")  # FHIR's own pattern, and what servers in the field add to it


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one search or read."""

    state: State
    because: str = ""
    resources: tuple[msgspec.Raw, ...] = ()
    included: tuple[msgspec.Raw, ...] = ()
    status: int = 0  # of the last HTTP answer, 0 if there was none
    incident: str = ""  # what an operator should look into
    not_r4: bool = False
    pages: int = 0  # of a search, read


class _Body(msgspec.Struct, frozen=True):
    content: bytes = b""
    age: float = 0.0
    not_r4: bool = False


class _Fault(msgspec.Struct, frozen=True):
    state: State
    because: str
    status: int = 0
    incident: str = ""


class _Asking(msgspec.Struct, frozen=True):
    """On whose behalf, and until when."""

    base: str
    token: str
    until: float
    circuit: Circuit


class _Gap(msgspec.Struct, frozen=True):
    """Why the pages end before the last one; "" if they do not."""

    because: str = ""
    incident: str = ""


class FhirClient:
    """One warm connection pool for the whole service, a lane of its own for each site and origin; safe to share."""

    def __init__(self, *, threads: int = THREADS) -> None:
        self._lanes = Lanes(threads)
        self._session = guarded_session(hosts=WARM_HOSTS, connections=threads)

    def close(self) -> None:
        """Give back connections and threads; searches under way end by their own deadline."""
        self._lanes.close()
        self._session.close()

    def breakers(self) -> list[Breaker]:
        """Which servers are not asked at present, and why: a breaker a site and origin."""
        return self._lanes.breakers()

    def submit(
        self, ask: Callable[..., Answer], base: str, query: str, *, token: str, until: float, site: str
    ) -> "Future[Answer]":
        """Have `search` or `read` done by a thread of the lane."""
        lane = self._lane(site, base)
        return lane.threads.submit(ask, base, query, token=token, until=until, site=site)

    def search(self, base: str, query: str, *, token: str = "", until: float, site: str = "") -> Answer:
        """Run `Type?name=value&…` and follow its pages, until the moment `until`.

        What is already percent-encoded in the values stays, the rest is encoded here.
        """
        resource_type, _, parameters = query.partition("?")
        url = search_url(base, resource_type, parameters)
        if not url:
            return Answer(state=State.FAILED, because="not asked: a parameter of the query is empty")
        return self._pages(url, resource_type, self._asking(base, token, until, site))

    def read(self, base: str, reference: str, *, token: str = "", until: float, site: str = "") -> Answer:
        """Read `Type/id`."""
        resource_type, _, resource_id = reference.partition("/")
        if not _ID.fullmatch(resource_id):
            return Answer(state=State.FAILED, because=f"not asked: the id of this {resource_type} is not a FHIR id")
        url = f"{base.rstrip('/')}/{resource_type}/{resource_id}"
        got = self._get(url, resource_type, self._asking(base, token, until, site), MAX_BYTES)
        if isinstance(got, _Fault):
            return Answer(state=got.state, because=got.because, status=got.status, incident=got.incident)
        kind = kind_of(got.content)
        if kind == "OperationOutcome":
            return Answer(state=State.FAILED, because="an OperationOutcome came in place of the resource", status=200)
        if kind != resource_type or not _is_json(got.content):
            return Answer(state=State.UNPARSED, because=f"what came is no {resource_type}", status=200)
        stale = got.age > STALE_SECONDS
        return Answer(
            state=State.STALE if stale else State.PRESENT,
            because=_stale_words(got.age) if stale else "",
            resources=(msgspec.Raw(got.content),),
            status=200,
            not_r4=got.not_r4,
        )

    def is_not_r4(self, base: str, *, token: str = "", until: float, site: str = "") -> bool:
        """Whether the server's own statement names another FHIR version than 4; False if it cannot be had."""
        asking = self._asking(base, token, until, site)
        got = self._get(f"{base.rstrip('/')}/metadata", "CapabilityStatement", asking, MAX_BYTES)
        if isinstance(got, _Fault):
            return False
        try:
            statement = msgspec.json.decode(got.content, type=_Capability)
        except UNREADABLE:
            return False
        return got.not_r4 or statement.fhirVersion[:2] not in {"", "4."}

    def _lane(self, site: str, base: str) -> Lane:
        return self._lanes.of(site, (origin_and_path(base) or ("", ""))[0])

    def _asking(self, base: str, token: str, until: float, site: str) -> _Asking:
        return _Asking(base, token, until, self._lane(site, base).circuit)

    def _pages(self, first: str, resource_type: str, asking: _Asking) -> Answer:
        pages: list[Page] = []
        visited = {first}
        url, left, oldest = first, MAX_BYTES, 0.0
        gap = _Gap()
        not_r4 = False
        while url:
            page, body = self._page(url, resource_type, asking, left)
            not_r4 = not_r4 or body.not_r4
            if isinstance(page, _Fault):
                if not pages:
                    return Answer(
                        state=page.state,
                        because=page.because,
                        status=page.status,
                        incident=page.incident,
                        not_r4=not_r4,
                    )
                gap = _Gap(f"page {len(pages) + 1} was not read: {page.because}", page.incident)
                break
            pages.append(page)
            left -= len(body.content)
            oldest = max(oldest, body.age)
            url, gap = _next(url, page.next_url, asking.base, visited)
            if gap.because:
                break
            visited.add(url)
        judged = judge(pages, resource_type)
        state, because = judged.state, judged.because
        if gap.because:
            state, because = State.PARTIAL, gap.because
        elif oldest > STALE_SECONDS and state in WHOLE:
            state, because = State.STALE, _stale_words(oldest)
        return Answer(
            state=state,
            because=because,
            resources=judged.resources,
            included=judged.included,
            status=200,
            incident=gap.incident,
            not_r4=not_r4 or any(kind_of(resource) in NOT_R4_TYPES for resource in judged.included),
            pages=len(pages),
        )

    def _page(self, url: str, resource_type: str, asking: _Asking, limit: int) -> tuple[Page | _Fault, _Body]:
        got = self._get(url, resource_type, asking, limit)
        if isinstance(got, _Fault):
            return got, _Body()
        page = open_bundle(got.content)
        if isinstance(page, NoPage):
            state = State.FAILED if page.kind == "OperationOutcome" else State.UNPARSED
            return _Fault(state, page.because, 200), got
        return page, got

    def _get(self, url: str, resource_type: str, asking: _Asking, limit: int) -> _Body | _Fault:
        """One GET, and at most one more: after a pause that was asked for and fits, or where no answer began."""
        got, pause = self._try(url, resource_type, asking, limit)
        if pause is not None and time.monotonic() + pause < asking.until:
            got, _ = self._try(url, resource_type, asking, limit)  # the circuit waits until the pause is over
        return got

    def _try(self, url: str, resource_type: str, asking: _Asking, limit: int) -> tuple[_Body | _Fault, float | None]:
        """What came, and after how many seconds another try makes sense (None: never)."""
        circuit, until = asking.circuit, asking.until
        not_admitted = circuit.admit(until)
        if not_admitted:
            return _Fault(State.FAILED, not_admitted), None
        left = until - time.monotonic()
        if left <= 0:
            return _Fault(State.FAILED, DEADLINE), None
        headers = {"Accept": "application/fhir+json", "Cache-Control": "no-cache"}  # HAPI repeats answers for 60 s
        if asking.token:
            headers["Authorization"] = f"Bearer {asking.token}"
        has_answered = False
        try:
            with deadline(until), self._session.get(url, headers=headers, timeout=left, stream=True) as response:
                has_answered = True
                got, pause = _received(response, resource_type, until, limit)
        except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
            if left >= FAIR_SECONDS:
                circuit.failed()
            return _Fault(State.FAILED, DEADLINE), None
        except AddressRefused as error:
            return _address_refused(error), None
        except urllib3.exceptions.DecodeError:
            circuit.succeeded()
            return _Fault(State.FAILED, _NOT_UNPACKED), None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            # the exception's own words hold the URL, and with it the patient's id: they go nowhere
            circuit.failed()
            if time.monotonic() >= until:
                return _Fault(State.FAILED, DEADLINE), None
            if isinstance(error, requests.exceptions.SSLError):
                return _Fault(State.FAILED, _NO_TRUST), None
            return _Fault(State.FAILED, _NO_CONNECTION), None if has_answered else _AT_ONCE
        _tell(circuit, got, pause)
        return got, pause


def _tell(circuit: Circuit, got: _Body | _Fault, pause: float | None) -> None:
    """What an answer says of its server: 5xx is a failure, unless it says when to come again."""
    if pause is not None:
        circuit.pause(pause)
    if isinstance(got, _Fault) and got.status >= HTTPStatus.INTERNAL_SERVER_ERROR and pause is None:
        circuit.failed()
    else:
        circuit.succeeded()


def _address_refused(error: AddressRefused) -> _Fault:
    because = f"the FHIR server's name leads to {error}: not called; the site must look at its name server"
    return _Fault(State.FORBIDDEN, because, incident=f"a FHIR server's name leads to {error}")


def _received(
    response: requests.Response, resource_type: str, until: float, limit: int
) -> tuple[_Body | _Fault, float | None]:
    """The body, or what the status says; and the pause that the server asks for before another try."""
    status = response.status_code
    if status != HTTPStatus.OK:
        pause = _pause(response.headers.get("Retry-After", "")) if status in _OVERLOADED else None
        return _refused(status, resource_type), pause
    encodings = response.headers.get("Content-Encoding", "").lower().split(",")
    if not {encoding.strip() for encoding in encodings} <= _ENCODINGS:
        return _Fault(State.FAILED, _NOT_UNPACKED, status), None
    content = capped(response, limit, until=until)
    if content is None:
        because = f"the answer is larger than {limit} bytes: the site must allow smaller pages"
        return _Fault(State.FAILED, because, status), None
    version = _FHIR_VERSION.search(response.headers.get("Content-Type", ""))
    not_r4 = version is not None and version.group(1) != "4"
    content = content.removeprefix(b"\xef\xbb\xbf")  # some servers send a byte-order mark
    return _Body(content, _seconds(response.headers.get("Age", "")), not_r4), None


class _Capability(msgspec.Struct):
    fhirVersion: str = ""  # noqa: N815 - FHIR's own name


def _next(url: str, link: str, base: str, visited: set[str]) -> tuple[str, _Gap]:
    """The next page's address, "" if there is none; and why it may not be asked for."""
    if not link:
        return "", _Gap()
    try:
        following = urljoin(url, link)
    except ValueError:  # "http://[::1": no address at all
        return link, _Gap("the next page has no readable address", "a FHIR server's next link is no address")
    return following, _gap_before(following, base, visited)


def _gap_before(url: str, base: str, visited: set[str]) -> _Gap:
    """Whether the next page may not be asked for."""
    if not is_under(url, base):
        return _Gap(
            "the next page lies outside the FHIR server's base address: not followed",
            "a FHIR server's next link leaves its base address",
        )
    if url in visited:
        return _Gap("the FHIR server's pages run in a circle")
    if len(visited) >= MAX_PAGES:
        return _Gap(f"there are more than {MAX_PAGES} pages: the site must allow larger pages")
    return _Gap()


def _refused(status: int, resource_type: str) -> _Fault:
    if status == HTTPStatus.UNAUTHORIZED:
        because = "the FHIR server refuses the access token (401): the EHR must send a valid fhirAuthorization"
        return _Fault(State.FORBIDDEN, because, status)
    if status == HTTPStatus.FORBIDDEN:
        because = f"the FHIR server refuses it (403): the site must grant this service {resource_type}.read"
        return _Fault(State.FORBIDDEN, because, status)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        because = f"the FHIR server redirects ({status}): the site must list the address that answers"
    elif status == HTTPStatus.NOT_FOUND:
        because = f"the FHIR server knows no such {resource_type} (404): the site must check address and resource type"
    elif status == HTTPStatus.GONE:
        because = f"the FHIR server no longer has it (410): the {resource_type} or the page was deleted"
    elif status in _OVERLOADED:
        because = f"the FHIR server is overloaded ({status}): the site must give this service more room"
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        because = f"the FHIR server failed ({status}): the site must look at the server"
    elif status >= HTTPStatus.BAD_REQUEST:
        because = f"the FHIR server does not accept the query ({status}): the operator must look at the query"
    else:
        because = f"the FHIR server answered {status} without data: the site must look at the server"
    return _Fault(State.FAILED, because, status)


def _is_json(content: bytes) -> bool:
    try:
        msgspec.json.decode(content, type=msgspec.Raw)
    except UNREADABLE:
        return False
    return True


def _seconds(age: str) -> float:
    """HTTP Age; a header that is no number says nothing."""
    return float(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0.0


def _stale_words(age: float) -> str:
    return f"the answer had lain in a cache for {age:.0f} s: the site must let this service pass the cache"


def _pause(retry_after: str) -> float | None:
    """Seconds to wait by a Retry-After header of seconds or of a date; None without one."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):  # a year or a zone of twenty digits
        return None
