"""Epic: admission, discharge and transfer arrive as patient-view with an extension."""

from typing import Any

import pytest

from cards.hooks import ENCOUNTER_DISCHARGE, ENCOUNTER_START, ORDER_SIGN, PATIENT_VIEW, Hook
from cards.moment import Moment
from service.clients import epic
from service.config import Config
from service.sites import check_servable
from service.wire import read_call
from tests.service.kit import CARD, app_with, decided, encoded, hook_request, post

TRIGGER = "com.epic.cdshooks.request.bpa-trigger-action"


@pytest.mark.parametrize(
    ("trigger", "meant"),
    [("26", ENCOUNTER_START), ("27", ENCOUNTER_DISCHARGE), ("29", ENCOUNTER_START), (26, ENCOUNTER_START),
     ("60", PATIENT_VIEW), ("", PATIENT_VIEW), (None, PATIENT_VIEW), ({"x": 1}, PATIENT_VIEW)],
)  # fmt: skip
def test_the_workflow_step_of_a_patient_view(trigger: Any, meant: Hook) -> None:
    request = hook_request(PATIENT_VIEW, extension={TRIGGER: trigger})
    call = read_call(encoded(request), "application/json", PATIENT_VIEW)
    assert epic.as_meant(call).hook is meant


def test_an_order_hook_stays_what_it_is() -> None:
    call = read_call(encoded(hook_request(ORDER_SIGN, extension={TRIGGER: "26"})), "application/json", ORDER_SIGN)
    assert epic.as_meant(call).hook is ORDER_SIGN


@pytest.mark.parametrize(("dialect", "meant"), [("epic", "encounter-discharge"), ("generic", "patient-view")])
def test_only_a_site_of_this_dialect_reads_it(dialect: str, meant: str) -> None:
    """And its topic is alphanumeric, one a kind and urgency."""
    asked: list[str] = []

    def decide(_resources: Any, _ledger: Any, moment: Moment) -> Any:
        asked.append(moment.hook.name)
        return decided(CARD)

    answer = post(app_with(decide, dialect=dialect).test_client(), PATIENT_VIEW,
                  hook_request(PATIENT_VIEW, extension={TRIGGER: "27"}))  # fmt: skip
    (card,) = answer.json["cards"]
    assert asked == [meant]
    wanted = {"epic": "abruptDiscontinuationCritical", "generic": "abrupt-discontinuation"}[dialect]
    assert card["source"]["topic"]["code"] == wanted


def test_the_dialect_may_be_served() -> None:
    check_servable(Config.demo(dialect="epic").sites, "127.0.0.1")
