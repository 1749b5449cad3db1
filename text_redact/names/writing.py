"""Letters of writing systems that the model has not learned to read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from recording.model import Hit

LABEL = "UNREADABLE_SCRIPT"
RULE = "names:script"
# Runs of letters and marks outside ASCII, with the spaces and marks between them.
_FOREIGN = re.compile(r"[^\x00-\x7f]+(?:[\s\d'’.,-]{0,3}[^\x00-\x7f]+)*")


def unreadable(text: str) -> Iterator[Hit]:
    """Runs of words in letters that are not Latin, as findings with score 1.

    A single letter between others that are no letters (``μ``, ``Σ``) is a symbol; a single ideograph is a word.
    """
    if text.isascii():
        return
    for run in _FOREIGN.finditer(text):
        places = [at for at in range(run.start(), run.end()) if _foreign(text[at])]
        if len(places) > 1 or any(unicodedata.category(text[at]) == "Lo" for at in places):
            yield from _words(text, places)


def _words(text: str, places: list[int]) -> Iterator[Hit]:
    start = last = places[0]
    for at in places[1:]:
        if at - last > 4:
            yield _widened(text, start, last)
            start = at
        last = at
    yield _widened(text, start, last)


def _widened(text: str, start: int, last: int) -> Hit:
    """A hit that covers whole words: marks, digits and Latin letters in the same word belong to it."""
    while start and (text[start - 1].isalnum() or unicodedata.category(text[start - 1])[0] == "M"):
        start -= 1
    end = last + 1
    while end < len(text) and (text[end].isalnum() or unicodedata.category(text[end])[0] == "M"):
        end += 1
    return Hit(LABEL, start, end, 1.0, RULE)


@lru_cache(maxsize=4096)
def _foreign(char: str) -> bool:
    """Whether it is a letter, and not one of the Latin script (styled Latin letters are Latin)."""
    if not char.isalpha() or char in "ªºµ":
        return False
    return not unicodedata.name(unicodedata.normalize("NFKC", char)[0], "").startswith("LATIN")
