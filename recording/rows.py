"""Building the event table: rows that were read one by one, and bulk columns that were read all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from recording.lines import Lines
from recording.model import EVENTS, KINDS

_KIND_CODE = {kind: code for code, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Row:
    """An event read on its own; the columns of `EVENTS` that a line can tell."""

    kind: str
    t_ns: int | None = None
    key: str | None = _field(default=None, repr=False)
    text: str | None = _field(default=None, repr=False)
    x: float | None = None
    y: float | None = None
    button: str | None = None
    app: str | None = _field(default=None, repr=False)
    window: str | None = _field(default=None, repr=False)
    url: str | None = _field(default=None, repr=False)
    field: str | None = _field(default=None, repr=False)
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Bulk:
    """Columns of the lines that were read all at once; ``kind`` is -1 where a line was not.

    Attributes:
        kind: int8 codes into `KINDS`, shape ``(n,)``.
        t_ns: int64 nanoseconds; ``has_t`` says where there is one.
        has_t: bool.
        x: float64 pixels, NaN for none.
        y: float64 pixels, NaN for none.
        button: int8 codes into ``buttons``, -1 for none.
        buttons: Names of buttons.
        like: int32 number of the row, of those that are alike, that says everything else of a line; -1 for none.
    """

    kind: npt.NDArray[np.int8]
    t_ns: npt.NDArray[np.int64]
    has_t: npt.NDArray[np.bool_]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    button: npt.NDArray[np.int8]
    buttons: tuple[str, ...]
    like: npt.NDArray[np.int32]


def empty_bulk(count: int, buttons: tuple[str, ...] = ()) -> Bulk:
    """A `Bulk` of ``count`` lines of which none has been read."""
    return Bulk(
        np.full(count, -1, np.int8), np.zeros(count, np.int64), np.zeros(count, np.bool_),
        np.full(count, np.nan), np.full(count, np.nan), np.full(count, -1, np.int8), buttons,
        np.full(count, -1, np.int32),
    )  # fmt: skip


def kind_code(kind: str) -> int:
    """Code of a kind in `Bulk.kind`."""
    return _KIND_CODE[kind]


def event_table(
    lines: Lines,
    bulk: Bulk,
    rows: Sequence[Row],
    at: npt.NDArray[np.int64],
    *,
    file: str,
    stream: int,
    first_seq: int,
    alike: Sequence[Row] = (),
) -> pa.Table:
    """The events of one file, one per line, in the order of the file.

    Args:
        lines: The lines of the file.
        bulk: What was read all at once.
        rows: What was read line by line.
        at: Line number of each of ``rows``, shape ``(len(rows),)``.
        file: Name of the file.
        stream: Key stream of the file.
        first_seq: ``seq`` of the first line.
        alike: The rows that `Bulk.like` numbers; their times are those of ``bulk``.
    """
    n = len(lines)
    kind, t_ns, has_t = bulk.kind.copy(), bulk.t_ns.copy(), bulk.has_t.copy()
    x, y = bulk.x.copy(), bulk.y.copy()
    kind[at] = [_KIND_CODE[row.kind] for row in rows]
    t_ns[at] = [row.t_ns or 0 for row in rows]
    has_t[at] = [row.t_ns is not None for row in rows]
    if n and kind.min() < 0:
        raise ValueError("a line was read neither in bulk nor on its own")
    every = [*alike, *rows]
    which = bulk.like.copy()
    which[at] = np.arange(len(alike), len(every))
    for name, column in (("x", x), ("y", y)):
        given = [getattr(row, name) for row in every]
        if any(value is not None for value in given):
            numbers, of = np.array([np.nan if value is None else value for value in given]), which >= 0
            column[of] = numbers[which[of]]
    names = sorted({*bulk.buttons, *(row.button for row in every if row.button is not None)})
    code = {name: number for number, name in enumerate(names)}
    button = np.full(n, -1, np.int64)
    pressed = bulk.button >= 0
    button[pressed] = np.array([code[name] for name in bulk.buttons] or [0])[bulk.button[pressed]]
    if any(row.button is not None for row in every):
        of = which >= 0
        button[of] = np.array([-1 if row.button is None else code[row.button] for row in every])[which[of]]
    secure = np.zeros(n, np.bool_)
    if any(row.secure for row in every):
        of = which >= 0
        secure[of] = np.array([row.secure for row in every])[which[of]]
    index = pa.array(which, mask=which < 0)
    columns = {
        "seq": pa.array(np.arange(first_seq, first_seq + n)),
        "t_ns": pa.array(t_ns, mask=~has_t),
        "kind": pa.array(KINDS).take(pa.array(kind)),
        "key": _told(index, [row.key for row in every]),
        "text": _told(index, [row.text for row in every]),
        "x": pa.array(x, mask=np.isnan(x)),
        "y": pa.array(y, mask=np.isnan(y)),
        "button": _told(pa.array(button, mask=button < 0), names),
        "app": _told(index, [row.app for row in every]),
        "window": _told(index, [row.window for row in every]),
        "url": _told(index, [row.url for row in every]),
        "field": _told(index, [row.field for row in every]),
        "secure": pa.array(secure),
        "stream": pa.array(np.full(n, stream, np.int16)),
        "file": pa.repeat(pa.scalar(file, pa.string()), n),
        "start": pa.array(lines.starts),
        "end": pa.array(lines.ends),
    }
    return pa.table(columns, schema=EVENTS)


def _told(index: pa.Array, values: Sequence[str | None]) -> pa.Array:
    """A string column: for each line the value that its index says, null for none."""
    if index.null_count == len(index) or all(value is None for value in values):
        return pa.nulls(len(index), pa.string())
    return pa.array(values, pa.string()).take(index)


def rows_table(
    rows: Sequence[Row], places: Sequence[Place], *, file: str, stream: int = 0, first_seq: int = 0
) -> pa.Table:
    """The events of one file of which every record was read on its own.

    Args:
        rows: What was read.
        places: Where each record is.
        file: Name of the file.
        stream: Key stream of the file.
        first_seq: ``seq`` of the first record.
    """
    starts = np.array([place.start for place in places], np.int64)
    ends = np.array([place.end for place in places], np.int64)
    lines = Lines(starts, ends, pa.array([], pa.large_string()))
    count = np.arange(len(rows))
    return event_table(lines, empty_bulk(len(rows)), rows, count, file=file, stream=stream, first_seq=first_seq)


class Place(Protocol):
    """**Protocol:** bytes ``start..end`` of a file."""

    @property
    def start(self) -> int:
        """First byte."""
        ...

    @property
    def end(self) -> int:
        """One past the last byte."""
        ...
