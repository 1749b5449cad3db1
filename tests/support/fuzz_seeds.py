"""Inputs that fuzzing starts from: small, most of them valid, of every kind that a reader may be asked to read."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def documents() -> list[bytes]:
    """JSON and log lines as recorders write them."""
    found = [
        path.read_bytes()[:2000].rpartition(b"\n")[0] for path in sorted((ROOT / "samples/office").glob("*.jsonl"))
    ]
    values: Sequence[Mapping[str, Any] | Sequence[Any]] = (
        [{"event_type": "down", "scan_code": 30, "name": "a", "time": 1.5, "modifiers": [], "is_keypad": False}],
        [{"type": 3, "data": {"source": 5, "id": 7, "text": "quentin", "isChecked": False}, "timestamp": 1700000000}],
        {"buckets": {"aw-watcher-window_h": {"id": "b", "type": "currentwindow", "hostname": "h", "events": [
            {"timestamp": "2024-01-01T00:00:00+00:00", "duration": 1.5, "data": {"app": "Mail", "title": "q"}}]}}},
        {"step_num": 1, "action": "pyautogui.write('quentin')", "screenshot_file": "step_1.png", "done": False},
    )  # fmt: skip
    found += [json.dumps(value).encode() for value in values]
    found.append(b"INFO:root:Key pressed: a\n2024-01-01 00:00:00,123: 'b'\nMouse position: (10, 20)\nKey.shift\n")
    return [data for data in found if data]


def pictures() -> list[bytes]:
    """One small picture of each kind that this build of OpenCV writes."""
    import cv2
    import numpy as np

    pixels = np.arange(24 * 20 * 3, dtype=np.uint8).reshape(24, 20, 3)
    kinds = (".png", ".jpg", ".webp", ".bmp", ".tiff", ".gif")
    found = []
    for kind in kinds:
        try:
            done, data = cv2.imencode(kind, pixels)
        except cv2.error:  # this build does not write it
            continue
        found += [data.tobytes()] if done else []
    return found


def tables() -> list[bytes]:
    """Parquet files in four compressions, and exports of ActivityWatch."""
    import pyarrow.parquet as pq

    samples = ROOT / "samples/statistics"
    table = pq.read_table(samples / "usage.parquet").slice(0, 5)
    found = []
    for compression in ("none", "snappy", "gzip", "zstd"):
        sink = io.BytesIO()
        pq.write_table(table, sink, compression=compression)
        found.append(sink.getvalue())
    return [*found, (samples / "desk-2.json").read_bytes(), b'{"buckets": {}}']


def databases() -> list[bytes]:
    """An SQLite database of events, one of a recorder, and a budget ledger."""
    from charges import release
    from event_store import fill_openadapt_events

    from dp.ledger import open_ledger
    from dp.terms import Currency

    found = []
    with tempfile.TemporaryDirectory(prefix="boundary-fuzz-") as folder:
        plain = Path(folder) / "plain.db"
        with sqlite3.connect(plain) as connection:
            connection.execute("CREATE TABLE event(id INTEGER PRIMARY KEY, time REAL, text TEXT, picture BLOB)")
            connection.execute("INSERT INTO event VALUES (1, 2.5, 'quentin', x'89504e47')")
        connection.close()
        found.append(plain.read_bytes())
        recorded = Path(folder) / "capture.db"
        with sqlite3.connect(recorded) as connection:
            fill_openadapt_events(connection, typed="quentin")
        connection.close()
        found.append(recorded.read_bytes())
        ledger = Path(folder) / "ledger.db"
        release(open_ledger(ledger, scope="fuzz", total=1_000_000, currency=Currency.PURE), "1")
        found.append(ledger.read_bytes())
    return found


def tokens() -> list[bytes]:
    """What the operator ``encrypt`` writes under a key of zeros."""
    from text_redact.operators.encrypt import Encrypt

    return [b"%s and more" % Encrypt(bytes(32))("PERSON", "Quentin" * times).encode() for times in (1, 40)]
