"""What of a screenshot is left after covering, judged from the pixels alone: no box of ours is believed."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""

INK = 64
"""Least difference from the background, 0 to 255 in one of the channels, that makes a pixel part of a glyph."""
FLAT = 5
"""Side in pixels of the square that is one colour where something is painted over; strokes of text are thinner."""


def load(data: bytes) -> Picture:
    """A PNG or JPEG as RGB, shape ``(height, width, 3)``."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), np.uint8)


def glyphs(picture: Picture, box: Box) -> Mask:
    """Pixels of the box that differ from its commonest colour, shape ``(height, width)`` of the picture."""
    left, top, width, height = box
    part = picture[top : top + height, left : left + width]
    colours, counts = np.unique(part.reshape(-1, 3), axis=0, return_counts=True)
    background = colours[counts.argmax()].astype(np.int16)
    out = np.zeros(picture.shape[:2], np.bool_)
    out[top : top + height, left : left + width] = (np.abs(part - background) > INK).any(axis=2)
    return out


def hidden(before: Picture, after: Picture) -> Mask:
    """Pixels that tell nothing any more: another colour than before, or in the middle of one flat colour.

    The second half is for a black glyph under a black box, whose pixels have not changed.
    """
    changed = (before != after).any(axis=2)
    return np.asarray(changed | flat(after), np.bool_)


def flat(picture: Picture) -> Mask:
    """Pixels whose `FLAT` x `FLAT` neighbourhood is of one colour; false along the edge of the picture."""
    height, width = picture.shape[:2]
    out = np.zeros((height, width), np.bool_)
    rows, columns = height - FLAT + 1, width - FLAT + 1
    if rows < 1 or columns < 1:
        return out
    same = np.ones((rows, columns), np.bool_)
    half = FLAT // 2
    centre = picture[half : half + rows, half : half + columns]
    for down in range(FLAT):
        for right in range(FLAT):
            same &= (picture[down : down + rows, right : right + columns] == centre).all(axis=2)
    out[half : half + rows, half : half + columns] = same
    return out
