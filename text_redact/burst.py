"""Which key rows a finding takes with it, and the well-formed burst that stands in for them."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recording.formats import Stroke
from text_redact.keyboard import RECENT, needs_shift
from text_redact.presses import Presses
from text_redact.transcript import Transcript

STROKE_NS = 20_000_000
"""Time between two events of a burst: the same for everyone and every value, so that no rhythm survives. Short, so that
a burst fits where a short value was and need not be squeezed, which would tell how long typing it took."""


FAR = 128
"""So many presses before and after a value may be mistakes around it that were taken back."""


@dataclass(frozen=True, slots=True)
class Region:
    """Key rows of one stream that go together: every stroke in it, with its releases and repeats.

    ``rows`` are sorted; ``first`` is the one whose place the burst takes.
    """

    stream: int
    rows: tuple[int, ...]
    first: int


def regions(transcript: Transcript, stream: int, rows: Iterable[int]) -> tuple[Region, ...]:
    """Group the presses behind a value into regions. For many values of one stream see `Regions`."""
    return Regions(transcript, stream)(rows)


class Regions:
    """The presses of one stream, indexed once, so that each value costs no more than the keys around it.

    Between and around the characters of a value lie typos, backspaces, arrows and Shift: they tell as much as the value
    and go with it. A character that stays (another field, another word), Enter, Tab or a shortcut ends a region. The
    keys that deleted nothing but the value go too, in a region of their own where they stand apart: they count it.
    """

    def __init__(self, transcript: Transcript, stream: int) -> None:
        self.stream = stream
        self.presses = transcript.presses.get(stream, Presses())
        self.surviving = transcript.surviving.get(stream, frozenset())
        self.retyped = transcript.retyped.get(stream, {})
        self.erasers: dict[int, list[int]] = {}
        for number, erased in self.presses.erased.items():
            for row in erased:
                self.erasers.setdefault(row, []).append(number)
        self.shifts = [number for number, does in enumerate(self.presses.does) if does == "shift"]

    def __call__(self, rows: Iterable[int]) -> tuple[Region, ...]:
        """The regions of one value, given the rows that typed it."""
        value = self.attempts(rows)
        wanted = {number for row in value if (number := self._number(row)) is not None}
        for row in value:
            wanted.update(n for n in self.erasers.get(row, ()) if self.presses.erased[n] <= value)
        groups: list[list[int]] = []
        for number in sorted(wanted):
            between = self._between(groups[-1][-1], number, value) if groups else None
            if between is not None:
                groups[-1] += [*between, number]
            else:
                groups.append([*self._leading(number, value, groups[-1][-1] if groups else -1), number])
        ends = [*(group[0] for group in groups[1:]), len(self.presses)]
        for group, end in zip(groups, ends, strict=bool(groups)):
            group.extend(self._trailing(group[-1], end, value))
        return tuple(self._region(group) for group in groups)

    def attempts(self, rows: Iterable[int]) -> frozenset[int]:
        """The rows of a value, and of every earlier attempt at it that was taken back."""
        found, todo = set(rows), list(rows)
        while todo:
            fresh = set(self.retyped.get(todo.pop(), ())) - found
            found |= fresh
            todo += fresh
        return frozenset(found)

    def _number(self, row: int) -> int | None:
        number = bisect.bisect_left(self.presses.at, row)
        return number if number < len(self.presses) and self.presses.at[number] == row else None

    def _stays(self, number: int, field: int, value: frozenset[int]) -> bool:
        """Whether a press is no part of a value typed into ``field``."""
        presses, row = self.presses, self.presses.at[number]
        return (
            presses.fields[number] != field
            or presses.does[number] == "break"
            or (row in self.surviving and row not in value)
        )

    def _between(self, last: int, number: int, value: frozenset[int]) -> range | None:
        """The presses between two of a value, if everything there belongs to it."""
        field = self.presses.fields[last]
        if self.presses.fields[number] != field:
            return None
        if any(self._stays(n, field, value) for n in range(last + 1, number)):
            return None
        return range(last + 1, number)

    def _leading(self, first: int, value: frozenset[int], after: int) -> list[int]:
        """What belongs to a value before its first character: Shift, dead keys, mistakes typed and taken back."""
        presses, field = self.presses, self.presses.fields[first]
        undone: set[int] = set()
        start = first
        for number in range(first - 1, max(after, first - FAR), -1):
            does, row = presses.does[number], presses.at[number]
            if self._stays(number, field, value):
                break
            if does == "erase":
                undone |= presses.erased.get(number, frozenset())
            elif does == "text" and row in undone:
                undone.discard(row)
            elif does not in {"shift", "modifier", "part"}:
                break
            if not undone:
                start = number
        return list(range(start, first))

    def _trailing(self, last: int, before: int, value: frozenset[int]) -> list[int]:
        """What belongs to a value after its last character: ways back into it, mistakes typed and taken back.

        "hunter22" and a backspace tell a character as well as "hunter2" does.
        """
        presses, field = self.presses, self.presses.fields[last]
        standing: set[int] = set()
        end = last
        for number in range(last + 1, min(before, last + FAR)):
            if self._stays(number, field, value):
                break
            does = presses.does[number]
            if does == "text":
                standing.add(presses.at[number])
            elif does == "erase":
                erased = presses.erased.get(number, frozenset())
                if not erased <= standing | value:
                    break
                standing -= erased
            if not standing and does in {"erase", "move"}:
                end = number
        return list(range(last + 1, end + 1))

    def _region(self, group: Sequence[int]) -> Region:
        """Every row of the strokes, and of a Shift that was held on the way in or out: a burst must find it up."""
        presses = self.presses
        rows = {row for number in group for row in presses.holds[number]} | {presses.at[number] for number in group}
        low, high = presses.at[group[0]], presses.at[group[-1]]
        near = bisect.bisect_left(self.shifts, group[0])
        for number in self.shifts[max(0, near - RECENT) : bisect.bisect_right(self.shifts, group[-1])]:
            if presses.at[number] < high and presses.holds[number][-1] > low:
                rows.update(presses.holds[number])
        around = range(self._near(low), min(self._near(max(rows)) + 2 * RECENT, len(presses)))
        others = [presses.holds[n] for n in around if presses.at[n] not in rows and presses.does[n] == "text"]
        first = next((row for row in sorted(rows) if row >= low and not _held(row, others)), low)
        return Region(self.stream, tuple(sorted(rows)), first)

    def _near(self, row: int) -> int:
        """Number of a press a little before ``row``: no hand holds more keys down at once."""
        return max(0, bisect.bisect_right(self.presses.at, row) - RECENT)


def _held(row: int, others: Iterable[Sequence[int]]) -> bool:
    """Whether a key that stays is down at ``row``: a burst in the middle of its stroke could press it again."""
    return any(hold[0] < row < hold[-1] for hold in others)


Planned = tuple[str, str, str | None]
"""Kind, key and text of a key event without its time."""


def planned(text: str) -> list[Planned]:
    """Key events that type ``text``: down and up for each character, Shift closed."""
    plan: list[Planned] = []
    shifted = False
    for char in text:
        if needs_shift(char) != shifted:
            shifted = not shifted
            plan.append(("key_down" if shifted else "key_up", "shift", None))
        key = {" ": "space", "\n": "enter", "\t": "tab"}.get(char, char)
        plan += [("key_down", key, None if char in "\n\t" else char), ("key_up", key, None)]
    if shifted:
        plan.append(("key_up", "shift", None))
    return plan


def timed(plan: Sequence[Planned], moments: Iterable[int | None]) -> tuple[Stroke, ...]:
    """Give key events their times, in nanoseconds; ``None`` where the source has no clock."""
    return tuple(Stroke(kind, key, char, at) for (kind, key, char), at in zip(plan, moments, strict=False))


def burst(text: str, *, start_ns: int | None, end_ns: int | None) -> tuple[Stroke, ...]:
    """Strokes that type ``text`` at a fixed rate, squeezed where ``end_ns`` comes too soon.

    ``start_ns`` and ``end_ns`` bound the times so that order with the neighbours is kept; ``None`` where the source has
    no clock.
    """
    plan = planned(text)
    if start_ns is None:
        return timed(plan, itertools.repeat(None))
    step = STROKE_NS
    if end_ns is not None:
        step = max(0, min(STROKE_NS, (end_ns - start_ns) // max(1, len(plan))))
    return timed(plan, (start_ns + index * step for index in range(len(plan))))
