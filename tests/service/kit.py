"""Small honest stand-ins for the other room, and requests as an EHR sends them."""

import copy
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from flask import Flask
from flask.testing import FlaskClient

from cards.decide import Decision, Outcome
from cards.hooks import ALL, ORDER_DISPATCH, ORDER_SELECT, Hook
from cards.ledger import Ledger
from cards.moment import Moment, Supplied
from cards.needs import MEDICATION_REQUESTS, MEDICATION_STATEMENTS, PATIENT
from cards.record.record import Record
from cards.record.valuesets import ValueSets
from cards.verdict import Action, Evidence, MergedCard, Quiet, Suggestion, Urgency
from service import build_app
from service.config import MEMORY, Config
from service.fhir import FhirClient
from service.metrics import Metrics
from service.parts import Parts
from service.store import Store
from tests.moment import NOW

NEEDS = (PATIENT, MEDICATION_REQUESTS, MEDICATION_STATEMENTS)

CARD = MergedCard(
    kind="abrupt-discontinuation",
    kind_display="Abrupt discontinuation",
    urgency=Urgency.CRITICAL,
    summary="Stopping baclofen 60 mg/day abruptly risks withdrawal",
    detail="- Taper or keep the order.",
    rules=("ABR-01",),
    leader="ABR-01",
    evidence=(Evidence("MedicationRequest/1", "baclofen 20 mg three times a day"),),
    facts=("urgency 2", "rule ABR-01"),
    override_reasons=(("planned-taper", "A planned taper is under way"),),
    suggestions=(
        Suggestion(
            key="keep-order",
            label="Keep the order",
            actions=(
                Action(type="create", description="Resume", resource={"resourceType": "MedicationRequest", "id": None}),
                Action(type="delete", description="Do not stop", resource_id="MedicationRequest/draft-1"),
            ),
        ),
    ),
)
COULD_NOT = MergedCard(
    kind="could-not-check",
    kind_display="Baclofen check incomplete",
    urgency=Urgency.INFO,
    summary="Baclofen could not be checked",
    detail="- Medication orders could not be read.",
    rules=("ABR-01",),
    leader="",
    not_available=("MedicationRequest",),
)

Decides = Callable[[Sequence[Supplied], Ledger, Moment], Decision]


def decided(*cards: MergedCard, ledger: Ledger | None = None, **more: Any) -> Decision:
    """A decision that shows these cards."""
    values = {"outcomes": (Outcome("ABR-01", "stop_order", Quiet("nothing stopped")),), **more}
    return Decision(record=Record(ledger=ledger or Ledger()), cards=cards, **values)


def incomplete(*cards: MergedCard, ledger: Ledger, **more: Any) -> Decision:
    """A decision that had to leave something open."""
    missing = ledger.lost([need.key for need in NEEDS])
    return decided(*cards, ledger=ledger, could_not_check=COULD_NOT, missing=missing, **more)


def careful(resources: Sequence[Supplied], ledger: Ledger, moment: Moment) -> Decision:
    """A rule that fires on the word baclofen and is open when a need was lost."""
    cards = (CARD,) if any(b"baclofen" in bytes(one.raw) for one in resources) else ()
    lost = ledger.lost([need.key for need in NEEDS])
    return incomplete(*cards, ledger=ledger) if lost else decided(*cards, ledger=ledger)


def parts_with(decides: Decides = careful, *, store: Store | None = None, clock: Any = None, **changes: Any) -> Parts:
    """The app's parts around a decision of the test's own."""

    def decide(_rules: object, resources: Sequence[Supplied], ledger: Ledger, moment: Moment, **_more: Any) -> Decision:
        return decides(resources, ledger, moment)

    config = Config.demo(**{"log_level": "ERROR", **changes})
    return Parts(
        config=config,
        clock=clock or (lambda: NOW),
        fhir=FhirClient(),
        metrics=Metrics(config.sites),
        store=store or Store(MEMORY),
        decide=decide,
        rules=(),
        hooks=ALL,
        needs={hook.name: NEEDS for hook in ALL},
        valuesets=ValueSets.load(),
        knowledge_version="2026.1",
    )


def app_with(decides: Decides = careful, **changes: Any) -> Flask:
    """An app around a decision of the test's own."""
    return build_app(parts_with(decides, **changes))


def searchset(*resources: dict[str, Any]) -> dict[str, Any]:
    """A Bundle as a search answers it."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


def order(identity: str = "mr1", **more: Any) -> dict[str, Any]:
    """An order of baclofen for patient p1."""
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "baclofen 10 mg tablet"},
        "subject": {"reference": "Patient/p1"},
        **more,
    }


WHOLE = {
    "Patient": {"resourceType": "Patient", "id": "p1"},
    "MedicationRequest": searchset(order()),
    "MedicationStatement": searchset(),
}


def hook_request(hook: Hook, /, *, prefetch: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A valid request; `changes` replace members, `...` removes one."""
    context: dict[str, Any] = {"userId": "Practitioner/1", "patientId": "p1"}
    if hook.drafts_in:
        context[hook.drafts_in] = {"resourceType": "Bundle", "entry": [{"resource": order("draft-1", status="draft")}]}
    if "encounterId" in hook.required:
        context["encounterId"] = "enc-1"
    if hook.name == ORDER_DISPATCH.name:
        context["dispatchedOrders"] = ["MedicationRequest/mr1"]
        context["performer"] = "Organization/pharmacy"
    if hook.name == ORDER_SELECT.name:
        context["selections"] = ["MedicationRequest/draft-1"]
    request = {
        "hook": hook.name,
        "hookInstance": str(uuid.UUID(int=7)),
        "context": context,
        "prefetch": copy.deepcopy(WHOLE if prefetch is None else prefetch),
    }
    request.update(changes)
    return {name: value for name, value in request.items() if value is not ...}


def post(client: FlaskClient, hook: Hook, request: dict[str, Any] | bytes, **more: Any) -> Any:
    """Send a request to the service of `hook`."""
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    return client.post(f"/cds-services/{hook.service_id}", data=body, **{"content_type": "application/json", **more})


def told(answer: Any) -> str:
    """The diagnostics of an OperationOutcome, having checked that it is one."""
    assert answer.content_type == "application/json", answer.data[:200]
    assert answer.json["resourceType"] == "OperationOutcome"
    (issue,) = answer.json["issue"]
    assert issue["severity"] == "error"
    return str(issue["diagnostics"])


def encoded(value: Any) -> bytes:
    """JSON bytes."""
    return msgspec.json.encode(value)
