"""Cards and discovery as CDS Hooks JSON: the writing half of the wire format."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from cards.hooks import Hook
from cards.needs import Need, prefetch_templates
from cards.record.when import When
from cards.verdict import Action, Evidence, MergedCard, Suggestion
from cards.words import safe

CODE_SYSTEMS = "https://baclofen-cds.example.org/CodeSystem"
CARD_KIND_SYSTEM = f"{CODE_SYSTEMS}/card-kind"
OVERRIDE_REASON_SYSTEM = f"{CODE_SYSTEMS}/override-reason"
EXTENSION = "org.example.baclofen-cds"
HANDOUT = "/handout/baclofen"  # for patient and carer, in plain language
HANDOUT_LABEL = "Hand-out for patient and carer"
LONGEST_SUMMARY = 139  # "under 140 characters"
_LONGEST_EVIDENCE = 300  # characters of one item in the extension
CDS_HOOKS_VERSION = "2.0.1"  # of the specification on the wire, not of this software
_ACTION_ORDER = ("delete", "create", "update")  # as the specification says they are carried out


def card_json(card: MergedCard, *, public_url: str, knowledge_version: str, topic: str = "") -> dict[str, Any]:
    """One card with fresh uuids, and no empty member anywhere in it. `topic`: the kind in a dialect's own code."""
    leader = card.leader or next(iter(card.rules), "")
    written = {
        "uuid": str(uuid.uuid4()),
        "summary": _summary(card.summary),
        "detail": card.detail,
        "indicator": card.urgency.indicator,
        "source": {
            "label": f"Baclofen CDS, rule {leader}" if leader else "Baclofen CDS",
            "url": f"{public_url}/rules/{leader}" if leader else f"{public_url}/",
            "topic": {"system": CARD_KIND_SYSTEM, "code": topic or card.kind, "display": card.kind_display},
        },
        "links": [{"label": HANDOUT_LABEL, "url": f"{public_url}{HANDOUT}", "type": "absolute"}]
        if any(suggestion.key == "education" for suggestion in card.suggestions)
        else [],
        "suggestions": [_suggestion(suggestion) for suggestion in card.suggestions],
        "selectionBehavior": "any" if card.suggestions else "",
        "overrideReasons": [
            {"code": code, "system": OVERRIDE_REASON_SYSTEM, "display": display}
            for code, display in card.override_reasons
        ],
        "extension": {
            EXTENSION: {
                "rules": list(card.rules),
                "evidence": [_evidence(evidence) for evidence in card.evidence],
                "notAvailable": list(card.not_available),
                "acknowledged": card.acknowledged.isoformat() if card.acknowledged else "",
                "knowledgeVersion": knowledge_version,
            }
        },
    }
    kept: dict[str, Any] = _without_empty(written)
    return kept


def answer_json(cards: Sequence[dict[str, Any]], *, silent: bool = False) -> bytes:
    """The body of a 200. A silent site's answer says that it is silent: its empty list is no finding."""
    answer: dict[str, Any] = {"cards": list(cards)}
    if silent:
        answer["extension"] = {EXTENSION: {"mode": "silent"}}
    return msgspec.json.encode(answer)


def discovery_json(hooks: Iterable[tuple[Hook, Sequence[Need]]], *, silent: bool, unsupported: frozenset[str]) -> bytes:
    """The services, one a hook. What a site's EHR does not have is not asked of it."""
    services = []
    for hook, needs in hooks:
        asked = [need for need in needs if need.resource_type not in unsupported]
        types = list(dict.fromkeys(need.resource_type for need in asked))
        scopes = " ".join(f"patient/{name}.rs" for name in types)
        service = {
            "hook": hook.name,
            "id": hook.service_id,
            "title": f"SILENT (no cards are shown): {hook.title}" if silent else hook.title,
            "description": "Warns when baclofen by mouth or by pump is interrupted, about to be, or was, "
            "and says so when it could not check. FHIR R4.",
            "prefetch": prefetch_templates(asked),
            "usageRequirements": f"FHIR R4. What is not prefetched is read with the scopes {scopes}" if scopes else "",
            "version": CDS_HOOKS_VERSION,
            "hookVersion": hook.version,
        }
        services.append(_without_empty(service))
    return msgspec.json.encode({"services": services})


def _summary(text: str) -> str:
    """One line, always under 140 characters, whatever a rule hands over."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SUMMARY else line[: LONGEST_SUMMARY - 1].rstrip() + "…"


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    actions = sorted(suggestion.actions, key=lambda action: _ACTION_ORDER.index(action.type))
    written: dict[str, Any] = {
        "label": suggestion.label,
        "uuid": str(uuid.uuid4()),
        "actions": [_action(action) for action in actions],
    }
    if suggestion.is_recommended:
        written["isRecommended"] = True
    return written


def _action(action: Action) -> dict[str, Any]:
    return {
        "type": action.type,
        "description": action.description,
        "resource": action.resource,
        "resourceId": action.resource_id,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    # The chart's words leave harmless here, too: a client may show the extension as it shows the detail.
    return {
        "reference": evidence.reference,
        "text": safe(evidence.text, _LONGEST_EVIDENCE),
        "time": _time(evidence.when),
    }


def _time(when: When | None) -> str:
    """As precise as the chart was: an instant, a day, a month, a year; both ends where it is ambiguous."""
    if when is None:
        return ""
    day = when.earliest.date().isoformat()
    match when.precision:
        case "day":
            return day
        case "month":
            return day[:7]
        case "year":
            return day[:4]
        case "ambiguous":
            return f"{when.earliest.isoformat()}/{when.latest.isoformat()}"
    return when.earliest.isoformat()


def _without_empty(value: Any) -> Any:
    """The same without members that are null, "", [] or {}: CDS Hooks has none of them."""
    if isinstance(value, dict):
        kept = {name: _without_empty(member) for name, member in value.items()}
        return {name: member for name, member in kept.items() if not _is_empty(member)}
    if isinstance(value, (list, tuple)):
        return [member for member in map(_without_empty, value) if not _is_empty(member)]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, dict)) and not value)
