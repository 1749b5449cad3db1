"""OpenAdapt's ``recording.db`` and screenpipe's ``db.sqlite``: tables as JSON lines, screenshots as pictures."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from recording.errors import InputError
from recording.model import SourceFile
from recording.stores._sqlite_lines import Wanted, digest, measured, read_table, write_table
from recording.stores._sqlite_open import BESIDE, MAGIC, Database, limit_length, open_database, quoted, told
from recording.stores._sqlite_pack import build
from recording.stores._sqlite_references import Before, Rules, references_of
from recording.stores._sqlite_rows import PICTURES, Picture, Value, encode_row, read_text
from recording.stores._sqlite_schema import Schema, Table, read_schema
from recording.stores._sqlite_settle import settle, wanted_of

SCHEMA_FILE = "schema.json"
"""What the schema itself says in words of its own; it is looked at, and cannot be changed."""

_KNOWN = (frozenset({"action_event", "recording"}), frozenset({"frames", "ocr_text"}), frozenset({"ui_events"}))
_SUFFIXES = (
    (b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"BM", ".bmp"),
    (b"II*\x00", ".tif"), (b"MM\x00*", ".tif"),
)  # fmt: skip
_HEAD = 12


NAMES = frozenset({"recording.db", "db.sqlite"})
"""What recorders call their database: one of these that cannot be read is no file of somebody else's."""


@dataclass(frozen=True, slots=True)
class Sqlite:
    """`recording.stores.Store` of databases that a known recorder wrote, told by their tables.

    Each table is ``TABLE.jsonl``, a line for each row in the order of the row numbers, its number first where no column
    holds it. Bytes that are no screenshot never pass: a file ``TABLE.COLUMN.bytes`` that nobody reads stands for them.
    """

    name: str = "sqlite"
    suffixes: frozenset[str] = frozenset({".db", ".sqlite", ".sqlite3"})

    def claims(self, source: SourceFile) -> bool:
        """The tables of a recorder; also what is named as theirs and damaged, so that `unpack` says what is wrong."""
        try:
            if _head(source) != MAGIC:
                return False
            return _is_known(source, with_log=False) or _is_known(source, with_log=True)
        except OSError:
            return False
        except InputError:
            return PurePosixPath(source.name).name in NAMES

    def parts(self, name: str, files: Mapping[str, SourceFile]) -> tuple[str, ...]:
        """The write-ahead log and its index, and the rollback journal."""
        return tuple(name + end for end in BESIDE if name + end in files)

    def unpack(
        self, source: SourceFile, parts: Mapping[str, SourceFile], *, max_bytes: int
    ) -> Mapping[str, SourceFile]:
        """The tables, the screenshots, and the words of the schema.

        Raises:
            InputError: ``database-damaged``, ``database-unfinished``, ``database-schema``, ``too-large``.
        """
        database = open_database(source, parts)
        with told(database.place):
            limit_length(database.connection, max_bytes)
            if database.connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise _damaged(database.place)
        schema = read_schema(database)
        reading = _Reading(database, schema, max_bytes)
        out: dict[str, SourceFile] = {}
        for table in schema.tables:
            with told(database.place):
                lines = io.BytesIO()
                lines.writelines(reading.lines(table))
                out[f"{table.name}.jsonl"] = SourceFile(f"{table.name}.jsonl", lines.getvalue())
        if schema.words:
            words = json.dumps({"schema": schema.words}, ensure_ascii=False).encode("utf-8", "replace")
            out[SCHEMA_FILE] = SourceFile(SCHEMA_FILE, words)
        out |= reading.pictures
        return out | {name: SourceFile(name, b"") for name in sorted(reading.dropped)}

    def settle(
        self, source: SourceFile, parts: Mapping[str, SourceFile], files: Mapping[str, bytes]
    ) -> Mapping[str, bytes]:
        """``files`` with row numbers, and what is counted or worked out from other values, made to fit again.

        Raises:
            InputError: ``database-schema``, ``database-rows``.
        """
        database = open_database(source, parts)
        schema = read_schema(database)
        self._check_words(schema, files, database.place)
        with closing(database.connection), told(database.place):
            unique = {table.name: _unique(database, table) for table in schema.tables}
            foreign = {table.name: _foreign(database, table) for table in schema.tables}
            rules = Rules(schema, unique, tuple(references_of(schema, foreign)))
            wanted = wanted_of(rules)
            before = {table.name: _before(database, schema, table, wanted[table.name]) for table in schema.tables}
        tables = {table.name: read_table(table, wanted[table.name], files, database.place) for table in schema.tables}
        settled, renamed = settle(rules, before, tables, wanted, files)
        lines = {
            file: write_table(table, settled[table.name], files[file])
            for table in schema.tables
            for file in (f"{table.name}.jsonl",)
            if file in files
        }
        return {**{renamed.get(name, name): data for name, data in files.items()}, **lines}

    def pack(self, source: SourceFile, parts: Mapping[str, SourceFile], files: Mapping[str, bytes]) -> bytes:
        """A new database, made from the statements of the schema and filled from ``files``.

        Raises:
            InputError: ``database-schema``, ``database-rows``.
        """
        database = open_database(source, parts)
        schema = read_schema(database)
        self._check_words(schema, files, database.place)
        with closing(database.connection):
            return build(database, schema, files)

    def _check_words(self, schema: Schema, files: Mapping[str, bytes], place: str) -> None:
        words = json.dumps({"schema": schema.words}, ensure_ascii=False).encode("utf-8", "replace")
        if schema.words and files.get(SCHEMA_FILE) != words:
            raise InputError(
                "the names of tables and columns say something sensitive", code="database-schema", place=place,
                hint="rename them, or drop what the recorder does not need",
            )  # fmt: skip


