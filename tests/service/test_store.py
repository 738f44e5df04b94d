"""The contract of the database: the same questions and answers over SQLite and PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from service.errors import ConfigError
from service.feedback import Reason
from service.store import Store
from tests.service.memory import NOW, answered, card, item


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def test_times_are_kept_in_utc(store: Store) -> None:
    at = datetime(2026, 3, 10, 8, tzinfo=timezone(timedelta(hours=-5)))

    store.record_call(answered(at=at), [card(1, at=at)])
    store.record_feedback([item(1, at=at)], site="here", received=at)

    in_utc = datetime(2026, 3, 10, 13)  # noqa: DTZ001 - as a database keeps it
    (row,) = store.feedback()
    assert store.cards()[0]["at"] == store.calls()[0]["at"] == row["outcome_at"] == row["received"] == in_utc


@pytest.mark.parametrize("at", [datetime.min, datetime.max])  # noqa: DTZ901 - the ends of the calendar
def test_a_client_s_time_at_the_end_of_the_calendar_is_no_crash(store: Store, at: datetime) -> None:
    for hours in (-14, 14):
        zoned = at.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
        assert store.record_feedback([item(1, at=zoned)], site="here", received=NOW) == 1


def test_a_patient_is_the_same_within_a_site_and_another_in_the_next(store: Store) -> None:
    store.record_call(answered(), [card(1), card(2), card(3, site="there"), card(4, patient="p2")])

    hashed = {row["uuid"][-1]: row["patient"] for row in store.cards()}
    assert hashed["1"] == hashed["2"] == store.calls()[0]["patient"]
    assert len({hashed["1"], hashed["3"], hashed["4"], "p1"}) == 4


def test_a_card_of_another_site_is_unknown_here(store: Store) -> None:
    store.record_call(answered(), [card(1)])

    assert store.record_feedback([item(1)], site="here", received=NOW) == 0
    assert store.record_feedback([item(1), item(2)], site="there", received=NOW) == 2


def test_feedback_is_told_with_the_card_that_it_is_about(store: Store) -> None:
    store.record_call(answered(), [card(1)])
    store.record_feedback([item(1, reasons=(Reason("comfort-care", "s"),)), item(2)], site="here", received=NOW)

    known, unknown = store.feedback(site="here", since=NOW)
    assert (known["kind"], known["rules"], known["reasons"]) == (
        "suspected-withdrawal", ["WDR-01"], [{"code": "comfort-care", "system": "s"}],
    )  # fmt: skip
    assert (unknown["kind"], unknown["card_is_known"]) == (None, False)
    assert store.feedback(site="there") == store.feedback(since=NOW + timedelta(seconds=1)) == []


def test_the_audit_row_says_who_asked_what_and_what_was_decided(store: Store) -> None:
    store.record_call(answered(caller="https://ehr.example.org", cards=(card(1).uuid,)), [card(1)])

    (row,) = store.calls()
    assert row["caller"] == "https://ehr.example.org"
    assert row["needs"] == {"Patient": "present"}
    assert row["verdicts"] == {"WDR-01": "card", "ABR-08": "cannot tell"}
    assert row["cards"] == [card(1).uuid]
    assert (row["status"], row["ms"], row["silent"]) == (200, 12, False)
    assert (row["knowledge_version"], row["service_version"]) == ("2026.1", "0.1.0")
    assert "Practitioner" not in str(row)
    assert "p1" not in (row["patient"], row["user"])


def test_a_call_and_its_cards_are_written_together_or_not_at_all(store: Store) -> None:
    store.record_call(answered(), [card(1)])

    with pytest.raises(Exception, match="did not take it"):
        store.record_call(answered(), [card(2), card(1)])  # the second is there already

    assert (len(store.calls()), len(store.cards())) == (1, 1)


def test_a_batch_of_thousands_is_taken(store: Store) -> None:
    assert store.record_feedback([item(number) for number in range(3000)], site="here", received=NOW) == 3000
    assert len(store.feedback()) == 3000


def test_any_text_of_a_client_is_taken(store: Store) -> None:
    odd = "a\0b \N{PILE OF POO} \u202e'); DROP TABLE feedback;--"
    said = item(1, suggestions=(odd,), reasons=(Reason(odd, odd),))

    store.record_feedback([said], site="here", received=NOW)

    (row,) = store.feedback()
    assert row["suggestions"] == [odd]
    assert row["reasons"] == [{"code": odd, "system": odd}]


def test_a_comment_is_kept_only_encrypted(store: Store) -> None:
    items = [item(1, comment="Ada Stubbs fell"), item(2)]

    store.record_feedback(items, site="here", received=NOW)
    store.record_feedback(items, site="here", received=NOW, encrypt=lambda words: words[::-1])

    kept = [(row["comment_kept"], row["comment"]) for row in store.feedback()]
    assert kept == [("dropped", ""), ("none", ""), ("encrypted", "llef sbbutS adA"), ("none", "")]


def in_threads(work: Callable[[int], None], threads: int) -> None:
    """All at once; what one of them raises fails the test."""
    running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def test_many_threads_write_at_once(database_url: str) -> None:
    store = Store(database_url, wait=20)

    def work(number: int) -> None:
        for n in range(20):
            store.record_call(answered(), [card(number * 20 + n)])
            store.record_feedback([item(number * 20 + n)], site="here", received=NOW)

    in_threads(work, 8)

    assert len(store.calls()) == len(store.cards()) == len(store.feedback()) == 160
    assert all(row["card_is_known"] for row in store.feedback())
    store.close()


def test_a_token_is_new_exactly_once(database_url: str) -> None:
    """Over threads, over two nodes, and after a restart."""
    nodes = [Store(database_url, wait=20), Store(database_url, wait=20)]
    first: list[tuple[int, int]] = []

    def work(number: int) -> None:
        for token in range(10):
            if nodes[number % 2].consume_jwt_id("https://ehr.example.org", f"jti-{token}", expires=NOW):
                first.append((token, number))

    in_threads(work, 8)
    for node in nodes:
        node.close()

    assert sorted(token for token, _ in first) == list(range(10))
    again = Store(database_url)
    assert not again.consume_jwt_id("https://ehr.example.org", "jti-3", expires=NOW)
    assert again.consume_jwt_id("https://other.example.org", "jti-3", expires=NOW)
    again.close()


def test_issuer_and_token_do_not_run_into_each_other(store: Store) -> None:
    assert store.consume_jwt_id("ab", "c", expires=NOW)
    assert store.consume_jwt_id("a", "bc", expires=NOW)


def test_what_was_kept_is_there_after_a_restart_with_the_same_hash(database_url: str) -> None:
    for number in (1, 2):
        store = Store(database_url)
        store.record_call(answered(), [card(number)])
        store.close()

    store = Store(database_url)
    assert len(store.cards()) == 2
    assert len({row["patient"] for row in store.cards()}) == 1
    store.close()


def test_when_a_kind_was_last_answered_about_a_patient(store: Store) -> None:
    store.record_call(answered(), [card(1), card(2, patient="p2")])
    store.record_feedback([item(1)], site="here", received=NOW)

    store.record_feedback([item(2)], site="there", received=NOW)  # as if it were a card of its own

    def last(**more: str) -> datetime | None:
        return store.last_answered(**{"kind": "suspected-withdrawal", "site": "here", "patient": "p1", **more})

    assert last() == NOW
    assert last().tzinfo is UTC  # type: ignore[union-attr]
    assert last(patient="p2") is last(site="there") is last(kind="patient-education") is None


def test_a_memory_database_is_shared_by_threads_and_gone_with_its_store() -> None:
    store = Store("sqlite://", wait=20)
    in_threads(lambda number: store.record_call(answered(), [card(number)]), 8)

    assert len(store.cards()) == 8
    store.close()
    assert Store("sqlite://").cards() == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not a url", "not a database URL"),
        ("mysql://localhost/cds", "mysql is not served"),
        ("postgresql+psycopg2://localhost/cds", r"psycopg2 is not served"),
        ("sqlite:///file:cds.sqlite?uri=true", "named by its path"),
        ("sqlite:////nowhere/at/all/cds.sqlite", "cannot be opened"),
        ("postgresql://127.0.0.1:1/cds", "cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_had_is_one_line(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        Store(url)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "cds.sqlite").write_bytes(b"something else" * 100)

    with pytest.raises(ConfigError, match="cannot be opened"):
        Store(f"sqlite:///{tmp_path}/cds.sqlite")
