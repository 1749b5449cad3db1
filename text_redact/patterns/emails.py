"""Addresses for e-mail: at any host, spelt out, disguised, broken over lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recording.model import Hit
from text_redact.engine.needs import Needs
from text_redact.engine.rules import Rule

_LABEL = "EMAIL_ADDRESS"
_LONGEST_LOCAL = 256
_ENDINGS = (
    "com|org|net|edu|gov|mil|int|info|biz|io|co|ai|app|dev|me|eu|uk|de|at|ch|fr|es|it|nl|be|se|dk|fi|pl|cz|pt|gr|ie"
    "|ru|ua|tr|il|in|cn|jp|kr|au|nz|za|br|mx|ar|cl|ca|us|example|test|invalid|local|internal|corp|lan|intranet"
)
"""Ends of host names that are believed where the address itself is doubtful."""
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,256}")
# Any host counts, also one under no public suffix: addresses inside companies are addresses. Its last part starts with
# a letter, unlike that of a version (package@1.2.3), or the whole is an IPv4 address.
_DOMAIN = re.compile(
    r"(?:[\w-]{1,63}(?:\.[\w-]{1,63}){0,7}\.[^\W\d_][\w-]{1,62}|\[?\d{1,3}(?:\.\d{1,3}){3}(?![\w.])\]?)"
    r"(?:@[\w-]{1,63})?"  # mail systems append their own name
)
# "jane@example. com", "jane@exam\nple.com", "jane@\nexample.com"
_BROKEN_DOMAIN = re.compile(
    rf"(?:[\w-]{{1,63}}[.,][ ]{{0,2}}|(?:[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,3}}\.?)?\r?\n[ \t>]{{0,8}}"
    rf"(?:[\w-]{{1,63}}\.){{1,5}})(?:{_ENDINGS})\b(?!\.\w|@)",
    re.IGNORECASE,
)
_SPACED_DOMAIN = re.compile(
    rf"[ ]{{1,2}}[\w-]{{2,63}}(?:\.[\w-]{{1,63}}){{0,4}}\.(?:{_ENDINGS})\b(?!\.\w)", re.IGNORECASE
)
_HOST = re.compile(r"[a-z][\w-]{1,62}(?![\w@-])(?!\.\w)", re.IGNORECASE)
_NO_HOSTS = frozenset(
    {"latest", "next", "beta", "alpha", "canary", "dev", "stable", "main", "master", "head", "rc", "nightly", "lts"}
)
_NAME = re.compile(r"[^\W\d_]{2,}(?:[._][^\W\d_]{2,})+")
_BEFORE = 60
_ANNOUNCED = re.compile(
    r"(?:e-?mails?|mail(?:ed|to)?|\bto|\bcc|\bbcc|\bfrom|contact|address)(?:[ ]+(?:is|address|to|at|me|us|id)){0,3}"
    r"[ ]{0,2}[:=]?[ ]{0,3}[<\"']?$",
    re.IGNORECASE,
)


def _find(text: str, start: int, end: int) -> Iterator[Hit]:
    # From each @ both ways: a pattern for the whole would try every word of the text as the beginning.
    at = text.find("@", start, end)
    while at >= 0:
        if at > start:
            span = _around(text, start, at, end)
            if span is not None:
                yield Hit(_LABEL, *span, 0.9, "own:email-any-host")
        at = text.find("@", at + 1, end)


def _around(text: str, start: int, at: int, end: int) -> tuple[int, int] | None:
    before = text[at - 1]
    if before.isspace():
        return _spaced(text, start, at, end) if before == " " == text[at + 1 : at + 2] else None
    domain = _DOMAIN.match(text, at + 1, end)
    if domain is None and (head := _HEAD.match(text, at + 1, end)) and text[head.end() : head.end() + 1] in _BREAKS:
        domain = _BROKEN_DOMAIN.match(text, at + 1, end)
    if before == '"':
        quote = text.rfind('"', max(start, at - _LONGEST_QUOTED), at - 1)
        if domain and quote >= 0 and "\n" not in text[quote:at]:
            return quote, domain.end()
    local = _LOCAL.match(text[max(start, at - _LONGEST_LOCAL) : at][::-1])
    if local is None:
        return None
    first = at - local.end()
    if domain is None and (host := _HOST.match(text, at + 1, end)):
        domain = host if _is_host(text, start, first, at, host.group()) else None
    return (first, domain.end()) if domain else None


def _spaced(text: str, start: int, at: int, end: int) -> tuple[int, int] | None:
    domain = _SPACED_DOMAIN.match(text, at + 1, end)
    if domain is None:
        return None
    last = at - 1 - (text[at - 2 : at - 1] == " ")
    local = _LOCAL.match(text[max(start, last - _LONGEST_LOCAL) : last][::-1])
    return (last - local.end(), domain.end()) if local else None


def _is_host(text: str, start: int, first: int, at: int, host: str) -> bool:
    """Whether a word without a dot is the host of an address: one of mail, or of somebody with first and last name."""
    if _NAME.fullmatch(text, first, at) and host.lower() not in _NO_HOSTS:
        return True
    window = text[max(start, first - _BEFORE) : first]
    lower = window.lower()
    return at - first > 1 and any(word in lower for word in _MAIL_WORDS) and _ANNOUNCED.search(window) is not None


_HEAD = re.compile(r"[\w.-]{0,200}")
_BREAKS = frozenset({",", " ", "\r", "\n"})
_LONGEST_QUOTED = 66
_MAIL_WORDS = ("mail", "to", "cc", "from", "contact", "address")


_BETWEEN = re.compile(
    r"[ ]{0,2}[\[({<][ ]?(?:at|@)[ ]?[\])}>][ ]{0,2}|[ _-]{1,2}at[ _-]{1,2}|%40|&#(?:64|x40);", re.IGNORECASE
)
_DOT = r"(?:[ ]{0,2}[\[({<][ ]?(?:dot|\.)[ ]?[\])}>][ ]{0,2}|[ _-]{1,2}dot[ _-]{1,2}|\.)"
_TOD = r"(?:[ ]{0,2}[\])}>][ ]?(?:tod|\.)[ ]?[\[({<][ ]{0,2}|[ _-]{1,2}tod[ _-]{1,2}|\.)"
_SPELT_DOMAIN = re.compile(
    rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,4}}?{_DOT}(?:{_ENDINGS})\b(?!{_DOT}\w)|[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,4}}",
    re.IGNORECASE,
)
_SPELT_LOCAL = re.compile(rf"[\w+-]{{1,40}}(?:{_TOD}[\w+-]{{1,40}}){{0,4}}", re.IGNORECASE)
_KNOWN_END = re.compile(rf"[^\n]*{_DOT}(?:{_ENDINGS})", re.IGNORECASE)
_MAIL = re.compile(r"e-?mail|\bmail|write (?:to|me)|contact|reach|address|ping|@|send", re.IGNORECASE)
_TELLING = re.compile(r"[\d._+]|[ _-]dot[ _-]|[\[({<]", re.IGNORECASE)


def _spelt(text: str, start: int, end: int) -> Iterator[Hit]:
    """Addresses whose sign is written out: "jane dot doe at example dot org", "jane [at] example.org"."""
    for sign in _BETWEEN.finditer(text, start, end):
        domain = _SPELT_DOMAIN.match(text, sign.end(), end)
        local = _SPELT_LOCAL.match(text[max(start, sign.start() - 120) : sign.start()][::-1])
        if domain is None or local is None:
            continue
        first = sign.start() - local.end()
        plain = sign.group().strip(" _-").lower() == "at"
        # "look at example.com" is no address; "jane.doe at example.com" and "jane at example dot com" are.
        told = (
            sign.group().startswith("_")
            or _TELLING.search(text, first, sign.start())
            or _TELLING.search(domain.group().replace(".", ""))
        )
        said = _MAIL.search(text, max(start, first - _BEFORE), first)
        if plain and not (_KNOWN_END.fullmatch(domain.group()) and (told or said)):
            continue
        yield Hit(_LABEL, first, domain.end(), 0.8, "own:email-spelt-out")


_SPELT_HINT = re.compile(r"(?:\bat|_at|%40|&#(?:64|x40);|[\[({<] ?@)[\])}> _-]{0,3}[\w-]", re.IGNORECASE)
RULES = (
    (_LABEL, Rule("own:email", Needs(0, (1, 0, 0, 0, 0)), (), r"[^\s]@[\w\[\s-]|\s@\s", None, _find, lines=False)),
    (
        _LABEL,
        Rule(
            "own:email-spelt",
            Needs(),
            (
                "at]",
                "at)",
                "at}",
                "at>",
                " at ",
                "_at_",
                "-at-",
                "%40",
                "&#64;",
                "&#x40;",
                "@]",
                "@)",
                "@}",
                "@>",
                "at ",
            ),
            r"(?:[\[({<] ?(?:at|@) ?[\])}>]|[ _-]at[ _-]{1,2}[\w-]+[ _-]{0,2}(?:\.|dot|[\[({<] ?dot)|%40"
            r"|&#(?:64|x40);)",
            _SPELT_HINT,
            _spelt,
        ),
    ),
)
