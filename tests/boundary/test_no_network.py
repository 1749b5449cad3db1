"""Nothing at run time needs a network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from plug_in import boundary, deafen, environment
from tiny_recording import Desk, picture


@pytest.mark.parametrize(
    "call", ["socket.create_connection(('127.0.0.1', 9))", "socket.socket()", "socket.getaddrinfo('a', 1)"]
)
def test_the_guard_of_these_tests_refuses_sockets(call: str, tmp_path: Path) -> None:
    """Where the guard is on the path, a Python process cannot make a connection."""
    environ = environment(tmp_path, deafen(tmp_path / "site"))
    done = subprocess.run(
        [sys.executable, "-c", f"import socket; {call}"], env=environ, capture_output=True, check=False
    )
    assert b"no network here" in done.stderr


@pytest.mark.slow
def test_a_whole_run_with_every_step_works_without_sockets(tmp_path: Path, full_policy: Path) -> None:
    """Text, screens and a statistic go through the command line and its worker where sockets are forbidden."""
    desk = Desk().window("Mail", "Inbox").into("Body").type("to rosalind.okafor@example.org, thanks").mouse()
    desk.shot("shots/1.png", picture("rosalind.okafor@example.org", "kind regards")).save(tmp_path / "batch" / "r")
    done = boundary(
        "run", tmp_path / "batch", "-p", full_policy, "-o", tmp_path / "out",
        state=tmp_path / "state", path=(deafen(tmp_path / "site"),),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    found = manifest["recordings"][0]["report"]["findings"]
    assert {"typed", "screen"} <= set(found["EMAIL_ADDRESS"])
    assert (tmp_path / "out" / "aggregates" / "per-app.json").exists()


def test_detecting_in_text_works_without_sockets(tmp_path: Path) -> None:
    """Presidio's e-mail recognizer uses the shipped list of public suffixes and does not fetch one."""
    done = boundary(
        "detect", "--format", "text", "-", "-p", "baseline",
        state=tmp_path / "state", path=(deafen(tmp_path / "site"),), stdin=b"to rosalind.okafor@example.co.uk",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [f["entity"] for f in json.loads(done.stdout)["findings"]] == ["EMAIL_ADDRESS"]
