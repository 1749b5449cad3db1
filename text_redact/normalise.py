"""Brings disguised characters back to plain ones, with the way back to the original offsets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from recording.model import Hit


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text for detectors.

    ``offsets[i]`` is the original offset of character ``i``; one more entry closes the text.
    """

    text: str
    offsets: Sequence[int]

    def back(self, hit: Hit) -> Hit:
        """The hit in offsets of the original text; invisible characters inside it stay inside."""
        if hit.start >= hit.end:
            return hit
        return replace(hit, start=self.offsets[hit.start], end=self.offsets[hit.end - 1] + 1)


def normalise(text: str) -> Normalised:
    """Map every digit to ASCII, full-width and styled letters to plain ones, odd spaces to a space; drop the invisible.

    Only one-to-one and one-to-none changes are made, so offsets map exactly (code points in, code points out).
    """
    if text.isascii():
        return Normalised(text, range(len(text) + 1))
    out: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(text):
        plain = plain_char(char)
        if plain:
            out.append(plain)
            offsets.append(index)
    offsets.append(len(text))
    return Normalised("".join(out), offsets)


def plain_char(char: str) -> str:
    """The plain form of one character: itself, another one, or nothing where it cannot be seen."""
    if char < "\x80":
        return char
    if char.isspace():
        return char if char in "\x85\u2028\u2029" else " "
    # Format characters and variation selectors split a value for a pattern but not for a reader.
    category = unicodedata.category(char)
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f" or char in _INVISIBLE:
        return ""
    if category == "Pd" or char == "\u2212":
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(char))
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks without a shape: grapheme joiner, Hangul fillers, inherent Khmer vowels."""
