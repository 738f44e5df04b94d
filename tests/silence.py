"""May this answer be silent, and does it name what is missing? Judged by the contract's "When data are missing".

Written from the contract alone and from what rules declare of themselves: it calls nothing of what it judges. Each
complaint is a sentence; no complaint means that the contract allows the answer.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

WHOLE = {"present", "none"}
LOST = {"partial", "unparsed", "not provided", "failed", "forbidden", "stale"}
EXPOSURE = (
    "MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense",
    "Device", "DeviceUseStatement", "Procedure", "Condition",
)  # fmt: skip
OF_NEWBORN = ("FamilyMemberHistory", "Observation")
ORDER_HOOKS = ("order-select", "order-sign", "order-dispatch")
URGENCY = ("info", "warning", "critical")
COULD_NOT_CHECK = "could-not-check"
OVERRIDES = ["data-incorrect", "will-do-later"]
EXTENSION = "org.example.baclofen-cds"
# "Suspected-withdrawal absorbs …; toxicity absorbs …": under which kinds a card's finding may reappear.
ABSORBED = {
    "abrupt-discontinuation": {"suspected-withdrawal", "toxicity-not-withdrawal"},
    "pump-failure-risk": {"suspected-withdrawal"},
    "perioperative-interruption": {"suspected-withdrawal", "toxicity-not-withdrawal"},
}
# Words by which a chart could show baclofen or a pump that might hold it, as a person would look for them.
_SHOWING = re.compile(
    r"baclofen|lioresal|gablofen|ozobax|fleqsuvy|lyvispah|kemstro|\bITB\b|intrathecal|pump|M03BX01", re.IGNORECASE
)
_NAMES = ("id", "reference", "fullUrl", "meta")  # say nothing of the patient
_COMFORT = re.compile(r"comfort|palliative|hospice", re.IGNORECASE)


class Reads(msgspec.Struct, frozen=True):
    """What one rule declares: needs that could make it fire, needs that refine it, the highest urgency, by name."""

    rule: str
    deciding: frozenset[str]
    refining: frozenset[str]
    reach: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A call as the judge sees it. `chart`: what was read; `drafts`: what is in hand; `rules`: those of the hook."""

    hook: str
    policy: str  # "412" | "card"
    states: Mapping[str, str]
    chart: Sequence[Any] = ()
    drafts: Sequence[Any] = ()
    dispatched: Sequence[str] = ()  # references of the orders that order-dispatch sends out
    rules: Sequence[Reads] = ()
    words: Mapping[str, str] = {}  # need key: what a clinician calls it
    is_newborn: bool = False
    has_raised: frozenset[str] = frozenset()  # rules that crash

    @property
    def lost(self) -> set[str]:
        """Asked for, and not read whole."""
        return {need for need, state in self.states.items() if state in LOST}


class Told(msgspec.Struct, frozen=True):
    """An answer as it came over the wire."""

    status: int
    body: Mapping[str, Any]

    @property
    def cards(self) -> list[Any]:
        return list(self.body.get("cards", ()))

    @property
    def gap(self) -> Any:
        """The could-not-check card, if there is one."""
        return next((card for card in self.cards if kind_of(card) == COULD_NOT_CHECK), None)

    @property
    def findings(self) -> dict[str, Any]:
        """The other cards, by kind."""
        return {kind_of(card): card for card in self.cards if kind_of(card) != COULD_NOT_CHECK}

    @property
    def says_incomplete(self) -> bool:
        """Whether it says, as a whole, that something could not be checked."""
        return self.gap is not None or self.status in (412, 500)


def complaints(asked: Asked, told: Told, whole: Told | None = None) -> list[str]:
    """Everything in the answer that the contract does not allow. `whole`: what the same chart gives, read whole."""
    found = [*_of_status(asked, told), *_of_gap(asked, told), *_of_cards(asked, told)]
    if not told.cards and told.status == 200:
        found += [f"silent, and {reason}" for reason in reasons_to_speak(asked)]
    if whole is not None:
        found += _of_what_is_gone(asked, told, whole)
    return found


