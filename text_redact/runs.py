"""Plain typing, a run of keys at a time: nearly all there is in a recording, and nothing in it needs a second look.

A run gives what its keys one by one give, and ends before the first that does more than type behind the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from text_redact.keyboard import Hold, Symbol
from text_redact.reader import MAX_RAW, Reader

OTHER, DOWN, UP, PAIR = range(4)


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows of a stream, as a run needs them.

    Attributes:
        roles: For each row whether it may be part of a run, and as what.
        symbols: The distinct symbols; ``symbol_at`` has the number of each row's.
        place_at: For each row the number of its place.
        rows: For each row its number in the recording.
    """

    roles: bytes = field(repr=False)
    symbols: Sequence[Symbol] = field(repr=False)
    symbol_at: Sequence[int] = field(repr=False)
    place_at: Sequence[int] = field(repr=False)
    rows: Sequence[int] = field(repr=False)


def roles_of(
    kinds: Sequence[npt.NDArray[np.bool_]], symbols: Sequence[Symbol], symbol_at: npt.NDArray[np.int64]
) -> bytes:
    """`Columns.roles`; ``kinds`` tells for `DOWN`, `UP` and `PAIR` which rows are such events."""
    plain = np.array([symbol.plain for symbol in symbols] or [False])[symbol_at]
    loose = np.array([not symbol.held for symbol in symbols] or [False])[symbol_at]
    roles = np.zeros(len(symbol_at), np.uint8)
    for role, of in zip((DOWN, UP, PAIR), kinds, strict=True):
        roles[of & (loose if role == UP else plain)] = role
    return roles.tobytes()


def take_run(reader: Reader, columns: Columns, at: int) -> int:  # noqa: C901  one flat loop: calls would cost more
    """Read the run that begins at a row, if any, and give the row after it."""
    room = _room(reader)
    if not room or columns.place_at[at] != reader.at:
        return at
    keys, stops = reader.keys, reader.watch.stops if reader.watch is not None else ()
    roles, symbols, symbol_at, place_at, rows = (
        columns.roles, columns.symbols, columns.symbol_at, columns.place_at, columns.rows
    )  # fmt: skip
    before, shifted, place = keys.open, bool(keys.modifiers), reader.at
    down: dict[str, tuple[int, Symbol, Hold]] = {}
    chars: list[str] = []
    typed: list[int] = []
    holds: list[Hold] = []
    end, count, cap = at, len(rows), ""
    while end < count:
        role = roles[end]
        if not role:
            break
        symbol, row = symbols[symbol_at[end]], rows[end]
        if role == UP:
            if symbol.cap in down:
                down.pop(symbol.cap)[2].append(row)
            elif symbol.cap in before:
                keys.release(symbol, row)
            else:
                break
        else:
            # A repeat, a lost release, two signs on one key cap: for others to tell.
            if symbol.cap in down or symbol.cap in before or len(typed) == room or row in stops:
                break
            text = symbol.text or ""
            if place_at[end] != place or (shifted and text.islower()):
                break
            hold, cap = [row], symbol.cap if role == DOWN else ""
            if role == DOWN:
                down[cap] = len(typed), symbol, hold
            chars.append(text)
            typed.append(row)
            holds.append(hold)
        end += 1
    if typed:
        keys.pressed(len(typed), cap, down.values())
        _write(reader, chars, typed, holds)
    return end


def _room(reader: Reader) -> int:
    """How many characters may be typed without anything else happening."""
    if reader.busy or reader.desk.editor.anchor is not None:
        return 0
    return MAX_RAW if reader.watch is None else reader.watch.room()


def _write(reader: Reader, chars: list[str], rows: list[int], holds: list[Hold]) -> None:
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
