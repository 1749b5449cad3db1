"""What is read at once of a recording that is being made: lines that are held, behind some that have left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from boundary.live.lines import MAIN, Line
from boundary.plan import Plan
from recording import parse_files
from recording.errors import InputError
from recording.model import Recording, SourceFile

METADATA = "metadata.json"
LEFT, COVERED = -1, -2
"""Numbers of lines that have left before: as they were, or not."""
_PASSING = pa.array(["move", "scroll", "frame"])
"""Kinds of rows that say nothing about others."""
_FOCUS = ("window", "element", "clipboard")
"""Kinds of rows of which the last one holds until the next."""


@dataclass(frozen=True, slots=True)
class Window:
    """Lines that are read together.

    Attributes:
        recording: The lines as a recording, with its metadata.
        at: For each event row its number among the held lines, `LEFT` or `COVERED` for one before them; shape
            ``(rows,)``.
        held: The held lines, in the order in which they came.
        starts: For each held line its first byte in its file.
        begins: By file, the first byte that is held.
    """

    recording: Recording = field(repr=False)
    at: npt.NDArray[np.int64] = field(repr=False)
    held: Sequence[Line] = field(repr=False)
    starts: Sequence[int] = field(repr=False)
    begins: Mapping[str, int] = field(repr=False)


def open_window(context: Sequence[Line], held: Sequence[Line], metadata: bytes | None, plan: Plan) -> Window:
    """Read held lines behind others, as the policy has them read.

    Raises:
        InputError: ``stream-format``, or what reading raises.
    """
    parts: dict[str, list[bytes]] = {MAIN: []}
    sizes: dict[str, int] = {MAIN: 0}
    numbers: dict[str, list[int]] = {MAIN: []}
    for line in context:
        parts.setdefault(line.file, []).append(line.data)
        numbers.setdefault(line.file, []).append(COVERED if line.covered else LEFT)
        sizes[line.file] = sizes.get(line.file, 0) + len(line.data)
    if not numbers[MAIN] and all(line.file != MAIN for line in held):
        # The format wants an event; an empty line is one that says nothing.
        parts[MAIN], numbers[MAIN], sizes[MAIN] = [b"\n"], [COVERED], 1
    begins = dict(sizes)
    starts = []
    for number, line in enumerate(held):
        start = sizes.get(line.file, 0)
        starts.append(start)
        parts.setdefault(line.file, []).append(line.data)
        numbers.setdefault(line.file, []).append(number)
        sizes[line.file] = start + len(line.data)
        begins.setdefault(line.file, 0)
    files = {name: SourceFile(name, b"".join(lines)) for name, lines in parts.items()}
    if metadata is not None:
        files[METADATA] = SourceFile(METADATA, metadata)
    recording = parse_files("stream", files, mappings=plan.policy.read)
    return Window(recording, _numbered(recording, numbers), held, starts, begins)


def _numbered(recording: Recording, numbers: Mapping[str, Sequence[int]]) -> npt.NDArray[np.int64]:
    encoded = pc.dictionary_encode(recording.events["file"].combine_chunks())
    codes, at = encoded.indices.to_numpy(), np.full(len(recording.events), COVERED, np.int64)
    for code, file in enumerate(encoded.dictionary.to_pylist()):
        rows = np.flatnonzero(codes == code)
        if len(rows) != len(numbers.get(file, ())):
            raise InputError(
                "a line of this recording is not one event",
                code="stream-format",
                hint="DuckTrack, OpenCUA and JSON lines of key events can be streamed; take others through as a whole",
            )
        at[rows] = numbers[file]
    return at


def context_rows(events: pa.Table, most: int) -> npt.NDArray[np.int64]:
    """Rows of ``events`` that later ones are read behind: of each file the last ``most`` that are more than mouse.

    With them the last that says which window, field or clipboard holds.
    """
    passing = pc.is_in(events["kind"], value_set=_PASSING).to_numpy()
    codes = pc.dictionary_encode(events["file"].combine_chunks()).indices.to_numpy()
    kinds = events["kind"]
    lately = [np.flatnonzero((codes == code) & ~passing)[-most:] for code in np.unique(codes)]
    focus = [np.flatnonzero(pc.equal(kinds, kind).to_numpy())[-1:] for kind in _FOCUS]
    return np.unique(np.concatenate([*lately, *focus]))
