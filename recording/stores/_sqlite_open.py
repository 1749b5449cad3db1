"""Opens SQLite databases for reading: never written to, nothing written beside them, nothing in them executed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from recording.errors import InputError
from recording.lines import shown
from recording.model import SourceFile

MAGIC = b"SQLite format 3\x00"
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite calls the files that belong to a database, behind its name."""

_MOST_LENGTH = 10**9
_LEAST_LENGTH = 64 * 2**20
_READS_WAL = slice(18, 20)


class Database:
    """A database opened for reading; pictures are read from it when they are asked for, by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, place: str) -> None:
        self.connection = connection
        self.place = place
        self._lock = threading.Lock()

    def blob(self, table: str, column: str, rowid_name: str, rowid: int) -> bytes:
        """One value of a column of bytes.

        Raises:
            InputError: ``database-damaged``.
        """
        query = f"SELECT {quoted(column)} FROM {quoted(table)} WHERE {quoted(rowid_name)} = ?"  # noqa: S608  names of the schema, quoted
        with self._lock, told(self.place):
            row = self.connection.execute(query, (rowid,)).fetchone()
        return bytes(row[0]) if row is not None and isinstance(row[0], bytes) else b""


def open_database(source: SourceFile, parts: Mapping[str, SourceFile], *, with_log: bool = True) -> Database:
    """The database with what its write-ahead log adds.

    Args:
        source: The database.
        parts: Files that belong to it, by name.
        with_log: Whether its write-ahead log is read too, for which it is copied.

    Raises:
        InputError: ``database-damaged``, ``database-unfinished``; ``unreadable``.
    """
    place = shown(source.name)
    with told(place):
        beside = {end: part for end in BESIDE if (part := _beside(source, parts, end)) is not None}
        if "-journal" in beside and any(beside["-journal"].read()[:8]):
            # A journal may name any file, which SQLite would delete when it rolls back.
            raise InputError(
                "a change of the database was broken off", code="database-unfinished", place=place,
                hint="open it once with the recorder, or with sqlite3, which takes the change back",
            )  # fmt: skip
        if with_log and "-wal" in beside and _size(beside["-wal"]):
            connection = _with_log(source, beside["-wal"])
        elif source.path is not None and source.data is None:
            connection = _read_only(source.path)
        else:
            connection = _in_memory(source.read())
        _guard(connection)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return Database(connection, place)


@contextmanager
def told(place: str) -> Iterator[None]:
    """Turn what SQLite and the system raise into `InputError`; SQLite's words quote names, so they are left out."""
    try:
        yield
    except (sqlite3.DataError, OverflowError):
        raise InputError(
            "a value of the database is too large", code="too-large", place=place, hint="split it, or raise the limit"
        ) from None
    except (sqlite3.Error, UnicodeDecodeError) as error:
        code = getattr(error, "sqlite_errorname", type(error).__name__)
        raise InputError(
            f"the database cannot be read ({code})", code="database-damaged", place=place,
            hint="the file was cut off or changed: repair it with sqlite3's .recover, or leave it out",
        ) from None  # fmt: skip
    except OSError:
        raise InputError("cannot be read", code="unreadable", place=place, hint="check the permissions") from None


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _beside(source: SourceFile, parts: Mapping[str, SourceFile], end: str) -> SourceFile | None:
    if source.name + end in parts:
        return parts[source.name + end]
    if source.path is None or source.data is not None:
        return None
    # A database that is given alone still has its log beside it on disk.
    path = source.path.with_name(source.path.name + end)
    return SourceFile(source.name + end, None, path) if path.is_file() and not path.is_symlink() else None


def _size(part: SourceFile) -> int:
    return part.path.stat().st_size if part.path is not None and part.data is None else len(part.read())


def _read_only(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)


def _in_memory(data: bytes) -> sqlite3.Connection:
    if data[_READS_WAL] == b"\x02\x02":
        data = data[:18] + b"\x01\x01" + data[20:]  # memory has no place for a log
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.deserialize(data)
    return connection


def _with_log(source: SourceFile, log: SourceFile) -> sqlite3.Connection:
    """A private copy into which the log is written; it has no name any more when this returns, and goes with us."""
    folder = Path(tempfile.mkdtemp(prefix="boundary-"))
    try:
        copy = folder / "store.db"
        for part, path in ((source, copy), (log, folder / "store.db-wal")):
            _copy(part, path)
        with sqlite3.connect(copy, isolation_level=None) as writer:
            _guard(writer)
            writer.execute("PRAGMA synchronous = OFF")
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            writer.execute("PRAGMA journal_mode = DELETE").fetchone()
        writer.close()
        connection = _read_only(copy)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(part: SourceFile, path: Path) -> None:
    if part.path is not None and part.data is None:
        shutil.copyfile(part.path, path)
    else:
        path.write_bytes(part.read())
    os.chmod(path, 0o600)  # noqa: PTH101  one call, as its neighbours


def _guard(connection: sqlite3.Connection) -> None:
    """Nothing that stands in the schema may reach outside the database."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def limit_length(connection: sqlite3.Connection, max_bytes: int) -> None:
    """No single value may be longer than all text together may be; pictures get 64 MiB in any case."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(_MOST_LENGTH, max(_LEAST_LENGTH, max_bytes)))
