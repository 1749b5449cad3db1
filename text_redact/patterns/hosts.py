"""IPv4 addresses in disguise: spaced, with dots in brackets or spelt, and the host names that are made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule

_DOT = r"(?:\.|[ ]?[\[({][ ]?(?:\.|dot)[ ]?[\])}][ ]?|[ ]{1,2}(?:\.|dot)[ ]{1,2})"
_DISGUISED = re.compile(
    rf"(?<![\w.])(\d{{1,3}}){_DOT}(\d{{1,3}}){_DOT}(\d{{1,3}}){_DOT}(\d{{1,3}})(?![\w]|\.\d)", re.IGNORECASE
)
_HOST = re.compile(r"(?<![\w-])(?:ip|ec2|host|vm|node)-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})(?![\w-])", re.IGNORECASE)
_MOST = 255


def _find(text: str, start: int, end: int) -> Iterator[Hit]:
    for pattern in (_DISGUISED, _HOST):
        for match in pattern.finditer(text, start, end):
            if all(int(part) <= _MOST for part in match.groups()) and not _is_version(match):
                yield Hit("IP_ADDRESS", match.start(), match.end(), 0.7, "own:ip-disguised")


def _is_version(match: re.Match[str]) -> bool:
    """Plain dots are Presidio's to judge, except with zeros before the numbers, which its pattern does not take."""
    return match.re is _DISGUISED and re.search(r"[^\d.]|(?<!\d)0\d", match.group()) is None


RULES = (
    (
        "IP_ADDRESS",
        Rule(
            "own:ip-disguised", Needs(4),
            ("[.", "(.", "{.", "dot", " .", ". ", ".0", "ip-", "ec2-", "host-", "vm-", "node-"),
            r"\d(?:(?:\.| ?[\[({] ?(?:\.|dot) ?[\])}] ?| {1,2}(?:\.|dot) {1,2})\d{1,3}){3}"
            r"|(?:ip|ec2|host|vm|node)(?:-\d{1,3}){4}",
            None, _find,
        ),
    ),
)  # fmt: skip
