"""screenpipe recordings: the tables of ``db.sqlite``, and what lies beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recording.context import Window
from recording.formats._base import Stroke
from recording.formats._key_codes import MAC, WINDOWS, code_of, key_of
from recording.formats._table_dialect import Context, Dialect, Line, Mark, table_of, time_of
from recording.formats._table_roles import Cells, Number
from recording.formats._table_times import in_pixels, retime_tables
from recording.formats._tables import numbered, parse_tables
from recording.json_spans import Leaf
from recording.model import KEY_KINDS, Recording, SourceFile
from recording.rows import Row
from recording.stores._sqlite_rows import Value, decode_row, encode_row
from recording.timeline import Bools, Ints, Timeline, row_times
from recording.times import from_iso, like_iso

_EVENTS = "ui_events"
_KINDS = {
    "click": "button_down", "move": "move", "scroll": "scroll", "app_switch": "window", "window_focus": "window",
    "clipboard": "clipboard", "text": "text", "key": "key_pair",
}  # fmt: skip
_BUTTONS = {"0": "left", "1": "right", "2": "middle"}
_CODE = re.compile(rb'"key_code": (\d{1,5})[,}]')
_MAC_LETTERS = 50
_SHIFT = 1
_CTRL_OR_CMD = 2 | 8
_SECURE = ("AXSecureTextField", "PasswordBox", "password text")


@dataclass(frozen=True, slots=True)
class Screenpipe:
    """`recording.formats.Format` of screenpipe's database.

    Text that the recorder put together from keys is typed text, rows of it being one stream; rows of single keys, where
    they were recorded as well, are another. Frames lie in videos: what the policy does with those applies.
    """

    name: str = "screenpipe"
    priority: int = 40

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """Its tables, or a database of the name it gives."""
        tables = {table_of(name, one) for name, one in files.items()}
        return "db.sqlite" in files or _EVENTS in tables or {"frames", "ocr_text"} <= tables

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every row of every table with times as an event, and every text."""
        return parse_tables(name, files, _DIALECT)

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """One row of text for all strokes, or a row for each key; see `recording.formats.Format.render_keys`."""
        row = recording.events.slice(like, 1).to_pylist()[0]
        if row["kind"] not in {*KEY_KINDS, "text"}:
            raise ValueError("the row to imitate is no key event")
        if table_of(row["file"], recording.files[row["file"]]) != _EVENTS:
            return b""
        cells = decode_row(recording.files[row["file"]].read()[row["start"] : row["end"]])
        presses = [stroke for stroke in strokes if stroke.kind == "key_down"]
        if row["kind"] != "text":
            codes = _codes(recording.files[row["file"]].read())
            return b"".join(_key_row(cells, row, stroke, codes) for stroke in presses)
        text = "".join(stroke.text or {"enter": "\n", "tab": "\t"}.get(stroke.key or "", "") for stroke in presses)
        new: dict[str, Value] = {"text_content": text, "text_length": len(text)}
        return _row(cells, row, presses[0].t_ns, new) if text else b""

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the event table."""
        return row_times(recording.events)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """Every table; ``relative_ms`` moves with its row."""
        return retime_tables(recording, timeline)


def _row(like: Mapping[str, Value], row: Mapping[str, object], t_ns: int | None, new: Mapping[str, Value]) -> bytes:
    """A row of events with nothing of another but its kind, its frame and its session's clock."""
    cells: dict[str, Value] = {name: like.get(name) for name in ("event_type", "frame_id", "relative_ms", "timestamp")}
    stamp, clock, old = like.get("timestamp"), like.get("relative_ms"), row["t_ns"]
    if t_ns is not None and isinstance(old, int) and isinstance(stamp, str):
        cells["timestamp"] = like_iso(t_ns, stamp)
        if isinstance(clock, int):
            cells["relative_ms"] = clock + round(((from_iso(str(cells["timestamp"])) or old) - old) / 10**6)
    cells |= new
    return encode_row(list(like), [cells.get(column) for column in like])


