"""What has left lately, and the piece that is to follow: they will be read together, so both are verified together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow.compute as pc

from boundary.change import Added, Changed
from boundary.live.lines import MAIN
from boundary.live.places import Part
from boundary.live.window import context_rows
from recording.mappings import Mappings
from recording.model import Recording

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


@dataclass(frozen=True, slots=True)
class Joint:
    """A piece behind the tail of what has left.

    Attributes:
        whole: Both together.
        left: By file, how many of its first bytes have left.
        changed: The same as the result of a change, to be verified; ``None`` where there is nothing at all.
    """

    whole: Piece = field(repr=False)
    left: Mapping[str, int]
    changed: Changed | None = field(repr=False)


def piece_of(changed: Changed, parts: Mapping[str, Part], more: Mapping[str, bytes]) -> Piece:
    """A part of what was changed.

    Args:
        parts: By output file what of ``changed.files`` it is.
        more: By output file, unchanged lines that follow.
    """
    files, marks = {}, {}
    nothing = Part(np.empty(0, np.int64), np.empty(0, np.int64))
    for name in sorted({*parts, *more}):
        part = parts.get(name, nothing)
        files[name] = part.read(changed.files.get(name, b"")) + more.get(name, b"")
        marks[name] = _inside(part, list(_marks(changed.added, name)))
    return Piece(files, marks)


def _inside(part: Part, marks: Sequence[Mark]) -> list[Mark]:
    places = part.inside(np.array([mark.at for mark in marks], np.int64))
    return [Mark(at, mark.kind, mark.told) for mark, at in zip(marks, places.tolist(), strict=True) if at >= 0]


def _marks(added: Added, name: str) -> Iterator[Mark]:
    for start, lines in added.keys.get(name, ()):
        at = start
        for line in lines.splitlines(keepends=True):
            yield Mark(at, "key", line)
            at += len(line)
    yield from (Mark(at, "field", told) for (file, at), told in added.fields.items() if file == name)
    yield from (Mark(at, "bytes", (new, blanked)) for at, new, blanked in added.bytes.get(name, ()))


def join(tail: Piece, piece: Piece, added: Added, mappings: Mappings) -> Joint:
    """Put a piece behind what has left.

    Args:
        added: What the change of the whole window put in, for its names and texts.
        mappings: How the policy has files read.
    """
    sizes = {name: len(data) for name, data in tail.files.items()}
    files: dict[str, bytes] = {}
    marks: dict[str, Sequence[Mark]] = {}
    for name in sorted({*tail.files, *piece.files}):
        size = sizes.get(name, 0)
        files[name] = tail.files.get(name, b"") + piece.files.get(name, b"")
        moved = (Mark(mark.at + size, mark.kind, mark.told) for mark in piece.marks.get(name, ()))
        marks[name] = [*tail.marks.get(name, ()), *moved]
    full = {name: data for name, data in files.items() if data}
    whole = Piece(full, {name: marks[name] for name in full})
    if not full:
        return Joint(whole, sizes, None)
    # The format wants an event; an empty line is one that says nothing.
    readable = {MAIN: b"\n", **full}
    return Joint(whole, sizes, Changed(readable, _added(whole, added), {}, 0, mappings=mappings))


def _added(piece: Piece, added: Added) -> Added:
    marks = piece.marks
    return Added(
        added.names,
        added.texts,
        {(name, mark.at): mark.told for name, all_ in marks.items() for mark in all_ if mark.kind == "field"},
        {name: [(mark.at, mark.told) for mark in all_ if mark.kind == "key"] for name, all_ in marks.items()},
        {name: [(mark.at, *mark.told) for mark in all_ if mark.kind == "bytes"] for name, all_ in marks.items()},
    )


def trimmed(joined: Piece, read: Recording) -> Piece:
    """The last lines of each file that say more than where the mouse was.

    Args:
        read: The piece as verification read it.
    """
    events = read.events
    chosen = events.take(context_rows(events, KEPT))
    files, marks = {}, {}
    for name, data in joined.files.items():
        rows = chosen.filter(pc.equal(chosen["file"], name))
        part = Part(rows["start"].to_numpy(), rows["end"].to_numpy())
        files[name] = part.read(data)
        marks[name] = _inside(part, joined.marks.get(name, ()))
    return Piece(files, marks)
