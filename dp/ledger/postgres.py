"""A ledger in PostgreSQL: for many writers on many machines. Needs psycopg 3 (the extra ``postgres``).

READ COMMITTED with a conditional ``UPDATE``: it waits for the row of the scope and then reads what is there, so that
nothing is decided on an old view. A server that does not make commits durable is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dp.ledger.held import hold
from dp.ledger.schema import tables
from dp.ledger.store import Execute, Overtaken, Store
from recording.errors import InputError, MissingExtra

if TYPE_CHECKING:
    import psycopg

INSTALL = "pip install 'boundary-redaction[postgres]'"
"""The command that brings psycopg."""

SCHEMA = "boundary_ledger"
"""The PostgreSQL schema that holds the tables."""

_RETRY = frozenset({"40001", "40P01", "23505"})  # could not serialise, deadlock, somebody made the same key
_LOCK = 0x62_64_70_32  # of those who make the tables

# One round trip prepares a transaction: where names are looked up, how long to wait, and that commits reach the disk.
# Whether the tables are there is read from the catalogue: to_regclass() answers from a cache that outlives a lock.
_PREPARE = f"""
SELECT set_config('search_path', '{SCHEMA}, pg_temp', true), set_config('lock_timeout', '60s', true),
  set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true),
  current_setting('fsync'), current_setting('full_page_writes'), EXISTS (
    SELECT FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace AS space ON space.oid = relnamespace
    WHERE nspname = '{SCHEMA}' AND relname = 'ledger')
"""  # noqa: S608  constants

_FINAL = """
CREATE TRIGGER {0}_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
_APPEND_ONLY = """
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
""" + "".join(_FINAL.format(table) for table in ("entry", "answer"))


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """A `Store` in a PostgreSQL database, in a schema that is made on first use.

    Attributes:
        url: ``postgresql://...`` as libpq reads it; may hold a password, so it is shown nowhere.
        place: Host, port and database.
    """

    url: str = field(repr=False)
    place: str

    @contextmanager
    def write(self) -> Iterator[Execute]:
        """One READ COMMITTED transaction; see `Store.write`."""
        with closing(self.connect()) as db, self.writing(db) as run:
            yield run

    @contextmanager
    def read(self) -> Iterator[Execute | None]:
        """One REPEATABLE READ transaction; see `Store.read`."""
        with closing(self.connect()) as db, self.reading(db) as run:
            yield run

    def held(self) -> AbstractContextManager[Store]:
        """See `Store.held`."""
        return hold(self)

    @contextmanager
    def writing(self, db: psycopg.Connection) -> Iterator[Execute]:
        """One READ COMMITTED transaction on a connection."""
        with self._errors():
            db.isolation_level, db.read_only = library().IsolationLevel.READ_COMMITTED, False
            with db.transaction():
                if self._prepare(db):
                    yield _execute(db)
                    return
            self._create(db)
            with db.transaction():
                self._prepare(db)
                yield _execute(db)

    @contextmanager
    def reading(self, db: psycopg.Connection) -> Iterator[Execute | None]:
        """One REPEATABLE READ transaction on a connection."""
        with self._errors():
            db.isolation_level, db.read_only = library().IsolationLevel.REPEATABLE_READ, True
            with db.transaction():
                yield _execute(db) if self._prepare(db) else None

    def connect(self) -> psycopg.Connection:
        """A connection; threads may use it, one at a time."""
        options: dict[str, Any] = {"autocommit": True, "connect_timeout": 20, "client_encoding": "utf8"}
        with self._errors():
            # Prepared statements would not survive a pooler.
            found: psycopg.Connection = library().connect(self.url, prepare_threshold=None, **options)
        return found

    def close(self, db: psycopg.Connection) -> None:
        """Let a connection go."""
        db.close()

    def mark(self) -> object:
        """Always the same: a connection belongs to one database, whatever is put in its place."""
        return None

    def check(self, run: Execute) -> bool:
        """Always: page checksums are the server's to keep."""
        return True

    def _prepare(self, db: psycopg.Connection) -> bool:
        """Set up the transaction; whether the tables are there."""
        rows = db.execute(_PREPARE.encode()).fetchall()
        if rows[0][3:5] != ("on", "on"):
            hint = "set fsync and full_page_writes to on"
            code = "ledger-not-durable"
            raise InputError("the server may lose commits in a crash", code=code, place=self.place, hint=hint)
        return bool(rows[0][5])

    def _create(self, db: psycopg.Connection) -> None:
        with db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            if self._prepare(db):
                return
            types = {"integer": "BIGINT", "blob": "BYTEA", "end": ""}
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};{tables(**types)}{_APPEND_ONLY}".encode())
            identity = secrets.token_hex(32)
            db.execute("INSERT INTO ledger (id, version, seq, head) VALUES (%s, 2, 0, %s)", (identity, identity))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say that the ledger failed, with PostgreSQL's name for it and nothing else."""
        psycopg = library()
        try:
            yield
        except psycopg.Error as error:
            if error.sqlstate in _RETRY:
                raise Overtaken from None
            kind = f"{type(error).__name__} {error.sqlstate or ''}".strip()
            raise InputError(f"the ledger failed: {kind}", code="ledger-failed", place=self.place) from None


def open_store(url: str) -> PostgresStore:
    """The store at a URL; nothing is connected yet.

    Raises:
        InputError: ``ledger-url``: libpq cannot read it. The text does not quote it.
        MissingExtra: psycopg is not installed.
    """
    psycopg = library()
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise InputError("the address of the ledger cannot be read", code="ledger-url") from None
    host, port, name = (str(parts.get(key) or "") for key in ("host", "port", "dbname"))
    return PostgresStore(url, f"postgresql://{host}{':' if port else ''}{port}/{name}")


def library() -> Any:
    """The package psycopg, version 3.

    Raises:
        MissingExtra: ``missing-extra``.
    """
    try:
        import psycopg
        import psycopg.conninfo
    except ImportError:
        raise MissingExtra("psycopg is not installed", code="missing-extra", hint=INSTALL) from None
    return psycopg


def _execute(db: psycopg.Connection) -> Execute:
    def run(sql: str, *values: object) -> Sequence[tuple[Any, ...]]:
        cursor = db.execute(sql.replace("?", "%s").encode(), values)
        return cursor.fetchall() if cursor.description else ()

    return run
