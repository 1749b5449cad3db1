"""Times of rrweb: milliseconds of the browser's clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa

from recording.json_spans import Leaf, encode_string, scan
from recording.timeline import Motion, Timeline
from recording.times import from_iso, like_iso, like_number, to_ns

_MS = 10**6
_INT64 = 2**63
_EPOCH_NS = 10**17
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")


def read_ms(literal: str) -> int | None:
    """Nanoseconds of milliseconds as JSON writes them; ``None`` for what int64 nanoseconds cannot hold."""
    try:
        number = Decimal(literal)
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > 13:
        return None
    value = int(number * _MS) if number.adjusted() > -9 else 0
    return value if -_INT64 <= value < _INT64 else None


def write_ms(t_ns: int, literal: str) -> str:
    """``t_ns`` in milliseconds, whole where ``literal`` is."""
    whole, rest = divmod(t_ns, _MS)
    if re.fullmatch(r"-?\d+", literal):
        return str(whole)
    return f"{whole}.{rest:06d}".rstrip("0").removesuffix(".") if t_ns >= 0 else str(whole)


def retime_events(data: bytes, events: pa.Table, timeline: Timeline, *, file: str) -> bytes:
    """The file with new times of its events, of other moments in them, and new positions of the mouse.

    Events stay in their order: releases of keys alone change places, and pages tell of none.
    """
    starts, ends = events["start"].to_numpy(), events["end"].to_numpy()
    place = _places(events)
    pieces, at = [], 0
    for seq, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if not data[start:end].strip():
            continue
        leaves = list(scan(data, file=file, start=start, end=end))
        moves = dict(_moves(leaves, seq, timeline.motion, place))
        for leaf in leaves:
            new = moves.get(leaf.start) or _moment(leaf, seq, timeline)
            if new is not None:
                pieces += [data[at : leaf.start], new]
                at = leaf.end
    return b"".join([*pieces, data[at:]])


def _moment(leaf: Leaf, seq: int, timeline: Timeline) -> bytes | None:
    """A time that is to be written; ``None`` for everything that is none on this clock."""
    if leaf.kind == "number":
        if leaf.path == ("timestamp",):
            new = int(timeline.new_ns[seq])
            kept = not timeline.timed[seq] or new == int(timeline.old_ns[seq])
            return None if kept else write_ms(new, leaf.text).encode()
        if leaf.path == ("delay",) and timeline.timed[seq]:
            since = read_ms(leaf.text) or 0
            return write_ms(since + int(timeline.new_ns[seq] - timeline.old_ns[seq]), leaf.text).encode()
        t_ns = to_ns(leaf.text)
        if t_ns is None or t_ns < _EPOCH_NS or not timeline.clock.covers(t_ns):
            return None
        return like_number(timeline.clock.one(t_ns), leaf.text).encode()
    t_ns = from_iso(leaf.text) if leaf.kind == "string" and _MOMENT.fullmatch(leaf.text) else None
    if t_ns is None or not timeline.clock.covers(t_ns):
        return None
    return encode_string(like_iso(timeline.clock.one(t_ns), leaf.text), ensure_ascii=True)


def _places(events: pa.Table) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    columns = [events[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in ("x", "y")]
    return np.stack(columns, axis=1)


def _moves(
    leaves: list[Leaf], seq: int, motion: Motion | None, place: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> Iterator[tuple[int, bytes]]:
    """New positions, by first byte: an event tells several, which lie on the way from where the last one ended."""
    if motion is None or not motion.rows[seq]:
        return
    for axis, name, new in ((0, "x", motion.x), (1, "y", motion.y)):
        told = [leaf for leaf in leaves if leaf.kind == "number" and leaf.path[:2] == ("data", "positions")
                and leaf.path[3:] == (name,)]  # fmt: skip
        before = seq - 1
        end = float(new[seq])
        start = (
            float(new[before])
            if before >= 0 and motion.rows[before]
            else float(place[before, axis])
            if before >= 0
            else end
        )
        start = end if np.isnan(start) else start
        for number, leaf in enumerate(told, start=1):
            value = end if number == len(told) else start + (end - start) * number / len(told)
            yield leaf.start, (str(round(value)) if "." not in leaf.text else str(round(value, 4))).encode()
