"""One-time codes and backup codes: short values that only the words around them give away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recording.model import Hit
from text_redact.words import is_ordinary

_CODE = re.compile(
    r"(?<![\w.,/:@#$\u20ac\u00a3-])(?:[A-Z]{1,3}-)?"
    r"(?:\d{3}[ -]\d{3,4}|\d{2}[ -]\d{2}[ -]\d{2}|\d{4}[ -]\d{4}|\d{4,10}"
    r"|(?=[A-Z]{0,7}\d)[A-Z0-9]{5,10}|(?=[a-z]{0,7}\d)[a-z0-9]{6,10})"
    r"(?![\w%@/]|-\d|[.,:]\d)"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:[ -](?:19|20)\d\d)?")
_GAP = re.compile(r"[^\d\n]{0,60}\n{0,2}[^\d\n]{0,20}")
_BEFORE = re.compile(
    r"[ \t]{1,2}(?:is|as|est|ist|es|\u00e9|\u00e8|jest|\u00e4r|er|on|=|-|comme|como|come|als|:)[ \t][^.\d\n]{0,60}"
    r"|[ \t]*\([^)\d]{0,20}",
    re.IGNORECASE,
)
_BACKUP = re.compile(
    r"(?<![\w-])(?:[A-Za-z0-9]{3,8}(?:-[A-Za-z0-9]{3,8}){1,5}|\d{4} \d{4}|\d{6,12}"
    r"|[a-z0-9]{8,14}|[A-Z0-9]{8,14})(?![\w-])"
)
_SHORT = 4
_AHEAD, _BACK, _BACKUPS = 90, 90, 700
_LABEL = "ONE_TIME_CODE"


def announced(text: str, start: int, end: int) -> Iterator[Hit]:
    """Codes before and after words such as "verification code" at ``start..end``."""
    for match in _CODE.finditer(text, end, min(len(text), end + _AHEAD)):
        gap = text[end : match.start()]
        if (
            not _GAP.fullmatch(gap)
            or (end - start <= _SHORT and len(gap) > 3 * _SHORT)
            or re.search(r"[.!?]\s+[A-Z]", gap)
        ):
            break
        if _YEAR.fullmatch(match.group()) and not re.search(r"[:=]|\bis\b", gap):
            break
        yield Hit(_LABEL, match.start(), match.end(), 0.7, "secret:code-after")
        return
    for match in _CODE.finditer(text, max(0, start - _BACK), start):
        if _BEFORE.fullmatch(text[match.end() : start]):
            yield Hit(_LABEL, match.start(), match.end(), 0.7, "secret:code-before")
            return


def backups(text: str, end: int) -> Iterator[Hit]:
    """Every code in the lines below words such as "backup codes" that end at ``end``."""
    for match in _BACKUP.finditer(text, end, min(len(text), end + _BACKUPS)):
        parts = match.group().split("-")
        if any(char.isdecimal() for char in match.group()) or not all(is_ordinary(part.lower()) for part in parts):
            if not any(map(str.isdecimal, match.group())) and len({len(part) for part in parts}) > 1:
                continue
            if match.group().isalpha():
                continue
            yield Hit(_LABEL, match.start(), match.end(), 0.7, "secret:backup-code")
