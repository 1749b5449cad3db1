"""What the label of a field or the head of a column says that its value is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

KINDS = ("sure", "birth", "id", "user", "phone", "code of place", "place", "address", "person", "name")
"""Kinds of values, the most telling first: "patient number" holds a number, not a patient."""
NAMED = frozenset({"sure", "person", "name", "address", "place"})
"""Kinds whose values a model of names can read better behind the label."""
_MOST_WORDS = 5
_MOST_LETTERS = 40


def kind_of(label: str) -> str | None:
    """The kind of value that a label introduces, one of `KINDS`; ``None`` where it names nothing sensitive.

    The label may have more words than the entry, as "Recovery phone (optional)" has; it is compared without case,
    accents and punctuation, but must be written as labels are.
    """
    words = _words(label)
    if not 0 < len(words) <= _MOST_WORDS or len(label) > _MOST_LETTERS or not _is_written(label):
        return None
    found = {kind for size in range(len(words), 0, -1) for kind in _runs(words, size)}
    return next((kind for kind in KINDS if kind in found and not _denied(kind, words)), None)


def _is_written(label: str) -> bool:
    """Labels begin with a capital or end with a colon; "from" and "name" in a line of code do not."""
    first = next((char for char in label if char.isalpha()), "")
    return not first.islower() or label.rstrip(" *").endswith((":", "\uff1a"))


def _runs(words: tuple[str, ...], size: int) -> set[str]:
    """Kinds of the runs of ``size`` words; of one word alone only at either end, where labels have their noun."""
    runs = [words[at : at + size] for at in range(len(words) - size + 1)]
    if size == 1 and len(words) > 1:
        runs = [words[:1], words[-1:]]
    return {kind for run in runs for kind in _BY_WORDS.get(run, ())}


def _denied(kind: str, words: tuple[str, ...]) -> bool:
    if kind == "address":
        return not _NO_ADDRESS.isdisjoint(words)
    # "Customer name" is of a customer, "customer group" and "file name" of nobody.
    return kind in ("name", "person") and not _NO_PERSON.isdisjoint(words)


def _words(label: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", label.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(re.findall(r"[^\W_]+", re.sub(r"\([^()]*\)", " ", plain)))


def _sections() -> dict[str, list[tuple[str, ...]]]:
    out: dict[str, list[tuple[str, ...]]] = {}
    text = resources.files("text_redact.labels").joinpath("labels.txt").read_text(encoding="utf-8")
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("=="):
            entries = out.setdefault(line.strip("= "), [])
        elif not line.startswith("#"):
            entries.append(_words(line))
    return out


_SECTIONS = _sections()
_NO_PERSON = frozenset(word for words in _SECTIONS["no person"] for word in words)
_NO_ADDRESS = frozenset(word for words in _SECTIONS["no address"] for word in words)


def _by_words() -> Mapping[tuple[str, ...], frozenset[str]]:
    out: dict[tuple[str, ...], set[str]] = {}
    for kind in KINDS:
        for words in _SECTIONS[kind]:
            out.setdefault(words, set()).add(kind)
    return MappingProxyType({words: frozenset(kinds) for words, kinds in out.items()})


_BY_WORDS = _by_words()
