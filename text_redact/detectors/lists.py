"""Values that somebody listed: customers, colleagues, project names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recording.errors import InputError
from recording.model import Hit
from text_redact.normalise import normalise

MAX_VALUES = 1_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """Finds listed values as whole words, whatever their case and accents and however their words are spaced."""

    label: str
    first_words: frozenset[str] = field(repr=False)
    values: frozenset[tuple[str, ...]] = field(repr=False)
    longest: int

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits, the longest value where several begin at one word."""
        plain = normalise(text)
        words = [(_fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(plain.text)]
        hits = []
        for index, (word, start, _) in enumerate(words):
            if word not in self.first_words:
                continue
            for count in range(min(self.longest, len(words) - index), 0, -1):
                if tuple(w for w, _, _ in words[index : index + count]) in self.values:
                    hits.append(plain.back(Hit(self.label, start, words[index + count - 1][2], 1.0, "list")))
                    break
        return hits


_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
"""Letters and digits, with the accents that follow them as characters of their own."""
GLUED_CHARS = 6
"""Shortest value of several words that is also found written as one, as in names of files."""


def build(label: str, values: Iterable[str]) -> Listed:
    """Make a detector from values, one to a line of a list file."""
    split = {tuple(_fold(word) for word in _WORD.findall(normalise(value).text)) for value in values}
    split.discard(())
    split |= {("".join(words),) for words in split if sum(map(len, words)) >= GLUED_CHARS}
    first = frozenset(words[0] for words in split)
    return Listed(label, first, frozenset(split), max((len(words) for words in split), default=0))


def _fold(word: str) -> str:
    """Case and accents away: people leave both out when they type."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def read(path: Path) -> list[str]:
    """Values of a list file: UTF-8, one a line, ``#`` starts a comment.

    Raises:
        InputError: The file is missing, too long or not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("a list is UTF-8 text", code="not-utf-8", place=str(path), hint="save it as UTF-8") from None
    except OSError:
        raise InputError(
            "the list cannot be read", code="no-such-list", place=str(path), hint="check the path"
        ) from None
    values = [line.split("#", 1)[0].strip() for line in text.splitlines()]
    if len(values) > MAX_VALUES:
        raise InputError(f"a list has at most {MAX_VALUES:,} lines", code="list-too-long", place=str(path))
    return [value for value in values if value]
