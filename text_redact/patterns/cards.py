"""Numbers of payment cards, whatever separates their groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule

SHORTEST, LONGEST = 13, 19
"""Digits of a card number (ISO/IEC 7812-1; 19 are Maestro's and Visa's longest)."""
_GAP = r"[ \t.\-_/|,:\u00b7()\r\n]{0,5}"
_RUN = re.compile(rf"\d(?:{_GAP}\d){{12,}}")
_GROUP = re.compile(r"\d+")
# The groupings of Presidio's pattern, which ours has to cover.
_USUAL = re.compile(r"(?:4\d{3}|5[0-5]\d{2}|[136]\d{3})[- ]?\d{3,4}[- ]?\d{3,4}[- ]?\d{3,5}")
_SAID = re.compile(
    r"card|visa|amex|master|maestro|american express|discover|\bcc\b|credit|debit|\bpan\b|karte|carte|tarjeta"
    r"|cart[aã]o",
    re.IGNORECASE,
)
_BEFORE = 40
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")


class _Group(NamedTuple):
    digits: str
    start: int
    end: int


def is_card(digits: str) -> bool:
    """Whether digits are the number of a payment card: an issuer's first digits (ISO/IEC 7812) and the check digit."""
    issued = digits[0] in "3456" or "2221" <= digits[:4] <= "2720" or "2200" <= digits[:4] <= "2204"
    return issued and len(set(digits)) > 1 and luhn(digits)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B check digit of ASCII digits."""
    back = digits.encode("ascii")[::-1]
    single, double = back[::2], back[1::2].translate(_DOUBLED)
    return (sum(single) + sum(double) - ord("0") * len(back)) % 10 == 0


def _find(text: str, start: int, end: int) -> Iterator[Hit]:
    """Every run of whole groups that is a card number: "4111 1111 1111 1111 12/27" holds more than the card."""
    for match in _RUN.finditer(text, start, end):
        groups = [_Group(g.group(), g.start(), g.end()) for g in _GROUP.finditer(text, *match.span())]
        for first in range(len(groups)):
            if groups[first].digits[0] in "123456" and (last := _longest(text, groups, first)):
                yield Hit("CREDIT_CARD", groups[first].start, last, 1.0, "own:card-luhn")


def _longest(text: str, groups: Sequence[_Group], first: int) -> int:
    """End of the longest card that starts with group ``first``; 0 where there is none."""
    digits, found = "", 0
    for index in range(first, min(len(groups), first + LONGEST)):
        digits += groups[index].digits
        if len(digits) > LONGEST:
            break
        if len(digits) < SHORTEST:
            continue
        begin, end = groups[first].start, groups[index].end
        usual = _USUAL.fullmatch(text, begin, end) is not None
        if not (is_card(digits) or (usual and luhn(digits) and len(set(digits)) > 1)):
            continue
        if usual or _grouped(text, groups[first : index + 1], whole=index - first + 1 == len(groups)):
            found = end
    return found


def _grouped(text: str, groups: Sequence[_Group], *, whole: bool) -> bool:
    """Whether groups are those that a card number is written in: other numbers in a row pass the check digit too."""
    sizes = [0]
    gaps: set[str] = set()
    for number, group in enumerate(groups):
        sizes[-1] += len(group.digits)
        if number + 1 == len(groups):
            break
        after = groups[number + 1]
        gap = text[group.end : after.start]
        # A line may break anywhere.
        if "\n" not in gap or _even(sizes[-1]):
            sizes.append(0)
            gaps.add(" " if "\n" in gap else gap)
    same = len(gaps) <= 1
    if len(sizes) == 1 or (same and all(map(_even, sizes[:-1]))):
        return True
    if same and (tuple(sizes) in _LAYOUTS or (len(sizes) == 2 and min(sizes) >= 4)):
        return True
    if whole and same and len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0]:
        return True
    return _SAID.search(text, max(0, groups[0].start - _BEFORE), groups[0].start) is not None or (
        not same and all(map(_even, sizes)) and len(gaps) == 2
    )


def _even(size: int) -> bool:
    return size % 4 == 0


_LAYOUTS = frozenset({(4, 6, 5), (4, 6, 4), (4, 5, 4), (6, 4, 5), (5, 5, 5)})
"""Groups of cards with 13 to 15 digits; 16 stand in fours."""
RULES = (
    (
        "CREDIT_CARD",
        Rule("own:card", Needs(SHORTEST), (), r"\d(?:[ \t.\-_/|,:?()\r\n]{0,5}\d){12}", _RUN, _find, lines=False),
    ),
)
