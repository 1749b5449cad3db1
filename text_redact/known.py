"""Searches text for values that are known to be sensitive because they were found elsewhere in the session."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from recording.model import Hit
from text_redact.normalise import plain_char
from text_redact.words import is_ordinary

MIN_CHARS = 4
"""Shortest value that is searched elsewhere: anything shorter is found in half of all words."""
MIN_GLUED = 8
"""Shortest value that is also found at the beginning or the end of a longer run of letters and digits; one of digits
alone between letters, too."""
MIN_PIECE = 5
"""Shortest erased piece of a known value that counts as the value."""
WHOLE_LABELS = frozenset({"PASSWORD", "SECRET"})
"""Labels whose values are found inside longer runs of letters too."""
EXACT, FUZZY = 0.9, 0.7
"""Scores of a hit that is spelt as it was found, and of one that is not."""


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value and what it is.

    ``key`` is what two spellings of one value share: case-folded letters and digits; for passwords and secrets every
    character but white space, since punctuation is part of them.
    """

    label: str
    value: str = field(repr=False)
    key: str = field(repr=False)


def known_value(label: str, value: str) -> KnownValue | None:
    """The value ready for searching, ``None`` where it is too short to be told from chance."""
    key = _View(value, label in WHOLE_LABELS).text
    return KnownValue(label, value, key) if len(key) >= MIN_CHARS else None


@dataclass(frozen=True, slots=True)
class KnownValues:
    """The values of a session made ready for search, once; texts are then read in one pass, however many there are."""

    values: tuple[KnownValue, ...] = field(repr=False)
    plain: _Search = field(repr=False)
    whole: _Search = field(repr=False)

    def __iter__(self) -> Iterator[KnownValue]:
        """The values, longest first."""
        return iter(self.values)

    def __bool__(self) -> bool:
        """Whether there is anything to search for."""
        return bool(self.values)


def index_known(values: Iterable[KnownValue] = ()) -> KnownValues:
    """Make values ready for search."""
    distinct = sorted(dict.fromkeys(values), key=_length, reverse=True)
    return KnownValues(
        tuple(distinct),
        _search([value for value in distinct if value.label not in WHOLE_LABELS], whole=False),
        _search([value for value in distinct if value.label in WHOLE_LABELS], whole=True),
    )


def _length(value: KnownValue) -> int:
    return len(value.key)


def find_known(text: str, known: KnownValues | Iterable[KnownValue], *, pieces: bool = False) -> Sequence[Hit]:
    """Hits of known values in ``text``, whatever the case and whatever stands between letters and digits.

    Long values are found with a typo too: one letter wrong, missing, added or swapped from 6 letters on, two from 12
    on; of numbers one digit from 12 on, of passwords one character from 10 on. A hit starts and ends where a run of
    letters and digits does, or at one end of it where the value is long (`MIN_GLUED`) and no ordinary word; passwords
    and secrets are found inside longer runs too. What is made of
    ordinary words alone is no typo. With ``pieces`` the text is an erased run: a piece of a value, or a value inside
    it, counts.
    """
    index = known if isinstance(known, KnownValues) else index_known(known)
    hits: list[Hit] = []
    for search in (index.plain, index.whole):
        if search.values:
            view = _View(text, search.whole)
            if pieces and len(view.text) >= MIN_PIECE and view.text in search.joined:
                label = next(value.label for value in search.values if view.text in value.key)
                hits.append(Hit(label, 0, len(text), EXACT, "link:piece"))
            hits += _found(view, search)
    return hits


# Views of a text ---------------------------------------------------------------------------------------------------

_ASCII_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}
_ASCII_SPACE = {code: None for code in range(128) if chr(code).isspace()}
_ALNUM = bytes(chr(code).isalnum() for code in range(256))
_NO_SPACE = bytes(not chr(code).isspace() for code in range(256))
_NOT = bytes(not code for code in range(256))


