"""Text that goes on in the next row: a value over two lines is found only where the lines are read as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from image_redact.screen import Line, Rect, Word

_ROWS = 3
"""Rows that are read as one, at most: an address has three."""
_ALIKE, _LEADING, _SIDE = 1.5, 0.65, 1.0
"""How many times as high one row may be as the other, and how far apart, and how far left or right, in heights."""
_GOES_ON = "@._-/:=+\\"


def wrapped(lines: Sequence[Line]) -> tuple[Line, ...]:
    """For every line that its column breaks, it and what it goes on with as one; with and without a space between.

    A column breaks a line where the first word of the next would not have found room: the right end of the column is
    that of the longest of its lines.
    """
    below = _below(lines)
    rights = _column_rights(lines, below)
    out = []
    for number, line in enumerate(lines):
        if number not in below or not _broken(line, lines[below[number]], rights[number]):
            continue
        rows, last = [line], number
        while len(rows) < _ROWS and last in below and _broken(lines[last], lines[below[last]], rights[number]):
            last = below[last]
            rows.append(lines[last])
            out.append(_joined(rows, " "))
        goes_on = line.text[-1] in _GOES_ON or rows[1].text[0] in _GOES_ON
        glued = goes_on or (_is_code(line.words[-1].text) and _is_code(rows[1].words[0].text))
        if glued:
            out.append(_joined(rows[:2], ""))
    return tuple(out)


def rows_of(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words in groups that stand on one row, in their order."""
    row: list[Word] = []
    for word in words:
        if row and 2 * (min(row[-1].box.bottom, word.box.bottom) - max(row[-1].box.y, word.box.y)) <= min(
            row[-1].box.height, word.box.height
        ):
            yield row
            row = []
        row.append(word)
    if row:
        yield row


def _below(lines: Sequence[Line]) -> dict[int, int]:
    """For each line the one that continues its column, if any: the nearest below that begins where it begins."""
    boxes = [line.box for line in lines]
    order = sorted(range(len(lines)), key=lambda number: boxes[number].y)
    out: dict[int, int] = {}
    for at, number in enumerate(order):
        box = boxes[number]
        for other in order[at + 1 :]:
            beside = boxes[other]
            if beside.y > box.bottom + _LEADING * box.height:
                break
            if _follows(box, beside):
                out[number] = other
                break
    return out


def _follows(box: Rect, below: Rect) -> bool:
    low, high = sorted((box.height, below.height))
    apart = below.y - (box.y + box.height // 2)
    return high <= _ALIKE * low and apart > 0 and abs(below.x - box.x) <= _SIDE * high


def _column_rights(lines: Sequence[Line], below: dict[int, int]) -> dict[int, int]:
    """The right end of the column that each line is in."""
    out: dict[int, int] = {}
    followers = set(below.values())
    for first in range(len(lines)):
        if first in followers:
            continue
        column = [first]
        while column[-1] in below and below[column[-1]] not in column:
            column.append(below[column[-1]])
        right = max(lines[number].box.right for number in column)
        out |= dict.fromkeys(column, right)
    for number in below:
        out.setdefault(number, lines[number].box.right)
    return out


def _broken(line: Line, following: Line, right: int) -> bool:
    """Whether the first word of the next row would not have fitted behind the line, within the column."""
    box = line.box
    return box.right + box.height // 3 + following.words[0].box.width >= right


def _is_code(word: str) -> bool:
    return any(sign in word.strip(".,") for sign in _GOES_ON) or any(map(str.isdigit, word))


def _joined(rows: Sequence[Line], between: str) -> Line:
    text, words = "", []
    for row in rows:
        text = text + between if text else ""
        words += [replace(word, start=word.start + len(text), end=word.end + len(text)) for word in row.words]
        text += row.text
    return Line(text, tuple(words))
