"""Tables of events: Parquet files, and JSON lines whose columns a policy declares."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from recording.context import Window, fill_context
from recording.documents import file_type, frames_of, name_fields, read_document, read_text
from recording.dropping import VECTOR
from recording.errors import InputError
from recording.formats._base import Stroke
from recording.formats._json_record_times import TIME_NAMES
from recording.formats._mapped_rows import column_of, mapped_record, typed_parts
from recording.formats._mapped_write import render_mapped, retime_mapped
from recording.formats._row_templates import RowReader
from recording.formats.ducktrack import DuckTrack
from recording.json_spans import Leaf, scan
from recording.lines import check_text, line_end, shown, split_lines
from recording.mappings import HOUSE, Mappings, TableMapping
from recording.model import EVENTS, KEY_KINDS, Frame, Joined, Recording, SourceFile, TextField
from recording.records import Record, leaf_role, record_of
from recording.roles import is_member_name
from recording.rows import Row, empty_bulk, event_table
from recording.stores import INSIDE
from recording.stores._arrow_json import OWN_NAME
from recording.stores.parquet import COLUMNS, ROWS, STORE
from recording.timeline import Bools, Ints, Timeline, row_times

MOST_NUMBERS = 64
"""Numbers in one list of one row from which on it may be more than positions and sizes."""


@dataclass(frozen=True, slots=True)
class Tables:
    """`recording.formats.Format` of Parquet files, and of whatever files a policy's mappings claim.

    Each row is an event. Columns are read as their mapping says; without one, as members of the same names are in JSON
    lines. Every string in any other column is a text field.
    """

    name: str = "tables"
    priority: int = 5
    mappings: Mappings = field(default=HOUSE)

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """One Parquet file, or a folder of one table and the pictures that its rows name."""
        read = {source.store or name for name, source in files.items() if file_type(name) != "hidden"}
        pictures = {name for name in read if file_type(name) in ("image", "video")}
        tables = list(read - pictures)
        if len(tables) != 1 or "/" in tables[0]:
            return False
        is_parquet = PurePosixPath(tables[0]).suffix.lower() in STORE.suffixes
        if any(source.store for source in files.values()):
            return is_parquet
        return bool(pictures) and (is_parquet or file_type(tables[0]) == "jsonl")

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every row of every table as an event, every other readable file as text fields.

        Raises:
            InputError: ``mixed-people``: a column that names the person names several.
        """
        tables: list[pa.Table] = []
        fields: list[TextField] = list(name_fields(files))
        frames = frames_of(files)
        windows: list[Window] = []
        joined: list[Joined] = []
        attributes: dict[str, str] = {}
        for stream, file in enumerate(sorted(n for n in files if file_type(n) == "jsonl")):
            table, records = _read(files, file, self.mappings, stream, sum(map(len, tables)))
            first = len(fields)
            for record in records:
                fields += record.fields
                if record.row.kind == "window" and record.row.t_ns is not None:
                    windows.append(Window(record.row.t_ns, record.row.app, record.row.window, record.row.url))
            _link(fields[first:], table, frames)
            joined += typed_parts(fields, first, records)
            attributes |= _person(file, files, self.mappings, records)
            tables.append(table)
        for file in sorted(files):
            if file_type(file) == "json" or (file_type(file) == "text"):
                found, scalars = _document(file, files[file])
                fields += found
                attributes |= scalars
        events = fill_context(pa.concat_tables(tables), windows, []).combine_chunks().cast(EVENTS)
        placed = (_placed(frame, events) for frame in frames.values())
        return Recording(
            name, self.name, MappingProxyType(dict(files)), events, tuple(fields), tuple(placed),
            MappingProxyType(attributes), joined=tuple(joined), mappings=self.mappings,
        )  # fmt: skip

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """Rows in the shape of key row ``like``; see `recording.formats.Format.render_keys`."""
        row = recording.events.slice(like, 1).to_pylist()[0]
        mapping = _mapping(recording.files, row["file"], recording.mappings)
        if mapping is None:
            return DuckTrack().render_keys(recording, strokes, like)
        if row["kind"] not in KEY_KINDS:
            raise ValueError("the row to imitate is no key event")
        data = recording.files[row["file"]].read()
        return render_mapped(data, row["start"], row["end"], strokes, mapping, file=row["file"], newline=line_end(data))

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the event table."""
        return row_times(recording.events)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """Every table; those with a mapping have their declared time, and every other time that their rows hold."""
        out = dict(DuckTrack().retime(recording, timeline))
        for file, source in recording.files.items():
            mapping = _mapping(recording.files, file, recording.mappings) if file_type(file) == "jsonl" else None
            if mapping is not None:
                out[file] = retime_mapped(recording, source.read(), timeline, mapping, file=file)
        return {file: data for file, data in out.items() if not file.endswith(INSIDE + COLUMNS)}


def mapped(files: Mapping[str, SourceFile], mappings: Mappings) -> Tables | None:
    """The format for files of which a mapping claims a table; ``None`` where none does."""
    claimed = any(file_type(name) == "jsonl" and _mapping(files, name, mappings) is not None for name in files)
    return replace(FORMAT, mappings=mappings) if claimed else None


def _mapping(files: Mapping[str, SourceFile], file: str, mappings: Mappings) -> TableMapping | None:
    return mappings.of(files[file].store or file)


def _read(
    files: Mapping[str, SourceFile], file: str, mappings: Mappings, stream: int, first: int
) -> tuple[pa.Table, list[Record]]:
    """The rows of one table as events, and all that they say."""
    data = files[file].read()
    check_text(file, data)
    lines = split_lines(data)
    kinds, mapping = _kinds(files, file), _mapping(files, file, mappings)
    if not len(lines) and not kinds:
        raise InputError(
            "the table is empty", code="empty-file", place=f"{shown(file)}:1:1", hint="the recorder wrote no event"
        )

    def in_full(start: int, end: int, seq: int) -> tuple[Record, Sequence[Leaf]]:
        if not data[start:end].strip():
            return Record(Row("other"), (), {}, {}), ()
        every = list(scan(data, file=file, start=start, end=end, containers=True))
        leaves: Sequence[Leaf] = [leaf for leaf in every if leaf.kind not in ("object", "array")]
        if kinds:
            # Names of columns are the same in each row: they are read once, in the file that lists them.
            leaves = [leaf for leaf in leaves if leaf.kind != "key"]
        if mapping is None:
            record = record_of(leaves, file=file, seq=seq, main=stream == 0)
        else:
            record = mapped_record(leaves, mapping, file=file, seq=seq)
        record = _of_types(record, leaves, kinds, mapping) if kinds else record
        vectors = tuple(_vectors(every, mapping, file=file, seq=seq))
        return (replace(record, fields=(*record.fields, *vectors)) if vectors else record), leaves

    read = RowReader(data, in_full, mapping)
    places = zip(lines.starts.tolist(), lines.ends.tolist(), strict=True)
    records = [read(start, end, first + number) for number, (start, end) in enumerate(places)]
    rows = [record.row for record in records]
    everywhere = np.arange(len(lines))
    bulk = empty_bulk(len(lines))
    return event_table(lines, bulk, rows, everywhere, file=file, stream=stream, first_seq=first), records


def _kinds(files: Mapping[str, SourceFile], file: str) -> dict[str, str]:
    """What the columns of a Parquet file hold; empty for other tables."""
    store = files[file].store
    if not file.endswith(INSIDE + ROWS) or PurePosixPath(store).suffix.lower() not in STORE.suffixes:
        return {}
    columns: dict[str, str] = json.loads(files[store + INSIDE + COLUMNS].read())["columns"]
    return columns


def _of_types(record: Record, leaves: Sequence[Leaf], kinds: Mapping[str, str], mapping: TableMapping | None) -> Record:
    """The record with fields that say what their columns can hold; times that are the row's clock are no text."""
    clocks = {mapping.time} if mapping is not None else TIME_NAMES
    columns = {leaf.start: column_of(leaf) for leaf in leaves if leaf.kind == "string"}
    fields = []
    for one in record.fields:
        column = columns.get(one.start, "")
        kind = kinds.get(column)
        if kind == "moment":
            if column in clocks:
                continue
            fields.append(replace(one, codec="null"))
        elif kind == "bytes" and OWN_NAME.fullmatch(one.text):
            fields.append(replace(one, codec="reference", role="file_ref"))
        else:
            fields.append(one)
    return replace(record, fields=tuple(fields))


