"""Loading the stories: whole or not at all, again without duplicates, and every failure in one clear line."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from service.load import LoadError, load_stories, transaction
from service.stories import all_stories, story
from tests.moment import NOW

BASE = "https://fhir.example.org/r4"
STORY = "pump-refill-booked-in-time"


def silent(line: str) -> None:
    """Say nothing."""


def count(base: str, query: str) -> int:
    """How many there are."""
    found = requests.get(f"{base}/{query}&_summary=count", timeout=10).json()
    return int(found["total"])


def test_loading_twice_makes_no_duplicates(hapi: str) -> None:
    for _ in range(2):
        assert load_stories(hapi, only=STORY, patient="twice-1", now=NOW, say=silent) == ("twice-1",)
    assert count(hapi, "Appointment?patient=twice-1") == 1
    assert count(hapi, "Device?patient=twice-1") == 1
    appointment = requests.get(f"{hapi}/Appointment?patient=twice-1", timeout=10).json()["entry"][0]["resource"]
    assert appointment["id"] == "twice-1-next-refill"
    assert appointment["start"] == "2026-03-15T22:30:00-05:00"


def test_all_stories_go_onto_a_real_server(hapi: str) -> None:
    said: list[str] = []
    loaded = load_stories(hapi, now=NOW, say=said.append)
    assert loaded == tuple(s.name for s in all_stories())
    assert len(said) == len(loaded)
    assert all(line.startswith(patient) for line, patient in zip(said, loaded, strict=True))


def test_a_real_server_that_refuses_is_quoted(hapi: str) -> None:
    with pytest.raises(LoadError, match="400"):
        load_stories(hapi, only=STORY, patient="123", now=NOW, say=silent)  # HAPI wants a letter in an id


@pytest.mark.parametrize(
    ("played", "words"),
    [
        ({"status": 401, "json": {"issue": [{"diagnostics": "log in"}]}}, "answered 401: log in"),
        ({"status": 404, "body": "<html>"}, "no OperationOutcome"),
        ({"status": 404, "json": {"issue": [{"diagnostics": "not found"}]}}, "can be written to"),
        ({"status": 405, "json": {"issue": [{"diagnostics": "reads only"}]}}, "reads only; it takes no transaction"),
        ({"status": 302, "headers": {"Location": "https://b.example.org"}}, "redirects to https://b.example.org"),
        ({"body": requests.ConnectionError()}, "no connection"),
        ({"body": requests.ReadTimeout()}, "did not answer"),
        ({"json": {"resourceType": "Bundle", "entry": []}}, "did not take every resource"),
        ({"body": "hello"}, "did not take every resource"),
    ],
)
def test_a_failure_is_one_clear_line(played: dict[str, Any], words: str) -> None:
    with responses.RequestsMock() as web:
        web.post(BASE, **played)
        with pytest.raises(LoadError, match=words) as failure:
            load_stories(BASE, only=STORY, now=NOW, say=silent)
    assert STORY in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"only": "no-such-story"}, "there are: "),
        ({"only": "../etc"}, "no story"),
        ({"patient": "p1"}, "--only"),
    ],
)
def test_a_wrong_wish_is_one_clear_line(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(LoadError, match=words):
        load_stories(BASE, now=NOW, say=silent, **arguments)


def test_an_address_that_is_none() -> None:
    with pytest.raises(LoadError, match="must begin with http"):
        load_stories("fhir.example.org", now=NOW, say=silent)


def test_a_story_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken-story"
    broken.mkdir()
    (broken / "expected.json").write_text(json.dumps({"title": "x", "requests": []}))
    (broken / "bundle.json").write_text('{"entry": [{"resource": {"id": "{{tomorrow}}"}}]}')
    with pytest.raises(LoadError, match="not a date token"):
        load_stories(BASE, now=NOW, directory=tmp_path, say=silent)


def test_a_transaction_puts_every_resource_under_its_own_id() -> None:
    bundle = transaction(story(STORY), NOW, "p-1")
    for entry in bundle["entry"]:
        resource = entry["resource"]
        assert entry["request"] == {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
        assert resource["id"].startswith("p-1")
