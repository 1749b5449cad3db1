"""What a regular expression needs of a text to match at all, worked out from its syntax tree.

Every figure is a lower bound, so a pattern that is left out for want of something could not have matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SIGNS = "@.:-"
"""Signs that are counted."""
MOST = 15
"""Digits beyond which more make no difference."""
MOST_SIGNS = 7

DIGITS = dict.fromkeys(range(ord("0"), ord("9") + 1))
"""Translation table that takes the digits out."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Least number of digits, of each of `SIGNS`, and (last) of those that are either a colon or a hyphen."""

    digits: int = 0
    signs: tuple[int, ...] = (0,) * (len(SIGNS) + 1)

    def met_by(self, digits: int, signs: tuple[int, ...]) -> bool:
        """Whether a text with so many digits and signs may match."""
        return digits >= self.digits and all(have >= need for have, need in zip(signs, self.signs, strict=True))

    def __add__(self, other: Needs) -> Needs:
        """What both need, one after the other."""
        return Needs(self.digits + other.digits, tuple(map(sum, zip(self.signs, other.signs, strict=True))))

    def times(self, count: int) -> Needs:
        """What ``count`` of them need."""
        return Needs(self.digits * count, tuple(need * count for need in self.signs))


def count(text: str) -> tuple[int, tuple[int, ...]]:
    """Digits and signs of a text, as far as they make a difference."""
    digits = len(text) - len(text.translate(DIGITS))
    at, dot, colon, hyphen = text.count("@"), text.count("."), text.count(":"), text.count("-")
    if at + dot + colon + hyphen == 0:
        return min(digits, MOST), _NO_SIGNS
    either = colon + hyphen
    return (
        min(digits, MOST),
        (min(at, 1), min(dot, MOST_SIGNS), min(colon, MOST_SIGNS), min(hyphen, MOST_SIGNS), min(either, MOST_SIGNS)),
    )


_NO_SIGNS = (0,) * (len(SIGNS) + 1)


def needs_of(pattern: str, flags: int = 0) -> Needs:
    """What ``pattern`` needs; nothing at all where it is not understood."""
    try:
        tree = parser.parse(pattern, flags)
    except (re.error, RecursionError, OverflowError):
        return Needs()
    needs = _sequence(tree, {})
    most = (1, *(MOST_SIGNS for _ in needs.signs[1:]))
    return Needs(min(needs.digits, MOST), tuple(map(min, zip(needs.signs, most, strict=True))))


def longest(pattern: str, flags: int = 0) -> int:
    """Most characters that ``pattern`` matches; very many where there is no bound.

    Raises:
        re.error: The standard library's engine does not know the syntax.
    """
    tree = parser.parse(pattern, flags)
    return int(tree.getwidth()[1])


def _sequence(items: Iterable[tuple[Any, Any]], groups: dict[int, Needs]) -> Needs:
    total = Needs()
    for code, argument in items:
        total += _item(code, argument, groups)
    return total


def _item(code: Any, argument: Any, groups: dict[int, Needs]) -> Needs:
    if code is op.LITERAL:
        return _chars([chr(argument)])
    if code is op.IN:
        return _chars(_members(argument))
    if code in {op.SUBPATTERN, op.ATOMIC_GROUP}:
        needs = _sequence(argument[-1] if code is op.SUBPATTERN else argument, groups)
        if code is op.SUBPATTERN and argument[0] is not None:
            groups[argument[0]] = needs
        return needs
    if code is op.BRANCH:
        return _least(_sequence(branch, groups) for branch in argument[1])
    if code in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        return _sequence(argument[2], groups).times(argument[0])
    # What is not known needs nothing.
    return groups.get(argument, Needs()) if code is op.GROUPREF else Needs()


def _least(options: Iterable[Needs]) -> Needs:
    listed = list(options)
    return Needs(
        min(option.digits for option in listed),
        tuple(min(values) for values in zip(*(option.signs for option in listed), strict=True)),
    )


def _chars(members: list[str] | None) -> Needs:
    """One character out of ``members``; ``None``: one that may be anything."""
    if not members:
        return Needs()
    if all(char.isdecimal() for char in members):
        return Needs(1)
    either = int(set(members) <= {":", "-"})
    if len(set(members)) == 1 and members[0] in SIGNS:
        return Needs(0, (*(int(sign == members[0]) for sign in SIGNS), either))
    return Needs(0, (*_NO_SIGNS[1:], either))


def _members(items: Iterable[tuple[Any, Any]]) -> list[str] | None:
    out: list[str] = []
    for code, argument in items:
        if code is op.LITERAL:
            out.append(chr(argument))
        elif code is op.RANGE and argument[1] - argument[0] < 128:
            out += map(chr, range(argument[0], argument[1] + 1))
        elif code is op.CATEGORY and argument is op.CATEGORY_DIGIT:
            out += "0123456789"
        else:
            return None
    return out
