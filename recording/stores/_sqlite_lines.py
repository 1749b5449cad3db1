"""Rows as settling looks at them: what numbers and refers, where the line stands, and no more of what it says."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recording.errors import InputError
from recording.json_spans import MAX_DEPTH
from recording.stores._sqlite_rows import Nested, Value, decode_row, encode_row, stored
from recording.stores._sqlite_schema import Table

_DIGEST = 16
ORDINAL = "source_ordinal"
"""A second number of rows, by which newer recordings of OpenAdapt refer to each other."""
# In no string: a quote within one has a backslash before it.
_NESTED_ORDINAL = re.compile(rb'("(?:[a-z_]{1,40}_)?source_ordinal"[ \t\r]*:[ \t\r]*)-?\d[\d.eE+-]*')


@dataclass(frozen=True, slots=True)
class Said:
    """A text without its characters: how many code points and bytes of UTF-8 it has, and its digest."""

    chars: int
    size: int
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the rows of a table: cells of these columns, the lengths of a text, a digest of all of it."""

    columns: frozenset[str] = frozenset()
    text: str = ""
    whole: bool = False


class Row(dict[str, Value]):
    """Some cells of a row by column, and its line: bytes ``start`` to ``end`` of the table's file."""

    __slots__ = ("digest", "end", "said", "start")

    def __init__(self, cells: Mapping[str, Value], line: bytes, start: int, wanted: Wanted) -> None:
        super().__init__({name: cells.get(name) for name in wanted.columns})
        self.start, self.end = start, start + len(line)
        self.said = measured(cells.get(wanted.text)) if wanted.text else None
        self.digest = digest(line) if wanted.whole else b""


def measured(value: Value) -> Said | None:
    """The lengths of a text; ``None`` for what is none."""
    text = stored(value) if isinstance(value, Nested) else value
    if not isinstance(text, str):
        return None
    data = text.encode("utf-8", "surrogatepass")
    return Said(len(text), len(data), digest(data))


def digest(line: bytes) -> bytes:
    """What stands for a whole line, with its end or without: equal ones are equal rows."""
    return hashlib.blake2b(line.rstrip(b"\n"), digest_size=_DIGEST).digest()


def decoded_rows(table: Table, files: Mapping[str, bytes], place: str) -> Iterator[tuple[bytes, Mapping[str, Value]]]:
    """The lines of one table, and the cells of each; those of a blank line are none.

    Raises:
        InputError: ``database-rows``: a line is none of its table.
    """
    members = set(table.members)
    for line in io.BytesIO(files.get(f"{table.name}.jsonl", b"")):
        try:
            cells = decode_row(line) if line.strip() else {}
        except (ValueError, KeyError, RecursionError, InputError):
            cells = {"": None}
        if not cells.keys() <= members:
            raise InputError(
                "a row does not fit into its table", code="database-rows", place=f"{place}!/{table.name}.jsonl",
                hint=f"a line is one JSON object, a member for each column, at most {MAX_DEPTH} levels deep",
            )  # fmt: skip
        yield line, cells


def read_table(table: Table, wanted: Wanted, files: Mapping[str, bytes], place: str) -> list[Row]:
    """The rows of one table, with the cells that are wanted.

    Raises:
        InputError: As `decoded_rows`.
    """
    out, start = [], 0
    for line, cells in decoded_rows(table, files, place):
        if cells:
            out.append(Row(cells, line, start, wanted))
        start += len(line)
    return out


def write_table(table: Table, rows: Sequence[Row], data: bytes, *, forget: bool) -> bytes:
    """The lines of a table as its rows are now; a line of which no cell has changed stays as it is.

    Args:
        table: The table.
        rows: Its rows.
        data: The lines that the rows were read from.
        forget: Rows have come or gone: ordinals that stand in their JSON alone, where nothing numbers them anew, become
            null, since they would count what was there.
    """
    members = table.members
    forget = forget and not any(name.endswith(ORDINAL) for name in members)
    out = io.BytesIO()
    same = 0  # so many bytes at the beginning are those of the source, and not copied yet
    for row in rows:
        line = data[row.start : row.end]
        kept = line
        if forget:
            line = _NESTED_ORDINAL.sub(rb"\1null", line)
        cells = decode_row(line)
        changed = {name: value for name, value in row.items() if not _is_same(cells.get(name), value)}
        if changed or len(cells) != len(members) or not line.endswith(b"\n"):
            merged = {**cells, **changed}
            line = encode_row(members, [merged.get(name) for name in members])
        elif line == kept and row.start == same and not out.tell():
            same = row.end
            continue
        if not out.tell():
            out.write(data[:same])
        out.write(line)
    if out.tell():
        return out.getvalue()
    return data if same == len(data) else data[:same]


def _is_same(old: Value, new: Value) -> bool:
    return type(old) is type(new) and old == new
