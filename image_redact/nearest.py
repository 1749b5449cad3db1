"""Which of several values a misread text was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from image_redact._fold import fold
from image_redact.known import distance, slack

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(read: str, values: Iterable[str]) -> str | None:
    """The value with the least distance from what was read, look-alikes folded.

    ``None`` where none is as near as OCR's errors are many (`image_redact.known.slack`), or two are equally near.
    """
    text = fold(read, symbols=True).text
    best: list[str] = []
    least = slack(len(text)) + 1
    for value in dict.fromkeys(values):
        folded = fold(value, symbols=True).text
        errors = distance(text, folded, least)
        if errors < least:
            best, least = [value], errors
        elif errors == least and best:
            best.append(value)
    return best[0] if len(best) == 1 else None
