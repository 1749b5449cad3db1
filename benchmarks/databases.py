"""Databases: typed values left in OpenAdapt's and screenpipe's after redaction, and rows a second there and back.

The same simulated sessions are written as a DuckTrack folder, as key rows of OpenAdapt and as screenpipe's rows of text
put together from keys, and go through the same policy. Speed is that of taking out and putting back, unchanged.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks._harness import Count, Result, Speed, compare
from benchmarks._large_database import POLICY, SCREENS, openadapt_rows, screenpipe_rows, write_database
from benchmarks._resident import peaks
from benchmarks._sessions import Played, plain, play
from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from policies import load_policy
from recording import Recording, SourceFile, parse_files
from recording.keys import write_key
from recording.simulate import ducktrack_files
from recording.stores import INSIDE, pack, settle, unpack
from text_redact.transcript import transcribe

KEY = b"benchmark key, of no secrecy..."
SEED = 61_022_943
"""Drawn once; the formats were worked on with other sessions."""
LIMIT_MB = 1024
MEMORY_MB = 4096
"""Beyond this the runner would end the worker."""
_EPOCH_S = 1_700_000_000
_PAUSE_NS = 300_000_000
"""A longer pause ends a row of text, as in screenpipe."""

_OPENADAPT = """
CREATE TABLE recording (id INTEGER PRIMARY KEY, timestamp NUMERIC(10, 2), task_description VARCHAR);
CREATE TABLE window_event (id INTEGER PRIMARY KEY, timestamp NUMERIC(10, 2), state JSON, title VARCHAR);
CREATE TABLE action_event (id INTEGER PRIMARY KEY, name VARCHAR, timestamp NUMERIC(10, 2), mouse_x NUMERIC,
    mouse_y NUMERIC,
    mouse_pressed BOOLEAN, key_name VARCHAR, key_char VARCHAR, key_vk VARCHAR, canonical_key_name VARCHAR,
    canonical_key_char VARCHAR, canonical_key_vk VARCHAR, parent_id INTEGER, element_state JSON);
"""
_SCREENPIPE = """
CREATE TABLE ui_events (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME NOT NULL, relative_ms INTEGER NOT NULL,
    event_type TEXT NOT NULL, x INTEGER, y INTEGER, button INTEGER, key_code INTEGER, modifiers INTEGER,
        text_content TEXT,
    text_length INTEGER, app_name TEXT, window_title TEXT, element_role TEXT, element_name TEXT);
