"""What a format says about the tables of its recorder, for `recording.formats._tables` to read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from recording.context import Window
from recording.documents import file_type
from recording.formats._table_roles import Cells, is_time
from recording.json_spans import Leaf
from recording.model import SourceFile
from recording.rows import Row
from recording.stores import INSIDE


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its cells by column, and the leaves of its JSON text (empty where no cell needed a closer look)."""

    table: str
    cells: Cells = field(repr=False)
    leaves: Sequence[Leaf] = field(repr=False)


Mark = tuple[int, str, str, str]
"""A kind of row, and three words of a dialect's own."""


@dataclass(frozen=True, slots=True)
class Context:
    """Rows of another table by number, and what codes of keys mean."""

    rows: Mapping[str, Cells] = field(default_factory=dict, repr=False)
    codes: Mapping[int, str] = field(default_factory=dict, repr=False)


def _as_taken(_: Line, __: Leaf, role: str | None) -> str | None:
    return role


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a recorder's tables mean.

    Attributes:
        name: Of the format.
        main: The table of input events; its first key stream is the recording's.
        read: The event that a row is.
        windows: What a row says of the window that has the focus from then on.
        mark: What ``streams`` has to know of a row; rows themselves, with all their texts, are not kept.
        streams: Which key stream each row is of, given the table and the marks of its rows.
        plain: How a text column is read where the recorder writes it in a way of its own: table, column, text.
        context: What ``read`` has to know besides the row: the files, and the file that is read.
        role: What a leaf is as a text field, given what tables in general take it for.
        inside: Path of the JSON in which rows of the main table have members of their own: times and places there are
            those of the row, and a file that is named there is null once it does not pass.
        bare: Lines of this shape hold no text: they are not looked at leaf by leaf.
    """

    name: str
    main: str
    read: Callable[[Line, Context], Row]
    windows: Callable[[Line, Row], Window | None]
    mark: Callable[[Line, Row], Mark]
    streams: Callable[[str, Sequence[Mark]], Sequence[int]]
    plain: Callable[[str, str, str], str]
    context: Callable[[Mapping[str, SourceFile], str], Context]
    role: Callable[[Line, Leaf, str | None], str | None] = _as_taken
    inside: tuple[str, ...] = ()
    bare: re.Pattern[bytes] | None = None


OWN_TABLES = {
    "openadapt": frozenset({"action_event"}), "screenpipe": frozenset({"ui_events"}),
    "openadapt-events": frozenset({"capture", "events"}),
}  # fmt: skip
"""By name of the format, the tables that its dialect alone reads as keys."""


def table_of(file: str, source: SourceFile | None) -> str | None:
    """The table that a file of a store holds; ``None`` for any other file, whatever its name."""
    inside = source is not None and source.store and file_type(file) == "jsonl"
    return PurePosixPath(file.removeprefix(f"{source.store}{INSIDE}")).stem if source is not None and inside else None


def time_of(cells: Cells) -> int | None:
    """The time of a row, nanoseconds."""
    return is_time("timestamp", cells.get("timestamp"))
