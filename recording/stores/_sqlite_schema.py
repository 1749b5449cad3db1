"""What a SQLite database says about its own tables."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from recording.errors import InputError
from recording.stores._sqlite_names import PLAIN_WORDS
from recording.stores._sqlite_open import Database, quoted, told

_NAME = re.compile(r"[A-Za-z_][\w $.-]{0,63}", re.ASCII)
_ROWIDS = ("rowid", "_rowid_", "oid")
_FTS5 = re.compile(r"(?is)\s*CREATE\s+VIRTUAL\s+TABLE\s.*?\sUSING\s+fts5\s*\(")
_CONTENT = re.compile(r"(?i)[,(]\s*content\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|(\w*))")
_SQL_PARTS = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\[[^\]]*\]|`[^`]*`|\w+", re.DOTALL)
_SQLX = "_sqlx_migrations"
_SQLX_COLUMNS = ("version", "description", "installed_on", "success", "checksum", "execution_time")
_MOST_SQL = 100_000
_FEW_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Column:
    """One column that rows store; ``key`` is its place in the primary key, 0 for none."""

    name: str
    needed: bool
    key: int


@dataclass(frozen=True, slots=True)
class Table:
    """One table of rows.

    Attributes:
        name: As the schema spells it.
        columns: Those that are stored; generated ones are not.
        rowid: The column that is the row's number, or a name for the number that has no column; empty where rows have
            none (``WITHOUT ROWID``).
        hidden: The number has no column.
    """

    name: str
    columns: tuple[Column, ...]
    rowid: str
    hidden: bool

    @property
    def members(self) -> tuple[str, ...]:
        """What a line of this table tells, in order."""
        names = tuple(column.name for column in self.columns)
        return (self.rowid, *names) if self.hidden else names

    @property
    def checksum(self) -> str:
        """The column with digests that say nothing of a person: those of sqlx, which refuses a database without.

        They are SHA-384 of the statements of a version of the recorder, equal on all machines. Empty for all tables but
        sqlx's own, told by its name and exactly its columns.
        """
        mine = self.name == _SQLX and tuple(column.name for column in self.columns) == _SQLX_COLUMNS
        return _SQLX_COLUMNS[4] if mine else ""

    @property
    def order(self) -> str:
        """How rows are ordered, as SQL."""
        key = sorted((column for column in self.columns if column.key), key=_key_place)
        return quoted(self.rowid) if self.rowid else ", ".join(quoted(column.name) for column in key)


@dataclass(frozen=True, slots=True)
class Index:
    """A full-text index (FTS5): ``content`` is ``own``, ``external`` or ``none``."""

    name: str
    columns: tuple[str, ...]
    content: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The parts of a schema that are carried over.

    Attributes:
        tables: Tables of rows, by name.
        indexes: Full-text indexes.
        statements: What makes the tables, full-text indexes and ordinary indexes, in this order, as the source has it.
        triggers: What makes the triggers; carried out last, so that none runs here.
        emptied: Names of tables that keep no row: embeddings.
        words: Comments, literals, and names that no known recorder gives: they may say something.
    """

    tables: tuple[Table, ...]
    indexes: tuple[Index, ...]
    statements: tuple[str, ...]
    triggers: tuple[str, ...]
    emptied: frozenset[str]
    words: tuple[str, ...]


def read_schema(database: Database) -> Schema:
    """The schema, without views, foreign virtual tables, statistics of the query planner, and all that needs them.

    Raises:
        InputError: ``database-damaged``, ``database-schema``.
    """
    with told(database.place):
        return _read_schema(database.connection, database.place)


