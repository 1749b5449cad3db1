"""Recorders' databases through the boundary: nothing that was planted anywhere in them is anywhere in the output."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from event_store import FRAME
from recorder_databases import CARD, EMAIL, KEY, PASSWORD, PHONE, SECRETS, SSN, saved

from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import load_policy
from recording import SourceFile, discover, open_recording, parse_files
from text_redact.transcript import transcribe

KINDS = [("recording.db", "openadapt"), ("db.sqlite", "screenpipe"), ("capture.db", "openadapt-events")]
each = pytest.mark.parametrize(("name", "kind"), KINDS)
PATTERNS = (
    "find: [{use: text.roles}, {use: text.pii}, {use: text.secrets}, {use: text.passwords}]\nlink: {within: session}"
)
REPLACE = f"{PATTERNS}\nchange: {{default: {{use: replace}}}}"
Planned = Callable[[str], Plan]


def through(folder: Path, plan: Plan) -> Outcome:
    """What the boundary says of a recording."""
    return process(lambda: open_recording(folder), plan)


def released(outcome: Outcome) -> tuple[str, bytes]:
    """Name and bytes of the database that leaves."""
    assert isinstance(outcome, Release), outcome
    ((name, data),) = ((name, data) for name, data in outcome.files.items() if data.startswith(b"SQLite"))
    return name, data


def opened(data: bytes) -> sqlite3.Connection:
    """A database from its bytes, found whole."""
    db = sqlite3.connect(":memory:")
    db.deserialize(data)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    return db


def texts(data: bytes) -> list[str]:
    """Every text of a database by itself, those of its indexes included, and what its keys type."""
    with closing(opened(data)) as db:
        out = []
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in db.execute(f'SELECT * FROM "{table}"'):
                out += [value for value in row if isinstance(value, str)]
        columns = [row[1] for row in db.execute("PRAGMA table_info(action_event)")]
        for column in ("key_char", "canonical_key_char", "key_vk"):
            if column in columns:
                for name in ("press", "release"):
                    query = f"SELECT {column} FROM action_event WHERE name = ? AND {column} IS NOT NULL ORDER BY id"
                    out.append("".join(str(row[0]) for row in db.execute(query, (name,))))
        if db.execute("PRAGMA table_info(capture)").fetchall():
            out += event_keys(db)
    return out


def event_keys(db: sqlite3.Connection) -> list[str]:
    """What keys type whose members stand in the documents of events, and every text of those documents by itself."""
    rows = [(said, json.loads(data)) for said, data in db.execute("SELECT type, data FROM events ORDER BY id")]
    out = [
        "".join(str(data[member]) for told, data in rows if told == said and data.get(member) is not None)
        for member in ("key_char", "canonical_key_char", "key_vk", "canonical_key_vk")
        for said in ("key.down", "key.up")
    ]
    typed = "".join(str(data.get("text")) for said, data in rows if said == "key.type")
    return [*out, typed]


def assert_nothing_is_left(name: str, data: bytes) -> None:
    """No secret in the raw bytes, in any text, or in what keys type; with and without its separators."""
    parsed = parse_files("output", {name: SourceFile(name, data)})
    typed = [passage.text for passage in transcribe(parsed.events).passages]
    raw = data.decode("utf-8", "replace")
    for said in (raw, *texts(data), *typed):
        folded = said.casefold()
        bare = "".join(char for char in folded if char.isalnum())
        for secret in (*SECRETS, "deleted-heron", "plover-mail", "MACH-77-heron"):
            assert secret.casefold() not in folded, secret
        for secret in (EMAIL, CARD, PHONE, SSN, KEY, PASSWORD):
            assert "".join(char for char in secret.casefold() if char.isalnum()) not in bare, secret


@each
def test_no_secret_is_left_anywhere(name: str, kind: str, tmp_path: Path, planned: Planned) -> None:
    """Values planted in every table, column, index, deleted page, log and embedding are gone; the rest is there."""
    outcome = through(saved(tmp_path, name, kind), planned(REPLACE))
    _, data = released(outcome)
    assert_nothing_is_left(name, data)
    left = "\n".join(texts(data))
    expected = (
        ["best regards", "[CREDIT"] if kind == "screenpipe" else ["about the invoice", "my number is [", "mail", "Mail"]
    )
    assert all(one in left for one in expected)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["baseline", "strict"])
@each
def test_shipped_policies_leave_no_secret(policy: str, name: str, kind: str, tmp_path: Path) -> None:
    """The same under the shipped policies, which read the screens and change the times as well."""
    outcome = through(saved(tmp_path, name, kind), build_plan(load_policy(policy), key=b"k" * 32))
    assert_nothing_is_left(*released(outcome))


@pytest.mark.slow
@each
def test_stand_ins_that_look_real_are_told_from_values(name: str, kind: str, tmp_path: Path, planned: Planned) -> None:
    """Surrogates in tables, nested JSON, typed rows and lists of words are looked past at their places."""
    plan = planned(f"{PATTERNS}\nchange: {{default: {{use: surrogate}}}}")
    outcome = through(saved(tmp_path, name, kind), plan)
    _, data = released(outcome)
    assert_nothing_is_left(name, data)
    assert "@" in "\n".join(texts(data))


@pytest.mark.slow
@each
def test_times_move_in_every_table(name: str, kind: str, tmp_path: Path, planned: Planned) -> None:
    """Times that stand for each other still do, whatever table they are in."""
    outcome = through(saved(tmp_path, name, kind), planned(f"{REPLACE[:-1]}, timing: {{use: resample}}}}"))
    _, data = released(outcome)
    assert_nothing_is_left(name, data)
    with closing(opened(data)) as db:
        if kind == "openadapt":
            query = "SELECT count(*) FROM action_event JOIN window_event w ON w.timestamp = window_event_timestamp"
            assert db.execute(query).fetchone()[0] > 100
            rows = db.execute(
                "SELECT timestamp FROM action_event WHERE parent_id IS NULL AND name != 'type' ORDER BY id"
            ).fetchall()
        elif kind == "openadapt-events":
            assert db.execute("SELECT count(*) FROM events WHERE data ->> 'timestamp' != timestamp").fetchone() == (0,)
            query = "SELECT DISTINCT data ->> 'screenshot_timestamp' FROM events WHERE type LIKE 'key%'"
            ((shown,),) = db.execute(query).fetchall()
            assert db.execute("SELECT started_at <= ? FROM capture", (shown,)).fetchone() == (1,)
            assert db.execute("SELECT min(timestamp) >= ? FROM events", (shown,)).fetchone() == (1,)
            query = "SELECT timestamp FROM events WHERE parent_id IS NULL AND type != 'key.type' ORDER BY id"
            rows = db.execute(query).fetchall()
        else:
            rows = db.execute("SELECT timestamp FROM ui_events WHERE event_type != 'key' ORDER BY id").fetchall()
        assert rows == sorted(rows)


@each
def test_the_empty_policy_gives_every_row_back(name: str, kind: str, tmp_path: Path, planned: Planned) -> None:
    """Rows are those of the source with what its log adds; what was deleted is not among the bytes."""
    folder = saved(tmp_path, name, kind)
    outcome = through(folder, planned(""))
    out_name, data = released(outcome)
    assert out_name == name
    with closing(sqlite3.connect(folder / name)) as old, closing(opened(data)) as new:
        found = old.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        for (table,) in found.fetchall():
            if "embedding" in table:
                continue
            columns = [
                row[1] for row in old.execute(f"PRAGMA table_info({table})") if row[2] != "BLOB" or row[1] == "png_data"
            ]
            query = (
                f"SELECT rowid, {', '.join(f'quote({c!r})'.replace(chr(39), chr(34)) for c in columns)} FROM {table}"
            )
            assert new.execute(query).fetchall() == old.execute(query).fetchall(), table
    assert b"deleted-heron" not in data
    assert isinstance(outcome, Release)
    assert outcome.report.files_dropped["no-reader"] > 0


@pytest.mark.slow
@each
def test_what_is_not_admitted_is_in_no_table(name: str, kind: str, tmp_path: Path, planned: Planned) -> None:
    """Rows of a denied application go with their references, their frames and their places in search indexes."""
    plan = planned(f'admit: {{apps: {{deny: ["Mail"]}}}}\n{REPLACE}')
    outcome = through(saved(tmp_path, name, kind), plan)
    _, data = released(outcome)
    assert_nothing_is_left(name, data)
    with closing(opened(data)) as db:
        table, keys = {
            "openadapt": ("action_event", "name IN ('press', 'release')"),
            "openadapt-events": ("events", "type LIKE 'key%'"),
            "screenpipe": ("ui_events", "event_type = 'text'"),
        }[kind]
        assert db.execute(f"SELECT count(*) FROM {table} WHERE {keys}").fetchone() == (0,)
        if kind == "screenpipe":
            assert db.execute("SELECT count(*) FROM ocr_text_fts WHERE ocr_text_fts MATCH 'regards'").fetchone() == (0,)


@pytest.mark.slow
def test_a_row_whose_screenshot_is_withheld_goes(tmp_path: Path, planned: Planned) -> None:
    """Without a step for screens no screenshot passes; what refers to its row refers to nothing."""
    outcome = through(saved(tmp_path, "recording.db", "openadapt"), planned(REPLACE))
    _, data = released(outcome)
    with closing(opened(data)) as db:
        assert db.execute("SELECT count(*) FROM screenshot").fetchone() == (0,)
        assert db.execute("SELECT DISTINCT screenshot_id, screenshot_timestamp FROM action_event").fetchall() == [
            (None, None)
        ]


@pytest.mark.slow
def test_a_row_whose_picture_beside_the_database_is_withheld_goes(tmp_path: Path, planned: Planned) -> None:
    """The same where a row names a file; with its picture it stays."""
    for folder, policy, left in (("without", REPLACE, []), ("with", "", [FRAME])):
        (tmp_path / folder).mkdir()
        outcome = through(saved(tmp_path / folder, "capture.db", "openadapt-events"), planned(policy))
        _, data = released(outcome)
        with closing(opened(data)) as db:
            query = "SELECT data ->> 'image_path' FROM events WHERE type = 'screen.frame'"
            assert [row[0] for row in db.execute(query)] == left
        assert isinstance(outcome, Release)
        assert [name for name in outcome.files if name.endswith(".png")] == left


@pytest.mark.slow
def test_ordinals_and_sequences_of_events_do_not_count_what_was_there(tmp_path: Path, planned: Planned) -> None:
    """Sessions that differ in the length of what was typed alone are the same, row by row, but for times."""
    told = []
    for n, value in enumerate((EMAIL, f"a@{EMAIL[-19:]}")):
        (tmp_path / str(n)).mkdir()
        folder = saved(tmp_path / str(n), "capture.db", "openadapt-events", typed=f"mail {value} please")
        _, data = released(through(folder, planned(REPLACE)))
        with closing(opened(data)) as db:
            rows = db.execute("SELECT id, type, data, parent_id FROM events").fetchall()
            sequence = db.execute("SELECT * FROM sqlite_sequence").fetchall()
        assert sequence == [("events", len(rows))]
        documents = [{k: v for k, v in json.loads(row[2]).items() if k != "timestamp"} for row in rows]
        assert {row.get("source_ordinal") for row in documents} == {None}
        told.append([(row[0], row[1], row[3], document) for row, document in zip(rows, documents, strict=True)])
    assert told[0] == told[1]


@pytest.mark.slow
def test_numbers_of_rows_do_not_tell_how_long_a_value_was(tmp_path: Path, planned: Planned) -> None:
    """Sessions that differ in the length of what was typed alone have the same numbers, rows and gaps."""
    told = []
    for n, value in enumerate((EMAIL, f"a@{EMAIL[-19:]}")):
        (tmp_path / str(n)).mkdir()
        folder = saved(tmp_path / str(n), "recording.db", "openadapt", typed=f"mail {value} please")
        _, data = released(through(folder, planned(REPLACE)))
        with closing(opened(data)) as db:
            told.append(
                db.execute(
                    "SELECT id, name, key_char, key_name, parent_id, window_event_id FROM action_event"
                ).fetchall()
            )
    assert told[0] == told[1]


@pytest.mark.slow
def test_a_sensitive_schema_is_withheld(tmp_path: Path, planned: Planned) -> None:
    """What tables and columns are called cannot be replaced."""
    folder = saved(tmp_path, "db.sqlite", "screenpipe")
    with closing(sqlite3.connect(folder / "db.sqlite")) as db:
        db.execute("CREATE TABLE extra(a TEXT DEFAULT 'rosalind.okafor@plover-mail.example')")
    outcome = through(folder, planned(REPLACE))
    assert isinstance(outcome, Withheld)
    assert outcome.code in {"database-schema", "text-residue"}


@each
def test_a_folder_with_a_database_is_one_recording(name: str, kind: str, tmp_path: Path) -> None:
    """The log beside it, videos and documents belong to it."""
    folder = tmp_path / "session"
    folder.mkdir()
    saved(folder, name, kind)
    (folder / "data").mkdir()
    (folder / "data" / "monitor_1.mp4").write_bytes(b"\0" * 32)
    (folder / "capture-state.json").write_text('{"state": "done"}')
    assert discover(tmp_path) == [folder]
    assert discover(folder) == [folder]
    assert open_recording(folder).format == kind


def test_a_folder_that_is_called_like_a_store_is_none(tmp_path: Path) -> None:
    """Names on disk do not make a file part of a database: every text in it is looked at."""
    folder = tmp_path / "recording.db!"
    folder.mkdir()
    (folder / "action_event.jsonl").write_text(f'{{"{EMAIL}": "{PHONE}", "name": "press", "key_char": "a"}}\n')
    (tmp_path / "events.jsonl").write_text('{"time_stamp": 1.5, "action": "press", "name": "a"}\n')
    recording = open_recording(tmp_path)
    assert recording.format == "ducktrack"
    assert {EMAIL, PHONE} <= {item.text for item in recording.fields}
