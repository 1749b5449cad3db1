"""Dates of birth, told from other dates by the words before them, in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule
from text_redact.engine.stems import Announced, either, stems
from text_redact.normalise import in_ascii

_WORDS = MappingProxyType(
    {
        "birth": r"birth[\s_-]*(?:date|day)?s?",
        "b-day": "b-day",
        "bday": "bday",
        "dob": r"(?<![^\W_])dob(?![^\W_])",
        "d.o": r"(?<![^\W_])d\.\s?o\.?\s?b\b\.?",
        "d o b": r"\bd o b\b",
        "d. o": r"\bd\. o\. ?b\b\.?",
        "yob": r"\byob\b",
        "born": r"(?<![^\W_])born(?![^\W_])",
        "(b.": r"\(b\.",
        "geb": r"\bgeb(?:urts(?:datum|tag)|oren|oortedatum)?\b\.?",
        "geboortedatum": "geboortedatum",
        "naissance": "naissance",
        "n\u00e9": r"\bn\u00e9e? (?:le|en)\b",
        "ne le": r"\bne le\b",
        "nee le": r"\bnee le\b",
        "naci": r"\bnaci(?:miento|d[oa])",
        "nasc": r"\bnas(?:cita|cimento|cid[oa])",
        "nat": r"\bnat[oa] (?:il|nel)\b",
        "urodzeni": "urodzeni[ae]",
        "f\u00f8d": r"\bf\u00f8d(?:t|selsdato|selsdag)?\b",
        "fod": r"\bfod(?:t|selsdato|selsedato)\b",
        "f\u00f6d": r"\bf\u00f6d(?:d|elsedatum)\b",
        "syntym": r"syntym\w{0,8}",
        "tarihi": "(?<=do[g\u011f]um )tarihi",
        "lahir": "lahir",
        "\u0440\u043e\u0436\u0434": r"\u0440\u043e\u0436\u0434\w{0,8}",
        "\u751f\u5e74\u6708\u65e5": "\u751f\u5e74\u6708\u65e5",
        "\u51fa\u751f": r"\u51fa\u751f\w{0,4}",
    }
)
"""By stem, the word that announces a date of birth."""
_FILLER = r"(?:is|was|on|in|the|of|at|am|im|el|le|il|em|den|der|de|dia|date|day|year|a|her|his|my|their)"
_GAP = rf"[\W_]{{0,8}}(?:{_FILLER}[\W_]{{1,4}}){{0,4}}"
_YEAR = r"(?:'\d{2}|(?:19|20)\d{2}|\d{2})"
_MONTH = r"[^\W\d_]{3,12}\.?"
_NTH = r"(?:st|nd|rd|th|er|[.\u00ba])?"
_VALUE = "|".join(
    (
        r"\d{1,4}[ ]?[./\-][ ]?\d{1,2}[ ]?[./\-][ ]?\d{1,4}",
        r"\d{1,2} \d{1,2} (?:19|20)\d{2}",
        r"(?:19|20)\d{6}|\d{4}(?:19|20)\d{2}",
        rf"\d{{1,2}}{_NTH}[ -]{{1,2}}(?:of |de )?{_MONTH}(?:,? ?(?:de |of |del )?-?{_YEAR})?",
        rf"{_MONTH} \d{{1,2}}{_NTH}(?:,? {{0,2}}{_YEAR})?",
        rf"{_MONTH},? (?:of )?(?:19|20)\d{{2}}|(?:19|20)\d{{2}}",
        "\\d{4}\u5e74\\d{1,2}\u6708\\d{1,2}\u65e5",
    )
)


def _pattern(word: str) -> str:
    return rf"{word}{_GAP}(?<!\d)(?P<value>{_VALUE})(?!\d)"


_GATE = (
    r"birth|born|b-?day|d\.?\s?o\.?\s?b|yob|\(b\.|geb|naissance|ne le|nee le|naci|nasc|nat[oa]"
    r"|fod|urodzeni|syntym|tarihi"
    r"|lahir|" + either(in_ascii(word) for word in _WORDS if not word.isascii())
)
_FIND = Announced("DATE_OF_BIRTH", "own:birth-context", 0.9, stems(_WORDS, _pattern))


def _misread(word: str) -> str:
    return rf"{word}{_GAP}(?<!\d)(?P<value>\d[\d ./\-]{{2,10}}\d)(?!\d)"


MISREAD = (
    (
        "DATE_OF_BIRTH",
        Rule(
            "own:birth-misread",
            Needs(1),
            tuple(_WORDS),
            _GATE,
            None,
            Announced("DATE_OF_BIRTH", "misread:birth", 0.5, stems(_WORDS, _misread)),
            lines=False,
        ),
    ),
)
"""What stands behind the same words where OCR reads dates: digits and what is left of the signs between them."""

_MONTHS = (
    r"(?:jan(?:uar[iy]?|vier|eiro|\.)?|feb(?:ruar[iy]?|\.)?|f[e\u00e9]vrier|mar(?:ch|s|zo|\u00e7o|\.)?|m\u00e4rz|maart|apr(?:il|ile|\.)?"
    r"|avril|abril|ma[iyj]|mei|maggio|mayo|jun[ei]?|juin|giugno|junio|jul[iy]?|juillet|luglio|julio|aug(?:ust|ustus|\.)?"
    r"|ao\u00fbt|agosto|sep(?:t|tember|tembre|tiembre|\.)?|okt(?:ober|\.)?|oct(?:ober|obre|ubre|\.)?|ottobre"
    r"|nov(?:ember|embre|iembre|\.)?|de[cz](?:ember|embre|\.)?|d\u00e9cembre|diciembre|dicembre)"
)
_PAST_YEAR = r"(?:19[2-9]\d|200\d|201[0-2])"
_DAY, _NUMBER = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_PAST = re.compile(
    rf"(?<![\w./\-])(?:{_PAST_YEAR}(?P<a>[./\-]){_NUMBER}(?P=a){_DAY}(?!T|[ ]\d{{1,2}}:\d)"
    rf"|(?:{_DAY}(?P<b>[./\-]){_NUMBER}|{_NUMBER}(?P<c>[./\-]){_DAY})(?:(?P=b)|(?P=c)){_PAST_YEAR}"
    rf"|{_DAY}{_NTH}[ -]{{1,2}}(?:of |de )?{_MONTHS},?[ -](?:de )?{_PAST_YEAR}|{_MONTHS} {_DAY}{_NTH},? {_PAST_YEAR})"
    r"(?![\w/\-]|\.\d)",
    re.IGNORECASE,
)


def _past(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _PAST.finditer(text, start, end):
        # In words a date is as often one of history, except where it stands by itself.
        if any(map(str.isalpha, match.group())) and not _alone(text, match):
            continue
        yield Hit("DATE_OF_BIRTH", match.start(), match.end(), 0.5, "own:birth-past")


def _alone(text: str, match: re.Match[str]) -> bool:
    """Whether no words stand beside it on its line, or the one before it is a name as far as its first letter tells."""
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    behind = text[match.end() :].partition("\n")[0]
    last = before.split()[-1:]
    if last and any(map(str.isalpha, last[0])):
        return last[0][0].isupper()
    return not any(map(str.isalpha, before + behind))


RULES = (
    ("DATE_OF_BIRTH", Rule("own:birth", Needs(1), tuple(_WORDS), _GATE, None, _FIND, lines=False)),
    ("DATE_OF_BIRTH", Rule("own:birth-past", Needs(5), (), _PAST_YEAR, None, _past)),
)
"""A full date of a year long past is somebody's birth more often than anything else in what people do at a desk, and
nothing else on many screens says so: a cell, a search, a reply."""
