"""The OpenAPI document and the running service say the same; schemathesis sends what it allows, and worse."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi

from service import create_app
from service.config import Config
from service.probe import printed
from tests.service.processes import ROOT, Running, running
from tests.service.test_serve import settings as one_site

DOCUMENT = ROOT / "docs/openapi.yaml"
load_all_checks()
SCHEMA = schemathesis.openapi.from_path(str(DOCUMENT))
CHECKS: list[Any] = [
    schemathesis.checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.unsupported_method,
    # not negative_data_rejection: of a chart or an unknown member, what is odd is read all the same
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory = tmp_path_factory.mktemp("openapi")
    with running(directory, "serve", "--port", "0", **one_site(directory, 'missing_data = "card"')) as server:
        yield server


@SCHEMA.parametrize()
@settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_running_service_keeps_to_its_document(case: Any, served: Running) -> None:
    case.call_and_validate(base_url=served.url, checks=CHECKS, timeout=20)


def test_every_route_is_in_the_document() -> None:
    app = create_app(Config.demo(viewer_fhir=""))
    routes = {
        rule.rule.replace("<service_id>", "{id}").replace("<rule_id>", "{rule}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in ("cds", "health") or rule.rule.startswith("/rules/<")
    }

    assert {route for route in routes if "//" not in route} == set(SCHEMA.raw_schema["paths"])


def test_it_would_notice_a_service_that_does_not(served: Running) -> None:
    """The check of the check: a document that promises something else fails."""
    raw = schemathesis.openapi.from_path(str(DOCUMENT)).raw_schema
    raw["paths"]["/healthz"]["get"]["responses"] = {"204": {"description": "nothing"}}
    case = schemathesis.openapi.from_dict(raw)["/healthz"]["GET"].Case()

    with pytest.raises(FailureGroup):
        case.call_and_validate(base_url=served.url, checks=CHECKS, timeout=20)


@pytest.mark.parametrize(
    "name", ["stopped-yesterday-without-a-taper", "missed-refill-fever-and-rigidity", "never-on-baclofen"]
)
def test_what_a_story_is_answered_is_in_the_document(name: str, served: Running) -> None:
    body = printed(name)
    hook = json.loads(body)["hook"]
    answer = requests.post(
        f"{served.url}/cds-services/baclofen-{hook}",
        data=body,
        headers={"Content-Type": "application/json"},
        timeout=20,
    )

    assert answer.status_code == 200
    SCHEMA["/cds-services/{id}"]["POST"].validate_response(answer)
