"""Finds values on screens of which a column, a window or an ellipsis hides the end: no pattern holds any more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recording.model import Hit, Passage
from text_redact.patterns.ibans import LENGTHS

SCORE = 0.6
_CUT = r"(?:\u2026|\.{2,4})"
"""An ellipsis, as one sign or as OCR reads it."""
_LOCAL = r"(?<![\w@./+-])[A-Za-z0-9][\w.+-]{1,63}"

# A domain whose end is out of sight. "name@host:" and "name@host$" are prompts and have patterns of their own.
_EMAIL = re.compile(rf"(?P<value>{_LOCAL}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]|\.(?!\.)){{0,62}})?)(?={_CUT}|$)")
_CARDS = (
    re.compile(
        r"(?<![\w.,-])(?P<value>(?P<first>[2-6]\d{3})(?P<gap>[ -])\d{4}(?:(?P=gap)\d{0,4})?(?:(?P=gap)\d{0,3})?)"
        rf"(?=\s?{_CUT})"
    ),
    # Without an ellipsis three groups of four are needed.
    re.compile(r"(?<![\w.,-])(?P<value>(?P<first>[2-6]\d{3})(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{0,3})?)$"),
    re.compile(rf"(?<![\w.,-])(?P<value>(?P<first>[2-6]\d{{3}})\d{{3,11}})(?=\s?{_CUT})"),
)
_IBAN = re.compile(
    r"(?<![\w-])(?P<value>(?P<country>[A-Z]{2})\d{2}(?P<rest>(?: [A-Z0-9]{4}){1,7}(?: [A-Z0-9]{0,3})?|[A-Z0-9]{6,30}))"
    rf"(?P<end>\s?{_CUT}|$)"
)
# Cut by a column and run into what stands beside it, five groups of four are still nothing else.
_IBAN_INSIDE = re.compile(
    r"(?<![\w-])(?P<value>(?P<country>[A-Z]{2})\d{2}(?P<rest>(?: [A-Z0-9]{4}){4,7}))(?P<end>)(?!\w)"
)
_PHONE = re.compile(
    r"(?<![\w.,/:-])(?P<value>\+\d{1,3}[ ().-]{0,2}\d[\d ().-]{1,12}|\(\d{2,4}\) ?[\d -]{1,8}"
    rf"|\d{{3}}(?P<gap>[-.])\d{{3}}(?P=gap)\d{{0,3}})(?=\s?{_CUT})"
)
_SSN = re.compile(rf"(?<![\w.,-])(?P<value>\d{{3}}(?P<gap>[- ])\d{{2}}(?P=gap)\d{{0,3}})(?=\s?{_CUT})")
_LEAST_IBAN = 8
_SURE_IBAN = 14
_LEAST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Clipped:
    """Finds beginnings of values at the end of lines of screens, or before an ellipsis; other texts are left alone."""

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """All hits in one line of a screen."""
        return list(_hits(passage.text)) if passage.kind == "screen" else []


def _hits(text: str) -> Iterator[Hit]:
    for label, pattern, is_one in _KINDS:
        for match in pattern.finditer(text):
            if is_one(match):
                yield Hit(label, match.start("value"), match.end("value"), SCORE, "clipped")


def _is_address(match: re.Match[str]) -> bool:
    """Whether a domain is cut, and no version of a package ("react@18", "pkg@latest") or call to somebody ("ada@")."""
    domain = match["value"].partition("@")[2]
    cut = match.end() < len(match.string)
    return cut if not domain else domain[0].isalpha() and domain.casefold() not in _VERSIONS


_VERSIONS = frozenset({"latest", "next", "beta", "alpha", "canary", "rc", "main", "master", "head", "stable", "dev"})


def _is_card(match: re.Match[str]) -> bool:
    return _is_issuer(match["first"])


def _is_number(match: re.Match[str]) -> bool:
    return sum(map(str.isdigit, match["value"])) >= _LEAST_DIGITS


def _is_issuer(first: str) -> bool:
    """Whether cards of a large network begin so (ISO/IEC 7812: 4; 51-55; 2221-2720; 34, 37; 6011, 65; 3528-3589)."""
    four = int(first)
    return (
        first[0] == "4"
        or 5100 <= four <= 5599
        or 2221 <= four <= 2720
        or first[:2] in ("34", "37", "65")
        or four == 6011
        or 3528 <= four <= 3589
    )


def _is_iban(match: re.Match[str]) -> bool:
    """Whether a text begins as an account of its country, and is shorter than one."""
    length = LENGTHS.get(match["country"])
    shown = len(match.group().replace(" ", "").rstrip(".\u2026"))
    digits = sum(map(str.isdigit, match["rest"]))
    if length is None or shown < _LEAST_IBAN or 2 * digits < shown - 8:
        return False
    if match.re is _IBAN and shown >= length:
        return False
    cut = bool(match["end"].strip())
    return cut or shown >= _SURE_IBAN or match["rest"].startswith(" ")


_KINDS = (
    ("EMAIL_ADDRESS", _EMAIL, _is_address),
    *(("CREDIT_CARD", pattern, _is_card) for pattern in _CARDS),
    *(("IBAN_CODE", pattern, _is_iban) for pattern in (_IBAN, _IBAN_INSIDE)),
    *((label, pattern, _is_number) for label, pattern in (("PHONE_NUMBER", _PHONE), ("US_SSN", _SSN))),
)
