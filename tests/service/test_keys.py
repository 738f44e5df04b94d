"""How often a key set is asked for, whom that keeps waiting, how long a key is believed. The clock is the test's."""

import threading
import time
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from service.errors import KeysUnavailable
from service.jwk import NotAKeySet, read_keys
from service.keys import COOLDOWN, CROWD, FRESH, KEPT, PATIENCE, RETRY, UNSEEN, KeySet, Unread
from tests.service.callers import jwk, key_set, private_key
from tests.service.processes import until

OLD, NEW = jwk(private_key(), "old"), jwk(private_key("ES384", "new"), "new")


class Source:
    """A key set's source that counts its readings, and does what it is told."""

    def __init__(self, *keys: object) -> None:
        self.document = key_set(*keys)
        self.read = 0
        self.fails = False
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, _until: float) -> bytes:
        self.read += 1
        assert self.gate.wait(20)
        if self.fails:
            raise Unread("its host is on fire")
        return self.document


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def source() -> Source:
    return Source(OLD)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(source: Source, clock: Clock) -> KeySet:
    return KeySet("https://ehr.example/jwks.json", source, clock=clock)


def is_idle(keys: KeySet) -> bool:
    """Whether no reading is under way."""
    return not any(thread.name == "keys" for thread in threading.enumerate())


def finds(keys: KeySet, kid: str) -> bool | str:
    """Whether a kid is found; "unavailable" when that cannot be known. Waits for a reading that it set off."""
    try:
        found = keys.find(kid) is not None
    except KeysUnavailable:
        return "unavailable"
    finally:
        until(lambda: is_idle(keys))
    return found


def test_a_set_is_read_when_it_is_first_needed_and_then_served_from_memory(keys: KeySet, source: Source) -> None:
    assert source.read == 0
    assert [finds(keys, "old") for _ in range(50)] == [True] * 50
    assert source.read == 1


def test_a_set_that_is_no_longer_fresh_is_read_again_and_nobody_waits(
    keys: KeySet, source: Source, clock: Clock
) -> None:
    finds(keys, "old")
    clock.now += FRESH
    source.gate.clear()

    began = time.monotonic()
    assert keys.find("old") is not None  # while its reading hangs
    assert time.monotonic() - began < PATIENCE / 2
    source.gate.set()
    until(lambda: is_idle(keys))

    assert source.read == 2
    assert finds(keys, "old") is True
    assert source.read == 2


def test_a_new_key_is_accepted_with_its_first_token(keys: KeySet, source: Source, clock: Clock) -> None:
    finds(keys, "old")
    clock.now += COOLDOWN
    source.document = key_set(OLD, NEW)

    assert finds(keys, "new") is True
    assert finds(keys, "old") is True
    assert source.read == 2


def test_a_key_that_was_withdrawn_is_refused_after_the_next_reading(keys: KeySet, source: Source, clock: Clock) -> None:
    source.document = key_set(OLD, NEW)
    assert finds(keys, "old") is True
    source.document = key_set(NEW)
    clock.now += FRESH
    source.gate.clear()

    assert keys.find("old") is not None  # from memory, while the set is read again
    source.gate.set()
    until(lambda: is_idle(keys))
    assert finds(keys, "old") is False
    assert source.read == 2


def test_after_an_hour_without_a_call_not_even_the_first_token_of_a_withdrawn_key_is_accepted(
    keys: KeySet, source: Source, clock: Clock
) -> None:
    finds(keys, "old")
    source.document = key_set(NEW)
    clock.now += UNSEEN

    assert finds(keys, "old") is False


def test_a_key_that_was_exchanged_under_its_kid_is_the_new_one(keys: KeySet, source: Source, clock: Clock) -> None:
    first = keys.find("old")
    source.document = key_set({**NEW, "kid": "old"})
    clock.now += UNSEEN

    assert first is not None
    assert keys.find("old") != first


def test_a_flood_of_unknown_kids_asks_once_a_minute(keys: KeySet, source: Source, clock: Clock) -> None:
    finds(keys, "old")
    for second in range(600):
        clock.now += 1
        assert finds(keys, f"kid-{second}") is False
        assert finds(keys, "old") is True

    assert source.read == 1 + 600 / COOLDOWN


def test_a_dead_host_of_a_held_set_is_asked_once_a_minute(keys: KeySet, source: Source, clock: Clock) -> None:
    finds(keys, "old")
    source.fails = True
    for second in range(600):
        clock.now += 1
        assert finds(keys, f"kid-{second}") is ("unavailable" if second >= COOLDOWN - 1 else False)
        assert finds(keys, "old") is True

    assert source.read == 1 + 600 / COOLDOWN


def test_a_dead_host_that_never_answered_is_asked_every_ten_seconds(keys: KeySet, source: Source, clock: Clock) -> None:
    """Until it answers nobody of the site can be served, so its recovery should not go unnoticed for a minute."""
    source.fails = True
    for _ in range(100):
        clock.now += 1
        assert finds(keys, "old") == "unavailable"
    assert source.read == 100 / RETRY
    source.fails = False
    clock.now += RETRY

    assert finds(keys, "old") is True


