"""Takes away what a codec leaves of a text in the frames before it appears and after it is gone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from image_redact.decode import Pixels
from image_redact.screen import Rect

BLOCK = 16
"""Side in pixels of the blocks that are looked at; codecs predict and correct in such blocks."""

FAINT = 128
"""Contrast of a block, 0 to 255, below which what is on it may be a ghost; the strongest one measured had 108."""


def without_ghosts(pixels: Pixels, boxes: Iterable[Rect]) -> Pixels:
    """The picture with faint blocks made even where another frame of the same video is covered.

    Codecs predict frames from earlier and from later ones and leave small errors uncorrected, in which a text that is
    not there any more, or not yet, can be made out. Blocks with strong contrast hold something else that was drawn.

    Args:
        pixels: Rows x columns x 3, BGR, 0 to 255.
        boxes: What is covered on the other frames.
    """
    rows, columns = -(-pixels.shape[0] // BLOCK), -(-pixels.shape[1] // BLOCK)
    wanted = np.zeros((rows, columns), np.bool_)
    for box in boxes:
        top, left = max(0, box.y // BLOCK - 1), max(0, box.x // BLOCK - 1)
        wanted[top : -(-box.bottom // BLOCK) + 1, left : -(-box.right // BLOCK) + 1] = True
    out = pixels.copy()
    for row, column in np.argwhere(wanted):
        block = out[row * BLOCK : (row + 1) * BLOCK, column * BLOCK : (column + 1) * BLOCK]
        flat = block.reshape(-1, 3)
        if 0 < int((flat.max(axis=0) - flat.min(axis=0)).max()) < FAINT:
            block[:] = np.median(flat, axis=0)
    return out
