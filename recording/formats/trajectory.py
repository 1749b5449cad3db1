"""Trajectories of agents: OSWorld folders, AgentNet's training lines, AgentNetBench's documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from recording.documents import file_type, frames_of, link_frames, name_fields, read_text
from recording.errors import InputError
from recording.formats._base import Stroke
from recording.formats._steps import StepFields
from recording.json_spans import scan
from recording.lines import BOM, check_text, shown, split_lines
from recording.model import EVENTS, Joined, Recording, SourceFile, TextField
from recording.rows import Row, empty_bulk, event_table
from recording.timeline import Bools, Ints, Timeline

_HEAD = 65_536
_LISTED = re.compile(rb'"(?:traj|trajectory|steps)"\s*:\s*\[')
_STEP = re.compile(rb'"(?:step_num|step_id|index|screenshot_file)"\s*:')
_ACTS = re.compile(rb'"(?:action|code|actions|ground_truth_actions|pyautogui)"\s*:')


@dataclass(frozen=True, slots=True)
class Trajectory:
    """`recording.formats.Format` of what agents did, step by step, with a screenshot for each.

    Code such as ``pyautogui.write('...')`` is parsed, never run: each string, comment and name in it is a text field of
    its own, and what is typed in several steps is read as one text. Each line is an event; the steps of a JSON document
    are none, and none of them can be taken out.
    """

    name: str = "trajectory"
    priority: int = 30

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """A document or lines of steps in the folder itself, and no events of a recorder."""
        if "events.jsonl" in files or any(source.store for source in files.values()):
            return False
        return any("/" not in name and _is_steps(name, source) for name, source in files.items())

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """Every line as an event, every string of every file as text fields."""
        fields: list[TextField] = list(name_fields(files))
        frames = frames_of(files)
        joined: list[Joined] = []
        tables: list[pa.Table] = []
        for file in sorted(files):
            kind, source = file_type(file), files[file]
            if kind == "text":
                fields += read_text(file, source.read())
            elif kind in ("json", "jsonl"):
                data = source.read()
                check_text(file, data)
                steps = StepFields(file, data, fields)
                first = len(fields)
                if kind == "jsonl":
                    tables.append(_read_lines(steps, len(tables), sum(map(len, tables))))
                else:
                    steps.add(list(scan(data, file=file, start=len(BOM) if data.startswith(BOM) else 0)), None)
                link_frames(fields[first:], frames)
                joined += steps.joined()
        events = pa.concat_tables(tables).combine_chunks() if tables else EVENTS.empty_table()
        return Recording(
            name, self.name, MappingProxyType(dict(files)), events.cast(EVENTS), tuple(fields), tuple(frames.values()),
            joined=tuple(joined),
        )  # fmt: skip

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """Keys are text in the code of a step, and change there.

        Raises:
            ValueError: Always.
        """
        raise ValueError("a trajectory has no key events")

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """When an agent acted tells nothing of a person's hands: no row has a time."""
        rows = len(recording.events)
        return np.zeros(rows, np.int64), np.zeros(rows, np.bool_)

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """Times of steps are text fields."""
        return {}


def _is_steps(name: str, source: SourceFile) -> bool:
    if file_type(name) not in ("json", "jsonl"):
        return False
    if name == "traj.jsonl":
        return True
    try:
        head = source.data[:_HEAD] if source.data is not None else _head(source)
    except OSError:
        return False
    listed = _LISTED.search(head) or (file_type(name) == "jsonl" and _STEP.search(head))
    return bool(listed) and _ACTS.search(head) is not None and head.lstrip().startswith((b"{", BOM + b"{"))


def _head(source: SourceFile) -> bytes:
    if source.path is None or not source.path.is_file():
        return b""
    with source.path.open("rb") as stream:
        return stream.read(_HEAD)


def _read_lines(steps: StepFields, stream: int, first: int) -> pa.Table:
    lines = split_lines(steps.data)
    if not len(lines):
        raise InputError(
            "the trajectory is empty", code="empty-file", place=f"{shown(steps.file)}:1:1", hint="no step was written"
        )
    for number, (start, end) in enumerate(zip(lines.starts.tolist(), lines.ends.tolist(), strict=True)):
        if steps.data[start:end].strip():
            steps.add(list(scan(steps.data, file=steps.file, start=start, end=end)), first + number)
    everywhere = np.arange(len(lines))
    rows = [Row("other")] * len(lines)
    bulk = empty_bulk(len(lines))
    return event_table(lines, bulk, rows, everywhere, file=steps.file, stream=stream, first_seq=first)


FORMAT = Trajectory()
"""The one object of this module that `recording.formats` looks for."""
