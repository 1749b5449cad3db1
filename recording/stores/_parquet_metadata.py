"""What a Parquet file says besides its rows: which of it passes, what is scanned, and how the file is written again."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa

ARROW = b"ARROW:schema"
PANDAS = b"pandas"

# Words that pandas writes of itself; names of columns may stand beside them.
_WORD = re.compile(
    r"|u?int(?:8|16|32|64)|float(?:16|32|64)|bool|object|unicode|string|str|bytes|empty|mixed|date|time|decimal|"
    r"datetime|datetimetz|datetime64\[(?:s|ms|us|ns)\]|timedelta64\[(?:s|ms|us|ns)\]|timedelta|category|categorical|"
    r"(?:U?Int(?:8|16|32|64)|Float(?:32|64)|boolean)|list\[[a-z0-9\[\]]{1,30}\]|range|UTF-8|UTC|pyarrow|pandas|"
    r"\d{1,4}(?:\.\d{1,6}){1,4}(?:rc\d{1,3})?|None|__index_level_\d{1,3}__"
)


def kept_metadata(schema: pa.Schema) -> dict[bytes, bytes]:
    """Entries that are known to hold nothing: what pandas needs to find its index and types, without attributes."""
    value = (schema.metadata or {}).get(PANDAS)
    try:
        told = json.loads(value) if value is not None else None
    except ValueError:
        return {}
    if not isinstance(told, dict) or told.get("attributes"):
        return {}
    allowed = set(schema.names)
    return {PANDAS: value} if value is not None and _is_harmless(told, allowed) else {}


def _is_harmless(value: Any, allowed: set[str]) -> bool:
    if isinstance(value, dict):
        return all(re.fullmatch("[a-z_]{1,24}", key) and _is_harmless(one, allowed) for key, one in value.items())
    if isinstance(value, list):
        return all(_is_harmless(one, allowed) for one in value)
    return not isinstance(value, str) or value in allowed or _WORD.fullmatch(value) is not None


def told_metadata(schema: pa.Schema) -> dict[str, Any]:
    """Every other entry as JSON, so that it is scanned: objects and lists as such, anything else as text.

    What pandas says passes whole or not at all: with other words in it, it cannot be read any more. Arrow's own copy of
    the schema is written anew.
    """
    out: dict[str, Any] = {}
    for key, value in (schema.metadata or {}).items():
        if key in (ARROW, PANDAS):
            continue
        text = value.decode("utf-8", "replace")
        out[key.decode("utf-8", "replace")] = _parsed(text)
    return out


def _parsed(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text


def new_metadata(schema: pa.Schema, told: dict[str, Any], rows: int) -> dict[bytes, bytes]:
    """The entries of the file that is written: what was not changed byte for byte.

    Args:
        schema: Of the source.
        told: As `told_metadata` gave them, changed.
        rows: Rows that are written: an index that counts others is left out.
    """
    source, before = schema.metadata or {}, told_metadata(schema)
    out: dict[bytes, bytes] = {}
    for key, value in told.items():
        raw = key.encode()
        if raw in source and before.get(key) == value:
            out[raw] = source[raw]
        else:
            out[raw] = (value if isinstance(value, str) else json.dumps(value)).encode()
    for name, kept in kept_metadata(schema).items():
        index = json.loads(kept).get("index_columns", [])
        counted = [one for one in index if isinstance(one, dict)]
        if all(one.get("start") == 0 and one.get("step") == 1 and one.get("stop") == rows for one in counted):
            out[name] = kept
    return out


def bare_field(field: pa.Field) -> pa.Field:
    """A column without what was noted on it, but for the number that table formats know it by."""
    kept = {key: value for key, value in (field.metadata or {}).items() if key == b"PARQUET:field_id"}
    kept = {key: value for key, value in kept.items() if re.fullmatch(rb"-?\d{1,10}", value)}
    return field.with_metadata(kept or None)
