"""Personal data with a slip in it: what was typed has the shape of a card or an address, and a check digit that fails.

About one character in a hundred is typed wrong and stays so. A detector that checks passes over such a value although
all of it but one character is there to be read, so typed text is also read for the shapes alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from recording.model import Hit, Passage
from text_redact.detectors import respelt
from text_redact.normalise import normalise

SCORE = 0.5

_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_FREE = r"(?<![\d_.,:/-])"
_JOINT = r"[ .\-/_]"
_GLUED = r"(?<!\d)"
"""Where a number may begin: behind a letter too, since the space before it is forgotten as often as any key."""
_GROUPED = re.compile(rf"{_GLUED}\d(?:{_JOINT}{{0,3}}\d){{13,18}}{_END}")
_IBAN = re.compile(rf"{_START}[a-z]{{2}}\d[\do](?:[ -]{{0,2}}[a-z0-9]){{10,32}}{_END}", re.IGNORECASE)
_PHONE = re.compile(
    rf"{_FREE}\d?(?:\+|00)[\d-]{{1,3}}[ .\-(]{{0,2}}\d[\d .\-()]{{5,18}}\d{_END}"
    rf"|{_FREE}\(\d{{2,5}}\)?[ .-]{{0,2}}\d{{2,5}}[ .-]{{0,2}}\d{{2,6}}{_END}"
    rf"|{_FREE}\d{{2,4}}([ .-])\d{{2,4}}\1\d{{3,5}}{_END}"
)
_SSN = re.compile(rf"{_FREE}\d{{2,4}}([ -])\1?\d{{1,3}}\1{{1,2}}\d{{3,5}}{_END}|{_FREE}\d{{3}}-\d{{6}}{_END}")
_MAIL = re.compile(
    r"(?<![\w@])[\w.+-]{2,64}@[\w.,;-]{2,190}"
    r"|(?<![\w@])[\w.+-]{2,64}(?:\"|(?<=[a-z])2(?=[a-z]))[\w-]{1,63}(?:[.,;/]{1,2}[\w-]{1,63}){0,3}"
    r"[.,;/]{1,2}(?:com|org|net|edu|gov|example|test|local|info|biz|io|[a-z]{2})(?![\w@])",
    re.IGNORECASE,
)
_IP = re.compile(r"(?<![\d.,])\d{1,4}(?:[.,]{1,2}\d{1,4}){3}(?![\w.])")
_MAC = re.compile(
    rf"{_START}[0-9a-z]{{1,3}}(?:[:;-]{{1,2}}[0-9a-z]{{1,3}}){{5}}{_END}"
    rf"|{_START}[0-9a-z]{{3,5}}(?:\.{{1,2}}[0-9a-z]{{3,5}}){{2}}{_END}"
    rf"|[0-9a-f]{{2}}([:-])(?:[0-9a-f]{{2}}\1){{4}}[0-9a-f]{{2}}{_END}"
    # Two attempts at it without anything between them.
    r"|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}",
    re.IGNORECASE,
)
_IP6 = re.compile(rf"{_START}(?:[0-9a-z]{{1,5}}[:;]{{1,2}}){{3,8}}[0-9a-z]{{1,5}}{_END}", re.IGNORECASE)
_WALLET = re.compile(rf"{_START}(?:bc1|0x|[13])[a-z0-9]{{24,62}}{_END}", re.IGNORECASE)
_BESIDE = r"[ .\-/=+()\u2010-\u2015]{0,2}"
_NUMBER = re.compile(rf"(?<![\d.,])[(+]?\d(?:{_BESIDE}[a-z]?{_BESIDE}\d){{7,40}}(?!\d)", re.IGNORECASE)
_TOKEN = re.compile(rf"{_START}[A-Za-z0-9][A-Za-z0-9_-]{{15,400}}{_END}")
_SLIP = re.compile(r"(?<=\d)[a-z](?=\d)", re.IGNORECASE)
"""A letter between two digits: the finger missed a separator or hit two keys."""

_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)|(?<!\d)1[5-9]\d{8}(?:\d{3})?(?!\d)")
_DATES = re.compile(r"(?:19|20)\d\d[ .-]\d\d?[ .-]\d\d?|\d\d?[ .-]\d\d?[ .-](?:19|20)?\d\d")


@dataclass(frozen=True, slots=True)
class Mistyped:
    """Finds, in typed text alone, shapes of ``labels`` without their check digits."""

    labels: frozenset[str]

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """All hits; those that a checking detector makes as well do no harm."""
        if passage.kind != "typed" or not any(map(str.isalnum, passage.text)):
            return []
        plain = normalise(passage.text)
        hits = (*_hits(plain.text), *respelt.find(plain.text))
        return [plain.back(hit) for hit in hits if hit.label in self.labels]


Shape = Literal[
    "CREDIT_CARD",
    "CRYPTO",
    "DATE_OF_BIRTH",
    "EMAIL_ADDRESS",
    "IBAN_CODE",
    "IP_ADDRESS",
    "MAC_ADDRESS",
    "NUMBER",
    "PASSWORD",
    "PHONE_NUMBER",
    "SECRET",
    "US_SSN",
]
LABELS: tuple[Shape, ...] = get_args(Shape)
"""What has a shape that survives a slip, and what words announce that do."""


def _hits(text: str) -> Iterator[Hit]:
    for match in _MAIL.finditer(text):
        yield _hit("EMAIL_ADDRESS", match)
    if sum(map(str.isdigit, text)) >= LEAST_DIGITS:
        for label, pattern, is_one in _SHAPES:
            for match in pattern.finditer(text):
                if is_one(match.group()):
                    yield _hit(label, match)
        slipped = _SLIP.sub(" ", text)
        for label, pattern, is_one in _SHAPES[:_OF_DIGITS] if slipped != text else ():
            for match in pattern.finditer(slipped):
                if is_one(match.group()):
                    yield _hit(label, match)


LEAST_DIGITS = 4
"""Digits of a text that may hold any of the shapes made of digits."""


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _is_card(text: str) -> bool:
    digits = _digits(text)
    # 13 digits in one go are a time in milliseconds more often than a card that lacks three.
    fours = re.fullmatch(r"\d{3,5}(?:\W+\d{3,5}){3}", text)
    return bool(fours) or (len(digits) >= (14 if len(digits) < len(text) else 15) and digits[0] in "23456")


def _is_number(text: str) -> bool:
    """Whether so many digits can only be a number of somebody's, whatever became of it under the fingers."""
    left = _TIME.sub(" ", _DATES.sub(" ", text))
    groups = len(re.findall(r"[^\W_]+", text))
    return sum(map(str.isalpha, text)) <= _STRAY and len(_digits(left)) >= _LEAST_OF[min(groups, 3)]


