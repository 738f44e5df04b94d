"""`explain`: one hook request through the same decision, with everything that led to it."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cards.decide import Outcome
from cards.hooks import BY_NAME
from cards.record.record import Record
from cards.record.when import When
from cards.verdict import Addendum, CannotTell, Card, MergedCard, Quiet
from service import choose_parts
from service.answer import cards_for
from service.clients import epic
from service.config import Config
from service.consult import Consultation, consult
from service.errors import ConfigError, ServiceError, WrongContent
from service.parts import Parts
from service.sites import Site, chosen, read_sites
from service.terminal import plain_console
from service.wire import read_call
from service.wire_cards import card_json

_NOT_FACTS = {"ledger", "unreadable", "foreign", "not_reached", "not_found", "not_read", "unread_drafts"}


def run(
    path: Path,
    *,
    now: datetime | None,
    form: str,
    sites: Path | None = None,
    site_name: str | None = None,
    valuesets: Path | None = None,
) -> None:
    """Print the explanation of the request in `path`: under a site of the file `sites`, else under the demo site."""
    config = Config.demo(valuesets=valuesets)
    if sites is not None:
        config = msgspec.structs.replace(config, sites=(_chosen(read_sites(sites), site_name, sites),))
    parts = choose_parts(config, clock=lambda: now or datetime.now(UTC))
    explanation = explain(parts, parts.config.site, path.read_bytes())
    if form == "json":
        click.echo(json.dumps(explanation, indent=2, ensure_ascii=False))
    else:
        _print(explanation)


def explain(parts: Parts, site: Site, body: bytes) -> dict[str, Any]:
    """What was read, what every rule said and why, and the answer: cards, or the refusal of this site."""
    call = read_call(body, "application/json", BY_NAME[_hook_named(body)])
    if site.dialect == "epic":
        call = epic.as_meant(call)
    consultation = consult(parts, site, call, now=parts.clock(), until=time.monotonic() + site.deadline)
    return {
        "hook": call.hook.name,
        "now": consultation.moment.now.isoformat(),
        "patient": call.patient_id,
        "needs": [_entry(entry) for entry in consultation.decision.record.ledger],
        "facts": _facts(consultation.decision.record),
        "unreadable": [msgspec.to_builtins(item) for item in consultation.decision.record.unreadable],
        "unreadDrafts": list(consultation.decision.record.unread_orders),
        "ordersNotFound": list(consultation.decision.record.not_found),
        "otherPatients": consultation.decision.record.foreign,
        "notReached": consultation.decision.record.not_reached,
        "incidents": list(consultation.gathered.incidents),
        "exposureExcluded": consultation.decision.exposure_excluded,
        "rules": [_verdict(outcome) for outcome in consultation.decision.outcomes],
        **_answer(parts, site, consultation),
    }


def _chosen(sites: tuple[Site, ...], name: str | None, path: Path) -> Site:
    """The site of this name; without a name, the only one."""
    found = chosen(sites, name)
    if len(found) > 1:
        raise ConfigError(f"{path}: several sites: say which with --site; it has {', '.join(s.name for s in sites)}")
    return found[0]


def _hook_named(body: bytes) -> str:
    class Named(msgspec.Struct):
        hook: str

    try:
        name = msgspec.json.decode(body, type=Named).hook
    except (msgspec.DecodeError, RecursionError):
        raise WrongContent("the file is not a CDS Hooks request: JSON with a member hook is wanted") from None
    if name not in BY_NAME:
        raise WrongContent(f"the hook {name!r} is not answered; {', '.join(BY_NAME)} are")
    return name


def _answer(parts: Parts, site: Site, consultation: Consultation) -> dict[str, Any]:
    try:
        cards = cards_for(consultation, site)
    except ServiceError as refused:
        return {"status": refused.status, "refused": refused.message, "cards": []}
    return {"status": 200, "cards": [_card(parts, card) for card in cards]}


def _card(parts: Parts, card: MergedCard) -> dict[str, Any]:
    return card_json(card, public_url=parts.config.public_url, knowledge_version=parts.knowledge_version)


def _entry(entry: Any) -> dict[str, Any]:
    return {key: str(value) for key, value in msgspec.structs.asdict(entry).items() if value}


def _facts(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if name not in _NOT_FACTS and value:
            found[name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    """Facts as JSON, without what is at its default: a fact says what the chart says."""
    if isinstance(value, When):
        return value.text or f"{value.earliest.isoformat()} ({value.precision})"
    if isinstance(value, msgspec.Struct):
        defaults = dict(zip(reversed(value.__struct_fields__), reversed(value.__struct_defaults__), strict=False))
        members = msgspec.structs.asdict(value).items()
        return {name: _plain(member) for name, member in members if name not in defaults or member != defaults[name]}
    if isinstance(value, (frozenset, set)):
        return sorted(str(member) for member in value)
    if isinstance(value, (tuple, list)):
        return [_plain(member) for member in value]
    return value if isinstance(value, (bool, int, float)) or value is None else str(value)


def _verdict(outcome: Outcome) -> dict[str, Any]:
    said: dict[str, Any] = {"rule": outcome.rule, "name": outcome.name, "verdict": type(outcome.verdict).__name__}
    match outcome.verdict:
        case Card(urgency=urgency, summary=summary, capped=capped):
            said |= {"urgency": urgency.indicator, "because": summary, "capped": capped}
        case Addendum(detail=detail):
            said |= {"because": " ".join(detail)}
        case Quiet(because=because):
            said |= {"because": because}
        case CannotTell(missing=missing, because=because):
            said |= {"because": because, "missing": list(missing)}
    said["raised"] = outcome.raised
    return {key: value for key, value in said.items() if value}


_STYLES = {"Card": "bold", "Addendum": "bold", "CannotTell": "yellow", "Quiet": "dim"}
_INDICATORS = {"critical": "bold red", "warning": "bold yellow", "info": "bold blue"}


def _print(explanation: dict[str, Any]) -> None:
    # Chart text goes in as Text: never as rich's own markup.
    console = plain_console()
    console.print(Text(f"{explanation['hook']} for {explanation['patient']} at {explanation['now']}", "bold"))
    _print_facts(console, explanation["facts"])
    _print_needs(console, explanation)
    _print_rules(console, explanation["rules"])
    _print_cards(console, explanation)


def _print_facts(console: Console, facts: dict[str, Any]) -> None:
    console.print(Text("\nFacts", "bold underline"))
    if not facts:
        console.print(Text("  none read", "dim"))
    for kind, found in facts.items():
        console.print(Text(f"  {kind.replace('_', ' ')}"))
        for fact in found if isinstance(found, list) else [found]:
            told = {name: value for name, value in fact.items() if name != "reference"}
            line = "; ".join(f"{name.replace('_', ' ')} {_told(value)}" for name, value in told.items())
            console.print(Padding(Text(f"{fact.get('reference', '')}: {line}"), (0, 0, 0, 4)))


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return f"({', '.join(f'{name} {_told(member)}' for name, member in value.items())})"
    if isinstance(value, list):
        return " + ".join(map(_told, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _print_needs(console: Console, explanation: dict[str, Any]) -> None:
    console.print(Text("\nNeeds", "bold underline"))
    table = Table(box=None, show_header=False, pad_edge=True)
    for entry in explanation["needs"]:
        is_whole = entry["state"] in ("present", "none")
        because = entry.get("because", "")
        row = (entry["need"], entry["state"], entry.get("source", ""), because)
        table.add_row(*(Text(cell, "" if is_whole else "yellow") for cell in row))
    console.print(table)
    for item in explanation["unreadable"]:
        console.print(Text(f"  unreadable: {item['reference']}: {item['because']}", "yellow"))
    for draft in explanation["unreadDrafts"]:
        console.print(Text(f"  unread draft: {draft}", "yellow"))
    for reference in explanation["ordersNotFound"]:
        console.print(Text(f"  not found: {reference}, which is being carried out", "yellow"))
    for incident in explanation["incidents"]:
        console.print(Text(f"  incident: {incident}", "red"))


def _print_rules(console: Console, rules: list[dict[str, Any]]) -> None:
    console.print(Text("\nRules", "bold underline"))
    table = Table(box=None, show_header=False, pad_edge=True)
    for said in rules:
        because = said.get("because", "")
        if said.get("missing"):
            because = f"{because} (missing: {', '.join(said['missing'])})".strip()
        if said.get("raised"):
            because = f"{because} [raised {said['raised']}]".strip()
        style = _INDICATORS.get(said.get("urgency", ""), _STYLES[said["verdict"]])
        table.add_row(Text(said["rule"]), Text(said["name"]), Text(said["verdict"], style), Text(because))
    console.print(table)


def _print_cards(console: Console, explanation: dict[str, Any]) -> None:
    console.print(Text("\nCards", "bold underline"))
    if "refused" in explanation:
        console.print(Text(f"  {explanation['status']}: {explanation['refused']}", "red"))
    elif not explanation["cards"]:
        console.print(Text("  none"))
    for card in explanation["cards"]:
        kind = card["source"]["topic"]["code"]
        console.print(Text(f"  {card['indicator']} {kind}: {card['summary']}", _INDICATORS[card["indicator"]]))
        console.print(Padding(Text(card.get("detail", "")), (0, 0, 0, 4)))
        for suggestion in card.get("suggestions", ()):
            console.print(Text(f"    suggests: {suggestion['label']}"))
