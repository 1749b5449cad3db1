"""Reads the frames of a session one after the other, at the cost of what changed between them.

A frame is a set of pieces (`image_redact._finder`), and what is read in a piece depends on its pixels alone
(`image_redact._pieces`). So a frame that shows pieces seen before, wherever they were, costs no OCR, and gives exactly
what a session that begins with it would give.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import numpy as np

from image_redact._closing import Closing
from image_redact._finder import Found, changed, cut, find, overlap, update
from image_redact._pieces import MOST, Crop, area_of, read_pieces
from image_redact._regions import has_space
from image_redact._rows import chains
from image_redact._segments import closed, to_lines
from image_redact._wrapped import wrapped
from image_redact.decode import Pixels
from image_redact.engines.contract import OcrEngine, Placed
from image_redact.memory import Memory, Piece
from image_redact.screen import Line, Rect, Screen

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class _Seen:
    """The last frame: its pixels as they were read, what was found on it, and the digest and lines of each piece."""

    pixels: Pixels = field(repr=False)
    found: Found
    digests: dict[Rect, bytes]
    lines: dict[tuple[tuple[Rect, bytes], ...], tuple[Line, ...]] = field(repr=False)
    screen: Screen


class ScreenSession(Closing):
    """Reads frames in order. Use it in a ``with`` block, or call `close`; one thread at a time.

    Args:
        engines: Readings whose union is taken.
        tolerance: Largest difference of a pixel from the frame it was read on (0 to 255, any channel) up to which it
            counts as unchanged: 0 for screenshots, more for frames of a video, whose codec flickers.
        threads: Threads that OCR may use.
        memory: What other sessions have read; it is not cleared by `close`.
    """

    def __init__(
        self,
        engines: Sequence[OcrEngine],
        *,
        tolerance: int = 0,
        threads: int | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._engines = tuple(engines)
        self._tolerance = tolerance
        self._memory = Memory() if memory is None else memory
        self._last: _Seen | None = None
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        threads = cores if threads is None else threads
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def close(self) -> None:
        """Let go of threads and of everything read."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._last = None
        self._memory = Memory()

    def read(self, pixels: Pixels, *, beside: ScreenSession | None = None) -> Screen:
        """Everything on the frame, no word dropped as unsure.

        Args:
            pixels: Rows x columns x 3, BGR.
            beside: A session whose last frame is likely to be more like this one than the last frame here, as it is
                before covering.

        Raises:
            StepFailed: An engine failed; nothing of the frame is remembered then.
        """
        last = self._last if self._last is not None and self._last.pixels.shape == pixels.shape else None
        dirty = changed(last.pixels, pixels, self._tolerance) if last is not None else ()
        if last is not None and not dirty:
            return last.screen
        shown = _patched(last.pixels, pixels, dirty) if last is not None and self._tolerance else pixels
        found = self._found(shown, dirty, beside)
        self._last = None  # should an engine fail
        self._last = self._seen(shown.copy() if shown is pixels else shown, found, last, dirty)
        return self._last.screen

    def spread(self, do: Callable[[Given], Made], items: Iterable[Given]) -> Iterable[Made]:
        """`map` on the threads of the session."""
        return map(do, items) if self._pool is None else self._pool.map(do, items)

    def _found(self, pixels: Pixels, dirty: Sequence[Rect], beside: ScreenSession | None) -> Found:
        """Pieces of the frame, from those of the frame that is most like it."""
        known = [(_area(dirty), self._last.found, dirty)] if self._last is not None and dirty else []
        other = beside._last if beside is not None else None  # noqa: SLF001  one session looks at another
        if other is not None and other.pixels.shape == pixels.shape and (not known or known[0][0] > _SMALL):
            differs = changed(other.pixels, pixels)
            known.append((_area(differs), other.found, differs))
        if not known:
            return find(pixels)
        _, found, rects = min(known, key=_first)
        return update(found, pixels, rects)

    def _seen(self, pixels: Pixels, found: Found, last: _Seen | None, dirty: Sequence[Rect]) -> _Seen:
        height, width = pixels.shape[:2]
        frame = Rect(0, 0, width, height)
        boxes = sorted(found.boxes, key=_size, reverse=True)
        digests: dict[Rect, bytes] = {}
        pieces: dict[bytes, Piece] = {}
        wanted: dict[bytes, Crop] = {}
        for box in boxes[:MOST]:
            area = area_of(box, frame)
            digest = None if last is None or any(overlap(area, rect) for rect in dirty) else last.digests.get(box)
            if digest is None:
                digest = self._memory.digest(cut(pixels, area))
            digests[box] = digest
            known = pieces.get(digest) or self._memory.pieces.get((digest, self._engines))
            if known is not None:
                pieces[digest] = known
            elif digest not in wanted:
                ink = Rect(box.x - area.x, box.y - area.y, box.width, box.height)
                wanted[digest] = Crop(digest, np.ascontiguousarray(cut(pixels, area)), ink)
        pieces |= read_pieces(list(wanted.values()), self._engines, self._memory, self._pool)
        lines = self._lines(found, digests, pieces, frame, {} if last is None else last.lines)
        unread = [*boxes[MOST:]]
        for box, digest in digests.items():
            area = area_of(box, frame)
            unread += [Rect(r.x + area.x, r.y + area.y, r.width, r.height) for r in pieces[digest].unread]
        every = tuple(line for of_chain in lines.values() for line in of_chain)
        every += wrapped([line for of_chain in lines.values() for line in _once(of_chain)])
        return _Seen(pixels, found, digests, lines, Screen(width, height, every, tuple(unread)))

    def _lines(
        self,
        found: Found,
        digests: dict[Rect, bytes],
        pieces: dict[bytes, Piece],
        frame: Rect,
        before: dict[tuple[tuple[Rect, bytes], ...], tuple[Line, ...]],
    ) -> dict[tuple[tuple[Rect, bytes], ...], tuple[Line, ...]]:
        """Lines of every reading by the pieces that they consist of; those of the frame before are taken from there."""
        out: dict[tuple[tuple[Rect, bytes], ...], tuple[Line, ...]] = {}
        boxes = sorted(digests)
        spaced = partial(has_space, found.edges)
        for chain in chains(boxes):
            key = tuple((boxes[number], digests[boxes[number]]) for number in chain)
            known = before.get(key)
            if known is None:
                texts: dict[tuple[str, Rect], Line] = {}
                for number in range(len(self._engines)):
                    placed = [word for box, digest in key for word in _on_frame(box, pieces[digest], number, frame)]
                    for line in to_lines(placed):
                        for reading in (line, closed(line, spaced)):
                            if reading is not None:
                                texts.setdefault((reading.text, reading.box), reading)
                known = tuple(replace(line, source=_source(key, line.box)) for line in texts.values())
            out[key] = known
        return out