_STRAY, _LEAST_OF = 2, (0, 10, 9, 8)
"""Letters among the digits of a number, at most; its digits, at least, by the number of its groups."""


def _is_phone(text: str) -> bool:
    return 8 <= len(_digits(text)) <= 15 and not _DATES.fullmatch(text)


def _is_ssn(text: str) -> bool:
    return 8 <= len(_digits(text)) <= 10 and not _DATES.fullmatch(text)


def _is_iban(text: str) -> bool:
    return len(_digits(text)) >= 10


def _is_address(text: str) -> bool:
    # A version has small numbers throughout; an address with a slip still has a large one.
    return any(len(group) >= 3 for group in re.findall(r"\d+", text))


def _is_wallet(text: str) -> bool:
    return len(_digits(text)) >= 4 and not text.isdigit()


def _is_token(text: str) -> bool:
    """Whether an unbroken part of it is letters and digits in a disorder that nobody types as a name of anything."""
    part = max(re.split(r"[_-]", text), key=len)
    return len(part) >= 14 and len(_digits(part)) >= 2 and len(part) - len(_digits(part)) >= 3


def _is_hex(text: str) -> bool:
    """Whether all of it but two characters could be hexadecimal, and it is neither a word nor a time."""
    chars = [char for char in text.lower() if char.isalnum()]
    strange = sum(char not in "0123456789abcdef" for char in chars)
    return strange <= 2 and len(chars) >= 11 and len(_digits(text)) >= 2


_SHAPES = (
    ("CREDIT_CARD", _GROUPED, _is_card),
    ("PHONE_NUMBER", _PHONE, _is_phone),
    ("US_SSN", _SSN, _is_ssn),
    ("IBAN_CODE", _IBAN, _is_iban),
    ("IP_ADDRESS", _IP, _is_address),
    ("IP_ADDRESS", _IP6, _is_hex),
    ("MAC_ADDRESS", _MAC, _is_hex),
    ("CRYPTO", _WALLET, _is_wallet),
    ("SECRET", _TOKEN, _is_token),
    ("NUMBER", _NUMBER, _is_number),
)
_OF_DIGITS = 3
"""The first so many shapes hold no letters."""


def _hit(label: str, match: re.Match[str]) -> Hit:
    return Hit(label, match.start(), match.end(), SCORE, "mistyped:shape")
