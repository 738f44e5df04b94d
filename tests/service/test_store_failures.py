"""A database that is full, locked or gone: nothing is acknowledged, cards go out all the same, and it comes back."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import g
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from cards.hooks import PATIENT_VIEW
from service import build_app
from service.errors import StoreUnavailable
from service.store import Store
from tests.postgres.server import Postgres
from tests.service.kit import hook_request, parts_with, post, told
from tests.service.memory import NOW, answered, card, item

FEEDBACK = {"feedback": [{"card": card(1).uuid, "outcome": "overridden", "outcomeTimestamp": "2026-03-10T08:00:00Z"}]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "cds.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process is writing, and takes its time."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def moved_away(path: Path) -> Iterator[None]:
    """The volume is gone, and later there again."""
    path.parent.rename(path.parent.with_name("elsewhere"))
    yield
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.with_name("elsewhere").rename(path.parent)


@contextmanager
def full(path: Path) -> Iterator[None]:
    """No page more than there are; of every connection, as a full disk is."""
    with closing(sqlite3.connect(path)) as other:
        (pages,) = other.execute("PRAGMA page_count").fetchone()

    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    sa.event.listen(sa.pool.Pool, "connect", limit)
    yield
    sa.event.remove(sa.pool.Pool, "connect", limit)


def fill(store: Store) -> None:
    for number in range(2000):
        store.record_feedback([item(number)] * 100, site="here", received=NOW)


def test_a_full_disk_is_said_without_the_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    Store(f"sqlite:///{path}").close()
    with full(path):
        store = Store(f"sqlite:///{path}")
        with pytest.raises(StoreUnavailable, match="full") as caught:
            fill(store)
        with pytest.raises(StoreUnavailable, match="full") as of_call:
            store.record_call(answered(), [card(number, kind="k" * 50) for number in range(2000)])
        before = len(store.feedback())
        store.close()

    assert "Practitioner" not in caught.value.message + of_call.value.message
    store = Store(f"sqlite:///{path}")  # there is room again
    store.record_feedback([item(1)], site="here", received=NOW)
    assert len(store.feedback()) == before + 1
    assert before % 100 == 0  # no half batch
    assert store.calls() == store.cards() == []
    store.close()


def test_locked_is_said_within_the_wait_and_over_when_it_is_over(store: Store, path: Path) -> None:
    with locked(path):
        for write in (
            lambda: store.record_feedback([item(1)], site="here", received=NOW),
            lambda: store.consume_jwt_id("issuer", "jti", expires=NOW),
        ):
            with pytest.raises(StoreUnavailable, match="locked"):
                write()
        assert store.feedback() == []  # reading goes on

    store.record_feedback([item(1)], site="here", received=NOW)
    assert store.consume_jwt_id("issuer", "jti", expires=NOW)


def test_a_call_waits_for_a_locked_database_once_and_the_next_calls_do_not(store: Store, path: Path) -> None:
    with locked(path):
        with pytest.raises(StoreUnavailable, match="locked"):
            store.record_call(answered())
        began = time.monotonic()
        for _ in range(20):
            with pytest.raises(StoreUnavailable, match="moments ago"):
                store.record_call(answered())
        assert time.monotonic() - began < 0.5

    store._rests_until = 0.0  # a moment later
    store.record_call(answered())


PATIENT = 20.0  # seconds that these wait for a lock, so that no slow machine can be taken for a short wait


@pytest.mark.parametrize("within", [-1.0, 0.0, 0.1])
def test_a_call_at_its_deadline_hardly_waits_for_a_lock(path: Path, within: float) -> None:
    """Its FHIR server took the time; the cards must not wait for the audit row as well."""
    store = Store(f"sqlite:///{path}", wait=PATIENT)
    with locked(path):
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="locked"):
            store.record_call(answered(), within=within)
        assert 0.2 <= time.monotonic() - began < PATIENT / 2

    store._rests_until = 0.0
    store.record_call(answered(), within=within)
    assert len(store.calls()) == 1
    store.close()


def test_the_next_transaction_on_that_connection_waits_as_ever(path: Path) -> None:
    store = Store(f"sqlite:///{path}", wait=1.0)
    store.record_call(answered(), within=0.0)
    with locked(path):
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="locked"):
            store.record_feedback([item(1)], site="here", received=NOW)
        assert time.monotonic() - began >= 0.9
    store._rests_until = 0.0
    store.record_call(answered(), within=0.0)
    with store._begin() as connection:  # reading, too
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 1000
    store.close()


def test_who_writes_waits_for_the_writer_of_its_own_process_no_longer_than_the_call(path: Path) -> None:
    """And who reads does not wait."""
    store = Store(f"sqlite:///{path}", wait=PATIENT)
    with store._begin(store._writing):
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="other calls were writing"):
            store.record_call(answered(), within=0.0)
        assert 0.2 <= time.monotonic() - began < PATIENT / 2
        assert store.calls() == []

    store._rests_until = 0.0
    store.record_call(answered(), within=0.0)
    assert len(store.calls()) == 1
    store.close()


def test_postgresql_waits_for_a_lock_no_longer_than_the_call(postgres: Postgres) -> None:
    url = postgres.new_database("call_at_its_deadline")
    store = Store(url, wait=PATIENT)
    other = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with other.begin() as holding:
        holding.execute(sa.text("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE"))
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.record_call(answered(), within=0.0)
        assert 0.2 <= time.monotonic() - began < PATIENT / 2
    other.dispose()
    store._rests_until = 0.0
    store.record_call(answered(), within=0.0)
    assert len(store.calls()) == 1
    store.close()


def test_a_file_that_is_gone_takes_nothing_and_is_not_begun_anew(store: Store, path: Path) -> None:
    """Its open file would live on without a name, and what was acknowledged would be lost with the process."""
    store.record_feedback([item(1)], site="here", received=NOW)
    with moved_away(path):
        path.parent.mkdir()  # the empty place where a volume was
        with pytest.raises(StoreUnavailable, match="gone"):
            store.record_feedback([item(2)], site="here", received=NOW)
        with pytest.raises(StoreUnavailable, match="gone"):
            store.check()
        assert list(path.parent.iterdir()) == []

    store.record_feedback([item(3)], site="here", received=NOW)
    assert [row["card"][-1] for row in store.feedback()] == ["1", "3"]


def test_a_file_that_was_put_in_place_of_ours_is_used(store: Store, path: Path) -> None:
    """A backup that is restored while the service runs."""
    store.record_feedback([item(1)], site="here", received=NOW)
    with closing(sqlite3.connect(path)) as ours, closing(sqlite3.connect(path.with_name("backup"))) as backup:
        ours.backup(backup)
        backup.execute("PRAGMA journal_mode=WAL")
    store.record_feedback([item(2)], site="here", received=NOW)
    path.with_name("backup").replace(path)
    for name in ("cds.sqlite-wal", "cds.sqlite-shm"):
        path.with_name(name).unlink(missing_ok=True)

    store.record_feedback([item(3)], site="here", received=NOW)

    assert [row["card"][-1] for row in store.feedback()] == ["1", "3"]


def test_postgresql_that_stands_still_is_given_up_and_found_again(postgres: Postgres) -> None:
    """Its host answers for it, so no timeout of the network's ends the wait."""
    store = Store(postgres.new_database("frozen"))
    store.record_feedback([item(1)], site="here", received=NOW)

    with postgres.frozen():
        for ask in (
            lambda: store.record_feedback([item(2)], site="here", received=NOW),
            lambda: store.consume_jwt_id("issuer", "jti", expires=NOW),
            lambda: store.record_call(answered()),
            store.check,
        ):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                ask()
            assert time.monotonic() - began < 20  # for ever, else

    store._rests_until = 0.0
    store.record_feedback([item(3)], site="here", received=NOW)
    assert [row["card"][-1] for row in store.feedback()] == ["1", "3"]
    store.close()


