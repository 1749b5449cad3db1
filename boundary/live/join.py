"""What has left lately, and the piece that is to follow: they will be read together, so both are verified together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from boundary.change import Added, Changed
from boundary.live.lines import MAIN
from boundary.live.window import context_rows
from boundary.plan import Plan
from boundary.verify import verify_text
from recording.model import Recording
from text_redact.known import KnownValues

KEPT = 1_024
"""So many lines of each file are kept of what has left."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that the change put into a file, ``at`` a byte: an item of ``kind`` in `boundary.change.Added`."""

    at: int
    kind: str
    told: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """Changed lines by file, and what in them the change put there, with places counted from the piece's start."""

    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict, repr=False)


def piece_of(changed: Changed, ranges: Mapping[str, tuple[int, int]], more: Mapping[str, bytes]) -> Piece:
    """A part of what was changed.

    Args:
        ranges: By output file the first and the last byte (exclusive) of it in ``changed.files``.
        more: By output file, unchanged lines that follow.
    """
    files, marks = {}, {}
    for name in sorted({*ranges, *more}):
        first, last = ranges.get(name, (0, 0))
        files[name] = changed.files[name][first:last] + more.get(name, b"")
        inside = (mark for mark in _marks(changed.added, name) if first <= mark.at < last)
        marks[name] = [replace(mark, at=mark.at - first) for mark in inside]
    return Piece(files, marks)


def _marks(added: Added, name: str) -> Iterator[Mark]:
    for start, lines in added.keys.get(name, ()):
        at = start
        for line in lines.splitlines(keepends=True):
            yield Mark(at, "key", line)
            at += len(line)
    yield from (Mark(at, "field", told) for (file, at), told in added.fields.items() if file == name)
    yield from (Mark(at, "bytes", (new, blanked)) for at, new, blanked in added.bytes.get(name, ()))


def verified(
    tail: Piece, piece: Piece, added: Added, known: KnownValues, plan: Plan, alarm: Callable[[], None]
) -> Piece:
    """Verify a piece behind the tail of what has left; the new tail.

    Args:
        added: What the change of the whole window put in, for its names and texts.

    Raises:
        StepFailed: ``text-residue``: the piece must not leave.
    """
    sizes = {name: len(data) for name, data in tail.files.items()}
    files: dict[str, bytes] = {}
    marks: dict[str, Sequence[Mark]] = {}
    for name in sorted({*tail.files, *piece.files}):
        size = sizes.get(name, 0)
        files[name] = tail.files.get(name, b"") + piece.files.get(name, b"")
        moved = (replace(mark, at=mark.at + size) for mark in piece.marks.get(name, ()))
        marks[name] = [*tail.marks.get(name, ()), *moved]
    full = {name: data for name, data in files.items() if data}
    joined = Piece(full, {name: marks[name] for name in full})
    if not joined.files:
        return tail
    # The format wants an event; an empty line is one that says nothing.
    readable = {MAIN: b"\n", **joined.files}
    changed = Changed(readable, _added(joined, added), {}, 0, mappings=plan.policy.read)
    read = verify_text(changed, (), known, plan, alarm, left=sizes)
    return Piece() if read is None else _trimmed(joined, read)


def _added(piece: Piece, added: Added) -> Added:
    marks = piece.marks
    return Added(
        added.names,
        added.texts,
        {(name, mark.at): mark.told for name, all_ in marks.items() for mark in all_ if mark.kind == "field"},
        {name: [(mark.at, mark.told) for mark in all_ if mark.kind == "key"] for name, all_ in marks.items()},
        {name: [(mark.at, *mark.told) for mark in all_ if mark.kind == "bytes"] for name, all_ in marks.items()},
    )


def _trimmed(joined: Piece, read: Recording) -> Piece:
    """The last lines of each file that say more than where the mouse was."""
    events = read.events
    chosen = events.take(context_rows(events, KEPT))
    files: dict[str, bytes] = {}
    marks: dict[str, list[Mark]] = {}
    for name, data in joined.files.items():
        rows = chosen.filter(pc.equal(chosen["file"], name))
        starts, ends = rows["start"].to_numpy(), rows["end"].to_numpy()
        files[name] = b"".join(data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True))
        news = np.concatenate([[0], np.cumsum(ends - starts)])
        marks[name] = []
        for mark in joined.marks.get(name, ()):
            row = int(np.searchsorted(starts, mark.at, side="right")) - 1
            if row >= 0 and mark.at < ends[row]:
                marks[name].append(replace(mark, at=int(news[row] + mark.at - starts[row])))
    return Piece(files, marks)
