"""`serve`: the sites of a file, under a real WSGI server."""

import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
import structlog
from flask import Flask

from cards.record.valuesets import ValueSets
from service import GATE, build_app, choose_parts, log
from service.baton import Baton
from service.config import MEMORY, PREFIX, Config, share_metrics
from service.errors import ConfigError
from service.firing import FiringWatch
from service.keys import open_key_sets
from service.knowledge import knowledge_lines, load_value_sets
from service.metering import show_breakers
from service.parts import Parts, open_store
from service.request_span import trace
from service.server import Stop, listen, tune_collector
from service.server import run as run_server
from service.sites import check_servable, is_loopback, warnings
from service.tracing import look_for_packages
from service.workers import run_workers

if TYPE_CHECKING:
    from service.span_export import SpanExport

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
    if config.tracing_problem:
        raise ConfigError(config.tracing_problem)
    if config.tracing:
        look_for_packages()
    open_key_sets(config.sites)  # says now, and once, what is wrong with them
    valuesets = load_value_sets(config.valuesets)
    sock = listen(host, port)
    url = base_url(host, sock.getsockname()[1])
    config = msgspec.structs.replace(config, public_url=config.public_url or url)
    for site in config.sites:
        for line in warnings(site):
            click.secho(f"warning: site {site.name}: {line}", fg="red", err=True)
    if config.database_url == MEMORY and any(site.trust == "jwt" for site in config.sites):
        click.secho("warning: the database is in memory: after a restart used tokens work again", fg="red", err=True)
    _log.info("serving", address=url, workers=workers, threads=threads)
    if config.tracing:
        _log.info("tracing is on: spans are exported")
    if any(site.trust == "jwt" for site in config.sites):
        _log.info("audience of every token", address=f"{config.public_url}/cds-services/{{id}}")
    for line in knowledge_lines(valuesets, config.sites):
        _log.info("knowledge", knowledge=line)

    if workers == 1:
        announce(url)
        _serve_one(config, valuesets, sock, threads=threads, stop=stop)
        return 0
    open_store(config).close()  # its tables are made once, before several workers open it
    counted = Path(tempfile.mkdtemp(prefix="baclofen-cds-metrics-"))
    share_metrics(counted)
    config = msgspec.structs.replace(config, metrics_directory=counted)
    try:
        return run_workers(
            lambda: _serve_one(config, valuesets, sock, threads=threads, stop=stop),
            workers,
            started=lambda: announce(url),
            stop=stop,
            died=_forget_gauges,
        )
    finally:
        shutil.rmtree(counted, ignore_errors=True)


def _serve_one(config: Config, valuesets: ValueSets, sock: socket.socket, *, threads: int, stop: Stop) -> None:
    parts = choose_parts(config, valuesets=valuesets)
    app = build_app(parts)
    app.extensions[GATE].prepare()
    spans = _traced(app, parts) if config.tracing else None
    watch = FiringWatch(parts.store, parts.metrics, [rule.implements for rule in parts.rules])
    watch.start(parts.clock, Baton(config.metrics_directory).is_mine)
    tune_collector()

    run_server(
        app,
        sock,
        threads=threads,
        max_body=config.max_body,
        stop=stop,
        count=lambda what, times: parts.metrics.failures.labels(what).inc(times),
        tick=lambda: show_breakers(parts.metrics, parts.fhir),
    )
    if spans is not None:
        spans.close()


def _traced(app: Flask, parts: Parts) -> "SpanExport":
    from service.span_export import SpanExport  # noqa: PLC0415 - an extra: only where tracing is on

    spans = SpanExport(parts.config.tracing, parts.metrics.failures.labels("tracing").inc)
    trace(app, spans.begin)
    return spans


def _forget_gauges(pid: int) -> None:
    """What a dead worker counted stays; how things stood with it does not."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - not before `share_metrics`

    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def base_url(host: str, port: int) -> str:
    """http://HOST:PORT, an IPv6 address in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
