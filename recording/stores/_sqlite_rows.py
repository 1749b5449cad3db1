"""Rows of a table as JSON lines, and back: integers, floats, texts and nulls keep their type exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from recording.errors import InputError
from recording.json_spans import MAX_DEPTH, scan

JSON, FILE, BLOB = "json", "file", "blob"
"""Members of the object that stands for a value which is no plain one: JSON in a text, a picture, a blob in hex."""


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

CHECKSUM_BYTES = 48
"""Of SHA-384."""

Value = int | float | str | bytes | Picture | Nested | None
"""What a cell holds; the only bytes that pass are none at all, and those of `Table.checksum`."""


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
        if not _is_plain_json(whole):
            for _ in scan(data, file=""):
                pass
    except (InputError, UnicodeEncodeError):
        return text
    return Nested(whole)


def _is_plain_json(text: str) -> bool:
    """Whether the standard parser, which is quicker, reads a text that nests too little to be too deep for `scan`."""
    if text.count("[") + text.count("{") > MAX_DEPTH:
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def decode_row(line: bytes) -> dict[str, Value]:
    """The values of a line, by column.

    Raises:
        ValueError: It is no line of a table.
    """
    nested: dict[str, Nested] = {}
    if b'{"json":' not in line:
        cells = json.loads(line)
        if b": {" not in line and b"[" not in line and isinstance(cells, dict):
            return cells
    else:
        cells, nested = _nested(line.decode("utf-8"))
    if not isinstance(cells, dict):
        raise ValueError("a line of a table is an object")  # noqa: TRY004  one error for whatever a line may be
    out: dict[str, Value] = {}
    for name, cell in cells.items():
        if isinstance(cell, dict):
            kind = next(iter(cell), "")
            if len(cell) != 1 or kind not in (JSON, FILE, BLOB):
                raise ValueError("a cell of a table is one value")
            value: Value = (
                _blob(cell[BLOB]) if kind == BLOB else Picture(str(cell[FILE])) if kind == FILE else nested[name]
            )
            out[name] = value
        elif isinstance(cell, bool):
            out[name] = int(cell)
        elif cell is None or isinstance(cell, int | float | str):
            out[name] = cell
        else:
            raise ValueError("a cell of a table is one value")
    return out


def _blob(text: str) -> bytes:
    data = bytes.fromhex(text)
    if len(data) not in (0, CHECKSUM_BYTES):
        raise ValueError("these bytes are no digest")
    return data


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


def _nested(line: str) -> tuple[dict[str, object], dict[str, Nested]]:
    """The cells of a line, and the verbatim JSON of those that hold some: from behind its member, with blanks."""
    cells: dict[str, object] = {}
    out: dict[str, Nested] = {}
    at, sign = _past(_OPEN, line, 0), ","
    while sign == ",":
        name, at = _DECODER.raw_decode(line, at)
        start = _past(_COLON, line, at)
        head = _HEAD.match(line, start)
        if head is None:
            cells[str(name)], at = _DECODER.raw_decode(line, start)
        else:
            _, end = _DECODER.raw_decode(line, _past(_BLANK, line, head.end()))
            at = _past(_CLOSE, line, end)
            cells[str(name)] = {JSON: None}
            out[str(name)] = Nested(line[head.end() : at - 1])
        at = _past(_BLANK, line, at)
        sign, at = line[at : at + 1], _past(_BLANK, line, at + 1)
    if sign != "}" or at != len(line):
        raise ValueError("a line of a table is an object")
    return cells, out


def _past(pattern: re.Pattern[str], line: str, at: int) -> int:
    found = pattern.match(line, at)
    if found is None:
        raise ValueError("a line of a table is an object")
    return found.end()


def _literal(value: Value) -> str:
    if isinstance(value, Nested):
        return f'{{"{JSON}": {value.text}}}'
    if isinstance(value, Picture):
        return f'{{"{FILE}": {_string(value.file)}}}'
    return f'{{"{BLOB}": "{value.hex()}"}}' if isinstance(value, bytes) else _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False)
_DECODER = json.JSONDecoder()
_BLANK, _OPEN, _COLON, _CLOSE = (
    re.compile(rf"[ \t\r\n]*{sign}") for sign in ("", r"\{[ \t\r\n]*", r":[ \t\r\n]*", r"\}")
)
_HEAD = re.compile(rf'\{{"{JSON}": ')


def _string(text: str) -> str:
    return _ENCODER.encode(text)
