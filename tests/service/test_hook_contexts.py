"""The five hooks beside opening the chart and ordering: their context on the wire, and what is done with it."""

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from cards.hooks import APPOINTMENT_BOOK, ENCOUNTER_START, MEDICATION_REFILL, ORDER_DISPATCH, PATIENT_VIEW, Hook
from cards.needs import COMMUNICATIONS, DOCUMENTS, FAMILY_HISTORY
from service import create_app
from service.config import Config
from service.errors import WrongContent
from service.stories import prefetch_of, story
from service.wire import Call, read_call
from tests.moment import NOW
from tests.service.kit import encoded, hook_request
from tests.stories.telling import needs_for


def read(request: dict[str, Any], hook: Hook) -> Call:
    return read_call(encoded(request), "application/json", hook)


@pytest.mark.parametrize("hook", [ORDER_DISPATCH, MEDICATION_REFILL])
def test_a_hook_without_a_user(hook: Hook) -> None:
    request = hook_request(hook)
    del request["context"]["userId"]
    assert read(request, hook).user == ""


@pytest.mark.parametrize("name", ["fulfillmentTasks", "fulfillment-tasks"])
@pytest.mark.parametrize("tasks", [[{"resourceType": "Task", "status": "requested"}], ["Task/1"], "Task/1"])
def test_tasks_in_any_spelling_and_shape(name: str, tasks: Any) -> None:
    """The page, the example and the logical model of the hook differ; nothing in it is read."""
    request = hook_request(ORDER_DISPATCH)
    request["context"][name] = tasks
    assert read(request, ORDER_DISPATCH).dispatched == ("MedicationRequest/mr1",)


@pytest.mark.parametrize("orders", [[], ["mr1"], "MedicationRequest/mr1", [7], None])
def test_dispatched_orders_are_references(orders: Any) -> None:
    request = hook_request(ORDER_DISPATCH)
    request["context"]["dispatchedOrders"] = orders
    with pytest.raises(WrongContent, match="dispatchedOrders"):
        read(request, ORDER_DISPATCH)


@pytest.mark.parametrize("user", ["Patient/1", "RelatedPerson/1", "PractitionerRole/1"])
def test_who_books_a_visit(user: str) -> None:
    request = hook_request(APPOINTMENT_BOOK)
    request["context"]["userId"] = user
    assert read(request, APPOINTMENT_BOOK).user == user


def test_a_stay_is_required_on_admission() -> None:
    request = hook_request(ENCOUNTER_START)
    del request["context"]["encounterId"]
    with pytest.raises(WrongContent, match="encounterId"):
        read(request, ENCOUNTER_START)


@pytest.mark.parametrize("extension", [7, "x", [1], None])
def test_an_odd_extension_breaks_nothing(extension: Any) -> None:
    assert read(hook_request(PATIENT_VIEW, extension=extension), PATIENT_VIEW).extension == {}


def test_new_needs_are_fhir_searches_by_patient() -> None:
    for need in (FAMILY_HISTORY, COMMUNICATIONS, DOCUMENTS):
        assert need.query.startswith(f"{need.resource_type}?patient={{{{context.patientId}}}}")


# -- the education card: a hand-out, and not again for 180 days ------------------------------------------------------


def ask(client: Any, told: Any) -> list[dict[str, Any]]:
    (request, *_) = told.expected.requests
    body = told.hook_request(request, NOW) | {"prefetch": prefetch_of(told.resources(NOW), needs_for(request))}
    answer = client.post("/cds-services/baclofen-patient-view", json=body)
    assert answer.status_code == 200, answer.data
    cards: list[dict[str, Any]] = answer.json["cards"]
    return cards


@pytest.mark.parametrize(("days", "again"), [(179, False), (180, True)])
def test_an_answered_education_card_rests_for_180_days(days: int, again: bool) -> None:
    times = [NOW]
    app = create_app(Config.demo(timezone="Etc/GMT+5", deadline=30.0, log_level="ERROR"), clock=lambda: times[0])
    client, told = app.test_client(), story("pump-patient-never-taught")
    (card,) = ask(client, told)
    assert [one["uuid"] for one in ask(client, told)] != [card["uuid"]]  # not answered yet: it comes again
    feedback = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-03-11T04:00:00Z",
                "overrideReason": {"userComment": "done"}}  # fmt: skip
    times[0] = NOW - timedelta(days=days)  # the feedback was so long ago
    assert client.post("/cds-services/baclofen-patient-view/feedback", json={"feedback": [feedback]}).status_code == 200
    times[0] = NOW
    assert bool(ask(client, told)) is again


def test_the_card_links_to_a_hand_out_in_plain_language() -> None:
    app = create_app(Config.demo(timezone="Etc/GMT+5", deadline=30.0, log_level="ERROR"), clock=lambda: NOW)
    client = app.test_client()
    (card,) = ask(client, story("pump-patient-never-taught"))
    (link,) = card["links"]
    assert link["type"] == "absolute"
    assert uuid.UUID(card["uuid"])
    page = client.get("/" + link["url"].split("/", 3)[3])
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    text = page.get_data(as_text=True)
    for words in ("Never stop", "itches", "Who to call", "backup supply", "Two tones", "Next refill"):
        assert words in text
    assert reading_age(text) <= 12


def reading_age(page: str) -> float:
    """Flesch-Kincaid grade plus five years, over the sentences of the page."""
    body = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert body
    blocks = re.findall(r"<(?:p|li|h1|h2)\b[^>]*>(.*?)</(?:p|li|h1|h2)>", body[0], re.DOTALL)
    plain = [re.sub(r"<[^>]+>", "", block) for block in blocks if "Sources" not in block]
    sentences = [s for block in plain for s in re.split(r"[.!?:]+\s*", block) if re.search(r"[A-Za-z]{2}", s)]
    found = [word for s in sentences for word in re.findall(r"[A-Za-z']+", s)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in found)
    grade = 0.39 * len(found) / len(sentences) + 11.8 * syllables / len(found) - 15.59
    return grade + 5


def test_a_refill_request_denied_by_nobody_in_particular() -> None:
    """medication-refill without a user, through the whole service."""
    app = create_app(Config.demo(timezone="Etc/GMT+5", deadline=30.0, log_level="ERROR"), clock=lambda: NOW)
    told = story("supply-ran-out-five-days-ago")
    request = next(r for r in told.expected.requests if r.hook == "medication-refill")
    body = told.hook_request(request, NOW) | {"prefetch": prefetch_of(told.resources(NOW), needs_for(request))}
    del body["context"]["userId"]
    answer = app.test_client().post("/cds-services/baclofen-medication-refill", data=json.dumps(body),
                                    content_type="application/json")  # fmt: skip
    assert [card["source"]["topic"]["code"] for card in answer.json["cards"]] == ["abrupt-discontinuation"]
