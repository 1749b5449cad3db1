"""The lines of a piece, each by itself and without the frame around it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from image_redact._prepare import Grey, grey, normalise
from image_redact.decode import Pixels
from image_redact.engines.framed import inside, without_lines
from image_redact.engines.pieces import PICTURE, bands

_AROUND = 3
"""Rows above and below the ink of a line that are kept."""
_DARK, _SOME = 128, 0.06


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a piece.

    Attributes:
        pixels: Rows x columns x 3, BGR.
        left: Where it begins in the piece.
        top: Its first row there.
        ink: First row of its ink in the piece, and one past the last.
    """

    pixels: Pixels = field(repr=False)
    left: int
    top: int
    ink: tuple[int, int]


def rows_of_piece(piece: Pixels) -> list[Row]:
    """Every line of a piece (rows x columns x 3, BGR), cut where ink is scarce; a picture stays whole."""
    if piece.shape[0] > PICTURE:
        return [Row(piece, 0, 0, (0, piece.shape[0]))]
    part, place = inside(piece)
    plain = without_lines(normalise(grey(part)))
    cuts = bands(plain)
    if not cuts:
        inked = _inked(plain)
        ink = (place.y + int(inked[0]), place.y + int(inked[-1]) + 1) if len(inked) else (place.y, place.bottom)
        return [Row(part, place.x, place.y, ink)]
    out = []
    for top, bottom in cuts:
        inked = top + _inked(plain[top:bottom])
        if len(inked):
            above, below = int(inked[0]), int(inked[-1]) + 1
            first, last = max(top, above - _AROUND), min(bottom, below + _AROUND)
            ink = place.y + above, place.y + below
            out.append(Row(np.ascontiguousarray(part[first:last]), place.x, place.y + first, ink))
    return out


def _inked(plain: Grey) -> npt.NDArray[np.intp]:
    """Rows that hold ink of a line, not just the rest of a frame or the tip of a letter of another line."""
    dark = (plain < _DARK).sum(axis=1)
    return np.flatnonzero(dark > max(1.0, _SOME * float(dark.max(initial=0))))
