"""What is settled before a database is built: the lines that change and no others, digests that stay, bytes that go."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorder_databases import fill_openadapt, fill_screenpipe
from store_help import inside, made, opened, packed

from recording import SourceFile
from recording.errors import InputError
from recording.stores import settle

SQLX = "version BIGINT, description TEXT, installed_on TIMESTAMP, success BOOLEAN, checksum BLOB, execution_time BIGINT"


@pytest.mark.parametrize(
    ("table", "columns", "size", "stays"),
    [
        ("_sqlx_migrations", SQLX, 48, True),
        ("_sqlx_migrations", SQLX, 47, False),
        ("_sqlx_migrations", SQLX, 49, False),
        ("_sqlx_migrations", SQLX + ", note TEXT", 48, False),
        ("_sqlx_migrations", SQLX.replace("success", "succeeded"), 48, False),
        ("sqlx_migrations", SQLX, 48, False),
    ],
)
def test_digests_of_migrations_stay_and_no_other_bytes(table: str, columns: str, size: int, stays: bool) -> None:
    """SHA-384 in sqlx's own table, which screenpipe asks for; anything larger, smaller or elsewhere is gone."""
    more = f"DROP TABLE _sqlx_migrations; CREATE TABLE {table} ({columns});"
    more += f"INSERT INTO {table}(version, checksum, execution_time) VALUES (1, x'{'5a' * size}', 9);"
    data = made(fill_screenpipe, more)
    with closing(opened(packed("db.sqlite", data, inside("db.sqlite", data)))) as db:
        kept = db.execute(f"SELECT checksum FROM {table}").fetchall()
    assert kept == [(b"\x5a" * size if stays else None,)]


def test_bytes_do_not_get_in_under_another_column() -> None:
    """A line that claims to hold a digest where none can be is refused when the database is built."""
    data = made(fill_screenpipe)
    files = inside("db.sqlite", data)
    files["tags.jsonl"] = files["tags.jsonl"].replace(b'"name": "invoice"', b'"name": {"blob": "' + b"5a" * 48 + b'"}')
    assert b"blob" in files["tags.jsonl"]
    with pytest.raises(InputError) as caught:
        packed("db.sqlite", data, files)
    assert caught.value.code == "database-rows"


@settings(max_examples=10, deadline=None)
@given(st.sets(st.integers(0, 11), max_size=4))
def test_settling_writes_the_lines_that_changed_and_no_others(gone: set[int]) -> None:
    """Whichever rows go: a line of which nothing changes stays to the byte, and numbers and parents fit together."""
    source = made(fill_openadapt)
    files = inside("recording.db", source)
    lines = files["action_event.jsonl"].splitlines(keepends=True)
    files["action_event.jsonl"] = b"".join(line for number, line in enumerate(lines) if number not in gone)
    settled = settle("recording.db", {"recording.db": SourceFile("recording.db", source)}, files)
    assert settled["window_event.jsonl"] is files["window_event.jsonl"]
    now = settled["action_event.jsonl"].splitlines(keepends=True)
    rows = [json.loads(line) for line in now]
    assert [row["id"] for row in rows] == list(range(1, len(lines) - len(gone) + 1))
    assert {row["parent_id"] for row in rows} <= {None, *range(1, len(rows) + 1)}
    if not gone:
        assert now == lines
