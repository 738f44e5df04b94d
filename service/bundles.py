"""Bundles opened lazily: the envelope is read, the resources stay undecoded JSON.

A chart of 2,000 resources must not become 2,000 models when eight kinds of fact are needed. What is odd about a
Bundle is counted here, in words without chart values; what it means for a need is judged in `ledger_state`.
"""

import re
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from cards.ledger import State

# Decoding raises these: not JSON or not of the shape, nested too deep, text that is not UTF-8.
UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError)

# Resource types that R4 does not have: their sender speaks DSTU2, STU3 or R5.
NOT_R4_TYPES = frozenset(
    {
        "MedicationOrder",
        "DiagnosticOrder",
        "DeviceUseRequest",
        "ProcedureRequest",
        "ReferralRequest",
        "DeviceComponent",
        "Conformance",
        "OrderResponse",
        "BodySite",
        "DataElement",
        "EligibilityRequest",
        "ProcessRequest",
        "DeviceUsage",
        "NutritionIntake",
    }
)

# Issue codes of a warning that something is missing. Others, as Epic's 4101 "no results", take nothing away.
_TELLS_OF_A_GAP = frozenset(
    {
        "incomplete", "timeout", "throttled", "suppressed", "too-costly", "forbidden", "security", "login", "expired",
        "exception", "transient", "lock-error", "no-store",
    }
)  # fmt: skip

# Types of Bundle that answer something else than a search. Empty, they say nothing about what there is. Filled, they
# are what a client put together for this key, and as good as a collection (the standard's own example of prefetch).
_NO_SEARCH = frozenset(
    {"document", "message", "transaction", "transaction-response", "batch", "batch-response", "history",
        "subscription-notification"}
)  # fmt: skip

_LAST_STEP = re.compile(r"[/#]")  # a relation may be written as the address of its code
_HOLDERS = frozenset({"bundle", "list", "parameters"})  # an order may be inside, and nobody looks

_TYPE_FIRST = re.compile(rb'\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,60})"')
_TYPE_AND_ID_FIRST = re.compile(
    rb'\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,60})"\s*,\s*"id"\s*:\s*"([A-Za-z0-9.\-]{1,64})"'
)


class _Head(msgspec.Struct, gc=False):
    resourceType: str = ""  # noqa: N815 - FHIR's own name
    id: str = ""


class _Issue(msgspec.Struct, gc=False):
    severity: str = ""
    code: str = ""


class _OperationOutcome(msgspec.Struct, gc=False):
    issue: list[_Issue] = []


class _Search(msgspec.Struct, gc=False):
    mode: str = ""


class _Entry(msgspec.Struct, gc=False):
    resource: msgspec.Raw = msgspec.Raw()
    search: _Search | None = None


class _Link(msgspec.Struct, gc=False):
    relation: str = ""
    url: str = ""


class _Bundle(msgspec.Struct):
    resourceType: str = ""  # noqa: N815 - FHIR's own name
    type: str = ""
    total: int | None = None
    link: list[_Link] = []
    entry: list[_Entry] = []


class _OddBundle(msgspec.Struct):
    """The same with every part undecoded, for a Bundle of which some part is not what R4 says."""

    resourceType: str = ""  # noqa: N815 - FHIR's own name
    type: msgspec.Raw = msgspec.Raw()
    total: msgspec.Raw = msgspec.Raw()
    link: msgspec.Raw = msgspec.Raw()
    entry: msgspec.Raw = msgspec.Raw()