class _Reading:
    """One reading of the rows of a database."""

    def __init__(self, database: Database, schema: Schema, max_bytes: int | None) -> None:
        self.database, self.schema, self.left = database, schema, max_bytes
        self.pictures: dict[str, SourceFile] = {}
        self.dropped: set[str] = set()

    def rows(self, table: Table, members: Sequence[str] = ()) -> Iterator[list[Value]]:
        """The values of each row as `Table.members` names them, or those of some."""
        if table.name in self.schema.emptied:
            count = self.database.connection.execute(f"SELECT count(*) FROM {quoted(table.name)}").fetchone()  # noqa: S608  a name of the schema, quoted
            self.dropped.update([f"{table.name}.bytes"] if count[0] else [])
            return
        members = members or table.members
        cells = ", ".join(
            f"CASE WHEN typeof({name}) = 'blob' AND length({name}) > 0 THEN substr({name}, 1, {_HEAD}) ELSE {name} END"
            for name in map(quoted, members)
        )
        cells += f", {quoted(table.rowid)}" if table.rowid else ", 0"
        query = f"SELECT {cells} FROM {quoted(table.name)} ORDER BY {table.order}"  # noqa: S608  names of the schema, quoted
        needed = {column.name for column in table.columns if column.needed or column.key > 0} | {table.rowid}
        own = members.index(table.rowid) if table.hidden and table.rowid in members else -1
        for number, (*row, rowid) in enumerate(self.database.connection.execute(query), start=1):
            kinds = set(map(type, row))
            values: list[Value] = row
            if own >= 0:
                values[own] = number  # as VACUUM numbers them, too
            if str in kinds:
                values = [read_text(value) if type(value) is str else value for value in values]
            if bytes in kinds:
                for at, value in enumerate(values):
                    if isinstance(value, bytes):
                        name = members[at]
                        values[at] = self._bytes(table, name, value, number, rowid, empty=name in needed)
            yield values

    def lines(self, table: Table) -> Iterator[bytes]:
        """The rows as lines, while there is room."""
        members = table.members
        for values in self.rows(table):
            line = encode_row(members, values)
            if self.left is not None:
                self.left -= len(line)
                if self.left < 0:
                    raise InputError(
                        "the recording holds more text than allowed", code="too-large", place=self.database.place,
                        hint="split it, or raise the limit",
                    )  # fmt: skip
            yield line

    def _bytes(self, table: Table, column: str, head: bytes, number: int, rowid: int, *, empty: bool) -> Value:
        suffix = _suffix(head) if (table.name, column) in PICTURES and table.rowid else ""
        if not suffix:
            if head:
                self.dropped.add(f"{table.name}.{column}.bytes")
            return b"" if empty or not head else None
        name = f"{table.name}-{number:06d}{suffix}"
        load = partial(self.database.blob, table.name, column, table.rowid, rowid)
        self.pictures[name] = SourceFile(name, load=load)
        return Picture(name)


