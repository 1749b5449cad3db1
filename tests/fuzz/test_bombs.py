"""Small inputs that ask for much: memory, time, files elsewhere. docs/security.md has the others ("Hostile input")."""

from __future__ import annotations

import gzip
import io
import json
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from boundary.detect import detect_lines
from boundary.outcome import Release, Report, Withheld
from boundary.pipeline import process
from boundary.plan import Plan, build_plan
from boundary.writer import write_release
from image_redact.decode import decode
from policies import PolicySource, parse_policy
from recording import SourceFile, open_recording, parse_files
from recording.errors import BoundaryError, InputError

LITTLE_MB = 100


@contextmanager
def _little() -> Iterator[None]:
    """What is done inside adds little to the largest size that this process ever had."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024 < LITTLE_MB


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Roles alone: whoever is secure, and host names."""
    text = "policy: 1\nname: bombs\nfind: [{use: text.roles}]\nchange: {default: {use: replace}}\n"
    return build_plan(parse_policy((PolicySource("bombs.yaml", text),), folder=Path()), key=bytes(32))


def _zeros(mib: int) -> bytes:
    """That many MiB of zeros, packed a thousand to one, without ever having them."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(mib)) + packer.flush()


def _png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in ((b"IHDR", header), *chunks, (b"IEND", b"")))


@pytest.mark.parametrize(
    "kind", [b"IDAT", pytest.param(b"zTXt", marks=pytest.mark.slow), pytest.param(b"iCCP", marks=pytest.mark.slow)]
)
def test_compressed_data_stop_where_the_header_ends(kind: bytes) -> None:
    """An eighth of a gigabyte behind 128 KB, as pixels, text or profile of a picture of 16 pixels, is not unpacked."""
    data = _zeros(128)
    small = (b"IDAT", zlib.compress(bytes(4 * 13)))
    chunks = [(kind, data)] if kind == b"IDAT" else [(kind, b"name\0\0" + data), small]
    with _little():
        if kind == b"IDAT":
            with pytest.raises(InputError, match="image-"):
                decode(_png(4, 4, *chunks))
        else:
            assert decode(_png(4, 4, *chunks)).shape == (4, 4, 3)


def test_packed_files_are_not_unpacked(tmp_path: Path, plan: Plan) -> None:
    """A recording in gzip is no recording: nothing here unpacks archives, so none can burst or write elsewhere."""
    packed = gzip.compress(b'{"time_stamp": 1.0, "action": "move", "x": 1, "y": 2}\n' * 10)
    (tmp_path / "events.jsonl").write_bytes(packed)
    (tmp_path / "more.tar.gz").write_bytes(packed)
    verdict = process(lambda: open_recording(tmp_path), plan)
    assert isinstance(verdict, Withheld)
    assert verdict.code in {"binary-file", "invalid-utf8"}


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"time_stamp": ' + b"9" * 200_000 + b', "action": "move", "x": 1, "y": 2}',
        b'{"time_stamp": 1.0, "action": "move", "x": 1e' + b"9" * 50_000 + b', "y": -1e999}',
        b'{"time_stamp": 1.0, "action": "press", "name": "' + b"a" * 1_000_000 + b'"}',
        b'{"time_stamp": 1.0, "action": "press", "name": "' + b"\\ud800" * 50_000 + b'"}',
        b'{"time_stamp": 1.0' + b', "a": 1' * 10_000 + b"}",
        b'{"time_stamp": NaN, "action": "move", "x": Infinity, "y": -Infinity}',
    ],
    ids=["arrays", "objects", "digits", "exponent", "key", "surrogates", "members", "no-numbers"],
)  # fmt: skip
def test_a_line_that_asks_for_much_ends_in_a_verdict(line: bytes, plan: Plan) -> None:
    """Depth, digits, length and members: read as they stand, or refused with a code; never an error nobody meant."""
    files = {"events.jsonl": SourceFile("events.jsonl", line + b"\n")}
    with _little():
        verdict = process(lambda: parse_files("bomb", files), plan)
    assert not isinstance(verdict, Withheld) or verdict.code not in {"step-raised", "worker-failed"}


def test_numbers_without_end_are_refused_by_detect(plan: Plan) -> None:
    """Python refuses to read a number of more than 4,300 digits; the line is told, the next is read."""
    lines = [
        b'{"id": ' + b"9" * 10_000 + b', "text": "x"}',
        b"[" * 100_000,
        json.dumps({"id": 2, "text": "x"}).encode(),
    ]
    told = [json.loads(line) for line, _ in detect_lines(lines, plan)]
    assert [one.get("error") for one in told] == ["json-syntax", "json-syntax", None]


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "a/../../outside", "..", "a/.."])
def test_no_name_leads_out_of_the_output(name: str, tmp_path: Path) -> None:
    """Whatever a file of a release is called, nothing is written beside its folder."""
    folder = tmp_path / "out" / "one"
    (tmp_path / "out").mkdir()
    with pytest.raises((BoundaryError, OSError)) as caught:
        write_release(Release({name: b"x"}, Report(), "", {}), folder)
    assert not isinstance(caught.value, BoundaryError) or caught.value.code == "path-escapes"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_a_table_that_unpacks_to_gigabytes_ends_with_a_code(tmp_path: Path) -> None:
    """A Parquet file of some KB that stands for 8 GB of text is counted, or refused, within 3 GB more."""
    rows = 4_000_000
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 2_000]))
    days = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["2026-01-01"]))
    table = pa.table({"employee": texts, "program": days, "date": days, "active_s": pa.array([1] * rows)})
    file = tmp_path / "bomb.parquet"
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", store_schema=False)
    file.write_bytes(sink.getvalue())
    assert file.stat().st_size < 2_000_000
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from boundary.plan import build_plan\n"
        "from boundary.counting import Count, Counted, count\n"
        "from policies import load_policy\n"
        "plan = build_plan(load_policy('samples/statistics/parquet.yaml'), key=bytes(32))\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 3 * 2**30,) * 2)\n"
        "done = count(Count(Path(sys.argv[1]), 'parquet'), plan)\n"
        "print('counted' if isinstance(done, Counted) else done.code)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], cwd=root, capture_output=True, text=True, check=False, timeout=250
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() in {"counted", "out-of-memory", "dp-memory", "unreadable", "too-large"}
