"""One spelling for all that OCR may make of a text: case, accents, spaces, punctuation and look-alikes folded away."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

# Pairs that OCR engines exchange on screens; both sides of a comparison are folded, so each class has one letter.
_ALIKE = str.maketrans(
    {
        "0": "o",
        "q": "o",
        "1": "l",
        "i": "l",
        "j": "l",
        "5": "s",
        "8": "b",
        "2": "z",
        "6": "g",
        "9": "g",
        "ı": "l",
        "ł": "l",
        "ø": "o",
    }
)
_SYMBOLS = {"|": "l", "!": "l", "¦": "l", "$": "s", "§": "s", "£": "e", "€": "e", "©": "o", "®": "o"}
_FIRST_UNSPACED = 0x2E80
"""From here on (CJK radicals) scripts do not put spaces between words."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back.

    Attributes:
        text: The folded letters.
        starts: For each folded letter the first code point it stands for.
        ends: One past the last.
    """

    text: str = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)
    ends: tuple[int, ...] = field(repr=False)

    def edge(self, index: int) -> bool:
        """Whether a token may begin or end before letter ``index``."""
        if index in (0, len(self.text)) or self.starts[index] != self.ends[index - 1]:
            return True
        return ord(self.text[index]) >= _FIRST_UNSPACED or ord(self.text[index - 1]) >= _FIRST_UNSPACED


def fold(text: str, *, symbols: bool) -> Folded:
    """Fold ``text``; with ``symbols`` signs that pass for letters (| for l, £ for E) count as these letters."""
    letters: list[tuple[str, int, int]] = []
    for place, character in enumerate(text):
        if symbols and character in _SYMBOLS:
            letters.append((_SYMBOLS[character], place, place + 1))
            continue
        parts = unicodedata.normalize("NFKD", character.casefold())
        letters.extend((part.translate(_ALIKE), place, place + 1) for part in parts if part.isalnum())
    merged: list[tuple[str, int, int]] = []
    for letter, start, end in letters:
        before = merged[-1] if merged else ("", 0, 0)
        if (before[0], letter) in (("r", "n"), ("v", "v")) and before[2] == start:
            merged[-1] = ("m" if letter == "n" else "w", before[1], end)
        else:
            merged.append((letter, start, end))
    return Folded(
        "".join(letter for letter, _, _ in merged),
        tuple(start for _, start, _ in merged),
        tuple(end for _, _, end in merged),
    )
