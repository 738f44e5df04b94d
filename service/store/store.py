"""The questions that are asked of the database. Every failure of it is a `StoreUnavailable`."""

import hashlib
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cards.repeats import Acknowledgement
from service.agreed import PROBE
from service.errors import ConfigError, StoreUnavailable
from service.feedback import FeedbackItem
from service.store import retention
from service.store.engine import WAIT, make_engine, never_make_a_new_file, told, waiting, writing
from service.store.identity import Hasher, hasher, insert_once
from service.store.migrate import open_database
from service.store.records import CallAnswered, CardShown, Fired, rules_of
from service.store.tables import audit, card_shown, feedback, jwt_id_seen, secret
from service.store.turns import TurnNotReached, Turns

_RETRY = {"Retry-After": "5"}  # seconds
_SLOW = 0.3  # seconds after which a failure has cost a call too much of its deadline
_LEAST_WAIT = 0.2  # seconds for a lock that a call has at its deadline, too: other workers write, each for moments
_REST = 2.0  # seconds in which calls then do without: their cards go out, each at once
# The card that feedback is about: of the same site, for another's is unknown to it.
_ITS_CARD = sa.and_(card_shown.c.uuid == feedback.c.card, card_shown.c.site == feedback.c.site)
_IN_A_QUERY = 500  # below SQLite's limit of variables


