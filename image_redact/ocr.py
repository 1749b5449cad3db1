"""Reads a whole frame at once, by Tesseract's own layout analysis: an opinion that shares nothing with pieces."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from image_redact._prepare import MARGIN, Grey, choose_scale, enlarge, grey, normalise
from image_redact._regions import find_edges, has_space, settle, text_regions, unread
from image_redact._segments import closed, to_lines
from image_redact._tesseract import RawWord, check_languages, read_words
from image_redact.engines import inprocess
from image_redact.engines.contract import Placed
from image_redact.engines.pieces import runs
from image_redact.screen import Line, Rect, Screen

if TYPE_CHECKING:
    from image_redact.decode import Pixels

Scale = Literal["auto"] | float
Part = tuple[int, Grey]
"""A part of a grey picture, as wide as it, and its first row."""


class Spread(Protocol):
    """`map`, or something like it."""

    def __call__(self, do: Callable[[Part], list[RawWord]], parts: list[Part], /) -> Iterable[list[RawWord]]:
        """What ``do`` makes of each part, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """Tesseract on whole frames.

    Attributes:
        engine: ``auto`` reads in process where tesserocr is installed; otherwise, and by ``pytesseract``, the program.
        languages: Names of its language data, the most likely first.
        psm: Page segmentation mode: 6 reads a screen as rows, 11 as scattered text, 3 as a page.
        scale: Enlargement before reading, 1 to 3, or ``auto``.
        normalised: Whether polarity and contrast are made even first. Two readings that differ here fail differently.
        timeout_s: Seconds for one reading.
    """

    engine: Literal["auto", "pytesseract"] = "auto"
    languages: tuple[str, ...] = ("eng",)
    psm: int = 6
    scale: Scale = "auto"
    normalised: bool = True
    timeout_s: float = 60.0

    def check(self) -> None:
        """Raise `MissingExtra` unless it can read here."""
        (inprocess.check if self._in_process() else check_languages)(self.languages)

    def _in_process(self) -> bool:
        return self.engine == "auto" and inprocess.is_installed()

    def read(self, pixels: Pixels, *, spread: Spread = map) -> Screen:
        """Every line of one frame, no word dropped for low confidence, and the regions that none explains.

        ``spread`` is `map`, or shares its work among threads.
        """
        height, width = pixels.shape[:2]
        edges = find_edges(pixels)
        regions = text_regions(edges)
        spaced = partial(has_space, edges)
        lines: dict[tuple[str, Rect], Line] = {}
        for line in settle(self.lines(pixels, [region.height for region in regions], spread=spread), regions):
            for reading in (line, closed(line, spaced)):
                if reading is not None:
                    lines.setdefault((reading.text, reading.box), reading)
        found = tuple(lines.values())
        return Screen(width, height, found, unread(edges, found))

    def lines(self, pixels: Pixels, line_heights: list[int], *, spread: Spread = map) -> tuple[Line, ...]:
        """The lines alone; ``line_heights`` of the text-like regions choose the scale."""
        height, width = pixels.shape[:2]
        if width < 3 or height < 3:
            return ()
        picture = grey(pixels)
        if self.normalised:
            picture = normalise(picture)
        scale = choose_scale(width, height, line_heights, self.scale)
        parts = halves(enlarge(picture, scale))
        placed = []
        for word in chain.from_iterable(spread(self._words, parts)):
            left = max(0, math.floor((word.left - MARGIN) / scale))
            top = max(0, math.floor((word.top - MARGIN) / scale))
            right = min(width, math.ceil((word.left + word.width - MARGIN) / scale))
            bottom = min(height, math.ceil((word.top + word.height - MARGIN) / scale))
            box = Rect(min(left, width - 1), min(top, height - 1), max(1, right - left), max(1, bottom - top))
            placed.append(Placed(word.line, box, word.confidence, word.text))
        return to_lines(placed)

    def _words(self, part: Part) -> list[RawWord]:
        # A list: a generator would be worked off by whoever asks for its words, and not by the thread.
        read = inprocess.read_page if self._in_process() else read_words
        top, grey = part
        words = read(grey, languages="+".join(self.languages), psm=self.psm, timeout_s=self.timeout_s)
        return [
            replace(word, line=(top * _BLOCKS + word.line[0], *word.line[1:]), top=word.top + top) for word in words
        ]


def halves(grey: Grey) -> list[Part]:
    """A tall picture cut through the highest blank stripe near its middle, each part with its first row.

    One that is low, or has no blank stripe there, stays whole.
    """
    height = grey.shape[0]
    first, last = height // 3, 2 * height // 3
    if height < _TALL:
        return [(0, grey)]
    blank = np.ptp(grey[first:last], axis=1) <= _BLANK
    stripe, twice = max(((end - start, start + end) for start, end in runs(blank)), default=(0, 0))
    if stripe < _STRIPE:
        return [(0, grey)]
    cut = first + twice // 2
    return [(0, grey[:cut]), (cut, grey[cut:])]


_TALL, _BLANK, _STRIPE = 600, 8, 12
_BLOCKS = 100_000
