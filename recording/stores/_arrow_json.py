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

Blob = Callable[[bytes, tuple[object, ...]], str]
"""Takes bytes that are no text and where they stand (the row, then keys and indexes in it); gives a JSON literal."""
FromBlob = Callable[[str], bytes | None]
"""The way back: bytes for the text of a literal."""

OWN_NAME = re.compile(r"(?:picture|bytes)-\d{6,}\.[a-z]{3,4}")
"""Names that are given to bytes that are no text; recorded bytes that read like one are not taken for text."""

_ZONE = re.compile(r"[+-]\d\d:\d\d|[A-Za-z0-9+-]{1,20}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")
_MOST_DAYS = 2_932_896
"""31 December 9999, counted from 1970; ISO 8601 has four digits for the year."""


def leaf_kinds(name: str, kind: pa.DataType) -> Iterator[tuple[str, str]]:
    """Every column inside one by its dotted name, and what it holds: ``text``, ``moment``, ``bytes``, ``number``.

    Raises:
        InputError: ``parquet-type``: a type that is not written back.
    """
    kind = _storage(kind)
    if types.is_struct(kind):
        yield name, "object"
        for inner in kind:
            yield from leaf_kinds(f"{name}.{inner.name}", inner.type)
    elif types.is_map(kind):
        yield from leaf_kinds(name, kind.key_type)
        yield from leaf_kinds(name, kind.item_type)
    elif _is_list(kind):
        yield from leaf_kinds(name, kind.value_type)
    elif _is_text(kind):
        yield name, "text"
    elif _is_bytes(kind):
        yield name, "bytes"
    elif types.is_timestamp(kind) or types.is_date(kind):
        if types.is_timestamp(kind) and kind.tz is not None and not _is_zone(kind.tz):
            raise _refused("a time zone that nobody knows")
        yield name, "moment"
    elif types.is_null(kind) or types.is_boolean(kind) or _is_number(kind):
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
    for row, value in enumerate(values.cast(_plain(kind)).to_pylist()):
        yield write(value, blob, (row,))


def from_json(kind: pa.DataType, values: Sequence[Any], blob: FromBlob) -> pa.Array:
    """A column of that type from what ``json.loads(parse_float=Decimal)`` gives.

    Raises:
        InputError: ``parquet-value``: a value that the type cannot hold.
    """
    try:
        read = _reader(kind)
        made = pa.array([read(value, blob) for value in values], _plain(kind))
        return _typed(made, kind)
    except (pa.ArrowException, ValueError, TypeError, KeyError, OverflowError, ArithmeticError):
        raise InputError(
            "a column cannot hold what takes the place of a value", code="parquet-value",
            hint="choose an operator that gives a value of the column's type, or drop the column",
        ) from None  # fmt: skip


def _storage(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.BaseExtensionType):
        return _storage(kind.storage_type)
    return _storage(kind.value_type) if types.is_dictionary(kind) else kind


def _is_list(kind: pa.DataType) -> bool:
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    some = types.is_binary(kind) or types.is_large_binary(kind)
    return bool(some or types.is_fixed_size_binary(kind) or types.is_binary_view(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or _counts(kind))


def _counts(kind: pa.DataType) -> bool:
    """Lengths of time and times of day: whole numbers of the type's unit."""
    return bool(types.is_time(kind) or types.is_duration(kind))


def _is_zone(name: str) -> bool:
    from zoneinfo import available_timezones

    return _ZONE.fullmatch(name) is not None and (name[0] in "+-" or name in available_timezones())


def _plain(kind: pa.DataType) -> pa.DataType:  # noqa: PLR0911  one return for each type
    """The type whose Python values say everything: whole numbers for times, one type for all texts."""
    kind = _storage(kind)
    if types.is_struct(kind):
        return pa.struct([inner.with_type(_plain(inner.type)).with_nullable(True) for inner in kind])
    if types.is_map(kind):
        return pa.map_(_plain(kind.key_type), _plain(kind.item_type))
    if _is_list(kind):
        return pa.large_list(_plain(kind.value_type))
    if types.is_timestamp(kind) or types.is_duration(kind) or types.is_date64(kind) or types.is_time64(kind):
        return pa.int64()
    if types.is_date32(kind) or types.is_time32(kind):
        return pa.int32()
    if types.is_floating(kind):
        return pa.float64()
    if _is_text(kind):
        return pa.large_string()
    return pa.large_binary() if _is_bytes(kind) else kind


def _typed(made: pa.Array, kind: pa.DataType) -> pa.Array:
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, _typed(made, kind.storage_type))
    if types.is_dictionary(kind):
        flat = made.cast(kind.value_type).dictionary_encode()
        return pa.DictionaryArray.from_arrays(flat.indices.cast(kind.index_type), flat.dictionary, ordered=kind.ordered)
    if types.is_struct(kind) and any(_needs_care(inner.type) for inner in kind):
        parts = [_typed(made.field(at), inner.type) for at, inner in enumerate(kind)]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=made.is_null())
    return made.cast(kind)


def _needs_care(kind: pa.DataType) -> bool:
    return (
        isinstance(kind, pa.BaseExtensionType) or types.is_dictionary(kind)
        or (types.is_struct(kind) and any(_needs_care(inner.type) for inner in kind))
    )  # fmt: skip


# Writing -------------------------------------------------------------------------------------------------------------

_Write = Callable[[Any, Blob, tuple[object, ...]], str]
_Read = Callable[[Any, FromBlob], Any]


def _writer(kind: pa.DataType) -> _Write:  # noqa: C901  one branch for each type
    kind = _storage(kind)
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

    elif _is_list(kind):
        each = _writer(kind.value_type)

        def write(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
            return "[" + ", ".join(each(one, blob, (*place, n)) for n, one in enumerate(value)) + "]"

    elif _is_bytes(kind):

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
        plain: Callable[[Any], str] = (
            encode_basestring_ascii if _is_text(kind) else _float if types.is_floating(kind) else _literal
        )

        def write(value: Any, blob: Blob, place: tuple[object, ...]) -> str:
            return plain(value)

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
    kind = _storage(kind)
    if types.is_struct(kind):
        inner = [(field.name, _reader(field.type)) for field in kind]

        def read(value: Any, blob: FromBlob) -> Any:
            return {name: get(value[name], blob) for name, get in inner}

    elif types.is_map(kind):
        key, item = _reader(kind.key_type), _reader(kind.item_type)

        def read(value: Any, blob: FromBlob) -> Any:
            return [(key(k, blob), item(v, blob)) for k, v in value]

    elif _is_list(kind):
        each = _reader(kind.value_type)

        def read(value: Any, blob: FromBlob) -> Any:
            return [each(one, blob) for one in value]

    elif _is_bytes(kind):

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
