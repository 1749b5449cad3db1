"""Commas of JSON arrays: they go with records that are taken out, and come with records that are put in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from recording.edit import Patch
from recording.model import Recording

SEPARATOR = b",\n"
"""What follows each record that is written anew for a listed file; `separated` makes it fit its place."""

_GAP = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*")
_AROUND = b", \t\r\n"


def separated(recording: Recording, file: str, patches: Iterable[Patch]) -> list[Patch]:
    """The patches of one file, so completed that its arrays stay arrays.

    Whatever records are removed, replaced by others or followed by others, first, last or all of them: between two
    records that are left there is one comma. In files that are not listed nothing changes.

    Args:
        recording: What the patches are for; its event rows say where the records are.
        file: The file.
        patches: Its patches: removals of whole records, records in the place of one (``start`` and ``end`` are its
            own), records behind one (``start == end ==`` its end), and whatever lies within one.
    """
    patches = list(patches)
    if file not in recording.listed or not patches:
        return patches
    rows = recording.events.filter(pc.equal(recording.events["file"], pa.scalar(file)))
    starts, ends = rows["start"].to_pylist(), rows["end"].to_pylist()
    at_start = {start: number for number, start in enumerate(starts)}
    at_end = {end: number for number, end in enumerate(ends)}
    out: list[Patch] = []
    instead: defaultdict[int, list[Patch]] = defaultdict(list)
    behind: defaultdict[int, list[Patch]] = defaultdict(list)
    for patch in patches:
        number = at_start.get(patch.start)
        if number is not None and patch.end == ends[number]:
            instead[number].append(patch)
        elif patch.start == patch.end and patch.start in at_end:
            behind[at_end[patch.start]].append(patch)
        else:
            out.append(patch)
    empty: list[int] = []
    for number in sorted({*instead, *behind}):
        filled = number not in instead
        # Of several patches of one record a removal wins, as in `apply_patches`.
        gone = any(not patch.data for patch in instead[number])
        for patch in instead[number]:
            body = b"" if gone else patch.data.strip(_AROUND)
            out.append(replace(patch, data=body))
            filled = filled or bool(body)
        for patch in behind[number]:
            body = patch.data.strip(_AROUND)
            if body:
                out.append(replace(patch, data=SEPARATOR + body if filled else body))
                filled = True
        if not filled:
            empty.append(number)
    return [*out, *_gaps(recording.files[file].read(), file, starts, ends, empty)]


def _gaps(data: bytes, file: str, starts: list[int], ends: list[int], empty: list[int]) -> Iterable[Patch]:
    """Removals of the commas that empty records leave: the one before where a record is left before, else the next."""
    led: dict[int, bool] = {}
    for number in empty:
        after_one = number > 0 and _GAP.fullmatch(data, ends[number - 1], starts[number]) is not None
        led[number] = after_one and led.get(number - 1, True)
        if led[number]:
            yield Patch(file, ends[number - 1], starts[number], b"")
        elif number + 1 < len(starts) and _GAP.fullmatch(data, ends[number], starts[number + 1]):
            yield Patch(file, ends[number], starts[number + 1], b"")
