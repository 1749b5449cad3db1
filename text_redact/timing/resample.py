"""Typing at the pace of a stand-in: every interval and hold drawn anew, in the order in which things happened."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from text_redact.timing.chance import Chance, Floats
from text_redact.timing.keys import Bools, Ints, Strokes, between
from text_redact.timing.population import Stand

BUMP_NS = 500_000_000
"""Longest run of mouse moves between two keys that counts as touching the mouse while typing, not as using it."""


@dataclass(frozen=True, slots=True)
class Resampled:
    """New times of ``n`` rows of one file.

    Attributes:
        new_ns: int64 nanoseconds, shape ``(n,)``; rows that are not ``free`` never go back in time.
        free: bool: releases whose place among the other keys was drawn too.
        typing: bool: from this row to the next one somebody was typing.
    """

    new_ns: Ints = field(repr=False)
    free: Bools = field(repr=False)
    typing: Bools = field(repr=False)


def resample(
    t_ns: Ints,
    is_key: Bools,
    is_move: Bools,
    written: Bools,
    rows: Strokes,
    *,
    pause_ns: int,
    overlap: bool,
    chance: Chance,
) -> Resampled:
    """Draw new times.

    Rows of typing with nothing but a touch of the mouse between them form a block; a block is timed by the stand-in.
    Everything between two blocks keeps its own distances, and the ways between keyboard and mouse are drawn.

    Args:
        t_ns: Times, shape ``(n,)``, in file order.
        is_key: Rows of typing.
        is_move: Mouse moves.
        written: Rows that a redaction put there; how long the original took must not show behind them.
        rows: The strokes.
        pause_ns: A longer gap beside a key stays a pause, of a length that is drawn; a shorter one is typing.
        overlap: Draw which strokes overlap the next too, which may put releases in another order.
        chance: Random numbers.
    """
    t = np.maximum.accumulate(t_ns)
    block = _blocks(t, is_key, is_move)
    stand = Stand(chance)
    free = rows.free & (block[np.maximum(rows.start, 0)] == block) if overlap else np.zeros(len(t), np.bool_)
    long = _long(t, written, pause_ns)
    offset = _offsets(block, free, rows, long, stand)
    # Units are whole blocks and single rows between them; each starts some way behind the end of the one before.
    first = np.flatnonzero(_starts(block))
    unit = np.cumsum(_starts(block)) - 1
    length = np.maximum.reduceat(offset, first)
    lead = np.concatenate([[0], np.diff(t)]).astype(np.float64)[first]
    typed = block[first] >= 0
    beside = typed | np.concatenate([[False], typed[:-1]])
    beside[0] = False
    drawn = np.where(long[first], stand.pauses(len(first)), stand.homing(len(first)))
    lead = np.where(beside, drawn, lead)
    # Whole nanoseconds, since a clock since 1970 does not fit a float.
    start = np.cumsum(np.rint(lead).astype(np.int64)) + np.cumsum(_shifted(np.rint(length).astype(np.int64)))
    new = t[0] + start[unit] + np.rint(offset).astype(np.int64)
    typing = (block >= 0) & np.append(block[1:] == block[:-1], False)
    return Resampled(new, free, typing)


def _blocks(t: Ints, is_key: Bools, is_move: Bools) -> Ints:
    """The number of the block of each row, -1 outside; rows of a block stand together."""
    n = len(t)
    block = np.full(n, -1, np.int64)
    keys = np.flatnonzero(is_key)
    if not len(keys):
        return block
    others = np.concatenate([[0], np.cumsum(~is_key & ~is_move)])
    left, right = keys[:-1], keys[1:]
    apart = right - left > 1
    span = np.where(apart, t[right - 1] - t[np.minimum(left + 1, n - 1)], 0)
    cut = apart & ((others[right] - others[left + 1] > 0) | (span > BUMP_NS))
    number = np.concatenate([[0], np.cumsum(cut)])
    block[keys] = number
    # What stands between two keys of a block belongs to it.
    before = np.maximum.accumulate(np.where(is_key, np.arange(n), -1))
    after = np.minimum.accumulate(np.where(is_key, np.arange(n), n)[::-1])[::-1]
    inside = ~is_key & (before >= 0) & (after < n)
    a, b = block[np.maximum(before, 0)], block[np.minimum(after, n - 1)]
    block[inside & (a == b)] = a[inside & (a == b)]
    return block


def _starts(block: Ints) -> Bools:
    """Rows with which a unit starts: a block's first, and every row outside."""
    out = np.ones(len(block), np.bool_)
    out[1:] = (block[1:] != block[:-1]) | (block[1:] < 0)
    return out


