"""Types of Arrow columns: what each is stored as, and the plain type whose values say everything."""

from __future__ import annotations

import re

import pyarrow as pa
from pyarrow import types

_ZONE = re.compile(r"[+-]\d\d:\d\d|[A-Za-z0-9+-]{1,20}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")


def storage(kind: pa.DataType) -> pa.DataType:
    """What a type is stored as: extensions and dictionaries taken off."""
    if isinstance(kind, pa.BaseExtensionType):
        return storage(kind.storage_type)
    return storage(kind.value_type) if types.is_dictionary(kind) else kind


def is_list(kind: pa.DataType) -> bool:
    """Lists of any kind."""
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def is_text(kind: pa.DataType) -> bool:
    """Texts of any size."""
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def is_bytes(kind: pa.DataType) -> bool:
    """Bytes of any size."""
    some = types.is_binary(kind) or types.is_large_binary(kind)
    return bool(some or types.is_fixed_size_binary(kind) or types.is_binary_view(kind))


def is_number(kind: pa.DataType) -> bool:
    """Numbers, lengths of time and times of day."""
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or _counts(kind))


def _counts(kind: pa.DataType) -> bool:
    """Lengths of time and times of day: whole numbers of the type's unit."""
    return bool(types.is_time(kind) or types.is_duration(kind))


def is_zone(name: str) -> bool:
    """Whether a time zone is one that computers know, or an offset."""
    from zoneinfo import available_timezones

    return _ZONE.fullmatch(name) is not None and (name[0] in "+-" or name in available_timezones())


def plain(kind: pa.DataType) -> pa.DataType:  # noqa: PLR0911  one return for each type
    """The type whose Python values say everything: whole numbers for times, one type for all texts."""
    kind = storage(kind)
    if types.is_struct(kind):
        return pa.struct([inner.with_type(plain(inner.type)).with_nullable(True) for inner in kind])
    if types.is_map(kind):
        return pa.map_(plain(kind.key_type), plain(kind.item_type))
    if is_list(kind):
        return pa.large_list(plain(kind.value_type))
    if types.is_timestamp(kind) or types.is_duration(kind) or types.is_date64(kind) or types.is_time64(kind):
        return pa.int64()
    if types.is_date32(kind) or types.is_time32(kind):
        return pa.int32()
    if types.is_floating(kind):
        return pa.float64()
    if is_text(kind):
        return pa.large_string()
    return pa.large_binary() if is_bytes(kind) else kind


def typed(made: pa.Array, kind: pa.DataType) -> pa.Array:
    """A column of the plain type as the type that it is written as."""
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, typed(made, kind.storage_type))
    if types.is_dictionary(kind):
        flat = made.cast(kind.value_type).dictionary_encode()
        return pa.DictionaryArray.from_arrays(flat.indices.cast(kind.index_type), flat.dictionary, ordered=kind.ordered)
    if types.is_struct(kind) and any(_needs_care(inner.type) for inner in kind):
        parts = [typed(made.field(at), inner.type) for at, inner in enumerate(kind)]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=made.is_null())
    return made.cast(kind)


def _needs_care(kind: pa.DataType) -> bool:
    return (
        isinstance(kind, pa.BaseExtensionType) or types.is_dictionary(kind)
        or (types.is_struct(kind) and any(_needs_care(inner.type) for inner in kind))
    )  # fmt: skip
