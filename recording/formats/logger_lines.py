"""Plain logger lines, as the examples of ``keyboard``, ``mouse`` and ``pynput`` write them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from recording.documents import file_type, frames_of, name_fields
from recording.errors import InputError
from recording.formats._base import Stroke
from recording.formats._logger_bulk import read_bulk
from recording.formats._logger_shapes import Shape, key_of, read_line
from recording.formats._logger_times import log_times, retime_log
from recording.formats._logger_write import write_line
from recording.lines import check_text, line_end, place_of, shown, split_lines
from recording.model import EVENTS, KEY_KINDS, Recording, SourceFile, TextField
from recording.rows import Row, event_table
from recording.timeline import Bools, Ints, Timeline, row_times
from recording.times import from_iso, to_ns

_UP = frozenset({"up", "released", "release"})
_LAST_WORD = re.compile(r"^(.*[\s:=>])([^\s\d])$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LoggerLines:
    """`recording.formats.Format` of one text file of logger lines, with or without screenshots next to it.

    A line of no known shape becomes a row of kind ``other`` whose text is a text field. A log in which no key is ever
    released holds presses that stand for both: ``key_pair``.
    """

    name: str = "logger-lines"
    priority: int = 10

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """One ``.log``, ``.txt`` or suffixless file; everything else is images."""
        read = [name for name in files if file_type(name) not in ("hidden", "image")]
        return len(read) == 1 and "/" not in read[0] and PurePosixPath(read[0]).suffix.lower() in (".log", ".txt", "")

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every line as an event."""
        file = next(n for n in files if file_type(n) not in ("hidden", "image"))
        data = files[file].read()
        check_text(file, data)
        lines = split_lines(data)
        if not len(lines):
            raise InputError(
                "the log is empty",
                code="empty-file",
                place=f"{shown(file)}:1:1",
                hint="the recorder wrote no event",
            )
        bulk, slow = read_bulk(lines)
        fields: list[TextField] = list(name_fields(files))
        shapes: list[Shape | None] = []
        unknown: dict[str, set[str]] = defaultdict(set)
        for seq, start, end in zip(
            slow.tolist(),
            lines.starts[slow].tolist(),
            lines.ends[slow].tolist(),
            strict=True,
        ):
            body = data[start:end].rstrip(b"\r\n")
            text = body.decode("utf-8")
            shape = read_line(text)
            shapes.append(shape)
            if shape is None:
                if text.strip():
                    fields.append(TextField(file, start, start + len(body), "plain", "text", text, seq))
                    _check_unknown(text, unknown, file, data, start)
            elif shape.title is not None and shape.title[0] < shape.title[1]:
                left, right = (start + len(text[:at].encode("utf-8")) for at in shape.title)
                title = text[slice(*shape.title)]
                fields.append(TextField(file, left, right, "plain", "window_title", title, seq))
        released = any(s is not None and s.kind == "key" and s.verb in _UP for s in shapes)
        texts = [data[s:e].decode("utf-8") for s, e in zip(lines.starts[slow], lines.ends[slow], strict=True)]
        rows = [_row(shape, text, released) for shape, text in zip(shapes, texts, strict=True)]
        events = event_table(lines, bulk, rows, slow, file=file, stream=0, first_seq=0)
        return Recording(
            name, self.name, MappingProxyType(dict(files)), events.cast(EVENTS), tuple(fields),
            tuple(frames_of(files).values()),
        )  # fmt: skip

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """Lines with the prefix and the words of key row ``like``; see `recording.formats.Format.render_keys`.

        A window title in the prefix is recorded text and is left out. Where the log has presses alone, releases are
        left out too; so they are where the row's line has no word for press and release.
        """
        row = recording.events.slice(like, 1).to_pylist()[0]
        data = recording.files[row["file"]].read()
        line = data[row["start"] : row["end"]].rstrip(b"\r\n").decode("utf-8")
        shape = read_line(line)
        if row["kind"] not in KEY_KINDS or shape is None:
            raise ValueError("the row to imitate is no key event")
        newline = line_end(data).decode("ascii")
        # Without a word for it in the line, a release cannot be told from a press.
        pair = row["kind"] == "key_pair" or not shape.verb
        wanted = [stroke for stroke in strokes if not (pair and stroke.kind == "key_up")]
        return "".join(write_line(line, shape, stroke) + newline for stroke in wanted).encode("utf-8")

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """The times of the lines; see `recording.formats._logger_times.log_times`."""
        t_ns, timed = row_times(recording.events)
        events = recording.events
        data = recording.files[events["file"][0].as_py()].read()
        return log_times(data, events["start"].to_numpy(), events["end"].to_numpy(), t_ns, timed)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """The log with every line moved by as much as its row."""
        events = recording.events
        file = events["file"][0].as_py()
        data = recording.files[file].read()
        return {file: retime_log(data, events["start"].to_numpy(), events["end"].to_numpy(), timeline)}


def _row(shape: Shape | None, text: str, released: bool) -> Row:
    if shape is None:
        return Row("other")
    t_ns = to_ns(shape.clock) if shape.clock else _stamp(shape.stamp)
    if shape.kind == "key":
        key, typed = key_of(shape)
        window = text[slice(*shape.title)] if shape.title is not None else None
        if shape.verb in _UP:
            return Row("key_up", t_ns, key, window=window or None)
        return Row(
            "key_down" if released else "key_pair",
            t_ns,
            key,
            typed,
            window=window or None,
        )
    kind = shape.kind
    if kind == "button":
        kind = "button_up" if shape.verb in _UP or shape.pressed == "False" else "button_down"
    return Row(kind, t_ns, x=shape.x, y=shape.y, button=shape.button)


def _stamp(stamp: str | None) -> int | None:
    if stamp is None:
        return None
    return from_iso(stamp) if "-" in stamp else None if ":" in stamp else to_ns(stamp)


def _check_unknown(text: str, unknown: dict[str, set[str]], file: str, data: bytes, start: int) -> None:
    """Refuse a log that writes one key a line in a way no shape knows: no detector sees a word spelled over lines."""
    match = _LAST_WORD.match(text)
    if match is None:
        return
    seen = unknown[re.sub(r"\d", "0", match[1])]
    seen.add(match[2])
    if len(seen) > 3:
        raise InputError(
            "lines of an unknown shape hold single characters", code="unknown-key-lines",
            place=place_of(file, data, start), hint="these look like keys; add their shape to the logger format",
        )  # fmt: skip


FORMAT = LoggerLines()
