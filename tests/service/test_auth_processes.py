"""`serve` with tokens as real processes: a token works once over all workers and restarts; what refuses the start."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from cards.hooks import PATIENT_VIEW
from service.published_keys import SANDBOX_ISSUER, SANDBOX_JKU, SANDBOX_JWK
from tests.service.callers import (
    ISSUER,
    RIVERSIDE,
    bearer,
    claims,
    header,
    jwk,
    key_set,
    private_jwk,
    private_key,
    publishing,
    signed,
    with_jku,
)
from tests.service.kit import hook_request
from tests.service.processes import Running, free_port, run, running

HOOK = "/cds-services/baclofen-patient-view"
WORKERS = ("--workers", "2")


def settings(folder: Path, sites: str = RIVERSIDE) -> dict[str, str]:
    """The riverside site, its key beside it, and a database of its own."""
    (folder / "riverside.json").write_bytes(key_set(jwk(private_key())))
    (folder / "sites.toml").write_text(sites, "utf-8")
    return {"SITES": str(folder / "sites.toml"), "DATABASE_URL": f"sqlite:///{folder}/cds.sqlite"}


def token_for(url: str, **more: Any) -> str:
    """A token of this very moment for a service at this address."""
    return signed(header(), claims(f"{url}{HOOK}", now=datetime.now(UTC), **more))


def status(server: Running, token: str) -> int:
    """Over a connection of its own, so that any of the workers may take it."""
    request = hook_request(PATIENT_VIEW, prefetch={})
    return requests.post(server.url + HOOK, json=request, headers=bearer(token), timeout=20).status_code


def test_a_token_shown_to_two_workers_at_once_works_once(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", "0", *WORKERS, **settings(tmp_path)) as server:
        for _ in range(6):
            token = token_for(server.url)
            start = threading.Barrier(8)

            def show(token: str = token, start: threading.Barrier = start) -> int:
                start.wait()
                return status(server, token)

            with ThreadPoolExecutor(8) as threads:
                said = sorted(future.result() for future in [threads.submit(show) for _ in range(8)])
            assert said == [200] + [401] * 7


def test_a_used_token_stays_used_after_a_restart(tmp_path: Path) -> None:
    more, port = settings(tmp_path), str(free_port())
    with running(tmp_path, "serve", "--port", port, **more) as server:
        used, unused = token_for(server.url), token_for(server.url)
        assert status(server, used) == 200
    with running(tmp_path, "serve", "--port", port, **more) as server:
        assert status(server, used) == 401
        assert status(server, unused) == 200


def test_the_public_url_is_the_audience_and_the_start_says_so(tmp_path: Path) -> None:
    more = {**settings(tmp_path), "PUBLIC_URL": "https://cds.example.org/baclofen/"}
    with running(tmp_path, "serve", "--port", "0", **more) as server:
        assert status(server, token_for("https://cds.example.org/baclofen")) == 200
        assert status(server, token_for(server.url)) == 401
        log = server.log.read_text()

    assert "https://cds.example.org/baclofen/cds-services/{id}" in log
    assert '"trust": "wrong_audience"' in log


def test_keys_are_fetched_before_the_first_call(tmp_path: Path) -> None:
    with (
        publishing(jwk(private_key())) as key_server,
        running(tmp_path, "serve", "--port", "0", **settings(tmp_path, with_jku(key_server.jku))) as server,
    ):
        assert key_server.asked == ["/jwks.json"]
        assert [status(server, token_for(server.url)) for _ in range(3)] == [200] * 3
        assert key_server.asked == ["/jwks.json"]


def test_a_dead_key_host_neither_stops_the_start_nor_lets_anybody_in(tmp_path: Path) -> None:
    sites = with_jku(f"http://127.0.0.1:{free_port()}/jwks.json")
    with running(tmp_path, "serve", "--port", "0", **settings(tmp_path, sites)) as server:
        assert requests.get(f"{server.url}/readyz", timeout=20).status_code == 200
        assert status(server, token_for(server.url)) == 503
        assert status(server, token_for(server.url, iss="https://evil.example")) == 401


def test_the_start_says_which_sites_are_silent_and_which_audience_counts(tmp_path: Path) -> None:
    sites = RIVERSIDE + f'mode = "silent"\n{RIVERSIDE.replace("riverside]", "lakeside]").replace(ISSUER, "https://b")}'
    with running(tmp_path, "serve", "--port", "0", **settings(tmp_path, sites)) as server:
        log = server.log.read_text()

    assert "site riverside: SILENT" in log
    assert "site lakeside" not in log


SANDBOX = {
    "its issuer": (f'issuers = ["{SANDBOX_ISSUER}"]\njku = ["https://ehr.example/k"]', None),
    "its jku": (f'issuers = ["https://ehr.example"]\njku = ["{SANDBOX_JKU}"]', None),
    "its key in a file": ('issuers = ["https://ehr.example"]\njwks_file = "keys.json"', SANDBOX_JWK),
}


@pytest.mark.parametrize(("lines", "key"), SANDBOX.values(), ids=SANDBOX)
def test_the_sandbox_s_key_refuses_the_start_since_everybody_has_it(
    tmp_path: Path, lines: str, key: dict[str, Any] | None
) -> None:
    (tmp_path / "keys.json").write_bytes(key_set(key))
    done = refused(tmp_path, f"[sites.here]\n{lines}\n")

    assert "Sandbox" in done
    assert "private" in done


def refused(folder: Path, sites: str) -> str:
    """The one line with which `serve` refuses these sites, exit code 2."""
    done = run("serve", "--port", str(free_port()), **settings(folder, sites))
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("error: ")
    return line


def test_a_private_key_in_a_site_s_file_refuses_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(key_set(private_jwk(private_key())))

    line = refused(tmp_path, '[sites.here]\nissuers = ["https://a"]\njwks_file = "keys.json"')
    assert "a private key" in line
    assert str(tmp_path / "keys.json") in line


def test_an_issuer_of_two_sites_refuses_the_start(tmp_path: Path) -> None:
    line = refused(tmp_path, RIVERSIDE + RIVERSIDE.replace("riverside]", "lakeside]"))

    assert "[sites.riverside] and of [sites.lakeside]" in line