def _long(t: Ints, written: Bools, pause_ns: int) -> Bools:
    """Rows before which there was a pause, as far as it may show."""
    gap = np.concatenate([[0], np.diff(t)])
    # A gap beside what was put in says how long the original took to type.
    near = written | np.concatenate([[False], written[:-1]])
    return np.asarray((gap > pause_ns) & ~near)


def _shifted(values: Ints) -> Ints:
    return np.concatenate([[0], values[:-1]])


def _offsets(block: Ints, free: Bools, rows: Strokes, long: Bools, stand: Stand) -> Floats:
    """Nanoseconds from the start of its block to each row, 0 outside."""
    n = len(block)
    index = np.arange(n)
    inside = block >= 0
    starts = inside & _starts(block)
    pinned = inside & ~rows.press & ~free
    # Presses of the same block around each row, -1 and n for none.
    before = np.maximum.accumulate(np.where(rows.press & inside, index, -1))
    before[(before >= 0) & (block[np.maximum(before, 0)] != block)] = -1
    after = np.minimum.accumulate(np.where(rows.press & inside, index, n)[::-1])[::-1]
    after[(after < n) & (block[np.minimum(after, n - 1)] != block)] = n
    middle = pinned & (before >= 0) & (after < n)
    step = np.zeros(n)
    press = rows.press & inside
    step[press] = stand.intervals(rows.kind[press])
    step[press & long] = stand.pauses(int((press & long).sum()))
    # Before the first press and after the last there is nothing to divide: a part of a hold each.
    edge = pinned & ~middle
    step[edge] = 0.7 * stand.holds(int(edge.sum()))
    step[starts] = 0
    total = np.cumsum(step)
    first = np.maximum.accumulate(np.where(starts, index, 0))
    offset = np.where(inside, total - total[first], 0.0)
    _spread(offset, middle, before, after)
    _let_go(offset, block, free, rows, stand)
    return offset


def _spread(offset: Floats, middle: Bools, before: Ints, after: Ints) -> None:
    """Rows between two presses share the interval evenly."""
    which = np.flatnonzero(middle)
    if not len(which):
        return
    new = np.concatenate([[True], before[which][1:] != before[which][:-1]])
    group = np.cumsum(new) - 1
    size = np.bincount(group)
    rank = np.arange(len(which)) - np.flatnonzero(new)[group] + 1
    low = offset[before[which]]
    # Shift is not held through a pause.
    high = np.minimum(offset[after[which]], low + BUMP_NS)
    offset[which] = low + (high - low) * rank / (size[group] + 1)


def _let_go(offset: Floats, block: Ints, free: Bools, rows: Strokes, stand: Stand) -> None:
    """Releases a hold after their press: before the next press of the key, on their side of modifiers and the mouse."""
    which = np.flatnonzero(free)
    if not len(which):
        return
    n, index = len(offset), np.arange(len(offset))
    wall = rows.wall & (block >= 0)
    back = np.maximum.accumulate(np.where(wall, index, -1))[which]
    ahead = np.minimum.accumulate(np.where(wall, index, n)[::-1])[::-1][which]
    start = rows.start[which]
    low = offset[start].copy()
    near = (back > start) & (block[np.maximum(back, 0)] == block[which])
    low[near] = np.maximum(low[near], offset[back[near]])
    high = np.full(len(which), np.inf)
    for bound in (np.where(ahead < n, ahead, -1), rows.next_same[which]):
        there = (bound >= 0) & (block[np.maximum(bound, 0)] == block[which])
        high[there] = np.minimum(high[there], offset[bound[there]])
    offset[which] = between(offset[start] + stand.holds(len(which)), low, high)
