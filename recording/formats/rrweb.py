"""Recordings of web pages by rrweb: a JSON array of events, the same under ``events``, or one event on each line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from recording.documents import file_type, name_fields
from recording.errors import InputError
from recording.formats._base import Stroke
from recording.formats._rrweb_page import Page
from recording.formats._rrweb_texts import read_texts
from recording.formats._rrweb_times import read_ms, retime_events
from recording.json_records import Element, head, lone_document, scan_array, scan_lines
from recording.json_spans import Leaf
from recording.lines import check_text, place_of, shown
from recording.model import Field, Joined, Recording, SourceFile, TextField
from recording.records import leaf_role
from recording.rows import Row, rows_table
from recording.timeline import Bools, Ints, Timeline, row_times

_EVENT = rb'\{\s*"(?:type|data|timestamp|delay)"\s*:'
_HEAD = re.compile(rb'(?:\[|\{\s*"events"\s*:\s*\[)?\s*' + _EVENT)
_TYPE = re.compile(rb'"type"\s*:\s*[0-7]\b')
_MUTATION, _MOVES, _MOUSE, _SCROLL, _INPUT, _CANVAS, _FONT, _CARET = 0, (1, 6, 12), 2, 3, 5, 9, 10, 14


@dataclass(frozen=True, slots=True)
class RrWeb:
    """`recording.formats.Format` of rrweb.

    Rows of kind ``input`` are fields that hold another value; the values of one field, and the texts of one place of
    the page, are a series. Pages and changes of them are of kind ``element``. Clicks that come on top of a press and
    a release are of kind ``other``.
    """

    name: str = "rrweb"
    priority: int = 30

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """One JSON document or JSON-lines file that begins as rrweb's do."""
        source = lone_document(files, ("json", "jsonl"))
        start = head(source) if source is not None else b""
        first = start.lstrip(b"[ \t\r\n")[:1]
        return (
            _HEAD.match(start) is not None and first == b"{" and b'"data"' in start and _TYPE.search(start) is not None
        )

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every event as a row.

        Raises:
            InputError: ``rrweb-event``: an element is no event (packed ones are none); also what the scanner raises.
        """
        file = next(n for n in files if file_type(n) in ("json", "jsonl"))
        data = files[file].read()
        page = Page()
        places: list[Element] = []
        outside: list[TextField] = []
        rows: list[Row] = []
        fields: list[TextField] = []
        unread: set[int] = set()
        opened = 0
        for element in _parts(file, data):
            if isinstance(element, Leaf):
                # Outside of the events there is nothing but what wraps them.
                outside += _outside(element, file, data)
                continue
            seq = len(places)
            places.append(replace(element, leaves=()))
            event = _event(data, element, file)
            kind, source = event.get("type"), _source(event)
            read = list(read_texts(data, element, event, file=file, row=seq, sheets=_sheets(event, page)))
            # A style sheet is several fields of one path, of which none has a meaning of its own.
            texts = {path: len(fields) + at for at, (path, _) in enumerate(read)}
            fields += [found for _, found in read]
            if _is_unread(event):
                unread.add(seq)
            inner = event.get("data")
            if isinstance(inner, dict):
                page.event(kind, source, inner, texts)
            row = _row(event, element, page)
            typed = source == _MUTATION and isinstance(inner, dict) and page.is_typed(inner)
            rows.append(replace(row, kind="input") if typed else row)
            if kind == 4:
                opened = seq
            elif kind == 2:
                # A page is announced by its address before it says what it is called.
                rows[opened:] = [replace(one, window=row.window) for one in rows[opened:]]
                opened = len(rows)
        fields = [_meant(found, page, index) for index, found in enumerate(fields)]
        listed = file_type(file) == "json"
        if not places:
            raise InputError(
                "the recording is empty", code="empty-file", place=f"{shown(file)}:1:1",
                hint="the recorder wrote no event",
            )  # fmt: skip
        joined = tuple(_joined(fields, block) for block in page.blocks)
        return Recording(
            name, self.name, MappingProxyType(dict(files)), rows_table(rows, places, file=file),
            (*fields, *outside, *name_fields(files)), listed=frozenset({file} if listed else ()), joined=joined,
            unread=frozenset(unread),
        )  # fmt: skip

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """Pages tell values, not keys.

        Raises:
            ValueError: Always.
        """
        raise ValueError("a recording of a page has no key events")

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the event table."""
        return row_times(recording.events)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """The times of the events, other moments in them, and the positions of the mouse."""
        file = next(n for n in recording.files if file_type(n) in ("json", "jsonl"))
        return {file: retime_events(recording.files[file].read(), recording.events, timeline, file=file)}


def _parts(file: str, data: bytes) -> Iterator[Element | Leaf]:
    check_text(file, data)
    if file_type(file) == "jsonl":
        return scan_lines(data, file=file)
    return scan_array(data, file=file, is_record=_is_event)


