"""Settings that are allowed, and seldom what was meant."""

from collections.abc import Iterator
from datetime import UTC
from urllib.parse import urlsplit

from service.config import PREFIX, Config
from service.doctor.finding import Finding, look, ok, wrong
from service.errors import ConfigError
from service.sites import Site, check_servable, is_loopback, warnings
from service.tracing import look_for_packages

_LONG_DEADLINE = 5.0  # seconds; EHRs give up on an answer at about this time (CRD: 5 s, and 10 s at order-sign)


def together(config: Config) -> Iterator[Finding]:
    """Whether `serve` takes these sites, and what they share."""
    try:
        check_servable(config.sites, "127.0.0.1")
    except ConfigError as error:
        yield wrong(str(error), "correct it in the sites file: serve refuses to start")
    sources: dict[str, list[str]] = {}
    for one in config.sites:
        for source in {one.jwks_file, *one.jku} - {""}:
            sources.setdefault(source, []).append(one.name)
    for source, names in sources.items():
        if len(names) > 1:
            yield look(
                f"sites {', '.join(names)} share the keys of {source}: whoever signs for one can sign as the other",
                "leave it only if one vendor signs for all of them",
            )


def public_url(config: Config) -> Iterator[Finding]:
    """The base of every link and of every token's audience."""
    name = f"{PREFIX}PUBLIC_URL"
    if not config.public_url:
        yield look(
            f"{name} is not set: links in cards, and the audience of tokens, are those of the listening address",
            f"set {name} to the URL at which EHRs reach this service, such as https://cds.hospital.example",
        )
        return
    parts = urlsplit(config.public_url)
    if parts.path.rstrip("/").endswith("/cds-services"):
        yield wrong(
            f"{name} ends in /cds-services: every address made from it doubles that step, and no token's audience fits",
            f"set it to {config.public_url[: -len('/cds-services')]}",
        )
    elif parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        yield wrong(
            f"{name} is plain http: tokens and charts would cross the network unencrypted",
            "put TLS in front of the service and name its https URL",
        )
    else:
        yield ok(f"{name}: {config.public_url}")


def tracing(config: Config) -> Iterator[Finding]:
    """Whether spans could be exported, where that is wanted; a collector is not asked: no call rests on it."""
    if not config.tracing:
        return
    if config.tracing_problem:
        yield wrong(config.tracing_problem, "correct it, or set OTEL_SDK_DISABLED=true: serve refuses to start")
        return
    try:
        look_for_packages()
    except ConfigError as error:
        yield wrong(str(error), "do either: serve refuses to start")
    else:
        yield ok(f"tracing: on, by OTEL_ variables ({', '.join(config.tracing)})")


def site(site: Site) -> Iterator[Finding]:
    """One site's choices."""
    where = f"site {site.name}"
    for line in warnings(site):
        yield look(f"{where}: {line}", "leave it only if that is meant")
    if not site.fhir_servers:
        yield look(
            f"{where}: no fhir_servers: what the EHR does not prefetch cannot be read, and is answered "
            f"{'412' if site.missing_data == '412' else 'with a card that says so'}",
            "list the base URL that the EHR sends as fhirServer",
        )
    if site.timezone is UTC or str(site.timezone) == "UTC":
        yield look(
            f"{where}: timezone is UTC: dates without a zone are read, and times on cards are told, in UTC",
            'set timezone = "America/Chicago" or where the hospital is',
        )
    if not site.date_order:
        yield look(
            f"{where}: date_order is not set: a date such as 3/4 in free text is read as either, and the card says so",
            'set date_order = "mdy" or "dmy"',
        )
    if site.deadline > _LONG_DEADLINE:
        yield look(
            f"{where}: deadline = {site.deadline:g} s: most EHRs no longer wait for the answer then",
            "set 3.0, or what the EHR waits for less a second",
        )
    for origin in site.origins:
        if is_loopback(urlsplit(origin).hostname or ""):
            yield look(f"{where}: origins lists {origin}: pages of the user's own machine may call", "remove it")
