"""New times, and new places of the mouse, for the rows of a recording: what a format is asked to write."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Motion:
    """New mouse positions.

    Attributes:
        rows: bool, shape ``(n,)``: the rows of kind ``move`` that get a new position.
        x: float64 pixels, shape ``(n,)``; not looked at elsewhere.
        y: The same.
    """

    rows: Bools = field(repr=False)
    x: Floats = field(repr=False)
    y: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class TimeMap:
    """What becomes of any time on the clock of a recording.

    Attributes:
        exact_old: int64 nanoseconds, rising strictly: times at which something was recorded.
        exact_new: int64, what they become; they need not rise.
        knots_old: int64, rising strictly: times between which others are interpolated.
        knots_new: int64, never falling.
        flat: bool, shape of ``knots_old``: from this knot to the next, times become the knot's. A share of an interval
            between two keys would tell what the new times are there to hide.
    """

    exact_old: Ints = field(repr=False)
    exact_new: Ints = field(repr=False)
    knots_old: Ints = field(repr=False)
    knots_new: Ints = field(repr=False)
    flat: Bools = field(repr=False)

    def __call__(self, t_ns: Ints) -> Ints:
        """New times, shape as ``t_ns``; before the first knot and after the last, time is moved as a whole."""
        old, new = self.knots_old, self.knots_new
        if not len(old):
            return np.asarray(t_ns, np.int64).copy()
        left = np.clip(np.searchsorted(old, t_ns, side="right") - 1, 0, len(old) - 1)
        right = np.minimum(left + 1, len(old) - 1)
        width = np.maximum(1, old[right] - old[left])
        share = np.where(self.flat[left], 0.0, np.clip((t_ns - old[left]) / width, 0.0, 1.0))
        out = new[left] + np.rint(share * (new[right] - new[left])).astype(np.int64)
        out = np.where(t_ns < old[0], t_ns + (new[0] - old[0]), out)
        out = np.where(t_ns > old[-1], t_ns + (new[-1] - old[-1]), out)
        at = np.minimum(np.searchsorted(self.exact_old, t_ns), max(0, len(self.exact_old) - 1))
        return np.asarray(np.where(self.exact_old[at] == t_ns, self.exact_new[at], out), np.int64)

    def one(self, t_ns: int) -> int:
        """The new time of one time."""
        return int(self(np.array([t_ns], np.int64))[0])

    def covers(self, t_ns: int, *, slack_ns: int = DAY_NS) -> bool:
        """Whether a time can be on this clock: no further than that from the first or last knot."""
        known = self.knots_old
        return bool(len(known)) and bool(known[0] - slack_ns <= t_ns <= known[-1] + slack_ns)


def time_map(old_ns: Ints, new_ns: Ints, *, fixed: Bools, flat: Bools) -> TimeMap:
    """The map that takes every row to its new time.

    Args:
        old_ns: Times as recorded, shape ``(n,)``, in any order.
        new_ns: What they become.
        fixed: Rows between which other times are interpolated; of these, a later one never gets an earlier time.
        flat: Fixed rows after which times are not interpolated.
    """
    order = np.lexsort((new_ns, old_ns))
    old, new = old_ns[order], new_ns[order]
    first = np.concatenate([[True], old[1:] != old[:-1]]) if len(old) else np.zeros(0, np.bool_)
    kept = order[fixed[order]]
    rising, falls = old_ns[kept], np.maximum.accumulate(new_ns[kept]) if len(kept) else new_ns[kept]
    last = np.append(rising[1:] != rising[:-1], True) if len(kept) else np.zeros(0, np.bool_)
    return TimeMap(old[first], new[first], rising[last], falls[last], flat[kept][last])


@dataclass(frozen=True, slots=True)
class Timeline:
    """New times of every row of a recording, and in which order the rows stand in their files.

    Attributes:
        old_ns: int64 nanoseconds, shape ``(n,)``: the times as recorded, 0 where a row has none.
        new_ns: int64 nanoseconds, shape ``(n,)``: the new ones.
        timed: bool, shape ``(n,)``: rows that have a time.
        order: int64, shape ``(n,)``: the row (``seq``) that stands at each place. Rows stay in their file.
        clock: What becomes of other times.
        motion: New mouse positions; ``None`` leaves them.
    """

    old_ns: Ints = field(repr=False)
    new_ns: Ints = field(repr=False)
    timed: Bools = field(repr=False)
    order: Ints = field(repr=False)
    clock: TimeMap = field(repr=False)
    motion: Motion | None = field(default=None, repr=False)


def unchanged(old_ns: Ints, timed: Bools) -> Timeline:
    """The timeline that leaves everything where it is."""
    everywhere = np.ones(int(timed.sum()), np.bool_)
    clock = time_map(old_ns[timed], old_ns[timed], fixed=everywhere, flat=~everywhere)
    return Timeline(old_ns, old_ns.copy(), timed, np.arange(len(old_ns)), clock)


def row_times(events: pa.Table) -> tuple[Ints, Bools]:
    """The ``t_ns`` column of an event table as integers, 0 for none, and where there is one."""
    column = events["t_ns"]
    timed = np.asarray(pc.is_valid(column).to_numpy())
    return np.asarray(pc.fill_null(column, 0).to_numpy(), np.int64), timed


def resolution(t_ns: Ints) -> int:
    """The coarsest power of ten, in nanoseconds, of which every time is a multiple: what the clock can tell."""
    step = 1
    while step < 10**9 and len(t_ns) and not np.any(t_ns % (step * 10)):
        step *= 10
    return step
