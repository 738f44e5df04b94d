"""`rules`: everything the service asks about, one rule in full, or every clinical number that a site may set."""

import difflib
import json
from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cards import KNOWLEDGE_DATE, KNOWLEDGE_VERSION, REVIEW_STATUS
from cards.kinds import KINDS, OVERRIDE_REASONS
from cards.limits import Limit
from cards.needs import Need
from cards.rule import Rule, all_limits, all_rules
from service.rule_text import HOW_READ, read_docstring
from service.site_limits import in_words
from service.terminal import plain_console


def run(rule_id: str | None, *, limits: bool, form: str) -> None:
    """Print all rules, the rule of this id, or all limits."""
    told: Any = [_limit(each) for each in all_limits().values()] if limits else _rules(rule_id)
    if form == "json":
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    console = plain_console()
    if limits:
        _print_limits(console, told)
    elif rule_id is None:
        _print_all(console, told)
    else:
        _print_one(console, told)
    console.print(Text(f"\nKnowledge {KNOWLEDGE_VERSION} of {KNOWLEDGE_DATE}: {REVIEW_STATUS}.", "dim"))


def _rules(rule_id: str | None) -> Any:
    rules = {rule.implements: rule for rule in all_rules()}
    if rule_id is None:
        return [_rule(rule) for rule in rules.values()]
    if rule_id.upper() not in rules:
        near = difflib.get_close_matches(rule_id.upper(), rules, 1)
        raise click.UsageError(f"there is no rule {rule_id!r}" + (f"; meant {near[0]}?" if near else ""))
    return _rule(rules[rule_id.upper()])


def _rule(rule: Rule) -> dict[str, Any]:
    told = read_docstring(rule.doc)
    return {
        "rule": rule.implements,
        "name": rule.name,
        "kind": rule.kind,
        "question": told.title,
        "logic": dict(told.sections),
        "remarks": list(told.remarks),
        "knownLimits": told.known_limits,
        "hooks": [hook.name for hook in rule.hooks],
        "atMost": rule.could_reach.indicator,
        "decidesOn": [_need(need) for need in rule.deciding],
        "refinedBy": [_need(need) for need in rule.only_refining],
        "counterEvidence": [{"need": need.key, "what": what} for need, what in rule.counter],
        "limits": [_limit(limit) for limit in rule.limits],
        "sources": [
            {"key": s.key, "citation": s.citation, "status": HOW_READ.get(s.status, s.status), "url": s.url}
            for s in rule.sources
        ],
        "departsFromSourceArticle": list(rule.departs),
        "overrideReasons": {code: OVERRIDE_REASONS[code] for code in rule.overrides},
        "knowledgeVersion": KNOWLEDGE_VERSION,
        "reviewStatus": REVIEW_STATUS,
    }


def _need(need: Need) -> dict[str, str]:
    return {"need": need.key, "words": need.words, "query": need.query}


def _limit(limit: Limit) -> dict[str, Any]:
    return {
        "name": limit.name,
        "value": limit.value,
        "unit": limit.unit,
        "written": in_words(limit, limit.value),
        "basis": limit.basis_in_words,
        "source": limit.source.key,
        "why": limit.why,
    }


def _print_all(console: Console, rules: list[dict[str, Any]]) -> None:
    table = _table("rule", "at most", "asks", "at")
    for rule in rules:
        table.add_row(*map(Text, (rule["rule"], rule["atMost"], rule["question"], ", ".join(rule["hooks"]))))
    console.print(table)
    console.print(Text("\n`rules RULE` shows one in full, `rules --limits` every clinical number.", "dim"))


def _print_one(console: Console, rule: dict[str, Any]) -> None:
    console.print(Text(f"{rule['rule']}  {rule['question']}", "bold"))
    console.print(Text(f"{rule['name']}, card kind {rule['kind']} ({KINDS[rule['kind']]}), at most {rule['atMost']}"))
    for term, said in rule["logic"].items():
        _section(console, term, said)
    for remark in rule["remarks"]:
        _section(console, "Note", remark)
    _section(console, "Hooks", ", ".join(rule["hooks"]))
    for title, key in (("Decides on", "decidesOn"), ("Refined by", "refinedBy")):
        _section(console, title, "\n".join(f"{need['words']}: {need['query']}" for need in rule[key]) or "nothing")
    if rule["counterEvidence"]:
        told = "; ".join(f"{entry['what']} ({entry['need']})" for entry in rule["counterEvidence"])
        _section(console, "Could be taken back by", told)
    if rule["limits"]:
        console.print(Text("\nNumbers", "bold"))
        _print_limits(console, rule["limits"])
    console.print(Text("\nSources", "bold"))
    for source in rule["sources"]:
        line = f"{source['key']}: {source['citation']} ({source['status']}) {source['url']}".rstrip()
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    if rule["departsFromSourceArticle"]:
        _section(console, "Departs from the source article", "\n".join(rule["departsFromSourceArticle"]))
    _section(
        console, "Reasons to override", "\n".join(f"{c}: {t}" for c, t in rule["overrideReasons"].items()) or "none"
    )
    _section(console, "Known limits", rule["knownLimits"])


def _print_limits(console: Console, limits: list[dict[str, Any]]) -> None:
    table = _table("name", "value", "basis", "source", "why")
    for limit in limits:
        table.add_row(*(Text(limit[key]) for key in ("name", "written", "basis", "source", "why")))
    console.print(table)


def _section(console: Console, title: str, said: str) -> None:
    console.print(Text(f"\n{title}", "bold"))
    console.print(Padding(Text(said), (0, 0, 0, 2)))


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column)
    return table
