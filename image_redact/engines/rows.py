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
_SOFT = 170
"""Soft edges of letters are lighter than `_DARK` and darker than this."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a piece.

    Attributes:
        pixels: Rows x columns x 3, BGR.
        left: Where it begins in the piece.
        top: Its first row there.
        ink: First row of its ink in the piece, and one past the last.
        columns: For each of its columns whether it holds ink; empty for a picture, which is more than a line.
    """

    pixels: Pixels = field(repr=False)
    left: int
    top: int
    ink: tuple[int, int]
    columns: npt.NDArray[np.bool_] = field(repr=False)


def rows_of_piece(piece: Pixels) -> list[Row]:
    """Every line of a piece (rows x columns x 3, BGR), cut where ink is scarce; a picture stays whole."""
    if piece.shape[0] > PICTURE:
        return [Row(piece, 0, 0, (0, piece.shape[0]), np.zeros(0, np.bool_))]
    part, place = inside(piece)
    plain = without_lines(normalise(grey(part)))
    cuts = bands(plain)
    if not cuts:
        inked = _inked(plain)
        ink = (place.y + int(inked[0]), place.y + int(inked[-1]) + 1) if len(inked) else (place.y, place.bottom)
        return [Row(part, place.x, place.y, ink, _inked_columns(plain))]
    out = []
    for top, bottom in cuts:
        inked = top + _inked(plain[top:bottom])
        if len(inked):
            above, below = int(inked[0]), int(inked[-1]) + 1
            first, last = max(top, above - _AROUND), min(bottom, below + _AROUND)
            columns = _inked_columns(plain[above:below])
            # Accents and descenders go on for as long as there is ink in every row.
            above, below = _whole(plain, (above, below), (top, bottom))
            ink = place.y + above, place.y + below
            out.append(Row(np.ascontiguousarray(part[first:last]), place.x, place.y + first, ink, columns))
    return out


def _inked(plain: Grey) -> npt.NDArray[np.intp]:
    """Rows that hold ink of a line, not just the rest of a frame or the tip of a letter of another line."""
    dark = (plain < _DARK).sum(axis=1)
    return np.flatnonzero(dark > max(1.0, _SOME * float(dark.max(initial=0))))


def _whole(plain: Grey, ink: tuple[int, int], band: tuple[int, int]) -> tuple[int, int]:
    """Rows of ink grown as far as each next row holds some, within the band."""
    faint = np.asarray((plain < _SOFT).any(axis=1), np.bool_)
    above, below = ink
    while above > band[0] and faint[above - 1]:
        above -= 1
    while below < band[1] and faint[below]:
        below += 1
    return above, below


def _inked_columns(plain: Grey) -> npt.NDArray[np.bool_]:
    return np.asarray((plain < _SOFT).any(axis=0), np.bool_)
