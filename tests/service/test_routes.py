"""The HTTP side of a call: discovery, cards, refusals, and what every answer carries."""

import json
import re
import uuid
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from cards.decide import Decision, Outcome
from cards.hooks import ALL, ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Hook
from cards.ledger import Ledger
from cards.record.record import Record
from cards.record.when import When
from cards.verdict import CannotTell, Evidence, Urgency
from service import build_app, log
from service.agreed import WAITED
from service.errors import StoreUnavailable
from service.store import CallAnswered, Store
from service.wire_cards import card_json
from tests.moment import NOW
from tests.service.kit import (
    CARD,
    COULD_NOT,
    WHOLE,
    app_with,
    decided,
    hook_request,
    incomplete,
    order,
    parts_with,
    post,
    searchset,
    told,
)

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def cards_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.json
    cards: list[dict[str, Any]] = answer.json["cards"]
    return cards


def test_discovery_lists_a_service_a_hook() -> None:
    answer = app_with().test_client().get("/cds-services")

    services = {service["id"]: service for service in answer.json["services"]}
    assert set(services) == {hook.service_id for hook in ALL}
    assert services["baclofen-patient-view"]["hook"] == "patient-view"
    assert services["baclofen-patient-view"]["version"] == "2.0.1"
    assert services["baclofen-patient-view"]["prefetch"]["Patient"] == "Patient/{{context.patientId}}"


def test_discovery_does_not_ask_for_what_the_ehr_does_not_have() -> None:
    answer = app_with(unsupported=["MedicationStatement"]).test_client().get("/cds-services")

    for service in answer.json["services"]:
        assert "MedicationStatement" not in service["prefetch"]
        assert "MedicationStatement" not in service["usageRequirements"]


@pytest.mark.parametrize("path", ["/cds-services/", "/cds-services?x=1"])
def test_discovery_bears_a_slash_and_a_query(path: str) -> None:
    assert app_with().test_client().get(path).status_code == 200


def test_a_doubled_slash_is_answered_and_not_redirected() -> None:
    """A discovery URL with a slash at its end makes the Sandbox ask for `//`; a redirect would fail its preflight."""
    client = app_with().test_client()

    assert client.options("/cds-services//baclofen-patient-view").status_code == 200
    assert client.post("/cds-services//baclofen-patient-view", json=hook_request(PATIENT_VIEW)).status_code == 200
    assert client.post("/cds-services//baclofen-patient-view/feedback", json={"feedback": []}).status_code == 200


def test_a_card_has_exactly_the_agreed_shape() -> None:
    (card,) = cards_of(post(app_with().test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW)))

    assert UUID.fullmatch(card.pop("uuid"))
    assert UUID.fullmatch(card["suggestions"][0].pop("uuid"))
    assert card == {
        "summary": "Stopping baclofen 60 mg/day abruptly risks withdrawal",
        "detail": "- Taper or keep the order.",
        "indicator": "critical",
        "source": {
            "label": "Baclofen CDS, rule ABR-01",
            "url": "http://127.0.0.1:8080/rules/ABR-01",
            "topic": {
                "system": "https://baclofen-cds.example.org/CodeSystem/card-kind",
                "code": "abrupt-discontinuation",
                "display": "Abrupt discontinuation",
            },
        },
        "suggestions": [
            {
                "label": "Keep the order",
                "actions": [  # deletes first, as they are carried out; nothing null
                    {"type": "delete", "description": "Do not stop", "resourceId": "MedicationRequest/draft-1"},
                    {"type": "create", "description": "Resume", "resource": {"resourceType": "MedicationRequest"}},
                ],
            }
        ],
        "selectionBehavior": "any",
        "overrideReasons": [
            {
                "code": "planned-taper",
                "system": "https://baclofen-cds.example.org/CodeSystem/override-reason",
                "display": "A planned taper is under way",
            }
        ],
        "extension": {
            "org.example.baclofen-cds": {
                "rules": ["ABR-01"],
                "evidence": [{"reference": "MedicationRequest/1", "text": "baclofen 20 mg three times a day"}],
                "knowledgeVersion": "2026.1",
            }
        },
    }


def test_without_suggestions_there_is_no_selection_behaviour_and_nothing_empty() -> None:
    bare = msgspec.structs.replace(CARD, suggestions=(), evidence=(), override_reasons=(), detail="")

    written = card_json(bare, public_url="https://cds.example.org", knowledge_version="1")

    assert set(written) == {"uuid", "summary", "indicator", "source", "extension"}
    assert set(written["extension"]["org.example.baclofen-cds"]) == {"rules", "knowledgeVersion"}


