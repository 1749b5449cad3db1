"""Pieces of a JSON string literal: from code points of its text to bytes of the literal."""

from __future__ import annotations

import bisect
import re

from recording.json_spans import decode_string

# A pair of surrogates is one character; a run without escapes is taken as a whole.
_PIECE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]+", re.DOTALL
)


class JsonText:
    """The text of a literal, with the way back from a piece of it to its bytes; made for one literal."""

    def __init__(self, literal: bytes) -> None:
        self.text = decode_string(literal)
        self._literal = literal
        self._chars: list[int] = []
        self._bytes: list[int] = []
        at = 0
        for piece in _PIECE.finditer(literal, 1, len(literal) - 1):
            self._chars.append(at)
            self._bytes.append(piece.start())
            at += len(piece[0].decode("utf-8")) if piece[0][:1] != b"\\" else 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Bytes of the literal, counted from its opening quote, behind code points ``start..end`` of the text."""
        return self._byte(start), self._byte(end)

    def _byte(self, char: int) -> int:
        if char >= len(self.text):
            return len(self._literal) - 1
        number = bisect.bisect_right(self._chars, char) - 1
        first = self._bytes[number]
        if self._chars[number] == char:
            return first
        last = self._bytes[number + 1] if number + 1 < len(self._bytes) else len(self._literal) - 1
        run = self._literal[first:last].decode("utf-8")
        return first + len(run[: char - self._chars[number]].encode("utf-8"))
