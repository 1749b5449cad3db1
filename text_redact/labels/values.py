"""Finds a bare value by the label that introduces it: what stands beside "Patient" or below "Telefon"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from recording.model import Hit, Passage
from text_redact.labels.vocabulary import kind_of
from text_redact.passwords.cues import LABELS as SECRETS
from text_redact.words import is_ordinary

MAX_CHARS = 80
"""Longest value, in code points; what is longer is a sentence."""
SCORE = 0.6

_ENTITIES = {
    "sure": "PERSON",
    "person": "PERSON",
    "name": "PERSON",
    "birth": "DATE_OF_BIRTH",
    "id": "ID_NUMBER",
    "user": "USER_NAME",
    "phone": "PHONE_NUMBER",
    "code of place": "ADDRESS",
    "place": "LOCATION",
    "address": "ADDRESS",
}
ENTITIES = tuple(sorted({*_ENTITIES.values(), *(label for label, _ in SECRETS)}))
"""Everything that this detector can find."""

_PARTICLE_LIST = (
    "van von de der den del della di da do dos das du la le les el al bin ibn ten ter te y e zu zur af av och"
)
_PARTICLES = frozenset(_PARTICLE_LIST.split())
_NAME_WORD = re.compile(r"(?:[^\W\d_]\.?|[^\W\d_][^\W\d_'’.-]*(?:['’-][^\W\d_]+)*\.?),?")
_PHONE = re.compile(r"[+(]?[\d\s().+/\u2010-\u2015-]{6,24}(?:\s*(?:x|ext\.?)\s*\d{1,6})?")
_DATE = re.compile(r"[\d./\-\u2010-\u2015 ]{6,12}|(?=.*\d)[\w.,'/ -]{6,24}")
_CODE = re.compile(r"(?=(?:.*\d){3})[A-Za-z\d][A-Za-z\d -]{2,9}")
_NUMBER = re.compile(r"(?=(?:.*\d){4})[A-Z\d][A-Z\d ./-]{3,30}", re.IGNORECASE)
_USER = re.compile(r"[^\W\d_][\w.\\@-]{2,40}")
_SECRET = re.compile(r"\S{3,64}")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Finds whole lines of a screen that a label introduces, if they look like its value. ``entities`` says which."""

    entities: frozenset[str] = frozenset(ENTITIES)

    def steady(self) -> None:
        """What a text is depends on the label before it, and no allowed word is a value."""

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """The whole line, or nothing of it; other texts are left to other steps."""
        text = passage.text.strip()
        if passage.kind != "screen" or not passage.label or not 1 < len(text) <= MAX_CHARS:
            return []
        found = _found(passage.label, text)
        if found is None or found[0] not in self.entities:
            return []
        start = passage.text.index(text)
        return [Hit(found[0], start, start + len(text), SCORE, f"label:{found[1].replace(' ', '-')}")]


def _found(label: str, text: str) -> tuple[str, str] | None:
    """Entity and kind of a value behind its label."""
    if is_label(text):
        return None  # heads of columns stand side by side
    name = label.strip(" :*")
    for entity, pattern in SECRETS:
        if pattern.fullmatch(name):
            return (entity, "secret") if _is_secret(text) else None
    kind = kind_of(label)
    return (_ENTITIES[kind], kind) if kind and _fits(kind, text) else None


def is_label(text: str) -> bool:
    """Whether a line is itself a label."""
    return text.endswith(":") or kind_of(text) is not None or any(pattern.fullmatch(text) for _, pattern in SECRETS)


def _fits(kind: str, text: str) -> bool:  # noqa: PLR0911  a table of kinds
    if kind in ("sure", "person", "name"):
        return _is_name(text, kind)
    if kind == "place":
        return _is_name(text, "person")
    if kind == "phone":
        return _PHONE.fullmatch(text) is not None and sum(map(str.isdigit, text)) >= 6
    if kind == "birth":
        return _DATE.fullmatch(text) is not None and 3 <= sum(map(str.isdigit, text)) <= 8
    if kind == "address":
        words = text.split()
        return len(words) > 1 and any(map(str.isdigit, text)) and sum(map(str.isalpha, text)) >= 4
    if kind == "code of place":
        return _CODE.fullmatch(text) is not None
    if kind == "user":
        return _USER.fullmatch(text) is not None and not is_ordinary(text.casefold())
    return _NUMBER.fullmatch(text) is not None


def _is_name(text: str, kind: str) -> bool:
    """Whether a text is written as names are; the less the label says, the more it must look like a person's."""
    words = text.split()
    if len(words) > 5 or not all(map(_NAME_WORD.fullmatch, words)):
        return False
    bare = [word.strip(".,") for word in words]
    written = [word for word in bare if word.casefold() not in _PARTICLES]
    if not written or not all(word[0].isupper() or not word[0].islower() for word in written):
        return False
    if kind == "sure":
        return max(map(len, written)) > 1
    long = [word for word in written if len(word) > 1]
    strange = any(not is_ordinary(word.casefold()) for word in long)
    return strange and (kind == "person" or len(written) > 1)


def _is_secret(text: str) -> bool:
    """One word that no interface writes beside a password field; rows of dots are found by their pixels."""
    return _SECRET.fullmatch(text) is not None and any(map(str.isalnum, text)) and not is_ordinary(text.casefold())
