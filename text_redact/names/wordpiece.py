"""Text to the pieces that the names model reads, with the place of every word.

WordPiece (Wu et al. 2016; greedy longest match first) over an uncased BERT vocabulary. Differences to BERT's own
tokenizer: line breaks are the piece ``¶`` and column gaps ``|``, so that lines and tables stay visible; the case style
that lower-casing loses is kept beside each piece; and what says nothing about names but would cost many pieces costs
one: times and dates in digits, long numbers, keys and digests, rows of one sign. The model was trained on the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LOWER, TITLE, UPPER, MIXED = range(4)
"""Case styles: the model's token types. Words without cased letters are `LOWER`."""
LONGEST = 40
"""Letters of the longest word that is cut into pieces; longer ones are keys and digests."""
MOST_CACHED = 60_000
"""Words remembered with their pieces; then the memory starts anew, so that it stays flat."""

GROUP, NUMBER, KEY = "[unused1]", "[unused2]", "[unused3]"
"""Pieces for ``10:06:42`` or ``2001-12-07``, for numbers of seven digits or more, for long words with digits."""

# A word: letters and digits with the marks that belong to them; a group of numbers; a row of one sign; another visible
# character. White space counts only where it ends a line (group 1) or separates columns (group 2).
_WORDS = re.compile(
    r"[0-9]+(?:[.,:/-][0-9]+)+(?![^\W_])"
    r"|(?:[^\W_][\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f]*)+"
    r"|(\r?\n\s*|[\r\u2028\u2029\v\f]\s*)|(\t[ \t]*| {3,}[ \t]*)|([!-/:-@\[-`{-~])\3+|[^\s]"
)
_FOLD = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as the model reads it; ``words`` and ``counts`` have one entry a word, the rest one a piece.

    Attributes:
        ids: Piece numbers, without the mark for the start.
        styles: Case style of the word each piece is from.
        words: Code points ``start, end`` of each word in the text.
        counts: Pieces of each word.
    """

    ids: tuple[int, ...] = field(repr=False)
    styles: tuple[int, ...] = field(repr=False)
    words: tuple[tuple[int, int], ...]
    counts: tuple[int, ...]


class WordPiece:
    """Cuts texts into pieces of one vocabulary."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids: Mapping[str, int] = {piece: number for number, piece in enumerate(vocabulary)}
        self.start = self._ids["[CLS]"]
        self.unknown = self._ids["[UNK]"]
        self._line = (self._ids["¶"],)
        self._column = (self._ids["|"],)
        self._shapes = {shape: self._ids[shape] for shape in (GROUP, NUMBER, KEY)}
        self._known: dict[str, tuple[tuple[int, ...], int]] = {}

    def __call__(self, text: str) -> Pieces:
        """Pieces of the whole ``text``, however long."""
        ids: list[int] = []
        styles: list[int] = []
        words: list[tuple[int, int]] = []
        counts: list[int] = []
        known = self._known
        for match in _WORDS.finditer(text):
            if match.lastindex is None or match.lastindex == 3:
                word = match.group() if match.lastindex is None else match.group(3)
                found = known.get(word)
                if found is None:
                    found = self._learn(word)
                pieces, look = found
            else:
                pieces, look = (self._line if match.lastindex == 1 else self._column), LOWER
            count = len(pieces)
            ids += pieces
            styles += (look,) * count
            words.append(match.span())
            counts.append(count)
        return Pieces(tuple(ids), tuple(styles), tuple(words), tuple(counts))

    def _learn(self, word: str) -> tuple[tuple[int, ...], int]:
        found = (self._cut(word), style(word))
        if len(self._known) >= MOST_CACHED:
            self._known.clear()
        self._known[word] = found
        return found

    def _cut(self, word: str) -> tuple[int, ...]:
        """Pieces by greedy longest match; ``[UNK]`` where a part of the word has none."""
        plain = fold(word)
        if not plain:
            return (self.unknown,)
        shape = _shape(plain)
        if shape:
            return (self._shapes[shape],)
        pieces: list[int] = []
        at = 0
        while at < len(plain):
            end = len(plain)
            while end > at:
                found = self._ids.get(plain[at:end] if at == 0 else f"##{plain[at:end]}")
                if found is not None:
                    pieces.append(found)
                    break
                end -= 1
            else:
                return (self.unknown,)
            at = end
        return tuple(pieces)


def _shape(word: str) -> str:
    """The piece for a word that is no name whatever its letters, or nothing."""
    if not word.isalpha() and word[0].isdecimal() and not word.isalnum():
        return GROUP
    if word.isdecimal():
        return NUMBER if len(word) > 6 else ""
    if len(word) > LONGEST:
        return KEY
    return KEY if len(word) > 9 and sum(map(str.isdecimal, word)) > 2 else ""


def fold(word: str) -> str:
    """Lower case without accents, in compatibility form: what the vocabulary is written in."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in parts if unicodedata.category(c) != "Mn").translate(_FOLD)


def style(word: str) -> int:
    """How the word is written: `LOWER`, `TITLE`, `UPPER` (two letters or more) or `MIXED`."""
    if word.islower():
        return LOWER
    letters = [c for c in word if c.isupper() or c.islower()]
    if not letters:
        return LOWER
    if not letters[0].isupper():
        return MIXED
    rest = letters[1:]
    if all(c.islower() for c in rest):
        return TITLE
    return UPPER if all(c.isupper() for c in rest) else MIXED
