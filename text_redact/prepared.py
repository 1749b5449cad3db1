"""The key rows of a stream made ready to be read: distinct keys and places, runs of typing, what machine it was."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recording.model import KEY_KINDS
from recording.timeline import Ints
from text_redact.keyboard import Symbol, is_terminal, symbol
from text_redact.runs import Columns, columns_of
from text_redact.scene import Machine, Place

_KINDS = (*sorted(KEY_KINDS), "text", "button_down", "button_up")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rows of one stream as a `text_redact.reader.Reader` takes them.

    Attributes:
        kinds: The kind of each row, and the time, `None` where there is none; ``clicks`` is the pixel of each row, none
            where no button was pressed.
        places: The distinct places; ``place_at`` has the number of each row's.
        columns: Keys and runs.
    """

    kinds: Sequence[str] = field(repr=False)
    times: Sequence[int | None] = field(repr=False)
    clicks: Sequence[tuple[float | None, float | None]] = field(repr=False)
    places: list[Place] = field(repr=False)
    place_at: Sequence[int] = field(repr=False)
    columns: Columns = field(repr=False)
    machine: Machine

    def key(self, row: int) -> str:
        """Name of the key of an event row, empty where it has none."""
        rows = self.columns.numbers
        at = bisect.bisect_left(rows, row)
        return self.columns.symbol(at).name if at < len(rows) and rows[at] == row else ""


def prepare(events: pa.Table) -> dict[int, Prepared]:
    """By stream, in the order of the file, the key, text and button rows of ``events``."""
    table = events.filter(pc.is_in(events["kind"], value_set=pa.array(_KINDS)))
    streams = pc.unique(table["stream"]).to_pylist()
    if len(streams) == 1:
        return {streams[0]: _prepare(table)}
    return {stream: _prepare(table.filter(pc.equal(table["stream"], stream))) for stream in streams}


def _prepare(table: pa.Table) -> Prepared:
    table = table.combine_chunks()
    symbols, symbol_at = _symbols(table)
    places, place_at = _places(table)
    machine = _machine(table, symbols, symbol_at, places, place_at)
    kinds, kind_at = _codes(table["kind"])
    of_kind = [kind_at == (kinds.index(kind) if kind in kinds else -1) for kind in ("key_down", "key_up", "key_pair")]
    columns = columns_of(of_kind, symbols, symbol_at, place_at, table["seq"].to_numpy())
    x, y = (table["x"].to_pylist(), table["y"].to_pylist()) if "button_down" in kinds else ([], [])
    return Prepared(
        np.array(kinds, object)[kind_at].tolist(),
        table["t_ns"].to_pylist(),
        list(zip(x, y, strict=True)),
        places,
        place_at.tolist(),
        columns,
        machine,
    )


def _codes(column: Any) -> tuple[list[Any], Ints]:
    """The distinct values of a column, the null first, and the number of each row's."""
    encoded = column.combine_chunks().dictionary_encode()
    return [None, *encoded.dictionary.to_pylist()], pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64) + 1


def _combined(columns: Sequence[tuple[list[Any], Ints]]) -> tuple[list[tuple[Any, ...]], Ints]:
    """Several columns as one: the distinct tuples of values, and the number of each row's."""
    values, at = columns[0]
    tuples: list[tuple[Any, ...]] = [(value,) for value in values]
    for more, more_at in columns[1:]:
        both, at = _renumbered(at * len(more) + more_at, len(tuples) * len(more))
        tuples = [(*tuples[pair // len(more)], more[pair % len(more)]) for pair in both.tolist()]
    return tuples, at


def _renumbered(codes: Ints, most: int) -> tuple[Ints, Ints]:
    """The distinct codes, all below ``most``, in order, and for each code its number among them."""
    if most > _FEW:
        both, at = np.unique(codes, return_inverse=True)
        return both, at.reshape(-1)
    both = np.flatnonzero(np.bincount(codes, minlength=most))
    number = np.zeros(most, np.int64)
    number[both] = np.arange(len(both))
    return both, number[codes]


_FEW = 1 << 18
"""Up to so many codes are told apart without sorting."""


def _symbols(table: pa.Table) -> tuple[list[Symbol], Ints]:
    pairs, at = _combined([_codes(table["key"]), _codes(table["text"])])
    return [symbol(key, text) for key, text in pairs], at


def _places(table: pa.Table) -> tuple[list[Place], Ints]:
    found, at = _combined([_codes(table[name]) for name in ("app", "window", "url", "field", "secure")])
    return [Place(app, window, url, name, bool(secure)) for app, window, url, name, secure in found], at


# The machine ----------------------------------------------------------------------------------------------------------

_CLIPBOARD = frozenset("cvxz")


def _machine(
    table: pa.Table, symbols: Sequence[Symbol], symbol_at: Ints, places: Sequence[Place], place_at: Ints
) -> Machine:
    """What the stream tells about keyboard and system: whose shortcuts there are, and whether texts are recorded."""
    kinds = table["kind"]
    pressed = pc.or_(pc.equal(kinds, "key_down"), pc.equal(kinds, "key_pair")).to_numpy(zero_copy_only=False)
    at = symbol_at[pressed]
    where = place_at[pressed]
    typing = any(s.text is not None for s in symbols)
    letters = int(np.array([len(s.key) == 1 for s in symbols])[at].sum())
    chords = int(np.array([s.held in {"cmd", "ctrl"} for s in symbols])[at].sum())
    if not pressed.any():
        return Machine(bare=True)
    commands = {"cmd": 0, "ctrl": 0}
    silent = 0
    cases = [0, 0]
    held = np.array([s.held in {"cmd", "ctrl", "shift"} for s in symbols])
    for index in np.flatnonzero(held[at])[:5000].tolist():
        if index + 1 >= len(at):
            break
        modifier, key = symbols[at[index]].held, symbols[at[index + 1]]
        if modifier == "shift":
            chord = index > 0 and symbols[at[index - 1]].held in {"cmd", "ctrl", "alt"}
            if not chord and key.text is not None and key.text.isascii() and key.text.isalpha():
                cases[key.text.isupper()] += 1
        elif key.key in _CLIPBOARD and not is_terminal(places[where[index]].app):
            commands[modifier] += 1
            silent += key.text is None
    bare = (letters > 2 * chords and not typing) or (
        cases[0] > 2 and not cases[1] and not any(s.key == "caps_lock" for s in symbols)
    )
    if commands["cmd"] > commands["ctrl"]:
        return Machine("mac", bare)
    return Machine("windows" if silent and typing else "desktop", bare)
