"""What is forgotten: rows older than a site keeps them, and tokens that have run out."""

import time
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.store.engine import writing
from service.store.tables import audit, card_shown, feedback, jwt_id_seen

_BATCH = 1000  # rows a transaction, some milliseconds: nobody who writes waits long
_PAUSE = 0.02  # seconds between two batches, so that others get the write lock
TOKEN_SLACK = timedelta(hours=1)  # kept longer than they live: clocks differ, and callers get a minute of grace

# What belongs to a site, by the time that counts. Feedback goes before the cards that it is about.
OF_A_SITE: dict[sa.Table, sa.Column[Any]] = {
    feedback: feedback.c.received,
    card_shown: card_shown.c.at,
    audit: audit.c.at,
}


def old_of(table: sa.Table, site: str, before: datetime) -> sa.ColumnElement[bool]:
    """The rows of a site from before this moment (UTC, without zone)."""
    return sa.and_(table.c.site == site, OF_A_SITE[table] < before)


def run_out(before: datetime) -> sa.ColumnElement[bool]:
    """Tokens that ran out before this moment."""
    return jwt_id_seen.c.expires < before


def count(engine: sa.Engine, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    """How many there are."""
    with engine.begin() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar_one())


def remove(engine: sa.Engine, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    """Remove them in batches; how many they were. What was removed stays so, though a later batch fails."""
    (key,) = table.primary_key.columns
    some = sa.select(key).where(which).limit(_BATCH)
    removed = 0
    while True:
        with writing(engine).begin() as connection:
            found = connection.execute(sa.delete(table).where(key.in_(some))).rowcount
        removed += found
        if found < _BATCH:
            return removed
        time.sleep(_PAUSE)
