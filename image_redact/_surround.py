"""The one thing that covering takes from a picture: a colour, of pixels that no box covers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from image_redact._paint import Colour
from image_redact.decode import Pixels
from image_redact.screen import Rect

REACHES = ((6, 0), (3, 3), (12, 12), (48, 48))
"""Pixels beside and above the box that are looked at, the next where the last hold fewer than `ENOUGH` uncovered ones.

What is beside a line of text is of its row; what is above and below may be another bar or cell.
"""

ENOUGH = 24
GREY: Colour = (128, 128, 128)


def colour_around(pixels: Pixels, outside: npt.NDArray[np.bool_], box: Rect) -> Colour:
    """The commonest colour beside a box, or around it, of pixels that no box covers; grey where there are none.

    All pixels it is computed from leave with the picture, so it tells nothing that they do not.

    Args:
        pixels: Rows x columns x 3, BGR.
        outside: Rows x columns, true where no box lies.
        box: Inside the picture.
    """
    ring = np.empty((0, 3), np.uint8)
    for beside, above in REACHES:
        top, left = max(0, box.y - above), max(0, box.x - beside)
        window = np.s_[top : box.bottom + above, left : box.right + beside]
        ring = pixels[window][outside[window]]
        if len(ring) >= ENOUGH:
            break
    if not len(ring):
        return GREY
    # Colours that differ in the lower four bits count as one: gradients and lossy frames have no two pixels alike.
    coarse = ring.astype(np.uint32) >> 4
    keys = coarse[:, 0] << 8 | coarse[:, 1] << 4 | coarse[:, 2]
    most = ring[keys == np.bincount(keys, minlength=1).argmax()]
    blue, green, red = (int(np.sort(most[:, channel])[len(most) // 2]) for channel in range(3))
    return blue, green, red
