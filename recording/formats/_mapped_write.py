"""Rows of a table whose columns are declared, written anew: keys in the shape of a key row, and new times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recording.formats._base import Stroke
from recording.formats._json_record_times import RecordTimes
from recording.formats._mapped_rows import column_of
from recording.json_spans import Leaf, encode_string, scan
from recording.keys import write_key
from recording.mappings import UNITS, TableMapping
from recording.model import KEY_KINDS, Recording
from recording.timeline import Timeline
from recording.times import like_iso, like_unit


def render_mapped(
    data: bytes, start: int, end: int, strokes: Sequence[Stroke], mapping: TableMapping, *, file: str, newline: bytes
) -> bytes:
    """Lines for ``strokes`` with the members of the row in ``data[start:end]``.

    Time, kind, key and character are those of the stroke, kept columns stay, everything else that was recorded becomes
    null. Where the mapping has no word for a release, a row stands for both.
    """
    leaves = list(scan(data, file=file, start=start, end=end))
    body = data[start:end].rstrip(b"\r\n")
    words = {kind: raw for raw, kind in reversed(mapping.kinds)}
    both = "key_up" not in words and bool(mapping.kind)
    lines = []
    for stroke in strokes:
        if stroke.kind == "key_up" and (both or not mapping.kind):
            continue
        pieces, at = [], start
        for leaf in leaves:
            new = _literal(leaf, stroke, mapping, words)
            if new is not None:
                pieces += [data[at : leaf.start], new]
                at = leaf.end
        lines.append(b"".join([*pieces, data[at : start + len(body)]]) + newline)
    return b"".join(lines)


def _literal(leaf: Leaf, stroke: Stroke, mapping: TableMapping, words: dict[str, str]) -> bytes | None:
    """What replaces the literal of ``leaf``; ``None`` to keep it."""
    column = column_of(leaf)
    if leaf.kind == "key" or leaf.text == "null" or column in mapping.keep:
        return None
    if column == mapping.time:
        return None if stroke.t_ns is None else time_literal(stroke.t_ns, leaf, mapping)
    if column == mapping.kind:
        raw = words.get(stroke.kind) or words.get("key_pair")
        return None if raw is None else encode_string(raw, ensure_ascii=True)
    name = write_key(stroke.key, stroke.text, press=stroke.kind == "key_down") if stroke.key is not None else None
    if column == mapping.key:
        return b"null" if name is None else encode_string(name, ensure_ascii=True)
    if column == mapping.char:
        typed = stroke.text if stroke.kind == "key_down" else None
        return b"null" if typed is None else encode_string(typed, ensure_ascii=True)
    return None if leaf.kind == "constant" else b"null"


def time_literal(t_ns: int, leaf: Leaf, mapping: TableMapping) -> bytes:
    """A time as the column holds ``leaf``: the same unit, the same quotes."""
    if mapping.unit == "iso" or (leaf.kind == "string" and "-" in leaf.text[1:]):
        return encode_string(like_iso(t_ns, leaf.text), ensure_ascii=True)
    text = like_unit(t_ns, leaf.text, UNITS[mapping.unit])
    return encode_string(text, ensure_ascii=True) if leaf.kind == "string" else text.encode()


def retime_mapped(recording: Recording, data: bytes, timeline: Timeline, mapping: TableMapping, *, file: str) -> bytes:
    """The table with the times, the positions and the order of ``timeline``."""
    events = recording.events
    rows = np.flatnonzero(np.asarray(events["file"].to_numpy(zero_copy_only=False) == file))
    if not len(rows):
        return data
    starts, ends = events["start"].to_numpy(), events["end"].to_numpy()
    kinds = events["kind"].to_pylist()
    writer = RecordTimes(data, timeline, file=file)
    lines = []
    for row in timeline.order[rows].tolist():
        start, end = int(starts[row]), int(ends[row])
        typing = kinds[row] in KEY_KINDS or kinds[row] == "text"
        moved = writer(start, end, row, typing=typing, slot=None).encode()
        before = list(scan(data, file=file, start=start, end=end))
        after = list(scan(moved, file=file))
        pieces, at = [], 0
        for old, new in zip(before, after, strict=True):
            literal = _moved(data, old, row, timeline, mapping)
            if literal is not None:
                pieces += [moved[at : new.start], literal]
                at = new.end
        line = b"".join([*pieces, moved[at:]])
        lines.append(line if line.endswith(b"\n") else line + b"\n")
    whole = data[: int(starts[rows[0]])] + b"".join(lines)
    return whole if data.endswith(b"\n") else whole.removesuffix(b"\n")


def _moved(data: bytes, leaf: Leaf, row: int, timeline: Timeline, mapping: TableMapping) -> bytes | None:
    """The literal of a declared column; ``None`` for all others, which follow the recorder's clock as they may."""
    column = column_of(leaf)
    if leaf.kind == "key" or column not in mapping.columns():
        return None
    if column == mapping.time and leaf.text != "null" and timeline.timed[row]:
        return time_literal(int(timeline.new_ns[row]), leaf, mapping)
    motion = timeline.motion
    if motion is not None and leaf.kind == "number" and column in (mapping.x, mapping.y) and motion.rows[row]:
        value = float((motion.x if column == mapping.x else motion.y)[row])
        return str(round(value) if leaf.text.lstrip("-").isdigit() else round(value, 4)).encode()
    return data[leaf.start : leaf.end]
