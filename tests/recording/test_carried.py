"""A file made of another one by patches is read as if nobody had read the other one."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from recording import Patch, Recording, apply_patches, parse_files
from recording.edit import before_of, places_after
from recording.errors import InputError
from recording.model import SourceFile

FILE = "events.jsonl"
COORDINATE = st.floats(0, 4000).map(lambda value: round(value, 3))
MOVE = st.builds(lambda x, y: {"action": "move", "x": x, "y": y}, COORDINATE, COORDINATE)
OTHER = st.sampled_from(
    [
        {"action": "press", "name": "a"},
        {"action": "release", "name": "a"},
        {"action": "click", "x": 3, "y": 4, "button": "left", "pressed": True},
        {"action": "move", "x": 3, "y": 4, "note": "Jane Doe"},
        {"action": "move", "x": None, "y": 4},
        {},
    ]
)
EVENTS = st.lists(st.one_of(MOVE, MOVE, MOVE, OTHER), min_size=1, max_size=40)
NEW = st.sampled_from([b"", b"7", b"\n", b'{"time_stamp": 0.5, "action": "move", "x": 1, "y": 2}\n', b" ", b"{}\r\n"])


def written(events: list[dict[str, object]]) -> bytes:
    """Lines as a recorder writes them; the last without its end where there is an odd number."""
    data = b"".join(json.dumps({"time_stamp": n + 0.25, **event}).encode() + b"\n" for n, event in enumerate(events))
    return data[: len(data) - len(events) % 2]


def read(data: bytes, source: SourceFile | None = None) -> Recording | str:
    """The recording, or the code of the error."""
    try:
        return parse_files("recording", {FILE: source or SourceFile(FILE, data)})
    except InputError as error:
        return error.code


def told(recording: Recording | str) -> object:
    """All that a recording says."""
    if isinstance(recording, str):
        return recording
    moves = None if recording.moves is None else recording.moves.tolist()
    return recording.events.to_pylist(), recording.fields, recording.frames, moves


@given(EVENTS, st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 60), NEW, st.booleans()), max_size=6))
def test_a_patched_file_is_read_as_without_what_was_read_before(
    events: list[dict[str, object]], cuts: list[tuple[int, int, bytes, bool]]
) -> None:
    """Whatever the patches cut, put in or join, at the edges of lines and inside them."""
    data = written(events)
    recording = read(data)
    assert isinstance(recording, Recording)
    patches, end = [], 0
    for at, length, new, whole in sorted(cuts, key=lambda cut: cut[0] % (len(data) + 1)):
        start = at % (len(data) + 1)
        if whole:
            start = data.rfind(b"\n", 0, start) + 1
        if start >= end:
            end = min(len(data), start + length)
            patches.append(Patch(FILE, start, end, new))
    effective = [patch for patch, _ in places_after(patches, len(data))]
    patched = apply_patches(data, patches)
    before = before_of(recording, FILE, effective)
    assert told(read(patched, SourceFile(FILE, patched, before=before))) == told(read(patched))


@given(EVENTS, EVENTS)
def test_what_another_file_said_is_not_believed(one: list[dict[str, object]], other: list[dict[str, object]]) -> None:
    """Bytes that differ are read, whatever the spans say."""
    first, second = written(one), written(other)
    recording = read(first)
    assert isinstance(recording, Recording)
    before = before_of(recording, FILE, [])
    assert told(read(second, SourceFile(FILE, second, before=before))) == told(read(second))


def test_rows_of_another_table_carry_nothing() -> None:
    """Where rows were left out since, what is known of moves says nothing about the others."""
    recording = read(written([{"action": "move", "x": 1, "y": 2}] * 4))
    assert isinstance(recording, Recording)
    assert before_of(recording, FILE, []) is not None
    assert before_of(replace(recording, events=recording.events.slice(1)), FILE, []) is None
