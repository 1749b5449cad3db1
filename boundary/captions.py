"""What introduces a line of a screen: the label to its left, right above it, or at the head of its column."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from text_redact.labels.vocabulary import kind_of
from text_redact.passwords.cues import LABELS as SECRETS

MAX_CAPTION = 40
"""Longest caption, in code points; what is longer is a sentence."""
_APART = 3
"""Heights of a line between the rows of a table, at most."""
_NEAR = 2
"""Heights between a label and the value below it, at most."""


def captions(lines: Sequence[Any]) -> tuple[str, ...]:
    """The words that introduce each of the lines (`image_redact.Line`); empty where nothing does.

    A label that names a field counts before other words, wherever it stands; among its like the left one, which ends in
    a colon more often than not, then the head of the column, then what stands right above.
    """
    boxes = [line.box for line in lines]
    # Joined and unspaced readings introduce nothing: their rows and words do.
    plain = [number for number, line in enumerate(lines) if not line.closed and _rows(line, boxes[number]) == 1]
    by_top = sorted(plain, key=lambda number: boxes[number].y)
    layout = _Layout(lines, boxes, by_top)
    return tuple(layout.caption(number) for number in range(len(lines)))


def _rows(line: Any, box: Any) -> int:
    return 1 if box.height < 1.7 * max(word.box.height for word in line.words) else 2


class _Layout:
    """The lines of one screen by their rows."""

    def __init__(self, lines: Sequence[Any], boxes: Sequence[Any], by_top: Sequence[int]) -> None:
        self.lines, self.boxes, self.by_top = lines, boxes, by_top
        self.tops = [boxes[number].y for number in by_top]
        self.highest = max((boxes[number].height for number in by_top), default=0)

    def caption(self, number: int) -> str:
        box = self.boxes[number]
        left, above, head = self._left(box), self._above(box), self._head(box)
        for text in (left, head, above):
            if text and introduces(text):
                return text
        if left and head and head != left and not left.rstrip().endswith(":"):
            return f"{left} {head}"
        return left or above or head

    def _between(self, top: int, bottom: int) -> Sequence[int]:
        """Lines whose top is in ``top..bottom``, from above."""
        return self.by_top[bisect_left(self.tops, top) : bisect_right(self.tops, bottom)]

    def _left(self, box: Any) -> str:
        best: tuple[int, str] | None = None
        for number in self._between(box.y - self.highest, box.bottom):
            other = self.boxes[number]
            shared = min(box.bottom, other.bottom) - max(box.y, other.y)
            gap = box.x - other.right
            if gap >= 0 and shared * 2 > min(box.height, other.height) and (best is None or gap < best[0]):
                text = self.lines[number].text
                if _is_words(text):
                    best = gap, text
        return best[1] if best else ""

    def _above(self, box: Any) -> str:
        best: tuple[int, str] | None = None
        for number in self._between(box.y - _NEAR * box.height - self.highest, box.y):
            other = self.boxes[number]
            drop = box.y - other.bottom
            near = 0 <= drop <= _NEAR * box.height and abs(box.x - other.x) <= box.height
            if near and (best is None or drop < best[0]):
                best = drop, str(self.lines[number].text)
        return best[1] if best is not None and _is_words(best[1]) else ""

    def _head(self, box: Any) -> str:
        """What stands at the top of a column of at least three cells, if it is words alone."""
        edge, head, cells, until = box.y, "", 0, bisect_left(self.tops, box.y)
        for number in reversed(self.by_top[:until]):
            other = self.boxes[number]
            if edge - other.y > (_APART + 1) * box.height + self.highest:
                break
            aligned = abs(other.x - box.x) <= box.height or abs(other.right - box.right) <= box.height
            if not aligned or other.bottom > box.y or other.bottom > edge + other.height // 2:
                continue
            if edge - other.bottom > _APART * box.height:
                break
            edge, cells = other.y, cells + 1
            text = str(self.lines[number].text)
            # Letters that number the columns of a sheet stand above its heads; cells of names are no heads either.
            if sum(map(str.isalpha, text)) > 1 and _is_words(text):
                if introduces(text):
                    return text
                head = text
        return head if cells > 1 else ""


def introduces(text: str) -> bool:
    """Whether a text is what fields are called that hold something sensitive."""
    name = text.strip(" :*")
    return kind_of(text) is not None or any(pattern.fullmatch(name) for _, pattern in SECRETS)


def _is_words(text: str) -> bool:
    """Whether a text may introduce another: short, in words, and no value itself."""
    return len(text) <= MAX_CAPTION and any(map(str.isalpha, text)) and "@" not in text and not _many_digits(text)


def _many_digits(text: str) -> bool:
    return sum(map(str.isdigit, text)) > 2