class Store:
    """The database, opened and brought to today's tables. `ConfigError` where that cannot be.

    `patient_key`: 64 hexadecimal digits from the environment; without, the database keeps a key of its own.
    `wait`: seconds for a lock. `must_exist`: one that this service has not used before is refused, not made.
    """

    def __init__(self, url: str, *, patient_key: str = "", wait: float = WAIT, must_exist: bool = False) -> None:
        self._given_key = patient_key
        self._wait = wait
        self._engine = make_engine(url, wait=wait)
        self._turns = Turns(wait)
        self._writing = writing(self._engine)
        self._durable = writing(self._engine, durable=True)
        self._rests_until = 0.0  # of time.monotonic()
        try:
            open_database(self._engine, patient_key, must_exist=must_exist)
            never_make_a_new_file(self._engine)
            with self._begin() as connection:
                self._hasher = self._known_hasher(connection)
        except ConfigError:
            self._engine.dispose()
            raise
        except StoreUnavailable as error:
            self._engine.dispose()
            raise ConfigError(error.message) from None

    # -- a call ----------------------------------------------------------------------------------------------------

    def record_call(self, call: CallAnswered, cards: Sequence[CardShown] = (), *, within: float = math.inf) -> None:
        """The audit row of a call and its cards, in one transaction. `within`: seconds until the call's deadline."""
        with self._begin(self._with_time(within, self._writing), can_do_without=True) as connection:
            known = self._known_hasher(connection)
            connection.execute(sa.insert(audit), _audit_row(call, known))
            if cards:
                connection.execute(sa.insert(card_shown), [_card_row(card, known) for card in cards])

    def acknowledgements(
        self, *, site: str, patient: str, user: str, kinds: Iterable[str], since: datetime, within: float = math.inf
    ) -> tuple[Acknowledgement, ...]:
        """Cards of these kinds that this user was shown in full about this patient, and has acknowledged since.

        Accepted by a suggestion that was offered, or overridden with a reason; a comment alone says nothing that a
        machine could take for an answer. `within`: seconds until the call's deadline.
        """
        with self._begin(self._with_time(within, self._engine), can_do_without=True) as connection:
            known = self._known_hasher(connection)
            wanted = (
                sa.select(feedback.c.received, feedback.c.outcome, feedback.c.outcome_at, feedback.c.reasons,
                          feedback.c.suggestions, card_shown.c.suggestions.label("offered"),
                          card_shown.c.at, card_shown.c.kind, card_shown.c.facts)
                .join(card_shown, _ITS_CARD)
                .where(
                    card_shown.c.patient == known.person(site, patient),
                    card_shown.c.user == known.person(site, user),
                    card_shown.c.site == site,
                    card_shown.c.kind.in_(list(kinds)),
                    card_shown.c.acknowledged.is_(None),
                    card_shown.c.silent.is_(False),
                    feedback.c.received >= _utc(since),
                )
                .order_by(feedback.c.id)
            )  # fmt: skip
            rows = connection.execute(wanted).all()
        return tuple(
            Acknowledgement(
                kind=row.kind,
                # By our clock: the client's may be wrong, but says when feedback comes late in a batch.
                at=max(row.at, min(row.outcome_at, row.received)).replace(tzinfo=UTC),
                facts=frozenset(row.facts.split()),
                outcome=row.outcome,
            )
            for row in rows
            if (row.outcome == "accepted" and not row.offered.keys().isdisjoint(row.suggestions)) or row.reasons
        )

    def hash_facts(self, *, site: str, patient: str, facts: Iterable[str]) -> frozenset[str]:
        """What a card rests on, as `acknowledgements` gives it back. Asks no database."""
        return self._hasher.facts(site, patient, facts)

    def last_answered(self, kind: str, *, site: str, patient: str, within: float = math.inf) -> datetime | None:
        """When a card of this kind about this patient was last accepted or overridden."""
        answered = sa.select(sa.func.max(feedback.c.received)).join(card_shown, _ITS_CARD)
        with self._begin(self._with_time(within, self._engine), can_do_without=True) as connection:
            found: datetime | None = connection.execute(
                answered.where(
                    card_shown.c.patient == self._known_hasher(connection).person(site, patient),
                    card_shown.c.site == site,
                    card_shown.c.kind == kind,
                )
            ).scalar()
        return found.replace(tzinfo=UTC) if found else None

    def consume_jwt_id(self, issuer: str, jwt_id: str, *, expires: datetime) -> bool:
        """Whether this token comes for the first time: True exactly once, over threads, processes, restarts, nodes."""
        token = hashlib.sha256(f"{len(issuer)} {issuer}{jwt_id}".encode("utf-8", "surrogatepass")).hexdigest()
        with self._begin(self._writing) as connection:
            once = insert_once(connection, jwt_id_seen, {"id": token, "expires": _utc(expires)})
            return connection.execute(once.returning(jwt_id_seen.c.id)).first() is not None

    # -- feedback --------------------------------------------------------------------------------------------------

    def record_feedback(
        self,
        items: Sequence[FeedbackItem],
        *,
        site: str,
        received: datetime,
        encrypt: Callable[[str], str] | None = None,
    ) -> int:
        """The whole batch or nothing, on the disk when this returns; how many are about cards unknown to this site.

        Without `encrypt` of a comment only that there was one is kept.
        """
        with self._begin(self._durable) as connection:
            known = _known(connection, {item.card for item in items}, site)
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
                    "comment": encrypt(item.comment) if encrypt and item.comment else "",
                    "comment_kept": ("encrypted" if encrypt else "dropped") if item.comment else "none",
                }
                for item in items
            ]
            if rows:
                connection.execute(sa.insert(feedback), rows)
        return sum(not row["card_is_known"] for row in rows)

    def feedback(self, *, site: str | None = None, since: datetime | None = None) -> list[dict[str, Any]]:
        """Every item received, oldest first, with kind, indicator and rules of its card where that is known."""
        shown = (card_shown.c.kind, card_shown.c.indicator, card_shown.c.rules, card_shown.c.hook)
        query = (
            sa.select(feedback, *shown).select_from(feedback.outerjoin(card_shown, _ITS_CARD)).order_by(feedback.c.id)
        )
        if site is not None:
            query = query.where(feedback.c.site == site)
        if since is not None:
            query = query.where(feedback.c.received >= _utc(since))
        return self._rows(query)

    def cards(self) -> list[dict[str, Any]]:
        """Every card recorded, oldest first."""
        return self._rows(sa.select(card_shown).order_by(card_shown.c.at))

    def calls(self) -> list[dict[str, Any]]:
        """Every audit row, oldest first."""
        return self._rows(sa.select(audit).order_by(audit.c.id))

    def fired(self, *, since: datetime, until: datetime) -> Fired:
        """Calls decided between two moments, and how often each rule had a part in a card; without the probe's own."""
        with self._begin() as connection:
            known = self._known_hasher(connection)
            sites = connection.scalars(sa.select(audit.c.site).distinct()).all()
            probes = [known.person(site, PROBE) for site in sites]

            def among(table: sa.Table) -> sa.ColumnElement[bool]:
                return sa.and_(table.c.at >= _utc(since), table.c.at < _utc(until), table.c.patient.not_in(probes))

            calls = connection.scalar(sa.select(sa.func.count()).select_from(audit).where(among(audit)))
            rules = sa.cast(card_shown.c.rules, sa.Text)  # PostgreSQL compares no json
            query = sa.select(rules, sa.func.count()).where(among(card_shown)).group_by(rules)
            rows = [(msgspec.json.decode(text), count) for text, count in connection.execute(query)]
        return Fired(calls or 0, rules_of(rows))

    # -- upkeep ----------------------------------------------------------------------------------------------------

    def prune(self, *, site: str, keep_days: int, now: datetime, dry_run: bool = False) -> Mapping[str, int]:
        """Remove what this site keeps no longer; how many rows of which table that were, or would be."""
        before = _utc(now - timedelta(days=keep_days))
        return {
            table.name: self._pruned(table, retention.old_of(table, site, before), dry_run=dry_run)
            for table in retention.OF_A_SITE
        }

    def prune_tokens(self, *, now: datetime, dry_run: bool = False) -> int:
        """Remove tokens that ran out: nobody can use them again."""
        return self._pruned(jwt_id_seen, retention.run_out(_utc(now - retention.TOKEN_SLACK)), dry_run=dry_run)

    def check(self) -> None:
        """Raise `StoreUnavailable` unless the database answers."""
        with self._begin() as connection:
            connection.execute(sa.select(secret.c.id))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    # -- within ----------------------------------------------------------------------------------------------------

    def _rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with self._begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _pruned(self, table: sa.Table, which: sa.ColumnElement[bool], *, dry_run: bool) -> int:
        with _failing():
            if dry_run:
                return retention.count(self._engine, table, which)
            return retention.remove(self._engine, table, which)

    def _known_hasher(self, connection: sa.Connection) -> Hasher:
        """Read once a connection: behind a new one there may be another database, restored or replaced."""
        if connection.info.get("hasher") is None:
            found = hasher(connection, self._given_key)
            if found is None:
                raise StoreUnavailable("the database is another, with another patient key", headers=_RETRY)
            connection.info["hasher"] = self._hasher = found
        known: Hasher = connection.info["hasher"]
        return known

    def _with_time(self, within: float, engine: sa.Engine) -> sa.Engine:
        """The engine for a call that has so many seconds left."""
        wait = max(_LEAST_WAIT, min(within, self._wait))
        return engine if wait == self._wait else waiting(engine, wait)

    @contextmanager
    def _begin(self, engine: sa.Engine | None = None, *, can_do_without: bool = False) -> Iterator[sa.Connection]:
        """A transaction. What a call can do without is not tried again at once after a failure that took long."""
        if can_do_without and time.monotonic() < self._rests_until:
            raise StoreUnavailable("the database failed moments ago; it is tried again shortly", headers=_RETRY)
        began = time.monotonic()
        try:
            with _failing(), self._turns.of(engine or self._engine) as ready, ready.begin() as connection:
                yield connection
        except StoreUnavailable:
            if time.monotonic() - began > _SLOW:
                self._rests_until = time.monotonic() + _REST
            raise


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, TurnNotReached) as error:
        why = told(error) if isinstance(error, SQLAlchemyError) else "other calls were writing"
        raise StoreUnavailable(
            f"the database did not take it ({why}); nothing was stored, send it again", headers=_RETRY
        ) from None


