"""Which key rows a finding takes with it, and the well-formed burst that stands in for them."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recording.formats import Stroke
from text_redact.keyboard import RECENT, needs_shift
from text_redact.transcript import Press, Transcript

STROKE_NS = 20_000_000
"""Time between two events of a burst: the same for everyone and every value, so that no rhythm survives. Short, so that
a burst fits where a short value was and need not be squeezed, which would tell how long typing it took."""


@dataclass(frozen=True, slots=True)
class Region:
    """Key rows of one stream that go together: every stroke in it, with its releases and repeats.

    ``rows`` are sorted; ``first`` is the one whose place the burst takes.
    """

    stream: int
    rows: tuple[int, ...]
    first: int


def regions(transcript: Transcript, stream: int, rows: Iterable[int]) -> tuple[Region, ...]:
    """Group the presses behind a value into regions.

    Between and around the characters of a value lie typos, backspaces, arrows and Shift: they tell as much as the value
    and go with it. A character that stays (another field, another word), Enter, Tab or a shortcut ends a region. The
    keys that deleted nothing but the value go too, in a region of their own where they stand apart: they count it.
    """
    presses = transcript.presses.get(stream, ())
    value = frozenset(rows)
    wanted = value | {press.row for press in presses if press.erased and press.erased <= value}
    kept = transcript.surviving.get(stream, frozenset()) - value
    groups: list[list[Press]] = []
    current: list[Press] = []
    pending: list[Press] = []
    for press in presses:
        elsewhere = bool(current) and press.field != current[-1].field
        if press.row in wanted and not elsewhere:
            # Between two characters of a value everything belongs to it.
            current += [*(pending if current else _leading(pending)), press]
            pending = []
        elif press.row in wanted or elsewhere or press.does == "break" or press.row in kept:
            if current:
                groups.append(current + _trailing(pending, value))
            current = [press] if press.row in wanted else []
            pending = [press] if press.does == "shift" else []
        else:
            pending.append(press)
    if current:
        groups.append(current + _trailing(pending, value))
    return tuple(_region(stream, group, presses) for group in groups)


def _leading(pending: Sequence[Press]) -> list[Press]:
    """What belongs to a value before its first character: Shift, and mistakes typed and taken back at once."""
    undone: set[int] = set()
    start = len(pending)
    for index in range(len(pending) - 1, -1, -1):
        press = pending[index]
        if press.does == "erase":
            undone |= press.erased
        elif press.does == "text" and press.row in undone:
            undone.discard(press.row)
        elif press.does not in {"shift", "modifier"}:
            break
        if not undone:
            start = index
    return list(pending[start:])


def _trailing(pending: Sequence[Press], value: frozenset[int]) -> list[Press]:
    """What belongs to a value after its last character: ways back into it, mistakes typed and taken back.

    "hunter22" and a backspace tell a character as well as "hunter2" does.
    """
    standing: set[int] = set()
    end = 0
    for index, press in enumerate(pending, start=1):
        if press.does == "text":
            standing.add(press.row)
        elif press.does == "erase":
            if not press.erased <= standing | value:
                break
            standing -= press.erased
        if not standing and press.does in {"erase", "move"}:
            end = index
    return list(pending[:end])


def _region(stream: int, group: Sequence[Press], presses: Sequence[Press]) -> Region:
    """Every row of the strokes, and of a Shift that was held on the way in or out: a burst must find it up."""
    rows = {row for press in group for row in press.rows}
    low, high = group[0].row, group[-1].row
    for press in presses:
        if press.does == "shift" and press.rows[0] < high and press.rows[-1] > low:
            rows.update(press.rows)
    around = [p for p in presses[_near(presses, low) : _near(presses, max(rows)) + RECENT] if p.row not in rows]
    first = next((row for row in sorted(rows) if row >= low and not _held(row, around)), low)
    return Region(stream, tuple(sorted(rows)), first)


def _near(presses: Sequence[Press], row: int) -> int:
    """Index of a press a little before ``row``: no hand holds more keys down at once."""
    return max(0, bisect.bisect_right(presses, row, key=_row) - RECENT)


def _row(press: Press) -> int:
    return press.row


def _held(row: int, others: Iterable[Press]) -> bool:
    """Whether a key that stays is down at ``row``: a burst in the middle of its stroke could press it again."""
    return any(press.rows[0] < row < press.rows[-1] and press.does == "text" for press in others)


def burst(text: str, *, start_ns: int | None, end_ns: int | None) -> tuple[Stroke, ...]:
    """Strokes that type ``text``: down and up for each character, Shift closed, at a fixed rate.

    ``start_ns`` and ``end_ns`` bound the times so that order with the neighbours is kept; ``None`` where the source has
    no clock.
    """
    plan: list[tuple[str, str, str | None]] = []
    shifted = False
    for char in text:
        if needs_shift(char) != shifted:
            shifted = not shifted
            plan.append(("key_down" if shifted else "key_up", "shift", None))
        key = "space" if char == " " else char
        plan += [("key_down", key, char), ("key_up", key, None)]
    if shifted:
        plan.append(("key_up", "shift", None))
    step = STROKE_NS
    if start_ns is not None and end_ns is not None:
        step = max(0, min(STROKE_NS, (end_ns - start_ns) // max(1, len(plan))))
    return tuple(
        Stroke(kind, key, char, None if start_ns is None else start_ns + index * step)
        for index, (kind, key, char) in enumerate(plan)
    )
