"""Feedback: what is taken, what is refused, and that a batch is all or nothing."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from pydantic import SecretStr
from structlog.testing import capture_logs

from cards.hooks import PATIENT_VIEW
from service import build_app
from service.feedback import NOT_A_CODE
from service.parts import Parts
from tests.service.kit import hook_request, parts_with, post, told
from tests.service.metrics_page import total

UNKNOWN = "00000000-0000-4000-8000-00000000abcd"
AT = "2024-05-01T10:05:31Z"
OVERRIDDEN = {"card": UNKNOWN, "outcome": "overridden", "outcomeTimestamp": AT}
ACCEPTED = {"card": UNKNOWN, "outcome": "accepted", "acceptedSuggestions": [{"id": "s1"}], "outcomeTimestamp": AT}
REASON = {"code": "specialist-plan", "system": "https://baclofen-cds.example.org/CodeSystem/override-reason"}


@pytest.fixture
def parts() -> Parts:
    return parts_with()


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    return build_app(parts).test_client()


def send(client: FlaskClient, body: Any, **more: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        "/cds-services/baclofen-patient-view/feedback", data=data, **{"content_type": "application/json", **more}
    )


@pytest.mark.parametrize(
    "items",
    [
        [OVERRIDDEN],
        [ACCEPTED],
        [OVERRIDDEN, ACCEPTED, OVERRIDDEN],
        [{**OVERRIDDEN, "overrideReason": {"reason": REASON, "userComment": "already tapered; naïve ✓"}}],
        [{**OVERRIDDEN, "overrideReason": {"userComment": "see note"}}],
        [{**OVERRIDDEN, "overrideReason": None}],
        [{**OVERRIDDEN, "outcomeTimestamp": "1985-04-12T23:20:50.52Z"}],
        [{**OVERRIDDEN, "outcomeTimestamp": "2026-03-10T08:00:00-05:00"}],
        [{**OVERRIDDEN, "extension": {"org.example.x": 1}, "new": 1}],
        [{**OVERRIDDEN, "extension": "x"}],
        [{**ACCEPTED, "acceptedSuggestions": [{"id": "s1"}, {"id": "s2"}]}],
        [{**OVERRIDDEN, "card": UNKNOWN.upper()}],
        [],
    ],
)
def test_taken_whole_and_answered_with_an_empty_object(client: FlaskClient, parts: Parts, items: list[Any]) -> None:
    answer = send(client, {"feedback": items})

    assert (answer.status_code, answer.json) == (200, {})
    assert len(parts.store.feedback()) == len(items)


BAD: dict[str, Any] = {
    "a bare array": [OVERRIDDEN],
    "an empty object": {},
    "an object for the array": {"feedback": OVERRIDDEN},
    "null": {"feedback": None},
    "a string item": {"feedback": ["x"]},
    "no card": {"feedback": [{name: value for name, value in OVERRIDDEN.items() if name != "card"}]},
    "a card that is no uuid": {"feedback": [{**OVERRIDDEN, "card": "nope"}]},
    "no outcome": {"feedback": [{name: value for name, value in OVERRIDDEN.items() if name != "outcome"}]},
    "outcome ignored": {"feedback": [{**OVERRIDDEN, "outcome": "ignored"}]},
    "accepted without suggestions": {"feedback": [{**OVERRIDDEN, "outcome": "accepted"}]},
    "accepted with no suggestion": {"feedback": [{**ACCEPTED, "acceptedSuggestions": []}]},
    "a suggestion without id": {"feedback": [{**ACCEPTED, "acceptedSuggestions": [{}]}]},
    "a suggestion with an empty id": {"feedback": [{**ACCEPTED, "acceptedSuggestions": [{"id": ""}]}]},
    "an empty override reason": {"feedback": [{**OVERRIDDEN, "overrideReason": {}}]},
    "a reason without code": {"feedback": [{**OVERRIDDEN, "overrideReason": {"reason": {"system": "http://x"}}}]},
    "a reason without system": {"feedback": [{**OVERRIDDEN, "overrideReason": {"reason": {"code": "x"}}}]},
    "a reason that is text": {"feedback": [{**OVERRIDDEN, "overrideReason": {"reason": "x"}}]},
    "a comment that is a number": {"feedback": [{**OVERRIDDEN, "overrideReason": {"userComment": 5}}]},
    "no timestamp": {"feedback": [{"card": UNKNOWN, "outcome": "overridden"}]},
    "a timestamp without zone": {"feedback": [{**OVERRIDDEN, "outcomeTimestamp": "2024-05-01T10:05:31"}]},
    "a timestamp that is no date": {"feedback": [{**OVERRIDDEN, "outcomeTimestamp": "yesterday"}]},
    "one good and one bad": {"feedback": [OVERRIDDEN, {"card": 5}]},
    "one good and one without suggestions": {"feedback": [ACCEPTED, {**OVERRIDDEN, "outcome": "accepted"}]},
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_refused_whole(client: FlaskClient, parts: Parts, body: Any) -> None:
    answer = send(client, body)

    assert answer.status_code == 422
    assert told(answer)
    assert parts.store.feedback() == []


@pytest.mark.parametrize("body", [b"nope", b"", b"[" * 100_000 + b"]" * 100_000, b'{"feedback":[{"card":"\xff"}]}'])
def test_what_is_not_json_is_unparsable(client: FlaskClient, body: bytes) -> None:
    assert send(client, body).status_code == 400


def test_another_content_type_is_refused(client: FlaskClient) -> None:
    assert send(client, {"feedback": []}, content_type="text/plain").status_code == 415


def test_feedback_on_a_card_of_ours_is_known_and_on_another_marked(client: FlaskClient, parts: Parts) -> None:
    (card,) = post(client, PATIENT_VIEW, hook_request(PATIENT_VIEW)).json["cards"]
    suggestion = card["suggestions"][0]["uuid"]

    accepted = {**ACCEPTED, "card": card["uuid"], "acceptedSuggestions": [{"id": suggestion}]}
    assert send(client, {"feedback": [accepted, OVERRIDDEN]}).status_code == 200

    rows = parts.store.feedback()
    assert [row["card_is_known"] for row in rows] == [True, False]
    assert rows[0]["suggestions"] == [suggestion]


WITH_COMMENT = {**OVERRIDDEN, "overrideReason": {"reason": REASON, "userComment": "call pump team"}}


def test_a_reason_is_kept_and_of_a_comment_that_there_was_one(client: FlaskClient, parts: Parts) -> None:
    send(client, {"feedback": [WITH_COMMENT]})

    (row,) = parts.store.feedback()
    assert row["reasons"] == [REASON]
    assert (row["comment_kept"], row["comment"]) == ("dropped", "")


def test_a_site_that_keeps_comments_has_them_encrypted() -> None:
    key = Fernet.generate_key().decode()
    parts = parts_with(comments="encrypted", comment_keys=SecretStr(key))

    send(build_app(parts).test_client(), {"feedback": [WITH_COMMENT, OVERRIDDEN]})

    first, second = parts.store.feedback()
    assert "pump" not in first["comment"]
    assert Fernet(key).decrypt(first["comment"]) == b"call pump team"
    assert second["comment_kept"] == "none"


EPIC = "com.epic.cdshooks.feedback.overrideReason"


@pytest.mark.parametrize(
    ("override", "reasons"),
    [
        ({"overrideReasons": {"reason": {"code": "c1"}}}, [("c1", "")]),
        (
            {"overrideReasons": [{"reason": {"code": "c1", "system": "s"}}, {"reason": {"code": "c2"}}]},
            [("c1", "s"), ("c2", "")],
        ),
        ({"overrideReasons": {"extension": {f"{EPIC}.code": "7"}}}, [("7", f"{EPIC}.code")]),
        ({"extension": {f"{EPIC}.title": "Not relevant", "other": "x"}}, [("Not relevant", f"{EPIC}.title")]),
    ],
)
def test_epic_s_own_spelling(client: FlaskClient, parts: Parts, override: Any, reasons: list[Any]) -> None:
    assert send(client, {"feedback": [{**OVERRIDDEN, **override}]}).status_code == 200

    (row,) = parts.store.feedback()
    assert [(reason["code"], reason["system"]) for reason in row["reasons"]] == reasons


def test_epic_s_spelling_without_any_reason_is_refused(client: FlaskClient) -> None:
    assert send(client, {"feedback": [{**OVERRIDDEN, "overrideReasons": [{}]}]}).status_code == 422


def test_a_database_that_fails_acknowledges_nothing(client: FlaskClient, parts: Parts) -> None:
    with parts.store._engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE feedback"))

    answer = send(client, {"feedback": [OVERRIDDEN]})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "send it again" in told(answer)


def test_a_comment_is_never_logged(client: FlaskClient) -> None:
    with capture_logs() as lines:
        send(client, {"feedback": [{**OVERRIDDEN, "overrideReason": {"userComment": "Ada Stubbs"}}]})

    assert "Stubbs" not in json.dumps(lines)
    assert (lines[-1]["items"], lines[-1]["unknown_cards"]) == (1, 1)


def test_words_of_somebody_s_own_in_place_of_a_code_are_not_kept(client: FlaskClient, parts: Parts) -> None:
    own = {"code": "Mrs Smith asked for it", "system": "told by phone"}
    item = {**OVERRIDDEN, "overrideReason": {"reason": own}, "acceptedSuggestions": [{"id": "the one for Mrs Smith"}]}
    assert send(client, {"feedback": [item]}).status_code == 200

    (row,) = parts.store.feedback()
    assert row["reasons"] == [{"code": NOT_A_CODE, "system": ""}]
    assert row["suggestions"] == [NOT_A_CODE]


def test_feedback_is_counted(client: FlaskClient) -> None:
    send(client, {"feedback": [OVERRIDDEN, OVERRIDDEN]})
    page = client.get("/metrics").get_data(as_text=True)

    assert total(page, "feedback_total", site="demo", outcome="overridden") == 2
    assert total(page, "feedback_unknown_total", site="demo") == 2
