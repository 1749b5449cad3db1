"""The budget ledger: it cannot be overspent by concurrency, a crash, or an older copy put back.

Order of a release: `Ledger.reserve` (charge and commit), draw, `Ledger.settle` (store the answer and commit), publish.
SQLite is the default; PostgreSQL is for many writers. Both hold the same tables under the same rules.
"""

from __future__ import annotations

import os
import re
from fractions import Fraction
from pathlib import Path

from dp.ledger import postgres
from dp.ledger.book import StoredLedger
from dp.ledger.contract import Balance, Charge, Ledger, Reservation
from dp.ledger.reading import Scope, history, identity, scopes, verify
from dp.ledger.schema import GENESIS, Entry, canonical
from dp.ledger.sqlite import SqliteStore
from dp.ledger.store import Store
from dp.terms import Currency
from recording.errors import InputError


def open_ledger(
    url_or_path: str | os.PathLike[str],
    *,
    scope: str,
    total: int,
    currency: Currency,
    delta: Fraction | None = None,
) -> StoredLedger:
    """A ledger as one scope sees it. Nothing is opened or made before it is used.

    Args:
        url_or_path: See `open_store`.
        scope: Account that charges go to.
        total: Total of the scope in millionths of ``currency``.
        currency: What the scope counts.
        delta: Largest sum of deltas, if there is one.

    Raises:
        InputError: ``ledger-url``.
        MissingExtra: psycopg is needed and not installed.
    """
    return StoredLedger(store=open_store(url_or_path), scope=scope, total=total, currency=currency, delta=delta)


def open_store(url_or_path: str | os.PathLike[str]) -> Store:
    """The database at a path, ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``postgresql://...``.

    Raises:
        InputError: ``ledger-url``: another scheme, or no path. The text does not quote it: it may hold a password.
        MissingExtra: psycopg is needed and not installed.
    """
    text = os.fspath(url_or_path)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):/", text)
    if isinstance(url_or_path, Path) or not scheme:
        if not text:
            raise InputError("the ledger has no path", code="ledger-url")
        return SqliteStore(Path(text))
    if scheme[1] in {"postgresql", "postgres"}:
        return postgres.open_store(text)
    path = re.fullmatch(r"sqlite:///(.+)", text)
    if not path:
        hint = "give a path, sqlite:///PATH or postgresql://HOST/DATABASE"
        raise InputError("the address of the ledger cannot be read", code="ledger-url", hint=hint)
    return SqliteStore(Path(path[1]))


__all__ = [
    "GENESIS",
    "Balance",
    "Charge",
    "Entry",
    "Ledger",
    "Reservation",
    "Scope",
    "SqliteStore",
    "Store",
    "StoredLedger",
    "canonical",
    "history",
    "identity",
    "open_ledger",
    "open_store",
    "scopes",
    "verify",
]