def _audit_row(call: CallAnswered, known: Hasher) -> dict[str, Any]:
    return msgspec.structs.asdict(call) | {
        "at": _utc(call.at),
        "user": known.person(call.site, call.user),
        "patient": known.person(call.site, call.patient),
    }


def _card_row(card: CardShown, known: Hasher) -> dict[str, Any]:
    return msgspec.structs.asdict(card) | {
        "at": _utc(card.at),
        "patient": known.person(card.site, card.patient),
        "user": known.person(card.site, card.user),
        "facts": " ".join(sorted(known.facts(card.site, card.patient, card.facts))),
        "acknowledged": _utc(card.acknowledged) if card.acknowledged else None,
    }


def _known(connection: sa.Connection, cards: set[str], site: str) -> set[str]:
    """Which of these cards this site was shown."""
    found: set[str] = set()
    wanted = sorted(cards)
    for start in range(0, len(wanted), _IN_A_QUERY):
        some = wanted[start : start + _IN_A_QUERY]
        query = sa.select(card_shown.c.uuid).where(card_shown.c.uuid.in_(some), card_shown.c.site == site)
        found.update(connection.scalars(query))
    return found


def _utc(moment: datetime) -> datetime:
    """As a database keeps it. A client's time at the very end of the calendar is kept without its zone."""
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)
