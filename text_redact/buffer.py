"""A text with a caret: characters and the rows behind them, at the same cost wherever the caret is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Piece = tuple[str, tuple[int, ...]]
"""Characters and, for each, the event row that typed it (-1: no key stands behind it)."""
EMPTY: Piece = ("", ())
AROUND, LONGEST = 160, 400
"""An intermediate passage keeps so many code points on both sides of a change, and goes on to the next blank, up to
the second figure: a value of that length is whole in some passage."""


@dataclass(slots=True)
class Buffer:
    """A gap buffer: what is before the caret in order, and what is behind it with the nearest character last.

    Attributes:
        floor: Nothing before this offset can be reached any more: lines that were sent or carried out.
        log: Where edits are noted as (offset, what went, what came), if anywhere.
    """

    floor: int = 0
    log: list[tuple[int, Piece, Piece]] | None = None
    _chars: list[str] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)
    _chars_behind: list[str] = field(default_factory=list)
    _rows_behind: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        """Number of characters."""
        return len(self._chars) + len(self._chars_behind)

    @property
    def caret(self) -> int:
        """Offset of the caret."""
        return len(self._chars)

    def piece(self, start: int, end: int) -> Piece:
        """The characters between two offsets."""
        caret = len(self._chars)
        start, end = max(0, start), min(len(self), end)
        if end <= caret:
            return "".join(self._chars[start:end]), tuple(self._rows[start:end])
        size = len(self)
        low, high = size - end, size - max(start, caret)
        text = "".join(self._chars_behind[low:high])[::-1]
        rows = tuple(self._rows_behind[low:high])[::-1]
        if start >= caret:
            return text, rows
        return "".join(self._chars[start:]) + text, (*self._rows[start:], *rows)

    def whole(self) -> str:
        """All of the text."""
        return "".join(self._chars) + "".join(reversed(self._chars_behind))

    def char(self, at: int) -> str:
        """The character at an offset, empty outside of the text."""
        caret = len(self._chars)
        if 0 <= at < caret:
            return self._chars[at]
        return self._chars_behind[len(self) - 1 - at] if caret <= at < len(self) else ""

    def word_left(self, part: Callable[[str], bool] = str.isalnum) -> int:
        """Offset of the start of the word before the caret; ``part`` tells what words are made of."""
        at, chars = self.caret, self._chars
        while at > self.floor and not part(chars[at - 1]):
            at -= 1
        while at > self.floor and part(chars[at - 1]):
            at -= 1
        return at

    def word_right(self, part: Callable[[str], bool] = str.isalnum) -> int:
        """Offset of the end of the word after the caret."""
        behind = self._chars_behind
        at = len(behind)
        while at and not part(behind[at - 1]):
            at -= 1
        while at and part(behind[at - 1]):
            at -= 1
        return len(self) - at

    def line_start(self) -> int:
        """Offset of the first character of the caret's line."""
        return max(self.floor, _last_break(self._chars, self.floor))

    def line_end(self) -> int:
        """Offset after the last character of the caret's line."""
        return len(self) - _last_break(self._chars_behind, 0)

    def _splice(self, start: int, end: int, piece: Piece) -> Piece:
        """Replace the characters between two offsets and stand behind what came; what went."""
        gone = self.piece(start, end)
        if self.log is not None:
            self.log.append((start, gone, piece))
        self._seek(end)
        if start < end:
            del self._chars[start:], self._rows[start:]
        self._chars += piece[0]
        self._rows += piece[1]
        return gone

    def _seek(self, to: int) -> None:
        chars, rows, at = self._chars, self._rows, len(self._chars)
        if to < at:
            self._chars_behind += reversed(chars[to:])
            self._rows_behind += reversed(rows[to:])
            del chars[to:], rows[to:]
        elif to > at:
            count = to - at
            chars += reversed(self._chars_behind[-count:])
            rows += reversed(self._rows_behind[-count:])
            del self._chars_behind[-count:], self._rows_behind[-count:]


def _last_break(chars: list[str], floor: int) -> int:
    """Offset behind the last line break of a list of characters, ``floor`` where there is none."""
    end = len(chars)
    while end > floor:
        start = max(floor, end - 1024)
        chunk = chars[start:end]
        if "\n" in chunk:
            return end - chunk[::-1].index("\n")
        end = start
    return floor


def between_words(text: Sequence[str]) -> tuple[int, int]:
    """Where a long text is cut, near its end: where what is closed ends, and where what goes on begins, before that.

    In the middle of a word there is half a value, which looks like another one.
    """
    end = _behind_blank(text, len(text) - LONGEST, len(text))
    end = len(text) if end < 0 else end
    tail = _behind_blank(text, end - LONGEST, end - AROUND)
    return end, max(0, end - LONGEST) if tail < 0 else tail


def _behind_blank(text: Sequence[str], low: int, high: int) -> int:
    return next((at for at in range(high, max(0, low), -1) if text[at - 1].isspace()), -1)
