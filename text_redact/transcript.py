"""Key events -> every text that was ever typed, with the way back from each character to its key.

Deleted text counts as much as what stayed: a field gives its final text, the text around each change before something
was taken away, each erased run, and the bare sequence of typed characters, which needs no guess about carets at all.
Where the keys leave doubt (a click moved the caret, a key without a name, a modifier that never came up), more is read
and not less, and the confidence falls.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recording.model import KEY_KINDS, Passage
from text_redact.keyboard import Symbol, is_terminal, symbol
from text_redact.presses import Press, Presses
from text_redact.reader import Reader
from text_redact.runs import DOWN, PAIR, Columns, roles_of, take_run
from text_redact.scene import Clip, Machine, Mouse, Place

__all__ = ["Clip", "Press", "Presses", "Transcript", "transcribe"]

_KINDS = (*sorted(KEY_KINDS), "text", "button_down", "button_up")


@dataclass(frozen=True, slots=True)
class Transcript:
    """Every passage of a recording's keys, and by stream its presses in file order.

    Attributes:
        surviving: By stream, the rows of the characters that some final text still shows.
        confidence: For each passage how sure it is that a field once held this text, 0 to 1: 1 where the keys tell all,
            less after a click, an undo, a lost event; 0.5 and less for runs of typed characters, edits apart.
        retyped: By stream, for rows of characters the rows of earlier attempts at them that were taken back.
        events: What was read: the rows of keys, texts and buttons.
        clips: What the recorder saw on the clipboard.
    """

    passages: tuple[Passage, ...] = field(repr=False)
    presses: dict[int, Presses] = field(repr=False)
    surviving: dict[int, frozenset[int]] = field(default_factory=dict, repr=False)
    confidence: tuple[float, ...] = field(default=(), repr=False)
    retyped: dict[int, dict[int, tuple[int, ...]]] = field(default_factory=dict, repr=False)
    events: pa.Table | None = field(default=None, repr=False, compare=False)
    clips: tuple[Clip, ...] = field(default=(), repr=False, compare=False)


def transcribe(events: pa.Table, clips: Sequence[Clip] = ()) -> Transcript:
    """Read the key rows of ``events`` (schema `recording.model.EVENTS`).

    Rows must be in file order. The result's passages hold each distinct text once per set of keys.
    """
    found: list[tuple[Passage, float]] = []
    presses: dict[int, Presses] = {}
    surviving: dict[int, frozenset[int]] = {}
    retyped: dict[int, dict[int, tuple[int, ...]]] = {}
    events = _typed(events)
    for stream in pc.unique(events["stream"]).to_pylist():
        prepared = prepare(events, stream)
        reader = Reader(stream, sorted(clips, key=_when), prepared.places, prepared.machine)
        run(reader, prepared)
        held = reader.close()
        found += held
        presses[stream] = reader.presses
        retyped[stream] = reader.retyped()
        surviving[stream] = frozenset(row for p, _ in held if p.role == "final" for row in p.rows if row >= 0)
    kept = list(_distinct(found))
    return Transcript(
        tuple(p for p, _ in kept), presses, surviving, tuple(sure for _, sure in kept), retyped, events, tuple(clips)
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rows of one stream as a `Reader` takes them: distinct keys and places, and which each row has."""

    table: pa.Table = field(repr=False)
    symbols: list[Symbol] = field(repr=False)
    symbol_at: list[int] = field(repr=False)
    places: list[Place] = field(repr=False)
    place_at: list[int] = field(repr=False)
    rows: list[int] = field(repr=False)
    machine: Machine

    def key(self, row: int) -> str:
        """Name of the key of an event row, empty where it has none."""
        at = bisect.bisect_left(self.rows, row)
        return self.symbols[self.symbol_at[at]].name if at < len(self.rows) and self.rows[at] == row else ""


def prepare(events: pa.Table, stream: int) -> Prepared:
    """One stream's key, text and button rows of ``events``, in file order."""
    table = _typed(events)
    table = table.filter(pc.equal(table["stream"], stream)).combine_chunks()
    symbols, symbol_at = _symbols(table)
    places, place_at = _places(table)
    machine = _machine(table, symbols, symbol_at, places, place_at)
    rows = table["seq"].to_pylist()
    return Prepared(table, symbols, symbol_at.tolist(), places, place_at.tolist(), rows, machine)


