"""Where a site's callers' keys come from, and how long they are believed: a key set, cached.

A set is read again in the background while callers with a known kid are served from what is held, and at most once a
minute however many strangers name a kid that nobody has: so a key set's host is never hammered, and whoever floods us
with unknown kids slows nobody else down.
"""

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

import msgspec
import requests
import structlog
import urllib3

from service.addresses import AddressRefused
from service.deadline import capped, deadline, guarded_session
from service.errors import ConfigError, KeysUnavailable
from service.jwk import ALARMING, MAX_BYTES, Key, NotAKeySet, read_keys
from service.published_keys import SANDBOX_JKU, SANDBOX_JWK, names_published_key
from service.sites import Site

# Seconds. A new key is found by its unknown kid at once; these say how long an old one lives on.
FRESH = 300.0  # so long a set is used without a look at its source
UNSEEN = 3600.0  # after so long a caller waits for that look: a key that was withdrawn is refused by then
KEPT = 12 * 3600.0  # while the source cannot be read: a night's outage of a key server must not take the warnings away
COOLDOWN = 60.0  # between two readings
RETRY = 10.0  # between two readings while there is no key at all, and so nobody of the site can be served
PATIENCE = 2.0  # of a caller, and of a reading: most of a call's three seconds
CROWD = 4  # callers of this process that wait for keys at once; the other half of its threads serves everybody else

_log = structlog.get_logger()
_crowd = threading.Semaphore(CROWD)


class Unread(Exception):
    """Why a source gave no document, in words for the operator."""


class _Held(msgspec.Struct, frozen=True):
    keys: Mapping[str, Key]
    read_at: float


class Reading:
    """A look at a source that is under way; `for_nobody` yet, when it was begun before the first caller came."""

    def __init__(self, *, for_nobody: bool) -> None:
        self.for_nobody = for_nobody
        self.ends = time.monotonic() + PATIENCE
        self.done = threading.Event()

    def wait(self) -> None:
        """Until it is done, or has had its time; then it is of use to the next caller."""
        self.done.wait(max(0.0, self.ends - time.monotonic()))

    def wait_in_the_crowd(self) -> None:
        """The same for a caller: few may wait at once."""
        if _crowd.acquire(blocking=False):
            try:
                self.wait()
            finally:
                _crowd.release()


