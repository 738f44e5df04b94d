"""People and findings as keyed hashes: the same within a site, another in the next, and no id to be read.

What it protects from: reports, copies of single tables, and the eyes of whoever reads a row. Who has the key can test a
guess. By default the key lies in the database itself; from the environment it protects a stolen backup, too.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from importlib import import_module

import sqlalchemy as sa

from service.errors import ConfigError
from service.store.tables import secret

_FACT_BYTES = 6  # 1 in 10^12 that a new fact looks like one of a hundred known ones
_NAME = "BACLOFEN_CDS_PATIENT_KEY"


class Hasher:
    """Hashes with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def person(self, site: str, identity: str) -> str:
        """A patient or user of this site: 64 hexadecimal digits."""
        return hmac.new(self._key, f"{site}\0{identity}".encode(), hashlib.sha256).hexdigest()

    def facts(self, site: str, patient: str, facts: Iterable[str]) -> frozenset[str]:
        """What a card about this patient rests on, each fact as eight characters."""
        about = f"{site}\0{patient}\0"
        return frozenset(self._fact(about + fact) for fact in facts)

    def _fact(self, text: str) -> str:
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_FACT_BYTES, key=self._key).digest()
        return base64.urlsafe_b64encode(digest).decode()


def settle_key(connection: sa.Connection, given: str) -> None:
    """Once, at opening: make the key of a new database, and refuse one that its rows were not hashed with.

    `given` is the key of the environment, 64 hexadecimal digits, or "". A key that was the database's own and is now
    given is taken out of the database.
    """
    values = {"id": 1, "patient_key": "" if given else secrets.token_hex(32), "key_check": _check(given)}
    connection.execute(insert_once(connection, secret, values))
    kept, check = connection.execute(sa.select(secret.c.patient_key, secret.c.key_check)).one()
    if kept and kept == given:
        connection.execute(sa.update(secret).values(patient_key="", key_check=_check(given)))
    elif kept and given:
        raise ConfigError(
            f"{_NAME}: the patients of this database are hashed with its own key; to move that key out of it, set "
            f"{_NAME} to it once (column patient_key of the table secret), or begin with a new database"
        )
    elif not kept and not given:
        raise ConfigError(f"{_NAME} is missing: the patients of this database are hashed with it")
    elif not kept and not hmac.compare_digest(check, _check(given)):
        raise ConfigError(f"{_NAME} is another key than the patients of this database are hashed with")


def hasher(connection: sa.Connection, given: str) -> Hasher | None:
    """With the key of the database at hand; None where its patients are hashed with a key that is not at hand."""
    kept, check = connection.execute(sa.select(secret.c.patient_key, secret.c.key_check)).one()
    if not kept and not hmac.compare_digest(check, _check(given)):
        return None
    return Hasher(bytes.fromhex(kept or given))


def insert_once(connection: sa.Connection, table: sa.Table, values: dict[str, object]) -> sa.Insert:
    """An insert that does nothing where the primary key is there: what it returns says who was first."""
    # Both dialects spell it alike; only that which is used is loaded.
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    once: sa.Insert = dialect.insert(table).values(values).on_conflict_do_nothing()
    return once


def _check(key: str) -> str:
    return hmac.new(bytes.fromhex(key), b"key check", hashlib.sha256).hexdigest() if key else ""
