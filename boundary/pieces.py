"""Bytes piece by piece, so that searching a large file takes no more memory than searching a small one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

MOST = 1 << 21
"""Bytes from which on the next end of a line ends a piece."""

Written = Sequence[tuple[int, bytes, bytes]]
"""What the change wrote, as `boundary.change.Added.bytes` has it: first byte, what was written, the same blanked."""


def pieces(data: bytes, written: Written, *, breaks: int) -> Iterator[tuple[bytes, Written]]:
    r"""The lines of ``data`` in pieces, each with what was written in it, counted from its first byte.

    Args:
        data: Anything; what has no line ends is one piece.
        written: In order; no piece begins or ends within one of these.
        breaks: So many lines of the next piece are at the end of each, too: a string with that many ``\n`` stands
            whole in one of them.
    """
    starts = [start for start, _, _ in written]
    at = 0
    while at < len(data) or not at:
        end = ends = _end(data, at + MOST, starts, written)
        for _ in range(breaks):
            ends = _end(data, ends, starts, written)
        if not at and ends == len(data):
            yield data, written
            return
        inside = written[bisect_left(starts, at) : bisect_left(starts, ends)]
        yield data[at:ends], [(start - at, new, blanked) for start, new, blanked in inside]
        at = end


def without_written(data: bytes, written: Written) -> bytes:
    """What was recorded: what the change wrote is blanked, at the very places where it was written."""
    out, at = [], 0
    for start, new, blanked in written:
        if start >= at and data.startswith(new, start):
            out += [data[at:start], blanked]
            at = start + len(new)
    return b"".join([*out, data[at:]])


def _end(data: bytes, at: int, starts: Sequence[int], written: Written) -> int:
    """The first end of a line from ``at`` on that is within nothing that was written; the end of the data else."""
    while at < len(data):
        at = data.find(b"\n", at) + 1 or len(data)
        before = bisect_left(starts, at) - 1
        over = starts[before] + len(written[before][1]) if before >= 0 else 0
        if over <= at:
            return at
        at = over
    return len(data)
