"""Patterns of our own, where Presidio's are known to miss: see docs/design.md, "Known misses of Presidio"."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from recording.model import Hit

# Any host counts, also one under no public suffix: addresses inside companies are addresses. Its last part starts with
# a letter, unlike that of a version (package@1.2.3), or the whole is an IPv4 address.
_EMAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@"
    r"(?:[\w-]{1,63}(?:\.[\w-]{1,63}){0,7}\.[^\W\d_][\w-]{1,62}|\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))"
    r"(?:@[\w-]{1,63})?"  # mail systems append their own name
)
# Groups of digits with one or two separators between them.
_DIGITS = re.compile(r"(?<!\d)(?<!\d\.)\d+(?:[ .\-\u00b7_/]{1,2}\d+)*")
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_BORN = r"(?:date\s+of\s+birth|birth\s*(?:date|day)|d\.?\s?o\.?\s?b\b\.?|born(?:\s+on)?)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = (
    r"(?:\d{1,4}[./\- ]\d{1,2}[./\- ]\d{1,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\.?,?\s+\d{{2,4}}"
    rf"|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{2,4}})"
)
_BIRTH = re.compile(rf"\b{_BORN}\W{{0,6}}(?:is\s+|was\s+)?(?P<value>{_DATE})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Own:
    """Finds the entities named by ``entities``: CREDIT_CARD, DATE_OF_BIRTH and EMAIL_ADDRESS."""

    entities: tuple[str, ...]

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits in a normalised text."""
        hits: list[Hit] = []
        for entity in self.entities:
            hits.extend(_FINDERS[entity](text))
        return hits


def _emails(text: str) -> Iterator[Hit]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Hit("EMAIL_ADDRESS", match.start(), match.end(), 0.9, "own:email-any-host")


def _cards(text: str) -> Iterator[Hit]:
    """Every run of whole groups that is a card number: "4111 1111 1111 1111 12/27" holds more than the card."""
    for match in _DIGITS.finditer(text):
        groups = [
            (m.group(), m.start() + match.start(), m.end() + match.start()) for m in _GROUP.finditer(match.group())
        ]
        first = 0
        while first < len(groups):
            first = max(first + 1, (yield from _card_at(groups, first)))


_GROUP = re.compile(r"\d+")


def _card_at(groups: Sequence[tuple[str, int, int]], first: int) -> Generator[Hit, None, int]:
    """The longest card that starts with group ``first``; returns the group after it."""
    digits, found = "", 0
    for index in range(first, min(len(groups), first + _LONGEST_CARD)):
        digits += groups[index][0]
        if len(digits) > _LONGEST_CARD:
            break
        if len(digits) >= _SHORTEST_CARD and is_card(digits):
            found = index + 1
    if found:
        yield Hit("CREDIT_CARD", groups[first][1], groups[found - 1][2], 1.0, "own:card-luhn")
    return found


def is_card(digits: str) -> bool:
    """Whether digits are the number of a payment card: an issuer's first digits (ISO/IEC 7812) and the check digit."""
    issued = digits[0] in "3456" or "2221" <= digits[:4] <= "2720"
    return issued and len(set(digits)) > 1 and luhn(digits)


def _births(text: str) -> Iterator[Hit]:
    for match in _BIRTH.finditer(text):
        yield Hit("DATE_OF_BIRTH", match.start("value"), match.end("value"), 0.9, "own:birth-context")


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B check digit."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char)
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


_FINDERS: dict[str, Callable[[str], Iterator[Hit]]] = {
    "CREDIT_CARD": _cards,
    "DATE_OF_BIRTH": _births,
    "EMAIL_ADDRESS": _emails,
}
FOUND = frozenset(_FINDERS)
"""Entities that these patterns find."""
