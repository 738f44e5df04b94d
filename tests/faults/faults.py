"""Every way in which a FHIR server is known to fail, and what of it can be lost."""

import copy
import json
import re
import socket
import time
import zlib
from functools import cache
from typing import Any

import msgspec

from tests.faults.server import Fault, Wanted, encoded, send

DEADLINE = 1.0  # seconds; that of the site under test
_HUGE = 200_000_000  # bytes
_OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T[^\"]*)?")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A fault. `loses`: the need can't have been read whole; otherwise that depends on what is in the chart."""

    act: Fault
    loses: bool = True
    of_searches: bool = False  # has no meaning for the read of one resource
    waits: bool = False  # the call lasts until its deadline: many at once cost nothing
    is_heavy: bool = False  # not for all needs of a call at once, for the sake of memory


def _status(status: str, **headers: str) -> Fault:
    def act(connection: socket.socket, _wanted: Wanted) -> None:
        send(connection, encoded(_OUTCOME), status=status, **headers)

    return act


def _body(body: bytes, **headers: str) -> Fault:
    def act(connection: socket.socket, _wanted: Wanted) -> None:
        send(connection, body, **headers)

    return act


def well(connection: socket.socket, wanted: Wanted) -> None:
    """No fault."""
    send(connection, encoded(wanted.good))


def hangs_up(_connection: socket.socket, _wanted: Wanted) -> None:
    """Closes without a word."""


def silent(_connection: socket.socket, _wanted: Wanted) -> None:
    """Takes the request and never answers."""
    time.sleep(DEADLINE + 2)


def drips_headers(connection: socket.socket, _wanted: Wanted) -> None:
    """A byte now and then, no read ever times out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _drip(connection)


def drips_body(connection: socket.socket, _wanted: Wanted) -> None:
    """The same after the headers."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    _drip(connection)


def _drip(connection: socket.socket) -> None:
    for _ in range(int(4 * (DEADLINE + 2))):
        connection.sendall(b" ")
        time.sleep(0.25)


def late(connection: socket.socket, wanted: Wanted) -> None:
    """The right answer, after the deadline."""
    time.sleep(DEADLINE + 0.5)
    send(connection, encoded(wanted.good))


