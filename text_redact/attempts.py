"""What was typed first, taken back, and typed again: an earlier attempt tells the value as well."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from text_redact.buffer import Piece

LONGEST = 200
"""Code points of an attempt that are compared, the last ones; what is longer is a text and no attempt at a value."""


def attempts(erased: Piece, again: Piece) -> Iterator[tuple[int, int]]:
    """Rows of ``again``, each with a row of ``erased`` that was meant for the same character.

    Equal characters are matched in order (longest common blocks); a mistyped one goes with the character that follows
    it in its word, or else with what comes after the one before it.
    """
    old, new = erased[0][-LONGEST:], again[0][: 2 * LONGEST]
    rows = erased[1][-LONGEST:]
    if not old or not new:
        return
    meant: list[int] = [-1] * len(old)
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        for index in range(block.size):
            meant[block.a + index] = block.b + index
    for index in range(len(old) - 2, -1, -1):
        if meant[index] < 0 and not (old[index].isspace() or old[index + 1].isspace()):
            meant[index] = meant[index + 1]
    for index in range(1, len(old)):
        if meant[index] < 0 and not old[index].isspace():
            meant[index] = min(meant[index - 1] + 1, len(new) - 1) if meant[index - 1] >= 0 else -1
    for index, at in enumerate(meant):
        if at >= 0 and again[1][at] >= 0 and rows[index] >= 0 and again[1][at] != rows[index]:
            yield again[1][at], rows[index]
