"""Arrow columns as JSON literals and back, exactly: every type has one way to be written, and no value is rounded."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import types

from recording.errors import InputError
from recording.stores._arrow_types import is_bytes, is_list, is_number, is_text, is_zone, plain, storage, typed

Blob = Callable[[bytes, tuple[object, ...]], str]
"""Takes bytes that are no text and where they stand (the row, then keys and indexes in it); gives a JSON literal."""
FromBlob = Callable[[str], bytes | None]
"""The way back: bytes for the text of a literal."""

OWN_NAME = re.compile(r"(?:picture|bytes)-\d{6,}\.[a-z]{3,4}")
"""Names that are given to bytes that are no text; recorded bytes that read like one are not taken for text."""

_MOST_DAYS = 2_932_896
"""31 December 9999, counted from 1970; ISO 8601 has four digits for the year."""


def leaf_kinds(name: str, kind: pa.DataType) -> Iterator[tuple[str, str]]:
    """Every column inside one by its dotted name, and what it holds: ``text``, ``moment``, ``bytes``, ``number``.

    Raises:
        InputError: ``parquet-type``: a type that is not written back.
    """
    kind = storage(kind)
    if types.is_struct(kind):
        yield name, "object"
        for inner in kind:
            yield from leaf_kinds(f"{name}.{inner.name}", inner.type)
    elif types.is_map(kind):
        yield from leaf_kinds(name, kind.key_type)
        yield from leaf_kinds(name, kind.item_type)
    elif is_list(kind):
        yield from leaf_kinds(name, kind.value_type)
    elif is_text(kind):
        yield name, "text"
    elif is_bytes(kind):
        yield name, "bytes"
    elif types.is_timestamp(kind) or types.is_date(kind):
        if types.is_timestamp(kind) and kind.tz is not None and not is_zone(kind.tz):
            raise _refused("a time zone that nobody knows")
        yield name, "moment"
    elif types.is_null(kind) or types.is_boolean(kind) or is_number(kind):
        yield name, "number"
    else:
        raise _refused("a column of a type that is not written back")


def to_json(kind: pa.DataType, values: pa.Array | pa.ChunkedArray, blob: Blob) -> Iterator[str]:
    """JSON literals of a column, one for each row.

    Args:
        kind: Its type.
        values: The column.
        blob: Called for bytes that are no text, in the order of the rows.
    """
    write = _writer(kind)
    for row, value in enumerate(values.cast(plain(kind)).to_pylist()):
        yield write(value, blob, (row,))


def from_json(kind: pa.DataType, values: Sequence[Any], blob: FromBlob) -> pa.Array:
    """A column of that type from what ``json.loads(parse_float=Decimal)`` gives.

    Raises:
        InputError: ``parquet-value``: a value that the type cannot hold.
    """
    try:
        read = _reader(kind)
        made = pa.array([read(value, blob) for value in values], plain(kind))
        return typed(made, kind)
    except (pa.ArrowException, ValueError, TypeError, KeyError, OverflowError, ArithmeticError):
        raise InputError(
            "a column cannot hold what takes the place of a value", code="parquet-value",
            hint="choose an operator that gives a value of the column's type, or drop the column",
        ) from None  # fmt: skip


# Writing -------------------------------------------------------------------------------------------------------------

_Write = Callable[[Any, Blob, tuple[object, ...]], str]
_Read = Callable[[Any, FromBlob], Any]


def _writer(kind: pa.DataType) -> _Write:  # noqa: C901  one branch for each type
    kind = storage(kind)
    if types.is_struct(kind):
        inner = [(field.name, encode_basestring_ascii(field.name), _writer(field.type)) for field in kind]

        def write(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
            parts = (f"{quoted}: {put(value[name], blob, (*place, name))}" for name, quoted, put in inner)
            return "{" + ", ".join(parts) + "}"

    elif types.is_map(kind):
        key, item = _writer(kind.key_type), _writer(kind.item_type)

        def write(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
            pairs = enumerate(value)
            parts = (f"[{key(k, blob, (*place, n, 0))}, {item(v, blob, (*place, n, 1))}]" for n, (k, v) in pairs)
            return "[" + ", ".join(parts) + "]"

    elif is_list(kind):
        each = _writer(kind.value_type)

        def write(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
            return "[" + ", ".join(each(one, blob, (*place, n)) for n, one in enumerate(value)) + "]"

    elif is_bytes(kind):

        def write(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
            text = as_text(value)
            if text is None or OWN_NAME.fullmatch(text):
                return blob(value, place)
            return encode_basestring_ascii(text)

    elif types.is_timestamp(kind) or types.is_date(kind):
        unit, zone = _moments(kind)

        def write(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
            return _iso(value, unit, zone)

    else:
        written: Callable[[Any], str] = (
            encode_basestring_ascii if is_text(kind) else _float if types.is_floating(kind) else _literal
        )

        def write(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
            return written(value)

    def nullable(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
        return "null" if value is None else write(value, blob, place)

    return nullable


def _moments(kind: pa.DataType) -> tuple[str, str]:
    unit = "D" if types.is_date32(kind) else "ms" if types.is_date64(kind) else kind.unit
    return unit, "Z" if types.is_timestamp(kind) and kind.tz is not None else ""


def _iso(value: int, unit: str, zone: str) -> str:
    """ISO 8601 with the digits of the unit; years that it has no digits for stay numbers."""
    days = value // {"D": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}[unit]
    if not -719_162 <= days <= _MOST_DAYS:
        return str(value)
    return f'"{_moment(value, unit)}{zone}"'


def _moment(value: int | str, unit: str) -> Any:
    return np.array(value).astype(f"datetime64[{unit}]")[()]


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def as_text(value: bytes) -> str | None:
    """The text that bytes are; ``None`` for bytes that are none."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if any(char < " " and char not in "\t\r\n" for char in text) else text


# Reading -------------------------------------------------------------------------------------------------------------


def _reader(kind: pa.DataType) -> _Read:  # noqa: C901  one branch for each type
    kind = storage(kind)
    if types.is_struct(kind):
        inner = [(field.name, _reader(field.type)) for field in kind]

        def read(value: Any, blob: FromBlob) -> Any:
            return {name: get(value[name], blob) for name, get in inner}

    elif types.is_map(kind):
        key, item = _reader(kind.key_type), _reader(kind.item_type)

        def read(value: Any, blob: FromBlob) -> Any:
            return [(key(k, blob), item(v, blob)) for k, v in value]

    elif is_list(kind):
        each = _reader(kind.value_type)

        def read(value: Any, blob: FromBlob) -> Any:
            return [each(one, blob) for one in value]

    elif is_bytes(kind):

        def read(value: Any, blob: FromBlob) -> Any:
            return blob(value)

    elif types.is_timestamp(kind) or types.is_date(kind):
        unit, _ = _moments(kind)

        def read(value: Any, blob: FromBlob) -> Any:
            if isinstance(value, str):
                return int(_moment(value.removesuffix("Z"), unit).astype(np.int64))
            return int(value)

    elif types.is_floating(kind):

        def read(value: Any, blob: FromBlob) -> Any:
            return float(value)

    elif types.is_decimal(kind):

        def read(value: Any, blob: FromBlob) -> Any:
            return Decimal(value)

    else:

        def read(value: Any, blob: FromBlob) -> Any:
            return value

    def nullable(value: Any, blob: FromBlob) -> Any:
        return None if value is None else read(value, blob)

    return nullable


def _refused(what: str) -> InputError:
    return InputError(what, code="parquet-type", hint="write the column as text or numbers, or leave it out")