CREATE VIRTUAL TABLE ui_events_fts USING fts5(text_content, app_name, content='ui_events', content_rowid='id');
"""


def run(*, quick: bool) -> Result:
    """Values left by recorder, the same for texts read, and rows a second."""
    plan = build_plan(load_policy("baseline"), key=KEY)
    counts = [*_leaks(play(8 if quick else 24, seed=SEED), plan), *_memory(2_000 if quick else 100_000)]
    return Result(speeds=(_speed(2_000 if quick else 20_000, rounds=1 if quick else 3),), counts=tuple(counts), notes=(
        "whole values alone: what is left of one that was mistyped for good is another; the peer is DuckTrack's folder",
        "screenpipe's rows of text say nothing of backspaces: a field holds all that was typed, erased text included",
        "OpenAdapt records no clipboard: what was pasted is in no text of its, and reads differently",
    ))  # fmt: skip


def _leaks(sessions: Iterable[Played], plan: Plan) -> Iterable[Count]:
    left = dict.fromkeys(("ducktrack", "openadapt", "screenpipe"), 0)
    released, same = dict(left), 0
    values = total = 0
    for played in sessions:
        total += 1
        wanted = [plain(mark.value) for mark in played.meant]
        values += len(wanted)
        said = {}
        for name, files in _written(played).items():
            sources = {file: SourceFile(file, data) for file, data in files.items()}
            source = parse_files("typed", sources)
            said[name] = {passage.text for passage in transcribe(source.events).passages if passage.role == "final"}
            outcome = process(partial(_given, source), plan)
            if isinstance(outcome, Release):
                released[name] += 1
                output = parse_files("out", {file: SourceFile(file, data) for file, data in outcome.files.items()})
                texts = _texts(output)
                before = _texts(source)
                left[name] += sum(value in texts for value in wanted if value in before)
        same += said["openadapt"] == said["ducktrack"]
    yield Count(figure="OpenAdapt: sessions whose texts read as DuckTrack's", ours=same, of=total)
    for name in ("openadapt", "screenpipe"):
        yield Count(figure=f"{name}: sessions released", ours=released[name], of=total, peer=released["ducktrack"])
        yield Count(figure=f"{name}: values left whole", ours=left[name], of=values, peer=left["ducktrack"])


def _memory(rows: int) -> Iterator[Count]:
    """Peak of the one worker that takes a database of so many rows through a policy of patterns."""
    made = {
        "recording.db": (_OPENADAPT, openadapt_rows(rows)),
        "db.sqlite": (_SCREENPIPE + SCREENS, screenpipe_rows(rows)),
    }
    for name, (schema, cells) in made.items():
        with tempfile.TemporaryDirectory() as folder:
            parent = Path(folder)
            write_database(parent / name, schema, cells)
            (parent / "policy.yaml").write_text(POLICY)
            program = Path(sys.executable).with_name("boundary")
            command = [program, "run", parent / name, "-p", parent / "policy.yaml", "-o", parent / "out"]
            found = peaks(
                [*map(str, command), "--workers", "1", "--memory", str(MEMORY_MB), "-q"],
                environ=os.environ | {"BOUNDARY_STATE": str(parent / "state")},
            )
            size = (parent / name).stat().st_size / 10**6
            told = f"{name}, {rows:,} rows, {size:,.0f} MB"
            yield Count(figure=f"{told}: released", ours=int(found.status == 0), of=1)
            yield Count(figure=f"{told}: MiB of the worker", ours=round(found.worker), of=LIMIT_MB)


def _given(recording: Recording) -> Recording:
    return recording


def _texts(recording: Recording) -> str:
    typed = (passage.text for passage in transcribe(recording.events).passages)
    return "\0".join(plain(text) for text in (*typed, *(field.text for field in recording.fields)))


def _written(played: Played) -> Mapping[str, Mapping[str, bytes]]:
    rows = played.stream.events.to_pylist()
    return {
        "ducktrack": ducktrack_files(played.stream),
        "openadapt": {"recording.db": _database(_OPENADAPT, _openadapt(rows))},
        "screenpipe": {"db.sqlite": _database(_SCREENPIPE, _screenpipe(rows))},
    }


def _database(schema: str, rows: Iterable[tuple[str, dict[str, Any]]]) -> bytes:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(schema)
        for table, cells in rows:
            marks = ", ".join("?" * len(cells))
            db.execute(f"INSERT INTO {table} ({', '.join(cells)}) VALUES ({marks})", tuple(cells.values()))
        db.commit()
        return db.serialize()


def _openadapt(rows: Iterable[dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any]]]:
    yield "recording", {"timestamp": float(_EPOCH_S)}
    place = None
    for row in rows:
        at = _EPOCH_S + row["t_ns"] / 1e9
        if (row["app"], row["window"]) != place:
            place = row["app"], row["window"]
            state = json.dumps({"kCGWindowOwnerName": row["app"]})
            yield "window_event", {"timestamp": at, "title": row["window"], "state": state}
        if row["kind"] in ("key_down", "key_up"):
            name = write_key(row["key"], row["text"], press=row["kind"] == "key_down")
            key = {"key_char": name, "canonical_key_char": name.lower()} if len(name) == 1 else {"key_name": name}
            secure = json.dumps({"AXTitle": row["field"], "is_password": row["secure"]})
            said = "press" if row["kind"] == "key_down" else "release"
            yield "action_event", {"name": said, "timestamp": at, "element_state": secure, **key}
        elif row["kind"] in ("button_down", "button_up"):
            pressed = int(row["kind"] == "button_down")
            yield "action_event", {"name": "click", "timestamp": at, "mouse_x": row["x"], "mouse_y": row["y"],
                                   "mouse_pressed": pressed}  # fmt: skip


def _screenpipe(rows: Iterable[dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any]]]:
    text, last = "", 0
    first: dict[str, Any] = {}
    for row in [*rows, {"kind": "end", "t_ns": 2**62, "app": None}]:
        typed = row.get("text") if row["kind"] == "key_down" else None
        ends = row["kind"] in ("button_down", "end") or (row["kind"] == "key_down" and typed is None)
        if text and (ends or row["t_ns"] - last > _PAUSE_NS or row["app"] != first["app"]):
            yield "ui_events", _event(first, event_type="text", text_content=text, text_length=len(text))
            text = ""
        if typed is not None:
            first = row if not text else first
            text, last = text + typed, row["t_ns"]
        elif row["kind"] == "button_down":
            yield "ui_events", _event(row, event_type="click", x=row["x"], y=row["y"], button=0)


def _event(row: dict[str, Any], **cells: Any) -> dict[str, Any]:
    moment = datetime.fromtimestamp(_EPOCH_S + row["t_ns"] / 1e9, UTC)
    role = "AXSecureTextField" if row["secure"] else "AXTextField"
    return {"timestamp": moment.isoformat(timespec="microseconds"), "relative_ms": row["t_ns"] // 10**6,
        "element_role": role,
            "app_name": row["app"], "window_title": row["window"], "element_name": row["field"], **cells}  # fmt: skip


def _speed(count: int, *, rounds: int) -> Speed:
    """Take out, settle and put back, beside a plain copy of every row by SQLite itself."""
    moves = (("action_event", {"name": "move", "timestamp": _EPOCH_S + n / 100, "mouse_x": n % 1900, "mouse_y": 7.5})
             for n in range(count))  # fmt: skip
    data = _database(_OPENADAPT, moves)
    handed_in = {"recording.db": SourceFile("recording.db", data)}

    def ours() -> object:
        found = unpack(handed_in, max_bytes=10**9)
        files = {name.rpartition(INSIDE)[2]: one.read() for name, one in found.items()}
        return pack("recording.db", handed_in, dict(settle("recording.db", handed_in, files)))

    def copied() -> object:
        with closing(sqlite3.connect(":memory:")) as old, closing(sqlite3.connect(":memory:")) as new:
            old.deserialize(data)
            new.executescript(_OPENADAPT)
            marks = ", ".join("?" * 14)
            new.executemany(f"INSERT INTO action_event VALUES ({marks})", old.execute("SELECT * FROM action_event"))
            return new.serialize()

    return compare(case="mouse rows, there and back", unit="row", work=count, peer="a copy in SQLite",
        ours=ours, theirs=copied,
                   rounds=rounds)  # fmt: skip
