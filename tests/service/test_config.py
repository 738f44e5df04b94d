"""The environment and the demo's configuration."""

import os
import tomllib
from pathlib import Path

import pytest

from service.config import Config
from service.errors import ConfigError
from service.sites import read_sites
from service.version import VERSION

PREFIX = "BACLOFEN_CDS_"


@pytest.fixture(autouse=True)
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sites file in an otherwise clean environment."""
    path = tmp_path / "sites.toml"
    path.write_text('[sites.here]\ntrust = "none"', "utf-8")
    for name in (
        "SITES",
        "PUBLIC_URL",
        "DATABASE_URL",
        "VALUESETS",
        "LOG_LEVEL",
        "MAX_BODY",
        "COMMENT_KEY",
        "PATIENT_KEY",
    ):
        monkeypatch.delenv(PREFIX + name, raising=False)
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(PREFIX + "SITES", str(path))
    return path


def test_only_a_sites_file_is_a_must() -> None:
    config = Config.from_environment()

    assert config.site.name == "here"
    assert (config.public_url, config.max_body, config.log_level) == ("", 10 * 1024 * 1024, "INFO")
    assert config.viewer_fhir == ""


def test_without_a_sites_file_one_line_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PREFIX + "SITES")

    with pytest.raises(ConfigError, match="set BACLOFEN_CDS_SITES"):
        Config.from_environment()


def test_everything_that_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PREFIX + "PUBLIC_URL", "https://cds.example.org/baclofen/")
    monkeypatch.setenv(PREFIX + "DATABASE_URL", "sqlite:////var/lib/cds.sqlite")
    monkeypatch.setenv(PREFIX + "VALUESETS", str(tmp_path))
    monkeypatch.setenv(PREFIX + "LOG_LEVEL", "WARNING")
    monkeypatch.setenv(PREFIX + "MAX_BODY", "2048")

    config = Config.from_environment()

    assert config.public_url == "https://cds.example.org/baclofen"
    assert (config.database_url, config.valuesets) == ("sqlite:////var/lib/cds.sqlite", tmp_path)
    assert (config.log_level, config.max_body) == ("WARNING", 2048)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SITE", "x", "meant BACLOFEN_CDS_SITES?"),
        ("FROBNICATE", "1", "unknown environment variable BACLOFEN_CDS_FROBNICATE"),
        ("MAX_BODY", "lots", "BACLOFEN_CDS_MAX_BODY"),
        ("MAX_BODY", "5", "BACLOFEN_CDS_MAX_BODY"),
        ("LOG_LEVEL", "LOUD", "BACLOFEN_CDS_LOG_LEVEL"),
        ("PUBLIC_URL", "cds.example.org", "BACLOFEN_CDS_PUBLIC_URL"),
        ("PUBLIC_URL", "https://cds.example.org/?a=1", "BACLOFEN_CDS_PUBLIC_URL"),
    ],
)
def test_a_wrong_variable_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(ConfigError) as caught:
        Config.from_environment()

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_demo_asks_nobody_for_a_token_and_calls_no_network() -> None:
    config = Config.demo()

    assert (config.site.trust, config.site.missing_data, config.site.fhir_servers) == ("none", "card", ())
    assert config.site.any_loopback_fhir
    assert config.database_url == "sqlite://"


def test_the_demo_with_changes() -> None:
    config = Config.demo(missing_data="412", timezone="Europe/Berlin", public_url="http://localhost:1/", max_body=5000)

    assert (config.site.missing_data, str(config.site.timezone)) == ("412", "Europe/Berlin")
    assert (config.public_url, config.max_body) == ("http://localhost:1", 5000)


def test_the_demo_knows_no_other_change() -> None:
    with pytest.raises(ConfigError, match="frobnicate"):
        Config.demo(frobnicate=1)


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION


@pytest.mark.parametrize("url", ["http://[", "https://h:abc", "https://user:secret@cds.example"])
def test_an_address_that_is_none_is_one_line_without_what_is_secret(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text('[sites.here]\ntrust = "none"\n', "utf-8")
    monkeypatch.setenv("BACLOFEN_CDS_SITES", str(sites))
    monkeypatch.setenv("BACLOFEN_CDS_PUBLIC_URL", url)

    with pytest.raises(ConfigError, match="PUBLIC_URL") as refused:
        Config.from_environment()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("line", ['fhir_servers = ["http://[::1"]', 'origins = ["http://[::1"]',
                                  'fhir_servers = ["https://h:abc/r4"]'])  # fmt: skip
def test_an_address_of_a_site_that_is_none_is_one_line(line: str, tmp_path: Path) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[sites.here]\ntrust = "none"\n{line}\n', "utf-8")

    with pytest.raises(ConfigError, match="is no URL"):
        read_sites(sites)


ADDRESS = "http://collector.example:4318"


@pytest.mark.parametrize(
    ("told", "exporters"),
    [
        ({}, ()),
        ({"EXPORTER_OTLP_ENDPOINT": ADDRESS}, ("otlp",)),
        ({"EXPORTER_OTLP_TRACES_ENDPOINT": f"{ADDRESS}/v1/traces"}, ("otlp",)),
        ({"EXPORTER_OTLP_METRICS_ENDPOINT": ADDRESS}, ()),
        ({"TRACES_EXPORTER": "otlp"}, ("otlp",)),
        ({"TRACES_EXPORTER": "console", "EXPORTER_OTLP_ENDPOINT": ADDRESS}, ("console",)),
        ({"TRACES_EXPORTER": "otlp, console"}, ("otlp", "console")),
        ({"TRACES_EXPORTER": "none", "EXPORTER_OTLP_ENDPOINT": ADDRESS}, ()),
        ({"TRACES_EXPORTER": "", "EXPORTER_OTLP_ENDPOINT": ""}, ()),
        ({"SDK_DISABLED": "True", "EXPORTER_OTLP_ENDPOINT": ADDRESS}, ()),
        ({"SDK_DISABLED": "true", "TRACES_EXPORTER": "zipkin"}, ()),
        ({"SDK_DISABLED": "false", "EXPORTER_OTLP_ENDPOINT": ADDRESS}, ("otlp",)),
        ({"EXPORTER_OTLP_ENDPOINT": ADDRESS, "EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, ("otlp",)),
        ({"TRACES_EXPORTER": "console", "EXPORTER_OTLP_PROTOCOL": "grpc"}, ("console",)),
    ],
)
def test_tracing_is_switched_on_by_the_standard_variables(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], exporters: tuple[str, ...]
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(f"OTEL_{name}", value)

    config = Config.from_environment()
    assert (config.tracing, config.tracing_problem) == (exporters, "")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER: 'zipkin'"),
        ({"TRACES_EXPORTER": "none,otlp"}, "OTEL_TRACES_EXPORTER: 'none'"),
        ({"EXPORTER_OTLP_ENDPOINT": ADDRESS, "EXPORTER_OTLP_PROTOCOL": "grpc"}, "http/protobuf is"),
        (
            {
                "EXPORTER_OTLP_ENDPOINT": ADDRESS,
                "EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "EXPORTER_OTLP_TRACES_PROTOCOL": "http/json",
            },
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' is not spoken here; http/protobuf is",
        ),
    ],
)
def test_tracing_that_would_go_nowhere_is_a_problem_of_serve_alone(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], words: str
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(f"OTEL_{name}", value)

    assert words in Config.from_environment().tracing_problem
