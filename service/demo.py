"""`demo`: synthetic patients on a FHIR server, the service, and the viewer, all on this machine."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click

from service import create_app, log
from service.config import SANDBOX_ORIGIN, Config
from service.demo_fhir import serve_fixtures
from service.errors import CommandFailed
from service.serve import base_url
from service.server import Stop, listen, tune_collector
from service.server import run as run_server
from service.sites import is_loopback
from service.stories import StoryError

_THREADS = 8


def run(
    host: str,
    port: int,
    *,
    fhir_port: int,
    fhir_server: str | None,
    now: datetime | None,
    announce: Callable[..., None],
) -> None:
    """Run until interrupted. With `now` the clock stands still, for the patients' dates too."""
    stop = Stop()
    log.configure("WARNING")

    def clock() -> datetime:
        return now or datetime.now(UTC)

    sock = listen(host, port)
    url = base_url(host, sock.getsockname()[1])
    embedded = None
    if fhir_server is None:
        if fhir_port:
            listen(host, fhir_port).close()  # says in one line when the port is taken
        try:
            embedded = serve_fixtures(host, fhir_port, clock)
        except StoryError as error:
            raise CommandFailed(str(error)) from None
    fhir_url = (embedded.url if embedded else str(fhir_server)).rstrip("/")
    config = Config.demo(
        public_url=url,
        viewer_fhir=fhir_url,
        fhir_servers=[fhir_url],
        origins=[SANDBOX_ORIGIN, *([] if is_loopback(host) else [url])],
        allow_insecure_fhir=urlsplit(fhir_url).scheme == "http",  # made-up patients
    )
    if not is_loopback(host):
        click.secho(f"warning: anybody who reaches {host} may use this demo", fg="red", err=True)
    app = create_app(config, clock=clock)
    tune_collector()
    announce(url, f"viewer {url}/  discovery {url}/cds-services  FHIR {fhir_url}")
    try:
        run_server(app, sock, threads=_THREADS, max_body=config.max_body, stop=stop)
    finally:
        if embedded is not None:
            embedded.close()
