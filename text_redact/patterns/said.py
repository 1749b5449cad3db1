"""Numbers without a shape of their own, found by the words before them: "my cell is ...", "SSN ...", "mac ..."."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule

_FILLER = (
    r"(?:is|was|are|number|numbers|no|nr|num|me|at|on|us|him|her|them|the|office|my|our|his|your|under|via|line|home|work"
    r"|mobile|to|or|of|client|customer|today|now|please|direct|address|addr|ist|es|est|lautet|unter|auf|au|al)"
)
_GAP = rf"[^\w\n+(]{{0,6}}(?:{_FILLER}\b[^\w\n+(]{{1,4}}){{0,4}}"
_PHONE_WORDS = (
    r"\b(?:tele)?(?:ph|f)ones?|\b(?:tele)?f[oó]no|t[eé]l[eé]phone|telefon(?:e|nummer)?|telefoon|\btel\b|\btlf\b|\btfn\b|\bmobile|\bmobil\b"
    r"|m[oó]vil|\bcell|\bcel(?:ular|lulare)?\b|\bcall(?:ed|ing)?\b|\bfax|\bwhats ?app|\bdial|\bring\b|\breach|\bhandy\b|nummer\b"
    r"|\bportable\b|\bgsm\b|\bhotline|\bsms\b|\btext (?:me|him|her|us)\b|\b(?:my|his|her|our|your|their) (?:new )?number"
)
_PHONE = re.compile(
    rf"(?:{_PHONE_WORDS}){_GAP}(?P<value>[+(]{{0,2}}\d(?:[ \t]{{0,2}}[().\-/ \t]?[ \t]{{0,2}}\d){{6,14}})(?![\d]|[.,:]\d)",
    re.IGNORECASE,
)
_NO_PHONE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?: \d.*)?|\d{1,2}[.]\d{2} ?- ?\d{1,2}[.]\d{2}"
    r"|\d{1,3}(?:\.\d{1,3}){3}|\d+\.\d+|\d{4} ?[-/] ?\d{4}"
)
# "212\n555\n0143" after the sign of an international number or an announcing word.
_SOCIAL = r"(?:\bssns?(?=[^a-z]|$)|\bss ?#|social(?: |-)?sec(?:urity)?|soc\.? sec\.?|\bmy social|\bsocial(?= ?(?:number|no\b|is|#|:)))"
_SSN = re.compile(
    rf"{_SOCIAL}{_GAP}(?P<value>\d{{3}}[ ./\u00b7\-]{{0,3}}\d{{2}}[ ./\u00b7\-]{{0,3}}\d{{4}})(?!\d)", re.IGNORECASE
)
_LAST_FOUR = re.compile(
    rf"(?:{_SOCIAL}[^\w\n]{{0,4}}(?:number )?(?:\(?last (?:4|four)(?: digits)?\)?|ending(?: in| with)?)"
    rf"|last (?:4|four)(?: digits)?(?: of)?(?: (?:my|your|the|his|her))? {_SOCIAL}){_GAP}(?P<value>\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_DASHED = re.compile(r"(?<![\d-])(?!000|666|9)\d{3} ?- ?(?!00)\d{2} ?- ?(?!0000)\d{4}(?![\d-]|\.\d)")
_MAC = re.compile(
    r"(?:\bmac\b|hw ?addr|\bether(?:net)?\b|link/ether|\b[be]?ssid\b|bluetooth|\bwlan\d?\b|\bnic\b|(?:physical|hardware) address|adapter)"
    rf"{_GAP}(?P<value>[0-9a-f]{{12}}|[0-9a-f]{{1,2}}(?:[ :.\-][0-9a-f]{{1,2}}){{5}}|[0-9a-f]{{4}}(?:[:\- ][0-9a-f]{{4}}){{2}}"
    r"|[0-9a-f]{6}[:\- .][0-9a-f]{6})(?![0-9a-z])",
    re.IGNORECASE,
)


def _finder(label: str, rule: str, *patterns: re.Pattern[str]) -> Callable[[str, int, int], Iterable[Hit]]:
    def find(text: str, start: int, end: int) -> Iterator[Hit]:
        for pattern in patterns:
            for match in pattern.finditer(text, start, end):
                if label != "PHONE_NUMBER" or not _NO_PHONE.fullmatch(match["value"]):
                    yield Hit(label, match.start("value"), match.end("value"), 0.8, rule)

    return find


def _dashed(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _DASHED.finditer(text, start, end):
        yield Hit("US_SSN", match.start(), match.end(), 0.6, "own:ssn-dashed")


_PHONE_KEYS = (
    "phone", "fono", "t\u00e9l", "telef", "tel", "tlf", "tfn", "mobil", "m\u00f3vil", "movil", "cel", "call", "fax", "whats", "dial", "ring", "reach",
    "handy", "nummer", "portable", "gsm", "hotline", "sms", "text ", "number", "fone",
)  # fmt: skip
_PHONE_GATE = (
    r"(?:phone|fone|fono|t.l|tel|tlf|tfn|mobil|m.vil|cel|call|fax|whats|dial|ring|reach|handy|nummer|portable|gsm|hotline|sms"
    r"|text |number)[^\n]{0,70}\d(?:[ \t]{0,2}[().\-/ \t]?[ \t]{0,2}\d){6}"
)
RULES = (
    (
        "PHONE_NUMBER",
        Rule("own:phone-said", Needs(7), _PHONE_KEYS, _PHONE_GATE, None, _finder("PHONE_NUMBER", "own:phone-said", _PHONE)),
    ),
    (
        "US_SSN",
        Rule(
            "own:ssn-said", Needs(4), ("ss", "soc"), r"(?:ss ?#|ssn|soc)[^\n]{0,70}\d{2}", None,
            _finder("US_SSN", "own:ssn-said", _SSN, _LAST_FOUR),
        ),
    ),
    ("US_SSN", Rule("own:ssn-dashed", Needs(9, (0, 0, 0, 2, 2)), (), r"\d{3} ?- ?\d{2} ?- ?\d{4}", _DASHED, _dashed)),
    (
        "MAC_ADDRESS",
        Rule(
            "own:mac-said", Needs(), ("mac", "addr", "ether", "ssid", "bluetooth", "wlan", "nic", "adapter"),
            r"(?:mac|addr|ether|ssid|bluetooth|wlan|nic|adapter)[^\n]{0,60}[0-9a-f]{1,2}(?:[ :.\-]?[0-9a-f]{1,2}){5}", None,
            _finder("MAC_ADDRESS", "own:mac-said", _MAC),
        ),
    ),
)  # fmt: skip
