"""Formats write new times into every place that holds one, and change nothing else."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_help import parsed, sample

from recording import InputError, Recording, SourceFile, format_named, open_recording, parse_files
from recording.timeline import Motion, Timeline, resolution, time_map, unchanged

S = 1_000_000_000


def times(recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    """Times of the rows and where there are any."""
    return format_named(recording.format).times(recording)


def shifted(recording: Recording, by: int, *, order: list[int] | None = None, motion: Motion | None = None) -> Timeline:
    """A timeline that moves every row by as much, twice as far from the first."""
    t_ns, timed = times(recording)
    first = t_ns[timed].min()
    new = np.where(timed, first + 2 * (t_ns - first) + by, t_ns)
    everywhere = np.ones(int(timed.sum()), np.bool_)
    clock = time_map(t_ns[timed], new[timed], fixed=everywhere, flat=~everywhere)
    rows = np.arange(len(t_ns)) if order is None else np.array(order)
    return Timeline(t_ns, new, timed, rows, clock, motion)


def written(recording: Recording, line: Timeline) -> Recording:
    """The recording read again with its new times."""
    new = format_named(recording.format).retime(recording, line)
    files = {
        name: SourceFile(name, new.get(name, source.data), source.path) for name, source in recording.files.items()
    }
    return parse_files("again", files)


def events(*records: dict[str, object], **files: str) -> Recording:
    """A DuckTrack recording."""
    return parsed(events__jsonl="".join(f"{json.dumps(record)}\n" for record in records), **files)


PRESS = {"time_stamp": 100.25, "action": "press", "name": "a"}
RELEASE = {"time_stamp": 100.5, "action": "release", "name": "a"}


class TestSamples:
    @pytest.mark.parametrize("name", ["ducktrack", "opencua"])
    def test_old_times_give_the_old_bytes(self, name: str):
        """Writing what is there changes no byte of any file."""
        recording = open_recording(sample(name))
        line = unchanged(*times(recording))
        for file, data in format_named(recording.format).retime(recording, line).items():
            assert data == recording.files[file].read(), file

    @pytest.mark.parametrize("name", ["ducktrack", "opencua"])
    def test_new_times_are_read_again_and_nothing_else_has_changed(self, name: str):
        """Rows, keys, positions and texts are those of before."""
        recording = open_recording(sample(name))
        line = shifted(recording, 7 * S)
        again = written(recording, line)
        assert np.array_equal(times(again)[0], line.new_ns)
        columns = ["kind", "key", "text", "x", "y", "button", "stream", "file", "app", "window"]
        assert again.events.select(columns).equals(recording.events.select(columns))
        assert [(f.role, f.text) for f in again.fields] == [(f.role, f.text) for f in recording.fields]

    def test_every_time_of_opencua_moves(self):
        """Start, end, traces of times and the start of the video are on the recorder's clock too."""
        recording = open_recording(sample("opencua"))
        out = format_named(recording.format).retime(recording, shifted(recording, 10**6 * S))
        for file, data in out.items():
            old = re.findall(rb"(?<![\d.])30[67]\d\d\.\d{4,}", recording.files[file].read())
            assert not re.findall(rb"(?<![\d.])30[67]\d\d\.\d{4,}", data), file
            assert len(re.findall(rb"(?<![\d.])10\d{5}\.\d+", data)) == len(old), file


