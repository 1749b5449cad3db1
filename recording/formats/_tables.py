"""Tables that a store gave: each row of a table with times is an event, every text in it a field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from recording.context import Window, fill_context
from recording.documents import file_type, frames_of, link_frames, name_fields, read_document, read_text
from recording.errors import InputError
from recording.formats._table_dialect import OWN_TABLES, Context, Dialect, Line, Mark, table_of
from recording.formats._table_roles import Cells, Number, cell_role, nested_role
from recording.json_spans import Leaf, scan
from recording.lines import check_text, shown, split_lines
from recording.model import EVENTS, Frame, Recording, SourceFile, TextField
from recording.records import key_leaves, read_record
from recording.rows import Row, empty_bulk, event_table
from recording.stores import INSIDE
from recording.words import word_lines

_STAMP = re.compile(rb'"timestamp": (-?\d[\d.eE+-]*)')
_FEW = 10**6
_MOST_KNOWN = 4_096
_MOST_SPELT = 65_536
_NO_EVENTS = frozenset({"recording"})
_TYPED = frozenset({"key", "code", "char", "which", "charCode"})


def parse_tables(name: str, files: Mapping[str, SourceFile], dialect: Dialect) -> Recording:
    """The recording that the tables and the files beside them hold; a frame for each picture.

    Raises:
        InputError: ``database-schema``: no table, or those of two recorders; ``database-rows``: a line is no row; what
            `recording.documents` raises.
    """
    there = {table_of(file, source) for file, source in files.items()} - {None}
    if not there:
        raise InputError(
            "the database has none of the tables of its recorder", code="database-schema",
            hint=f"it has the name that {dialect.name} gives, and another content",
        )  # fmt: skip
    if any(own <= there for one, own in OWN_TABLES.items() if one != dialect.name):
        raise InputError(
            "two recorders wrote into one recording", code="database-schema",
            hint="give the database of each recorder by itself: keys of one are not read by the rules of another",
        )  # fmt: skip
    fields: list[TextField] = list(name_fields(files))
    frames = frames_of(files)
    attributes: dict[str, str] = {}
    tables: list[pa.Table] = []
    windows: list[Window] = []
    first = 0
    lines = sorted(
        (table_of(file, source) != dialect.main, file) for file, source in files.items() if file_type(file) == "jsonl"
    )
    for stream, (_, file) in enumerate(lines):
        read = _Reading(file, files, dialect)
        table, found = read.events(first, stream * STREAMS) if read.is_events else (EVENTS.empty_table(), read.loose())
        fields += found
        windows += read.windows
        for picture, row in read.pictures.items():
            if picture in frames:
                frames[picture] = replace(frames[picture], row=row)
        tables.append(table)
        first += len(table)
    link_frames([one for one in fields if one.codec == "reference"], frames)
    for file in sorted(files):
        if file_type(file) == "json":
            said, scalars = read_document(file, files[file].read())
            # What the schema says are names that programs gave; they are read, and stay where every text goes.
            fields += [replace(one, role="app") for one in said] if file.endswith(f"{INSIDE}schema.json") else said
            attributes |= scalars
        elif file_type(file) == "text":
            fields += read_text(file, files[file].read())
    events = fill_context(pa.concat_tables(tables or [EVENTS.empty_table()]), _joined(windows), ()).combine_chunks()
    return Recording(
        name, dialect.name, MappingProxyType(dict(files)), events.cast(EVENTS), tuple(fields),
        tuple(_placed(frame, events) for frame in frames.values()), MappingProxyType(attributes),
    )  # fmt: skip


STREAMS = 8
"""Key streams that one table may have."""


class _Reading:
    """One file while it is read."""

    def __init__(self, file: str, files: Mapping[str, SourceFile], dialect: Dialect) -> None:
        self.file, self.dialect, self.table = file, dialect, table_of(file, files[file])
        self.data = files[file].read()
        check_text(file, self.data)
        self.lines = split_lines(self.data)
        self.names = frozenset(table_of(name, one) or "" for name, one in files.items())
        self.beside = frozenset(PurePosixPath(name).name for name in files)
        self.windows: list[Window] = []
        self.pictures: dict[str, int] = {}
        self.known: set[tuple[str, str]] = set()
        self.spelt: dict[str, str] = {}
        self.is_bare = dialect.bare.fullmatch if dialect.bare is not None and self.table == dialect.main else None
        self.context = dialect.context(files, file) if self.table else Context()
        self.is_events = self.table not in _NO_EVENTS and (self.table is None or self._is_timed())

    def _is_timed(self) -> bool:
        if not len(self.lines):
            return False
        cells = self._cells(int(self.lines.starts[0]), int(self.lines.ends[0]))
        return "timestamp" in cells or "frame_id" in cells

    def events(self, first: int, stream: int) -> tuple[pa.Table, list[TextField]]:
        """Every line as an event, and its texts."""
        rows: list[Row] = []
        marks: list[Mark] = []
        fields: list[TextField] = []
        for seq, (start, end) in enumerate(self._places(), start=first):
            if self.table is None:
                record = read_record(self.data, start, end, file=self.file, seq=seq, main=False)
                rows.append(record.row)
                fields += record.fields
                continue
            line = self._line(start, end)
            row = self.dialect.read(line, self.context)
            typed, found = self._texts(line, seq, is_free=row.kind == "other")
            if typed and row.kind == "other":
                row = replace(row, kind="text", text=typed)
            window = self.dialect.windows(line, row)
            self.windows += [window] if window is not None else []
            rows.append(row)
            marks.append(self.dialect.mark(line, row))
            fields += found
        table = event_table(
            self.lines,
            empty_bulk(len(rows)),
            rows,
            np.arange(len(rows)),
            file=self.file,
            stream=stream,
            first_seq=first,
        )
        numbers = self.dialect.streams(self.table, marks) if self.table is not None else ()
        if numbers:
            column = pa.array(np.asarray(numbers, np.int16) + np.int16(stream))
            table = table.set_column(EVENTS.get_field_index("stream"), EVENTS.field("stream"), column)
        return table, fields

    def loose(self) -> list[TextField]:
        """The texts of a table whose rows are no events."""
        return [
            one for start, end in self._places() for one in self._texts(self._line(start, end), None, is_free=False)[1]
        ]

    def _places(self) -> Iterator[tuple[int, int]]:
        return zip(self.lines.starts.tolist(), self.lines.ends.tolist(), strict=True)

    def _cells(self, start: int, end: int) -> Cells:
        line = self.data[start:end]
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError):
            cells = None
        if not isinstance(cells, dict):
            raise InputError(
                "a line is no row of a table", code="database-rows", place=shown(self.file),
                hint="a line is one JSON object, a member for each column",
            )  # fmt: skip
        stamp = cells.get("timestamp")
        if isinstance(stamp, int | float):
            # Nanoseconds of a time since 1970 do not fit into a float; a document in the row may tell another time.
            told = (one[1].decode() for one in _STAMP.finditer(line))
            cells["timestamp"] = Number(next((one for one in told if float(one) == stamp), stamp))
        return cells

    def _line(self, start: int, end: int) -> Line:
        cells, table = self._cells(start, end), self.table or ""
        if self.is_bare is not None and self.is_bare(self.data, start, end):
            return Line(table, cells, ())
        for name, cell in cells.items():
            if cell is None or type(cell) is float or (type(cell) is str and (name, cell) in self.known):
                continue
            if type(cell) is int and -_FEW < cell < _FEW:
                continue
            if cell_role(table, name, cell, self.names) is not None:
                return Line(table, cells, list(scan(self.data, file=self.file, start=start, end=end, containers=True)))
            if type(cell) is str and len(self.known) < _MOST_KNOWN:
                self.known.add((name, cell))
        return Line(table, cells, ())

    def _texts(self, line: Line, seq: int | None, *, is_free: bool) -> tuple[str, list[TextField]]:
        """What nested JSON says was typed, where the row ``is_free`` to be typed text, and every other text of it."""
        for cell in line.cells.values():
            if isinstance(cell, dict) and "file" in cell and seq is not None:
                self.pictures[f"{self.file.rpartition(INSIDE)[0]}{INSIDE}{cell['file']}"] = seq
        if not line.leaves:
            return "", []
        nested = [leaf for leaf in line.leaves if len(leaf.path) > 1 and leaf.path[1] == "json"]
        typed: list[Leaf] = []
        if is_free:
            typed = [leaf for leaf in nested if leaf.kind == "string" and leaf.name in _TYPED and len(leaf.text) < 2]
            typed = [*key_leaves(nested, single_members=False), *typed]
        taken = {leaf.start for leaf in typed}
        out = []
        for words in word_lines(nested):
            taken |= words.leaves
            out.append(TextField(self.file, words.start, words.end, "words", "text", words.text, seq))
        for leaf in line.leaves:
            if leaf.start in taken or leaf.kind in ("object", "array", "constant"):
                continue
            role = self.dialect.role(line, leaf, self._role(line, leaf))
            if role is not None:
                text = (
                    self.dialect.plain(line.table, str(leaf.path[0]), leaf.text) if len(leaf.path) == 1 else leaf.text
                )
                # Trees of elements say the same in every row: each text is held once.
                if len(self.spelt) < _MOST_SPELT:
                    self.spelt.setdefault(text, text)
                text = self.spelt.get(text, text)
                codec = "reference" if role == "file_ref" and self._is_named(leaf) else "json"
                out.append(TextField(self.file, leaf.start, leaf.end, codec, role, text, seq))
        return "".join(dict.fromkeys(leaf.text for leaf in typed)), out

    def _is_named(self, leaf: Leaf) -> bool:
        """Whether a member of a row's own names a file of the recording."""
        inside = self.dialect.inside
        own = inside and leaf.path[:-1] == inside and leaf.kind == "string"
        return bool(own) and PurePosixPath(leaf.text.replace("\\", "/")).name in self.beside

    def _role(self, line: Line, leaf: Leaf) -> str | None:
        if len(leaf.path) == 1:
            # The names of columns stand in the schema, and are read there.
            if leaf.kind == "key" or leaf.text == "":
                return None
            return cell_role(line.table, leaf.name, line.cells[leaf.name], self.names)
        return nested_role(leaf) if leaf.path[1] == "json" else None