def truncated(connection: socket.socket, wanted: Wanted) -> None:
    """Less than announced."""
    body = encoded(wanted.good)
    send(connection, body[: len(body) // 2], length=len(body))


def cut_off(connection: socket.socket, wanted: Wanted) -> None:
    """Half of it, announced as the whole."""
    body = encoded(wanted.good)
    send(connection, body[: len(body) // 2])


def endless_pages(connection: socket.socket, wanted: Wanted) -> None:
    """Always one more."""
    _page(connection, wanted, f"{wanted.base}/{wanted.resource_type}?page={wanted.page + 1}")


def foreign_next(connection: socket.socket, wanted: Wanted) -> None:
    """The second page elsewhere."""
    _page(connection, wanted, f"{wanted.elsewhere}/{wanted.resource_type}?page=2")


def circle(connection: socket.socket, wanted: Wanted) -> None:
    """The second page is its own successor."""
    _page(connection, wanted, f"{wanted.base}/{wanted.resource_type}?page=2")


def second_page_fails(connection: socket.socket, wanted: Wanted) -> None:
    """Everything would be on the second page."""
    if wanted.page == 1:
        _page(connection, wanted, f"{wanted.base}/{wanted.resource_type}?page=2")
    else:
        _status("500 Internal Server Error")(connection, wanted)


def _page(connection: socket.socket, wanted: Wanted, following: str) -> None:
    link = [{"relation": "next", "url": following}]
    send(connection, encoded({"resourceType": "Bundle", "type": "searchset", "entry": [], "link": link}))


def redirect(connection: socket.socket, wanted: Wanted) -> None:
    """Elsewhere, with the token if somebody follows."""
    send(connection, b"", status="307 Temporary Redirect", Location=f"{wanted.elsewhere}/{wanted.resource_type}")


def huge(connection: socket.socket, wanted: Wanted) -> None:
    """200 MB of JSON that is right in the end."""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {_HUGE}\r\n\r\n".encode())
    for _ in range(_HUGE // 1_000_000):
        connection.sendall(b" " * 1_000_000)


def bomb(connection: socket.socket, _wanted: Wanted) -> None:
    """The same in 200 kB of gzip."""
    send(connection, _packed(), Content_Encoding="gzip")


@cache
def _packed() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(_HUGE // 1_000_000)) + packer.flush()


def foreign_patient(connection: socket.socket, wanted: Wanted) -> None:
    """Somebody else's resource among the patient's own."""
    if wanted.is_read:
        send(connection, encoded({"resourceType": wanted.resource_type, "id": "somebody-else"}))
        return
    who = {"reference": "Patient/somebody-else"}
    other = {"resourceType": wanted.resource_type, "id": "other-1", "subject": who, "patient": who,
             "participant": [{"actor": who}]}  # fmt: skip
    send(connection, encoded(_with(wanted, other)))


def bad_dates(connection: socket.socket, wanted: Wanted) -> None:
    """No date of any resource can be read."""
    send(connection, _DATE.sub("2026-99-99", json.dumps(wanted.good)).encode())


def deep(connection: socket.socket, wanted: Wanted) -> None:
    """A resource nested a hundred thousand times."""
    nest = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    _odd(connection, wanted, b'{"resourceType":"%s","id":"deep","extension":%s}', nest)


def bad_utf8(connection: socket.socket, wanted: Wanted) -> None:
    """Bytes that are no text, where a status stands."""
    _odd(connection, wanted, b'{"resourceType":"%s","id":"x-1","status":"%s"}', b"\xff\xfe")


def not_a_number(connection: socket.socket, wanted: Wanted) -> None:
    """NaN, which other parsers let pass."""
    _odd(connection, wanted, b'{"resourceType":"%s","id":"nan","valueQuantity":{"value":%s}}', b"NaN")


def _odd(connection: socket.socket, wanted: Wanted, template: bytes, value: bytes) -> None:
    resource = template % (wanted.resource_type.encode(), value)
    if not wanted.is_read:
        resource = b'{"resourceType":"Bundle","type":"searchset","entry":[{"resource":%s}]}' % resource
    send(connection, resource)


def long_texts(connection: socket.socket, wanted: Wanted) -> None:
    """One more resource, whose texts are a megabyte each."""
    text = "baclofen pump refill due 10 Mar 2026, no fever, alarm; " * 18_000
    long = {"resourceType": wanted.resource_type, "status": text, "code": {"text": text}, "note": [{"text": text}],
            "medicationCodeableConcept": {"text": text}, "valueString": text, "birthDate": text}  # fmt: skip
    if wanted.is_read:
        send(connection, encoded({**long, "id": wanted.patient}))
    else:
        send(connection, encoded(_with(wanted, {**long, "id": "long-1"})))


def wrong_type(connection: socket.socket, wanted: Wanted) -> None:
    """Resources of a type that was not asked for."""
    basic = {"resourceType": "Basic", "id": "b1"}
    send(connection, encoded(basic if wanted.is_read else {"resourceType": "Bundle", "entry": [{"resource": basic}]}))


def outcome_among_entries(connection: socket.socket, wanted: Wanted) -> None:
    """An error in the Bundle, beside what was found."""
    send(connection, encoded(_with(wanted, _OUTCOME)))


def more_than_sent(connection: socket.socket, wanted: Wanted) -> None:
    """The server counts more than it sends."""
    entries = wanted.good.get("entry", [])
    send(connection, encoded({**wanted.good, "total": len(entries) + 5}))


def stale(connection: socket.socket, wanted: Wanted) -> None:
    """Out of a cache, ten minutes old."""
    send(connection, encoded(wanted.good), Age="600")


def unread_entry(connection: socket.socket, wanted: Wanted) -> None:
    """An entry without a resource."""
    bundle = copy.deepcopy(wanted.good)
    bundle.setdefault("entry", []).append({"fullUrl": "urn:x"})
    send(connection, encoded(bundle))


def _with(wanted: Wanted, resource: dict[str, Any]) -> dict[str, Any]:
    entries = [*wanted.good.get("entry", []), {"resource": resource}]
    return {**wanted.good, "entry": entries}


REFUSED = "refused"  # nobody listens: the caller gives another port
KINDS: dict[str, Kind] = {
    "500": Kind(act=_status("500 Internal Server Error")),
    "502": Kind(act=_status("502 Bad Gateway")),
    "503": Kind(act=_status("503 Service Unavailable")),
    "503-again-at-once": Kind(act=_status("503 Service Unavailable", Retry_After="0")),
    "503-again-later": Kind(act=_status("503 Service Unavailable", Retry_After="30")),
    "401": Kind(act=_status("401 Unauthorized")),
    "403": Kind(act=_status("403 Forbidden")),
    "404": Kind(act=_status("404 Not Found")),
    "410": Kind(act=_status("410 Gone")),
    "429": Kind(act=_status("429 Too Many Requests", Retry_After="Wed, 21 Oct 2065 07:28:00 GMT")),
    "204": Kind(act=_status("204 No Content")),
    REFUSED: Kind(act=well),
    "hangs-up": Kind(act=hangs_up),
    "silent": Kind(act=silent, waits=True),
    "drips-headers": Kind(act=drips_headers, waits=True),
    "drips-body": Kind(act=drips_body, waits=True),
    "late": Kind(act=late, waits=True),
    "truncated": Kind(act=truncated),
    "cut-off": Kind(act=cut_off),
    "html": Kind(act=_body(b"<html><body>Sign in</body></html>", Content_Type="text/html")),
    "outcome": Kind(act=_body(encoded(_OUTCOME))),
    "outcome-among-entries": Kind(act=outcome_among_entries, of_searches=True),
    "empty": Kind(act=_body(b"")),
    "null": Kind(act=_body(b"null")),
    "array": Kind(act=_body(b"[]")),
    "text": Kind(act=_body(b'"see chart"')),
    "wrong-type": Kind(act=wrong_type),
    "endless-pages": Kind(act=endless_pages, of_searches=True),
    "foreign-next": Kind(act=foreign_next, of_searches=True),
    "circle": Kind(act=circle, of_searches=True),
    "second-page-fails": Kind(act=second_page_fails, of_searches=True),
    "more-than-sent": Kind(act=more_than_sent, of_searches=True),
    "unread-entry": Kind(act=unread_entry, of_searches=True),
    "redirect": Kind(act=redirect),
    "huge": Kind(act=huge, is_heavy=True),
    "bomb": Kind(act=bomb, is_heavy=True),
    "brotli": Kind(act=_body(b"\x0b\x02\x80{}\x03", Content_Encoding="br")),
    "false-gzip": Kind(act=_body(b"abcd", Content_Encoding="gzip")),
    "foreign-patient": Kind(act=foreign_patient),
    "bad-dates": Kind(act=bad_dates, loses=False),
    "deep": Kind(act=deep),
    "bad-utf8": Kind(act=bad_utf8),
    "nan": Kind(act=not_a_number),
    "long-texts": Kind(act=long_texts),
    "stale": Kind(act=stale),
}
WELL = "well"
