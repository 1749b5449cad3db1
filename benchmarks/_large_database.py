"""Databases of many rows with much text, as the trees of elements and the pages of OCR are, for figures of memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from recording.stores._sqlite_names import PLAIN_WORDS

POLICY = """\
policy: 1
name: large-database
limits: {seconds: 7200}
find:
  - {use: text.pii, entities: [EMAIL_ADDRESS, PHONE_NUMBER, CREDIT_CARD, US_SSN]}
link: {within: session}
change:
  default: {use: replace}
release: {names: neutral}
"""
SCREENS = """
CREATE TABLE frames (id INTEGER PRIMARY KEY AUTOINCREMENT, video_chunk_id INTEGER NOT NULL, offset_index INTEGER,
    timestamp TIMESTAMP NOT NULL, name TEXT, app_name TEXT, window_name TEXT, focused BOOLEAN);
CREATE TABLE ocr_text (frame_id INTEGER NOT NULL, text TEXT NOT NULL, text_json TEXT, app_name TEXT, ocr_engine TEXT,
    window_name TEXT, focused BOOLEAN, text_length INTEGER);
"""
_WORDS = sorted(word for word in PLAIN_WORDS if len(word) > 2)
_PEOPLE = 40
_FEW = 200
_EPOCH_S = 1_700_000_000


def write_database(path: Path, schema: str, rows: Iterator[tuple[str, dict[str, Any]]]) -> None:
    """Make a database and fill it; a row is a table and its cells."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(schema)
        for table, cells in rows:
            marks = ", ".join("?" * len(cells))
            db.execute(f"INSERT INTO {table} ({', '.join(cells)}) VALUES ({marks})", tuple(cells.values()))
        db.commit()


def openadapt_rows(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Keys and moves, each with some kilobyte of the element below the mouse: half of them of a few elements."""
    rng = Random(5)
    few = [_element(rng) for _ in range(_FEW)]
    yield "recording", {"timestamp": float(_EPOCH_S)}
    for number in range(count):
        at, state = _EPOCH_S + number / 20, rng.choice(few) if number % 2 else _element(rng)
        if number % 100 == 0:
            state = json.dumps({"AXRole": "AXTextField", "AXTitle": "To", "AXValue": f"write to {_mail(rng)} now"})
        if number % 2:
            char = _said(rng, 1)[0]
            yield "action_event", {"name": "press" if number % 4 == 1 else "release", "timestamp": at,
                "key_char": char, "canonical_key_char": char, "element_state": state}  # fmt: skip
        else:
            yield "action_event", {"name": "move", "timestamp": at, "mouse_x": number % 1900, "mouse_y": number % 1000,
                "element_state": state}  # fmt: skip


def screenpipe_rows(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Typed pieces and clicks, and for every fifth row a frame with what OCR read on it, word by word."""
    rng = Random(6)
    for number in range(count):
        stamp = datetime.fromtimestamp(_EPOCH_S + number / 2, UTC).isoformat(timespec="microseconds")
        place = {"app_name": "Mail", "window_title": _said(rng, 4)}
        if number % 5:
            text = f"mail {_mail(rng)} now" if number % 101 == 0 else _said(rng, 4)
            typed = {"event_type": "text", "text_content": text, "text_length": len(text)} if number % 2 else {
                "event_type": "click", "x": number % 1900, "y": number % 1000}  # fmt: skip
            yield "ui_events", {"timestamp": stamp, "relative_ms": number * 500, "element_name": _said(rng, 2),
                "element_role": "AXTextField", **typed, **place}  # fmt: skip
            continue
        words = _said(rng, 18).split()
        boxes = [
            {"text": word, "conf": "96", "left": str(60 * (at % 8)), "top": str(20 * (at // 8)), "width": "50",
             "height": "12", "level": "5", "page_num": "1", "block_num": "1", "par_num": "1",
             "line_num": str(at // 8 + 1), "word_num": str(at % 8 + 1)}
            for at, word in enumerate(words)
        ]  # fmt: skip
        window = {"app_name": "Mail", "window_name": place["window_title"], "focused": 1}
        yield "frames", {"video_chunk_id": 1, "offset_index": number, "timestamp": stamp, "name": "screen", **window}
        yield "ocr_text", {"frame_id": number // 5 + 1, "text": " ".join(words), "text_json": json.dumps(boxes),
            "ocr_engine": "tesseract", "text_length": len(" ".join(words)), **window}  # fmt: skip


def _element(rng: Random) -> str:
    children = [{"AXRole": "AXStaticText", "AXTitle": _said(rng, 4)} for _ in range(4)]
    said = {
        "AXTitle": _said(rng, 3),
        "AXValue": _said(rng, 45),
        "AXDescription": _said(rng, 12),
        "AXHelp": _said(rng, 8),
    }
    return json.dumps({"AXRole": "AXTextArea", **said, "AXFrame": {"x": 1.5, "y": 2.5}, "AXChildren": children})


def _said(rng: Random, count: int) -> str:
    return " ".join(rng.choices(_WORDS, k=count))


def _mail(rng: Random) -> str:
    person = rng.randrange(_PEOPLE)
    return f"{_WORDS[person]}.{_WORDS[person * 7]}@corp.example"
