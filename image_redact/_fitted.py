"""Fits the words of a line to its ink: OCR's boxes begin and end up to a letter beside where the words do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from image_redact.engines.contract import Placed
from image_redact.screen import Rect

Columns = npt.NDArray[np.bool_]
"""For each column of a line whether it holds ink."""

_REACH = 0.6
"""Heights of a line that a box may be wrong by."""
_WIDE = 0.6
"""Heights of a line from which a gap ends a word for certain; letters of equal width stand up to 0.4 apart."""
_LIKE = 0.6
"""Share of the widest gap between two words from which another counts as one between words too."""


def fitted(words: Sequence[Placed], columns: Columns, height: int) -> list[Placed]:
    """The words with left and right ends moved to the ink that they stand on; ``height`` is that of the line's ink.

    Between two words the gap is chosen that lies nearest and is widest; where the ink has none, the boxes stay. Before
    the first and behind the last, ink belongs to them as far as no wide gap parts it from them.
    """
    if not words or height < 1:
        return list(words)
    order = sorted(range(len(words)), key=lambda number: words[number].box.x)
    boxes = [words[number].box for number in order]
    starts, ends = [box.x for box in boxes], [box.right for box in boxes]
    gaps = _gaps(columns)
    for number, (before, after) in enumerate(pairwise(boxes)):
        low, high = sorted((before.right, after.x))
        reach = _REACH * height
        near = [gap for gap in gaps if gap[1] > low - reach and gap[0] < high + reach and gap[0] > starts[number]]
        near = [gap for gap in near if _worth(gap, low, high) > 0]
        if not near:
            continue
        widest = max(_worth(gap, low, high) for gap in near)
        chosen = [gap for gap in near if _worth(gap, low, high) >= _LIKE * widest]
        # Between two far gaps stands what was not read: it belongs to neither word.
        ends[number] = min(chosen, key=lambda gap: abs(gap[0] - before.right))[0]
        starts[number + 1] = min(chosen, key=lambda gap: abs(gap[1] - after.x))[1]
    wide = _WIDE * height
    starts[0] = max((gap[1] for gap in gaps if min(starts[0], gap[1]) - gap[0] >= wide), default=0)
    ends[-1] = min((gap[0] for gap in gaps if gap[1] - max(ends[-1], gap[0]) >= wide), default=len(columns))
    out = list(words)
    for number, start, end, box in zip(order, starts, ends, boxes, strict=True):
        left, right = _trimmed(columns, start, end)
        if right > left:
            out[number] = replace(words[number], box=Rect(left, box.y, right - left, box.height))
    return out


def _gaps(columns: Columns) -> list[tuple[int, int]]:
    """First column and one past the last of every run without ink, what lies beyond the first and last ink too."""
    padded = np.concatenate(([True], columns, [True])).astype(np.int8)
    steps = np.diff(padded)
    return list(zip(np.flatnonzero(steps < 0).tolist(), np.flatnonzero(steps > 0).tolist(), strict=True))


def _worth(gap: tuple[int, int], low: int, high: int) -> float:
    """Width, less how far it lies from where OCR sees the end of one word and the beginning of the next."""
    away = max(0, gap[0] - high, low - gap[1])
    return float(gap[1] - gap[0] - away)


def _trimmed(columns: Columns, start: int, end: int) -> tuple[int, int]:
    """Without the columns on either side that hold no ink; as it was where none does."""
    start, end = max(0, start), min(len(columns), end)
    inked = np.flatnonzero(columns[start:end])
    return (start + int(inked[0]), start + int(inked[-1]) + 1) if len(inked) else (start, end)
