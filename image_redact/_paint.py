"""Patches of paint. Each is a function of a size, a colour or a seed; none is given a picture."""

from __future__ import annotations

import hashlib

import numpy as np

from image_redact.decode import Pixels, import_cv2
from image_redact.screen import Rect

Colour = tuple[int, int, int]
"""Blue, green, red, 0 to 255."""

CELL = 8
"""Side in pixels of a cell of noise: coarser than strokes of text, so that no reader takes it for writing."""

LIGHT: Colour = (245, 245, 245)
DARK: Colour = (24, 24, 24)


def flat(height: int, width: int, colour: Colour) -> Pixels:
    """One colour, height x width x 3."""
    patch = np.empty((height, width, 3), np.uint8)
    patch[:] = colour
    return patch


def smudge(height: int, width: int, paper: Colour) -> Pixels:
    """A soft bar on paper: what a line of blurred text looks like from afar, the same for every text."""
    patch = flat(height, width, paper)
    inset = max(1, min(height, width) // 4)
    if min(height, width) < 6:
        return patch
    cv2 = import_cv2()
    ink = contrast(paper)
    grey = tuple((2 * value + part) // 3 for value, part in zip(paper, ink, strict=True))
    cv2.rectangle(patch, (inset, inset), (width - 1 - inset, height - 1 - inset), grey, -1)
    return np.asarray(cv2.GaussianBlur(patch, (0, 0), max(1.0, inset / 2), borderType=cv2.BORDER_REPLICATE), np.uint8)


def noise(box: Rect, seed: bytes) -> Pixels:
    """Greys in cells of `CELL` pixels, from SHAKE-256 over the seed and the box: no frame gets a new draw."""
    rows, columns = -(-box.height // CELL), -(-box.width // CELL)
    stream = hashlib.shake_256(len(seed).to_bytes(8, "big") + seed + b"".join(n.to_bytes(8, "big") for n in box))
    drawn = np.frombuffer(stream.digest(rows * columns), np.uint8).reshape(rows, columns)
    grey = (96 + drawn // 4).repeat(CELL, axis=0).repeat(CELL, axis=1)[: box.height, : box.width]
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))


def contrast(paper: Colour) -> Colour:
    """Dark ink for light paper and light ink for dark (luma of ITU-R BT.601)."""
    blue, green, red = paper
    return DARK if 114 * blue + 587 * green + 299 * red >= 128_000 else LIGHT
