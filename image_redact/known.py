"""Searches lines for values that are known to be sensitive, as OCR may have read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from image_redact._fold import Folded, fold
from recording.model import Hit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from image_redact.screen import Line

SHORTEST = 2
"""Folded letters; anything shorter would match everywhere."""

UNALIGNED = 6
"""Folded letters from which a value is found inside a longer token, since OCR also loses spaces."""


CLIPPED = 8
"""Folded letters from the beginning of a value (at least four letters longer) that count as the value cut off."""


@dataclass(frozen=True, slots=True)
class Known:
    """A value that must not be seen, and the label of whatever found it elsewhere in the session."""

    value: str = field(repr=False)
    label: str = "KNOWN"


@dataclass(frozen=True, slots=True)
class _Target:
    text: str = field(repr=False)
    label: str
    slack: int
    letters: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownValues:
    """Values made ready for search. Build it once per session with `index_known`; it holds the values in memory."""

    targets: tuple[_Target, ...] = field(repr=False)
    pieces: dict[str, tuple[tuple[int, int], ...]] = field(repr=False)
    sizes: tuple[int, ...]


def slack(length: int) -> int:
    """Letters that may be wrong, missing or added: none below 5, one up to 8, two beyond."""
    return 0 if length < 5 else 1 if length <= 8 else 2


def index_known(values: Iterable[Known | str]) -> KnownValues:
    """Cut every value into one piece more than it may have errors: one piece must then be read without error."""
    targets: list[_Target] = []
    seen: set[tuple[str, str]] = set()
    pieces: dict[str, list[tuple[int, int]]] = {}
    for value in values:
        known = Known(value) if isinstance(value, str) else value
        for symbols in (False, True):
            text = fold(known.value, symbols=symbols).text
            if len(text) < SHORTEST or (text, known.label) in seen:
                continue
            seen.add((text, known.label))
            target = _Target(text, known.label, slack(len(text)), frozenset(text))
            parts = target.slack + 1
            for part in range(parts):
                start, end = len(text) * part // parts, len(text) * (part + 1) // parts
                pieces.setdefault(text[start:end], []).append((len(targets), start))
            targets.append(target)
    return KnownValues(
        tuple(targets),
        {piece: tuple(places) for piece, places in pieces.items()},
        tuple(sorted({len(piece) for piece in pieces})),
    )


def find_known(line: Line | str, known: KnownValues | Iterable[Known | str]) -> tuple[Hit, ...]:
    """Known values in one line, as hits on its code points, best first where they overlap.

    Case, accents, spaces, punctuation and look-alikes do not count; `slack` letters may differ. A match begins and
    ends with a token, except that long values are found inside one when every letter agrees.
    """
    values = known if isinstance(known, KnownValues) else index_known(known)
    text = line if isinstance(line, str) else line.text
    best: dict[tuple[int, int, str], int] = {}
    plain = fold(text, symbols=False)
    signs = fold(text, symbols=True)
    for folded in (plain,) if plain.text == signs.text else (plain, signs):
        for start, end, label, errors in (*_matches(folded, values), *_clipped(folded, values)):
            place = (folded.starts[start], folded.ends[end - 1], label)
            best[place] = min(errors, best.get(place, errors))
    return tuple(
        Hit(label, start, end, 1.0 - errors / max(1, end - start), "known.exact" if errors == 0 else "known.fuzzy")
        for (start, end, label), errors in sorted(best.items(), key=lambda item: (item[1], item[0]))
    )


def _matches(folded: Folded, values: KnownValues) -> Iterable[tuple[int, int, str, int]]:
    """(first letter, one past the last, label, errors) of every match."""
    tried: set[tuple[int, int]] = set()
    letters: dict[tuple[int, int], frozenset[str]] = {}
    for size in values.sizes:
        for at in range(len(folded.text) - size + 1):
            for index, offset in values.pieces.get(folded.text[at : at + size], ()):
                if (index, at - offset) not in tried:
                    tried.add((index, at - offset))
                    target = values.targets[index]
                    found = _near(folded, target, at - offset, letters)
                    if found is not None:
                        yield found[0], found[1], target.label, found[2]


def _clipped(folded: Folded, values: KnownValues) -> Iterable[tuple[int, int, str, int]]:
    """Beginnings of long values that something hides the rest of: a window above, a column too narrow, an ellipsis."""
    for target in values.targets:
        if len(target.text) < CLIPPED + 4:
            continue
        at = folded.text.find(target.text[:CLIPPED])
        while at >= 0:
            if folded.edge(at):
                same = CLIPPED
                while folded.text[at + same : at + same + 1] == target.text[same : same + 1] != "":
                    same += 1
                # The letter at the cut is often misread: the token that it stands in goes too.
                end = at + same
                while not folded.edge(end):
                    end += 1
                yield at, end, target.label, 0
            at = folded.text.find(target.text[:CLIPPED], at + 1)


def _near(
    folded: Folded, target: _Target, at: int, letters: dict[tuple[int, int], frozenset[str]]
) -> tuple[int, int, int] | None:
    """The best match that begins within ``slack`` letters of ``at``; ``letters`` remembers the sets of windows."""
    size, most = len(target.text), target.slack
    if at >= 0 and folded.text.startswith(target.text, at):
        whole = folded.edge(at) and folded.edge(at + size)
        if whole or size >= UNALIGNED:
            return at, at + size, 0
    best: tuple[int, int, int] | None = None
    for start in range(max(0, at - most), min(at + most + 1, len(folded.text))):
        if not folded.edge(start):
            continue
        for end in range(max(start + 1, start + size - most), min(start + size + most, len(folded.text)) + 1):
            if not folded.edge(end):
                continue
            window = letters.get((start, end))
            if window is None:
                window = letters[(start, end)] = frozenset(folded.text[start:end])
            # One error adds or removes at most two members of the set of letters.
            if len(window ^ target.letters) > 2 * most:
                continue
            errors = distance(folded.text[start:end], target.text, most)
            if errors <= most and (best is None or errors < best[2]):
                best = (start, end, errors)
    return best


def distance(a: str, b: str, most: int) -> int:
    """Levenshtein distance, or ``most + 1`` as soon as it must be more.

    V. I. Levenshtein 1966; computed in a band of ``2 * most + 1`` as in E. Ukkonen 1985.
    """
    far = most + 1
    if abs(len(a) - len(b)) > most:
        return far
    row = [min(j, far) for j in range(len(b) + 1)]
    for i, letter in enumerate(a, start=1):
        new = [far] * (len(b) + 1)
        new[0] = min(i, far)
        for j in range(max(1, i - most), min(len(b), i + most) + 1):
            new[j] = min(row[j - 1] + (letter != b[j - 1]), row[j] + 1, new[j - 1] + 1, far)
        if min(new) > most:
            return far
        row = new
    return row[-1]
