"""OpenAdapt's event store: which rows are keys, what a text of a document is, rows and times written in its shape."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import numpy as np
from event_store import FRAME, EventWriter, event_documents, observed
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder_databases import EMAIL, PASSWORD, PHONE, START, picture
from recorder_schemas import OPENADAPT_EVENTS

from recording import Recording, SourceFile, parse_files
from recording.formats import Stroke, format_named
from recording.formats._openadapt_words import MOVES
from recording.formats._tables import parse_tables
from recording.formats.openadapt_events import _DIALECT, FORMAT
from recording.stores._sqlite_rows import decode_row
from recording.timeline import Motion, Timeline, row_times, time_map
from text_redact.transcript import transcribe

NAME = "capture.db"
EVENTS = f"{NAME}!/events.jsonl"


def recorded(fill: Callable[[EventWriter], object], **beside: bytes) -> Recording:
    """A recording of what ``fill`` writes, with files beside it."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(OPENADAPT_EVENTS)
        writer = EventWriter(db)
        writer.capture()
        fill(writer)
        db.commit()
        files = {NAME: db.serialize()} | beside
    return parse_files("session", {name: SourceFile(name, data) for name, data in files.items()})


def finals(recording: Recording) -> set[tuple[int, str]]:
    """Final texts with the number of their stream."""
    return {(p.stream, p.text) for p in transcribe(recording.events).passages if p.role == "final"}


def fields(recording: Recording) -> set[tuple[str, str]]:
    """Role and text of the fields that events have."""
    return {(item.role, item.text) for item in recording.fields if item.file == EVENTS}


def test_keys_are_read_from_the_members_of_a_document_by_name_character_or_code() -> None:
    """Also from the other set where one is empty; with ctrl held the character is a control character."""

    def fill(w: EventWriter) -> None:
        w.type("Ab 1\n")
        w.put("key.down", key_char="\x03", canonical_key_char="c")
        w.put("key.down", key_vk="76")
        w.put("key.down", key_vk=76)
        w.put("key.down", key_name=None, key_char=None, canonical_key_char="z")

    recording = recorded(fill)
    assert format_named(recording.format) is FORMAT
    pressed = [(row["key"], row["text"]) for row in recording.events.to_pylist() if row["kind"] == "key_down"]
    assert pressed == [
        ("a", "A"), ("b", "b"), ("space", " "), ("1", "1"), ("enter", None), ("c", None), ("l", None), ("l", None),
        ("z", "z"),
    ]  # fmt: skip
    assert not fields(recording)


def test_typed_text_is_a_stream_in_which_a_value_cut_in_two_is_whole() -> None:
    """What the recorder put together from keys is read as one text, beside the keys under it."""
    texts = finals(recorded(lambda w: fill_into(w, EMAIL)))
    assert (4, f"write to {EMAIL} now") in texts
    assert (0, f"write to {EMAIL} now") in texts


def fill_into(w: EventWriter, value: str) -> None:
    """Typed text in three rows with their keys, one cutting the value in two."""
    for text in (f"write to {value[:9]}", value[9:], " now"):
        w.type(text, parent=w.put("key.type", text=text))


def test_rows_that_repeat_others_under_a_merged_one_are_a_stream_of_their_own() -> None:
    """What was typed once is one text in each stream, and not twice in one."""

    def fill(w: EventWriter) -> None:
        at = w.t
        w.type("heron")
        merged = w.put("key.type", text="heron")
        w.t = at
        w.type("heron", parent=merged)

    texts = finals(recorded(fill))
    assert {(0, "heron"), (2, "heron"), (4, "heron")} <= texts
    assert not any("heronheron" in text for _, text in texts)


