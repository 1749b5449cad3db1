"""A NATS server for a test, the consumer as a program, and sessions to consume."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from needs import needs

from benchmarks._brokers import Server, program, server
from benchmarks._harness import Skip

__all__ = ["POLICY", "Server", "consuming", "nats_server", "server", "session"]

POLICY = """\
policy: 1
name: flowing
find:
  - {use: text.roles}
  - {use: text.list, label: EMAIL_ADDRESS, values: [ines.halloran@corp.example]}
link: {within: session}
change: {default: {use: replace}}
"""


def nats_server() -> str:
    """The program; the test is skipped where it or the client is not installed."""
    needs("nats")
    try:
        return program()
    except Skip as absent:
        pytest.skip(str(absent))


def consuming(url: str, policy: Path, *more: str, state: Path) -> subprocess.Popen[bytes]:
    """``boundary consume`` as a process of its own."""
    told = [sys.executable, "-c", "from boundary.cli import main; main()", "consume", url, "--policy", str(policy)]
    told += ["--from", "raw", "--to", "clean", "--dead-letter", "dead", *more]
    environment = {**os.environ, "BOUNDARY_STATE": str(state), "OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    return subprocess.Popen(told, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def session(text: str, start: float = 100.0) -> bytes:
    """Event lines of somebody who types a text."""
    lines = []
    for number, char in enumerate(text):
        name = {" ": "space", "\n": "enter"}.get(char, char)
        for half, action in enumerate(("press", "release")):
            when = round(start + 0.1 * number + 0.04 * half, 3)
            lines.append(json.dumps({"time_stamp": when, "action": action, "name": name}))
    return "".join(f"{line}\n" for line in lines).encode()
