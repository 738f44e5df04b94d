"""Two nodes, each a process tree of its own, on one PostgreSQL: whatever a balancer does, they act as one."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from service.probe import printed
from tests.postgres.server import Postgres
from tests.service.callers import ISSUER, bearer, claims, header, jwk, key_set, private_key, signed
from tests.service.processes import Running, running

HOOK = "/cds-services/baclofen-patient-view"
PUBLIC = "https://cds.hospital.example"
SITES = f"""
[sites.riverside]
issuers = ["{ISSUER}"]
jwks_file = "riverside.json"
missing_data = "card"
"""


@pytest.fixture
def nodes(tmp_path: Path, postgres: Postgres) -> Iterator[tuple[Running, Running]]:
    (tmp_path / "riverside.json").write_bytes(key_set(jwk(private_key())))
    (tmp_path / "sites.toml").write_text(SITES, "utf-8")
    url = postgres.new_database(f"t{uuid.uuid4().hex}")
    more = {"SITES": str(tmp_path / "sites.toml"), "DATABASE_URL": url, "PUBLIC_URL": PUBLIC}
    with ExitStack() as stack:
        found = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            found.append(stack.enter_context(running(folder, "serve", "--port", "0", "--workers", "2", **more)))
        yield found[0], found[1]


def token(path: str, **more: Any) -> dict[str, str]:
    """A token of this moment for a path behind the balancer."""
    return bearer(signed(header(), claims(PUBLIC + path, now=datetime.now(UTC), **more)))


@pytest.fixture(scope="module")
def chart() -> Any:
    """A patient who hallucinates, as one and the same chart tells it at every call."""
    return msgspec.json.decode(printed("hallucinations-31-h-after-last-tablet"))


def call(node: Running, chart: Any, headers: dict[str, str] | None = None) -> requests.Response:
    """The chart is opened, by the same clinician."""
    return requests.post(node.url + HOOK, json=chart, headers=headers or token(HOOK), timeout=20)


def test_a_token_shown_to_one_is_used_up_at_the_other(nodes: tuple[Running, Running], chart: Any) -> None:
    one, two = nodes
    shown = token(HOOK)

    assert [call(node, chart, shown).status_code for node in (one, two, one)] == [200, 401, 401]


def test_a_card_acknowledged_at_the_other_is_lowered_at_both(nodes: tuple[Running, Running], chart: Any) -> None:
    one, two = nodes
    first = call(one, chart).json()["cards"][0]
    item = {
        "card": first["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": datetime.now(UTC).isoformat(),
        "overrideReason": {"reason": {k: first["overrideReasons"][0][k] for k in ("code", "system")}},
    }
    path = f"{HOOK}/feedback"
    taken = requests.post(two.url + path, json={"feedback": [item]}, headers=token(path), timeout=20)

    assert taken.status_code == 200
    assert first["indicator"] == "warning"
    for node in nodes:
        again = call(node, chart).json()["cards"][0]
        assert again["indicator"] == "info"
        assert "cknowledged" in again["summary"] + again["detail"]