_Part = TypeVar("_Part")
_head = msgspec.json.Decoder(_Head)
_bundle = msgspec.json.Decoder(_Bundle)
_odd_bundle = msgspec.json.Decoder(_OddBundle)
_entry = msgspec.json.Decoder(_Entry)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_links = msgspec.json.Decoder(list[_Link])
_integer = msgspec.json.Decoder(int | None)
_string = msgspec.json.Decoder(str)
_outcome = msgspec.json.Decoder(_OperationOutcome)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One Bundle: resources with search.mode `match` (or none) by type, included ones, and what was odd."""

    by_type: dict[str, list[msgspec.Raw]]
    included: tuple[msgspec.Raw, ...] = ()
    errors: int = 0  # OperationOutcome entries of severity error or fatal
    gaps: int = 0  # OperationOutcome entries that say, without an error, that something is left out
    broken: int = 0  # entries without a readable resource
    is_cut: bool = False  # there is a next page, and its link has no address
    is_no_search: bool = False  # by its type, the answer to something else
    is_unclear: bool = False  # its type, total or links cannot be read
    total: int | None = None
    next_url: str = ""
    self_url: str = ""


class NoPage(msgspec.Struct, frozen=True):
    """What came is no Bundle; `kind` is the resource type that came instead, "" if it is none."""

    kind: str
    because: str


def kind_of(resource: msgspec.Raw | bytes) -> str:
    """The resourceType, "" if this is no resource. Most servers write it first: then nothing is decoded."""
    if found := _TYPE_FIRST.match(memoryview(resource)):
        return found.group(1).decode()
    try:
        return _head.decode(resource).resourceType
    except UNREADABLE:
        return ""


def identity_of(resource: msgspec.Raw | bytes) -> str:
    """ "Type/id", or "" for a resource without an id."""
    if found := _TYPE_AND_ID_FIRST.match(memoryview(resource)):
        return f"{found.group(1).decode()}/{found.group(2).decode()}"
    try:
        head = _head.decode(resource)
    except UNREADABLE:
        return ""
    return f"{head.resourceType}/{head.id}" if head.resourceType and head.id else ""


def once(resources: Iterable[msgspec.Raw]) -> tuple[msgspec.Raw, ...]:
    """Without repetitions of a Type/id, the first kept. Without an id nothing is known to be a repetition."""
    seen: dict[str | int, msgspec.Raw] = {}
    for number, resource in enumerate(resources):
        seen.setdefault(identity_of(resource) or number, resource)
    return tuple(seen.values())


def open_bundle(body: msgspec.Raw | bytes) -> Page | NoPage:
    """Read the envelope of a Bundle."""
    kind = kind_of(body)
    if kind != "Bundle":
        return NoPage(kind, _instead_of_a_bundle(body, kind))
    try:
        bundle = _bundle.decode(body)
    except UNREADABLE:
        return _open_odd(body)
    return _page(bundle.type, bundle.entry, bundle.total, bundle.link)


def _instead_of_a_bundle(body: msgspec.Raw | bytes, kind: str) -> str:
    if kind == "OperationOutcome":
        return "an OperationOutcome came in place of the Bundle"
    if kind:
        return "another resource came in place of the Bundle"
    start = bytes(memoryview(body)[:64]).lstrip().lower()
    if not start:
        return "the answer is empty"
    if start.startswith((b"<", b'"<')):
        return "HTML or XML came in place of JSON"
    if start.startswith(b"{"):
        return "JSON that is no FHIR resource, or is cut off, came in place of the Bundle"
    return "no FHIR Bundle came"


def _open_odd(body: msgspec.Raw | bytes) -> Page | NoPage:
    """A Bundle with some part of the wrong type: read what can be read, count the rest as broken."""
    try:
        odd = _odd_bundle.decode(body)
    except UNREADABLE:
        return NoPage("", "the Bundle is not JSON, or is cut off")
    entries: list[_Entry] = []
    broken = 0
    try:
        raws = _raws.decode(odd.entry) if _is_given(odd.entry) else []
    except UNREADABLE:
        return NoPage("", "the Bundle's entry is not a list")
    for raw in raws:
        try:
            entries.append(_entry.decode(raw))
        except UNREADABLE:
            broken += 1
    total, total_is_odd = _read_or(odd.total, _integer, None)
    links, links_are_odd = _read_or(odd.link, _links, [])  # one of them may have been the one to the next page
    kind, kind_is_odd = _read_or(odd.type, _string, "")
    return _page(kind, entries, total, links, broken=broken, is_unclear=total_is_odd or links_are_odd or kind_is_odd)


def _read_or(raw: msgspec.Raw, decoder: msgspec.json.Decoder[_Part], default: _Part) -> tuple[_Part, bool]:
    """What an element holds, the default where it is absent; and whether it was there and could not be read."""
    try:
        return (decoder.decode(raw) if _is_given(raw) else default), False
    except UNREADABLE:
        return default, True


def _is_given(raw: msgspec.Raw) -> bool:
    return len(memoryview(raw)) > 0 and bytes(raw) != b"null"


def _page(
    bundle_type: str,
    entries: list[_Entry],
    total: int | None,
    links: list[_Link],
    *,
    broken: int = 0,
    is_unclear: bool = False,
) -> Page:
    by_type: dict[str, list[msgspec.Raw]] = {}
    included: list[msgspec.Raw] = []
    errors = gaps = 0
    for entry in entries:
        kind = kind_of(entry.resource)
        if not kind:
            broken += 1
        elif kind == "OperationOutcome":
            if is_error(entry.resource):
                errors += 1
            else:
                gaps += _tells_of_a_gap(entry.resource)
        elif entry.search is not None and entry.search.mode == "include":
            included.append(entry.resource)
        else:
            by_type.setdefault(kind, []).append(entry.resource)
    relations = {_LAST_STEP.split(link.relation.strip().lower())[-1]: link.url for link in links}
    return Page(
        by_type=by_type,
        included=tuple(included),
        errors=errors,
        gaps=gaps,
        broken=broken,
        is_cut="next" in relations and not relations["next"].strip(),
        is_no_search=bundle_type.strip().lower() in _NO_SEARCH,
        is_unclear=is_unclear or (total is not None and total < 0),
        total=total,
        next_url=relations.get("next", ""),
        self_url=relations.get("self", ""),
    )


def is_error(outcome: msgspec.Raw | bytes) -> bool:
    """Whether an OperationOutcome tells of an error; one that cannot be read is taken for one."""
    try:
        issues = _outcome.decode(outcome).issue
    except UNREADABLE:
        return True
    return any(issue.severity.lower() in {"error", "fatal"} for issue in issues)


def _tells_of_a_gap(outcome: msgspec.Raw | bytes) -> bool:
    return any(issue.code.lower() in _TELLS_OF_A_GAP for issue in _outcome.decode(outcome).issue)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What pages mean for one need: its state, and the resources of its type."""

    state: State
    because: str = ""
    resources: tuple[msgspec.Raw, ...] = ()
    included: tuple[msgspec.Raw, ...] = ()


