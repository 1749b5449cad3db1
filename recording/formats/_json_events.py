"""Event lines of DuckTrack and its descendants: the many mouse lines at once, the few others one by one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recording.lines import Lines
from recording.rows import Bulk, empty_bulk, kind_code

BUTTONS = ("left", "middle", "right", "unknown", "x1", "x2")

# A line is cleared only when the whole of it is one of these: numbers, member names and words of a fixed vocabulary.
_S = r"[ \t]*"
_NUMBER = r"(?P<{0}>-?\d{{1,9}}(?:\.\d{{1,20}})?)"
_HEAD = (
    rf'^{_S}\{{{_S}"time_stamp"{_S}:{_S}(?P<sec>\d{{1,10}})\.(?P<frac>\d{{1,9}})\d{{0,12}}{_S},{_S}'
    rf'"action"{_S}:{_S}"(?P<action>move|scroll|click)"{_S},{_S}'
    rf'"x"{_S}:{_S}{_NUMBER.format("x")}{_S},{_S}"y"{_S}:{_S}{_NUMBER.format("y")}'
)
_SCROLL = rf'(?:{_S},{_S}"dx"{_S}:{_S}-?\d{{1,6}}(?:\.\d{{1,12}})?{_S},{_S}"dy"{_S}:{_S}-?\d{{1,6}}(?:\.\d{{1,12}})?)?'
_CLICK = (
    rf'(?:{_S},{_S}"button"{_S}:{_S}"(?P<button>{"|".join(BUTTONS)})"{_S},{_S}'
    rf'"pressed"{_S}:{_S}(?P<pressed>true|false))?'
)
_TAIL = rf'(?:{_S},{_S}"event_idx"{_S}:{_S}\d{{1,10}})?{_S}\}}{_S}\r?\n?$'
_LINE = _HEAD + _SCROLL + _CLICK + _TAIL

_REST = re.sub(r"[?]P<[a-z]+>", "?:", _SCROLL + _CLICK + _TAIL)
_PLAIN_NUMBER = r"-?\d{1,9}(?:\.\d{1,20})?"
LINE_PARTS = (
    rf'^(?P<a>{_S}\{{{_S}"time_stamp"{_S}:{_S})(?P<t>\d{{1,10}}\.\d{{1,21}})'
    rf'(?P<b>{_S},{_S}"action"{_S}:{_S}"(?:move|scroll|click)"{_S},{_S}"x"{_S}:{_S})(?P<x>{_PLAIN_NUMBER})'
    rf'(?P<c>{_S},{_S}"y"{_S}:{_S})(?P<y>{_PLAIN_NUMBER})(?P<d>{_REST})'
)
"""The same lines in pieces that join to the whole: time in ``t``, position in ``x`` and ``y``."""


def read_bulk(lines: Lines) -> tuple[Bulk, npt.NDArray[np.int64]]:
    """Mouse lines as columns, and the numbers of the lines that have to be read one by one.

    No Python code runs per line: RE2 matches all lines at once over the memory of the file.
    """
    bulk = empty_bulk(len(lines), BUTTONS)
    parts = pc.extract_regex(lines.text, _LINE)
    matched = pc.is_valid(parts).to_numpy(zero_copy_only=False)
    where = np.flatnonzero(matched)
    if not len(where):
        return bulk, np.arange(len(lines))
    found = parts.filter(pa.array(matched))

    def part(name: str) -> pa.Array:
        return pc.struct_field(found, name)

    def equals(name: str, value: str) -> npt.NDArray[np.bool_]:
        return np.asarray(pc.equal(part(name), value).to_numpy(zero_copy_only=False))

    # A click has a button and no scrolling has one; anything else of that mix is read one by one.
    click, scroll = equals("action", "click"), equals("action", "scroll")
    has_button = pc.not_equal(part("button"), "").to_numpy(zero_copy_only=False)
    good = click == has_button
    kind = np.where(click, np.where(equals("pressed", "true"), kind_code("button_down"), kind_code("button_up")),
                    np.where(scroll, kind_code("scroll"), kind_code("move")))  # fmt: skip
    bulk.kind[where[good]] = kind[good]
    fraction = pc.utf8_rpad(part("frac"), width=9, padding="0")
    t_ns = _numbers(part("sec"), pa.int64()) * 10**9 + _numbers(fraction, pa.int64())
    bulk.t_ns[where[good]] = t_ns[good]
    bulk.has_t[where[good]] = True
    bulk.x[where[good]] = _numbers(part("x"), pa.float64())[good]
    bulk.y[where[good]] = _numbers(part("y"), pa.float64())[good]
    button = pc.index_in(part("button"), pa.array(BUTTONS, part("button").type))
    bulk.button[where[good]] = pc.fill_null(button, -1).to_numpy(zero_copy_only=False)[good]
    return bulk, np.flatnonzero(bulk.kind < 0)


def _numbers(text: pa.Array, kind: pa.DataType) -> npt.NDArray[Any]:
    return np.asarray(pc.cast(text, kind).to_numpy(zero_copy_only=False))
