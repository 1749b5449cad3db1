"""Makes rows fit again after some were taken out, put in or changed: numbers, references, lengths, digests.

Rows are numbered anew without gaps wherever their set has changed, since a gap, or a number that was never given, would
count what was there. What refers to a row follows it; what refers to one that is gone becomes null, or goes as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from recording.errors import InputError
from recording.json_spans import MAX_DEPTH
from recording.stores._sqlite_references import ORDINAL, Row, Tables, drop_dangling, follow, references_of
from recording.stores._sqlite_rows import PICTURES, Nested, Picture, Value, decode_row, stored
from recording.stores._sqlite_schema import Schema, Table

_LENGTH = "text_length"
_TEXTS = ("text_content", "text", "transcription", "text_output", "content")
_DIGESTS = {"png_sha256": "png_data"}
_PROGRESS = "fts_index_progress"


def read_tables(schema: Schema, files: Mapping[str, bytes], place: str) -> dict[str, list[Row]]:
    """The rows of every table, by name.

    Raises:
        InputError: ``database-rows``: a line is none of its table.
    """
    out: dict[str, list[Row]] = {}
    for table in schema.tables:
        members = set(table.members)
        try:
            lines = files.get(f"{table.name}.jsonl", b"").split(b"\n")
            rows = [_shared(decode_row(line), table.members, members) for line in lines if line.strip()]
        except (ValueError, KeyError, RecursionError, InputError):
            rows = [{"": None}]
        if any(not row.keys() <= members for row in rows):
            raise InputError(
                "a row does not fit into its table", code="database-rows", place=f"{place}!/{table.name}.jsonl",
                hint=f"a line is one JSON object, a member for each column, at most {MAX_DEPTH} levels deep",
            )  # fmt: skip
        out[table.name] = rows
    return out


def _shared(cells: Row, names: tuple[str, ...], members: set[str]) -> Row:
    """The same cells under the names of the table itself: a name for each row would take more room than the rows."""
    return {name: cells.get(name) for name in names} if cells.keys() <= members else cells


def settle(
    source: Tables, tables: dict[str, list[Row]], pictures: Mapping[str, bytes]
) -> tuple[dict[str, list[Row]], dict[str, str]]:
    """The rows as they are stored, and the new names of pictures by the old ones.

    Args:
        source: The database as it was.
        tables: Its rows now; they are changed.
        pictures: Bytes by name.
    """
    before = {table.name: [dict(zip(table.members, row, strict=True)) for row in source.rows[table.name]]
              for table in source.schema.tables}  # fmt: skip
    named = {table.name: table for table in source.schema.tables}
    references = list(references_of(source))
    drop_dangling(named, references, before, tables)
    for name, table in named.items():
        _work_out(table, before[name], tables[name], pictures)
    maps = {
        (name, column): _numbered(before[name], tables[name], column)
        for name, table in named.items()
        for column in _numbers(table)
    }
    follow(references, maps, tables)
    _progress(named, maps, tables)
    for name, table in named.items():
        _told_apart(source.unique[name], before[name], tables[name], table)
        if not table.rowid:
            tables[name].sort(key=_by_key(table))
    return tables, _renamed(named, tables, pictures)


def _numbers(table: Table) -> Iterator[str]:
    if table.rowid:
        yield table.rowid
    if any(column.name == ORDINAL for column in table.columns):
        yield ORDINAL


def _numbered(before: Sequence[Row], rows: Sequence[Row], column: str) -> dict[Value, Value] | None:
    """Number the rows anew where their set or order has changed: new numbers by old ones; ``None`` where it has not."""
    old = [row.get(column) for row in before]
    now = [row.get(column) for row in rows]
    if old == now or not any(isinstance(number, int) for number in old):
        return None
    start = next(number for number in old if isinstance(number, int))
    out: dict[Value, Value] = {}
    for number, row in enumerate(rows, start=start):
        if row.get(column) is not None:
            out.setdefault(row[column], number)
        row[column] = number
    return out


def _progress(
    named: Mapping[str, Table],
    maps: Mapping[tuple[str, str], dict[Value, Value] | None],
    tables: Mapping[str, Sequence[Row]],
) -> None:
    """How far screenpipe has come with its search index, in the new numbers."""
    for row in tables.get(_PROGRESS, ()):
        table, last = named.get(str(row.get("table_name"))), row.get("last_indexed_rowid")
        new = maps.get((table.name, table.rowid)) if table is not None else None
        if new is not None and isinstance(last, int):
            row["last_indexed_rowid"] = max(
                (n for o, n in new.items() if isinstance(o, int) and isinstance(n, int) and o <= last), default=0
            )


def _work_out(table: Table, before: Sequence[Row], rows: Sequence[Row], pictures: Mapping[str, bytes]) -> None:
    """Pictures that are gone, their digests, and the lengths of texts that have changed."""
    columns = {column.name for column in table.columns}
    needed = {column.name for column in table.columns if column.needed}
    text = next((name for name in _TEXTS if name in columns), "") if _LENGTH in columns else ""
    was = {row.get(table.rowid): row for row in before} if table.rowid else {}
    shown = {column for name, column in PICTURES if name == table.name}
    if not shown and not text and not columns & _DIGESTS.keys():
        return
    measure = _measure(text, before)
    for row in rows:
        said = {name: row.get(name) for name in shown}
        data = {name: _found(value, pictures) for name, value in said.items() if isinstance(value, Picture)}
        for name, found in data.items():
            if found is None:
                row[name] = b"" if name in needed else None
        for digest, of in _DIGESTS.items():
            if row.get(digest) is not None:
                file = data.get(of)
                row[digest] = hashlib.sha256(pictures[file]).hexdigest() if file is not None else None
        if text and row.get(text) != was.get(row.get(table.rowid), {}).get(text):
            new = stored(row.get(text))
            row[_LENGTH] = len(new.encode("utf-8") if measure else new) if isinstance(new, str) else None


def _measure(text: str, before: Sequence[Row]) -> bool:
    """Whether lengths count bytes and not characters."""
    said = [(stored(row.get(text)), row.get(_LENGTH)) for row in before] if text else []
    pairs = [(text, count) for text, count in said if isinstance(text, str) and not text.isascii()]
    return bool(pairs) and all(len(text.encode("utf-8")) == count for text, count in pairs)


def _found(picture: Picture, pictures: Mapping[str, bytes]) -> str | None:
    """Name of a picture's file, which may have got another suffix."""
    if picture.file in pictures:
        return picture.file
    stem = picture.file.rpartition(".")[0]
    return next((name for name in (f"{stem}.png", f"{stem}.jpg") if name in pictures), None)