def test_a_night_s_outage_is_bridged_and_no_more(keys: KeySet, source: Source, clock: Clock) -> None:
    finds(keys, "old")
    source.fails = True
    clock.now += KEPT - 1
    assert finds(keys, "old") is True
    clock.now += 1
    assert finds(keys, "old") == "unavailable"
    source.fails = False
    clock.now += COOLDOWN

    assert finds(keys, "old") is True


def test_a_caller_whose_keys_cannot_be_read_is_told_when_to_come_back(
    keys: KeySet, source: Source, clock: Clock
) -> None:
    source.fails = True
    finds(keys, "old")
    clock.now += 3.5

    with pytest.raises(KeysUnavailable) as caught:
        keys.find("old")
    assert caught.value.status == 503
    assert caught.value.headers["Retry-After"] == "7"


def test_the_log_says_which_set_cannot_be_read_and_why(keys: KeySet, source: Source) -> None:
    source.fails = True
    with capture_logs() as logs:
        finds(keys, "old")

    assert logs == [
        {
            "event": "a key set cannot be read",
            "key_set": "https://ehr.example/jwks.json",
            "error": "its host is on fire",
            "log_level": "error",
        }
    ]


def test_a_document_that_is_no_key_set_changes_nothing(keys: KeySet, source: Source, clock: Clock) -> None:
    finds(keys, "old")
    source.document = b"<html>We are moving house</html>"
    clock.now += FRESH

    assert finds(keys, "old") is True
    assert finds(keys, "old") is True
    with pytest.raises(NotAKeySet):
        read_keys(source.document)


def test_the_log_says_which_keys_are_not_used(keys: KeySet, source: Source) -> None:
    source.document = key_set(OLD, {**NEW, "use": "enc"}, jwk(private_key("RS256", "weak", 1024), "weak"))
    with capture_logs() as logs:
        finds(keys, "old")

    assert [(line["event"], line["keys"]) for line in logs] == [
        ("a key is not used", "not for signatures"),
        ("a key is not used", "weak"),
    ]


def at_once(count: int, act: Callable[[], object]) -> tuple[list[threading.Thread], list[object]]:
    """`act` in so many threads, and what came of those that are done."""
    said: list[object] = []
    threads = [threading.Thread(target=lambda: said.append(act())) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, said


def test_many_callers_that_need_the_same_set_share_one_reading(keys: KeySet, source: Source) -> None:
    source.gate.clear()
    threads, said = at_once(CROWD, lambda: keys.find("old") is not None)
    until(lambda: source.read == 1)
    source.gate.set()
    for thread in threads:
        thread.join()

    assert said == [True] * CROWD
    assert source.read == 1


def test_strangers_hold_few_threads_and_none_that_a_known_kid_needs(keys: KeySet, source: Source, clock: Clock) -> None:
    """A flood of unknown kids arrives while the key set's host is slow: four wait, the rest is told to come back."""
    finds(keys, "old")
    clock.now += COOLDOWN
    source.gate.clear()

    def unknown() -> object:
        try:
            return keys.find("nobody-s")
        except KeysUnavailable:
            return "unavailable"

    threads, said = at_once(20, unknown)
    until(lambda: len(said) == 20 - CROWD)
    began = time.monotonic()
    assert all(keys.find("old") is not None for _ in range(100))
    assert time.monotonic() - began < PATIENCE / 2
    assert said == ["unavailable"] * (20 - CROWD)
    source.gate.set()
    for thread in threads:
        thread.join()

    assert said[20 - CROWD :] == [None] * CROWD
    assert source.read == 2


def test_a_reading_that_hangs_keeps_its_caller_two_seconds_and_the_next_one_not_at_all(
    keys: KeySet, source: Source
) -> None:
    source.gate.clear()
    began = time.monotonic()
    with pytest.raises(KeysUnavailable):
        keys.find("old")
    first = time.monotonic() - began
    with pytest.raises(KeysUnavailable):
        keys.find("old")
    both = time.monotonic() - began
    source.gate.set()
    until(lambda: is_idle(keys))

    assert PATIENCE * 0.9 < first < PATIENCE + 3
    assert both - first < PATIENCE / 2
    assert finds(keys, "old") is True
    assert source.read == 1


def test_sets_can_be_read_before_the_first_caller_comes(keys: KeySet, source: Source) -> None:
    reading = keys.prepare()
    assert reading is not None
    reading.wait()
    until(lambda: is_idle(keys))

    assert keys.prepare() is None
    assert finds(keys, "old") is True
    assert finds(keys, "nobody-s") is False  # read so short a time ago that nobody waits for another look
    assert source.read == 1


def test_a_host_that_starts_a_moment_after_us_is_asked_again_by_the_first_caller(keys: KeySet, source: Source) -> None:
    source.fails = True
    reading = keys.prepare()
    assert reading is not None
    reading.wait()
    until(lambda: is_idle(keys))
    source.fails = False

    assert finds(keys, "old") is True
    assert source.read == 2
