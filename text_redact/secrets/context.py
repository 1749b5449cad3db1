"""Values that a word announces: ``password: x``, ``my pin is x``, ``pw x``, ``DB_PASS=x``, a label above its value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recording.model import Hit
from text_redact.secrets import tables, values
from text_redact.secrets.judge import Candidate, in_code, is_password, is_secret
from text_redact.secrets.rules import Word, objects, phrases, verbs

LABELS = {"password": "PASSWORD", "pin": "PASSWORD", "pair": "PASSWORD", "secret": "SECRET", "key": "SECRET"}
"""What a hit is called, by what the word announces."""
_TAIL = re.compile(r"[A-Za-z0-9_-]{0,48}")
_HEAD = 40
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_BEFORE = re.compile(r"([A-Za-z]+)[ \t_.-]{0,2}$")
# What closes a name in front of its value: quotes, brackets, a remark, a type.
_CLOSE = r"""["'`\u201d\u2019\])}*]{0,3}(?:[ \t]{0,3}\([^()\n]{0,40}\))?"""
_STRONG = re.compile(
    _CLOSE + r"(?::[ \t]?(?:str|String|string|bytes|\w{0,12}Option(?:al)?\[str\])[ \t]{0,3}(?==))?[ \t]{0,24}"
    r"(?P<sep>:=|=>|->|\u2192|\u21d2|={1,3}|:{1,2}|\uff1a|\||>|,(?=\s{0,4}[\"'`])|\((?=[\"'`])|\t)[ \t]{0,24}"
)
_SPACE = re.compile(r"[\"'`)\]*]{0,2}[ \t\u3000]{1,4}")
_NEXT_LINE = re.compile(r"[\"'`*:)\] \t]{0,6}\r?\n[ \t]{0,40}")
_QUOTED = re.compile(
    r"(?:[rbuf@L]{0,2})(?P<q>\\?[\"'`]|&quot;|[\u201c\u201e\u2018\u00ab])(?P<value>(?:\\.|[^\n\\])"
    r"{1,400}?)(?:(?P=q)|[\u201c\u201d\u2019\u00bb])"
)
_MEANT = re.compile(r"<[A-Za-z][\w .,'-]{0,60}>")  # <your password>
_BARE = re.compile(r"\S{1,256}")
# Where a bare value ends although no space follows.
_CUT = re.compile(
    r"""</|&(?:amp;)?[\w.\[\]-]{1,40}=|;[\w .-]{1,40}=|;$|,(?:["'\s]|[\w.-]{1,40}[=:]|$)|["'`](?=[\s,;)\]}>&|]|$)"""
)
_TRIM = ".,;:"
_QUOTE_SIGNS = ('"', "'", "`")
# Verbs that are other things more often.
_VAGUE = re.compile(r"[ \t]*(?:to|-|\u2013|\||e|on|er|je|for|as|f\u00fcr|be|now)[ \t]*", re.IGNORECASE)
_USER_LABEL = re.compile(
    r"(?:user|login|account|e-?mail|benutzer|usuario|utilisateur|identifiant|utente|gebruiker|id\b|name)", re.IGNORECASE
)
_PIN = re.compile(r"#?(?P<value>\d(?:[ -]?\d){2,11})(?![\d.]*[\w%])")
_OPTION = re.compile(r"(?:^|[\s\"'\[,])[-/]{1,2}[\w-]{0,30}$")
_SHORT = 4
_SCORES = {"strong": 0.8, "verb": 0.7, "vague": 0.6, "space": 0.6, "line": 0.65}


def find(text: str, start: int, end: int, word: Word) -> Iterator[Hit]:
    """Hits for one announcing word at ``start..end``."""
    span = _name(text, start, end, word)
    if span is None:
        return
    head, at = span
    if word.kind in ("password", "pin") and (thing := objects().match(text, at)) is not None:
        at = thing.end()
    strong = _STRONG.match(text, at)
    if word.kind in ("password", "secret"):
        yield from tables.below(text, head, at, LABELS[word.kind])
    if strong is not None and _links(text, head, at, strong["sep"], word):
        if strong["sep"] == "|" and tables.is_header(text, at):
            return
        after = strong.end()
        if after >= len(text) or text[after] in "\r\n":
            yield from _next_line(text, head, at, word)
        else:
            yield from _value(text, head, after, word, "strong", strong["sep"])
        return
    if "\n" in text[at : at + 8] and (line := _NEXT_LINE.match(text, at)) is not None and line.end() < len(text):
        yield from _next_line(text, head, at, word)
        return
    said = verbs().match(text, at)
    if said is not None:
        yield from _value(text, head, said.end(), word, "vague" if _VAGUE.fullmatch(said.group()) else "verb", "")
        return
    space = _SPACE.match(text, at)
    if space is not None:
        yield from _value(text, head, space.end(), word, "space", "")


def _name(text: str, start: int, end: int, word: Word) -> tuple[int, int] | None:
    """The whole name that the word is a part of, or nothing where it means something else."""
    left = text[start - 1] if start else " "
    if not word.inside and left.isalnum() and not (left.islower() and text[start].isupper()):
        return None
    tail = _TAIL.match(text, end)
    rest = tail.group() if tail else ""
    glued = re.match(r"[a-z]+|[A-Z]+(?![a-z])" if text[end - 1].isupper() else r"[a-z]+", rest)
    if glued is not None and text[end - 1].isascii() and (glued.group().lower() != "s" or end - start <= _SHORT):
        return None
    parts = [part.lower() for part in _PARTS.findall(rest)]
    endings = phrases("harmless_endings")
    if any(part in endings for part in parts):
        return None
    if word.kind in ("secret", "key", "otp", "backup"):
        before = _BEFORE.search(text, max(0, start - 24), start)
        if before is not None:
            last = _PARTS.findall(before[1])
            if last and last[-1].lower() in phrases("harmless_starts"):
                return None
    if "-" in rest and any(part.isalpha() for part in parts) and text[end : end + 1] == "-":
        after = end + len(rest)
        if text[after : after + 3].strip(" \"'")[:1] not in (":", "="):
            return None
    return start, end + len(rest)


def _links(text: str, head: int, at: int, sep: str, word: Word) -> bool:
    """Whether a sign that has other uses too stands between a name and its value here."""
    before = text[max(0, head - 40) : head]
    if sep == ">":
        return "<" in before[-2:] and "</" in text[at : at + 260]
    if sep == ",":
        return (
            text[at : at + 1] in _QUOTE_SIGNS and re.search(r"[(\[{][\w.$ ]{0,16}[\"'`]\w{0,30}$", before) is not None
        )
    return sep != "|" or word.kind in ("password", "pin")


def _value(text: str, head: int, at: int, word: Word, link: str, sep: str) -> Iterator[Hit]:
    if word.kind == "pin":
        yield from _pin(text, at, link)
        return
    if word.kind == "pair":
        named = re.search("pass|pw", text[head:at], re.IGNORECASE) is not None
        yield from tables.pair(text, at, LABELS["pair"], named=named)
        return
    if at >= len(text) or _stands_for_value(text, at):
        return
    quoted = _QUOTED.match(text, at)
    if quoted is not None:
        start, end, is_quoted = quoted.start("value"), quoted.end("value"), True
        if " " in quoted["value"] and word.kind != "password":
            return
    else:
        bare = _bare(text, at)
        if bare is None:
            return
        (start, end), is_quoted = bare, False
    value = text[start:end]
    option = link in ("strong", "space") and _OPTION.search(text, max(0, head - 40), head) is not None
    if value.lower().startswith(("bearer", "basic", "token")) and sep and word.kind == "secret":
        return  # the header's own rule knows where the value begins
    one = Candidate(text, head, start, end, word, link, sep, is_quoted, option)
    if is_password(one) if word.kind == "password" else is_secret(one):
        if word.kind == "password" and not is_quoted and link != "space":
            end = _phrase_end(text, start, end)
        yield Hit(LABELS[word.kind], start, end, _SCORES[link], f"secret:{word.kind}-{link}")


def _stands_for_value(text: str, at: int) -> bool:
    """Whether empty quotes, a bracket of programme code or ``<your password>`` stand where a value would."""
    empty = text[at : at + 2] in ("''", '""', "``")
    return empty or _MEANT.match(text, at) is not None or (text[at] in "([{" and in_code(text, at, at))


def _bare(text: str, at: int) -> tuple[int, int] | None:
    """A value up to the next space, without what belongs to the notation around it."""
    match = _BARE.match(text, at)
    if match is None:
        return None
    value = match.group()
    lead = len(value) - len(value.lstrip("([{\"'`\u201c\u2018"))
    cut = _CUT.search(value, max(1, lead))
    if cut is not None:
        value = value[: cut.start()]
    value = value.rstrip(_TRIM)
    for opening, closing in ("()", "[]", "{}"):
        if value.endswith(closing) and opening not in value[lead:]:
            value = value.rstrip(closing + _TRIM)
    value = value.rstrip("\"'`\u201d\u2019")
    return (at + lead, at + len(value)) if len(value) > lead else None


def _pin(text: str, at: int, link: str) -> Iterator[Hit]:
    match = _PIN.match(text, at)
    if match is None:
        return
    digits = sum(map(str.isdecimal, match["value"]))
    if 3 + (link == "space") <= digits <= 12 or (
        link == "space" and digits == 3 and "\n" not in text[at : match.end()]
    ):
        yield Hit("PASSWORD", match.start("value"), match.end("value"), _SCORES[link], f"secret:pin-{link}")


def _phrase_end(text: str, start: int, end: int) -> int:
    """The end of a passphrase of several plain words that fills its line, or ``end`` where it is one word."""
    if not text[start:end].isalpha():
        return end
    line = re.match(r"[^\n]{0,160}", text[end : end + 160])
    rest = (line.group() if line else "").rstrip(" \t\r.")
    words = rest.split()
    stop = phrases("no_values")
    if 2 <= len(words) <= 11 and all(word.isalpha() and word.islower() and word not in stop for word in words):
        return end + len(rest)
    return end


def _next_line(text: str, head: int, at: int, word: Word) -> Iterator[Hit]:
    """The line below a label that stands alone on its own; below two labels, the two lines."""
    line_start = text.rfind("\n", 0, head) + 1
    if head - line_start > _HEAD or word.kind not in ("password", "secret", "pin"):
        return
    at_line = text.find("\n", at) + 1
    above = text[max(0, line_start - 60) : max(0, line_start - 1)].rpartition("\n")[2]
    if not word.inside and in_code(text, head, at_line):
        return
    lines = 2 if _USER_LABEL.search(above) and len(above) <= _HEAD and above.rstrip(" :*").count(" ") <= 2 else 1
    for _ in range(lines):
        stop = text.find("\n", at_line)
        stop = len(text) if stop < 0 else stop
        line = text[at_line:stop]
        value = line.strip()
        begin = at_line + line.find(value) if value else at_line
        if value and " " not in value and _is_below(value, word):
            yield Hit(LABELS[word.kind], begin, begin + len(value), _SCORES["line"], f"secret:{word.kind}-line")
        at_line = stop + 1


def _is_below(value: str, word: Word) -> bool:
    if len(value) < 4 or len(value) > 128 or values.is_placeholder(value) or value.endswith(":"):
        return False
    if word.kind == "pin":
        return value.isdecimal()
    if word.kind == "secret":
        return values.is_token(value)
    lower = value.lower()
    if lower in phrases("no_values") or lower in phrases("no_values_foreign") or values.is_code(value):
        return False
    return values.is_mixed(value) or (value.isdecimal() and len(value) >= 4) or (
        value.isalpha() and len(value) >= 5 and not values.is_word(value) and not value.istitle()
    )  # fmt: skip


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the word at ``start..end`` is no part of a longer one, and none in front makes it another thing."""
    left, right = text[start - 1 : start], text[end : end + 1]
    if (left.isalnum() and text[start].isascii()) or (
        right.isalnum() and right.isascii() and text[end - 1].isascii() and right != "s"
    ):
        return False
    before = _BEFORE.search(text, max(0, start - 24), start)
    return before is None or before[1].lower() not in phrases("harmless_starts")
