"""All checks, in the order in which one rests on the other."""

from collections.abc import Callable, Iterator

from service.config import PREFIX, Config
from service.doctor import decides, fhir_server, keys, settings
from service.doctor.finding import Finding, look, ok, wrong
from service.errors import ConfigError, DatabaseNotThere
from service.knowledge import knowledge_lines, load_value_sets
from service.parts import open_store
from service.sites import chosen
from service.store import cannot_be_made, place


def run(site_name: str | None, say: Callable[[str], None]) -> bool:
    """Print a line a finding; whether nothing is wrong. An unknown site is a `ConfigError`."""
    healthy = True
    for finding in _findings(site_name):
        say(finding.line())
        healthy = healthy and finding.level != "wrong"
    return healthy


def _findings(site_name: str | None) -> Iterator[Finding]:
    try:
        config = Config.from_environment()
    except ConfigError as error:
        yield wrong(str(error), "correct it; nothing else was looked at")
        return
    sites = chosen(config.sites, site_name)
    yield ok(f"sites file: {len(config.sites)} site(s), {', '.join(site.name for site in config.sites)}")
    yield from settings.together(config)
    yield from settings.public_url(config)
    yield from settings.tracing(config)
    yield from _database(config)
    yield from _value_sets(config)
    yield from decides.probe_patient(config)
    for site in sites:
        yield from settings.site(site)
        yield from keys.check(site)
        for server in site.fhir_servers:
            yield from fhir_server.check(site, server)


def _database(config: Config) -> Iterator[Finding]:
    """Makes nothing: an empty database where none was meant is what `prune` and `feedback` refuse to look into."""
    name = f"{PREFIX}DATABASE_URL"
    try:
        where = place(config.database_url)
        open_store(config, must_exist=True).close()
    except DatabaseNotThere:
        if problem := cannot_be_made(config.database_url):
            yield wrong(f"database: {where}: {problem}", f"correct {name}, or the rights on its directory")
        else:
            yield look(
                f"database: {where}: nothing of this service is there yet; serve makes its tables",
                f"if the service has run before, correct {name}: it names another database",
            )
    except ConfigError as error:
        yield wrong(str(error), f"correct {name}, or the rights on its directory")
    else:
        yield ok(f"database: {where}: opens, and its tables are there")


def _value_sets(config: Config) -> Iterator[Finding]:
    try:
        valuesets = load_value_sets(config.valuesets)
    except ConfigError as error:
        yield wrong(str(error), f"correct the files in {PREFIX}VALUESETS, or unset it to use ours alone")
        return
    for line in knowledge_lines(valuesets, config.sites):
        yield ok(line)
