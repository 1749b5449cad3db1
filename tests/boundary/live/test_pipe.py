"""``boundary stream``: a pipe in, a pipe out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

POLICY = """\
policy: 1
name: piped
find:
  - {use: text.roles}
  - {use: text.list, values: [halloran4815larkspur]}
link: {within: session}
change: {default: {use: replace}}
"""
pytestmark = pytest.mark.slow  # a program of its own that loads its libraries
TIMING = "change: {timing: {use: resample}, "


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy that knows one value."""
    (tmp_path / "piped.yaml").write_text(POLICY)
    return tmp_path / "piped.yaml"


def piped(policy: Path, *more: str) -> subprocess.Popen[bytes]:
    """The program, waiting for events."""
    told = [sys.executable, "-c", "from boundary.cli import main; main()", "stream", "--policy", str(policy), *more]
    environment = {**os.environ, "BOUNDARY_STATE": str(policy.parent / "state")}
    return subprocess.Popen(
        told, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def typing(text: str, start: float) -> bytes:
    """Presses and releases."""
    records = [
        {"time_stamp": round(start + 0.1 * number + half, 3), "action": action, "name": {" ": "space"}.get(char, char)}
        for number, char in enumerate(text)
        for half, action in ((0.0, "press"), (0.05, "release"))
    ]
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def moves(count: int, start: float) -> bytes:
    """Mouse moves."""
    return b"".join(
        b'{"time_stamp": %.2f, "action": "move", "x": %d, "y": 1}\n' % (start + n / 100, n) for n in range(count)
    )


def test_what_comes_through_the_pipe_is_cleared(policy: Path) -> None:
    """Exit code 0, the value gone, figures on standard error and no content there."""
    out, said = piped(policy).communicate(typing("ask halloran4815larkspur now", 1.0) + moves(500, 9.0), timeout=100)
    assert b"moves" not in said
    assert out.count(b'"move"') == 500
    keys = "".join(record["name"] for record in map(json.loads, out.splitlines()) if record["action"] == "press")
    assert "larkspur" not in keys
    assert keys.startswith("ask")
    assert b"1 places covered" in said


def test_the_pipe_tells_metrics_and_a_log_without_content(policy: Path, tmp_path: Path) -> None:
    """`--metrics --log json --traces`: lines of JSON and no summary, a file of counts, and nothing typed in either."""
    pytest.importorskip("prometheus_client")
    pytest.importorskip("opentelemetry")
    told = ("--metrics", str(tmp_path / "m.prom"), "--log", "json", "--traces")
    events = typing("ask halloran4815larkspur now", 1.0) + moves(500, 9.0)
    _, said = piped(policy, *told).communicate(events, timeout=100)
    lines = [json.loads(line) for line in said.splitlines()]
    text = (tmp_path / "m.prom").read_text()
    assert [line["event"] for line in lines] == ["released", "done"]
    assert "boundary_stream_events_total 556.0" in text
    assert "boundary_stream_findings_total{" in text
    assert "boundary_stream_events_held 0.0" in text
    assert "larkspur" not in text + said.decode()


def test_a_signal_lets_nothing_out_that_is_held(policy: Path) -> None:
    """What was typed lately is held; SIGTERM ends the program, and it stays inside."""
    process = piped(policy, "--hold-events", "512")
    assert process.stdin is not None
    process.stdin.write(moves(2000, 1.0) + typing("ask halloran4815larkspur now", 30.0))
    process.stdin.flush()
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    out = process.stdout.read()
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert b"press" not in first + out
    whole = out[: out.rfind(b"\n") + 1]  # a signal may cut the line that is on its way
    assert all(json.loads(line)["action"] == "move" for line in whole.splitlines())


def test_policies_and_bounds_that_do_not_work_are_refused_at_once(policy: Path) -> None:
    """Exit codes 3 and 2, with the code."""
    timed = policy.with_name("timed.yaml")
    timed.write_text(POLICY.replace("change: {", TIMING))
    _, said = (process := piped(timed)).communicate(timeout=100)
    assert (process.returncode, b"stream-timing" in said) == (3, True)
    _, said = (process := piped(policy, "--hold-events", "1")).communicate(timeout=100)
    assert (process.returncode, b"stream-hold" in said) == (2, True)


def test_a_line_that_is_no_event_gives_a_code_and_exit_code_one(policy: Path) -> None:
    """Nothing of it stands anywhere."""
    process = piped(policy)
    out, said = process.communicate(b"halloran4815larkspur is no event\n" + moves(10, 1.0), timeout=100)
    assert process.returncode == 1
    assert json.loads(out)["code"] == "json-syntax"
    assert b"larkspur" not in out + said
