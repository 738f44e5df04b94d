"""One Site per tenant: trust, dialect, policies. And the sites file (TOML) that says so."""

import difflib
import ipaddress
import tomllib
from collections.abc import Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

import msgspec

from service.errors import ConfigError
from service.site_limits import read_limits


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What one hospital agreed with us (contract, "Configuration"); the defaults are the contract's."""

    name: str
    trust: Literal["jwt", "none"] = "jwt"
    issuers: tuple[str, ...] = ()  # `iss` of its tokens; of no other site's
    jku: tuple[str, ...] = ()  # where its key sets are
    jwks_file: str = ""  # a key set that was sent instead; then nothing is fetched
    published_keys: bool = False  # the demo site: keys that everybody can sign with
    fhir_servers: tuple[str, ...] = ()  # base URLs; the only ones that the service will call
    any_loopback_fhir: bool = False  # the demo site: http://127.0.0.1:* and http://localhost:*
    dialect: Literal["generic", "epic", "oracle", "athena", "sandbox"] = "generic"
    timezone: tzinfo = UTC
    mode: Literal["live", "silent"] = "live"
    missing_data: Literal["412", "card"] = "412"
    deadline: float = 3.0  # seconds of wall clock for one call, FHIR included
    language: str = "en"
    origins: tuple[str, ...] = ()
    any_loopback_origin: bool = False  # the demo site
    max_cards: int = 3
    unsupported: frozenset[str] = frozenset()  # FHIR resource types this EHR does not have
    allow_insecure_fhir: bool = False
    allow_no_trust: bool = False
    date_order: Literal["mdy", "dmy", ""] = ""
    keep_days: int | None = None  # of feedback, cards shown and audit rows; None: for ever
    comments: Literal["off", "encrypted"] = "off"  # what is kept of a clinician's words in feedback
    limits: dict[str, float] = {}  # clinical numbers of the site's own, by limit name, in the limit's unit


_OURS_ALONE = {"name", "any_loopback_fhir", "any_loopback_origin", "published_keys"}  # not for a sites file
KEYS = tuple(field for field in Site.__struct_fields__ if field not in _OURS_ALONE)
_CHOICES: dict[str, list[str]] = {
    key: [choice for choice in get_args(hint) if choice]
    for key, hint in get_type_hints(Site).items()
    if get_origin(hint) is Literal
}
_LEAST_KEPT = 2  # days
_LONGEST_NAME = 100  # characters: a column of the database
_DIALECTS_SPOKEN = ("generic", "sandbox", "epic")


