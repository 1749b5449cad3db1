"""Writes a short text into a box, in a size that follows from the box; nothing goes beyond its edge."""

from __future__ import annotations

from typing import Any

import numpy as np

from image_redact._paint import Colour
from image_redact.decode import Pixels, import_cv2
from image_redact.screen import Rect
from recording.errors import MissingExtra

SMALLEST, LARGEST = 8, 40
"""Font sizes in pixels; smaller ones cannot be read."""

LEAST_HEIGHT, LEAST_WIDTH = 9, 16
_FONT = "uni"
_REGULAR = 400


def check_fonts() -> None:
    """Raise `MissingExtra` where OpenCV cannot write; it has fonts of its own from version 5 on."""
    _face(import_cv2())


def fits(box: Rect) -> bool:
    """Whether a box has room for anything that can be read."""
    return box.height >= LEAST_HEIGHT and box.width >= LEAST_WIDTH


def letter(patch: Pixels, text: str, ink: Colour, *, centred: bool) -> Pixels:
    """A copy of a patch with a text on it, on one line, cut with an ellipsis where it does not fit.

    Args:
        patch: Height x width x 3, BGR: the whole box.
        text: Control characters and line breaks count as spaces.
        ink: Blue, green, red.
        centred: In the middle of the box instead of at its left edge.
    """
    cv2 = import_cv2()
    face = _face(cv2)
    height, width = patch.shape[:2]
    aside = min(max(2, height // 4), width // 8)
    room = width - 2 * aside
    said = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    size = max(SMALLEST, min(LARGEST, height * (14 if centred else 17) // 20))
    while size > SMALLEST and _width(cv2, face, said, size) > room:
        size -= 1
    said = _cut(cv2, face, said, size, room)
    done = np.array(patch, np.uint8, order="C")
    if not said:
        return done
    x = aside + (max(0, room - _width(cv2, face, said, size)) // 2 if centred else 0)
    # Letters reach about .72 of the size above their baseline and .22 below: these are put in the middle.
    cv2.putText(done, said, (x, (2 * height + size) // 4), ink, face, size, _REGULAR)
    return done


def _face(cv2: Any) -> Any:
    if not hasattr(cv2, "FontFace"):
        raise MissingExtra(
            "this OpenCV has no fonts of its own", code="missing-extra", hint="pip install 'opencv-python-headless>=5'"
        )
    return cv2.FontFace(_FONT)


def _width(cv2: Any, face: Any, text: str, size: int) -> int:
    x, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), face, size, _REGULAR)
    return int(x + width)


def _cut(cv2: Any, face: Any, text: str, size: int, room: int) -> str:
    """The longest beginning of a text that fits, with an ellipsis where it is not the whole."""
    if _width(cv2, face, text, size) <= room:
        return text
    for length in range(len(text) - 1, 0, -1):
        cut = text[:length].rstrip() + "\u2026"
        if _width(cv2, face, cut, size) <= room:
            return cut
    return ""
