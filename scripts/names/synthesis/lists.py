"""Reading the word lists, and parting them into a share to learn from and a share to measure with."""

from __future__ import annotations

import functools
import importlib
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from importlib import resources

SHARES = 10
"""One entry in this many is held out."""


def is_held_out(entry: str) -> bool:
    """Whether ``entry`` belongs to the held-out share: by its letters alone, whatever their case and accents."""
    return zlib.crc32(plain(entry).casefold().encode()) % SHARES == 3


def share(entries: Iterable[str], *, held_out: bool) -> tuple[str, ...]:
    """The entries of one share, each once, in order."""
    return tuple(dict.fromkeys(entry for entry in entries if is_held_out(entry) == held_out))


def plain(text: str) -> str:
    """``text`` without accents, as people type names on a keyboard that has none."""
    text = text.translate(_LETTERS)
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "Þ": "Th"}
    | {"ı": "i", "æ": "ae", "Æ": "Ae", "œ": "oe", "ə": "a", "Ə": "A"}
)


def read(name: str) -> str:
    """The text of a resource file below ``data``."""
    return resources.files(__package__).joinpath("data", *name.split("/")).read_text("utf-8")


@functools.cache
def sections(name: str, separator: str) -> Mapping[str, tuple[str, ...]]:
    """Entries by ``[section]`` of a list file; ``separator`` is a comma, or a space where ``_`` stands for one."""
    out: dict[str, list[str]] = {}
    for line in read(name).splitlines():
        if line.startswith("[") and line.endswith("]"):
            current = out.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("#"):
            found = line.split(separator) if separator.strip() else line.split()
            current += [e.strip() if separator.strip() else e.replace("_", " ") for e in found if e.strip()]
    return {key: tuple(dict.fromkeys(found)) for key, found in out.items()}


def is_latin(text: str) -> bool:
    """Whether ``text`` has letters, all of them Latin."""
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and all("LATIN" in unicodedata.name(c, "") for c in letters)


@functools.cache
def faker_list(provider: str, locale: str, prefixes: tuple[str, ...], most: int = 1200) -> tuple[str, ...]:
    """Entries in Latin script of Faker's lists whose names start with one of ``prefixes``; at most ``most`` of them.

    ``provider`` is Faker's ("person", "address"); an unknown locale gives nothing. Faker is under the MIT licence.
    """
    try:
        owner = importlib.import_module(f"faker.providers.{provider}.{locale}").Provider
    except ModuleNotFoundError:
        return ()
    found: dict[str, None] = {}
    for attribute in sorted(vars(owner)):
        value = getattr(owner, attribute)
        if not attribute.startswith(prefixes) or "formats" in attribute or not isinstance(value, Iterable):
            continue
        for entry in value:
            text = entry if isinstance(entry, str) else entry[-1]
            if isinstance(text, str) and len(text) > 1 and is_latin(text):
                found[text.strip().title() if text.isupper() else text.strip()] = None
    entries = sorted(found, key=lambda text: zlib.crc32(text.encode()))
    return tuple(sorted(entries[:most]))
