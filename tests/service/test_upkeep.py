"""What is forgotten and when, and how a pharmacist reads what clinicians answered."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import SecretStr

from service.comments import Comments
from service.config import Config
from service.errors import ConfigError
from service.feedback import Reason
from service.sites import site_from_table
from service.store import Store, retention
from tests.postgres.server import Postgres
from tests.service.memory import NOW, answered, card, item
from tests.service.processes import run

COMMENT = "Ada Stubbs: \x1b[31mcall [bold]the pump team"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def remember(store: Store, number: int, *, site: str = "here", at: datetime) -> None:
    """A call with a card, and feedback on it."""
    store.record_call(answered(site=site, at=at), [card(number, site=site, at=at)])
    store.record_feedback([item(number)], site=site, received=at)


def test_a_site_forgets_what_is_older_than_it_keeps_and_nothing_else(store: Store) -> None:
    remember(store, 1, at=NOW - timedelta(days=31))
    remember(store, 2, at=NOW - timedelta(days=29))
    remember(store, 3, at=NOW - timedelta(days=31), site="there")

    would = store.prune(site="here", keep_days=30, now=NOW, dry_run=True)
    assert would == {"feedback": 1, "card_shown": 1, "audit": 1}
    assert len(store.calls()) == 3

    assert store.prune(site="here", keep_days=30, now=NOW) == would
    assert {row["uuid"][-1] for row in store.cards()} == {"2", "3"}
    assert [row["card"][-1] for row in store.feedback()] == ["2", "3"]
    assert len(store.calls()) == 2


def test_tokens_are_forgotten_when_nobody_can_use_them_any_more(store: Store) -> None:
    store.consume_jwt_id("issuer", "old", expires=NOW - timedelta(hours=2))
    store.consume_jwt_id("issuer", "new", expires=NOW)

    assert store.prune_tokens(now=NOW, dry_run=True) == store.prune_tokens(now=NOW) == 1
    assert not store.consume_jwt_id("issuer", "new", expires=NOW)
    assert store.consume_jwt_id("issuer", "old", expires=NOW - timedelta(hours=2))


def test_it_is_removed_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 4)
    store.record_feedback([item(number) for number in range(10)], site="here", received=NOW - timedelta(days=3))

    assert store.prune(site="here", keep_days=2, now=NOW)["feedback"] == 10
    assert store.feedback() == []


# -- the commands


def settings(directory: Path, database_url: str, *lines: str, **more: str) -> dict[str, str]:
    sites = directory / "sites.toml"
    sites.write_text("\n".join(["[sites.here]", 'trust = "none"', *lines]), "utf-8")
    return {"SITES": str(sites), "DATABASE_URL": database_url, **more}


def test_prune_says_what_it_removes_of_which_table_and_site(tmp_path: Path, database_url: str) -> None:
    with closing(Store(database_url)) as store:
        remember(store, 1, at=datetime.now(UTC) - timedelta(days=401))
        remember(store, 2, at=datetime.now(UTC) - timedelta(days=399))
        store.consume_jwt_id("issuer", "jti", expires=NOW)
    kept = settings(tmp_path, database_url, "keep_days = 400")

    dry = run("prune", "--dry-run", **kept)
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "here: audit: 1 older than 400 days would be removed" in dry.stdout

    done = run("prune", "--site", "here", **kept)
    assert done.stdout.splitlines() == [
        "here: feedback: 1 older than 400 days removed",
        "here: card_shown: 1 older than 400 days removed",
        "here: audit: 1 older than 400 days removed",
        "tokens used up: 1 that ran out removed",
    ]
    with closing(Store(database_url)) as store:
        assert len(store.calls()) == len(store.cards()) == len(store.feedback()) == 1


def test_prune_keeps_everything_where_a_site_says_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/cds.sqlite"
    with closing(Store(url)) as store:
        remember(store, 1, at=NOW - timedelta(days=9999))

    told = run("prune", **settings(tmp_path, url)).stdout
    assert "here: everything is kept" in told
    assert "audit" not in told


def test_an_unknown_site_is_one_line(tmp_path: Path) -> None:
    for command in (["prune", "--site", "there"], ["feedback", "--site", "there"]):
        ended = run(*command, **settings(tmp_path, f"sqlite:///{tmp_path}/cds.sqlite"))
        assert (ended.returncode, ended.stderr) == (2, "error: no site 'there' in the sites file; there are here\n")


@pytest.mark.parametrize("command", [["prune"], ["prune", "--dry-run"], ["feedback", "--site", "here"]])
def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, command: list[str]) -> None:
    """A path with a slip in it would look like a hospital that never answered a card."""
    missing = tmp_path / "cds.sqlite"
    empty = tmp_path / "empty.sqlite"
    with closing(sqlite3.connect(empty)) as connection:
        connection.execute("CREATE TABLE of_something_else (x)")

    no_bytes = tmp_path / "no-bytes.sqlite"
    no_bytes.touch()
    for path in (missing, empty, no_bytes):
        ended = run(*command, **settings(tmp_path, f"sqlite:///{path}"))
        told = f"error: the SQLite file {path}: nothing of this service is there; BACLOFEN_CDS_DATABASE_URL must name "
        assert ended.returncode == 2
        assert ended.stderr.startswith(told)
    assert not missing.exists()
    assert no_bytes.stat().st_size == 0
    with closing(sqlite3.connect(empty)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("of_something_else",)]


def test_nor_are_tables_in_a_postgresql_database_of_others(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database("of_somebody_else")
    ended = run("feedback", "--site", "here", **settings(tmp_path, url))

    assert ended.returncode == 2
    assert "database of_somebody_else: nothing of this service is there" in ended.stderr
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_feedback_is_listed_with_its_comments(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/cds.sqlite"
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    with closing(Store(url)) as store:
        store.record_call(answered(), [card(1)])
        said = item(1, reasons=(Reason("comfort-care", "s"),), comment=COMMENT)
        for key in (old, new, Fernet.generate_key().decode()):  # the last one is lost
            store.record_feedback([said], site="here", received=NOW, encrypt=Comments(SecretStr(key)).encrypt)
        store.record_feedback([said, item(2)], site="here", received=NOW)
    kept = settings(tmp_path, url, 'comments = "encrypted"', COMMENT_KEY=f"{new}, {old}")

    found = json.loads(run("feedback", "--site", "here", "--format", "json", **kept).stdout)
    assert [row["comment"] for row in found] == [
        COMMENT, COMMENT, "(encrypted with a key that is not at hand)", "(there was one, not kept)", "",
    ]  # fmt: skip
    assert found[0]["kind"] == "suspected-withdrawal"
    assert found[0]["reasons"] == [{"code": "comfort-care", "system": "s"}]
    assert (found[4]["kind"], found[4]["rules"]) == ("", [])

    listed = run("feedback", "--site", "here", **kept).stdout
    assert "suspected-withdrawal critical" in listed
    assert "call [bold]the pump team" in listed
    assert "\x1b" not in listed
    later = run("feedback", "--site", "here", "--since", "2026-03-11T00:00:00Z", **kept).stdout
    assert later.strip() == "no feedback"


# -- what a site and an operator may say


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"keep_days": 1}, "keep_days is from 2"),
        ({"keep_days": "400"}, "keep_days"),
        ({"comments": "on"}, "comments = 'on' must be off or encrypted"),
        ({"trust": "none", "comments": "encrypted"}, "needs BACLOFEN_CDS_COMMENT_KEY"),
    ],
)
def test_what_cannot_be_meant_is_one_line(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Config.demo(**table)


def test_a_site_s_name_fits_its_column() -> None:
    with pytest.raises(ConfigError, match="at most 100 characters"):
        site_from_table("x" * 101, {"trust": "none"}, where="here")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COMMENT_KEY", "secret", "must be Fernet keys"),
        ("PATIENT_KEY", "secret", "64 hexadecimal digits"),
        ("PATIENT_KEY", "A" * 64, "64 hexadecimal digits"),
    ],
)
def test_a_key_that_is_none_is_one_line_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    for key, setting in settings(tmp_path, "sqlite://", **{name: value}).items():
        monkeypatch.setenv(f"BACLOFEN_CDS_{key}", setting)

    with pytest.raises(ConfigError, match=words) as caught:
        Config.from_environment()
    assert value not in str(caught.value)


def test_keys_come_out_of_no_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {"COMMENT_KEY": Fernet.generate_key().decode(), "PATIENT_KEY": secrets.token_hex(32)}
    for key, setting in settings(tmp_path, "sqlite://", **keys).items():
        monkeypatch.setenv(f"BACLOFEN_CDS_{key}", setting)

    printed = repr(Config.from_environment())

    assert "sqlite" in printed
    assert not any(key in printed for key in keys.values())


def test_comments_need_a_key() -> None:
    with pytest.raises(ValueError, match="no key"):
        Comments(None).encrypt("x")
    assert Comments(None).decrypt("x") is None
