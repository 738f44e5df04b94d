"""Every request recorded from the real CDS Hooks Sandbox gets a correct, useful answer. Its patients are made up."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cards.hooks import BY_NAME
from service import create_app
from service.config import Config
from tests.moment import NOW
from tests.service.kit import told

RECORDED = Path(__file__).resolve().parent.parent / "data" / "sandbox-requests"
HOOK_REQUESTS = {
    path.stem: request
    for path in sorted(RECORDED.glob("*.json"))
    if isinstance(request := json.loads(path.read_text("utf-8")), dict) and "hookInstance" in request
}
FEEDBACK = sorted(RECORDED.glob("feedback-*.json"))
WITHOUT_DRAFTS = {"order-select-tab-clicked-again", "order-sign-tab-clicked-again"}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Config.demo(deadline=0.5), clock=lambda: NOW).test_client()


def asked(client: FlaskClient, request: dict[str, Any], service: str = "") -> Any:
    hook = BY_NAME[service or request["hook"]]
    return client.post(f"/cds-services/{hook.service_id}", json=request, headers={"Origin": "http://localhost:8080"})


def kinds(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [card["source"]["topic"]["code"] for card in answer.json["cards"]]


def test_the_recording_is_all_there() -> None:
    assert len(HOOK_REQUESTS) >= 10
    assert len(FEEDBACK) == 3


@pytest.mark.parametrize("name", sorted(set(HOOK_REQUESTS) - WITHOUT_DRAFTS))
def test_a_recorded_request_is_never_answered_as_all_clear(client: FlaskClient, name: str) -> None:
    """The recorded prefetch answers other templates than ours: something could not be looked at, and a card says so."""
    answer = asked(client, HOOK_REQUESTS[name])

    assert kinds(answer)
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:8080"


@pytest.mark.parametrize("name", sorted(WITHOUT_DRAFTS))
def test_a_tab_clicked_again_sends_no_drafts_and_is_told_so(client: FlaskClient, name: str) -> None:
    answer = asked(client, HOOK_REQUESTS[name])

    assert answer.status_code == 422
    assert "draftOrders" in told(answer) or "selections" in told(answer)


def test_another_hook_on_the_patient_view_service_is_told_where_to_go(client: FlaskClient) -> None:
    """`?hook=order-select` without `screen` posts order-select to the patient-view service."""
    answer = asked(client, HOOK_REQUESTS["order-select-tab-clicked-again"], "patient-view")

    assert answer.status_code == 422
    assert "patient-view" in told(answer)


def test_a_dstu2_server_gets_a_visible_card(client: FlaskClient) -> None:
    answer = asked(client, HOOK_REQUESTS["order-select-dstu2-server"])

    assert kinds(answer) == ["could-not-check"]
    assert "R4" in answer.json["cards"][0]["summary"]


@pytest.mark.parametrize("name", [name for name in HOOK_REQUESTS if name.startswith("order-s")])
def test_orders_that_no_strict_parser_takes_are_read(client: FlaskClient, name: str) -> None:
    """No Bundle.type, category and reasonCode as objects, no medication yet: never a 4xx for these, and never a 5xx."""
    answer = asked(client, HOOK_REQUESTS[name])

    assert answer.status_code == (422 if name in WITHOUT_DRAFTS else 200), answer.json


@pytest.mark.parametrize("path", FEEDBACK, ids=lambda path: path.stem)
def test_recorded_feedback_is_taken(client: FlaskClient, path: Path) -> None:
    answer = client.post(
        "/cds-services/baclofen-patient-view/feedback", data=path.read_bytes(), content_type="application/json"
    )

    assert (answer.status_code, answer.json) == (200, {})
