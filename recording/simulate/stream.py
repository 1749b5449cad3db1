"""What a simulation gives: the events, and the truth about every field and every sensitive value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from recording.model import KEY_KINDS
from recording.simulate.editor import Edit, states
from recording.simulate.hands import Place
from recording.simulate.script import Sensitive


@dataclass(frozen=True, slots=True)
class FieldText:
    """One field at the end. ``text`` holds what was sent or carried out too, each with its line break.

    Attributes:
        rows: The event behind each character, the last one where it took several.
    """

    place: Place
    text: str = field(repr=False)
    rows: tuple[int, ...] = field(repr=False)
    journal: tuple[Edit, ...] = field(repr=False)
    chars: list[str] = field(repr=False)

    def states(self) -> Iterator[tuple[int, str]]:
        """Every text that it ever held, with the row of the event that made it, in order."""
        return states(self.journal, self.chars)

    def maxima(self) -> Iterator[str]:
        """Every text just before something was taken from it, and the last."""
        before, whole = "", False
        for (_, _, gone, come), (_, after) in zip(self.journal, self.states(), strict=True):
            if gone and whole:
                yield before
            before, whole = after, bool(come)
        yield before


@dataclass(frozen=True, slots=True)
class Trace:
    """The exact pre-image of a value.

    Attributes:
        presses: Rows that ever contributed a character of it: typed, mistyped in its stead, deleted later, pasted.
        releases: Rows of the releases of those keys.
        erasers: Rows that took some of it away.
        finals: What is left of it in each field, mistakes included, pieces apart.
    """

    mark: Sensitive
    presses: frozenset[int]
    releases: frozenset[int]
    erasers: frozenset[int]
    finals: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stream:
    """A simulated recording.

    Attributes:
        events: Schema `recording.model.EVENTS`, one key stream; times from one clock, never falling.
        fields: Every field, in the order of first use.
        traces: Every sensitive value, in the order of first use.
        clips: What the clipboard held from a time (ns) on, where the recorder writes it down.
    """

    events: pa.Table = field(repr=False)
    fields: tuple[FieldText, ...]
    traces: tuple[Trace, ...]
    clips: tuple[tuple[int, str], ...] = field(default=(), repr=False)


def drop_events(stream: Stream, rate: float, rng: np.random.Generator) -> Stream:
    """A lossy recorder's version: each key row is missing with probability ``rate``; the truth stays what it was.

    Rows are numbered anew, and traces and fields follow; a row that is missing is -1 in a field and in no trace.

    Raises:
        ValueError: ``rate`` is no probability.
    """
    if not 0 <= rate <= 1:
        raise ValueError("the rate is a probability")
    keys = np.isin(np.array(stream.events["kind"].to_pylist(), dtype=object), sorted(KEY_KINDS))
    kept = ~(keys & (rng.random(len(keys)) < rate))
    new = np.where(kept, np.cumsum(kept) - 1, -1).tolist()
    events = stream.events.filter(pa.array(kept))
    events = events.set_column(0, events.schema.field(0), pa.array(range(len(events)), pa.int64()))

    def moved(rows: frozenset[int]) -> frozenset[int]:
        return frozenset(new[row] for row in rows if new[row] >= 0)

    return Stream(
        events,
        tuple(
            replace(
                truth,
                rows=tuple(new[row] for row in truth.rows),
                journal=tuple((new[row], at, gone, come) for row, at, gone, come in truth.journal),
            )
            for truth in stream.fields
        ),
        tuple(
            replace(t, presses=moved(t.presses), releases=moved(t.releases), erasers=moved(t.erasers))
            for t in stream.traces
        ),
        stream.clips,
    )