class TestRecords:
    def test_numbers_of_a_key_record_that_may_be_lengths_of_time_become_zero(self):
        """How long a key was down is written under many names."""
        recording = events({**PRESS, "hold_ms": 93.5, "since_last": 0.412, "vk": 65}, RELEASE)
        again = written(recording, shifted(recording, S))
        record = json.loads(again.files["events.jsonl"].read().splitlines()[0])
        assert (record["hold_ms"], record["since_last"], record["vk"]) == (0, 0, 65)

    def test_a_second_clock_in_a_record_moves_by_as_much_as_the_record(self):
        """A calendar time beside the counter would tell the old times."""
        records = [
            {**PRESS, "timestamp": "2024-05-01T10:00:00.250000", "time": 1_714_550_400_250},
            {**RELEASE, "timestamp": "2024-05-01T10:00:00.500000", "time": 1_714_550_400_500},
        ]
        recording = events(*records)
        lines = written(recording, shifted(recording, 0)).files["events.jsonl"].read().splitlines()
        record = json.loads(lines[1])
        assert record["time_stamp"] == 100.75
        assert record["timestamp"] == "2024-05-01T10:00:00.750000"
        assert record["time"] == 1_714_550_400_750

    def test_the_clock_in_the_metadata_moves_and_sizes_stay(self):
        """OpenCUA says there when its video began."""
        about = {"video_start_timestamp": 99.5, "screen_width": 100, "start_time": "2024-05-01 10:00:00"}
        recording = events(PRESS, RELEASE, metadata__json=json.dumps(about))
        told = json.loads(written(recording, shifted(recording, 5 * S)).files["metadata.json"].read())
        assert told == {**about, "video_start_timestamp": 104.5}

    def test_rows_that_change_places_take_the_running_number_of_their_new_place(self):
        """A number out of turn would tell the old order."""
        names = ["press", "press", "release"]
        records = [
            {"time_stamp": 1.0 + n / 8, "action": action, "name": "ab"[n == 1], "event_idx": 40 + n}
            for n, action in enumerate(names)
        ]
        recording = events(*records)
        t_ns, timed = times(recording)
        new = np.array([t_ns[0], t_ns[2], t_ns[1]])
        clock = time_map(t_ns, new, fixed=np.array([True, True, False]), flat=np.zeros(3, np.bool_))
        line = Timeline(t_ns, new, timed, np.array([0, 2, 1]), clock)
        lines = [json.loads(text) for text in written(recording, line).files["events.jsonl"].read().splitlines()]
        assert [(r["action"], r["event_idx"], r["time_stamp"]) for r in lines] == [
            ("press", 40, 1.0), ("release", 41, 1.125), ("press", 42, 1.25)
        ]  # fmt: skip

    def test_a_last_line_without_an_end_gets_one_where_it_is_no_longer_last(self):
        """Two records on one line are none."""
        text = "\n".join(json.dumps(record) for record in (PRESS, {**PRESS, "name": "b"}, RELEASE))
        recording = parsed(events__jsonl=text)
        out = format_named(recording.format).retime(recording, shifted(recording, 0, order=[0, 2, 1]))["events.jsonl"]
        assert [json.loads(line)["name"] for line in out.splitlines()] == ["a", "a", "b"]
        assert not out.endswith(b"\n")

    def test_new_positions_go_into_moves_and_into_copies_of_their_paths(self):
        """A trace in a side file would tell the old path."""
        moves = [{"time_stamp": 1 + n / 8, "action": "move", "x": n, "y": n * n} for n in range(4)]
        path = {"time_stamp": 1.5, "action": "click", "pre_move": {"trace": [[0, 0], [1, 1], [2, 4], [3, 9]]}}
        recording = events(*moves, event_buffer__jsonl=json.dumps(path) + "\n")
        rows = np.array([True] * 4 + [False])
        motion = Motion(rows, np.array([9.0, 8, 7, 6, 0]), np.array([1.0, 2, 3, 4, 0]))
        again = written(recording, shifted(recording, 0, motion=motion))
        assert again.events["x"].to_pylist()[:4] == [9, 8, 7, 6]
        assert again.events["y"].to_pylist()[:4] == [1, 2, 3, 4]
        trace = json.loads(again.files["event_buffer.jsonl"].read())["pre_move"]["trace"]
        assert trace[0] == [0, 0]
        assert trace[-1] == [3, 9]
        assert trace[1:3] != path["pre_move"]["trace"][1:3]  # type: ignore[index]