def _read_schema(connection: sqlite3.Connection, place: str) -> Schema:
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY rowid"
    ).fetchall()
    if any(not all(isinstance(part, str) for part in row) or len(row[3]) > _MOST_SQL for row in rows):
        raise _odd(place)
    virtual = {name: sql for kind, name, _, sql in rows if kind == "table" and _is_virtual(sql)}
    kinds = {row[1]: row[2] for row in connection.execute("PRAGMA table_list") if row[0] == "main"}
    made, tables, indexes = [], [], []
    for kind, name, _, sql in rows:
        if kind != "table" or (name in virtual and not _FTS5.match(sql)) or _is_shadow(name, kinds, virtual):
            continue
        if not _NAME.fullmatch(name):
            raise _odd(place)
        made.append(sql)
        if name in virtual:
            columns = tuple(row[1] for row in connection.execute(f"PRAGMA table_info({quoted(name)})"))
            found = _CONTENT.search(sql)
            own = "own" if found is None else "external" if any(found.groups()) else "none"
            indexes.append(Index(name, columns, own))
        else:
            tables.append(_table(connection, name, place))
    if len({table.name.casefold() for table in tables}) != len(tables):
        raise _odd(place)
    kept = {name.casefold() for name in (*(t.name for t in tables), *(i.name for i in indexes))}
    made += [sql for kind, _, on, sql in rows if kind == "index" and on.casefold() in kept]
    dropped = {name for kind, name, _, _ in rows if kind in ("table", "view") and name.casefold() not in kept}
    triggers = [
        sql for kind, _, on, sql in rows if kind == "trigger" and on.casefold() in kept and not _tells(sql, dropped)
    ]
    emptied = frozenset(table.name for table in tables if "embedding" in table.name.casefold())
    return Schema(
        tuple(tables), tuple(indexes), tuple(made), tuple(triggers), emptied, _words((*made, *triggers))
    )  # fmt: skip


def _table(connection: sqlite3.Connection, name: str, place: str) -> Table:
    # cid, name, type, notnull, default, pk, hidden: 2 and 3 are generated columns
    found = connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    columns = tuple(Column(row[1], bool(row[3]), row[5]) for row in found if row[6] == 0)
    if not columns or any(not column.name.isprintable() or len(column.name) > 64 for column in columns):
        raise _odd(place)
    key = [row for row in found if row[5]]
    taken = {column.name.casefold() for column in columns}
    if any(row[4] for row in connection.execute("PRAGMA table_list") if row[1] == name):
        return Table(name, columns, "", hidden=False)
    if len(key) == 1 and key[0][2].upper() == "INTEGER":
        return Table(name, columns, key[0][1], hidden=False)
    free = next((rowid for rowid in _ROWIDS if rowid not in taken), None)
    if free is None:
        raise _odd(place)
    return Table(name, columns, free, hidden=True)


def _is_virtual(sql: str) -> bool:
    return re.match(r"(?i)\s*CREATE\s+VIRTUAL\s", sql) is not None


def _is_shadow(name: str, kinds: dict[str, str], virtual: dict[str, str]) -> bool:
    return kinds.get(name) == "shadow" or any(name.startswith(f"{owner}_") for owner in virtual if name != owner)


def _tells(sql: str, names: Iterable[str]) -> bool:
    said = {part.strip("\"'`[]").casefold() for part in _SQL_PARTS.findall(sql)}
    return any(name.casefold() in said for name in names)


def _words(statements: Iterable[str]) -> tuple[str, ...]:
    parts = {part for sql in statements for part in _SQL_PARTS.findall(sql)}
    return tuple(sorted(part for part in parts if len(part.strip("\"'`[]-/* \t\r\n")) > 1 and not _is_plain(part)))


def _is_plain(part: str) -> bool:
    words = re.findall(r"[^\W\d_]+", part.casefold())
    return sum(char.isdigit() for char in part) < _FEW_DIGITS and all(word in PLAIN_WORDS for word in words)


def _key_place(column: Column) -> int:
    return column.key


def _odd(place: str) -> InputError:
    return InputError(
        "the database has a table that cannot be put back", code="database-schema", place=place,
        hint="tables have plain names and columns of their own; leave the others out",
    )  # fmt: skip
