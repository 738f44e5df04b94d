"""Several processes on one socket. One that dies loses its own calls alone: another takes its place.

What dies again and again is not started for ever: then all ends with exit code 1, and whoever restarts services
sees it.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable

import click
import structlog

from service.errors import CommandFailed, ConfigError
from service.server import Stop

_TICK = 0.1  # seconds between two looks at the children
_DEATHS = 10  # so many within the window below are no accident
_WINDOW = 60.0  # seconds
_CANNOT_START = 1  # exit code of a worker that said why, in one line
_BROKE = 70  # of one that did not: a bug of ours

_log = structlog.get_logger()


def run_workers(
    serve: Callable[[], None],
    workers: int,
    *,
    started: Callable[[], None],
    stop: Stop,
    died: Callable[[int], None] = lambda _pid: None,
) -> int:
    """`serve` in so many processes until told to stop; the exit code. `died` is told of each that ended by itself."""
    children = {_forked(serve, stop) for _ in range(workers)}
    started()  # only now: a thread does not survive a fork
    deaths: list[float] = []
    failed = False
    while children:
        if stop.asked or failed:
            for child in children:
                os.kill(child, signal.SIGTERM)
        for child in list(children):
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended:
                continue
            children.discard(child)
            code = os.waitstatus_to_exitcode(status)
            if stop.asked or failed:
                failed = failed or code != 0
                continue
            died(child)
            deaths = [at for at in deaths if at > time.monotonic() - _WINDOW] + [time.monotonic()]
            if code == _CANNOT_START or len(deaths) >= _DEATHS:
                _log.error("workers die, the service ends", worker=child, exit=code)
                failed = True
            else:
                _log.error("a worker died, another takes its place", worker=child, exit=code)
                children.add(_forked(serve, stop))
        time.sleep(_TICK)
    return 1 if failed else 0


def _forked(serve: Callable[[], None], stop: Stop) -> int:
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        code = _BROKE
        try:
            stop.follow(parent)
            code = _in_child(serve)
        finally:
            if code == _BROKE:
                traceback.print_exc()  # a bug: what the last frame does not say is lost
            os._exit(code)  # whatever happens: never back into the parent's loop
    return child


def _in_child(serve: Callable[[], None]) -> int:
    try:
        serve()
    except (ConfigError, CommandFailed) as error:
        click.echo(error, err=True)
        return _CANNOT_START
    return 0
