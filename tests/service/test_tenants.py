"""Several hospitals on one service: each by its issuer, none with a hand in another's data."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from cards.hooks import PATIENT_VIEW
from service import create_app
from service.errors import ConfigError
from service.keys import open_key_sets
from service.sites import read_sites
from service.store import Store
from tests.service.callers import (
    DISCOVERY,
    FEEDBACK,
    ISSUER,
    PATH,
    SERVICE,
    app_of,
    bearer,
    claims,
    header,
    jwk,
    key_set,
    parts_of,
    private_key,
    reason,
    signed,
)
from tests.service.kit import hook_request

LAKE_ISSUER = "https://ehr.lakeside.example"
LAKE_KEY = "ES384", "lakeside"


def riverside(aud: Any = SERVICE, **more: Any) -> str:
    return signed(header(), claims(aud, **more))


def lakeside(aud: Any = SERVICE, **more: Any) -> str:
    return signed(header(kid="lake"), claims(aud, iss=LAKE_ISSUER, **more), private_key(*LAKE_KEY))


TOKENS = {"riverside": riverside, "lakeside": lakeside}


class Ear:
    """A FHIR server's address at which somebody listens, and notes whether anybody ever came."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}/fhir"

    def was_called(self) -> bool:
        """Whether a connection stands in the queue; looked at after the call has been answered."""
        self._socket.settimeout(0.2)
        try:
            connection, _ = self._socket.accept()
        except TimeoutError:
            return False
        connection.close()
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def ears() -> Iterator[dict[str, Ear]]:
    with closing(Ear()) as river, closing(Ear()) as lake:
        yield {"riverside": river, "lakeside": lake}


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store("sqlite://")
    yield store
    store.close()


@pytest.fixture
def client(tmp_path: Path, ears: dict[str, Ear], store: Store) -> FlaskClient:
    (tmp_path / "lakeside.json").write_bytes(key_set(jwk(private_key(*LAKE_KEY), "lake")))
    sites = f"""
[sites.riverside]
issuers = ["{ISSUER}"]
jwks_file = "riverside.json"
fhir_servers = ["{ears["riverside"].base}"]
origins = ["https://river.example"]
missing_data = "card"
deadline = 0.5
unsupported = ["MedicationStatement"]

[sites.lakeside]
issuers = ["{LAKE_ISSUER}"]
jwks_file = "lakeside.json"
fhir_servers = ["{ears["lakeside"].base}"]
origins = ["https://lake.example"]
mode = "silent"
deadline = 0.5
"""
    return app_of(tmp_path, sites, store=store).test_client()


AUTHORIZATION = {
    "access_token": "CANARY-access",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.rs",
    "subject": "cds",
}


@pytest.mark.parametrize("caller", TOKENS)
@pytest.mark.parametrize("owner", TOKENS)
def test_a_site_s_token_opens_its_own_fhir_server_and_never_another_s(
    client: FlaskClient, ears: dict[str, Ear], caller: str, owner: str
) -> None:
    request = hook_request(
        PATIENT_VIEW, prefetch={}, fhirServer=ears[owner].base, fhirAuthorization=dict(AUTHORIZATION)
    )
    with capture_logs() as logs:
        answer = client.post(PATH, json=request, headers=bearer(TOKENS[caller]()))

    assert answer.status_code == 200
    assert {name: ear.was_called() for name, ear in ears.items()} == {name: name == caller == owner for name in TOKENS}
    (line,) = (line for line in logs if line["event"] == "request")
    assert line["site"] == caller
    assert ("incidents" in line) == (caller != owner)
    if caller != owner:
        assert set(line["needs"].values()) <= {"forbidden", "unsupported"}
        assert "does not list it" in line["incidents"][0]
    assert "CANARY" not in str(logs)


def test_what_was_sent_along_is_used_though_the_server_is_refused(client: FlaskClient, ears: dict[str, Ear]) -> None:
    request = hook_request(PATIENT_VIEW, fhirServer=ears["lakeside"].base)
    answer = client.post(PATH, json=request, headers=bearer(riverside()))

    assert [card["indicator"] for card in answer.json["cards"]] == ["critical"]
    assert not ears["lakeside"].was_called()


@pytest.mark.parametrize(
    ("kid", "issuer", "key", "word"),
    [
        ("lake", ISSUER, LAKE_KEY, "unknown_key"),  # a neighbour signs in our name
        ("riverside-2026", ISSUER, LAKE_KEY, "wrong_signature"),
        ("riverside-2026", LAKE_ISSUER, ("ES384", "riverside"), "unknown_key"),
        ("lake", LAKE_ISSUER, ("ES384", "riverside"), "wrong_signature"),
    ],
)
def test_a_site_s_key_proves_nothing_about_another_site(
    client: FlaskClient, kid: str, issuer: str, key: tuple[str, str], word: str
) -> None:
    token = signed(header(kid=kid), claims(iss=issuer), private_key(*key))

    assert reason(client, f"Bearer {token}") == word


def test_two_sites_may_use_the_same_jti(client: FlaskClient) -> None:
    for make in TOKENS.values():
        shown = make(jti="0001")
        assert client.post(PATH, json=hook_request(PATIENT_VIEW), headers=bearer(shown)).status_code == 200
        assert reason(client, f"Bearer {shown}") == "replayed"