class KeySet:
    """The keys of one source. Safe to share between threads; every process has its own.

    `read` gives the document, until a moment of time.monotonic(), or raises `Unread`. `clock` is monotonic.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[float], bytes],
        *,
        published: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._read = read
        self._published = published
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._reading: Reading | None = None
        self._next_at = -math.inf
        self._failed = False

    def hold(self, keys: Mapping[str, Key]) -> None:
        """Start with these, read just now."""
        self._held = _Held(keys, self._clock())

    def prepare(self) -> Reading | None:
        """Begin to read the source, unless something is held."""
        return self._begin(for_nobody=True) if self._held is None else None

    def find(self, kid: str) -> Key | None:
        """The key of this kid, None when the set has none; `KeysUnavailable` when that cannot be known."""
        held = self._held
        if held and kid in held.keys and self._age(held) < FRESH:
            return held.keys[kid]
        reading = self._begin()
        if reading and (held is None or kid not in held.keys or self._age(held) >= UNSEEN):
            reading.wait_in_the_crowd()
        return self._look_up(kid)

    def _look_up(self, kid: str) -> Key | None:
        with self._lock:
            held, is_doubtful = self._held, self._failed or self._reading is not None
        if held is None or self._age(held) >= KEPT:
            raise self._unavailable()
        key = held.keys.get(kid)
        if key is None and is_doubtful:
            raise self._unavailable()  # it may be new, and in the set that could not be read
        return key

    def _age(self, held: _Held) -> float:
        return self._clock() - held.read_at

    def _unavailable(self) -> KeysUnavailable:
        left = self._next_at - self._clock()
        return KeysUnavailable(retry_after=math.ceil(left) if left > 1 else 1)

    def _pause(self, reading: Reading) -> float:
        """Seconds until the source may be read again."""
        if self._failed and reading.for_nobody:
            return 0.0  # a key host that starts a moment after us must not cost the first callers their answer
        held = self._held
        return COOLDOWN if held and self._age(held) < KEPT else RETRY

    def _begin(self, *, for_nobody: bool = False) -> Reading | None:
        """The reading under way, or a new one; None when the last one was too short a time ago."""
        with self._lock:
            if self._reading is None and self._clock() >= self._next_at:
                self._reading = Reading(for_nobody=for_nobody)
                threading.Thread(target=self._renew, args=(self._reading,), name="keys", daemon=True).start()
            return self._reading

    def _renew(self, reading: Reading) -> None:
        fresh: _Held | None = None
        try:
            keys = read_keys(self._read(reading.ends), published=self._published)
            fresh = _Held(keys.by_kid, self._clock())
            for word in keys.dropped:
                _log.warning("a key is not used", key_set=self.name, keys=word)
        except (Unread, NotAKeySet) as problem:
            _log.error("a key set cannot be read", key_set=self.name, error=str(problem))
        finally:
            with self._lock:
                self._held = fresh or self._held
                self._failed = fresh is None
                self._next_at = self._clock() + self._pause(reading)
                self._reading = None
            reading.done.set()


def open_key_sets(sites: Sequence[Site]) -> dict[str, tuple[KeySet, ...]]:
    """The key sets of each site by its name; files are read now, what is fetched is fetched when it is needed.

    Sites that name the same source share it. Raises `ConfigError`.
    """
    shared: dict[tuple[str, bool], KeySet] = {}
    found: dict[str, tuple[KeySet, ...]] = {}
    for site in sites:
        if site.trust == "jwt":
            _refuse_published(site)
            sources = (site.jwks_file,) if site.jwks_file else site.jku
            for source in sources:
                if (source, site.published_keys) not in shared:
                    shared[source, site.published_keys] = _open(source, site)
            found[site.name] = tuple(shared[source, site.published_keys] for source in sources)
    return found


def _refuse_published(site: Site) -> None:
    for url in (*site.issuers, *site.jku):
        if names_published_key(url) and not site.published_keys:
            raise ConfigError(
                f"site {site.name}: {url} is the CDS Hooks Sandbox, whose private key is published: anybody can sign "
                f"as it; try the Sandbox with the demo, and take it out of the sites file"
            )


def _open(source: str, site: Site) -> KeySet:
    if site.jwks_file:
        return _open_file(Path(source), site)
    if source == SANDBOX_JKU:  # of the demo, which does without a network
        document = msgspec.json.encode({"keys": [SANDBOX_JWK]})
        return KeySet(source, lambda _until: document, published=True)
    return KeySet(source, lambda until: fetch(source, until), published=site.published_keys)


def _open_file(path: Path, site: Site) -> KeySet:
    where = f"site {site.name}: jwks_file {path}"
    try:
        keys = read_keys(_read_file(path), published=site.published_keys)
    except (Unread, NotAKeySet) as problem:
        raise ConfigError(f"{where}: {problem}; it must be the JWK Set that the EHR's team sent") from None
    for word in keys.dropped:
        if word in ALARMING:
            raise ConfigError(f"{where}: it holds {ALARMING[word]}")
    if not keys.by_kid:
        raise ConfigError(
            f"{where}: it holds no key that may verify a token: a public EC (P-256, P-384) or RSA key with a kid"
        )
    key_set = KeySet(str(path), lambda _until: _read_file(path), published=site.published_keys)
    key_set.hold(keys.by_kid)
    return key_set


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unread(f"the file cannot be read ({error.strerror})") from None


def fetch(jku: str, until: float) -> bytes:
    """The document at a configured jku: no redirects, no proxies, no netrc, not compressed, 64 KiB, done by `until`."""
    left = until - time.monotonic()
    try:
        with guarded_session() as session, deadline(until):
            headers = {"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"}
            with session.get(jku, headers=headers, timeout=left, stream=True) as response:
                return _document(response, until)
    except AddressRefused as error:
        raise Unread(f"its host's name leads to {error}: not called") from None
    except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        raise Unread(f"its host did not answer within {PATIENCE:g} s") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
        raise Unread(f"no connection to its host, or it broke off ({type(error).__name__})") from None


def _document(response: requests.Response, until: float) -> bytes:
    if response.status_code != HTTPStatus.OK:
        raise Unread(f"its host answered {response.status_code}; the jku must be the very address of the set")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unread("its host compresses it, unasked")
    document = capped(response, MAX_BYTES, until=until, unpacked=False)
    if document is None:
        raise Unread(f"it is larger than {MAX_BYTES} bytes")
    return document
