"""The keys by which a site's callers are known: there, readable, usable, and nobody else's."""

import time
from collections.abc import Iterator

from service.doctor.finding import Finding, look, ok, wrong
from service.errors import ConfigError
from service.jwk import NotAKeySet, read_keys
from service.keys import PATIENCE, Unread, fetch, open_key_sets
from service.sites import Site


def check(site: Site) -> Iterator[Finding]:
    """Its file, or what its jku publish at this moment."""
    where = f"site {site.name}"
    if site.trust != "jwt":
        return
    try:
        open_key_sets([site])
    except ConfigError as error:
        yield wrong(str(error), "correct it in the sites file, or ask the EHR's team for the right set")
        return
    if site.jwks_file:
        yield ok(f"{where}: keys in {site.jwks_file}")
        return
    for jku in site.jku:
        yield from _published(f"{where}: key set {jku}", jku)


def _published(where: str, jku: str) -> Iterator[Finding]:
    try:
        keys = read_keys(fetch(jku, time.monotonic() + PATIENCE))
    except (Unread, NotAKeySet) as problem:
        yield wrong(f"{where}: {problem}", "check the jku and the firewall: until it can be read nobody is let in")
        return
    for word in keys.dropped:
        yield look(
            f"{where}: a key is not used ({word})", "ask the EHR's team to publish it as docs/connecting.md says"
        )
    if keys.by_kid:
        yield ok(f"{where}: {len(keys.by_kid)} key(s)")
    else:
        yield wrong(f"{where} holds no usable key: nobody is let in", "ask the EHR's team for the right address")