def _may_hide(kind: str, resource_type: str) -> bool:
    """Whether an entry of another type may hold, or be, what was asked for."""
    plain = kind.strip().lower()
    return kind != resource_type and (plain == resource_type.lower() or plain in _HOLDERS)


def judge(pages: list[Page], resource_type: str) -> Judged:
    """The state of a need by the Bundles that came for it, all pages there are; links are not looked at."""
    found = [r for page in pages for r in page.by_type.get(resource_type, ())]
    others = [r for page in pages for kind, rs in page.by_type.items() if kind != resource_type for r in rs]
    broken = sum(page.broken for page in pages)
    hiding = sum(len(rs) for page in pages for kind, rs in page.by_type.items() if _may_hide(kind, resource_type))
    # Pages that bring the same again bring nothing: a server may have ignored where to go on.
    distinct = (*once(found), *once(others)) if len(pages) > 1 else (*found, *others)
    sent = len(distinct) + broken
    total = max((page.total for page in pages if page.total is not None), default=0)
    state, because = State.PRESENT if found else State.NONE, ""
    if any(page.errors for page in pages):
        state = State.PARTIAL if found else State.FAILED
        because = "the EHR reports an error in the Bundle"
    elif not found and any(page.is_no_search for page in pages):
        state, because = State.UNPARSED, "the Bundle is, by its type, no answer to a search"
    elif others and not found:
        state, because = State.UNPARSED, f"the Bundle holds no {resource_type}"
    elif broken or hiding:
        state, because = State.PARTIAL, f"{broken + hiding} entries could not be read"
    elif any(page.is_unclear for page in pages):
        state, because = State.PARTIAL, "the Bundle's own type, total or links cannot be read"
    elif any(page.is_cut for page in pages):
        state, because = State.PARTIAL, "there is a next page, and its link has no address"
    elif any(page.gaps for page in pages):
        state, because = State.PARTIAL, "the EHR warns that something is left out"
    elif total > sent:
        state, because = State.PARTIAL, f"the EHR counts {total} entries and sent {sent}"
    return Judged(
        state=state,
        because=because,
        resources=once(found) if len(pages) > 1 else tuple(found),
        included=tuple(r for page in pages for r in page.included) + tuple(others),
    )
