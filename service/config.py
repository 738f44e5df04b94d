"""What the operator decides. The only file that knows the environment."""

import difflib
import os
import re
from pathlib import Path
from typing import Any, Literal

import msgspec
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.comments import Comments
from service.errors import ConfigError
from service.sites import KEYS as SITE_KEYS
from service.sites import Site, read_sites, site_from_table, split

PREFIX = "BACLOFEN_CDS_"
SANDBOX_ORIGIN = "https://sandbox.cds-hooks.org"
MAX_BODY = 10 * 1024 * 1024
MEMORY = "sqlite://"  # gone when the process ends
_PROTOCOL = "http/protobuf"  # in which spans are sent


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `create_app` needs to know.

    `public_url` is the base of every link in a card, never the Host header. The viewer is on where `viewer_fhir` names
    the FHIR server that the page reads. Keys are SecretStr, so that they come out of no log or failed assertion.
    """

    sites: tuple[Site, ...]
    public_url: str
    database_url: str = MEMORY
    valuesets: Path | None = None
    log_level: str = "INFO"
    max_body: int = MAX_BODY
    viewer_fhir: str = ""
    metrics_directory: Path | None = None  # where several workers count together
    comment_keys: SecretStr | None = None  # Fernet keys, the newest first, by commas
    patient_key: SecretStr | None = None  # 64 hexadecimal digits; without, the database keeps a key of its own
    tracing: tuple[str, ...] = ()  # where `serve` sends spans: "otlp", "console"
    tracing_problem: str = ""  # why it could not; no other command needs to know

    @classmethod
    def demo(cls, **changes: Any) -> "Config":
        """The demo site: nobody must prove who they are, any FHIR server on this machine, missing data become a card.

        `changes` are fields of Config, or keys of a site as a sites file writes them (`missing_data="412"`).
        """
        of_site = {
            "trust": "none",
            "dialect": "sandbox",
            "missing_data": "card",
            "origins": [SANDBOX_ORIGIN],
            **{name: changes.pop(name) for name in list(changes) if name in SITE_KEYS},
        }
        unknown = set(changes) - set(cls.__struct_fields__)
        if unknown:
            raise ConfigError(f"Config.demo knows no {', '.join(sorted(unknown))}")
        site = site_from_table("demo", of_site, where="Config.demo")
        site = msgspec.structs.replace(site, any_loopback_fhir=True, any_loopback_origin=True, published_keys=True)
        values = {
            "sites": (site,),
            "public_url": "http://127.0.0.1:8080",
            "viewer_fhir": "http://127.0.0.1:8090/fhir",
            **changes,
        }
        values["public_url"] = check_public_url(values["public_url"])
        config = cls(**values)
        check_keys(config)
        return config

    @classmethod
    def from_environment(cls) -> "Config":
        """What `serve` uses. A sites file is a must; the rest has defaults."""
        environment = _read_environment()
        if environment.sites is None:
            raise ConfigError(f"no sites file: set {PREFIX}SITES to the path of a TOML file with a table [sites.NAME]")
        tracing, problem = _tracing()
        config = cls(
            sites=read_sites(environment.sites),
            public_url=check_public_url(environment.public_url) if environment.public_url else "",
            database_url=environment.database_url,
            valuesets=environment.valuesets,
            log_level=environment.log_level,
            max_body=environment.max_body,
            comment_keys=environment.comment_key,
            patient_key=environment.patient_key,
            tracing=tracing,
            tracing_problem=problem,
        )
        check_keys(config)
        return config

    @property
    def site(self) -> Site:
        """The one site, where there is but one: without tokens, and in `explain`."""
        (site,) = self.sites
        return site


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, case_sensitive=False)

    sites: Path | None = None
    public_url: str = ""
    database_url: str = "sqlite:///baclofen-cds.sqlite"
    valuesets: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    max_body: int = Field(default=MAX_BODY, ge=1024, le=1024 * 1024 * 1024)
    comment_key: SecretStr | None = None
    patient_key: SecretStr | None = None


class _Telemetry(BaseSettings):
    """The standard variables of OpenTelemetry that say whether there is tracing at all. Its SDK reads the others."""

    model_config = SettingsConfigDict(env_prefix="OTEL_", env_ignore_empty=True, case_sensitive=False)

    sdk_disabled: str = ""
    traces_exporter: str = ""
    exporter_otlp_endpoint: str = ""
    exporter_otlp_traces_endpoint: str = ""
    exporter_otlp_protocol: str = ""
    exporter_otlp_traces_protocol: str = ""


def _tracing() -> tuple[tuple[str, ...], str]:
    """Where spans go, () without tracing; and what of that cannot be, "" if it can. An address switches it on."""
    told = _Telemetry()
    if told.sdk_disabled.strip().lower() == "true":
        return (), ""
    exporters = tuple(dict.fromkeys(name.strip() for name in told.traces_exporter.split(",") if name.strip()))
    if not exporters and (told.exporter_otlp_traces_endpoint or told.exporter_otlp_endpoint):
        exporters = ("otlp",)
    if exporters == ("none",):
        return (), ""
    if unknown := [name for name in exporters if name not in ("otlp", "console")]:
        return exporters, f"OTEL_TRACES_EXPORTER: {unknown[0]!r} is not known here; otlp, console, or none by itself"
    of_traces = told.exporter_otlp_traces_protocol
    protocol = of_traces or told.exporter_otlp_protocol
    if "otlp" in exporters and protocol not in ("", _PROTOCOL):
        name = f"OTEL_EXPORTER_OTLP_{'TRACES_' if of_traces else ''}PROTOCOL"
        return exporters, f"{name}: {protocol!r} is not spoken here; {_PROTOCOL} is, on port 4318"
    return exporters, ""


def _read_environment() -> _Environment:
    known = [PREFIX + name.upper() for name in _Environment.model_fields]
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, 1)
            raise ConfigError(f"unknown environment variable {name}" + (f"; meant {near[0]}?" if near else ""))
    try:
        return _Environment()
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"{PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}") from None


def share_metrics(directory: Path) -> None:
    """Have the workers of this process count in one directory. prometheus-client asks the environment, once, when it
    is first imported."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)


def check_public_url(url: str) -> str:
    """An absolute http(s) URL without query, and without the slash at its end."""
    parts = split(url, f"{PREFIX}PUBLIC_URL")
    if parts.username is not None:
        raise ConfigError(f"{PREFIX}PUBLIC_URL is in every link: no user and password in it")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigError(f"{PREFIX}PUBLIC_URL: {url!r} must be the http(s) URL at which EHRs reach this service")
    return url.rstrip("/")


def check_keys(config: Config) -> None:
    """Refuse keys that are none, and a site that wants what no key is there for."""
    key = config.patient_key.get_secret_value() if config.patient_key else ""
    if key and not re.fullmatch(r"[0-9a-f]{64}", key):
        raise ConfigError(f"{PREFIX}PATIENT_KEY must be 64 hexadecimal digits, such as `openssl rand -hex 32` prints")
    try:
        comments = Comments(config.comment_keys)
    except ValueError:
        raise ConfigError(
            f"{PREFIX}COMMENT_KEY must be Fernet keys, the newest first, with commas between; docs/memory.md makes one"
        ) from None
    for site in config.sites:
        if site.comments == "encrypted" and not comments.can_encrypt:
            raise ConfigError(f'site {site.name}: comments = "encrypted" needs {PREFIX}COMMENT_KEY')
