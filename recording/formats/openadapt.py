"""OpenAdapt recordings: the tables of ``recording.db``, and what lies beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recording.context import Window
from recording.formats._base import Stroke
from recording.formats._openadapt_rows import (
    PARENT,
    TWINS,
    is_reference,
    key_columns,
    key_streams,
    named_element,
    read_key_columns,
)
from recording.formats._table_dialect import Context, Dialect, Line, Mark, table_of, time_of
from recording.formats._table_roles import Number
from recording.formats._table_times import in_pixels, retime_tables
from recording.formats._tables import parse_tables
from recording.keys import normal_name, read_key
from recording.model import KEY_KINDS, Recording, SourceFile
from recording.rows import Row
from recording.stores._sqlite_rows import Value, decode_row, encode_row
from recording.timeline import Bools, Ints, Timeline, row_times

_KEYS = "action_event"
_JOINED = re.compile(r"(?:<\w{1,24}>|[^\n])(?:-(?:<\w{1,24}>|[^\n]))+", re.DOTALL)
_JOINED_PART = re.compile(r"(<\w{1,24}>|[^\n])(?:-|$)", re.DOTALL)
_APPS = ("kCGWindowOwnerName", "owner_name", "app_name", "owner", "process_name", "application", "exe")


@dataclass(frozen=True, slots=True)
class OpenAdapt:
    """`recording.formats.Format` of OpenAdapt databases, those of its first version included.

    Rows of ``action_event`` whose name is press or release are keys. Rows that others were merged into, and rows that
    repeat others under them, are key streams of their own.
    """

    name: str = "openadapt"
    priority: int = 40

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """Its table of actions, or a database of the name it gives."""
        return "recording.db" in files or any(table_of(name, one) == _KEYS for name, one in files.items())

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every row of every table with times as an event, and every text."""
        return parse_tables(name, files, _DIALECT)

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """Rows of ``action_event`` with both sets of key columns; see `recording.formats.Format.render_keys`.

        They refer to the window and the screenshot of row ``like``, and get their numbers when the store is packed. A
        row of another table, which repeats a key, is not written anew: it gives no lines.
        """
        row = recording.events.slice(like, 1).to_pylist()[0]
        if row["kind"] not in {*KEY_KINDS, "text"}:
            raise ValueError("the row to imitate is no key event")
        if table_of(row["file"], recording.files[row["file"]]) != _KEYS or row["kind"] == "text":
            return b""
        cells = decode_row(recording.files[row["file"]].read()[row["start"] : row["end"]])
        return b"".join(_key_row(cells, stroke) for stroke in strokes)

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the event table."""
        return row_times(recording.events)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """Every table; references by time follow the rows that they mean."""
        return retime_tables(recording, timeline)


def _key_row(like: Mapping[str, Value], stroke: Stroke) -> bytes:
    cells: dict[str, Value] = {name: value for name, value in like.items() if is_reference(name, value)}
    cells |= {"name": "press" if stroke.kind == "key_down" else "release"}
    if isinstance(like.get("timestamp"), int | float) and stroke.t_ns is not None:
        cells["timestamp"] = stroke.t_ns / 10**9
    cells |= key_columns(stroke)
    return encode_row(list(like), [cells.get(column) for column in like])


def _read(line: Line, _: Context) -> Row:
    cells, t_ns = line.cells, time_of(line.cells)
    if line.table == "screenshot":
        return Row("frame", t_ns)
    if line.table == "window_event":
        window = _window(line, Row("window", t_ns)) or Window(0)
        return Row("window", t_ns, app=window.app, window=_text(cells.get("title")))
    if line.table != _KEYS:
        return Row("other", t_ns)
    said, x, y = str(cells.get("name")), in_pixels(cells.get("mouse_x")), in_pixels(cells.get("mouse_y"))
    button = _text(cells.get("mouse_button_name"))
    field, secure = _element(line)
    key, text = read_key_columns(cells)
    if key is not None or said in ("press", "release"):
        kind = "key_up" if said == "release" else "key_down" if said == "press" else "key_pair"
        return Row(kind, t_ns, key, text if kind != "key_up" else None, field=field, secure=secure)
    if said == "click" or "click" in said:
        kind = "button_up" if str(cells.get("mouse_pressed")) == "0" else "button_down"
        return Row(kind, t_ns, x=x, y=y, button=button, field=field)
    return Row(said if said in ("move", "scroll") else "other", t_ns, x=x, y=y)


def _element(line: Line) -> tuple[str | None, bool]:
    return named_element(
        leaf for leaf in line.leaves if leaf.path[:1] in (("element_state",), ("structural_observation",))
    )


def _window(line: Line, row: Row) -> Window | None:
    """A change of window, or of the page that a browser shows."""
    if row.t_ns is None or line.table not in ("window_event", "browser_event"):
        return None
    said = {leaf.name: leaf.text for leaf in reversed(line.leaves) if len(leaf.path) > 1 and leaf.kind == "string"}
    if line.table == "browser_event":
        url = next((said[name] for name in ("url", "href", "currentUrl") if said.get(name)), None)
        return Window(row.t_ns, url=url) if url else None
    return Window(
        row.t_ns, next((said[name] for name in _APPS if said.get(name)), None), _text(line.cells.get("title"))
    )


def _mark(line: Line, row: Row) -> Mark:
    """The stream that a row of another table names; of a key its number, its parent's, and what a repetition shares."""
    if line.table != _KEYS:
        return _said_stream(line), "", "", ""
    parent = line.cells.get(PARENT)
    twin = (
        "\0".join(str(line.cells.get(name)) for name in ("timestamp", "name", *TWINS)) if row.kind in KEY_KINDS else ""
    )
    return 0, str(line.cells.get("id")), "" if parent is None else str(parent), twin


def _streams(table: str, marks: Sequence[Mark]) -> list[int]:
    return key_streams(marks) if table == _KEYS else [stream for stream, *_ in marks]


def _said_stream(line: Line) -> int:
    said = {leaf.text.casefold() for leaf in line.leaves if leaf.name in ("eventType", "event_type", "type", "action")}
    return 1 if said & {"keyup", "key_up", "release"} else 2 if said & {"keypress", "input"} else 0


def _context(_: Mapping[str, SourceFile], __: str) -> Context:
    return Context()


def _plain(_: str, column: str, text: str) -> str:
    """Typed text as the recorder joins it ("j-a-n-e-<space>"), as it was typed."""
    if not column.endswith("text") or not _JOINED.fullmatch(text):
        return text
    keys = (read_key(part[1:-1]) if len(part) > 2 else (part, part) for part in _JOINED_PART.findall(text))
    return "".join(said or {"enter": "\n", "tab": "\t"}.get(key, "") for key, said in keys if not _is_silent(key, said))


def _is_silent(key: str, said: str | None) -> bool:
    return said is not None and len(said) > 1 and normal_name(key) is not None


def _text(cell: object) -> str | None:
    return str(cell) if isinstance(cell, str) and not isinstance(cell, Number) and cell else None


_DIALECT = Dialect("openadapt", _KEYS, _read, _window, _mark, _streams, _plain, _context)

FORMAT = OpenAdapt()
