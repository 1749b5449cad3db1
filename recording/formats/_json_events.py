"""Event lines of DuckTrack and its descendants: mouse and key lines at once, the few others one by one."""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recording.errors import InputError
from recording.formats._carried import carry_moves
from recording.formats._json_canonical import MOST_SECONDS, Timed, read_canonical
from recording.formats._words import Places
from recording.lines import Lines
from recording.model import KEY_KINDS, Before
from recording.records import read_record
from recording.rows import Bulk, Row, empty_bulk, kind_code

BUTTONS = ("left", "middle", "right", "unknown", "x1", "x2")

# A line is cleared only when the whole of it is one of these: numbers, member names and words of a fixed vocabulary.
_S = r"[ \t]*"
_WHOLE = r"(?:0|[1-9]\d{{0,{0}}})"
_PLAIN_NUMBER = rf"-?{_WHOLE.format(8)}(?:\.\d{{1,20}})?"
_HEAD = (
    rf'^{_S}\{{{_S}"time_stamp"{_S}:{_S}(?P<sec>{_WHOLE.format(9)})\.(?P<frac>\d{{1,9}})\d{{0,12}}{_S},{_S}'
    rf'"action"{_S}:{_S}"(?P<action>move|scroll|click)"{_S},{_S}'
    rf'"x"{_S}:{_S}(?P<x>{_PLAIN_NUMBER}){_S},{_S}"y"{_S}:{_S}(?P<y>{_PLAIN_NUMBER})'
)
_STEP = rf"-?{_WHOLE.format(5)}(?:\.\d{{1,12}})?"
_SCROLL = rf'(?:{_S},{_S}"dx"{_S}:{_S}{_STEP}{_S},{_S}"dy"{_S}:{_S}{_STEP})?'
_CLICK = (
    rf'(?:{_S},{_S}"button"{_S}:{_S}"(?P<button>{"|".join(BUTTONS)})"{_S},{_S}'
    rf'"pressed"{_S}:{_S}(?P<pressed>true|false))?'
)
_TAIL = rf'(?:{_S},{_S}"event_idx"{_S}:{_S}{_WHOLE.format(9)})?{_S}\}}{_S}\r?\n?$'
_LINE = _HEAD + _SCROLL + _CLICK + _TAIL

_REST = re.sub(r"[?]P<[a-z]+>", "?:", _SCROLL + _CLICK + _TAIL)
LINE_PARTS = (
    rf'^(?P<a>{_S}\{{{_S}"time_stamp"{_S}:{_S})(?P<t>{_WHOLE.format(9)}\.\d{{1,21}})'
    rf'(?P<b>{_S},{_S}"action"{_S}:{_S}"(?:move|scroll|click)"{_S},{_S}"x"{_S}:{_S})(?P<x>{_PLAIN_NUMBER})'
    rf'(?P<c>{_S},{_S}"y"{_S}:{_S})(?P<y>{_PLAIN_NUMBER})(?P<d>{_REST})'
)
"""The same lines in pieces that join to the whole: time in ``t``, position in ``x`` and ``y``."""


def read_bulk(data: bytes, lines: Lines, before: Before | None = None) -> tuple[Bulk, list[Row], Places]:
    """Mouse lines and plain key lines as columns, and the numbers of the lines that have to be read one by one.

    No Python code runs per line: lines as ``json.dumps`` writes them are read by `read_canonical`; over the others RE2
    matches all at once. Of key lines that differ in nothing but time and running number one is read, for all of them.

    Args:
        data: The file.
        lines: Its lines.
        before: What it was made of; moves that stand in it unchanged are not read again.

    Returns:
        The columns, the rows that `Bulk.like` numbers, and the other lines.
    """
    bulk = empty_bulk(len(lines), BUTTONS)
    if before is not None:
        carry_moves(bulk, data, lines, before)
    moves, timed = read_canonical(data, lines, np.flatnonzero(bulk.kind < 0))
    bulk.kind[moves.line] = kind_code("move")
    bulk.t_ns[moves.line], bulk.has_t[moves.line] = moves.t_ns, True
    bulk.x[moves.line], bulk.y[moves.line] = moves.x, moves.y
    rows = _read_keys(bulk, timed, data)
    done = bulk.kind >= 0
    done[timed.line] = True
    if not done.all():
        _read_matching(bulk, lines, np.flatnonzero(~done))
    return bulk, rows, np.flatnonzero(bulk.kind < 0)


