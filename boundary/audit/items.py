"""What a person is asked to judge: places that were changed, and places that were kept; by position, never by value."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from boundary.trace import Done
from boundary.video import is_sampled
from recording.model import Box, Keys, Passage
from recording.model import Field as FieldSpan

CHANGED, KEPT = "changed", "kept"
"""Parts of the lottery: precision comes from what was changed, recall also needs what was kept."""
_WORD = re.compile(r"\S*\w\S*")


@dataclass(frozen=True, slots=True)
class Item:
    """A place in a recording of the sample.

    Attributes:
        part: `CHANGED` or `KEPT`.
        recording: Number of the recording in the sample, from 1.
        kind: ``typed``, ``field`` or ``screen``.
        label: What the policy calls it; empty for what was kept.
        rule: Which rule found it.
        where: ``{"stream", "rows"}``, ``{"field", "start", "end"}`` or ``{"frame", "box"}``; frames by number, from 0.
    """

    part: str
    recording: int
    kind: str
    label: str
    rule: str
    where: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        """Short name that follows from the place alone."""
        told = f"{self.part} {self.recording} {self.kind} {sorted(self.where.items())}"
        return hashlib.sha256(told.encode()).hexdigest()[:12]


@dataclass(slots=True)
class Lottery:
    """Draws ``size`` items of each part with equal chances, in one pass, and counts all of them.

    Attributes:
        seen: Items of each part and kind that took part.
    """

    size: int
    seed: int
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    drawn: dict[str, list[tuple[int, str, Item]]] = field(default_factory=dict, repr=False)
    ids: set[str] = field(default_factory=set, repr=False)

    def add(self, item: Item) -> None:
        """Let an item take part; a place that several findings share takes part once."""
        if item.id in self.ids:
            return
        self.ids.add(item.id)
        self.seen[item.part, item.kind] += 1
        ticket = -int.from_bytes(hashlib.sha256(f"{self.seed} {item.id}".encode()).digest()[:8])
        held = self.drawn.setdefault(item.part, [])
        entry = ticket, item.id, item
        if len(held) < self.size:
            heapq.heappush(held, entry)
        elif held and ticket > held[0][0]:
            heapq.heapreplace(held, entry)

    def items(self) -> list[Item]:
        """What was drawn, by lot, the parts in turn: whoever stops early has judged some of both."""
        parts = [[entry[2] for entry in sorted(self.drawn.get(part, ()), key=_ticket)] for part in (CHANGED, KEPT)]
        return [item for pair in zip_longest(*parts) for item in pair if item is not None]


def _ticket(entry: tuple[int, str, Item]) -> int:
    return -entry[0]


def items_of(done: Done, number: int) -> Iterator[Item]:
    """Every place of a recording that was changed, and every word, text and line that was kept."""
    recording = done.session.recording
    # Pictures taken out of a video are no frames of the source, where a person would look for them.
    still = [frame.file for frame in recording.frames if not is_sampled(frame.file)]
    frames = {file: index for index, file in reversed(list(enumerate(still)))}
    touched: set[int] = set()
    keys: set[int] = set()
    findings = [(d.finding, done.session.passages[d.passage].kind) for d in done.decisions]
    findings += [(finding, "screen") for finding in done.regions]
    for decision in done.decisions:
        touched.add(decision.passage)
        if isinstance(decision.finding.span, Keys):
            keys.update(decision.finding.span.rows)
    for finding, kind in findings:
        where = _where(finding.span, frames)
        if where is not None:
            yield Item(CHANGED, number, kind, finding.label, finding.rule, where)
    seen: set[tuple[int, ...]] = set()
    for index, passage in enumerate(done.session.passages):
        if passage.kind == "typed":
            for rows in _words(passage):
                if rows not in seen and not keys.intersection(rows):
                    seen.add(rows)
                    yield Item(KEPT, number, "typed", "", "", {"stream": passage.stream, "rows": list(rows)})
        elif index not in touched and any(char.isalnum() for char in passage.text):
            yield from _kept(passage, number, done, frames)


def _kept(passage: Passage, number: int, done: Done, frames: Mapping[str, int]) -> Iterator[Item]:
    if passage.field is not None:
        yield Item(KEPT, number, "field", "", "", {"field": passage.field, "start": 0, "end": len(passage.text)})
        return
    frame = frames.get(passage.frame or "")
    if frame is not None and passage.line is not None and passage.role != "closed":
        for box in done.screens.boxes(passage.frame, passage.line, 0, len(passage.text))[:1]:
            where = {"frame": frame, "box": [box.x, box.y, box.width, box.height]}
            yield Item(KEPT, number, "screen", "", "", where)


def _words(passage: Passage) -> Iterator[tuple[int, ...]]:
    """Event rows behind each word of a final text; what was deleted belongs to the words it was deleted from."""
    if passage.role != "final":
        return
    for match in _WORD.finditer(passage.text):
        rows = tuple(row for row in passage.rows[match.start() : match.end()] if row >= 0)
        if rows:
            yield rows


def _where(span: Any, frames: Mapping[str, int]) -> dict[str, Any] | None:
    if isinstance(span, Keys):
        return {"stream": span.stream, "rows": list(span.rows)} if span.rows else None
    if isinstance(span, FieldSpan):
        return {"field": span.field, "start": span.start, "end": span.end}
    if isinstance(span, Box) and span.frame in frames:
        return {"frame": frames[span.frame], "box": [span.x, span.y, span.width, span.height]}
    return None


def from_json(data: Sequence[Mapping[str, Any]]) -> list[Item]:
    """Items as `to_json` wrote them."""
    return [
        Item(one["part"], one["recording"], one["kind"], one["label"], one["rule"], dict(one["where"])) for one in data
    ]


def to_json(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Items as plain data."""
    return [
        {"id": one.id, "part": one.part, "recording": one.recording, "kind": one.kind, "label": one.label,
         "rule": one.rule, "where": dict(one.where)}
        for one in items
    ]  # fmt: skip
