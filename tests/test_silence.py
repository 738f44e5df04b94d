"""The judge of silence is judged: what the contract's text says, case by case."""

from typing import Any

import pytest

from tests.silence import EXPOSURE, EXTENSION, Asked, Reads, Told, complaints

BACLOFEN = {"resourceType": "MedicationRequest", "id": "m1", "medicationCodeableConcept": {"text": "Baclofen 10 mg"}}
OTHER = {"resourceType": "MedicationRequest", "id": "baclofen-1", "medicationCodeableConcept": {"text": "Amoxicillin"}}
RULE = Reads("ABR-01", frozenset(EXPOSURE), frozenset({"Patient"}), "critical")
NEWBORN = Reads("NEO-01", frozenset({"Observation"}), frozenset(), "warning")
SILENT = Told(200, {"cards": []})
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "Device: failed"}]}


def asked(policy: str = "card", **changes: Any) -> Asked:
    states = dict.fromkeys((*EXPOSURE, "Patient"), "none") | changes.pop("states", {})
    values = {"hook": "patient-view", "policy": policy, "states": states, "rules": (RULE,), "chart": (), **changes}
    return Asked(**values)


def card(
    kind: str = "abrupt-discontinuation", indicator: str = "critical", *missing: str, **more: Any
) -> dict[str, Any]:
    told = {"rules": ["ABR-01"]} | ({"notAvailable": list(missing)} if missing else {})
    return {
        "source": {"topic": {"code": kind}},
        "indicator": indicator,
        "summary": "",
        "detail": "",
        "extension": {EXTENSION: told},
        "overrideReasons": [{"code": "data-incorrect"}, {"code": "will-do-later"}],
    }


def says(*cards: dict[str, Any]) -> Told:
    return Told(200, {"cards": list(cards)})


GAP = card("could-not-check", "info", "Device")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (asked(), SILENT),  # everything read, nothing found
        (asked(states={"Patient": "failed"}), SILENT),  # excluded: nothing else matters
        (asked(states={"Patient": "failed"}, chart=[OTHER]), SILENT),
        (asked(states={"MedicationStatement": "unsupported", "Patient": "failed"}), SILENT),
        (asked(states={"Device": "failed"}), says(GAP)),
        (asked("412", states={"Device": "failed"}), Told(412, OUTCOME)),
        (asked("412", has_raised=frozenset({"ABR-01"}), chart=[BACLOFEN]), Told(500, OUTCOME)),
        (asked(states={"Device": "failed"}, hook="order-sign"), says(card("could-not-check", "warning", "Device"))),
        (asked(states={"Patient": "stale"}, chart=[BACLOFEN]), says(card("abrupt-discontinuation", "info", "Patient"))),
        (asked(states={"Device": "failed"}, chart=[{"resourceType": "Patient", "deceasedBoolean": True}]), SILENT),
    ],
)
def test_what_the_contract_allows(call: Asked, told: Told) -> None:
    assert complaints(call, told) == []


@pytest.mark.parametrize(
    ("call", "told", "word"),
    [
        (asked(states={"Device": "failed"}), SILENT, "nobody knows"),
        (asked(states=dict.fromkeys((*EXPOSURE, "Patient"), "not provided")), SILENT, "nothing at all"),
        (asked(states=dict.fromkeys(EXPOSURE[:2], "unsupported") | {"Condition": "stale"}), SILENT, "nobody knows"),
        (asked(states={"Observation": "failed"}, is_newborn=True, rules=[NEWBORN]), SILENT, "nobody knows"),
        (asked(has_raised=frozenset({"ABR-01"}), chart=[BACLOFEN]), SILENT, "rules failed"),
        (asked(states={"MedicationRequest": "failed"}, dispatched=["MedicationRequest/m1"]), SILENT, "sent out"),
        (asked(states={"Device": "failed"}), Told(412, OUTCOME), "under the policy"),
        (asked("412"), Told(412, OUTCOME), "everything was read"),
        (asked("412", states={"Procedure": "failed"}), Told(412, OUTCOME), "names nothing"),
        (asked("412", states={"Device": "failed"}), says(GAP), "asks for 412"),
        (asked("412"), Told(500, OUTCOME), "no rule failed"),
        (asked(), Told(503, OUTCOME), "status 503"),
        (asked("412", states={"Device": "failed"}), Told(412, {"issue": "Device"}), "without an OperationOutcome"),
        (asked(states={"Device": "failed"}), says(GAP, card()), "does not stand last"),
        (asked(states={"Device": "failed"}), says(card("could-not-check", "warning", "Device")), "is warning"),
        (asked(states={"Device": "failed"}), says(GAP | {"overrideReasons": []}), "override reasons"),
        (asked(states={"Device": "failed"}), says(card("could-not-check", "info")), "names nothing"),
        (asked(states={"Patient": "failed"}, chart=[BACLOFEN]), says(card()), "does not name ['Patient']"),
        (asked(chart=[BACLOFEN]), says(card("abrupt-discontinuation", "info", "Patient")), "calls missing"),
        (asked(states={"Patient": "failed"}, words={"Patient": "patient details"}, chart=[BACLOFEN]),
         says(card("abrupt-discontinuation", "info", "Patient")), "does not say in its text"),
    ],
)  # fmt: skip
def test_what_it_does_not(call: Asked, told: Told, word: str) -> None:
    assert any(word in said for said in complaints(call, told)), complaints(call, told)


def test_what_is_gone_beside_the_whole_chart() -> None:
    """Gone or milder, and nothing says why; absorbed and told is not gone."""
    call = asked(states={"Patient": "failed"}, rules=())
    whole = says(card())
    assert any("gone or milder" in said for said in complaints(call, SILENT, whole))
    assert any("gone or milder" in said for said in complaints(call, says(card("renal-dosing")), whole))
    assert complaints(call, says(card("suspected-withdrawal")), whole) == []
    assert complaints(call, says(card("renal-dosing", "info", "Patient")), whole) == []
    assert complaints(asked(rules=()), SILENT, whole) == ["nothing is called missing, and the answer is another one"]
