"""Typed values in the key rows: one burst in the place of each, bounded by what stays around it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundary.deciding import Decision
from boundary.findings import Session
from boundary.link import NOT_LINKED
from recording import Patch, row_removal
from recording.formats import Stroke, format_named
from recording.model import KEY_KINDS, Keys
from text_redact.burst import STROKE_NS, timed
from text_redact.rewrite import Insert, Rewriting, Value, rewrite

Replacement = Callable[[Decision, str], str]
"""What was decided on a value, and the value -> what is typed instead."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Patches that write keys in the place of others, the new ones first, and how many key events that adds."""

    patches: tuple[Patch, ...]
    key_events: int


def bursts(
    session: Session, decisions: Sequence[Decision], removed: frozenset[int], replacement: Replacement
) -> Iterator[Burst]:
    """What takes the place of the typed values: one burst for one value, however many texts showed it.

    Args:
        removed: Rows (``seq``) that go without a replacement.
    """
    by_stream: dict[int, list[Value]] = {}
    for rows, decision in typed_values(decisions):
        span = decision.finding.span
        assert isinstance(span, Keys)
        value = session.passages[decision.passage].text[decision.start : decision.end]
        text = replacement(decision, value)
        by_stream.setdefault(span.stream, []).append(Value(frozenset(rows), text))
    for stream, values in by_stream.items():
        yield from _Writer(session, removed).write(rewrite(session.transcript, stream, values))


def typed_values(decisions: Sequence[Decision]) -> list[tuple[set[int], Decision]]:
    """The typed values with all their rows (``seq``): decisions that share a key are one, named by the weightiest."""
    return _joined(_typed(decisions))


class _Writer:
    """Writes the keys of a rewritten stream in the format of the source."""

    def __init__(self, session: Session, removed: frozenset[int]) -> None:
        events = session.recording.events.combine_chunks()
        self.recording = session.recording
        self.format = format_named(session.recording.format)
        self.files = events["file"].combine_chunks().dictionary_encode().indices.to_numpy()
        self.names: list[str] = events["file"].combine_chunks().dictionary_encode().dictionary.to_pylist()
        self.times = events["t_ns"].to_pylist()
        self.places = events["start"].to_numpy(), events["end"].to_numpy()
        self.is_key = pc.is_in(events["kind"], value_set=pa.array(sorted(KEY_KINDS))).to_numpy()
        self.is_text = pc.equal(events["kind"], "text").to_numpy(zero_copy_only=False)
        self.stays = np.ones(len(events), dtype=bool)
        self.stays[sorted(removed)] = False

    def write(self, new: Rewriting) -> Iterator[Burst]:
        """Patches for one stream."""
        self.stays[sorted(new.removed)] = False
        heads: set[int] = set()
        for group in self.grouped(new.inserts):
            moments = self.moments(group)
            for insert in group:
                strokes = timed(insert.strokes, itertools.islice(moments, len(insert.strokes)))
                lines = self.lines(insert.row, strokes)
                start, end = (int(ends[insert.row]) for ends in self.places)
                if insert.instead:
                    heads.add(insert.row)
                patch = Patch(self.names[self.files[insert.row]], start if insert.instead else end, end, lines)
                yield Burst((patch,), (len(strokes) if lines else 0) - insert.instead)
        rest = [row for row in new.removed if row not in heads]
        if rest:
            yield Burst(row_removal(self.recording, rest), -len(rest))

    def grouped(self, inserts: Iterable[Insert]) -> Iterator[list[Insert]]:
        """What is written with no row that stays between."""
        group: list[Insert] = []
        for insert in sorted(inserts, key=_place):
            if group and (self.stays[group[-1].row + 1 : insert.row + (not insert.instead)]).any():
                yield group
                group = []
            group.append(insert)
        if group:
            yield group

    def lines(self, row: int, strokes: Sequence[Stroke]) -> bytes:
        """New lines; none where no key of that file shows how to write one.

        Text in one piece is written as such by the formats that can.
        """
        if strokes and self.is_text[row]:
            lines = self.format.render_keys(self.recording, strokes, row)
            if lines:
                return lines
        like = self.like(row)
        return self.format.render_keys(self.recording, strokes, like) if strokes and like is not None else b""

    def like(self, row: int) -> int | None:
        """A key row to write others like: this one, or the nearest of its file."""
        if self.is_key[row]:
            return row
        near = np.flatnonzero(self.is_key & (self.files == self.files[row]))
        return int(near[np.argmin(np.abs(near - row))]) if len(near) else None

    def moments(self, group: Sequence[Insert]) -> Iterator[int | None]:
        """Times for all strokes of a group, at a fixed rate.

        They depend on the rows around that stay: when the value was begun and how long its keys took is not told by
        them; how long its neighbours are apart is.
        """
        first, last = group[0], group[-1]
        before = self.near(first.row if not first.instead else first.row - 1, -1)
        after = self.near(last.row + 1, 1)
        start = self.times[first.row] if before is None else before
        if start is None:
            return itertools.repeat(None)
        step = STROKE_NS
        if after is not None and after >= start:
            step = min(step, (after - start) // (sum(len(insert.strokes) for insert in group) + 1))
        return itertools.count(start + step, step)

    def near(self, row: int, way: int) -> int | None:
        """Time of the nearest row of the same file that stays."""
        file = self.files[row - way] if 0 <= row - way < len(self.files) else -1
        while 0 <= row < len(self.files) and self.files[row] == file:
            if self.stays[row] and self.times[row] is not None:
                return int(self.times[row])
            row += way
        return None


def _place(insert: Insert) -> tuple[int, bool]:
    return insert.row, not insert.instead


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