def test_each_site_gets_its_own_discovery(client: FlaskClient) -> None:
    found = {name: client.get("/cds-services", headers=bearer(make(DISCOVERY))).json for name, make in TOKENS.items()}

    river, lake = found["riverside"]["services"], found["lakeside"]["services"]
    assert all("MedicationStatement" not in service["prefetch"] for service in river)
    assert all("MedicationStatement" in service["prefetch"] for service in lake)
    assert not any(service["title"].startswith("SILENT") for service in river)
    assert all(service["title"].startswith("SILENT (no cards are shown): ") for service in lake)


def test_a_silent_site_is_decided_and_recorded_and_shown_nothing_while_its_neighbour_sees_the_card(
    client: FlaskClient, store: Store
) -> None:
    answers = {
        name: client.post(PATH, json=hook_request(PATIENT_VIEW), headers=bearer(make())).json
        for name, make in TOKENS.items()
    }

    assert len(answers["riverside"]["cards"]) == 1
    assert "extension" not in answers["riverside"]
    assert answers["lakeside"] == {"cards": [], "extension": {"org.example.baclofen-cds": {"mode": "silent"}}}
    assert [(row["site"], row["kind"], row["silent"]) for row in store.cards()] == [
        ("riverside", "abrupt-discontinuation", False),
        ("lakeside", "abrupt-discontinuation", True),
    ]


def test_a_silent_site_that_lacks_data_records_that_it_could_not_check(client: FlaskClient, store: Store) -> None:
    """Its policy is 412; but it is silent, and nobody is there to be refused."""
    answer = client.post(PATH, json=hook_request(PATIENT_VIEW, prefetch={}), headers=bearer(lakeside()))

    assert answer.status_code == 200
    assert answer.json["cards"] == []
    assert answer.json["extension"]["org.example.baclofen-cds"] == {"mode": "silent"}
    assert [row["kind"] for row in store.cards()] == ["could-not-check"]


def test_feedback_on_a_neighbour_s_card_is_feedback_on_an_unknown_card(client: FlaskClient, store: Store) -> None:
    card = client.post(PATH, json=hook_request(PATIENT_VIEW), headers=bearer(riverside())).json["cards"][0]["uuid"]
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-03-10T08:00:00Z"}
    for make in (lakeside, riverside):
        answer = client.post(f"{PATH}/feedback", json={"feedback": [item]}, headers=bearer(make(FEEDBACK)))
        assert answer.status_code == 200

    assert [(row["site"], row["card_is_known"]) for row in store.feedback()] == [
        ("lakeside", False),
        ("riverside", True),
    ]


def test_the_same_patient_id_at_two_sites_is_two_patients(client: FlaskClient, store: Store) -> None:
    for make in TOKENS.values():
        client.post(PATH, json=hook_request(PATIENT_VIEW), headers=bearer(make()))

    assert len({row["patient"] for row in store.cards()}) == 2


ORIGINS = {
    "https://river.example": True,
    "https://lake.example": True,
    "https://evil.example": False,
    "null": False,
    "http://localhost:8000": False,
    "https://river.example.evil.example": False,
    "http://river.example": False,
    "https://river.example:8443": False,
    "https://sandbox.cds-hooks.org": False,
}


@pytest.mark.parametrize(("origin", "listed"), ORIGINS.items(), ids=ORIGINS)
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
def test_the_pages_that_may_call_are_those_that_the_sites_list(
    client: FlaskClient, origin: str, listed: bool, method: str
) -> None:
    """Refusals too carry the header, or the page's user would see a network error instead of a 401."""
    path = "/cds-services" if method == "GET" else PATH
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = client.open(path, method=method, headers={"Origin": origin, **(asked if method == "OPTIONS" else {})})

    assert answer.status_code == (200 if method == "OPTIONS" else 401)
    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if listed else None)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_the_page_of_a_rule_names_no_site_where_there_are_several(tmp_path: Path) -> None:
    """It needs no token: who else is connected is nobody's business."""
    more = '[sites.{0}]\nissuers = ["https://{0}"]\njku = ["https://{0}/k"]\nlimits = {{ oral_missed_dose = "10 h" }}\n'
    parts = parts_of(tmp_path, more.format("riverside") + more.format("lakeside"))
    client = create_app(parts.config).test_client()

    page = client.get("/rules/ABR-08").text
    assert "at one site: 10 h" in page
    assert "riverside" not in page
    assert "lakeside" not in page


def test_an_issuer_belongs_to_one_site(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[sites.riverside\] and of \[sites.lakeside\]"):
        parts_of(
            tmp_path,
            f'[sites.riverside]\nissuers = ["{ISSUER}"]\njku = ["https://a/k"]\n'
            f'[sites.lakeside]\nissuers = ["https://b", "{ISSUER}"]\njku = ["https://b/k"]\n',
        )


@pytest.mark.parametrize("second", ["none", "jwt"])
def test_an_open_site_has_no_neighbours(tmp_path: Path, second: str) -> None:
    """Without a token nothing tells whose call it is."""
    more = f'trust = "{second}"\nissuers = ["https://b"]\njku = ["https://b/k"]\n'
    with pytest.raises(ConfigError, match="nothing tells which site is calling"):
        app_of(tmp_path, f'[sites.riverside]\ntrust = "none"\n[sites.lakeside]\n{more}')


def test_two_sites_of_one_vendor_may_share_a_key_set(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text(
        '[sites.a]\nissuers = ["https://a"]\njku = ["https://vendor/k"]\n'
        '[sites.b]\nissuers = ["https://b"]\njku = ["https://vendor/k"]\n'
    )
    found = open_key_sets(read_sites(path))
    assert found["a"] == found["b"]
