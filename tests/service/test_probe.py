"""The probe: a monitor's made-up patient through the full path."""

import json
from pathlib import Path

import pytest
import responses

from service.errors import CommandFailed, ConfigError
from service.probe import PATIENT, Caller, printed, probe
from tests.service.callers import jwk, private_key
from tests.service.processes import run, running
from tests.service.test_serve import settings

URL = "http://cds.example"
HOOK = f"{URL}/cds-services/baclofen-patient-view"


def said(**answer: object) -> str:
    """What the probe says of a service that gives this answer."""
    lines: list[str] = []
    with responses.RequestsMock() as http:
        http.post(HOOK, **answer)  # type: ignore[arg-type]
        probe(URL, say=lines.append)
    return lines[0]


def test_a_running_service_warns_of_the_probe_patient(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", **settings(tmp_path)) as server:
        ended = run("probe", "--to", server.url)

    assert ended.returncode == 0, ended.stderr
    assert "suspected-withdrawal" in ended.stdout


def test_a_silent_site_is_found_silent(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", **settings(tmp_path, 'mode = "silent"')) as server:
        ended = run("probe", "--to", server.url)

    assert (ended.returncode, ended.stdout[:10]) == (0, "ok, SILENT")


def test_a_service_that_quickly_says_nothing_is_found_out() -> None:
    with pytest.raises(CommandFailed, match="no card: the service does not warn"):
        said(json={"cards": []})


@responses.activate
def test_a_patient_that_was_never_loaded_is_named_as_a_cause() -> None:
    """The service read an empty chart, as it should; the monitor forgot to fill it."""
    responses.post(f"{URL}/cds-services/baclofen-patient-view", json={"cards": []})

    with pytest.raises(
        CommandFailed, match=r"or the patient is not at https://fhir\.example/r4: .* load --to"
    ) as caught:
        probe(URL, fhir_server="https://fhir.example/r4", say=str)
    assert "--patient baclofen-cds-probe" in str(caught.value)


def test_a_card_of_the_wrong_urgency_is_found_out() -> None:
    topic = {"code": "suspected-withdrawal"}
    with pytest.raises(CommandFailed, match="what came is suspected-withdrawal info"):
        said(json={"cards": [{"source": {"topic": topic}, "indicator": "info"}]})


def test_epics_spelling_of_the_kind_is_known() -> None:
    topic = {"code": "suspectedWithdrawalWarning"}
    assert "ok" in said(json={"cards": [{"source": {"topic": topic}, "indicator": "warning"}]})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 412, "json": {"issue": [{"diagnostics": "not read"}]}}, "412: not read"),
        ({"status": 500, "body": "<html>"}, "500: no OperationOutcome"),
        ({"body": "<html>"}, "no CDS Hooks answer"),
        ({"json": {"something": "else"}}, "no CDS Hooks answer"),
        ({"json": {"cards": [1]}}, "no CDS Hooks answer"),
        ({"json": {"cards": [], "extension": None}}, "no CDS Hooks answer"),
        ({"json": {"cards": [{"source": {"topic": None}}]}}, "no CDS Hooks answer"),
        ({"body": ConnectionError()}, "does not answer"),
    ],
)
def test_whatever_else_comes_is_one_line(answer: dict[str, object], words: str) -> None:
    from requests import ConnectionError as Refused

    if isinstance(answer.get("body"), ConnectionError):
        answer = {"body": Refused()}
    with pytest.raises(CommandFailed, match=words):
        said(**answer)


def test_the_request_can_be_printed_for_another_monitor() -> None:
    body = json.loads(printed("stopped-yesterday-without-a-taper"))

    assert body["context"]["patientId"] == PATIENT
    assert body["prefetch"]["MedicationRequest"]["entry"]


def test_a_story_that_does_not_exist_is_one_line(tmp_path: Path) -> None:
    ended = run("probe", "--to", URL, "--story", "nobody")

    assert ended.returncode == 1
    assert ended.stderr.startswith("error: no story 'nobody'")


def test_half_a_key_is_used_wrongly() -> None:
    assert run("probe", "--to", URL, "--issuer", "https://monitor.example").returncode == 2


@pytest.mark.parametrize("text", [json.dumps(jwk(private_key())), "[]", "null", "no JSON"])
def test_a_key_that_cannot_sign_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="key"):
        probe(URL, caller=Caller(tmp_path / "key", "https://monitor.example", "m1"), say=print)
