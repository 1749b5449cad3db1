"""Builds a database from the statements of a schema and rows: no page of another database ever gets into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from recording.errors import InputError
from recording.stores._sqlite_lines import decoded_rows
from recording.stores._sqlite_open import Database, quoted, told
from recording.stores._sqlite_rows import Picture, Value, is_stored, stored
from recording.stores._sqlite_schema import Index, Schema, Table

_KEPT = ("user_version", "application_id")
_PROGRESS = "fts_index_progress"


def build(database: Database, schema: Schema, files: Mapping[str, bytes]) -> bytes:
    """The bytes of a new database with the rows and pictures of ``files``.

    Raises:
        InputError: ``database-schema``: SQLite does not take the statements of the schema; ``database-rows``: it does
            not take the rows.
    """
    with told(database.place):
        page_size = int(database.connection.execute("PRAGMA page_size").fetchone()[0])
        kept = [int(database.connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in _KEPT]
        searched = {index.name: _source_index(database, index) for index in schema.indexes if index.content == "own"}
    # A database without a name lies in a private temporary file without a name, as far as the cache does not hold it.
    connection = sqlite3.connect("", isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(f"PRAGMA page_size = {page_size}")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        _carry_out(connection, schema.statements, database.place)
        _fill(connection, schema, files, database.place)
        for index in schema.indexes:
            _search_index(connection, schema, index, searched.get(index.name))
        _carry_out(connection, schema.triggers, database.place)
        for name, value in zip(_KEPT, kept, strict=True):
            connection.execute(f"PRAGMA {name} = {value}")
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)  # VACUUM attaches its own
        connection.execute("VACUUM")
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise _unfit(database.place)
        return connection.serialize()
    except (sqlite3.Error, OverflowError, ValueError, KeyError):
        raise _unfit(database.place) from None
    finally:
        connection.close()


def _carry_out(connection: sqlite3.Connection, statements: Sequence[str], place: str) -> None:
    for statement in statements:
        try:
            connection.execute(statement)
        except (sqlite3.Error, sqlite3.Warning):
            raise InputError(
                "a table, an index or a trigger cannot be made again", code="database-schema", place=place,
                hint="the schema needs functions or modules that are not here; drop what the recorder does not need",
            ) from None  # fmt: skip


def _fill(connection: sqlite3.Connection, schema: Schema, files: Mapping[str, bytes], place: str) -> None:
    for table in schema.tables:
        if table.name in schema.emptied and files.get(f"{table.name}.jsonl", b"").strip():
            raise _unfit(place)
        names = ", ".join(map(quoted, table.members))
        marks = ", ".join("?" * len(table.members))
        insert = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({marks})"  # noqa: S608  names of the schema, quoted
        connection.execute("BEGIN")
        connection.executemany(insert, _cells(table, files, place))
        connection.execute("COMMIT")


def _cells(table: Table, files: Mapping[str, bytes], place: str) -> Iterator[Sequence[object]]:
    members = table.members
    for _, row in decoded_rows(table, files, place):
        if row:
            values = [row.get(name) for name in members]
            cells = zip(members, values, strict=True)
            yield values if is_stored(values) else [_cell(table, name, value, files) for name, value in cells]


def _cell(table: Table, column: str, value: Value, files: Mapping[str, bytes]) -> object:
    if isinstance(value, bytes) and value and column != table.checksum:
        raise ValueError("bytes that nobody has looked at")
    return files[value.file] if isinstance(value, Picture) else stored(value)


def _source_index(database: Database, index: Index) -> tuple[list[int], dict[str, object]]:
    """Row numbers of a full-text index of its own, and what stands in it where its table holds null."""
    connection, name = database.connection, quoted(index.name)
    rows = [row[0] for row in connection.execute(f"SELECT rowid FROM {name} ORDER BY rowid")]  # noqa: S608  a name of the schema, quoted
    nothing: dict[str, object] = {}
    for column in index.columns:
        query = f"SELECT 1 FROM {name} WHERE typeof({quoted(column)}) = 'integer' AND {quoted(column)} = 0 LIMIT 1"  # noqa: S608  names of the schema, quoted
        nothing[column] = 0 if connection.execute(query).fetchone() else ""
    return rows, nothing


def _search_index(
    connection: sqlite3.Connection,
    schema: Schema,
    index: Index,
    source: tuple[list[int], dict[str, object]] | None,
) -> None:
    """Fill a full-text index from the new rows: what it held before is not looked at."""
    name = quoted(index.name)
    if index.content == "external":
        connection.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")  # noqa: S608  a name of the schema, quoted
    base = next((table for table in schema.tables if table.name == index.name.removesuffix("_fts")), None)
    if index.content == "own" and base is not None and source is not None and source[0]:
        last = _progress(connection, schema, base)
        count = sum(1 for _ in _indexed(connection, base, index, source[1], last))
        numbers = source[0] if len(source[0]) == count else range(1, count + 1)
        names = ", ".join(("rowid", *map(quoted, index.columns)))
        marks = ", ".join("?" * (len(index.columns) + 1))
        connection.execute("BEGIN")
        connection.executemany(
            f"INSERT INTO {name} ({names}) VALUES ({marks})",  # noqa: S608  names of the schema, quoted
            (
                [number, *row]
                for number, row in zip(numbers, _indexed(connection, base, index, source[1], last), strict=True)
            ),
        )
        connection.execute("COMMIT")
    connection.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")  # noqa: S608  a name of the schema, quoted


def _progress(connection: sqlite3.Connection, schema: Schema, base: Table) -> int | None:
    """The last row of a table that the recorder has come to with its index; ``None`` where it does not say."""
    told = next((table for table in schema.tables if table.name == _PROGRESS), None)
    if told is None or not {"table_name", "last_indexed_rowid"} <= set(told.members):
        return None
    query = f"SELECT last_indexed_rowid FROM {_PROGRESS} WHERE table_name = ?"  # noqa: S608  a constant
    row = connection.execute(query, (base.name,)).fetchone()
    return row[0] if row is not None and isinstance(row[0], int) else None


def _indexed(
    connection: sqlite3.Connection, base: Table, index: Index, nothing: Mapping[str, object], last: int | None
) -> Iterator[list[object]]:
    """The rows of an index: those of its table that say anything, as far as the recorder has come with them."""
    columns = {column.name for column in base.columns}
    sources = [_column(name, base, columns) for name in index.columns]
    said = [quoted(name) for name in index.columns if name in columns and not name.endswith("id")]
    cells = ", ".join("NULL" if column is None else quoted(column) for column in sources)
    rule = " OR ".join(f"({name} IS NOT NULL AND {name} <> '')" for name in said) or "0"
    rule = f"({rule}) AND {quoted(base.rowid)} <= {last}" if last is not None and base.rowid else rule
    query = f"SELECT {cells} FROM {quoted(base.name)} WHERE {rule} ORDER BY {base.order}"  # noqa: S608  names of the schema, quoted
    for row in connection.execute(query):
        yield [nothing[name] if value is None else value for name, value in zip(index.columns, row, strict=True)]


def _column(name: str, base: Table, columns: set[str]) -> str | None:
    """The column of the table that an index repeats: that of its name, or the row number (``ui_id``)."""
    if name in columns:
        return name
    return base.rowid if name.endswith("id") and base.rowid else None


def _unfit(place: str) -> InputError:
    return InputError(
        "the rows do not fit into the database", code="database-rows", place=place,
        hint="a column has a rule (CHECK, UNIQUE, NOT NULL, STRICT) that what was put in does not keep",
    )  # fmt: skip
