"""What an operator sees at /metrics."""

from typing import Any, NoReturn

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from cards.hooks import PATIENT_VIEW
from service import build_app
from tests.service.kit import CARD, app_with, decided, hook_request, order, parts_with, searchset
from tests.service.metrics_page import samples, total

HOOK = "/cds-services/baclofen-patient-view"
NEEDS = {"MedicationRequest": searchset(order())}


def page(client: FlaskClient) -> str:
    """What /metrics says."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    return answer.get_data(as_text=True)


def call(app: Flask, **more: object) -> FlaskClient:
    """One patient-view call with an order for baclofen."""
    client = app.test_client()
    client.post(HOOK, json=hook_request(PATIENT_VIEW, **{"prefetch": NEEDS, **more}))
    return client


def test_a_call_is_counted_with_its_cards_needs_and_seconds() -> None:
    told = page(call(app_with()))

    assert total(told, "calls_total", site="demo", hook="patient-view", status="200") == 1
    assert total(told, "cards_total", site="demo", indicator="critical", shown="yes") >= 1
    assert total(told, "needs_total", need="MedicationRequest", state="present") == 1
    assert total(told, "call_seconds_count", hook="patient-view") == 1
    assert total(told, "outcomes_total", outcome="cards") == 1


def test_a_silent_site_says_so_and_counts_what_it_would_have_shown() -> None:
    told = page(call(app_with(mode="silent")))

    assert total(told, "silent_site", site="demo") == 1
    assert total(told, "cards_total", shown="no") >= 1
    assert total(told, "cards_total", shown="yes") == 0


def test_safeties_that_are_off_are_seen() -> None:
    told = page(app_with(allow_no_trust=True, allow_insecure_fhir=True).test_client())

    assert {labels["setting"] for labels, _ in samples(told, "insecure_setting")} == {
        "allow_no_trust",
        "allow_insecure_fhir",
    }


def test_refused_for_missing_data_is_no_silence() -> None:
    told = page(call(app_with(missing_data="412"), prefetch={}))

    assert total(told, "outcomes_total", outcome="refused") == 1
    assert total(told, "outcomes_total", outcome="nothing_found") == 0


def test_a_bug_is_counted() -> None:
    def breaks(*_: object) -> NoReturn:
        raise ZeroDivisionError

    app = app_with(breaks)
    told = page(call(app))

    assert total(told, "failures_total", what="internal_error") == 1
    assert total(told, "calls_total", status="500") == 1


def test_another_patients_resource_is_counted() -> None:
    from service import create_app
    from service.config import Config

    foreign = order("mr2", subject={"reference": "Patient/somebody-else"})
    app = create_app(Config.demo(log_level="ERROR"))
    told = page(call(app, prefetch={"MedicationRequest": searchset(foreign)}))

    assert total(told, "failures_total", what="other_patient") == 1


def test_what_a_client_makes_up_is_no_label() -> None:
    app = app_with()
    client = app.test_client()
    client.post("/cds-services/made-up-by-somebody", json={})
    client.post(HOOK, data=b"{", content_type="application/json")
    told = page(client)

    assert "made-up" not in told
    assert samples(told, "calls_total") == []


def test_two_apps_count_apart() -> None:
    one, other = build_app(parts_with()), build_app(parts_with())

    assert total(page(call(one)), "calls_total") == 1
    assert total(page(other.test_client()), "calls_total") == 0


@pytest.mark.parametrize(
    ("changed", "told", "what"),
    [
        ({"failed_suggestions": ("keep-order",)}, "draft:keep-order", "draft_failed"),
        ({"facts": ()}, "facts:abrupt-discontinuation", "facts_failed"),
    ],
)
def test_a_failure_of_ours_behind_a_card_is_the_operator_s_to_see(
    changed: dict[str, Any], told: str, what: str
) -> None:
    """The card goes out all the same, and says that the operator has been told."""
    client = app_with(lambda *_: decided(msgspec.structs.replace(CARD, **changed))).test_client()
    with capture_logs() as lines:
        assert client.post(HOOK, json=hook_request(PATIENT_VIEW)).status_code == 200

    assert (lines[-1]["log_level"], lines[-1]["raised"]) == ("error", [told])
    assert total(page(client), "failures_total", what=what) == 1
