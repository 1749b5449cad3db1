"""Lines that consist of words anybody's screen shows: menus, buttons, heads of tables."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import resources

from image_redact.screen import Line

SURE = 60.0
"""OCR's confidence, 0 to 100, in every word of a line that an allow list leaves in sight."""
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Words that a screen may show, by `interface_words` and by a policy.

    Attributes:
        words: Single words, without case.
        phrases: Texts of several words, which count as a whole.
    """

    words: frozenset[str] = field(default=frozenset(), repr=False)
    phrases: tuple[str, ...] = field(default=(), repr=False)

    def is_no_name(self, text: str) -> bool:
        """Whether a text has allowed words alone, between short numbers and single letters: no name is in it."""
        return all(_is_short(word) or word in self.words for word in self._words(text))

    def resembles(self, text: str) -> bool:
        """Whether a text is one word that OCR may have made of an allowed one: it differs in one letter of five."""
        word = text.casefold()
        if len(word) < _LONG_ENOUGH or not word.isalpha():
            return False
        gaps = (f"{word[:at]}\0{word[at + 1 :]}" for at in range(len(word)))
        return word not in self.words and any(gap in _gapped(self.words) for gap in gaps)

    def shows(self, line: Line) -> bool:
        """Whether a line may stay in sight where everything else is covered: numbers and unsure words may not."""
        sure = all(word.confidence >= SURE for word in line.words)
        return sure and all(word in self.words for word in self._words(line.text))

    def _words(self, text: str) -> list[str]:
        folded = " ".join(text.casefold().split())
        for phrase in self.phrases:
            folded = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", folded)
        return _TOKEN.findall(folded)


_LONG_ENOUGH = 5


@functools.lru_cache(maxsize=8)
def _gapped(words: frozenset[str]) -> frozenset[str]:
    """The words with each letter in turn left open."""
    return frozenset(f"{word[:at]}\0{word[at + 1 :]}" for word in words for at in range(len(word)))


def _is_short(word: str) -> bool:
    """Whether a word is a letter, or a number as of pages and items; postcodes and ids are longer."""
    return len(word) < 2 or (word.isdigit() and len(word) < 4)


def allow(words: Iterable[str] = (), *, interface: bool = True) -> Allowed:
    """The allow list of ``words`` and, where ``interface`` says so, the shipped words of interfaces."""
    own = {" ".join(word.casefold().split()) for word in words}
    phrases = {word for word in own if _TOKEN.fullmatch(word) is None}
    shipped = interface_words() if interface else frozenset()
    return Allowed(frozenset(own - phrases) | shipped, tuple(sorted(phrases, key=len, reverse=True)))


@functools.cache
def interface_words() -> frozenset[str]:
    """The shipped words of menus, buttons and table heads, in lower case."""
    text = resources.files("image_redact").joinpath("data", "interface_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith(("#", "==")))
    return frozenset(word for line in lines for word in line.split())
