"""Reads a whole frame at once, by Tesseract's own layout analysis: an opinion that shares nothing with pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from image_redact._prepare import MARGIN, choose_scale, enlarge, grey, normalise
from image_redact._regions import find_edges, has_space, settle, text_regions, unread
from image_redact._segments import closed, to_lines
from image_redact._tesseract import read_words
from image_redact.engines.contract import Placed
from image_redact.screen import Line, Rect, Screen

if TYPE_CHECKING:
    from image_redact.decode import Pixels

Scale = Literal["auto"] | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """Tesseract through pytesseract, on whole frames.

    Attributes:
        languages: Names of its language data, the most likely first.
        psm: Page segmentation mode: 6 reads a screen as rows, 11 as scattered text, 3 as a page.
        scale: Enlargement before reading, 1 to 3, or ``auto``.
        normalised: Whether polarity and contrast are made even first. Two readings that differ here fail differently.
        timeout_s: Seconds for one reading.
    """

    languages: tuple[str, ...] = ("eng",)
    psm: int = 6
    scale: Scale = "auto"
    normalised: bool = True
    timeout_s: float = 60.0

    def read(self, pixels: Pixels) -> Screen:
        """Every line of one frame, no word dropped for low confidence, and the regions that none explains."""
        height, width = pixels.shape[:2]
        edges = find_edges(pixels)
        regions = text_regions(edges)
        spaced = partial(has_space, edges)
        lines: dict[tuple[str, Rect], Line] = {}
        for line in settle(self.lines(pixels, [region.height for region in regions]), regions):
            for reading in (line, closed(line, spaced)):
                if reading is not None:
                    lines.setdefault((reading.text, reading.box), reading)
        found = tuple(lines.values())
        return Screen(width, height, found, unread(edges, found))

    def lines(self, pixels: Pixels, line_heights: list[int]) -> tuple[Line, ...]:
        """The lines alone; ``line_heights`` of the text-like regions choose the scale."""
        height, width = pixels.shape[:2]
        if width < 3 or height < 3:
            return ()
        picture = grey(pixels)
        if self.normalised:
            picture = normalise(picture)
        scale = choose_scale(width, height, line_heights, self.scale)
        words = read_words(
            enlarge(picture, scale), languages="+".join(self.languages), psm=self.psm, timeout_s=self.timeout_s
        )
        placed = []
        for word in words:
            left = max(0, math.floor((word.left - MARGIN) / scale))
            top = max(0, math.floor((word.top - MARGIN) / scale))
            right = min(width, math.ceil((word.left + word.width - MARGIN) / scale))
            bottom = min(height, math.ceil((word.top + word.height - MARGIN) / scale))
            box = Rect(min(left, width - 1), min(top, height - 1), max(1, right - left), max(1, bottom - top))
            placed.append(Placed(word.line, box, word.confidence, word.text))
        return to_lines(placed)
