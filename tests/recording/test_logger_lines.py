"""Rules of reading and writing plain logger lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_help import parsed

from recording import InputError, Stroke, find_format
from recording.keys import read_key

_KEY_LINES = {
    "INFO:root:Key pressed: a": "a",
    "2024-01-01 12:00:00,123: 'a'": "a",
    "2024-01-01 12:00:00,123 - INFO - Key pressed: enter": "enter",
    "[2024-01-01 12:00:00] Key pressed: Key.shift_r": "shift_r",
    "Key.shift": "shift",
    "'a'": "a",
    "a": "a",
    "Special key pressed: Key.shift": "shift",
    "[Inbox - Mail] Key pressed: a": "a",
    "alphanumeric key a pressed": "a",
    "special key Key.cmd pressed": "cmd",
    "KeyboardEvent(a down)": "a",
    "KeyboardEvent(left shift down)": "shift_l",
    "Press(key='a')": "a",
    "<65437>": "<65437>",
    r"'\x03'": "c",
    "['^']": "^",
    '"\'"': "'",
    "Key pressed:  ": "space",
    "Key pressed: :": ":",
}
_MOUSE_LINES = {
    "Mouse clicked at X: 1, Y: 2, Button: Button.left": ("button_down", 1.0, "left"),
    "Mouse clicked at (1, 2) with Button.right": ("button_down", 1.0, "right"),
    "Released at (1, 2)": ("button_up", 1.0, None),
    "Click(x=1, y=2, button=<Button.left: 1>, pressed=False)": ("button_up", 1.0, "left"),
    "Scrolled at X: 1, Y: 2, Scroll DX: 0, Scroll DY: -1": ("scroll", 1.0, None),
    "Scrolled down at (1, 2)": ("scroll", 1.0, None),
    "Pointer moved to (1, 2)": ("move", 1.0, None),
    "INFO:root:Mouse moved to (1.5, 2)": ("move", 1.5, None),
    "Mouse position: (1, 2)": ("move", 1.0, None),
    "Mouse position: Point(x=1, y=2)": ("move", 1.0, None),
    "Point(x=1, y=2)": ("move", 1.0, None),
    "MoveEvent(x=1, y=2, time=1700000000.5)": ("move", 1.0, None),
    "ButtonEvent(event_type='up', button='left', time=1700000000.5)": ("button_up", None, "left"),
    "WheelEvent(delta=-1.0, time=1700000000.5)": ("scroll", None, None),
}


@pytest.mark.parametrize(("line", "key"), _KEY_LINES.items())
def test_every_known_shape_of_a_key_is_read(line: str, key: str) -> None:
    """A press in a log without releases stands for both."""
    row = parsed(k__log=line + "\n").events.to_pylist()[0]
    assert (row["kind"], row["key"]) == ("key_pair", key)


@pytest.mark.parametrize(("line", "expected"), _MOUSE_LINES.items())
def test_every_known_shape_of_the_mouse_is_read(line: str, expected: tuple[str, float | None, str | None]) -> None:
    """Kind, place and button are those of the line, and no text is left over."""
    recording = parsed(k__log=line + "\n")
    row = recording.events.to_pylist()[0]
    assert (row["kind"], row["x"], row["button"]) == expected
    assert [field.role for field in recording.fields] == ["file_name"]


def test_times_come_from_the_prefix_or_the_event() -> None:
    """Both are nanoseconds since 1970; the bulk reader and the line reader agree."""
    stamp = "2024-01-01 12:00:00,123"
    recording = parsed(
        k__log=f"{stamp}: 'a'\n{stamp}: Pointer moved to (1, 2)\n{stamp}: Pressed at (1, 2)\n"
        "MoveEvent(x=1, y=2, time=1700000000.5)\nPointer moved to (1, 2)\n"
        "2024-13-01 12:00:00,123: Pointer moved to (1, 2)\n"
    )
    moment = 1704110400123000000
    assert recording.events["t_ns"].to_pylist() == [moment, moment, moment, 1700000000500000000, None, None]


def test_releases_make_presses_half_an_event() -> None:
    """One release in the log is enough to know that presses are logged apart."""
    recording = parsed(k__log="Key pressed: 'a'\nKey released: 'a'\n")
    assert recording.events["kind"].to_pylist() == ["key_down", "key_up"]


def test_a_line_of_no_known_shape_is_a_text() -> None:
    """Nothing is lost and nothing passes silently, not even what only looks like a known line."""
    lines = ["Mouse clicked at (1, 2) by Jane Roe", "INFO:jane.roe:Pointer moved to (1, 2)", "Pointer moved to Jane"]
    lines += ["Released from duty: Jane", "'my secret'", "Mouse clicked at (1, 2) with <Button.left: Jane>"]
    recording = parsed(k__log="\n".join(["Key pressed: a", *lines]))
    assert [field.text for field in recording.fields if field.role == "text"] == lines
    assert recording.events["kind"].to_pylist() == ["key_pair", *["other"] * len(lines)]


def test_a_window_title_before_a_key_is_a_field_and_the_context() -> None:
    """The title is a text of its own, to the byte, and the window of the row."""
    recording = parsed(k__log="[Müller – Mail] Key pressed: ü\n")
    field = next(f for f in recording.fields if f.role == "window_title")
    data = recording.files["k.log"].read()
    assert data[field.start : field.end].decode() == field.text == "Müller – Mail"
    assert recording.events["window"][0].as_py() == "Müller – Mail"


def test_keys_spelled_in_an_unknown_shape_are_refused() -> None:
    """A word spelled over lines of no known shape would be seen by no detector."""
    with pytest.raises(InputError) as caught:
        parsed(k__log="".join(f"12:00:0{n} >> {c}\n" for n, c in enumerate("secret")))
    assert (caught.value.code, caught.value.place) == ("unknown-key-lines", "k.log:4:1")


_PIECES = st.one_of(
    st.sampled_from([*_KEY_LINES, *_MOUSE_LINES]), st.text(st.characters(codec="utf-8", exclude_characters="\n\0"))
)


@given(st.lists(_PIECES, min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_any_log_is_covered_byte_for_byte(lines: list[str], newline: str, ended: bool, bom: bool) -> None:
    """Line ends, a missing last one and a byte-order mark stay; each line is a row, and each unknown one a field."""
    data = (("\ufeff" if bom else "") + newline.join(lines) + (newline if ended else "")).encode()
    try:
        recording = parsed(k__log=data)
    except InputError as error:
        assert error.code in ("empty-file", "unknown-key-lines")  # noqa: PT017  either verdict or a recording
        return
    rows = recording.events.to_pylist()
    assert b"".join(data[r["start"] : r["end"]] for r in rows) == data.removeprefix("\ufeff".encode())
    texts = {field.row for field in recording.fields}
    for row in rows:
        body = data[row["start"] : row["end"]].strip()
        assert row["kind"] != "other" or row["seq"] in texts or not body.decode().strip()


_NAMES = st.sampled_from(
    ["a", "Z", "é", "'", '"', "\\", "[", " ", "enter", "shift_l", "\x03", "<65437>", "<65460>", "f5"]
)


@given(
    st.lists(st.tuples(_NAMES, st.booleans(), st.integers(0, 4 * 10**12)), min_size=1, max_size=6),
    st.sampled_from([line for line in _KEY_LINES if line != "a"]),
)
def test_written_keys_read_back_as_the_same_strokes(made: list[tuple[str, bool, int]], like: str) -> None:
    """Rendering and parsing are inverse as far as the log can tell: releases and times only where it has them."""
    words = any(word in like.lower() for word in ("press", "down"))
    log = like + "\n" + ("Key released: 'a'\n" if words else "")
    recording = parsed(k__log=log)
    timed = like.lstrip("[").startswith("2024")
    wanted = []
    for name, down, millis in made:
        key, text = read_key(name)
        unit = 1000 if ",123" not in like else 1
        t_ns = millis // unit * unit * 10**6 if timed else None
        wanted.append(Stroke("key_down" if down else "key_up", key, text if down else None, t_ns))
    data = find_format(recording.files).render_keys(recording, wanted, 0)
    again = parsed(k__log=data + b"Key released: 'a'\n").events.to_pylist()[:-1]
    expected = [s for s in wanted if s.kind == "key_down" or words]
    assert [Stroke(r["kind"], r["key"], r["text"], r["t_ns"]) for r in again] == expected


def test_a_written_line_leaves_the_window_title_out() -> None:
    """The title of the imitated row is recorded text and is not copied."""
    recording = parsed(k__log="2024-01-01 12:00:00,123 - [Inbox] Key pressed: a\r\n")
    data = find_format(recording.files).render_keys(recording, [Stroke("key_down", "x", "x", 0)], 0)
    assert data == b"1970-01-01 00:00:00,000 - Key pressed: x\r\n"


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [(b"", "empty-file", "k.log:1:1"), (b"Key.a\nab\xff", "invalid-utf8", "k.log:2:3"),
     (b"K\0e\0", "binary-file", "k.log:1:2")],
)  # fmt: skip
def test_a_broken_log_is_refused_with_its_place(data: bytes, code: str, place: str) -> None:
    """Empty, not UTF-8, UTF-16: each has a code, file:line:col and a hint."""
    with pytest.raises(InputError) as caught:
        parsed(k__log=data)
    assert (caught.value.code, caught.value.place) == (code, place)
