"""Moves of a file that was made of another one by patches: where its bytes are the same, they are not read again."""

from __future__ import annotations

import numpy as np

from recording.lines import Lines
from recording.model import Before
from recording.rows import Bulk, kind_code


def carry_moves(bulk: Bulk, data: bytes, lines: Lines, before: Before) -> None:
    """Fill in the moves that were read in the earlier file and stand unchanged in this one.

    Nobody is believed: a span counts only where both files hold the same bytes, cut into the same lines.
    """
    old = before.events
    starts, ends = old["start"].to_numpy(), old["end"].to_numpy()
    t_ns = old["t_ns"].combine_chunks().fill_null(0).to_numpy()
    x, y = (old[name].to_numpy() for name in ("x", "y"))
    earlier = memoryview(before.data)
    for first, last, shift in before.spans:
        if not data.startswith(earlier[first:last], first + shift):
            continue
        low, high = (int(at) for at in np.searchsorted(starts, [first, last]))
        high -= high > low and int(ends[high - 1]) > last  # its end was changed
        at = int(np.searchsorted(lines.starts, int(starts[low]) + shift)) if low < high else 0
        new = slice(at, at + high - low)
        if low >= high or not (
            np.array_equal(lines.starts[new], starts[low:high] + shift)
            and np.array_equal(lines.ends[new], ends[low:high] + shift)
        ):
            continue
        moves = before.moves[low:high]
        bulk.kind[new][moves] = kind_code("move")
        bulk.has_t[new][moves] = True
        for column, values in ((bulk.t_ns, t_ns), (bulk.x, x), (bulk.y, y)):
            np.copyto(column[new], values[low:high], where=moves)
