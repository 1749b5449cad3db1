"""The other store that OpenAdapt's recorder writes, ``capture.db``: a table of events, each a JSON document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recording.context import Window
from recording.formats._base import Stroke
from recording.formats._openadapt_rows import (
    KEY_COLUMNS,
    PARENT,
    TWINS,
    is_reference,
    key_columns,
    key_streams,
    named_element,
    read_key_columns,
)
from recording.formats._openadapt_words import EVENT_KINDS, MEASURES, MEMBERS, MOVES, WORDS
from recording.formats._table_dialect import OWN_TABLES, Context, Dialect, Line, Mark, table_of, time_of
from recording.formats._table_times import in_pixels, retime_tables
from recording.formats._tables import parse_tables
from recording.json_spans import Leaf
from recording.keys import normal_name, read_key, write_key
from recording.model import KEY_KINDS, Recording, SourceFile
from recording.rows import Row
from recording.stores._sqlite_rows import Nested, Value, decode_row, encode_row
from recording.timeline import Bools, Ints, Timeline, row_times

_NAME = "openadapt-events"
_EVENTS = "events"
_INSIDE = ("data", "json")
_TYPED = frozenset({"key.down", "key.up", "key.type", "key.shortcut"})
_COUNTS = {(_EVENTS, PARENT), ("capture", "screen_width"), ("capture", "screen_height")}
_TEXTS, _SHORTCUTS = 4, 5
_CONTROL = re.compile(r"(?i)(?:key\.)?(?:ctrl|control|cmd|command|meta|super|win)(?:_[lr])?")
_NUMBERED = re.compile(r"<?\d{1,9}>?")


@dataclass(frozen=True, slots=True)
class OpenAdaptEvents:
    """`recording.formats.Format` of OpenAdapt's event store.

    Rows of ``events`` of type ``key.down`` and ``key.up`` are keys. Text and shortcuts that the recorder put together
    from them are streams of their own, and so are rows that repeat others under them.
    """

    name: str = _NAME
    priority: int = 41

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """Its two tables, or a database of the name it gives that no other recorder's stands beside."""
        named = "capture.db" in files and not any(one.store for one in files.values())
        return named or OWN_TABLES[_NAME] <= {table_of(name, one) for name, one in files.items()}

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every row of every table with times as an event, and every text."""
        return parse_tables(name, files, _DIALECT)

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """A row for each stroke, one of text for all, or one for each shortcut; see `recording.formats.Format`.

        They keep the references of row ``like``, and get their numbers when the store is packed. Rows of an unknown
        type are not written anew: they give no lines.
        """
        row = recording.events.slice(like, 1).to_pylist()[0]
        if row["kind"] not in {*KEY_KINDS, "text"}:
            raise ValueError("the row to imitate is no key event")
        source = recording.files[row["file"]]
        if table_of(row["file"], source) != _EVENTS:
            return b""
        cells = decode_row(source.read()[row["start"] : row["end"]])
        presses = [stroke for stroke in strokes if stroke.kind == "key_down"]
        if row["kind"] in ("key_down", "key_up"):
            return b"".join(_key_row(cells, stroke) for stroke in strokes)
        if row["kind"] == "key_pair":
            return b"".join(_shortcut_row(cells, stroke) for stroke in presses)
        if cells.get("type") != "key.type":
            return b""
        text = "".join(stroke.text or {"enter": "\n", "tab": "\t"}.get(stroke.key or "", "") for stroke in presses)
        return _row(cells, "key.type", presses[0].t_ns, {"text": text}) if text else b""

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the event table."""
        return row_times(recording.events)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """Every table; the time and the place in a row's document are those of the row."""
        return retime_tables(recording, timeline, inside=_INSIDE)


def _row(like: Mapping[str, Value], said: str, t_ns: int | None, new: Mapping[str, object]) -> bytes:
    """A row of events with nothing of another but what it refers to."""
    told = like.get("timestamp")
    stamp = None if not isinstance(told, int | float) else told if t_ns is None else t_ns / 10**9
    old = like.get("data")
    members = json.loads(old.text) if isinstance(old, Nested) else None
    data: dict[str, object] = {
        name: value if is_reference(name, value) else None
        for name, value in (members.items() if isinstance(members, dict) else ())
        if name in MEMBERS
    }
    data |= {"timestamp": stamp, "type": said, **new}
    cells: dict[str, Value] = {"timestamp": stamp, "type": said, "data": Nested(json.dumps(data))}
    return encode_row(list(like), [cells.get(column) for column in like])


def _key_row(like: Mapping[str, Value], stroke: Stroke) -> bytes:
    said = "key.down" if stroke.kind == "key_down" else "key.up"
    return _row(like, said, stroke.t_ns, dict.fromkeys(KEY_COLUMNS) | key_columns(stroke))


def _shortcut_row(like: Mapping[str, Value], stroke: Stroke) -> bytes:
    name = write_key(stroke.key, stroke.text, press=False) if stroke.key is not None else ""
    held = ["ctrl"] if stroke.text is None and len(name) == 1 else []
    return _row(like, "key.shortcut", stroke.t_ns, {"modifiers": held, "key": name})


def _own(line: Line) -> dict[str, Leaf]:
    """The members of a row's document that are no containers; of two with one name the last, which readers take."""
    return {
        str(leaf.path[2]): leaf
        for leaf in line.leaves
        if len(leaf.path) == 3 and leaf.path[:2] == _INSIDE and leaf.kind in ("string", "number", "constant")
    }


