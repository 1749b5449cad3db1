"""A piece of a screen made ready for an engine: dark on white, enlarged, and how it is laid out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from image_redact._prepare import Grey, grey, normalise
from image_redact.decode import Pixels, import_cv2
from image_redact.engines.contract import Placed
from image_redact.engines.framed import inside, without_lines
from image_redact.screen import Rect

PAPER = 10
"""White on every side: words at an edge are lost."""
LETTERS = 32
"""Height in pixels of a line that Tesseract reads best."""
LONGEST = 8_000
"""Longest side of what an engine is given, in pixels."""
_TALL = 24
"""Rows from which a piece may have more than one line."""
_AROUND = 8
"""Rows of a piece that are paper above and below its ink."""
_MOST_ENLARGED = 4.0
_LINE, _VALLEY = 6, 0.25
_SHORT, _FAINT, _LOWEST, _BLANK = 0.7, 0.04, 0.5, 2
_WHITE = 255


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture for an engine, and the way back.

    Attributes:
        picture: What the engine gets: the piece, enlarged ``scale`` times, with `PAPER` pixels around it.
        scale: See there.
        psm: Tesseract's page segmentation mode for it.
        width: Columns of the piece.
        height: Its rows.
        left: Column of the piece where the picture begins: a frame is left out.
        top: Its row.
    """

    picture: Grey = field(repr=False)
    scale: float
    psm: int
    width: int
    height: int
    left: int = 0
    top: int = 0

    def placed(self, line: tuple[int, ...], box: tuple[int, int, int, int], confidence: float, text: str) -> Placed:
        """A word of the picture (left, top, right, bottom) as one of the piece."""
        left = min(max(0, math.floor((box[0] - PAPER) / self.scale) + self.left), self.width - 1)
        top = min(max(0, math.floor((box[1] - PAPER) / self.scale) + self.top), self.height - 1)
        right = min(self.width, math.ceil((box[2] - PAPER) / self.scale) + self.left)
        bottom = min(self.height, math.ceil((box[3] - PAPER) / self.scale) + self.top)
        return Placed(line, Rect(left, top, max(1, right - left), max(1, bottom - top)), confidence, text)


def prepare(piece: Pixels, *, letters: int, normalised: bool) -> Prepared:
    """Grey, and unless ``normalised`` is false dark on white; lines lower than ``letters`` pixels made as high as that.

    Tesseract reads lines 32 pixels high best; narrow digits are misread when they are enlarged beyond that.
    """
    cv2 = import_cv2()
    part, at = inside(piece)
    height, width = part.shape[:2]
    plain = without_lines(normalise(grey(part)) if normalised else _dark_on_light(grey(part)))
    lines = bands(plain)
    line = height / max(1, len(lines)) - _AROUND
    chosen = max(1.0, min(letters / max(1.0, line), _MOST_ENLARGED, LONGEST / max(width, height)))
    large: Any = plain
    if chosen != 1.0:
        large = cv2.resize(plain, None, fx=chosen, fy=chosen, interpolation=cv2.INTER_CUBIC)
    framed = cv2.copyMakeBorder(large, PAPER, PAPER, PAPER, PAPER, cv2.BORDER_CONSTANT, value=_paper(large, normalised))
    return Prepared(
        np.asarray(framed, np.uint8), chosen, _mode(height, len(lines)), piece.shape[1], piece.shape[0], at.x, at.y
    )


def _paper(picture: Grey, normalised: bool) -> int:
    return _WHITE if normalised else int(np.median(picture))


def _dark_on_light(picture: Grey) -> Grey:
    """Inverted where most of it is dark, otherwise as it is."""
    return np.asarray(_WHITE - picture, np.uint8) if float(np.median(picture)) < _WHITE / 2 else picture


SINGLE, BLOCK, SCATTERED = 7, 6, 11
"""Tesseract's page segmentation modes: one line of text, a block of it, text here and there."""
PICTURE = 140
"""Pieces higher than this, in pixels, are pictures with text here and there."""


def _mode(height: int, lines: int) -> int:
    if height > PICTURE:
        return SCATTERED
    return BLOCK if lines else SINGLE


def bands(plain: Grey) -> list[tuple[int, int]]:
    """First row and one past the last of each line of a piece, dark on light, cut in the middle of the valleys of ink.

    Empty where there is a valley nowhere.
    """
    if plain.shape[0] < _TALL:
        return []
    ink = (_WHITE - plain.astype(np.float32)).sum(axis=1)
    usual = float(np.sort(ink)[-max(1, len(ink) // 5) :].mean())
    dark = runs(ink > _VALLEY * usual)
    # What hangs below a line in underscores and descenders is as dark as one, but low.
    least = max(_LINE, _LOWEST * max((end - start for start, end in dark), default=0))
    lines = [(start, end) for start, end in dark if end - start >= least]
    if lines:
        # The last line of a paragraph may be one word: little ink, but as high as the others.
        high = max(_LINE, _SHORT * min(end - start for start, end in lines))
        ends = [0, *(row for line in lines for row in line), len(ink)]
        for start, end in zip(ends[::2], ends[1::2], strict=True):
            found = runs(ink[start:end] > max(_FAINT * usual, 2.0 * _WHITE))
            lines += [
                (start + top, start + bottom)
                for top, bottom in found
                if bottom - top >= high
                and (top >= _BLANK or start == 0)
                and (bottom <= end - start - _BLANK or end == len(ink))
            ]
        lines.sort()
    if len(lines) <= 1:
        return []
    cuts = [0, *((one[1] + other[0]) // 2 for one, other in pairwise(lines)), plain.shape[0]]
    return list(pairwise(cuts))


def runs(full: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First row and one past the last of every run of rows that are."""
    steps = np.diff(np.concatenate(([False], full, [False])).astype(np.int8))
    return list(zip(np.flatnonzero(steps > 0).tolist(), np.flatnonzero(steps < 0).tolist(), strict=True))
