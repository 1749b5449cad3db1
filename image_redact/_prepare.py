"""Makes a screen easy to read: dark text on light, full contrast, letters large enough. Decided place by place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from image_redact.decode import Pixels, import_cv2

Grey = npt.NDArray[np.uint8]

WIDE = 2500
"""Captures wider than this come from high-density screens; doubling them costs time and reads no better."""

TALL_TEXT = 22
"""Text lines at least this high (pixels, ink and edges) are read as they are."""

MOST_PIXELS = 60_000_000
"""No frame is enlarged beyond this."""

MARGIN = 10
"""Paper added on every side, since words that touch the edge are lost."""

_CELL = 8
_DARK = 120
_FAINTEST = 40


def grey(pixels: Pixels) -> Grey:
    """Luminance of a BGR picture."""
    cv2 = import_cv2()
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def normalise(picture: Grey) -> Grey:
    """Dark text on white everywhere.

    Where the surroundings (median of 8 px cells over 72 px) are dark, the picture is inverted; then every pixel is
    placed between the darkest and the lightest of its 31 x 15 neighbourhood. A dark sidebar beside a light page, and
    pale grey text beside black, are both read.
    """
    cv2 = import_cv2()
    height, width = picture.shape
    cells = (max(1, width // _CELL), max(1, height // _CELL))
    surroundings = cv2.medianBlur(cv2.resize(picture, cells, interpolation=cv2.INTER_AREA), 9)
    dark = cv2.resize((surroundings < _DARK).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    light = cv2.bitwise_xor(picture, dark * np.uint8(255))
    window = cv2.getStructuringElement(cv2.MORPH_RECT, (31, 15))
    top = cv2.dilate(light, window).astype(np.float32)
    bottom = cv2.erode(light, window).astype(np.float32)
    below = (top - light) * (255.0 / np.maximum(top - bottom, _FAINTEST))
    return np.asarray(255.0 - np.clip(below, 0.0, 255.0), np.uint8)


def choose_scale(width: int, height: int, line_heights: list[int], asked: str | float) -> float:
    """How much to enlarge: what was asked, or 2 unless the capture is wide or its text is already tall."""
    if asked != "auto":
        scale = float(asked)
    elif width > WIDE:
        scale = 1.0
    else:
        small = sorted(line_heights)[len(line_heights) // 4] if line_heights else 0
        scale = 1.0 if small >= TALL_TEXT else 2.0
    most = math.sqrt(MOST_PIXELS / max(1, width * height))
    return max(1.0, min(scale, most))


def enlarge(picture: Grey, scale: float) -> Grey:
    """Enlarge by ``scale`` and add `MARGIN` pixels on every side that repeat the edge."""
    cv2 = import_cv2()
    made: Any = picture
    if scale != 1.0:
        made = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.copyMakeBorder(made, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE), np.uint8)
