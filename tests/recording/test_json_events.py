"""Reading many lines at once gives what reading each of them alone gives."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recording import parse_files
from recording.errors import InputError
from recording.model import EVENTS, SourceFile
from recording.records import read_record

NAMES = st.sampled_from(["a", "A", "é", "\x03", "shift", "enter", None, "tab", "'", "<84>", "not a key"])
NUMBERS = st.one_of(
    st.floats(-1e6, 1e6, allow_nan=False),
    st.floats(0, 100).map(lambda number: round(number, 2)),
    st.integers(-(10**9), 10**11),
    st.sampled_from([1e300, 1e-9, -0.0, 1700000000.123456789, 9223372036.5, 99999999999.5, 0.1234567890123456]),
)
TIMES = st.one_of(
    st.floats(0, 2e9, allow_nan=False).map(lambda time: round(time, 6)), NUMBERS, st.sampled_from(["x", None])
)
EXTRAS = st.sampled_from(
    [{}, {}, {"event_idx": 3}, {"event_idx": 12345678}, {"event_idx": 10**10}, {"note": "call Ada"}, {"time": 5}]
)
KEYS = st.builds(
    lambda time, action, key, also, extra: {"time_stamp": time, "action": action, "name": key} | also | extra,
    TIMES,
    st.sampled_from(["press", "release", "click"]),
    NAMES,
    st.sampled_from([{}, {"pynput_key": "Key.shift"}]),
    EXTRAS,
)
MICE = st.builds(
    lambda time, action, x, y, extra: {"time_stamp": time, "action": action, "x": x, "y": y} | extra,
    TIMES,
    st.sampled_from(["move", "move", "move", "scroll", "click"]),
    NUMBERS,
    NUMBERS,
    EXTRAS,
)
SPACINGS = st.sampled_from([(", ", ": "), (",", ":"), (" , ", " : ")])
ENDS = st.sampled_from(["\n", "\r\n"])
PADDING = "".join(f'{{"time_stamp": {n}.5, "action": "move", "x": 1, "y": 2}}\n' for n in range(6))
"""Lines near the end of a file are read another way: these keep the others away from it."""


def assert_reads_as_alone(data: bytes) -> None:
    """Compare the events of a file with its lines, read one by one."""
    recording = parse_files("r", {"events.jsonl": SourceFile("events.jsonl", data)})
    rows = recording.events.to_pylist()
    start, fields = 0, []
    for seq, line in enumerate(data.splitlines(keepends=True)):
        end = start + len(line)
        alone = read_record(data, start, end, file="events.jsonl", seq=seq, main=True)
        fields += alone.fields
        assert (rows[seq]["start"], rows[seq]["end"]) == (start, end)
        for name in ("kind", "t_ns", "key", "text", "x", "y", "button", "secure"):
            assert rows[seq][name] == getattr(alone.row, name), (name, line)
        assert all(math.copysign(1, rows[seq][n] or 0) == math.copysign(1, getattr(alone.row, n) or 0) for n in "xy")
        start = end
    assert [f for f in recording.fields if f.role != "file_name"] == fields


@settings(deadline=None)
@given(st.lists(st.one_of(KEYS, MICE), min_size=1, max_size=12), SPACINGS, ENDS, st.booleans())
@example([{"time_stamp": 9223372036.854775, "action": "move", "x": 1, "y": 2}], (", ", ": "), "\n", True)
@example([{"time_stamp": 9223372036.9, "action": "press", "name": "a"}], (", ", ": "), "\n", True)
def test_lines_read_together_read_as_they_would_alone(
    events: list[dict[str, object]], spacing: tuple[str, str], end: str, padded: bool
) -> None:
    """Whatever stands around it, a line gives the event and the text fields that `read_record` gives."""
    data = "".join(json.dumps(event, separators=spacing) + end for event in events * 2) + PADDING * padded
    assert_reads_as_alone(data.encode())


@settings(deadline=None)
@given(st.lists(st.one_of(KEYS, MICE), min_size=1, max_size=3), st.data())
def test_a_damaged_line_is_read_or_refused_as_it_would_be_alone(
    events: list[dict[str, object]], draw: st.DataObject
) -> None:
    """One byte that is another one gives the event that `read_record` gives, or its error."""
    head = "".join(json.dumps(event) + "\n" for event in events).encode()
    at = draw.draw(st.integers(0, len(head) - 1))
    byte = draw.draw(st.sampled_from(b'0123456789.-eE"{}:, \tAa_'))
    data = head[:at] + bytes([byte]) + head[at + 1 :] + PADDING.encode()
    try:
        whole = parse_files("r", {"events.jsonl": SourceFile("events.jsonl", data)})
    except InputError:
        start = 0
        with pytest.raises(InputError):  # noqa: PT012  which of the lines it is does not matter
            for line in data.splitlines(keepends=True):
                read_record(data, start, start + len(line), file="events.jsonl", seq=0, main=True)
                start += len(line)
    else:
        assert whole.events.schema.equals(EVENTS)
        assert_reads_as_alone(data)
