"""OpenAdapt's tables: which rows are keys, what a field is, and rows written in their shape."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing

from recorder_databases import EMAIL, START, OpenAdaptWriter
from recorder_schemas import OPENADAPT
from recording_help import sample

from recording import Recording, SourceFile, parse_files
from recording.formats import Stroke, format_named
from recording.formats.openadapt import FORMAT
from recording.stores._sqlite_rows import decode_row
from text_redact.transcript import transcribe


def recorded(fill: Callable[[OpenAdaptWriter], object]) -> Recording:
    """A recording of what ``fill`` writes."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(OPENADAPT)
        writer = OpenAdaptWriter(db)
        writer.put("recording", timestamp=START, platform="darwin")
        fill(writer)
        db.commit()
        return parse_files("session", {"recording.db": SourceFile("recording.db", db.serialize())})


def typed(recording: Recording) -> set[tuple[int, str]]:
    """Final texts with the place of their stream among the streams of the table of actions."""
    return {(p.stream, p.text) for p in transcribe(recording.events).passages if p.role == "final"}


def test_keys_are_read_by_name_character_or_code() -> None:
    """A key is one of three; with ctrl held the character is a control character."""

    def fill(w: OpenAdaptWriter) -> None:
        w.type("Ab 1\n")
        w.put("action_event", name="press", timestamp=w.t + 1, key_char="\x03", canonical_key_char="c")
        w.put("action_event", name="press", timestamp=w.t + 2, key_vk="76")
        w.put("action_event", name="press", timestamp=w.t + 3, canonical_key_char="z")

    rows = recorded(fill).events.to_pylist()
    pressed = [(row["key"], row["text"]) for row in rows if row["kind"] == "key_down"]
    assert pressed == [
        ("a", "A"),
        ("b", "b"),
        ("space", " "),
        ("1", "1"),
        ("enter", None),
        ("c", None),
        ("l", None),
        ("z", "z"),
    ]


def test_merged_rows_and_rows_that_repeat_others_are_streams_of_their_own() -> None:
    """What was typed once is one text in each stream, and not twice in one."""

    def fill(w: OpenAdaptWriter) -> None:
        at = w.t
        w.type("heron")
        merged = w.put("action_event", name="press", timestamp=at, key_char="h", canonical_key_char="h")
        w.t = at
        w.type("heron", parent=merged)

    texts = typed(recorded(fill))
    assert {(0, "heron"), (2, "heron")} <= texts
    assert not any("heronheron" in text for _, text in texts)


def test_children_that_no_other_row_repeats_are_the_main_stream() -> None:
    """Recorders that keep merged rows alone still give the typed text."""

    def fill(w: OpenAdaptWriter) -> None:
        merged = w.put("action_event", name="type", timestamp=w.t)
        w.type("plover", parent=merged)

    assert (0, "plover") in typed(recorded(fill))


def test_windows_and_fields_are_told_to_the_rows_after_them() -> None:
    """Application from the state, title, address of a page; a field that hides its content."""

    def fill(w: OpenAdaptWriter) -> None:
        w.put("window_event", timestamp=START + 1, title="Sign in", state={"kCGWindowOwnerName": "Browser"})
        w.put("browser_event", timestamp=START + 2, message={"url": "https://plover.example/login"})
        w.t = START + 3
        w.type("x", element_state={"AXTitle": "Password", "AXSubrole": "AXSecureTextField"})

    row = recorded(fill).events.to_pylist()[0]
    assert (row["app"], row["window"], row["url"]) == ("Browser", "Sign in", "https://plover.example/login")
    assert (row["field"], row["secure"]) == ("Password", True)


def test_keys_that_a_page_reported_are_typed_text() -> None:
    """A message for each key says what was typed, one character each."""

    def fill(w: OpenAdaptWriter) -> None:
        for n, char in enumerate("heron"):
            for m, event in enumerate(("keydown", "keyup")):
                w.put(
                    "browser_event",
                    timestamp=START + n + m / 2,
                    message={"eventType": event, "key": char, "code": "Key"},
                )

    recording = recorded(fill)
    assert sum(text == "heron" for _, text in typed(recording)) == 2
    assert all(item.text != "h" for item in recording.fields)


