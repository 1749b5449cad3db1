"""Takes a piece out of the frame around it: a filled button, a bubble, an outlined field, a line under a link."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from image_redact._prepare import Grey
from image_redact.decode import Pixels, import_cv2
from image_redact.screen import Rect

_NEAR = 24
"""Largest difference in a channel between colours that count as one."""
_MOST, _OUTSIDE = 0.3, 0.9
_LEAST = 8
_RULE, _POST = 0.8, 0.7


def inside(piece: Pixels) -> tuple[Pixels, Rect]:
    """The part of a piece within its ground, with round corners filled, and where it lies; else the piece as it is.

    The ground is the commonest colour. Where the piece begins on another one, and that other one holds nothing but its
    own colour and the border, the text is on the ground alone.
    """
    height, width = piece.shape[:2]
    whole = Rect(0, 0, width, height)
    ring = np.concatenate([piece[0], piece[-1], piece[:, 0], piece[:, -1]])
    around = np.median(ring, axis=0)
    ground = _commonest(piece)
    if float(np.abs(around - ground).max()) <= _NEAR:
        return piece, whole
    on_ground = _near(piece, ground)
    if on_ground.mean() < _MOST:
        return piece, whole
    rows, columns = np.flatnonzero(on_ground.any(axis=1)), np.flatnonzero(on_ground.any(axis=0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    if bottom - top < _LEAST or right - left < _LEAST:
        return piece, whole
    outside = np.ones((height, width), np.bool_)
    outside[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = False
    if outside.any() and _near(piece, around)[outside].mean() < _OUTSIDE:
        return piece, whole
    out = piece[top:bottom, left:right].copy()
    _fill_corners(out, around, ground)
    return out, Rect(left, top, right - left, bottom - top)


def without_lines(plain: Grey) -> Grey:
    """A piece, dark on light, without lines across nearly all of it, and without posts where there are such lines."""
    dark = plain < 128
    ink_rows, ink_columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if len(ink_rows) < _LEAST or len(ink_columns) < 2 * _LEAST:
        return plain
    height, width = int(ink_rows[-1] - ink_rows[0]) + 1, int(ink_columns[-1] - ink_columns[0]) + 1
    lines = np.flatnonzero(dark.sum(axis=1) > _RULE * width)
    if not len(lines) or len(lines) > height // 3:
        return plain
    out = plain.copy()
    out[lines] = 255
    posts = np.flatnonzero(dark.sum(axis=0) > _POST * height)
    ends = posts[(posts < ink_columns[0] + 3) | (posts > ink_columns[-1] - 3)]
    out[:, ends] = 255
    return out


def _commonest(piece: Pixels) -> npt.NDArray[np.float64]:
    flat = piece.reshape(-1, 3)
    coarse = flat >> 4
    codes = coarse[:, 0].astype(np.int32) * 256 + coarse[:, 1].astype(np.int32) * 16 + coarse[:, 2]
    code = np.bincount(codes, minlength=4096).argmax()
    return np.asarray(flat[codes == code].mean(axis=0), np.float64)


def _near(piece: Pixels, colour: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    low = np.clip(colour - _NEAR, 0, 255).astype(np.uint8)
    high = np.clip(colour + _NEAR, 0, 255).astype(np.uint8)
    return np.asarray(import_cv2().inRange(piece, low, high) > 0, np.bool_)


def _fill_corners(piece: Pixels, around: npt.NDArray[np.float64], ground: npt.NDArray[np.float64]) -> None:
    """What shows of the surroundings in the corners takes the colour of the ground, and the soft edge with it."""
    cv2 = import_cv2()
    _, labels = cv2.connectedComponents(_near(piece, around).astype(np.uint8), connectivity=8)
    corners = {int(labels[row, column]) for row in (0, -1) for column in (0, -1)} - {0}
    if corners:
        mask = np.isin(labels, list(corners)).astype(np.uint8)
        soft = cv2.dilate(mask, np.ones((3, 3), np.uint8))
        piece[soft > 0] = ground.astype(np.uint8)
