"""Another patient's resource, for every need and by either way: dropped, its need partial, counted as an incident."""

import io
import json
from contextlib import redirect_stderr
from typing import Any

import pytest
import responses
import structlog

from cards.ledger import State
from cards.moment import Moment
from cards.needs import ALL, OBSERVATIONS, PATIENT, VITALS, Need
from cards.record.read import FOREIGN, read
from cards.record.record import Record
from cards.record.valuesets import ValueSets
from service import create_app, log
from service.config import Config
from service.fhir import FhirClient
from service.gather import Gathered
from tests.moment import NOW
from tests.service.gathering import BASE, bundle, call, gathered

SOMEBODY = {"reference": "Patient/somebody-else"}
VALUESETS = ValueSets.load()
OF_PATIENT = ("Device", "NutritionOrder", "FamilyMemberHistory")


def foreign(need: Need) -> dict[str, Any]:
    """A resource of the need's type that says whose it is."""
    if need is PATIENT:
        return {"resourceType": "Patient", "id": "somebody-else"}
    resource: dict[str, Any] = {"resourceType": need.resource_type, "id": "x1"}
    if need.resource_type == "Appointment":
        return resource | {"participant": [{"actor": SOMEBODY}]}
    return resource | {"patient" if need.resource_type in OF_PATIENT else "subject": SOMEBODY}


def as_answer(need: Need) -> dict[str, Any]:
    """As the need's query is answered."""
    return foreign(need) if need is PATIENT else bundle(foreign(need))


def record_of(result: Gathered) -> Record:
    """What the pure room reads of it."""
    return read(result.supplied, result.ledger, Moment(now=NOW, patient_id="p1"), VALUESETS)


def play(web: responses.RequestsMock, need: Need) -> None:
    """The server answers this need with somebody else's."""
    web.get(f"{BASE}/{need.query.partition('?')[0].replace('{{context.patientId}}', 'p1')}", json=as_answer(need))


@pytest.mark.parametrize("way", ["prefetch", "fetch"])
@pytest.mark.parametrize("need", ALL, ids=lambda need: need.key)
def test_it_is_dropped_and_its_need_is_partial(
    client: FhirClient, web: responses.RequestsMock, need: Need, way: str
) -> None:
    play(web, need)
    what = call({need.key: as_answer(need)}) if way == "prefetch" else call(server=BASE)
    record = record_of(gathered(client, what, need))
    assert record.foreign == 1
    assert (record.ledger[need.key].state, record.ledger[need.key].because) == (State.PARTIAL, FOREIGN)


def test_one_that_answers_two_needs_makes_both_partial(client: FhirClient, web: responses.RequestsMock) -> None:
    """Observations come in by several doors; it is still one resource, and one incident."""
    play(web, OBSERVATIONS)
    record = record_of(gathered(client, call(server=BASE), OBSERVATIONS, VITALS))
    assert record.foreign == 1
    assert [record.ledger[need.key].state for need in (OBSERVATIONS, VITALS)] == [State.PARTIAL, State.PARTIAL]


@pytest.mark.parametrize("need", [need for need in ALL if need.reveals_exposure], ids=lambda need: need.key)
def test_the_call_says_that_it_could_not_check_and_the_log_counts_it(need: Need) -> None:
    """Through the whole service: never a silence, and nothing of the other patient in the log."""
    said, before = io.StringIO(), structlog.get_config()
    with redirect_stderr(said):
        log.configure("INFO")
        app = create_app(Config.demo(), clock=lambda: NOW)
        prefetch = {one.key: None for one in ALL} | {"Patient": {"resourceType": "Patient", "id": "p1"}}
        request = {
            "hook": "patient-view",
            "hookInstance": "11111111-2222-3333-4444-555555555555",
            "context": {"userId": "Practitioner/1", "patientId": "p1"},
            "prefetch": prefetch | {need.key: as_answer(need)},
        }
        answer = app.test_client().post("/cds-services/baclofen-patient-view", json=request)
    structlog.configure(**before)
    assert answer.status_code == 200
    (card,) = answer.get_json()["cards"]
    assert card["source"]["topic"]["code"] == "could-not-check"
    line = json.loads(said.getvalue().splitlines()[-1])
    assert (line["other_patients"], line["level"]) == (1, "warning")
    assert line["needs"][need.key] == "partial"
    assert "somebody-else" not in said.getvalue()
