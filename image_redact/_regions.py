"""Finds what looks like text without reading it: the second opinion that says what OCR did not explain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from image_redact.decode import Pixels, import_cv2
from image_redact.screen import Line, Rect, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

Edges = npt.NDArray[np.uint8]
"""Rows x columns, 255 where a glyph may have an edge."""

EDGE = 24
"""Smallest step between neighbouring pixels, in any channel, that counts as an edge of a glyph."""

CONFIDENT = 60.0
"""Confidence from which a word explains what lies under it."""

RULE = 60
"""Straight edges at least this long, in pixels, are rules and borders."""
_THICK = 7
"""Rows of edges, with those just above and below, from which no straight line has made them."""
_WRITTEN = 30
"""Edges beside a level run, of 255 if all pixels around it were edges, from which it is a row of letters."""
JOIN = 13
"""Gaps in a row narrower than this are between letters or words of one run."""
_SMALLEST = 6
_LEAST_INK = 16


def text_regions(edges: Edges) -> tuple[Rect, ...]:
    """Boxes of everything that has the edges of text: words, icons and pictures alike, one per connected run."""
    return _runs(edges)


def has_space(edges: Edges, before: Rect, after: Rect) -> bool:
    """Whether there are blank columns between two words: one in eight pixels of height, and a third of the gap.

    Edges take a column on either side of the ink from both.
    """
    top, bottom = min(before.y, after.y), max(before.bottom, after.bottom)
    left = max(0, min(before.right, after.x) - 2)
    columns = edges[top:bottom, left : max(before.right, after.x) + 2].max(axis=0, initial=0).tolist()
    run = longest = 0
    for inked in columns:
        run = 0 if inked else run + 1
        longest = max(longest, run)
    return longest >= max(1, (bottom - top) // 8 - 1, (after.x - before.right - 2) / 3)


def unread(edges: Edges, lines: Iterable[Line]) -> tuple[Rect, ...]:
    """Boxes of text-like regions that no confident word explains, whatever OCR made of them."""
    words = [word for line in lines for word in line.words]
    heights = sorted(word.box.height for word in words)
    tallest = 3 * heights[len(heights) // 2] if heights else 0
    left = edges.copy()
    for word in words:
        box = word.box
        # A frame read as one giant letter, or a bullet, explains nothing inside its box.
        if word.confidence < CONFIDENT or box.height > tallest or not any(c.isalnum() for c in word.text):
            continue
        pad = 2 + box.height // 5
        left[max(0, box.y - pad) : box.bottom + pad, max(0, box.x - pad) : box.right + pad] = 0
    return _runs(left)


def settle(lines: Iterable[Line], regions: tuple[Rect, ...]) -> tuple[Line, ...]:
    """The lines with every word's box grown up and down to the ink it belongs to.

    OCR boxes lose descenders and tall letters; a region of at most twice the word's height around the middle of the
    word shows where its ink really ends.
    """
    spans = np.array([(r.x, r.right, r.y, r.bottom) for r in regions], np.int64).reshape(-1, 4)

    def grown(word: Word) -> Word:
        box = word.box
        x, y = box.x + box.width // 2, box.y + box.height // 2
        around_it = (spans[:, 0] <= x) & (x < spans[:, 1]) & (spans[:, 2] <= y) & (y < spans[:, 3])
        near = spans[around_it & (spans[:, 3] - spans[:, 2] <= 2 * box.height)]
        if not len(near):
            return word
        top, bottom = min(box.y, int(near[:, 2].min())), max(box.bottom, int(near[:, 3].max()))
        return replace(word, box=Rect(box.x, top, box.width, bottom - top))

    return tuple(replace(line, words=tuple(grown(word) for word in line.words)) for line in lines)


def find_edges(pixels: Pixels) -> Edges:
    """255 where any channel has an edge, long straight rules taken out."""
    cv2 = import_cv2()
    gradient = cv2.morphologyEx(pixels, cv2.MORPH_GRADIENT, cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3)))
    blue, green, red = cv2.split(gradient)
    _, edges = cv2.threshold(cv2.max(cv2.max(blue, green), red), EDGE, 255, cv2.THRESH_BINARY)
    # Both from the edges as they are: one that crosses the other would be cut in pieces too short for a rule.
    across, down = (
        cv2.morphologyEx(edges, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, size))
        for size in ((RULE, 1), (1, RULE))
    )
    edges = cv2.subtract(edges, cv2.max(_without_text(across, edges), down))
    return np.asarray(edges, np.uint8)


def _without_text(across: Edges, edges: Edges) -> Edges:
    """Level runs of edges without those of narrow small letters, whose edges touch: a rule is thin and stands alone."""
    cv2 = import_cv2()
    thick = cv2.morphologyEx(across, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (1, _THICK)))
    beside = cv2.boxFilter(cv2.subtract(edges, across), -1, (RULE, _THICK), borderType=cv2.BORDER_CONSTANT)
    _, written = cv2.threshold(beside, _WRITTEN, 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.subtract(across, cv2.max(thick, written)), np.uint8)


def join_edges(edges: Edges) -> Edges:
    """Edges joined over gaps of a letter."""
    cv2 = import_cv2()
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (JOIN, 1))
    return np.asarray(cv2.morphologyEx(edges, cv2.MORPH_CLOSE, kernel), np.uint8)


def runs_of(joined: Edges, ink: Edges | None) -> tuple[Rect, ...]:
    """Boxes of the connected runs of ``joined``: those large enough and with enough of ``ink``, or all without it."""
    cv2 = import_cv2()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = [Rect(int(x), int(y), int(width), int(height)) for x, y, width, height in stats[1:count, :4]]
    if ink is None:
        return tuple(found)
    inked = np.bincount(labels[ink > 0], minlength=count)[1:]
    return tuple(
        rect
        for rect, size in zip(found, inked, strict=True)
        if rect.width >= _SMALLEST and rect.height >= _SMALLEST and size >= _LEAST_INK
    )


def _runs(edges: Edges) -> tuple[Rect, ...]:
    """Boxes of edges joined over gaps of a letter, without specks."""
    return runs_of(join_edges(edges), edges)
