"""OpenAdapt's and screenpipe's databases: tables as JSON lines, screenshots as pictures."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePosixPath

from recording.errors import InputError
from recording.model import SourceFile
from recording.stores._sqlite_lines import read_table, write_table
from recording.stores._sqlite_open import BESIDE, MAGIC, limit_length, open_database, quoted, told
from recording.stores._sqlite_pack import build
from recording.stores._sqlite_reading import Reading, before_of, foreign_of, unique_of
from recording.stores._sqlite_references import Rules, references_of
from recording.stores._sqlite_schema import Schema, read_schema
from recording.stores._sqlite_settle import settle, wanted_of

SCHEMA_FILE = "schema.json"
"""What the schema itself says in words of its own; it is looked at, and cannot be changed."""

_NOTHING: frozenset[str] = frozenset()
_KNOWN: tuple[Mapping[str, frozenset[str]], ...] = (
    {"action_event": _NOTHING, "recording": _NOTHING},
    {"frames": _NOTHING, "ocr_text": _NOTHING},
    {"ui_events": _NOTHING},
    # Words that anybody may call a table by: what is in them counts.
    {"capture": frozenset({"id", "started_at", "platform"}), "events": frozenset({"id", "timestamp", "type", "data"})},
)
"""By recorder its tables, and the columns of each without which it is another's."""

NAMES = frozenset({"recording.db", "db.sqlite", "capture.db"})
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
        reading = Reading(database, schema, max_bytes)
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
            unique = {table.name: unique_of(database, table) for table in schema.tables}
            foreign = {table.name: foreign_of(database, table) for table in schema.tables}
            rules = Rules(schema, unique, tuple(references_of(schema, foreign)))
            wanted = wanted_of(rules)
            before = {table.name: before_of(database, schema, table, wanted[table.name]) for table in schema.tables}
        tables = {table.name: read_table(table, wanted[table.name], files, database.place) for table in schema.tables}
        settled, renamed, changed = settle(rules, before, tables, wanted, files)
        lines = {
            file: write_table(table, settled[table.name], files[file], forget=table.name in changed)
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


def _is_known(source: SourceFile, *, with_log: bool) -> bool:
    """Whether the tables are those of a recorder; without its log a database need not be copied."""
    database = open_database(source, {}, with_log=with_log)
    with told(database.place):
        rows = database.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = {str(row[0]).casefold(): str(row[0]) for row in rows}
        held = {
            name: _columns(database.connection, names[name]) for tables in _KNOWN for name in tables if name in names
        }
        database.connection.close()
    return any(all(name in held and columns <= held[name] for name, columns in tables.items()) for tables in _KNOWN)


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {str(row[1]) for row in connection.execute(f"PRAGMA table_info({quoted(table)})")}


def _head(source: SourceFile) -> bytes:
    if source.data is None and source.path is not None:
        with source.path.open("rb") as stream:
            return stream.read(len(MAGIC))
    return source.read()[: len(MAGIC)]


def _damaged(place: str) -> InputError:
    return InputError(
        "the database is damaged", code="database-damaged", place=place,
        hint="the file was cut off or changed: repair it with sqlite3's .recover, or leave it out",
    )  # fmt: skip


STORE = Sqlite()
