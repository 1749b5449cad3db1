"""Dates of birth, told from other dates by the words before them, in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule

_WORDS = (
    r"date[\s_-]*of[\s_-]*birth|birth[\s_-]*(?:date|day)?|b-?day|\bd\.?\s?o\.?\s?b\b\.?|\byob\b|(?<![a-z])born|\bb\."
    r"|geb(?:urts(?:datum|tag)|oren)?\b\.?|naissance|\bn[eé]e? (?:le|en)|nacimiento|\bnacid[oa]|nascita|\bnat[oa] (?:il|nel)"
    r"|nascimento|\bnascid[oa]|geboortedatum|urodzeni[ae]|f[oø]d(?:t|selsdato|elsedato)|född|syntym[aä]aika"
    r"|do[gğ]um\s+tarihi|tanggal\s+lahir|рождения|生年月日|出生"
)
_FILLER = r"(?:is|was|on|in|the|of|at|am|im|el|le|il|em|den|der|de|dia|date|day|year|a|her|his|my|their)"
_GAP = rf"[\W_]{{0,8}}(?:{_FILLER}[\W_]{{1,4}}){{0,4}}"
_YEAR = r"(?:['\u2019]\d{2}|(?:19|20)\d{2}|\d{2})"
_VALUE = (
    r"(?P<value>(?<!\d)(?:\d{1,4}[ ]?[./\-][ ]?\d{1,2}[ ]?[./\-][ ]?\d{1,4}|\d{1,2} \d{1,2} (?:19|20)\d{2}|(?:19|20)\d{6}"
    rf"|\d{{4}}(?:19|20)\d{{2}}|\d{{1,2}}(?:st|nd|rd|th|er|[.\u00ba])?[ -]{{1,2}}(?:of |de )?[^\W\d_]{{3,12}}\.?(?:,? ?(?:de |of |del )?-?{_YEAR})?"
    rf"|[^\W\d_]{{3,12}}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? {{0,2}}{_YEAR})?|[^\W\d_]{{3,12}},? (?:of )?(?:19|20)\d{{2}}|(?:19|20)\d{{2}}"
    r"|\d{4}年\d{1,2}月\d{1,2}日)(?!\d))"
)
_BIRTH = re.compile(rf"(?:{_WORDS}){_GAP}{_VALUE}", re.IGNORECASE)


def _find(text: str, start: int, end: int) -> Iterator[Hit]:
    for match in _BIRTH.finditer(text, start, end):
        yield Hit("DATE_OF_BIRTH", match.start("value"), match.end("value"), 0.9, "own:birth-context")


_BIRTH_WORDS = (
    "birth", "born", "bday", "b-day", "dob", "d.o.b", "d. o", "d o", "yob", "(b.", "geb", "naissance", "n\u00e9", "nee le", "nee en",
    "ne le", "ne en", "naci", "nasc", "nat", "f\u00f8d", "fod", "f\u00f6dd", "urodzeni", "syntym", "tarihi", "lahir", "\u0440\u043e\u0436\u0434",
    "\u751f\u5e74", "\u51fa\u751f",
)  # fmt: skip
_GATE = (
    r"(?:birth|born|b-?day|d\.?\s?o\.?\s?b|yob|\Wb\.|geb|naissance|n.e? (?:le|en)|naci|nasc|nat[oa]|f.d|urodzeni|syntym"
    r"|tarihi|lahir|\?)[^\n]{0,60}\n?[^\n]{0,60}\d"
)
RULES = (("DATE_OF_BIRTH", Rule("own:birth", Needs(1), _BIRTH_WORDS, _GATE, None, _find, lines=False)),)
