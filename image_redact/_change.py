"""Tells when a video shows something else than before, and not what a codec makes of the same picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from image_redact.decode import Pixels, import_cv2

CELL = 2
"""Side in pixels of the cells that are compared: coarse enough to even out codecs, fine enough for one letter."""

TILE = 64
"""Side in pixels of the tiles that change at their own pace: a moving picture does not hide what appears beside it."""

FLOOR = 6
"""Difference of cells, 0 to 255, that no codec's flicker exceeds on an even area."""

SHARE = 0.16
"""Flicker in proportion to the contrast around a cell; measured, see docs/screens.md."""

_AROUND = 8
"""Cells to each side over which a codec's blocks carry the contrast."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One frame of a video.

    Attributes:
        seconds: From the start of the file.
        small: The frame in cells of `CELL` pixels, BGR.
        pixels: Gives the frame itself, rows x columns x 3, BGR.
        key: It is coded by itself: nothing of the frames before is in it.
    """

    seconds: float
    small: Pixels = field(repr=False)
    pixels: Callable[[], Pixels] = field(repr=False)
    key: bool = False


class Watch:
    """Compares frames with the one that was given last, tile by tile.

    Args:
        every_s: A tile that was given with a change waits so long before it is given with another one.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._cv2: Any = import_cv2()
        self._given: Pixels | None = None
        self._allowed: Pixels | None = None
        self._ready: npt.NDArray[np.float64] | None = None

    def look(self, frame: Decoded, *, last: bool) -> tuple[bool, bool]:
        """Whether the frame differs from the one given last, and whether it is to be given now.

        Args:
            frame: The next frame.
            last: The video ends with it: then what waits is given too.
        """
        if self._given is None or self._allowed is None or self._ready is None:
            self._ready = np.full(_tiles(frame.small), -np.inf)
            self._give(frame.small)
            return True, True
        over = self._cv2.subtract(self._cv2.absdiff(frame.small, self._given), self._allowed)
        if not over.any():
            return False, False
        tiles = _changed(self._cv2, over, self._ready.shape)
        if not last and (self._ready[tiles] > frame.seconds + 1e-6).all():
            return True, False
        self._ready[tiles] = frame.seconds + self._every_s
        self._give(frame.small)
        return True, True

    def _give(self, small: Pixels) -> None:
        """Compare with this frame from now on, sharp edges with more tolerance."""
        kernel = np.ones((2 * _AROUND + 1, 2 * _AROUND + 1), np.uint8)
        contrast = self._cv2.subtract(self._cv2.dilate(small, kernel), self._cv2.erode(small, kernel))
        self._given = small
        self._allowed = np.asarray(self._cv2.convertScaleAbs(contrast, alpha=SHARE, beta=FLOOR), np.uint8)


def _tiles(small: Pixels) -> tuple[int, int]:
    side = TILE // CELL
    return -(-small.shape[0] // side), -(-small.shape[1] // side)


def _changed(cv2: Any, over: Pixels, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """The tiles in which any cell of any channel is above 0."""
    tiles = np.zeros(shape, np.bool_)
    # Channels side by side: reducing over three of them is what takes NumPy long.
    points = cv2.findNonZero(over.reshape(over.shape[0], -1)).reshape(-1, 2) // (TILE // CELL * 3, TILE // CELL)
    tiles[points[:, 1], points[:, 0]] = True
    return tiles
