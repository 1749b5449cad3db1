"""From a hit in a line of text to the pixels that must go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from image_redact._wrapped import rows_of
from image_redact.known import Known, KnownValues, find_known, index_known
from image_redact.screen import Line, Rect, around
from recording.errors import StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "GRID",
    "PADDING",
    "ROOM",
    "Known",
    "KnownValues",
    "Places",
    "boxes",
    "find_known",
    "index_known",
    "padded",
    "placed",
    "places_of",
]

Places = npt.NDArray[np.int32]
"""Where words are: a row for each, with its left, top, right and bottom."""

PADDING = 2
"""Least pixels added on every side, for soft edges and for boxes that OCR drew too tight."""

GRID = 16
"""Left and right edges lie on multiples of this many pixels, so that width tells little about length."""


ROOM = 4
"""Where nothing is read right of a value, its box ends at multiples of this many grid steps."""


def boxes(line: Line, start: int, end: int, *, among: Places | None = None) -> tuple[Rect, ...]:
    """Pixels to cover for code points ``start..end`` of a line: one box per value, and one a row where it has several.

    Every word that the span touches is covered whole, with the space between them, so that neither a glued bracket
    nor a sub-word estimate leaves a glyph and the number of words does not show.

    Args:
        line: Where the value was found.
        start: Its first code point.
        end: One past its last.
        among: All words on the screen, from `places_of`: boxes end before words beside them; see `placed`.

    Raises:
        StepFailed: ``hit-outside-text`` when the span is empty, outside the line or touches no word.
    """
    touched = [word for word in line.words if word.start < end and start < word.end]
    if not 0 <= start < end <= len(line.text) or not touched:
        raise StepFailed("a hit lies outside the text it was found in", code="hit-outside-text")
    tight = [around([word.box for word in row]) for row in rows_of(touched)]
    return tuple(padded(box) if among is None else placed(box, among) for box in tight)


def padded(box: Rect, *, padding: int = PADDING, grid: int = GRID) -> Rect:
    """Grow a box by ``padding`` or a share of its height, whichever is more, then left and right out to the grid."""
    aside = max(padding, box.height // 4)
    above = max(padding, box.height // 6)
    left = max(0, box.x - aside) // grid * grid
    right = -(-(box.right + aside) // grid) * grid
    top = max(0, box.y - above)
    return Rect(left, top, right - left, box.bottom + above - top)


def places_of(lines: Iterable[Line]) -> Places:
    """Where every word of the lines is."""
    found = [(box.x, box.y, box.right, box.bottom) for line in lines for word in line.words for box in (word.box,)]
    return np.array(found, np.int32).reshape(-1, 4)


def placed(box: Rect, among: Places, *, grid: int = GRID) -> Rect:
    """The box of a value padded, as far as no other word is in the way; with its right end far out where none is.

    In forms and tables, where values begin at one column and nothing follows them, the end at a multiple of
    ``ROOM * grid`` tells little of the length. In running text the next word tells where the value ended, whatever is
    painted: there the box ends just before it, so that no word is covered that tells nothing.

    Args:
        box: The ink of the value; what begins or ends in it is another reading of it, and no other word.
        among: All words on the screen.
        grid: See `padded`; high text has a grid of as many more pixels.
    """
    wide = padded(box, grid=grid)
    left, top, right, bottom = among.T
    shared = np.minimum(bottom, box.bottom) - np.maximum(top, box.y)
    beside = _SAME_ROW * shared >= np.minimum(bottom - top, box.height)
    before = right[beside & (right <= box.x + 1)].max(initial=-1)
    after = left[beside & (left >= box.right - 1)].min(initial=np.iinfo(np.int32).max)
    start, end = max(wide.x, min(int(before) + 1, box.x - 1)), min(wide.right, max(int(after) - 1, box.right + 1))
    if end == wide.right:
        step = ROOM * grid * max(1, -(-wide.height // (2 * grid)))
        far = -(-end // step) * step
        over = (top < wide.bottom) & (bottom > wide.y) & (right > end) & (left < far)
        if not (over & (2 * (end - np.maximum(left, start)) < right - left)).any():
            end = far
    start = max(0, start)
    return Rect(start, wide.y, end - start, wide.height)


_SAME_ROW = 3
"""Two words stand on one row where they share a third of the lower one's height."""
