"""Write the stories to any FHIR R4 server, such as a public HAPI sandbox.

Each story is one transaction of PUTs with ids of our own: it is written whole or not at all, and writing it again
makes no duplicates.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from service.stories import FIXTURES, Story, StoryError, all_stories, story

SECONDS = 60.0  # a public sandbox is slow, and a transaction of a whole chart is large
_TAKES_NONE = (
    "it takes no transaction: name the base address of a FHIR R4 server that can be written to. The demo's own only "
    "reads, and holds every story already"
)
_SHOWN = 300  # characters of the server's own words in an error


class LoadError(Exception):
    """What went wrong, in one line that says who can fix it."""


def load_stories(
    base_url: str,
    *,
    only: str | None = None,
    patient: str | None = None,
    now: datetime,
    directory: Path = FIXTURES,
    say: Callable[[str], None] = print,
) -> tuple[str, ...]:
    """Write all stories, or the one named `only`, and say and return the patients' ids.

    `patient` gives the one story's patient another id.
    """
    if patient and not only:
        raise LoadError("--patient renames one story's patient: name the story with --only")
    try:
        chosen = (story(only, directory),) if only else all_stories(directory)
        bundles = [(s, transaction(s, now, patient or "")) for s in chosen]
    except StoryError as error:
        raise LoadError(str(error)) from error
    base = base_url.rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise LoadError("the server's address must begin with http:// or https://")
    loaded: list[str] = []
    with requests.Session() as session:
        session.trust_env = False
        for each, bundle in bundles:
            _write(session, base, each, bundle)
            loaded.append(patient or each.name)
            say(f"{loaded[-1]}: {each.expected.title}")
    return tuple(loaded)


def transaction(each: Story, now: datetime, patient: str = "") -> dict[str, Any]:
    """One story as a transaction of PUTs."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
            for r in each.resources(now, patient)
        ],
    }


def _write(session: requests.Session, base: str, each: Story, bundle: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
    try:
        answer = session.post(base, json=bundle, headers=headers, timeout=SECONDS, allow_redirects=False)
    except requests.Timeout as error:
        raise LoadError(f"{each.name}: {base} did not answer within {SECONDS:.0f} s: try again later") from error
    except requests.RequestException as error:
        raise LoadError(f"{each.name}: no connection to {base}: check the address, and that it runs") from error
    if answer.is_redirect:
        raise LoadError(f"{each.name}: {base} redirects to {answer.headers.get('Location', '?')}: use that address")
    if answer.status_code in (requests.codes.not_found, requests.codes.method_not_allowed):
        raise LoadError(f"{each.name}: {base} answered {answer.status_code}: {_words(answer)}; {_TAKES_NONE}")
    if answer.status_code != requests.codes.ok:
        raise LoadError(f"{each.name}: {base} answered {answer.status_code}: {_words(answer)}")
    entries = _entries(answer)
    refused = [e for e in entries if not str(e.get("response", {}).get("status", "")).startswith("2")]
    if len(entries) != len(bundle["entry"]) or refused:
        raise LoadError(f"{each.name}: {base} did not take every resource; is it a FHIR R4 base address?")


def _entries(answer: requests.Response) -> list[dict[str, Any]]:
    try:
        body = answer.json()
    except ValueError:
        return []
    entries = body.get("entry", []) if isinstance(body, dict) else []
    return [entry for entry in entries if isinstance(entry, dict)]


def _words(answer: requests.Response) -> str:
    """What the server says is wrong, cut short. The data are synthetic: nothing in it is a patient's."""
    try:
        issues = answer.json().get("issue", [])
        text = "; ".join(str(issue.get("diagnostics", issue.get("code", ""))) for issue in issues)
    except (ValueError, AttributeError, TypeError):
        text = "no OperationOutcome, so perhaps no FHIR server"
    return " ".join(text.split())[:_SHOWN]
