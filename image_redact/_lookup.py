"""Known values by their pieces: which of many thousand values a line may hold, without comparing it to each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from image_redact._fold import Folded

Found = tuple[int, int, int, int]
"""First letter, one past the last, number of the target, errors."""
INSIDE = 6
"""Letters from which a value is found inside a longer token, since OCR also loses spaces."""
_SHORT, _LONG = 5, 9
"""Letters from which one, and from which two may be wrong."""
_STEM = 5
"""Letters at either end by which values are looked up."""


def slack(length: int) -> int:
    """Letters that may be wrong, missing or added: none below 5, one up to 8, two beyond."""
    return 0 if length < _SHORT else 1 if length < _LONG else 2


@dataclass(frozen=True, slots=True)
class Target:
    """A folded value, the label it was found under, the letters in it as bits, and where its tokens begin."""

    text: str = field(repr=False)
    label: str
    letters: int = field(repr=False)
    tokens: frozenset[int]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Targets by what a line must hold of them.

    Attributes:
        targets: Every value.
        exact: Of fewer than 5 letters, by their text.
        deletes: Of 5 to 8 letters, by their text and by it without any one letter (SymSpell, W. Garbe 2012).
        pieces: Longer ones, by thirds of them, one of which has no error; in groups of place and length.
        first: By their first 5 letters.
        last: By their last 5 letters.
    """

    targets: tuple[Target, ...] = field(repr=False)
    exact: dict[str, tuple[int, ...]] = field(repr=False)
    deletes: dict[str, tuple[int, ...]] = field(repr=False)
    pieces: dict[str, dict[tuple[int, int], list[int]]] = field(repr=False)
    sizes: tuple[int, ...]
    first: dict[str, tuple[int, ...]] = field(repr=False)
    last: dict[str, tuple[int, ...]] = field(repr=False)

    def matches(self, folded: Folded) -> Iterator[Found]:
        """Every whole value in a line, up to `slack` errors, from token to token; long exact ones inside tokens too."""
        edges = [at for at in range(len(folded.text) + 1) if folded.edge(at)]
        yield from self._inside(folded)
        yield from self._short(folded.text, edges)
        yield from self._long(folded.text, edges)

    def _inside(self, folded: Folded) -> Iterator[Found]:
        text = folded.text
        for at in range(len(text) - INSIDE + 1):
            for number in self.first.get(text[at : at + _STEM], ()):
                target = self.targets[number].text
                if len(target) >= INSIDE and text.startswith(target, at):
                    yield at, at + len(target), number, 0

    def _short(self, text: str, edges: Sequence[int]) -> Iterator[Found]:
        for at, start in enumerate(edges):
            for end in edges[at + 1 :]:
                size = end - start
                if size > _LONG:
                    break
                window = text[start:end]
                for number in self.exact.get(window, ()):
                    yield start, end, number, 0
                if size < _SHORT - 1:
                    continue
                for number in {n for part in _deletes(window) for n in self.deletes.get(part, ())}:
                    errors = distance(window, self.targets[number].text, 1)
                    if errors <= 1:
                        yield start, end, number, errors

    def _long(self, text: str, edges: Sequence[int]) -> Iterator[Found]:
        tried: set[tuple[int, int]] = set()
        windows: dict[tuple[int, int], list[tuple[int, int, str, int]]] = {}
        pieces = self.pieces
        for size in self.sizes:
            for at in range(len(text) - size + 1):
                piece = text[at : at + size]
                if piece not in pieces:
                    continue
                for (offset, length), numbers in pieces[piece].items():
                    place = at - offset, length
                    fitting = windows.get(place)
                    if fitting is None:
                        fitting = windows[place] = _windows(text, edges, *place)
                    for number in numbers if fitting else ():
                        if (number, place[0]) not in tried:
                            tried.add((number, place[0]))
                            yield from self._near(number, fitting)

    def _near(self, number: int, windows: Iterable[tuple[int, int, str, int]]) -> Iterator[Found]:
        target = self.targets[number]
        for start, end, window, letters in windows:
            # One error adds or removes at most two members of the set of letters.
            if (letters ^ target.letters).bit_count() <= 4:
                errors = distance(window, target.text, 2)
                if errors <= 2:
                    yield start, end, number, errors


def _windows(text: str, edges: Sequence[int], at: int, length: int) -> list[tuple[int, int, str, int]]:
    """Runs of tokens that begin and end within two letters of ``at`` and ``at + length``."""
    starts = [edge for edge in edges if abs(edge - at) <= 2]
    if not starts:
        return []
    ends = [edge for edge in edges if abs(edge - at - length) <= 2]
    return [
        (start, end, text[start:end], bits(text[start:end]))
        for start in starts
        for end in ends
        if abs(end - start - length) <= 2
    ]


def bits(text: str) -> int:
    """The set of letters of a text: bits by code point, of which several may share one."""
    out = 0
    for char in text:
        out |= 1 << (ord(char) & 63)
    return out


def build(targets: Sequence[Target]) -> Lookup:
    """Cut every value into one piece more than it may have errors: one piece must then be read without error."""
    exact: dict[str, list[int]] = {}
    deletes: dict[str, list[int]] = {}
    pieces: dict[str, dict[tuple[int, int], list[int]]] = {}
    first: dict[str, list[int]] = {}
    last: dict[str, list[int]] = {}
    for number, target in enumerate(targets):
        text, size = target.text, len(target.text)
        if size >= _STEM:
            first.setdefault(text[:_STEM], []).append(number)
            last.setdefault(text[-_STEM:], []).append(number)
        if size < _SHORT:
            exact.setdefault(text, []).append(number)
        elif size < _LONG:
            for part in _deletes(text):
                deletes.setdefault(part, []).append(number)
        else:
            for third in range(3):
                start, end = size * third // 3, size * (third + 1) // 3
                pieces.setdefault(text[start:end], {}).setdefault((start, size), []).append(number)
    return Lookup(
        tuple(targets),
        {key: tuple(numbers) for key, numbers in exact.items()},
        {key: tuple(numbers) for key, numbers in deletes.items()},
        pieces,
        tuple(sorted({len(piece) for piece in pieces})),
        {key: tuple(numbers) for key, numbers in first.items()},
        {key: tuple(numbers) for key, numbers in last.items()},
    )


def _deletes(text: str) -> set[str]:
    return {text, *(text[:at] + text[at + 1 :] for at in range(len(text)))}


def distance(a: str, b: str, most: int) -> int:
    """Levenshtein distance, or ``most + 1`` as soon as it must be more.

    V. I. Levenshtein 1966; computed in a band of ``2 * most + 1`` as in E. Ukkonen 1985.
    """
    if a == b:
        return 0
    far = most + 1
    if abs(len(a) - len(b)) > most:
        return far
    row = [min(far, j) for j in range(len(b) + 1)]
    for i, letter in enumerate(a, start=1):
        new = [far] * (len(b) + 1)
        least = new[0] = min(far, i)
        for j in range(max(1, i - most), min(len(b), i + most) + 1):
            cost = row[j - 1] if letter == b[j - 1] else 1 + min(row[j - 1], row[j], new[j - 1])
            if cost < far:
                new[j] = cost
                least = min(least, cost)
        if least > most:
            return far
        row = new
    return row[-1]