def _typed(events: pa.Table) -> pa.Table:
    return events.filter(pc.is_in(events["kind"], value_set=pa.array(_KINDS)))


def _when(clip: Clip) -> int:
    return clip.t_ns


_Numbers = npt.NDArray[np.int64]


def _codes(column: Any) -> tuple[list[Any], _Numbers]:
    """The distinct values of a column, the null first, and the number of each row's."""
    encoded = column.combine_chunks().dictionary_encode()
    return [None, *encoded.dictionary.to_pylist()], pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64) + 1


def _combined(columns: Sequence[tuple[list[Any], _Numbers]]) -> tuple[list[tuple[Any, ...]], _Numbers]:
    """Several columns as one: the distinct tuples of values, and the number of each row's."""
    values, at = columns[0]
    tuples: list[tuple[Any, ...]] = [(value,) for value in values]
    for more, more_at in columns[1:]:
        both, at = np.unique(at * len(more) + more_at, return_inverse=True)
        tuples = [(*tuples[pair // len(more)], more[pair % len(more)]) for pair in both.tolist()]
    return tuples, at.reshape(-1)


def _symbols(table: pa.Table) -> tuple[list[Symbol], _Numbers]:
    pairs, at = _combined([_codes(table["key"]), _codes(table["text"])])
    return [symbol(key, text) for key, text in pairs], at


def _places(table: pa.Table) -> tuple[list[Place], _Numbers]:
    found, at = _combined([_codes(table[name]) for name in ("app", "window", "url", "field", "secure")])
    return [Place(app, window, url, name, bool(secure)) for app, window, url, name, secure in found], at


def run(reader: Reader, prepared: Prepared) -> None:
    """Feed a stream to a reader; its `Reader.close` gives the passages."""
    table, symbols, rows = prepared.table, prepared.symbols, prepared.rows
    kinds, kind_at = _codes(table["kind"])
    x, y = (table["x"].to_pylist(), table["y"].to_pylist()) if "button_down" in kinds else ([], [])
    releases_only = not {"key_down", "key_pair"} & set(kinds)
    roles = roles_of(
        [kind_at == (kinds.index(kind) if kind in kinds else -1) for kind in ("key_down", "key_up", "key_pair")],
        symbols,
        np.array(prepared.symbol_at, np.int64),
    )
    columns = Columns(roles, symbols, prepared.symbol_at, prepared.place_at, rows)
    kind_numbers, times = kind_at.tolist(), table["t_ns"].to_pylist()
    number = 0
    while number < len(rows):
        if roles[number] in (DOWN, PAIR):
            after = take_run(reader, columns, number)
            if after > number:
                number = after
                continue
        kind, key = kinds[kind_numbers[number]], symbols[prepared.symbol_at[number]]
        row, place, t_ns = rows[number], prepared.place_at[number], times[number]
        if kind == "key_up" and not releases_only:
            reader.up(key, row, place, t_ns)
        elif kind == "key_down":
            reader.down(key, row, place, t_ns, released=False)
        elif kind in KEY_KINDS:
            reader.down(key, row, place, t_ns, released=True)
        elif kind == "text":
            reader.text(key.text or "\ufffd", row, place)
        else:
            at = (x[number], y[number]) if x else (None, None)
            reader.mouse(Mouse(kind == "button_down", *at), place, t_ns)
        number += 1


# The machine ----------------------------------------------------------------------------------------------------------

_CLIPBOARD = frozenset("cvxz")


def _machine(
    table: pa.Table, symbols: Sequence[Symbol], symbol_at: _Numbers, places: Sequence[Place], place_at: _Numbers
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


# Passages -------------------------------------------------------------------------------------------------------------

_ROLES = ("final", "before_edit", "erased", "raw")


def _rank(item: tuple[Passage, float]) -> int:
    return _ROLES.index(item[0].role)


def _distinct(found: Iterable[tuple[Passage, float]]) -> Iterator[tuple[Passage, float]]:
    """The first of equal passages; a raw run adds nothing where a field shows the same keys."""
    seen: set[tuple[object, ...]] = set()
    for passage, sure in sorted(found, key=_rank):
        key = (passage.stream, passage.rows, passage.text, passage.secure)
        if (*key, passage.label) not in seen and not (passage.role == "raw" and key in seen):
            seen.update({key, (*key, passage.label)})
            yield passage, sure