def _before(database: Database, schema: Schema, table: Table, wanted: Wanted) -> Before:
    """What settling asks of a table as it was."""
    names = tuple(name for name in table.members if name in wanted.columns)
    members = table.members if wanted.whole else (*names, *([wanted.text] if wanted.text else []))
    columns: dict[str, list[Value]] = {name: [] for name in names}
    said, digests = [], set()
    for values in _Reading(database, schema, None).rows(table, members) if members else ():
        for name, value in zip(members, values, strict=True):
            if name in columns:
                columns[name].append(value)
            if name == wanted.text:
                said.append(measured(value))
        if wanted.whole:
            digests.add(digest(encode_row(members, values)))
    return Before(columns, said, frozenset(digests))


def _is_known(source: SourceFile, *, with_log: bool) -> bool:
    """Whether the tables are those of a recorder; without its log a database need not be copied."""
    database = open_database(source, {}, with_log=with_log)
    with told(database.place):
        rows = database.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        database.connection.close()
    names = {str(row[0]).casefold() for row in rows}
    return any(known <= names for known in _KNOWN)


def _suffix(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    return next((suffix for magic, suffix in _SUFFIXES if head.startswith(magic)), "")


def _head(source: SourceFile) -> bytes:
    if source.data is None and source.path is not None:
        with source.path.open("rb") as stream:
            return stream.read(len(MAGIC))
    return source.read()[: len(MAGIC)]


def _unique(database: Database, table: Table) -> tuple[tuple[str, ...], ...]:
    """The columns that no two rows may have alike, where there is a text among them: numbers are given no stand-in."""
    found = database.connection.execute(f"PRAGMA index_list({quoted(table.name)})").fetchall()
    out = []
    for row in found:
        names = [part[2] for part in database.connection.execute(f"PRAGMA index_info({quoted(row[1])})")]
        if row[2] and all(name in table.members for name in names) and _hold_text(database, table, names):
            out.append(tuple(names))
    return tuple(out)


def _hold_text(database: Database, table: Table, columns: Sequence[str]) -> bool:
    said = " OR ".join(f"typeof({quoted(name)}) = 'text'" for name in columns)
    query = f"SELECT 1 FROM {quoted(table.name)} WHERE {said} LIMIT 1"  # noqa: S608  names of the schema, quoted
    return database.connection.execute(query).fetchone() is not None


def _foreign(database: Database, table: Table) -> tuple[tuple[str, str, str], ...]:
    """Column, table and column of that table, for each declared reference."""
    found = database.connection.execute(f"PRAGMA foreign_key_list({quoted(table.name)})").fetchall()
    return tuple((row[3], row[2], row[4] or "") for row in found)


def _damaged(place: str) -> InputError:
    return InputError(
        "the database is damaged", code="database-damaged", place=place,
        hint="the file was cut off or changed: repair it with sqlite3's .recover, or leave it out",
    )  # fmt: skip


STORE = Sqlite()
