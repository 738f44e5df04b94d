"""`prune` and `feedback`: what is forgotten, and what clinicians answered, for those who look after a site."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from service.comments import Comments
from service.config import Config
from service.parts import open_store
from service.sites import Site, chosen
from service.store import Store
from service.terminal import plain_console

_WAIT = 30.0  # seconds for a lock: nobody waits for these commands with a patient before them


def prune(config: Config, *, site_name: str | None, now: datetime, dry_run: bool) -> None:
    """Remove what the sites keep no longer, and tokens that ran out; print what that was."""
    sites = chosen(config.sites, site_name)
    store = open_store(config, wait=_WAIT, must_exist=True)
    try:
        _prune(store, sites, now=now, dry_run=dry_run)
    finally:
        store.close()


def _prune(store: Store, sites: Sequence[Site], *, now: datetime, dry_run: bool) -> None:
    done = "would be removed" if dry_run else "removed"
    for site in sites:
        if site.keep_days is None:
            click.echo(f"{site.name}: everything is kept (no keep_days)")
            continue
        for table, rows in store.prune(site=site.name, keep_days=site.keep_days, now=now, dry_run=dry_run).items():
            click.echo(f"{site.name}: {table}: {rows} older than {site.keep_days} days {done}")
    click.echo(f"tokens used up: {store.prune_tokens(now=now, dry_run=dry_run)} that ran out {done}")


def feedback(config: Config, *, site_name: str, since: datetime | None, form: str) -> None:
    """Print what clinicians of a site answered, oldest first, with their comments where those are kept."""
    (site,) = chosen(config.sites, site_name)
    comments = Comments(config.comment_keys)
    store = open_store(config, wait=_WAIT, must_exist=True)
    try:
        found = [_item(row, comments) for row in store.feedback(site=site.name, since=since)]
    finally:
        store.close()
    if form == "json":
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print(found)


def _item(row: dict[str, Any], comments: Comments) -> dict[str, Any]:
    return {
        "received": f"{row['received'].isoformat()}Z",
        "outcome": row["outcome"],
        "outcomeTimestamp": f"{row['outcome_at'].isoformat()}Z",
        "card": row["card"],
        "kind": row["kind"] or "",
        "indicator": row["indicator"] or "",
        "hook": row["hook"] or "",
        "rules": row["rules"] or [],
        "acceptedSuggestions": row["suggestions"],
        "reasons": row["reasons"],
        "comment": _comment(row, comments),
    }


def _comment(row: dict[str, Any], comments: Comments) -> str:
    """The words, or why they are not there."""
    match row["comment_kept"]:
        case "encrypted":
            words = comments.decrypt(row["comment"])
            return "(encrypted with a key that is not at hand)" if words is None else words
        case "dropped":
            return "(there was one, not kept)"
    return str(row["comment"])


def _print(found: Sequence[dict[str, Any]]) -> None:
    # What clinicians wrote goes in as Text: never as rich's own markup.
    table = Table("received", "card", "outcome", "reasons", "comment", box=None, pad_edge=False)
    for item in found:
        card = f"{item['kind'] or 'unknown card'} {item['indicator']}".strip()
        reasons = ", ".join(reason["code"] for reason in item["reasons"])
        cells = (item["received"], card, item["outcome"], reasons, item["comment"])
        table.add_row(*(Text(_printable(cell)) for cell in cells))
    console = plain_console()
    if found:
        console.print(table)
    else:
        console.print(Text("no feedback"))


def _printable(text: str) -> str:
    """Without what could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
