"""The commands. `python -m service --help`."""

import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from service.errors import CommandFailed, ConfigError, ServiceError

_READY_WITHIN = 60.0  # seconds


class Instant(click.ParamType[datetime]):
    """An instant with its zone, such as 2026-03-10T08:00:00Z."""

    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """A zone is a must: an instant without one is a different moment on every machine."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant; write 2026-03-10T08:00:00Z", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no zone; write {value}Z, or an offset", param, ctx)
        return instant


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def commands() -> None:
    """A CDS Hooks service that warns when baclofen, by mouth or by pump, is interrupted.

    Exit codes: 0 done, 1 something is wrong, 2 used wrongly.
    """


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port of the service.")
@click.option("--fhir-port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="Port of FHIR.")
@click.option("--fhir-server", metavar="URL", help="A FHIR R4 server that holds the stories, for the embedded one.")
@click.option("--now", type=Instant(), help="Freeze the clock, such as 2026-03-10T08:00:00Z.")
def demo(host: str, port: int, fhir_port: int, fhir_server: str | None, now: datetime | None) -> None:
    """A FHIR server with synthetic patients, the service, and a page to look at, all on this machine."""
    from service import demo as demo_parts

    demo_parts.run(host, port, fhir_port=fhir_port, fhir_server=fhir_server, now=now, announce=_announce)


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256), help="Threads a process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the sites of BACLOFEN_CDS_SITES, for production."""
    from service import serve as serving
    from service.config import Config

    code = serving.run(Config.from_environment(), host, port, workers=workers, threads=threads, announce=_announce)
    sys.exit(code)


@commands.command()
@click.option("--to", "fhir_url", required=True, metavar="FHIR_URL", help="Base URL of a FHIR R4 server.")
@click.option("--only", metavar="STORY", help="One story instead of all.")
@click.option("--patient", metavar="ID", help="The id that the patient gets; with --only.")
@click.option("--now", type=Instant(), help="The moment that the stories' dates are relative to.")
def load(fhir_url: str, only: str | None, patient: str | None, now: datetime | None) -> None:
    """Write the synthetic patients to a FHIR R4 server; again without duplicates."""
    from service.load import LoadError, load_stories

    if patient and not only:
        raise click.UsageError("--patient names one patient: say which story with --only")
    try:
        load_stories(fhir_url, only=only, patient=patient, now=now or datetime.now(UTC), say=click.echo)
    except LoadError as error:
        raise CommandFailed(str(error)) from None


@commands.command()
@click.argument("request", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="REQUEST.json")
@click.option("--now", type=Instant(), help="The moment to decide for, such as 2026-03-10T08:00:00Z.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--sites",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A sites file, as for serve; without it the demo site.",
)
@click.option("--site", metavar="NAME", help="The site of that file whose policy, timezone and EHR are meant.")
@click.option(
    "--valuesets",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A site's own value sets, as for serve.",
)
def explain(
    request: Path, now: datetime | None, form: str, sites: Path | None, site: str | None, valuesets: Path | None
) -> None:
    """One hook request through the same decision: facts, needs, every rule's verdict and why, cards."""
    from service import explain as explaining

    if site and sites is None:
        raise click.UsageError("--site names a site of a file: say which file with --sites")
    explaining.run(request, now=now, form=form, sites=sites, site_name=site, valuesets=valuesets)


@commands.command()
@click.argument("rule", required=False)
@click.option("--limits", is_flag=True, help="Every clinical number, with unit, basis and source.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(rule: str | None, limits: bool, form: str) -> None:
    """What the service asks about: all rules, or one in full, with its numbers, sources and known limits."""
    from service import list_rules

    if rule and limits:
        raise click.UsageError("--limits lists the numbers of all rules; leave out the rule, or --limits")
    list_rules.run(rule, limits=limits, form=form)


@commands.command()
@click.option("--site", metavar="NAME", help="One site instead of all.")
def doctor(site: str | None) -> None:
    """Look for what is misconfigured, with serve's own settings; each line says what to do."""
    from service import log
    from service.doctor.run import run

    log.configure("CRITICAL")  # its lines are the findings
    if not run(site, click.echo):
        sys.exit(1)


@commands.command()
@click.option("--to", "url", metavar="URL", help="Base URL of a running service.")
@click.option("--story", metavar="STORY", help="The made-up patient; one with a withdrawal card by default.")
@click.option("--fhir-server", default="", metavar="URL", help="Have the service read the patient there.")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A private JWK that the site trusts; needs --issuer and --kid.",
)
@click.option("--issuer", metavar="ISS", help="The issuer that the key signs for.")
@click.option("--kid", metavar="KID", help="The key's id.")
@click.option("--print", "only_print", is_flag=True, help="Print the request, for a monitor of another kind.")
def probe(
    url: str | None, story: str | None, fhir_server: str, key: Path | None, issuer: str | None, kid: str | None,
    only_print: bool,
) -> None:  # fmt: skip
    """Send a made-up patient through a running service and see that the card comes back; for monitors."""
    from service import probe as probing

    name = story or probing.STORY
    if only_print:
        click.echo(probing.printed(name, fhir_server))
        return
    if not url:
        raise click.UsageError("--to says which service is meant")
    if (key is None) != (issuer is None) or (key is None) != (kid is None):
        raise click.UsageError("--key, --issuer and --kid belong together")
    caller = probing.Caller(key, issuer, kid) if key and issuer and kid else None
    probing.probe(url, name=name, caller=caller, fhir_server=fhir_server, say=click.echo)


@commands.command()
@click.option("--site", metavar="NAME", help="One site instead of all.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def prune(site: str | None, dry_run: bool) -> None:
    """Forget what the sites keep no longer (keep_days), and tokens that ran out."""
    from service import upkeep
    from service.config import Config

    upkeep.prune(Config.from_environment(), site_name=site, now=datetime.now(UTC), dry_run=dry_run)


@commands.command()
@click.option("--site", required=True, metavar="NAME", help="Whose clinicians.")
@click.option("--since", type=Instant(), help="Received from then on, such as 2026-03-10T08:00:00Z.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def feedback(site: str, since: datetime | None, form: str) -> None:
    """What clinicians did with the cards: accepted or overridden, why, and in their words where those are kept."""
    from service import upkeep
    from service.config import Config

    upkeep.feedback(Config.from_environment(), site_name=site, since=since, form=form)


def main(arguments: list[str] | None = None) -> None:
    """Run a command: errors are one line on standard error, never a traceback."""
    try:
        commands.main(args=arguments, prog_name="python -m service", standalone_mode=False)
    except click.UsageError as error:
        _fail(error.format_message(), 2)
    except click.exceptions.Abort:
        _fail("interrupted", 1)
    except ConfigError as error:
        _fail(str(error), 2)
    except (CommandFailed, ServiceError) as error:
        _fail(str(error), 1)


def _fail(line: str, code: int) -> None:
    click.echo(f"error: {' '.join(line.split())}", err=True)
    sys.exit(code)


def _announce(url: str, *more: str) -> None:
    """Print `ready URL` once the service answers, from a thread: the main one is busy serving."""

    def wait() -> None:
        import requests

        ends = time.monotonic() + _READY_WITHIN
        while time.monotonic() < ends:
            try:
                if requests.get(f"{url}/readyz", timeout=5).ok:
                    break
            except requests.RequestException:
                pass
            time.sleep(0.1)
        else:
            return
        click.echo("\n".join([f"ready {url}", *more]))
        sys.stdout.flush()

    threading.Thread(target=wait, daemon=True).start()
