"""Opening a database: made, taken over, brought to today's tables, refused; by several processes at once."""

import hashlib
import hmac
import secrets
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from service.errors import ConfigError, StoreUnavailable
from service.store import Store, migrate
from service.store.engine import make_engine, writing
from service.store.migrate import revision_of
from service.store.tables import HEAD, metadata
from tests.service.memory import NOW, answered, card, item
from tests.service.processes import ROOT

MIGRATIONS = Path(migrate.__file__).parent / "migrations"

# The tables as the version before there were migrations made them.
BEFORE = """
CREATE TABLE secret (id INTEGER NOT NULL, patient_key VARCHAR(64) NOT NULL, PRIMARY KEY (id));
CREATE TABLE card_shown (uuid VARCHAR(36) NOT NULL, at DATETIME NOT NULL, site VARCHAR(100) NOT NULL,
  hook VARCHAR(40) NOT NULL, patient VARCHAR(64) NOT NULL, "user" VARCHAR(64) NOT NULL, kind VARCHAR(60) NOT NULL,
  indicator VARCHAR(10) NOT NULL, rules JSON NOT NULL, suggestions JSON NOT NULL, silent BOOLEAN NOT NULL,
  PRIMARY KEY (uuid));
CREATE INDEX ix_card_shown_patient ON card_shown (patient);
CREATE TABLE feedback (id INTEGER NOT NULL, received DATETIME NOT NULL, site VARCHAR(100) NOT NULL,
  card VARCHAR(36) NOT NULL, card_is_known BOOLEAN NOT NULL, outcome VARCHAR(20) NOT NULL,
  outcome_at DATETIME NOT NULL, suggestions JSON NOT NULL, reasons JSON NOT NULL, comment TEXT NOT NULL,
  PRIMARY KEY (id));
CREATE INDEX ix_feedback_card ON feedback (card);
INSERT INTO secret VALUES (1, '{key}');
INSERT INTO card_shown VALUES ('00000000-0000-4000-8000-000000000001', '2026-03-10 13:00:00.000000', 'here',
  'patient-view', '{patient}', 'u', 'suspected-withdrawal', 'critical', '["WDR-01"]', '{{}}', 0);
INSERT INTO feedback VALUES (1, '2026-03-10 13:00:00.000000', 'here', '00000000-0000-4000-8000-000000000001', 1,
  'overridden', '2026-03-10 13:00:00.000000', '[]', '[]', 'see note');
INSERT INTO feedback VALUES (2, '2026-03-10 13:00:00.000000', 'here', '00000000-0000-4000-8000-000000000002', 0,
  'overridden', '2026-03-10 13:00:00.000000', '[]', '[]', '');
"""