def _type(line: Line, own: Mapping[str, Leaf]) -> str:
    """The type of a row: that of its column, but where its document says that something was typed."""
    said = str(line.cells.get("type"))
    inner = own["type"].text if "type" in own else said
    return inner if said not in _TYPED and inner in _TYPED else said


def _values(own: Mapping[str, Leaf]) -> dict[str, str]:
    return {name: leaf.text for name, leaf in own.items() if leaf.kind != "constant"}


def _read(line: Line, _: Context) -> Row:
    t_ns = time_of(line.cells)
    if line.table != _EVENTS:
        return Row("other", t_ns)
    if not line.leaves:
        return _moved(line, t_ns)
    own = _own(line)
    values, said = _values(own), _type(line, own)
    kind, key, text = EVENT_KINDS.get(said, "other"), None, None
    if said in ("key.down", "key.up"):
        key, text = read_key_columns(values)
    elif said == "key.type":
        text = values.get("text") or None
        kind = "text" if text is not None else "other"
    elif said == "key.shortcut":
        key, text = read_key(values["key"]) if values.get("key") else (None, None)
        text = None if any(_CONTROL.fullmatch(name) for name in _modifiers(line)) else text
    about = [leaf for leaf in line.leaves if leaf.path[:3] == (*_INSIDE, "structural_observation")]
    named = [leaf for leaf in about if "element" in leaf.path or "ancestry" in leaf.path]
    field, secure = named_element(named)
    told = {leaf.path[3:]: leaf.text for leaf in about if leaf.kind == "string" and leaf.text}
    return Row(
        kind, t_ns, key, text if kind != "key_up" else None, in_pixels(values.get("x")), in_pixels(values.get("y")),
        values.get("button") or None, told.get(("process", "process_name")), told.get(("window", "title")),
        field=field, secure=secure or named_element(about)[1],
    )  # fmt: skip


def _moved(line: Line, t_ns: int | None) -> Row:
    """The row of a line of `MOVES`; whatever else has a document has leaves."""
    data = line.cells.get("data")
    inner = data.get("json") if isinstance(data, dict) else None
    if not isinstance(inner, dict):
        return Row("other", t_ns)
    return Row("move", t_ns, x=in_pixels(inner.get("x")), y=in_pixels(inner.get("y")))


def _modifiers(line: Line) -> list[str]:
    return [
        leaf.text
        for leaf in line.leaves
        if leaf.kind == "string" and leaf.path[:3] == (*_INSIDE, "modifiers") and len(leaf.path) == 4
    ]


def _window(_: Line, row: Row) -> Window | None:
    """What had the focus, as an observation of the element tells it."""
    told = row.t_ns is not None and (row.app or row.window)
    return Window(row.t_ns, row.app, row.window) if told and row.t_ns is not None else None


def _mark(line: Line, row: Row) -> Mark:
    own = _own(line)
    said = _type(line, own)
    stream = _TEXTS if row.kind == "text" else _SHORTCUTS if row.kind == "key_pair" else 0
    parent, values = line.cells.get(PARENT), _values(own)
    twin = (said, *(values.get(name, "") for name in TWINS)) if row.kind in KEY_KINDS else ()
    twin = (str(line.cells.get("timestamp")), *twin) if twin else ()
    return stream, str(line.cells.get("id")), "" if parent is None else str(parent), "\0".join(twin)


def _streams(table: str, marks: Sequence[Mark]) -> list[int]:
    return key_streams(marks) if table == _EVENTS else [0] * len(marks)


def _plain(_: str, __: str, text: str) -> str:
    return text


def _context(_: Mapping[str, SourceFile], __: str) -> Context:
    return Context()


def _role(line: Line, leaf: Leaf, role: str | None) -> str | None:
    """Keys and typed text change with their rows; words of the recorder's own say nothing."""
    if role is None or _is_own_word(line, leaf):
        return None
    if line.table != _EVENTS or leaf.path[:2] != _INSIDE:
        return role
    if leaf.kind in ("key", "number"):
        known = leaf.name in (MEMBERS if leaf.kind == "key" else MEASURES)
        return None if known and not isinstance(leaf.path[-1], int) else role
    if len(leaf.path) >= 3 and _changes_with_its_row(line, leaf):
        return None
    return "window_title" if leaf.path[2:] == ("structural_observation", "window", "title") else role


def _is_own_word(line: Line, leaf: Leaf) -> bool:
    words = WORDS.get(leaf.name) if line.table == _EVENTS and leaf.kind == "string" else None
    counts = leaf.kind == "number" and (line.table, *leaf.path) in _COUNTS
    return counts or (words is not None and words.fullmatch(leaf.text) is not None)


def _changes_with_its_row(line: Line, leaf: Leaf) -> bool:
    own = _own(line)
    said, member = _type(line, own), leaf.path[2]
    if said == "key.shortcut" and member == "modifiers":
        return len(leaf.path) == 4 and _is_key(leaf.text)
    read = own.get(str(member))
    if len(leaf.path) != 3 or read is None or read.start != leaf.start:
        return False
    if said == "key.type":
        return member == "text"
    if member not in (KEY_COLUMNS if said in ("key.down", "key.up") else ("key",) if said == "key.shortcut" else ()):
        return False
    # What is no key of any keyboard is typed text, and a text besides.
    return _is_key(leaf.text)


def _is_key(name: str) -> bool:
    return len(name) < 2 or normal_name(name.removeprefix("Key.")) is not None or _NUMBERED.fullmatch(name) is not None


_DIALECT = Dialect(_NAME, _EVENTS, _read, _window, _mark, _streams, _plain, _context, _role, _INSIDE, MOVES)

FORMAT = OpenAdaptEvents()
