"""Databases as stores: taken out whole, built anew from rows alone, and refused where they cannot be trusted."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from event_store import fill_openadapt_events
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorder_databases import DELETED, EMAIL, KEY, fill_openadapt, fill_screenpipe, saved
from store_help import MAX, Fill, inside, made, opened, packed

from recording import SourceFile, open_recording
from recording.errors import InputError
from recording.stores import INSIDE, pack, settle, unpack
from recording.stores._sqlite_rows import decode_row, encode_row, read_text, stored

RECORDERS = [
    ("recording.db", fill_openadapt),
    ("db.sqlite", fill_screenpipe),
    ("capture.db", fill_openadapt_events),
]
both = pytest.mark.parametrize(("name", "fill"), RECORDERS)


def tables(db: sqlite3.Connection) -> list[str]:
    """Names of the tables that hold rows."""
    query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'"
    return [row[0] for row in db.execute(query)]


def rows(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """Every row with the types of its values; bytes that are no screenshot never pass."""

    def shown(column: str, value: object) -> object:
        gone = isinstance(value, bytes) and column != "png_data"
        return None if gone or value is None else (type(value).__name__, value)

    cursor = db.execute(f'SELECT rowid, * FROM "{table}" ORDER BY rowid')
    names = [part[0] for part in cursor.description]
    return [tuple(shown(name, value) for name, value in zip(names, row, strict=True)) for row in cursor]


@both
def test_what_is_put_back_unchanged_is_the_same_row_by_row(name: str, fill: Fill) -> None:
    """Rows, their numbers and types, the schema and the settings of the file are those of the source."""
    settings = "PRAGMA user_version = 42; PRAGMA application_id = 77;"
    data = made(fill, settings, page_size=1024)
    out = packed(name, data, inside(name, data))
    with closing(opened(data)) as old, closing(opened(out)) as new:
        for table in tables(old):
            expected = [] if "embedding" in table else rows(old, table)
            assert rows(new, table) == expected, table
        for setting in ("user_version", "application_id", "page_size"):
            assert new.execute(f"PRAGMA {setting}").fetchone() == old.execute(f"PRAGMA {setting}").fetchone()
        schema = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
        assert new.execute(schema).fetchall() == old.execute(schema).fetchall()


def test_searches_find_what_they_found() -> None:
    """Full-text indexes, those with rows of their own and those over a table, give the same rows for a word."""
    data = made(fill_screenpipe)
    out = packed("db.sqlite", data, inside("db.sqlite", data))
    queries = [("ocr_text_fts", "regards"), ("audio_transcriptions_fts", "call"), ("ui_monitoring_fts", "label"),
               ("frames_fts", "inbox"), ("accessibility_fts", "okafor"), ("ui_events_fts", "please"),
               ("chunked_text_index_fts", "legacy")]  # fmt: skip
    with closing(opened(data)) as old, closing(opened(out)) as new:
        for table, word in queries:
            query = f"SELECT rowid, * FROM {table} WHERE {table} MATCH ? ORDER BY rowid"
            found = old.execute(query, (word,)).fetchall()
            assert found, table
            assert new.execute(query, (word,)).fetchall() == found, table


def test_a_deleted_row_of_the_source_does_not_fire_a_trigger_while_rows_are_put_in() -> None:
    """Triggers are made after the rows."""
    more = "CREATE TRIGGER noisy AFTER INSERT ON tags BEGIN DELETE FROM ui_events; END;"
    data = made(fill_screenpipe, more)
    with closing(opened(packed("db.sqlite", data, inside("db.sqlite", data)))) as db:
        assert db.execute("SELECT count(*) FROM ui_events").fetchone()[0] > 10
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'noisy'").fetchone() == (1,)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("recording.db", "openadapt"), ("db.sqlite", "screenpipe"), ("capture.db", "openadapt-events")],
)
def test_reading_leaves_no_trace_and_sees_the_write_ahead_log(name: str, kind: str, tmp_path: Path) -> None:
    """The log beside a database is read, neither file changes, and nothing stays in the temporary folder."""
    folder = saved(tmp_path, name, kind)

    def on_disk() -> dict[Path, tuple[bytes, int]]:
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}

    before = on_disk()
    temporary = set(Path(tempfile.gettempdir()).glob("boundary-*"))
    for path in (folder, folder / name):
        recording = open_recording(path)
        texts = "\n".join(item.text for item in recording.fields)
        assert KEY in texts
        assert DELETED not in texts
    assert on_disk() == before
    assert set(Path(tempfile.gettempdir()).glob("boundary-*")) <= temporary
    source = open_recording(folder)
    files = {
        key.removeprefix(name + INSIDE): one.read()
        for key, one in source.files.items()
        if one.store and not key.endswith(".bytes")
    }
    out = pack(name, source.packed, files)
    assert DELETED.encode() not in out
    assert out[18:20] == b"\x01\x01"


def test_rows_that_go_and_come_leave_no_gap_in_any_number() -> None:
    """Numbers run on without a gap, references follow their rows, and those to rows that are gone become null."""
    more = """
        INSERT INTO screenshot(timestamp) VALUES (5.5);
        UPDATE action_event SET screenshot_id = 2, screenshot_timestamp = 5.5 WHERE id IN (3, 9);
    """
    data = made(fill_openadapt, more)
    files = inside("recording.db", data)
    lines = files["action_event.jsonl"].splitlines(keepends=True)
    new = lines[5].replace(b'"id": 6', b'"id": null')
    files["action_event.jsonl"] = b"".join([*lines[:4], new, new, new, *lines[8:]])
    files["screenshot.jsonl"] = files["screenshot.jsonl"].splitlines(keepends=True)[1]
    del files["screenshot-000001.png"]
    with closing(opened(packed("recording.db", data, files))) as db, closing(opened(data)) as old:
        numbers = [row[0] for row in db.execute("SELECT id FROM action_event ORDER BY rowid")]
        assert numbers == list(range(1, len(lines) - 4 + 3 + 1))
        assert db.execute("SELECT DISTINCT screenshot_id FROM action_event").fetchall() == [(None,), (1,)]
        times = db.execute("SELECT DISTINCT screenshot_timestamp FROM action_event").fetchall()
        assert times == [(None,), (5.5,)]
        parent = db.execute("SELECT DISTINCT parent_id FROM action_event WHERE parent_id IS NOT NULL").fetchall()
        assert db.execute("SELECT name FROM action_event WHERE id = ?", parent[0]).fetchone() == ("type",)
        count = "SELECT count(*) FROM action_event WHERE parent_id IS NOT NULL"
        assert db.execute(count).fetchone() == old.execute(count).fetchone()


def test_what_cannot_do_without_a_row_goes_with_it() -> None:
    """Text read on a frame, and its tags, go with the frame; lengths, search and progress fit what is left."""
    data = made(fill_screenpipe)
    files = inside("db.sqlite", data)
    files["frames.jsonl"] = b"".join(files["frames.jsonl"].splitlines(keepends=True)[1:])
    files["ocr_text.jsonl"] = files["ocr_text.jsonl"].replace(b"best regards", b"best")
    with closing(opened(packed("db.sqlite", data, files))) as db:
        assert db.execute("SELECT rowid, frame_id, text_length = length(text) FROM ocr_text").fetchall() == [
            (1, 1, 1), (2, 2, 1),
        ]  # fmt: skip
        assert db.execute("SELECT count(*) FROM vision_tags").fetchone() == (0,)
        assert db.execute("SELECT frame_id FROM ocr_text_fts WHERE ocr_text_fts MATCH 'okafor'").fetchall() == [
            (1,),
            (2,),
        ]
        assert db.execute(
            "SELECT last_indexed_rowid FROM fts_index_progress WHERE table_name = 'frames'"
        ).fetchone() == (2,)
        assert db.execute("SELECT DISTINCT frame_id FROM ui_events").fetchall() == [(None,)]


def test_stand_ins_that_must_differ_get_a_number() -> None:
    """Two texts of a column that allows no doubles may get the same stand-in."""
    data = made(fill_screenpipe)
    files = inside("db.sqlite", data)
    files["tags.jsonl"] = files["tags.jsonl"].replace(f"about {EMAIL}".encode(), b"[X]").replace(b"invoice", b"[X]")
    with closing(opened(packed("db.sqlite", data, files))) as db:
        assert db.execute("SELECT name FROM tags").fetchall() == [("[X]",), ("[X] (2)",)]


@both
def test_a_damaged_database_is_refused_with_a_code(name: str, fill: Fill) -> None:
    """Cut off, or of another length than it says: an error with a code, which quotes nothing."""
    data = made(fill, page_size=1024)
    for bad in (data[: len(data) // 2], data[:100], data[:28] + b"\xff\xff\xff\xff" + data[32:]):
        with pytest.raises(InputError) as caught:
            inside(name, bad)
        assert caught.value.code == "database-damaged"
        assert EMAIL not in str(caught.value)


@both
def test_overwritten_pages_are_refused_or_change_nothing_else(name: str, fill: Fill) -> None:
    """Wherever bytes were overwritten, reading and writing end with a code or in a whole database."""
    data = made(fill, page_size=1024)
    for at in range(1024, len(data) - 1024, len(data) // 9):
        bad = data[:at] + b"\xa5" * 700 + data[at + 700 :]
        with suppress(InputError):
            packed(name, bad, inside(name, bad))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_change_of_bytes_makes_reading_crash(data: st.DataObject) -> None:
    """Whatever bytes are changed, a database is read or refused with a code."""
    whole = bytearray(DAMAGED)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(16, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    try:
        files = inside("recording.db", bytes(whole))
    except InputError as error:
        assert error.code.startswith("database-") or error.code == "too-large"  # noqa: PT017  most changes are harmless
        return
    assert all(isinstance(one, bytes) for one in files.values())


DAMAGED = made(fill_openadapt, page_size=512)


HOSTILE = {
    "a view": "CREATE VIEW peek AS SELECT load_extension('evil') FROM tags;",
    "a trigger on a view": "CREATE VIEW v AS SELECT 1 AS a;"
    " CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN SELECT 1; END;",
    "a trigger that never ends": "CREATE TRIGGER t AFTER INSERT ON tags BEGIN INSERT INTO speakers(name) WITH RECURSIVE"
    " c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c; END;",
    "statistics with samples": "CREATE INDEX i ON tags(name); ANALYZE;"
    f" INSERT INTO sqlite_stat1 VALUES('{EMAIL}','i','1');",
    "another kind of virtual table": "CREATE VIRTUAL TABLE notes USING fts4(body);"
    f" INSERT INTO notes VALUES('{EMAIL}');",
    "an index without content": "CREATE VIRTUAL TABLE bare USING fts5(a, content='');"
    f" INSERT INTO bare VALUES('{EMAIL}');",
    "an index of its own": f"CREATE VIRTUAL TABLE own USING fts5(a); INSERT INTO own VALUES('{EMAIL}');",
}


@pytest.mark.parametrize("more", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_runs_and_nothing_unseen_passes(more: str) -> None:
    """Views, statistics and indexes that no table explains hold nothing in the output; no trigger runs."""
    data = made(fill_screenpipe, more)
    files = {key: one.replace(EMAIL.encode(), b"[X]") for key, one in inside("db.sqlite", data).items()}
    out = packed("db.sqlite", data, files)
    assert EMAIL.encode() not in out
    with closing(opened(out)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'view'").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM speakers").fetchone() == (1,)


EVIL = """
    CREATE TABLE strange(a CHECK (load_extension(a) IS NULL));
    PRAGMA ignore_check_constraints = ON;
    INSERT INTO strange VALUES ('evil');