class _View:
    """A text as keys are compared; where its characters came from is worked out only if something is found."""

    def __init__(self, text: str, punctuation: bool) -> None:
        self.source, self.punctuation = text, punctuation
        self._offsets: list[int] | None = None
        self._starts: bytes | None = None
        self._stops = b""
        self._sizes: bytes | None = None
        if text.isascii():
            self.text = text.lower().translate(_ASCII_SPACE if punctuation else _ASCII_SIGNS)
        else:
            kept = {char: "".join(self._kept(char)) for char in set(text)}
            self.text = "".join(map(kept.__getitem__, text))

    def _kept(self, char: str) -> Iterator[str]:
        """What is compared of a character."""
        for part in plain_char(char).casefold():
            if part.isalnum() or (self.punctuation and not part.isspace()):
                yield part

    @property
    def sizes(self) -> bytes:
        """For each character of the source how many there are of it here; of nearly all one or none."""
        if self._sizes is None:
            if self.source.isascii():
                self._sizes = self.source.encode().translate(_NO_SPACE if self.punctuation else _ALNUM)
            else:
                sizes = {char: sum(1 for _ in self._kept(char)) for char in set(self.source)}
                self._sizes = bytes(map(sizes.__getitem__, self.source))
        return self._sizes

    def _spread(self, column: Sequence[int]) -> Iterator[int]:
        """A column of the source as one of the view."""
        if max(self.sizes, default=0) > 1:
            return itertools.chain.from_iterable(map(itertools.repeat, column, self.sizes))
        return itertools.compress(column, self.sizes)

    @property
    def offsets(self) -> list[int]:
        """Offset in the source of each character."""
        if self._offsets is None:
            self._offsets = list(self._spread(range(len(self.source))))
        return self._offsets

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Code points of the source behind ``start..end`` of the view."""
        return self.offsets[start], self.offsets[end - 1] + 1

    @property
    def starts(self) -> bytes:
        """For each character 1 where a run of letters and digits begins with it."""
        if self._starts is None:
            source = self.source
            alnum = source.encode().translate(_ALNUM) if source.isascii() else bytes(map(str.isalnum, source))
            other = alnum.translate(_NOT)
            self._starts = bytes(self._spread(b"\1" + other[:-1]))
            self._stops = bytes(self._spread(other[1:] + b"\1"))
        return self._starts

    @property
    def stops(self) -> bytes:
        """For each character 1 where a run of letters and digits ends with it."""
        return self._stops if self.starts else b""


# Search ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Search:
    """Values of one kind.

    ``automaton`` finds whole keys, as ``(value, -1, 0)``, and pieces of keys that may hold a typo, as ``(value, first
    character, one past the last)``: of one piece more than there may be typos, one is spelt right. There are at most
    ``most`` typos in any of them.
    """

    values: tuple[KnownValue, ...] = field(repr=False)
    whole: bool
    joined: str = field(repr=False)
    automaton: Any = field(repr=False)
    most: int = 0


def _search(values: Sequence[KnownValue], *, whole: bool) -> _Search:
    if not values:
        return _Search((), whole, "", None)
    import ahocorasick

    places: dict[str, list[tuple[int, int, int]]] = {}
    for number, value in enumerate(values):
        places.setdefault(value.key, []).append((number, -1, 0))
        pieces = _typos(value) + 1
        for piece in range(pieces) if pieces > 1 else ():
            start, end = len(value.key) * piece // pieces, len(value.key) * (piece + 1) // pieces
            places.setdefault(value.key[start:end], []).append((number, start, end))
    automaton = ahocorasick.Automaton()
    for word, meant in places.items():
        automaton.add_word(word, tuple(meant))
    automaton.make_automaton()
    return _Search(tuple(values), whole, "\0".join(value.key for value in values), automaton, max(map(_typos, values)))


def _typos(value: KnownValue) -> int:
    """How many typos a value may hold and still be told from others."""
    size = len(value.key)
    if value.label in WHOLE_LABELS:
        return int(size >= 10)
    if value.key.isdecimal():
        return int(size >= 12)
    return 2 if size >= 12 else int(size >= 6)


def _found(view: _View, search: _Search) -> Iterator[Hit]:
    exact: set[tuple[int, int]] = set()
    near: dict[tuple[int, int], None] = {}
    values, whole = search.values, search.whole
    for last, meant in search.automaton.iter(view.text):
        for number, start, end in meant:
            value = values[number]
            if start >= 0:
                first = last + 1 - end
                # Nearly always the piece stands inside a word.
                near_start = view.starts.find(1, max(0, first - search.most), first + search.most + 1) >= 0
                if whole or near_start or value.key.isdecimal():
                    near[number, first] = None
                continue
            first = last + 1 - len(value.key)
            if whole or _stands(view, first, last):
                exact.add((first, last + 1))
                yield Hit(value.label, *view.span(first, last + 1), EXACT, "link:session")
    told: set[tuple[int, int, int]] = set()
    for number, first in near:
        window = _near(view, search.values[number], first, whole=whole)
        if window is not None and window not in exact and (number, *window) not in told:
            told.add((number, *window))
            yield Hit(search.values[number].label, *view.span(*window), FUZZY, "link:typo")


def _stands(view: _View, first: int, last: int) -> bool:
    """Whether characters ``first..last`` are a run of letters and digits, or an end of one that is long enough to tell.

    Who misses the space bar glues a value to the word beside it; ordinary words are parts of others all the time.
    """
    if view.starts[first] and view.stops[last]:
        return True
    if last + 1 - first < MIN_GLUED:
        return False
    if view.starts[first] or view.stops[last]:
        return not _is_prose(view, first, last + 1)
    return (
        view.text[first : last + 1].isdecimal() and _begins(view, first, number=True) and _ends(view, last, number=True)
    )


def _begins(view: _View, at: int, *, number: bool) -> bool:
    """Whether a run of letters and digits begins at a character; for a ``number`` a run of digits is enough."""
    return bool(view.starts[at]) or (number and view.text[at].isdecimal() and not view.text[at - 1].isdecimal())


def _ends(view: _View, at: int, *, number: bool) -> bool:
    return bool(view.stops[at]) or (number and view.text[at].isdecimal() and not view.text[at + 1].isdecimal())


def _near(view: _View, value: KnownValue, first: int, *, whole: bool) -> tuple[int, int] | None:
    """The closest window that begins about ``first`` and is the value but for its typos."""
    from rapidfuzz.distance import OSA

    size, most, text, number = len(value.key), _typos(value), view.text, value.key.isdecimal()
    best: tuple[int, int, int] | None = None
    low, high = max(0, first - most), min(first + most + 1, len(text))
    for start in range(low, high):
        if not (whole or _begins(view, start, number=number)):
            continue
        for end in range(max(start + 1, start + size - most), min(start + size + most, len(text)) + 1):
            if whole or _ends(view, end - 1, number=number):
                errors = OSA.distance(text[start:end], value.key, score_cutoff=most)
                if errors <= most and (best is None or errors < best[0]):
                    best = errors, start, end
    if best is None or (best[0] and not whole and _is_prose(view, best[1], best[2])):
        return None
    return best[1], best[2]


_LETTERS = re.compile(r"[^\W\d_]+")


def _is_prose(view: _View, start: int, end: int) -> bool:
    """Whether a window is ordinary words and nothing else: they are meant as they stand."""
    first, last = view.span(start, end)
    text = view.source[first:last]
    words = _LETTERS.findall(text.lower())
    return bool(words) and not any(char.isdigit() for char in text) and all(map(is_ordinary, words))
