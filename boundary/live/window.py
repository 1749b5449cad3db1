"""What is read at once of a recording that is being made: lines that are held, behind some that have left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundary.live.lines import MAIN, Line
from boundary.plan import Plan
from recording import parse_files
from recording.errors import InputError
from recording.model import KEY_KINDS, Recording, SourceFile
from recording.timeline import Ints

METADATA = "metadata.json"
LEFT, COVERED = -1, -2
"""Numbers of lines that have left before: as they were, or not."""
_PASSING = pa.array(["move", "scroll", "frame"])
"""Kinds of rows that say nothing about others."""
_TYPED = pa.array([*sorted(KEY_KINDS), "text"])
_FOCUS = ("window", "element", "clipboard")
"""Kinds of rows of which the last one holds until the next."""


@dataclass(frozen=True, slots=True)
class Window:
    """Lines that are read together.

    Attributes:
        recording: The lines as a recording, with its metadata.
        at: For each event row its number among the held lines, `LEFT` or `COVERED` for one before them; int64, shape
            ``(rows,)``.
        held: The held lines, in the order in which they came.
        names: The files that lines are held of.
        files: For each held line its file, a number among ``names``; shape ``(held,)``.
        starts: For each held line its first byte in its file.
        ends: One past its last byte.
        begins: By file, the first byte that is held.
    """

    recording: Recording = field(repr=False)
    at: Ints = field(repr=False)
    held: Sequence[Line] = field(repr=False)
    names: Sequence[str]
    files: Ints = field(repr=False)
    starts: Ints = field(repr=False)
    ends: Ints = field(repr=False)
    begins: Mapping[str, int] = field(repr=False)

    @property
    def torn(self) -> frozenset[int]:
        """Rows (``seq``) that do not leave, since the value that they are part of began before."""
        covered = [number for number, line in enumerate(self.held) if line.covered]
        return frozenset(np.flatnonzero(np.isin(self.at, covered)).tolist()) if covered else frozenset()


def open_window(context: Sequence[Line], held: Sequence[Line], metadata: bytes | None, plan: Plan) -> Window:
    """Read held lines behind others, as the policy has them read.

    Raises:
        InputError: ``stream-format``, or what reading raises.
    """
    of = [line.file for line in held]
    names = {name: number for number, name in enumerate(dict.fromkeys(of))}
    files = np.array([names[name] for name in of], np.int64)
    data = [line.data for line in held]
    sizes = np.array([len(line) for line in data], np.int64)
    starts, begins = np.zeros(len(held), np.int64), {}
    parts: dict[str, list[bytes]] = {MAIN: []}
    left: dict[str, list[int]] = {MAIN: []}
    for line in context:
        parts.setdefault(line.file, []).append(line.data)
        left.setdefault(line.file, []).append(COVERED if line.covered else LEFT)
    if not left[MAIN] and MAIN not in names:
        # The format wants an event; an empty line is one that says nothing.
        parts[MAIN], left[MAIN] = [b"\n"], [COVERED]
    numbers = {name: np.array(of, np.int64) for name, of in left.items()}
    for name, number in names.items():
        before = parts.setdefault(name, [])
        begins[name] = sum(map(len, before))
        mine = np.flatnonzero(files == number)
        starts[mine] = begins[name] + np.cumsum(sizes[mine]) - sizes[mine]
        before += data if len(mine) == len(data) else [data[at] for at in mine.tolist()]
        numbers[name] = np.concatenate([numbers[name], mine]) if name in numbers else mine
    sources = {name: SourceFile(name, b"".join(lines)) for name, lines in parts.items()}
    if metadata is not None:
        sources[METADATA] = SourceFile(METADATA, metadata)
    recording = parse_files("stream", sources, mappings=plan.policy.read)
    at = _numbered(recording, numbers)
    return Window(recording, at, held, tuple(names), files, starts, starts + sizes, begins)


def _numbered(recording: Recording, numbers: Mapping[str, Ints]) -> Ints:
    codes, names = file_codes(recording)
    at = np.full(len(recording.events), COVERED, np.int64)
    for code, file in enumerate(names):
        rows = np.flatnonzero(codes == code)
        if len(rows) != len(numbers.get(file, ())):
            raise InputError(
                "a line of this recording is not one event",
                code="stream-format",
                hint="DuckTrack, OpenCUA and JSON lines of key events can be streamed; take others through as a whole",
            )
        at[rows] = numbers[file]
    return at


def file_codes(recording: Recording) -> tuple[Ints, Sequence[str]]:
    """For each event row its file, a number among the names that come with it."""
    encoded = pc.dictionary_encode(recording.events["file"].combine_chunks())
    return encoded.indices.to_numpy(), encoded.dictionary.to_pylist()


def context_rows(events: pa.Table, most: int) -> Ints:
    """Rows of ``events`` that later ones are read behind: of each file the last ``most`` that are more than mouse.

    Of a file of which nothing is typed an eighth is enough: each of its texts stands in one row. With them the last
    that says which window, field or clipboard holds.
    """
    kinds = events["kind"]
    passing, typed = (pc.is_in(kinds, value_set=of).to_numpy() for of in (_PASSING, _TYPED))
    codes = pc.dictionary_encode(events["file"].combine_chunks()).indices.to_numpy()
    files = [codes == code for code in np.unique(codes)]
    counts = [most if (of & typed).any() else max(1, most // 8) for of in files]
    lately = [np.flatnonzero(of & ~passing)[-count:] for of, count in zip(files, counts, strict=True)]
    focus = [np.flatnonzero(pc.equal(kinds, kind).to_numpy())[-1:] for kind in _FOCUS]
    return np.unique(np.concatenate([*lately, *focus]))
