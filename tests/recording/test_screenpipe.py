"""screenpipe's tables: typed text, single keys, what stands in front of rows that do not say, and rows written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from recorder_databases import EMAIL, OpenAdaptWriter, fill_screenpipe, stamp
from recorder_schemas import SCREENPIPE

from recording import Recording, SourceFile, parse_files
from recording.formats import Stroke
from recording.formats._key_codes import MAC, WINDOWS, code_of, key_of
from recording.formats.screenpipe import FORMAT
from recording.stores._sqlite_rows import decode_row
from text_redact.transcript import transcribe


def recorded(fill: Callable[[sqlite3.Connection], object]) -> Recording:
    """A recording of what ``fill`` writes."""
    with closing(sqlite3.connect(":memory:")) as db:
        fill(db)
        db.commit()
        return parse_files("session", {"db.sqlite": SourceFile("db.sqlite", db.serialize())})


def events(*rows: dict[str, object]) -> Recording:
    """A recording of these rows of ``ui_events``."""

    def fill(db: sqlite3.Connection) -> None:
        db.executescript(SCREENPIPE)
        for n, row in enumerate(rows):
            OpenAdaptWriter(db).put("ui_events", **({"timestamp": stamp(n), "relative_ms": 1000 * n} | row))

    return recorded(fill)


def test_text_that_a_pause_cut_in_two_is_one_text() -> None:
    """Rows of text in one field join; single keys are another stream, and both say the same."""
    passages = transcribe(recorded(fill_screenpipe).events).passages
    finals = {passage.stream: passage.text for passage in passages if passage.role == "final" and not passage.secure}
    assert f"please mail {EMAIL} about it" in finals.values()
    assert EMAIL in finals.values()
    assert len(finals) == 2


@pytest.mark.parametrize(
    ("codes", "shift"), [({"A": 0, "B": 11, "1": 18, "!": 18}, "!"), ({"A": 65, "B": 66, "1": 49, "!": 49}, "!")]
)
def test_codes_of_keys_are_those_of_the_system_that_recorded(codes: dict[str, int], shift: str) -> None:
    """Letters lie below 50 on a Mac and from 65 on Windows."""
    recording = events(*(
        {"event_type": "key", "key_code": codes[char],
            "modifiers": int(char in f"AB{shift}")} for char in ("A", "B", "B", "1", shift)
    ))  # fmt: skip
    assert recording.events["text"].to_pylist() == ["A", "B", "B", "1", "!"]


@pytest.mark.parametrize("codes", [MAC, WINDOWS])
def test_every_character_of_the_keyboard_has_a_code_that_types_it(codes: dict[int, str]) -> None:
    """What is written reads back as the same text."""
    for char in map(chr, range(33, 127)):
        found = code_of(char.lower(), char, codes)
        assert found is not None
        assert key_of(found[0], codes, shift=found[1])[1] == char


def test_rows_without_a_window_have_that_of_their_frame() -> None:
    """What OCR read, and what was tagged, was in front of the same application."""
    recording = recorded(fill_screenpipe)
    rows = {row["file"]: row for row in recording.events.to_pylist()}
    for table in ("chunked_text_entries", "ocr_text", "audio_transcriptions"):
        assert rows[f"db.sqlite!/{table}.jsonl"]["app"] == "Mail", table


def test_written_text_is_one_row_with_its_length_and_nothing_of_another() -> None:
    """The row keeps kind, frame and the session's clock; window, session and element are not copied."""
    recording = events({"event_type": "text", "text_content": EMAIL, "text_length": 35, "app_name": "Mail",
        "window_title": EMAIL,
                        "session_id": "s-1", "element_value": EMAIL, "frame_id": 4})  # fmt: skip
    start = recording.events["t_ns"][0].as_py()
    strokes = [Stroke("key_down", "shift", None, start + 10**9), Stroke("key_down", "x", "X", start + 2 * 10**9),
               Stroke("key_up", "x", None, start + 3 * 10**9), Stroke("key_down", "enter", None,
                   start + 4 * 10**9)]  # fmt: skip
    (line,) = FORMAT.render_keys(recording, strokes, 0).splitlines()
    cells = {name: value for name, value in decode_row(line).items() if value is not None}
    assert cells == {"timestamp": stamp(1), "relative_ms": 1000, "event_type": "text", "text_content": "X\n",
        "text_length": 2,
                     "frame_id": 4}  # fmt: skip


def test_an_unknown_table_is_read_like_the_others() -> None:
    """Every text of a table that nobody knows is a field, and long numbers are."""

    def fill(db: sqlite3.Connection) -> None:
        fill_screenpipe(db)
        db.execute("CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT, owner_phone INTEGER, score REAL)")
        db.execute("INSERT INTO notes VALUES (1, 'see Rosalind', 12125550143, 0.5)")

    fields = {(item.role, item.text) for item in recorded(fill).fields}
    assert {("text", "see Rosalind"), ("number", "12125550143")} <= fields


def test_text_of_an_unknown_table_is_a_field_whatever_it_says_of_itself() -> None:
    """Only rows of events are typed text; a column of the same name elsewhere does not change with a row of keys."""

    def fill(db: sqlite3.Connection) -> None:
        fill_screenpipe(db)
        db.execute("CREATE TABLE notes(id INTEGER PRIMARY KEY, event_type TEXT, text_content TEXT)")
        db.execute("INSERT INTO notes VALUES (1, 'text', 'see Rosalind')")

    assert "see Rosalind" in {item.text for item in recorded(fill).fields}
