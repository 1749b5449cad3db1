"""Makes rows fit again after some were taken out, put in or changed: numbers, references, lengths, digests.

Rows are numbered anew without gaps wherever their set has changed, since a gap, or a number that was never given, would
count what was there. What refers to a row follows it; what refers to one that is gone becomes null, or goes as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from recording.stores._sqlite_lines import ORDINAL, Row, Wanted
from recording.stores._sqlite_references import Before, Rules, drop_dangling, follow
from recording.stores._sqlite_rows import PICTURES, Nested, Picture, Value, stored
from recording.stores._sqlite_schema import Table

_LENGTH = "text_length"
_TEXTS = ("text_content", "text", "transcription", "text_output", "content")
_DIGESTS = {"png_sha256": "png_data"}
_PROGRESS = "fts_index_progress"


def wanted_of(rules: Rules) -> dict[str, Wanted]:
    """What settling asks of the rows of each table: what stands in no rule it does not look at."""
    out = {}
    for table in rules.schema.tables:
        names = {column.name for column in table.columns}
        asked = set(_numbers(table))
        asked.update(*rules.unique[table.name])
        for ref in rules.references:
            asked |= ({ref.column} if ref.table == table.name else set()) | (
                {ref.to_column} if ref.to == table.name else set()
            )
        asked.update(column for name, column in PICTURES if name == table.name)
        for derived, of in _DIGESTS.items():
            asked |= {derived, of} & names if derived in names else set()
        text = next((name for name in _TEXTS if name in names), "") if _LENGTH in names else ""
        asked.update([_LENGTH] if text else [])
        asked.update(["table_name", "last_indexed_rowid"] if table.name == _PROGRESS else [])
        if not table.rowid:
            asked.update(column.name for column in table.columns if column.key)
        columns = frozenset(asked) & frozenset(table.members)
        out[table.name] = Wanted(columns, text, bool(rules.unique[table.name]))
    return out


def settle(
    rules: Rules,
    before: Mapping[str, Before],
    tables: dict[str, list[Row]],
    wanted: Mapping[str, Wanted],
    pictures: Mapping[str, bytes],
) -> tuple[dict[str, list[Row]], dict[str, str], frozenset[str]]:
    """The rows as they are stored, the new names of pictures by the old ones, and the tables with other rows.

    Args:
        rules: What the schema asks.
        before: The tables as they were.
        tables: The rows now; they are changed.
        wanted: What of the rows was read, before and now.
        pictures: Bytes by name.
    """
    named = {table.name: table for table in rules.schema.tables}
    drop_dangling(named, rules.references, before, tables)
    for name, table in named.items():
        _work_out(table, before[name], tables[name], wanted[name].text, pictures)
    maps = {
        (name, column): _numbered(before[name].columns[column], tables[name], column)
        for name, table in named.items()
        for column in _numbers(table)
    }
    follow(rules.references, maps, tables)
    _progress(named, maps, tables)
    for name, table in named.items():
        _told_apart(rules.unique[name], before[name].digests, tables[name])
        if not table.rowid:
            tables[name].sort(key=_by_key(table))
    changed = frozenset(name for (name, _), new in maps.items() if new is not None)
    return tables, _renamed(named, tables, pictures), changed


def _numbers(table: Table) -> Iterator[str]:
    if table.rowid:
        yield table.rowid
    if any(column.name == ORDINAL for column in table.columns):
        yield ORDINAL


def _numbered(old: Sequence[Value], rows: Sequence[Row], column: str) -> dict[Value, Value] | None:
    """Number the rows anew where their set or order has changed: new numbers by old ones; ``None`` where it has not."""
    now = [row.get(column) for row in rows]
    if list(old) == now or not any(isinstance(number, int) for number in old):
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


def _work_out(table: Table, before: Before, rows: Sequence[Row], text: str, pictures: Mapping[str, bytes]) -> None:
    """Pictures that are gone, their digests, and the lengths of texts that have changed."""
    columns = {column.name for column in table.columns}
    needed = {column.name for column in table.columns if column.needed}
    shown = {column for name, column in PICTURES if name == table.name}
    if not shown and not text and not columns & _DIGESTS.keys():
        return
    was = dict(zip(before.columns[table.rowid], before.said, strict=True)) if table.rowid and text else {}
    measure = text and _in_bytes(before)
    for row in rows:
        said = {name: row.get(name) for name in shown}
        data = {name: _found(value, pictures) for name, value in said.items() if isinstance(value, Picture)}
        for name, found in data.items():
            if found is None:
                row[name] = b"" if name in needed else None
        for derived, of in _DIGESTS.items():
            if row.get(derived) is not None:
                file = data.get(of)
                row[derived] = hashlib.sha256(pictures[file]).hexdigest() if file is not None else None
        if text and row.said != was.get(row.get(table.rowid)):
            row[_LENGTH] = None if row.said is None else row.said.size if measure else row.said.chars


def _in_bytes(before: Before) -> bool:
    """Whether lengths count bytes and not characters."""
    said = zip(before.said, before.columns[_LENGTH], strict=True)
    pairs = [(text.size, count) for text, count in said if text is not None and text.size != text.chars]
    return bool(pairs) and all(size == count for size, count in pairs)


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


def _told_apart(unique: Sequence[tuple[str, ...]], fixed: Collection[bytes], rows: Sequence[Row]) -> None:
    """Two texts that must differ, and were given the same stand-in, get a number; rows that are as they were do not."""
    for columns in unique:
        seen = {_part(row, columns) for row in rows if row.digest in fixed}
        for row in rows:
            if row.digest in fixed or None in _part(row, columns):
                continue
            column = next((name for name in columns if isinstance(row.get(name), str)), None)
            text, number = str(row.get(column or "")), 1
            while _part(row, columns) in seen and column is not None:
                number += 1
                row[column] = f"{text} ({number})"
            seen.add(_part(row, columns))


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
