"""What engines read in one piece of a frame, as a function of its pixels alone, and remembered by them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from image_redact._finder import clipped, cut, grown
from image_redact._fitted import fitted
from image_redact._regions import CONFIDENT, find_edges, join_edges, runs_of
from image_redact.decode import Pixels
from image_redact.engines.contract import OcrEngine, Placed
from image_redact.engines.rows import Row, rows_of_piece
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
_TALLER = 2.2
"""Heights of a word up to which the ink of a row is that of one line; words without tall letters are low."""


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
    rows = [(number, row) for number, (crop, whole) in enumerate(crops) for row in rows_of_piece(_apart(crop, whole))]
    alone = Counter(number for number, _ in rows)
    readings = [_read(engine, [row.pixels for _, row in rows], pool) for engine in engines]
    words: list[list[list[Placed]]] = [[[] for _ in engines] for _ in crops]
    for at, (number, row) in enumerate(rows):
        whole = crops[number][1]
        # The ink of a line by itself has an edge of a pixel all around; tips of letters are not taken for ink in rows.
        top, bottom = max(row.ink[0], whole.y), min(row.ink[1], whole.bottom)
        if alone[number] == 1 and whole.height > 2:
            top, bottom = whole.y + 1, whole.bottom - 1
        ink = Rect(row.left, top, row.pixels.shape[1], max(0, bottom - top))
        for reader, reading in enumerate(readings):
            of_row = fitted(reading[at], row.columns, ink.height) if _is_one_line(reading[at], row) else reading[at]
            words[number][reader] += [_settled(_moved(word, row, at), ink) for word in of_row]
    return [
        Piece(tuple(map(tuple, of_piece)), _unread(crop, [word for of_engine in of_piece for word in of_engine]))
        for (crop, _), of_piece in zip(crops, words, strict=True)
    ]


def _apart(crop: Pixels, whole: Rect) -> Pixels:
    """The crop without what stands above and below the piece: where lines are close, tips of other lines."""
    out = crop.copy()
    out[: whole.y] = np.median(crop[whole.y], axis=0)
    out[whole.bottom :] = np.median(crop[whole.bottom - 1], axis=0)
    return out


def _is_one_line(words: Sequence[Placed], row: Row) -> bool:
    return bool(len(row.columns)) and len({word.line for word in words}) == 1


def _moved(word: Placed, row: Row, line: int) -> Placed:
    box = word.box
    place = Rect(box.x + row.left, box.y + row.top, box.width, box.height)
    return replace(word, line=(line, *word.line), box=place)


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


def _settled(word: Placed, ink: Rect) -> Placed:
    """The word with its box as high as the ink of its line: OCR's lose descenders, or take in tips of other lines."""
    box = word.box
    if ink.height > _TALLER * box.height or ink.height < 1:
        return word
    return replace(word, box=Rect(box.x, ink.y, box.width, ink.height))


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
