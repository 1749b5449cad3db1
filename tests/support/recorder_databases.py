"""Databases as OpenAdapt and screenpipe leave them, with values planted wherever a value can stand."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw
from recorder_schemas import INDEXED, OPENADAPT, SCREENPIPE

START = 1_690_049_556.2166219
EMAIL = "rosalind.okafor@plover-mail.example"
PASSWORD = "Grebe-4417-shoal"
CARD = "4111 1111 1111 1111"
PHONE = "+1 212 555 0143"
SSN = "536-22-1234"
KEY = "ghp_R7xKq2LmZ9vTb4NcW8sYd1HfJ6pGu3EaQo5X"
DELETED = "deleted-heron-7731@plover-mail.example"
SECRETS = (EMAIL, PASSWORD, CARD, PHONE, SSN, KEY, DELETED)
VOICE = b"fLaC" + EMAIL.encode() * 3


def picture(text: str, size: tuple[int, int] = (360, 60)) -> bytes:
    """A small screenshot with one line of text."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((10, 20), text, fill="black", font_size=18)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


class OpenAdaptWriter:
    """Writes rows as the recorder does, one moment after another."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db, self.t = connection, START

    def put(self, table: str, **values: object) -> int:
        """One row; gives its number."""
        cells = {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in values.items()}
        names = ", ".join(f'"{name}"' for name in cells)
        marks = ", ".join("?" * len(cells))
        return int(
            self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(cells.values())).lastrowid or 0
        )

    def key(self, name: str, *, parent: int | None = None, **more: object) -> None:
        """A key down and up again."""
        char = name if len(name) == 1 else None
        for said in ("press", "release"):
            self.t += 0.0412345
            self.put(
                "action_event", name=said, timestamp=self.t, recording_timestamp=START, recording_id=1,
                screenshot_timestamp=START + 0.5, screenshot_id=1, window_event_timestamp=START + 0.25,
                window_event_id=1,
                key_char=char, key_name=None if char else name, key_vk=str(ord(char.upper())) if char else None,
                canonical_key_char=char and char.lower(), canonical_key_name=None if char else name, parent_id=parent,
                disabled=0, **({"element_state": "null"} | more),
            )  # fmt: skip

    def type(self, text: str, *, parent: int | None = None, **more: object) -> None:
        """Text, key by key."""
        for char in text:
            self.key({" ": "space", "\n": "enter"}.get(char, char), parent=parent, **more)


def fill_openadapt(
    db: sqlite3.Connection, *, typed: str = f"mail {EMAIL} please", picture_text: str = "Invoice"
) -> None:
    """A short session that types ``typed``, and holds every secret somewhere."""
    db.executescript(OPENADAPT)
    w = OpenAdaptWriter(db)
    w.put("alembic_version", version_num="530f0663324e")
    w.put("recording", timestamp=START, monitor_width=1920, monitor_height=1080, double_click_interval_seconds=0.5,
          double_click_distance_pixels=4, platform="darwin", task_description=f"call {PHONE} about the invoice",
          video_start_time=START + 0.1, config={"USER": "rosalind.okafor", "NOTE": f"key {KEY}",
          "n": 1.50})  # fmt: skip
    w.put("window_event", recording_timestamp=START, recording_id=1, timestamp=START + 0.25, title=f"Mail - {EMAIL}",
          left=0, top=25, width=1200, height=800, window_id="8441",
          state={"kCGWindowOwnerName": "Mail", "data": {"AXTitle": f"SSN: {SSN}",
          "nested": [{"AXValue": EMAIL}]}})  # fmt: skip
    w.put("screenshot", recording_timestamp=START, recording_id=1, timestamp=START + 0.5,
        png_data=picture(picture_text),
          png_diff_data=picture(EMAIL), png_diff_mask_data=b"mask " + EMAIL.encode())  # fmt: skip
    w.put("browser_event", recording_timestamp=START, recording_id=1, timestamp=START + 0.6,
          message={"type": "DOM_EVENT", "url": f"https://plover.example/?mail={EMAIL}",
                   "visibleHTMLString": f'<p title="{PHONE}">\n{EMAIL}</p>'})  # fmt: skip
    w.t = START + 1
    for n in range(3):
        w.put("action_event", name="move", timestamp=START + 0.7 + n / 100, recording_timestamp=START, recording_id=1,
              mouse_x=100.5 + n, mouse_y=200, window_event_timestamp=START + 0.25, window_event_id=1)  # fmt: skip
    w.type(typed)
    w.key("enter")
    secure = {"AXRole": "AXTextField", "AXSubrole": "AXSecureTextField", "AXTitle": "Password"}
    w.type(PASSWORD, element_state=secure)
    merged = w.put("action_event", name="type", timestamp=w.t, recording_timestamp=START, recording_id=1,
                   scrubbed_text="-".join("<space>" if c == " " else c for c in f"to {EMAIL} now"),
                   structural_observation={"value": f"card {CARD}"},
                   active_segment_description=f"field of {EMAIL}")  # fmt: skip
    w.key("enter", parent=merged)
    w.type(EMAIL, parent=merged)
    w.put("audio_info", timestamp=START + 2, flac_data=VOICE, transcribed_text=f"my number is {PHONE}",
        sample_rate=16000,
          recording_timestamp=START, recording_id=1,
          words_with_timestamps=[{"word": word, "start": n / 2, "end": n / 2 + 0.4}
                                 for n, word in enumerate(f"write to {EMAIL} or call {PHONE}".split())])  # fmt: skip
    w.put("performance_stat", recording_timestamp=START, recording_id=1, event_type="action", start_time=1, end_time=2)
    w.put(
        "memory_stat", recording_timestamp=START, recording_id=1, memory_usage_bytes=123456789.25, timestamp=START + 3
    )
    db.commit()


def fill_screenpipe(db: sqlite3.Connection) -> None:
    """The same with screenpipe's tables."""
    db.executescript(SCREENPIPE)
    put = OpenAdaptWriter(db).put
    put("_sqlx_migrations", version=20240703111257, description="screenpipe", success=1, checksum=b"\x01" * 48,
        execution_time=1234567)  # fmt: skip
    put("video_chunks", file_path="/Users/rokafor/.screenpipe/data/monitor_1_2026-02-09.mp4", device_name="monitor_1")
    lines = ["Dear Rosalind", f"mail {EMAIL} now", f"card {CARD}", "best regards"]
    for n in range(3):
        put("frames", video_chunk_id=1, offset_index=n, timestamp=stamp(n), name=f"/Users/rokafor/{n}.mp4",
            browser_url=f"https://plover.example/?q={EMAIL}", app_name="Mail",
            window_name=f"Inbox - {EMAIL}", focused=1,
            device_name="monitor_1", sync_id=f"7f3c1b{n}", machine_id="MACH-77-heron")  # fmt: skip
        put("ocr_text", frame_id=n + 1, text="\n".join(lines), text_json=_words(lines), app_name="Mail",
            ocr_engine="AppleNative", window_name=f"Inbox - {EMAIL}", focused=1,
            text_length=len("\n".join(lines)))  # fmt: skip
        put("ocr_text_embeddings", frame_id=n + 1, embedding=EMAIL.encode())
    put("audio_chunks", file_path="/Users/rokafor/.screenpipe/data/mic.mp4", timestamp=stamp(1))
    put("audio_transcriptions", audio_chunk_id=1, offset_index=0, timestamp=stamp(1), transcription=f"call me, {PHONE}",
        device="MacBook Pro Microphone", text_length=len(f"call me, {PHONE}"), speaker_id=1)  # fmt: skip
    put("audio_transcriptions", audio_chunk_id=1, offset_index=1, timestamp=stamp(2), transcription=PHONE,
        device="MacBook Pro Microphone", text_length=len(PHONE), speaker_id=1)  # fmt: skip
    put("speakers", name="Rosalind Okafor", metadata={"note": f"ssn {SSN}"}, centroid=EMAIL.encode())
    put("speaker_embeddings", embedding=b"\x02" * 64, speaker_id=1)
    put("tags", name=f"about {EMAIL}")
    put("tags", name="invoice")
    put("vision_tags", vision_id=1, tag_id=1)
    put("chunked_text_index", text=f"legacy {EMAIL}")
    put(
        "chunked_text_entries",
        text_id=1,
        frame_id=1,
        timestamp=stamp(1),
        engine="unknown",
        chunk=f"c {EMAIL}",
        source="ocr",
    )
    put(
        "ui_monitoring",
        text_output=f"label {KEY}",
        timestamp=stamp(2),
        app="Mail",
        window="Inbox",
        text_length=6 + len(KEY),
    )
    put("accessibility", timestamp=stamp(2), app_name="Mail", window_name="Inbox", text_content=f"To: {EMAIL}",
        browser_url="https://plover.example", machine_id="MACH-77-heron")  # fmt: skip
    half = EMAIL.index("@") + 1
    session = {"session_id": "5b1f-11", "app_name": "Mail", "window_title": "Inbox", "machine_id": "MACH-77-heron"}
    events = [
        ("app_switch", {}), ("click", {"x": 10, "y": 20, "button": 0, "element_name": f"To {EMAIL}"}),
        ("text", {"text_content": "please mail "}), ("text", {"text_content": EMAIL[:half]}),
        ("text", {"text_content": EMAIL[half:]}), ("text", {"text_content": " about it"}),
        ("move", {"x": 11, "y": 22}), ("clipboard", {"text_content": f"ssn {SSN}"}),
        ("click", {"x": 1, "y": 2, "button": 0, "element_role": "AXSecureTextField"}),
        ("text", {"text_content": PASSWORD, "element_role": "AXSecureTextField",
                  "element_bounds": {"x": 0, "y": 0, "width": 100, "height": 20}}),
        ("click", {"x": 400, "y": 300, "button": 0, "element_role": "AXButton"}),
    ]  # fmt: skip
    for n, (kind, more) in enumerate(events):
        text = more.get("text_content")
        put("ui_events", timestamp=stamp(1 + n / 4), relative_ms=250 * n, event_type=kind, frame_id=1,
            text_length=len(str(text)) if text else None, **session, **more)  # fmt: skip
    for n, char in enumerate(EMAIL):
        code = _MAC_CODES.get(char)
        if code is not None:
            put("ui_events", timestamp=stamp(4 + n / 10), relative_ms=4000 + 100 * n, event_type="key", key_code=code,
                modifiers=1 if char == "@" else 0, **session)  # fmt: skip
    db.executescript(INDEXED)
    db.commit()