def _vectors(leaves: Sequence[Leaf], mapping: TableMapping | None, *, file: str, seq: int) -> Iterator[TextField]:
    """Lists of so many numbers that they may be a picture, a sound or what a model made of a text."""
    counts = Counter(_outer(leaf.path) for leaf in leaves if leaf.kind == "number")
    for leaf in leaves:
        kept = mapping is not None and column_of(leaf) in mapping.keep
        if leaf.kind == "array" and not kept and _outer(leaf.path) == leaf.path and counts[leaf.path] >= MOST_NUMBERS:
            yield TextField(file, leaf.start, leaf.end, "null", VECTOR, "", seq)


def _outer(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The path of the outermost list that something is in; the path itself where it is in none."""
    return next((path[:at] for at, part in enumerate(path) if isinstance(part, int)), path)


def _link(fields: Sequence[TextField], table: pa.Table, frames: dict[str, Frame]) -> None:
    """Frames that a row names get its number and time."""
    times = table["t_ns"].to_pylist()
    first = table["seq"][0].as_py() if len(table) else 0
    names: dict[str, list[str]] = {}
    for name in frames:
        names.setdefault(PurePosixPath(name.rpartition(INSIDE)[2]).name, []).append(name)
    for one in fields:
        if one.role != "file_ref" or one.row is None:
            continue
        path = one.text.replace("\\", "/").removeprefix("./")
        found = [name for name in names.get(PurePosixPath(path).name, ()) if _is_beside(name, one.file)]
        exact = [name for name in found if name == path] or found
        if len(exact) == 1 and frames[exact[0]].row is None:
            frames[exact[0]] = replace(frames[exact[0]], t_ns=times[one.row - first], row=one.row)


def _is_beside(frame: str, table: str) -> bool:
    """Whether both are in one store, or in none."""
    return frame.rpartition(INSIDE)[0] == table.rpartition(INSIDE)[0]


def _person(
    file: str, files: Mapping[str, SourceFile], mappings: Mappings, records: Sequence[Record]
) -> dict[str, str]:
    mapping = _mapping(files, file, mappings)
    if mapping is None or not mapping.person:
        return {}
    people = {record.values[mapping.person] for record in records if record.values.get(mapping.person)}
    if len(people) > 1:
        raise InputError(
            "the rows of one file are of several people", code="mixed-people", place=shown(file),
            hint="write one file for each person",
        )  # fmt: skip
    return {mapping.person: people.pop()} if people else {}


def _document(file: str, source: SourceFile) -> tuple[Sequence[TextField], Mapping[str, str]]:
    """Texts of a file beside the rows; of the list of columns, their names and what else the table says of itself."""
    if file_type(file) == "text":
        return read_text(file, source.read()), {}
    if not file.endswith(INSIDE + COLUMNS):
        return read_document(file, source.read())
    found = []
    for leaf in scan(source.read(), file=file):
        if leaf.path[:1] == ("columns",):
            name = leaf.kind == "key" and len(leaf.path) == 2 and not is_member_name(leaf.text)
            role = "column" if name and leaf.text else None
        else:
            role = None if leaf.path == ("metadata",) else leaf_role(leaf, stem="")
        if role is not None:
            found.append(TextField(file, leaf.start, leaf.end, "json", role, leaf.text))
    return found, {}


def _placed(frame: Frame, events: pa.Table) -> Frame:
    if frame.row is None:
        return frame
    row = events.slice(frame.row, 1)
    return replace(frame, app=row["app"][0].as_py(), window=row["window"][0].as_py())


FORMAT = Tables()
"""The one object of this module that `recording.formats` looks for."""
