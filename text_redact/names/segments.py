"""A long text in windows that the model can read, cut where little is lost."""

from __future__ import annotations

from collections.abc import Sequence

from text_redact.names.wordpiece import Pieces

OVERLAP = (24, 12, 8, 0)
"""Pieces that a window repeats from the one before: cut anywhere, behind a sentence, a line, an empty line."""
_SENTENCE = frozenset(".!?;:")


def windows(text: str, pieces: Pieces, longest: int) -> list[tuple[int, int]]:
    """Words ``first, last + 1`` of each window of at most ``longest`` pieces; together they hold every word.

    A cut is put, in the last third of a window, behind the last empty line, else behind the last line, else behind
    the last sentence, else anywhere. Where windows start depends only on what is before them, so that a text that
    grows keeps its first windows.
    """
    counts = pieces.counts
    if sum(counts) <= longest:
        return [(0, len(counts))] if counts else []
    out: list[tuple[int, int]] = []
    first = 0
    while True:
        size, last = 0, first
        while last < len(counts) and size + counts[last] <= longest:
            size += counts[last]
            last += 1
        last = max(last, first + 1)
        if last == len(counts):
            out.append((first, last))
            return out
        cut, rank = _cut(text, pieces.words, first, last)
        out.append((first, cut))
        first = _back(counts, first, cut, OVERLAP[rank])


def _cut(text: str, words: Sequence[tuple[int, int]], first: int, last: int) -> tuple[int, int]:
    best, found = 0, last
    for at in range(last - 1, first + (last - first) * 2 // 3, -1):
        start, end = words[at]
        head = text[start]
        rank = 0
        if head in "\r\n\v\f\u2028\u2029":
            rank = 3 if text.count("\n", start, end) > 1 else 2
        elif head in _SENTENCE:
            rank = 1
        if rank > best:
            best, found = rank, at + 1
    return found, best


def _back(counts: Sequence[int], first: int, cut: int, overlap: int) -> int:
    """Where the next window starts: up to ``overlap`` pieces before the cut, always further than this one did."""
    size, at = 0, cut
    while at > first + 1 and size + counts[at - 1] <= overlap:
        at -= 1
        size += counts[at]
    return at