def _read_keys(bulk: Bulk, timed: Timed, data: bytes) -> list[Row]:
    """Fill in the key lines of which many are alike; what they say but for their times."""
    rows: list[Row] = []
    _, first, code = np.unique(timed.codes(data), return_index=True, return_inverse=True)
    like = np.full(len(first), -1, np.int32)
    for number, at in enumerate(first.tolist()):
        rest = data[timed.start[at] : timed.end[at]]
        same = _alike(rest) if len(rest) <= _LONGEST_KEPT else None
        if same is not None:
            like[number] = len(rows)
            rows.append(same)
    kinds = np.array([kind_code(row.kind) for row in rows] or [0], np.int8)
    alike = like[code] >= 0
    at, row = timed.line[alike], like[code][alike]
    bulk.like[at], bulk.kind[at] = row, kinds[row]
    bulk.t_ns[at], bulk.has_t[at] = timed.t_ns[alike], True
    return rows


_LONGEST_KEPT = 200
"""Longest rest of a key line that is remembered, in bytes: a key's name and its copies, and no text."""


@functools.lru_cache(maxsize=4096)
def _alike(rest: bytes) -> Row | None:
    """The event of a key line without its time and running number; ``None`` where lines must be read one by one.

    A keyboard has a few hundred such lines, and so have all recordings of one recorder together.
    """
    line = b'{"time_stamp": 1.0%b}' % rest
    try:
        record = read_record(line, 0, len(line), file="events.jsonl", seq=0, main=True)
    except InputError:
        return None  # read on its own, it is refused with its place
    # Text fields have places of their own, so only records without any are the same.
    same = not record.fields and record.row.kind in KEY_KINDS and b'"time' not in rest
    return record.row if same else None


def _read_matching(bulk: Bulk, lines: Lines, at: Places) -> None:
    """Fill in the mouse lines among lines ``at`` that are written in any spacing."""
    text = lines.text if len(at) == len(lines) else lines.text.take(pa.array(at))
    parts = pc.extract_regex(text, _LINE)
    matched = pc.is_valid(parts).to_numpy(zero_copy_only=False)
    where = at[matched]
    if not len(where):
        return
    found = parts.filter(pa.array(matched))

    def part(name: str) -> pa.Array:
        return pc.struct_field(found, name)

    def equals(name: str, value: str) -> npt.NDArray[np.bool_]:
        return np.asarray(pc.equal(part(name), value).to_numpy(zero_copy_only=False))

    # A click has a button and no scrolling has one; anything else of that mix is read one by one, and so is a time that
    # 64 bits do not hold.
    click, scroll = equals("action", "click"), equals("action", "scroll")
    has_button = pc.not_equal(part("button"), "").to_numpy(zero_copy_only=False)
    seconds = _numbers(part("sec"), pa.int64())
    good = (click == has_button) & (seconds < MOST_SECONDS)
    kind = np.where(click, np.where(equals("pressed", "true"), kind_code("button_down"), kind_code("button_up")),
                    np.where(scroll, kind_code("scroll"), kind_code("move")))  # fmt: skip
    bulk.kind[where[good]] = kind[good]
    fraction = pc.utf8_rpad(part("frac"), width=9, padding="0")
    t_ns = seconds * 10**9 + _numbers(fraction, pa.int64())
    bulk.t_ns[where[good]] = t_ns[good]
    bulk.has_t[where[good]] = True
    bulk.x[where[good]] = _numbers(part("x"), pa.float64())[good]
    bulk.y[where[good]] = _numbers(part("y"), pa.float64())[good]
    button = pc.index_in(part("button"), pa.array(BUTTONS, part("button").type))
    bulk.button[where[good]] = pc.fill_null(button, -1).to_numpy(zero_copy_only=False)[good]


def _numbers(text: pa.Array, kind: pa.DataType) -> npt.NDArray[Any]:
    return np.asarray(pc.cast(text, kind).to_numpy(zero_copy_only=False))
