"""What the service remembers: cards shown, and what clinicians said about them. SQLite, through SQLAlchemy.

A patient is kept as a keyed hash, never as an id. The key lies in the same database: it keeps ids out of reports,
backups of single tables and the eyes of whoever reads a row; who holds the whole database can test a guess.
"""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from service.errors import ConfigError, StoreUnavailable
from service.feedback import FeedbackItem

_SECONDS_TO_WAIT = 1.0  # for another writer; a call has a deadline to keep

_metadata = sa.MetaData()
_secret = sa.Table(
    "secret",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("patient_key", sa.String(64), nullable=False),
)
_card_shown = sa.Table(
    "card_shown",
    _metadata,
    sa.Column("uuid", sa.String(36), primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),  # UTC
    sa.Column("site", sa.String(100), nullable=False),
    sa.Column("hook", sa.String(40), nullable=False),
    sa.Column("patient", sa.String(64), nullable=False, index=True),
    sa.Column("user", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("indicator", sa.String(10), nullable=False),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("suggestions", sa.JSON, nullable=False),  # uuid -> key
    sa.Column("silent", sa.Boolean, nullable=False),  # decided, and not shown
)
_feedback = sa.Table(
    "feedback",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("received", sa.DateTime, nullable=False),  # UTC
    sa.Column("site", sa.String(100), nullable=False),
    sa.Column("card", sa.String(36), nullable=False, index=True),
    sa.Column("card_is_known", sa.Boolean, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("outcome_at", sa.DateTime, nullable=False),  # UTC, as the client says
    sa.Column("suggestions", sa.JSON, nullable=False),
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),  # free text of a clinician; may name the patient
)

_jwt_id_seen = sa.Table(
    "jwt_id_seen",
    _metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # a hash of issuer and jti
    sa.Column("expires", sa.DateTime, nullable=False, index=True),  # UTC; afterwards the token is refused by its exp
)


class CardShown(msgspec.Struct, frozen=True, kw_only=True):
    """A card that went out. `patient` and `user` are ids here; the store hashes them."""

    uuid: str
    at: datetime
    site: str
    hook: str
    patient: str
    user: str
    kind: str
    indicator: str
    rules: tuple[str, ...]
    suggestions: dict[str, str]
    silent: bool = False


class Store:
    """The database. Every failure of it is a `StoreUnavailable`."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        try:
            with self._engine.begin() as connection:
                _metadata.create_all(connection)
                self._key = _patient_key(connection)
        except SQLAlchemyError as error:
            self._engine.dispose()
            raise ConfigError(
                f"the database cannot be opened ({_told(error)}); see BACLOFEN_CDS_DATABASE_URL"
            ) from None

    def record_cards(self, cards: Sequence[CardShown]) -> None:
        """One insert for all cards of a call."""
        rows = [self._row(card) for card in cards]
        with self._begin() as connection:
            connection.execute(sa.insert(_card_shown), rows)

    def record_feedback(self, items: Sequence[FeedbackItem], *, site: str, received: datetime) -> int:
        """The whole batch or nothing; how many are about cards that this site was never shown."""
        with self._begin() as connection:
            known = self._known(connection, {item.card for item in items}, site)
            rows = [
                {
                    "received": _utc(received),
                    "site": site,
                    "card": item.card,
                    "card_is_known": item.card in known,
                    "outcome": item.outcome,
                    "outcome_at": _utc(item.at),
                    "suggestions": list(item.suggestions),
                    "reasons": [msgspec.to_builtins(reason) for reason in item.reasons],
                    "comment": item.comment,
                }
                for item in items
            ]
            if rows:
                connection.execute(sa.insert(_feedback), rows)
        return sum(not row["card_is_known"] for row in rows)

    def consume_jwt_id(self, issuer: str, jwt_id: str, *, expires: datetime) -> bool:
        """Whether this is the first use of a token. The database decides, by its primary key: two workers cannot both
        be first, nor a worker and its successor after a restart."""
        identity = hashlib.sha256(f"{len(issuer)} {issuer}{jwt_id}".encode()).hexdigest()
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(_jwt_id_seen).values(id=identity, expires=_utc(expires)))
        except IntegrityError:
            return False
        except SQLAlchemyError as error:
            raise _unavailable(error) from None
        return True

    def last_answered(self, kind: str, *, site: str, patient: str) -> datetime | None:
        """When a card of this kind about this patient was last accepted or overridden."""
        told = sa.select(sa.func.max(_feedback.c.received)).join(_card_shown, _card_shown.c.uuid == _feedback.c.card)
        mine = told.where(
            _card_shown.c.patient == self._hash(site, patient), _card_shown.c.site == site, _card_shown.c.kind == kind
        )
        with self._begin() as connection:
            found: datetime | None = connection.execute(mine).scalar()
        return found.replace(tzinfo=UTC) if found else None

    def feedback(self) -> list[dict[str, Any]]:
        """Every item received, oldest first."""
        with self._begin() as connection:
            return [dict(row) for row in connection.execute(sa.select(_feedback).order_by(_feedback.c.id)).mappings()]

    def cards(self) -> list[dict[str, Any]]:
        """Every card recorded, oldest first."""
        with self._begin() as connection:
            return [dict(row) for row in connection.execute(sa.select(_card_shown).order_by("at")).mappings()]

    def check(self) -> None:
        """Raise `StoreUnavailable` unless the database answers."""
        with self._begin() as connection:
            connection.execute(sa.select(_secret.c.id))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _known(self, connection: sa.Connection, cards: set[str], site: str) -> set[str]:
        found: set[str] = set()
        wanted = sorted(cards)
        for start in range(0, len(wanted), 500):  # below SQLite's limit of variables
            some = wanted[start : start + 500]
            query = sa.select(_card_shown.c.uuid).where(_card_shown.c.uuid.in_(some), _card_shown.c.site == site)
            found.update(connection.scalars(query))
        return found

    def _row(self, card: CardShown) -> dict[str, Any]:
        row = msgspec.structs.asdict(card)
        return row | {
            "at": _utc(card.at),
            "patient": self._hash(card.site, card.patient),
            "user": self._hash(card.site, card.user),
            "rules": list(card.rules),
        }

    def _hash(self, site: str, identity: str) -> str:
        return hmac.new(self._key, f"{site}\0{identity}".encode(), hashlib.sha256).hexdigest()

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _unavailable(error) from None


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except ArgumentError:
        raise ConfigError(
            "BACLOFEN_CDS_DATABASE_URL is not a database URL such as sqlite:////var/lib/cds.sqlite"
        ) from None
    if parsed.get_backend_name() != "sqlite":
        raise ConfigError(
            f"BACLOFEN_CDS_DATABASE_URL: {parsed.get_backend_name()} is not served by this version, sqlite is"
        )
    in_memory = parsed.database in (None, "", ":memory:")
    engine = sa.create_engine(
        parsed,
        connect_args={"timeout": _SECONDS_TO_WAIT, "check_same_thread": False},
        # A memory database lives in its one connection, which one thread at a time may have.
        **({"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0} if in_memory else {}),
        pool_timeout=_SECONDS_TO_WAIT * 2,
        pool_reset_on_return="rollback",
    )
    sa.event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: sqlite3.Connection, _record: Any) -> None:
    """A writer does not block readers, and a commit does not wait for the disk to turn."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _patient_key(connection: sa.Connection) -> bytes:
    """The key of this database, made once; whichever of several workers comes first makes it."""
    fresh = insert(_secret).values(id=1, patient_key=secrets.token_hex(32)).on_conflict_do_nothing()
    connection.execute(fresh)
    return bytes.fromhex(connection.scalars(sa.select(_secret.c.patient_key)).one())


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _unavailable(error: SQLAlchemyError) -> StoreUnavailable:
    return StoreUnavailable(
        f"the database did not take it ({_told(error)}); nothing was stored, send it again",
        headers={"Retry-After": "5"},
    )


def _told(error: SQLAlchemyError) -> str:
    """The kind of failure. Never the statement: its parameters are data."""
    cause = getattr(error, "orig", None)
    return str(cause) if isinstance(cause, sqlite3.OperationalError) else type(error).__name__
