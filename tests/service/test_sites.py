"""The sites file: what it may say, and one clear line for everything else."""

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.errors import ConfigError
from service.sites import Site, check_servable, is_loopback, read_sites, warnings

OPEN = 'trust = "none"'


def written(tmp_path: Path, *lines: str, name: str = "riverside") -> Path:
    path = tmp_path / "sites.toml"
    path.write_text("\n".join([f"[sites.{name}]", *lines]), "utf-8")
    return path


def one(tmp_path: Path, *lines: str) -> Site:
    (site,) = read_sites(written(tmp_path, *lines))
    return site


def test_the_defaults_are_the_contract_s(tmp_path: Path) -> None:
    site = one(tmp_path, 'issuers = ["https://ehr.example/oauth2"]', 'jku = ["https://ehr.example/jwks.json"]')

    assert (site.trust, site.dialect, site.timezone, site.mode) == ("jwt", "generic", ZoneInfo("UTC"), "live")
    assert (site.missing_data, site.deadline, site.language, site.max_cards) == ("412", 3.0, "en", 3)
    assert Site(name="x").timezone is UTC


def test_the_contract_s_own_example_is_read(tmp_path: Path) -> None:
    site = one(
        tmp_path,
        'trust = "jwt"',
        'issuers = ["https://ehr.riverside.example/oauth2"]',
        'jku = ["https://ehr.riverside.example/jwks.json"]',
        'fhir_servers = ["https://fhir.riverside.example/r4"]',
        'dialect = "epic"',
        'timezone = "America/Chicago"',
        'mode = "live"',
        'missing_data = "412"',
        "deadline = 3.0",
        'language = "en"',
        'origins = ["https://sandbox.example.org"]',
        "max_cards = 3",
        'unsupported = ["MedicationStatement"]',
    )

    assert site.name == "riverside"
    assert str(site.timezone) == "America/Chicago"
    assert site.unsupported == {"MedicationStatement"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('dealine = 3.0', "meant 'deadline'?"),
        ("zzz = 1", "unknown key 'zzz'"),
        ("any_loopback_fhir = true", "unknown key"),
        ('name = "x"', "unknown key"),
        ("limits = 5", "must be a table"),
        ("limits = { oral_missed_dos = '10 h' }", "meant 'oral_missed_dose'?"),
        ("limits = { zzz = '10 h' }", "rules --limits"),
        ("limits = { oral_missed_dose = 10 }", 'with its unit, such as "12 h"'),
        ("limits = { oral_missed_dose = '10' }", 'with its unit, such as "12 h"'),
        ("limits = { oral_missed_dose = 'ten h' }", 'with its unit, such as "12 h"'),
        ("limits = { oral_missed_dose = '10 mg/day' }", "must be in 'h'"),
        ("limits = { oral_missed_dose = '0 h' }", "above zero"),
        ("limits = { oral_missed_dose = '-3 h' }", "above zero"),
        ("limits = { toxicity_rass = '1 points' }", "below zero"),
        ("limits = { oral_missed_dose = '25 h' }", "must not be above oral_interruption_confirmed (24 h)"),
        ("limits = { oral_missed_dose = '20 %' }", "must be in 'h'"),
        ('deadline = "3"', "`deadline`"),
        ("deadline = 0", "from 0.1 to 30"),
        ("max_cards = 0", "max_cards"),
        ("max_cards = 2.5", "`max_cards`"),
        ('dialect = "cerner"', "generic, epic, oracle, athena or sandbox"),
        ('mode = "quiet"', "live or silent"),
        ('missing_data = "500"', "412 or card"),
        ("missing_data = 412", "`missing_data`"),
        ('timezone = "Mars/Olympus"', "unknown timezone 'Mars/Olympus'"),
        ("timezone = 5", "timezone"),
        ('timezone = "../../etc/passwd"', "unknown timezone"),
        ('language = "fr"', "language 'fr'"),
        ('date_order = "ymd"', "mdy or dmy"),
        ('fhir_servers = ["http://fhir.example.org/r4"]', "plain http beyond this machine"),
        ('fhir_servers = ["ftp://fhir.example.org"]', "http(s) base URL"),
        ('fhir_servers = ["https://fhir.example.org/r4?x=1"]', "http(s) base URL"),
        ('fhir_servers = "https://fhir.example.org"', "`fhir_servers`"),
        ('origins = ["https://ehr.example.org/page"]', "scheme://host"),
        ('origins = ["*"]', "scheme://host"),
        ('unsupported = ["medication statements"]', "FHIR resource types"),
        ('unsupported = ["MedicationStatement", "Device", "MedicationRequest"]', "both MedicationRequest and"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_with_what_is_allowed(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        one(tmp_path, OPEN, line)

    message = str(caught.value)
    assert "sites.toml: [sites.riverside]" in message
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no site"),
        ("[sites]", "no site"),
        ("sites = 5", "no site"),
        ("[sites]\nx = 5", "must be a table"),
        ("[site.x]", "unknown key 'site'"),
        ("[sites.x", "not TOML"),
        ("[sites.x]\ntrust = 'jwt'", "needs issuers"),
        ("[sites.x]\nissuers = ['https://a']", "needs jku or jwks_file"),
    ],
)
def test_a_file_without_a_usable_site(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(ConfigError, match=words):
        read_sites(path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_sites(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_sites(tmp_path / "latin.toml")


@pytest.mark.parametrize("server", ["http://127.0.0.1:8090/fhir", "http://localhost/fhir", "http://[::1]:1/fhir"])
def test_plain_http_to_this_machine_is_fine(tmp_path: Path, server: str) -> None:
    assert one(tmp_path, OPEN, f'fhir_servers = ["{server}"]').fhir_servers == (server,)


def test_a_private_network_may_be_plain_when_the_site_says_so_and_it_shows(tmp_path: Path) -> None:
    site = one(tmp_path, OPEN, 'fhir_servers = ["http://hapi:8080/fhir"]', "allow_insecure_fhir = true")

    assert any("unencrypted" in line for line in warnings(site))


def test_an_open_site_is_served_on_loopback_only(tmp_path: Path) -> None:
    site = one(tmp_path, OPEN)

    check_servable([site], "127.0.0.1")
    with pytest.raises(ConfigError, match=r"not on 0\.0\.0\.0"):
        check_servable([site], "0.0.0.0")


def test_an_open_site_beyond_loopback_when_it_says_so_and_it_shows(tmp_path: Path) -> None:
    site = one(tmp_path, OPEN, "allow_no_trust = true")

    check_servable([site], "0.0.0.0")
    assert any("anybody" in line for line in warnings(site))


def test_what_cannot_be_served_yet_is_said(tmp_path: Path) -> None:
    oracle = one(tmp_path, OPEN, 'dialect = "oracle"')

    with pytest.raises(ConfigError, match="oracle"):
        check_servable([oracle], "127.0.0.1")
    with pytest.raises(ConfigError, match="several sites"):
        check_servable([one(tmp_path, OPEN), one(tmp_path, OPEN)], "127.0.0.1")


JWT = 'issuers = ["https://ehr.example"]'


@pytest.mark.parametrize(
    "jku",
    ["https://ehr.example/jwks.json", "https://ehr.example:8443/k?set=cds", "https://10.1.2.3/k",
     "http://127.0.0.1:8000/k", "http://localhost/k", "http://[::1]:1/k"],
)  # fmt: skip
def test_a_key_set_is_at_an_https_address_or_on_this_machine(tmp_path: Path, jku: str) -> None:
    assert one(tmp_path, JWT, f'jku = ["{jku}"]').jku == (jku,)


@pytest.mark.parametrize(
    ("jku", "words"),
    [
        ("http://ehr.example/k", "plain http beyond this machine"),
        ("http://10.1.2.3/k", "plain http beyond this machine"),
        ("https://169.254.169.254/latest/meta-data", "an address at which no EHR publishes keys"),
        ("https://[::ffff:169.254.169.254]/k", "an address at which no EHR publishes keys"),
        ("https://[fe80::1]/k", "an address at which no EHR publishes keys"),
        ("https://0.0.0.0/k", "an address at which no EHR publishes keys"),
        ("https://224.0.0.1/k", "an address at which no EHR publishes keys"),
        ("http://169.254.169.254/k", "plain http beyond this machine"),
        ("file:///etc/passwd", "must be the https URL"),
        ("ftp://ehr.example/k", "must be the https URL"),
        ("ehr.example/k", "must be the https URL"),
        ("", "must be the https URL"),
        ("https:///k", "must be the https URL"),
        ("https://user:pw@ehr.example/k", "must be the https URL"),
        ("https://ehr.example/k#x", "must be the https URL"),
        ("https://ehr.example:x/k", "is no URL"),
        ("https://[/k", "is no URL"),
    ],
)
def test_every_other_address_of_a_key_set_is_refused(tmp_path: Path, jku: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        one(tmp_path, JWT, f'jku = ["{jku}"]')


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['jku = ["https://a/k"]'], "needs issuers"),
        (["issuers = []", 'jku = ["https://a/k"]'], "needs issuers"),
        (['issuers = [""]', 'jku = ["https://a/k"]'], "not empty"),
        ([JWT], "needs jku or jwks_file"),
        ([JWT, "jku = []"], "needs jku or jwks_file"),
        ([JWT, 'jku = "https://a/k"'], "`jku`"),
        ([JWT, "jwks_file = 5"], "`jwks_file`"),
        ([JWT, 'jku = ["https://a/k"]', "published_keys = true"], "unknown key"),
    ],
)
def test_a_site_with_tokens_says_who_signs_and_with_which_keys(tmp_path: Path, lines: list[str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        one(tmp_path, *lines)


def test_a_site_with_tokens_is_served_on_any_host(tmp_path: Path) -> None:
    site = one(tmp_path, JWT, 'jku = ["https://a/k"]')

    check_servable([site], "0.0.0.0")
    assert warnings(site) == []


def test_a_silent_site_shows_at_the_start(tmp_path: Path) -> None:
    assert any("SILENT" in line for line in warnings(one(tmp_path, OPEN, 'mode = "silent"')))


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True),
     ("0.0.0.0", False), ("::", False), ("ehr.example.org", False), ("localhost.example.org", False)],
)  # fmt: skip
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
