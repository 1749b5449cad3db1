"""New times for a whole recording: the main log first, then the copies of it in other files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recording.timeline import Timeline, TimeMap, resolution, time_map, unchanged
from text_redact.timing.keys import Bools, Ints, Strokes, strokes

TYPING = ("key_down", "key_up", "key_pair", "text", "input")
"""Kinds of rows that stand for typing."""


@dataclass(frozen=True, slots=True)
class Log:
    """The main log of a recording: ``n`` rows that have a time, in file order.

    Attributes:
        t_ns: int64 nanoseconds, shape ``(n,)``.
        is_key: bool: rows of typing.
        is_move: bool: mouse moves.
        written: bool: rows that a redaction put there.
        strokes: Presses and releases.
    """

    t_ns: Ints = field(repr=False)
    is_key: Bools = field(repr=False)
    is_move: Bools = field(repr=False)
    written: Bools = field(repr=False)
    strokes: Strokes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewTimes:
    """New times of the rows of a `Log`.

    Attributes:
        new_ns: int64 nanoseconds, shape ``(n,)``.
        free: bool: releases that may have changed places with other rows.
        flat: bool: rows after which the times of other records are not interpolated (`TimeMap.flat`).
    """

    new_ns: Ints = field(repr=False)
    free: Bools = field(repr=False)
    flat: Bools = field(repr=False)


def timeline(events: pa.Table, t_ns: Ints, timed: Bools, written: Bools, retime: Callable[[Log], NewTimes]) -> Timeline:
    """The timeline of a recording whose main log ``retime`` gives new times.

    Args:
        events: Rows, schema `recording.model.EVENTS`.
        t_ns: Their times in nanoseconds, shape ``(n,)``.
        timed: Rows that have one.
        written: Rows that a redaction put there.
        retime: Called once; not at all where nothing was typed.
    """
    kind = events["kind"]
    typing = np.asarray(pc.is_in(kind, value_set=pa.array(TYPING)).to_numpy())
    stream = events["stream"].to_numpy()
    if not np.any(timed & typing):
        return unchanged(t_ns, timed)
    main = np.flatnonzero(timed & (stream == stream[timed].min()))
    rows = pa.array(main)
    log = Log(
        t_ns[main],
        typing[main],
        pc.equal(kind.take(rows), "move").to_numpy(),
        written[main],
        _strokes(events, rows, typing[main]),
    )
    made = retime(log)
    step = resolution(t_ns[main])
    new = made.new_ns // step * step
    clock = time_map(log.t_ns, new, fixed=~made.free, flat=made.flat)
    free = np.zeros(len(t_ns), np.bool_)
    free[main] = made.free
    out = np.where(timed, clock(t_ns), t_ns)
    out[main] = new
    _copies(out, free, t_ns, timed & typing, main, clock, kind)
    return Timeline(t_ns, out, timed, order_of(events, out, timed, free), clock)


def _strokes(events: pa.Table, rows: pa.Array, typing: Bools) -> Strokes:
    """Names are read for rows of typing alone: nearly all others are mouse moves."""
    where = np.flatnonzero(typing).tolist()
    wanted = rows.filter(pa.array(typing))
    kinds = [""] * len(typing)
    keys: list[str | None] = [None] * len(typing)
    texts: list[str | None] = [None] * len(typing)
    read = (events[name].take(wanted).to_pylist() for name in ("kind", "key", "text"))
    for row, kind, key, text in zip(where, *read, strict=True):
        kinds[row], keys[row], texts[row] = kind, key, text
    return strokes(kinds, keys, texts)


def _copies(
    out: Ints, free: Bools, t_ns: Ints, typed: Bools, main: Ints, clock: TimeMap, kind: pa.ChunkedArray
) -> None:
    """Keys in other files follow the key that they copy; those that copy none lose the rhythm they have."""
    copies = typed.copy()
    copies[main] = False
    rows = np.flatnonzero(copies)
    if not len(rows):
        return
    is_up = np.asarray(pc.equal(kind, "key_up").to_numpy())
    for up in (False, True):
        source = main[typed[main] & (is_up[main] == up)]
        wanted = rows[is_up[rows] == up]
        order = np.argsort(t_ns[source], kind="stable")
        source = source[order]
        at = np.searchsorted(t_ns[source], t_ns[wanted])
        found = np.zeros(len(wanted), np.bool_)
        if len(source):
            near = np.minimum(at, len(source) - 1)
            found = t_ns[source[near]] == t_ns[wanted]
            out[wanted[found]] = out[source[near[found]]]
            free[wanted[found]] = free[source[near[found]]]
        alone = wanted[~found]
        left = np.clip(np.searchsorted(clock.knots_old, t_ns[alone], side="right") - 1, 0, None)
        out[alone] = clock.knots_new[left]


def order_of(events: pa.Table, new_ns: Ints, timed: Bools, free: Bools) -> Ints:
    """The row at each place: free rows go where their time is, all others keep their order; files keep their rows."""
    order = np.arange(len(new_ns))
    if not np.any(free):
        return order
    stream = events["stream"].to_numpy()
    for number in np.unique(stream[free]):
        rows = np.flatnonzero(stream == number)
        place = np.where(timed[rows] & ~free[rows], new_ns[rows], np.iinfo(np.int64).min)
        place = np.where(free[rows], new_ns[rows], np.maximum.accumulate(place))
        order[rows] = rows[np.argsort(place, kind="stable")]
    return order
