"""The process that does messages may end in any way: whoever asked is told a code, and the next message is done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from brokers import session
from plug_in import environment, install

SECRET = "kestrel"
POLICY = """\
policy: 1
name: plugged
limits: {seconds: 3}
find:
  - {use: plug.misbehaving%s}
  - {use: text.roles}
change: {default: {use: replace}}
"""
ASK = """\
import json, sys
from pathlib import Path
from boundary.live.hold import Hold
from boundary.streams.isolated import Isolated, Part, Whole
from boundary.streams.messages import LINES
from boundary.worker import Setup
from policies import load_policy
from recording.errors import BoundaryError

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    loaded = load_policy(str(folder / "p.yaml"))
    isolated = Isolated(Setup(loaded.sources, loaded.folder, bytes(32)), Hold(), seconds=3, memory_mb=700)
    for name in sys.argv[2:]:
        data = (folder / name).read_bytes()
        try:
            whole = isolated.ask(Whole(data, LINES), beat=lambda: None)
            said = [whole.withheld and whole.withheld.code, whole.lost, len(whole.parts)]
            if name in ("well", "raise", "die"):
                piece = isolated.ask(Part("s-" + name, "events.jsonl", data, True), beat=lambda: None)
                said += [(piece.withheld and piece.withheld.code) or sorted(piece.figures.withheld)]
        except BoundaryError as error:
            print(json.dumps([error.code]))
            break
        print(json.dumps(said))
    isolated.close()
"""
MODES = {
    "raise": ["step-raised", False, 0, ["step-raised"]],
    "die": ["worker-died", True, 0, "worker-died"],
    "hang": ["timeout", True, 0],
    "eat": ["out-of-memory", True, 0],
}
pytestmark = pytest.mark.slow


def _asked(folder: Path, *names: str) -> tuple[list[list[object]], str]:
    environ = environment(folder / "state", install(folder / "site"))
    (folder / "ask.py").write_text(ASK)
    done = subprocess.run(
        [sys.executable, str(folder / "ask.py"), str(folder), *names],
        env=environ, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stdout + done.stderr


def test_whatever_ends_the_process_costs_its_own_message(tmp_path: Path) -> None:
    """Recordings, and pieces of sessions: a code for each, nothing of the text in it, and the ones after it pass."""
    (tmp_path / "p.yaml").write_text(POLICY % "")
    for mode in MODES:
        (tmp_path / mode).write_bytes(session(f"do {mode} {SECRET}"))
    (tmp_path / "well").write_bytes(session("hello"))
    said, printed = _asked(tmp_path, "well", *MODES, "well")
    assert dict(zip(MODES, said[1:-1], strict=True)) == MODES
    assert said[0] == said[-1] == [None, False, 1, []]
    assert SECRET not in printed


def test_a_process_that_cannot_start_is_no_messages_fault(tmp_path: Path) -> None:
    """A plan that fails there alone ends it: no message becomes a dead letter for that."""
    (tmp_path / "p.yaml").write_text(POLICY % ", build: child")
    (tmp_path / "well").write_bytes(session("hello"))
    assert _asked(tmp_path, "well")[0] == [["worker-not-started"]]
