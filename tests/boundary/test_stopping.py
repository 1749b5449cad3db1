"""A run that is stopped leaves whole recordings, or none."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from plug_in import command, environment, install
from tiny_recording import Desk, contents

POLICY = "policy: 1\nname: plugged\nfind:\n  - use: plug.misbehaving\nchange: {default: {use: replace}}\n"


def alive(pid: int) -> bool:
    """Whether a process runs and is no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_leaves_no_staging_and_no_half_recording(sent: signal.Signals, tmp_path: Path) -> None:
    """What was released before stays whole; what was in work is gone, and so is the process that worked on it."""
    for number, text in enumerate(["hello", "do wait", "goodbye"]):
        Desk().window("Notes", "Notes").into("Body").type(text).save(tmp_path / "batch" / f"r{number}")
    (tmp_path / "p.yaml").write_text(POLICY)
    ready, out = tmp_path / "ready", tmp_path / "out"
    site = install(tmp_path / "site")
    # Started in the background of a shell, the tests ignore Ctrl-C, and would hand that on.
    heeding = ["env", "--default-signal=INT"] if sent is signal.SIGINT else []
    running = subprocess.Popen(
        heeding + command("run", tmp_path / "batch", "-p", tmp_path / "p.yaml", "-o", out, "--workers", 1),
        env=environment(tmp_path / "state", site) | {"PLUG_IN_READY": str(ready)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not (ready.exists() and ready.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        # A terminal's Ctrl-C reaches the whole group, a scheduler's SIGTERM the program alone.
        (os.killpg if sent is signal.SIGINT else os.kill)(running.pid, sent)
        _, complained = running.communicate(timeout=30)
    finally:
        running.kill()
    assert running.returncode == 130
    assert b"Traceback" not in complained
    assert b"half-done" in complained
    assert b"--resume" in complained
    assert set(contents(out)) - {"run.journal"} == {
        f"recordings/r0/{name}" for name in ("element.jsonl", "events.jsonl", "metadata.json", "top_window.jsonl")
    }
    assert {path.name for path in out.iterdir()} == {"recordings", "run.journal"}
    time.sleep(0.2)
    assert not alive(int(ready.read_text()))
