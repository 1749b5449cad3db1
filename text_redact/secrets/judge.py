"""Whether what stands behind an announcing word is a password or a key: by the sign between them and its own look."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from text_redact.secrets import values
from text_redact.secrets.randomness import looks_random
from text_redact.secrets.rules import Word, phrases

_CODE = re.compile(
    r"\b(?:def|return|import|self|const|let|var|function|class|public|private|static|void|elif|lambda|func|async|if|for|"
    r"while|try|raise|assert|print)\b[ \t(.:]|\(\)|;[ \t]*(?:\r?\n|$)|[{}][ \t]*(?:\r?\n|$)|==|!=|&&|\|\|"
)
_WINDOW = 240
_CLOSES = re.compile(r"[\"'`)\]!?]{0,3}(?:[.,;!?]|[ \t]*(?:\r?\n|$))")
_NAMED = re.compile("pass|pwd|secret|token", re.IGNORECASE)
_SEVERAL = re.compile(r"[ _.-]|[a-z][A-Z]")
_LONG = 16
_SURE = ("secret", "token")
_NO_PLAIN = re.compile(r"[_.:/-]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible value.

    Attributes:
        text: The whole text.
        head: Where the name that announces it begins.
        start: Where it begins itself.
        end: Where it ends.
        word: The announcing word.
        link: ``strong`` behind a sign such as ":", ``verb`` behind "is", ``vague`` behind "to", ``space`` else.
        sep: The sign, or nothing.
        quoted: Whether it stands in quotation marks.
        option: Whether the name is an option of a command, as in ``--password``.
    """

    text: str = field(repr=False)
    head: int
    start: int
    end: int
    word: Word
    link: str
    sep: str
    quoted: bool
    option: bool

    @property
    def value(self) -> str:
        """The value itself."""
        return self.text[self.start : self.end]

    @property
    def closes(self) -> bool:
        """Whether a sentence, a line or the text ends behind it."""
        return _CLOSES.match(self.text, self.end, min(len(self.text), self.end + 12)) is not None

    @property
    def in_code(self) -> bool:
        """Whether it is called or indexed, or has programme code around it."""
        return self.text[self.end : self.end + 1] in ("(", "[") or in_code(self.text, self.start, self.end)


def in_code(text: str, start: int, end: int) -> bool:
    """Whether there is programme code around ``start..end``, where an unquoted word is a name and no value."""
    return _CODE.search(text, max(0, start - _WINDOW), min(len(text), end + _WINDOW)) is not None


def is_password(one: Candidate) -> bool:
    """Whether a candidate behind a word for passwords is one."""
    value = one.value
    if _stands_for_none(one, value):
        return False
    if one.quoted:
        return not (values.is_word(value) and " " in value and one.link == "space")
    if values.is_mixed(value):
        return not (values.is_code(value) and one.in_code)
    if value.isdecimal():
        return len(value) >= (4 if one.link in ("strong", "verb") else 5)
    if values.is_harmless(value) or (values.is_code(value) and (one.sep == "=" or one.in_code)):
        return _is_date_or_name(one, value)
    return _plain_strong(one, value) if one.link == "strong" else _plain(one, value)


def _is_date_or_name(one: Candidate, value: str) -> bool:
    """Whether a value with another meaning, "s1234" or a birthday, was chosen as a password all the same."""
    chosen = one.link in ("strong", "verb") and len(value) >= 5 and any(map(str.isdecimal, value))
    return chosen and not values.is_place(value) and not values.is_code(value) and not one.in_code


def _stands_for_none(one: Candidate, value: str) -> bool:
    """Placeholders, words about passwords, and the many meanings of "pass"."""
    lower = value.lower()
    if len(value) < 3 or not any(map(str.isalnum, value)) or values.is_placeholder(value):
        return True
    if lower.rstrip("!?") in phrases("no_values") or (one.word.foreign and lower in phrases("no_values_foreign")):
        return True
    if one.sep == "(" and not one.word.inside and ("(" in value or " " in value):
        return True
    if one.link != "space":
        return False
    is_pass = not one.word.inside and one.text[one.head : one.head + 4].lower() == "pass"
    return (is_pass and not one.option and not one.closes) or value[0] in "-@" or one.text[one.start - 1] == "`"


def _plain_strong(one: Candidate, value: str) -> bool:
    """Whether letters behind ``:`` or ``=`` are a password, not a variable or the rest of a sentence."""
    if one.option:
        return True
    if one.word.foreign and value.lower() in phrases("no_values_foreign"):
        return False
    before = max(0, one.start - _WINDOW)
    code = _CODE.search(one.text, before, one.start) is not None if one.sep == "=" else one.in_code
    if code and values.is_name(value):
        follows = one.text[one.end : one.end + 1]
        return not values.is_word(value) and follows in ("", "\n", "\r", "&", ";") and "pass" not in value.lower()
    if values.is_name(value) and "_" in value and _NAMED.search(value):
        return False
    return one.sep != "," or not values.is_word(value)


def _plain(one: Candidate, value: str) -> bool:
    """Whether letters behind a verb or nothing but a space are a password, not the next word of a sentence."""
    known = values.is_word(value)
    if one.option:
        return not known
    if value.lower() in phrases("no_values_foreign"):
        return False
    if one.link in ("verb", "vague"):
        return (one.closes and one.link == "verb") or (not known and (one.closes or one.link == "verb"))
    if known or len(value) < 5:
        return False
    if one.word.foreign:
        return one.closes
    inner_upper = any(map(str.isupper, value[1:])) and not value.isupper()
    return value.isascii() and (value.islower() or inner_upper)


def is_secret(one: Candidate) -> bool:
    """Whether a candidate behind a word for keys and tokens is one."""
    value = one.value
    code = not one.quoted and not one.option and values.is_code(value)
    if len(value) < 6 or code or values.is_placeholder(value) or values.is_harmless(value) or "\\" in value:
        return False
    digits = any(map(str.isdecimal, value))
    if looks_random(value):
        far = one.link in ("space", "vague")
        return not far or ((one.word.kind != "key" or one.option) and (digits or len(value) >= _LONG))
    if one.word.kind == "key" or values.is_word(value):
        return False
    mixed = values.is_mixed(value)
    if one.link != "strong":
        return mixed and digits and len(value) >= 8 and _is_sure(one)
    if not _is_sure(one):
        return values.is_token(value)
    return one.option or _is_plain_secret(one, value, mixed=mixed, digits=digits)


def _is_sure(one: Candidate) -> bool:
    """Whether the word speaks of secrets and of nothing else, unlike "signature" or "salt"."""
    return one.word.inside or one.text[one.head : one.head + 6].lower().startswith(_SURE)


def _is_plain_secret(one: Candidate, value: str, *, mixed: bool, digits: bool) -> bool:
    if mixed:
        return one.quoted or (digits and not one.in_code)
    if value.isdecimal():
        return len(value) >= 8
    # Letters only: behind a name of several parts, and in quotes.
    several = _SEVERAL.search(one.text, max(0, one.start - 40), one.start) is not None
    return one.quoted and several and _NO_PLAIN.search(value) is None