def test_shortcuts_type_nothing_with_ctrl_and_their_character_without() -> None:
    """They are a stream of their own, so that what they spell is found."""

    def fill(w: EventWriter) -> None:
        for modifiers, key in ((["ctrl"], "c"), (["shift"], "h"), (["Key.cmd_r"], "v"), ([], "i")):
            w.put("key.shortcut", modifiers=modifiers, key=key)

    recording = recorded(fill)
    assert recording.events["text"].to_pylist() == [None, "h", None, "i"]
    assert not fields(recording)
    strokes = [Stroke("key_down", "c", None, 10**18), Stroke("key_down", "x", "x", 10**18 + 1)]
    said = event_documents(FORMAT.render_keys(recording, strokes, 1))
    assert [(row["modifiers"], row["key"]) for row in said] == [(["ctrl"], "c"), ([], "x")]


def test_words_of_the_recorder_are_no_texts_and_whatever_else_stands_there_is() -> None:
    """The type mouse.click reads like a web address and is none; what is unknown may say something."""

    def fill(w: EventWriter) -> None:
        w.put("mouse.click", x=1.0, y=2.0, button="left", more=observed(""))
        w.put("mouse.down", x=12125550143, y=2.0, button=f"left {EMAIL}")
        w.put(f"note.{EMAIL}", **{PHONE: 1, "number": 12125550144, "deep": [{"a": ["x", EMAIL]}]})

    found = fields(recorded(fill))
    assert {text for _, text in found} >= {f"left {EMAIL}", f"note.{EMAIL}", EMAIL, PHONE, "12125550144"}
    assert not {"mouse.click", "left", "darwin", "focused", "windows_uia", "structural_observation"} & {
        text for _, text in found
    }
    assert {("app", "Mail"), ("window_title", "Inbox")} <= found


def test_no_text_hides_behind_the_members_of_keys() -> None:
    """A member told twice, a text too long for a key, keys of an unknown type, keys within an observation."""

    def fill(w: EventWriter) -> None:
        twice = '{"timestamp": 1.5, "type": "key.down", "key_char": "rosalind", "key_char": "a"}'
        w.db.execute("INSERT INTO events(timestamp, type, data) VALUES (1.5, 'key.down', ?)", (twice,))
        w.put("key.down", key_char=EMAIL)
        for char in "plover":
            w.put("key.press", key_char=char)
        w.put("mouse.down", x=1.0, y=2.0, more={"structural_observation": {"char": PHONE, "list": ["a", "b", EMAIL]}})
        w.put("key.type", text=None, transcription=PASSWORD)
        w.put("audio.chunk", transcription=12125550144)

    recording = recorded(fill)
    assert {"rosalind", EMAIL, PHONE, PASSWORD, "12125550144"} <= {text for _, text in fields(recording)}
    assert any("plover" in text for _, text in finals(recording))
    assert any(EMAIL in text for _, text in finals(recording))


def test_what_an_observation_says_of_field_and_window_goes_with_the_row_and_those_after_it() -> None:
    """Application and title hold until the next one; a field that hides its content is told by its own row."""

    def fill(w: EventWriter) -> None:
        w.put("mouse.down", x=1.0, y=2.0, button="left", more=observed("To", title="Sign in"))
        w.key("x", more={"structural_observation": {"element": {"name": "Password", "is_password": True}}})

    first, second, *_ = recorded(fill).events.to_pylist()
    assert (first["app"], first["window"], first["field"], first["secure"]) == ("Mail", "Sign in", "To", False)
    assert (second["app"], second["window"], second["field"], second["secure"]) == ("Mail", "Sign in", "Password", True)


def test_a_frame_gets_the_row_that_names_it() -> None:
    """By path or by a bare name that no other has; kinds of rows and places are those of their types."""

    def fill(w: EventWriter) -> None:
        w.put("screen.frame", image_path=f"/home/rosalind/{FRAME}", video_timestamp=0.5, width=4, height=3)
        w.put("mouse.move", x=1.5, y=2)
        w.put("mouse.scroll", x=3, y=4, dx=0, dy=-1)
        w.put("mouse.up", x=5, y=6, button="right")

    recording = recorded(fill, **{FRAME: picture("")})
    (frame,) = recording.frames
    rows = recording.events.to_pylist()
    assert (frame.row, frame.t_ns) == (0, rows[0]["t_ns"])
    assert [row["kind"] for row in rows] == ["frame", "move", "scroll", "button_up"]
    assert [(row["x"], row["y"]) for row in rows[1:]] == [(1.5, 2), (3, 4), (5, 6)]
    assert rows[3]["button"] == "right"


