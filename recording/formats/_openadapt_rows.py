"""What both stores of OpenAdapt share: two sets of key columns, the element with the focus, rows merged from others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from recording.formats._base import Stroke
from recording.formats._table_dialect import Mark
from recording.json_spans import Leaf
from recording.keys import read_key, write_key

PARENT = "parent_id"
KEY_COLUMNS = tuple(f"{first}key_{part}" for first in ("", "canonical_") for part in ("name", "char", "vk"))
TWINS = ("key_name", "key_char", "key_vk", "canonical_key_char")
"""What a key row and its repetition have alike, beside time and name."""

_CODE = re.compile(r"<(\d{1,10})>")
_REFERENCE = re.compile(r"(?:\w+_(?:id|timestamp|source_ordinal|generation))|disabled")
_FIELDS = ("AXTitle", "AXDescription", "AXPlaceholderValue", "Name", "name", "title")
_SECURE = ("AXSecureTextField", "password text")
_FLAGS = ("is_password", "IsPassword", "is_secure", "secure")


def read_key_columns(cells: Mapping[str, object]) -> tuple[str | None, str | None]:
    """Key and text of a row: the name of a key, a character, or a code; from its other set where one is empty."""
    for first in ("", "canonical_"):
        named, char, code = (cells.get(f"{first}key_{part}") for part in ("name", "char", "vk"))
        if named:
            return read_key(str(named))
        if char:
            return read_key(str(char)) if len(str(char)) == 1 else (str(char), str(char))
        if code:
            return read_key(f"<{code}>")
    return None, None


def key_columns(stroke: Stroke) -> dict[str, str]:
    """The key columns of a stroke that are not null."""
    name = write_key(stroke.key, stroke.text, press=stroke.kind == "key_down") if stroke.key is not None else None
    code = _CODE.fullmatch(name or "")
    if code is not None:
        return {"key_vk": code[1], "canonical_key_vk": code[1]}
    if name is not None and len(name) == 1:
        # With ctrl held the character is a control character, and the canonical one the letter.
        canonical = read_key(name)[0][:1] if ord(name) < ord(" ") else name.lower()
        return {"key_char": name, "canonical_key_char": canonical}
    return {"key_name": name, "canonical_key_name": name} if name is not None else {}


def is_reference(column: str, value: object) -> bool:
    """Whether a new row takes this value of the one that it is like: numbers that refer, its parent's left out."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and column != PARENT and _REFERENCE.fullmatch(column) is not None


def named_element(leaves: Iterable[Leaf]) -> tuple[str | None, bool]:
    """Name of the field that has the focus, and whether it hides its content, as the leaves that describe it say."""
    named: dict[str, str] = {}
    secure = False
    for leaf in leaves:
        if leaf.kind in ("string", "constant"):
            if leaf.text != "null":
                named.setdefault(leaf.name, leaf.text)
            secure |= leaf.text in _SECURE or (leaf.name in _FLAGS and leaf.text == "true")
    return next((named[name] for name in _FIELDS if named.get(name)), None), secure


def key_streams(marks: Sequence[Mark]) -> list[int]:
    """The stream of each row: 1 for those that others were merged into, 2 for those that repeat others under them.

    Args:
        marks: The stream of a row that names its own (else 0), its number, its parent's, and what a repetition shares.
    """
    parents = {parent for _, _, parent, _ in marks if parent}
    alone = {twin for _, own, parent, twin in marks if twin and not parent and own not in parents}
    return [
        kind or (1 if own in parents else 2 if parent and twin in alone else 0) for kind, own, parent, twin in marks
    ]
