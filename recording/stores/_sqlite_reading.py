"""What a database says, row by row: values, screenshots by name, and what no two rows may have alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from recording.errors import InputError
from recording.model import SourceFile
from recording.stores._sqlite_lines import Wanted, digest, measured
from recording.stores._sqlite_open import Database, quoted
from recording.stores._sqlite_references import Before
from recording.stores._sqlite_rows import CHECKSUM_BYTES, PICTURES, Picture, Value, encode_row, read_text
from recording.stores._sqlite_schema import Schema, Table

_SUFFIXES = (
    (b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"BM", ".bmp"),
    (b"II*\x00", ".tif"), (b"MM\x00*", ".tif"),
)  # fmt: skip
_HEAD = 12


class Reading:
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
        cells = ", ".join([*(_cell(table, name) for name in members), quoted(table.rowid) if table.rowid else "0"])
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
        if column == table.checksum and len(head) == CHECKSUM_BYTES:
            return head
        suffix = _suffix(head) if (table.name, column) in PICTURES and table.rowid else ""
        if not suffix:
            if head:
                self.dropped.add(f"{table.name}.{column}.bytes")
            return b"" if empty or not head else None
        name = f"{table.name}-{number:06d}{suffix}"
        load = partial(self.database.blob, table.name, column, table.rowid, rowid)
        self.pictures[name] = SourceFile(name, load=load)
        return Picture(name)


def _cell(table: Table, column: str) -> str:
    """What is selected of a column: no more than the beginning of bytes, which are read when they are asked for."""
    name = quoted(column)
    whole = f" AND length({name}) <> {CHECKSUM_BYTES}" if column == table.checksum else ""
    held = f"typeof({name}) = 'blob' AND length({name}) > 0{whole}"
    return f"CASE WHEN {held} THEN substr({name}, 1, {_HEAD}) ELSE {name} END"


def _suffix(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    return next((suffix for magic, suffix in _SUFFIXES if head.startswith(magic)), "")


def before_of(database: Database, schema: Schema, table: Table, wanted: Wanted) -> Before:
    """What settling asks of a table as it was."""
    names = tuple(name for name in table.members if name in wanted.columns)
    members = table.members if wanted.whole else (*names, *([wanted.text] if wanted.text else []))
    columns: dict[str, list[Value]] = {name: [] for name in names}
    said, digests = [], set()
    for values in Reading(database, schema, None).rows(table, members) if members else ():
        for name, value in zip(members, values, strict=True):
            if name in columns:
                columns[name].append(value)
            if name == wanted.text:
                said.append(measured(value))
        if wanted.whole:
            digests.add(digest(encode_row(members, values)))
    return Before(columns, said, frozenset(digests))


def unique_of(database: Database, table: Table) -> tuple[tuple[str, ...], ...]:
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


def foreign_of(database: Database, table: Table) -> tuple[tuple[str, str, str], ...]:
    """Column, table and column of that table, for each declared reference."""
    found = database.connection.execute(f"PRAGMA foreign_key_list({quoted(table.name)})").fetchall()
    return tuple((row[3], row[2], row[4] or "") for row in found)
