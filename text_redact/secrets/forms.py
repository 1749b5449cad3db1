"""The notation of token formats, and what follows from it: a pattern, the literals to search for, an example.

``sk_{live,test}_<a:24>`` is literal text, one of several literals, and 24 letters or digits. The alphabets are those of
``data/tokens_infrastructure.toml``; ``<a:20-40>`` and ``<a:20+>`` have a shortest and a longest length.
"""

from __future__ import annotations

import itertools
import random
import re
import string
from dataclasses import dataclass

_DIGITS, _LOWER, _UPPER = string.digits, string.ascii_lowercase, string.ascii_uppercase
ALPHABETS = {
    "d": _DIGITS,
    "x": _DIGITS + "abcdef",
    "X": _DIGITS + "ABCDEF",
    "h": _DIGITS + "abcdefABCDEF",
    "l": _LOWER + _DIGITS,
    "u": _UPPER + _DIGITS,
    "a": _UPPER + _LOWER + _DIGITS,
    "w": _UPPER + _LOWER + _DIGITS + "_",
    "b": _UPPER + _LOWER + _DIGITS + "_-",
    "s": _UPPER + _LOWER + _DIGITS + "+/",
    "v": _UPPER + _LOWER + _DIGITS + "_.=-",
    "32": _UPPER + "234567",
    "58": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "L": _LOWER,
    "U": _UPPER,
    "q": "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
}
"""What the letters of the notation stand for; RFC 4648 for Base32 and Base64, BIP-173 for Bech32."""
LONGEST = 4000
"""Longest random part that is looked at; a longer token is found as far as this and then by its rest."""
UUID = "<x:8>-<x:4>-<x:4>-<x:4>-<x:12>"
_MORE = 40
_PART = re.compile(r"<(\w+):(\d+)(-\d+|\+)?>|\{([^{}]*,[^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Form:
    """A format without alternatives.

    Attributes:
        parts: Literal strings, and random parts as (alphabet, shortest, longest).
        pattern: Regular expression of the whole, with a group for each random part.
        literal: Its longest literal, which a text must hold.
        leads: Whether ``literal`` is what it begins with.
        shortest: Least characters of a token.
    """

    parts: tuple[str | tuple[str, int, int], ...]
    pattern: str
    literal: str
    leads: bool
    shortest: int

    @property
    def distinctive(self) -> bool:
        """Whether the literal alone says whose token it is, so that lengths and neighbours need not fit exactly."""
        signs = not self.literal.isalnum()
        return self.leads and len(self.literal) >= (4 if signs else 6)

    def example(self, rng: random.Random) -> str:
        """A made-up token of this format."""
        out = []
        for part in self.parts:
            if isinstance(part, str):
                out.append(part)
            else:
                alphabet, low, high = part
                size = rng.randint(low, min(high, low + _MORE))
                out.append("".join(rng.choices(ALPHABETS[alphabet], k=size)))
        return "".join(out)


def parse(notation: str) -> tuple[Form, ...]:
    """The forms of a notation, one for each combination of its literals.

    Raises:
        ValueError: An alphabet is not known.
    """
    choices: list[list[str | tuple[str, int, int]]] = []
    at = 0
    notation = notation.replace("<uuid>", UUID)
    for match in _PART.finditer(notation):
        if match.start() > at:
            choices.append([notation[at : match.start()]])
        choices.append([*match[4].split(",")] if match[4] is not None else [_random(match)])
        at = match.end()
    if at < len(notation):
        choices.append([notation[at:]])
    return tuple(_form(parts) for parts in itertools.product(*choices))


def _random(match: re.Match[str]) -> tuple[str, int, int]:
    if match[1] not in ALPHABETS:
        raise ValueError("no such alphabet in a token format")
    low = int(match[2])
    high = low if match[3] is None else LONGEST if match[3] == "+" else int(match[3][1:])
    return match[1], low, max(low, high)


def _form(chosen: tuple[str | tuple[str, int, int], ...]) -> Form:
    parts: list[str | tuple[str, int, int]] = []
    for part in chosen:
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part:
            parts.append(part)
    literals = [part for part in parts if isinstance(part, str)]
    literal = max(literals, key=len, default="")
    leads = bool(parts) and parts[0] == literal
    if literals and isinstance(parts[0], str) and len(parts[0]) >= 4:
        literal, leads = parts[0], True
    pattern = "".join(re.escape(part) if isinstance(part, str) else _class(*part) for part in parts)
    shortest = sum(len(part) if isinstance(part, str) else part[1] for part in parts)
    return Form(tuple(parts), pattern, literal, leads, shortest)


def _class(alphabet: str, low: int, high: int) -> str:
    return f"({charset(alphabet)}{{{low},{high}}})"


def charset(alphabet: str) -> str:
    """A regular expression for one character of an alphabet."""
    ranges = {_DIGITS: "0-9", _LOWER: "a-z", _UPPER: "A-Z"}
    letters = ALPHABETS[alphabet]
    if alphabet == "v":
        # In front of a longer literal "." and "=" would reach into what comes after; the caller trims.
        return r"[A-Za-z0-9_.=\-]"
    out = ""
    for whole, short in ranges.items():
        if whole in letters:
            letters, out = letters.replace(whole, ""), out + short
    return f"[{out}{re.escape(letters)}]"
