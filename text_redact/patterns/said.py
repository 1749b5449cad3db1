"""Numbers without a shape of their own, found by the words before them: "my cell is ...", "SSN ...", "mac ..."."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule
from text_redact.engine.stems import Announced, either, stems

_FILLER = (
    r"(?:is|was|are|number|numbers|no|nr|num|me|at|on|us|him|her|them|the|office|my|our|his|your|under|via|line|home|work"
    r"|mobile|to|or|of|client|customer|today|now|please|direct|address|addr|ist|es|est|lautet|unter|auf|au|al)"
)
_GAP = rf"[^\w\n+(]{{0,6}}(?:{_FILLER}\b[^\w\n+(]{{1,4}}){{0,4}}"

_PHONES = MappingProxyType(
    {
        "phone": "phones?",
        "fone": "(?:tele)?fones?",
        "fono": "fono",
        "telef": "telef(?:on(?:e|o|nummer)?|oon)",
        "tel": r"\btel\b",
        "t\u00e9l": r"\bt\u00e9l\b",
        "tlf": r"\btlf\b",
        "tfn": r"\btfn\b",
        "mobil": r"\bmobile?s?",
        "movil": r"\bmovil",
        "m\u00f3vil": r"\bm\u00f3vil",
        "cel": r"\bcel(?:ls?|ular|lulare)?\b",
        "call": r"\bcall(?:ed|ing)?\b",
        "fax": r"\bfax",
        "whatsapp": "whatsapp",
        "whats app": "whats app",
        "dial": r"\bdial",
        "ring": r"\bring\b",
        "reach": r"\breach",
        "handy": r"\bhandy\b",
        "nummer": r"nummer\b",
        "portable": r"\bportable\b",
        "gsm": r"\bgsm\b",
        "hotline": r"\bhotline",
        "sms": r"\bsms\b",
        "text ": r"\btext (?:me|him|her|us)\b",
        "number": r"(?:(?<=\bmy )|(?<=\bhis )|(?<=\bher )|(?<=\bour )|(?<=\byour )|(?<=\btheir )|(?<=\bnew ))number",
    }
)
# A sign with blanks around it, or blanks alone: each gap reads in one way, or fourteen of them read in millions.
_DIGITS = r"\d(?:(?:[ \t]{0,2}[().\-/][ \t]{0,2}|[ \t]{0,5})\d){6,14}"
_NO_PHONE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?: \d.*)?"
    r"|\d{1,2}[.]\d{2} ?- ?\d{1,2}[.]\d{2}|\d{1,3}(?:\.\d{1,3}){3}|\d+\.\d+|\d{4} ?[-/] ?\d{4}"
)
"""Dates, hours, addresses of hosts, decimals, years."""


def _phone(word: str) -> str:
    return rf"{word}{_GAP}(?P<value>[+(]{{0,2}}{_DIGITS})(?!\d|[.,:]\d)"


# "0412 345 678 is my new number", "(0412) 345 678 - mobile"
_IS_MY = (
    r" is (?:my|his|her|our|their|the)(?: new)?(?: mobile| cell| work| home| office)?(?: number| phone| cell| mobile)\b"
)
_BEFORE_WORD = re.compile(
    rf"(?<![\w.,:/-])(?P<value>[+(]{{0,2}}{_DIGITS})(?![.,:]?\d)"
    rf"(?:[ ,]{{0,2}}[(-]? ?(?:cell|mobile|mob|tel|fax|phone)\b|{_IS_MY})",
    re.IGNORECASE,
)


def _phone_before(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _BEFORE_WORD.finditer(text, start, end):
        if not _NO_PHONE.fullmatch(match["value"]):
            yield Hit("PHONE_NUMBER", match.start("value"), match.end("value"), 0.7, "own:phone-said-after")


_AFTER_KEYS = ("is my", "is his", "is her", "is our", "is their", "is the", "cell", "mob", "tel", "fax", "phone")
_SSN_WORDS = MappingProxyType(
    {
        "ssn": r"\bssns?(?![a-z])",
        "ss": r"\bss ?#",
        "soc": r"\bsoc(?:ial(?:[ -]?sec(?:urity)?|(?= ?(?:number|no\b|is\b|#|:)))|\.? sec\.?)",
    }
)
_LAST = r"\(?(?:last (?:4|four)(?: digits)?|ending(?: in| with)?)\)?"


def _ssn(word: str) -> str:
    return rf"{word}{_GAP}(?P<value>\d{{3}}[ ./\u00b7\-]{{0,3}}\d{{2}}[ ./\u00b7\-]{{0,3}}\d{{4}})(?!\d)"


def _last_four(word: str) -> str:
    return rf"{word}[^\w\n(]{{0,4}}(?:number )?{_LAST}{_GAP}(?P<value>\d{{4}})(?!\d)"


_LAST_OF = MappingProxyType(
    {"last ": r"last (?:4|four)(?: digits)?(?: of)?(?: (?:my|your|the|his|her))? (?:ssn|ss ?#|social(?: security)?)"}
)


def _four(word: str) -> str:
    return rf"{word}{_GAP}(?P<value>\d{{4}})(?!\d)"


_DASHED = re.compile(r"(?<![\d-])(?!000|666|9)\d{3} ?- ?(?!00)\d{2} ?- ?(?!0000)\d{4}(?![\d-]|\.\d)")


def _dashed(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _DASHED.finditer(text, start, end):
        yield Hit("US_SSN", match.start(), match.end(), 0.6, "own:ssn-dashed")


_MACS = MappingProxyType(
    {
        "mac": r"\bmac\b",
        "hwaddr": "hwaddr",
        "ether": r"\bether(?:net)?\b",
        "ssid": r"ssid\b",
        "bluetooth": "bluetooth",
        "wlan": r"\bwlan\d?\b",
        "nic": r"\bnic\b",
        "physical addr": "physical addr(?:ess)?",
        "hardware addr": "hardware addr(?:ess)?",
        "adapter": "adapter",
    }
)


def _mac(word: str) -> str:
    value = (
        r"[0-9a-f]{12}|[0-9a-f]{1,2}(?:[ :.\-][0-9a-f]{1,2}){5}|[0-9a-f]{4}(?:[:\- ][0-9a-f]{4}){2}"
        r"|[0-9a-f]{6}[:\- .][0-9a-f]{6}"
    )
    return rf"{word}{_GAP}(?P<value>{value})(?![0-9a-z])"


_FIND_SSN = Announced(
    "US_SSN",
    "own:ssn-said",
    0.8,
    (*stems(_SSN_WORDS, _ssn), *stems(_SSN_WORDS, _last_four), *stems(_LAST_OF, _four)),
)
_FIND_PHONE = Announced("PHONE_NUMBER", "own:phone-said", 0.8, stems(_PHONES, _phone), _NO_PHONE)
_FIND_MAC = Announced("MAC_ADDRESS", "own:mac-said", 0.8, stems(_MACS, _mac))
_MAC_GATE = either(_MACS)
_PHONE_GATE = r"\d(?:[ \t().\-/]{0,5}\d){6}"
RULES = (
    (
        "PHONE_NUMBER",
        Rule("own:phone-said", Needs(7), tuple(_PHONES), _PHONE_GATE, None, _FIND_PHONE),
    ),
    ("PHONE_NUMBER", Rule("own:phone-said-after", Needs(7), _AFTER_KEYS, _PHONE_GATE, None, _phone_before)),
    (
        "US_SSN",
        Rule("own:ssn-said", Needs(4), ("ssn", "ss", "soc"), r"\bss(?:n|s| ?#)|\bsoc(?:ial|\.| )", None, _FIND_SSN),
    ),
    ("US_SSN", Rule("own:ssn-dashed", Needs(9, (0, 0, 0, 2, 2)), (), r"\d{3} ?- ?\d{2} ?- ?\d{4}", _DASHED, _dashed)),
    ("MAC_ADDRESS", Rule("own:mac-said", Needs(), tuple(_MACS), _MAC_GATE, None, _FIND_MAC)),
)
