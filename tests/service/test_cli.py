"""The commands: exit codes, one line for each error, and what they print."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import requests

from cards.hooks import ORDER_SIGN, PATIENT_VIEW
from cards.rule import all_limits, all_rules
from tests.service.kit import WHOLE, hook_request, order, searchset
from tests.service.processes import free_port, run, running

NOW = "2026-03-10T08:00:00Z"


@pytest.mark.parametrize("command", ["", "demo", "serve", "load", "explain", "rules"])
def test_every_command_helps(command: str) -> None:
    done = run(*([command] if command else []), "--help")

    assert done.returncode == 0
    assert "Usage:" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], "No such command"),
        (["serve", "--port", "lots"], "--port"),
        (["serve"], "set BACLOFEN_CDS_SITES"),
        (["demo", "--now", "yesterday"], "no instant"),
        (["demo", "--now", "2026-03-10T08:00:00"], "has no zone"),
        (["explain", "nowhere.json"], "does not exist"),
        (["rules", "PMP-1"], "meant PMP-01?"),
        (["rules", "PMP-01", "--limits"], "leave out"),
        (["load"], "--to"),
        (["load", "--to", "http://127.0.0.1:9/fhir", "--patient", "x"], "--only"),
    ],
)
def test_used_wrongly_is_one_line_and_exit_2(arguments: list[str], words: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("sites", "host", "words"),
    [
        ('trust = "none"', "0.0.0.0", "loopback"),
        ('issuers = ["https://a"]\njwks_file = "none.json"', "127.0.0.1", "No such file"),
        ('issuers = ["https://a"]\njku = ["https://a/k"]', "0.0.0.0", "BACLOFEN_CDS_PUBLIC_URL"),
        ('trust = "none"\nallow_no_trust = true', "0.0.0.0", "BACLOFEN_CDS_PUBLIC_URL"),
        ("frobnicate = 1", "127.0.0.1", "unknown key"),
    ],
)
def test_serve_refuses_what_it_must_not_serve(tmp_path: Path, sites: str, host: str, words: str) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(f"[sites.here]\n{sites}", "utf-8")

    done = run("serve", "--host", host, "--port", str(free_port()), SITES=str(path), DATABASE_URL="sqlite://")

    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_unknown_variable_is_an_error() -> None:
    done = run("serve", SITE="x")

    assert done.returncode == 2
    assert "meant BACLOFEN_CDS_SITES?" in done.stderr


def test_several_workers_need_a_database_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text('[sites.here]\ntrust = "none"', "utf-8")

    done = run("serve", "--workers", "2", "--port", "0", SITES=str(path), DATABASE_URL="sqlite://")

    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr


@pytest.mark.parametrize("taken", ["--port", "--fhir-port"])
def test_a_port_in_use_is_one_line_and_exit_1(taken: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ports = {"--port": str(free_port()), "--fhir-port": str(free_port())} | {taken: port}

        done = run("demo", *(word for pair in ports.items() for word in pair))

    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_demo_says_when_it_is_ready_and_where_everything_is(tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--port", "0", "--fhir-port", "0", "--now", NOW, lines=2) as demo:
        fhir = demo.lines[1].split("FHIR ")[1]
        patients = requests.get(f"{fhir}/Patient", timeout=20).json()["entry"]
        page = requests.get(f"{demo.url}/", timeout=20)
        answer = requests.post(
            f"{demo.url}/cds-services/baclofen-patient-view",
            json=hook_request(PATIENT_VIEW, prefetch={}, fhirServer=fhir)
            | {"context": {"userId": "Practitioner/1", "patientId": patients[0]["resource"]["id"]}},
            timeout=20,
        )

    assert f"viewer {demo.url}/" in demo.lines[1]
    assert len(patients) >= 12
    assert page.ok
    assert answer.status_code == 200


def test_load_says_what_went_wrong() -> None:
    done = run("load", "--to", f"http://127.0.0.1:{free_port()}/fhir", "--only", "no-such-story")

    assert done.returncode == 1
    assert "no-such-story" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


STOPPING = hook_request(
    ORDER_SIGN,
    prefetch=WHOLE | {"MedicationRequest": searchset(order("draft-1", note=[{"text": "[bold]not markup[/bold]"}]))},
)
STOPPING["context"]["draftOrders"]["entry"][0]["resource"] = order("draft-1", status="stopped")


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(STOPPING), "utf-8")
    return path


def test_explain_tells_facts_needs_verdicts_and_cards(request_file: Path) -> None:
    done = run("explain", str(request_file), "--now", NOW)

    assert done.returncode == 0, done.stderr
    for heading in ("Facts", "Needs", "Rules", "Cards"):
        assert heading in done.stdout
    assert "MedicationRequest/draft-1" in done.stdout
    assert "ABR-01" in done.stdout


def test_explain_as_json(request_file: Path) -> None:
    done = run("explain", str(request_file), "--now", NOW, "--format", "json")

    told = json.loads(done.stdout)
    assert told["now"].startswith("2026-03-10T08:00:00")
    assert {entry["need"]: entry["state"] for entry in told["needs"]}["MedicationRequest"] == "present"
    assert all(said["because"] or said.get("missing") for said in told["rules"])
    assert all(card["uuid"] for card in told["cards"])
    assert run("explain", str(request_file), "--now", NOW, "--format", "json").stdout.count("ABR-01")


SITES = """
[sites.east]
trust = "none"
timezone = "America/Chicago"
missing_data = "412"

