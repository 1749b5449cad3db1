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
    """

    kind: npt.NDArray[np.int8]
    t_ns: npt.NDArray[np.int64]
    has_t: npt.NDArray[np.bool_]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    button: npt.NDArray[np.int8]
    buttons: tuple[str, ...]


def empty_bulk(count: int, buttons: tuple[str, ...] = ()) -> Bulk:
    """A `Bulk` of ``count`` lines of which none has been read."""
    return Bulk(
        np.full(count, -1, np.int8), np.zeros(count, np.int64), np.zeros(count, np.bool_),
        np.full(count, np.nan), np.full(count, np.nan), np.full(count, -1, np.int8), buttons,
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
    """
    n = len(lines)
    kind, t_ns, has_t = bulk.kind.copy(), bulk.t_ns.copy(), bulk.has_t.copy()
    x, y, secure = bulk.x.copy(), bulk.y.copy(), np.zeros(n, np.bool_)
    kind[at] = [_KIND_CODE[row.kind] for row in rows]
    t_ns[at] = [row.t_ns or 0 for row in rows]
    has_t[at] = [row.t_ns is not None for row in rows]
    x[at] = [np.nan if row.x is None else row.x for row in rows]
    y[at] = [np.nan if row.y is None else row.y for row in rows]
    secure[at] = [row.secure for row in rows]
    if n and kind.min() < 0:
        raise ValueError("a line was read neither in bulk nor on its own")
    names = sorted({*bulk.buttons, *(row.button for row in rows if row.button is not None)})
    code = {name: number for number, name in enumerate(names)}
    button = np.full(n, -1, np.int64)
    pressed = bulk.button >= 0
    button[pressed] = np.array([code[name] for name in bulk.buttons] or [0])[bulk.button[pressed]]
    button[at] = [-1 if row.button is None else code[row.button] for row in rows]
    columns = {
        "seq": pa.array(np.arange(first_seq, first_seq + n)),
        "t_ns": pa.array(t_ns, mask=~has_t),
        "kind": pa.array(KINDS).take(pa.array(kind)),
        "key": _sparse(n, at, [row.key for row in rows]),
        "text": _sparse(n, at, [row.text for row in rows]),
        "x": pa.array(x, mask=np.isnan(x)),
        "y": pa.array(y, mask=np.isnan(y)),
        "button": pa.array(names, pa.string()).take(pa.array(button, mask=button < 0)),
        "app": _sparse(n, at, [row.app for row in rows]),
        "window": _sparse(n, at, [row.window for row in rows]),
        "url": _sparse(n, at, [row.url for row in rows]),
        "field": _sparse(n, at, [row.field for row in rows]),
        "secure": pa.array(secure),
        "stream": pa.array(np.full(n, stream, np.int16)),
        "file": pa.repeat(pa.scalar(file, pa.string()), n),
        "start": pa.array(lines.starts),
        "end": pa.array(lines.ends),
    }
    return pa.table(columns, schema=EVENTS)


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


def _sparse(n: int, at: npt.NDArray[np.int64], values: Sequence[str | None]) -> pa.Array:
    """A string column that is null everywhere but at lines ``at``."""
    index = np.full(n, -1, np.int64)
    index[at] = np.arange(len(values))
    return pa.array(values, pa.string()).take(pa.array(index, mask=index < 0))
