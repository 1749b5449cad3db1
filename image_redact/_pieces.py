"""What engines read in one piece of a frame, as a function of its pixels alone, and remembered by them."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from image_redact._finder import clipped, cut, grown
from image_redact._regions import CONFIDENT, find_edges, join_edges, runs_of
from image_redact.decode import Pixels
from image_redact.engines.contract import OcrEngine, Placed
from image_redact.screen import Rect
from recording.errors import StepFailed

MARGIN = 4
"""Pixels around the ink of a piece that are read with it."""
MOST = 2_500
"""Pieces read on one frame; more are no screen of text but a picture, and what is left over counts as unread."""
MOST_REMEMBERED = 20_000
"""Pieces that a session remembers: a few kilobytes each, in memory alone."""
_BATCH = 12
_GIANT, _FEW = 90, 3
_TALLER = 1.7
"""Heights of its tallest word up to which the ink of a piece is that of one line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was read in a piece, in its own pixels.

    Attributes:
        readings: Words by engine.
        unread: Parts that look like text and that no confident word explains.
    """

    readings: tuple[tuple[Placed, ...], ...] = field(repr=False)
    unread: tuple[Rect, ...]


class Memory:
    """Pieces by a keyed digest of their pixels; the least recently used go first. The key dies with the process."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._key = os.urandom(32)
        self._held: OrderedDict[bytes, Piece] = OrderedDict()

    def __len__(self) -> int:
        """Number of pieces held."""
        return len(self._held)

    def digest(self, pixels: Pixels) -> bytes:
        """16 bytes that are equal for equal pixels of equal shape."""
        state = hashlib.blake2b(b"%d %d" % pixels.shape[:2], digest_size=16, key=self._key)
        state.update(np.ascontiguousarray(pixels).data)
        return state.digest()

    def get(self, digest: bytes) -> Piece | None:
        """The piece, or nothing where it was never read or is forgotten."""
        piece = self._held.get(digest)
        if piece is not None:
            self._held.move_to_end(digest)
        return piece

    def put(self, digest: bytes, piece: Piece) -> None:
        """Remember a piece."""
        self._held[digest] = piece
        while len(self._held) > self._most:
            self._held.popitem(last=False)


def area_of(box: Rect, frame: Rect) -> Rect:
    """The pixels that are read for a piece: its ink and `MARGIN` around it, as far as the frame goes."""
    return clipped(grown(box, MARGIN), frame)


def read_pieces(
    crops: Sequence[tuple[Pixels, Rect]], engines: Sequence[OcrEngine], pool: ThreadPoolExecutor | None
) -> list[Piece]:
    """Read pieces with every engine.

    Args:
        crops: Pixels of each piece, and where its ink is in them.
        engines: Who reads.
        pool: Threads to share the work, each engine's calls in batches.

    Raises:
        StepFailed: An engine failed, or gave another number of answers than it was asked for.
    """
    pixels = [crop for crop, _ in crops]
    readings = [_read(engine, pixels, pool) for engine in engines]
    out = []
    for number, (crop, ink) in enumerate(crops):
        words = tuple(_settled(reading[number], ink) for reading in readings)
        out.append(Piece(words, _unread(crop, [word for reading in words for word in reading])))
    return out


def _read(engine: OcrEngine, pixels: Sequence[Pixels], pool: ThreadPoolExecutor | None) -> list[Sequence[Placed]]:
    if pool is None or len(pixels) <= _BATCH:
        out = [list(engine.read(pixels))] if pixels else []
    else:
        out = list(pool.map(_all(engine), [pixels[at : at + _BATCH] for at in range(0, len(pixels), _BATCH)]))
    flat = [words for batch in out for words in batch]
    if len(flat) != len(pixels):
        raise StepFailed("an OCR engine left pieces out", code="ocr-output")
    return flat


def _all(engine: OcrEngine) -> Callable[[Sequence[Pixels]], list[Sequence[Placed]]]:
    def read(pixels: Sequence[Pixels]) -> list[Sequence[Placed]]:
        return list(engine.read(pixels))

    return read


def _settled(words: Sequence[Placed], ink: Rect) -> tuple[Placed, ...]:
    """The words of a line with boxes as high as its ink: OCR boxes lose descenders and tall letters.

    Where a piece has several lines, or more than a line, its ink is not theirs alone.
    """
    heights = sorted(word.box.height for word in words)
    if any(word.line != words[0].line for word in words) or (heights and ink.height > _TALLER * heights[-1]):
        return tuple(words)
    return tuple(
        replace(word, box=Rect(word.box.x, min(word.box.y, ink.y), word.box.width, _height(word.box, ink)))
        for word in words
    )


def _height(box: Rect, ink: Rect) -> int:
    return max(box.bottom, ink.bottom) - min(box.y, ink.y)


def _unread(crop: Pixels, words: Iterable[Placed]) -> tuple[Rect, ...]:
    left = find_edges(crop)
    for word in words:
        box = word.box
        # A picture read as one giant letter, or a bullet, explains nothing inside its box.
        giant = box.height > _GIANT and len(word.text) < _FEW
        if word.confidence < CONFIDENT or giant or not any(char.isalnum() for char in word.text):
            continue
        cut(left, clipped(grown(box, 2 + box.height // 5), Rect(0, 0, left.shape[1], left.shape[0])))[:] = 0
    return runs_of(join_edges(left), left)
