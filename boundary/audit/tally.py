"""What a policy found and changed in a sample, by label, kind of place, rule and application, and how much of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from boundary.trace import Done
from recording.model import KEY_KINDS, Box, Finding, Keys
from recording.model import Field as FieldSpan

Cell = tuple[str, str, str, str]
"""Label, kind of place (``typed``, ``field``, ``screen``), rule, application."""


@dataclass(slots=True)
class Tally:
    """Counts over recordings; content only in the names of applications.

    Attributes:
        found: Places changed.
        changed: Characters of texts, presses, and pixels that were changed; by unit.
        total: All of them that were let in.
        withheld: What did not pass: ``recording``, ``frame``, ``file`` or ``event``, a colon and the code.
    """

    found: Counter[Cell] = field(default_factory=Counter, repr=False)
    changed: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add the counts of other recordings."""
        self.found.update(other.found)
        self.changed.update(other.changed)
        self.total.update(other.total)
        self.withheld.update(other.withheld)

    def add_done(self, done: Done) -> None:
        """Count the findings of a recording, and the characters and keys behind them."""
        recording = done.session.recording
        apps = recording.events["app"].to_pylist()
        by_frame = {frame.file: frame.app or "" for frame in recording.frames}
        keys: set[int] = set()
        chars: dict[int, set[int]] = {}
        for decision in done.decisions:
            finding = decision.finding
            span = finding.span
            if isinstance(span, Keys):
                keys.update(span.rows)
                self._count(finding, "typed", _first(apps, span.rows))
            elif isinstance(span, FieldSpan):
                chars.setdefault(span.field, set()).update(range(span.start, span.end))
                row = recording.fields[span.field].row
                self._count(finding, "field", apps[row] if row is not None else None)
            elif isinstance(span, Box):
                self._count(finding, "screen", by_frame.get(span.frame))
        for finding in done.regions:
            if isinstance(finding.span, Box):
                self._count(finding, "screen", by_frame.get(finding.span.frame))
        self._share(done, keys, chars)
        if done.removed:
            self.withheld["event: not-admitted"] += len(done.removed)

    def _count(self, finding: Finding, kind: str, app: str | None) -> None:
        self.found[finding.label, kind, finding.rule, app or ""] += 1

    def _share(self, done: Done, keys: set[int], chars: Mapping[int, set[int]]) -> None:
        recording = done.session.recording
        events = recording.events.select(["seq", "kind", "text"]).to_pylist()
        presses = {
            row["seq"]
            for row in events
            if row["kind"] in KEY_KINDS and row["kind"] != "key_up" and row["text"] and row["seq"] not in done.removed
        }
        self.total["keys"] += len(presses)
        self.changed["keys"] += len(presses & keys)
        for index, item in enumerate(recording.fields):
            if item.row not in done.removed:
                self.total["characters"] += len(item.text)
                self.changed["characters"] += len(chars.get(index, ()))

    def add_frame(self, before: Any, after: Any) -> None:
        """Count the pixels of a frame, shape (height, width, 3), that were changed."""
        self.total["pixels"] += before.shape[0] * before.shape[1]
        self.changed["pixels"] += int(np.count_nonzero((before != after).any(axis=2)))

    def by(self, *parts: int) -> dict[tuple[str, ...], int]:
        """Places changed by some parts of `Cell`, the most first."""
        out: Counter[tuple[str, ...]] = Counter()
        for cell, count in self.found.items():
            out[tuple(cell[part] for part in parts)] += count
        return dict(sorted(out.items(), key=_most))

    def share(self, unit: str) -> float | None:
        """Share of the characters, keys or pixels that were changed, 0 to 1; ``None`` of nothing."""
        return self.changed[unit] / self.total[unit] if self.total[unit] else None


def _first(apps: list[str | None], rows: Iterable[int]) -> str | None:
    return next((apps[row] for row in rows), None)


def _most(item: tuple[tuple[str, ...], int]) -> tuple[int, tuple[str, ...]]:
    return -item[1], item[0]
