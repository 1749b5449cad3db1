"""From pieces to lines: pieces that follow each other on a row become one, unless a wide gap parts them."""

from __future__ import annotations

from collections.abc import Sequence

from image_redact._segments import GAP
from image_redact.screen import Rect

_SHARED, _ALIKE = 0.6, 1.8


def chains(boxes: Sequence[Rect]) -> list[tuple[int, ...]]:
    """Numbers of the pieces of each line, from left to right, lines from top to bottom.

    A piece follows another where they share `_SHARED` of the height of the lower one, are of like height, and the gap
    between them is at most `GAP` heights, as between words of one line.
    """
    order = sorted(range(len(boxes)), key=lambda number: boxes[number])
    following: dict[int, int] = {}
    taken: set[int] = set()
    for at, number in enumerate(order):
        follower = _follower(boxes, number, order[at + 1 :], taken)
        if follower is not None:
            following[number] = follower
            taken.add(follower)
    lines = []
    for number in order:
        if number in taken:
            continue
        line = [number]
        while line[-1] in following:
            line.append(following[line[-1]])
        lines.append(tuple(line))
    return sorted(lines, key=lambda line: (boxes[line[0]].y, boxes[line[0]].x))


def _follower(boxes: Sequence[Rect], number: int, candidates: Sequence[int], taken: set[int]) -> int | None:
    box = boxes[number]
    reach = box.right + GAP * _ALIKE * box.height
    for other in candidates:  # from left to right
        beside = boxes[other]
        if beside.x > reach:
            return None
        low, high = sorted((box.height, beside.height))
        shared = min(box.bottom, beside.bottom) - max(box.y, beside.y)
        if other not in taken and shared >= _SHARED * low and high <= _ALIKE * low and box.right <= beside.x + low:
            return other if beside.x - box.right <= GAP * high else None
    return None
