"""Events of the ``keyboard`` and ``mouse`` libraries as one JSON array: what ``KeyboardEvent.to_json`` gives, listed.

One event on each line is read as JSON lines of any recorder are (`recording.formats.ducktrack`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from recording.documents import file_type, name_fields
from recording.errors import InputError
from recording.formats._base import Stroke
from recording.formats._json_keys import render_lines
from recording.formats._json_list_times import retime_list
from recording.json_records import head, lone_document, read_array
from recording.json_spans import encode_string
from recording.lines import check_text, place_of, shown
from recording.model import KEY_KINDS, Recording, SourceFile, TextField
from recording.records import Record, read_record
from recording.rows import Row, rows_table
from recording.separators import SEPARATOR
from recording.timeline import Bools, Ints, Timeline, row_times

_START = re.compile(rb"\[\s*\{")
_TYPE = re.compile(rb'"event_type"\s*:\s*"(?:down|up|double)"')
_OWN = re.compile(rb'"(?:scan_code|button|name)"\s*:')
_NAME = re.compile(rb'("name"\s*:\s*)"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class KeyboardJson:
    """`recording.formats.Format` of events of ``keyboard``, and of ``mouse`` as their fields (``_asdict``)."""

    name: str = "keyboard-json"
    priority: int = 30

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """One JSON document that begins as a list of such events."""
        source = lone_document(files)
        start = head(source) if source is not None else b""
        return _START.match(start) is not None and all(part.search(start) is not None for part in (_TYPE, _OWN))

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every element as an event.

        Raises:
            InputError: ``keyboard-event``: an element is no object; also what the scanner raises.
        """
        file = next(n for n in files if file_type(n) == "json")
        data = files[file].read()
        check_text(file, data)
        document = read_array(data, file=file, is_record=_is_element)
        odd = [leaf.start for leaf in document.outside]
        odd += [element.start for element in document.elements if data[element.start : element.start + 1] != b"{"]
        if odd or not document.elements:
            place = place_of(file, data, odd[0]) if odd else shown(file)
            raise InputError(
                "an element is no event", code="keyboard-event", place=place, hint="a list of events was expected"
            )
        records = [
            read_record(data, element.start, element.end, file=file, seq=seq, main=True)
            for seq, element in enumerate(document.elements)
        ]
        fields: list[TextField] = [found for record in records for found in record.fields]
        return Recording(
            name, self.name, MappingProxyType(dict(files)),
            rows_table([_row(record) for record in records], document.elements, file=file),
            (*fields, *name_fields(files)), listed=frozenset({file}),
        )  # fmt: skip

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """Elements in the shape of key row ``like``, each with its comma; see `Format.render_keys`."""
        row = recording.events.slice(like, 1).to_pylist()[0]
        if row["kind"] == "text":
            return b""
        if row["kind"] not in KEY_KINDS:
            raise ValueError("the row to imitate is no key event")
        data = recording.files[row["file"]].read()
        lines = render_lines(data, row["start"], row["end"], strokes, file=row["file"], newline=SEPARATOR)
        return _NAME.sub(_spaced, lines)

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the event table."""
        return row_times(recording.events)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """The document with new times, releases in their new places."""
        file = next(n for n in recording.files if file_type(n) == "json")
        return {file: retime_list(recording.files[file].read(), recording.events, timeline, file=file)}


def _is_element(path: tuple[str | int, ...]) -> bool:
    return len(path) == 1 and isinstance(path[0], int)


def _row(record: Record) -> Row:
    row, said = record.row, record.values
    if row.kind != "other":
        return row
    action = said.get("event_type")
    if action in ("down", "up") and "scan_code" in said:
        # A key that the library has no name for; which one it was, its number tells.
        return replace(row, kind="key_up" if action == "up" else "key_down")
    if row.x is not None and row.y is not None:
        return replace(row, kind="move")
    return replace(row, kind="scroll") if "delta" in said else row


def _spaced(found: re.Match[bytes]) -> bytes:
    """Names of keys as this library has them: ``left shift``, ``page up``; letters with Ctrl are letters."""
    name = found[2].decode("utf-8")
    if re.fullmatch(r"\\u00[01][0-9a-f]", name):
        name = chr(int(name.removeprefix("\\u"), 16) + 96)
    elif re.fullmatch(r"[a-z]+_[lr]", name):
        name = f"{'left' if name.endswith('l') else 'right'} {name[:-2]}"
    elif re.fullmatch(r"[a-z]+(?:_[a-z]+)+", name):
        name = name.replace("_", " ")
    else:
        return found[0]
    return found[1] + encode_string(name, ensure_ascii=True)


FORMAT = KeyboardJson()
