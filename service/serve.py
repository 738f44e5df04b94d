"""`serve`: the sites of a file, under a real WSGI server."""

from collections.abc import Callable

import click
import msgspec
import structlog

from service import create_app, log
from service.config import MEMORY, PREFIX, Config
from service.errors import ConfigError
from service.knowledge import knowledge_lines, load_value_sets
from service.parts import open_store
from service.server import Stop, listen, run_workers, tune_collector
from service.server import run as run_server
from service.sites import check_servable, is_loopback, warnings

_log = structlog.get_logger()


def run(config: Config, host: str, port: int, *, workers: int, threads: int, announce: Callable[[str], None]) -> int:
    """Serve until told to stop; the exit code."""
    stop = Stop()
    log.configure(config.log_level)
    check_servable(config.sites, host)
    if workers > 1 and config.database_url == MEMORY:
        raise ConfigError(f"several workers need one database: {PREFIX}DATABASE_URL must name a file, not memory")
    if not config.public_url and not is_loopback(host):
        raise ConfigError(f"set {PREFIX}PUBLIC_URL to the URL at which EHRs reach this service")
    valuesets = load_value_sets(config.valuesets)
    sock = listen(host, port)
    url = base_url(host, sock.getsockname()[1])
    config = msgspec.structs.replace(config, public_url=config.public_url or url)
    for site in config.sites:
        for line in warnings(site):
            click.secho(f"warning: site {site.name}: {line}", fg="red", err=True)
    _log.info("serving", address=url, workers=workers, threads=threads)
    for line in knowledge_lines(valuesets, config.sites):
        _log.info("knowledge", knowledge=line)

    def one_worker() -> None:
        app = create_app(config, valuesets=valuesets)
        tune_collector()
        run_server(app, sock, threads=threads, max_body=config.max_body, stop=stop)

    if workers == 1:
        announce(url)
        one_worker()
        return 0
    open_store(config).close()  # its tables are made once, before several workers open it
    return run_workers(one_worker, workers, lambda: announce(url), stop)


def base_url(host: str, port: int) -> str:
    """http://HOST:PORT, an IPv6 address in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
