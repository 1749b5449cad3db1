"""Rows of a table as JSON lines, and back: integers, floats, texts and nulls keep their type exactly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from recording.errors import InputError
from recording.json_spans import scan

JSON, FILE, BLOB = "json", "file", "blob"
"""Members of the object that stands for a value which is no plain one: JSON in a text, a picture, an empty blob."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the place of its bytes: the name of its file."""

    file: str


@dataclass(frozen=True, slots=True)
class Nested:
    """A text that is JSON itself, verbatim but for breaks outside its strings, which are CR here."""

    text: str = field(repr=False)


PICTURES = frozenset({("screenshot", "png_data")})
"""Columns whose bytes are screenshots; no other bytes pass."""

Value = int | float | str | bytes | Picture | Nested | None
"""What a cell holds; the only bytes that pass are none at all."""


_SPECIAL = frozenset({bytes, Picture, Nested})


def encode_row(members: Sequence[str], values: Sequence[Value]) -> bytes:
    """One line, with its line end."""
    if is_stored(values):
        # The standard encoder writes integers and floats as repr does, and infinity as this reader knows it.
        return _ENCODER.encode(dict(zip(members, values, strict=True))).encode() + b"\n"
    cells = ", ".join(f"{_string(name)}: {_literal(value)}" for name, value in zip(members, values, strict=True))
    return f"{{{cells}}}\n".encode()


def read_text(text: str) -> Value:
    """A text as it goes into a line: JSON in it stays JSON, so that each of its strings is read by itself."""
    body = text.strip(" \t\r\n")
    if body[:1] not in ("{", "[", '"') or len(body) < 2:
        return text
    whole = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r")
    try:
        data = whole.encode("utf-8")
        for _ in scan(data, file=""):
            pass
    except (InputError, UnicodeEncodeError):
        return text
    return Nested(whole)


def decode_row(line: bytes) -> dict[str, Value]:
    """The values of a line, by column.

    Raises:
        ValueError: It is no line of a table.
    """
    cells = json.loads(line)
    if b": {" not in line and b"[" not in line and isinstance(cells, dict):
        return cells
    if not isinstance(cells, dict):
        raise ValueError("a line of a table is an object")  # noqa: TRY004  one error for whatever a line may be
    out: dict[str, Value] = {}
    nested = _nested(line) if b'{"json":' in line else {}
    for name, cell in cells.items():
        if isinstance(cell, dict):
            kind = next(iter(cell), "")
            if len(cell) != 1 or kind not in (JSON, FILE, BLOB):
                raise ValueError("a cell of a table is one value")
            value: Value = b"" if kind == BLOB else Picture(str(cell[FILE])) if kind == FILE else nested[name]
            out[name] = value
        elif isinstance(cell, bool):
            out[name] = int(cell)
        elif cell is None or isinstance(cell, int | float | str):
            out[name] = cell
        else:
            raise ValueError("a cell of a table is one value")
    return out


def is_stored(values: Sequence[Value]) -> bool:
    """Whether SQLite stores every one of these as it is."""
    return _SPECIAL.isdisjoint(map(type, values))


def stored(value: Value) -> int | float | str | bytes | None:
    """What SQLite stores for a value; pictures are put in by their file."""
    if isinstance(value, Nested):
        return value.text.replace("\r", "\n")
    if isinstance(value, Picture):
        raise ValueError("a picture has bytes of its own")  # noqa: TRY004  the caller's mistake
    return value


def _nested(line: bytes) -> dict[str, Value]:
    """The verbatim JSON of each cell that holds some: from behind its member to the end of its object, with blanks."""
    out: dict[str, Value] = {}
    begins: dict[str, int] = {}
    for leaf in scan(line, file="", containers=True):
        name = str(leaf.path[0]) if leaf.path else ""
        if leaf.kind == "key" and len(leaf.path) == 2 and leaf.text == JSON:
            begins[name] = leaf.end + len(": ")
        elif leaf.kind == "object" and len(leaf.path) == 1 and name in begins:
            out[name] = Nested(line[begins[name] : leaf.end - 1].decode("utf-8"))
    return out


def _literal(value: Value) -> str:
    if isinstance(value, Nested):
        return f'{{"{JSON}": {value.text}}}'
    if isinstance(value, Picture):
        return f'{{"{FILE}": {_string(value.file)}}}'
    return f'{{"{BLOB}": ""}}' if isinstance(value, bytes) else _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False)


def _string(text: str) -> str:
    return _ENCODER.encode(text)
