"""Rules of reading and writing DuckTrack and OpenCUA recordings."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_help import parsed, sample, sources

from recording import (
    KEY_KINDS,
    InputError,
    Recording,
    Stroke,
    apply_patches,
    find_format,
    format_named,
    open_recording,
    parse_files,
    row_removal,
)
from recording.documents import file_type
from recording.keys import read_key
from recording.roles import KEY_MEMBERS, is_structure

_PRESS = '{"time_stamp": 150162.266221958, "action": "press", "name": "w"}\n'
_OPENCUA = '{"time_stamp": 30.5, "action": "press", "name": "T", "pynput_key": "<84>", "event_idx": 7}\r\n'
_BUFFER = (
    '{"time_stamp": 30.5, "action": "type", "name": "j", "pynput_key": "\'j\'", "event_idx": 7, "start_time": 30.5, '
    '"end_time": 30.6, "key": [["press", "j"], true], "complete": true, "key_names": ["j"], '
    '"pre_move": {"trace": [[1, 2]]}}\n'
)


def _kinds(recording: Recording, stream: int = 0) -> Counter[str]:
    return Counter(row["kind"] for row in recording.events.to_pylist() if row["stream"] == stream)


def test_the_real_ducktrack_sample_is_read_whole() -> None:
    """Every one of its 13,401 events has its kind."""
    recording = open_recording(sample("ducktrack"))
    assert _kinds(recording) == {
        "move": 13163, "scroll": 140, "button_down": 22, "button_up": 22, "key_down": 27, "key_up": 27
    }  # fmt: skip
    roles = {field.role for field in recording.fields if field.file == "metadata.json"}
    assert {"host_name", "device_id", "device", "wall_clock"} <= roles
    assert recording.attributes["screen_width"] == "1512"


@pytest.mark.parametrize("name", ["ducktrack", "opencua"])
def test_an_unedited_sample_comes_back_byte_for_byte(name: str) -> None:
    """The rows of every file, laid end to end, are the file; no patch, no change."""
    folder = sample(name)
    recording = open_recording(folder)
    rows = recording.events.select(["file", "start", "end"]).to_pylist()
    for file, source in recording.files.items():
        if file_type(file) in ("jsonl", "json", "text"):
            data = source.read()
            assert apply_patches(data, []) == data == (folder / file).read_bytes()
            if file_type(file) == "jsonl":
                assert b"".join(data[r["start"] : r["end"]] for r in rows if r["file"] == file) == data
    for field in recording.fields:
        literal = recording.files[field.file].read()[field.start : field.end]
        if field.codec == "json":
            assert str(json.loads(literal)) == field.text
        elif field.role != "file_name":
            assert literal.decode() == field.text


def test_every_string_of_the_real_opencua_sample_is_accounted_for() -> None:
    """Walking the raw JSON on its own finds no string that is neither field, key row nor documented structure."""
    folder = sample("opencua")
    recording = open_recording(folder)
    fields = Counter((field.file, field.text) for field in recording.fields)
    lost = []
    for path in sorted(folder.glob("*.json*")):
        text = path.read_bytes().decode()
        records = [json.loads(text)] if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
        for record in records:
            typing = isinstance(record, dict) and record.get("action") in ("press", "release")
            for name, value in _strings(record, ""):
                if typing and name in KEY_MEMBERS | {"name"}:
                    continue
                if is_structure(name, value):
                    continue
                fields[path.name, value] -= 1
                if fields[path.name, value] < 0:
                    lost.append((path.name, name))
    assert lost == []
    assert not {key for key, left in fields.items() if left > 0 and key[0].endswith(".jsonl")}


def _strings(value: Any, name: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _strings(item, key)]
    if isinstance(value, list):
        return [found for item in value for found in _strings(item, name)]
    return [(name, value)] if isinstance(value, str) else []


def test_windows_and_fields_are_those_of_the_moment() -> None:
    """App, window, url, field and secure are those of the last record before; a window change ends a field."""
    times = [0.5, 1.0, 2.0, 3.0, 4.5]
    events = "".join(f'{{"time_stamp": {t}, "action": "press", "name": "a"}}\n' for t in times)
    recording = parsed(
        events__jsonl=events,
        top_window__jsonl='{"time_stamp": 4.0, "top_window_name": "term"}\n'
        '{"time_stamp": 1.0, "top_window_name": "web", "window_title": "Mail", "url": "https://mail.example/"}\n',
        element__jsonl='{"time_stamp": 2.0, "a11y_tree": {"Name": "To", "ControlType": "EditControl"}}\n'
        '{"time_stamp": 2.5, "a11y_tree": {"Name": "Password", "ControlType": "EditControl", "IsPassword": true}}\n',
    )
    rows = recording.events.slice(0, 5).to_pylist()
    assert [row["app"] for row in rows] == [None, "web", "web", "web", "term"]
    assert [row["window"] for row in rows] == [None, "Mail", "Mail", "Mail", None]
    assert rows[3]["url"] == "https://mail.example/"
    assert [row["field"] for row in rows] == [None, None, "To", "Password", None]
    assert [row["secure"] for row in rows] == [False, False, False, True, False]


def test_screenshots_know_their_moment_and_their_name_is_a_text() -> None:
    """An image is a frame with the time and window of its record; its name and the reference to it are fields."""
    files = sources(
        events__jsonl=_PRESS,
        top_window__jsonl='{"time_stamp": 1.0, "top_window_name": "web", "window_title": "Mail"}\n',
        screenshots__jsonl='{"time_stamp": 2.0, "file": "shots/jane.png", "trigger": "timer"}\n',
    ) | {"shots/jane.png": sources(x=b"png")["x"], "shots/other.png": sources(x=b"png")["x"]}
    recording = parse_files("s", files)
    first, second = recording.frames
    assert (first.t_ns, first.window, second.row) == (2 * 10**9, "Mail", None)
    assert recording.events["kind"][first.row].as_py() == "frame"
    roles = [(field.file, field.role) for field in recording.fields if field.text == "shots/jane.png"]
    assert sorted(roles) == [("screenshots.jsonl", "file_ref"), ("shots/jane.png", "file_name")]


def test_an_unknown_string_is_a_field_wherever_it_stands() -> None:
    """Unknown members, unknown member names and unknown actions never pass silently."""
    recording = parsed(
        events__jsonl='{"time_stamp": 1.5, "action": "move", "x": 1, "y": 2, "who": "Jane"}\n'
        '{"time_stamp": 1.5, "action": "dictate", "x": 1, "y": 2}\n'
        '{"time_stamp": 1.5, "action": "move", "x": 1, "y": 2, "Jane Roe": 5}\n'
        '{"time_stamp": 1.5, "action": "move", "x": 1, "y": 2, "phone": 5550100199}\n'
        '{"time_stamp": 1.5, "action": "click", "x": 1, "y": 2, "button": "Jane", "pressed": true}\n'
    )
    texts = {field.text for field in recording.fields}
    assert {"Jane", "who", "dictate", "Jane Roe", "5550100199"} <= texts
    assert len([field for field in recording.fields if field.text == "Jane"]) == 2


def test_no_copy_of_a_key_is_a_field() -> None:
    """Typed characters are stored several times in a line; all of them belong to the row and none to a field."""
    recording = parsed(
        events__jsonl=_OPENCUA.replace("}", ', "glyph": "T", "note": "ok then"}'), event_buffer__jsonl=_BUFFER
    )
    assert [(f.text, f.row) for f in recording.fields if f.row is not None] == [("glyph", 0), ("ok then", 0)]
    rows = recording.events.to_pylist()
    assert [(r["kind"], r["key"], r["text"], r["stream"]) for r in rows] == [
        ("key_down", "t", "T", 0), ("key_pair", "j", "j", 1)
    ]  # fmt: skip


def test_typing_inside_a_reduced_record_is_a_text_row() -> None:
    """A record that lists the keys it was reduced from is one piece of text, removed as a whole."""
    line = '{"action": "type", "start_time": 1.5, "description": "Type: ab", "key_names": ["a", "b", "enter"]}\n'
    recording = parsed(events__jsonl=_PRESS, reduced_events_complete__jsonl=line)
    row = recording.events.slice(1, 1).to_pylist()[0]
    assert (row["kind"], row["text"]) == ("text", "ab\n")
    assert [field.role for field in recording.fields if field.row == 1] == ["description"]
    assert apply_patches(line.encode(), row_removal(recording, [1])) == b""
    assert format_named(recording.format).render_keys(recording, [Stroke("key_down", "x", "x", 0)], 1) == b""


def test_single_keys_outside_of_rows_are_refused() -> None:
    """A document that lists keys cannot be edited row by row, so it is not read at all."""
    with pytest.raises(InputError) as caught:
        parsed(events__jsonl=_PRESS, keys__json='{"typed": ["s", "e", "c", "r"]}')
    assert caught.value.code == "keys-outside-events"


def test_names_of_keys_may_be_null() -> None:
    """DuckTrack writes null for a dead key; it stays a key press without key and text."""
    row = parsed(events__jsonl='{"time_stamp": 1.5, "action": "press", "name": null}\n').events.to_pylist()[0]
    assert (row["kind"], row["key"], row["text"]) == ("key_down", None, None)


_KEYS = st.sampled_from(
    ["a", "Z", "é", "'", '"', "\\", " ", "enter", "shift", "ctrl_l", "\x03", "<65437>", "<65460>", "f5"]
)
_TIMES = st.integers(0, 10**17)


@st.composite
def strokes(draw: st.DrawFn) -> list[Stroke]:
    """Key events as a reader would give them."""
    made = []
    for name, down, t_ns in draw(st.lists(st.tuples(_KEYS, st.booleans(), _TIMES), max_size=6)):
        key, text = read_key(name)
        made.append(Stroke("key_down" if down else "key_up", key, text if down else None, t_ns))
    return made


@given(strokes(), st.sampled_from([_PRESS, _OPENCUA, _PRESS.replace('", "', '","')]))
def test_written_keys_read_back_as_the_same_strokes(made: list[Stroke], like: str) -> None:
    """Rendering and parsing are inverse, and the new lines have the members and line end of the old one."""
    recording = parsed(events__jsonl=like)
    data = find_format(recording.files).render_keys(recording, made, 0)
    if not made:
        assert data == b""
        return
    again = parsed(events__jsonl=data)
    rows = again.events.to_pylist()
    assert [Stroke(r["kind"], r["key"], r["text"], r["t_ns"]) for r in rows] == made
    assert [list(json.loads(line)) for line in data.splitlines()] == [list(json.loads(like))] * len(made)
    assert data.endswith(b"\r\n") == like.endswith("\r\n")
    assert again.fields == ()


def test_written_keys_copy_nothing_that_was_recorded() -> None:
    """Unknown members of the imitated row become null; the copies of the key all change."""
    rich = _BUFFER.replace('"complete"', '"typist": "Jane Roe", "code": 74, "complete"')
    recording = parsed(events__jsonl=_PRESS, event_buffer__jsonl=rich)
    made = [Stroke("key_down", "x", "x", 31 * 10**9), Stroke("key_up", "x", None, 32 * 10**9)]
    (line,) = find_format(recording.files).render_keys(recording, made, 1).splitlines()
    assert json.loads(line) == {
        "time_stamp": 31.0, "action": "type", "name": "x", "pynput_key": "'x'", "event_idx": 7, "start_time": 31.0,
        "end_time": 31.0, "key": [["press", "x"], True], "_": None, "complete": True, "key_names": ["x"],
        "pre_move": None,
    }  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["move", "scroll", "click", "press", "pause", "odd"]),
            st.floats(0, 1e9),
            st.floats(-5000, 5000) | st.integers(-5000, 5000),
            st.text(max_size=5),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_any_recording_covers_its_bytes(
    lines: list[tuple[str, float, float, str]], newline: str, ended: bool, bom: bool, compact: bool
) -> None:
    """Rows tile the file, bulk and line-by-line reading agree on what is a mouse event, and no text is lost."""
    made = []
    for action, time, x, text in lines:
        record: dict[str, Any] = {"time_stamp": time, "action": action, "x": x, "y": 1}
        record |= {"button": "left", "pressed": True} if action == "click" else {}
        record |= {"name": text} if action in ("press", "odd") else {}
        made.append(json.dumps(record, separators=(",", ":") if compact else None, ensure_ascii=not compact))
    data = ("\ufeff" if bom else "") + newline.join(made) + (newline if ended else "")
    recording = parsed(events__jsonl=data)
    raw = data.encode()
    rows = recording.events.to_pylist()
    assert b"".join(raw[r["start"] : r["end"]] for r in rows) == raw.removeprefix("\ufeff".encode())
    names = {"move": "move", "scroll": "scroll", "click": "button_down", "press": "key_down", "pause": "marker"}
    unknown = [action == "press" and len(read_key(text)[1] or "") > 1 for action, _, _, text in lines]
    kinds = [names.get(action, "other") for action, *_ in lines]
    assert [r["kind"] for r in rows] == ["text" if u else kind for u, kind in zip(unknown, kinds, strict=True)]
    assert [r["x"] for r in rows] == pytest.approx([float(x) for _, _, x, _ in lines], nan_ok=False)
    odd = [text for action, _, _, text in lines if action == "odd" and text]
    assert [f.text for f in recording.fields if f.text != "odd"] == odd


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (_PRESS.encode() + b'{"time_stamp": 1.5, "act', "json-syntax", "events.jsonl:2:21"),
        (_PRESS.encode() + b'{"a": "\xff"}\n', "invalid-utf8", "events.jsonl:2:8"),
        (b"", "empty-file", "events.jsonl:1:1"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary-file", "events.jsonl:3:1"),
    ],
)
def test_a_broken_file_is_refused_with_its_place_and_without_content(data: bytes, code: str, place: str) -> None:
    """Each kind of damage has a code, file:line:col and a hint."""
    with pytest.raises(InputError) as caught:
        parsed(events__jsonl=data)
    assert (caught.value.code, caught.value.place) == (code, place)
    assert caught.value.hint
    assert "time_stamp" not in str(caught.value)


def test_keys_only_a_bare_file_holds_are_read(tmp_path: Path) -> None:
    """A JSON-lines file alone is a recording, also with the names of the ``keyboard`` library."""
    (tmp_path / "k.jsonl").write_text('{"event_type": "down", "scan_code": 42, "name": "left shift", "time": 1.5}\n')
    recording = open_recording(tmp_path / "k.jsonl")
    row = recording.events.to_pylist()[0]
    assert row["kind"] in KEY_KINDS
    assert (row["key"], row["t_ns"]) == ("shift_l", 1_500_000_000)


@pytest.mark.parametrize("action", ["press", "release"])
def test_a_key_name_that_no_keyboard_has_is_read_as_text(action: str) -> None:
    """What an unknown recorder writes as the name of a key is seen by detectors, for releases too."""
    row = parsed(events__jsonl=f'{{"time_stamp": 1.5, "action": "{action}", "name": "Jane Roe"}}\n').events.to_pylist()[
        0
    ]
    assert (row["kind"], row["text"]) == ("text", "Jane Roe")
