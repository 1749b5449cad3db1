"""Which columns of a database refer to rows of which table, and what becomes of them when rows go or are renumbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recording.stores._sqlite_lines import ORDINAL, Row, Said
from recording.stores._sqlite_rows import Value
from recording.stores._sqlite_schema import Schema, Table


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values are those of a column of another table."""

    table: str
    column: str
    to: str
    to_column: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What a schema asks of rows.

    Attributes:
        schema: The schema.
        unique: By table, the columns with texts that no two rows may have alike.
        references: Which columns refer to which.
    """

    schema: Schema
    unique: Mapping[str, Sequence[tuple[str, ...]]]
    references: Sequence[Reference]


@dataclass(frozen=True, slots=True)
class Before:
    """A table as it was, as far as settling asks.

    Attributes:
        columns: The wanted cells by column, row by row.
        said: The lengths of its text, row by row; empty where none were wanted.
        digests: Of its lines, as far as they were wanted.
    """

    columns: Mapping[str, Sequence[Value]] = field(repr=False)
    said: Sequence[Said | None] = field(repr=False)
    digests: frozenset[bytes] = field(repr=False)


def references_of(schema: Schema, foreign: Mapping[str, Sequence[tuple[str, str, str]]]) -> Iterator[Reference]:
    """Declared ones, and those that a column's name tells: ``screenshot_id``, ``after_screenshot_timestamp``.

    Args:
        schema: The tables.
        foreign: By table, the declared ones: column, other table, column there (empty for its row number).
    """
    tables = schema.tables
    by_name = {table.name.casefold(): table for table in tables}
    for table in tables:
        declared = set()
        for column, to, there in foreign[table.name]:
            target = by_name.get(to.casefold())
            meant = (there or target.rowid).casefold() if target is not None else ""
            if target is not None and meant:
                declared.add(column)
                # SQL does not tell cases apart; names of members do.
                yield from (
                    Reference(table.name, own, target.name, name)
                    for own in table.members if own.casefold() == column.casefold()
                    for name in target.members if name.casefold() == meant
                )  # fmt: skip
        for column in (column.name for column in table.columns if column.name not in declared):
            found = None if column == table.rowid else _meant(column, table, by_name)
            if found is not None:
                yield Reference(table.name, column, *found)


def _meant(column: str, table: Table, tables: Mapping[str, Table]) -> tuple[str, str] | None:
    if column == "parent_id" and table.rowid:
        return table.name, table.rowid
    for end in ("_id", "_timestamp", f"_{ORDINAL}"):
        if not column.endswith(end):
            continue
        stem = column.removesuffix(end).casefold()
        meant = [name for name in tables if stem in (name, name.removesuffix("s"))] or [
            name for name in tables if stem.endswith((f"_{name}", f"_{name.removesuffix('s')}"))
        ]
        target = tables[max(meant, key=len)] if meant else None
        if target is None:
            continue
        there = target.rowid if end == "_id" and not target.hidden else end[1:]
        if any(one.name == there for one in target.columns):
            return target.name, there
    return None


def drop_dangling(
    named: Mapping[str, Table],
    references: Sequence[Reference],
    before: Mapping[str, Before],
    tables: dict[str, list[Row]],
) -> None:
    """What refers to a row that is gone becomes null; where that is not allowed its own row goes."""
    loose = {
        ref: set(before[ref.table].columns[ref.column]) - set(before[ref.to].columns[ref.to_column])
        for ref in references
    }
    again = True
    while again:
        again = False
        for ref in references:
            there = {row.get(ref.to_column) for row in tables[ref.to]} | {None}
            column = next(one for one in named[ref.table].columns if one.name == ref.column)
            rows = tables[ref.table]
            gone = [row for row in rows if row.get(ref.column) not in there and row.get(ref.column) not in loose[ref]]
            if not gone:
                continue
            if column.needed or column.key:
                ids = {id(row) for row in gone}
                tables[ref.table] = [row for row in rows if id(row) not in ids]
                again = True
            else:
                for row in gone:
                    row[ref.column] = None


def follow(
    references: Sequence[Reference],
    maps: Mapping[tuple[str, str], dict[Value, Value] | None],
    tables: Mapping[str, Sequence[Row]],
) -> None:
    for ref in references:
        new = maps.get((ref.to, ref.to_column))
        if new is not None:
            for row in tables[ref.table]:
                row[ref.column] = new.get(row.get(ref.column))
