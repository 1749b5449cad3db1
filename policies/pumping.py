"""Texts that make a bad regular expression slow: the way to each of its repetitions, that repeated, and a wrong end.

Slow is what can take a text apart in many ways and has to try them all, because the end fits none of them (Kirrage,
Rathnayake and Thielecke, "Static Analysis for Regular Expression Denial-of-Service Attacks", 2013).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

TASTES = ("a", "0", "A", " ", "-", ".", "_", "@", "/", '"')
"""Characters that are tried where a pattern leaves a choice; two parts that take the same often take one of these."""
_MOST_REPEATS = 40
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)


@dataclass(frozen=True, slots=True)
class Pump:
    """The way to a repetition, what is repeated, and the wrong end."""

    before: str
    body: str
    end: str

    def text(self, size: int) -> str:
        """About ``size`` characters."""
        return self.before + self.body * max(2, (size - len(self.before)) // len(self.body)) + self.end


def pumps(pattern: str, flags: int = 0) -> Iterator[Pump]:
    """Everything that may be hard for ``pattern``, each once."""
    whole = ""
    try:
        tree = parser.parse(pattern, flags)
        whole = _sample(tree, TASTES[0])
        made = [one for taste in TASTES for one in list(_repeats(tree, "", taste))[:_MOST_REPEATS]]
    except (re.error, RecursionError, OverflowError):
        made = []  # syntax that only `regex` knows
    made += [("", taste) for taste in TASTES]
    made += [("", char) for char in dict.fromkeys(pattern) if char.isalnum()]
    # Engines look first whether what a match must end in is there at all: so it is, behind what is wrong.
    ends = dict.fromkeys(("!", "\x00" + whole))
    yield from (Pump(before, body, end) for before, body in dict.fromkeys(made) if body for end in ends)


def _repeats(items: Iterable[tuple[Any, Any]], before: str, taste: str) -> Iterator[tuple[str, str]]:
    """For each repetition a text that leads to it, and one that it repeats."""
    for code, argument in items:
        if code in _REPEATS:
            least, most, inner = argument
            if most > 10:
                yield before, _sample(inner, taste)
            yield from _repeats(inner, before, taste)
            # Repetitions side by side that take the same are as bad: pumping the first leaves the second to be tried.
            before += _sample(inner, taste) * least
            continue
        for inner in _inside(code, argument):
            yield from _repeats(inner, before, taste)
        before += _sample(((code, argument),), taste)


def _inside(code: Any, argument: Any) -> list[Any]:
    if code is op.SUBPATTERN:
        return [argument[-1]]
    if code is op.ATOMIC_GROUP:
        return [argument]
    if code is op.BRANCH:
        return list(argument[1])
    if code in (op.ASSERT, op.ASSERT_NOT):
        return [argument[1]]
    return [argument[2]] if code is op.POSSESSIVE_REPEAT else []


def _sample(items: Iterable[tuple[Any, Any]], taste: str) -> str:
    """A text that the items match, with ``taste`` wherever they take it."""
    out = ""
    for code, argument in items:
        if code is op.LITERAL:
            out += chr(argument)
        elif code in (op.IN, op.ANY, op.NOT_LITERAL):
            out += _char(code, argument, taste)
        elif code in (*_REPEATS, op.POSSESSIVE_REPEAT):
            out += _sample(argument[2], taste) * max(1, min(argument[0], 64))
        elif code is op.BRANCH:
            options = [_sample(branch, taste) for branch in argument[1]]
            out += next((one for one in options if taste in one), options[0])
        elif code in (op.SUBPATTERN, op.ATOMIC_GROUP):
            out += _sample(argument[-1] if code is op.SUBPATTERN else argument, taste)
        if len(out) > 1_000:
            break
    return out


def _char(code: Any, argument: Any, taste: str) -> str:
    """A character that one item of a pattern takes: ``taste`` where it can be."""
    if code is op.ANY:
        return taste
    if code is op.NOT_LITERAL:
        return taste if chr(argument) != taste else "b"
    others = [char for char in (*TASTES, "\t", "\n", "b", "1", ",", ":", "=", "'", "\u00e9") if char != taste]
    choices = [taste, *others, *(chr(value if code is op.LITERAL else value[0]) for code, value in argument
               if code in (op.LITERAL, op.RANGE))]  # fmt: skip
    return next((char for char in choices if _takes(argument, char)), "b")


def _takes(members: Iterable[tuple[Any, Any]], char: str) -> bool:
    listed = list(members)
    negated = bool(listed) and listed[0][0] is op.NEGATE
    return bool(negated != any(_is_member(code, value, char) for code, value in listed))


def _is_member(code: Any, value: Any, char: str) -> bool:
    if code is op.LITERAL:
        return bool(ord(char) == value)
    if code is op.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    return bool(code is op.CATEGORY) and re.match(_CATEGORIES.get(value, r"(?!)"), char) is not None


_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
