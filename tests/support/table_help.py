"""Parquet files, policies and results, for tests of tables and trajectories."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from boundary import Stage
from boundary.outcome import Release, Withheld
from boundary.stage import FILES
from policies.load import parse_policy
from policies.policy import Policy, PolicySource

EMPTY = "policy: 1\nname: nothing\n"
TEXT = """\
find: [{use: text.roles}, {use: text.pii}]
link: {within: session}
change: {default: {use: replace}}
"""
"""Lines of a policy that reads texts with patterns alone, which is fast."""


def policy_of(text: str) -> Policy:
    """A policy from its lines."""
    return parse_policy((PolicySource("p.yaml", text),), folder=Path.cwd())


def parquet(table: pa.Table, **options: object) -> bytes:
    """The bytes of a Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def table_of(data: bytes) -> pa.Table:
    """The table in a Parquet file."""
    return pq.read_table(io.BytesIO(data))


def png(width: int = 4, height: int = 3, shade: int = 200) -> bytes:
    """A grey picture without anything on it."""
    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def through(files: Mapping[str, bytes], policy: Policy | str) -> Release | Withheld:
    """What becomes of one recording that is handed in as bytes."""
    from boundary.pipeline import process
    from recording import SourceFile, parse_files

    stage = Stage(policy)
    plan = stage.plan()
    sources = {name: SourceFile(name, data) for name, data in files.items()}
    return process(lambda: parse_files("recording", sources, mappings=plan.policy.read), plan)


def released(files: Mapping[str, bytes], policy: Policy | str) -> Mapping[str, bytes]:
    """The files that leave; fails where the recording is withheld."""
    outcome = through(files, policy)
    assert isinstance(outcome, Release), outcome
    return outcome.files


def as_batch(files: Mapping[str, bytes]) -> pa.Table:
    """One recording as `boundary.Stage` takes it from an engine."""
    rows = [[{"name": name, "data": data} for name, data in files.items()]]
    return pa.table({"files": pa.array(rows, FILES)})


MAIL = "jane.doe@corp.example"
BOTH = ["text", *(pytest.param(name, marks=pytest.mark.slow) for name in ("baseline", "strict"))]
MAPPED = """\
policy: 1
name: mapped
{extends}read:
  unknown: {unknown}
  mappings:
    - files: "*.jsonl"
      time: {{column: ts, unit: ms}}
      kind: {{column: evt, values: {{kd: key_down, ku: key_up, paste: text, mm: move}}}}
      key: keyname
      text: pasted
      x: pos.left
      y: pos.top
      app: program
      window: caption
      field: label
      secure: hidden
      person: who
      texts: {{remark: description}}
      keep: [build]
{find}"""


def mapped(*, extends: str = "text", unknown: str = "scan") -> str:
    """A policy with a mapping; ``text`` stands for patterns alone."""
    above = "" if extends in {"", "text"} else f"extends: [{extends}]\n"
    return MAPPED.format(extends=above, unknown=unknown, find=TEXT if extends == "text" else "")


def policy_named(name: str) -> Policy | str:
    """A shipped policy, or the one of patterns alone."""
    return policy_of(f"policy: 1\nname: text\n{TEXT}") if name == "text" else name


def only(files: Mapping[str, bytes]) -> bytes:
    """The one file of a release, whatever it is called."""
    (data,) = files.values()
    return data


def rows_of(data: bytes) -> list[dict[str, object]]:
    """JSON lines as objects."""
    return [json.loads(line) for line in data.splitlines()]