def test_joined_texts_are_read_as_they_were_typed() -> None:
    """The recorder puts a dash between keys, and names in angle brackets."""

    def fill(w: OpenAdaptWriter) -> None:
        w.put(
            "action_event",
            name="type",
            timestamp=START,
            scrubbed_text="-".join(EMAIL),
            scrubbed_canonical_text="a-<space>-<shift>-b",
        )

    texts = {item.text for item in recorded(fill).fields}
    assert {EMAIL, "a b"} <= texts


def test_written_keys_have_both_sets_of_columns_and_nothing_of_the_row_they_are_like() -> None:
    """They read back as the strokes; texts, numbers and parents of the row are not copied."""

    def fill(w: OpenAdaptWriter) -> None:
        w.key(
            "h", element_state={"AXValue": EMAIL}, structural_observation={"a": EMAIL}, active_segment_description=EMAIL
        )

    recording = recorded(fill)
    strokes = [Stroke("key_down", "shift", None, 10**18), Stroke("key_down", "p", "P", 10**18 + 10**9),
               Stroke("key_up", "p", None, 10**18 + 2 * 10**9), Stroke("key_down", "c", None, 10**18 + 3 * 10**9),
               Stroke("key_down", "space", " ", 10**18 + 4 * 10**9), Stroke("key_down", "<97>", "1", None)]  # fmt: skip
    like = recording.events["kind"].to_pylist().index("key_down")
    data = FORMAT.render_keys(recording, strokes, like)
    assert EMAIL.encode() not in data
    cells = [decode_row(line) for line in data.splitlines()]
    assert [(row["key_name"], row["key_char"], row["key_vk"]) for row in cells] == [
        ("shift", None, None), (None, "P", None), (None, "p", None), (None, "\x03", None), ("space", None, None),
        (None, None, "97"),
    ]  # fmt: skip
    assert [row["canonical_key_char"] for row in cells] == [None, "p", "p", "c", None, None]
    assert all(row["id"] is None and row["parent_id"] is None and row["recording_id"] == 1 for row in cells)
    name = "recording.db!/action_event.jsonl"
    again = parse_files("again", dict(recording.files) | {name: SourceFile(name, data, store="recording.db")})
    rows = again.events.to_pylist()[: len(strokes)]
    assert [(row["kind"], row["key"], row["text"]) for row in rows] == [(s.kind, s.key, s.text) for s in strokes]
    assert [row["t_ns"] for row in rows[:5]] == [stroke.t_ns for stroke in strokes[:5]]


def test_the_real_rows_of_the_first_version_are_read() -> None:
    """The rows that OpenAdapt ships as fixtures: two key events, a screenshot, a window."""
    script = (sample("openadapt") / "legacy_fixtures.sql").read_text()
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(OPENADAPT + script)
        recording = parse_files("real", {"openadapt.db": SourceFile("openadapt.db", db.serialize())})
    assert format_named(recording.format) is FORMAT
    rows = [row for row in recording.events.to_pylist() if row["kind"].startswith("key")]
    assert [(row["kind"], row["key"], row["text"], row["t_ns"]) for row in rows] == [
        ("key_down", "l", "l", 1690049582771371400), ("key_up", "l", None, 1690049582826782000),
    ]  # fmt: skip
    assert len(recording.frames) == 1
    assert recording.frames[0].row is not None


def test_nested_json_keeps_its_text_and_gives_each_string() -> None:
    """Escapes, breaks between tokens and numbers of nested JSON are the source's own."""
    state = '{\n  "AXValue": "caf\\u00e9 \\"x\\"", "n": 1.50, "deep": [{"note": "plain"}]}'

    def fill(w: OpenAdaptWriter) -> None:
        w.put("window_event", timestamp=START, state=state)

    recording = recorded(fill)
    assert {'café "x"', "plain"} <= {item.text for item in recording.fields}
    line = recording.files["recording.db!/window_event.jsonl"].read()
    assert line.count(b"\n") == 1
    assert json.loads(line)["state"] == {"json": json.loads(state)}


def test_no_text_hides_behind_the_members_of_keys_where_no_key_is_read() -> None:
    """In a table without times, and in the state of a window: rows that are nothing else alone are typed text."""

    def fill(w: OpenAdaptWriter) -> None:
        w.put("recording", timestamp=START, platform="darwin", config={"key_name": EMAIL})
        w.put("window_event", timestamp=START, state={"pynput_key": "plover"})
        w.put("action_event", name="move", timestamp=START, element_state={"keysym": "heron"})

    assert {EMAIL, "plover", "heron"} <= {item.text for item in recorded(fill).fields}
