"""Plain typing, a run of keys at a time: nearly all there is in a recording, and nothing in it needs a second look.

A run gives what its keys one by one give, and ends before the first that does more than type behind the last one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from recording.timeline import Ints
from text_redact.keyboard import Hold, Symbol
from text_redact.reader import MAX_RAW, Reader

OTHER, DOWN, UP, PAIR = range(4)

_AT_ONCE, _NEVER = -1, 1 << 62
"""In the place of the release of a press: the record stands for both, or there is none."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows of a stream as runs need them, worked out for all of them at once; a row is meant by its number here.

    Attributes:
        roles: For each row whether it may be part of a run, and as what.
        ends: For each row that may, the first behind it that cannot be in one run with it.
        counts: For each row, and for the end, how many plain presses are before it.
        symbols: The distinct symbols; ``symbol_at`` has the number of each row's.
        numbers: For each row its number in the recording.
        at: The row of each plain press.
        rows: Its number in the recording.
        texts: What it types.
        releases: The row of its release.
        holds: Press and release as numbers in the recording.
        lower: Those that type a small letter, in order.
        by_cap: The rows of each key cap, in order.
    """

    roles: bytes = field(repr=False)
    ends: array[int] = field(repr=False)
    counts: array[int] = field(repr=False)
    symbols: Sequence[Symbol] = field(repr=False)
    symbol_at: Sequence[int] = field(repr=False)
    numbers: Sequence[int] = field(repr=False)
    at: Sequence[int] = field(repr=False)
    rows: Sequence[int] = field(repr=False)
    texts: Sequence[str] = field(repr=False)
    releases: Sequence[int] = field(repr=False)
    holds: Sequence[Sequence[int]] = field(repr=False)
    lower: Sequence[int] = field(repr=False)
    by_cap: Mapping[str, Sequence[int]] = field(repr=False)

    def symbol(self, row: int) -> Symbol:
        """The symbol of a row."""
        return self.symbols[self.symbol_at[row]]

    def stops(self, rows: Collection[int]) -> Sequence[int]:
        """The presses whose numbers in the recording are among these, in order."""
        return [number for number, row in enumerate(self.rows) if row in rows] if rows else ()


def columns_of(
    kinds: Sequence[npt.NDArray[np.bool_]], symbols: Sequence[Symbol], symbol_at: Ints, place_at: Ints, rows: Ints
) -> Columns:
    """Look for the runs of a stream; ``kinds`` tells for `DOWN`, `UP` and `PAIR` which rows are such events."""
    plain = np.array([symbol.plain for symbol in symbols] or [False])[symbol_at]
    loose = np.array([not symbol.held for symbol in symbols] or [False])[symbol_at]
    roles = np.zeros(len(rows), np.uint8)
    for role, of in zip((DOWN, UP, PAIR), kinds, strict=True):
        roles[of & (loose if role == UP else plain)] = role
    caps: dict[str, int] = {}
    cap_at = np.array([caps.setdefault(symbol.cap, len(caps)) for symbol in symbols] or [0])[symbol_at]
    releases, by_cap = _strokes(roles, cap_at)
    other = np.flatnonzero(roles == OTHER)
    elsewhere = np.flatnonzero(place_at[1:] != place_at[:-1]) + 1
    breaks = np.unique(np.concatenate([other, elsewhere, [len(rows)]]))
    ends = breaks[np.searchsorted(breaks[:-1], np.arange(len(rows)), side="right")]
    pressed = (roles == DOWN) | (roles == PAIR)
    at = np.flatnonzero(pressed)
    ups = releases[at]
    down_rows = rows[at].tolist()
    stroke = (ups >= 0) & (ups < _NEVER)
    holds: list[Sequence[int]] = list(zip(down_rows, rows[np.where(stroke, ups, 0)].tolist(), strict=True))
    for number in np.flatnonzero(~stroke).tolist():
        holds[number] = (down_rows[number],)
    texts = [symbol.text or "" for symbol in symbols]
    small = np.array([text.islower() for text in texts] or [False])
    return Columns(
        roles.tobytes(),
        array("q", ends.astype(np.int64).tobytes()),
        array("q", np.concatenate([[0], np.cumsum(pressed, dtype=np.int64)]).astype(np.int64).tobytes()),
        symbols,
        symbol_at.tolist(),
        rows.tolist(),
        at.tolist(),
        down_rows,
        np.array(texts or [""], object)[symbol_at[at]].tolist(),
        ups.tolist(),
        holds,
        np.flatnonzero(small[symbol_at[at]]).tolist(),
        {cap: by_cap[number] for cap, number in caps.items() if number in by_cap},
    )


def _strokes(roles: npt.NDArray[np.uint8], cap_at: Ints) -> tuple[Ints, dict[int, list[int]]]:
    """For each press the row of its release, and by key cap its rows.

    What is no whole stroke (a repeat, a release without a press, a press that was not released before the next of its
    cap) is for others to tell, and gets the role `OTHER`.
    """
    of = np.flatnonzero(roles != OTHER)
    order = of[np.argsort(cap_at[of], kind="stable")]
    cap, role = cap_at[order], roles[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = cap[1:] != cap[:-1]
    down_before = np.zeros(len(order), np.bool_)
    down_before[1:] = (role[:-1] == DOWN) & ~first[1:]
    releases = np.full(len(roles), _NEVER)
    releases[order[role == PAIR]] = _AT_ONCE
    released = np.flatnonzero(down_before & (role == UP))
    releases[order[released - 1]] = order[released]
    roles[order[np.where(role == UP, ~down_before, down_before)]] = OTHER
    edges = [*np.flatnonzero(first).tolist(), len(order)]
    by_cap = {int(cap[low]): order[low:high].tolist() for low, high in pairwise(edges)}
    return releases, by_cap


def take_run(reader: Reader, columns: Columns, at: int, place: int, stops: Sequence[int]) -> int:
    """Read the run that begins at a row, if any, and give the row after it.

    Args:
        place: The number of its place.
        stops: The presses that no run goes over, in order.
    """
    room = _room(reader)
    if not room or place != reader.at:
        return at
    keys, counts = reader.keys, columns.counts
    first, end = counts[at], columns.ends[at]
    last = min(counts[end], first + room)
    for barrier in (stops, columns.lower) if keys.modifiers else (stops,):
        index = bisect_left(barrier, first)
        if index < len(barrier):
            last = min(last, barrier[index])
    if last < counts[end]:
        end = columns.at[last]
    released: list[int] = []
    for cap in keys.open:
        rows = columns.by_cap.get(cap, ())
        index = bisect_left(rows, at)
        if index < len(rows) and rows[index] < end:
            if columns.roles[rows[index]] == UP:
                released.append(rows[index])
            else:  # whether it repeats itself, or has lost its release, is for others to tell
                end = rows[index]
                last = counts[end]
    return _taken(reader, columns, (at, end), (first, last), sorted(row for row in released if row < end))


def _taken(
    reader: Reader, columns: Columns, span: tuple[int, int], numbers: tuple[int, int], released: Sequence[int]
) -> int:
    """A run with the releases in it of keys that were down before."""
    (at, end), (first, last) = span, numbers
    ups = columns.releases[first:last]
    down = [number for number, up in enumerate(ups) if up >= end]
    whole = last - first - len(down) - ups.count(_AT_ONCE)
    if last == first or end - at != last - first + whole + len(released):
        return at  # some release is that of a press which nobody knows of
    holds = list(columns.holds[first:last])
    open_holds: list[Hold] = [[columns.rows[first + number]] for number in down]
    for number, hold in zip(down, open_holds, strict=True):
        holds[number] = hold
    for row in released:
        reader.keys.release(columns.symbol(row), columns.numbers[row])
    pressed = columns.at[first:last]
    cap = columns.symbol(pressed[-1]).cap if ups[-1] != _AT_ONCE else ""
    still = ((n, columns.symbol(pressed[n]), hold) for n, hold in zip(down, open_holds, strict=True))
    reader.keys.pressed(last - first, cap, still)
    _write(reader, columns.texts[first:last], columns.rows[first:last], holds)
    return end


def _room(reader: Reader) -> int:
    """How many characters may be typed without anything else happening."""
    if reader.busy or reader.desk.editor.anchor is not None:
        return 0
    return MAX_RAW if reader.watch is None else reader.watch.room()


def _write(reader: Reader, chars: Sequence[str], rows: Sequence[int], holds: Sequence[Sequence[int]]) -> None:
    reader.desk.editor.put(chars, rows)
    if reader.watch is not None:
        reader.watch.typed(chars, rows)
    reader.presses.extend(rows, holds, "text", reader.number)
    done = 0
    while done < len(chars):
        raw = reader.raw
        upto = done + MAX_RAW + 1 - len(raw[0])
        raw[0].extend(chars[done:upto])
        raw[1].extend(rows[done:upto])
        reader.turn_raw()
        done = upto
