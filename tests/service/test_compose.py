"""docker-compose.yml is one that Debian's docker-compose takes, and its parts start in the right order."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from sqlalchemy import make_url

from service.config import Config
from service.sites import check_servable

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    """The file as docker-compose understands it."""
    if shutil.which("docker-compose") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no docker-compose on this machine", pytrace=False)
        pytest.skip("no docker-compose on this machine")
    checked = subprocess.run(
        ["docker-compose", "config"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert checked.returncode == 0, checked.stderr
    services: dict[str, Any] = yaml.safe_load(checked.stdout)["services"]
    return services


def test_each_part_waits_for_the_one_before(composed: dict[str, Any]) -> None:
    waits = {
        (name, before, how["condition"])
        for name, part in composed.items()
        for before, how in part.get("depends_on", {}).items()
    }
    assert waits == {
        ("fhir-ready", "hapi", "service_started"),
        ("stories", "fhir-ready", "service_completed_successfully"),
        ("service", "stories", "service_completed_successfully"),
        ("service", "database", "service_healthy"),
    }


def test_the_service_is_checked_and_has_no_more_rights_than_it_needs(composed: dict[str, Any]) -> None:
    service = composed["service"]
    assert "readyz" in " ".join(service["healthcheck"]["test"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_the_service_remembers_in_the_database_beside_it(composed: dict[str, Any]) -> None:
    database = composed["database"]["environment"]
    url = make_url(composed["service"]["environment"]["BACLOFEN_CDS_DATABASE_URL"])
    assert (url.username, url.password, url.host, url.database) == (
        database["POSTGRES_USER"], database["POSTGRES_PASSWORD"], "database", database["POSTGRES_DB"],
    )  # fmt: skip


def test_nothing_is_open_beyond_this_machine(composed: dict[str, Any]) -> None:
    ports = [str(port) for part in composed.values() for port in part.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_image_floats(composed: dict[str, Any]) -> None:
    images = {part["image"] for part in composed.values() if "build" not in part}
    assert all(re.search(r":v?\d", image) for image in images)


def test_the_sites_file_of_the_containers_is_servable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACLOFEN_CDS_SITES", str(ROOT / "docker" / "sites.toml"))
    config = Config.from_environment()
    check_servable(config.sites, "0.0.0.0")
    assert config.sites[0].fhir_servers == ("http://hapi:8080/fhir",)


def test_the_image_runs_as_a_user_without_rights() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER cds" in lines
    assert lines.index("USER cds") > max(n for n, line in enumerate(lines) if line.startswith(("RUN", "COPY")))
    copied = [line.split()[1] for line in lines if line.startswith("COPY")]
    assert all((ROOT / name).exists() for name in copied)
