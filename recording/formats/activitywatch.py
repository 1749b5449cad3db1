"""Exports of ActivityWatch: buckets with their events, under ``buckets`` or by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from recording.context import Window, fill_context
from recording.documents import file_type, name_fields
from recording.errors import InputError
from recording.formats._base import Stroke
from recording.formats._json_list_times import retime_list
from recording.json_parts import JsonText
from recording.json_records import Element, head, lone_document, read_array
from recording.json_spans import Leaf
from recording.lines import check_text, shown
from recording.model import EVENTS, Recording, SourceFile, TextField
from recording.records import leaf_role
from recording.rows import Row, rows_table
from recording.timeline import Bools, Ints, Timeline, row_times
from recording.times import from_iso

_WRAPPED = re.compile(rb'\{\s*"buckets"\s*:\s*\{')
_BARE = re.compile(rb'\{\s*"(?:[^"\\]|\\.){1,400}"\s*:\s*\{')
_BUCKET = tuple(re.compile(rb'"%s"\s*:' % name) for name in (b"type", b"client", b"hostname"))
_WATCHER = re.compile(r"aw-[a-z]+(?:-[a-z]+){0,4}")
_TYPES = frozenset(
    {"currentwindow", "afkstatus", "web.tab.current", "os.hid.input", "app.editor.activity", "general.stopwatch"}
)
_ROLES = {"title": "window_title", "app": "app", "url": "url", "hostname": "host_name"}
_STATUS = frozenset({"afk", "not-afk", "hibernating"})
_MEMBERS = frozenset(
    {"buckets", "id", "created", "name", "type", "client", "hostname", "data", "metadata", "start", "end", "events",
     "timestamp", "duration", "app", "title", "url", "status", "audible", "incognito", "tabCount", "presses", "clicks",
     "deltaX", "deltaY", "scrollX", "scrollY", "file", "project", "language", "branch", "last_updated", "device_id",
     "running", "label", "$category", "$tags"}
)  # fmt: skip
_KINDS = {"currentwindow": "window", "web.tab.current": "window", "afkstatus": "marker"}

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ActivityWatch:
    """`recording.formats.Format` of exports of ActivityWatch.

    An event of the watchers of windows and tabs is of kind ``window``, a change between being there and away of kind
    ``marker``, everything else ``other``. Counts of a poll are numbers and stay. The name of the machine is a text of
    its own in the id of a bucket, wherever that stands.
    """

    name: str = "activitywatch"
    priority: int = 30

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """One JSON document that begins with a bucket, wrapped or not."""
        source = lone_document(files)
        start = head(source) if source is not None else b""
        if _WRAPPED.match(start):
            return True
        return _BARE.match(start) is not None and all(member.search(start) for member in _BUCKET)

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every event of every bucket as a row, in the order of the file.

        Raises:
            InputError: ``activitywatch``: a bucket that is none; also what the scanner raises.
        """
        file = next(n for n in files if file_type(n) == "json")
        data = files[file].read()
        check_text(file, data)
        document = read_array(data, file=file, is_record=_is_event)
        about = {leaf.path: leaf.text for leaf in document.outside if leaf.kind == "string"}
        hosts = {
            path[:-1]: text for path, text in about.items() if path[-1:] == ("hostname",) and _is_bucket(path[:-1])
        }
        if not hosts:
            raise InputError(
                "a bucket names no host", code="activitywatch", place=shown(file), hint="export it with aw-server"
            )
        rows: list[Row] = []
        fields: list[TextField] = []
        windows: list[Window] = []
        for seq, element in enumerate(document.elements):
            bucket = element.leaves[0].path[: element.depth - 2] if element.leaves else ()
            row = _row(element, about.get((*bucket, "type"), ""))
            rows.append(row)
            if row.kind == "window" and row.app and row.t_ns is not None:
                windows.append(Window(row.t_ns, row.app, row.window))
            fields += _fields(data, element.leaves, file, hosts, seq, element.depth)
        fields += _fields(data, document.outside, file, hosts, None, 0)
        events = fill_context(rows_table(rows, document.elements, file=file), windows, ()).combine_chunks()
        names = {host for host in hosts.values() if host}
        return Recording(
            name, self.name, MappingProxyType(dict(files)), events.cast(EVENTS), (*fields, *name_fields(files)),
            attributes=MappingProxyType({"hostname": names.pop()} if len(names) == 1 else {}), listed=frozenset({file}),
        )  # fmt: skip

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """An export counts keys and names none.

        Raises:
            ValueError: Always.
        """
        raise ValueError("an export of ActivityWatch has no key events")

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the event table."""
        return row_times(recording.events)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """The times of the events; those of buckets are text fields."""
        file = next(n for n in recording.files if file_type(n) == "json")
        return {file: retime_list(recording.files[file].read(), recording.events, timeline, file=file)}


def _is_event(path: _Path) -> bool:
    return len(path) > 2 and path[-2] == "events" and isinstance(path[-1], int) and _is_bucket(path[:-2])


def _is_bucket(path: _Path) -> bool:
    return len(path) == 1 or (len(path) == 2 and path[0] == "buckets")


def _row(element: Element, bucket: str) -> Row:
    said = {
        leaf.path[element.depth :]: leaf.text for leaf in element.leaves if leaf.kind == "string"
    }  # the last of two members of one name counts, as it does for readers
    kind = _KINDS.get(bucket, "other")
    t_ns = from_iso(said.get(("timestamp",), ""))
    if kind != "window":
        return Row(kind, t_ns)
    app, title, url = (said.get(("data", name)) or None for name in ("app", "title", "url"))
    return Row(kind, t_ns, app=app, window=title, url=url)


def _fields(
    data: bytes, leaves: Sequence[Leaf], file: str, hosts: Mapping[_Path, str], row: int | None, depth: int
) -> Iterator[TextField]:
    for leaf in leaves:
        path = leaf.path[depth:]
        bucket = leaf.path[: 2 if leaf.path[:1] == ("buckets",) else 1]
        named = bucket if leaf.kind == "key" else (*bucket, "id")
        if row is None and leaf.kind in ("key", "string") and leaf.path == named and named != ("buckets",):
            literal = JsonText(data[leaf.start : leaf.end])
            for start, end, role in _id_parts(literal.text, hosts.get(bucket, "")):
                first, last = literal.span(start, end)
                text = literal.text[start:end]
                yield TextField(file, leaf.start + first, leaf.start + last, "json-part", role, text, row)
        elif (known := _role(leaf, path, row)) is not None:
            yield TextField(file, leaf.start, leaf.end, "json", known, leaf.text, row)


def _id_parts(text: str, host: str) -> Iterator[tuple[int, int, str]]:
    """The watcher of a bucket, unless it is one of ActivityWatch's own, and the machine."""
    cut = len(text) - len(host) if host and text.casefold().endswith(host.casefold()) else len(text)
    watcher = text[:cut].rstrip("_")
    if watcher and not _WATCHER.fullmatch(watcher):
        yield 0, len(watcher), "text"
    if cut < len(text):
        yield cut, len(text), "host_name"


def _role(leaf: Leaf, path: _Path, row: int | None) -> str | None:  # noqa: PLR0911  a table of shapes
    if leaf.kind == "key":
        return None if leaf.text in _MEMBERS else leaf_role(leaf, stem="")
    if leaf.kind == "constant" or not leaf.text:
        return None
    name = path[-1] if path else ""
    if leaf.kind == "number":
        return leaf_role(leaf, stem="") if name not in _MEMBERS or name == "device_id" else None
    if row is not None and path == ("timestamp",) and from_iso(leaf.text) is not None:
        return None
    if (path == ("data", "status") and leaf.text in _STATUS) or (
        name == "type" and leaf.text in _TYPES and row is None
    ):
        return None
    if name == "client" and row is None and _WATCHER.fullmatch(leaf.text):
        return None
    role = _ROLES.get(str(name)) or leaf_role(leaf, stem="")
    return "text" if role == "file_ref" else role


FORMAT = ActivityWatch()
