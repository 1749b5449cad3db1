"""Searches lines for values that are known to be sensitive, as OCR may have read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from image_redact._cut import beginnings, endings
from image_redact._fold import fold
from image_redact._lookup import Lookup, Target, bits, build, distance, slack
from image_redact.allowed import SURE, interface_words
from recording.model import Hit

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from image_redact.screen import Line

__all__ = ["SHORTEST", "Known", "KnownValues", "distance", "find_known", "index_known", "slack"]

SHORTEST = 2
"""Folded letters; anything shorter would match everywhere."""


@dataclass(frozen=True, slots=True)
class Known:
    """A value that must not be seen, and the label of whatever found it elsewhere in the session."""

    value: str = field(repr=False)
    label: str = "KNOWN"


@dataclass(frozen=True, slots=True)
class KnownValues:
    """Values made ready for search. Build it once per session with `index_known`; it holds the values in memory."""

    lookup: Lookup = field(repr=False)


def index_known(values: Iterable[Known | str]) -> KnownValues:
    """Make values ready for search; one that has less than `SHORTEST` letters or digits is left out."""
    targets: dict[tuple[str, str], Target] = {}
    for value in values:
        known = Known(value) if isinstance(value, str) else value
        for symbols in (False, True):
            folded = fold(known.value, symbols=symbols)
            if len(folded.text) >= SHORTEST:
                tokens = frozenset(at for at in range(len(folded.text)) if folded.edge(at))
                target = Target(folded.text, known.label, bits(folded.text), tokens)
                targets.setdefault((folded.text, known.label), target)
    return KnownValues(build(tuple(targets.values())))


def find_known(line: Line | str, known: KnownValues | Iterable[Known | str]) -> tuple[Hit, ...]:
    """Known values in one line, as hits on its code points, best first where they overlap.

    Case, accents, spaces, punctuation and look-alikes do not count; `slack` letters may differ. A match begins and
    ends with a token, except that long values are found inside one when every letter agrees. Where an ellipsis or the
    beginning of the line cuts a value, what is left of it is found, too. A word of menus and buttons that OCR is sure
    of is that word, and no value with another letter.
    """
    lookup = (known if isinstance(known, KnownValues) else index_known(known)).lookup
    text = line if isinstance(line, str) else line.text
    best: dict[tuple[int, int, str], int] = {}
    plain = fold(text, symbols=False)
    signs = fold(text, symbols=True)
    for folded in (plain,) if plain.text == signs.text else (plain, signs):
        # A value with an error in it begins like itself cut off: both count, and the longer one covers more.
        cut = (*beginnings(folded, text, lookup), *endings(folded, text, lookup))
        for start, end, number, errors in (*_closest(lookup.matches(folded)), *cut):
            place = (folded.starts[start], folded.ends[end - 1], lookup.targets[number].label)
            if errors == 0 or not _is_interface(line, place[0], place[1]):
                best[place] = min(errors, best.get(place, errors))
    return tuple(
        Hit(label, start, end, 1.0 - errors / max(1, end - start), "known.exact" if errors == 0 else "known.fuzzy")
        for (start, end, label), errors in sorted(best.items(), key=lambda item: (item[1], item[0]))
    )


def seen_as(line: Line) -> Hashable:
    """Equal for lines in which `find_known` finds the same: it looks at the text, and at where OCR was not sure."""
    return line.text, tuple((word.start, word.end, word.confidence >= SURE) for word in line.words)


def _closest(found: Iterable[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Of matches of one value that share a letter those with the fewest errors, then the longest."""
    out: dict[int, list[tuple[int, int, int, int]]] = {}
    for match in sorted(found, key=_errors_and_size):
        same = out.setdefault(match[2], [])
        if not any(start < match[1] and match[0] < end for start, end, _, _ in same):
            same.append(match)
    return [match for same in out.values() for match in same]


def _errors_and_size(match: tuple[int, int, int, int]) -> tuple[int, int]:
    return match[3], match[0] - match[1]


def _is_interface(line: Line | str, start: int, end: int) -> bool:
    text = line if isinstance(line, str) else line.text
    if text[start:end].casefold() not in interface_words():
        return False
    words = () if isinstance(line, str) else line.words
    return all(word.confidence >= SURE for word in words if word.start < end and start < word.end)
