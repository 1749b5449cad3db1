"""What was read on a screen: words with boxes, lines of words, and what looks like text but could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Rect(NamedTuple):
    """A rectangle of pixels: left, top, width, height. A tuple, so that ``x, y, w, h = rect`` works."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Word:
    """One word as OCR reads it.

    Attributes:
        text: The word with whatever is glued to it.
        start: First code point in the text of its line.
        end: One past its last.
        box: Where its glyphs are, in pixels of the screen.
        confidence: 0 to 100. It never decides whether a word is looked at.
    """

    text: str = field(repr=False)
    start: int
    end: int
    box: Rect
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words that belong together: one cell, label or sentence.

    Attributes:
        text: The words joined by one space, except in second readings of a line, which leave out spaces that OCR may
            have made up.
        words: The words, from left to right.
        source: Equal for lines read from equal pixels, in one session; empty where that is not known.
        closed: Whether spaces were left out: patterns may be whole again, but words run into each other.
    """

    text: str = field(repr=False)
    words: tuple[Word, ...]
    source: bytes = field(default=b"", repr=False)
    closed: bool = False

    @property
    def box(self) -> Rect:
        """The smallest rectangle around all words."""
        return around([word.box for word in self.words])


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything read in one frame.

    Attributes:
        width: Columns of the frame.
        height: Rows of the frame.
        lines: Lines of every reading; two readings of one place give two lines, and detectors look at all of them.
        unread: Regions that look like text and that no confident word explains.
    """

    width: int
    height: int
    lines: tuple[Line, ...]
    unread: tuple[Rect, ...]


def around(boxes: list[Rect]) -> Rect:
    """The smallest rectangle that holds all ``boxes`` (at least one)."""
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Rect(x, y, max(box.right for box in boxes) - x, max(box.bottom for box in boxes) - y)