def test_the_name_of_a_picture_follows_it_and_that_of_any_other_file_is_a_text() -> None:
    """A name that leads nowhere stays where nothing is found in it, as the empty policy asks."""

    def fill(w: EventWriter) -> None:
        for path in (FRAME, "/home/rosalind/elsewhere.png"):
            w.put("screen.frame", image_path=path, width=4, height=3)

    found = [(item.codec, item.role) for item in recorded(fill, **{FRAME: picture("")}).fields if item.file == EVENTS]
    assert found == [("reference", "file_ref"), ("json", "file_ref")]


def test_written_keys_have_both_sets_of_members_and_nothing_but_references_of_the_row_they_are_like() -> None:
    """They read back as the strokes, with the time of the row in its document, in the order of its members."""

    def fill(w: EventWriter) -> None:
        more = observed(EMAIL) | {"note": EMAIL, PHONE: 1, "window_id": EMAIL, "screenshot_timestamp": START}
        w.put("key.type", text=EMAIL)
        w.key("h", more=more, parent=1)

    recording = recorded(fill)
    like = recording.events["kind"].to_pylist().index("key_down")
    strokes = [Stroke("key_down", "shift", None, 10**18), Stroke("key_down", "p", "P", 10**18 + 10**9),
               Stroke("key_up", "p", None, 10**18 + 2 * 10**9), Stroke("key_down", "c", None, 10**18 + 3 * 10**9),
               Stroke("key_down", "space", " ", 10**18 + 4 * 10**9), Stroke("key_down", "<97>", "1", None)]  # fmt: skip
    data = FORMAT.render_keys(recording, strokes, like)
    assert EMAIL.encode() not in data
    assert PHONE.encode() not in data
    said = event_documents(data)
    assert [(row["key_name"], row["key_char"], row["key_vk"]) for row in said] == [
        ("shift", None, None), (None, "P", None), (None, "p", None), (None, "\x03", None), ("space", None, None),
        (None, None, "97"),
    ]  # fmt: skip
    assert [row["canonical_key_char"] for row in said] == [None, "p", "p", "c", None, None]
    cells = [decode_row(line) for line in data.splitlines()]
    assert all(row["id"] is None and row["parent_id"] is None for row in cells)
    assert [(row["timestamp"], row["type"]) for row in cells] == [(row["timestamp"], row["type"]) for row in said]
    source = event_documents(recording.files[EVENTS].read())[like]
    assert list(said[0]) == [name for name in source if name not in ("note", PHONE, "window_id")]
    assert {row["screenshot_timestamp"] for row in said} == {START}
    assert {row["structural_observation"] for row in said} == {None}
    again = parse_files("again", dict(recording.files) | {EVENTS: SourceFile(EVENTS, data, store=NAME)})
    rows = again.events.to_pylist()
    assert [(row["kind"], row["key"], row["text"]) for row in rows] == [(s.kind, s.key, s.text) for s in strokes]
    assert [row["t_ns"] for row in rows[:5]] == [stroke.t_ns for stroke in strokes[:5]]


