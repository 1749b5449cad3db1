"""A ledger in one SQLite file on a local disk: for one machine.

WAL with ``synchronous=FULL`` makes each commit durable; ``BEGIN IMMEDIATE`` lets one writer at a time in.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dp.ledger.held import hold
from dp.ledger.schema import tables
from dp.ledger.store import Execute, Store
from recording.errors import InputError

BUSY_SECONDS = 60.0
"""How long a caller waits for the writers before it."""

APPLICATION_ID = 0x62_64_70_32
"""Marks a SQLite file as a ledger (``bdp2``)."""

# Triggers keep honest programs from changing history; the chain shows what others did.
_APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_{event} BEFORE {event} ON {table} BEGIN SELECT RAISE (ABORT, 'append only'); END;\n"
    for table in ("entry", "answer")
    for event in ("UPDATE", "DELETE")
)


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """A `Store` in a file, which is made on first use and readable by its owner only."""

    path: Path

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    @contextmanager
    def write(self) -> Iterator[Execute]:
        """One immediate transaction; see `Store.write`."""
        if not self.path.exists():
            self._create()
        with closing(self.connect()) as db, self.writing(db) as run:
            yield run

    @contextmanager
    def read(self) -> Iterator[Execute | None]:
        """One deferred transaction; see `Store.read`."""
        if not self.path.exists():
            yield None
            return
        with closing(self.connect()) as db, self.reading(db) as run:
            yield run

    @contextmanager
    def held(self) -> Iterator[Store]:
        """See `Store.held`; makes the ledger if needed."""
        if not self.path.exists():
            self._create()
        with hold(self) as store:
            yield store

    def check(self, run: Execute) -> bool:
        """SQLite's own integrity check."""
        return bool(run("PRAGMA integrity_check")[0][0] == "ok")

    @contextmanager
    def writing(self, db: sqlite3.Connection) -> Iterator[Execute]:
        """One immediate transaction on a connection."""
        with self._errors():
            db.execute("BEGIN IMMEDIATE")
            try:
                yield _execute(db)
                db.execute("COMMIT")
            finally:
                # Unless it was committed. Where this fails too, closing the connection undoes it.
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def reading(self, db: sqlite3.Connection) -> Iterator[Execute]:
        """One deferred transaction on a connection."""
        with self._errors():
            db.execute("BEGIN")
            try:
                yield _execute(db)
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    def connect(self) -> sqlite3.Connection:
        """A connection to what is a ledger."""
        with self._errors():
            db = _connect(self.path)
            with ExitStack() as undo:
                undo.callback(db.close)
                marks = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "journal_mode")]
                if marks != [APPLICATION_ID, "wal"]:
                    raise InputError("not a budget ledger", code="ledger-unreadable", place=self.place)
                undo.pop_all()
            return db

    def close(self, db: sqlite3.Connection) -> None:
        """Let a connection go."""
        with suppress(sqlite3.Error):
            db.close()

    def mark(self) -> object:
        """Which file it is: where another is put in its place, the open one is not it any more."""
        with self._errors():
            found = self.path.stat()
        return found.st_dev, found.st_ino

    def _create(self) -> None:
        """Make a whole ledger beside the path and link it into place: two creators at once leave one complete file."""
        with self._errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self.path.parent, prefix=".ledger-") as folder:
                fresh = Path(folder) / "ledger"
                os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                with closing(_connect(fresh)) as db:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    db.executescript(tables(integer="INTEGER", blob="BLOB", end="STRICT") + _APPEND_ONLY)
                    identity = secrets.token_hex(32)
                    db.execute("INSERT INTO ledger (id, version, seq, head) VALUES (?, 2, 0, ?)", (identity, identity))
                try:
                    os.link(fresh, self.path)
                except FileExistsError:
                    return
            _sync(self.path.parent)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say that the ledger failed, with SQLite's or the system's name for it and nothing else."""
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            # The last: SQLite quotes a damaged schema, and Python's sqlite3 stumbles over the quotation.
            kind = getattr(error, "sqlite_errorname", type(error).__name__)
            raise InputError(f"the ledger failed: {kind}", code="ledger-failed", place=self.place) from None


def _execute(db: sqlite3.Connection) -> Execute:
    def run(sql: str, *values: object) -> Sequence[tuple[Any, ...]]:
        return db.execute(sql, values).fetchall()

    return run


def _connect(path: Path) -> sqlite3.Connection:
    # mode=rw: a missing file is an error, never an empty database with the default permissions.
    # Threads take turns (`Held`).
    options: dict[str, Any] = {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}
    db: sqlite3.Connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, **options)
    try:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves data in the drive's cache
        db.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
