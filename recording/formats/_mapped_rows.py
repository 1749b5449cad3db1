"""One row of a table whose columns are declared, as an event with its text fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from recording.dropping import UNKNOWN
from recording.json_spans import Leaf
from recording.keys import read_key
from recording.mappings import UNITS, TableMapping
from recording.model import KINDS, Field, Joined, TextField
from recording.records import Record, to_float
from recording.roles import is_member_name, is_structure, number_role
from recording.rows import Row
from recording.times import from_iso, to_unit_ns

TYPED = "typed"
"""Role of text that was typed at once; pieces that follow each other are read together."""

_ROLES = MappingProxyType(
    {"app": "app", "window": "window_title", "url": "url", "field": "a11y_name", "person": "person", "text": TYPED,
     "screenshot": "file_ref"}
)  # fmt: skip
_TRUE = frozenset({"true", "1", "yes"})
_PRESSES = frozenset({"key_down", "key_pair"})


def column_of(leaf: Leaf) -> str:
    """The column of a leaf, as a mapping names it."""
    return ".".join(part for part in leaf.path if isinstance(part, str))


def mapped_record(leaves: Sequence[Leaf], mapping: TableMapping, *, file: str, seq: int) -> Record:
    """The record with these leaves, read by its mapping."""
    said: dict[str, Leaf] = {}
    for leaf in leaves:
        if leaf.kind != "key" and leaf.text not in ("", "null"):
            said.setdefault(column_of(leaf), leaf)

    def text(column: str) -> str | None:
        leaf = said.get(column) if column else None
        return leaf.text if leaf is not None else None

    row = _row(mapping, said, text)
    is_key = row.kind in ("key_down", "key_up", "key_pair")
    fields = tuple(
        TextField(file, leaf.start, leaf.end, "json", role, leaf.text, seq)
        for leaf in leaves
        if (role := _role(leaf, mapping, row, is_key=is_key)) is not None
    )
    if row.kind == "text":
        # Its text is a field and changes there; to who replays the keys it must not be one of them.
        row = replace(row, kind="other")
    return Record(row, fields, {column: leaf.text for column, leaf in said.items()}, {})


def typed_parts(fields: Sequence[TextField], first: int, records: Iterable[Record]) -> list[Joined]:
    """Texts that were typed one after another, as one text; a click or another window begins a new line.

    Args:
        fields: All fields so far.
        first: Index of the first of the table.
        records: The table, in order.
    """
    pieces: list[str] = []
    parts: list[tuple[int, Field]] = []
    at, index = 0, first
    for record in records:
        if record.row.kind in ("button_down", "window") and pieces and pieces[-1] != "\n":
            pieces.append("\n")
            at += 1
        for one in record.fields:
            if one.role == TYPED and one.text:
                pieces.append(one.text)
                parts.append((at, Field(index, 0, len(one.text))))
                at += len(one.text)
            index += 1
    return [Joined("".join(pieces), tuple(parts))] if len(parts) > 1 else []


def _row(mapping: TableMapping, said: Mapping[str, Leaf], text: Callable[[str], str | None]) -> Row:
    kind = _kind(mapping, text)
    key = typed = None
    if kind in ("key_down", "key_up", "key_pair"):
        name, char = text(mapping.key), text(mapping.char)
        key, typed = read_key(name) if name else (None, None)
        if char:
            key, typed = key or read_key(char)[0], char
        if typed is not None and len(typed) > 1:
            # No key of any keyboard: a piece of text, that stays in its place.
            kind, key = "text", None
        typed = typed if kind in _PRESSES else None
    return Row(
        kind, _time(mapping, said), key, typed, to_float(text(mapping.x)), to_float(text(mapping.y)),
        text(mapping.button), app=text(mapping.app), window=text(mapping.window), url=text(mapping.url),
        field=text(mapping.field), secure=(text(mapping.secure) or "").lower() in _TRUE,
    )  # fmt: skip


def _kind(mapping: TableMapping, text: Callable[[str], str | None]) -> str:
    raw = text(mapping.kind)
    if raw is not None:
        known = dict(mapping.kinds).get(raw)
        return known or (raw if raw in KINDS else "other")
    if text(mapping.key) or text(mapping.char):
        return "key_pair"
    if text(mapping.text):
        return "text"
    if text(mapping.x) and text(mapping.y):
        return "button_down" if text(mapping.button) else "move"
    return "frame" if text(mapping.screenshot) else "other"


def time_of(mapping: TableMapping, literal: str) -> int | None:
    """Nanoseconds of a literal of the declared time, ``None`` for what is no time in its unit."""
    return from_iso(literal) if mapping.unit == "iso" else to_unit_ns(literal, UNITS[mapping.unit])


def _time(mapping: TableMapping, said: Mapping[str, Leaf]) -> int | None:
    leaf = said.get(mapping.time)
    if leaf is None:
        return None
    # A column of moments is read as such, whatever unit is declared.
    if leaf.kind == "string" and "-" in leaf.text[1:]:
        return from_iso(leaf.text)
    return time_of(mapping, leaf.text)


def _role(  # noqa: C901, PLR0911  a table of columns, one return each
    leaf: Leaf, mapping: TableMapping, row: Row, *, is_key: bool
) -> str | None:
    """Role of a leaf as a text field; ``None`` for what is structure, a key, or kept."""
    column = column_of(leaf)
    if column in mapping.keep:
        return None
    if leaf.kind == "key":
        named = any(one == column or one.startswith(column + ".") for one in mapping.columns())
        return None if named or not leaf.text or is_member_name(leaf.text) else UNKNOWN
    if leaf.kind == "constant" or not leaf.text:
        return None
    if column in (mapping.key, mapping.char):
        return None if is_key else TYPED if row.kind == "text" else UNKNOWN
    if leaf.kind == "number":
        return None if column in mapping.columns() else number_role(leaf.name, leaf.text, metadata=False)
    if column == mapping.time and _time(mapping, {column: leaf}) is not None:
        return None
    if column == mapping.kind and (leaf.text in dict(mapping.kinds) or leaf.text in KINDS):
        return None
    if column == mapping.button and is_structure("button", leaf.text):
        return None
    for name, role in _ROLES.items():
        if column == getattr(mapping, name):
            return role
    if column == mapping.secure and leaf.text.lower() in {*_TRUE, "false", "0", "no"}:
        return None
    return dict(mapping.texts).get(column, UNKNOWN)
