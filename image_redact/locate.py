"""From a hit in a line of text to the pixels that must go."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
"""Where nothing else is read beside a value, its box ends at multiples of this many grid steps."""


def boxes(line: Line, start: int, end: int, *, padding: int = PADDING, grid: int = GRID) -> tuple[Rect, ...]:
    """Pixels to cover for code points ``start..end`` of a line: one box per value.

    Every word that the span touches is covered whole, with the space between them, so that neither a glued bracket
    nor a sub-word estimate leaves a glyph and the number of words does not show.

    Raises:
        StepFailed: ``hit-outside-text`` when the span is empty, outside the line or touches no word.
    """
    touched = [word.box for word in line.words if word.start < end and start < word.end]
    if not 0 <= start < end <= len(line.text) or not touched:
        raise StepFailed("a hit lies outside the text it was found in", code="hit-outside-text")
    return (padded(around(touched), padding=padding, grid=grid),)


def padded(box: Rect, *, padding: int = PADDING, grid: int = GRID) -> Rect:
    """Grow a box by ``padding`` or a share of its height, whichever is more, then left and right out to the grid."""
    aside = max(padding, box.height // 4)
    above = max(padding, box.height // 6)
    left = max(0, box.x - aside) // grid * grid
    right = -(-(box.right + aside) // grid) * grid
    top = max(0, box.y - above)
    return Rect(left, top, right - left, box.bottom + above - top)


def roomy(box: Rect, lines: Iterable[Line], *, grid: int = GRID) -> Rect:
    """A padded box with each end moved out to a multiple of ``ROOM * grid``, unless a word would be taken with it.

    In forms and tables, where what is beside a value is blank, its width then tells next to nothing of its length. In
    running text the next word tells where the value ended, whatever is painted, and the box stays as it is. High text
    has a grid of as many more pixels.

    Args:
        box: From `boxes`; of the words that lie in it for the greater part none counts as another.
        lines: Everything read on the screen.
        grid: That of the box.
    """
    step = ROOM * grid * max(1, -(-box.height // (2 * grid)))
    left, right = box.x // step * step, -(-box.right // step) * step
    for line in lines:
        for word in line.words:
            other = word.box
            if other.y >= box.bottom or other.bottom <= box.y or other.x >= right or other.right <= left:
                continue
            if 2 * (min(other.right, box.right) - max(other.x, box.x)) >= other.width:
                continue
            if other.right > box.right:
                right = box.right
            if other.x < box.x:
                left = box.x
    return Rect(left, box.y, right - left, box.height)
