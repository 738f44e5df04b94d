"""An answer is never silent but where the contract allows it: each need, each state, each hook, either policy.

The judge is `tests/silence.py`; `test_silence_machine.py` puts everything together.
"""

import json
from itertools import product
from typing import Any

import pytest

from cards.hooks import ALL as HOOKS
from cards.hooks import ORDER_DISPATCH, Hook
from cards.ledger import State
from cards.needs import ALL, BY_KEY
from cards.rule import all_rules
from tests.chart import Chart
from tests.properties.asking import Question, with_twins
from tests.properties.patients import call_from, steady
from tests.silence import COULD_NOT_CHECK, complaints, kind_of
from tests.stories.calls import Call

KEYS = [need.key for need in ALL]
RULES = sorted(rule.implements for rule in all_rules())


def healthy() -> Call:
    """Nobody who ever took baclofen."""
    told = Chart()
    told.add("MedicationRequest", status="active", intent="order", medicationCodeableConcept={"text": "Amoxicillin"})
    return call_from("healthy", told)


def on_hook(call: Call, hook: Hook) -> Call:
    """The same patient on any hook, with a harmless order in hand where the hook has some."""
    draft = {"resourceType": "ServiceRequest", "id": "draft-1", "status": "draft", "intent": "order",
             "subject": {"reference": "Patient/p1"}, "code": {"text": "Full blood count"}}  # fmt: skip
    context = {"patientId": "p1", "userId": "Practitioner/1", "encounterId": "e1"}
    if hook is ORDER_DISPATCH:
        context["dispatchedOrders"] = ["ServiceRequest/s1"]  # type: ignore[assignment]
    return call.but(name=f"{call.name} on {hook.name}", hook=hook, context=context).with_drafts(
        [draft] if hook.drafts_in else []
    )


@pytest.mark.parametrize("patient", [healthy, steady], ids=lambda patient: patient.__name__)
@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.name)
def test_every_need_in_every_state(patient: Any, hook: Hook) -> None:
    call = on_hook(patient(), hook)
    whole = Question(call=call).answers()
    found: dict[str, list[str]] = {}
    asked_for = {need.key for need in call.needs}
    for need, state in product(sorted(asked_for), State):
        if state is State.UNSUPPORTED:
            question = Question(call=call, unsupported=frozenset({BY_KEY[need].resource_type}))
        else:
            question = Question(call=call, states={need: state} | with_twins(need, state))
        for policy, told in question.answers().items():
            before = None if state is State.UNSUPPORTED else whole[policy]
            if wrong := complaints(question.asked(policy), told, before):
                found[f"{need} {state}, policy {policy}"] = wrong
    assert found == {}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.name)
def test_without_any_data_it_is_certain(hook: Hook) -> None:
    """No prefetch, no FHIR access: 412, or could-not-check."""
    question = Question(call=on_hook(healthy(), hook), states=dict.fromkeys(KEYS, State.NOT_PROVIDED))
    answers = question.answers()
    assert answers["412"].status == 412
    assert [kind_of(card) for card in answers["card"].cards] == [COULD_NOT_CHECK]


def test_an_order_sent_out_that_nobody_read_is_told() -> None:
    """Neither the order nor whether there is a pump could be read."""
    call = on_hook(healthy(), ORDER_DISPATCH)
    question = Question(call=call, states=dict.fromkeys(("ServiceRequest", "Device"), State.FAILED))
    told = question.answers()["card"]
    assert complaints(question.asked("card"), told) == []
    assert "ServiceRequest/s1" in told.gap["detail"]


@pytest.mark.parametrize("broken", RULES)
def test_a_rule_that_raises_is_told(broken: str) -> None:
    """500, or a card that names the rule; beside other cards, on them."""
    rules = {rule.implements: rule for rule in all_rules()}
    for patient in (steady(), healthy()):
        hook = rules[broken].hooks[0]
        question = Question(call=on_hook(patient, hook), broken=frozenset({broken}))
        for policy, told in question.answers().items():
            assert complaints(question.asked(policy), told) == []
            if patient.name == "steady":
                assert broken in json.dumps(told.body)
