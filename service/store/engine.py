"""How a database is reached: SQLite in a file, in memory, or PostgreSQL. Bounded waits, whole transactions, and no
connection to what is not there any more.

SQLite: a file in write-ahead mode, so that a writer does not block readers. A transaction that will write takes the
write lock when it begins (BEGIN IMMEDIATE): one that reads first and asks for the lock later would fail at once where
another has written in between, however long it is ready to wait.

How sure a commit is (`durable`): the commit of feedback waits for the disk (synchronous=FULL), for an EHR that got its
2xx will not send it again. Audit rows, cards shown and tokens used up are written to the operating system
(synchronous=NORMAL): the end of a process, kill -9 too, loses nothing of them; a power cut may take the last moments,
and with the next feedback they are on the disk as well. PostgreSQL waits for its disk by its own setting.
"""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from service.errors import ConfigError

NAME = "BACLOFEN_CDS_DATABASE_URL"
WAIT = 1.0  # seconds for a lock: a call has a deadline to keep
_CONNECT = 2  # seconds to reach PostgreSQL, the least that its driver takes
_CONNECTIONS = 10  # kept a process; as many again, twice, where all are busy
_SQLITE_NAMES = ("", ":memory:", None)
_POSTGRESQL = {
    "connect_timeout": _CONNECT,
    "tcp_user_timeout": 2000,  # ms that what was sent may stay unacknowledged: a host that vanished
    "keepalives_idle": 5,  # seconds
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "application_name": "baclofen-cds",
}


def make_engine(url: str, *, wait: float = WAIT) -> sa.Engine:
    """An engine for this URL; nothing is opened. `wait`: seconds for a lock. `ConfigError` for what is not served."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed, wait)
    return _sqlite(parsed, wait)


def writing(engine: sa.Engine, *, durable: bool = False) -> sa.Engine:
    """The same connections, for transactions that write."""
    return engine.execution_options(writes=True, durable=durable)


def waiting(engine: sa.Engine, seconds: float) -> sa.Engine:
    """The same connections, for transactions that wait so long for a lock."""
    return engine.execution_options(lock_wait=seconds)


def is_memory(engine: sa.Engine) -> bool:
    """Whether all is gone when the process ends."""
    return engine.dialect.name == "sqlite" and engine.url.database in _SQLITE_NAMES


def place(url: str) -> str:
    """Where a database is, in words for the operator: never a password."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        path = file_of(parsed)
        return f"the SQLite file {path}" if path else "in memory"
    return f"PostgreSQL at {parsed.host or 'this machine'}, database {parsed.database or parsed.username}"


def cannot_be_made(url: str) -> str:
    """Why no database could be made there, "" if nothing is known against it; makes and opens nothing."""
    path = file_of(_parsed(url))
    if path is None or path.exists():
        return ""
    if not path.parent.is_dir():
        return f"there is no directory {path.parent}"
    return "" if os.access(path.parent, os.W_OK | os.X_OK) else f"the directory {path.parent} cannot be written to"


def file_of(url: sa.URL) -> Path | None:
    """The file of a SQLite database, from the working directory; None of any other."""
    if url.get_backend_name() != "sqlite" or url.database in _SQLITE_NAMES:
        return None
    return Path(str(url.database)).absolute()


def told(error: SQLAlchemyError, *, at_start: bool = False) -> str:
    """The kind of failure. Never the statement, for its parameters are data; a host's name only to the operator."""
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.OperationalError):
        return str(cause)
    if at_start and isinstance(error, OperationalError):
        return " ".join(str(cause).split())
    return type(cause or error).__name__


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise ConfigError(f"{NAME} is not a database URL such as sqlite:////var/lib/cds.sqlite") from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ConfigError(f"{NAME}: {parsed.drivername} is not served; sqlite:/// and postgresql:// are")
    if parsed.get_backend_name() == "sqlite" and str(parsed.database or "").startswith("file:"):
        raise ConfigError(f"{NAME}: SQLite is named by its path, sqlite:////var/lib/cds.sqlite, not by a file: URI")
    return parsed


def _make(parsed: sa.URL, **more: Any) -> sa.Engine:
    try:
        return sa.create_engine(
            parsed,
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
            pool_reset_on_return="rollback",
            pool_timeout=WAIT * 2,
            **more,
        )
    except (ArgumentError, NoSuchModuleError, TypeError, ValueError) as error:
        raise ConfigError(f"{NAME}: {type(error).__name__}: not a usable database URL") from None


