"""What engines read in one piece of a frame, as a function of its pixels alone, and remembered by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from image_redact._finder import clipped, cut, grown
from image_redact._fitted import fitted
from image_redact._regions import CONFIDENT, find_edges, join_edges, runs_of
from image_redact.decode import Pixels
from image_redact.engines.contract import OcrEngine, Placed
from image_redact.engines.rows import Row, rows_of_piece
from image_redact.memory import Memory, Piece, Words
from image_redact.screen import Rect
from recording.errors import StepFailed

MARGIN = 4
"""Pixels around the ink of a piece that are read with it."""
MOST = 2_500
"""Pieces read on one frame; more are no screen of text but a picture, and what is left over counts as unread."""
_BATCH = 12
_GIANT, _FEW = 90, 3
_TALLER = 2.2
"""Heights of a word up to which the ink of a row is that of one line; words without tall letters are low."""


def area_of(box: Rect, frame: Rect) -> Rect:
    """The pixels that are read for a piece: its ink and `MARGIN` around it, as far as the frame goes."""
    return clipped(grown(box, MARGIN), frame)


@dataclass(frozen=True, slots=True)
class Crop:
    """A piece that is to be read: its pixels, their digest, and where the ink is in them."""

    digest: bytes
    pixels: Pixels = field(repr=False)
    ink: Rect


def read_pieces(
    crops: Sequence[Crop], engines: Sequence[OcrEngine], memory: Memory, pool: ThreadPoolExecutor | None
) -> dict[bytes, Piece]:
    """Read pieces with every engine that has not read them yet; pieces by digest.

    Args:
        crops: Pieces, each of them once.
        engines: Who reads.
        memory: What was read before; what is read now is put there.
        pool: Threads to share the work, each engine's calls in batches.

    Raises:
        StepFailed: An engine failed, or gave another number of answers than it was asked for.
    """
    read = [{crop.digest: memory.words.get((crop.digest, engine)) for crop in crops} for engine in engines]
    rows = {
        crop.digest: rows_of_piece(_apart(crop)) for crop in crops if any(found[crop.digest] is None for found in read)
    }
    for engine, found in zip(engines, read, strict=True):
        new = [crop for crop in crops if found[crop.digest] is None]
        for crop, words in zip(new, _words(new, rows, engine, pool), strict=True):
            found[crop.digest] = words
            memory.words.put((crop.digest, engine), words)
    pieces = {}
    for crop in crops:
        readings = tuple(found[crop.digest] or () for found in read)
        pieces[crop.digest] = piece = Piece(readings, _unread(crop.pixels, chain(*readings)))
        memory.pieces.put((crop.digest, tuple(engines)), piece)
    return pieces


def _words(
    crops: Sequence[Crop], rows: Mapping[bytes, Sequence[Row]], engine: OcrEngine, pool: ThreadPoolExecutor | None
) -> list[Words]:
    every = [(crop, row) for crop in crops for row in rows[crop.digest]]
    reading = _read(engine, [row.pixels for _, row in every], pool)
    words: dict[bytes, list[Placed]] = {crop.digest: [] for crop in crops}
    for at, ((crop, row), read) in enumerate(zip(every, reading, strict=True)):
        # The ink of a line by itself has an edge of a pixel all around; tips of letters are not taken for ink in rows.
        top, bottom = max(row.ink[0], crop.ink.y), min(row.ink[1], crop.ink.bottom)
        if len(rows[crop.digest]) == 1 and crop.ink.height > 2:
            top, bottom = crop.ink.y + 1, crop.ink.bottom - 1
        ink = Rect(row.left, top, row.pixels.shape[1], max(0, bottom - top))
        of_row = fitted(read, row.columns, ink.height) if _is_one_line(read, row) else read
        words[crop.digest] += [_settled(_moved(word, row, at), ink) for word in of_row]
    return [tuple(words[crop.digest]) for crop in crops]


def _apart(crop: Crop) -> Pixels:
    """The crop without what stands above and below the piece: where lines are close, tips of other lines."""
    out = crop.pixels.copy()
    out[: crop.ink.y] = np.median(crop.pixels[crop.ink.y], axis=0)
    out[crop.ink.bottom :] = np.median(crop.pixels[crop.ink.bottom - 1], axis=0)
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
