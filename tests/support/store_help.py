"""Databases as bytes, taken out of and put back into, for tests of stores."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from recording import SourceFile
from recording.stores import INSIDE, pack, settle, unpack

Fill = Callable[[sqlite3.Connection], None]
MAX = 10**8


def made(fill: Fill, more: str = "", *, page_size: int = 4096) -> bytes:
    """The bytes of a database."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"PRAGMA page_size = {page_size}")
        fill(db)
        db.executescript(more)
        return db.serialize()


def opened(data: bytes) -> sqlite3.Connection:
    """A database from its bytes."""
    db = sqlite3.connect(":memory:")
    db.deserialize(data)
    return db


def inside(name: str, data: bytes) -> dict[str, bytes]:
    """What is in a store, by the names inside it, but for what never passes."""
    found = unpack({name: SourceFile(name, data)}, max_bytes=MAX)
    return {key.removeprefix(name + INSIDE): one.read() for key, one in found.items() if not key.endswith(".bytes")}


def packed(name: str, data: bytes, files: dict[str, bytes]) -> bytes:
    """The store anew, checked as the boundary checks it."""
    handed_in = {name: SourceFile(name, data)}
    settled = dict(settle(name, handed_in, files))
    out = pack(name, handed_in, settled)
    assert inside(name, out) == settled
    with closing(opened(out)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    return out
