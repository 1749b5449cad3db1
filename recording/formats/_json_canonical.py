"""Moves and key lines as ``json.dumps`` writes them, many at once over the bytes of the file.

A line counts only where each of its bytes is accounted for; every other line is for others to read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recording.formats._words import POWERS, Bools, Places, Words, words_of
from recording.lines import Lines

Floats = npt.NDArray[np.float64]

MOST_SECONDS = 2**63 // 10**9
"""From here on a time is no int64 of nanoseconds."""

_CHUNK = 1 << 14
"""Lines looked at together: their columns stay in the processor's cache."""
_REACH = 256
"""So many bytes from the start of a line on may be looked at; lines nearer to the end of the file are left out."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Mouse moves: line numbers, nanoseconds and pixels, each of shape ``(n,)``."""

    line: Places = field(repr=False)
    t_ns: Places = field(repr=False)
    x: Floats = field(repr=False)
    y: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Timed:
    """Presses and releases: line numbers, nanoseconds, and first and last byte of what else they hold, shape ``(n,)``.

    The running number is not in it; ``numbered`` tells whether there is one.
    """

    line: Places = field(repr=False)
    t_ns: Places = field(repr=False)
    start: Places = field(repr=False)
    end: Places = field(repr=False)
    numbered: Bools = field(repr=False)

    def codes(self, data: bytes) -> Places:
        """A number for each line: those with one number differ in nothing but their time and their running number."""
        found = _pieces(data, self.start, self.end, pa.large_binary()).dictionary_encode()
        return np.asarray(found.indices.to_numpy()).astype(np.int64) * 2 + self.numbered


@dataclass(frozen=True, slots=True)
class _Style:
    """The literals of one way to space JSON."""

    head: bytes
    move: bytes
    y: bytes
    press: bytes
    release: bytes
    number: bytes


def _style(comma: str, colon: str) -> _Style:
    action = f'{comma}"action"{colon}'
    return _Style(
        f'{{"time_stamp"{colon}'.encode(), f'{action}"move"{comma}"x"{colon}'.encode(), f'{comma}"y"{colon}'.encode(),
        f'{action}"press"{comma}'.encode(), f'{action}"release"{comma}'.encode(), f'{comma}"event_idx"{colon}'.encode(),
    )  # fmt: skip


_STYLES = (_style(", ", ": "), _style(",", ":"))


