"""The doctor: the commonest misconfigurations, each found, each with what to do."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from cards.needs import ALL
from service.config import PREFIX
from service.doctor.run import run
from service.errors import ConfigError
from tests.service.callers import jwk, private_key, publishing
from tests.service.processes import run as run_command

BASE = "https://fhir.hospital.example/r4"
SITE = f'[sites.here]\ntrust = "none"\ntimezone = "America/Chicago"\ndate_order = "mdy"\nfhir_servers = ["{BASE}"]\n'
TYPES = sorted({need.resource_type for need in ALL})


def statement(version: str = "4.0.1", types: list[str] = TYPES) -> dict[str, Any]:
    """A CapabilityStatement."""
    rest = [{"mode": "server", "resource": [{"type": name} for name in types]}]
    return {"resourceType": "CapabilityStatement", "fhirVersion": version, "rest": rest}


@pytest.fixture
def examine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the doctor on a sites file, settings and one answer of the FHIR server; all its lines."""

    def examined(sites: str = SITE, *, site: str | None = None, fhir: dict[str, Any] | None = None, **more: str) -> Any:
        path = tmp_path / "sites.toml"
        path.write_text(sites, "utf-8")
        values = {
            "SITES": str(path),
            "DATABASE_URL": f"sqlite:///{tmp_path}/cds.sqlite",
            "PUBLIC_URL": "https://cds.hospital.example",
            **more,
        }
        for name, value in values.items():
            monkeypatch.setenv(PREFIX + name, value)
        lines: list[str] = []
        with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
            http.add_passthru("http://127.0.0.1")
            http.get(f"{BASE}/metadata", **(fhir or {"json": statement()}))
            healthy = run(site, lines.append)
        return healthy, lines

    return examined


def only(lines: list[str], level: str) -> list[str]:
    """The lines of one level."""
    return [line for line in lines if line.startswith(level)]


def test_a_good_configuration_is_healthy(examine: Any) -> None:
    healthy, lines = examine()

    assert healthy
    assert only(lines, "wrong") == []
    assert any("probe patient gets its card" in line for line in lines)


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("a key of the sites file is misspelt", {"sites": SITE + 'timezon = "UTC"\n'}, "unknown key 'timezon'", "correct"),
    (
        "the public URL is the discovery address",
        {"PUBLIC_URL": "https://cds.example/cds-services"},
        "ends in",
        "set it",
    ),
    ("the public URL is plain http", {"PUBLIC_URL": "http://cds.example"}, "plain http", "TLS"),
    ("the database cannot be written", {"DATABASE_URL": "sqlite:////nowhere/at/all.sqlite"}, "database", "rights"),
    ("the value sets are not there", {"VALUESETS": "/nowhere/at/all"}, "VALUESETS", "unset it"),
    ("the FHIR server is down", {"fhir": {"body": requests.ConnectionError()}}, "does not answer", "firewall"),
    ("it redirects", {"fhir": {"status": 301, "headers": {"Location": "/x"}}}, "redirects", "address that answers"),
    ("the base URL is wrong", {"fhir": {"status": 404}}, "answers 404", "fhirServer"),
    ("a web page answers", {"fhir": {"body": "<html>"}}, "no CapabilityStatement", "R4 base URL"),
    ("it speaks R5", {"fhir": {"json": statement("5.0.0")}}, "speaks FHIR 5.0.0", "R4 base URL"),
    (
        "something declared unsupported is there",
        {"sites": SITE + 'unsupported = ["MedicationDispense"]\n'},
        "has MedicationDispense",
        "take MedicationDispense out",
    ),
    (
        "the clocks are apart",
        {"fhir": {"json": statement(), "headers": {"Date": "Tue, 24 Nov 2020 20:00:00 GMT"}}},
        "s apart",
        "NTP",
    ),
]


