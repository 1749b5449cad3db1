"""International bank account numbers, however they are spaced."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule

_MODULUS = 97


def is_iban(chars: str) -> bool:
    """ISO 13616: with the first four characters at the end and letters as numbers, it is 1 modulo 97."""
    try:
        return int("".join(str(int(char, 36)) for char in chars[4:] + chars[:4])) % _MODULUS == 1
    except ValueError:
        return False


def _find(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _START.finditer(text, start, end):
        country = _COUNTRY.search(text[max(start, match.start() - _BEFORE) : match.start()])
        size = LENGTHS.get((country[1] + country[2]).upper()) if country else None
        if country is None or size is None:
            continue
        begin = last = match.start() - country.end() + country.start(1)
        chars, found = "", 0
        for part in _PART.finditer(text, begin, min(end, begin + 4 * size)):
            gap = text[last : part.start()]
            if len(gap) > 4 or gap.strip(" .-\r\n\t/") or gap.count("\n") > 1:
                break
            chars, last = chars + part.group(), part.end()
            if len(chars) > _LONGEST or (gap and len(chars) > size):
                break
            # One character too many may be a slip of the hand: Presidio takes those with right check digits as well.
            if len(chars) >= size and sum(map(str.isdigit, chars)) >= _FEWEST_DIGITS and is_iban(chars):
                found = last
        if found:
            yield Hit("IBAN_CODE", begin, found, 1.0, "own:iban-mod97")


_LONGEST = 34
_FEWEST_DIGITS = 8
"""Digits of every account number: words after "be 30" may pass the check as well."""
_LENGTHS = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24
    FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
    LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
    RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
"""Characters of an account number by country (SWIFT IBAN registry)."""
# The first check digit, where a number may be.
_START = re.compile(
    r"[0-9](?:(?<=[A-Za-z][0-9])|(?<=[A-Za-z][ .-][0-9]))(?= ?[0-9](?:[ .\-\r\n\t/]{0,4}[A-Za-z0-9]){11})"
)
# "IBANDE89...": the word may run into the number.
_COUNTRY = re.compile(r"(?:(?:^|[^A-Za-z0-9])|(?<=[Ii][Bb][Aa][Nn]))([A-Za-z]) ?([A-Za-z])[ .-]?$")
_BEFORE = 8
_PART = re.compile(r"[A-Za-z0-9]")
RULES = (
    (
        "IBAN_CODE",
        Rule(
            "own:iban",
            Needs(_FEWEST_DIGITS),
            (),
            r"[A-Za-z] ?[A-Za-z][ .-]?[0-9] ?[0-9](?:[ .\-\r\n\t/]{0,4}[A-Za-z0-9]){11}",
            _START,
            _find,
            lines=False,
        ),
    ),
)
