"""Finds the pieces of a frame that look like text, anew only where the frame has changed.

A piece is a connected run of glyph edges. What is found depends on the pixels of the frame alone: `update` gives what
`find` gives for the same frame, exactly, and only takes less time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from image_redact._regions import JOIN, RULE, Edges, find_edges, join_edges, runs_of
from image_redact.decode import Pixels, import_cv2
from image_redact.screen import Rect

_REACH = 2 * RULE + 8
"""How far a changed pixel reaches in the edges: a rule of `RULE` pixels may have become one, or none any more, and what
lies beside it letters."""
_CELL = 16
"""Side in pixels of the cells in which changes are gathered."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on a frame: edges as 0 and 255, the same joined over gaps of a letter, and the pieces."""

    edges: Edges = field(repr=False)
    joined: Edges = field(repr=False)
    boxes: tuple[Rect, ...]


def find(pixels: Pixels) -> Found:
    """Edges and pieces of a frame (rows x columns x 3, BGR); the order of the pieces tells nothing."""
    edges = find_edges(pixels)
    joined = join_edges(edges)
    return Found(edges, joined, runs_of(joined, edges))


def changed(before: Pixels, after: Pixels, tolerance: int = 0) -> tuple[Rect, ...]:
    """Rectangles, apart from each other, that hold every pixel of which a channel differs by more than ``tolerance``.

    Args:
        before: A frame, rows x columns x 3.
        after: One of the same size.
        tolerance: 0 to 255; codecs flicker, screens do not.
    """
    cv2 = import_cv2()
    difference = cv2.absdiff(before, after)
    height, width = difference.shape[:2]
    rows = np.flatnonzero(difference.reshape(height, width * 3).max(axis=1) > tolerance)
    if not len(rows):
        return ()
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    blue, green, red = cv2.split(difference[top:bottom])
    mask = (cv2.max(cv2.max(blue, green), red) > tolerance).astype(np.uint8)
    cells = -(-mask.shape[0] // _CELL), -(-width // _CELL)
    padded = np.zeros((cells[0] * _CELL, cells[1] * _CELL), np.uint8)
    padded[: mask.shape[0], :width] = mask
    coarse = padded.reshape(cells[0], _CELL, cells[1], _CELL).max(axis=(1, 3))
    count, _, stats, _ = cv2.connectedComponentsWithStats(coarse, connectivity=8)
    return merged([
        Rect(int(x) * _CELL, top + int(y) * _CELL, int(w) * _CELL, int(h) * _CELL)
        for x, y, w, h in stats[1:count, :4]
    ], Rect(0, 0, width, height))  # fmt: skip


def merged(rects: Sequence[Rect], frame: Rect) -> tuple[Rect, ...]:
    """Rectangles that cover the same and do not overlap, none beyond ``frame``."""
    left = [clipped(rect, frame) for rect in rects]
    out: list[Rect] = []
    while left:
        rect = left.pop()
        touching = [other for other in out if overlap(other, rect)]
        if touching:
            out = [other for other in out if other not in touching]
            left.append(union([rect, *touching]))
        else:
            out.append(rect)
    return tuple(out)


def update(before: Found, pixels: Pixels, dirty: Sequence[Rect]) -> Found:
    """What `find` finds on ``pixels``, given what it found on a frame that differs in ``dirty`` alone."""
    height, width = pixels.shape[:2]
    frame = Rect(0, 0, width, height)
    windows = merged([grown(rect, _REACH + JOIN) for rect in dirty], frame)
    if not windows or 2 * sum(rect.width * rect.height for rect in windows) > width * height:
        return find(pixels)
    edges, joined = before.edges.copy(), before.joined.copy()
    boxes = list(before.boxes)
    areas: list[Rect] = []
    for window in windows:
        outer = clipped(grown(window, _REACH + JOIN), frame)
        fresh = find_edges(np.ascontiguousarray(cut(pixels, outer)))
        inner = clipped(grown(window, JOIN), frame)
        put(edges, inner, cut(fresh, moved(inner, outer)))
        put(joined, window, cut(join_edges(cut(edges, inner)), moved(window, inner)))
        areas.append(window)
    for window in merged(areas, frame):
        boxes = _renewed(boxes, edges, joined, window, frame)
    return Found(edges, joined, tuple(boxes))


def _renewed(boxes: Sequence[Rect], edges: Edges, joined: Edges, window: Rect, frame: Rect) -> list[Rect]:
    """The pieces after ``joined`` has changed in ``window``, which grows until no piece crosses its border."""
    while True:
        around = [grown(box, 1) for box in boxes if overlap(grown(box, 1), window)]
        area = clipped(union([window, *around]), frame)
        crossing = [
            grown(moved(box, Rect(-area.x, -area.y, 0, 0)), JOIN)
            for box in runs_of(cut(joined, area), None)
            if crosses(box, area, frame)
        ]
        wider = clipped(union([area, *crossing]), frame)
        if wider == window:
            break
        window = wider
    fresh = runs_of(cut(joined, window), cut(edges, window))
    kept = [box for box in boxes if not overlap(box, window)]
    return kept + [moved(box, Rect(-window.x, -window.y, 0, 0)) for box in fresh]


def crosses(box: Rect, area: Rect, frame: Rect) -> bool:
    """Whether a piece, in coordinates of the area, touches a border of the area that is not one of the frame."""
    return (
        (box.x == 0 and area.x > frame.x)
        or (box.y == 0 and area.y > frame.y)
        or (box.right == area.width and area.right < frame.right)
        or (box.bottom == area.height and area.bottom < frame.bottom)
    )


def overlap(one: Rect, other: Rect) -> bool:
    """Whether two rectangles share a pixel."""
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def union(rects: Sequence[Rect]) -> Rect:
    """The smallest rectangle around some."""
    x, y = min(rect.x for rect in rects), min(rect.y for rect in rects)
    return Rect(x, y, max(rect.right for rect in rects) - x, max(rect.bottom for rect in rects) - y)


def grown(rect: Rect, by: int) -> Rect:
    """A rectangle with ``by`` more pixels on each side; it may leave the frame."""
    return Rect(rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by)


def clipped(rect: Rect, frame: Rect) -> Rect:
    """The part of a rectangle inside the frame."""
    x, y = max(rect.x, frame.x), max(rect.y, frame.y)
    return Rect(x, y, max(0, min(rect.right, frame.right) - x), max(0, min(rect.bottom, frame.bottom) - y))


def moved(rect: Rect, outer: Rect) -> Rect:
    """A rectangle in coordinates of another one."""
    return Rect(rect.x - outer.x, rect.y - outer.y, rect.width, rect.height)


def cut(array: Edges, rect: Rect) -> Edges:
    """The part of an array under a rectangle; no copy."""
    return array[rect.y : rect.bottom, rect.x : rect.right]


def put(array: Edges, rect: Rect, part: Edges) -> None:
    """Write the part under a rectangle."""
    array[rect.y : rect.bottom, rect.x : rect.right] = part
