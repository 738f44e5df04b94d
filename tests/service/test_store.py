"""The database: what is kept, and how it fails."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from service.errors import ConfigError, StoreUnavailable
from service.feedback import FeedbackItem
from service.store import CardShown, Store

AT = datetime(2026, 3, 10, 8, tzinfo=timezone(timedelta(hours=-5)))


def card(number: int, **more: object) -> CardShown:
    values = {
        "uuid": f"00000000-0000-4000-8000-{number:012d}", "at": AT, "site": "here", "hook": "patient-view",
        "patient": "p1", "user": "Practitioner/1", "kind": "suspected-withdrawal", "indicator": "critical",
        "rules": ("WDR-01",), "suggestions": {},
    }  # fmt: skip
    return CardShown(**values | more)  # type: ignore[arg-type]


def item(number: int) -> FeedbackItem:
    return FeedbackItem(card=card(number).uuid, outcome="overridden", at=AT)


@pytest.fixture(params=["memory", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path}/cds.sqlite"


def test_times_are_kept_in_utc(url: str) -> None:
    store = Store(url)

    store.record_cards([card(1)])

    assert store.cards()[0]["at"] == datetime(2026, 3, 10, 13)  # noqa: DTZ001 - as a database keeps it
    store.close()


def test_a_patient_is_the_same_within_a_site_and_another_in_the_next(url: str) -> None:
    store = Store(url)

    store.record_cards([card(1), card(2), card(3, site="there"), card(4, patient="p2")])

    first, second, elsewhere, other = (row["patient"] for row in store.cards())
    assert first == second
    assert len({first, elsewhere, other, "p1"}) == 4
    store.close()


def test_a_card_of_another_site_is_unknown_here(url: str) -> None:
    store = Store(url)
    store.record_cards([card(1)])

    assert store.record_feedback([item(1)], site="here", received=AT) == 0
    assert store.record_feedback([item(1), item(2)], site="there", received=AT) == 2
    store.close()


def test_a_batch_of_thousands_is_taken(url: str) -> None:
    store = Store(url)

    assert store.record_feedback([item(number) for number in range(3000)], site="here", received=AT) == 3000
    store.close()


def test_many_threads_write_at_once(url: str) -> None:
    store = Store(url)
    threads = [
        threading.Thread(target=lambda base=base: [store.record_cards([card(base + n)]) for n in range(20)])
        for base in range(0, 160, 20)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(store.cards()) == 160
    store.close()


def test_what_was_kept_is_there_after_a_restart_with_the_same_hash(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/cds.sqlite"
    for number in (1, 2):
        store = Store(url)
        store.record_cards([card(number)])
        store.close()

    store = Store(url)
    assert len({row["patient"] for row in store.cards()}) == 1
    store.close()


def test_a_full_disk_is_said_without_the_row(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/cds.sqlite")
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(StoreUnavailable) as caught:
        store.record_cards([card(number, kind="k" * 50) for number in range(2000)])

    assert "full" in caught.value.message
    assert "Practitioner" not in caught.value.message
    store.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not a url", "not a database URL"),
        ("postgresql://localhost/cds", "postgresql is not served"),
        ("sqlite:////nowhere/at/all/cds.sqlite", "cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_had_is_one_line(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Store(url)


def test_utc_moments_stay_as_they_are(url: str) -> None:
    store = Store(url)

    store.record_feedback([item(1)], site="here", received=datetime(2026, 3, 10, 8, tzinfo=UTC))

    assert store.feedback()[0]["received"].hour == 8
    store.close()
