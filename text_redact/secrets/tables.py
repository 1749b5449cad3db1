"""Passwords in columns and in pairs: the cells below a heading, ``admin / hunter2``, ``hunter2 is my password``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recording.model import Hit
from text_redact.secrets import values
from text_redact.secrets.rules import phrases

_DELIMITERS = "\t|;,"
_ROWS = 50
_HEADING = re.compile(r"\s*[\"'*]{0,2}[^\W\d_][\w /.?#-]{0,30}[\"'*]{0,2}\s*")
_RULE = re.compile(r"\s*:?-{2,}:?\s*|\s*={2,}\s*")
_PAIR = re.compile(
    r"[\"'(\[]?(?P<user>[^\s\"'/:|,]{1,80})[\"']?"
    r"(?:[ \t]{0,3}(?P<join>[/:|,+]|\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b|&)[ \t]{0,3}|[ \t]{1,3})"
    r"[\"']?(?P<value>[^\s\"',;)\]]{3,128})"
)
# "hunter2 is my password", "hunter2, that's the password": what follows the value, and the words up to "password".
_COPULA = re.compile(
    r"[ \t](?:(?P<that>that['\u2019]?s|that is|this is|which is|das ist|c['\u2019]est|eso es|questo \u00e8)"
    r"|is|was|as|for|being|ist|est|es|\u00e9|\u00e8|jest|\u00e4r|er|als|comme|como|come|jako|som)(?=[ \t])",
    re.IGNORECASE,
)
_REST = re.compile(r"[ \t]{1,3}(?:[A-Za-z\u00c0-\u024f'-]{1,14}[ \t]{1,2}){0,4}")
_SPLIT = re.compile(r"[\s\"'`\u201c\u201d()]")
_BACK = 110


def is_header(text: str, at: int) -> bool:
    """Whether the line at ``at`` is the head of a Markdown table: a line of dashes follows."""
    end = text.find("\n", at)
    return end >= 0 and re.match(r"[ \t]*\|?[ \t]*:?-{2,}", text[end + 1 : end + 40]) is not None


def below(text: str, head: int, end: int, label: str) -> Iterator[Hit]:
    """The cells below a heading, where the heading is a cell of its own in a line of two or more.

    Args:
        text: The whole text.
        head: Where the announcing name begins.
        end: Where it ends.
        label: Label of the hits.
    """
    stop = text.find("\n", end)
    if stop < 0 or stop - end > 400:
        return
    start = text.rfind("\n", 0, head) + 1
    line = text[start:stop]
    delimiter = next((sign for sign in _DELIMITERS if sign in line), "")
    if not delimiter or len(line) > 600:
        return
    cells = line.split(delimiter)
    column = line[: head - start].count(delimiter)
    cell = cells[column].strip(" \t\r\"'*")
    inner = cells[1:-1] if line.strip().startswith("|") else cells
    if len(cell) - (end - head) > 16 or not all(_HEADING.fullmatch(other) for other in inner):
        return
    for _ in range(_ROWS):
        start, stop = stop + 1, text.find("\n", stop + 1)
        stop = len(text) if stop < 0 else stop
        row = text[start:stop]
        parts = row.split(delimiter)
        if len(parts) != len(cells):
            return
        raw = parts[column]
        value = raw.strip(" \t\r\"'`")
        if len(value) >= 3 and not _RULE.fullmatch(raw) and not values.is_placeholder(value):
            begin = start + len(delimiter.join(parts[:column])) + (column > 0) + raw.find(value)
            yield Hit(label, begin, begin + len(value), 0.7, "secret:table")
        if stop == len(text):
            return


def pair(text: str, at: int, label: str, *, named: bool) -> Iterator[Hit]:
    """The password of a name and a password that begin at ``at``: ``admin / hunter2``, ``admin:hunter2``.

    ``named`` says that the word in front speaks of a password, so that the second word is one whatever it looks like.
    """
    match = _PAIR.match(text, at)
    if match is None:
        return
    value = match["value"].rstrip(".,;:")
    if len(value) < 3 or values.is_placeholder(value) or values.is_placeholder(match["user"]):
        return
    sure = match["join"] is not None and match["join"] in "/:|" and not values.is_harmless(value)
    if values.is_mixed(value) or (sure and not values.is_word(value)) or (
        (sure or named) and not values.is_word(match["user"])
    ):  # fmt: skip
        yield Hit(label, match.start("value"), match.start("value") + len(value), 0.6, "secret:pair")


def said_before(text: str, start: int, label: str) -> Iterator[Hit]:
    """The value of ``hunter2 is my password``, for an announcing word at ``start``."""
    low = max(0, start - _BACK)
    for match in _COPULA.finditer(text, low, start):
        if _REST.fullmatch(text, match.end(), start) is None:
            continue
        value = _SPLIT.split(text[low : match.start()].rstrip(" \t-\"'`\u201d,.)"))[-1].rstrip(".,;:")
        if not 4 <= len(value) <= 128 or values.is_placeholder(value) or value.lower() in phrases("no_values"):
            continue
        if values.is_mixed(value) or (match["that"] and not values.is_word(value)):
            at = text.rindex(value, low, match.start())
            yield Hit(label, at, at + len(value), 0.55, "secret:said-before")
            return
