"""The ledger as open implementations write it: read the sum, compare, insert, in the default isolation."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

NAME = "read the sum, then insert"

_TABLE = "CREATE TABLE IF NOT EXISTS naive (release_id TEXT PRIMARY KEY, cost BIGINT NOT NULL)"
Spend = Callable[[str, int], bool]


def begin(url: str) -> None:
    """Make the table, empty."""
    db = _connect(url)
    db.execute(_TABLE)
    db.execute("DELETE FROM naive")
    db.commit()
    db.close()


def opened(url: str, *, total: int) -> Spend:
    """``spend(release_id, cost) -> admitted`` over one connection that stays open; every commit is durable."""
    db = _connect(url)
    mark = "%s" if "://" in url else "?"

    def spend(release_id: str, cost: int) -> bool:
        spent = int(db.execute("SELECT coalesce(sum(cost), 0) FROM naive").fetchone()[0])
        if spent + cost > total:
            db.rollback()
            return False
        db.execute(f"INSERT INTO naive VALUES ({mark}, {mark})", (release_id, cost))
        db.commit()
        return True

    return spend


def _connect(url: str) -> Any:
    if "://" in url:
        import psycopg

        return psycopg.connect(url)
    db = sqlite3.connect(url, timeout=60)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return db