def _renamed(
    named: Mapping[str, Table], tables: Mapping[str, Sequence[Row]], pictures: Mapping[str, bytes]
) -> dict[str, str]:
    """Pictures are named by the place of their row."""
    out: dict[str, str] = {}
    for name, shown in PICTURES:
        for number, row in enumerate(tables[name] if name in named else (), start=1):
            for column, value in ((shown, row.get(shown)),):
                old = _found(value, pictures) if isinstance(value, Picture) else None
                if old is not None:
                    out[old] = f"{name}-{number:06d}.{old.rpartition('.')[2]}"
                    row[column] = Picture(out[old])
    return out


def _told_apart(unique: Sequence[tuple[str, ...]], before: Sequence[Row], rows: Sequence[Row], table: Table) -> None:
    """Two texts that must differ, and were given the same stand-in, get a number."""
    if not unique or not rows:
        return
    same = {_fixed(row, table) for row in before}
    for columns in unique:
        seen = {_part(row, columns) for row in rows if _fixed(row, table) in same}
        for row in rows:
            if _fixed(row, table) in same or None in _part(row, columns):
                continue
            column = next((name for name in columns if isinstance(row.get(name), str)), None)
            text, number = str(row.get(column or "")), 1
            while _part(row, columns) in seen and column is not None:
                number += 1
                row[column] = f"{text} ({number})"
            seen.add(_part(row, columns))


def _fixed(row: Row, table: Table) -> tuple[Value, ...]:
    return tuple(row.get(column.name) for column in table.columns)


def _part(row: Row, columns: Sequence[str]) -> tuple[Value, ...]:
    values = (row.get(name) for name in columns)
    return tuple(value.casefold() if isinstance(value, str) else value for value in values)


@dataclass(frozen=True, slots=True)
class _by_key:  # noqa: N801  a function with its table
    """Where a row of a table without row numbers stands: nulls, numbers, texts."""

    table: Table

    def __call__(self, row: Row) -> tuple[tuple[int, float, bytes], ...]:
        key = sorted((column.key, column.name) for column in self.table.columns if column.key)
        out = []
        for value in (row.get(name) for _, name in key):
            if isinstance(value, int | float):
                out.append((1, float(value), b""))
            elif isinstance(value, str | Nested):
                out.append((2, 0.0, str(stored(value)).encode("utf-8", "replace")))
            else:
                out.append((0, 0.0, b""))
        return tuple(out)
