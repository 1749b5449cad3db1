"""Typed values in the key rows: one burst in the place of each, bounded by what stays around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from boundary.findings import Decision, Session
from boundary.link import NOT_LINKED
from recording import Patch, row_removal
from recording.formats import format_named
from recording.model import Keys
from text_redact.burst import Region, burst, regions

FAR_NS = 10_000_000_000
"""Room for a burst that nothing follows."""

Replacement = Callable[[str, str], str]
"""Label and value -> what is typed instead."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Patches that put one burst in the place of a region, and how many key events that adds."""

    patches: tuple[Patch, ...]
    key_events: int


def bursts(
    session: Session, decisions: Sequence[Decision], removed: frozenset[int], replacement: Replacement
) -> Iterator[Burst]:
    """One burst for one value, however many texts showed it.

    Args:
        removed: Rows (``seq``) that go without a replacement.
    """
    writer = _Writer(session, removed)
    taken: set[int] = set()
    for rows, decision in _joined(_typed(decisions)):
        span = decision.finding.span
        assert isinstance(span, Keys)
        said = False
        for region in regions(session.transcript, span.stream, rows):
            fresh = tuple(row for row in region.rows if row not in taken)
            if not fresh:
                continue
            first = region.first if region.first in fresh else fresh[0]
            taken.update(fresh)
            # A value in several pieces is said once; where everything is sensitive, each piece is a value.
            text = ""
            if not said or decision.finding.label in NOT_LINKED:
                passage = session.passages[decision.passage]
                text = replacement(decision.finding.label, passage.text[decision.start : decision.end])
            said = True
            yield writer.put(Region(region.stream, fresh, first), text)


class _Writer:
    """Writes bursts in the format of the source."""

    def __init__(self, session: Session, removed: frozenset[int]) -> None:
        self.recording = session.recording
        self.removed = removed
        self.format = format_named(session.recording.format)
        events = session.recording.events.combine_chunks()
        self.columns: dict[str, pa.ChunkedArray] = {name: events[name] for name in ("file", "start", "end", "t_ns")}

    def put(self, region: Region, text: str) -> Burst:
        strokes = burst(text, **self.times(region))
        lines = self.format.render_keys(self.recording, strokes, region.first) if strokes else b""
        others = row_removal(self.recording, [row for row in region.rows if row != region.first])
        file, start, end = (self.columns[name][region.first].as_py() for name in ("file", "start", "end"))
        head = Patch(file, start, end, lines)
        return Burst((head, *others), len(strokes) - len(region.rows))

    def times(self, region: Region) -> dict[str, int | None]:
        """Time of the first row that goes, and of the next row of its file that stays: order in the file is kept."""
        files, times = self.columns["file"], self.columns["t_ns"]
        start = times[region.first].as_py()
        gone = frozenset(region.rows)
        row, end = region.first + 1, None
        while end is None and row < len(times) and files[row].equals(files[region.first]):
            if row not in gone and row not in self.removed:
                end = times[row].as_py()
            row += 1
        if start is not None and (end is None or end < start):
            end = start + FAR_NS
        return {"start_ns": start, "end_ns": end}


def _typed(decisions: Sequence[Decision]) -> list[tuple[frozenset[int], Decision]]:
    """Decisions about keys with their rows, the weightiest first."""
    ordered = sorted(decisions, key=_weight, reverse=True)
    return [
        (frozenset(decision.finding.span.rows), decision)
        for decision in ordered
        if isinstance(decision.finding.span, Keys) and decision.finding.span.rows
    ]


def _weight(decision: Decision) -> tuple[bool, float, int]:
    return decision.finding.label in NOT_LINKED, decision.finding.score, decision.end - decision.start


def _joined(groups: Sequence[tuple[frozenset[int], Decision]]) -> list[tuple[set[int], Decision]]:
    """Join groups that share a key row; the first decision, the weightiest, names the whole."""
    owner: dict[int, int] = {}
    parent: list[int] = []

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for index, (rows, _) in enumerate(groups):
        parent.append(index)
        for row in rows:
            if row in owner:
                first, second = sorted((root(owner[row]), root(index)))
                parent[second] = first
            owner[row] = index
    merged: dict[int, set[int]] = {}
    for index, (rows, _) in enumerate(groups):
        merged.setdefault(root(index), set()).update(rows)
    return [(merged[index], groups[index][1]) for index in sorted(merged)]