def read_sites(path: Path) -> tuple[Site, ...]:
    """The sites of a file, in its order. Anything unknown or mistyped is one line of `ConfigError`."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: the sites file cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: the sites file is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    for key in tables:
        if key != "sites":
            raise ConfigError(f"{path}: unknown key {key!r}; every site is a table [sites.NAME]")
    sites = tables.get("sites", {})
    if not isinstance(sites, dict) or not sites:
        raise ConfigError(f"{path}: no site in it; a site is a table [sites.NAME]")
    read = [site_from_table(name, table, where=f"{path}: [sites.{name}]") for name, table in sites.items()]
    _check_together(read, path)
    return tuple(_with_file_beside(site, path) for site in read)


def site_from_table(name: str, table: Any, *, where: str) -> Site:
    """A Site from the keys of its table, checked for sense."""
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table")
    for key in table:
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1)
            raise ConfigError(f"{where}: unknown key {key!r}" + (f"; meant {near[0]!r}?" if near else ""))
    for key, allowed in _CHOICES.items():
        if isinstance(table.get(key), str) and table[key] not in allowed:
            raise ConfigError(f"{where}: {key} = {table[key]!r} must be {', '.join(allowed[:-1])} or {allowed[-1]}")
    zone = _zone(table.get("timezone", "UTC"), where)
    try:
        plain = {key: table[key] for key in table if key not in ("timezone", "limits")}
        site = msgspec.convert({"name": name, **plain}, Site)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}".replace(" - at `$.", ", in `")) from None
    site = msgspec.structs.replace(site, timezone=zone, limits=read_limits(table.get("limits", {}), where))
    _check(site, where)
    return site


def chosen(sites: Sequence[Site], name: str | None) -> tuple[Site, ...]:
    """The site of this name, or all when none is named. `ConfigError` when it is not there."""
    found = tuple(site for site in sites if name in (None, site.name))
    if not found:
        raise ConfigError(f"no site {name!r} in the sites file; there are {', '.join(site.name for site in sites)}")
    return found


def check_servable(sites: Sequence[Site], host: str) -> None:
    """Refuse what `serve` must not, or cannot yet, put on this host."""
    check_tellable(sites)
    for site in sites:
        if site.dialect not in _DIALECTS_SPOKEN:
            raise ConfigError(
                f"site {site.name}: dialect {site.dialect!r} is not spoken by this version, "
                f"only {', '.join(_DIALECTS_SPOKEN)}"
            )
        if site.trust == "none" and not site.allow_no_trust and not is_loopback(host):
            raise ConfigError(
                f'site {site.name}: trust = "none" is served on a loopback address only, not on {host}; '
                f"allow_no_trust = true is for a private network"
            )


def check_tellable(sites: Sequence[Site]) -> None:
    """Refuse sites of which nothing would tell which one is calling."""
    open_sites = [site for site in sites if site.trust == "none"]
    if open_sites and len(sites) > 1:
        raise ConfigError(
            f'site {open_sites[0].name}: trust = "none" is for a single site: with several sites each needs '
            f'trust = "jwt", for without a token nothing tells which site is calling'
        )


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can mean `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def warnings(site: Site) -> list[str]:
    """What an operator should see in red at every start."""
    found = []
    if site.allow_no_trust and site.trust == "none":
        found.append("allow_no_trust: anybody who reaches this service may call it")
    if site.allow_insecure_fhir:
        found.append("allow_insecure_fhir: charts and tokens cross the network unencrypted")
    if site.mode == "silent":
        found.append("SILENT: decides and records, and shows no card to anybody")
    return found


def _zone(value: Any, where: str) -> tzinfo:
    if not isinstance(value, str):
        raise ConfigError(f"{where}: timezone must be a name such as America/Chicago")
    try:
        return ZoneInfo(value)
    except (KeyError, OSError, ValueError):  # KeyError: ZoneInfoNotFoundError
        raise ConfigError(f"{where}: unknown timezone {value!r}; names are such as America/Chicago") from None


def _check_memory(site: Site, where: str) -> None:
    if site.keep_days is not None and not _LEAST_KEPT <= site.keep_days <= 36500:
        raise ConfigError(
            f"{where}: keep_days is from {_LEAST_KEPT} to 36500: cards acknowledged in the last 24 h must be known"
        )
    if len(site.name) > _LONGEST_NAME:
        raise ConfigError(f"{where}: the name of a site has at most {_LONGEST_NAME} characters")


def _check(site: Site, where: str) -> None:
    _check_memory(site, where)
    if not 0.1 <= site.deadline <= 30:
        raise ConfigError(f"{where}: deadline is in seconds, from 0.1 to 30")
    if not 1 <= site.max_cards <= 20:
        raise ConfigError(f"{where}: max_cards is from 1 to 20")
    if site.language != "en":
        raise ConfigError(f"{where}: language {site.language!r} is not there; this version speaks 'en'")
    for server in site.fhir_servers:
        _check_fhir_server(server, site, where)
    for origin in site.origins:
        parts = split(origin, f"{where}: origin {origin!r}")
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise ConfigError(f"{where}: origin {origin!r} must be scheme://host[:port], nothing behind it")
    for name in site.unsupported:
        if not name.isalpha() or not name[0].isupper():
            raise ConfigError(f"{where}: unsupported holds FHIR resource types, and {name!r} is none")
    if site.unsupported >= {"MedicationRequest", "MedicationStatement"}:
        raise ConfigError(
            f"{where}: unsupported holds both MedicationRequest and MedicationStatement: an EHR without any "
            f"medication cannot be checked for baclofen; leave out the one that it has"
        )
    if site.trust == "jwt":
        _check_trust(site, where)


def _check_trust(site: Site, where: str) -> None:
    if not site.issuers:
        raise ConfigError(f'{where}: trust = "jwt" needs issuers (who may sign), or say trust = "none"')
    if "" in site.issuers:
        raise ConfigError(f"{where}: an issuer is the iss of the EHR's tokens, letter for letter, and not empty")
    if not (site.jku or site.jwks_file):
        raise ConfigError(f'{where}: trust = "jwt" needs jku or jwks_file (the keys of its issuers)')
    for jku in site.jku:
        _check_jku(jku, where)


def _check_jku(jku: str, where: str) -> None:
    parts = split(jku, f"{where}: jku {jku!r}")
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not host or parts.fragment or parts.username is not None:
        raise ConfigError(f"{where}: jku {jku!r} must be the https URL of a JWK Set")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(f"{where}: jku {jku!r} is plain http beyond this machine, where keys can be exchanged unseen")
    if _is_no_host(host):
        raise ConfigError(f"{where}: jku {jku!r} is an address at which no EHR publishes keys")


def _is_no_host(host: str) -> bool:
    """Link-local (the metadata service of a cloud lives there), unspecified, multicast or reserved."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    is_odd = address.is_link_local or address.is_unspecified or address.is_multicast or address.is_reserved
    return is_odd and not address.is_loopback


def _check_together(sites: Sequence[Site], path: Path) -> None:
    """An issuer tells which site is calling, so it can be of one site only."""
    seen: dict[str, str] = {}
    for site in sites:
        for issuer in dict.fromkeys(site.issuers):
            if issuer in seen:
                raise ConfigError(
                    f"{path}: issuer {issuer!r} is of [sites.{seen[issuer]}] and of [sites.{site.name}]: an issuer "
                    f"tells which site is calling, and belongs to one"
                )
            seen[issuer] = site.name


def _with_file_beside(site: Site, path: Path) -> Site:
    """A jwks_file is named from where the sites file lies, wherever the service is started."""
    if not site.jwks_file:
        return site
    return msgspec.structs.replace(site, jwks_file=str(path.parent / site.jwks_file))


def split(url: str, what: str) -> SplitResult:
    """The parts of a configured URL; `ConfigError` beginning with `what` where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number raises
    except ValueError:
        raise ConfigError(f"{what} is no URL") from None
    return parts


def _check_fhir_server(server: str, site: Site, where: str) -> None:
    parts = split(server, f"{where}: FHIR server {server!r}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigError(f"{where}: FHIR server {server!r} must be an http(s) base URL")
    if parts.scheme == "http" and not site.allow_insecure_fhir and not is_loopback(parts.hostname):
        raise ConfigError(
            f"{where}: FHIR server {server!r} is plain http beyond this machine; use https "
            f"(allow_insecure_fhir = true is for a private network)"
        )
