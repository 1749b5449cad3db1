"""New times, and new places of the mouse, written into the rows of tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recording.documents import file_type
from recording.formats._table_dialect import table_of
from recording.formats._table_roles import TIME_LIKE
from recording.json_spans import Leaf, encode_string, scan
from recording.lines import split_lines
from recording.model import Recording
from recording.timeline import Timeline
from recording.times import from_iso, like_iso, like_number, to_ns

_PLACES = {"mouse_x": "x", "mouse_y": "y", "x": "x", "y": "y"}
_NEAR_NS = 60 * 10**9
_EPOCH_NS = 10**17
_MS = 10**6
_DURATION = "execution_time"


def retime_tables(recording: Recording, timeline: Timeline, *, inside: tuple[str, ...] = ()) -> Mapping[str, bytes]:
    """Every table with the times, places and order of ``timeline``; times in nested JSON and in loose rows follow.

    Args:
        recording: What was read.
        timeline: Its new times.
        inside: Path of nested JSON whose members are the row's own; none where empty.
    """
    names = recording.events["file"].to_pylist()
    rows: dict[str, list[int]] = {}
    for seq in timeline.order.tolist():
        rows.setdefault(names[seq], []).append(seq)
    starts, ends = recording.events["start"].to_numpy(), recording.events["end"].to_numpy()
    out = {}
    for file, source in recording.files.items():
        if file_type(file) != "jsonl":
            continue
        data = source.read()
        if file in rows:
            lines = [_line(data, int(starts[seq]), int(ends[seq]), timeline, seq, file, inside) for seq in rows[file]]
        elif table_of(file, source) is not None:
            loose = split_lines(data)
            places = zip(loose.starts.tolist(), loose.ends.tolist(), strict=True)
            lines = [_line(data, start, end, timeline, None, file, inside) for start, end in places]
        else:
            continue
        out[file] = b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines)
    return out


def _line(
    data: bytes, start: int, end: int, timeline: Timeline, seq: int | None, file: str, inside: tuple[str, ...]
) -> bytes:
    if not data[start:end].strip():
        return data[start:end]
    pieces, at = [], start
    for leaf in scan(data, file=file, start=start, end=end):
        new = _literal(leaf, timeline, seq, is_own=leaf.path[:-1] in ((), inside))
        if new is not None:
            pieces += [data[at : leaf.start], new]
            at = leaf.end
    return b"".join([*pieces, data[at:end]])


def _literal(leaf: Leaf, timeline: Timeline, seq: int | None, *, is_own: bool) -> bytes | None:
    """What replaces a literal; ``None`` to keep it."""
    motion = timeline.motion
    if is_own and leaf.kind == "number" and seq is not None:
        axis = _PLACES.get(leaf.name)
        if axis is not None and motion is not None and motion.rows[seq]:
            value = float((motion.x if axis == "x" else motion.y)[seq])
            return (str(round(value)) if "." not in leaf.text else repr(value)).encode()
        if leaf.name == "relative_ms" and timeline.timed[seq]:
            return str(int(leaf.text) + round((timeline.new_ns[seq] - timeline.old_ns[seq]) / _MS)).encode()
    if leaf.kind not in ("number", "string"):
        return None
    t_ns = _time(leaf)
    if t_ns is None:
        return None
    own = is_own and seq is not None and bool(timeline.timed[seq]) and t_ns == int(timeline.old_ns[seq])
    if not own and not timeline.clock.covers(t_ns, slack_ns=_NEAR_NS) and t_ns < _EPOCH_NS:
        return None  # a length of time
    new = int(timeline.new_ns[seq]) if own and seq is not None else timeline.clock.one(t_ns)
    return None if new == t_ns else _written(new, leaf, own=own)


def _time(leaf: Leaf) -> int | None:
    if not TIME_LIKE.search(leaf.name) or leaf.name == _DURATION:
        return None
    return to_ns(leaf.text) if leaf.kind == "number" else from_iso(leaf.text)


def _written(t_ns: int, leaf: Leaf, *, own: bool) -> bytes:
    if leaf.kind == "number":
        exact = like_number(t_ns, leaf.text)
        # Whole seconds are what is left of a float whose fraction happened to be none.
        return (exact if to_ns(exact) == t_ns else like_number(t_ns, "0.0")).encode()
    text = like_iso(t_ns, leaf.text)
    if own and from_iso(text) != t_ns:
        whole, zone = leaf.text[:19], leaf.text[19:].lstrip("0123456789.,")
        text = like_iso(t_ns, f"{whole}.000000000{zone}")
    return encode_string(text, ensure_ascii=True)


def in_pixels(cell: object) -> float | None:
    """A place on the screen; ``None`` for anything else."""
    try:
        value = float(str(cell))
    except ValueError:
        return None
    return value if np.isfinite(value) and abs(value) < 1e9 else None