def delete_something(db: sqlite3.Connection, table: str, column: str) -> None:
    """A row that was deleted, whose bytes stay on its page."""
    db.execute("PRAGMA secure_delete = OFF")
    last = db.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
    cells = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] not in ("id", column)]
    names = ", ".join(f'"{cell}"' for cell in cells)
    db.execute(f"INSERT INTO {table} ({names}, {column}) SELECT {names}, ? FROM {table} WHERE id = ?",
               (f"{DELETED} " * 20, last))  # fmt: skip
    db.commit()
    db.execute(f"DELETE FROM {table} WHERE {column} LIKE '%deleted-heron%'")
    db.commit()


_CHANGED = {
    "openadapt": ("window_event", "title", "window_event", "title"),
    "openadapt-events": ("events", "data", "capture", "task_description"),
    "screenpipe": ("accessibility", "text_content", "accessibility", "text_content"),
}
"""By kind of database: where a row is deleted, and where the log holds something new."""


def saved(folder: Path, name: str, kind: str, **options: str) -> Path:
    """A database on disk whose free pages and write-ahead log hold secrets; gives its folder."""
    from event_store import fill_openadapt_events, put_beside  # it is made of what stands here

    path = folder / name
    table, column, logged, into = _CHANGED[kind]
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA page_size = 1024")
        if kind == "openadapt":
            fill_openadapt(db, **options)
        elif kind == "openadapt-events":
            fill_openadapt_events(db, **options)
            put_beside(folder)
        else:
            fill_screenpipe(db)
        delete_something(db, table, column)
        db.execute("PRAGMA user_version = 7")
    assert DELETED.encode() in path.read_bytes()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute(f"UPDATE {logged} SET {into} = {into} || ? WHERE rowid = 1", (f" {KEY}",))
        db.commit()
        log = (folder / f"{name}-wal").read_bytes()
        data = path.read_bytes()
    # Closing writes the log into the database; what a recorder that still runs has on disk is this.
    path.write_bytes(data)
    (folder / f"{name}-wal").write_bytes(log)
    return folder


def stamp(seconds: float) -> str:
    """A time as chrono writes it."""
    return datetime.fromtimestamp(1_770_631_200 + seconds, UTC).isoformat(timespec="microseconds")


def _words(lines: list[str]) -> list[dict[str, str]]:
    out = []
    for number, line in enumerate(lines, start=1):
        left = 10
        for n, word in enumerate(line.split(), start=1):
            out.append({
                "text": word, "conf": "96.25", "left": str(left), "top": str(20 * number), "width": str(9 * len(word)),
                "height": "14", "level": "5", "page_num": "1", "block_num": "1", "par_num": "1",
                "line_num": str(number),
                "word_num": str(n),
            })  # fmt: skip
            left += 9 * len(word) + 9
    return out


_MAC_CODES = dict(zip("asdfhgzxcv", range(10), strict=True)) | dict(zip("bqweryt", range(11, 18), strict=True)) | {
    "o": 31, "u": 32, "i": 34, "p": 35, "l": 37, "j": 38, "k": 40, "n": 45, "m": 46, ".": 47, "-": 27, "@": 19,
}  # fmt: skip