@pytest.mark.parametrize(("length", "shown"), [(139, 139), (140, 139), (500, 139)])
def test_a_summary_is_always_under_140_characters(length: int, shown: int) -> None:
    long = msgspec.structs.replace(CARD, summary="a" * length)

    assert len(card_json(long, public_url="", knowledge_version="1")["summary"]) == shown


@pytest.mark.parametrize(
    ("precision", "shown"),
    [
        ("instant", "2026-03-10T22:30:00-05:00"),
        ("day", "2026-03-10"),
        ("month", "2026-03"),
        ("year", "2026"),
        ("ambiguous", "2026-03-10T22:30:00-05:00/2026-03-10T22:30:00-05:00"),
    ],
)
def test_evidence_is_dated_as_precisely_as_the_chart(precision: str, shown: str) -> None:
    dated = msgspec.structs.replace(CARD, evidence=(Evidence("Observation/1", "fever", When(NOW, NOW, precision)),))

    written = card_json(dated, public_url="", knowledge_version="1")

    assert written["extension"]["org.example.baclofen-cds"]["evidence"][0]["time"] == shown


def test_the_clock_the_user_and_the_drafts_reach_the_decision() -> None:
    seen = []

    def watch(resources: Any, ledger: Any, moment: Any) -> Decision:
        seen.append(moment)
        return decided(ledger=ledger)

    post(app_with(watch, timezone="America/Chicago").test_client(), ORDER_SELECT, hook_request(ORDER_SELECT))

    (moment,) = seen
    assert moment.now == NOW
    assert str(moment.zone) == "America/Chicago"
    assert (moment.user, moment.patient_id, len(moment.drafts)) == ("Practitioner/1", "p1", 1)
    assert moment.selections == ("MedicationRequest/draft-1",)


def test_nothing_found_in_what_was_read_is_an_empty_list() -> None:
    request = hook_request(PATIENT_VIEW, prefetch=WHOLE | {"MedicationRequest": searchset()})

    assert cards_of(post(app_with().test_client(), PATIENT_VIEW, request)) == []


def test_missing_data_under_policy_card_are_a_card_that_stands_last() -> None:
    request = hook_request(PATIENT_VIEW, prefetch={"MedicationRequest": searchset(order())})

    cards = cards_of(post(app_with(missing_data="card").test_client(), PATIENT_VIEW, request))

    assert [card["source"]["topic"]["code"] for card in cards] == ["abrupt-discontinuation", "could-not-check"]
    assert cards[1]["source"]["url"] == "http://127.0.0.1:8080/rules/ABR-01"
    assert cards[1]["extension"]["org.example.baclofen-cds"]["notAvailable"] == ["MedicationRequest"]


def test_missing_data_under_policy_412_name_each_need_and_why() -> None:
    answer = post(app_with(missing_data="412").test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW, prefetch={}))

    assert answer.status_code == 412
    assert "medication orders (MedicationRequest), reported medications (MedicationStatement): not provided" in told(
        answer
    )


def test_missing_data_under_policy_412_do_not_hide_another_card() -> None:
    request = hook_request(PATIENT_VIEW, prefetch={"MedicationRequest": searchset(order())})

    cards = cards_of(post(app_with(missing_data="412").test_client(), PATIENT_VIEW, request))

    assert [card["source"]["topic"]["code"] for card in cards] == ["abrupt-discontinuation"]


def only_raised(*_arguments: Any) -> Decision:
    outcome = Outcome("PER-02", "nil_by_mouth", CannotTell((), "failed"), raised="KeyError")
    return decided(could_not_check=COULD_NOT, only_raised=True, outcomes=(outcome,))


def test_only_crashed_rules_under_policy_412_are_a_500_that_names_them() -> None:
    answer = post(app_with(only_raised, missing_data="412").test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW))

    assert answer.status_code == 500
    assert "PER-02 (KeyError)" in told(answer)


def test_only_crashed_rules_under_policy_card_are_a_card() -> None:
    answer = post(app_with(only_raised, missing_data="card").test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW))

    assert [card["source"]["topic"]["code"] for card in cards_of(answer)] == ["could-not-check"]


@pytest.mark.parametrize("policy", ["412", "card"])
def test_another_fhir_version_is_a_visible_card_under_either_policy(policy: str) -> None:
    request = hook_request(ORDER_SELECT, prefetch={})
    draft = {"resourceType": "MedicationOrder", "id": "draft-1", "medicationCodeableConcept": {"text": "baclofen"}}
    request["context"] |= {
        "selections": ["MedicationOrder/draft-1"],
        "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]},
    }

    (card,) = cards_of(post(app_with(missing_data=policy).test_client(), ORDER_SELECT, request))

    assert card["source"]["topic"]["code"] == "could-not-check"
    assert "R4" in card["summary"]
    assert COULD_NOT.detail in card["detail"]