def _postgresql(parsed: sa.URL, wait: float) -> sa.Engine:
    milliseconds = int(wait * 1000)  # for a lock; a statement may take as long again to do its work
    bounded = f"-c lock_timeout={milliseconds} -c statement_timeout={2 * milliseconds} -c timezone=UTC"
    wanted = {**_POSTGRESQL, "options": bounded}
    engine = _make(
        parsed,
        connect_args={name: value for name, value in wanted.items() if name not in parsed.query},
        pool_size=_CONNECTIONS,
        max_overflow=2 * _CONNECTIONS,
        pool_pre_ping=True,  # a server that was restarted is noticed before a statement is lost to it
    )
    sa.event.listen(engine, "do_connect", lambda *asked: _connect_postgresql(*asked, wait=wait))
    sa.event.listen(engine, "begin", lambda connection: _begin_postgresql(connection, wait))
    return engine


def _sqlite(parsed: sa.URL, wait: float) -> sa.Engine:
    in_memory = parsed.database in _SQLITE_NAMES
    engine = _make(
        parsed,
        # Without isolation_level the driver begins nothing by itself: see _begin.
        connect_args={"timeout": wait, "check_same_thread": False, "isolation_level": None},
        poolclass=QueuePool,
        # A memory database lives in its one connection, which one thread at a time may have.
        pool_size=1 if in_memory else _CONNECTIONS,
        max_overflow=0 if in_memory else 2 * _CONNECTIONS,
    )
    sa.event.listen(engine, "connect", lambda connection, record: _tune(connection, record, wait))
    sa.event.listen(engine, "begin", lambda connection: _begin_sqlite(connection, wait))
    if not in_memory:
        sa.event.listen(engine, "connect", _note_file(str(parsed.database)))
        sa.event.listen(engine, "checkout", _check_file(str(parsed.database)))
    return engine


def never_make_a_new_file(engine: sa.Engine) -> None:
    """From now on a file that is missing is a failure: an empty database in its place would look like no memory."""
    path = file_of(engine.url)
    if path is None:
        return

    def refuse(_dialect: Any, _record: Any, _arguments: Any, _named: Any) -> None:
        if not path.exists():
            raise sqlite3.OperationalError("the database file is gone")

    sa.event.listen(engine, "do_connect", refuse)


def _tune(connection: sqlite3.Connection, _record: Any, wait: float) -> None:
    """Write-ahead mode stays with the file. Where several processes turn it on at once SQLite itself does not wait."""
    ends = time.monotonic() + wait
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
                return  # a file system without shared memory: its own journal, slower
        except sqlite3.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.01)


def _connect_postgresql(_dialect: Any, _record: Any, arguments: Any, named: Any, *, wait: float) -> Any:
    from service.store.postgresql import ImpatientConnection

    connection = ImpatientConnection.connect(*arguments, **named)
    connection.answer_within = _answer_within(wait)
    return connection


def _answer_within(wait: float) -> float:
    """Seconds: longer than the server itself takes to give up a statement."""
    return 2 * wait + 0.5


def _begin_postgresql(connection: sa.Connection, wait: float) -> None:
    seconds = connection.get_execution_options().get("lock_wait")
    driver: Any = connection.connection.dbapi_connection
    driver.answer_within = _answer_within(wait if seconds is None else seconds)
    if seconds is not None:
        milliseconds = int(seconds * 1000)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {2 * milliseconds}")


def _begin_sqlite(connection: sa.Connection, wait: float) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(options.get('lock_wait', wait) * 1000)}")
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('durable') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _identity(path: str) -> tuple[int, int] | None:
    """Which file this path names; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - on every checkout, and twice as quick as Path.stat
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _note_file(path: str) -> Any:
    def note(_connection: Any, record: Any) -> None:
        record.info["file"] = _identity(path)

    return note


def _check_file(path: str) -> Any:
    """An open file lives on when its name is gone or another's: what is written there is lost when the process ends."""

    def check(_connection: Any, record: Any, _proxy: Any) -> None:
        now = _identity(path)
        if now is None or now != record.info.get("file"):
            raise DisconnectionError("the database file is gone, or another")

    return check
