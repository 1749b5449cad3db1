"""New times and mouse positions written into JSON lines: the many mouse lines at once, the others one by one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recording.formats._json_events import LINE_PARTS
from recording.formats._json_record_times import RecordTimes
from recording.lines import BOM, line_end
from recording.timeline import Ints, Timeline

_TRAILING = re.compile(rb"[\r\n]*\Z")


def retime_lines(
    data: bytes, starts: Ints, ends: Ints, seqs: Ints, timeline: Timeline, *, file: str, keys: Any
) -> bytes:
    """The bytes of one file with the times, positions and order of ``timeline``.

    Args:
        data: The file.
        starts: First byte of each line, shape ``(n,)``.
        ends: One past the last byte of each line, line end included.
        seqs: The event row of each line.
        timeline: What is to be written.
        file: Name for error places.
        keys: bool, shape ``(n,)``: lines that stand for typing.
    """
    n = len(starts)
    if not n:
        return data
    lines = pa.LargeStringArray.from_buffers(
        n, pa.py_buffer(np.append(starts, ends[-1:]).astype(np.int64)), pa.py_buffer(data)
    )
    bulk, new = _bulk(lines, seqs, timeline)
    order = np.searchsorted(seqs, timeline.order[seqs])
    slow = np.flatnonzero(~bulk)
    writer = RecordTimes(data, timeline, file=file)
    moved = order != np.arange(n)
    index = {int(order[place]): place for place in np.flatnonzero(moved)}
    written = [
        writer(
            int(starts[i]), int(ends[i]), int(seqs[i]), typing=bool(keys[i]),
            slot=None if i not in index else (int(starts[index[i]]), int(ends[index[i]])),
        )
        for i in slow.tolist()
    ]  # fmt: skip
    if len(slow):
        new = pc.replace_with_mask(new, pa.array(~bulk), pa.array(written, pa.large_string()))
    if np.any(moved):
        new = _ended(new, line_end(data).decode()).take(pa.array(order))
    body = b"".join(_bytes(chunk) for chunk in (new.chunks if isinstance(new, pa.ChunkedArray) else [new]))
    head = BOM if data.startswith(BOM) else b""
    if not _TRAILING.search(data).group() and np.any(moved):  # type: ignore[union-attr]
        body = body[: len(body) - len(line_end(data))]
    return head + body


def _ended(lines: pa.Array, newline: str) -> pa.Array:
    """The last line may have no line end; when lines change places it needs one."""
    return pc.if_else(
        pc.ends_with(lines, "\n"),
        lines,
        pc.binary_join_element_wise(lines, *(pa.scalar(part, pa.large_string()) for part in (newline, ""))),
    )


def _bytes(lines: pa.Array) -> bytes:
    offsets = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset : lines.offset + len(lines) + 1]
    values = lines.buffers()[2]
    return b"" if values is None else values.to_pybytes()[int(offsets[0]) : int(offsets[-1])]


def _bulk(lines: pa.Array, seqs: Ints, timeline: Timeline) -> tuple[npt.NDArray[np.bool_], pa.Array]:
    """Which lines are mouse lines of the known shape, and all lines with those written anew."""
    parts = pc.extract_regex(lines, LINE_PARTS)
    matched = np.asarray(pc.is_valid(parts).to_numpy(zero_copy_only=False)) & timeline.timed[seqs]
    where = np.flatnonzero(matched)
    if not len(where):
        return matched, lines
    found = parts.filter(pa.array(matched))
    rows = seqs[where]

    def part(name: str) -> pa.Array:
        return pc.cast(pc.struct_field(found, name), pa.large_string())

    old = part("t")
    same = pa.array(timeline.old_ns[rows] == timeline.new_ns[rows])
    time = pc.if_else(same, old, decimal_seconds(timeline.new_ns[rows]))
    x, y = part("x"), part("y")
    motion = timeline.motion
    if motion is not None:
        going = pa.array(motion.rows[rows])
        x, y = (pc.if_else(going, _pixels(values[rows]), literal) for values, literal in ((motion.x, x), (motion.y, y)))
    new = pc.binary_join_element_wise(
        part("a"), time, part("b"), x, part("c"), y, part("d"), pa.scalar("", pa.large_string())
    )
    return matched, pc.replace_with_mask(lines, pa.array(matched), new)


def decimal_seconds(t_ns: Ints) -> pa.Array:
    """Nanoseconds, none negative, as seconds with a fraction, without needless zeros; large strings."""
    whole = pc.cast(pa.array(t_ns // 10**9), pa.large_string())
    fraction = pc.utf8_lpad(pc.cast(pa.array(t_ns % 10**9), pa.large_string()), width=9, padding="0")
    trimmed = pc.utf8_rtrim(fraction, characters="0")
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar("0", pa.large_string()), trimmed)
    return pc.binary_join_element_wise(whole, trimmed, pa.scalar(".", pa.large_string()))


def _pixels(values: npt.NDArray[np.float64]) -> pa.Array:
    """Whole pixels without a point, as recorders write them."""
    if np.all(values == np.floor(values)):
        return pc.cast(pa.array(values.astype(np.int64)), pa.large_string())
    return pc.cast(pa.array(values), pa.large_string())
