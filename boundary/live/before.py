"""What verification needs to know of a piece that joins one that has left before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pyarrow.compute as pc

from boundary.change import Added, Changed
from recording.model import Hit, Passage, Recording

NOTHING: Mapping[str, int] = MappingProxyType({})
"""For a recording of which nothing has left before."""


def rows_before(recording: Recording, left: Mapping[str, int]) -> frozenset[int]:
    """Rows (``seq``) that have left before: those in the first ``left`` bytes of each file."""
    events = recording.events
    return frozenset(
        seq
        for file, size in left.items()
        for seq in events["seq"]
        .filter(pc.and_(pc.equal(events["file"], file), pc.less(events["start"], size)))
        .to_pylist()
    )


def is_within(passage: Passage, recording: Recording, gone: frozenset[int]) -> bool:
    """Whether all of a passage has left before."""
    if passage.field is not None:
        return recording.fields[passage.field].row in gone
    rows = {row for row in passage.rows if row >= 0}
    return bool(rows) and rows <= gone


def is_new(hit: Hit, passage: Passage, gone: frozenset[int]) -> bool:
    """Whether some of a hit leaves only now. Where no key stands behind it (pasted text), its passage says."""
    if not gone or not passage.rows:
        return True
    rows = {row for row in passage.rows[hit.start : hit.end] if row >= 0} or {row for row in passage.rows if row >= 0}
    return not rows or not rows <= gone


def fresh(changed: Changed, left: Mapping[str, int]) -> tuple[Mapping[str, bytes], Added]:
    """The files without what has left before, and without what was put into that."""
    if not left:
        return changed.files, changed.added
    files = {name: data[left.get(name, 0) :] for name, data in changed.files.items()}
    put = {
        name: [
            (start - left.get(name, 0), new, blanked) for start, new, blanked in written if start >= left.get(name, 0)
        ]
        for name, written in changed.added.bytes.items()
    }
    return files, replace(changed.added, bytes=put)
