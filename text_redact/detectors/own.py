"""Patterns of our own, where Presidio's are known to miss: see docs/design.md, "Known misses of Presidio"."""

from __future__ import annotations

import functools
import re
from collections.abc import Generator, Iterable, Iterator, Sequence

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule

# Any host counts, also one under no public suffix: addresses inside companies are addresses. Its last part starts with
# a letter, unlike that of a version (package@1.2.3), or the whole is an IPv4 address.
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,256}")
_DOMAIN = re.compile(
    r"(?:[\w-]{1,63}(?:\.[\w-]{1,63}){0,7}\.[^\W\d_][\w-]{1,62}|\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))"
    r"(?:@[\w-]{1,63})?"  # mail systems append their own name
)
# Groups of digits with one or two separators between them.
_DIGITS = re.compile(r"(?<!\d)(?<!\d\.)\d+(?:(?:[ .\-\u00b7_/]{1,2}|[ .\-]?\r?\n[ ]{0,4})\d+)*")
_LONGEST_LOCAL = 256
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_BORN = (
    r"(?:date\s+of\s+birth|birth\s*(?:date|day)|d\.?\s?o\.?\s?b\b\.?|born(?:\s+on)?|geburts(?:datum|tag)|geboren(?:\s+am)?"
    r"|date\s+de\s+naissance|n[eé]e?\s+le|fecha\s+de\s+nacimiento|nacid[oa](?:\s+el)?|data\s+di\s+nascita|nat[oa]\s+il"
    r"|data\s+de\s+nascimento|nascid[oa]\s+em|geboortedatum|data\s+urodzenia|f[oø]d(?:t|selsdato)|syntym[aä]aika"
    r"|do[gğ]um\s+tarihi|tanggal\s+lahir)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = (
    r"(?:\d{1,4}[./\- ]\d{1,2}[./\- ]\d{1,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\.?,?\s+\d{{2,4}}"
    rf"|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{2,4}})"
)
_BIRTH = re.compile(rf"\b{_BORN}\W{{0,6}}(?:is\s+|was\s+)?(?P<value>{_DATE})", re.IGNORECASE)


def rules(entities: Iterable[str]) -> tuple[Rule, ...]:
    """The rules for those of ``entities`` that these patterns find."""
    wanted = set(entities)
    return tuple(rule for label, rule in _RULES if label in wanted)


def _emails(text: str, start: int, end: int) -> Iterator[Hit]:
    # From each @ both ways: a pattern for the whole would try every word of the text as the beginning.
    at = text.find("@", start, end)
    while at >= 0:
        local = _LOCAL.match(text[max(start, at - _LONGEST_LOCAL) : at][::-1])
        domain = _DOMAIN.match(text, at + 1, end)
        if local and domain:
            yield Hit("EMAIL_ADDRESS", at - local.end(), domain.end(), 0.9, "own:email-any-host")
        at = text.find("@", at + 1, end)


def _cards(text: str, start: int, end: int) -> Iterator[Hit]:
    """Every run of whole groups that is a card number: "4111 1111 1111 1111 12/27" holds more than the card."""
    for match in _DIGITS.finditer(text, start, end):
        if match.end() - match.start() < _SHORTEST_CARD:
            continue
        groups = [
            (m.group(), m.start() + match.start(), m.end() + match.start()) for m in _GROUP.finditer(match.group())
        ]
        first = 0
        while first < len(groups):
            first = max(first + 1, (yield from _card_at(groups, first)))


_GROUP = re.compile(r"\d+")


def _card_at(groups: Sequence[tuple[str, int, int]], first: int) -> Generator[Hit, None, int]:
    """The longest card that starts with group ``first``; returns the group after it."""
    digits, found = "", 0
    for index in range(first, min(len(groups), first + _LONGEST_CARD)):
        digits += groups[index][0]
        if len(digits) > _LONGEST_CARD:
            break
        if len(digits) >= _SHORTEST_CARD and is_card(digits):
            found = index + 1
    if found:
        yield Hit("CREDIT_CARD", groups[first][1], groups[found - 1][2], 1.0, "own:card-luhn")
    return found


def is_card(digits: str) -> bool:
    """Whether digits are the number of a payment card: an issuer's first digits (ISO/IEC 7812) and the check digit."""
    issued = digits[0] in "3456" or "2221" <= digits[:4] <= "2720"
    return issued and len(set(digits)) > 1 and luhn(digits)


