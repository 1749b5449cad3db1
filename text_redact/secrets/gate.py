"""What a text must have for a secret to be found in it, asked of all rules in one pass by Vectorscan."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from text_redact.engine.scanner import Scanner, scanner
from text_redact.normalise import in_ascii
from text_redact.secrets.rules import Entry, Shape, Token, Word, automaton, foreign_automaton

_ATOMS = tuple("[A-Za-z0-9_+~-]" * at + "[0-9]" + "[A-Za-z0-9_+~-]" * (11 - at) for at in range(12))
"""Twelve characters with a digit among them, as every string has that `atoms.find` finds."""
_PHRASE = r"(?:[A-Za-z]{3,9}[^A-Za-z]+){11}[A-Za-z]{3,9}"
"""What every seed phrase in ASCII matches: twelve words of three to nine letters (BIP-39's lists)."""
_LONGEST_TAIL = 10
# Where a search ends does not count in these, so that a pattern can stand for its keyword.
_PLACE = re.compile(r"\\[bBAZ]|[$^]|\(\?<")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_END = "[^a-prt-z]"
"""What a word may end at: no lower-case letter but an "s" (`engine._may_announce`), or one that is not in ASCII."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What a text has: a keyword with what must stand beside it, a string long enough, a row of short words."""

    keyword: bool
    atom: bool
    phrase: bool


ALL = Signs(keyword=True, atom=True, phrase=True)
NONE = Signs(keyword=False, atom=False, phrase=False)


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """The compiled expressions: first those of keywords, then that of a phrase, then those of strings."""

    scan: Scanner = field(repr=False)
    phrase: int

    def __call__(self, text: str) -> Signs:
        """The signs of a normalised text."""
        found = self.scan(f" {in_ascii(text)} ".encode("ascii"))
        foreign = not text.isascii() and _foreign_keyword(text)
        if not found and not foreign:
            return NONE
        return Signs(
            keyword=foreign or found[0] < self.phrase,
            atom=bool(found) and found[-1] > self.phrase,
            phrase=self.phrase in found,
        )


def _foreign_keyword(text: str) -> bool:
    return _FOREIGN_LETTER.search(text) is not None and any(True for _ in foreign_automaton().iter(text.lower()))


_FOREIGN_LETTER = re.compile(r"(?![\x00-\x7f])\w")


@functools.cache
def gate() -> Gate | None:
    """The gate over all rules, built once a process; ``None`` where Vectorscan is not installed."""
    expressions = sorted({one for word, entry in automaton().items() for one in _expressions(word, entry)})
    built = scanner([*expressions, _PHRASE, *_ATOMS], caseless=False)
    return None if built is None else Gate(built, len(expressions))


def _expressions(word: str, entry: Entry) -> Iterator[str]:
    """What a text has in which this keyword leads to a hit. Words near an atom add nothing: the atom decides."""
    if not word.isascii():
        return
    for token in entry.tokens:
        yield _of_token(token)
    for shape in entry.shapes:
        yield _of_shape(shape, word)
    for announcing in entry.words:
        yield from _of_word(announcing, word)


def _of_token(token: Token) -> str:
    """The literal and, where the token begins with it, as many characters as the shortest token or part has."""
    literal = re.escape(token.form.literal)
    if not token.form.leads or re.search(r"\s", token.form.pattern):
        return literal
    return rf"{literal}\S{{{min(token.form.shortest - len(token.form.literal), _LONGEST_TAIL)}}}"


def _of_shape(shape: Shape, word: str) -> str:
    if shape.anchored and not _PLACE.search(_CLASS.sub("", shape.pattern.pattern)):
        return f"(?i:{shape.pattern.pattern})" if shape.pattern.flags & re.IGNORECASE else shape.pattern.pattern
    return f"(?i:{re.escape(word)})"


def _of_word(announcing: Word, word: str) -> Iterator[str]:
    """The word where one may end and, if it counts alone only, where one may begin."""
    spelt = re.escape(word)
    if announcing.inside and announcing.kind not in ("otp", "backup"):
        yield f"(?i:{spelt}){_END}"
        return
    yield f"[^A-Za-z0-9](?i:{spelt}){_END}"
    yield f"{re.escape(word[0].upper())}(?i:{re.escape(word[1:])}){_END}"
