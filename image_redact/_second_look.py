"""Reads once more what a reading left unexplained, each region by itself on plain ground.

Page segmentation loses text for reasons that have nothing to do with the text: a border drawn around it, a button under
it, a column beside it. Cut out and stacked on one canvas, the same glyphs are read in a single further call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from image_redact._prepare import grey, normalise
from image_redact.decode import Pixels
from image_redact.screen import Line, Rect, Word

NARROWEST, LOWEST, TALLEST = 20, 7, 90
"""Sizes in pixels between which a region may hold a line of text; pointers are narrower, pictures taller."""

MOST = 300
"""Regions looked at in one frame; what is beyond stays unread, which the options may cover."""

_MARGIN = 4
_GAP = 14
_WHITE = 255


@dataclass(frozen=True, slots=True)
class _Row:
    """A region on the canvas: rows ``top..bottom`` show the frame from ``x``, ``y`` on."""

    top: int
    bottom: int
    x: int
    y: int


def second_look(
    pixels: Pixels, regions: Iterable[Rect], read: Callable[[Pixels, list[int]], Sequence[Line]]
) -> tuple[Line, ...]:
    """Lines read in ``regions``, in pixels of the frame.

    Args:
        pixels: The frame, rows x columns x 3, BGR.
        regions: What no word explains yet.
        read: Reads a canvas; it is given the heights of the regions on it.
    """
    wanted = [r for r in regions if r.width >= NARROWEST and LOWEST <= r.height <= TALLEST][:MOST]
    if not wanted:
        return ()
    rows, canvas = _stack(pixels, wanted)
    lines = []
    for line in read(canvas, [region.height for region in wanted]):
        words = [moved for word in line.words if (moved := _moved(word, rows, pixels.shape[1], pixels.shape[0]))]
        if len(words) == len(line.words):
            lines.append(Line(line.text, tuple(words)))
    return tuple(lines)


def _stack(pixels: Pixels, regions: Sequence[Rect]) -> tuple[list[_Row], Pixels]:
    height, width = pixels.shape[:2]
    crops, rows, top = [], [], _GAP
    for region in regions:
        x, y = max(0, region.x - _MARGIN), max(0, region.y - _MARGIN)
        crop = pixels[y : min(height, region.bottom + _MARGIN), x : min(width, region.right + _MARGIN)]
        crops.append(normalise(grey(crop)))
        rows.append(_Row(top, top + crop.shape[0], x, y))
        top += crop.shape[0] + _GAP
    canvas = np.full((top, max(crop.shape[1] for crop in crops) + 2 * _GAP), _WHITE, np.uint8)
    for row, crop in zip(rows, crops, strict=True):
        canvas[row.top : row.bottom, _GAP : _GAP + crop.shape[1]] = crop
    return rows, np.repeat(canvas[:, :, None], 3, axis=2)


def _moved(word: Word, rows: Sequence[_Row], width: int, height: int) -> Word | None:
    middle = word.box.y + word.box.height // 2
    row = next((row for row in rows if row.top - _GAP // 2 <= middle < row.bottom + _GAP // 2), None)
    if row is None:
        return None
    x = min(max(0, word.box.x - _GAP + row.x), width - 1)
    y = min(max(0, word.box.y - row.top + row.y), height - 1)
    return replace(
        word, box=Rect(x, y, max(1, min(word.box.width, width - x)), max(1, min(word.box.height, height - y)))
    )