"""


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (EVIL, "database-damaged"),
        ("CREATE TABLE t(rowid TEXT, _rowid_ TEXT, oid TEXT);", "database-schema"),
        ('CREATE TABLE "../up"(a);', "database-schema"),
        ("INSERT INTO tags(name) VALUES (CAST(x'ff41fe' AS TEXT));", "database-damaged"),
    ],
)
def test_what_cannot_be_put_back_is_refused(more: str, code: str) -> None:
    """Tables whose rows cannot be read or written as they are keep the recording inside."""
    data = made(fill_screenpipe, more)
    with pytest.raises(InputError) as caught:
        packed("db.sqlite", data, inside("db.sqlite", data))
    assert caught.value.code == code


def test_a_large_text_is_refused_before_it_is_read() -> None:
    """The limit on text holds for what is in a database."""
    data = made(fill_screenpipe, "INSERT INTO tags(name) VALUES (printf('%.*c', 3000000, 'a'));")
    with pytest.raises(InputError) as caught:
        unpack({"db.sqlite": SourceFile("db.sqlite", data)}, max_bytes=1_000_000)
    assert caught.value.code == "too-large"


def test_a_large_blob_does_not_pass_and_is_not_read() -> None:
    """Bytes that are no screenshot are left out whatever their size; a file that nobody reads stands for them."""
    data = made(fill_openadapt, "UPDATE screenshot SET png_diff_data = zeroblob(30000000);")
    found = unpack({"recording.db": SourceFile("recording.db", data)}, max_bytes=1_000_000)
    assert found["recording.db!/screenshot.png_diff_data.bytes"].read() == b""
    assert len(packed("recording.db", data, inside("recording.db", data))) < 1_000_000


def test_a_rollback_journal_is_refused(tmp_path: Path) -> None:
    """A change that was broken off is not taken back here: a journal may name any file to be deleted."""
    (tmp_path / "recording.db").write_bytes(made(fill_openadapt))
    (tmp_path / "recording.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0" * 600)
    with pytest.raises(InputError) as caught:
        open_recording(tmp_path)
    assert caught.value.code == "database-unfinished"


def test_what_a_schema_says_keeps_the_recording_inside_once_it_is_sensitive() -> None:
    """Comments, literals and unknown names are read as texts, and cannot be replaced."""
    data = made(fill_screenpipe, f"CREATE TABLE more(a TEXT DEFAULT '{EMAIL}');")
    files = inside("db.sqlite", data)
    assert EMAIL.encode() in files["schema.json"]
    files["schema.json"] = files["schema.json"].replace(EMAIL.encode(), b"[X]")
    with pytest.raises(InputError) as caught:
        settle("db.sqlite", {"db.sqlite": SourceFile("db.sqlite", data)}, files)
    assert caught.value.code == "database-schema"


ODD = """
    CREATE TABLE whole(a TEXT, b TEXT, n INTEGER, v TEXT AS (a || b) STORED, PRIMARY KEY (b, a)) WITHOUT ROWID;
    INSERT INTO whole(a, b, n) VALUES ('z', 'a', 1), ('a', 'b', NULL), ('B', 'a', 3), ('', '', 9223372036854775807);
    CREATE TABLE strict_one(id INTEGER PRIMARY KEY, x ANY, y REAL, z TEXT) STRICT;
    INSERT INTO strict_one VALUES (-5, 1, 1, '1'), (7, 1.0, 1e300, '1.0'), (99, '1', -0.0, NULL),
        (100, NULL, 9e999, 'é ');
    CREATE TABLE loose(a, "json", "file" NUMERIC, "a b");
    INSERT INTO loose VALUES ('{"file": "x"}', '{"json": {"a": 1, "a": 2}}', '5.0', '[1'), (1, 2, 'x', '"\u00e9"');
    DELETE FROM loose WHERE rowid = 1;
    INSERT INTO loose VALUES ('{"blob": ""}', '{}', 5.5, '[{"text": "a"}]');