def test_postgresql_that_was_restarted_is_noticed_at_once(postgres: Postgres) -> None:
    store = Store(postgres.new_database("restarted"))
    store.record_feedback([item(1)], site="here", received=NOW)

    postgres.stop()
    try:
        with pytest.raises(StoreUnavailable):
            store.record_feedback([item(2)], site="here", received=NOW)
        with pytest.raises(StoreUnavailable):
            store.consume_jwt_id("issuer", "jti", expires=NOW)
        with pytest.raises(StoreUnavailable) as caught:
            store.record_call(answered())
        assert "127.0.0.1" not in caught.value.message
    finally:
        postgres.start()

    store.record_feedback([item(3)], site="here", received=NOW)
    assert store.consume_jwt_id("issuer", "jti", expires=NOW)
    store._rests_until = 0.0
    store.record_call(answered())
    assert [row["card"][-1] for row in store.feedback()] == ["1", "3"]
    store.close()


def test_a_row_that_is_locked_in_postgresql_is_not_waited_for_long(postgres: Postgres) -> None:
    url = postgres.new_database("locked")
    with closing(Store(url)) as store, closing(Store(url)) as other:
        with other._engine.begin() as connection:
            connection.execute(sa.text("LOCK TABLE feedback IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(StoreUnavailable, match="LockNotAvailable"):
                store.record_feedback([item(1)], site="here", received=NOW)

        assert store.record_feedback([item(1)], site="here", received=NOW) == 1


# -- over HTTP


def feedback(client: FlaskClient) -> Any:
    return client.post(
        "/cds-services/baclofen-patient-view/feedback", data=json.dumps(FEEDBACK), content_type="application/json"
    )


@pytest.mark.parametrize("trouble", [locked, moved_away], ids=["locked", "gone"])
def test_cards_go_out_with_an_alarm_and_feedback_is_refused(store: Store, path: Path, trouble: Any) -> None:
    app = build_app(parts_with(store=store))
    alarms = []

    @app.after_request
    def note(response: Any) -> Any:
        alarms.append(g.get("store_failed", False))
        return response

    client = app.test_client()
    with trouble(path), capture_logs() as lines:
        answer = post(client, PATIENT_VIEW, hook_request(PATIENT_VIEW))
        assert (answer.status_code, len(answer.json["cards"])) == (200, 1)
        assert "database" in lines[-1]["warning"]
        assert lines[-1]["log_level"] == "error"

        refused = feedback(client)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert "send it again" in told(refused)

    assert feedback(client).status_code == 200
    assert alarms[0] is True
    assert len(store.feedback()) == 1


def test_a_call_that_was_refused_leaves_a_row_too(store: Store) -> None:
    client = build_app(parts_with(store=store, missing_data="412")).test_client()

    refused = post(client, PATIENT_VIEW, hook_request(PATIENT_VIEW, prefetch={}))
    unread = post(client, PATIENT_VIEW, b"{}")

    assert (refused.status_code, unread.status_code) == (412, 422)
    (row,) = store.calls()  # of the one that reached a decision
    assert (row["status"], row["cards"], row["hook"]) == (412, [], "patient-view")
    assert set(row["needs"].values()) == {"not provided"}
    assert row["verdicts"] == {"ABR-01": "quiet"}


def test_the_audit_row_names_the_cards_that_went_out(store: Store) -> None:
    client = build_app(parts_with(store=store)).test_client()

    (shown,) = post(client, PATIENT_VIEW, hook_request(PATIENT_VIEW)).json["cards"]

    (row,) = store.calls()
    assert (row["status"], row["cards"]) == (200, [shown["uuid"]])
    assert row["ms"] >= 0
    assert "baclofen 10 mg" not in str(row)
