"""Values of one thing over time: what is said of one value is carried over to the others through the edits between.

An edit takes out one run of characters and puts in another: what two values have in common at their beginning and at
their end stayed. Values are full texts, so each prefix of what somebody types is a value of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """From one value to another: ``kept`` characters, then ``old`` ones that become ``new`` ones, then what stayed."""

    kept: int
    old: int
    new: int

    def turned(self) -> Edit:
        """The way back."""
        return Edit(self.kept, self.new, self.old)


def edit_between(before: str, after: str) -> Edit:
    """The smallest single edit that makes ``after`` of ``before``."""
    kept = _common(before, after)
    most = min(len(before), len(after)) - kept
    tail = _common(before[len(before) - most :][::-1], after[len(after) - most :][::-1])
    return Edit(kept, len(before) - kept - tail, len(after) - kept - tail)


def _common(one: str, other: str) -> int:
    """Length of the common beginning; halves are compared, since values are many and long."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def carry(start: int, end: int, edit: Edit, after: str, *, broken: bool) -> tuple[int, int, bool] | None:
    """Where the characters ``start..end`` of a value are in the next one.

    What stands in the place of a part that was taken out, or beside what is no more the whole of it, may be another
    attempt at that part: it belongs to it, up to the next blank.

    Args:
        start: First code point.
        end: One past the last.
        edit: From the value to the next.
        after: The next value.
        broken: Something of the whole is missing already.

    Returns:
        Start and end in ``after``, and whether anything is missing; ``None`` where nothing is left.
    """
    cut, resumed, shift = edit.kept, edit.kept + edit.old, edit.new - edit.old
    first = start if start < cut else max(start, resumed) + shift
    last = end + shift if end > resumed else min(end, cut)
    if start >= cut and end <= resumed and edit.old:
        return None
    if start == end:
        return None
    lost = max(0, min(end, resumed) - max(start, cut))
    inside = start < cut and end > resumed
    broken = broken or lost > 0 or (inside and edit.new > 0)
    if edit.new and broken and not inside:
        if start < cut <= end <= resumed:
            # The part behind was taken out, or is not typed yet.
            last = cut + _run(after[cut : cut + edit.new])
        elif cut <= start <= resumed and end > resumed:
            first = cut + edit.new - _run(after[cut : cut + edit.new][::-1])
    return (first, last, broken) if first < last else None


def _run(text: str) -> int:
    """Characters before the first blank."""
    return next((place for place, char in enumerate(text) if char.isspace()), len(text))


def echoes(values: Sequence[str], edits: Sequence[Edit]) -> list[bool]:
    """Which values another one holds all of, but for one run in it: those next to which nothing was taken away.

    Args:
        values: One series in the order of time.
        edits: Between neighbours, one fewer than values.
    """
    out = []
    for number in range(len(values)):
        grown = number < len(edits) and not edits[number].old
        shrunk = number > 0 and not edits[number - 1].new and bool(edits[number - 1].old)
        out.append(grown or shrunk)
    return out
