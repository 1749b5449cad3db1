"""From a hit in a line of text to the pixels that must go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from image_redact._wrapped import rows_of
from image_redact.known import Known, KnownValues, find_known, index_known
from image_redact.screen import Line, Rect, around
from recording.errors import StepFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GRID", "PADDING", "ROOM", "Known", "KnownValues", "boxes", "find_known", "index_known", "padded", "roomy"]

PADDING = 2
"""Least pixels added on every side, for soft edges and for boxes that OCR drew too tight."""

GRID = 16
"""Left and right edges lie on multiples of this many pixels, so that width tells little about length."""


ROOM = 4
"""Where nothing is read right of a value, its box ends at multiples of this many grid steps."""


def boxes(line: Line, start: int, end: int, *, padding: int = PADDING, grid: int = GRID) -> tuple[Rect, ...]:
    """Pixels to cover for code points ``start..end`` of a line: one box per value, and one a row where it has several.

    Every word that the span touches is covered whole, with the space between them, so that neither a glued bracket
    nor a sub-word estimate leaves a glyph and the number of words does not show.

    Raises:
        StepFailed: ``hit-outside-text`` when the span is empty, outside the line or touches no word.
    """
    touched = [word for word in line.words if word.start < end and start < word.end]
    if not 0 <= start < end <= len(line.text) or not touched:
        raise StepFailed("a hit lies outside the text it was found in", code="hit-outside-text")
    rows = rows_of(touched)
    return tuple(padded(around([word.box for word in row]), padding=padding, grid=grid) for row in rows)


def padded(box: Rect, *, padding: int = PADDING, grid: int = GRID) -> Rect:
    """Grow a box by ``padding`` or a share of its height, whichever is more, then left and right out to the grid."""
    aside = max(padding, box.height // 4)
    above = max(padding, box.height // 6)
    left = max(0, box.x - aside) // grid * grid
    right = -(-(box.right + aside) // grid) * grid
    top = max(0, box.y - above)
    return Rect(left, top, right - left, box.bottom + above - top)


def roomy(box: Rect, lines: Iterable[Line], *, grid: int = GRID) -> Rect:
    """A padded box with its right end moved out to a multiple of ``ROOM * grid``, unless a word would be taken with it.

    In forms and tables, where values begin at one column and nothing follows them, the width then tells little of the
    length. In running text the next word tells where the value ended, whatever is painted, and the box stays as it is.

    Args:
        box: From `boxes`; a word that lies in it for the greater part does not count as another.
        lines: Everything read on the screen.
        grid: That of the box; high text has a grid of as many more pixels.
    """
    step = ROOM * grid * max(1, -(-box.height // (2 * grid)))
    right = -(-box.right // step) * step
    for line in lines:
        for word in line.words:
            other = word.box
            if other.y < box.bottom and other.bottom > box.y and box.right < other.right and other.x < right:
                inside = box.right - max(other.x, box.x)
                if 2 * inside < other.width:
                    return box
    return Rect(box.x, box.y, right - box.x, box.height)