class TestLogs:
    def test_stamps_of_every_kind_move_and_keep_their_shape(self):
        """Commas, brackets, epochs and times of day stay what they are."""
        logs = {
            "2024-05-01 10:00:0{},250 - Key pressed: 'a'\n": "2024-05-01 10:00:04,250 - Key pressed: 'a'\n",
            "[2024-05-01T10:00:0{}.250Z] Key pressed: 'a'\n": "[2024-05-01T10:00:04.250Z] Key pressed: 'a'\n",
            "10:00:0{} - Key.shift pressed\n": "10:00:04 - Key.shift pressed\n",
            "171455040{}.5: 'a'\n": "1714550404.5: 'a'\n",
            "ButtonEvent(event_type='up', button='left', time=171455040{}.5)\n":
                "ButtonEvent(event_type='up', button='left', time=1714550404.5)\n",
        }  # fmt: skip
        for shape, wanted in logs.items():
            recording = parsed(keys__log="".join(shape.format(second) for second in (0, 2)))
            out = format_named(recording.format).retime(recording, shifted(recording, 0))["keys.log"].decode()
            assert out == shape.format(0) + wanted

    def test_lines_of_no_known_shape_move_too(self):
        """The time before a message is a time like any other."""
        log = "2024-05-01 10:00:00,000 - Key pressed: 'a'\n2024-05-01 10:00:02,000 - Started something new\n"
        recording = parsed(keys__log=log)
        out = format_named(recording.format).retime(recording, shifted(recording, 0))["keys.log"].decode()
        assert out.splitlines()[1] == "2024-05-01 10:00:04,000 - Started something new"

    def test_midnight_does_not_turn_time_back(self):
        """A time of day alone goes on in the next day."""
        recording = parsed(keys__log="23:59:59 - Key.shift pressed\n00:00:01 - Key.shift released\n")
        t_ns, timed = times(recording)
        assert timed.all()
        assert np.diff(t_ns).tolist() == [2 * S]

    def test_a_log_that_tells_the_date_in_some_lines_alone_is_refused(self):
        """Its times are on no common clock."""
        recording = parsed(keys__log="2024-05-01 10:00:00,000 - 'a'\n10:00:01 - 'b'\n")
        with pytest.raises(InputError) as caught:
            times(recording)
        assert caught.value.code == "timing-mixed"

    def test_new_positions_are_written_in_the_shape_of_the_line(self):
        """Whatever words the logger has around them."""
        recording = parsed(mouse__log="Pointer moved to (3, 4)\nMouse position: (5, 6)\n")
        rows = np.ones(2, np.bool_)
        line = unchanged(*times(recording))
        line = Timeline(
            line.old_ns, line.new_ns, line.timed, line.order, line.clock, Motion(rows, rows * 7.0, rows * 9.0)
        )
        out = format_named(recording.format).retime(recording, line)["mouse.log"]
        assert out == b"Pointer moved to (7, 9)\nMouse position: (7, 9)\n"


class TestTimeMap:
    @settings(deadline=None)
    @given(
        pairs=st.lists(st.tuples(st.integers(0, 10**18), st.integers(0, 10**18)), min_size=1, max_size=30),
        asked=st.lists(st.integers(-(10**18), 2 * 10**18), max_size=20),
    )
    def test_it_never_falls_between_fixed_rows(self, pairs: list[tuple[int, int]], asked: list[int]):
        """What comes later on the old clock does not come earlier on the new one."""
        old, new = np.array(sorted(pairs)).T[0], np.sort(np.array(pairs).T[1])
        everywhere = np.ones(len(old), np.bool_)
        clock = time_map(old, new, fixed=everywhere, flat=~everywhere)
        known = np.setdiff1d(np.array(asked, np.int64), old)
        assert np.all(np.diff(clock(known)) >= 0)

    def test_the_resolution_is_the_coarsest_power_of_ten_that_fits(self):
        """Milliseconds stay milliseconds."""
        assert resolution(np.array([1_000_000, 37_000_000])) == 1_000_000
        assert resolution(np.array([5 * S, 90 * S])) == S
        assert resolution(np.array([123])) == 1