# -- may it be silent? -------------------------------------------------------------------------------------------------


def reasons_to_speak(asked: Asked) -> list[str]:
    """Why `cards: []` is not allowed; empty if it is, as far as this can be told without the medicine."""
    lost = asked.lost
    if asked.has_raised and not is_excluded(asked):
        return [f"rules failed: {sorted(asked.has_raised)}"]
    if not lost or is_excluded(asked) or _is_beyond_warning(asked):
        return []
    unread = [reference for reference in asked.dispatched if reference.partition("/")[0] in lost]
    if set(unread) - {_name(resource) for resource in asked.chart}:
        return [f"an order that is sent out could not be read: {unread}"]
    if _is_about_orders_that_were_read(asked):
        return []
    supported = [need for need, state in asked.states.items() if state != "unsupported"]
    if lost == set(supported):
        return ["nothing at all was read"]
    open_by_exposure = lost & set(exposure_needs(asked)) & _deciding(asked)
    if not shows_exposure(asked) and open_by_exposure:
        return [f"nobody knows whether this patient takes baclofen: {sorted(open_by_exposure)}"]
    return []


def exposure_needs(asked: Asked) -> tuple[str, ...]:
    """The needs that can reveal a baclofen patient."""
    return (*EXPOSURE, *OF_NEWBORN) if asked.is_newborn else EXPOSURE


def is_excluded(asked: Asked) -> bool:
    """Every exposure need that is not unsupported read whole, orders or statements among them, and none shows it."""
    states = asked.states
    needed = [need for need in exposure_needs(asked) if states.get(need) != "unsupported"]
    is_read = all(states.get(need) in WHOLE for need in needed)
    has_list = any(states.get(need) in WHOLE for need in ("MedicationRequest", "MedicationStatement"))
    return is_read and has_list and not shows_exposure(asked)


def shows_exposure(asked: Asked) -> bool:
    """Whether an exposure need as it was read, or what is in hand, names baclofen or a pump."""
    types = set(exposure_needs(asked))
    showing = [resource for resource in asked.chart if resource["resourceType"] in types]
    return bool(_SHOWING.search(_text([*showing, *asked.drafts])))


def _text(resources: Sequence[Any]) -> str:
    return json.dumps(_told(list(resources)))


def _told(value: Any) -> Any:
    """What a resource tells, without the names of resources in it."""
    if isinstance(value, dict):
        return {name: _told(member) for name, member in value.items() if name not in _NAMES}
    return [_told(member) for member in value] if isinstance(value, list) else value


def _is_beyond_warning(asked: Asked) -> bool:
    """The dead get no card, comfort care none above info: rules that could only reach info never cause it."""
    text = _text(asked.chart)
    return "deceasedDateTime" in text or '"deceasedBoolean": true' in text or bool(_COMFORT.search(text))


def _is_about_orders_that_were_read(asked: Asked) -> bool:
    """At dispatch it is asked what the orders do that are sent out: if they were read and name no baclofen, nothing."""
    types = {reference.partition("/")[0] for reference in asked.dispatched}
    is_read = bool(types) and all(asked.states.get(kind) in WHOLE for kind in types)
    return is_read and not _SHOWING.search(_text([r for r in asked.chart if _name(r) in asked.dispatched]))


def _name(resource: Any) -> str:
    return f"{resource['resourceType']}/{resource.get('id')}"


def _deciding(asked: Asked) -> set[str]:
    return {need for rule in asked.rules if rule.reach != "info" for need in rule.deciding}


# -- the form of what is said ------------------------------------------------------------------------------------------


