"""Bring a database to today's tables, once, though several workers and nodes start at the same moment.

All of it is one transaction under a lock: of PostgreSQL an advisory one, of SQLite its write lock. Who comes second
finds nothing left to do; who is killed half-way leaves everything as it was. Tables from before there were migrations
are taken over as they are.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from service.errors import ConfigError, DatabaseNotThere
from service.store.engine import NAME, file_of, is_memory, make_engine, place, told, writing
from service.store.identity import settle_key
from service.store.tables import HEAD, card_shown, metadata

_LOCK = 0xBAC10FE4  # PostgreSQL's advisory lock is a number; any that nobody else uses
_WAIT = 60.0  # seconds for another process that is migrating
_BEFORE_MIGRATIONS = "0001"  # the revision of a database that has tables and no note of a revision


def open_database(engine: sa.Engine, patient_key: str, *, must_exist: bool = False) -> None:
    """Tables and key are there afterwards. `ConfigError` where the database cannot be opened, or is a newer one.

    `must_exist`: a database that has no tables of ours yet is refused (`DatabaseNotThere`), and no file is made.
    """
    path = file_of(engine.url)
    if must_exist and path is not None and not (path.exists() and path.stat().st_size):
        raise _nothing_there(engine)
    opening = engine if is_memory(engine) else make_engine(engine.url.render_as_string(hide_password=False), wait=_WAIT)
    try:
        with writing(opening).begin() as connection:
            if must_exist and not has_tables(connection):
                raise _nothing_there(engine)
            if is_memory(engine):
                metadata.create_all(connection)
            else:
                _bring_up_to_date(connection)
            settle_key(connection, patient_key)
    except SQLAlchemyError as error:
        raise ConfigError(f"the database cannot be opened ({told(error, at_start=True)}); see {NAME}") from None
    finally:
        if opening is not engine:
            opening.dispose()


def _nothing_there(engine: sa.Engine) -> DatabaseNotThere:
    where = place(engine.url.render_as_string(hide_password=False))
    return DatabaseNotThere(f"{where}: nothing of this service is there; {NAME} must name the database that it uses")


def has_tables(connection: sa.Connection) -> bool:
    """Whether this service, of whatever version, has been here."""
    return revision_of(connection) is not None or sa.inspect(connection).has_table(card_shown.name)


def revision_of(connection: sa.Connection) -> str | None:
    """What the database says it is; None where it says nothing."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _bring_up_to_date(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    revision = revision_of(connection)
    if revision != HEAD:
        _migrate(connection, revision)


def _migrate(connection: sa.Connection, revision: str | None) -> None:
    # Imported here: most starts have nothing to migrate, and alembic takes a while to load.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigError(
            f"the database is of a newer version of this service (revision {revision}, known are up to {HEAD}): "
            f"run that version, or restore a backup of before"
        )
    if revision is None and sa.inspect(connection).has_table(card_shown.name):
        command.stamp(config, _BEFORE_MIGRATIONS)
    command.upgrade(config, "head")