def differences(url: str) -> list[Any]:
    """Where a database is not as `tables` says."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = list(compare_metadata(MigrationContext.configure(connection), metadata))
        assert revision_of(connection) == HEAD
    engine.dispose()
    return found


def from_before(url: str) -> str:
    """An SQLite database of the version before migrations, which knew no other; the hash of its patient p1."""
    engine = make_engine(url)
    key = secrets.token_hex(32)
    patient = hashed(key)
    script = BEFORE.format(key=key, patient=patient)
    with writing(engine).begin() as connection:
        for statement in script.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
    return patient


def hashed(key: str) -> str:
    return hmac.new(bytes.fromhex(key), b"here\0p1", hashlib.sha256).hexdigest()


def test_the_newest_revision_is_the_one_that_the_tables_name() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_the_migrations_make_the_tables_that_are_used(database_url: str) -> None:
    Store(database_url).close()

    assert differences(database_url) == []


def test_a_database_of_before_there_were_migrations_is_taken_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/cds.sqlite"
    patient = from_before(url)

    store = Store(url)

    store.record_call(answered(), [card(3)])
    assert {row["patient"] for row in store.cards()} == {patient}  # the old row and the new one: the same key
    assert [(row["comment"], row["comment_kept"]) for row in store.feedback()] == [("see note", "plain"), ("", "none")]
    assert store.record_feedback([item(1)], site="here", received=NOW) == 0
    store.close()
    assert differences(url) == []


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    Store(database_url).close()
    engine = make_engine(database_url)
    with writing(engine).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(ConfigError, match="of a newer version of this service"):
        Store(database_url)


def tables_of(url: str) -> list[str]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = sorted(sa.inspect(connection).get_table_names())
    engine.dispose()
    return found


@pytest.fixture(params=["new", "taken over"])
def database_to_open(request: pytest.FixtureRequest, database_url: str) -> str:
    if request.param == "taken over" and "sqlite" in database_url:
        from_before(database_url)
    return database_url


def test_a_migration_that_fails_leaves_everything_as_it_was(
    database_to_open: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tables_of(database_to_open)

    def fails(_connection: sa.Connection, _key: str) -> None:
        raise OperationalError("", None, Exception())

    with monkeypatch.context() as patched:
        patched.setattr(migrate, "settle_key", fails)
        with pytest.raises(ConfigError):
            Store(database_to_open)

    assert tables_of(database_to_open) == before
    Store(database_to_open).close()


RACE = """
    import sys
    from service.store import Store
    from tests.service.memory import answered, card

    print("up", flush=True)
    sys.stdin.readline()
    number = int(sys.argv[2])
    store = Store(sys.argv[1], wait=20)
    store.record_call(answered(), [card(number)])
    store.close()
"""


def test_several_processes_may_open_it_at_once(database_to_open: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", textwrap.dedent(RACE), database_to_open, str(10 + number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for number in range(6)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
    for process in processes:  # each now opens the database
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors

    store = Store(database_to_open)
    assert len(store.cards()) in (6, 7)  # and the one from before
    assert len({row["patient"] for row in store.cards()}) == 1  # all with the same key
    store.close()


# -- the key that patients are hashed with


def test_a_key_from_the_environment_is_nowhere_in_the_database(tmp_path: Path) -> None:
    key = secrets.token_hex(32)
    store = Store(f"sqlite:///{tmp_path}/cds.sqlite", patient_key=key)
    store.record_call(answered(), [card(1)])

    assert store.cards()[0]["patient"] == hashed(key)
    store.close()
    assert all(key.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_another_key_or_none_is_refused(database_url: str) -> None:
    Store(database_url, patient_key=secrets.token_hex(32)).close()

    with pytest.raises(ConfigError, match="another key"):
        Store(database_url, patient_key=secrets.token_hex(32))
    with pytest.raises(ConfigError, match="is missing"):
        Store(database_url)


def test_the_database_s_own_key_can_be_moved_out_of_it(database_url: str) -> None:
    store = Store(database_url)
    store.record_call(answered(), [card(1)])
    with store._engine.connect() as connection:
        key = connection.execute(sa.text("SELECT patient_key FROM secret")).scalar_one()
    store.close()

    with pytest.raises(ConfigError, match="its own key"):
        Store(database_url, patient_key=secrets.token_hex(32))
    for _ in range(2):
        store = Store(database_url, patient_key=key)
        assert store.cards()[0]["patient"] == hashed(key)
        with store._engine.connect() as connection:
            assert connection.execute(sa.text("SELECT patient_key FROM secret")).scalar_one() == ""
        store.close()


def test_behind_a_new_connection_another_database_is_noticed(tmp_path: Path) -> None:
    """A restored backup brings its own key with it; one whose key is not at hand takes nothing."""
    for name, key in (("ours", secrets.token_hex(32)), ("other", secrets.token_hex(32))):
        Store(f"sqlite:///{tmp_path}/{name}.sqlite", patient_key=key).close()
        if name == "ours":
            store = Store(f"sqlite:///{tmp_path}/ours.sqlite", patient_key=key)
    (tmp_path / "other.sqlite").replace(tmp_path / "ours.sqlite")

    with pytest.raises(StoreUnavailable, match="another patient key"):
        store.record_call(answered())
    store.close()
