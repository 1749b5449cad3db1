"""Where a stream of events can be cut: nothing that belongs together, and nothing that may still grow, crosses it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundary.deciding import Decision
from boundary.findings import Session
from boundary.link import NOT_LINKED
from boundary.live.hold import Hold
from boundary.live.window import Window
from recording.model import Keys
from recording.timeline import Ints
from text_redact.buffer import LONGEST
from text_redact.presses import Presses

Interval = tuple[int, int]
"""First and last of the held lines that must leave together."""


def latest_cut(window: Window, session: Session, decisions: Sequence[Decision], hold: Hold) -> int:
    """The most held lines that can leave: what they tell does not depend on what follows them.

    A cut goes through no press and its release, and through no value, but where nothing was typed of it for long
    enough; what comes then is covered too (`torn`). It lies before whatever text may still grow: what was typed last in
    a field, `LONGEST` characters at most, unless the field was quiet for long enough. What a policy covers whatever it
    says (``text.all``) may be cut, since each part of it is covered.
    """
    size = len(window.held)
    closed = np.zeros(size + 2, np.int64)
    for first, last in (*_strokes(window, session, hold), *_values(window, decisions, hold)):
        if 0 <= first < last:
            # Cuts first + 1 .. last are none.
            closed[first + 1] += 1
            closed[last + 1] -= 1
    free = np.flatnonzero(np.cumsum(closed)[: size + 1] == 0)
    last = min([size, *_growing(window, session, hold)])
    return int(free[free <= last].max(initial=0))


def _strokes(window: Window, session: Session, hold: Hold) -> Iterator[Interval]:
    """Presses with their releases; a key that is still down goes to the end, unless its release must be lost."""
    at, size = window.at.tolist(), len(window.held)
    downs = pc.equal(window.recording.events["kind"], "key_down").to_numpy(zero_copy_only=False).tolist()
    for presses in session.transcript.presses.values():
        for rows in presses.holds:
            first = at[rows[0]]
            if first < 0:
                continue
            if len(rows) > 1 or not downs[rows[0]]:
                yield first, max(at[row] for row in rows)
            elif size - first < hold.linger_events:
                yield first, size


def _values(window: Window, decisions: Sequence[Decision], hold: Hold) -> Iterator[Interval]:
    times = window.recording.events["t_ns"]
    for at, rows in _typed(window, decisions):
        if at[-1] - at[0] <= 1:
            continue
        then = times.take(pa.array(rows)).to_pylist() if at[-1] >= 0 else []
        first = 0
        for before, after in itertools.pairwise(range(len(then))):
            if _is_quiet(int(at[before]), then[before], int(at[after]), then[after], hold):
                yield int(at[first]), int(at[before])
                first = after
        yield int(at[first]), int(at[-1])


def torn(window: Window, session: Session, decisions: Sequence[Decision], cut: int) -> frozenset[int]:
    """Held lines behind a cut that hold keys of a value that begins before it."""
    rows: set[int] = set()
    if cut == len(window.held):
        return frozenset()
    for at, mine in _typed(window, decisions):
        if at[0] < cut <= at[-1]:
            rows.update(mine[at >= cut].tolist())
    if not rows:
        return frozenset()
    strokes = [
        row
        for presses in session.transcript.presses.values()
        for pressed, hold in zip(presses.at, presses.holds, strict=True)
        if pressed in rows
        for row in hold
    ]
    lines = window.at[[*rows, *strokes]]
    return frozenset(lines[lines >= cut].tolist())


def _typed(window: Window, decisions: Sequence[Decision]) -> Iterator[tuple[Ints, Ints]]:
    """For each typed value the lines of its keys, in order, and their rows; left ones are before all others."""
    for decision in decisions:
        span = decision.finding.span
        if isinstance(span, Keys) and span.rows and decision.finding.label not in NOT_LINKED:
            rows = np.array(span.rows, np.int64)
            order = np.argsort(window.at[rows], kind="stable")
            yield window.at[rows][order], rows[order]


def _growing(window: Window, session: Session, hold: Hold) -> Iterator[int]:
    """For each field that may still grow the held line where what was typed last begins."""
    events = window.recording.events
    times = events["t_ns"].to_pylist()
    now = max((t for t in (times[row] for row in _last_rows(window)) if t is not None), default=None)
    for presses in session.transcript.presses.values():
        for rows in _by_field(presses).values():
            first = len(window.held)
            after, then, count = first, now, 0
            for row in reversed(rows):
                at, t_ns = int(window.at[row]), times[row]
                if at < 0 or count > LONGEST or _is_quiet(at, t_ns, after, then, hold):
                    break
                first, after, then, count = at, at, t_ns, count + 1
            if count:
                yield first


def _last_rows(window: Window) -> Ints:
    """Rows of the last held lines; files of a recording are written side by side."""
    return np.flatnonzero(window.at >= max(0, len(window.held) - 64))


def _is_quiet(at: int, t_ns: int | None, after: int, then: int | None, hold: Hold) -> bool:
    if after - at > hold.linger_events:
        return True
    return t_ns is not None and then is not None and then - t_ns > hold.linger_ns


def _by_field(presses: Presses) -> dict[int, list[int]]:
    """Rows of what types, erases and moves, by field."""
    out: dict[int, list[int]] = {}
    for row, does, number in zip(presses.at, presses.does, presses.fields, strict=True):
        if does != "modifier":
            out.setdefault(number, []).append(row)
    return out