def test_another_fhir_version_is_visible_even_if_the_decision_left_nothing_open() -> None:
    request = hook_request(ORDER_SELECT)
    draft = {"resourceType": "MedicationOrder", "id": "draft-1", "medicationCodeableConcept": {"text": "Baclofen"}}
    request["context"]["draftOrders"]["entry"] = [{"resource": draft}]

    (card,) = cards_of(post(app_with(lambda *_: decided()).test_client(), ORDER_SELECT, request))

    assert (card["indicator"], card["source"]["topic"]["code"]) == ("warning", "could-not-check")
    assert {reason["code"] for reason in card["overrideReasons"]} == {"data-incorrect", "will-do-later"}


@pytest.mark.parametrize(("hook", "indicator"), [(ORDER_SELECT, "warning"), (PATIENT_VIEW, "info")])
def test_drafts_of_another_version_may_be_baclofen_whatever_they_are_called(hook: Hook, indicator: str) -> None:
    """The service knows no drug's name: an order that nobody read is one of them."""
    request = hook_request(hook)
    if hook.drafts_in:
        draft = {"resourceType": "MedicationOrder", "id": "draft-1", "medicationCodeableConcept": {"text": "Lioresal"}}
        request["context"]["draftOrders"]["entry"] = [{"resource": draft}]
    else:
        request["prefetch"]["orders"] = searchset({"resourceType": "MedicationOrder", "id": "x"})

    (card,) = cards_of(post(app_with(lambda *_: decided()).test_client(), hook, request))

    assert card["indicator"] == indicator


def test_a_dropped_resource_of_another_patient_is_an_incident_in_the_log() -> None:
    record = Record(ledger=Ledger(), foreign=2)
    app = app_with(lambda *_: msgspec.structs.replace(decided(), record=record))
    with capture_logs() as lines:
        post(app.test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW))

    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["log_level"], line["other_patients"]) == ("warning", 2)
    assert "other_patients" in log.KEYS


def test_a_silent_site_shows_nothing_says_so_and_records_what_it_would_have_shown() -> None:
    parts = parts_with(mode="silent")
    client = build_app(parts).test_client()

    answer = post(client, PATIENT_VIEW, hook_request(PATIENT_VIEW))
    titles = [service["title"] for service in client.get("/cds-services").json["services"]]

    assert answer.json == {"cards": [], "extension": {"org.example.baclofen-cds": {"mode": "silent"}}}
    assert all("SILENT" in title for title in titles)
    assert [(row["kind"], row["silent"]) for row in parts.store.cards()] == [("abrupt-discontinuation", True)]


def test_a_silent_site_is_never_refused_for_missing_data() -> None:
    client = app_with(mode="silent", missing_data="412").test_client()

    assert cards_of(post(client, PATIENT_VIEW, hook_request(PATIENT_VIEW, prefetch={}))) == []


def test_cards_shown_are_kept_with_the_patient_hashed() -> None:
    parts = parts_with()

    (card,) = cards_of(post(build_app(parts).test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW)))

    (row,) = parts.store.cards()
    assert row["uuid"] == card["uuid"]
    assert row["suggestions"] == {card["suggestions"][0]["uuid"]: "keep-order"}
    assert row["rules"] == ["ABR-01"]
    assert "p1" not in json.dumps(row, default=str)


class BrokenStore(Store):
    def record_call(self, call: CallAnswered, cards: Any = (), **_within: float) -> None:
        raise StoreUnavailable("the disk is full")

    def check(self) -> None:
        raise StoreUnavailable("the disk is full", headers={"Retry-After": "5"})


def test_a_database_that_is_down_does_not_take_the_card_from_the_clinician() -> None:
    parts = parts_with(store=BrokenStore("sqlite://"))

    with capture_logs() as lines:
        cards = cards_of(post(build_app(parts).test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW)))

    assert len(cards) == 1
    assert lines[-1]["warning"] == "the disk is full"


def test_health_and_readiness() -> None:
    client = app_with().test_client()

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_the_database_and_alive_all_the_same() -> None:
    client = build_app(parts_with(store=BrokenStore("sqlite://"))).test_client()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "disk" in told(answer)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/cds-services/no-such-service", 404),
        ("POST", "/cds-services/baclofen-patient-view%00", 404),
        ("POST", "/cds-services/no-such-service/feedback", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/rules/XYZ-99", 404),
        ("GET", "/cds-services/baclofen-patient-view", 405),
        ("DELETE", "/cds-services", 405),
        ("GET", "/cds-services/baclofen-patient-view/feedback", 405),
        ("PUT", "/healthz", 405),
    ],
)
def test_what_is_not_there_is_json(method: str, path: str, status: int) -> None:
    answer = app_with().test_client().open(path, method=method, json={})

    assert answer.status_code == status
    assert told(answer)
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (b"not json", {}, 400),
        (b"[]", {}, 422),
        (b"{}", {"content_type": "text/plain"}, 415),
        (b"{}", {"content_type": ""}, 415),
        (b"x" * 3000, {}, 413),
        (b"{}", {"headers": {"Content-Encoding": "gzip"}}, 415),
    ],
)
def test_bad_bodies_are_json_refusals(body: bytes, more: dict[str, Any], status: int) -> None:
    answer = post(app_with(max_body=2048).test_client(), PATIENT_VIEW, body, **more)

    assert answer.status_code == status
    assert told(answer)


