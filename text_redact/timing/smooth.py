"""Mouse paths as anybody's: between two places where something was done, the way that hands take on average."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recording.timeline import Motion, Timeline, resolution, time_map
from text_redact.timing.chance import Chance, Floats
from text_redact.timing.keys import Bools, Ints
from text_redact.timing.population import MS, parameters

GRID = 64.0
"""Positions of recorders that write fractions are multiples of one over this, in pixels; the others are whole."""


@dataclass(frozen=True, slots=True)
class _Runs:
    """Moves with nothing between them: ``m`` runs of rows ``first..last``, each between a place A and a place B."""

    first: Ints
    last: Ints
    before: Ints
    after: Ints
    a: Floats = field(repr=False)
    b: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Smooth:
    """Replaces the moves of the main log; clicks, drags and scrolls keep their place and their time.

    The path is that of least jerk (Flash and Hogan, J. Neurosci. 1985), bent a little to one side; its duration follows
    Fitts' law with the figures of MacKenzie (HCI 1992) for the mouse. As many rows as there were are spread over it.
    """

    def __call__(self, events: pa.Table, timeline: Timeline, seed: bytes) -> Timeline:
        """``timeline`` with new positions, and new times, of its moves; see `boundary.plan.Smoother`."""
        rows = np.flatnonzero(timeline.timed & (events["stream"].to_numpy() == _main(events, timeline)))
        table = events.select(["kind", "x", "y"]).take(pa.array(rows))
        x, y = (pc.fill_null(table[name], float("nan")).to_numpy().astype(np.float64) for name in ("x", "y"))
        moves = np.asarray(pc.equal(table["kind"], "move").to_numpy()) & np.isfinite(x) & np.isfinite(y)
        if not np.any(moves):
            return timeline
        t = timeline.new_ns[timeline.order[rows]] if _in_place(timeline, rows) else timeline.new_ns[rows]
        t = np.maximum.accumulate(t)
        new_x, new_y, new_t = _paths(t, x, y, moves, Chance(seed + b"smooth"))
        step = resolution(t)
        new_ns = timeline.new_ns.copy()
        new_ns[rows[moves]] = new_t[moves] // step * step
        return _with_motion(timeline, rows, rows[moves], new_ns, new_x[moves], new_y[moves])


def _main(events: pa.Table, timeline: Timeline) -> int:
    streams = events["stream"].to_numpy()[timeline.timed]
    return int(streams.min()) if len(streams) else 0


def _in_place(timeline: Timeline, rows: Ints) -> bool:
    """Whether the main log holds its own rows alone, so that its order can be followed."""
    return bool(np.array_equal(np.sort(timeline.order[rows]), rows))


def _with_motion(timeline: Timeline, rows: Ints, moved: Ints, new_ns: Ints, x: Floats, y: Floats) -> Timeline:
    n = len(new_ns)
    motion = Motion(np.zeros(n, np.bool_), np.zeros(n), np.zeros(n))
    motion.rows[moved], motion.x[moved], motion.y[moved] = True, x, y
    # Releases that changed places are known by a time before that of the row in front of them.
    fixed = np.zeros(n, np.bool_)
    fixed[rows] = timeline.order[rows] == rows
    used, flat = timeline.timed.copy(), np.zeros(n, np.bool_)
    used[:] = False
    used[rows] = True
    at = np.searchsorted(timeline.clock.knots_old, timeline.old_ns[rows])
    at = np.minimum(at, max(0, len(timeline.clock.knots_old) - 1))
    flat[rows] = timeline.clock.flat[at] & (timeline.clock.knots_old[at] == timeline.old_ns[rows])
    flat[moved] = True
    clock = time_map(timeline.old_ns[used], new_ns[used], fixed=fixed[used], flat=flat[used])
    return replace(timeline, new_ns=new_ns, clock=clock, motion=motion)


def _paths(t: Ints, x: Floats, y: Floats, moves: Bools, chance: Chance) -> tuple[Floats, Floats, Ints]:
    runs = _runs(x, y, moves)
    size = runs.last - runs.first + 1
    run = np.repeat(np.arange(len(size)), size)
    where = np.flatnonzero(moves)
    share = (where - runs.first[run] + 1) / size[run]
    way = runs.b - runs.a
    far = np.hypot(way[:, 0], way[:, 1])
    begin, end = _when(t, far, runs, chance)
    done = share**3 * (10 - 15 * share + 6 * share**2)
    # Sideways by a few hundredths of the way, most in the middle.
    bend = (parameters()["mouse"]["bend"] * chance.normal(len(size)))[run] * np.sin(np.pi * done)
    new_x, new_y, new_t = x.copy(), y.copy(), t.copy()
    new_x[where] = runs.a[run, 0] + way[run, 0] * done - way[run, 1] * bend
    new_y[where] = runs.a[run, 1] + way[run, 1] * done + way[run, 0] * bend
    for old, new in ((x, new_x), (y, new_y)):
        seen = old[np.isfinite(old)]
        grid = 1.0 if np.all(seen == np.floor(seen)) else GRID
        new[where] = np.clip(np.rint(new[where] * grid) / grid, seen.min(), seen.max())
    new_t[where] = begin[run] + np.rint(share * (end - begin)[run]).astype(np.int64)
    return new_x, new_y, new_t


def _runs(x: Floats, y: Floats, moves: Bools) -> _Runs:
    n = len(moves)
    edge = np.diff(np.concatenate([[0], moves.astype(np.int8), [0]]))
    first, last = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1) - 1
    after = np.minimum(last + 1, n - 1)
    # The target is where something is done next; where nothing with a place is, the mouse comes to rest.
    there = (last + 1 < n) & np.isfinite(x[after]) & np.isfinite(y[after])
    target = np.where(there, after, last)
    b = np.stack([x[target], y[target]], axis=1)
    known_x, known_y = np.where(moves, np.nan, x), np.where(moves, np.nan, y)
    known_x[last], known_y[last] = b[:, 0], b[:, 1]
    seen = np.maximum.accumulate(np.where(np.isfinite(known_x) & np.isfinite(known_y), np.arange(n), -1))
    origin = np.where(first > 0, seen[np.maximum(first - 1, 0)], -1)
    # Before anything is known the path starts where the first move was.
    new = origin < 0
    a = np.stack([np.where(new, old[first], known[origin]) for old, known in ((x, known_x), (y, known_y))], axis=1)
    return _Runs(first, last, first - 1, np.where(last + 1 < n, last + 1, -1), a, b)


def _when(t: Ints, far: Floats, runs: _Runs, chance: Chance) -> tuple[Ints, Ints]:
    """Start and end of each path: it ends shortly before what is done next, and takes as long as Fitts' law says."""
    model = parameters()["mouse"]
    bits = np.log2(far / model["target_px"] + 1)
    median = (model["fitts_ms"][0] + model["fitts_ms"][1] * bits) * MS
    takes = median * np.exp(model["spread"] * chance.normal(len(far)))
    dwell = np.rint(model["dwell_ms"] * np.exp(model["spread"] * chance.normal(len(far))) * MS).astype(np.int64)
    lowest = np.where(runs.before >= 0, t[np.maximum(runs.before, 0)], t[runs.first])
    free = runs.after < 0
    highest = np.where(free, lowest + np.rint(takes).astype(np.int64), t[runs.after])
    room = highest - lowest
    end = highest - np.where(free, 0, np.minimum(dwell, room // 4))
    begin = np.maximum(lowest, end - np.rint(takes).astype(np.int64))
    return begin, end