def _is_event(path: tuple[str | int, ...]) -> bool:
    """An element of the root, or of its member ``events``."""
    inner = path[1:] if path[:1] == ("events",) else path
    return len(inner) == 1 and isinstance(inner[0], int)


def _event(data: bytes, element: Element, file: str) -> dict[str, Any]:
    if not element.leaves:
        return {}
    event = json.loads(data[element.start : element.end], parse_int=_int)
    if not isinstance(event, dict):
        raise InputError(
            "an element is no event", code="rrweb-event", place=place_of(file, data, element.start),
            hint="unpack packed events first",
        )  # fmt: skip
    return event


def _int(literal: str) -> int:
    """No id, type or time has more digits; Python refuses to read very long ones."""
    return int(literal) if len(literal) < 20 else -1


def _source(event: Mapping[str, Any]) -> int | None:
    inner = event.get("data")
    source = inner.get("source") if event.get("type") == 3 and isinstance(inner, dict) else None
    return source if isinstance(source, int) else None


def _is_unread(event: Mapping[str, Any]) -> bool:
    """Drawings, fonts, files and packed data, which no step can read; and carets, which count what was typed."""
    kind = event.get("type")
    packed = kind in (2, 3) and not isinstance(event.get("data"), dict)
    return packed or "cv" in event or kind == 7 or _source(event) in (_CANVAS, _FONT, _CARET)


def _sheets(event: Mapping[str, Any], page: Page) -> frozenset[tuple[Any, ...]]:
    """Paths of new texts of style sheets that are known from before."""
    inner = event.get("data")
    texts = inner.get("texts") if _source(event) == _MUTATION and isinstance(inner, dict) else None
    return frozenset(
        ("data", "texts", at, "value")
        for at, one in enumerate(texts if isinstance(texts, list) else ())
        if isinstance(one, dict) and isinstance(one.get("id"), int) and page.is_style(one["id"])
    )


def _row(event: Mapping[str, Any], element: Element, page: Page) -> Row:
    literal = next(
        (leaf.text for leaf in reversed(element.leaves) if leaf.path[element.depth :] == ("timestamp",)
         and leaf.kind == "number"), None
    )  # fmt: skip
    inner = event.get("data")
    data: Mapping[str, Any] = inner if isinstance(inner, dict) else {}
    kind, source = event.get("type"), _source(event)
    row = Row(_kind(kind, source, data), None if literal is None else read_ms(literal), window=page.title or None,
              url=page.url or None)  # fmt: skip
    positions = data.get("positions")
    place = positions[-1] if isinstance(positions, list) and positions and isinstance(positions[-1], dict) else data
    if source in (*_MOVES, _MOUSE):
        return replace(row, x=_pixel(place.get("x")), y=_pixel(place.get("y")), button=_button(row.kind))
    return row


def _kind(kind: object, source: int | None, data: Mapping[str, Any]) -> str:  # noqa: PLR0911  one return for each kind
    if kind == 4:
        return "window"
    if kind == 2 or source == _MUTATION:
        return "element"
    if kind in (0, 1):
        return "marker"
    if source == _INPUT:
        return "input"
    if source in _MOVES:
        return "move"
    if source == _MOUSE:
        return {0: "button_up", 1: "button_down", 7: "button_down", 9: "button_up"}.get(data.get("type", -1), "other")
    return "scroll" if source == _SCROLL else "other"


def _button(kind: str) -> str | None:
    """Events do not say which button, or that it was a finger."""
    return "unknown" if kind.startswith("button") else None


def _pixel(said: object) -> float | None:
    is_number = isinstance(said, int | float) and not isinstance(said, bool) and abs(said) < 1e9
    return float(said) if is_number else None  # type: ignore[arg-type]  # checked in the line above


def _meant(found: TextField, page: Page, index: int) -> TextField:
    meaning = page.meanings.get(index)
    if meaning is None or found.codec != "json":
        return found
    role = found.role if found.role == "media" else meaning.role or found.role
    return replace(found, role=role, series=meaning.series, label=meaning.label, secure=meaning.secure)


def _outside(leaf: Leaf, file: str, data: bytes) -> Iterator[TextField]:
    if _is_event(leaf.path):
        raise InputError(
            "an element is no event", code="rrweb-event", place=place_of(file, data, leaf.start),
            hint="unpack packed events first",
        )  # fmt: skip
    role = leaf_role(leaf, stem="")
    if role is not None:
        yield TextField(file, leaf.start, leaf.end, "json", role, leaf.text)


def _joined(fields: Sequence[TextField], block: Sequence[int]) -> Joined:
    text, parts = "", []
    for index in block:
        said = fields[index].text
        parts.append((len(text), Field(index, 0, len(said))))
        text += said
    return Joined(text, tuple(parts), "block")


FORMAT = RrWeb()