_SMALL = 40_000
"""Changed pixels up to which no better frame to start from is looked for."""


def _area(rects: Sequence[Rect]) -> int:
    return sum(rect.width * rect.height for rect in rects)


def _first(known: tuple[int, Found, Sequence[Rect]]) -> int:
    return known[0]


def _size(box: Rect) -> int:
    return box.width * box.height


def _once(lines: Sequence[Line]) -> Sequence[Line]:
    """Of several readings of a row the first; a piece may have several rows."""
    if len(lines) == 1:
        return lines
    out: list[Line] = []
    taken: list[Rect] = []
    for line in lines:
        box = line.box
        if not line.closed and not any(overlap(_core(box), other) for other in taken):
            out.append(line)
            taken.append(_core(box))
    return out


def _core(box: Rect) -> Rect:
    """The middle of a row, which other rows keep out of."""
    return Rect(box.x, box.y + box.height // 3, box.width, max(1, box.height // 3))


def _source(key: tuple[tuple[Rect, bytes], ...], line: Rect) -> bytes:
    """The same for the same line of the same pieces at the same distances, wherever on the frame."""
    left, top = key[0][0].x, key[0][0].y
    pieces = b"".join(digest + b"%d %d;" % (box.x - left, box.y - top) for box, digest in key)
    return pieces + b"%d %d" % (line.x - left, line.y - top)


def _on_frame(box: Rect, piece: Piece, number: int, frame: Rect) -> list[Placed]:
    """The words of a reading in pixels of the frame. The lines of a piece that has several stay apart."""
    area = area_of(box, frame)
    words = piece.readings[number]
    several = any(word.line != words[0].line for word in words)
    return [
        replace(
            word,
            line=(1, box.y, box.x, *word.line) if several else (0,),
            box=Rect(word.box.x + area.x, word.box.y + area.y, word.box.width, word.box.height),
        )
        for word in words
    ]


def _patched(before: Pixels, after: Pixels, dirty: Sequence[Rect]) -> Pixels:
    """The frame that was read, renewed where it has changed: so small differences never add up unseen."""
    out = before.copy()
    for rect in dirty:
        cut(out, rect)[:] = cut(after, rect)
    return out
