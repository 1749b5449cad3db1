"""Personal data as OCR reads it: an O for a 0, an S for a 5, a © for an @, a dot lost.

A check digit that fails on a screen says that a character was misread more often than that there is no account. So
lines of screens are read again with digits where letters look like them, and for shapes without their check digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.contract import TextDetector
from recording.model import Hit, Passage
from text_redact.normalise import normalise
from text_redact.patterns import births
from text_redact.patterns.ibans import LENGTHS

ENTITIES = ("CREDIT_CARD", "DATE_OF_BIRTH", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN")
"""What is made of digits, and read again where letters look like them."""
SCORE = 0.5
_ALIKE = str.maketrans("OoQDlI|i!]ZzSs$B?", "00001111112255587")
_CANDIDATE = re.compile(r"(?<![^\W_])[\dOoQDlI|i!\]ZzSs$B?+(][\dOoQDlI|i!\]ZzSs$B?./:\-()]*")
_IBAN = re.compile(r"(?<![^\W_])([A-Z]{2})[ ]?[\dOQDlI|SBZ?]{2}(?:[ .]{0,2}[A-Z\dl|?)\]]){11,30}(?![^\W_])")
_CARD = re.compile(
    r"(?<![\d./-])(?:\d{4}(?:([ .-])\d{4}){2}\1\d{4}|[2-6]\d{15})(?![\d/-])"
    r"|(?<![\d./-])3\d{3}[ -]?\d{6}[ -]?\d{5}(?!\d)"
)
_SSN = re.compile(r"(?<![\d.,-])\d{3}-\d{2}-\d{4}(?![\d-])")
_AT = re.compile(
    r"(?<![\w@])[a-z\d][\w.+-]{0,63}(?:[\u00a9\u00ae]|\(a\)|@ | @)[a-z\d][\w-]{1,62}(?:[.,][\w-]{2,63}){1,5}",
    re.IGNORECASE,
)
_COMMAS = re.compile(r"(?<![\w.,(\[{])(?!\d{1,3}(?:,\d{3})+(?![\d,]))\d{1,4}(?:[.,]\d{1,4}){2,3}(?![\w,)\]}])")
"""Three or four numbers with commas for dots, as OCR reads small type; neither thousands nor arguments of a call."""
_HALF = 2


@dataclass(frozen=True, slots=True)
class Misread:
    """Finds, in lines of screens alone, what OCR has misread of values with a pattern.

    Attributes:
        detect: Reads lines with digits put where letters look like them.
    """

    detect: TextDetector

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """All hits in the line; what introduces it counts as the words before it."""
        if passage.kind != "screen" or not passage.text:
            return []
        lead = f"{passage.label.rstrip(' :*')}: " if passage.label else ""
        plain = normalise(lead + passage.text)
        found = [plain.back(hit) for hit in _hits(plain.text, self.detect)]
        return [
            Hit(hit.label, max(0, hit.start - len(lead)), hit.end - len(lead), SCORE, hit.rule)
            for hit in found
            if hit.end > len(lead)
        ]


def _hits(text: str, detect: TextDetector) -> Iterator[Hit]:
    for match in _AT.finditer(text):
        yield _hit("EMAIL_ADDRESS", match)
    if any(map(str.isdigit, text)):
        yield from (_hit("IBAN_CODE", match) for match in _IBAN.finditer(text) if _is_iban(match))
        yield from _in_digits(text, detect)


def _is_iban(match: re.Match[str]) -> bool:
    """Whether it is as long as its country's are, give or take a character, and half of it digits."""
    chars = re.sub(r"[ .]", "", match.group())  # a ")" was a J
    size = LENGTHS.get(match[1])
    return size is not None and abs(len(chars) - size) <= 1 and _HALF * sum(map(str.isdigit, chars)) >= len(chars)


def _in_digits(text: str, detect: TextDetector) -> Iterator[Hit]:
    right = with_digits(text)
    for label, pattern in (("CREDIT_CARD", _CARD), ("US_SSN", _SSN)):
        for match in pattern.finditer(right):
            yield _hit(label, match)
    for _, rule in births.MISREAD:
        yield from rule.find(right, 0, len(right))
    if right != text:
        for hit in detect(right):
            if right[hit.start : hit.end] != text[hit.start : hit.end]:
                yield Hit(hit.label, hit.start, hit.end, SCORE, "misread:digits")


def with_digits(text: str) -> str:
    """The text, as long as before, with digits for letters and dots for commas.

    Letters are those that look like digits, in words of which half are digits; commas those between such numbers as
    addresses, dates and phone numbers have.
    """

    def right(match: re.Match[str]) -> str:
        said = match.group()
        signs = sum(map(str.isalnum, said)) + sum(said.count(sign) for sign in "|!]$?")
        return said.translate(_ALIKE) if _HALF * sum(map(str.isdigit, said)) >= signs else said

    return _COMMAS.sub(lambda match: match.group().replace(",", "."), _CANDIDATE.sub(right, text))


def _hit(label: str, match: re.Match[str]) -> Hit:
    return Hit(label, match.start(), match.end(), SCORE, "misread:shape")