[sites.west]
trust = "none"
missing_data = "card"
unsupported = ["MedicationStatement", "Device"]
"""


def explained(tmp_path: Path, request: dict[str, Any], *more: str) -> dict[str, Any]:
    """What `explain` says of a request under a site of SITES."""
    (tmp_path / "sites.toml").write_text(SITES, "utf-8")
    (tmp_path / "asked.json").write_text(json.dumps(request), "utf-8")
    told = ("--sites", str(tmp_path / "sites.toml"), *more, "--now", NOW, "--format", "json")
    done = run("explain", str(tmp_path / "asked.json"), *told)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_explain_replays_a_site_s_policy_and_what_it_has_not(tmp_path: Path) -> None:
    without_data = hook_request(PATIENT_VIEW, prefetch={})
    east = explained(tmp_path, without_data, "--site", "east")
    west = explained(tmp_path, without_data, "--site", "west")

    assert (east["status"], west["status"]) == (412, 200)
    assert {e["need"]: e["state"] for e in west["needs"]}["Device"] == "unsupported"
    assert {e["need"]: e["state"] for e in east["needs"]}["Device"] == "not provided"


def test_explain_names_drafts_that_it_could_not_read(tmp_path: Path) -> None:
    odd = json.loads(json.dumps(STOPPING))
    odd["context"]["draftOrders"]["entry"][0]["resource"]["status"] = "no longer"
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(odd), "utf-8")

    assert "unread draft: MedicationRequest/draft-1" in run("explain", str(path), "--now", NOW).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--site", "north"], "no site 'north'"), ([], "say which with --site"), (["--site", "x"], "east, west")],
)
def test_explain_wants_a_site_of_the_file(tmp_path: Path, request_file: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "sites.toml").write_text(SITES, "utf-8")
    done = run("explain", str(request_file), "--sites", str(tmp_path / "sites.toml"), *arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert run("explain", str(request_file), "--site", "east").returncode == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "CDS Hooks request"),
        ("[1]", "CDS Hooks request"),
        ('{"hook": "no-such"}', "patient-view"),
        ('{"hook": "patient-view"}', "hookInstance"),
        ("[" * 100_000, "CDS Hooks request"),
    ],
)
def test_explain_of_something_else_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "request.json"
    path.write_text(text, "utf-8")

    done = run("explain", str(path))

    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_rules_lists_every_rule_with_its_question() -> None:
    told = run("rules").stdout
    assert all(rule.implements in told for rule in all_rules())
    assert "Is the refill of a baclofen pump due, or overdue?" in told


def test_rules_shows_one_rule_in_full() -> None:
    told = run("rules", "pmp-01").stdout
    for words in ("When", "Device?patient=", "refill_due_soon", "14 d", "local judgement", "C-GIL", "pump-verified",
                  "Known limits", "pending clinical review"):  # fmt: skip
        assert words in told


def test_rules_as_json() -> None:
    told = json.loads(run("rules", "WDR-01", "--format", "json").stdout)
    assert (told["kind"], told["atMost"]) == ("suspected-withdrawal", "critical")
    assert "alternative-diagnosis" in told["overrideReasons"]
    assert len(json.loads(run("rules", "--format", "json").stdout)) == len(all_rules())


def test_rules_lists_every_number_a_site_may_set() -> None:
    told = {limit["name"]: limit for limit in json.loads(run("rules", "--limits", "--format", "json").stdout)}
    assert told["oral_missed_dose"]["written"] == "12 h"
    assert "points_spasticity" in run("rules", "--limits").stdout
    assert set(told) == set(all_limits())
