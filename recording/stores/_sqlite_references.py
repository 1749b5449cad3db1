"""Which columns of a database refer to rows of which table, and what becomes of them when rows go or are renumbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recording.stores._sqlite_rows import Value
from recording.stores._sqlite_schema import Schema, Table

Row = dict[str, Value]

ORDINAL = "source_ordinal"
"""A second number of rows, by which newer recordings of OpenAdapt refer to each other."""


@dataclass(frozen=True, slots=True)
class Tables:
    """A database as it was.

    Attributes:
        schema: Its schema.
        rows: By table, the values of each row as `Table.members` names them.
        unique: By table, the columns that no two rows may have alike.
        foreign: By table, the declared references: column, other table, column there (empty for its row number).
    """

    schema: Schema
    rows: Mapping[str, Sequence[Sequence[Value]]] = field(repr=False)
    unique: Mapping[str, Sequence[tuple[str, ...]]]
    foreign: Mapping[str, Sequence[tuple[str, str, str]]]


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values are those of a column of another table."""

    table: str
    column: str
    to: str
    to_column: str


def references_of(source: Tables) -> Iterator[Reference]:
    """Declared ones, and those that a column's name tells: ``screenshot_id``, ``after_screenshot_timestamp``."""
    tables = source.schema.tables
    by_name = {table.name.casefold(): table for table in tables}
    for table in tables:
        declared = set()
        for column, to, there in source.foreign[table.name]:
            target = by_name.get(to.casefold())
            if target is not None and (there or target.rowid):
                declared.add(column)
                yield Reference(table.name, column, target.name, there or target.rowid)
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
    before: Mapping[str, Sequence[Row]],
    tables: dict[str, list[Row]],
) -> None:
    """What refers to a row that is gone becomes null; where that is not allowed its own row goes."""
    old = {ref: {row.get(ref.to_column) for row in before[ref.to]} for ref in references}
    loose = {ref: {row.get(ref.column) for row in before[ref.table]} - old[ref] for ref in references}
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