def _key_row(like: Mapping[str, Value], row: Mapping[str, object], stroke: Stroke, codes: Mapping[int, str]) -> bytes:
    found = code_of(stroke.key or "", stroke.text, codes)
    if found is None:
        return b""
    return _row(like, row, stroke.t_ns, {"key_code": found[0], "modifiers": _SHIFT if found[1] else 0})


def _context(files: Mapping[str, SourceFile], file: str) -> Context:
    """The frames, which say what the rows of other tables were in front of; and what key codes mean."""
    return Context(
        numbered(files, file, "frames"), _codes(files[file].read()) if table_of(file, files[file]) == _EVENTS else MAC
    )


def _read(line: Line, context: Context) -> Row:
    cells, events = line.cells, line.table == _EVENTS
    frame = {} if events else context.rows.get(str(cells.get("frame_id")), {})
    app = _first(cells, "app_name", "app") or _first(frame, "app_name")
    window = _first(cells, "window_title", "window_name", "window") or _first(frame, "window_name")
    url = _first(cells, "browser_url") or _first(frame, "browser_url")
    t_ns = time_of(cells)
    if not events:
        return Row("other", t_ns, app=app, window=window, url=url)
    kind, bits = _KINDS.get(str(cells.get("event_type")), "other"), _number(cells.get("modifiers"))
    key = text = None
    if kind == "key_pair":
        key, text = key_of(_number(cells.get("key_code")), context.codes, shift=bool(bits & _SHIFT))
        text = None if bits & _CTRL_OR_CMD else text
    elif kind == "text":
        text = _first(cells, "text_content")
        kind = "text" if text else "other"
    return Row(
        kind, t_ns, key, text, in_pixels(cells.get("x")), in_pixels(cells.get("y")),
        _BUTTONS.get(str(cells.get("button"))), app, window, url, _first(cells, "element_name"),
        secure=_first(cells, "element_role") in _SECURE,
    )  # fmt: skip


def _codes(data: bytes) -> Mapping[int, str]:
    """The key codes of a table: letters are 65 to 90 on Windows, and lie below 50 on a Mac."""
    told = [int(code) for code in _CODE.findall(data)]
    windows = sum(ord("A") <= code <= ord("Z") for code in told)
    return WINDOWS if windows > sum(code < _MAC_LETTERS for code in told) else MAC


def _window(line: Line, row: Row) -> Window | None:
    """What was in front, as events and frames tell it: sound and lists have no window of their own."""
    told = line.table == _EVENTS or (line.table == "frames" and str(line.cells.get("focused")) == "1")
    return Window(row.t_ns, row.app, row.window, row.url) if told and row.t_ns is not None and row.app else None


def _mark(line: Line, row: Row) -> Mark:
    return int(row.kind in KEY_KINDS), "", "", ""


def _streams(table: str, marks: Sequence[Mark]) -> list[int]:
    return [stream for stream, *_ in marks]


def _plain(table: str, column: str, text: str) -> str:
    return text


def _role(line: Line, leaf: Leaf, role: str | None) -> str | None:
    """Text put together from keys is read as typed text, and changes with its row."""
    if line.table != _EVENTS or leaf.path != ("text_content",) or role is None:
        return role
    said = line.cells.get("event_type")
    return None if said == "text" else "clipboard" if said == "clipboard" else role


def _number(cell: object) -> int:
    return cell if isinstance(cell, int) else 0


def _first(cells: Cells, *columns: str) -> str | None:
    """The first of these cells that is a text and not empty."""
    texts = (cell for cell in map(cells.get, columns) if isinstance(cell, str) and not isinstance(cell, Number))
    return next((str(text) for text in texts if text), None)


_DIALECT = Dialect("screenpipe", _EVENTS, _read, _window, _mark, _streams, _plain, _context, _role)

FORMAT = Screenpipe()
