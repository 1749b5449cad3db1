"""The process that reads recordings may die, hang or talk: the run goes on, and nobody hears it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plug_in import boundary, install
from tiny_recording import Desk, left_of

SECRET = "kestrel Tr0ub4dor"
POLICY = """\
policy: 1
name: plugged
limits: {seconds: 8}
find:
  - {use: plug.misbehaving%s}
  - {use: text.roles}
change: {default: {use: replace}}
"""
MODES = {
    "raise": "step-raised",
    "talk": "worker-failed",
    "die": "quarantined",
    "leave": "quarantined",
    "abort": "quarantined",
    "hang": "quarantined",
    "eat": "quarantined",
}
TWICE = ["worker-died", "worker-died", "worker-died", "timeout", "out-of-memory"]


def _recording(text: str) -> Desk:
    return Desk().window("Notes", "Notes").into("Body").type(text).mouse()


@pytest.fixture
def plugged(tmp_path: Path) -> Path:
    """Folder with the misbehaving distribution."""
    return install(tmp_path / "site")


@pytest.mark.slow
def test_a_run_outlives_every_way_in_which_its_worker_can_end(tmp_path: Path, plugged: Path) -> None:
    """Killed, left, aborted, hanging, talking or eating workers cost their own recording, and no other."""
    names = ["hello", *(f"do {mode} {SECRET}" for mode in MODES), "goodbye"]
    for number, text in enumerate(names):
        _recording(text).save(tmp_path / "batch" / f"r{number}")
    (tmp_path / "p.yaml").write_text(POLICY % "")
    out = tmp_path / "out"
    done = boundary(
        "run", tmp_path / "batch", "-p", tmp_path / "p.yaml", "-o", out, "--memory", 700,
        state=tmp_path / "state", path=(plugged,),
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    said = [json.loads(line) for line in (out / "withheld.jsonl").read_text().splitlines()]
    assert [line["code"] for line in said] == list(MODES.values())
    assert [line["first"] for line in said if "first" in line] == TWICE
    assert [line["source"] for line in said] == list(range(2, 9))
    assert len(list((out / "recordings").iterdir())) == 2
    values = [SECRET, SECRET.split()[1], "tern-02", "plover-11", "2603023498100"]
    assert left_of(values, out, done.stdout, done.stderr) == []
    assert {path.name for path in out.iterdir()} == {"recordings", "manifest.json", "withheld.jsonl"}
    assert not list(tmp_path.rglob("core*"))


def test_a_policy_whose_step_cannot_be_built_is_refused_with_exit_code_3(tmp_path: Path, plugged: Path) -> None:
    """Nothing is read and nothing is made where a model is missing."""
    _recording("hello").save(tmp_path / "r")
    (tmp_path / "p.yaml").write_text(POLICY % ", build: here")
    done = boundary(
        "run", tmp_path / "r", "-p", tmp_path / "p.yaml", "-o", tmp_path / "out", state=tmp_path / "s", path=(plugged,)
    )
    assert done.returncode == 3
    assert "p.yaml:5:" in done.stderr
    assert "step-not-built" in done.stderr
    assert "model.bin" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_recordings_are_withheld_where_the_worker_cannot_build_what_we_could(tmp_path: Path, plugged: Path) -> None:
    """A plan that fails in the worker alone is each recording's verdict."""
    _recording("hello").save(tmp_path / "r")
    (tmp_path / "p.yaml").write_text(POLICY % ", build: child")
    done = boundary(
        "run", tmp_path / "r", "-p", tmp_path / "p.yaml", "-o", tmp_path / "out", state=tmp_path / "s", path=(plugged,)
    )
    assert done.returncode == 1
    assert json.loads((tmp_path / "out" / "withheld.jsonl").read_text())["code"] == "step-not-built"


@pytest.mark.parametrize("arguments", [("doctor",), ("detect", "-p", "baseline")])
def test_a_plug_in_that_cannot_be_imported_is_named(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A broken distribution is an error with its name, not a traceback."""
    site = install(tmp_path / "site", entry="plug_in_steps:NOTHING")
    done = boundary(*arguments, state=tmp_path / "s", path=(site,))
    assert done.returncode == (1 if arguments[0] == "doctor" else 3)
    assert "plug.misbehaving" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
