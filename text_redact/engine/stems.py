"""Values that words before them announce: the words are searched as plain strings, a pattern looks only behind them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from recording.model import Hit


@dataclass(frozen=True, slots=True, eq=False)
class Announced:
    """A finder: what stands in the group ``value`` of a pattern that begins with a stem.

    Attributes:
        label: Entity of the hits.
        rule: Their rule.
        score: Their score.
        patterns: By stem, in lower case, the pattern that is tried where the stem is.
        refuse: Values that are something else.
    """

    label: str
    rule: str
    score: float
    patterns: tuple[tuple[str, re.Pattern[str]], ...] = field(repr=False)
    refuse: re.Pattern[str] | None = None

    def __call__(self, text: str, start: int, end: int) -> Iterator[Hit]:
        """All hits in ``start..end``."""
        lower = lowered(text[start:end])
        for stem, pattern in self.patterns:
            at = lower.find(stem)
            while at >= 0:
                match = pattern.match(text, start + at, end)
                if match is not None and not (self.refuse and self.refuse.fullmatch(match["value"])):
                    yield Hit(self.label, match.start("value"), match.end("value"), self.score, self.rule)
                at = lower.find(stem, at + 1)


def stems(tails: Mapping[str, str], behind: Callable[[str], str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Compile stems with what may follow them: ``behind`` puts gap and value after the pattern of the word."""
    return tuple((stem, re.compile(behind(tail), re.IGNORECASE)) for stem, tail in tails.items())


def lowered(text: str) -> str:
    """Lower case with as many characters as the text has."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(map(_low, text))


def _low(char: str) -> str:
    low = char.lower()
    return low if len(low) == 1 else char


def either(words: Iterable[str]) -> str:
    """A pattern for one of several strings."""
    return f"(?:{'|'.join(map(re.escape, words))})"
