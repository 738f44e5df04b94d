"""Which pages may call, as the CDS Hooks Sandbox needs it."""

import msgspec
import pytest
from flask.testing import FlaskClient

from service import build_app
from service.config import Config
from tests.service.kit import app_with, parts_with

HOOK = "/cds-services/baclofen-patient-view"
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.fixture
def demo() -> FlaskClient:
    return app_with().test_client()


@pytest.fixture
def production() -> FlaskClient:
    """A site that lists one origin and is no demo."""
    parts = parts_with(origins=["https://ehr.example.org"])
    site = msgspec.structs.replace(parts.config.site, any_loopback_origin=False)
    config = msgspec.structs.replace(parts.config, sites=(site,))
    return build_app(msgspec.structs.replace(parts, config=config)).test_client()


@pytest.mark.parametrize("path", ["/cds-services", HOOK, f"{HOOK}/feedback"])
@pytest.mark.parametrize(
    "origin", ["https://sandbox.cds-hooks.org", "http://localhost:8000", "http://127.0.0.1:1", "http://[::1]:5173"]
)
def test_the_demo_s_preflight_is_open_and_names_its_headers(demo: FlaskClient, path: str, origin: str) -> None:
    answer = demo.options(path, headers={"Origin": origin, **ASKED})

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert "authorization" in allowed
    assert "content-type" in allowed
    assert {"GET", "POST"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/cds-services", 200), ("POST", HOOK, 415), ("POST", "/cds-services/none", 404), ("GET", HOOK, 405)],
)
def test_errors_carry_the_headers_too(demo: FlaskClient, method: str, path: str, status: int) -> None:
    answer = demo.open(path, method=method, headers={"Origin": "http://localhost:8000"})

    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:8000"


@pytest.mark.parametrize("status", [400, 413, 500])
def test_the_worst_errors_carry_them_as_well(status: int) -> None:
    def crash(*_arguments: object) -> None:
        raise KeyError

    client = app_with(crash, max_body=2048).test_client()  # type: ignore[arg-type]
    body = {400: b"x", 413: b"x" * 5000}.get(status)
    from cards.hooks import PATIENT_VIEW
    from tests.service.kit import hook_request, post

    answer = post(client, PATIENT_VIEW, body or hook_request(PATIENT_VIEW), headers={"Origin": "http://localhost:8000"})

    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:8000"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "https://sandbox.cds-hooks.org.evil.example", "https://sandboxXcds-hooks.org",
     "http://localhost.evil.example", "http://localhost:80:80", "https://sandbox.cds-hooks.org\n.evil"],
)  # fmt: skip
def test_other_pages_get_nothing(demo: FlaskClient, origin: str) -> None:
    if "\n" in origin:
        origin = origin.replace("\n", "%0a")
    answer = demo.get("/cds-services", headers={"Origin": origin})

    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_production_allows_the_listed_origin_and_no_loopback(production: FlaskClient) -> None:
    listed = production.get("/cds-services", headers={"Origin": "https://ehr.example.org"})
    other = production.options(HOOK, headers={"Origin": "http://localhost:8000", **ASKED})

    assert listed.headers["Access-Control-Allow-Origin"] == "https://ehr.example.org"
    assert "Access-Control-Allow-Credentials" not in listed.headers
    assert "Access-Control-Allow-Origin" not in other.headers


def test_no_origin_listed_means_no_page_at_all() -> None:
    parts = parts_with()
    site = msgspec.structs.replace(parts.config.site, any_loopback_origin=False, origins=())
    config: Config = msgspec.structs.replace(parts.config, sites=(site,))
    client = build_app(msgspec.structs.replace(parts, config=config)).test_client()

    answer = client.options(HOOK, headers={"Origin": "https://sandbox.cds-hooks.org", **ASKED})

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
