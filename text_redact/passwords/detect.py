"""Finds passwords by where and after what they were typed; the words themselves need not look like anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.globs import ends_as
from recording.model import Hit, Passage
from text_redact.keyboard import is_terminal
from text_redact.passwords import cues
from text_redact.words import is_ordinary

MAX_CHARS = 256
"""Longest line or field that is taken for a password, in code points."""
TRIES = 3
"""Lines after a command that asks: a wrong password is asked for again, a new one twice."""


@dataclass(frozen=True, slots=True)
class TypedPasswords:
    """Finds PASSWORD, ONE_TIME_CODE and SECRET in fields, prompts and sign-in pages, CREDENTIAL where either may be.

    ``apps`` and ``titles`` are globs of further applications and titles that ask for passwords.
    """

    apps: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """All hits in what was typed, and in the values of fields; other texts are left to other steps."""
        if not passage.text.strip():
            return []
        if passage.kind == "field":
            # A value that was set by typing; which keys made it the source does not tell.
            label = _by_field(passage.label) if passage.role == "input" else None
            return list(_segments(passage.text, label, "password:field")) if label else []
        if passage.kind != "typed":
            return []
        return list(self._hits(passage))

    def _hits(self, passage: Passage) -> Iterator[Hit]:
        label = _by_field(passage.label)
        if label:
            yield from _segments(passage.text, label, "password:field")
        elif self._asks(passage):
            yield from _segments(passage.text, "PASSWORD", "password:window")
        elif cues.MANAGERS.search(passage.app):
            yield from _segments(passage.text, "CREDENTIAL", "password:manager")
        elif _signs_in(passage):
            yield from _segments(passage.text, "CREDENTIAL", "password:sign-in")
        else:
            if not passage.app or is_terminal(passage.app):
                yield from _prompted(passage.text)
            if not is_terminal(passage.app) and not _TABULAR.search(passage.app):
                yield from _after_user_name(passage.text)

    def _asks(self, passage: Passage) -> bool:
        if cues.ASKERS.search(passage.app) or ends_as(passage.app, self.apps):
            return True
        titles = passage.windows
        if any(ends_as(title, self.titles) for title in titles):
            return True
        return bool(titles) and all(map(cues.ASKING.fullmatch, titles))


def _by_field(label: str) -> str | None:
    """What a field holds, by its label."""
    name = label.strip()
    return next((kind for kind, pattern in cues.LABELS if name and pattern.fullmatch(name)), None)


def _signs_in(passage: Passage) -> bool:
    if passage.url and cues.SIGN_IN_URL.match(passage.url):
        return True
    return bool(passage.windows) and all(map(cues.SIGN_IN.search, passage.windows))


def _segments(text: str, label: str, rule: str) -> Iterator[Hit]:
    """What stands between Tabs and Enters, each by itself: a field is left with them."""
    for match in re.finditer(r"[^\t\n\r]+", text):
        if match.group().strip():
            yield Hit(label, match.start(), match.end(), 0.9, rule)


# After a command ---------------------------------------------------------------------------------------------------

_LINE = re.compile(r"[^\n\r]*")


def _prompted(text: str) -> Iterator[Hit]:
    """Lines of a terminal that answer the question of the command before them."""
    tries = 0
    for match in _LINE.finditer(text):
        line = match.group()
        if not line.strip():
            continue
        if cues.asks(line) and not (tries == TRIES and _is_answer(line)):
            tries = TRIES
        elif tries and line.strip().casefold() in cues.ANSWERS:
            continue  # "are you sure you want to continue connecting"
        elif tries and _is_answer(line):
            tries -= 1
            # A lower-case word may be a command that is in no list: it is hidden, but not searched in other words.
            label = "CREDENTIAL" if line.isalpha() and line.islower() else "PASSWORD"
            yield Hit(label, match.start(), match.end(), 0.8, "password:prompt")
        else:
            tries = 0


_ASSIGNMENT = re.compile(r"\s*(?:[\w.]+=|[./~][\w./~-]*/|\w+\(|#|\$|!|\|)")
_OPTIONS = re.compile(r"\s(?:-\w|--[\w-]{2,}|[|<>&]|/\w)")


def _is_answer(line: str) -> bool:
    """Whether a line after a question reads like its answer and not like the next command."""
    words = line.split()
    if not words or len(line) > MAX_CHARS:
        return False
    if words[0].casefold() in cues.SHELL or _ASSIGNMENT.match(line):
        return False
    return not (len(words) > 1 and _OPTIONS.search(line))


# After a user name -------------------------------------------------------------------------------------------------

_USER = r"[^\s@]{1,64}@[^\s@]{1,190}|[\w.\\-]{2,64}"
# One word, Tab, one run, Enter, and nothing typed into a third field: a form that signs in.
_PAIR = re.compile(rf"(?:^|\n)[ ]*(?P<user>{_USER})[ ]*\t(?P<value>[^\t\n\r]{{1,128}})(?P<end>\n|$)")


_TABULAR = re.compile(
    r"excel|calc|sheet|numbers|code|studio|idea|charm|vim|emacs|edit|notepad|writer|winword|docs|outline", re.IGNORECASE
)
"""Applications in which Tab goes to the next cell or indents."""


def _after_user_name(text: str) -> Iterator[Hit]:
    for match in _PAIR.finditer(text):
        value = match["value"].strip()
        if not value or len(value.split()) > 1:
            continue
        # Two cells of a table look like this too, so a plain word and a number need to be all there is.
        alone = match.group().strip("\n") == text.strip("\n")
        telling = len(value) >= 6 and not value.isdecimal() and not is_ordinary(value.casefold())
        if "@" in match["user"] or alone or telling:
            yield Hit("CREDENTIAL", match.start("value"), match.end("value"), 0.6, "password:after-user")
