"""Values that somebody listed: customers, colleagues, project names. A million of them cost no more than ten."""

from __future__ import annotations

import functools
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recording.errors import InputError
from recording.model import Hit
from text_redact.normalise import normalise
from text_redact.words import is_ordinary

MAX_VALUES = 1_000_000
GLUED_CHARS = 6
"""Shortest value of several words that is also found written as one, as in names of files."""
FUZZY_CHARS = 4
"""Shortest word of a value of several words that may be misspelt."""
ALONE_CHARS = 6
"""Shortest value of one word that may be misspelt, in a list of up to `ALONE_WORDS` words; longer lists ask for one
letter more for each tenfold, since anything is one letter from something in a long list."""
ALONE_WORDS = 10_000

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
"""Letters and digits, with the accents that follow them as characters of their own."""
_ASCII_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """Finds listed values as whole words, whatever their case and accents and however their words are spaced.

    With ``fuzzy`` one letter of a word may be wrong, missing, added or swapped with its neighbour, as long as what
    stands there is no ordinary English word.
    """

    label: str
    values: str = field(repr=False)
    fuzzy: bool
    index: _Index = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Hashes hold in one process only, so the index is built again where the detector is unpickled."""
        return build, (self.label, self.values.split("\n"), self.fuzzy)

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits, the longest value where several begin at one word."""
        plain = normalise(text)
        words = [(_fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(plain.text)]
        hits = []
        for first, (word, start, _) in enumerate(words):
            readings = self.index.readings(word)
            found = self._longest(readings, words, first) if readings else None
            if found is not None:
                last, edits = found
                rule = "list:fuzzy" if edits else "list"
                hits.append(plain.back(Hit(self.label, start, words[last][2], 0.8 if edits else 1.0, rule)))
        return hits

    def _longest(
        self, readings: Sequence[tuple[str, int]], words: Sequence[tuple[str, int, int]], first: int
    ) -> tuple[int, int] | None:
        """Last word and misspelt words of the longest value that begins at ``first``."""
        index, best = self.index, None
        alive = list(readings)
        for last in range(first, len(words)):
            if last > first:
                # Where the value ends is most often where the next word cannot go on.
                alive = [
                    (f"{text} {word}", edits + more)
                    for text, edits in alive
                    for word, more in index.readings(words[last][0])
                ]
            ended = [
                edits for text, edits in alive
                if text in index.values and (not edits or last > first or len(words[first][0]) >= index.alone)
            ]  # fmt: skip
            if ended:
                best = last, min(ended)
            alive = [(text, edits) for text, edits in alive if text in index.prefixes]
            if not alive:
                break
        return best


def build(label: str, values: Iterable[str], fuzzy: bool = True) -> Listed:
    """Make a detector from values, one to a line of a list file."""
    kept = [value for value in values if value.strip()]
    folded = {_key(value) for value in kept}
    folded.discard("")
    return Listed(label, "\n".join(kept), fuzzy, _index(folded, fuzzy))


def _key(value: str) -> str:
    """The words of a value as they are compared, joined by spaces."""
    if value.isascii():
        return " ".join(_ASCII_WORD.findall(value.lower()))
    return " ".join(_fold(word) for word in _WORD.findall(normalise(value).text))


class _Hashes:
    """A set of strings as sorted 64-bit hashes: 8 bytes a member, and a bit table that answers most questions."""

    def __init__(self, hashes: npt.NDArray[np.int64]) -> None:
        self.sorted = np.unique(hashes)
        bits = max(16, int(len(self.sorted) * 16).bit_length())
        table = np.zeros(1 << (bits - 3), np.uint8)
        places = self.sorted & ((1 << bits) - 1)
        np.bitwise_or.at(table, places >> 3, np.left_shift(1, places & 7).astype(np.uint8))
        self.mask, self.table = (1 << bits) - 1, table.tobytes()

    def __contains__(self, text: str) -> bool:
        made = hash(text)
        place = made & self.mask
        if not self.table[place >> 3] >> (place & 7) & 1:
            return False
        at = int(np.searchsorted(self.sorted, made))
        return at < len(self.sorted) and int(self.sorted[at]) == made


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """Folded values ready for search.

    Attributes:
        values: Whole values, words joined by a space.
        prefixes: Their beginnings, whole words.
        words: Every word of them.
        near: What is left of a word when one letter is taken out; ``places`` says which word, in the order of ``near``.
        spellings: Every word, joined; ``ends`` says where each ends.
        alone: Fewest letters of a misspelt value of one word.
    """

    values: _Hashes
    prefixes: _Hashes
    words: _Hashes
    near: _Hashes | None
    keys: npt.NDArray[np.int64]
    places: npt.NDArray[np.uint32]
    spellings: str
    ends: npt.NDArray[np.int64]
    alone: int

    def readings(self, word: str) -> tuple[tuple[str, int], ...]:
        """Words of the list that ``word`` may stand for, each with the number of wrong letters, 0 or 1."""
        if word in self.words:
            return ((word, 0),)
        if self.near is None or len(word) < FUZZY_CHARS or is_ordinary(word) or not word.isalpha():
            return ()
        return _near(self, word)

    def spelling(self, place: int) -> str:
        """The word with number ``place``."""
        return self.spellings[int(self.ends[place - 1]) if place else 0 : int(self.ends[place])]


@functools.lru_cache(maxsize=1 << 15)
def _near(index: _Index, word: str) -> tuple[tuple[str, int], ...]:
    """Symmetric deletion: two words one edit apart share what is left when a letter is taken out of either.

    Source: W. Garbe, SymSpell (2012).
    """
    from rapidfuzz.distance import OSA

    assert index.near is not None
    out: dict[str, int] = {}
    for variant in (word, *_shortened(word)):
        if variant in index.near:
            made = hash(variant)
            first, last = np.searchsorted(index.keys, [made, made + 1]) if made < _LARGEST else (0, 0)
            for place in index.places[first:last].tolist():
                candidate = index.spelling(place)
                if OSA.distance(word, candidate, score_cutoff=1) <= 1:
                    out[candidate] = 1
    return tuple(out.items())


_LARGEST = (1 << 63) - 1


def _shortened(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _index(values: Iterable[str], fuzzy: bool) -> _Index:
    whole, prefixes, glued = array("q"), array("q"), array("q")
    words: set[str] = set()
    for value in values:
        whole.append(hash(value))
        parts = value.split(" ")
        words.update(parts)
        if len(parts) > 1:
            prefixes.extend(hash(" ".join(parts[:count])) for count in range(1, len(parts)))
            if len(value) - len(parts) + 1 >= GLUED_CHARS:
                glued.append(hash("".join(parts)))
    ordered = sorted(words)
    keys, places = array("q"), array("I")
    for place, word in enumerate(ordered) if fuzzy else ():
        if len(word) >= FUZZY_CHARS and word.isalpha():
            made = {hash(variant) for variant in (word, *_shortened(word))}
            keys.extend(made)
            places.extend([place] * len(made))
    near = _hashes(keys)
    order = np.argsort(near, kind="stable")
    alone = np.fromiter(map(hash, ordered), np.int64, len(ordered))
    return _Index(
        values=_Hashes(np.concatenate([_hashes(whole), _hashes(glued)])),
        prefixes=_Hashes(_hashes(prefixes)),
        words=_Hashes(np.concatenate([alone, _hashes(glued)])),
        near=_Hashes(near) if fuzzy else None,
        keys=near[order],
        places=np.frombuffer(places, np.uint32)[order] if places else np.zeros(0, np.uint32),
        spellings="".join(ordered),
        ends=np.cumsum(np.fromiter(map(len, ordered), np.int64, len(ordered))),
        alone=ALONE_CHARS + sum(len(ordered) > ALONE_WORDS * 10**more for more in range(3)),
    )


def _hashes(made: array[int]) -> npt.NDArray[np.int64]:
    return np.frombuffer(made, np.int64) if made else np.zeros(0, np.int64)


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
