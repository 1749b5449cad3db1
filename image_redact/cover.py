"""Covers pixels. What is drawn depends on the boxes and on nothing that was under or around them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from image_redact.decode import Pixels, import_cv2
from recording.errors import StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from image_redact.screen import Rect

Style = Literal["fill", "blur"]
Colour = tuple[int, int, int]
"""Blue, green, red, 0 to 255."""

BLACK: Colour = (0, 0, 0)

REFUSED = {
    style: f"{style} keeps the covered text: a known font brings up to 98 % of the digits back; use fill or blur"
    for style in ("mosaic", "pixelate", "gaussian", "median")
}
"""Styles that are functions of the covered pixels, with the reason why they are refused (measured: 4 px mosaic .983,
Gaussian sigma 3 .956 of digits recovered; Hill, Zhou, Saul, Shacham, PETS 2016(4):403)."""

JPEG_BLOCK = 16
"""JPEG smears text over blocks of up to 16 x 16 pixels; covering whole blocks takes the smear along."""


def cover(
    pixels: Pixels,
    boxes: Iterable[Rect],
    *,
    style: Style = "fill",
    colour: Colour = BLACK,
    padding: int = 0,
    block: int = 1,
) -> Pixels:
    """A copy of the picture with every box painted over.

    Args:
        pixels: Rows x columns x 3, BGR; not changed.
        boxes: In pixels, parts outside the picture are ignored; they may overlap.
        style: ``fill`` paints one colour; ``blur`` paints the same colour with a soft light rim inside the box, which
            looks like blur and holds nothing.
        colour: Blue, green, red.
        padding: Pixels added on every side of each box.
        block: Boxes grow to multiples of this; use `JPEG_BLOCK` for pixels that came from a JPEG or a video.

    Raises:
        StepFailed: ``cover-style`` for a style that keeps what it covers.
    """
    if style not in get_args(Style):
        raise StepFailed(REFUSED.get(style, "this style is not known"), code="cover-style", hint="use fill or blur")
    height, width = pixels.shape[:2]
    done = pixels.copy()
    # Sorted, so that the order in which detectors ran does not show where boxes overlap.
    for box in sorted(set(boxes)):
        left = max(0, box.x - padding) // block * block
        top = max(0, box.y - padding) // block * block
        right = min(width, math.ceil((box.right + padding) / block) * block)
        bottom = min(height, math.ceil((box.bottom + padding) / block) * block)
        if left < right and top < bottom:
            done[top:bottom, left:right] = _patch(bottom - top, right - left, style, colour)
    return done


def _patch(height: int, width: int, style: Style, colour: Colour) -> Pixels:
    """The paint for a box of this size: a function of its arguments alone."""
    patch = np.empty((height, width, 3), np.uint8)
    patch[:] = colour
    if style == "fill" or min(height, width) < 5:
        return patch
    cv2 = import_cv2()
    rim = max(1, min(height, width) // 6)
    light = tuple((value + 3 * 160) // 4 for value in colour)
    cv2.rectangle(patch, (0, 0), (width - 1, height - 1), light, rim)
    return np.asarray(cv2.GaussianBlur(patch, (0, 0), rim, borderType=cv2.BORDER_REPLICATE), np.uint8)
