"""OpenAdapt's event store as a database: what is settled in it, whose it is, and what is refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress

import pytest
from event_store import event_documents, fill_openadapt_events
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder_databases import fill_openadapt, fill_screenpipe
from recorder_schemas import OPENADAPT_EVENTS
from store_help import inside, made, opened, packed

from recording import SourceFile, parse_files, unread_files
from recording.errors import InputError
from recording.formats import Stroke
from recording.formats.openadapt_events import FORMAT
from recording.stores import settle, unpack

NAME = "capture.db"


@settings(max_examples=10, deadline=None)
@given(st.sets(st.integers(0, 30), max_size=4))
def test_ordinals_are_forgotten_as_soon_as_a_row_is_gone_and_kept_while_none_is(gone: set[int]) -> None:
    """Numbers and parents fit together; what counts rows and stands in a document alone counts no longer."""
    source = made(fill_openadapt_events)
    files = inside(NAME, source)
    lines = files["events.jsonl"].splitlines(keepends=True)
    left = [line for number, line in enumerate(lines) if number not in gone]
    settled = settle(NAME, {NAME: SourceFile(NAME, source)}, files | {"events.jsonl": b"".join(left)})
    assert settled["capture.jsonl"] == files["capture.jsonl"]
    now = settled["events.jsonl"].splitlines(keepends=True)
    rows = [json.loads(line) for line in now]
    assert [row["id"] for row in rows] == list(range(1, len(lines) - len(gone) + 1))
    assert {row["parent_id"] for row in rows} <= {None, *range(1, len(rows) + 1)}
    ordinals = {value for row in event_documents(b"".join(now)) for name, value in row.items() if "ordinal" in name}
    assert (now == lines) if not gone else ordinals == {None}
    with closing(opened(packed(NAME, source, files | {"events.jsonl": b"".join(left)}))) as db:
        assert db.execute("SELECT seq FROM sqlite_sequence").fetchall() == [(len(rows),)]


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE events(id INTEGER, name TEXT); CREATE TABLE capture(id INTEGER, screen TEXT)",
        "CREATE TABLE events(id, timestamp, type, data); CREATE TABLE capture(id, name)",
        "CREATE TABLE events(id, timestamp, type, payload); CREATE TABLE capture(id, started_at, platform)",
    ],
)
def test_tables_of_the_same_names_and_other_columns_are_somebody_elses(schema: str) -> None:
    """Their database stays whole and has no reader."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(schema)
        files = {"mine.db": SourceFile("mine.db", db.serialize())}
    assert unpack(files, max_bytes=10**6) is files


VALUES = st.one_of(
    st.none(), st.integers(-(2**40), 2**40), st.floats(), st.text(max_size=8),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text("ab.{", max_size=6),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "key_char", "text", "x", "timestamp", "structural_observation", "json", "a"]),
            inner, max_size=5),
        max_leaves=12,
    ).map(json.dumps),
)  # fmt: skip
TYPES = st.sampled_from(["key.down", "key.up", "key.type", "key.shortcut", "mouse.move", "screen.frame", "x"]) | VALUES


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(VALUES, TYPES, VALUES, VALUES), min_size=1, max_size=4))
def test_whatever_the_rows_hold_is_read_and_put_back_or_refused(rows: list[tuple[object, ...]]) -> None:
    """Columns of the right names may hold anything: rows leave as they came, or the recording has a code."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript("CREATE TABLE events(id INTEGER PRIMARY KEY, timestamp, type, data, parent_id);"
                         "CREATE TABLE capture(id, started_at, platform)")  # fmt: skip
        db.executemany("INSERT INTO events(timestamp, type, data, parent_id) VALUES (?, ?, ?, ?)", rows)
        source = db.serialize()
    with suppress(InputError):
        recording = parse_files("odd", {NAME: SourceFile(NAME, source)})
        for number, kind in enumerate(recording.events["kind"].to_pylist()):
            if kind in ("key_down", "key_up", "key_pair", "text"):
                FORMAT.render_keys(recording, [Stroke("key_down", "a", "a", None)], number)
        assert packed(NAME, source, inside(NAME, source))


@pytest.mark.parametrize("other", [fill_openadapt, fill_screenpipe])
def test_tables_of_two_recorders_are_refused(other: Callable[[sqlite3.Connection], None]) -> None:
    """Keys of one are not read by the rules of the other, in two databases or in one."""
    apart = {NAME: made(fill_openadapt_events), "other.db": made(other)}
    with closing(sqlite3.connect(":memory:")) as db:
        other(db)
        db.executescript(OPENADAPT_EVENTS)
        together = {"both.db": db.serialize()}
    for files in (apart, together):
        with pytest.raises(InputError) as caught:
            parse_files("two", {name: SourceFile(name, data) for name, data in files.items()})
        assert caught.value.code == "database-schema"


def test_somebody_elses_database_of_this_name_does_not_hide_a_recorders() -> None:
    """Beside another recorder's it has no reader; alone it is refused, since it ought to be one."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE notes(id)")
        files = {NAME: SourceFile(NAME, db.serialize())}
    recording = parse_files("two", files | {"recording.db": SourceFile("recording.db", made(fill_openadapt))})
    assert recording.format == "openadapt"
    assert unread_files(recording.files)[0] == NAME
    with pytest.raises(InputError) as caught:
        parse_files("one", files)
    assert caught.value.code == "database-schema"


def test_a_damaged_database_of_this_name_is_no_file_of_somebody_elses() -> None:
    """It says what is wrong."""
    source = made(fill_openadapt_events)
    with pytest.raises(InputError) as caught:
        parse_files("cut", {NAME: SourceFile(NAME, source[: len(source) // 2])})
    assert caught.value.code == "database-damaged"
