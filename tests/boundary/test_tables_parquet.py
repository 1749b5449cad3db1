"""Parquet files through the boundary: what is planted in any column does not leave, types and other rows stay."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from table_help import (
    BOTH,
    EMPTY,
    MAIL,
    TEXT,
    mapped,
    only,
    parquet,
    png,
    policy_named,
    policy_of,
    released,
    rows_of,
    table_of,
    through,
)

from boundary.outcome import Withheld

TABLE = pa.table(
    {
        "timestamp": pa.array([1_700_000_000_000_000 + n * 10**6 for n in range(4)], pa.timestamp("us", "UTC")),
        "note": ["fine", None, "", "good"],
        "label": pa.array(["aa", "bb", None, "aa"]).dictionary_encode(),
        "nested": pa.array([{"list": ["bb", "cc"], "n": 1}] * 4),
        "pairs": pa.array([[("kk", "vv")]] * 4, pa.map_(pa.string(), pa.string())),
        "bytes": pa.array([b"dd", b"ee", None, b""], pa.binary()),
        "born": pa.array([None, 1, 2, 3], pa.date32()),
        "score": [0.5, 1.5, None, 2.0],
    }
)


def planted(column: str, value: str) -> pa.Table:
    """The table with a value in one column of one row."""
    rows = TABLE.to_pylist()
    cell = {"nested": {"list": ["x", value], "n": 2}, "pairs": [("kk", value)], "bytes": value.encode()}.get(
        column, value
    )
    rows[1][column] = cell
    return pa.Table.from_pylist(rows, TABLE.schema)


@pytest.mark.parametrize("text", [EMPTY, mapped(extends="").replace("*.jsonl", "*.parquet")])
def test_an_empty_policy_leaves_every_row(text):
    """With a mapping and without, row groups included."""
    data = parquet(TABLE, row_group_size=3)
    (out,) = released({"t.parquet": data}, policy_of(text)).values()
    assert table_of(out).schema.equals(TABLE.schema)
    assert table_of(out).equals(TABLE)


@pytest.mark.parametrize("column", ["note", "label", "nested", "pairs", "bytes"])
@pytest.mark.parametrize("policy", BOTH)
def test_nothing_leaves_by_any_column_of_parquet(policy, column):
    """Texts, dictionaries, lists in objects, maps, bytes: the file's raw bytes hold none of it, nor its statistics."""
    data = parquet(planted(column, f"to {MAIL}"), compression="none", row_group_size=2)
    assert MAIL.encode() in data
    (out,) = released({"t.parquet": data}, policy_named(policy)).values()
    assert b"jane" not in out
    assert b"corp.example" not in out
    assert table_of(out).schema.equals(TABLE.schema)
    assert table_of(out)["score"].equals(TABLE["score"])


def test_unknown_columns_of_parquet_are_emptied():
    """Strings of columns that nobody declared; numbers and times stay."""
    policy = policy_of("policy: 1\nname: p\nread: {unknown: drop}\n" + TEXT)
    (out,) = released({"t.parquet": parquet(TABLE)}, policy).values()
    row = table_of(out).to_pylist()[0]
    assert (row["note"], row["nested"], row["bytes"]) == ("fine", {"list": ["", ""], "n": 1}, b"")
    assert row["timestamp"] == TABLE.to_pylist()[0]["timestamp"]


def test_long_lists_of_numbers_do_not_pass_unless_they_are_kept():
    """An embedding tells the text that it was made of, and a picture may be written as numbers."""
    table = pa.table({"vector": [[0.5] * 80, None], "pixels": [[[1] * 10] * 10, [[2]]], "few": [[1, 2]] * 2})
    keep = "policy: 1\nname: k\nread: {mappings: [{files: '*.parquet', keep: [vector]}]}\n" + TEXT
    (dropped,) = table_of(only(released({"t.parquet": parquet(table)}, policy_named("text")))).slice(0, 1).to_pylist()
    (kept,) = table_of(only(released({"t.parquet": parquet(table)}, policy_of(keep)))).slice(0, 1).to_pylist()
    assert dropped == {"vector": None, "pixels": None, "few": [1, 2]}
    assert kept == {"vector": [0.5] * 80, "pixels": None, "few": [1, 2]}