def _births(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _BIRTH.finditer(text, start, end):
        yield Hit("DATE_OF_BIRTH", match.start("value"), match.end("value"), 0.9, "own:birth-context")


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B check digit."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char)
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def _spelt_emails(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _SPELT_EMAIL.finditer(text, start, end):
        yield Hit("EMAIL_ADDRESS", match.start(), match.end(), 0.8, "own:email-spelt-out")


def _announced_emails(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _ANNOUNCED_EMAIL.finditer(text, start, end):
        yield Hit("EMAIL_ADDRESS", match.start("value"), match.end("value"), 0.7, "own:email-announced")


def _ibans(text: str, start: int, end: int) -> Iterator[Hit]:
    """Every account number of a country's length with right check digits (ISO 13616), however it is spaced."""
    for match in _IBAN_START.finditer(text, start, end):
        size = iban_lengths().get(match.group(1).upper())
        if size is None:
            continue
        chars, last = "", match.start()
        for part in _IBAN_PART.finditer(text, match.start(), min(end, match.start() + 4 * size)):
            if part.start() > last + 4 or (gap := text[last : part.start()]).strip(" .-\r\n\t") or gap.count("\n") > 1:
                break
            chars, last = chars + part.group(), part.end()
            if len(chars) == size:
                break
        bounded = last >= len(text) or not text[last].isalnum()
        if len(chars) == size and bounded and is_iban(chars):
            yield Hit("IBAN_CODE", match.start(), last, 1.0, "own:iban-mod97")


def is_iban(chars: str) -> bool:
    """ISO 13616: with the first four characters at the end and letters as numbers, it is 1 modulo 97."""
    try:
        return int("".join(str(int(char, 36)) for char in chars[4:] + chars[:4])) % 97 == 1
    except ValueError:
        return False


@functools.cache
def iban_lengths() -> dict[str, int]:
    """Characters of an account number by country (SWIFT IBAN registry)."""
    return {entry[:2]: int(entry[2:]) for entry in _IBAN_LENGTHS.split()}


_IBAN_LENGTHS = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24
    FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
    LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
    RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})[ .-]?[0-9]{2}")
_IBAN_PART = re.compile(r"[A-Za-z0-9]")
_AT = r"(?:[ ]{0,2}[\[({<][ ]?at[ ]?[\])}>][ ]{0,2}|[ ]{1,2}at[ ]{1,2}(?!(?:the|an?|my|your|our|this|that)\b))"
_DOT = r"(?:[ ]{0,2}[\[({<][ ]?(?:dot|\.)[ ]?[\])}>][ ]{0,2}|[ ]{1,2}dot[ ]{1,2})"
_SPELT_EMAIL = re.compile(
    rf"(?<![\w.])[\w+-]{{1,40}}(?:(?:{_DOT}|[.])[\w+-]{{1,40}}){{0,4}}{_AT}[\w-]{{1,60}}(?:{_DOT}[a-z][\w-]{{0,60}}){{1,4}}"
    r"|(?<![\w.])[\w+.-]{1,64}[ ]{0,2}[\[({<][ ]?at[ ]?[\])}>][ ]{0,2}[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}",
    re.IGNORECASE,
)
_ANNOUNCED_EMAIL = re.compile(
    r"(?:e-?mails?|mail(?:ed|to)?|to|cc|bcc|from|contact|address)(?:[ ]+(?:is|address|to|at|me|us|id)){0,3}"
    r"[ ]{0,2}[:=]?[ ]{0,3}[<\"']?(?P<value>[\w.+-]{2,64}@[a-z][\w-]{1,62})(?![\w@])(?!\.\w)",
    re.IGNORECASE,
)
_BIRTH_WORDS = (
    "birth", "born", "dob", "d.o.b", "d. o", "d o", "geb", "naissance", "n\u00e9", "nee le", "ne le", "naci", "nasc",
    "nat", "geboorte", "urodzenia", "f\u00f8d", "fod", "syntym", "tarihi", "lahir",
)  # fmt: skip
_ONE_AT = Needs(0, (1, 0, 0, 0, 0))
_MAIL_WORDS = ("mail", "to", "cc", "from", "contact", "address")
_AT_WORDS = ("dot", "[at]", "(at)", "{at}", "<at>", " at]", " at)")
_SPELT_GATE = r"[\[({< ]at[\])}> ]"
_IBAN_GATE = r"[A-Za-z]{2}[ .-]?[0-9]{2}(?:[ .\-\r\n\t]{0,4}[A-Za-z0-9]){11}"
_SPELT_EMAIL_HINT = re.compile(r"\bat\b", re.IGNORECASE)
_IBAN_HINT = re.compile(r"(?<=[A-Za-z]{2})[ .-]?[0-9]{2}[ .\-]?\s{0,2}[A-Za-z0-9]{2}")
_RULES: tuple[tuple[str, Rule], ...] = (
    (
        "CREDIT_CARD",
        Rule("own:card", Needs(_SHORTEST_CARD), (), r"\d(?:[ .\-_/\r\n]{0,7}\d){12}", None, _cards, lines=False),
    ),
    ("DATE_OF_BIRTH", Rule("own:birth", Needs(3), _BIRTH_WORDS, r"\d", None, _births, lines=False)),
    ("EMAIL_ADDRESS", Rule("own:email", _ONE_AT, (), r"[^\s]@[A-Za-z0-9_?-]", None, _emails)),
    ("EMAIL_ADDRESS", Rule("own:email-announced", _ONE_AT, _MAIL_WORDS, r"\w@[a-z]", None, _announced_emails)),
    ("EMAIL_ADDRESS", Rule("own:email-spelt", Needs(), _AT_WORDS, _SPELT_GATE, _SPELT_EMAIL_HINT, _spelt_emails)),
    ("IBAN_CODE", Rule("own:iban", Needs(4), (), _IBAN_GATE, _IBAN_HINT, _ibans, lines=False)),
)
FOUND = frozenset(label for label, _ in _RULES)
"""Entities that these patterns find."""
