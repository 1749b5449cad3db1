"""How random a string looks: machine-made tokens against words, identifiers and paths."""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Iterable
from importlib import resources

_RUNS = re.compile(r"[a-z]+|[A-Z]+|[0-9]+|[^a-zA-Z0-9]+")
_LETTERS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_DIGITS = re.compile(r"[0-9]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
SHORTEST = 12
"""Below this many characters a string says too little about how it was made."""
_HEX_LEAST = 16
_DIVERSE = 0.3
_UNLIKELY = -0.35
_SHORT_RUN = 2.2
_LEAST_LETTERS = 0.25


def looks_random(text: str) -> bool:
    """Whether a string of at least `SHORTEST` characters looks drawn at random rather than written.

    Random letters and digits change between lower case, upper case and digits all the time, and the pairs of letters in
    them are rare ones; identifiers, words and file names have long runs and common pairs.
    """
    if _UUID.fullmatch(text):
        return True
    if len(text) < SHORTEST or len(set(text.lower())) < max(6, min(10, len(text) * _DIVERSE)):
        return False
    if _HEX.fullmatch(text):
        digits = sum(map(str.isdigit, text))
        return len(text) >= _HEX_LEAST and 0.25 * len(text) <= digits < len(text)
    digits = sum(map(str.isdecimal, text))
    letters = sum(map(str.isalpha, text))
    if letters < _LEAST_LETTERS * (letters + digits):
        return False
    return _reads_badly(text, digits)


def _reads_badly(text: str, digits: int) -> bool:
    mean, likely = len(text) / len(_RUNS.findall(text)), likelihood(text)
    if not digits:
        return likely < 2 * _UNLIKELY and (mean < _SHORT_RUN or likely < 3 * _UNLIKELY)
    if likely < _UNLIKELY:
        return mean < 2 * _SHORT_RUN
    # Digits all over the place make up for letters that happen to read well.
    return likely < -_UNLIKELY and (mean < _SHORT_RUN or len(_DIGITS.findall(text)) >= max(3, len(text) / 8))


def likelihood(text: str) -> float:
    """Mean log ratio of the pairs of letters in ``text``, English words against chance: above 0 for words.

    Natural logarithms, pairs within a word only; 0 where there are none. The table was counted from ordinary English
    words.
    """
    table, total, count = _table(), 0.0, 0
    for word in _LETTERS.findall(text):
        lower = word.lower()
        for pair in itertools.pairwise(lower):
            total += table[(ord(pair[0]) - 97) * 26 + ord(pair[1]) - 97]
            count += 1
    return total / count if count else 0.0


def entropy(text: Iterable[str]) -> float:
    """Shannon entropy of the characters, in bits a character."""
    counts: dict[str, int] = {}
    for char in text:
        counts[char] = counts.get(char, 0) + 1
    size = sum(counts.values())
    return -sum(n / size * math.log2(n / size) for n in counts.values()) if size else 0.0


@functools.cache
def _table() -> tuple[float, ...]:
    # A digit a pair: 0 is exp(-3.6) times as common as by chance, each step is 0.6 in the exponent, 9 is exp(1.8).
    digits = resources.files("text_redact.secrets").joinpath("data", "letter_pairs.txt").read_text("ascii")
    return tuple(-3.6 + 0.6 * int(digit) for digit in digits if digit.isdigit())