def test_a_name_of_a_column_that_tells_something_withholds_the_file():
    """It cannot be changed, since every reader knows it."""
    outcome = through({"t.parquet": parquet(pa.table({MAIL: ["x y"]}))}, policy_named("text"))
    assert isinstance(outcome, Withheld)


def test_pictures_that_nobody_reads_leave_their_rows():
    """A policy without a step for screens: the column is null, the rows stay, and their texts are scanned."""
    table = pa.table({"shot": pa.array([png(), png(shade=9)], pa.binary()), "note": ["fine", f"to {MAIL}"]})
    policy = policy_of("policy: 1\nname: t\nfind: [{use: text.pii}]\nchange: {default: {use: redact}}\n")
    out = only(released({"t.parquet": parquet(table)}, policy))
    assert table_of(out)["shot"].to_pylist() == [None, None]
    assert b"jane" not in out


def test_pictures_of_a_file_pass_where_nothing_is_looked_for():
    """Byte for byte."""
    table = pa.table({"shot": pa.array([png(), None, png(shade=9)], pa.binary()), "note": ["a b", "c d", "e f"]})
    (out,) = released({"t.parquet": parquet(table)}, policy_of(EMPTY)).values()
    assert table_of(out).equals(table)


def keyboard(text: str, times: pa.Array) -> pa.Table:
    """Keys pressed one after another, in columns that recorders use."""
    names = [name for char in text for name in (char, char)]
    return pa.table(
        {
            "timestamp": times.take(pa.array(range(len(names)))),
            "action": ["press", "release"] * len(text),
            "name": names,
            "x": pa.array([None] * len(names), pa.float64()),
        }
    )


CLOCKS = {
    "moments": pa.array([1_700_000_000_000 + 110 * n for n in range(400)], pa.timestamp("ms", "UTC")),
    "seconds": pa.array([1_700_000_000.25 + 0.11 * n for n in range(400)]),
    "milliseconds": pa.array([1_700_000_000_000 + 110 * n for n in range(400)]),
}


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("timing", ["", ", timing: {use: resample}"])
def test_keys_in_parquet_are_typed_text(clock, timing):
    """An address is typed anew, in rows of the same types and with times on the same clock."""
    table = keyboard(f"to {MAIL} and so on", CLOCKS[clock])
    policy = policy_of(f"policy: 1\nname: k\n{TEXT}".replace("{use: replace}}", f"{{use: replace}}{timing}}}"))
    out = table_of(only(released({"k.parquet": parquet(table)}, policy)))
    typed = "".join(row["name"] for row in out.to_pylist() if row["action"] == "press")
    assert "jane" not in typed
    assert "EMAIL_ADDRESS" in typed.upper()
    assert out.schema.equals(table.schema)
    assert out["timestamp"].null_count == 0
    assert out["timestamp"].combine_chunks().equals(table["timestamp"].combine_chunks()) is False


@pytest.mark.slow
def test_screenshots_are_covered_and_put_back():
    """In a binary column, and beside the steps of an agent: an address on them is gone, the picture is in its place."""
    import cv2
    import numpy as np

    pixels = np.full((120, 640, 3), 255, np.uint8)
    cv2.putText(pixels, MAIL, (20, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0, 0, 0), 2)
    shot = cv2.imencode(".png", pixels)[1].tobytes()
    table = pa.table({"shot": pa.array([shot, None], pa.binary()), "note": ["aa", "bb"]})
    (covered, nothing) = table_of(only(released({"t.parquet": parquet(table)}, "baseline")))["shot"].to_pylist()
    assert nothing is None
    assert covered.startswith(b"\x89PNG")
    assert covered != shot
    steps = {
        "traj.jsonl": json.dumps({"step_num": 1, "action": "WAIT", "screenshot_file": "step_1.png"}).encode() + b"\n"
    }
    out = released(
        {**steps, "step_1.png": shot}, policy_of("policy: 1\nname: n\nextends: [baseline]\nrelease: {names: neutral}\n")
    )
    (row,) = rows_of(out["traj.jsonl"])
    assert out[str(row["screenshot_file"])] != shot
