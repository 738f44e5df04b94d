"""A chart that is too much to be read in time: the answer does not wait for it, and says so."""

import json
from typing import Any

from flask.testing import FlaskClient
from structlog.testing import capture_logs

from cards.hooks import PATIENT_VIEW
from service import create_app
from service.config import Config
from tests.moment import NOW
from tests.service.kit import hook_request, order, searchset
from tests.service.metrics_page import total

DEADLINE = 0.5  # seconds
MANY = 40_000  # orders, each told differently: many times what half a second is enough for


def request(*, asked_for: list[str]) -> bytes:
    """Everything read whole and empty, but for the orders."""
    drugs = [
        order(
            f"o{n}", medicationCodeableConcept={"text": f"paracetamol {n} mg"}, dosageInstruction=[{"text": f"{n} mg"}]
        )
        for n in range(MANY)
    ]
    prefetch: dict[str, Any] = {key: searchset() for key in asked_for}
    prefetch["Patient"] = {"resourceType": "Patient", "id": "p1", "birthDate": "1970-01-01"}
    prefetch["MedicationRequest"] = searchset(*drugs)
    return json.dumps(hook_request(PATIENT_VIEW, prefetch=prefetch)).encode()


def client_of(policy: str) -> FlaskClient:
    config = Config.demo(log_level="INFO", max_body=50_000_000, deadline=DEADLINE, missing_data=policy)
    return create_app(config, clock=lambda: NOW).test_client()


def asked_for(client: FlaskClient) -> list[str]:
    services = client.get("/cds-services").json["services"]
    (view,) = (one for one in services if one["id"] == PATIENT_VIEW.service_id)
    return list(view["prefetch"])


def test_what_was_not_reached_is_refused_by_name() -> None:
    """No baclofen was seen in what was read; nobody knows about the rest."""
    client = client_of("412")
    body = request(asked_for=asked_for(client))
    with capture_logs() as lines:
        answer = client.post(f"/cds-services/{PATIENT_VIEW.service_id}", data=body, content_type="application/json")

    assert answer.status_code == 412
    assert "the time for the call ended before all of it was read" in answer.json["issue"][0]["diagnostics"]
    (line,) = (line for line in lines if line["event"] == "request" and line["status"] == 412)
    assert 0 < line["not_reached"] <= MANY + 1  # orders, and the patient
    assert line["log_level"] == "warning"
    assert total(client.get("/metrics").text, "failures_total", what="out_of_time") == 1


def test_or_told_in_a_card() -> None:
    client = client_of("card")
    answer = client.post(
        f"/cds-services/{PATIENT_VIEW.service_id}",
        data=request(asked_for=asked_for(client)),
        content_type="application/json",
    )

    (card,) = answer.json["cards"]
    assert card["source"]["topic"]["code"] == "could-not-check"
    assert "ended before all of it was read" in card["detail"]
