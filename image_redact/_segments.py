"""Words to lines: cells that stand side by side become lines of their own."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from image_redact.engines.contract import Placed
from image_redact.screen import Line, Rect, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GAP = 1.1
"""Line heights of empty space that separate two cells. Joined, the digits of neighbours hide each other's pattern:
32 of 55 phone numbers were found in joined lines, 52 of 55 in split ones."""

NARROW = 0.6
"""Line heights below which a space beside a joining sign, or between digits, may be made up: "odo4 2@shop. test"."""

_JOINING = ".@_-/:=+\\"


def to_lines(words: Iterable[Placed]) -> tuple[Line, ...]:
    """Lines in reading order, split where the gap between words is wider than `GAP` line heights."""
    lines: list[Line] = []
    for _, group in groupby(sorted(words, key=lambda word: (word.line, word.box.x)), key=lambda word: word.line):
        row = list(group)
        heights = sorted(word.box.height for word in row)
        usual = heights[len(heights) // 2]
        part = [row[0]]
        for before, word in pairwise(row):
            # A tall speck read as "|" must not widen the gap that it stands beside.
            height = min(max(before.box.height, word.box.height), 1.5 * usual)
            if word.box.x - max(placed.box.right for placed in part) > GAP * height:
                lines.append(join(part))
                part = []
            part.append(word)
        lines.append(join(part))
    return tuple(lines)


def closed(line: Line, spaced: Callable[[Rect, Rect], bool]) -> Line | None:
    """The line without the spaces that OCR may have made up; None when there are none.

    Made up is a space beside @, a narrow one beside a joining sign or between digits, and one where ``spaced``, which
    sees the pixels, finds ink all the way between two boxes: there a dot or a letter was lost. It is read in addition
    to the line itself, since none of this is certain.
    """
    made: list[Word] = []
    at = 0
    for index, word in enumerate(line.words):
        if index:
            before = line.words[index - 1]
            gap = (word.box.x - before.box.right) / max(1, before.box.height, word.box.height)
            signs = before.text[-1] + word.text[0]
            joins = signs.isdigit() or any(sign in _JOINING for sign in signs)
            made_up = "@" in signs or (gap < NARROW and joins) or not spaced(before.box, word.box)
            at += 0 if made_up else 1
        made.append(replace(word, start=at, end=at + len(word.text)))
        at += len(word.text)
    if at == len(line.text):
        return None
    text = ""
    for word in made:
        text = text.ljust(word.start) + word.text
    return Line(text, tuple(made), closed=True)


def join(row: list[Placed]) -> Line:
    """One line of the given words, one space between them."""
    made: list[Word] = []
    at = 0
    for placed in row:
        made.append(Word(placed.text, at, at + len(placed.text), placed.box, placed.confidence))
        at += len(placed.text) + 1
    return Line(" ".join(placed.text for placed in row), tuple(made))
