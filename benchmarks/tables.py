"""Tables: rows a second of Parquet, read and written again, and of a vendor's JSON lines, against plain loops.

Ours also finds the bytes of every row and of every text in it; the loops parse or write, and keep nothing.
"""

from __future__ import annotations

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks._harness import Result, Speed, compare
from recording import Mappings, SourceFile, TableMapping, parse_files
from recording.stores.parquet import STORE

ROWS = 50_000
QUICK = 200
VENDOR = TableMapping(
    files=("*.jsonl",), time="ts", unit="ms", kind="evt", kinds=(("mm", "move"), ("kd", "key_down"), ("ku", "key_up")),
    key="key", x="x", y="y", app="app",
)  # fmt: skip


def run(*, quick: bool) -> Result:
    """Rows of mouse and keys with the application that has the focus, 98 % of them moves."""
    size, rounds = (QUICK, 1) if quick else (ROWS, 5)
    table = _table(size)
    data = io.BytesIO()
    pq.write_table(table, data)
    lines = "".join(json.dumps(row) + "\n" for row in table.to_pylist()).encode()
    return Result(speeds=(_read(data.getvalue(), size, rounds), _write(data.getvalue(), size, rounds),
                          _mapped(lines, size, rounds)))  # fmt: skip


def _table(size: int) -> pa.Table:
    rng = np.random.default_rng(7)
    move = rng.random(size) < 0.98
    return pa.table(
        {
            "ts": pa.array(1_700_000_000_000 + np.arange(size) * 8),
            "evt": np.where(move, "mm", np.where(np.arange(size) % 2, "kd", "ku")),
            "key": [None if moved else "abcdefgh"[at % 8] for at, moved in enumerate(move)],
            "x": rng.integers(0, 1920, size),
            "y": rng.integers(0, 1080, size),
            "app": pa.array(["Mail", "Crm"]).take(pa.array(rng.integers(0, 2, size))),
        }
    )


def _read(data: bytes, size: int, rounds: int) -> Speed:
    files, mappings = {"t.parquet": SourceFile("t.parquet", data)}, Mappings(tables=(_for_parquet(),))

    def ours() -> None:
        _counted(len(parse_files("t", files, mappings=mappings).events), size)

    def theirs() -> None:
        for row in pq.read_table(io.BytesIO(data)).to_pylist():
            json.dumps(row)

    return compare(case="Parquet, read", unit="row", work=size, peer="to_pylist and json.dumps", ours=ours,
                   theirs=theirs, rounds=rounds)  # fmt: skip


def _write(data: bytes, size: int, rounds: int) -> Speed:
    source = SourceFile("t.parquet", data)
    unpacked = STORE.unpack(source, {}, max_bytes=2**30)
    files = {name: part.read() for name, part in unpacked.items()}
    lines = files["rows.jsonl"].splitlines()

    def ours() -> None:
        _counted(pq.ParquetFile(io.BytesIO(STORE.pack(source, {}, files))).metadata.num_rows, size)

    def theirs() -> None:
        pq.write_table(pa.Table.from_pylist([json.loads(line) for line in lines]), io.BytesIO())

    return compare(case="Parquet, written again", unit="row", work=size, peer="json.loads and from_pylist", ours=ours,
                   theirs=theirs, rounds=rounds)  # fmt: skip


def _mapped(lines: bytes, size: int, rounds: int) -> Speed:
    files, mappings = {"t.jsonl": SourceFile("t.jsonl", lines)}, Mappings(tables=(VENDOR,))

    def ours() -> None:
        _counted(len(parse_files("t", files, mappings=mappings).events), size)

    def theirs() -> None:
        for line in lines.splitlines():
            json.loads(line)

    return compare(case="JSON lines with a mapping, read", unit="row", work=size, peer="json.loads per line", ours=ours,
                   theirs=theirs, rounds=rounds)  # fmt: skip


def _for_parquet() -> TableMapping:
    from dataclasses import replace

    return replace(VENDOR, files=("*.parquet",))


def _counted(found: int, size: int) -> None:
    if found != size:
        raise ValueError(f"{found} rows of {size}")