def test_a_bug_is_a_500_without_a_trace_and_without_the_patient(capsys: pytest.CaptureFixture[str]) -> None:
    def crash(*_arguments: Any) -> Decision:
        raise KeyError("patient Ada Stubbs")

    with capture_logs() as lines:
        answer = post(app_with(crash).test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW))

    assert answer.status_code == 500
    assert "KeyError" in told(answer)
    assert "Stubbs" not in answer.text + json.dumps(lines) + "".join(capsys.readouterr())
    assert [line["exception"] for line in lines if line["event"] == "bug"] == ["KeyError"]


@pytest.mark.parametrize("path", ["/cds-services", "/nowhere", "/healthz", "/rules/XYZ-1"])
def test_every_answer_is_uncacheable_and_unsniffable(path: str) -> None:
    headers = app_with().test_client().get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Origin" in headers["Vary"]


@pytest.mark.parametrize("hook", ALL, ids=lambda hook: hook.name)
def test_the_log_holds_no_value_of_the_chart(hook: Hook) -> None:
    secret = "Xanthippe"
    request = hook_request(hook, fhirServer="http://192.0.2.1/fhir")
    request["context"]["patientId"] = secret
    request["prefetch"]["MedicationRequest"] = searchset(order(note=[{"text": secret}]))
    request["fhirAuthorization"] = {
        "access_token": secret, "token_type": "Bearer", "expires_in": 1, "scope": secret, "subject": secret,
    }  # fmt: skip

    with capture_logs() as lines:
        post(app_with().test_client(), hook, request)
        post(app_with().test_client(), hook, request | {"hook": secret})
        app_with().test_client().get(f"/{secret}?x={secret}")

    assert len(lines) == 3
    assert secret not in json.dumps(lines, default=str)


def test_a_crashed_rule_beside_a_card_is_logged_as_an_error() -> None:
    outcome = Outcome("PER-02", "nil_by_mouth", CannotTell(()), raised="KeyError")

    with capture_logs() as lines:
        post(
            app_with(lambda *_: decided(CARD, outcomes=(outcome,))).test_client(),
            PATIENT_VIEW,
            hook_request(PATIENT_VIEW),
        )

    assert (lines[-1]["log_level"], lines[-1]["raised"]) == ("error", ["PER-02:KeyError"])


def test_the_same_request_gets_the_same_answer_uuids_aside() -> None:
    client = app_with().test_client()

    first, second = (post(client, ORDER_SIGN, hook_request(ORDER_SIGN)).text for _ in range(2))

    assert first != second
    assert UUID.sub("", first) == UUID.sub("", second)


def test_a_fhir_server_that_the_site_does_not_list_is_not_called() -> None:
    request = hook_request(PATIENT_VIEW, prefetch={}, fhirServer="http://192.0.2.1/fhir")

    answer = post(app_with(missing_data="412").test_client(), PATIENT_VIEW, request)

    assert answer.status_code == 412
    assert "forbidden" in told(answer)


def test_who_waited_past_the_deadline_for_a_thread_is_told_to_come_back() -> None:
    answer = post(app_with().test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW), environ_overrides={WAITED: 3.5})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "overloaded" in told(answer)


def test_urgency_has_the_names_of_the_wire() -> None:
    assert [urgency.indicator for urgency in Urgency] == ["info", "warning", "critical"]


def test_card_uuids_never_repeat() -> None:
    client = app_with().test_client()

    seen = [cards_of(post(client, PATIENT_VIEW, hook_request(PATIENT_VIEW)))[0]["uuid"] for _ in range(20)]

    assert len({uuid.UUID(one) for one in seen}) == 20


def test_policy_412_and_a_card_together_still_carry_what_was_not_available() -> None:
    card = msgspec.structs.replace(CARD, not_available=("Device",))

    def partly(resources: Any, ledger: Any, moment: Any) -> Decision:
        return incomplete(card, ledger=ledger)

    (shown,) = cards_of(
        post(app_with(partly, missing_data="412").test_client(), PATIENT_VIEW, hook_request(PATIENT_VIEW))
    )

    assert shown["extension"]["org.example.baclofen-cds"]["notAvailable"] == ["Device", "MedicationRequest"]