def test_written_text_is_one_row() -> None:
    """At the time of the first press; line breaks and tabs are characters of it, and no text gives no row."""
    recording = recorded(lambda w: w.put("key.type", text=EMAIL, more=observed(EMAIL)))
    strokes = [Stroke("key_down", "shift", None, 10**18), Stroke("key_down", "x", "X", 10**18 + 10**9),
               Stroke("key_up", "x", None, 10**18 + 2 * 10**9),
               Stroke("key_down", "enter", None, 10**18 + 3 * 10**9)]  # fmt: skip
    (said,) = event_documents(FORMAT.render_keys(recording, strokes, 0))
    assert said == {
        "timestamp": 10**9, "source_ordinal": None, "type": "key.type", "structural_observation": None,
        "screenshot_timestamp": START + 0.0412345, "screenshot_source_ordinal": 1, "text": "X\n",
    }  # fmt: skip
    assert FORMAT.render_keys(recording, strokes[:1], 0) == b""


def test_times_and_places_of_a_document_are_those_of_its_row() -> None:
    """Two rows of one time may part; references by time follow, lengths of time stay, and no old place is left."""

    def fill(w: EventWriter) -> None:
        w.put("screen.frame", video_timestamp=0.4, width=1, height=1)
        w.put("mouse.move", x=100.5, y=200)
        w.put("mouse.down", x=7.25, y=8.5, button="left")
        w.put("audio.chunk", start_time=0.25, end_time=2.5, transcription="a")

    recording = recorded(fill)
    old, timed = row_times(recording.events)
    new = old[0] + 3 * (old - old[0]) + 86_400 * 10**9 + 7
    everywhere = np.ones(4, np.bool_)
    clock = time_map(old, new, fixed=everywhere, flat=~everywhere)
    motion = Motion(np.array([False, True, False, False]), np.array([0, 1.5, 0, 0]), np.array([0, 2.75, 0, 0]))
    out = FORMAT.retime(recording, Timeline(old, new, timed, np.arange(4), clock, motion))
    said = event_documents(out[EVENTS])
    columns = [decode_row(line)["timestamp"] for line in out[EVENTS].splitlines()]
    assert [row["timestamp"] for row in said] == columns == [t / 10**9 for t in new.tolist()]
    assert {row["screenshot_timestamp"] for row in said[1:3]} == {columns[0]}
    assert (said[1]["x"], said[1]["y"]) == (1.5, 3)
    assert (said[2]["x"], said[2]["y"]) == (7.25, 8.5)
    assert (said[0]["video_timestamp"], said[3]["start_time"], said[3]["end_time"]) == (0.4, 0.25, 2.5)
    (session,) = out[f"{NAME}!/capture.jsonl"].splitlines()
    assert json.loads(session)["started_at"] > START + 86_000


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                ["x", "y", "dx", "source_ordinal", "screenshot_timestamp", "key_char", "name", "type", "a"]
            ),
            st.none() | st.integers(-9, 10**10) | st.floats(-9, 10**9) | st.sampled_from(["mouse.move", "a", PHONE]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_rows_of_numbers_that_are_read_at_once_say_what_they_say_leaf_by_leaf(moves: list[dict[str, object]]) -> None:
    """Most rows are moves of the mouse; none of them is taken for one that holds no text and does."""

    def fill(w: EventWriter) -> None:
        w.put("mouse.move", x=1.0, y=2.0)
        for more in moves:
            w.put("mouse.move", more={"structural_observation": None} | more, x=more.get("x", 3.5), y=more.get("y", 4))

    recording = recorded(fill)
    assert MOVES.fullmatch(recording.files[EVENTS].read().splitlines()[0])
    slow = parse_tables("session", recording.files, replace(_DIALECT, bare=None))
    assert recording.events.equals(slow.events)
    assert recording.fields == slow.fields


def test_numbers_of_rows_name_nobody_and_other_long_numbers_may() -> None:
    """A million events have numbers of seven digits; a column that nobody knows may hold a telephone number."""

    def fill(w: EventWriter) -> None:
        w.db.execute("ALTER TABLE events ADD COLUMN owner_id INTEGER")
        w.put("mouse.move", x=1.0, y=2.0)
        w.db.execute("UPDATE events SET id = 12345678, parent_id = 12345678, owner_id = 12125550143")

    assert fields(recorded(fill)) == {("number", "12125550143")}
