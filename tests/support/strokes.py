"""Frames drawn from words, rules, boxes and erased places."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from image_redact.decode import Pixels, import_cv2

SIZE = (260, 420)
WORDS = ("jane.doe@corp.example", "4111 1111 1111 1111", "Save", "total: 12.40", "_________", "gjpqy")


def blank(shade: int = 250) -> Pixels:
    """An empty frame."""
    return np.full((*SIZE, 3), shade, np.uint8)


def write(pixels: Pixels, text: str, x: int, y: int, colour: tuple[int, int, int] = (20, 20, 20)) -> None:
    """Draw text with its lower left corner at ``x``, ``y``."""
    cv2 = import_cv2()
    cv2.putText(pixels, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)


def draw(pixels: Pixels, strokes: list[tuple[str, int, int, int]]) -> None:
    """Words, rules, boxes and erased places."""
    cv2 = import_cv2()
    for what, x, y, size in strokes:
        if what == "rule":
            cv2.line(pixels, (x, y), (x + size, y), (90, 90, 90), 1)
        elif what == "column":
            cv2.line(pixels, (x, y), (x, y + size), (90, 90, 90), 1)
        elif what == "erase":
            cv2.rectangle(pixels, (x, y), (x + size, y + size // 2), (250, 250, 250), -1)
        else:
            write(pixels, what, x, y)


STROKES = st.lists(
    st.tuples(
        st.sampled_from([*WORDS, "rule", "column", "erase"]),
        st.integers(-20, SIZE[1] - 10),
        st.integers(0, SIZE[0] - 1),
        st.integers(3, 140),
    ),
    max_size=7,
)
"""What is drawn: (what, x, y, size)."""
