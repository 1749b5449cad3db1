"""Screens put together from texts at places, as OCR without an error would read them."""

from __future__ import annotations

from collections.abc import Iterable

from image_redact import Line, Rect, Screen, Word

LETTER, HEIGHT = 7, 14


def line(text: str, x: int, y: int, *, height: int = HEIGHT, confidence: float = 95.0) -> Line:
    """A line of words in letters of one width; its text needs single spaces."""
    words, at = [], 0
    for word in text.split(" "):
        words.append(Word(word, at, at + len(word), Rect(x + LETTER * at, y, LETTER * len(word), height), confidence))
        at += len(word) + 1
    return Line(text, tuple(words))


def table(*rows: Iterable[str], x: int = 40, y: int = 40, column: int = 260, row: int = 26) -> list[Line]:
    """Cells in columns, from texts; an empty one is left out."""
    return [
        line(text, x + column * across, y + row * down)
        for down, cells in enumerate(rows)
        for across, text in enumerate(cells)
        if text
    ]


def screen(lines: Iterable[Line]) -> Screen:
    """A large screen with these lines."""
    return Screen(1920, 1080, tuple(lines), ())
