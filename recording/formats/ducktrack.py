"""DuckTrack and OpenCUA/AgentNet recordings: a folder with ``events.jsonl``, or that file alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recording.context import Element, Window, fill_context
from recording.documents import (
    file_type,
    frames_of,
    name_fields,
    read_document,
    read_text,
)
from recording.errors import InputError
from recording.formats._base import Stroke
from recording.formats._json_events import read_bulk
from recording.formats._json_keys import render_lines
from recording.formats._json_record_times import retime_document
from recording.formats._json_times import retime_lines
from recording.lines import check_text, line_end, shown, split_lines
from recording.model import EVENTS, KEY_KINDS, Frame, Recording, SourceFile, TextField
from recording.records import Record, read_record
from recording.rows import Row, empty_bulk, event_table, kind_code
from recording.timeline import Bools, Ints, Timeline, row_times


@dataclass(frozen=True, slots=True)
class DuckTrack:
    """`recording.formats.Format` of DuckTrack folders and their OpenCUA superset.

    ``events.jsonl`` is stream 0. Every other JSON-lines file is a stream of its own, in the order of the names, and its
    rows follow: one line, one event, so that a line can be removed as a whole. Their mouse records, which are copies,
    are of kind ``other``.
    """

    name: str = "ducktrack"
    priority: int = 20

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """An ``events.jsonl`` in the folder, or one JSON-lines file of any name."""
        read = [name for name in files if file_type(name) != "hidden"]
        return "events.jsonl" in files or (len(read) == 1 and "/" not in read[0] and file_type(read[0]) == "jsonl")

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every line of every JSON-lines file as an event, every other readable file as text fields."""
        streams = sorted((n for n in files if file_type(n) == "jsonl"), key=_main_first)
        tables: list[pa.Table] = []
        moves: list[Bools] = []
        fields: list[TextField] = list(name_fields(files))
        frames = frames_of(files)
        windows: list[Window] = []
        elements: list[Element] = []
        first = 0
        for stream, file in enumerate(streams):
            table, records, moved = _read_lines(files[file], stream, first)
            for seq, record in records:
                fields += record.fields
                _context(file, record, windows, elements)
                _frame(record, seq, frames)
            tables.append(table)
            moves.append(moved)
            first += len(table)
        events = fill_context(pa.concat_tables(tables), windows, elements).combine_chunks()
        attributes: dict[str, str] = {}
        for file in sorted(files):
            if file_type(file) == "json":
                found, scalars = read_document(file, files[file].read())
                fields += found
                attributes |= scalars
            elif file_type(file) == "text":
                fields += read_text(file, files[file].read())
        return Recording(
            name, self.name, MappingProxyType(dict(files)), events.cast(EVENTS), tuple(fields),
            tuple(_placed(frame, events) for frame in frames.values()), MappingProxyType(attributes),
            moves=np.concatenate(moves),
        )  # fmt: skip

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """JSON lines in the shape of key row ``like``; see `recording.formats.Format.render_keys`.

        A row of kind ``text`` (a record that was reduced from many keys, with several copies of them) cannot be written
        anew key by key: it gives no lines, so that putting the result in its place removes it.
        """
        row = recording.events.select(["kind", "file", "start", "end"]).slice(like, 1).to_pylist()[0]
        if row["kind"] == "text":
            return b""
        if row["kind"] not in KEY_KINDS:
            raise ValueError("the row to imitate is no key event")
        data = recording.files[row["file"]].read()
        return render_lines(
            data,
            row["start"],
            row["end"],
            strokes,
            file=row["file"],
            newline=line_end(data),
        )

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the event table."""
        return row_times(recording.events)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """Every JSON-lines file, and the times on the recorder's clock in the JSON documents (OpenCUA's metadata)."""
        events = recording.events
        typing = np.asarray(pc.is_in(events["kind"], value_set=pa.array([*sorted(KEY_KINDS), "text"])).to_numpy())
        starts, ends = events["start"].to_numpy(), events["end"].to_numpy()
        names = pc.dictionary_encode(events["file"].combine_chunks())
        codes, out = names.indices.to_numpy(), {}
        for code, file in enumerate(names.dictionary.to_pylist()):
            rows = np.flatnonzero(codes == code)
            data = recording.files[file].read()
            out[file] = retime_lines(data, starts[rows], ends[rows], rows, timeline, file=file, keys=typing[rows])
        for file, source in recording.files.items():
            if file_type(file) == "json":
                out[file] = retime_document(source.read(), timeline, file=file)
        return out


def _main_first(name: str) -> tuple[bool, str]:
    return name != "events.jsonl", name


def _read_lines(source: SourceFile, stream: int, first: int) -> tuple[pa.Table, list[tuple[int, Record]], Bools]:
    data = source.read()
    check_text(source.name, data)
    lines = split_lines(data)
    main = stream == 0
    if main and not len(lines):
        raise InputError(
            "the recording is empty", code="empty-file", place=f"{shown(source.name)}:1:1",
            hint="the recorder wrote no event",
        )  # fmt: skip
    bulk, alike, slow = empty_bulk(len(lines)), list[Row](), np.arange(len(lines))
    if main:
        bulk, alike, slow = read_bulk(data, lines, source.before)
    moves = bulk.kind == kind_code("move")
    starts, ends = lines.starts[slow].tolist(), lines.ends[slow].tolist()
    records = [
        (seq, read_record(data, start, end, file=source.name, seq=seq, main=main))
        for seq, start, end in zip((slow + first).tolist(), starts, ends, strict=True)
    ]
    rows = [record.row for _, record in records]
    table = event_table(lines, bulk, rows, slow, file=source.name, stream=stream, first_seq=first, alike=alike)
    return table, records, moves


def _context(file: str, record: Record, windows: list[Window], elements: list[Element]) -> None:
    row = record.row
    if row.t_ns is None:
        return
    if row.kind == "window":
        windows.append(Window(row.t_ns, row.app, row.window or record.values.get("title"), row.url))
    elif row.kind == "element" and PurePosixPath(file).stem == "element":
        said = record.values | record.element
        secure = any(said.get(name) == "true" for name in ("IsPassword", "is_password", "secure", "password"))
        elements.append(Element(row.t_ns, said.get("Name") or said.get("name") or None, secure))


def _frame(record: Record, seq: int, frames: dict[str, Frame]) -> None:
    if record.row.kind != "frame":
        return
    for member in ("file", "path", "image", "screenshot", "filename", "file_name"):
        said = record.values.get(member, "").replace("\\", "/").removeprefix("./")
        name = said if said in frames else next((n for n in frames if said and n.endswith(f"/{said}")), None)
        if name is not None:
            frames[name] = replace(frames[name], t_ns=record.row.t_ns, row=seq)
            return


def _placed(frame: Frame, events: pa.Table) -> Frame:
    if frame.row is None:
        return frame
    row = events.slice(frame.row, 1)
    return replace(frame, app=row["app"][0].as_py(), window=row["window"][0].as_py())


FORMAT = DuckTrack()
