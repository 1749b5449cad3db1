"""Rules of reading and writing lists of events of the keyboard and mouse libraries."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recording import InputError, Recording, SourceFile, Stroke, apply_patches, parse_files, separated
from recording.edit import Patch
from recording.formats import format_named
from recording.timeline import unchanged
from text_redact.transcript import transcribe


def key(action: str, name: str | None, second: float, code: int = 30) -> dict[str, Any]:
    """What ``KeyboardEvent.to_json`` gives."""
    told = {"event_type": action, "scan_code": code, "name": name, "time": second, "is_keypad": False}
    return {member: value for member, value in told.items() if value is not None}


def typed(*names: str) -> list[dict[str, Any]]:
    """Keys pressed and released."""
    return [
        key(action, name, 1.7e9 + n + half)
        for n, name in enumerate(names)
        for action, half in (("down", 0.0), ("up", 0.5))
    ]


def read(events: list[Any], indent: int | None = None) -> Recording:
    """The recording in one list."""
    return parse_files("keys", {"keys.json": SourceFile("keys.json", json.dumps(events, indent=indent).encode())})


def test_keys_and_mouse_have_their_kinds() -> None:
    """Names with blanks, keys without a name, buttons, wheel and moves."""
    recording = read(
        [
            *typed("left shift", "page up", "a"),
            key("down", None, 5.0),
            {"event_type": "down", "button": "left", "time": 6.0},
            {"event_type": "double", "button": "left", "time": 6.5},
            {"delta": -1.0, "time": 7.0},
            {"x": 3, "y": 4, "time": 8.0},
        ]
    )
    rows = recording.events.to_pylist()
    assert recording.format == "keyboard-json"
    assert [row["kind"] for row in rows] == ["key_down", "key_up"] * 3 + [
        "key_down",
        "button_down",
        "button_down",
        "scroll",
        "move",
    ]
    assert [row["key"] for row in rows[:6:2]] == ["shift_l", "page_up", "a"]
    assert (rows[-1]["x"], rows[-1]["y"], rows[0]["t_ns"]) == (3.0, 4.0, 1_700_000_000 * 10**9)


def test_what_was_typed_is_read() -> None:
    """A list tells the same text as lines do."""
    texts = {
        passage.text for passage in transcribe(read(typed("h", "i", "space", "a", "backspace", "b")).events).passages
    }
    assert "hi b" in texts


STROKES = st.sampled_from(
    [
        ("a", "a"),
        ("x", "X"),
        ("space", " "),
        ("shift_l", None),
        ("enter", None),
        ("page_up", None),
        ("1", "1"),
        ("[", "["),
    ]
)


@settings(deadline=None)
@given(
    st.lists(STROKES, min_size=1, max_size=6), st.sampled_from([None, 2]), st.sampled_from(["first", "last", "only"])
)
def test_keys_that_are_written_are_read_back(
    strokes: list[tuple[str, str | None]], indent: int | None, where: str
) -> None:
    """In the place of any record, in any layout; codes of the keys that were pressed are in none of them."""
    recording = read(typed("q")[:1] if where == "only" else typed("q", "w"), indent)
    row = recording.events.to_pylist()[0 if where != "last" else -1]
    new = [Stroke("key_down", name, text, 10**9 * (1_700_000_100 + n)) for n, (name, text) in enumerate(strokes)]
    data = recording.files["keys.json"].read()
    lines = format_named("keyboard-json").render_keys(recording, new, row["seq"])
    patch = Patch("keys.json", row["start"], row["end"], lines)
    out = json.loads(apply_patches(data, separated(recording, "keys.json", [patch])))
    again = [e for e in read(out).events.to_pylist() if e["t_ns"] >= 1_700_000_100 * 10**9]
    assert [(e["key"], e["text"]) for e in again] == strokes
    assert [e["scan_code"] for e in out if e["time"] >= 1_700_000_100] == [None] * len(strokes)
    assert not [e for e in out if "_" in (e["name"] or "")]


def test_old_times_give_the_old_bytes() -> None:
    """Seconds with a fraction, in any layout."""
    recording = read(typed("a", "left ctrl", "b"), 2)
    write = format_named("keyboard-json")
    assert (
        write.retime(recording, unchanged(*write.times(recording)))["keys.json"] == recording.files["keys.json"].read()
    )


@pytest.mark.parametrize("rest", ["7", '"a"', "[1, 2]", "null"])
def test_what_is_no_event_is_refused(rest: str) -> None:
    """A list of other things is no recording."""
    with pytest.raises(InputError) as caught:
        parse_files("keys", {"keys.json": SourceFile("keys.json", f"[{json.dumps(typed('a')[0])}, {rest}]".encode())})
    assert caught.value.code == "keyboard-event"


@pytest.mark.parametrize(
    "odd",
    [
        '{"event_type":"down","scan_code":1e999,"name":"\\ud83d"}',
        '{"event_type":"down","name":"a","name":"b","time":NaN}',
        '{"event_type":{"down":1},"name":["a","b","c"]}',
        "{}",
    ],
)
def test_odd_events_are_rows(odd: str) -> None:
    """Other types, repeated members, surrogates, NaN: a row each."""
    text = f"[{json.dumps(typed('a')[0])},{odd}]"
    assert len(parse_files("keys", {"keys.json": SourceFile("keys.json", text.encode())}).events) == 2
