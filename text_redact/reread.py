"""The second opinion on a result: other patterns than the ones that found, broader and with lower demands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recording.model import Hit
from text_redact.normalise import normalise
from text_redact.patterns.cards import luhn

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    # From the first character of a word on: from a later one it would read the whole word again, each time.
    (
        "EMAIL_ADDRESS",
        re.compile(r"(?<![^\s@<>()\[\]:;,\"'])[^\s@<>()\[\]:;,\"']+@[^\s@<>()\[\]:;,\"']+\.[^\W\d_]{2,}"),
    ),
    ("US_SSN", re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])")),
    ("IBAN_CODE", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")),
    (
        "SECRET",
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:AKIA|ghp_|xox[bp]-|eyJ[\w-]{10,10000}\.eyJ)[\w-]{10,}"),
    ),
)
_DIGITS = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])")
_IBAN_MOD = 97


@dataclass(frozen=True, slots=True)
class Reread:
    """Finds what should not be in a result, with patterns of its own: nothing of the finding steps is used."""

    labels: frozenset[str]

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits, in offsets of ``text``."""
        plain = normalise(text)
        return [plain.back(hit) for hit in _hits(plain.text) if hit.label in self.labels]


def _hits(text: str) -> Iterator[Hit]:
    for label, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if label != "IBAN_CODE" or _iban(match.group()):
                yield Hit(label, match.start(), match.end(), 0.9, "reread:pattern")
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if digits[0] in "3456" and luhn(digits) and len(set(digits)) > 1:
            yield Hit("CREDIT_CARD", match.start(), match.end(), 0.9, "reread:luhn")


LABELS = frozenset({"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "SECRET", "US_SSN"})
"""What the second opinion looks for."""


def _iban(text: str) -> bool:
    """ISO 13616: the rearranged number is 1 modulo 97."""
    compact = text.replace(" ", "")
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(char, 36)) for char in rearranged)) % _IBAN_MOD == 1
