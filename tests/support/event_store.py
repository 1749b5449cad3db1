"""OpenAdapt's event store as its recorder leaves it, with values planted wherever a value can stand."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from recorder_databases import CARD, EMAIL, KEY, PASSWORD, PHONE, SSN, START, VOICE, picture
from recorder_schemas import OPENADAPT_EVENTS

from recording.stores._sqlite_rows import Nested, decode_row

FRAME = "screenshots/frame_000001.png"


class EventWriter:
    """Writes events as the recorder does, one moment after another."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db, self.t, self.ordinal = connection, START, 0

    def capture(self, **values: object) -> None:
        """The one row of the session."""
        cells: dict[str, object] = {
            "id": "5b1f77c2", "started_at": START, "ended_at": START + 60.5, "platform": "darwin",
            "screen_width": 1920, "screen_height": 1080, "pixel_ratio": 2.0, "task_description": None,
            "double_click_interval_seconds": 0.5, "double_click_distance_pixels": 4.0,
            "video_start_time": START + 0.1, "audio_start_time": START + 0.2, "metadata": "{}",
        }  # fmt: skip
        cells |= values
        marks = ", ".join("?" * len(cells))
        self.db.execute(f"INSERT INTO capture ({', '.join(cells)}) VALUES ({marks})", tuple(cells.values()))

    def put(self, said: str, *, parent: int | None = None, more: dict[str, Any] | None = None, **own: object) -> int:
        """One event at the next moment; ``more`` is what every action has. Gives its number."""
        self.t += 0.0412345
        self.ordinal += 1
        data = {"timestamp": self.t, "source_ordinal": self.ordinal, "type": said}
        if said.startswith(("mouse", "key")):
            data |= {"structural_observation": None, "screenshot_timestamp": START + 0.0412345,
                     "screenshot_source_ordinal": 1} | (more or {})  # fmt: skip
        cells = (self.t, said, json.dumps(data | own), parent)
        query = "INSERT INTO events (timestamp, type, data, parent_id) VALUES (?, ?, ?, ?)"
        return int(self.db.execute(query, cells).lastrowid or 0)

    def key(self, name: str, *, parent: int | None = None, more: dict[str, Any] | None = None) -> None:
        """A key down and up again."""
        char = name if len(name) == 1 else None
        named = None if char else name
        for said in ("key.down", "key.up"):
            self.put(said, parent=parent, more=more, key_name=named, key_char=char,
                     key_vk=str(ord(char.upper())) if char else None, canonical_key_name=named,
                     canonical_key_char=char and char.lower(), canonical_key_vk=None)  # fmt: skip

    def type(self, text: str, *, parent: int | None = None, more: dict[str, Any] | None = None) -> None:
        """Text, key by key."""
        for char in text:
            self.key({" ": "space", "\n": "enter"}.get(char, char), parent=parent, more=more)


def observed(name: str, *, title: str = "Inbox", role: str = "AXTextField") -> dict[str, Any]:
    """What the recorder observed of the element below the mouse, or with the focus."""
    element = {"automation_id": None, "role": role, "role_source": "windows_uia", "name": name, "bounds": {"left": 1.5,
               "top": 2.0, "right": 300.0, "bottom": 40.0}, "supported_patterns": ["Value"]}  # fmt: skip
    told = {"schema_version": "openadapt.capture.structural-observation/v1", "provider": "windows_uia",
            "query_kind": "focused", "element": element, "process": {"process_id": 8441, "process_name": "Mail"},
            "window": {"title": title, "native_window_handle": 12345678}}  # fmt: skip
    return {"structural_observation": told}


def fill_openadapt_events(db: sqlite3.Connection, *, typed: str = f"mail {EMAIL} please") -> None:
    """A short session that types ``typed``, and holds every secret somewhere."""
    db.executescript(OPENADAPT_EVENTS)
    w = EventWriter(db)
    w.capture(task_description=f"call {PHONE} about the invoice",
              metadata=json.dumps({"USER": "rosalind.okafor", "NOTE": f"key {KEY}", "n": 1.50}))  # fmt: skip
    w.put("screen.frame", video_timestamp=0.4, image_path=FRAME, width=360, height=60)
    for n in range(3):
        w.put("mouse.move", x=100.5 + n, y=200.0)
    click = w.put("mouse.singleclick", x=103.5, y=200.0, button="left", more=observed(f"To {EMAIL}"))
    for said in ("mouse.down", "mouse.up"):
        w.put(said, parent=click, x=103.5, y=200.0, button="left", more=observed("To", title=f"Mail - {EMAIL}"))
    w.type(typed)
    w.key("enter")
    w.put("mouse.scroll", x=10.0, y=20.0, dx=0.0, dy=-1.0, more=observed(f"card {CARD}", title=f"SSN: {SSN}"))
    # What was put together from keys does not say that its field hides it; its keys do.
    w.type(PASSWORD, parent=w.put("key.type", text=PASSWORD), more=observed("Password", role="AXSecureTextField"))
    w.key("enter")
    half = EMAIL.index("@") + 1
    for text in ("please write to ", EMAIL[:half], EMAIL[half:], " about it"):
        merged = w.put("key.type", text=text)
        w.type(text, parent=merged)
    w.put("key.shortcut", modifiers=["ctrl"], key="c")
    w.put("mouse.drag", x=1.0, y=2.0, dx=30.0, dy=4.0, button="left")
    w.put("audio.chunk", start_time=0.0, end_time=2.5, transcription=f"my number is {PHONE}")
    db.commit()


def put_beside(folder: Path) -> None:
    """The screenshot that a row names, and the sound of the session."""
    (folder / "screenshots").mkdir()
    (folder / FRAME).write_bytes(picture("Invoice"))
    (folder / "audio.flac").write_bytes(VOICE)


def event_documents(data: bytes) -> list[dict[str, object]]:
    """The documents of lines of events."""
    cells = [decode_row(line)["data"] for line in data.splitlines()]
    return [json.loads(cell.text) for cell in cells if isinstance(cell, Nested)]
