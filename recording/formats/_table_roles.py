"""What a cell of a table is, judged by its column: a number, a time, a word of a small vocabulary, or a text."""

from __future__ import annotations

import re

from recording.json_spans import Leaf
from recording.records import leaf_role
from recording.roles import is_structure, number_role, role_of
from recording.times import from_iso, to_ns


class Number(str):
    """A number of a JSON text as it is written there."""

    __slots__ = ()


Cells = dict[str, object]
"""A row by column: a number (its time a `Number`), a text, ``None``, or a dict for what is none of these."""

TIME_LIKE = re.compile(r"(?i)^(?:t|ts|when)$|time|stamp|clock|_ts$|_at$|_on$")
"""Columns and members that hold times."""

_ACTIONS = re.compile(
    r"move|click|scroll|press|release|type|singleclick|doubleclick|drag|key|text|app_switch|window_focus|clipboard"
)
_ENGINES = re.compile(
    r"(?i)unknown|whisper[\w -]{0,24}|deepgram|tesseract|apple[\w-]{0,12}|windows[\w-]{0,12}|unstructured"
)
_VOCABULARY = {
    "name": _ACTIONS, "event_type": _ACTIONS, "ocr_engine": _ENGINES, "transcription_engine": _ENGINES,
    "engine": _ENGINES, "platform": re.compile(r"darwin|win32|linux"), "version_num": re.compile(r"[0-9a-f]{12}"),
    "png_sha256": re.compile(r"[0-9a-f]{64}"), "source": re.compile(r"ocr|audio|ui"),
    "mouse_button_name": re.compile(r"left|right|middle|unknown|x[12]?|button\d{1,2}"),
}  # fmt: skip
_ACTION_TABLES = frozenset({"action_event", "ui_events"})
_TABLE_ROLES = {
    ("speakers", "name"): "person", ("window_event", "title"): "window_title",
    ("browser_event", "title"): "window_title", ("capture", "id"): "device_id",
}  # fmt: skip
_ROLES = {
    "window_name": "window_title", "window_title": "window_title", "window": "window_title",
    "app_name": "app", "app": "app",
    "browser_url": "url", "url": "url", "file_path": "file_ref", "task_description": "description",
    "machine_id": "device_id",
    "device_name": "device", "device": "device", "element_name": "a11y_name", "element_value": "a11y_name",
    "element_description": "a11y_name", "hostname": "host_name", "host_name": "host_name", "session_id": "device_id",
}  # fmt: skip
_FREE_ROLES = frozenset(
    {"title", "name", "label", "value", "content", "text", "path", "file", "image", "id", "version"}
)
_NUMBERS = re.compile(
    r"(?i)(?:^|_)(?:id|rowid|ordinal|version|pid|bytes|ms|size|length|width|height|rate|code|time|generation|fps)$"
)
_AX = re.compile(r"AX[A-Z][A-Za-z]{2,30}")
_NESTED = re.compile(
    r"(?:AX|kCG)[A-Z][A-Za-z]{2,30}|word|start|end|conf|level|(?:page|block|par|line|word)_num"
    r"|visibleHTMLString|data|nested|owner|geometry|meta"
)
_ROW_NUMBERS = frozenset({"id", "rowid", "_rowid_", "oid"})
KNOWN_TABLES = frozenset(
    {"action_event", "audio_info", "browser_event", "memory_stat", "performance_stat", "recording", "screenshot",
     "window_event", "_sqlx_migrations", "accessibility", "audio_chunks", "audio_transcriptions",
     "chunked_text_entries", "frames", "fts_index_progress", "ocr_text", "speakers", "tags", "ui_events",
     "ui_monitoring", "video_chunks"}
)  # fmt: skip
"""Tables whose columns of numbers are known to name nobody."""
_KEY_COLUMN = re.compile(r"(?:canonical_)?key_(?:name|char|vk|code)")


def cell_role(table: str, column: str, cell: object, tables: frozenset[str]) -> str | None:  # noqa: PLR0911  a table of kinds
    """Role of a cell as a text field.

    Args:
        table: Its table.
        column: Its column.
        cell: What stands there; for an object (nested JSON) the answer is ``text``.
        tables: Names of tables, which are structure where they are told.

    Returns:
        ``None`` for numbers that name nobody, times, keys, and words of small vocabularies.
    """
    if isinstance(cell, Number) or type(cell) in (int, float):
        if TIME_LIKE.search(column) or column in _ROW_NUMBERS or (table in KNOWN_TABLES and _NUMBERS.search(column)):
            return None
        return number_role(column, str(cell), metadata=False)
    if isinstance(cell, dict):
        return "text" if "json" in cell else None
    if not isinstance(cell, str) or cell in ("", "null") or (_KEY_COLUMN.fullmatch(column) and table == "action_event"):
        return None
    pattern = _VOCABULARY.get(column)
    plain = column != "name" or table in _ACTION_TABLES
    if pattern is not None and plain and pattern.fullmatch(cell):
        return None
    if is_time(column, cell) is not None or (column == "table_name" and cell in tables):
        return None
    if column == "element_role" and (_AX.fullmatch(cell) or is_structure("role", cell)):
        return None
    role = _TABLE_ROLES.get((table, column)) or _ROLES.get(column)
    return role or ("text" if column in _FREE_ROLES else role_of(column, cell, stem=""))


def nested_role(leaf: Leaf) -> str | None:
    """Role of a leaf of JSON that stands in a text; its path starts with the column and ``json``."""
    if leaf.kind == "key" and (len(leaf.path) == 2 or _NESTED.fullmatch(leaf.text)):
        return None
    if leaf.kind == "string" and (leaf.name == "json" or _AX.fullmatch(leaf.text)):
        return "text" if leaf.text and not _AX.fullmatch(leaf.text) else None
    role = leaf_role(leaf, stem="")
    return role_of(leaf.name.lower(), leaf.text, stem="") if role == "text" and leaf.kind == "string" else role


def is_time(column: str, cell: object) -> int | None:
    """Nanoseconds of a cell that is a time, else ``None``."""
    if not isinstance(cell, str) or not TIME_LIKE.search(column):
        return None
    return to_ns(cell) if isinstance(cell, Number) else from_iso(cell) if _ISO.fullmatch(cell) else None


_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d| UTC)?")
