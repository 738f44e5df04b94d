"""What the client sent along: each prefetch value judged, then put together by need.

Absent, `null`, an empty Bundle, an OperationOutcome and the first page of many are five different answers.
"""

from collections.abc import Mapping

import msgspec

from cards.ledger import WHOLE, State
from cards.needs import BY_KEY, Need
from service.bundles import NOT_R4_TYPES, NoPage, Page, judge, kind_of, once, open_bundle
from service.clients import generic

SOURCE = "prefetch"
_UNKNOWN_KEY = "it came under a key that we did not ask for, so there may be more"


class Have(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one need so far."""

    state: State
    because: str = ""
    resources: tuple[msgspec.Raw, ...] = ()
    source: str = ""

    @property
    def is_whole(self) -> bool:
        """Nothing more to ask for."""
        return self.state in WHOLE


class _Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One prefetch value: its state as an answer to the need of its key, and all it holds by resource type."""

    state: State
    because: str = ""
    whole_need: str = ""  # the need that it answers whole by its own `self` link
    by_type: Mapping[str, tuple[msgspec.Raw, ...]] = {}


class Prefetched(msgspec.Struct, frozen=True, kw_only=True):
    """All prefetch values, put together by need."""

    have: Mapping[str, Have]
    included: tuple[msgspec.Raw, ...] = ()  # resources that answer no need, such as an included Medication
    not_r4: bool = False


def read_prefetch(prefetch: Mapping[str, msgspec.Raw], needs: tuple[Need, ...], patient_id: str) -> Prefetched:
    """The state of every need by prefetch alone."""
    offers = {key: _offer(key, raw, patient_id) for key, raw in prefetch.items()}
    have = {need.key: _put_together(need, offers) for need in needs}
    types = {need.resource_type for need in needs}
    loose = [r for offer in offers.values() for kind, rs in offer.by_type.items() if kind not in types for r in rs]
    return Prefetched(
        have=have,
        included=once(r for r in loose if kind_of(r) == "Medication"),
        not_r4=any(kind in NOT_R4_TYPES for offer in offers.values() for kind in offer.by_type),
    )


def _offer(key: str, raw: msgspec.Raw, patient_id: str) -> _Offer:
    need = BY_KEY.get(generic.need_of(key))
    if bytes(memoryview(raw)[:5]) == b"null":
        return _Offer(state=State.NONE)
    kind = kind_of(raw)
    if kind not in {"", "Bundle", "OperationOutcome"}:
        return _single(key, raw, kind, need)
    page = open_bundle(raw)
    if isinstance(page, NoPage):
        failed = page.kind == "OperationOutcome"
        return _Offer(state=State.FAILED if failed else State.UNPARSED, because=page.because)
    by_type = _by_type(page)
    wanted = need.resource_type if need else next(iter(by_type), "")
    judged = judge([page], wanted)
    state, because = judged.state, judged.because
    if page.next_url and state in {State.PRESENT, State.NONE}:
        state, because = State.PARTIAL, "only the first page came"
    if need and state in WHOLE and generic.is_narrowed(key, page.self_url, patient_id):
        state, because = State.PARTIAL, "the Bundle's own link shows a narrower search than was asked for"
    whole_need = generic.need_by_self_link(page.self_url, patient_id) if state in WHOLE else ""
    return _Offer(state=state, because=because, whole_need=whole_need, by_type=by_type)


def _single(key: str, raw: msgspec.Raw, kind: str, need: Need | None) -> _Offer:
    """A resource by itself: right for a read (the patient, the hook's encounter), wrong for a search."""
    by_type = {kind: (raw,)}
    if need is None or key in generic.PARTS:
        return _Offer(state=State.PRESENT, by_type=by_type)
    if kind != need.resource_type:
        return _Offer(state=State.UNPARSED, because=f"another resource came in place of {need.key}", by_type=by_type)
    if need.query.partition("?")[1]:
        return _Offer(state=State.PARTIAL, because="one resource came in place of a Bundle", by_type=by_type)
    return _Offer(state=State.PRESENT, by_type=by_type)


def _by_type(page: Page) -> dict[str, tuple[msgspec.Raw, ...]]:
    if not page.included:
        return {kind: tuple(found) for kind, found in page.by_type.items()}
    lists = {kind: list(found) for kind, found in page.by_type.items()}
    for resource in page.included:
        lists.setdefault(kind_of(resource), []).append(resource)
    return {kind: tuple(found) for kind, found in lists.items()}


def _put_together(need: Need, offers: Mapping[str, _Offer]) -> Have:
    own = offers.get(need.key)
    mine = own.by_type.get(need.resource_type, ()) if own else ()
    pieces = {key: offer for key, offer in offers.items() if key != need.key and _may_hold(key, offer, need)}
    found = tuple(r for offer in pieces.values() for r in offer.by_type.get(need.resource_type, ()))
    resources = once((*mine, *found)) if found else mine
    if own and own.state in WHOLE:
        # What came under other keys is used, whatever our own key says of it.
        return Have(state=State.PRESENT if resources else own.state, resources=resources, source=SOURCE)
    if _is_whole_by_pieces(need, pieces):
        return Have(state=State.PRESENT if resources else State.NONE, resources=resources, source=SOURCE)
    if own:
        state = State.PARTIAL if found else own.state
        return Have(state=state, because=own.because, resources=resources, source=SOURCE)
    if not pieces:
        return Have(state=State.NOT_PROVIDED, because="the EHR did not send it: the site must add it to the prefetch")
    return Have(
        state=_state_of_pieces(pieces, resources),
        because=_because_of_pieces(need, pieces),
        resources=resources,
        source=SOURCE,
    )


def _may_hold(key: str, offer: _Offer, need: Need) -> bool:
    """Whether a value under another key says something about this need."""
    known = generic.need_of(key)
    if need.key in {known, offer.whole_need}:
        return True
    if known:  # our own key or alias of another need: what it holds belongs there
        return need.resource_type in offer.by_type and BY_KEY[known].resource_type != need.resource_type
    return need.resource_type in offer.by_type


def _is_whole_by_pieces(need: Need, pieces: Mapping[str, _Offer]) -> bool:
    if any(offer.whole_need == need.key and offer.state in WHOLE for offer in pieces.values()):
        return True
    together = generic.ALIASES.get(need.key, ())
    return any(all(key in pieces and pieces[key].state in WHOLE for key in keys) for keys in together)


def _state_of_pieces(pieces: Mapping[str, _Offer], resources: tuple[msgspec.Raw, ...]) -> State:
    """Something came that is not the whole: partial; if every piece is unusable, what the first one is."""
    states = [offer.state for offer in pieces.values()]
    if resources or any(state in WHOLE for state in states):
        return State.PARTIAL
    return states[0]


def _because_of_pieces(need: Need, pieces: Mapping[str, _Offer]) -> str:
    aliases = sorted(key for key in pieces if generic.need_of(key) == need.key)
    if not aliases:
        return _UNKNOWN_KEY
    odd = next((pieces[key].because for key in aliases if pieces[key].because), "")
    return odd or f"only a part came ({', '.join(aliases)})"