def read_canonical(data: bytes, lines: Lines, at: Places) -> tuple[Moves, Timed]:
    """What is written in the spacing of the first line, where that is one of the usual ones, among lines ``at``."""
    none = np.zeros(0, np.int64)
    moves, timed = [Moves(none, none, np.zeros(0), np.zeros(0))], [Timed(none, none, none, none, none.astype(np.bool_))]
    first = int(lines.starts[0]) if len(lines) else 0
    style = next((style for style in _STYLES if data.startswith(style.head, first)), None)
    if style is not None:
        reader = _Reader(words_of(data), data, style)
        within = at[: int(np.searchsorted(at, np.searchsorted(lines.starts, len(data) - _REACH)))]
        for low in range(0, len(within), _CHUNK):
            number = within[low : low + _CHUNK]
            mouse, keys = reader.read(number, lines.starts[number], lines.ends[number])
            moves.append(mouse)
            timed.append(keys)
    return (
        Moves(*(np.concatenate([getattr(part, name) for part in moves]) for name in Moves.__slots__)),
        Timed(*(np.concatenate([getattr(part, name) for part in timed]) for name in Timed.__slots__)),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """One file, some lines at a time."""

    words: Words
    data: bytes = field(repr=False)
    style: _Style

    def read(self, line: Places, start: Places, end: Places) -> tuple[Moves, Timed]:
        """The moves and the timed lines among lines with these bytes."""
        good = self.words.holds(start, self.style.head)
        t_ns, at, canonical = self.time(start + len(self.style.head))
        good &= canonical
        end = self.without_break(end)
        is_move = good & self.words.holds(at, self.style.move)
        is_key = good & (self.words.holds(at, self.style.press) | self.words.holds(at, self.style.release))
        keys, there = self.timed(line[is_key], t_ns[is_key], at[is_key], end[is_key]), np.flatnonzero(is_move)
        if len(there) < len(line):
            line, t_ns, at, end = line[there], t_ns[there], at[there], end[there]
        x, at, good = self.decimal(at + len(self.style.move))
        good &= self.words.holds(at, self.style.y)
        y, at, whole = self.decimal(at + len(self.style.y))
        good &= whole
        numbered = np.flatnonzero(self.words.holds(at, self.style.number))
        if len(numbered):
            index = at[numbered] + len(self.style.number)
            count, _ = self.number(index)
            good[numbered] &= (count > 0) & self.canonical(index, count)
            at[numbered] = index + count
        good &= (at == end - 1) & (self.words.byte[at] == _CLOSE)
        if good.all():
            return Moves(line, t_ns, x, y), keys
        return Moves(line[good], t_ns[good], x[good], y[good]), keys

    def timed(self, line: Places, t_ns: Places, start: Places, end: Places) -> Timed:
        """Key lines with their running number, if any, set aside. What is before it is not looked into."""
        closed = (self.words.byte[end - 1] == _CLOSE) & (end - start > _KEY_BYTES)
        line, t_ns, start, end = line[closed], t_ns[closed], start[closed], end[closed] - 1
        count = self.words.digits_before(end)
        head = end - count - len(self.style.number)
        plain = (count > 0) & (count <= 10) & self.canonical(end - count, count)
        numbered = plain & (head >= start) & self.words.holds(head, self.style.number)
        return Timed(line, t_ns, start, np.where(numbered, head, end), numbered)

    def without_break(self, end: Places) -> Places:
        """Ends of lines without LF or CR LF; these lines are none of the last, so each has one."""
        return np.asarray(end - 1 - (self.words.byte[end - 2] == _RETURN))

    def time(self, at: Places) -> tuple[Places, Places, Bools]:
        """Nanoseconds of seconds with a fraction, where they end, and which are canonical JSON of int64 nanoseconds."""
        count, seconds = self.number(at)
        good = (count > 0) & self.canonical(at, count)
        at = at + count
        good &= self.words.byte[at] == _POINT
        places, first = self.words.digits(at + 1)
        more, second = self.words.digits(at + 9)
        more[places < 8] = 0
        good &= (places > 0) & (more <= 4) & (seconds < MOST_SECONDS)
        ninth = np.where(more > 0, second // 10**7, 0)
        return seconds * 10**9 + first * 10 + ninth, at + 1 + places + more, good

    def canonical(self, at: Places, count: Places) -> Bools:
        """Whether numbers of so many digits begin with no zero but their only one, as JSON demands."""
        return np.asarray((count == 1) | (self.words.byte[at] != _ZERO))

    def number(self, at: Places) -> tuple[Places, Places]:
        """Digits of whole numbers, up to ten, and their value; 0 digits where there are more."""
        count, value = self.words.digits(at)
        value //= POWERS[8 - count]
        long = np.flatnonzero(count == 8)
        if len(long):
            more, rest = self.words.digits(at[long] + 8)
            few = np.minimum(more, 2)
            value[long] = value[long] * POWERS[few] + rest // POWERS[8 - few]
            count[long] = np.where(more <= 2, 8 + more, 0)
        return count, value

    def decimal(self, at: Places) -> tuple[Floats, Places, Bools]:
        """Numbers such as ``-12.5``, where they end, and which are numbers of at most 7 and 15 places.

        Up to fifteen digits are exact in binary floating point, and so is the power of ten that they are divided by:
        the quotient is the nearest number there is (W. Clinger, "How to read floating point numbers accurately", 1990).
        """
        negative = self.words.byte[at] == _MINUS
        start = at
        at = at + negative
        count, whole = self.words.digits(at)
        good = (count > 0) & (count < 8) & self.canonical(at, count)
        at = at + count
        pointed = self.words.byte[at] == _POINT
        places, part = self.words.digits(at + 1)
        places[~pointed] = 0
        good &= ~pointed | (places > 0)
        value = (whole // POWERS[8 - count] * 10**8 + np.where(pointed, part, 0)) / 1e8
        value[negative] *= -1
        at += pointed + places
        long = np.flatnonzero(good & (places == 8))
        if len(long):
            more, _ = self.words.digits(at[long])
            at[long] += more
            good[long] &= more < 8
            longer = long[(more > 0) & (more < 8)]
            value[longer] = pc.cast(_pieces(self.data, start[longer], at[longer], pa.large_string()), pa.float64())
        return value, at, good


def _pieces(data: bytes, start: Places, end: Places, kind: pa.DataType) -> pa.Array:
    """Bytes ``start..end`` of a file, in its order, as an array."""
    edges = np.empty(2 * len(start) + 1, np.int64)
    edges[:-1:2], edges[1:-1:2], edges[-1] = start, end, end[-1] if len(end) else 0
    every = pa.Array.from_buffers(kind, 2 * len(start), [None, pa.py_buffer(edges), pa.py_buffer(data)])
    return every.take(pa.array(np.arange(0, 2 * len(start), 2)))


_CLOSE, _RETURN, _POINT, _ZERO, _MINUS = b"}\r.0-"
_KEY_BYTES = 24
"""Shortest rest of a key line: what is read backwards stays inside it."""
