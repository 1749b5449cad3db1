"""Ordinary English words: what is one of them is no misspelt name.

The words are those that SCOWL's American list of middle size has in lower case, so proper names are not among them; its
notice is in ``data/ordinary_words.LICENSE.txt``.
"""

from __future__ import annotations

import functools
import gzip
from importlib import resources
from string import ascii_lowercase


def is_ordinary(word: str) -> bool:
    """Whether a word, in lower case, is an ordinary English word (a name such as "mark" may be one too)."""
    return word in _words()


def is_nearly_ordinary(word: str) -> bool:
    """Whether a word of five small letters or more becomes ordinary with another letter for one of its."""
    if len(word) < _LONG_ENOUGH:
        return False
    other = (word[:at] + letter + word[at + 1 :] for at in range(len(word)) for letter in ascii_lowercase)
    return any(changed in _words() for changed in other)


_LONG_ENOUGH = 5


@functools.cache
def ordinary_words() -> tuple[str, ...]:
    """All of them, in alphabetical order."""
    return tuple(sorted(_words()))


@functools.cache
def _words() -> frozenset[str]:
    packed = resources.files("text_redact").joinpath("data", "ordinary_words.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("ascii").split())
