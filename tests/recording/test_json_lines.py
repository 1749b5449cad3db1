"""Reading key lines once for all their repetitions changes nothing."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from recording.formats._json_lines import LineReader
from recording.records import read_record

KEYS = st.sampled_from(["a", "A", "é", "\x03", "shift", "enter", None, "tab", "'", "<84>", "not a key"])
TIMES = st.one_of(st.floats(0, 1e6, allow_nan=False), st.integers(0, 10**6), st.sampled_from(["x", 1e300, -1.5]))
EVENTS = st.builds(
    lambda time, action, key, number, extra: {"time_stamp": time, "action": action, "name": key} | number | extra,
    TIMES,
    st.sampled_from(["press", "release", "click"]),
    KEYS,
    st.sampled_from([{}, {"event_idx": 3}, {"event_idx": 40}]),
    st.sampled_from([{}, {"note": "call Ada"}, {"time": 5}, {"pynput_key": "Key.shift"}]),
)


@given(st.lists(EVENTS, min_size=1, max_size=12))
def test_a_remembered_line_reads_as_it_would_alone(events: list[dict[str, object]]) -> None:
    """Whatever stood before it, a line gives the record that `read_record` gives."""
    data = "".join(json.dumps(event) + "\n" for event in events * 2).encode()
    reader, start = LineReader(data, "events.jsonl", main=True), 0
    for seq, line in enumerate(data.splitlines(keepends=True)):
        end = start + len(line)
        alone = read_record(data, start, end, file="events.jsonl", seq=seq, main=True)
        assert reader(start, end, seq) == alone
        start = end