"""


def test_odd_tables_and_values_are_put_back_as_they_are() -> None:
    """Tables without row numbers, strict and loose ones, computed columns, texts that look like the store's own."""
    data = made(fill_screenpipe, ODD)
    with closing(opened(data)) as old, closing(opened(packed("db.sqlite", data, inside("db.sqlite", data)))) as new:
        for query in (
            "SELECT * FROM whole",
            "SELECT id, x, typeof(x), y, z FROM strict_one",
            "SELECT * FROM loose",
        ):
            assert new.execute(query).fetchall() == old.execute(query).fetchall()


def test_texts_of_two_bytes_a_character_are_read_and_written_as_utf_8() -> None:
    """The encoding of a database is no content; what is searched in the bytes of the output is UTF-8."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("PRAGMA encoding = 'UTF-16le'")
        fill_screenpipe(db)
        data = db.serialize()
    assert EMAIL.encode("utf-16-le") in data
    out = packed("db.sqlite", data, inside("db.sqlite", data))
    assert EMAIL.encode() in out


def test_a_database_of_somebody_else_is_no_store() -> None:
    """A database without the tables of a recorder stays a file that nobody reads."""
    data = made(lambda db: db.execute("CREATE TABLE moz_places(url)") and None)
    files = {"places.sqlite": SourceFile("places.sqlite", data)}
    assert unpack(files, max_bytes=MAX) is files


values = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8"), max_size=9),
    st.recursive(st.text(max_size=5) | st.integers(), st.lists, max_leaves=5).map(repr), st.just(b""),
    st.sampled_from(['{"a": "\\u00e9\\n"}', '[1,\n  {"b": 1.50}]', '"x"', "null", '{"a": }', ' {"a": 1} ', "[\r1]"]),
)  # fmt: skip


@given(st.lists(values, min_size=1, max_size=4))
def test_cells_keep_value_and_type(cells: list[object]) -> None:
    """A line holds the very value of each cell, JSON in texts verbatim but for the kind of its line breaks."""
    told = [read_text(cell) if isinstance(cell, str) else cell for cell in cells]
    names = [f"c{number}" for number in range(len(cells))]
    line = encode_row(names, told)  # type: ignore[arg-type]  hypothesis knows no closed type
    assert line.count(b"\n") == 1
    for was, now in zip(cells, decode_row(line).values(), strict=True):
        again = stored(now)
        assert type(again) is type(was)
        assert again == was or (isinstance(was, str) and again == was.replace("\r\n", "\n").replace("\r", "\n"))