def _of_status(asked: Asked, told: Told) -> Iterable[str]:
    if told.status not in (200, 412, 500):
        yield f"status {told.status}"
    if told.status == 412:
        text = json.dumps(told.body)
        if asked.policy != "412":
            yield "412 under the policy that asks for a card"
        if not asked.lost:
            yield "412, and everything was read"
        elif not any(need in text for need in (*asked.lost, "an order in hand was not read")):
            yield f"412 that names nothing of what is missing: {sorted(asked.lost)}"
    if told.status == 500 and (asked.policy != "412" or not asked.has_raised):
        yield "500, and no rule failed (or the policy asks for a card)"
    if told.status != 200 and told.body.get("resourceType") != "OperationOutcome":
        yield "an error without an OperationOutcome"


def _of_gap(asked: Asked, told: Told) -> Iterable[str]:
    gap = told.gap
    if gap is None:
        return
    more = gap["extension"][EXTENSION]
    if asked.policy != "card":
        yield "could-not-check under the policy that asks for 412"
    if told.cards[-1] is not gap:
        yield "could-not-check does not stand last"
    if "evidence" in more or not more.get("rules"):
        yield "could-not-check with evidence, or without the open rules"
    if [reason["code"] for reason in gap["overrideReasons"]] != OVERRIDES:
        yield "could-not-check with other override reasons"
    if gap["indicator"] not in (("info", "warning") if asked.hook in ORDER_HOOKS else ("info",)):
        yield f"could-not-check is {gap['indicator']} on {asked.hook}"
    yield from _of_names(asked, gap, set(more.get("notAvailable", ())), "could-not-check")
    if not more.get("notAvailable") and not asked.has_raised and "could not be read" not in gap["summary"]:
        yield "could-not-check that names nothing"


def _of_cards(asked: Asked, told: Told) -> Iterable[str]:
    """Rule 4: every card names each need that was asked, was not read whole, and could change it."""
    reads = {rule.rule: rule.deciding | rule.refining for rule in asked.rules}
    for kind, card in told.findings.items():
        more = card["extension"][EXTENSION]
        could_change = {need for rule in more["rules"] for need in reads.get(rule, ())}
        named = set(more.get("notAvailable", ()))
        if not (could_change & asked.lost) <= named:
            yield f"{kind} does not name {sorted((could_change & asked.lost) - named)}"
        yield from _of_names(asked, card, named, kind)


def _of_names(asked: Asked, card: Any, named: set[str], kind: str) -> Iterable[str]:
    if not named <= asked.lost:
        yield f"{kind} calls missing what was read: {sorted(named - asked.lost)}"
    for need in named & set(asked.words):
        if asked.words[need] not in card["detail"]:
            yield f"{kind} does not say in its text that {asked.words[need]} are missing"


# -- beside what the same chart gives, read whole ----------------------------------------------------------------------


def _of_what_is_gone(asked: Asked, told: Told, whole: Told) -> Iterable[str]:
    """A finding of the whole chart may be gone or milder, if the answer says that it could not look."""
    if told.says_incomplete:
        return
    if not asked.lost:
        if _said(told) != _said(whole):
            yield "nothing is called missing, and the answer is another one"
        return
    for kind, card in whole.findings.items():
        heirs = [told.findings[one] for one in {kind} | ABSORBED.get(kind, set()) if one in told.findings]
        if any(_rank(heir) >= _rank(card) for heir in heirs):
            continue
        named = {need for heir in told.cards for need in heir["extension"][EXTENSION].get("notAvailable", ())}
        if _rank(card) >= URGENCY.index("warning") and not named & asked.lost:
            yield f"{kind} ({card['indicator']}) is gone or milder, and nothing says why"


def _said(told: Told) -> Any:
    """An answer without what is made anew each time."""
    return told.status, [(kind_of(card), card["indicator"], card["summary"]) for card in told.cards]


def kind_of(card: Any) -> str:
    """The kind of a card on the wire."""
    return str(card["source"]["topic"]["code"])


def _rank(card: Any) -> int:
    return URGENCY.index(card["indicator"])
