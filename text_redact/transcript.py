"""Key events -> every text that was ever typed, with the way back from each character to its key.

Deleted text counts as much as what stayed: a field gives its final text, the text around each change before something
was taken away, each erased run, and the bare sequence of typed characters, which needs no guess about carets at all.
Where the keys leave doubt (a click moved the caret, a key without a name, a modifier that never came up), more is read
and not less, and the confidence falls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from recording.model import KEY_KINDS, Passage
from text_redact.prepared import Prepared, prepare
from text_redact.presses import Press, Presses
from text_redact.reader import Reader
from text_redact.runs import DOWN, PAIR, take_run
from text_redact.scene import Clip, Mouse

__all__ = ["Clip", "Press", "Presses", "Transcript", "transcribe"]


@dataclass(frozen=True, slots=True)
class Transcript:
    """Every passage of a recording's keys, and by stream its presses in file order.

    Attributes:
        surviving: By stream, the rows of the characters that some final text still shows.
        confidence: For each passage how sure it is that a field once held this text, 0 to 1: 1 where the keys tell all,
            less after a click, an undo, a lost event; 0.5 and less for runs of typed characters, edits apart.
        retyped: By stream, for rows of characters the rows of earlier attempts at them that were taken back.
        streams: What was read: the rows of keys, texts and buttons of each stream.
        clips: What the recorder saw on the clipboard.
    """

    passages: tuple[Passage, ...] = field(repr=False)
    presses: dict[int, Presses] = field(repr=False)
    surviving: dict[int, frozenset[int]] = field(default_factory=dict, repr=False)
    confidence: tuple[float, ...] = field(default=(), repr=False)
    retyped: dict[int, dict[int, tuple[int, ...]]] = field(default_factory=dict, repr=False)
    streams: dict[int, Prepared] = field(default_factory=dict, repr=False, compare=False)
    clips: tuple[Clip, ...] = field(default=(), repr=False, compare=False)


def transcribe(events: pa.Table, clips: Sequence[Clip] = ()) -> Transcript:
    """Read the key rows of ``events`` (schema `recording.model.EVENTS`).

    Rows must be in file order. The result's passages hold each distinct text once per set of keys.
    """
    found: list[tuple[Passage, float]] = []
    presses: dict[int, Presses] = {}
    surviving: dict[int, frozenset[int]] = {}
    retyped: dict[int, dict[int, tuple[int, ...]]] = {}
    streams = prepare(events)
    for stream, prepared in streams.items():
        reader = Reader(stream, sorted(clips, key=_when), prepared.places, prepared.machine)
        run(reader, prepared)
        held = reader.close()
        found += held
        presses[stream] = reader.presses
        retyped[stream] = reader.retyped()
        surviving[stream] = frozenset(row for p, _ in held if p.role == "final" for row in p.rows if row >= 0)
    kept = list(_distinct(found))
    return Transcript(
        tuple(p for p, _ in kept), presses, surviving, tuple(sure for _, sure in kept), retyped, streams, tuple(clips)
    )


def _when(clip: Clip) -> int:
    return clip.t_ns


def run(reader: Reader, prepared: Prepared) -> None:
    """Feed a stream to a reader; its `Reader.close` gives the passages."""
    columns, kinds, times, place_at = prepared.columns, prepared.kinds, prepared.times, prepared.place_at
    stops = columns.stops(reader.watch.stops) if reader.watch is not None else ()
    releases_only = "key_down" not in kinds and "key_pair" not in kinds
    number, rows, roles = 0, columns.numbers, columns.roles
    while number < len(rows):
        place = place_at[number]
        if roles[number] in (DOWN, PAIR):
            after = take_run(reader, columns, number, place, stops)
            if after > number:
                number = after
                continue
        kind, key, row, t_ns = kinds[number], columns.symbol(number), rows[number], times[number]
        if kind == "key_up" and not releases_only:
            reader.up(key, row, place, t_ns)
        elif kind == "key_down":
            reader.down(key, row, place, t_ns, released=False)
        elif kind in KEY_KINDS:
            reader.down(key, row, place, t_ns, released=True)
        elif kind == "text":
            reader.text(key.text or "\ufffd", row, place)
        else:
            at = prepared.clicks[number] if prepared.clicks else (None, None)
            reader.mouse(Mouse(kind == "button_down", *at), place, t_ns)
        number += 1


# Passages -------------------------------------------------------------------------------------------------------------

_ROLES = ("final", "before_edit", "erased", "raw")


def _rank(item: tuple[Passage, float]) -> int:
    return _ROLES.index(item[0].role)


def _distinct(found: Iterable[tuple[Passage, float]]) -> Iterator[tuple[Passage, float]]:
    """The first of equal passages; a raw run adds nothing where a field shows the same keys."""
    # Few texts are equal, and rows are many: these are compared where all else is the same.
    seen: dict[tuple[object, ...], list[Passage]] = {}
    for passage, sure in sorted(found, key=_rank):
        key = (passage.stream, passage.text, passage.secure, passage.rows[:1], passage.rows[-1:])
        alike = seen.setdefault(key, [])
        if not any(_adds_nothing(passage, other) for other in alike):
            alike.append(passage)
            yield passage, sure


def _adds_nothing(passage: Passage, other: Passage) -> bool:
    return passage.rows == other.rows and (passage.role == "raw" or passage.label == other.label)