def numbered(files: Mapping[str, SourceFile], file: str, table: str) -> dict[str, Cells]:
    """The rows of another table of the store of ``file``, by number."""
    source = files.get(f"{file.rpartition(INSIDE)[0]}{INSIDE}{table}.jsonl")
    if source is None:
        return {}
    out: dict[str, Cells] = {}
    for line in source.read().split(b"\n"):
        try:
            cells = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError):
            continue  # whoever reads that table says what is wrong
        if isinstance(cells, dict) and "id" in cells:
            out[str(cells["id"])] = cells
    return out


def _joined(windows: Sequence[Window]) -> list[Window]:
    """In the order of time; an address alone goes with the window that has the focus then."""
    out: list[Window] = []
    for window in sorted(windows, key=_when):
        last = out[-1] if out else None
        if last is not None and window.app is None and window.title is None:
            window = replace(last, t_ns=window.t_ns, url=window.url)  # noqa: PLW2901  the window as it stands then
        out.append(window)
    return out


def _when(window: Window) -> int:
    return window.t_ns


def _placed(frame: Frame, events: pa.Table) -> Frame:
    if frame.row is None:
        return frame
    row = events.slice(frame.row, 1)
    return replace(frame, t_ns=row["t_ns"][0].as_py(), app=row["app"][0].as_py(), window=row["window"][0].as_py())
