"""A batch of recordings, tables of events, and the policies that tests of engines take them through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tiny_recording import Desk

SECRET = "rosalind.okafor@example.org"
REDACT = """\
policy: 1
name: engines
person: user_id
find:
  - {use: text.roles}
  - {use: text.pii, entities: [EMAIL_ADDRESS]}
change:
  default: {use: pseudonym}
  timing: {use: resample}
"""
DIE_ONCE = REDACT.replace("change:", "  - {use: plug.misbehaving}\nchange:")
# So dear that where a person adds no more than 1 the noise is 0 but for one time in 10**12.
COUNT = """\
policy: 1
name: engine-statistics
person: {person}
release:
  budget: {{scope: tests, epsilon: 100}}
  aggregates:
    - {{use: dp.count_events, id: per-app, keys: [Mail, Crm], max_groups: 1, max_per_group: {most}, epsilon: 30}}
    - {{use: dp.count_users, id: people, epsilon: 30}}
"""


def recordings(folder: Path) -> Path:
    """Seven recordings of three people, one of which cannot be read."""
    for number in range(6):
        desk = Desk(user=f"plover-{number % 3}").window("Mail" if number % 2 else "Crm", "Inbox").into("Body")
        desk.type(f"no {number} to {SECRET}").mouse(2 + number).save(folder / f"r{number}")
    (folder / "broken").mkdir()
    (folder / "broken" / "events.jsonl").write_text('{"time_stamp": 1, "action"')
    return folder


def dying(folder: Path) -> Path:
    """Recordings the first of which kills the process that reads it, once."""
    for number in range(4):
        words = "do die once" if number == 0 else "go on"
        Desk().window("Mail", words).into("Body").type(f"{number} {SECRET}").save(folder / f"d{number}")
    return folder


def events(rows: int) -> pa.Table:
    """Events of eleven people, spread over all rows, with a column that nobody asked for."""
    numbers = range(rows)
    apps = [("Mail", "Crm", "Diary")[(n * n) % 3] for n in numbers]
    return pa.table({"dev": [f"d{(n * 7) % 11}" for n in numbers], "app": apps, "title": [SECRET] * rows})


def write_events(file: Path) -> Path:
    """The same as a Parquet file."""
    pq.write_table(events(1500), file)
    return file


def policy(folder: Path, text: str) -> Path:
    """A policy's file."""
    folder.mkdir(exist_ok=True)
    place = folder / f"{abs(hash(text))}.yaml"
    place.write_text(text)
    return place


def cut(table: pa.Table, sizes: list[int]) -> Iterator[pa.Table]:
    """A table in pieces of these sizes, again and again."""
    start = turn = 0
    while start < table.num_rows:
        size = max(1, sizes[turn % len(sizes)])
        yield table.slice(start, size)
        start, turn = start + size, turn + 1