@pytest.mark.parametrize(("given", "what", "to_do"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_does_not_work_is_wrong(examine: Any, given: dict[str, Any], what: str, to_do: str) -> None:
    healthy, lines = examine(**given)

    assert not healthy
    assert any(what in line and to_do in line.partition(" -> ")[2] for line in only(lines, "wrong")), lines


LOOK = [
    ("a database that was not there", {}, "nothing of this service is there yet"),
    ("no public URL", {"PUBLIC_URL": ""}, "PUBLIC_URL is not set"),
    ("a safety is off", {"sites": SITE + "allow_no_trust = true\n"}, "anybody who reaches"),
    ("a silent site", {"sites": SITE + 'mode = "silent"\n'}, "SILENT"),
    ("no FHIR server", {"sites": SITE.replace(f'"{BASE}"', "")}, "no fhir_servers"),
    ("the zone was forgotten", {"sites": SITE.replace("America/Chicago", "UTC")}, "timezone is UTC"),
    ("the order of dates was forgotten", {"sites": SITE.replace('date_order = "mdy"', "")}, "date_order"),
    ("the EHR will not wait so long", {"sites": SITE + "deadline = 20.0\n"}, "no longer wait"),
    ("pages of the user's machine", {"sites": SITE + 'origins = ["http://localhost:3000"]\n'}, "user's own machine"),
]


@pytest.mark.parametrize(("given", "what"), [row[1:] for row in LOOK], ids=[row[0] for row in LOOK])
def test_what_is_seldom_meant_is_to_be_looked_at(examine: Any, given: dict[str, Any], what: str) -> None:
    healthy, lines = examine(**given)

    assert healthy
    assert any(what in line for line in only(lines, "look")), lines


def test_types_that_the_server_lacks_come_as_a_line_to_paste(examine: Any) -> None:
    has = [name for name in TYPES if name not in ("CarePlan", "NutritionOrder")]
    healthy, lines = examine(fhir={"json": statement(types=has)})

    assert healthy
    assert any('under [sites.here]: unsupported = ["CarePlan", "NutritionOrder"]' in line for line in lines)


def test_a_server_that_does_not_tell_its_time_is_not_taken_for_one_whose_clock_agrees(examine: Any) -> None:
    _, lines = examine()

    assert any("does not tell its time: the clocks were not compared" in line for line in only(lines, "look"))


def test_a_clock_that_agrees_is_not_mentioned(examine: Any) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=True)
    _, lines = examine(fhir={"json": statement(), "headers": {"Date": soon}})

    assert not any("apart" in line for line in lines)


def test_one_site_of_several_and_one_that_is_not_there(examine: Any) -> None:
    with pytest.raises(ConfigError, match="no site 'there' in the sites file; there are here"):
        examine(site="there")


def test_the_command_exits_1_and_never_shows_a_traceback() -> None:
    ended = run_command("doctor", SITES="/nowhere.toml")

    assert ended.returncode == 1
    assert ended.stdout.startswith("wrong  /nowhere.toml: the sites file cannot be read")
    assert ended.stderr == ""


def test_the_lines_hold_no_more_than_a_line(examine: Any) -> None:
    _, lines = examine()

    assert not [line for line in lines if "\n" in line]


JWT_SITE = SITE.replace('trust = "none"', 'issuers = ["https://ehr.hospital.example"]')


def test_a_key_set_that_cannot_be_read_lets_nobody_in(examine: Any) -> None:
    healthy, lines = examine(JWT_SITE + 'jku = ["http://127.0.0.1:9/jwks.json"]\n')

    assert not healthy
    assert any("until it can be read nobody is let in" in line for line in only(lines, "wrong"))


def test_a_key_set_is_read_and_its_keys_counted(examine: Any) -> None:
    with publishing(jwk(private_key())) as server:
        healthy, lines = examine(JWT_SITE + f'jku = ["{server.jku}"]\n')

    assert healthy, lines
    assert any("1 key(s)" in line for line in only(lines, "ok"))


def test_a_key_set_without_a_usable_key(examine: Any) -> None:
    with publishing() as server:
        healthy, lines = examine(JWT_SITE + f'jku = ["{server.jku}"]\n')

    assert not healthy
    assert any("no usable key" in line for line in only(lines, "wrong"))


def test_the_sandbox_s_public_key_is_found_out(examine: Any) -> None:
    healthy, lines = examine(
        JWT_SITE.replace("https://ehr.hospital.example", "https://sandbox.cds-hooks.org") + f'jku = ["{BASE}/keys"]\n'
    )

    assert not healthy
    assert any("private key is published" in line for line in only(lines, "wrong"))


def test_sites_that_serve_refuses_together_are_wrong(examine: Any) -> None:
    healthy, lines = examine(SITE + SITE.replace("sites.here", "sites.there"))

    assert not healthy
    assert any("serve refuses to start" in line for line in only(lines, "wrong"))


def test_sites_that_share_keys_are_to_be_looked_at(examine: Any) -> None:
    with publishing(jwk(private_key())) as server:
        one = JWT_SITE + f'jku = ["{server.jku}"]\n'
        other = one.replace("sites.here", "sites.there").replace("ehr.hospital", "ehr.clinic")
        _, lines = examine(one + other)

    assert any("whoever signs for one can sign as the other" in line for line in only(lines, "look"))
